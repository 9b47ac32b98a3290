//! What the trees answer is what a plain loop over every place answers, after any edits.

mod made;

use geju_core::command::Shipment;
use geju_core::drawn::{order, outline, place, rebuilt, rectangle, spot, world};
use geju_core::ground::{Coverage, Envelope, LonLat, local_distance};
use geju_core::place::{Archive, Building, Compound, CompoundKind, Place, PlaceId, PlaceKind, ResourceSite};
use geju_core::{Area, Command, EdgeRule, Ground, Meters, Outline, Question, World, decide};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use std::collections::BTreeMap;
use std::sync::Arc;

/// More than a layer takes in loosely, so that trees are packed, edited and packed again.
const BUILDINGS: u64 = 2_500;
const EDITS: usize = 1_500;
const QUESTIONS: usize = 150;
/// Grid steps across the town.
const TOWN: i32 = 400_000;
const TODAY: Date = date(2026, 6, 1);

fn anywhere(rng: &mut SmallRng) -> LonLat {
    let corner = spot(0, 0);
    LonLat {
        lon: corner.lon + rng.random_range(0..TOWN),
        lat: corner.lat + rng.random_range(0..TOWN),
    }
}

fn box_at(at: LonLat, size: i32) -> Outline {
    rectangle(at.lon - size, at.lat - size, at.lon + size, at.lat + size)
}

fn some_place(id: u64, kind: PlaceKind, rng: &mut SmallRng) -> Place {
    let at = anywhere(rng);
    let size = match kind {
        PlaceKind::Building => rng.random_range(200..900),
        _ => rng.random_range(3_000..30_000),
    };
    let mut made = place(id, kind, &format!("{id}号"), box_at(at, size));
    made.checked_on = rng
        .random_bool(0.8)
        .then(|| TODAY.saturating_sub(rng.random_range(0..200i64).days()));
    made.archive = match kind {
        PlaceKind::Building => Archive::Building(Building {
            floors: rng.random_bool(0.9).then(|| rng.random_range(1..30)),
            households: Some(rng.random_range(0..200)),
            residents: Some(rng.random_range(0..600)),
            over_60: rng.random_bool(0.5).then(|| rng.random_range(0..100)),
            shops: Some(rng.random_range(0..5)),
            ..Building::default()
        }),
        PlaceKind::Compound => Archive::Compound(Box::new(Compound {
            kind: CompoundKind::ALL.get(rng.random_range(0..9)).copied(),
            ..Compound::default()
        })),
        PlaceKind::ResourceSite => {
            made.ground = Ground::Point(at);
            Archive::ResourceSite(Box::new(ResourceSite {
                category: ["clinic", "shelter", "", "棋牌室"][rng.random_range(0..4)].into(),
                capacity: Some(rng.random_range(0..500)),
                ..ResourceSite::default()
            }))
        }
        other => Archive::empty(other),
    };
    made
}

/// A town of houses, compounds and sites, edited one by one and by the shipload.
fn town(rng: &mut SmallRng) -> World {
    let kind_of = |id: u64| match id % 25 {
        0 => PlaceKind::Compound,
        1 => PlaceKind::ResourceSite,
        _ => PlaceKind::Building,
    };
    let mut town = world((1..=BUILDINGS).map(|id| some_place(id, kind_of(id), rng)));
    let put = |town: &mut World, command: Command| {
        let change = decide(town, &order(command)).expect("this may be done");
        town.fold(&change);
    };
    for n in 0..EDITS {
        let id = rng.random_range(1..=BUILDINGS);
        match (town.place(PlaceId(id)).map(|p| Place::clone(&p.place)), n % 4) {
            (Some(old), 0) => put(
                &mut town,
                Command::RetirePlace {
                    id: old.id,
                    base: old.version,
                    on: TODAY,
                },
            ),
            (Some(old), n) => {
                let mut new = some_place(id, old.kind(), rng);
                new.version = old.version;
                // Every other edit leaves the ground where it is.
                if n == 1 {
                    new.ground = old.ground;
                }
                // Ground thrown anywhere overlaps: nobody may draw that, but real maps come so.
                let base = new.version;
                let shipment = Shipment {
                    places: vec![(Arc::new(new), Some(base))],
                    ..Shipment::default()
                };
                put(&mut town, Command::Import(Box::new(shipment)));
            }
            (None, _) => {}
        }
    }
    let shipment = |from: u64, count: u64, rng: &mut SmallRng| {
        let places = (from..from + count).map(|id| (Arc::new(some_place(id, kind_of(id), rng)), None));
        Command::Import(Box::new(Shipment {
            places: places.collect(),
            ..Shipment::default()
        }))
    };
    put(&mut town, shipment(10_000, 200, rng));
    put(&mut town, shipment(20_000, 1_500, rng));
    town
}

