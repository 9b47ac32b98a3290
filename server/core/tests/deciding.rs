//! What deciding and folding promise, on maps drawn from pictures.

use geju_core::command::Shipment;
use geju_core::drawn::{drawn, order, outline, place, rebuilt, rectangle, scheme, spot, world};
use geju_core::people::Warrant;
use geju_core::place::{Archive, Building, PlaceKind};
use geju_core::world::{Row, Tally};
use geju_core::{
    Area, Change, Code, Command, EdgeRule, Effect, Epoch, Ground, Meters, Place, PlaceId, Question, Refusal, Role, Seq,
    World, decide,
};
use std::sync::Arc;

fn carry_out(world: &mut World, command: Command) -> Change {
    let change = decide(world, &order(command)).expect("this order is fine");
    world.fold(&change);
    world.assert_sound();
    change
}

fn building(id: u64, x: i32, y: i32, residents: u32) -> Place {
    let at = spot(x, y);
    let mut place = place(
        id,
        PlaceKind::Building,
        &format!("{id}栋"),
        rectangle(at.lon - 500, at.lat - 500, at.lon + 500, at.lat + 500),
    );
    place.archive = Archive::Building(Building {
        residents: Some(residents),
        households: Some(residents / 3),
        ..Building::default()
    });
    place
}

const TWO_COMMUNITIES: &str = "
    AAB
    A.B
