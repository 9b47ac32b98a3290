//! The store for a city's own database: PostgreSQL with PostGIS, everything in the schema `geju`.
//!
//! Several servers may share it. `LISTEN`/`NOTIFY` only wakes them; [`crate::Store::since`] is the truth.

mod analysts;
mod bulk;
mod open;

use crate::bulk::{AllPlaces, Trouble};
use crate::copy::copy_ledger;
use crate::desk::{Desk, Tx};
use crate::desks::{Chair, Desks, Purpose};
use crate::error::StoreError;
use crate::gpkg::{GpkgStore, OpenMode, place_new_file};
use crate::schema::{BATCH_EFFECT, CHANGE, MATTER_VERSION, PLACE_VERSION, REPARENT};
use crate::{accounts, append, drafts, restore};
use sqlx::{AssertSqlSafe, PgPool};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// A store in a PostGIS database. Clones share connections.
#[derive(Debug, Clone)]
pub struct PostgisStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: PgPool,
    /// The address without its password.
    store: Arc<str>,
    ledger: Arc<str>,
    woken: Arc<Notify>,
    /// The head the last wake was for, epoch above seq, so that polling stays quiet while nothing happens.
    seen: AtomicU64,
    listening: JoinHandle<()>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// A lost notification is made up for within this time.
const POLL: Duration = Duration::from_secs(1);

impl PostgisStore {
    pub async fn open(url: &str, ledger: &str) -> Result<Self, StoreError> {
        open::open(url, ledger).await
    }

    pub fn ledger(&self) -> &str {
        &self.0.ledger
    }

    /// The address without its password.
    pub fn address(&self) -> &str {
        &self.0.store
    }

    pub async fn close(&self) {
        self.0.listening.abort();
        self.0.pool.close().await;
    }
}

impl Desks for PostgisStore {
    async fn desk(&self, doing: &'static str, purpose: Purpose) -> Result<Chair, StoreError> {
        let begun = match purpose {
            Purpose::Read => {
                self.0
                    .pool
                    .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await
            }
            // The head row is locked first, so what follows it sees everything committed before.
            Purpose::Write => self.0.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await,
        };
        let tx = Tx::Pg(begun.map_err(|e| StoreError::sql(doing, &self.0.store, e))?);
        Ok(Chair(Desk {
            tx,
            ledger: self.0.ledger.clone(),
            store: self.0.store.clone(),
            doing,
        }))
    }

    /// A GeoPackage with the whole ledger, accounts, packs and persons included.
    async fn copy(&self, target: &Path) -> Result<(), StoreError> {
        place_new_file(target, async |part: &Path| {
            let file = GpkgStore::open(part, &self.0.ledger, OpenMode::Serve).await?;
            let Chair(mut from) = self.desk("copying the store", Purpose::Read).await?;
            let Chair(mut to) = file.desk("writing a copy", Purpose::Write).await?;
            let head = append::head(&mut from, false).await?;
            let stamp = accounts::auth_stamp(&mut from).await?;
            copy_ledger(&mut from, &mut to, &["head"]).await?;
            restore::set_head(&mut to, head).await?;
            accounts::raise_auth_stamp(&mut to, stamp).await?;
            accounts::settle_access_count(&mut to).await?;
            drafts::settle_stamp(&mut to).await?;
            to.commit().await?;
            from.commit().await?;
            file.close().await;
            Ok(())
        })
        .await
    }

    async fn wake(&self) {
        loop {
            let told = tokio::time::timeout(POLL, self.0.woken.notified()).await.is_ok();
            // A restore may leave the seq as it was: the epoch tells.
            let sql = "SELECT (epoch << 40) + seq FROM head WHERE ledger = $1";
            let head = sqlx::query_scalar::<_, i64>(sql)
                .bind(&*self.0.ledger)
                .fetch_optional(&self.0.pool);
            // A dropped query is drained by its connection before the next one; nothing is written here.
            let Ok(Some(head)) = head.await else { continue };
            let head = u64::try_from(head).unwrap_or_default();
            if self.0.seen.swap(head, Ordering::Relaxed) != head || told {
                return;
            }
        }
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        // What PostgreSQL keeps of deleted rows is for VACUUM and the administrator's WAL archive.
        Ok(())
    }

    async fn places_at_once(&self) -> Result<Option<AllPlaces>, Trouble> {
        bulk::places(&self.0.pool, &self.0.ledger).await
    }

    async fn take_stock(&self) {
        let grown = [CHANGE, BATCH_EFFECT, PLACE_VERSION, REPARENT, MATTER_VERSION].map(|table| table.name);
        // A table that is being vacuumed or counted already is passed over rather than waited for.
        let sql = format!("ANALYZE (SKIP_LOCKED) {}", grown.join(", "));
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&self.0.pool).await {
            tracing::warn!(store = %self.0.store, %error, "the tables were not analysed; autovacuum will do it later");
        }
    }
}