fn some_area(rng: &mut SmallRng, deep: bool) -> Area {
    let at = anywhere(rng);
    match rng.random_range(0..if deep { 6 } else { 3 }) {
        0 => Area::circle(at, Meters(rng.random_range(5.0..2_500.0))),
        1 => Area::Outline(box_at(at, rng.random_range(500..150_000))),
        2 => Area::Outline(star(at, rng)),
        3 => Area::Union(vec![some_area(rng, false), some_area(rng, false)]),
        4 => Area::Difference(Box::new(some_area(rng, false)), Box::new(some_area(rng, false))),
        _ => Area::Outlines(vec![star(at, rng), box_at(anywhere(rng), 30_000)].into()),
    }
}

/// A star with so many points that its edges are kept in bands.
fn star(at: LonLat, rng: &mut SmallRng) -> Outline {
    let points = rng.random_range(12..160);
    let ring = (0..points).map(|n| {
        let (sin, cos) = (std::f64::consts::TAU * f64::from(n) / f64::from(points)).sin_cos();
        let reach = rng.random_range(10_000.0..80_000.0);
        LonLat {
            lon: at.lon + (reach * cos) as i32,
            lat: at.lat + (reach * sin) as i32,
        }
    });
    Outline::new(vec![vec![ring.collect()]]).expect("a star is sound")
}

#[test]
fn an_answer_is_what_a_plain_loop_counts() {
    let mut rng = SmallRng::seed_from_u64(20_260_601);
    let town = town(&mut rng);
    town.assert_sound();
    let again = rebuilt(&town);
    for _ in 0..QUESTIONS {
        let area = some_area(&mut rng, true);
        let question = Question {
            rule: EdgeRule::InnerPoint,
            list: true,
            limit: usize::MAX,
            day: Some(TODAY),
        };
        let answer = town.answer(&area, &question);
        let inside: Vec<_> = town.places().filter(|p| area.contains(p.inner)).collect();
        let of = |kind| inside.iter().filter(move |p| p.place.kind() == kind);
        let buildings: Vec<&Building> = of(PlaceKind::Building)
            .filter_map(|p| match &p.place.archive {
                Archive::Building(b) => Some(b),
                _ => None,
            })
            .collect();
        let sum = |field: fn(&Building) -> Option<u32>| -> u64 {
            buildings.iter().map(|b| u64::from(field(b).unwrap_or(0))).sum()
        };
        assert_eq!(answer.buildings.count, buildings.len() as u64, "{area:?}");
        assert_eq!(answer.buildings.by_kind.values().sum::<u64>(), answer.buildings.count);
        let low = buildings.iter().filter(|b| matches!(b.floors, Some(0..=3))).count() as u64;
        assert_eq!(answer.buildings.by_kind.get("low").copied().unwrap_or(0), low);
        assert_eq!(answer.people.households, sum(|b| b.households));
        assert_eq!(answer.people.residents, sum(|b| b.residents));
        assert_eq!(answer.people.over_60, sum(|b| b.over_60));
        assert_eq!(answer.people.shops, sum(|b| b.shops));
        for (kind, told) in [
            (PlaceKind::Compound, &answer.compounds.by_kind),
            (PlaceKind::ResourceSite, &answer.resource_sites.by_kind),
        ] {
            let mut by_kind = BTreeMap::<String, u64>::new();
            for placed in of(kind) {
                let word = placed.place.archive.subkind().unwrap_or("unknown");
                *by_kind.entry(word.to_owned()).or_default() += 1;
            }
            assert_eq!(told, &by_kind, "{area:?}");
        }
        let fresh = answer.freshness.expect("a day was named");
        let rule = &town.scheme().freshness;
        let overdue = of(PlaceKind::Building)
            .chain(of(PlaceKind::Compound))
            .filter(|p| rule.on(TODAY, p.place.checked_on) == geju_core::scheme::Fresh::Overdue)
            .count() as u64;
        assert_eq!(fresh.overdue, overdue);
        assert_eq!(
            fresh.fresh + fresh.due + fresh.overdue + fresh.unknown,
            answer.buildings.count + answer.compounds.count
        );
        let mut listed: Vec<u64> = of(PlaceKind::Building).map(|p| p.place.id.0).collect();
        listed.sort_unstable();
        assert_eq!(answer.places.get("building").cloned().unwrap_or_default(), listed);
        // The sums of the nodes say the same as the places one by one, and a tree packed anew the same as one edited.
        let unlisted = Question {
            list: false,
            ..question
        };
        let mut brief = answer.clone();
        brief.places.clear();
        assert_eq!(town.answer(&area, &unlisted), brief);
        assert_eq!(again.answer(&area, &unlisted), brief);
    }
}

