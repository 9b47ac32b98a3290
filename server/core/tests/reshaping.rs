//! What drawing together promises: several places change as one, and an impossible map is refused.

mod made;

use geju_core::command::Reshape;
use geju_core::decide::{check_reshape, merge_of, split_of};
use geju_core::drawn::{order, outline, place, rebuilt, rectangle, scheme, spot, world};
use geju_core::people::{Role, Warrant};
use geju_core::place::PlaceKind;
use geju_core::rules::{Rule, Strictness};
use geju_core::{
    Code, Command, Effect, Finding, Ground, LonLat, Order, Outline, Place, PlaceId, Refusal, Scheme, Severity, World,
    decide,
};
use made::{building, carry_out};
use std::sync::Arc;

/// Four micro-grids in one grid, and a second grid beside it.
const FOUR: &str = "
    AABB..
    AABB..
    CCDD..
    CCDD..
";
const A: PlaceId = PlaceId(10);
const B: PlaceId = PlaceId(11);
const C: PlaceId = PlaceId(12);
const D: PlaceId = PlaceId(13);
const GRID: PlaceId = PlaceId(2);
const EAST: PlaceId = PlaceId(20);

fn street() -> World {
    let whole = "GGGGGG\nGGGGGG\nGGGGGG\nGGGGGG";
    let grids = "GGGGHH\nGGGGHH\nGGGGHH\nGGGGHH";
    let mut places = vec![
        place(1, PlaceKind::Community, "社区", outline(whole, 'G')),
        place(2, PlaceKind::Grid, "一网格", outline(grids, 'G')),
        place(3, PlaceKind::Grid, "二网格", outline(grids, 'H')),
        place(20, PlaceKind::MicroGrid, "东", outline(grids, 'H')),
    ];
    for (id, letter) in [(10, 'A'), (11, 'B'), (12, 'C'), (13, 'D')] {
        places.push(place(
            id,
            PlaceKind::MicroGrid,
            &letter.to_string(),
            outline(FOUR, letter),
        ));
    }
    for (id, (x, y)) in (100..).zip([(0, 3), (1, 3), (2, 3), (3, 2), (0, 1), (1, 0), (2, 1), (3, 0), (5, 3)]) {
        places.push(building(id, x, y, 30));
    }
    world(places)
}

fn redrawn(world: &World, id: PlaceId, ground: Outline) -> (Place, u32) {
    let old = &world.place(id).unwrap().place;
    let place = Place {
        ground: Ground::Outline(ground),
        ..Place::clone(old)
    };
    (place, old.version)
}

fn moved(world: &World, picture: &str, letters: &[(PlaceId, char)]) -> Reshape {
    Reshape {
        moved: letters
            .iter()
            .map(|(id, c)| redrawn(world, *id, outline(picture, *c)))
            .collect(),
        ..Reshape::default()
    }
}

fn command(wish: Reshape) -> Command {
    Command::Reshape(Box::new(wish))
}

fn refused(world: &World, wish: Reshape) -> Vec<Finding> {
    match decide(world, &order(command(wish))) {
        Err(Refusal::Broken(findings)) => findings,
        other => panic!("{other:?}"),
    }
}

fn codes(findings: &[Finding], severity: Severity) -> Vec<&str> {
    let of = findings.iter().filter(|f| f.severity == severity);
    of.map(|f| f.code.as_str()).collect()
}

fn version(world: &World, id: PlaceId) -> u32 {
    world.place(id).unwrap().place.version
}

fn ground(world: &World, id: PlaceId) -> &Outline {
    world.place(id).unwrap().place.ground.outline().unwrap()
}

