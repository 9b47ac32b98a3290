//! Promises about the generated district: counts, partitions, numbering, and one past from one number.

use geju_core::place::Archive;
use geju_core::{Change, Epoch, LonLat, Outline, PlaceId, PlaceKind, World, decide};
use geju_seed::{Demo, district};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

fn as_of() -> jiff::Timestamp {
    "2026-06-01T04:00:00Z".parse().expect("a time")
}

fn played(demo: &Demo) -> (World, Vec<Change>) {
    let mut world = World::empty(Epoch(1), demo.scheme.clone());
    let mut changes = Vec::new();
    for order in demo.clone().into_orders(Vec::new(), "demo") {
        let change = decide(&world, &order).unwrap_or_else(|refusal| panic!("the past is possible: {refusal}"));
        world.fold(&change);
        changes.push(change);
    }
    (world, changes)
}

static DEMO: LazyLock<Demo> = LazyLock::new(|| district(1, as_of()));
static PAST: LazyLock<(World, Vec<Change>)> = LazyLock::new(|| played(&DEMO));

fn world() -> &'static World {
    &PAST.0
}

fn outline(world: &World, id: PlaceId) -> Outline {
    world
        .place(id)
        .and_then(|p| p.place.ground.outline().cloned())
        .expect("has an outline")
}

fn by_parent(kind: PlaceKind) -> BTreeMap<PlaceId, Vec<PlaceId>> {
    let mut children: BTreeMap<PlaceId, Vec<PlaceId>> = BTreeMap::new();
    for placed in world().places_of(kind) {
        children
            .entry(placed.parents.up.expect("has a parent"))
            .or_default()
            .push(placed.place.id);
    }
    children
}

#[test]
fn the_district_counts_as_it_is_told() {
    let count = |kind| world().count_of(kind);
    assert_eq!(count(PlaceKind::District), 1);
    assert_eq!(count(PlaceKind::Street), 10);
    assert_eq!(count(PlaceKind::Community), 243);
    assert_eq!(count(PlaceKind::Compound), 607);
    assert_eq!(count(PlaceKind::Building), 7_416);
    assert_eq!(count(PlaceKind::MicroGrid), 7_416);
    let whole = world()
        .places_of(PlaceKind::District)
        .next()
        .expect("the district")
        .place
        .id;
    let people = world().tally(whole).residents;
    assert!((1_780_000..=1_820_000).contains(&people), "{people} people");
}

#[test]
fn each_level_divides_the_one_above_exactly_and_the_totals_add_up() {
    for level in PlaceKind::LADDER.windows(2) {
        let children = by_parent(level[1]);
        assert_eq!(
            children.len(),
            world().count_of(level[0]),
            "every {} is divided",
            level[0]
        );
        for (parent, parts) in children {
            let whole = outline(world(), parent);
            let parts: Vec<(PlaceId, Outline)> = parts.into_iter().map(|p| (p, outline(world(), p))).collect();
            let sum: i128 = parts.iter().map(|(_, o)| o.doubled_grid_area()).sum();
            assert_eq!(sum, whole.doubled_grid_area(), "area of the {}s of {parent}", level[1]);
            let mut runs: HashMap<(LonLat, LonLat), u32> = HashMap::new();
            for edge in parts.iter().flat_map(|(_, o)| o.rings()).flat_map(|r| r.edges()) {
                *runs.entry(edge).or_default() += 1;
            }
            assert!(runs.values().all(|n| *n == 1), "no edge is run twice in one direction");
            let rim: HashSet<_> = runs
                .keys()
                .copied()
                .filter(|(a, b)| !runs.contains_key(&(*b, *a)))
                .collect();
            assert_eq!(
                rim,
                whole.rings().flat_map(|r| r.edges()).collect::<HashSet<_>>(),
                "rim of {parent}"
            );
            let mut tally = geju_core::world::Tally::default();
            parts.iter().for_each(|(p, _)| tally.add(&world().tally(*p)));
            assert_eq!(tally, world().tally(parent));
        }
    }
}

#[test]
fn nothing_is_untidy_and_no_ground_is_its_own_box() {
    assert_eq!(geju_core::tidy::look_over(world()), []);
    for (place, _) in &DEMO.shipment.places {
        if let Some(outline) = place.ground.outline() {
            let [w, s, e, n] = outline.envelope().to_degrees();
            let upright = outline.rings().flat_map(|r| r.vertices()).all(|p| {
                let [x, y] = p.to_degrees();
                (x == w || x == e) && (y == s || y == n)
            });
            assert!(!upright, "{} is a box", place.name);
        }
    }
}