/// Too many to be told one by one, too few to pack every tree for: such a Change is folded place by place.
#[test]
fn a_shipment_into_a_large_map_is_folded_as_if_all_were_packed_anew() {
    const HERE: u64 = 12_000;
    let mut rng = SmallRng::seed_from_u64(19);
    let kind_of = |id: u64| match id % 200 {
        0 => PlaceKind::Community,
        1 => PlaceKind::Compound,
        _ => PlaceKind::Building,
    };
    let mut large = world((1..=HERE).map(|id| some_place(id, kind_of(id), &mut rng)));
    let mut places: Vec<(Arc<Place>, Option<u32>)> = Vec::new();
    for id in (1..=600).filter(|id| kind_of(*id) == PlaceKind::Building) {
        let (new, old) = (
            some_place(id + HERE, PlaceKind::Building, &mut rng),
            some_place(id, PlaceKind::Building, &mut rng),
        );
        places.push((Arc::new(new), None));
        places.push((Arc::new(old), Some(1)));
    }
    let shipment = Shipment {
        places,
        ..Shipment::default()
    };
    let change = decide(&large, &order(Command::Import(Box::new(shipment)))).expect("it may come in");
    assert!(
        change.effects.len() > geju_core::change::MAX_INLINE_EFFECTS && change.effects.len() < HERE as usize / 8,
        "{} effects",
        change.effects.len()
    );
    let touched = large.fold(&change);
    assert!(touched.reset && touched.ids.is_empty(), "too much to list");
    large.assert_sound();
    assert_eq!(large, rebuilt(&large));
}

#[test]
fn weighing_by_share_is_what_a_plain_loop_weighs() {
    let mut rng = SmallRng::seed_from_u64(7);
    let town = town(&mut rng);
    for _ in 0..QUESTIONS / 5 {
        let area = some_area(&mut rng, false);
        let rings = area.to_rings();
        for rule in [EdgeRule::Any, EdgeRule::Share] {
            let question = Question {
                rule,
                ..Question::default()
            };
            let answer = town.answer(&area, &question);
            let (mut count, mut residents) = (0, 0.0);
            for placed in town.places_of(PlaceKind::Building) {
                let Some(ground) = placed.place.ground.outline() else {
                    continue;
                };
                let shared = geju_core::ground::overlay::combine_raw(
                    &ground.to_raw(),
                    &rings,
                    geju_core::ground::overlay::Combine::Intersection,
                );
                let share =
                    geju_core::ground::overlay::doubled_area(&shared) as f64 / ground.doubled_grid_area() as f64;
                if share > 0.0
                    && let Archive::Building(b) = &placed.place.archive
                {
                    count += 1;
                    residents += f64::from(b.residents.unwrap_or(0)) * if rule == EdgeRule::Any { 1.0 } else { share };
                }
            }
            assert_eq!(answer.buildings.count, count, "{rule:?} {area:?}");
            assert!(
                (answer.people.residents as f64 - residents).abs() <= 1.0,
                "{rule:?} {area:?}: {} and {residents}",
                answer.people.residents
            );
        }
    }
}

