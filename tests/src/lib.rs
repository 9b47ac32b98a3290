//! What the stories share: the real program started on a port of its own, a person or machine that asks it things,
//! and the two stores it can stand on. Nothing here knows how the program is built inside.

mod client;
mod curl;
mod dice;
mod disk;
mod exported;
mod feed;
mod ground;
mod mvt;
mod postgres;
mod python;
mod server;
mod shapes;
mod shared;
mod whole;

pub use client::{Client, Problem, Reply, encoded};
pub use curl::{Curl, Got, finished};
pub use dice::Dice;
pub use disk::SmallDisk;
pub use exported::{left_out, planted, rows, told};
pub use feed::{Event, Feed};
pub use ground::{
    Ground, PASSWORD, each_store, gpkg_ground, ground_on_a_small_disk, postgis_ground, postgis_on_a_small_disk,
};
pub use mvt::{TileFeature, TileLayer, read_tile};
pub use postgres::{Database, PrivatePostgres};
pub use python::python;
pub use server::{Run, Server, geju};
pub use shapes::{box_at, checked_drag, feature, lattice, ring_of};
pub use shared::shared_data;
pub use whole::{KINDS, differences, index_equals_plain_loop, whole_map, without};

use std::time::{Duration, Instant};

/// How often something awaited is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Waits until `look` finds something; panics with `what` when the deadline passes first.
pub fn eventually<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < within, "waited {within:?} in vain: {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Says by name that a story could not be told here. The run counts these lines.
pub fn skipped(name: &str, why: &str) {
    eprintln!("SKIPPED {name}: {why}");
}

/// A count that the long runs may raise.
pub fn count_from(variable: &str, usual: usize) -> usize {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}
