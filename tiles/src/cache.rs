//! Tiles kept compressed, until exactly what they show is touched.
//!
//! # How it never serves an old tile
//!
//! The writer, for the change numbered `seq`: first `touch(seq, …)`, then publish the new picture.
//! A reader: take the picture (it knows its own seq), `get`; when there is nothing, cut the tile from that picture and
//! offer it with `insert_if_untouched`.
//!
//! A tile is taken only if none of its layers was touched within its buffered bounds after the seq it was cut at, and
//! a touch drops it only if it was cut before. So between `touch` and publishing, late readers of the old picture
//! serve themselves but leave nothing behind, and once the new picture is out, the cache holds nothing older.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::gzip::{etag, gzip};
use crate::lru::Recency;
use crate::mercator::Env;
use crate::tile_id::{TileId, TileRange};
use crate::touches::TouchLog;

/// What a tile is reckoned to cost beside its bytes: map entries, list node, ETag.
const BOOKKEEPING: usize = 256;

/// Envelopes looked at one by one in a touch. A change of more (an import) touches the box around all of them, so that
/// nobody waits for the lock while a million tiles are looked up.
const ENVELOPES_ONE_BY_ONE: usize = 4096;

/// A tile ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedTile {
    /// Empty when nothing is in the tile.
    pub gzip: Bytes,
    /// Of the gzip bytes, with quotes.
    pub etag: Box<str>,
    pub raw_len: usize,
    /// The picture it was cut from.
    pub seq: u64,
}

impl CachedTile {
    /// Compresses a tile cut at `seq`.
    pub fn new(raw: &[u8], seq: u64) -> CachedTile {
        let gzip = if raw.is_empty() {
            Bytes::new()
        } else {
            Bytes::from(gzip(raw))
        };
        CachedTile {
            etag: etag(&gzip).into(),
            gzip,
            raw_len: raw.len(),
            seq,
        }
    }
}

/// What the cache has seen since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCounts {
    pub tiles: usize,
    pub bytes: usize,
    pub hits: u64,
    pub misses: u64,
    /// Dropped because they were touched.
    pub touched: u64,
    /// Dropped to keep within the byte cap.
    pub evicted: u64,
    /// Not taken, because they were touched while being cut.
    pub refused: u64,
}

/// Compressed tiles by layer set and tile, least recently used first out when the byte cap is reached.
///
/// A layer set is its layers' names joined by commas; the caller brings them in one canonical order.
/// Seqs only grow; for a new epoch make a new cache.
pub struct TileCache {
    inner: Mutex<Inner>,
    cap_bytes: usize,
}

#[derive(Default)]
struct Inner {
    shelves: HashMap<Arc<str>, Shelf>,
    slots: Recency<Slot>,
    log: TouchLog,
    counts: CacheCounts,
}

/// The tiles of one layer set, zoom by zoom.
struct Shelf {
    layers: Box<[Box<str>]>,
    /// Only zooms that have tiles: a set that is asked for once must stay small.
    zooms: BTreeMap<u8, HashMap<(u32, u32), u32>>,
}

struct Slot {
    set: Arc<str>,
    tile: TileId,
    cached: Arc<CachedTile>,
}

impl Slot {
    fn cost(&self) -> usize {
        self.cached.gzip.len() + BOOKKEEPING
    }
}

impl TileCache {
    pub fn new(cap_bytes: usize) -> TileCache {
        TileCache {
            inner: Mutex::default(),
            cap_bytes,
        }
    }

    pub fn get(&self, layer_set: &str, tile: TileId) -> Option<Arc<CachedTile>> {
        let inner = &mut *self.lock();
        let found = inner.find(layer_set, tile);
        if let Some(handle) = found {
            inner.slots.used(handle);
        }
        let cached = found
            .and_then(|handle| inner.slots.get(handle))
            .map(|slot| slot.cached.clone());
        match cached {
            Some(_) => inner.counts.hits += 1,
            None => inner.counts.misses += 1,
        }
        cached
    }

