//! What a server stands on: an empty store of either kind, and a folder for its data.

use crate::disk::SmallDisk;
use crate::postgres::Database;
use crate::server::{Run, Server, geju};
use crate::skipped;
use std::path::Path;
use tempfile::TempDir;

/// One password for every account that a story makes.
pub const PASSWORD: &str = "hongxinglu-no-27-courtyard";

/// An empty store and a data folder; both are gone when this is dropped.
pub struct Ground {
    pub store: String,
    data: TempDir,
    _database: Option<Database>,
    /// Where the data lies, when on a disk of its own; after it, so that the folder goes first.
    disk: Option<SmallDisk>,
}

impl Ground {
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The small disk it lies on.
    #[track_caller]
    pub fn disk(&self) -> &SmallDisk {
        self.disk.as_ref().expect("this ground lies on a small disk")
    }

    pub fn is_gpkg(&self) -> bool {
        self.store.starts_with("gpkg:")
    }

    /// The same store seen by another process with a data folder of its own.
    pub fn again(&self) -> Ground {
        Ground {
            store: self.store.clone(),
            data: folder(),
            _database: None,
            disk: None,
        }
    }

    /// A server on `store`, wherever it came from.
    pub fn at(store: String) -> Ground {
        Ground {
            store,
            data: folder(),
            _database: None,
            disk: None,
        }
    }

    /// Runs one command of the program on this store.
    pub fn geju(&self, arguments: &[&str]) -> Run {
        self.geju_with_input(arguments, "")
    }

    pub fn geju_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let data = self.data.path().display().to_string();
        let mut all: Vec<&str> = arguments.to_vec();
        all.extend(["--store", &self.store, "--data", &data]);
        geju(&all, input)
    }

    /// Makes an account with [`PASSWORD`].
    pub fn account(&self, name: &str, role: &str, places: &[&str]) {
        let mut arguments = vec!["user", "add", name, "--role", role];
        for code in places {
            arguments.extend(["--place", code]);
        }
        self.geju_with_input(&arguments, &format!("{PASSWORD}\n")).succeeded();
    }

    /// A token as the command line prints it: alone on the last line.
    pub fn token(&self, name: &str, role: &str) -> String {
        let run = self.geju(&["token", "add", name, "--role", role]).succeeded();
        run.stdout.lines().last().unwrap_or_default().trim().to_owned()
    }

    /// Serves this ground, with the account `admin` made first.
    pub fn serve_with_admin(&self) -> Server<'_> {
        self.account("admin", "admin", &[]);
        Server::start(self)
    }
}

fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("geju-story.")
        .tempdir()
        .expect("a folder for a story")
}

/// An empty GeoPackage file.
pub fn gpkg_ground() -> Ground {
    let data = folder();
    Ground {
        store: file_in(&data),
        data,
        _database: None,
        disk: None,
    }
}

fn file_in(folder: &TempDir) -> String {
    format!("gpkg:{}", folder.path().join("geju.gpkg").display())
}

/// An empty GeoPackage file with its data folder on a small disk, or `None` where none may be made.
pub fn ground_on_a_small_disk(story: &str, mebibytes: usize) -> Option<Ground> {
    let disk = SmallDisk::of(story, mebibytes)?;
    let data = tempfile::Builder::new()
        .prefix("data.")
        .tempdir_in(disk.path())
        .expect("a folder on the small disk");
    Some(Ground {
        store: file_in(&data),
        data,
        _database: None,
        disk: Some(disk),
    })
}

/// An empty PostGIS database, or `None` where no cluster was named.
pub fn postgis_ground() -> Option<Ground> {
    let database = Database::fresh()?;
    Some(Ground {
        store: database.url.clone(),
        data: folder(),
        _database: Some(database),
        disk: None,
    })
}

/// An empty PostGIS database whose tables lie on a small disk, or `None` where that cannot be.
pub fn postgis_on_a_small_disk(story: &str, mebibytes: usize) -> Option<Ground> {
    if std::env::var_os("GEJU_TEST_POSTGRES").is_none() {
        skipped(story, "GEJU_TEST_POSTGRES is not set");
        return None;
    }
    let disk = SmallDisk::of(story, mebibytes)?;
    let database = Database::fresh_at(&disk.path().join("tables"))?;
    Some(Ground {
        store: database.url.clone(),
        data: folder(),
        _database: Some(database),
        disk: Some(disk),
    })
}

/// Tells the same story on both stores.
pub fn each_store(story: &str, tell: impl Fn(&Ground)) {
    tell(&gpkg_ground());
    match postgis_ground() {
        Some(ground) => tell(&ground),
        None => skipped(&format!("{story} on postgis"), "GEJU_TEST_POSTGRES is not set"),
    }
}
