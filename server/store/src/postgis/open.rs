//! Connecting, and bringing the schema up to date under a lock.

use super::{Inner, PostgisStore, analysts};
use crate::cell::pg_word;
use crate::error::StoreError;
use crate::schema::{FORMAT, INDEXES, Kind, RETIRED_INDEX, RETIRED_INDEX_DDL, TABLES};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Connections per server: one writer, a few readers, one listener.
const CONNECTIONS: u32 = 8;
/// A database that does not answer for so long when the store is opened counts as unreachable: it may just be booting.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same while it is in use: people wait, and whoever needs it asks again soon. Connections are held for milliseconds, but
/// for a backup's and a bulk import's.
const PATIENCE_IN_USE: Duration = Duration::from_secs(3);
/// After a lost connection the listener tries again; meanwhile polling does its work.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
/// Names the advisory lock under which the schema is made and changed: "geju" as a number.
const SCHEMA_LOCK: i64 = 0x6765_6a75;
const DOING: &str = "opening the store";

/// One step from a store format to the next. Before the first one the whole schema is copied to `geju_before_<n>`.
pub(super) struct Step {
    pub to: u64,
    pub script: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        to: 2,
        script: "ALTER TABLE geju.auth_account ADD COLUMN last_seen text;
             ALTER TABLE geju.auth_access ADD COLUMN role text, ADD COLUMN detail text, ADD COLUMN address text;\n",
    },
    Step {
        to: 3,
        script: "CREATE TABLE geju.draft (ledger text NOT NULL, id bigint NOT NULL, version bigint NOT NULL,
               stamp bigint NOT NULL, state text NOT NULL, author text NOT NULL, due text, body text NOT NULL,
               reshape text NOT NULL, judged text, PRIMARY KEY (ledger, id));
             CREATE TABLE geju.draft_comment (ledger text NOT NULL, draft bigint NOT NULL, n bigint NOT NULL,
               body text NOT NULL, PRIMARY KEY (ledger, draft, n));
             CREATE INDEX draft_by_author ON geju.draft (ledger, author);
             CREATE INDEX draft_by_stamp ON geju.draft (ledger, stamp);
             CREATE INDEX draft_due ON geju.draft (ledger, due) WHERE state = 'accepted';\n",
    },
];

pub(super) async fn open(url: &str, ledger: &str) -> Result<PostgisStore, StoreError> {
    open_with(url, ledger, STEPS, FORMAT).await
}

async fn open_with(url: &str, ledger: &str, steps: &[Step], format: u64) -> Result<PostgisStore, StoreError> {
    let options = match PgConnectOptions::from_str(url) {
        Ok(options) => options,
        Err(e) => {
            let why = format!("this is no address of a PostgreSQL database: {e}");
            return Err(StoreError::Unsuitable {
                store: without_password(url),
                why,
            });
        }
    };
    let store: Arc<str> = without_password(url).into();
    let failed = |e| StoreError::sql(DOING, &store, e);
    let options = options
        .application_name("geju")
        // NOTICEs are for people at a console.
        .options([("search_path", "geju,public"), ("client_min_messages", "warning")])
        .disable_statement_logging();
    let mut connection = patiently(&options).await.map_err(failed)?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE_IN_USE)
        .connect_lazy_with(options);
    let ready = prepare(&mut connection, &store, ledger, steps, format).await;
    connection.close().await.map_err(failed)?;
    ready?;
    let woken = Arc::new(Notify::new());
    let listening = tokio::spawn(listen(pool.clone(), format!("geju_{ledger}"), woken.clone()));
    Ok(PostgisStore(Arc::new(Inner {
        pool,
        store,
        ledger: ledger.into(),
        woken,
        seen: AtomicU64::new(0),
        listening,
    })))
}

/// A connection to a database that may not be up yet.
async fn patiently(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        match tokio::time::timeout_at(until, options.connect()).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) if Instant::now() + LISTEN_AGAIN >= until => return Err(error),
            // Refused or starting up: a moment later it may be there. A wrong name or password will still be wrong.
            Ok(Err(error)) if !may_pass(&error) => return Err(error),
            Ok(Err(_)) => tokio::time::sleep(LISTEN_AGAIN).await,
            Err(_) => return Err(sqlx::Error::PoolTimedOut),
        }
    }
}

/// PostgreSQL: cannot_connect_now, said while it starts.
const PG_STARTING: &str = "57P03";

fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(told) => told.code().as_deref() == Some(PG_STARTING),
        _ => false,
    }
}

/// `postgres://user@host/db`, whatever password stood in it.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "the given address".into();
    };
    let (rest, _) = rest.split_once('?').unwrap_or((rest, ""));
    // The password may hold an @ that was not encoded.
    match rest.rsplit_once('@') {
        Some((who, place)) => format!("{scheme}://{}@{place}", who.split(':').next().unwrap_or_default()),
        None => format!("{scheme}://{rest}"),
    }
}