    /// Keeps a tile unless one of its layers was touched within its buffered bounds after `cached.seq`. Says whether
    /// the cache now holds this tile as good as this one or newer.
    pub fn insert_if_untouched(&self, layer_set: &str, tile: TileId, cached: &Arc<CachedTile>) -> bool {
        let inner = &mut *self.lock();
        let layers: Box<[Box<str>]> = match inner.shelves.get(layer_set) {
            Some(shelf) => shelf.layers.clone(),
            None => layer_set.split(',').map(Into::into).collect(),
        };
        if inner.log.since(cached.seq, &layers, &tile.buffered()) {
            inner.counts.refused += 1;
            return false;
        }
        if let Some(handle) = inner.find(layer_set, tile) {
            if inner
                .slots
                .get(handle)
                .is_some_and(|slot| slot.cached.seq >= cached.seq)
            {
                inner.slots.used(handle);
                return true;
            }
            inner.drop_slot(handle);
        }
        let set: Arc<str> = match inner.shelves.get_key_value(layer_set) {
            Some((set, _)) => set.clone(),
            None => layer_set.into(),
        };
        let slot = Slot {
            set: set.clone(),
            tile,
            cached: cached.clone(),
        };
        if slot.cost() > self.cap_bytes {
            return false;
        }
        inner.counts.bytes += slot.cost();
        let handle = inner.slots.insert(slot);
        let shelf = inner.shelves.entry(set).or_insert_with(|| Shelf {
            layers,
            zooms: BTreeMap::new(),
        });
        shelf
            .zooms
            .entry(tile.z())
            .or_default()
            .insert((tile.x(), tile.y()), handle);
        while inner.counts.bytes > self.cap_bytes {
            let Some(slot) = inner.slots.pop_oldest() else {
                break;
            };
            inner.unshelve(&slot);
            inner.counts.evicted += 1;
        }
        true
    }

    /// The change `seq` touched `layer` in `envelopes` (of what was there before and of what is there now). Drops the
    /// cached tiles of every set with that layer whose buffered bounds meet one of them and which were cut before
    /// `seq`; names them in order, each once. Call it before the new picture is published.
    pub fn touch(&self, seq: u64, layer: &str, envelopes: &[Env]) -> Vec<TileId> {
        let around;
        let envelopes = if envelopes.len() > ENVELOPES_ONE_BY_ONE {
            around = Env::around(envelopes.iter().flat_map(|env| [&env.min, &env.max]));
            around.as_slice()
        } else {
            envelopes
        };
        let inner = &mut *self.lock();
        inner.log.add(seq, layer, envelopes);
        let mut hit = Vec::new();
        for shelf in inner
            .shelves
            .values()
            .filter(|shelf| shelf.layers.iter().any(|name| **name == *layer))
        {
            for (&z, tiles) in &shelf.zooms {
                for range in envelopes.iter().filter_map(|env| TileRange::touched(env, z).ok()) {
                    // Whichever is fewer: the tiles of the range or those in the cache.
                    if range.tiles() <= tiles.len() as u64 {
                        hit.extend(range.filter_map(|tile| tiles.get(&(tile.x(), tile.y()))));
                    } else {
                        hit.extend(
                            tiles
                                .iter()
                                .filter(|((x, y), _)| range.contains(*x, *y))
                                .map(|(_, handle)| handle),
                        );
                    }
                }
            }
        }
        let mut dropped = BTreeSet::new();
        for handle in hit {
            if let Some(slot) = inner.slots.get(handle)
                && slot.cached.seq < seq
            {
                dropped.insert(slot.tile);
                inner.drop_slot(handle);
                inner.counts.touched += 1;
            }
        }
        dropped.into_iter().collect()
    }

    /// Drops everything and takes nothing cut before `seq` any more.
    pub fn clear(&self, seq: u64) {
        let inner = &mut *self.lock();
        inner.log.forget_before(seq);
        inner.shelves = HashMap::new();
        inner.slots = Recency::default();
        inner.counts.bytes = 0;
    }

