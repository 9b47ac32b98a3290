//! Opening a file: whose it is, and whether it can be trusted.

use super::lock::Lock;
use super::upgrade::{Step, migrate};
use super::{GpkgStore, Inner, OpenMode, ddl};
use crate::direct;
use crate::error::StoreError;
use crate::schema::{FORMAT, RETIRED_INDEX_DDL};
use rusqlite::{Connection, OpenFlags};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Row, SqliteConnection};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Older ones can damage a file when a write-ahead log is reset.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];
/// Reading in parallel beyond this gains nothing: questions are answered from memory.
const READERS: u32 = 4;
/// Long copies keep their connections for minutes.
const READER_PATIENCE: Duration = Duration::from_secs(900);
/// A reader of another program may hold the file for a moment.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);
/// Prepared statements kept per connection.
const STATEMENTS: usize = 200;
/// Rows that SQLite's thread may be ahead of ours. sqlx's own 50 make the two threads wait for each other at every turn, and
/// on a busy machine each turn costs a wait for a core; a street's row takes some 500 bytes.
const ROWS_AHEAD: usize = 4_000;
/// Pages kept in memory per connection, in KiB (negative, as SQLite wants it): a join over a street's places stays in it.
const CACHE_KIB: &str = "-32768";
/// Takes durability away, for measuring what it costs and for showing that a test would notice. Never in service.
const NO_SYNC: &str = "GEJU_UNSAFE_NO_SYNC";

/// From format 1 on. The newest format is what [`ddl::create`] makes.
const STEPS: &[Step] = &[
    Step {
        to: 2,
        script: "ALTER TABLE auth_account ADD COLUMN last_seen TEXT;
             ALTER TABLE auth_access ADD COLUMN role TEXT;
             ALTER TABLE auth_access ADD COLUMN detail TEXT;
             ALTER TABLE auth_access ADD COLUMN address TEXT;\n",
    },
    Step {
        to: 3,
        script: "CREATE TABLE draft (ledger TEXT NOT NULL, id INTEGER NOT NULL, version INTEGER NOT NULL,
               stamp INTEGER NOT NULL, state TEXT NOT NULL, author TEXT NOT NULL, due DATE, body TEXT NOT NULL,
               reshape TEXT NOT NULL, judged TEXT, PRIMARY KEY (ledger, id));
             CREATE TABLE draft_comment (ledger TEXT NOT NULL, draft INTEGER NOT NULL, n INTEGER NOT NULL,
               body TEXT NOT NULL, PRIMARY KEY (ledger, draft, n));
             CREATE INDEX draft_by_author ON draft (ledger, author);
             CREATE INDEX draft_by_stamp ON draft (ledger, stamp);
             CREATE INDEX draft_due ON draft (ledger, due) WHERE state = 'accepted';\n",
    },
];

pub(super) async fn open(path: &Path, ledger: &str, mode: OpenMode) -> Result<GpkgStore, StoreError> {
    open_with(path, ledger, mode, STEPS, FORMAT).await
}

