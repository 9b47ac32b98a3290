//! What the one answer promises: parts sum to the whole, and clever answers equal a plain loop.

mod made;

use geju_core::drawn::{drawn, place, rectangle, scheme, spot, world};
use geju_core::place::PlaceKind;
use geju_core::{Area, Command, EdgeRule, Epoch, Ground, Meters, Outline, PlaceId, Question, World};
use made::{building, carry_out};

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
                ..Question::default()
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

/// A comb with long teeth, upright or lying.
fn comb(teeth: i32, across: bool) -> Outline {
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
    Outline::new(vec![vec![ring]]).expect("a comb is sound")
}

#[test]
fn combs_laid_across_each_other_are_told_before_they_are_combined() {
    let area = |teeth, across| Area::Outline(comb(teeth, across));
    let crossed = |teeth| Area::Difference(Box::new(area(teeth, false)), Box::new(area(teeth, true)));
    assert!(crossed(1000).is_tangled());
    assert!(!crossed(20).is_tangled());
    assert!(
        !area(1000, false).is_tangled(),
        "one shape alone is not combined with anything"
    );
}

#[test]
fn a_comb_on_the_map_is_told_before_it_is_weighed() {
    let mut world = World::empty(Epoch(1), scheme());
    let combed = geju_core::Place {
        ground: Ground::Outline(comb(1000, false)),
        ..place(1, PlaceKind::Compound, "梳", comb(20, false))
    };
    carry_out(&mut world, Command::CreatePlace(Box::new(combed)));
    assert!(world.would_tangle(&Area::Outline(comb(1000, true))));
    assert!(!world.would_tangle(&Area::Outline(comb(20, true))));
}
