//! The map that is asked: a generated city in a file, and the same in PostGIS.

use geju_tests::{Ground, PASSWORD, PrivatePostgres, Server, geju};
use std::path::{Path, PathBuf};

pub struct Filled {
    pub size: String,
    pub store: String,
    folder: PathBuf,
    _own: Option<tempfile::TempDir>,
    _postgres: PrivatePostgres,
    pub database: String,
}

const DATABASE: &str = "geju_bench";

impl Filled {
    /// Fills both stores with what GEJU_BENCH_SIZE names, or takes the file a run before left in GEJU_BENCH_CITY.
    pub fn asked_for() -> Option<Filled> {
        let size = std::env::var("GEJU_BENCH_SIZE").unwrap_or_else(|_| "city".into());
        Filled::of(&size, std::env::var_os("GEJU_BENCH_CITY").map(PathBuf::from))
    }

    /// `None` where there is no PostGIS.
    pub fn of(size: &str, kept: Option<PathBuf>) -> Option<Filled> {
        let postgres = PrivatePostgres::start(true)?;
        let own = kept.is_none().then(|| tempfile::tempdir().expect("a folder"));
        let folder = match (&kept, &own) {
            (Some(kept), _) => kept.clone(),
            (None, Some(own)) => own.path().to_owned(),
            (None, None) => unreachable!("one of them is there"),
        };
        let file = folder.join("geju.gpkg");
        let store = format!("gpkg:{}", file.display());
        if !file.exists() {
            eprintln!("filling a {size} into {}", file.display());
            fill(size, &store, &folder);
        }
        postgres.create(DATABASE);
        let database = postgres.url(DATABASE);
        let backup = folder.join("bench-backup.gpkg");
        let data = folder.join("bench-data");
        let paths = [backup.display().to_string(), data.display().to_string()];
        if !backup.exists() {
            geju(&["backup", &paths[0], "--store", &store, "--data", &paths[1]], "").succeeded();
        }
        eprintln!("copying it into PostGIS");
        geju(&["restore", &paths[0], "--store", &database, "--data", &paths[1]], "").succeeded();
        Some(Filled {
            size: size.to_owned(),
            store,
            folder,
            _own: own,
            _postgres: postgres,
            database,
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Filled by a server that is stopped as soon as it listens.
fn fill(size: &str, store: &str, folder: &Path) {
    let data = folder.join("bench-data").display().to_string();
    let arguments = [
        "demo",
        "--size",
        size,
        "--listen",
        "127.0.0.1:0",
        "--store",
        store,
        "--data",
        &data,
    ];
    Server::run_within(&arguments, &[("GEJU_DEMO_PASSWORD", PASSWORD)], FILLED_WITHIN).stop();
}

/// A million buildings and the ninety days that were played on them.
const FILLED_WITHIN: std::time::Duration = std::time::Duration::from_secs(3_600);

/// From a cold disk; how long it takes is what is measured.
const STARTED_WITHIN: std::time::Duration = std::time::Duration::from_secs(600);

/// Serves a store as an operator does.
pub fn serve(store: &str) -> (Ground, Server<'static>) {
    let ground = Ground::at(store.to_owned());
    let data = ground.data().display().to_string();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--store", store, "--data", &data];
    let server = Server::run_within(&arguments, &[], STARTED_WITHIN);
    (ground, server)
}
