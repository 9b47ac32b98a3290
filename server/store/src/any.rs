//! Whichever store the operator named.

use crate::desks::{AllPlaces, Chair, Desks, Purpose};
use crate::error::StoreError;
use crate::gpkg::{GpkgStore, OpenMode};
use crate::postgis::PostgisStore;
use crate::schema::Kind;
use std::path::Path;

/// A store of either kind. Clones share everything.
#[derive(Debug, Clone)]
pub enum AnyStore {
    Gpkg(GpkgStore),
    Postgis(PostgisStore),
}

/// PostgreSQL names a channel `geju_<ledger>` and cuts names after 63 bytes.
const MAX_LEDGER_CHARS: usize = 40;

impl AnyStore {
    /// Opens `gpkg:PATH` or `postgres://…` to serve the ledger of this id.
    pub async fn open(spec: &str, ledger: &str) -> Result<Self, StoreError> {
        let unsuitable = |why: &str| StoreError::Unsuitable {
            store: "the store asked for".into(),
            why: why.into(),
        };
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        if ledger.is_empty() || ledger.len() > MAX_LEDGER_CHARS || !ledger.chars().all(letters) {
            return Err(unsuitable("a ledger's id has 1 to 40 of a-z, 0-9, _ and -"));
        }
        match spec.split_once(':') {
            Some(("gpkg", path)) if !path.is_empty() => Ok(AnyStore::Gpkg(
                GpkgStore::open(Path::new(path), ledger, OpenMode::Serve).await?,
            )),
            Some(("postgres" | "postgresql", _)) => Ok(AnyStore::Postgis(PostgisStore::open(spec, ledger).await?)),
            _ => Err(unsuitable(
                "a store is named gpkg:PATH or postgres://USER@HOST/DATABASE",
            )),
        }
    }

    /// The file, or the address without its password.
    pub fn describe(&self) -> String {
        match self {
            AnyStore::Gpkg(store) => format!("gpkg:{}", store.path().display()),
            AnyStore::Postgis(store) => store.address().to_owned(),
        }
    }

    pub fn ledger(&self) -> &str {
        match self {
            AnyStore::Gpkg(store) => store.ledger(),
            AnyStore::Postgis(store) => store.ledger(),
        }
    }

    /// Bytes the store takes on its disk, other ledgers in the same database included.
    pub async fn bytes(&self) -> Result<u64, StoreError> {
        match self {
            AnyStore::Gpkg(store) => {
                let mut log = store.path().as_os_str().to_owned();
                log.push("-wal");
                // A log that is not there takes nothing.
                let of = |path: &Path| std::fs::metadata(path).map_or(0, |m| m.len());
                Ok(of(store.path()) + of(Path::new(&log)))
            }
            AnyStore::Postgis(store) => {
                let Chair(mut desk) = store.desk("measuring the store", Purpose::Read).await?;
                let sql = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
                           JOIN pg_namespace n ON n.oid = c.relnamespace
                           WHERE n.nspname = 'geju' AND c.relkind = 'r' AND $1 <> ''";
                let bytes = desk.one(sql, vec![], &[Kind::Int], |mut line| line.id()).await?;
                desk.commit().await?;
                Ok(bytes.unwrap_or(0))
            }
        }
    }

    /// Tells commands that find the file locked where to ask; nothing to do where many may connect.
    pub fn note_address(&self, address: &str, token: &str) -> Result<(), StoreError> {
        match self {
            AnyStore::Gpkg(store) => store.note_address(address, token),
            AnyStore::Postgis(_) => Ok(()),
        }
    }

    /// Ends all connections in order. Not needed for durability.
    pub async fn close(&self) {
        match self {
            AnyStore::Gpkg(store) => store.close().await,
            AnyStore::Postgis(store) => store.close().await,
        }
    }
}

impl Desks for AnyStore {
    async fn desk(&self, doing: &'static str, purpose: Purpose) -> Result<Chair, StoreError> {
        match self {
            AnyStore::Gpkg(store) => store.desk(doing, purpose).await,
            AnyStore::Postgis(store) => store.desk(doing, purpose).await,
        }
    }

    async fn copy(&self, target: &Path) -> Result<(), StoreError> {
        match self {
            AnyStore::Gpkg(store) => store.copy(target).await,
            AnyStore::Postgis(store) => store.copy(target).await,
        }
    }

    async fn wake(&self) {
        match self {
            AnyStore::Gpkg(store) => store.wake().await,
            AnyStore::Postgis(store) => store.wake().await,
        }
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        match self {
            AnyStore::Gpkg(store) => store.scrub().await,
            AnyStore::Postgis(store) => store.scrub().await,
        }
    }

    async fn places_at_once(&self) -> Option<AllPlaces> {
        match self {
            AnyStore::Gpkg(store) => store.places_at_once().await,
            AnyStore::Postgis(store) => store.places_at_once().await,
        }
    }

    async fn take_stock(&self) {
        match self {
            AnyStore::Gpkg(store) => store.take_stock().await,
            AnyStore::Postgis(store) => store.take_stock().await,
        }
    }
}
