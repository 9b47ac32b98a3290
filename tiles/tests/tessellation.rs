//! Neighbours that share an edge on the ground share it in every tile: no gap, no overlap.

mod common;

use std::collections::{BTreeMap, HashMap};

use common::{Ring, decode, plainly_placed, twice_area};
use geju_tiles::{Limits, TileBuilder, TileId, WorldPoint, WorldShape, mercator::unproject};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng, rngs::SmallRng};

/// Cells a side; blocks of three by three are cut up in different ways.
const CELLS: usize = 9;

type Node = (i32, i32);
type Edges = Vec<(Node, Node)>;

/// A tessellation: rings of each part, and those of the whole.
struct Ground {
    parts: Vec<Vec<Vec<Node>>>,
    whole: Vec<Vec<Node>>,
}

/// Shared corners and edge nodes, moved about by `jitter` of a cell. `cell` and `lean`, by which
/// each row and column is shifted, in world units.
fn ground(seed: u64, corner: (i64, i64), cell: i64, bends: usize, jitter: f64, lean: (i64, i64)) -> Ground {
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut node = |x: f64, y: f64| {
        let mut shake = || {
            if jitter == 0.0 {
                0.0
            } else {
                rng.random_range(-jitter..jitter)
            }
        };
        let at = |o: i64, n: f64, by: f64, leaning: f64| (o + ((n + by) * cell as f64 + leaning) as i64) as u32;
        unproject(WorldPoint {
            x: at(corner.0, x, shake(), y * lean.0 as f64),
            y: at(corner.1, y, shake(), x * lean.1 as f64),
        })
    };
    let mut corners = HashMap::new();
    // The chain of nodes from corner (x, y) to the east (false) or south (true).
    let mut chains: HashMap<(usize, usize, bool), Vec<Node>> = HashMap::new();
    for y in 0..=CELLS {
        for x in 0..=CELLS {
            corners.insert((x, y), node(x as f64, y as f64));
        }
    }
    for y in 0..=CELLS {
        for x in 0..=CELLS {
            for south in [false, true] {
                let to = if south { (x, y + 1) } else { (x + 1, y) };
                let Some(&end) = corners.get(&to) else {
                    continue;
                };
                let mut chain = vec![corners[&(x, y)]];
                for bend in 1..=bends {
                    let along = bend as f64 / (bends + 1) as f64;
                    let (dx, dy) = if south { (0.0, along) } else { (along, 0.0) };
                    chain.push(node(x as f64 + dx, y as f64 + dy));
                }
                chain.push(end);
                chains.insert((x, y, south), chain);
            }
        }
    }
    let around = |x: usize, y: usize| -> Edges {
        let forth = |key| chains[&key].clone();
        let back = |key| chains[&key].iter().rev().copied().collect::<Vec<_>>();
        [
            forth((x, y, false)),
            forth((x + 1, y, true)),
            back((x, y + 1, false)),
            back((x, y, true)),
        ]
        .iter()
        .flat_map(|chain| chain.windows(2).map(|w| (w[0], w[1])))
        .collect()
    };
    let mut parts = Vec::new();
    let mut all = Vec::new();
    for block_y in (0..CELLS).step_by(3) {
        for block_x in (0..CELLS).step_by(3) {
            let cells = |picked: &dyn Fn(usize, usize) -> bool| -> Edges {
                (0..9)
                    .filter(|n| picked(n % 3, n / 3))
                    .flat_map(|n| around(block_x + n % 3, block_y + n / 3))
                    .collect()
            };
            match rng.random_range(0..4) {
                0 => (0..9).for_each(|n| parts.push(rings(cells(&|x, y| x + 3 * y == n)))),
                1 => (0..3).for_each(|row| parts.push(rings(cells(&|_, y| y == row)))),
                2 => {
                    parts.push(rings(cells(&|x, y| (x, y) != (1, 1))));
                    parts.push(rings(cells(&|x, y| (x, y) == (1, 1))));
                }
                _ => parts.push(rings(cells(&|_, _| true))),
            }
            all.extend(cells(&|_, _| true));
        }
    }
    Ground {
        parts,
        whole: rings(all),
    }
}