async fn prepare(
    connection: &mut PgConnection,
    store: &str,
    ledger: &str,
    steps: &[Step],
    known: u64,
) -> Result<(), StoreError> {
    let failed = |e| StoreError::sql(DOING, store, e);
    let mut tx = connection.begin().await.map_err(failed)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(SCHEMA_LOCK)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    let made = "SELECT to_regclass('geju.meta') IS NOT NULL";
    if !sqlx::query_scalar::<_, bool>(made)
        .fetch_one(&mut *tx)
        .await
        .map_err(failed)?
    {
        check_empty(&mut tx, store).await?;
        need_postgis(&mut tx, store).await?;
        sqlx::raw_sql(AssertSqlSafe(create()))
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
    }
    let format = "SELECT value FROM geju.meta WHERE ledger = '' AND key = 'format'";
    let found: i64 = sqlx::query_scalar(format).fetch_one(&mut *tx).await.map_err(failed)?;
    let found = u64::try_from(found).unwrap_or(u64::MAX);
    if found > known {
        return Err(StoreError::Newer {
            store: store.to_owned(),
            found,
            known,
        });
    }
    migrate(&mut tx, store, found, steps).await?;
    index_retired(&mut tx, store).await?;
    analysts::show(&mut tx, store).await.map_err(failed)?;
    check_triggers(&mut tx, store).await?;
    let head = "INSERT INTO geju.head (ledger, epoch, seq) VALUES ($1, 1, 0) ON CONFLICT DO NOTHING";
    sqlx::query(head).bind(ledger).execute(&mut *tx).await.map_err(failed)?;
    tx.commit().await.map_err(failed)
}

/// Asked for by name first: CREATE INDEX would hold up other servers' writes even where there is nothing to do.
async fn index_retired(tx: &mut PgConnection, store: &str) -> Result<(), StoreError> {
    let failed = |e| StoreError::sql(DOING, store, e);
    let there = sqlx::query_scalar::<_, bool>("SELECT to_regclass('geju.' || $1) IS NOT NULL")
        .bind(RETIRED_INDEX)
        .fetch_one(&mut *tx)
        .await
        .map_err(failed)?;
    if there {
        return Ok(());
    }
    sqlx::query(RETIRED_INDEX_DDL)
        .execute(tx)
        .await
        .map(drop)
        .map_err(failed)
}

/// A schema of our name with somebody else's tables is left alone.
async fn check_empty(tx: &mut PgConnection, store: &str) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'geju'";
    let things: i64 = sqlx::query_scalar(sql)
        .fetch_one(tx)
        .await
        .map_err(|e| StoreError::sql(DOING, store, e))?;
    if things == 0 {
        return Ok(());
    }
    let why =
        "there is a schema geju with tables of another program in this database; use a database of its own".into();
    Err(StoreError::Foreign {
        store: store.to_owned(),
        why,
    })
}

async fn need_postgis(tx: &mut PgConnection, store: &str) -> Result<(), StoreError> {
    let there = "SELECT count(*) FROM pg_extension WHERE extname = 'postgis'";
    let there: i64 = sqlx::query_scalar(there)
        .fetch_one(&mut *tx)
        .await
        .map_err(|e| StoreError::sql(DOING, store, e))?;
    if there > 0 {
        return Ok(());
    }
    let made = sqlx::raw_sql("CREATE EXTENSION postgis SCHEMA public")
        .execute(&mut *tx)
        .await;
    made.map(drop).map_err(|e| StoreError::Unsuitable {
        store: store.to_owned(),
        why: format!("PostGIS is not in this database and could not be added ({e}); let its administrator run CREATE EXTENSION postgis"),
    })
}

async fn check_triggers(tx: &mut PgConnection, store: &str) -> Result<(), StoreError> {
    let sql = "SELECT coalesce(string_agg(t.tgname, ', '), '') FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
               JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'geju' AND NOT t.tgisinternal";
    let found: String = sqlx::query_scalar(sql)
        .fetch_one(tx)
        .await
        .map_err(|e| StoreError::sql(DOING, store, e))?;
    if found.is_empty() {
        return Ok(());
    }
    let why = format!("another program left triggers on Geju's tables: {found}; drop them first");
    Err(StoreError::Foreign {
        store: store.to_owned(),
        why,
    })
}

/// Everything a new schema needs, as one script.
fn create() -> String {
    let spell = |kind: Kind| match kind {
        Kind::Ground => "geometry(Geometry, 4326)",
        other => pg_word(other),
    };
    let mut script = String::from("CREATE SCHEMA IF NOT EXISTS geju;\n");
    for table in TABLES {
        script.push_str(&table.ddl(spell, ""));
        script.push_str(";\n");
    }
    for index in INDEXES {
        script.push_str(index);
        script.push_str(";\n");
    }
    for table in ["place_version", "matter_version"] {
        script.push_str(&format!(
            "CREATE INDEX {table}_geom ON {table} USING gist (geom) WHERE to_seq IS NULL;\n"
        ));
    }
    script.push_str(&format!(
        "INSERT INTO meta (ledger, key, value) VALUES ('', 'format', {FORMAT});\n"
    ));
    script
}

