//! What a finding is about is ground, not only a spot: what overlaps, what is left over, what lies outside.

use geju_core::command::Reshape;
use geju_core::decide::check_reshape;
use geju_core::drawn::{order, place, rectangle, world};
use geju_core::partition::same_ground;
use geju_core::place::PlaceKind;
use geju_core::{Command, Finding, Ground, Outline, Place, PlaceId, World};

const WEST: i32 = 1_040_600_000;
const SOUTH: i32 = 306_600_000;

fn ground(west: i32, south: i32, east: i32, north: i32) -> Outline {
    rectangle(WEST + west, SOUTH + south, WEST + east, SOUTH + north)
}

/// A grid of two micro-grids side by side.
fn pair() -> World {
    let whole = ground(0, 0, 20_000, 10_000);
    world([
        place(1, PlaceKind::Community, "社区", whole.clone()),
        place(2, PlaceKind::Grid, "网格", whole),
        place(3, PlaceKind::MicroGrid, "西", ground(0, 0, 10_000, 10_000)),
        place(4, PlaceKind::MicroGrid, "东", ground(10_000, 0, 20_000, 10_000)),
    ])
}

fn found(world: &World, redrawn: Outline, code: &str) -> Finding {
    let old = &world.place(PlaceId(3)).unwrap().place;
    let wish = Reshape {
        moved: vec![(
            Place {
                ground: Ground::Outline(redrawn),
                ..Place::clone(old)
            },
            old.version,
        )],
        ..Reshape::default()
    };
    let judged = check_reshape(world, &order(Command::Reshape(Box::new(wish.clone()))), &wish);
    let all = judged.findings.into_iter().find(|f| f.code == code);
    all.unwrap_or_else(|| panic!("{code} is found"))
}

fn area(finding: &Finding) -> i128 {
    finding.ground.iter().map(Outline::doubled_grid_area).sum()
}

#[test]
fn the_ground_of_an_overlap_a_gap_and_an_outside_is_told() {
    let world = pair();
    let over = found(&world, ground(0, 0, 12_000, 10_000), "overlaps_sibling");
    let strip = ground(10_000, 0, 12_000, 10_000);
    assert!(
        over.ground.len() == 1 && same_ground(&over.ground[0], &strip),
        "{:?}",
        over.ground
    );
    let gap = found(&world, ground(0, 0, 9_000, 10_000), "gap_in_parent");
    assert_eq!(area(&gap), 2 * 1_000 * 10_000);
    assert!(gap.ground[0].contains(gap.at.unwrap()), "the spot lies in it");
    let out = found(&world, ground(-500, 0, 10_000, 10_000), "outside_parent");
    assert_eq!(area(&out), 2 * 500 * 10_000);
}

#[test]
fn of_ground_finer_than_a_screen_the_largest_pieces_are_told() {
    let teeth = (0..400).map(|n| {
        let height = if n == 399 { 2_000 } else { 100 };
        ground(n * 50, 0, n * 50 + 25, height)
    });
    let mut pieces: Vec<Outline> = teeth.collect();
    pieces.reverse();
    let told = Finding::warn("gap_in_parent", "").ground(pieces.clone());
    assert_eq!(told.ground.len(), geju_core::finding::MAX_GROUND_VERTICES / 4);
    assert_eq!(told.ground[0], pieces[0]);
}
