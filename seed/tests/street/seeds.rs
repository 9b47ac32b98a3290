//! One number, one street; and what is spoilt in it on purpose.

use super::ground::no_boxes;
use super::{DEMO, WORLD, as_of, imported, of};
use geju_core::{Epoch, PlaceKind, World, decide};
use geju_seed::{Demo, street, tidy_street};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn two_runs_are_identical_and_two_seeds_are_not() {
    let text = |demo: &Demo| {
        let mut world = World::empty(Epoch(1), demo.scheme.clone());
        let changes: Vec<geju_core::Change> = demo
            .clone()
            .into_orders(Vec::new(), "demo")
            .map(|order| {
                let change = decide(&world, &order).expect("the past is possible");
                world.fold(&change);
                change
            })
            .collect();
        serde_json::to_string(&(changes, &demo.base, &demo.accounts)).expect("json")
    };
    let first = text(&DEMO);
    assert!(first == text(&tidy_street(1, as_of())), "one number, one past");
    assert!(first != text(&tidy_street(2, as_of())));
}

#[test]
fn exactly_twelve_flaws_are_found_and_each_is_named() {
    assert_eq!(geju_core::tidy::look_over(&WORLD), [], "before anything was spoilt");
    for seed in [1, 2] {
        let demo = street(seed, as_of());
        let kinds: BTreeSet<_> = demo.flaws.iter().map(|f| f.kind).collect();
        assert_eq!((demo.flaws.len(), kinds.len()), (12, 12));
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for (code, times) in demo.flaws.iter().flat_map(|f| &f.findings) {
            *told.entry((*code).to_string()).or_default() += times;
        }
        let world = imported(&demo);
        let found = geju_core::tidy::look_over(&world);
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        for finding in &found {
            *counted.entry(finding.code.clone()).or_default() += 1;
        }
        assert_eq!(counted, told, "{found:#?}");
        for flaw in demo.flaws.iter().filter(|f| f.kind != geju_seed::FlawKind::Missing) {
            assert!(
                found.iter().any(|f| f.places.contains(&flaw.place)),
                "{flaw:?} is not found"
            );
        }
    }
}

#[test]
fn any_seed_makes_a_street() {
    for seed in [0, 3, 42, 2026, u64::MAX] {
        let demo = street(seed, as_of());
        no_boxes(&demo);
        assert!(
            (2_900..=5_000).contains(&of(&demo, PlaceKind::Building).len()),
            "seed {seed}"
        );
        imported(&demo).assert_sound();
    }
}

/// Whoever changes the generator on purpose writes the new number here; nobody else's change may move a vertex.
const GROUND_OF_SEED_ONE: u64 = 0x722a_412f_19bd_24c7;

#[test]
fn the_ground_of_a_seed_is_the_same_on_every_machine_and_in_every_release() {
    // FNV-1a over every vertex.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for (place, _) in &DEMO.shipment.places {
        let rings = place.ground.outline().into_iter().flat_map(|o| o.rings());
        for spot in rings.flat_map(|r| r.vertices()) {
            for byte in spot.lon.to_le_bytes().into_iter().chain(spot.lat.to_le_bytes()) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    assert_eq!(hash, GROUND_OF_SEED_ONE, "{hash:#x}");
}
