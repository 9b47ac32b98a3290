//! The cache never serves an old tile and never drops one for nothing, in whatever order things happen.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use geju_tiles::{CachedTile, Env, TileCache, TileId, WorldPoint};
use rand::{RngExt, SeedableRng, rngs::SmallRng};

const SETS: [&str; 4] = ["a", "b", "a,b", "b,c"];
const LAYERS: [&str; 3] = ["a", "b", "c"];

struct Edit {
    seq: u64,
    layer: &'static str,
    envelopes: Vec<Env>,
}

impl Edit {
    fn touches(&self, set: &str, tile: TileId) -> bool {
        set.split(',').any(|layer| layer == self.layer) && self.envelopes.iter().any(|env| env.meets(&tile.buffered()))
    }
}

/// What a tile shows in the picture `seq`: the last edit that touched it.
fn content(edits: &[Edit], set: &str, tile: TileId, seq: u64) -> u64 {
    edits
        .iter()
        .rev()
        .filter(|edit| edit.seq <= seq)
        .find(|edit| edit.touches(set, tile))
        .map_or(0, |edit| edit.seq)
}

fn cut(edits: &[Edit], set: &str, tile: TileId, seq: u64) -> Arc<CachedTile> {
    Arc::new(CachedTile::new(&content(edits, set, tile, seq).to_le_bytes(), seq))
}

fn any_tile(rng: &mut SmallRng) -> TileId {
    let z = rng.random_range(0..5);
    TileId::new(z, rng.random_range(0..1 << z), rng.random_range(0..1 << z)).unwrap()
}

fn any_edit(rng: &mut SmallRng, seq: u64) -> Edit {
    let envelopes = (0..rng.random_range(1..3))
        .map(|_| {
            let (x, y, size) = (
                rng.random::<u32>(),
                rng.random::<u32>(),
                1u32 << rng.random_range(4..30),
            );
            Env {
                min: WorldPoint { x, y },
                max: WorldPoint {
                    x: x.saturating_add(size),
                    y: y.saturating_add(size),
                },
            }
        })
        .collect();
    Edit {
        seq,
        layer: LAYERS[rng.random_range(0..LAYERS.len())],
        envelopes,
    }
}

#[test]
fn any_interleaving_of_readers_and_one_writer_agrees_with_a_plain_map() {
    for seed in 0..60 {
        let rng = &mut SmallRng::seed_from_u64(seed);
        let cache = TileCache::new(usize::MAX);
        let mut plain: BTreeMap<(&str, TileId), u64> = BTreeMap::new();
        let mut edits: Vec<Edit> = Vec::new();
        let (mut touched, mut published) = (0, 0);
        // Readers between having cut a tile and offering it.
        let mut under_way: Vec<(&str, TileId, Arc<CachedTile>)> = Vec::new();
        for _ in 0..1500 {
            match rng.random_range(0..10) {
                0 if touched == published => {
                    touched += 1;
                    let edit = any_edit(rng, touched);
                    let got = cache.touch(touched, edit.layer, &edit.envelopes);
                    let mut want: Vec<TileId> = plain
                        .keys()
                        .filter(|(set, tile)| edit.touches(set, *tile))
                        .map(|&(_, tile)| tile)
                        .collect();
                    want.sort_unstable();
                    want.dedup();
                    assert_eq!(got, want);
                    plain.retain(|(set, tile), _| !edit.touches(set, *tile));
                    edits.push(edit);
                }
                0 | 1 => published = touched,
                2..=6 => {
                    let (set, tile) = (SETS[rng.random_range(0..SETS.len())], any_tile(rng));
                    let got = cache.get(set, tile);
                    assert_eq!(got.is_some(), plain.contains_key(&(set, tile)));
                    match got {
                        Some(got) => assert_eq!(
                            got.etag,
                            cut(&edits, set, tile, published).etag,
                            "an old tile was served"
                        ),
                        None => under_way.push((set, tile, cut(&edits, set, tile, published))),
                    }
                }
                _ if !under_way.is_empty() => {
                    let (set, tile, cached) = under_way.swap_remove(rng.random_range(0..under_way.len()));
                    let untouched = !edits
                        .iter()
                        .any(|edit| edit.seq > cached.seq && edit.touches(set, tile));
                    assert_eq!(cache.insert_if_untouched(set, tile, &cached), untouched);
                    if untouched {
                        plain.insert((set, tile), cached.seq);
                    }
                }
                _ => {}
            }
        }
        let counts = cache.counts();
        assert_eq!(counts.tiles, plain.len());
        assert!(
            counts.refused > 0 && counts.touched > 0 && counts.hits > 0,
            "{counts:?}"
        );
    }
}

#[test]
fn real_threads_never_see_an_old_tile() {
    const EDITS: u64 = 400;
    let cache = TileCache::new(200_000);
    let edits: RwLock<Vec<Edit>> = RwLock::default();
    let (published, done) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for seed in 0..3 {
            let (cache, edits, published, done) = (&cache, &edits, &published, &done);
            scope.spawn(move || {
                let rng = &mut SmallRng::seed_from_u64(seed);
                while !done.load(Ordering::Acquire) {
                    let (set, tile) = (SETS[rng.random_range(0..SETS.len())], any_tile(rng));
                    let seq = published.load(Ordering::Acquire);
                    match cache.get(set, tile) {
                        Some(got) => {
                            // It shows every edit published before it was asked for.
                            let edits = edits.read().unwrap();
                            assert!(
                                (content(&edits, set, tile, seq)..=EDITS)
                                    .filter(|&at| at == 0 || edits.iter().any(|e| e.seq == at && e.touches(set, tile)))
                                    .any(|at| CachedTile::new(&at.to_le_bytes(), 0).etag == got.etag),
                                "an old tile was served"
                            );
                        }
                        None => {
                            let cut = cut(&edits.read().unwrap(), set, tile, seq);
                            std::thread::yield_now();
                            cache.insert_if_untouched(set, tile, &cut);
                        }
                    }
                }
            });
        }
        let rng = &mut SmallRng::seed_from_u64(99);
        for seq in 1..=EDITS {
            let edit = any_edit(rng, seq);
            cache.touch(seq, edit.layer, &edit.envelopes);
            edits.write().unwrap().push(edit);
            published.store(seq, Ordering::Release);
            std::thread::yield_now();
        }
        done.store(true, Ordering::Release);
    });
    assert!(cache.counts().bytes <= 200_000);
}