    pub fn counts(&self) -> CacheCounts {
        let inner = self.lock();
        CacheCounts {
            tiles: inner.slots.len(),
            ..inner.counts
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn find(&self, layer_set: &str, tile: TileId) -> Option<u32> {
        self.shelves
            .get(layer_set)?
            .zooms
            .get(&tile.z())?
            .get(&(tile.x(), tile.y()))
            .copied()
    }

    fn drop_slot(&mut self, handle: u32) {
        if let Some(slot) = self.slots.remove(handle) {
            self.unshelve(&slot);
        }
    }

    /// Takes a removed slot's tile off its shelf, and the shelf away with its last tile.
    fn unshelve(&mut self, slot: &Slot) {
        self.counts.bytes -= slot.cost();
        let Some(shelf) = self.shelves.get_mut(&slot.set) else {
            return;
        };
        if let Some(tiles) = shelf.zooms.get_mut(&slot.tile.z()) {
            tiles.remove(&(slot.tile.x(), slot.tile.y()));
            if tiles.is_empty() {
                shelf.zooms.remove(&slot.tile.z());
            }
        }
        if shelf.zooms.is_empty() {
            self.shelves.remove(&slot.set);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(n: u32) -> TileId {
        TileId::new(10, n, 0).unwrap()
    }

    fn cut(seq: u64, len: usize) -> Arc<CachedTile> {
        Arc::new(CachedTile {
            gzip: vec![0; len].into(),
            etag: "\"\"".into(),
            raw_len: len,
            seq,
        })
    }

    #[test]
    fn the_least_recently_used_goes_first_and_the_cap_holds() {
        let cache = TileCache::new(3 * (1000 + BOOKKEEPING));
        for n in 0..3 {
            assert!(cache.insert_if_untouched("a", tile(n), &cut(1, 1000)));
        }
        assert!(cache.get("a", tile(0)).is_some());
        assert!(cache.insert_if_untouched("a,b", tile(3), &cut(1, 1000)));
        assert!(cache.get("a", tile(1)).is_none());
        assert!(cache.get("a", tile(0)).is_some());
        assert!(!cache.insert_if_untouched("a", tile(9), &cut(1, 10_000)));
        let counts = cache.counts();
        assert_eq!(
            (counts.tiles, counts.bytes, counts.evicted),
            (3, 3 * (1000 + BOOKKEEPING), 1)
        );
        assert_eq!((counts.hits, counts.misses), (2, 1));
    }

    #[test]
    fn a_newer_cut_is_not_replaced_by_an_older_one() {
        let cache = TileCache::new(1 << 20);
        assert!(cache.insert_if_untouched("a", tile(0), &cut(7, 10)));
        assert!(cache.insert_if_untouched("a", tile(0), &cut(5, 20)));
        assert_eq!(cache.get("a", tile(0)).unwrap().seq, 7);
        assert!(cache.insert_if_untouched("a", tile(0), &cut(8, 30)));
        assert_eq!(
            (cache.get("a", tile(0)).unwrap().seq, cache.counts().bytes),
            (8, 30 + BOOKKEEPING)
        );
    }

    #[test]
    fn clearing_drops_all_and_refuses_what_was_cut_before() {
        let cache = TileCache::new(1 << 20);
        cache.insert_if_untouched("a", tile(0), &cut(3, 10));
        cache.clear(5);
        assert_eq!((cache.counts().tiles, cache.counts().bytes), (0, 0));
        assert!(!cache.insert_if_untouched("a", tile(0), &cut(4, 10)));
        assert!(cache.insert_if_untouched("a", tile(0), &cut(5, 10)));
    }

    #[test]
    fn a_layer_is_not_touched_by_one_whose_name_begins_alike() {
        let cache = TileCache::new(1 << 20);
        cache.insert_if_untouched("micro_grid,street", tile(0), &cut(1, 10));
        assert_eq!(cache.touch(2, "grid", &[Env::WORLD]), []);
        assert_eq!(cache.touch(3, "street", &[Env::WORLD]), [tile(0)]);
        assert_eq!(cache.counts().tiles, 0);
    }
}