/// PostgreSQL has no file to set aside; the tables as they were are kept in a schema beside, in the same transaction.
async fn migrate(tx: &mut PgConnection, store: &str, found: u64, steps: &[Step]) -> Result<(), StoreError> {
    let failed = |e| StoreError::sql("bringing the store up to date", store, e);
    let due: Vec<&Step> = steps.iter().filter(|s| s.to > found).collect();
    let Some(last) = due.last() else { return Ok(()) };
    let backup = format!("geju_before_{}", last.to);
    let mut script = format!("CREATE SCHEMA {backup};\n");
    // An older schema lacks the tables that came since.
    let there: Vec<String> = sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'geju'")
        .fetch_all(&mut *tx)
        .await
        .map_err(failed)?;
    for table in TABLES.iter().filter(|t| there.iter().any(|name| name == t.name)) {
        script.push_str(&format!("CREATE TABLE {backup}.{0} AS TABLE geju.{0};\n", table.name));
    }
    tracing::info!(
        store,
        from = found,
        to = last.to,
        backup,
        "bringing the store up to date"
    );
    script.extend(due.iter().map(|s| s.script));
    script.push_str(&format!(
        "UPDATE geju.meta SET value = {} WHERE ledger = '' AND key = 'format';\n",
        last.to
    ));
    sqlx::raw_sql(AssertSqlSafe(script))
        .execute(tx)
        .await
        .map(drop)
        .map_err(failed)
}

/// Turns notifications into wakes, for as long as the store is open.
async fn listen(pool: PgPool, channel: String, woken: Arc<Notify>) {
    loop {
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen(&channel).await.is_ok()
        {
            // What came between two connections is unknown.
            woken.notify_one();
            while listener.recv().await.is_ok() {
                woken.notify_one();
            }
        }
        if pool.is_closed() {
            return;
        }
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    const LATER: &[Step] = &[Step {
        to: FORMAT + 1,
        script: "CREATE TABLE geju.later (ledger text, n bigint, PRIMARY KEY (ledger, n));\n",
    }];

    #[tokio::test]
    async fn an_older_schema_is_set_aside_and_brought_up_to_date() {
        let Ok(cluster) = std::env::var("GEJU_TEST_POSTGRES") else {
            eprintln!("SKIPPED an_older_schema_is_set_aside_and_brought_up_to_date: GEJU_TEST_POSTGRES is not set");
            return;
        };
        let (server, _) = cluster.rsplit_once('/').expect("an address has a path");
        let name = format!("geju_store_upgrade_{}", std::process::id());
        let mut console = PgConnection::connect(&cluster).await.expect("the cluster answers");
        let run = async |console: &mut PgConnection, sql: String| {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(console).await.expect("done");
        };
        run(&mut console, format!("CREATE DATABASE {name} TEMPLATE template1")).await;
        let url = format!("{server}/{name}");
        open(&url, "main").await.expect("made").close().await;
        let newer = open_with(&url, "main", LATER, FORMAT + 1)
            .await
            .expect("brought up to date");
        newer.head().await.expect("it works");
        let kept = format!("SELECT count(*) FROM geju_before_{}.head", FORMAT + 1);
        assert_eq!(
            sqlx::query_scalar::<_, i64>(AssertSqlSafe(kept))
                .fetch_one(&newer.0.pool)
                .await
                .expect("set aside"),
            1
        );
        newer.close().await;
        let back = "ALTER TABLE geju.auth_account DROP COLUMN last_seen; ALTER TABLE geju.auth_access DROP COLUMN role,
             DROP COLUMN detail, DROP COLUMN address; DROP TABLE geju.draft, geju.draft_comment; UPDATE geju.meta SET value = 1 WHERE key = 'format'"
            .to_owned();
        let mut inside = PgConnection::connect(&url).await.expect("the database answers");
        run(&mut inside, back).await;
        let first = open(&url, "main")
            .await
            .expect("the first format is brought up to date");
        assert!(
            crate::Accounts::accesses(&first, None, 10)
                .await
                .expect("read")
                .is_empty()
        );
        first.close().await;
        run(
            &mut inside,
            format!("UPDATE geju.meta SET value = {} WHERE key = 'format'", FORMAT + 1),
        )
        .await;
        inside.close().await.expect("closed");
        let refused = open(&url, "main").await.expect_err("refused by the older program");
        assert!(
            matches!(refused, StoreError::Newer { found, known: FORMAT, .. } if found == FORMAT + 1),
            "{refused}"
        );
        run(&mut console, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }

    #[test]
    fn a_password_is_never_repeated() {
        assert_eq!(
            without_password("postgres://geju:s3cret@db:5432/city"),
            "postgres://geju@db:5432/city"
        );
        assert_eq!(
            without_password("postgres://geju:s3:c@ret@db/city?password=s3cret"),
            "postgres://geju@db/city"
        );
        assert_eq!(without_password("postgres:///city"), "postgres:///city");
    }
}