/// Edges run in both directions lie inside and cancel; the rest closes into rings, exterior first.
fn rings(edges: Edges) -> Vec<Vec<Node>> {
    let mut left: BTreeMap<Node, Node> = BTreeMap::new();
    for &(a, b) in &edges {
        if !edges.contains(&(b, a)) {
            assert!(left.insert(a, b).is_none());
        }
    }
    let mut rings = Vec::new();
    while let Some((&start, _)) = left.first_key_value() {
        let mut ring = Vec::new();
        let mut at = start;
        while let Some(next) = left.remove(&at) {
            ring.push(at);
            at = next;
        }
        rings.push(ring);
    }
    let size = |ring: &Vec<Node>| {
        let flat: Ring = ring
            .iter()
            .map(|&(x, y)| (i64::from(x - ring[0].0), i64::from(y - ring[0].1)))
            .collect();
        std::cmp::Reverse(twice_area(&flat).abs())
    };
    rings.sort_by_key(size);
    rings
}

/// How often each smallest lattice step is run, one way minus the other way.
fn directed(rings: impl Iterator<Item = Ring>) -> BTreeMap<[(i64, i64); 2], i64> {
    let mut steps = BTreeMap::new();
    for ring in rings {
        for i in 0..ring.len() {
            let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let count = gcd(dx.abs(), dy.abs());
            for n in 0..count {
                let at = |n: i64| (a.0 + dx / count * n, a.1 + dy / count * n);
                let (from, to) = (at(n), at(n + 1));
                let (key, way) = if from < to { ([from, to], 1) } else { ([to, from], -1) };
                *steps.entry(key).or_insert(0) += way;
            }
        }
    }
    steps.retain(|_, times| *times != 0);
    steps
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn drawn(tile: TileId, shapes: &[WorldShape], generalised: u8) -> Vec<common::Feature> {
    let mut builder = TileBuilder::new(tile);
    let mut layer = builder.layer("ground");
    for (id, shape) in shapes.iter().enumerate() {
        layer.shape(id as u64, shape, &[]);
    }
    let encoded = builder.encode(&Limits {
        max_bytes: usize::MAX,
        generalised: Some(generalised),
    });
    assert_eq!((encoded.generalised, encoded.dropped_features), (generalised, 0));
    decode(&encoded.bytes)
        .pop()
        .map(|(_, features)| features)
        .unwrap_or_default()
}

fn rings_of(features: &[common::Feature]) -> impl Iterator<Item = Ring> + '_ {
    features.iter().flat_map(|feature| feature.parts.iter().cloned())
}

fn shapes_of(ground: &Ground) -> (Vec<WorldShape>, WorldShape) {
    let shape = |rings: &Vec<Vec<Node>>| WorldShape::polygon(rings.iter().cloned());
    (ground.parts.iter().map(shape).collect(), shape(&ground.whole))
}

