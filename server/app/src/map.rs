//! The one picture everybody reads: the World, the tiles cut from it and the base map beneath.

use crate::base_pack::LoadedPack;
use geju_core::change::{BaseLayer, MAX_INLINE_EFFECTS};
use geju_core::{Change, Envelope, Seq, Touched, World};
use geju_tiles::{Env, TileCache, TileId};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::watch;

/// The map in memory. Reads are short: nothing encodes, compresses or awaits under the lock. Only the writer folds.
pub struct Map {
    world: RwLock<World>,
    head: watch::Sender<Seq>,
    base: RwLock<BTreeMap<BaseLayer, Arc<LoadedPack>>>,
    pub tiles: TileCache,
}

/// What a fold did, for those who are told.
pub struct Folded {
    pub touched: Touched,
    /// Cached tiles that were dropped.
    pub tiles: Vec<TileId>,
}

impl Map {
    pub fn new(world: World, base: BTreeMap<BaseLayer, Arc<LoadedPack>>, tile_cache_bytes: usize) -> Self {
        let head = watch::Sender::new(world.head());
        Self {
            head,
            world: RwLock::new(world),
            base: RwLock::new(base),
            tiles: TileCache::new(tile_cache_bytes),
        }
    }

    /// Looks at the map as it stands. Keep it short.
    pub fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn head(&self) -> Seq {
        *self.head.borrow()
    }

    pub fn base(&self, layer: BaseLayer) -> Option<Arc<LoadedPack>> {
        self.base
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&layer)
            .cloned()
    }

    /// The base layer as it is from the next fold on.
    pub fn put_base(&self, layer: BaseLayer, pack: Option<Arc<LoadedPack>>) {
        let mut base = self.base.write().unwrap_or_else(PoisonError::into_inner);
        match pack {
            Some(pack) => base.insert(layer, pack),
            None => base.remove(&layer),
        };
    }

    /// Folds a Change that is kept. Tiles are dropped before the new picture can be read, so none older is ever served.
    pub fn fold(&self, change: &Change) -> Folded {
        let folded = if change.effects.len() > MAX_INLINE_EFFECTS {
            // A big one is built aside and swapped in: readers wait for a pointer, not for a million rows.
            let mut aside = self.read(World::clone);
            let touched = aside.fold(change);
            let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
            let tiles = self.drop_tiles(change.seq, &touched);
            let old = std::mem::replace(&mut *world, aside);
            drop(world);
            drop(old);
            Folded { touched, tiles }
        } else {
            let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
            let touched = world.fold(change);
            let tiles = self.drop_tiles(change.seq, &touched);
            Folded { touched, tiles }
        };
        self.head.send_replace(change.seq);
        folded
    }

    /// Another past altogether: the whole map is replaced.
    pub fn begin_anew(&self, fresh: World) {
        let head = fresh.head();
        let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
        self.tiles.clear(head.0.max(world.head().0));
        let old = std::mem::replace(&mut *world, fresh);
        drop(world);
        drop(old);
        self.head.send_replace(head);
    }

    fn drop_tiles(&self, seq: Seq, touched: &Touched) -> Vec<TileId> {
        let mut dropped = Vec::new();
        for (layer, envelopes) in &touched.layers {
            let envelopes: Vec<Env> = envelopes.iter().map(env_of).collect();
            dropped.extend(self.tiles.touch(seq.0, layer, &envelopes));
        }
        dropped.sort_unstable();
        dropped.dedup();
        dropped
    }

    /// Resolves once the map stands at `seq` or later; false when that took too long.
    pub async fn reaches(&self, seq: Seq, within: Duration) -> bool {
        let mut head = self.head.subscribe();
        let there = tokio::time::timeout(within, head.wait_for(|head| *head >= seq)).await;
        matches!(there, Ok(Ok(_)))
    }
}

/// The same box in the units tiles are cut in.
pub fn env_of(envelope: &Envelope) -> Env {
    Env::of_nodes(envelope.min.lon, envelope.min.lat, envelope.max.lon, envelope.max.lat)
}