#[test]
fn a_shared_edge_moves_for_both_as_one_change() {
    let mut world = street();
    assert_eq!(world.tally(A).buildings, 2);
    let wish = moved(&world, "ABBB..\nABBB..\nCCDD..\nCCDD..", &[(A, 'A'), (B, 'B')]);
    let change = carry_out(&mut world, command(wish));
    assert_eq!(change.cause.as_str(), "reshape");
    assert_eq!([A, B, C, D, GRID].map(|id| version(&world, id)), [2, 2, 1, 1, 1]);
    assert_eq!([A, B].map(|id| world.tally(id).buildings), [1, 3]);
    assert_eq!(
        world.place(PlaceId(101)).unwrap().parents.up,
        Some(B),
        "what stood on the strip goes along"
    );
    assert_eq!(rebuilt(&world).place(A), world.place(A));
}

#[test]
fn one_side_alone_would_overlap_and_is_refused_with_the_spot() {
    let world = street();
    let found = refused(&world, moved(&world, "AAAB..\nAAAB..\nCCDD..\nCCDD..", &[(A, 'A')]));
    assert_eq!(
        codes(&found, Severity::Block),
        ["overlaps_sibling", "building_in_several"]
    );
    assert!(
        found.iter().all(|f| f.at.is_some()),
        "every finding has a spot: {found:?}"
    );
    let at = found[0].at.unwrap();
    assert!(ground(&world, B).contains(at), "the spot lies in the overlap");
    assert_eq!(found[0].places, [A, B]);
}

#[test]
fn ground_left_to_nobody_is_told_and_refused_only_with_the_buildings_on_it() {
    let mut world = street();
    let found = refused(&world, moved(&world, "A.BB..\nA.BB..\nCCDD..\nCCDD..", &[(A, 'A')]));
    assert_eq!(codes(&found, Severity::Block), ["building_without_micro_grid"]);
    assert_eq!(codes(&found, Severity::Warn), ["gap_in_parent"]);
    let empty = moved(&world, "AABB..\nA.BB..\nCCDD..\nCCDD..", &[(A, 'A')]);
    let judged = check_reshape(&world, &order(command(empty.clone())), &empty);
    assert_eq!(codes(&judged.findings, Severity::Warn), ["gap_in_parent"]);
    assert_eq!(judged.places.len(), 1);
    assert_eq!(
        (judged.places[0].tally.buildings, judged.places[0].parents.up),
        (2, Some(GRID))
    );
    carry_out(&mut world, command(empty));
}

#[test]
fn what_is_wrong_without_doubt_comes_with_its_mending() {
    let world = street();
    let mended = |wish: &Reshape, remedy: &str| {
        let judged = check_reshape(&world, &order(command(wish.clone())), wish);
        let mend = judged
            .mends
            .iter()
            .find(|m| m.remedy.as_str() == remedy)
            .unwrap_or_else(|| panic!("{judged:?}"));
        let again = check_reshape(&world, &order(command(mend.wish.clone())), &mend.wish);
        assert_eq!(again.findings, [], "{remedy}");
        mend.wish.clone()
    };
    // A hand that strayed half a metre over the shared edge.
    let [a, b] = [A, B].map(|id| ground(&world, id).envelope());
    let over = rectangle(a.min.lon, a.min.lat, b.min.lon + 50, a.max.lat);
    let wish = Reshape {
        moved: vec![redrawn(&world, A, over)],
        ..Reshape::default()
    };
    mended(&wish, "snap_sliver");
    // Over the outer border.
    let grid = ground(&world, GRID).envelope();
    let out = rectangle(grid.min.lon - 3_000, a.min.lat, a.max.lon, a.max.lat);
    let wish = Reshape {
        moved: vec![redrawn(&world, A, out)],
        ..Reshape::default()
    };
    mended(&wish, "trim_to_parent");
    // A strip left to nobody goes to who has the longest edge on it, not to B beside.
    let wish = moved(&world, "AABB..\n..BB..\nCCDD..\nCCDD..", &[(A, 'A')]);
    let filled = mended(&wish, "fill_gap");
    assert!(filled.moved.iter().all(|(place, _)| place.id != B));
}

