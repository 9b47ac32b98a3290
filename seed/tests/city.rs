//! Promises about the generated city: streets side by side, none in another's way.

use geju_core::{Epoch, PlaceKind, World, decide};
use geju_seed::city;
use std::collections::HashSet;

#[test]
fn a_city_is_streets_side_by_side_with_codes_of_their_own() {
    let demo = city(4, 1, "2026-06-01T04:00:00Z".parse().expect("a time"));
    let mut world = World::empty(Epoch(1), demo.scheme.clone());
    for order in demo.into_orders(Vec::new(), "demo") {
        let change = decide(&world, &order).unwrap_or_else(|refusal| panic!("the past is possible: {refusal}"));
        world.fold(&change);
    }
    world.assert_sound();
    assert_eq!(geju_core::tidy::look_over(&world), []);
    assert_eq!(world.count_of(PlaceKind::Street), 4);
    assert_eq!(world.count_of(PlaceKind::District), 2);
    assert_eq!(world.count_of(PlaceKind::Compound), 4 * 514);
    let mut codes = HashSet::new();
    for kind in PlaceKind::ALL {
        for placed in world.places_of(kind) {
            if let Some(code) = &placed.place.code {
                assert!(codes.insert((kind, code.clone())), "{code} twice");
            }
        }
    }
}
