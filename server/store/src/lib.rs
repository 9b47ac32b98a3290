//! The only room that speaks SQL. A store keeps one ledger: its Changes, the rows that follow from them, and beside
//! them what is never in a Change: personal values, accounts, replies.

mod accounts;
mod any;
mod append;
mod bulk;
mod cell;
mod copy;
mod desk;
mod desks;
mod direct;
mod drafts;
mod error;
pub mod gpkg;
mod layer;
mod load;
mod nodes;
mod past;
pub mod postgis;
mod read;
mod restore;
mod schema;
mod shape;
mod steps;
mod version;

pub use any::AnyStore;
#[doc(hidden)]
pub use desks::Desks;
pub use error::{AppendError, StoreError};
pub use restore::{Restored, restore};

use geju_core::draft::FromDraft;
use geju_core::world::Rows;
use geju_core::{
    Actor, BasePack, BatchRef, Change, ChangeId, Draft, DraftId, DraftState, Effect, Epoch, Footprint, MatterKind,
    PersonId, PlaceId, Role, Seq,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::path::Path;

/// Where a ledger stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub epoch: Epoch,
    pub seq: Seq,
}

/// Everything in force, read in one consistent moment.
#[derive(Debug)]
pub struct Snapshot {
    pub head: Head,
    pub rows: Rows,
}

/// A Change and what is written with it in the same transaction.
#[derive(Debug, Clone)]
pub struct Entry {
    pub change: Change,
    /// Personal values named by ids in the Change.
    pub persons: Vec<Person>,
    /// The answer given for an Idempotency-Key.
    pub reply: Option<Reply>,
    /// The draft it carries out, as it stands from then on.
    pub draft: Option<DraftWrite>,
}

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptDraft {
    pub draft: Draft,
    /// The gesture as JSON text, as it was sent.
    pub reshape: String,
    /// What was judged when it was closed or returned, as JSON text.
    pub judged: Option<String>,
    /// What was said about it, in order.
    pub comments: Vec<DraftComment>,
}

/// What somebody said about a draft, 批注.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftComment {
    pub by: Actor,
    pub at: Timestamp,
    pub text: String,
    /// Where it was said while moving the draft there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<DraftState>,
}

/// The answer to keep with a new draft, once its number is known.
pub type DraftReply = Box<dyn FnOnce(&Draft) -> Option<Reply> + Send>;

/// A draft that is sent; its id is given when it is kept.
pub struct NewDraft {
    pub draft: Draft,
    pub reshape: String,
    /// Drafts its author may have open at once.
    pub open_most: u64,
    pub reply: Option<DraftReply>,
}

/// A step of a draft: it holds the new version, which follows the one before.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftWrite {
    pub draft: Draft,
    /// The gesture, where it was drawn anew.
    pub reshape: Option<String>,
    pub judged: Option<String>,
    pub comment: Option<DraftComment>,
    pub reply: Option<Reply>,
}

/// Which drafts are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DraftsAsked {
    /// Only those numbered before this one.
    pub before: Option<DraftId>,
    pub state: Option<DraftState>,
    pub author: Option<Actor>,
}

/// Personal values of a reporter, 个人信息; erased for good by [`Store::erase_person`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// The answer to a request that carried an Idempotency-Key, kept [`REPLY_DAYS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The account or token that asked, and its key: keys of two accounts never meet.
    pub owner: String,
    pub key: String,
    /// SHA-256 of method, path and body, as hex: the same key with another body is refused.
    pub request_hash: String,
    pub status: u16,
    pub location: Option<String>,
    pub etag: Option<String>,
    pub body: Vec<u8>,
    pub at: Timestamp,
}

/// How long replies are kept.
pub const REPLY_DAYS: i64 = 30;

/// A Change without its effects, for lists.
#[derive(Debug, Clone)]
pub struct Summary {
    pub seq: Seq,
    pub change_id: ChangeId,
    pub at: Timestamp,
    pub actor: String,
    pub cause: geju_core::Cause,
    pub source: Option<String>,
    /// The draft it was, with who drew it.
    pub draft: Option<FromDraft>,
    pub footprint: Footprint,
    pub batch: Option<BatchRef>,
    /// Effects per layer.
    pub counts: std::collections::BTreeMap<String, u64>,
}