#[test]
fn a_scheme_says_how_strict_a_rule_is() {
    let mut world = street();
    let strict = Scheme {
        rules: [(Rule::NoGap, Strictness::Block)].into(),
        ..Scheme::clone(&scheme())
    };
    carry_out(&mut world, Command::AdoptScheme(Arc::new(strict)));
    let found = refused(&world, moved(&world, "AABB..\nA.BB..\nCCDD..\nCCDD..", &[(A, 'A')]));
    assert_eq!(codes(&found, Severity::Block), ["gap_in_parent"]);
}

#[test]
fn what_was_untidy_before_stops_nobody() {
    let mut places: Vec<Place> = street().places().map(|p| Place::clone(&p.place)).collect();
    // C was imported reaching over A.
    for place in &mut places {
        if place.id == C {
            place.ground = Ground::Outline(outline("......\nC.....\nCC....\nCC....", 'C'));
        }
    }
    let mut world = world(places);
    let wish = moved(&world, "AAAB..\nAAAB..\nCCDD..\nCCDD..", &[(A, 'A'), (B, 'B')]);
    let judged = check_reshape(&world, &order(command(wish.clone())), &wish);
    assert!(
        codes(&judged.findings, Severity::Warn).contains(&"overlaps_sibling"),
        "{judged:?}"
    );
    carry_out(&mut world, command(wish));
}

