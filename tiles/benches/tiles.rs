//! What a tile costs: `cargo bench -p geju-tiles`. fast-mvt's writer is the baseline for encoding.

use std::f64::consts::TAU;
use std::io::Write;
use std::sync::Arc;

use divan::{Bencher, black_box};
use fast_mvt::{MvtCoord, MvtGeomType, MvtLayerBuilder, MvtValueRef};
use flate2::{Compression, write::GzEncoder};
use geju_tiles::{CachedTile, Env, TileBuilder, TileCache, TileId, Value, WorldPoint, gzip};
use rand::{RngExt, SeedableRng, rngs::SmallRng};

fn main() {
    divan::main();
}

const FEATURES: usize = 1_000;
const VERTICES: usize = 16;

struct Building {
    id: u64,
    ring: Vec<WorldPoint>,
    name: String,
    code: String,
    floors: u64,
    version: u64,
}

fn tile() -> TileId {
    TileId::new(14, 12_927, 6_730).unwrap()
}

/// Stars strewn over the tile, `radius` in units.
fn buildings(features: usize, vertices: usize, radius: f64) -> Vec<Building> {
    let mut rng = SmallRng::seed_from_u64(7);
    let origin = tile().bounds().min;
    let world_units_per_unit = 64.0;
    (0..features)
        .map(|n| {
            let (x, y) = (rng.random_range(0.0..4096.0), rng.random_range(0.0..4096.0));
            let ring = (0..vertices)
                .map(|k| {
                    let (angle, r) = (k as f64 / vertices as f64 * TAU, radius * rng.random_range(0.5..1.0));
                    let at = |o: u32, unit: f64| (f64::from(o) + unit * world_units_per_unit) as u32;
                    WorldPoint {
                        x: at(origin.x, x + r * angle.cos()),
                        y: at(origin.y, y + r * angle.sin()),
                    }
                })
                .collect();
            Building {
                id: 1_000_000 + n as u64,
                ring,
                name: format!("{}栋", n % 200),
                code: format!("510104001{n:06}"),
                floors: rng.random_range(1..34),
                version: rng.random_range(1..4),
            }
        })
        .collect()
}

fn build(all: &[Building]) -> Vec<u8> {
    let mut builder = TileBuilder::new(tile());
    let mut layer = builder.layer("building");
    for b in all {
        layer.polygon(
            b.id,
            [geju_tiles::Ring::Outer(&b.ring)],
            &[
                ("id", Value::U64(b.id)),
                ("name", Value::Str(&b.name)),
                ("code", Value::Str(&b.code)),
                ("kind", Value::Str("residential")),
                ("floors", Value::U64(b.floors)),
                ("version", Value::U64(b.version)),
            ],
        );
    }
    builder.finish()
}

#[divan::bench]
fn encode_1000_polygons(bencher: Bencher) {
    let all = buildings(FEATURES, VERTICES, 20.0);
    bencher.bench(|| build(black_box(&all)));
}

/// A crowded city tile at z14, about 440 kB: the size the budget speaks of.
#[divan::bench]
fn encode_city_tile(bencher: Bencher) {
    let all = buildings(6_400, 6, 12.0);
    bencher
        .counter(divan::counter::BytesCount::new(build(&all).len()))
        .bench(|| build(black_box(&all)));
}

/// The same features and attributes, rounded to the tile but neither clipped nor tidied.
#[divan::bench]
fn encode_1000_polygons_by_fast_mvt(bencher: Bencher) {
    let all = buildings(FEATURES, VERTICES, 20.0);
    let origin = tile().bounds().min;
    let place = |p: &WorldPoint| MvtCoord {
        x: ((i64::from(p.x) + 32 - i64::from(origin.x)) >> 6) as i32,
        y: ((i64::from(p.y) + 32 - i64::from(origin.y)) >> 6) as i32,
    };
    bencher.bench(|| {
        let mut layer = MvtLayerBuilder::new("building").unwrap();
        for b in black_box(&all) {
            let mut feature = layer.feature_of(MvtGeomType::Polygon);
            feature.id(Some(b.id));
            feature.ring(b.ring.iter().map(place), true).unwrap();
            feature.tag_ref("id", MvtValueRef::UInt(b.id)).unwrap();
            feature.tag_ref("name", MvtValueRef::String(&b.name)).unwrap();
            feature.tag_ref("code", MvtValueRef::String(&b.code)).unwrap();
            feature.tag_ref("kind", MvtValueRef::String("residential")).unwrap();
            feature.tag_ref("floors", MvtValueRef::UInt(b.floors)).unwrap();
            feature.tag_ref("version", MvtValueRef::UInt(b.version)).unwrap();
            layer = feature.end();
        }
        layer.encode()
    });
}

/// Outlines of a thousand vertices that all cross the border.
#[divan::bench]
fn clip_100_outlines_of_1000_vertices(bencher: Bencher) {
    let all = buildings(100, 1_000, 5_000.0);
    bencher.bench(|| build(black_box(&all)));
}

#[divan::bench]
fn gzip_of_that_tile(bencher: Bencher) {
    let raw = build(&buildings(FEATURES, VERTICES, 20.0));
    bencher
        .counter(divan::counter::BytesCount::new(raw.len()))
        .bench(|| gzip(black_box(&raw)));
}

/// Why level 1: run with `--nocapture` to see the sizes.
#[divan::bench(args = [1, 2, 3, 4, 6])]
fn gzip_levels(bencher: Bencher, level: u32) {
    let raw = build(&buildings(FEATURES, VERTICES, 20.0));
    let squeeze = || {
        let mut out = GzEncoder::new(Vec::new(), Compression::new(level));
        out.write_all(&raw).unwrap();
        out.finish().unwrap()
    };
    println!("level {level}: {} -> {} bytes", raw.len(), squeeze().len());
    bencher.bench(squeeze);
}

fn full_cache() -> (TileCache, Vec<TileId>) {
    let cache = TileCache::new(1 << 30);
    let tiles: Vec<TileId> = (0..100_000)
        .map(|n| TileId::new(16, 51_000 + n % 400, 26_000 + n / 400).unwrap())
        .collect();
    for &tile in &tiles {
        cache.insert_if_untouched("building,compound", tile, &Arc::new(CachedTile::new(&[1, 2, 3], 1)));
    }
    (cache, tiles)
}

#[divan::bench]
fn cache_get_among_100_000(bencher: Bencher) {
    let (cache, tiles) = full_cache();
    let mut next = 0;
    bencher.bench_local(|| {
        next = (next + 7_919) % tiles.len();
        cache.get("building,compound", tiles[next])
    });
}

/// One building edited, its tile cut and kept again.
#[divan::bench]
fn cache_touch_among_100_000(bencher: Bencher) {
    let (cache, tiles) = full_cache();
    let (mut next, mut seq) = (0, 1);
    bencher.bench_local(|| {
        next = (next + 7_919) % tiles.len();
        seq += 1;
        let at = tiles[next].bounds().min;
        let env = Env {
            min: WorldPoint {
                x: at.x + 9_000,
                y: at.y + 9_000,
            },
            max: WorldPoint {
                x: at.x + 9_900,
                y: at.y + 9_900,
            },
        };
        cache.touch(seq, "building", &[env])
    });
}
