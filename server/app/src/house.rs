//! The map in memory over an opened store: what serving, filling and importing all begin with.

use crate::config::Settings;
use crate::feed::{Event, Feed};
use crate::ledger::{self, Ledger};
use crate::map::{Folded, Map};
use anyhow::Context;
use geju_core::{Scheme, Touched, World};
use geju_store::{AnyStore, Snapshot, Store};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// An opened store with its map, its writer and its feed.
pub struct House {
    pub store: Arc<AnyStore>,
    pub map: Arc<Map>,
    pub feed: Arc<Feed>,
    pub ledger: Ledger,
}

const MIB: usize = 1 << 20;

impl House {
    /// Reads the whole map and starts the writer.
    pub async fn open(store: AnyStore, settings: &Settings) -> anyhow::Result<Self> {
        let store = Arc::new(store);
        let Snapshot { head, rows } = store.load().await.context("reading the map")?;
        let fallback = Arc::new(scheme(&settings.scheme)?);
        // Building a million places takes a second: not on a thread that others wait for.
        let world = tokio::task::spawn_blocking(move || World::from_rows(head.epoch, head.seq, fallback, rows)).await?;
        let mut base = BTreeMap::new();
        for pack in world.base() {
            if let Some(loaded) = ledger::load_pack(&store, pack).await? {
                base.insert(pack.layer, loaded);
            }
        }
        let feed = Arc::new(Feed::default());
        let recent = ledger::recent(&store, head.seq).await?;
        feed.recall(recent.iter().map(|change| {
            let folded = Folded {
                touched: Touched::default(),
                tiles: Vec::new(),
            };
            Event::of(change, &world, &folded)
        }));
        let map = Arc::new(Map::new(world, base, settings.tile_cache_mib.saturating_mul(MIB)));
        let ledger = ledger::start(store.clone(), map.clone(), feed.clone(), settings.unsafe_ack_early);
        Ok(Self {
            store,
            map,
            feed,
            ledger,
        })
    }

    /// Finishes what is under way and closes the store.
    pub async fn close(self) {
        self.ledger.stop().await;
        self.store.close().await;
    }
}

/// The scheme of this name, or in this file.
pub fn scheme(name: &str) -> anyhow::Result<Scheme> {
    if let Some(known) = geju_seed::scheme(name) {
        return Ok(known);
    }
    let known: Vec<&str> = geju_seed::scheme_names().collect();
    let text = std::fs::read_to_string(Path::new(name))
        .with_context(|| format!("no scheme {name}: known are {}, or name a TOML file", known.join(", ")))?;
    Ok(Scheme::from_toml(&text)?)
}