/// One version of one place or matter, as history shows it.
#[derive(Debug, Clone)]
pub struct PastVersion {
    pub seq: Seq,
    pub at: Timestamp,
    pub actor: String,
    pub cause: geju_core::Cause,
    /// The version as an effect without `before`.
    pub effect: Effect,
}

/// One ledger on durable ground. Every implementation lives through the same `story`.
///
/// Append is compare-and-swap on the head and durable when it returns: after it, `kill -9` loses nothing.
pub trait Store: Send + Sync + 'static {
    /// A consistent snapshot of what is in force: live matters, and those that ended lately.
    fn load(&self) -> impl Future<Output = Result<Snapshot, StoreError>> + Send;
    fn head(&self) -> impl Future<Output = Result<Head, StoreError>> + Send;
    /// Appends Changes whose seqs follow `expected`. More than [`geju_core::change::MAX_INLINE_EFFECTS`] effects are kept
    /// as a batch beside the Change. All or nothing.
    fn append(&self, expected: Head, entries: &[Entry]) -> impl Future<Output = Result<Seq, AppendError>> + Send;
    /// Whole Changes after `seq`, in order, at most `limit`.
    fn since(&self, seq: Seq, limit: usize) -> impl Future<Output = Result<Vec<Change>, StoreError>> + Send;
    /// One whole Change.
    fn change(&self, seq: Seq) -> impl Future<Output = Result<Option<Change>, StoreError>> + Send;
    /// Did a Change with this id make it?
    fn find(&self, id: ChangeId) -> impl Future<Output = Result<Option<Seq>, StoreError>> + Send;
    /// Newest first.
    fn summaries(
        &self,
        before: Option<Seq>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Summary>, StoreError>> + Send;
    /// Every version of a place or matter, oldest first. Empty: never heard of.
    fn history(&self, id: u64) -> impl Future<Output = Result<Vec<PastVersion>, StoreError>> + Send;
    /// The map as the ledger stood at `known`: what was in force then or, with `on`, what it says was in force on that day,
    /// retired since or not.
    fn load_at(&self, known: Seq, on: Option<Date>) -> impl Future<Output = Result<Snapshot, StoreError>> + Send;
    /// The last Change made before this moment; `Seq::ZERO` when all came later.
    fn seq_before(&self, moment: Timestamp) -> impl Future<Output = Result<Seq, StoreError>> + Send;
    /// Which Changes after `seq` were taken back, and by which.
    fn undone(&self, seq: Seq) -> impl Future<Output = Result<Vec<(Seq, Seq)>, StoreError>> + Send;
    /// Matters of a kind, closed ones too, newest id first after `after`.
    fn matters(
        &self,
        kind: MatterKind,
        after: Option<u64>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<PastVersion>, StoreError>> + Send;
    /// Keeps the bytes of a base-map pack before the Change that names it.
    fn put_pack(&self, pack: &BasePack, bytes: &[u8]) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn pack(&self, hash: &str) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> + Send;
    fn person(&self, id: PersonId) -> impl Future<Output = Result<Option<Person>, StoreError>> + Send;
    /// Erases a person's values and notes the erasure, so that a restore repeats it.
    fn erase_person(&self, id: PersonId, at: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Writes a complete, consistent copy while the store is in use. For PostGIS the target is a GeoPackage too.
    fn copy_to(&self, target: &Path) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Writes something and takes it away again, durably: fails as any write would where there is no room.
    fn try_room(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Resolves when another writer may have appended; never resolves where there can be none.
    fn woken(&self) -> impl Future<Output = ()> + Send;
}

/// Drafts of boundaries on their way into force. Never in Changes: what becomes of one is a Change with the draft's own id.
pub trait Drafts: Send + Sync + 'static {
    /// Counts all writes of drafts, so that other servers on the same store notice them by polling one number.
    fn draft_stamp(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;
    /// Keeps a new draft under a number of its own; `None` where its author has too many open.
    fn add_draft(&self, new: NewDraft) -> impl Future<Output = Result<Option<Draft>, StoreError>> + Send;
    /// Moves a draft on from the version before; false where somebody else was first.
    fn put_draft(&self, write: &DraftWrite) -> impl Future<Output = Result<bool, StoreError>> + Send;
    fn comment_draft(
        &self,
        id: DraftId,
        comment: &DraftComment,
        reply: Option<Reply>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn draft(&self, id: DraftId) -> impl Future<Output = Result<Option<KeptDraft>, StoreError>> + Send;
    /// Newest first, at most `limit`.
    fn drafts(&self, asked: &DraftsAsked, limit: usize) -> impl Future<Output = Result<Vec<Draft>, StoreError>> + Send;
    /// What was written after a stamp, in order, each with its own.
    fn drafts_since(
        &self,
        stamp: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(u64, Draft)>, StoreError>> + Send;
    /// Accepted drafts whose day has come.
    fn drafts_due(&self, today: Date) -> impl Future<Output = Result<Vec<DraftId>, StoreError>> + Send;
}

/// An account, 账号.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub display_name: String,
    pub role: Role,
    pub places: Vec<PlaceId>,
    /// argon2id PHC string.
    pub password_hash: String,
    pub must_change_password: bool,
    pub disabled: bool,
    pub created_at: Timestamp,
    /// When it was last met, to the minute.
    pub last_seen: Option<Timestamp>,
}

/// A browser's session: only the hash of its opaque token is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub token_hash: [u8; 32],
    pub account: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A machine's bearer token: only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub name: String,
    pub token_hash: [u8; 32],
    pub role: Role,
    pub places: Vec<PlaceId>,
    pub created_at: Timestamp,
    /// When it was last met, to the minute.
    pub last_seen: Option<Timestamp>,
}

/// Someone who was met, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub who: Whose,
    pub name: String,
    pub at: Timestamp,
}

/// Whose name it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whose {
    Account,
    Token,
}

/// One line of the access log, 访问记录.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub at: Timestamp,
    pub who: String,
    pub what: String,
    pub target: String,
    pub role: Option<Role>,
    pub detail: Option<String>,
    /// Where the request came from.
    pub address: Option<String>,
}

