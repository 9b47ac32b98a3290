//! What deciding and folding promise, on maps drawn from pictures.

mod made;

use geju_core::command::Shipment;
use geju_core::drawn::{drawn, order, outline, place, rebuilt, rectangle, scheme, spot, world};
use geju_core::place::PlaceKind;
use geju_core::world::{Row, Tally};
use geju_core::{Change, Code, Command, Effect, Epoch, Ground, Place, PlaceId, Refusal, Seq, World, decide};
use made::{TWO_COMMUNITIES, building, carry_out, hazard};
use std::sync::Arc;

#[test]
fn a_building_lies_in_the_community_that_holds_its_inner_point() {
    let mut world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    carry_out(&mut world, Command::CreatePlace(Box::new(building(10, 0, 0, 30))));
    carry_out(&mut world, Command::CreatePlace(Box::new(building(11, 2, 1, 40))));
    let parent = |id| world.place(PlaceId(id)).unwrap().parents.up;
    assert_eq!(parent(10), Some(PlaceId(1)));
    assert_eq!(parent(11), Some(PlaceId(2)));
    assert_eq!(world.tally(PlaceId(1)).residents, 30);
    assert_eq!(world.tally(PlaceId(2)).residents, 40);
}

#[test]
fn ground_that_moves_takes_its_buildings_along() {
    let mut world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    carry_out(&mut world, Command::CreatePlace(Box::new(building(10, 0, 0, 30))));
    let wider = Place {
        ground: Ground::Outline(outline("BBB\nB.B", 'B')),
        ..Place::clone(&world.place(PlaceId(2)).unwrap().place)
    };
    let narrow = Place {
        ground: Ground::Outline(outline("...\n.A.", 'A')),
        ..Place::clone(&world.place(PlaceId(1)).unwrap().place)
    };
    carry_out(
        &mut world,
        Command::AmendPlace {
            place: Box::new(narrow),
            base: 1,
        },
    );
    assert_eq!(world.place(PlaceId(10)).unwrap().parents.up, None);
    let change = carry_out(
        &mut world,
        Command::AmendPlace {
            place: Box::new(wider),
            base: 1,
        },
    );
    assert!(
        change
            .effects
            .iter()
            .any(|e| matches!(e, Effect::Reparent { id: PlaceId(10), .. }))
    );
    let moved = world.place(PlaceId(10)).unwrap();
    assert_eq!(
        (moved.parents.up, moved.place.version),
        (Some(PlaceId(2)), 1),
        "re-parenting steps no version"
    );
    assert_eq!(world.tally(PlaceId(1)), Tally::default());
}

#[test]
fn a_new_level_comes_between() {
    let mut world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    carry_out(&mut world, Command::CreatePlace(Box::new(building(10, 0, 0, 30))));
    let grid = place(20, PlaceKind::Grid, "一网格", outline("AAB\nA.B", 'A'));
    carry_out(&mut world, Command::CreatePlace(Box::new(grid)));
    assert_eq!(world.place(PlaceId(10)).unwrap().parents.up, Some(PlaceId(20)));
    assert_eq!(
        world.ancestors(&world.place(PlaceId(10)).unwrap().parents),
        [PlaceId(20), PlaceId(1)]
    );
    carry_out(
        &mut world,
        Command::RetirePlace {
            id: PlaceId(20),
            base: 1,
            on: jiff::civil::date(2026, 6, 1),
        },
    );
    assert_eq!(world.place(PlaceId(10)).unwrap().parents.up, Some(PlaceId(1)));
    assert!(world.place(PlaceId(20)).is_none());
}

#[test]
fn a_stale_hand_is_stopped() {
    let mut world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    let rename = |name: &str, base, world: &World| Command::AmendPlace {
        place: Box::new(Place {
            name: name.into(),
            ..Place::clone(&world.place(PlaceId(1)).unwrap().place)
        }),
        base,
    };
    let first = rename("金河社区", 1, &world);
    let second = rename("宽巷社区", 1, &world);
    carry_out(&mut world, first);
    let refused = decide(&world, &order(second)).unwrap_err();
    assert!(matches!(refused, Refusal::StalePlace(now) if now.version == 2 && &*now.name == "金河社区"));
}