/// A tile over Chengdu.
fn home(z: u8) -> TileId {
    TileId::containing(z, geju_tiles::mercator::project(1_040_600_000, 306_600_000)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Cells of 12 lattice steps and more, laid across the tile's border anyhow: every edge between two cells is
    /// run once in each direction, so what is left over is the outline of the whole.
    #[test]
    fn neighbours_meet_in_every_tile(
        seed: u64, z in 8u8..=16, generalised in 0u8..=4, steps in 12i64..90, bends in 0usize..3,
        straight: bool, at in (-1100i64..4200, -1100i64..4200), lean in (-5i64..=5, -5i64..=5), backwards: bool,
    ) {
        let tile = home(z);
        let unit = 1i64 << (20 - z);
        let cell = (steps << generalised) * unit;
        let origin = tile.bounds().min;
        let corner = (i64::from(origin.x) + at.0 * unit, i64::from(origin.y) + at.1 * unit);
        let ground = ground(seed, corner, cell, bends, if straight { 0.0 } else { 0.13 }, (lean.0 * unit, lean.1 * unit));
        let (mut parts, whole) = shapes_of(&ground);
        if backwards {
            parts.reverse();
        }
        let parts = drawn(tile, &parts, generalised);
        let whole = drawn(tile, &[whole], generalised);
        let areas = |features: &[common::Feature]| rings_of(features).map(|ring| twice_area(&ring)).sum::<i64>();
        prop_assert_eq!(areas(&parts), areas(&whole));
        prop_assert_eq!(directed(rings_of(&parts)), directed(rings_of(&whole)));
    }

    /// Cells of the size of a lattice step: many collapse. Each that is drawn has exactly the area its rounded
    /// vertices say, those left out have none, and all of them together have the area of the whole.
    #[test]
    fn cells_smaller_than_a_step_vanish_without_a_trace(
        seed: u64, z in 8u8..=15, generalised in 0u8..=3, quarter_steps in 1i64..16, bends in 0usize..3,
    ) {
        let tile = home(z);
        let unit = 1i64 << (20 - z);
        let cell = ((quarter_steps << generalised) * unit / 4).max(1);
        let origin = tile.bounds().min;
        let ground = ground(seed, (i64::from(origin.x) + 500 * unit, i64::from(origin.y) + 700 * unit), cell, bends, 0.13, (0, 0));
        let (parts, _) = shapes_of(&ground);
        let rounded = |rings: &Vec<Vec<Node>>| -> i64 {
            rings.iter().map(|ring| {
                let placed: Ring = ring.iter()
                    .map(|&(lon, lat)| plainly_placed(tile, generalised, geju_tiles::mercator::project(lon, lat)))
                    .collect();
                twice_area(&placed)
            }).sum()
        };
        let plain: Vec<i64> = ground.parts.iter().map(rounded).collect();
        // Cells are run clockwise on the screen, as exteriors are.
        prop_assert_eq!(plain.iter().sum::<i64>(), rounded(&ground.whole));
        let features = drawn(tile, &parts, generalised);
        let mut drawn_areas = BTreeMap::new();
        for feature in &features {
            drawn_areas.insert(feature.id as usize, feature.parts.iter().map(|ring| twice_area(ring)).sum::<i64>());
        }
        for (id, &area) in plain.iter().enumerate() {
            // A part with a hole may keep its exterior while the hole turns over: then it covers the hole too.
            if ground.parts[id].len() == 1 {
                prop_assert_eq!(drawn_areas.get(&id).copied().unwrap_or(0), area.max(0), "{}", id);
            }
        }
    }
}

#[test]
fn a_vertex_that_a_third_outline_brings_opens_no_gap() {
    // One long cell above, two short ones below; the middle node lies on the long one's edge on the ground, but not
    // on any lattice line. Their tile borders cut all three.
    let tile = home(13);
    let (o, unit) = (tile.bounds().min, 1i64 << 7);
    let at = |x: i64, y: i64| {
        unproject(WorldPoint {
            x: (i64::from(o.x) + x * unit / 10) as u32,
            y: (i64::from(o.y) + y * unit / 10) as u32,
        })
    };
    let (a, t, b) = (at(-9_000, 13_337), at(38_003, 17_011), at(61_117, 18_817));
    let long = [at(-9_000, 0), at(61_117, 0), b, t, a];
    let left = [a, t, at(38_003, 40_000), at(-9_000, 40_000)];
    let right = [t, b, at(61_117, 40_000), at(38_003, 40_000)];
    let whole = [
        at(-9_000, 0),
        at(61_117, 0),
        b,
        at(61_117, 40_000),
        at(38_003, 40_000),
        at(-9_000, 40_000),
        a,
    ];
    let parts = [long.to_vec(), left.to_vec(), right.to_vec()].map(|ring| WorldShape::polygon([ring]));
    for generalised in 0..=6 {
        let parts = drawn(tile, &parts, generalised);
        let whole = drawn(tile, &[WorldShape::polygon([whole])], generalised);
        assert_eq!(directed(rings_of(&parts)), directed(rings_of(&whole)), "{generalised}");
    }
}