/// Who may come in. `auth_*` tables, never in Changes. Every write that may take a right away steps [`Accounts::auth_stamp`], so
/// other servers on the same store notice revocations by polling one number.
pub trait Accounts: Send + Sync + 'static {
    fn auth_stamp(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;
    fn accounts(&self) -> impl Future<Output = Result<Vec<Account>, StoreError>> + Send;
    fn account(&self, name: &str) -> impl Future<Output = Result<Option<Account>, StoreError>> + Send;
    /// Adds or replaces.
    fn put_account(&self, account: &Account) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn put_session(&self, session: &Session) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn session(&self, token_hash: &[u8; 32]) -> impl Future<Output = Result<Option<Session>, StoreError>> + Send;
    fn end_session(&self, token_hash: &[u8; 32]) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn end_sessions_of(&self, account: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Drops what expired before now: sessions, replies.
    fn sweep(&self, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn tokens(&self) -> impl Future<Output = Result<Vec<Token>, StoreError>> + Send;
    fn token(&self, token_hash: &[u8; 32]) -> impl Future<Output = Result<Option<Token>, StoreError>> + Send;
    fn put_token(&self, token: &Token) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn drop_token(&self, name: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;
    fn reply(&self, owner: &str, key: &str) -> impl Future<Output = Result<Option<Reply>, StoreError>> + Send;
    /// Keeps a reply of a request that made no Change (accounts, checks).
    fn put_reply(&self, reply: &Reply) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Notes when accounts and tokens were last met, in one transaction.
    fn note_seen(&self, seen: &[Seen]) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Writes lines at the end of the access log.
    fn log_accesses(&self, lines: &[Access]) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Lets all but the newest `kept` lines of the access log go.
    fn let_accesses_go(&self, kept: u64) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Lines of the access log before one, newest first, each with its number.
    fn accesses(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(u64, Access)>, StoreError>> + Send;
}