pub(super) async fn open_with(
    path: &Path,
    ledger: &str,
    mode: OpenMode,
    steps: &[Step],
    format: u64,
) -> Result<GpkgStore, StoreError> {
    let store: Arc<str> = path.display().to_string().into();
    let failed = |e| StoreError::sql("opening the store", &store, e);
    let io = |source| StoreError::Io {
        doing: "opening the store",
        path: path.to_owned(),
        source,
    };
    let foreign = |why: String| StoreError::Foreign {
        store: store.to_string(),
        why,
    };
    let lock = match mode {
        OpenMode::Serve => {
            if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
                std::fs::create_dir_all(parent).map_err(io)?;
            }
            Some(Lock::take(path)?)
        }
        OpenMode::Copy => None,
    };
    let is_new = match std::fs::metadata(path) {
        Ok(meta) => meta.len() == 0,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && mode == OpenMode::Serve => true,
        Err(e) => return Err(io(e)),
    };

    let base = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(is_new && mode == OpenMode::Serve)
        .statement_cache_capacity(STATEMENTS)
        .row_buffer_size(ROWS_AHEAD)
        .pragma("cache_size", CACHE_KIB)
        .disable_statement_logging();
    // Looked at before anything is changed, be it only the journal mode.
    let mut look = base
        .clone()
        .read_only(mode == OpenMode::Copy)
        .connect()
        .await
        .map_err(failed)?;
    check_version(&mut look, &store).await?;
    let made = is_made(&mut look, &store).await?;
    if made {
        check_ours(&mut look, &store, ledger, mode, format).await?;
    } else if mode == OpenMode::Copy {
        return Err(foreign("there is nothing in it".into()));
    }
    let held: Option<String> = if made {
        held_ledger(&mut look, &store).await?
    } else {
        None
    };
    look.close().await.map_err(failed)?;

    let sync = synchronous();
    let writing = match mode {
        OpenMode::Serve => base
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(sync)
            .pragma("secure_delete", "ON")
            .optimize_on_close(false, None),
        OpenMode::Copy => base.read_only(true),
    };
    let pool = |n: u32| {
        SqlitePoolOptions::new()
            .max_connections(n)
            .acquire_timeout(READER_PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            // A file does not go away as a server does, and each look is a word between two threads.
            .test_before_acquire(false)
    };
    let readers = pool(READERS).connect_with(writing).await.map_err(failed)?;
    let ledger: Arc<str> = match mode {
        OpenMode::Serve => ledger.into(),
        OpenMode::Copy => held.ok_or_else(|| foreign("it holds no ledger".into()))?.into(),
    };
    let opened = GpkgStore(Arc::new(Inner {
        path: path.to_owned(),
        store: store.clone(),
        ledger,
        writer: Mutex::default(),
        readers,
        lock,
    }));
    if mode == OpenMode::Serve {
        let mut connection = opened.0.readers.acquire().await.map_err(failed)?;
        if !made {
            run_script(&mut connection, &store, &ddl::create()).await?;
        }
        migrate(&opened, &mut connection, steps).await?;
        let index = sqlx::query(RETIRED_INDEX_DDL).execute(&mut *connection).await;
        index.map_err(failed)?;
        let head = "INSERT INTO head (ledger, epoch, seq) VALUES ($1, 1, 0) ON CONFLICT DO NOTHING";
        sqlx::query(head)
            .bind(&*opened.0.ledger)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        drop(connection);
        let writer = writer(path, sync).map_err(direct::told).map_err(failed)?;
        check_durable(&writer, &store, sync)?;
        *opened.writing() = Some(Arc::new(tokio::sync::Mutex::new(writer)));
    }
    Ok(opened)
}

fn synchronous() -> SqliteSynchronous {
    if std::env::var_os(NO_SYNC).is_some_and(|v| v == "1") {
        tracing::warn!("{NO_SYNC}=1: commits are NOT durable; a power cut loses acknowledged work");
        SqliteSynchronous::Off
    } else {
        SqliteSynchronous::Full
    }
}

async fn check_version(connection: &mut SqliteConnection, store: &str) -> Result<(), StoreError> {
    let text = one_text(connection, store, "SELECT sqlite_version()").await?;
    let numbers: Vec<u32> = text.split('.').map_while(|n| n.parse().ok()).collect();
    if numbers.as_slice() >= OLDEST_SQLITE.as_slice() {
        return Ok(());
    }
    let why = format!("this program was built with SQLite {text}, which can damage files; 3.51.3 or newer is needed");
    Err(StoreError::Unsuitable {
        store: store.to_owned(),
        why,
    })
}

/// Is there anything in it? A file of which only the header was written when the power went has nothing.
async fn is_made(connection: &mut SqliteConnection, store: &str) -> Result<bool, StoreError> {
    Ok(
        one_number(connection, store, "SELECT count(*) FROM sqlite_master").await? > 0
            || one_number(connection, store, "PRAGMA application_id").await? != 0,
    )
}