#[test]
fn what_holds_a_spot_and_what_is_near_it_is_what_a_plain_loop_finds() {
    let mut rng = SmallRng::seed_from_u64(11);
    let town = town(&mut rng);
    for _ in 0..QUESTIONS {
        let at = anywhere(&mut rng);
        let located = town.locate(at);
        for (kind, found) in located.levels() {
            let plain = town
                .places_of(kind)
                .filter(|p| p.place.ground.outline().is_some_and(|o| o.contains(at)))
                .min_by_key(|p| (p.place.ground.outline().map(Outline::doubled_grid_area), p.place.id))
                .map(|p| p.place.id);
            assert_eq!(found.as_ref().map(|p| p.place.id), plain, "{kind} at {at}");
        }
        let even = |id: PlaceId| id.0.is_multiple_of(2);
        let near = town.nearest(PlaceKind::Building, at, 12, |p| even(p.place.id));
        let mut plain: Vec<(f64, PlaceId)> = town
            .places_of(PlaceKind::Building)
            .filter(|p| even(p.place.id))
            .map(|p| (local_distance(at, p.inner).0, p.place.id))
            .collect();
        plain.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        plain.truncate(12);
        let near: Vec<(f64, PlaceId)> = near.iter().map(|n| (n.distance.0, n.placed.place.id)).collect();
        assert_eq!(near, plain, "at {at}");
    }
}

#[test]
fn every_spot_of_a_box_that_is_covered_is_contained() {
    let mut rng = SmallRng::seed_from_u64(13);
    let mut seen = [0; 3];
    for _ in 0..20_000 {
        let area = some_area(&mut rng, true);
        let (at, w, h) = (
            anywhere(&mut rng),
            rng.random_range(0..9_000),
            rng.random_range(0..9_000),
        );
        let window = Envelope {
            min: at,
            max: LonLat {
                lon: at.lon + w,
                lat: at.lat + h,
            },
        };
        let coverage = area.coverage(window);
        seen[coverage as usize] += 1;
        for _ in 0..12 {
            let within = LonLat {
                lon: at.lon + rng.random_range(0..=w),
                lat: at.lat + rng.random_range(0..=h),
            };
            match coverage {
                Coverage::Whole => assert!(area.contains(within), "{area:?} {window:?} {within}"),
                Coverage::Nothing => assert!(!area.contains(within), "{area:?} {window:?} {within}"),
                Coverage::Partly => {}
            }
        }
    }
    assert!(seen.iter().all(|n| *n > 500), "too few of a sort: {seen:?}");
}

#[test]
fn a_long_outline_holds_the_spots_a_short_one_would() {
    let mut rng = SmallRng::seed_from_u64(17);
    for _ in 0..200 {
        let long = star(anywhere(&mut rng), &mut rng);
        let ring = long.parts()[0].shell.vertices();
        for _ in 0..60 {
            // Spots level with a vertex are where half-open edges matter.
            let vertex = ring[rng.random_range(0..ring.len())];
            let at = LonLat {
                lon: vertex.lon + rng.random_range(-40_000..40_000),
                lat: vertex.lat,
            };
            let mut odd = false;
            for (a, b) in long.parts()[0].shell.edges() {
                if (a.lat > at.lat) != (b.lat > at.lat) {
                    let (low, high) = if a.lat < b.lat { (a, b) } else { (b, a) };
                    let turn = (i64::from(high.lon) - i64::from(low.lon)) * (i64::from(at.lat) - i64::from(low.lat))
                        - (i64::from(high.lat) - i64::from(low.lat)) * (i64::from(at.lon) - i64::from(low.lon));
                    odd ^= turn > 0;
                }
            }
            assert_eq!(long.contains(at), odd, "{at}");
        }
    }
    assert!(outline("A", 'A').vertex_count() < 64, "a cell is short");
}
