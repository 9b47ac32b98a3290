//! What can go wrong with a store, said for the operator: what we were doing, to which store, and why.

use crate::Head;
use geju_core::{DraftId, Seq};
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
    /// The draft this Change carries out was changed meanwhile; nothing was appended.
    #[error("draft {0} was changed meanwhile")]
    DraftMoved(DraftId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// PostgreSQL: disk_full.
const PG_DISK_FULL: &str = "53100";
/// SQLite: SQLITE_IOERR_SHMSIZE, no room for the index of the write-ahead log (extended result code).
const SQLITE_NO_ROOM_FOR_INDEX: u32 = 4874;
/// SQLite: SQLITE_FULL, SQLITE_CORRUPT, SQLITE_NOTADB (primary result codes).
const SQLITE_FULL: u32 = 13;
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_NOTADB: u32 = 26;

impl StoreError {
    /// Is it for want of room? Then nothing was kept, and it goes on as soon as somebody has tidied up.
    pub fn is_full(&self) -> bool {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        match self {
            StoreError::Full { .. } => true,
            StoreError::Io { source, .. } => matches!(source.kind(), StorageFull | QuotaExceeded),
            StoreError::Locked { .. }
            | StoreError::Newer { .. }
            | StoreError::Foreign { .. }
            | StoreError::Unsuitable { .. }
            | StoreError::Unreachable { .. }
            | StoreError::Corrupt { .. }
            | StoreError::OutOfOrder { .. }
            | StoreError::Sql { .. }
            | StoreError::Stopped { .. } => false,
        }
    }

    pub(crate) fn sql(doing: &'static str, store: &str, source: sqlx::Error) -> Self {
        let store = store.to_owned();
        let code = source
            .as_database_error()
            .and_then(|e| e.code())
            .unwrap_or_default()
            .into_owned();
        let extended = code.parse::<u32>().ok().filter(|_| code.len() < 5);
        let primary = extended.map(|c| c & 0xff);
        match (&source, primary) {
            (sqlx::Error::Database(_), _) if extended == Some(SQLITE_NO_ROOM_FOR_INDEX) => {
                StoreError::Full { doing, store, source }
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::error::{DatabaseError, ErrorKind};
    use std::borrow::Cow;
    use std::error::Error;
    use std::fmt;

    #[derive(Debug)]
    struct Said(&'static str);

    impl fmt::Display for Said {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Said {}

    impl DatabaseError for Said {
        fn message(&self) -> &str {
            self.0
        }
        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }
        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }
        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }
        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }
        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    #[test]
    fn a_full_disk_is_known_in_the_words_of_both_databases() {
        let of = |code| StoreError::sql("appending", "somewhere", sqlx::Error::Database(Box::new(Said(code))));
        // disk_full; SQLITE_FULL; no room for the index of the write-ahead log.
        for full in ["53100", "13", "4874"] {
            assert!(
                matches!(of(full), StoreError::Full { .. }) && of(full).is_full(),
                "{full}"
            );
        }
        // out_of_memory, serialization_failure, SQLITE_BUSY, SQLITE_IOERR.
        for other in ["53200", "40001", "5", "10"] {
            assert!(!of(other).is_full(), "{other}");
        }
        let io = |kind: std::io::ErrorKind| StoreError::Io {
            doing: "writing a copy",
            path: "somewhere".into(),
            source: kind.into(),
        };
        assert!(io(std::io::ErrorKind::StorageFull).is_full());
        assert!(!io(std::io::ErrorKind::PermissionDenied).is_full());
    }
}