#[test]
fn a_node_on_a_straight_shared_edge_reaches_all_sharers_and_steps_no_version() {
    let mut world = street();
    let before = rebuilt(&world);
    // On the edge of A, on the outer edge of grid and community.
    let west = ground(&world, A).envelope().min.lon;
    let node = LonLat {
        lon: west,
        lat: spot(0, 3).lat,
    };
    // And one between A and B.
    let middle = LonLat {
        lon: ground(&world, A).envelope().max.lon,
        lat: spot(0, 3).lat,
    };
    let noded = geju_core::partition::with_nodes(ground(&world, A), &[node, middle]).unwrap();
    let wish = Reshape {
        moved: vec![redrawn(&world, A, noded)],
        ..Reshape::default()
    };
    // Nobody's ground moves, so whoever stands elsewhere may do it too.
    let order = Order {
        warrant: Warrant {
            role: Role::GridWorker,
            places: vec![GRID],
        },
        ..order(command(wish))
    };
    let change = decide(&world, &order).unwrap();
    world.fold(&change);
    world.assert_sound();
    let has = |id, p| ground(&world, id).rings().any(|r| r.vertices().contains(&p));
    assert!([A, GRID, PlaceId(1)].iter().all(|id| has(*id, node)));
    assert!(has(B, middle) && !has(B, node) && !has(C, middle));
    for id in [A, B, C, D, GRID, EAST, PlaceId(1)] {
        assert_eq!(version(&world, id), 1);
        assert_eq!(world.place(id).unwrap().since, before.place(id).unwrap().since);
        assert_eq!(
            ground(&world, id).doubled_grid_area(),
            ground(&before, id).doubled_grid_area()
        );
    }
    // A later drawing without the node gets it back from its neighbour.
    let wish = moved(&world, "AABB..\nAABB..\nACDD..\nCCDD..", &[(A, 'A'), (C, 'C')]);
    carry_out(&mut world, command(wish));
    assert!(ground(&world, A).rings().any(|r| r.vertices().contains(&middle)));
}

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
fn whoever_drew_on_what_is_gone_hears_of_everything_that_is_stale() {
    let mut world = street();
    let late = moved(&world, "ABBB..\nABBB..\nCCDD..\nCCDD..", &[(A, 'A'), (B, 'B')]);
    let first = moved(&world, "AAAB..\nAAAB..\nCCDD..\nCCDD..", &[(A, 'A'), (B, 'B')]);
    carry_out(&mut world, command(first));
    let judged = check_reshape(&world, &order(command(late.clone())), &late);
    assert_eq!(codes(&judged.findings, Severity::Block), ["stale_place", "stale_place"]);
    match decide(&world, &order(command(late))) {
        Err(Refusal::StalePlaces(now)) => assert_eq!(
            now.iter().map(|p| (p.id, p.version)).collect::<Vec<_>>(),
            [(A, 2), (B, 2)]
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nobody_draws_on_ground_they_do_not_answer_for() {
    let world = street();
    let wish = moved(&world, "AABBB.\nAABBB.\nCCDDE.\nCCDDE.", &[(B, 'B')]);
    let worker = |wish| Order {
        warrant: Warrant {
            role: Role::GridWorker,
            places: vec![GRID],
        },
        ..order(command(wish))
    };
    match decide(&world, &worker(wish)) {
        Err(Refusal::Forbidden(found)) => assert_eq!(
            (found.code.as_str(), found.at.is_some()),
            ("outside_jurisdiction", true)
        ),
        other => panic!("{other:?}"),
    }
    let inside = moved(&world, "ABBB..\nABBB..\nCCDD..\nCCDD..", &[(A, 'A'), (B, 'B')]);
    assert!(decide(&world, &worker(inside)).is_ok());
    let grids = Reshape {
        moved: vec![redrawn(&world, GRID, outline("GGG\nGGG\nGGG\nGGG", 'G'))],
        ..Reshape::default()
    };
    match decide(&world, &worker(grids)) {
        Err(Refusal::Forbidden(found)) => assert_eq!(found.code, "not_in_duty_list"),
        other => panic!("{other:?}"),
    }
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
fn codes_are_one_of_a_kind_and_told_when_out_of_order() {
    let mut world = street();
    let coded = |world: &World, id, code: &str| Place {
        code: Some(Code::new(code).unwrap()),
        ..Place::clone(&world.place(id).unwrap().place)
    };
    let both = |world: &World, a: &str, b: &str| Reshape {
        moved: vec![(coded(world, A, a), 1), (coded(world, D, b), 1)],
        ..Reshape::default()
    };
    let found = refused(&world, both(&world, "001", "001"));
    assert_eq!(codes(&found, Severity::Block), ["code_taken"]);
    let wish = both(&world, "002", "001");
    let judged = check_reshape(&world, &order(command(wish.clone())), &wish);
    assert_eq!(
        codes(&judged.findings, Severity::Warn),
        ["code_out_of_order", "code_out_of_order"]
    );
    let wish = both(&world, "001", "002");
    carry_out(&mut world, command(wish));
    // A code whose owner leaves in the same step is not given again.
    let mut wish = merge_of(&world, &[(C, 1), (D, 2)], C).unwrap();
    wish.moved[0].0.code = Some(Code::new("002").unwrap());
    assert_eq!(codes(&refused(&world, wish), Severity::Block), ["code_taken"]);
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

#[test]
fn what_cannot_be_drawn_is_refused_with_a_reason() {
    let world = street();
    assert_eq!(refused(&world, Reshape::default())[0].code, "nothing_drawn");
    let mut twice = moved(&world, FOUR, &[(A, 'A')]);
    twice.retired.push((A, 1));
    assert_eq!(refused(&world, twice)[0].code, "id_twice");
    let gone = Reshape {
        retired: vec![(PlaceId(999), 1)],
        ..Reshape::default()
    };
    assert!(matches!(
        decide(&world, &order(command(gone))),
        Err(Refusal::NoSuchPlace(PlaceId(999)))
    ));
    let house = Reshape {
        created: vec![building(500, 5, 0, 3)],
        ..Reshape::default()
    };
    assert_eq!(refused(&world, house)[0].code, "kind_not_reshaped");
    let many = Reshape {
        retired: (1_000..1_300).map(|id| (PlaceId(id), 1)).collect(),
        ..Reshape::default()
    };
    assert_eq!(refused(&world, many)[0].code, "too_many_places");
    let far = rectangle(0, 0, 50_000, 50_000);
    let outside = Reshape {
        created: vec![place(500, PlaceKind::MicroGrid, "远", far)],
        ..Reshape::default()
    };
    assert_eq!(refused(&world, outside)[0].code, "parent_missing");
}
