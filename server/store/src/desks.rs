//! What a database must offer to be a store; everything else is written once, here, for all of them.
//!
//! Every statement runs on a task of its own. A caller that goes away midway, as HTTP handlers do, never leaves a
//! transaction half begun on a pooled connection: the task ends it. An append whose caller went away may therefore still
//! commit; [`Store::find`] settles it. Who appends is the application's business: one writer task owns the ledger.

use crate::bulk::{AllPlaces, Trouble};
use crate::cell::Cell;
use crate::desk::Desk;
use crate::error::{AppendError, StoreError};
use crate::{Entry, Head, PastVersion, Person, Snapshot, Store, Summary, append, load, past, read};
use geju_core::change::MAX_INLINE_EFFECTS;
use geju_core::{BasePack, Change, ChangeId, MatterKind, PersonId, Seq};
use jiff::Timestamp;
use jiff::civil::Date;
use std::future::Future;
use std::path::Path;

/// A database with desks to sit down at. Clones share everything.
pub trait Desks: Clone + Send + Sync + 'static {
    #[doc(hidden)]
    fn desk(&self, doing: &'static str, purpose: Purpose) -> impl Future<Output = Result<Chair, StoreError>> + Send;
    #[doc(hidden)]
    fn copy(&self, target: &Path) -> impl Future<Output = Result<(), StoreError>> + Send;
    #[doc(hidden)]
    fn wake(&self) -> impl Future<Output = ()> + Send;
    /// After an erasure: drops what the database itself still keeps of deleted values.
    #[doc(hidden)]
    fn scrub(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// All places in force and the head they were read at, by a way of the database's own that is quicker for a whole map than
    /// a query; `None` where it has none or it would not pay.
    #[doc(hidden)]
    fn places_at_once(&self) -> impl Future<Output = Result<Option<AllPlaces>, Trouble>> + Send;
    /// After much was written: lets the database count what it holds now, so that it plans its queries by it.
    #[doc(hidden)]
    fn take_stock(&self) -> impl Future<Output = ()> + Send;
}

/// A transaction seen from outside: nothing can be done with it.
#[doc(hidden)]
pub struct Chair(pub(crate) Desk);

/// What a transaction is for.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// One consistent snapshot, nothing written.
    Read,
    Write,
}

/// As [`apart`], for what may hold up the thread it runs on: writing the file does.
pub(crate) async fn aside<T, E>(
    doing: &'static str,
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let here = tokio::runtime::Handle::current();
    match tokio::task::spawn_blocking(move || here.block_on(work)).await {
        Ok(done) => done,
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        Err(_) => Err(StoreError::Stopped { doing }.into()),
    }
}

/// Runs to the end whatever becomes of the caller.
pub(crate) async fn apart<T, E>(
    doing: &'static str,
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        Err(_) => Err(StoreError::Stopped { doing }.into()),
    }
}

/// Sits down, works, and for writing commits.
macro_rules! at_desk {
    ($me:expr, $doing:expr, Read, |$desk:ident| $work:expr) => {
        at_desk!(apart, $me, $doing, Read, |$desk| $work)
    };
    ($me:expr, $doing:expr, Write, |$desk:ident| $work:expr) => {
        at_desk!(aside, $me, $doing, Write, |$desk| $work)
    };
    ($where:ident, $me:expr, $doing:expr, $purpose:ident, |$desk:ident| $work:expr) => {{
        let me = $me.clone();
        $where($doing, async move {
            let Chair(mut desk) = me.desk($doing, Purpose::$purpose).await?;
            let $desk = &mut desk;
            let done = $work.await?;
            desk.commit().await?;
            Ok(done)
        })
    }};
}

// After the macro, so that they know it.
mod accounts;
mod drafts;

impl<D: Desks> Store for D {
    async fn load(&self) -> Result<Snapshot, StoreError> {
        let (places, others) = tokio::join!(
            self.places_at_once(),
            at_desk!(self, "loading the map", Read, |desk| load::others(desk))
        );
        let others = others?;
        match places {
            Ok(Some(all)) if all.head == others.head => return Ok(others.with(all.rows)),
            Ok(_) => {}
            Err(why) => tracing::info!(%why, "the places are read by a query"),
        }
        at_desk!(self, "loading the map", Read, |desk| load::with_places(desk, others)).await
    }

    async fn head(&self) -> Result<Head, StoreError> {
        at_desk!(self, "reading the head", Read, |desk| append::head(desk, false)).await
    }

    async fn append(&self, expected: Head, entries: &[Entry]) -> Result<Seq, AppendError> {
        let entries = entries.to_vec();
        let (me, doing) = (self.clone(), "appending");
        aside(doing, async move {
            let Chair(mut desk) = me.desk(doing, Purpose::Write).await?;
            let seq = append::append(&mut desk, expected, &entries).await?;
            desk.commit().await?;
            if entries.iter().any(|e| e.change.effects.len() > MAX_INLINE_EFFECTS) {
                // Nobody waits for it; closing the store does, for it holds a connection.
                tokio::spawn(async move { me.take_stock().await });
            }
            Ok(seq)
        })
        .await
    }

