//! The default store: one SQLite file that is a valid GeoPackage. QGIS and GDAL open it read-only.
//!
//! Registered read-only views show each layer as of now; the tables under them hold versions. Personal values, accounts
//! and the access log stay in tables that are not registered. There are no R-tree rows: with them any plain SQLite
//! `UPDATE` fails, and ours is in memory.

mod bulk;
mod ddl;
mod lock;
mod open;
mod upgrade;

use crate::desk::{Desk, Tx};
use crate::desks::{AllPlaces, Chair, Desks, Purpose};
use crate::error::StoreError;
use lock::Lock;
use sqlx::{Row, SqlitePool};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// To serve it: locked for this process alone, made when absent, brought up to date when old.
    Serve,
    /// A copy to read from: neither locked nor changed; its ledger is the one it holds.
    Copy,
}

/// A store in one GeoPackage file. Clones share connections and lock.
#[derive(Debug, Clone)]
pub struct GpkgStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    store: Arc<str>,
    ledger: Arc<str>,
    /// One connection: SQLite has one writer.
    writer: SqlitePool,
    readers: SqlitePool,
    lock: Option<Lock>,
}

/// Readers that hold an old snapshot keep deleted values in the write-ahead log; this long we wait for them.
const SCRUB_TRIES: u32 = 50;
const SCRUB_PAUSE: Duration = Duration::from_millis(100);

impl GpkgStore {
    pub async fn open(path: &Path, ledger: &str, mode: OpenMode) -> Result<Self, StoreError> {
        open::open(path, ledger, mode).await
    }

    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The id of the ledger it holds.
    pub fn ledger(&self) -> &str {
        &self.0.ledger
    }

    /// Tells whoever finds the lock where this server listens and with which token it may be asked.
    pub fn note_address(&self, address: &str, token: &str) -> Result<(), StoreError> {
        self.0
            .lock
            .as_ref()
            .map_or(Ok(()), |lock| lock.note_address(address, token))
    }

    /// Ends all connections, the last one moving the write-ahead log into the file, and lets go of the lock.
    pub async fn close(&self) {
        self.0.readers.close().await;
        self.0.writer.close().await;
        if let Some(lock) = &self.0.lock {
            lock.release();
        }
    }

    fn failed(&self, doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError + use<> {
        let store = self.0.store.clone();
        move |e| StoreError::sql(doing, &store, e)
    }
}

impl Desks for GpkgStore {
    async fn desk(&self, doing: &'static str, purpose: Purpose) -> Result<Chair, StoreError> {
        let begun = match purpose {
            Purpose::Read => self.0.readers.begin().await,
            Purpose::Write => self.0.writer.begin_with("BEGIN IMMEDIATE").await,
        };
        let tx = Tx::Sqlite(begun.map_err(self.failed(doing))?);
        Ok(Chair(Desk {
            tx,
            ledger: self.0.ledger.clone(),
            store: self.0.store.clone(),
            doing,
        }))
    }

    async fn copy(&self, target: &Path) -> Result<(), StoreError> {
        let pool = &self.0.readers;
        place_new_file(target, async |part: &Path| {
            sqlx::query("VACUUM INTO ?1")
                .bind(part.to_string_lossy().into_owned())
                .execute(pool)
                .await
                .map(drop)
                .map_err(self.failed("copying the store"))
        })
        .await
    }

    async fn wake(&self) {
        // One process owns the file.
        std::future::pending().await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        let failed = self.failed("clearing the write-ahead log");
        for _ in 0..SCRUB_TRIES {
            let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                .fetch_one(&self.0.writer)
                .await
                .map_err(&failed)?;
            if row.try_get_unchecked::<i64, _>(0).map_err(&failed)? == 0 {
                return Ok(());
            }
            tokio::time::sleep(SCRUB_PAUSE).await;
        }
        tracing::warn!(store = %self.0.store, "a reader keeps the write-ahead log from being cleared; what was erased leaves it with the next erasure or at the next start");
        Ok(())
    }

    async fn places_at_once(&self) -> Option<AllPlaces> {
        let me = self.clone();
        let read = tokio::task::spawn_blocking(move || bulk::places(&me.0.path, &me.0.ledger));
        match read.await.ok()? {
            Ok(places) => places,
            Err(why) => {
                // A query reads it then, and tells in full what is wrong.
                tracing::debug!(store = %self.0.store, %why, "the places are not read at once");
                None
            }
        }
    }

    async fn take_stock(&self) {
        // SQLite without statistics takes an index by how much of its key a query names: what is wanted here.
    }
}

/// Lets `write` fill a file beside the target, makes it durable, and gives it its name. An existing file is never
/// overwritten, and no half-written file ever bears the name.
pub(crate) async fn place_new_file(
    target: &Path,
    write: impl AsyncFnOnce(&Path) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let failed = |source| StoreError::Io {
        doing: "writing a copy",
        path: target.to_owned(),
        source,
    };
    if target.try_exists().map_err(failed)? {
        return Err(failed(std::io::Error::new(
            std::io::ErrorKind::AlreadyExists,
            "a file of this name is there already",
        )));
    }
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut part = target.as_os_str().to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let part = PathBuf::from(part);
    let written = write(&part).await;
    let settled = written.and_then(|()| {
        std::fs::File::open(&part).and_then(|f| f.sync_all()).map_err(failed)?;
        std::fs::hard_link(&part, target).map_err(failed)?;
        std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(failed)
    });
    // Also what SQLite leaves beside a file it was writing.
    for suffix in ["", "-wal", "-shm", "-journal", ".lock"] {
        let mut beside = part.as_os_str().to_owned();
        beside.push(suffix);
        let _ = std::fs::remove_file(PathBuf::from(beside));
    }
    settled
}
