//! A fresh store of either kind for one test.

use geju_store::AnyStore;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// Where one test's store stands; it goes when the test ends.
pub struct Ground {
    pub folder: TempDir,
    pub spec: String,
    database: Option<(String, String)>,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl Ground {
    pub fn gpkg() -> Ground {
        let folder = tempfile::tempdir().expect("a folder");
        let spec = format!("gpkg:{}", folder.path().join("map.gpkg").display());
        Ground {
            folder,
            spec,
            database: None,
        }
    }

    /// A database of its own in the cluster that GEJU_TEST_POSTGRES names; `None` where it names none.
    pub async fn postgis() -> Option<Ground> {
        let cluster = std::env::var("GEJU_TEST_POSTGRES").ok()?;
        let name = format!(
            "geju_store_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        run(&cluster, &format!("CREATE DATABASE {name} TEMPLATE template1")).await;
        let (server, _) = cluster.rsplit_once('/').expect("an address has a path");
        let spec = format!("{server}/{name}");
        Some(Ground {
            folder: tempfile::tempdir().expect("a folder"),
            spec,
            database: Some((cluster, name)),
        })
    }

    pub async fn open(&self) -> AnyStore {
        AnyStore::open(&self.spec, "main").await.expect("the store opens")
    }

    pub fn file(&self) -> PathBuf {
        PathBuf::from(self.spec.trim_start_matches("gpkg:"))
    }

    pub async fn end(self) {
        if let Some((cluster, name)) = &self.database {
            run(cluster, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }

    pub async fn sql(&self, sql: &str) {
        run(&self.spec, sql).await;
    }
}

async fn run(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.expect("the cluster answers");
    // Two databases cannot be made from one template at the same moment.
    for _ in 0..50 {
        match sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await
        {
            Ok(_) => break,
            Err(e) if e.to_string().contains("being accessed by other users") => {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            Err(e) => panic!("{sql}: {e}"),
        }
    }
    connection.close().await.expect("the connection ends");
}

/// Tells that a test did not run, by name.
pub fn skipped(name: &str, why: &str) {
    eprintln!("SKIPPED {name}: {why}");
}

/// One story, lived through by both stores under the same name.
#[macro_export]
macro_rules! lived_by_both {
    ($($name:ident),* $(,)?) => {
        mod gpkg {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&$crate::ground::Ground::gpkg()).await;
            })*
        }
        mod postgis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                match $crate::ground::Ground::postgis().await {
                    Some(ground) => {
                        super::$name(&ground).await;
                        ground.end().await;
                    }
                    None => $crate::ground::skipped(
                        concat!("postgis::", stringify!($name)),
                        "GEJU_TEST_POSTGRES is not set",
                    ),
                }
            })*
        }
    };
}