#[test]
fn codes_are_given_once_and_number_from_the_north_west() {
    let mut codes = HashSet::new();
    for (place, _) in &DEMO.shipment.places {
        match &place.code {
            Some(code) => assert!(codes.insert((place.kind(), code.clone())), "{code} twice"),
            None => assert_eq!(place.kind(), PlaceKind::ResourceSite, "{} has no code", place.name),
        }
    }
    // Numbers run in rows from the north, each row from the west: the first lies north of or west of the last.
    for (parent, parts) in by_parent(PlaceKind::Community) {
        let mut numbered: Vec<_> = parts.iter().filter_map(|p| world().place(*p)).collect();
        numbered.sort_by_key(|p| p.place.code.clone().map(|c| c.to_string()));
        let (first, last) = (numbered[0].inner, numbered[numbered.len() - 1].inner);
        assert!(first.lat > last.lat || first.lon < last.lon, "numbers of {parent}");
        let numbers: Vec<String> = numbered
            .iter()
            .filter_map(|p| p.place.code.as_ref())
            .map(|c| c.as_str()[9..12].to_owned())
            .collect();
        let expected: Vec<String> = (1..=numbers.len()).map(|n| format!("{n:03}")).collect();
        assert_eq!(numbers, expected);
    }
}

#[test]
fn no_two_of_a_street_share_a_name() {
    for kind in [PlaceKind::Community, PlaceKind::Compound, PlaceKind::Grid] {
        let mut seen = HashSet::new();
        for placed in world().places_of(kind) {
            assert!(seen.insert(placed.place.name.clone()), "{} twice", placed.place.name);
        }
    }
}

#[test]
fn compounds_differ_in_kind_age_and_years() {
    let mut kinds = BTreeSet::new();
    let (mut oldest, mut newest) = (u16::MAX, 0);
    let (mut grey, mut young) = (0, 0);
    for placed in world().places_of(PlaceKind::Compound) {
        let Archive::Compound(archive) = &placed.place.archive else {
            continue;
        };
        kinds.extend(archive.kind.map(|k| k.as_str()));
        oldest = oldest.min(archive.build_year.unwrap_or(oldest));
        newest = newest.max(archive.build_year.unwrap_or(0));
        let tally = world().tally(placed.place.id);
        grey += u32::from(tally.over_60 * 4 > tally.residents);
        young += u32::from(tally.over_60 * 7 < tally.residents);
    }
    assert!(kinds.len() >= 6, "{kinds:?}");
    assert!(oldest < 1975 && newest > 2015, "{oldest}–{newest}");
    assert!(grey > 50 && young > 50, "{grey} with many old people, {young} with few");
}

#[test]
fn ninety_days_have_passed_and_something_is_open() {
    let (world, changes) = &*PAST;
    assert!(
        changes.windows(2).all(|pair| pair[0].at <= pair[1].at),
        "the past runs forward"
    );
    assert!(changes.len() > 3_000, "{} Changes", changes.len());
    let (first, last) = (changes[0].at, changes[changes.len() - 1].at);
    assert!(last.duration_since(first).as_hours() > 89 * 24 && last <= as_of());
    let levels: BTreeSet<u8> = world.alerts().iter().map(|a| a.matter.level.into()).collect();
    assert_eq!(levels.len(), 4, "an alert of every level is open");
    assert!((4..=9).contains(&world.alerts().len()));
    assert!(
        (20..=160).contains(&world.issues().len()),
        "{} open issues",
        world.issues().len()
    );
    assert!(
        (8..=120).contains(&world.hazards().len()),
        "{} standing hazards",
        world.hazards().len()
    );
}

#[test]
fn one_number_and_one_moment_make_one_past() {
    let again = played(&district(1, as_of())).1;
    let text = |changes: &[Change]| serde_json::to_string(changes).expect("json");
    assert!(text(&PAST.1) == text(&again), "byte for byte");
}

#[test]
fn every_small_number_makes_a_district() {
    for seed in [0, 2, 3, 5] {
        let demo = district(seed, as_of());
        let count = |kind| demo.shipment.places.iter().filter(|(p, _)| p.kind() == kind).count();
        let counts = [
            PlaceKind::Street,
            PlaceKind::Community,
            PlaceKind::Compound,
            PlaceKind::Building,
        ]
        .map(count);
        assert_eq!(counts, [10, 243, 607, 7_416], "seed {seed}");
        assert_eq!(count(PlaceKind::MicroGrid), 7_416);
    }
}
