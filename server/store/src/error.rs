//! What can go wrong with a store, said for the operator: what we were doing, to which store, and why.

use crate::Head;
use geju_core::Seq;
use std::path::PathBuf;

/// A failure of the store. `store` is the file or the address without its password.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process serves this file.
    #[error("{} is in use by another geju process{}", path.display(), told(*pid, address.as_deref()))]
    Locked {
        path: PathBuf,
        pid: Option<u32>,
        address: Option<String>,
        token: Option<String>,
    },
    /// Written by a newer program.
    #[error(
        "{store} has store format {found}; this program knows formats up to {known}: start the newer geju that wrote it"
    )]
    Newer { store: String, found: u64, known: u64 },
    /// There is something that is not ours.
    #[error("{store} is not a Geju store as it should be: {why}")]
    Foreign { store: String, why: String },
    /// The store is sound but holds something else than was asked for.
    #[error("{store}: {why}")]
    Unsuitable { store: String, why: String },
    /// No room is left on the disk.
    #[error("no room is left for {store} while {doing}")]
    Full {
        doing: &'static str,
        store: String,
        source: sqlx::Error,
    },
    /// The database does not answer.
    #[error("{store} could not be reached while {doing}")]
    Unreachable {
        doing: &'static str,
        store: String,
        source: sqlx::Error,
    },
    /// What was read is not what was written.
    #[error("{store} is damaged, seen while {doing}: {why}")]
    Corrupt {
        doing: &'static str,
        store: String,
        why: String,
    },
    /// A Change was offered that does not follow the head: a bug of the caller.
    #[error("{store}: Change {offered} was offered where {due} is due")]
    OutOfOrder { store: String, offered: Seq, due: Seq },
    #[error("{store}: {doing} failed")]
    Sql {
        doing: &'static str,
        store: String,
        source: sqlx::Error,
    },
    #[error("{}: {doing} failed", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    /// The program is ending and the write was not begun or not finished.
    #[error("the program stopped while {doing}")]
    Stopped { doing: &'static str },
}

fn told(pid: Option<u32>, address: Option<&str>) -> String {
    let pid = pid.map(|p| format!(", process {p}")).unwrap_or_default();
    let address = address.map(|a| format!(", serving {a}")).unwrap_or_default();
    pid + &address
}

/// Why a Change was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Another writer got there first; this is where the ledger stands.
    #[error("the ledger stands at {}.{} by now", .0.epoch.0, .0.seq)]
    Stale(Head),
    /// A Change with this id is there already: an earlier attempt made it.
    #[error("this Change is already in the ledger as {0}")]
    Already(Seq),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// PostgreSQL: disk_full.
const PG_DISK_FULL: &str = "53100";
/// SQLite: SQLITE_FULL, SQLITE_CORRUPT, SQLITE_NOTADB (primary result codes).
const SQLITE_FULL: u32 = 13;
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_NOTADB: u32 = 26;

impl StoreError {
    pub(crate) fn sql(doing: &'static str, store: &str, source: sqlx::Error) -> Self {
        let store = store.to_owned();
        let code = source
            .as_database_error()
            .and_then(|e| e.code())
            .unwrap_or_default()
            .into_owned();
        let primary = code.parse::<u32>().ok().filter(|_| code.len() < 5).map(|c| c & 0xff);
        match (&source, primary) {
            (sqlx::Error::Database(_), Some(SQLITE_FULL)) => StoreError::Full { doing, store, source },
            (sqlx::Error::Database(_), Some(SQLITE_CORRUPT | SQLITE_NOTADB)) => StoreError::Corrupt {
                doing,
                store,
                why: source.to_string(),
            },
            (sqlx::Error::Database(_), _) if code == PG_DISK_FULL => StoreError::Full { doing, store, source },
            // Classes 08 (connection), 57P (shutdown, crash, cannot connect now), 53300 (too many connections).
            (sqlx::Error::Database(_), _) if code.starts_with("08") || code.starts_with("57P") || code == "53300" => {
                StoreError::Unreachable { doing, store, source }
            }
            (sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed, _) => {
                StoreError::Unreachable { doing, store, source }
            }
            (sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_), _) => StoreError::Corrupt {
                doing,
                store,
                why: source.to_string(),
            },
            _ => StoreError::Sql { doing, store, source },
        }
    }
}

/// A stored value that cannot be what was written; the desk adds where and while doing what.
#[derive(Debug)]
pub(crate) struct Damage(pub String);

macro_rules! damage_from {
    ($($type:ty),*) => { $(impl From<$type> for Damage {
        fn from(e: $type) -> Self { Damage(e.to_string()) }
    })* };
}
damage_from!(
    serde_json::Error,
    jiff::Error,
    std::num::ParseIntError,
    std::num::TryFromIntError,
    geju_core::InvalidOutline
);

impl From<&str> for Damage {
    fn from(text: &str) -> Self {
        Damage(text.to_owned())
    }
}

impl From<String> for Damage {
    fn from(text: String) -> Self {
        Damage(text)
    }
}
