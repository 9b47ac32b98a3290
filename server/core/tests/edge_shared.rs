//! Neighbours share their edge vertex by vertex. Where one of them all but touches itself, its edge can bend nowhere, and what
//! would tear it open is refused with the spot.

use geju_core::decide::{check_reshape, split_of};
use geju_core::drawn::{order, place, rectangle, world};
use geju_core::place::PlaceKind;
use geju_core::{Command, LonLat, Outline, PlaceId, Refusal, World, decide};

const EAST: i32 = 1_040_610_000;
const NORTH: i32 = 306_620_000;
const NECKED: PlaceId = PlaceId(15);
const NARROW: PlaceId = PlaceId(16);

fn spot((x, y): (i32, i32)) -> LonLat {
    LonLat {
        lon: EAST + x,
        lat: NORTH + y,
    }
}

fn ring(spots: &[(i32, i32)]) -> Outline {
    Outline::new(vec![vec![spots.iter().copied().map(spot).collect()]]).unwrap()
}

/// The southern ground's corner at 4462, 2383 lies a tenth of a step below its own northern edge.
fn neck() -> World {
    let whole = rectangle(EAST - 1_000, NORTH - 3_000, EAST + 11_000, NORTH + 10_000);
    let south = [
        (5_507, -1_795),
        (4_462, 2_383),
        (8_348, 1_897),
        (6_914, 3_017),
        (988, 1_485),
        (191, -1_933),
    ];
    let east = [
        (9_320, 1_138),
        (10_325, 10_000),
        (2_972, 10_000),
        (2_203, 6_699),
        (6_914, 3_017),
        (8_348, 1_897),
    ];
    world([
        place(1, PlaceKind::Community, "社区", whole.clone()),
        place(2, PlaceKind::Grid, "网格", whole),
        place(NECKED.0, PlaceKind::MicroGrid, "南", ring(&south)),
        place(18, PlaceKind::MicroGrid, "东", ring(&east)),
        place(
            NARROW.0,
            PlaceKind::MicroGrid,
            "北",
            ring(&[(6_914, 3_017), (2_203, 6_699), (988, 1_485)]),
        ),
    ])
}

fn cut_to(world: &World, end: (i32, i32)) -> geju_core::command::Reshape {
    let new = place(17, PlaceKind::MicroGrid, "新", ring(&[(0, 0), (1_000, 0), (0, 1_000)]));
    split_of(world, NARROW, 1, &[spot((4_080, 5_232)), spot(end)], None, new).expect("the line cuts")
}

#[test]
fn a_cut_whose_end_the_neighbour_cannot_follow_is_refused_where_it_is() {
    let world = neck();
    // A third of a step above the edge: it would fold over the southern ground's own corner.
    let wish = cut_to(&world, (2_579, 1_896));
    let refused = decide(&world, &order(Command::Reshape(Box::new(wish.clone())))).unwrap_err();
    let Refusal::Broken(findings) = refused else {
        panic!("{refused:?}");
    };
    let found = findings
        .iter()
        .find(|f| f.code == "edge_not_shareable")
        .expect("it is told");
    assert_eq!(found.at, Some(spot((2_579, 1_896))));
    assert!(found.places.contains(&NECKED) && found.mend.is_some(), "{found:?}");
    let told = check_reshape(&world, &order(Command::Reshape(Box::new(wish.clone()))), &wish);
    assert!(told.findings.contains(found), "it is told while drawing, too");
}

#[test]
fn a_cut_that_ends_elsewhere_on_that_edge_is_shared() {
    let mut world = neck();
    let area = |world: &World| -> i128 {
        let all = world.places_of(PlaceKind::MicroGrid);
        all.map(|p| p.place.ground.outline().unwrap().doubled_grid_area()).sum()
    };
    let before = area(&world);
    let wish = cut_to(&world, (5_900, 2_755));
    let change = decide(&world, &order(Command::Reshape(Box::new(wish)))).unwrap();
    world.fold(&change);
    assert_eq!(area(&world), before);
    let south = world.place(NECKED).unwrap().place.ground.outline().unwrap();
    assert!(
        south
            .rings()
            .flat_map(|r| r.vertices())
            .any(|p| *p == spot((5_900, 2_755)))
    );
}