    async fn since(&self, seq: Seq, limit: usize) -> Result<Vec<Change>, StoreError> {
        at_desk!(self, "reading Changes", Read, |desk| read::since(desk, seq, limit)).await
    }

    async fn change(&self, seq: Seq) -> Result<Option<Change>, StoreError> {
        let Some(before) = seq.0.checked_sub(1) else {
            return Ok(None);
        };
        let mut found = at_desk!(self, "reading a Change", Read, |desk| read::since(desk, Seq(before), 1)).await?;
        Ok(found.pop().filter(|c| c.seq == seq))
    }

    async fn find(&self, id: ChangeId) -> Result<Option<Seq>, StoreError> {
        at_desk!(self, "looking for a Change", Read, |desk| append::find(desk, id)).await
    }

    async fn summaries(&self, before: Option<Seq>, limit: usize) -> Result<Vec<Summary>, StoreError> {
        at_desk!(self, "listing Changes", Read, |desk| read::summaries(
            desk, before, limit
        ))
        .await
    }

    async fn history(&self, id: u64) -> Result<Vec<PastVersion>, StoreError> {
        at_desk!(self, "reading a history", Read, |desk| read::history(desk, id)).await
    }

    async fn load_at(&self, known: Seq, on: Option<Date>) -> Result<Snapshot, StoreError> {
        at_desk!(self, "loading the map of an earlier day", Read, |desk| load::load_at(
            desk, known, on
        ))
        .await
    }

    async fn seq_before(&self, moment: Timestamp) -> Result<Seq, StoreError> {
        at_desk!(self, "looking for an earlier day", Read, |desk| read::seq_before(
            desk, moment
        ))
        .await
    }

    async fn undone(&self, seq: Seq) -> Result<Vec<(Seq, Seq)>, StoreError> {
        at_desk!(self, "listing what was taken back", Read, |desk| past::undone(
            desk, seq
        ))
        .await
    }

    async fn matters(
        &self,
        kind: MatterKind,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<PastVersion>, StoreError> {
        at_desk!(self, "listing matters", Read, |desk| read::matters(
            desk, kind, after, limit
        ))
        .await
    }

    async fn put_pack(&self, pack: &BasePack, bytes: &[u8]) -> Result<(), StoreError> {
        let (pack, bytes) = (pack.clone(), bytes.to_vec());
        at_desk!(self, "keeping a base-map pack", Write, |desk| put_pack(
            desk, pack, bytes
        ))
        .await
    }

    async fn pack(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let hash = hash.to_owned();
        at_desk!(self, "reading a base-map pack", Read, |desk| read::pack(desk, &hash)).await
    }

    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        at_desk!(self, "reading a person", Read, |desk| read::person(desk, id)).await
    }

    async fn erase_person(&self, id: PersonId, at: Timestamp) -> Result<(), StoreError> {
        at_desk!(self, "erasing a person", Write, |desk| read::erase(desk, id, at)).await?;
        self.scrub().await
    }

    async fn copy_to(&self, target: &Path) -> Result<(), StoreError> {
        let (me, target) = (self.clone(), target.to_owned());
        aside("copying the store", async move { me.copy(&target).await }).await
    }

    async fn try_room(&self) -> Result<(), StoreError> {
        at_desk!(self, "looking for room", Write, |desk| take_room(desk)).await
    }

    async fn woken(&self) {
        self.wake().await;
    }
}

/// Bytes for which there has to be room: a large outline with all that is kept beside it.
const ROOM_BYTES: usize = 128 * 1024;

async fn take_room(desk: &mut Desk) -> Result<(), StoreError> {
    // Where packs are kept, because a row there may have any size; no pack's hash is ever this.
    let taken = "INSERT INTO base_pack (ledger, hash, layer, body, bytes) VALUES ($1, 'room', '', '{}', $2)";
    desk.exec(taken, vec![Cell::Blob(Some(vec![0; ROOM_BYTES]))]).await?;
    let given_back = "DELETE FROM base_pack WHERE ledger = $1 AND hash = 'room'";
    desk.exec(given_back, vec![]).await.map(drop)
}

async fn put_pack(desk: &mut Desk, pack: BasePack, bytes: Vec<u8>) -> Result<(), StoreError> {
    let body = serde_json::to_string(&pack).map_err(|e| desk.damaged(e.into()))?;
    let sql =
        "INSERT INTO base_pack (ledger, hash, layer, body, bytes) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let cells = vec![
        pack.hash.into(),
        pack.layer.as_str().into(),
        body.into(),
        Cell::Blob(Some(bytes)),
    ];
    desk.exec(sql, cells).await.map(drop)
}
