//! A decoded tile holds exactly what a plain loop finds.

mod common;

use common::{decode, plainly_placed, twice_area};
use geju_tiles::{Env, Limits, Ring, TileBuilder, TileId, Value, WorldPoint, mercator::project};
use proptest::prelude::*;

const Z: u8 = 14;

fn tile() -> TileId {
    TileId::containing(Z, project(1_040_600_000, 306_600_000)).unwrap()
}

/// Unit position (may be fractional, in 64ths) to world.
fn world(x: i64, y: i64) -> WorldPoint {
    let o = tile().bounds().min;
    WorldPoint {
        x: (i64::from(o.x) + x) as u32,
        y: (i64::from(o.y) + y) as u32,
    }
}

fn in_buffer(p: (i64, i64)) -> bool {
    (-64..=4160).contains(&p.0) && (-64..=4160).contains(&p.1)
}

const UNIT: i64 = 64;
const NEAR: std::ops::Range<i64> = -200 * UNIT..4300 * UNIT;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn boxes_and_points_are_those_of_the_plain_loop(
        boxes in prop::collection::vec((NEAR, NEAR, 0i64..300 * UNIT, 0i64..300 * UNIT, any::<bool>()), 0..40),
        points in prop::collection::vec((NEAR, NEAR), 0..40),
    ) {
        let rings: Vec<Vec<WorldPoint>> = boxes.iter().map(|&(x, y, w, h, turned)| {
            let mut ring = vec![world(x, y), world(x + w, y), world(x + w, y + h), world(x, y + h), world(x, y)];
            if turned {
                ring.reverse();
            }
            ring
        }).collect();
        let points: Vec<WorldPoint> = points.into_iter().map(|(x, y)| world(x, y)).collect();
        let mut builder = TileBuilder::new(tile());
        let mut layer = builder.layer("boxes");
        for (id, ring) in rings.iter().enumerate() {
            let name = format!("{}号", id % 7);
            layer.polygon(id as u64, [Ring::Outer(ring)], &[
                ("id", Value::U64(id as u64)), ("name", Value::Str(&name)), ("odd", Value::Bool(id % 2 == 1)),
            ]);
        }
        let mut layer = builder.layer("points");
        for (id, &p) in points.iter().enumerate() {
            layer.point(id as u64, p, &[("below", Value::I64(-(id as i64)))]);
        }
        let layers = decode(&builder.finish());
        let layer = |name: &str| layers.iter().find(|(n, _)| n == name).map(|(_, f)| f.clone()).unwrap_or_default();

        let mut want = Vec::new();
        for (id, ring) in rings.iter().enumerate() {
            let (a, b) = (plainly_placed(tile(), 0, ring[0]), plainly_placed(tile(), 0, ring[2]));
            let side = |p: i64, q: i64| (p.max(q).min(4160) - p.min(q).max(-64)).max(0);
            let area = side(a.0, b.0) * side(a.1, b.1);
            if area > 0 {
                want.push((id as u64, 2 * area));
            }
        }
        let boxes = layer("boxes");
        let got: Vec<(u64, i64)> = boxes.iter().map(|f| (f.id, f.parts.iter().map(|r| twice_area(r)).sum())).collect();
        prop_assert_eq!(got, want);
        for f in &boxes {
            prop_assert_eq!(f.kind, 3);
            prop_assert_eq!(&f.attributes["id"], &format!("UInt({})", f.id));
            prop_assert_eq!(&f.attributes["name"], &format!("{}号", f.id % 7));
            prop_assert_eq!(&f.attributes["odd"], &format!("Bool({})", f.id % 2 == 1));
        }

        let want: Vec<(u64, (i64, i64))> = points.iter().enumerate()
            .filter(|(_, p)| tile().buffered().meets(&Env { min: **p, max: **p }))
            .map(|(id, p)| (id as u64, plainly_placed(tile(), 0, *p)))
            .collect();
        prop_assert!(want.iter().all(|(_, p)| in_buffer(*p)));
        let got: Vec<_> = layer("points").iter().map(|f| (f.id, f.parts[0][0])).collect();
        prop_assert_eq!(got, want);
        for f in layer("points") {
            prop_assert_eq!(&f.attributes["below"], &format!("SInt({})", -(f.id as i64)));
        }
    }

    /// Right-angled lines: their length inside the box is the sum over their segments, whichever way they run.
    #[test]
    fn lines_keep_the_length_that_lies_inside(corners in prop::collection::vec((-500i64..4600, -500i64..4600), 1..12)) {
        let mut line = Vec::new();
        for pair in corners.windows(2) {
            line.push(pair[0]);
            line.push((pair[1].0, pair[0].1));
        }
        line.push(corners[corners.len() - 1]);
        let placed: Vec<WorldPoint> = line.iter().map(|&(x, y)| world(x * UNIT, y * UNIT)).collect();
        let mut builder = TileBuilder::new(tile());
        builder.layer("lines").line(1, [&placed[..]], &[]);
        let layers = decode(&builder.finish());
        let parts = layers.first().map(|(_, f)| f[0].parts.clone()).unwrap_or_default();
        let length = |a: (i64, i64), b: (i64, i64)| (a.0 - b.0).abs() + (a.1 - b.1).abs();
        let got: i64 = parts.iter().flat_map(|part| part.windows(2).map(|w| length(w[0], w[1]))).sum();
        let within = |p: i64, q: i64| (p.max(q).min(4160) - p.min(q).max(-64)).max(0);
        let want: i64 = line.windows(2).map(|w| {
            let (a, b) = (w[0], w[1]);
            if a.1 == b.1 && (-64..=4160).contains(&a.1) { within(a.0, b.0) }
            else if a.0 == b.0 && (-64..=4160).contains(&a.0) { within(a.1, b.1) }
            else { 0 }
        }).sum();
        prop_assert_eq!(got, want);
        prop_assert!(parts.iter().flatten().all(|&p| in_buffer(p)));
    }
}

