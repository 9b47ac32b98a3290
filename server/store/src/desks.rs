//! What a database must offer to be a store; everything else is written once, here, for all of them.
//!
//! Every statement runs on a task of its own. A caller that goes away midway, as HTTP handlers do, never leaves a
//! transaction half begun on a pooled connection: the task ends it. An append whose caller went away may therefore still
//! commit; [`Store::find`] settles it. Who appends is the application's business: one writer task owns the ledger.

use crate::bulk::{AllPlaces, Trouble};
use crate::cell::Cell;
use crate::desk::Desk;
use crate::error::{AppendError, StoreError};
use crate::{
    Access, Account, Accounts, DraftComment, DraftWrite, Drafts, DraftsAsked, Entry, Head, KeptDraft, NewDraft,
    PastVersion, Person, Reply, Seen, Session, Snapshot, Store, Summary, Token, accounts, append, drafts, load, past,
    read,
};
use geju_core::change::MAX_INLINE_EFFECTS;
use geju_core::{BasePack, Change, ChangeId, Draft, DraftId, MatterKind, PersonId, Seq};
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

impl<D: Desks> Accounts for D {
    async fn auth_stamp(&self) -> Result<u64, StoreError> {
        at_desk!(self, "reading the auth stamp", Read, |desk| accounts::auth_stamp(desk)).await
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        at_desk!(self, "listing accounts", Read, |desk| accounts::accounts(desk)).await
    }

    async fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let name = name.to_owned();
        at_desk!(self, "reading an account", Read, |desk| accounts::account(desk, &name)).await
    }

    async fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        let account = account.clone();
        at_desk!(self, "keeping an account", Write, |desk| accounts::put_account(
            desk, &account
        ))
        .await
    }

    async fn put_session(&self, session: &Session) -> Result<(), StoreError> {
        let session = session.clone();
        at_desk!(self, "keeping a session", Write, |desk| accounts::put_session(
            desk, &session
        ))
        .await
    }

    async fn session(&self, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
        let hash = *token_hash;
        at_desk!(self, "reading a session", Read, |desk| accounts::session(desk, &hash)).await
    }

    async fn end_session(&self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        let hash = *token_hash;
        at_desk!(self, "ending a session", Write, |desk| accounts::end_session(
            desk, &hash
        ))
        .await
    }

    async fn end_sessions_of(&self, account: &str) -> Result<(), StoreError> {
        let account = account.to_owned();
        at_desk!(self, "ending sessions", Write, |desk| accounts::end_sessions_of(
            desk, &account
        ))
        .await
    }

    async fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        at_desk!(self, "sweeping what expired", Write, |desk| accounts::sweep(desk, now)).await
    }

    async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        at_desk!(self, "listing tokens", Read, |desk| accounts::tokens(desk)).await
    }

    async fn token(&self, token_hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        let hash = *token_hash;
        at_desk!(self, "reading a token", Read, |desk| accounts::token(desk, &hash)).await
    }

    async fn put_token(&self, token: &Token) -> Result<(), StoreError> {
        let token = token.clone();
        at_desk!(self, "keeping a token", Write, |desk| accounts::put_token(desk, &token)).await
    }

    async fn drop_token(&self, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        at_desk!(self, "dropping a token", Write, |desk| accounts::drop_token(
            desk, &name
        ))
        .await
    }

    async fn reply(&self, owner: &str, key: &str) -> Result<Option<Reply>, StoreError> {
        let (owner, key) = (owner.to_owned(), key.to_owned());
        at_desk!(self, "reading a reply", Read, |desk| read::reply(desk, &owner, &key)).await
    }

    async fn put_reply(&self, reply: &Reply) -> Result<(), StoreError> {
        let reply = reply.clone();
        at_desk!(self, "keeping a reply", Write, |desk| append::put_replies(
            desk,
            std::slice::from_ref(&reply)
        ))
        .await
    }

    async fn note_seen(&self, seen: &[Seen]) -> Result<(), StoreError> {
        let seen = seen.to_vec();
        at_desk!(self, "noting who was here", Write, |desk| accounts::note_seen(
            desk, &seen
        ))
        .await
    }

    async fn log_accesses(&self, lines: &[Access]) -> Result<(), StoreError> {
        let lines = lines.to_vec();
        at_desk!(self, "writing the access log", Write, |desk| accounts::log_accesses(
            desk, &lines
        ))
        .await
    }

    async fn let_accesses_go(&self, kept: u64) -> Result<(), StoreError> {
        at_desk!(self, "shortening the access log", Write, |desk| {
            accounts::let_accesses_go(desk, kept)
        })
        .await
    }

    async fn accesses(&self, before: Option<u64>, limit: usize) -> Result<Vec<(u64, Access)>, StoreError> {
        at_desk!(self, "reading the access log", Read, |desk| accounts::accesses(
            desk, before, limit
        ))
        .await
    }
}

impl<D: Desks> Drafts for D {
    async fn draft_stamp(&self) -> Result<u64, StoreError> {
        at_desk!(self, "looking for news of drafts", Read, |desk| drafts::stamp(desk)).await
    }

    async fn add_draft(&self, new: NewDraft) -> Result<Option<Draft>, StoreError> {
        at_desk!(self, "keeping a draft", Write, |desk| drafts::add(desk, new)).await
    }

    async fn put_draft(&self, write: &DraftWrite) -> Result<bool, StoreError> {
        let write = write.clone();
        at_desk!(self, "moving a draft on", Write, |desk| drafts::put(desk, &write)).await
    }

    async fn comment_draft(&self, id: DraftId, comment: &DraftComment, reply: Option<Reply>) -> Result<(), StoreError> {
        let comment = comment.clone();
        at_desk!(self, "keeping a comment", Write, |desk| drafts::comment(
            desk,
            id,
            &comment,
            reply.as_ref()
        ))
        .await
    }

    async fn draft(&self, id: DraftId) -> Result<Option<KeptDraft>, StoreError> {
        at_desk!(self, "reading a draft", Read, |desk| drafts::one(desk, id)).await
    }

    async fn drafts(&self, asked: &DraftsAsked, limit: usize) -> Result<Vec<Draft>, StoreError> {
        let asked = asked.clone();
        at_desk!(self, "listing drafts", Read, |desk| drafts::list(desk, &asked, limit)).await
    }

    async fn drafts_since(&self, stamp: u64, limit: usize) -> Result<Vec<(u64, Draft)>, StoreError> {
        at_desk!(self, "reading news of drafts", Read, |desk| drafts::since(
            desk, stamp, limit
        ))
        .await
    }

    async fn drafts_due(&self, today: Date) -> Result<Vec<DraftId>, StoreError> {
        at_desk!(self, "looking for drafts that are due", Read, |desk| drafts::due(
            desk, today
        ))
        .await
    }
}