";

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
        ground: Ground::Outline(outline(".A.\n...", 'A')),
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
fn a_grid_worker_draws_inside_the_own_grid_only() {
    let world = drawn(PlaceKind::Grid, TWO_COMMUNITIES);
    let as_worker = |command| {
        let mut order = order(command);
        order.warrant = Warrant {
            role: Role::GridWorker,
            places: vec![PlaceId(1)],
        };
        order
    };
    let inside = Command::CreatePlace(Box::new(building(10, 0, 0, 3)));
    assert!(decide(&world, &as_worker(inside)).is_ok());
    let elsewhere = Command::CreatePlace(Box::new(building(10, 2, 0, 3)));
    assert!(
        matches!(decide(&world, &as_worker(elsewhere)), Err(Refusal::Forbidden(f)) if f.code == "outside_jurisdiction")
    );
    let at = spot(1, 1);
    let over_the_edge = place(
        10,
        PlaceKind::Compound,
        "越界",
        rectangle(at.lon - 4000, at.lat, at.lon + 9000, at.lat + 900),
    );
    let refused = decide(&world, &as_worker(Command::CreatePlace(Box::new(over_the_edge)))).unwrap_err();
    assert!(
        matches!(&refused, Refusal::Forbidden(f) if f.code == "outside_jurisdiction" || f.code == "forbidden"),
        "{refused}"
    );
    let a_street = place(10, PlaceKind::Street, "街道", outline("AAB\nA.B", 'A'));
    assert!(
        matches!(decide(&world, &as_worker(Command::CreatePlace(Box::new(a_street)))), Err(Refusal::Forbidden(f)) if f.code == "not_in_duty_list")
    );
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
    let buildings = |n: i32| (0..n).map(|i| building(100 + i as u64, i % 40, i / 40, 5));
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
fn the_parts_of_a_partition_sum_to_the_whole() {
    let mut world = drawn(PlaceKind::Community, "AAB\nACB\nCCB");
    for (i, (x, y)) in [(0, 0), (1, 1), (2, 2), (0, 2), (2, 0), (1, 0)].into_iter().enumerate() {
        carry_out(
            &mut world,
            Command::CreatePlace(Box::new(building(10 + i as u64, x, y, 7 * (i as u32 + 1)))),
        );
    }
    // One right on the shared edge of A and B.
    let edge = spot(2, 2).lon - 5000;
    let mut on_edge = building(30, 2, 2, 1000);
    on_edge.ground = Ground::Outline(rectangle(
        edge - 500,
        spot(2, 2).lat - 4000,
        edge + 500,
        spot(2, 2).lat - 3000,
    ));
    carry_out(&mut world, Command::CreatePlace(Box::new(on_edge)));
    let answer = |area: &Area| world.answer(area, &Question::default());
    let parts: u64 = [1, 2, 3].iter().map(|id| world.tally(PlaceId(*id)).residents).sum();
    let all: Vec<_> = [1, 2, 3]
        .iter()
        .map(|id| {
            world
                .place(PlaceId(*id))
                .unwrap()
                .place
                .ground
                .outline()
                .unwrap()
                .clone()
        })
        .collect();
    let whole = answer(&Area::Outlines(all.into()));
    assert_eq!(whole.people.residents, parts);
    assert_eq!(whole.people.residents, 1000 + 7 * (1 + 2 + 3 + 4 + 5 + 6));
    for id in [1, 2, 3] {
        let outline = world
            .place(PlaceId(id))
            .unwrap()
            .place
            .ground
            .outline()
            .unwrap()
            .clone();
        let answered = answer(&Area::Outline(outline));
        assert_eq!(answered.people.residents, world.tally(PlaceId(id)).residents);
        assert_eq!(answered.buildings.count, world.tally(PlaceId(id)).buildings);
    }
}

#[test]
fn any_and_share_weigh_the_ground() {
    let mut world = World::empty(Epoch(1), scheme());
    carry_out(&mut world, Command::CreatePlace(Box::new(building(10, 0, 0, 100))));
    let b = spot(0, 0);
    // The area covers the western quarter of the building.
    let area = Area::Outline(rectangle(b.lon - 2000, b.lat - 2000, b.lon - 250, b.lat + 2000));
    let ask = |rule| {
        world.answer(
            &area,
            &Question {
                rule,
                list: true,
                limit: 10,
            },
        )
    };
    assert_eq!(ask(EdgeRule::InnerPoint).buildings.count, 0);
    assert_eq!(ask(EdgeRule::Any).people.residents, 100);
    assert_eq!(ask(EdgeRule::Share).people.residents, 25);
    assert_eq!(ask(EdgeRule::Any).places["building"], [10]);
}

#[test]
fn nearest_equals_a_plain_loop() {
    let world = world((0..60).map(|i| building(100 + i as u64, (i * 7) % 23, (i * 5) % 17, 1)));
    let from = spot(4, 9);
    let near = world.nearest(PlaceKind::Building, from, 9, |_| true);
    let mut plain: Vec<(f64, PlaceId)> = world
        .places()
        .map(|p| (geju_core::ground::local_distance(from, p.inner).0, p.place.id))
        .collect();
    plain.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let expected: Vec<PlaceId> = plain.into_iter().take(9).map(|(_, id)| id).collect();
    assert_eq!(near.iter().map(|n| n.placed.place.id).collect::<Vec<_>>(), expected);
    assert!(near[0].distance.0 >= Meters(0.0).0);
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

fn as_worker(command: Command) -> geju_core::Order {
    let mut order = order(command);
    order.warrant = Warrant {
        role: Role::GridWorker,
        places: vec![PlaceId(1)],
    };
    order
}

#[test]
fn slivers_far_away_do_not_reach_other_peoples_buildings() {
    let mut world = drawn(PlaceKind::Grid, TWO_COMMUNITIES);
    carry_out(&mut world, Command::CreatePlace(Box::new(building(10, 2, 0, 77))));
    let target = world.place(PlaceId(10)).unwrap().inner;
    let square = |x: i32, y: i32, half: i32| {
        vec![vec![
            geju_core::LonLat {
                lon: x - half,
                lat: y - half,
            },
            geju_core::LonLat {
                lon: x + half,
                lat: y - half,
            },
            geju_core::LonLat {
                lon: x + half,
                lat: y + half,
            },
            geju_core::LonLat {
                lon: x - half,
                lat: y + half,
            },
        ]]
    };
    let honest = spot(0, 0);
    let crooked = geju_core::Outline::new(vec![
        square(honest.lon, honest.lat, 800),
        square(target.lon, target.lat, 2),
    ])
    .unwrap();
    let wish = Command::CreatePlace(Box::new(place(20, PlaceKind::MicroGrid, "借道", crooked)));
    assert!(matches!(decide(&world, &as_worker(wish)), Err(Refusal::Forbidden(f)) if f.code == "outside_jurisdiction"));

    // One piece with a thin arm is no better.
    let (x, y) = (honest.lon, honest.lat);
    let arm = vec![vec![
        geju_core::LonLat {
            lon: x - 800,
            lat: y - 800,
        },
        geju_core::LonLat {
            lon: target.lon + 2,
            lat: target.lat - 1,
        },
        geju_core::LonLat {
            lon: target.lon + 2,
            lat: target.lat + 1,
        },
        geju_core::LonLat {
            lon: x - 800,
            lat: y + 800,
        },
    ]];
    let arm = geju_core::Outline::new(vec![arm]).unwrap();
    let wish = Command::CreatePlace(Box::new(place(20, PlaceKind::MicroGrid, "伸手", arm)));
    assert!(matches!(decide(&world, &as_worker(wish)), Err(Refusal::Forbidden(_))));
}

#[test]
fn a_grid_worker_keeps_the_compounds_inside_the_own_grid() {
    let mut world = world([
        place(1, PlaceKind::Grid, "网格", outline(TWO_COMMUNITIES, 'A')),
        place(2, PlaceKind::Community, "社区", outline("AAA\nAAA", 'A')),
    ]);
    let at = spot(0, 0);
    let yard = place(
        20,
        PlaceKind::Compound,
        "小院",
        rectangle(at.lon - 3000, at.lat - 3000, at.lon + 3000, at.lat + 3000),
    );
    let change = decide(&world, &as_worker(Command::CreatePlace(Box::new(yard.clone())))).expect("inside the own grid");
    world.fold(&change);
    let renamed = Place {
        name: "小院子".into(),
        ..yard.clone()
    };
    assert!(
        decide(
            &world,
            &as_worker(Command::AmendPlace {
                place: Box::new(renamed),
                base: 1
            })
        )
        .is_ok()
    );
    let warrant = Warrant {
        role: Role::GridWorker,
        places: vec![PlaceId(1)],
    };
    assert!(world.lies_within(&warrant, PlaceId(20)));
    assert!(
        !world.lies_within(&warrant, PlaceId(2)),
        "the community is larger than the grid"
    );
    let far = spot(2, 0);
    let wide = place(
        21,
        PlaceKind::Compound,
        "大院",
        rectangle(at.lon - 3000, at.lat - 900, far.lon, at.lat + 900),
    );
    assert!(matches!(
        decide(&world, &as_worker(Command::CreatePlace(Box::new(wide)))),
        Err(Refusal::Forbidden(_))
    ));
}

#[test]
fn combs_laid_across_each_other_are_told_before_they_are_combined() {
    let comb = |teeth: i32, across: bool| {
        let spot = |x: i32, y: i32| {
            let (x, y) = if across { (y, x) } else { (x, y) };
            geju_core::LonLat {
                lon: 1_040_600_000 + x,
                lat: 306_600_000 + y,
            }
        };
        let mut ring = vec![spot(0, 0), spot(teeth * 4, 0)];
        for tooth in (0..teeth).rev() {
            let x = tooth * 4;
            ring.extend([
                spot(x + 3, 10),
                spot(x + 3, teeth * 4),
                spot(x + 1, teeth * 4),
                spot(x + 1, 10),
            ]);
        }
        Area::Outline(geju_core::Outline::new(vec![vec![ring]]).expect("a comb is sound"))
    };
    let crossed = |teeth| Area::Difference(Box::new(comb(teeth, false)), Box::new(comb(teeth, true)));
    assert!(crossed(1000).is_tangled());
    assert!(!crossed(20).is_tangled());
    assert!(
        !comb(1000, false).is_tangled(),
        "one shape alone is not combined with anything"
    );
}