#[test]
fn holes_run_against_their_exterior_and_parts_stay_apart() {
    let square = |x: i64, y: i64, side: i64| -> Vec<WorldPoint> {
        [(0, 0), (side, 0), (side, side), (0, side)]
            .map(|(dx, dy)| world((x + dx) * UNIT, (y + dy) * UNIT))
            .to_vec()
    };
    let (a, hole, b, tiny) = (
        square(100, 100, 50),
        square(110, 110, 20),
        square(300, 300, 10),
        square(500, 500, 0),
    );
    let mut builder = TileBuilder::new(tile());
    builder
        .layer("x")
        .polygon(1, [Ring::Outer(&a), Ring::Hole(&hole), Ring::Outer(&b)], &[])
        // A hole as large as its exterior leaves nothing.
        .polygon(2, [Ring::Outer(&a), Ring::Hole(&a)], &[])
        // The hole of an exterior that is not there must not be filled.
        .polygon(3, [Ring::Outer(&tiny), Ring::Hole(&hole)], &[]);
    let layers = decode(&builder.finish());
    let [(_, features)] = &layers[..] else {
        panic!("{layers:?}")
    };
    assert_eq!(features.len(), 1);
    let areas: Vec<i64> = features[0].parts.iter().map(|ring| twice_area(ring)).collect();
    assert_eq!(areas, [2 * 50 * 50, -2 * 20 * 20, 2 * 10 * 10]);
}

#[test]
fn what_is_too_small_is_left_out_or_drawn_as_a_pixel_when_asked() {
    let speck = [world(6410, 6410), world(6415, 6410), world(6415, 6415)];
    let outside = [world(-70 * UNIT, 0), world(-70 * UNIT + 5, 0), world(-70 * UNIT, 5)];
    let mut builder = TileBuilder::new(tile());
    builder.layer("x").polygon(1, [Ring::Outer(&speck)], &[]);
    assert!(builder.finish().is_empty());
    builder
        .layer("x")
        .keep_tiny(true)
        .polygon(2, [Ring::Outer(&outside)], &[]);
    let layers = decode(&builder.finish());
    let [(_, features)] = &layers[..] else {
        panic!("{layers:?}")
    };
    assert_eq!((features.len(), features[0].id), (1, 1));
    assert_eq!(twice_area(&features[0].parts[0]), 2 * 8 * 8);
}

#[test]
fn nothing_in_the_tile_is_no_bytes_at_all() {
    let mut builder = TileBuilder::new(tile());
    builder.layer("empty");
    let far = [world(9000 * UNIT, 0), world(9100 * UNIT, 0), world(9000 * UNIT, 100)];
    builder
        .layer("far")
        .polygon(1, [Ring::Outer(&far)], &[("a", Value::Bool(true))])
        .line(2, [&far[..], &[]], &[])
        .points(3, &[], &[]);
    assert_eq!(builder.encode(&Limits::default()).features, 0);
    assert!(builder.finish().is_empty());
}

#[test]
fn a_shape_as_large_as_the_world_is_cut_right_at_the_deepest_zoom() {
    let all = [(0, 0), (u32::MAX, 0), (u32::MAX, u32::MAX), (0, u32::MAX)].map(|(x, y)| WorldPoint { x, y });
    for z in [0, 5, 20, 21, 22] {
        let tile = TileId::new(z, (1 << z) / 2, (1 << z) / 2).unwrap();
        let mut builder = TileBuilder::new(tile);
        let backwards: Vec<WorldPoint> = all.iter().rev().copied().collect();
        builder
            .layer("x")
            .polygon(1, [Ring::Outer(&all)], &[])
            .polygon(2, [Ring::Outer(&backwards)], &[]);
        let layers = decode(&builder.finish());
        for feature in &layers[0].1 {
            let side = if z == 0 { 4096 } else { 4096 + 128 };
            assert_eq!(twice_area(&feature.parts[0]), 2 * side * side, "z{z}");
        }
        assert_eq!(layers[0].1.len(), 2);
    }
}
