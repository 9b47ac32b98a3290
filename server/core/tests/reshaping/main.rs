//! What drawing together promises: several places change as one, and an impossible map is refused.

#[path = "../made/mod.rs"]
mod made;
mod pieces;
mod refused;

use geju_core::command::Reshape;
use geju_core::decide::check_reshape;
use geju_core::drawn::{order, outline, place, rebuilt, rectangle, scheme, spot, world};
use geju_core::people::{Role, Warrant};
use geju_core::place::PlaceKind;
use geju_core::{
    Command, Effect, Finding, Ground, LonLat, Order, Outline, Place, PlaceId, Refusal, Severity, World, decide,
};
use made::{building, carry_out};

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