#[test]
fn a_code_belongs_to_one_place_of_a_kind() {
    let mut world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    let coded = |id: u64, world: &World| {
        let placed = world.place(PlaceId(id)).unwrap();
        let place = Place {
            code: Some(Code::new("510105001001").unwrap()),
            ..Place::clone(&placed.place)
        };
        Command::AmendPlace {
            place: Box::new(place),
            base: placed.place.version,
        }
    };
    let first = coded(1, &world);
    carry_out(&mut world, first);
    let Refusal::Broken(findings) = decide(&world, &order(coded(2, &world))).unwrap_err() else {
        panic!("a rule is broken")
    };
    assert_eq!(findings[0].code, "code_taken");
    assert_eq!(findings[0].places, [PlaceId(1)]);
}

#[test]
fn an_import_is_one_change_and_is_undone_as_one() {
    let mut world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    let before = world.clone();
    let renamed = Place {
        name: "改名社区".into(),
        ..Place::clone(&world.place(PlaceId(1)).unwrap().place)
    };
    let shipment = Shipment {
        places: vec![
            (Arc::new(building(10, 0, 0, 30)), None),
            (Arc::new(building(11, 2, 0, 12)), None),
            (Arc::new(renamed), Some(1)),
        ],
        retire: vec![(PlaceId(2), 1)],
        ..Shipment::default()
    };
    let change = carry_out(&mut world, Command::Import(Box::new(shipment)));
    assert_eq!(world.count_of(PlaceKind::Building), 2);
    assert!(world.place(PlaceId(2)).is_none());
    assert_eq!(
        world.place(PlaceId(11)).unwrap().parents.up,
        None,
        "its community left in the same Change"
    );
    carry_out(&mut world, Command::Undo(Arc::new(change.clone())));
    assert_eq!(world.count_of(PlaceKind::Building), 0);
    for id in [1, 2] {
        let (now, then) = (world.place(PlaceId(id)).unwrap(), before.place(PlaceId(id)).unwrap());
        assert!(now.place.says_the_same(&then.place));
        assert_eq!(now.place.version, 3);
    }
    let again = decide(&world, &order(Command::Undo(Arc::new(change)))).unwrap_err();
    assert!(matches!(again, Refusal::Broken(f) if f[0].code == "changed_since"));
}

#[test]
fn a_map_rebuilt_from_rows_or_replayed_from_empty_is_the_same_map() {
    let mut world = World::empty(Epoch(1), scheme());
    let mut ledger = Vec::new();
    let communities = [outline(TWO_COMMUNITIES, 'A'), outline(TWO_COMMUNITIES, 'B')];
    for (id, ground) in (1..).zip(communities) {
        ledger.push(carry_out(
            &mut world,
            Command::CreatePlace(Box::new(place(id, PlaceKind::Community, "社区", ground))),
        ));
    }
    for id in 10..16 {
        let (x, y) = ((id % 3) as i32, (id % 2) as i32);
        ledger.push(carry_out(
            &mut world,
            Command::CreatePlace(Box::new(building(id, x, y, id as u32))),
        ));
    }
    ledger.push(carry_out(
        &mut world,
        Command::RetirePlace {
            id: PlaceId(12),
            base: 1,
            on: jiff::civil::date(2026, 6, 1),
        },
    ));
    assert_eq!(rebuilt(&world), world);

    let mut replayed = World::empty(Epoch(1), scheme());
    for change in &ledger {
        // Through text and back, as a store keeps it.
        let kept: Change = serde_json::from_str(&serde_json::to_string(change).unwrap()).unwrap();
        assert_eq!(&kept, change);
        replayed.fold(&kept);
    }
    assert_eq!(replayed, world);
}

