//! Promises about the generated street.

mod ground;
mod seeds;

use geju_core::place::{Archive, Place};
use geju_core::{Epoch, Outline, PlaceId, PlaceKind, World, decide};
use geju_seed::{BaseGeometry, Demo, scheme, scheme_names, tidy_street};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

const AS_OF: &str = "2026-06-01T04:00:00Z";

fn as_of() -> jiff::Timestamp {
    AS_OF.parse().expect("a time")
}

static DEMO: LazyLock<Demo> = LazyLock::new(|| tidy_street(1, as_of()));

static WORLD: LazyLock<World> = LazyLock::new(|| imported(&DEMO));

/// The map as the whole past leaves it.
fn imported(demo: &Demo) -> World {
    let mut world = World::empty(Epoch(1), demo.scheme.clone());
    for order in demo.clone().into_orders(Vec::new(), "demo") {
        let change = decide(&world, &order).unwrap_or_else(|refusal| panic!("the past is possible: {refusal}"));
        world.fold(&change);
    }
    world
}

fn of(demo: &Demo, kind: PlaceKind) -> Vec<&Arc<Place>> {
    demo.shipment
        .places
        .iter()
        .map(|(p, _)| p)
        .filter(|p| p.kind() == kind)
        .collect()
}

fn outline(place: &Place) -> &Outline {
    place.ground.outline().expect("has an outline")
}

/// The places of a level beneath each place of the level above.
fn by_parent(world: &World, kind: PlaceKind) -> BTreeMap<PlaceId, Vec<Arc<Place>>> {
    let mut children: BTreeMap<PlaceId, Vec<Arc<Place>>> = BTreeMap::new();
    for placed in world.places_of(kind) {
        children
            .entry(placed.parents.up.expect("has a parent"))
            .or_default()
            .push(placed.place.clone());
    }
    children
}

#[test]
fn every_scheme_can_be_read() {
    for name in scheme_names() {
        assert_eq!(scheme(name).map(|s| s.name).as_deref(), Some(name));
    }
    assert!(scheme("atlantis").is_none());
}

#[test]
fn the_world_that_comes_of_it_is_sound_and_adds_up() {
    WORLD.assert_sound();
    for level in PlaceKind::LADDER.windows(2) {
        for (parent, parts) in by_parent(&WORLD, level[1]) {
            let mut sum = geju_core::world::Tally::default();
            parts.iter().for_each(|p| sum.add(&WORLD.tally(p.id)));
            assert_eq!(sum, WORLD.tally(parent));
        }
    }
}

#[test]
fn the_street_has_the_size_it_should() {
    let count = |kind| of(&DEMO, kind).len();
    assert!((8..=12).contains(&count(PlaceKind::Community)));
    assert_eq!(count(PlaceKind::Compound), 514);
    assert!(
        (3_000..=5_000).contains(&count(PlaceKind::Building)),
        "{} buildings",
        count(PlaceKind::Building)
    );
    let live: BTreeSet<u8> = WORLD.alerts().iter().map(|a| a.matter.level.into()).collect();
    assert_eq!(live.len(), 4);
    assert!(
        (5..=60).contains(&WORLD.hazards().len()),
        "{} hazards",
        WORLD.hazards().len()
    );
    assert!(
        (5..=80).contains(&WORLD.issues().len()),
        "{} issues",
        WORLD.issues().len()
    );
    assert!((4..=9).contains(&WORLD.alerts().len()));
    assert!(
        of(&DEMO, PlaceKind::Building)
            .iter()
            .any(|b| matches!(&b.archive, Archive::Building(a) if a.floors >= Some(30)))
    );
}

#[test]
fn most_compounds_report_what_their_buildings_add_up_to() {
    let mut equal = 0;
    let mut all = 0;
    for placed in WORLD.places_of(PlaceKind::Compound) {
        let Archive::Compound(archive) = &placed.place.archive else {
            panic!("a compound")
        };
        let (told, counted) = (
            u64::from(archive.residents.unwrap_or(0)),
            WORLD.tally(placed.place.id).residents,
        );
        assert!(
            told.abs_diff(counted) * 100 <= counted * 20 + 200,
            "{} tells {told}, has {counted}",
            placed.place.name
        );
        equal += u32::from(told == counted);
        all += 1;
    }
    assert!(equal * 10 >= all * 8 && equal < all, "{equal} of {all}");
}

#[test]
fn matters_and_posts_lie_on_the_street() {
    let whole = outline(of(&DEMO, PlaceKind::Street)[0]);
    let spots = WORLD.issues().iter().map(|i| i.matter.ground.inner_point());
    assert!(
        spots
            .chain(WORLD.hazards().iter().map(|h| h.matter.ground.inner_point()))
            .all(|p| whole.contains(p))
    );
    for account in DEMO.accounts.iter() {
        assert!(
            account.places.iter().all(|id| WORLD.place(*id).is_some()),
            "{}",
            account.name
        );
    }
    let names: Vec<&str> = DEMO.accounts.iter().map(|a| a.name).collect();
    assert_eq!(
        names,
        ["wall", "leader", "worker", "community", "street", "planner", "admin"]
    );
}

#[test]
fn the_base_map_has_every_layer_and_sound_shapes() {
    assert_eq!(DEMO.base.len(), 4);
    for layer in &DEMO.base {
        assert!(!layer.features.is_empty(), "{:?}", layer.layer);
        for feature in &layer.features {
            match &feature.geometry {
                BaseGeometry::Line(line) => assert!(line.len() > 1),
                BaseGeometry::Polygon(rings) => {
                    Outline::new(vec![rings.clone()]).unwrap_or_else(|bad| panic!("{} {bad}", feature.class));
                }
            }
        }
    }
}
