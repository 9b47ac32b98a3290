//! Places cut in two, joined, given up, and all of it taken back.

use super::made::carry_out;
use super::*;
use geju_core::decide::{merge_of, split_of};
use std::sync::Arc;

#[test]
fn a_split_makes_two_and_a_merge_makes_the_same_ground_again() {
    let mut world = street();
    let start = rebuilt(&world);
    let (north, south) = (spot(1, 5), spot(1, -3));
    let line = [
        LonLat {
            lon: north.lon - 4_000,
            ..north
        },
        LonLat {
            lon: south.lon - 4_000,
            ..south
        },
    ];
    let fresh = place(30, PlaceKind::MicroGrid, "新", outline(FOUR, 'A'));
    let cut = split_of(&world, A, 1, &line, None, fresh.clone()).unwrap();
    let split = carry_out(&mut world, command(cut));
    assert_eq!([A, PlaceId(30)].map(|id| world.tally(id).buildings), [1, 1]);
    let sum = ground(&world, A).doubled_grid_area() + ground(&world, PlaceId(30)).doubled_grid_area();
    assert_eq!(sum, ground(&start, A).doubled_grid_area());
    assert!(
        split
            .effects
            .iter()
            .filter(|e| matches!(e, Effect::Place(r) if r.only_nodes()))
            .count()
            >= 2,
        "C and the grid share the ends of the line"
    );
    let wish = merge_of(&world, &[(PlaceId(30), 1), (A, 2)], A).unwrap();
    carry_out(&mut world, command(wish));
    assert!(geju_core::partition::same_ground(ground(&world, A), ground(&start, A)));
    assert_eq!(world.tally(A), start.tally(A));
    assert!(world.place(PlaceId(30)).is_none());

    let east = LonLat {
        lon: north.lon + 500_000,
        ..north
    };
    let why = |line: &[LonLat]| match split_of(&world, A, 3, line, None, fresh.clone()) {
        Err(Refusal::Broken(found)) => found[0].clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(why(&[east, north]).code, "split_line_misses");
    assert_eq!(why(&[spot(0, 3), north]).code, "split_line_ends_inside");
    assert!(why(&[spot(0, 3), north]).at.is_some());
}

#[test]
fn strangers_do_not_merge() {
    let world = street();
    let why = |places: &[(PlaceId, u32)], into| match merge_of(&world, places, into) {
        Err(Refusal::Broken(found)) => found[0].clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(why(&[(A, 1), (D, 1)], A).code, "merge_not_neighbours");
    assert_eq!(why(&[(B, 1), (EAST, 1)], B).code, "merge_across_parents");
    assert_eq!(why(&[(A, 1), (GRID, 1)], A).code, "merge_across_kinds");
    assert_eq!(why(&[(A, 1)], A).code, "merge_nothing");
    assert_eq!(why(&[(A, 1), (B, 1)], C).code, "merge_into_stranger");
    assert!(why(&[(A, 1), (D, 1)], A).at.is_some());
}

#[test]
fn what_lay_in_a_place_that_leaves_finds_another() {
    let mut world = street();
    let alone = Reshape {
        retired: vec![(GRID, 1)],
        ..Reshape::default()
    };
    let found = refused(&world, alone);
    assert_eq!(codes(&found, Severity::Block), ["would_orphan"]);
    let wish = merge_of(&world, &[(GRID, 1), (PlaceId(3), 1)], PlaceId(3)).unwrap();
    carry_out(&mut world, command(wish));
    assert_eq!(world.place(A).unwrap().parents.up, Some(PlaceId(3)));
}

#[test]
fn an_outer_border_moves_only_with_what_lies_inside() {
    let mut world = street();
    let grids = "GGGHHH\nGGGHHH\nGGGHHH\nGGGHHH";
    let found = refused(&world, moved(&world, grids, &[(GRID, 'G'), (PlaceId(3), 'H')]));
    assert!(codes(&found, Severity::Block).contains(&"outside_parent"), "{found:?}");
    let mut all = moved(&world, grids, &[(GRID, 'G'), (PlaceId(3), 'H'), (EAST, 'H')]);
    let micro = moved(&world, "AAB...\nAAB...\nCCD...\nCCD...", &[(B, 'B'), (D, 'D')]);
    all.moved.extend(micro.moved);
    carry_out(&mut world, command(all));
    assert_eq!(world.tally(EAST).buildings, 3);
}

#[test]
fn a_gesture_taken_back_leaves_the_same_places_and_vertices_and_can_be_done_again() {
    let mut world = street();
    let start = rebuilt(&world);
    let mut wish = merge_of(&world, &[(A, 1), (B, 1)], A).unwrap();
    wish.moved.push(redrawn(&world, C, ground(&world, C).clone()));
    let merged = carry_out(&mut world, command(wish));
    assert!(world.place(B).is_none());
    let undone = carry_out(&mut world, Command::Undo(Arc::new(merged)));
    for id in [A, B, C, D, GRID] {
        assert_eq!(ground(&world, id), ground(&start, id));
        assert_eq!(world.tally(id), start.tally(id));
    }
    assert_eq!(
        [A, B].map(|id| version(&world, id)),
        [3, 3],
        "what moved back is a new version"
    );
    carry_out(&mut world, Command::Undo(Arc::new(undone)));
    assert!(world.place(B).is_none() && world.tally(A).buildings == 4);
}

#[test]
fn what_was_drawn_since_is_not_overrun_by_an_undo() {
    let mut world = street();
    let first = moved(&world, "A.BB..\nAABB..\nCCDD..\nCCDD..", &[(A, 'A')]);
    let bare: Vec<Place> = world
        .places()
        .filter(|p| p.place.kind() != PlaceKind::Building)
        .map(|p| Place::clone(&p.place))
        .collect();
    world = geju_core::drawn::world(bare);
    let shrunk = carry_out(&mut world, command(first));
    let wish = moved(&world, "ABBB..\nAABB..\nCCDD..\nCCDD..", &[(B, 'B')]);
    carry_out(&mut world, command(wish));
    match decide(&world, &order(Command::Undo(Arc::new(shrunk)))) {
        Err(Refusal::Broken(found)) => assert_eq!(codes(&found, Severity::Block), ["overlaps_sibling"]),
        other => panic!("{other:?}"),
    }
}