#[test]
fn a_change_above_the_inline_limit_folds_to_the_same_map() {
    let many = geju_core::change::MAX_INLINE_EFFECTS as i32 + 40;
    let buildings = |n: i32| {
        (0..n).map(|i| Place {
            // Whoever draws a building has looked at it; a file has to say so.
            checked_on: Some(jiff::civil::date(2026, 5, 1)),
            ..building(100 + i as u64, i % 40, i / 40, 5)
        })
    };
    let bulk = world(buildings(many));
    bulk.assert_sound();
    assert_eq!(bulk.count_of(PlaceKind::Building) as i32, many);
    let mut slow = World::empty(Epoch(1), scheme());
    for b in buildings(many) {
        let change = decide(&slow, &order(Command::CreatePlace(Box::new(b)))).unwrap();
        slow.fold(&change);
    }
    let rows = |w: &World| {
        let mut ids: Vec<_> = w.places().map(|p| (p.place.id, p.place.clone(), p.parents)).collect();
        ids.sort_by_key(|t| t.0);
        ids
    };
    assert_eq!(rows(&bulk), rows(&slow));
}

#[test]
fn two_footprints_meet_when_they_share_ground_a_thing_or_a_code() {
    let world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    let decided = |id, x| {
        decide(&world, &order(Command::CreatePlace(Box::new(building(id, x, 0, 3)))))
            .unwrap()
            .footprint
    };
    assert!(!decided(10, 0).meets(&decided(11, 2)));
    assert!(decided(10, 0).meets(&decided(10, 2)));
    assert!(decided(10, 0).meets(&decided(11, 0)));
}

#[test]
fn matters_at_one_spot_meet_its_ground_and_not_each_other() {
    let world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    let footprint = |command| decide(&world, &order(command)).unwrap().footprint;
    let reported = |id| {
        footprint(Command::PutHazard {
            hazard: Box::new(hazard(id, spot(0, 0))),
            base: None,
        })
    };
    assert!(!reported(20).relied_on.is_empty());
    assert!(!reported(20).meets(&reported(21)));
    assert!(reported(20).meets(&reported(20)));
    let old = world.place(PlaceId(1)).unwrap();
    let renamed = footprint(Command::AmendPlace {
        place: Box::new(Place {
            name: "改名".into(),
            ..Place::clone(&old.place)
        }),
        base: old.place.version,
    });
    assert!(renamed.meets(&reported(20)));
    assert!(reported(20).meets(&renamed));
    // Ground drawn where it stands, though nothing of it was there when it was decided.
    let drawn_over = footprint(Command::CreatePlace(Box::new(building(10, 0, 0, 3))));
    assert!(drawn_over.meets(&reported(20)));
}

#[test]
fn rows_of_the_retired_are_left_out() {
    let mut retired = building(10, 0, 0, 3);
    retired.effective_to = Some(jiff::civil::date(2026, 2, 1));
    let rows = geju_core::world::Rows {
        places: vec![Row {
            value: Arc::new(retired),
            parents: Default::default(),
            since: Seq(1),
            at: order(Command::AdoptScheme(scheme())).at,
        }],
        ..Default::default()
    };
    assert_eq!(
        World::from_rows(Epoch(1), Seq(1), scheme(), rows).count_of(PlaceKind::Building),
        0
    );
}

#[test]
fn the_same_wish_makes_the_same_change_on_a_map_built_in_another_order() {
    let grown = world((0..60).map(|i| building(100 + i as u64, (i * 7) % 23, (i * 5) % 17, 1)));
    let at = spot(0, 0);
    let district = place(
        1,
        PlaceKind::Street,
        "街道",
        rectangle(at.lon, at.lat, at.lon + 150_000, at.lat + 150_000),
    );
    let wish = order(Command::CreatePlace(Box::new(district)));
    let change = decide(&grown, &wish).unwrap();
    assert!(change.effects.len() > 20);
    for _ in 0..4 {
        assert_eq!(decide(&rebuilt(&grown), &wish).unwrap(), change);
    }
}