async fn check_ours(
    connection: &mut SqliteConnection,
    store: &str,
    ledger: &str,
    mode: OpenMode,
    known: u64,
) -> Result<(), StoreError> {
    let foreign = |why: String| StoreError::Foreign {
        store: store.to_owned(),
        why,
    };
    if one_number(connection, store, "PRAGMA application_id").await? != ddl::APPLICATION_ID {
        return Err(foreign(
            "it is an SQLite file of another program, not a GeoPackage".into(),
        ));
    }
    let ours = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('meta', 'head', 'change', 'place_version')";
    if one_number(connection, store, ours).await? != 4 {
        return Err(foreign(
            "it is a GeoPackage of another program; import it instead".into(),
        ));
    }
    let format = one_number(
        connection,
        store,
        "SELECT value FROM meta WHERE ledger = '' AND key = 'format'",
    )
    .await?;
    let found = u64::try_from(format).unwrap_or(u64::MAX);
    if found > known {
        return Err(StoreError::Newer {
            store: store.to_owned(),
            found,
            known,
        });
    }
    if mode == OpenMode::Copy && found < known {
        let why = format!(
            "it has the older store format {found}; serve it once with this program, which brings it up to date"
        );
        return Err(StoreError::Unsuitable {
            store: store.to_owned(),
            why,
        });
    }
    // A trigger runs inside our transactions and could change what we write; Geju has none.
    let triggers = "SELECT coalesce(group_concat(name, ', '), '') FROM sqlite_master WHERE type = 'trigger'";
    let triggers = one_text(connection, store, triggers).await?;
    if !triggers.is_empty() {
        return Err(foreign(format!(
            "another program left triggers in it: {triggers}; drop them first"
        )));
    }
    match held_ledger(connection, store).await? {
        Some(held) if mode == OpenMode::Serve && held != ledger => {
            let why = format!("it holds the ledger {held:?}, not {ledger:?}; say --ledger {held}");
            Err(StoreError::Unsuitable {
                store: store.to_owned(),
                why,
            })
        }
        _ => Ok(()),
    }
}

async fn held_ledger(connection: &mut SqliteConnection, store: &str) -> Result<Option<String>, StoreError> {
    let failed = |e| StoreError::sql("opening the store", store, e);
    let row = sqlx::query("SELECT ledger FROM head LIMIT 1")
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    row.map(|r| r.try_get_unchecked(0)).transpose().map_err(failed)
}

/// The connection that writes.
fn writer(path: &Path, sync: SqliteSynchronous) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let writer = Connection::open_with_flags(path, flags)?;
    writer.busy_timeout(BUSY_PATIENCE)?;
    writer.set_prepared_statement_cache_capacity(STATEMENTS);
    writer.pragma_update(None, "cache_size", CACHE_KIB)?;
    writer.pragma_update(None, "secure_delete", "ON")?;
    let sync = if matches!(sync, SqliteSynchronous::Full) {
        "FULL"
    } else {
        "OFF"
    };
    writer.pragma_update(None, "synchronous", sync)?;
    Ok(writer)
}

/// Durability is asserted, not assumed.
fn check_durable(writer: &Connection, store: &str, wanted: SqliteSynchronous) -> Result<(), StoreError> {
    let failed = |e| StoreError::sql("opening the store", store, direct::told(e));
    let unsuitable = |why: String| StoreError::Unsuitable {
        store: store.to_owned(),
        why,
    };
    let journal: String = writer
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .map_err(failed)?;
    if journal != "wal" {
        return Err(unsuitable(format!(
            "SQLite keeps journal mode {journal} here; a local disk that can do WAL is needed"
        )));
    }
    let level: i64 = writer
        .query_row("PRAGMA synchronous", [], |row| row.get(0))
        .map_err(failed)?;
    if level < 2 && matches!(wanted, SqliteSynchronous::Full) {
        return Err(unsuitable(format!(
            "SQLite runs with synchronous={level}: commits would not be durable"
        )));
    }
    Ok(())
}

/// All or nothing.
pub(super) async fn run_script(connection: &mut SqliteConnection, store: &str, script: &str) -> Result<(), StoreError> {
    let failed = |e| StoreError::sql("making the tables", store, e);
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    sqlx::raw_sql(AssertSqlSafe(script.to_owned()))
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    tx.commit().await.map_err(failed)
}

pub(super) async fn one_number(
    connection: &mut SqliteConnection,
    store: &str,
    sql: &'static str,
) -> Result<i64, StoreError> {
    let failed = |e| StoreError::sql("opening the store", store, e);
    let row = sqlx::query(sql).fetch_one(connection).await.map_err(failed)?;
    row.try_get_unchecked(0).map_err(failed)
}

async fn one_text(connection: &mut SqliteConnection, store: &str, sql: &'static str) -> Result<String, StoreError> {
    let failed = |e| StoreError::sql("opening the store", store, e);
    let row = sqlx::query(sql).fetch_one(connection).await.map_err(failed)?;
    row.try_get_unchecked(0).map_err(failed)
}
