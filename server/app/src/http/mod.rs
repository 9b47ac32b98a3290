//! The only room that speaks HTTP: requests into Commands, the World into answers.

mod accounts;
mod area;
mod asked;
mod assets;
mod audit;
mod backup;
mod base;
mod changes;
pub mod doors;
mod drafts;
mod encoding;
mod export;
mod feed;
mod figures;
mod findings;
pub mod geojson;
mod guard;
mod health;
mod hearing;
mod imports;
mod locate;
mod matter_json;
mod matters;
mod nearest;
mod ogc;
pub mod openapi;
mod people_json;
mod pieces;
mod place_json;
mod places;
mod posts;
mod precondition;
mod presence;
pub mod problem;
mod sent;
mod session;
mod settings;
mod then;
mod tiles;
mod tokens;
mod wall;
mod wire;
mod write;

pub use accounts::check_name;
pub use assets::build;
pub use drafts::by_the_clock as drafts_by_the_clock;
pub use export::counted;
pub use figures::Told;
pub use hearing::hears;
pub use ogc::Choosing;
pub use place_json::{people_fields, sees_figures};
pub use presence::Presence;
pub use wire::{Entrance, fitting, serve};

use crate::audit::Audit;
use crate::auth::Doorkeeper;
use crate::config::Settings;
use crate::feed::Feed;
use crate::ledger::Ledger;
use crate::map::Map;
use crate::past::Past;
use crate::raster::Raster;
use doors::Door;
use geju_core::World;
use geju_store::AnyStore;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio::sync::{Notify, Semaphore, watch};

/// Everything a handler may reach.
pub struct App {
    pub map: Arc<Map>,
    pub store: Arc<AnyStore>,
    pub ledger: Ledger,
    pub feed: Arc<Feed>,
    /// Rung when a draft was written here.
    pub news_of_drafts: Notify,
    /// Who draws just now.
    pub presence: Presence,
    pub keeper: Arc<Doorkeeper>,
    pub audit: Audit,
    /// Maps of earlier days.
    pub past: Past,
    /// Pictures of a base map from elsewhere, where one is configured.
    pub raster: Option<Raster>,
    pub settings: Settings,
    pub demo: bool,
    pub started_at: Timestamp,
    /// Changes when the program or the page does: screens then load anew.
    pub build: String,
    /// Questions that weigh shape against shape, few at once.
    pub weighing: Arc<Semaphore>,
    /// Tiles cut at once: more would only share the cores, and each takes memory.
    pub cutting: Arc<Semaphore>,
    /// Turns at writing pages of places out.
    pub telling: Arc<Semaphore>,
    /// Exports at work at once.
    pub exporting: Arc<Semaphore>,
    /// Figures told lately.
    pub figures: figures::Told,
    /// Turns true when the server is asked to stop: feeds say goodbye.
    pub stopping: watch::Receiver<bool>,
    pub counts: Counts,
}

/// Figures for /metrics.
#[derive(Debug, Default)]
pub struct Counts {
    /// By hundreds: 1xx … 5xx.
    pub answers: [AtomicU64; 5],
    pub connections: Arc<AtomicU64>,
}

pub type Shared = Arc<App>;

impl App {
    pub fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        self.map.read(look)
    }
}

/// Every door there is.
pub fn all_doors() -> Vec<Door> {
    [
        health::doors(),
        session::doors(),
        places::doors(),
        drafts::doors(),
        presence::doors(),
        locate::doors(),
        area::doors(),
        figures::doors(),
        wall::doors(),
        nearest::doors(),
        matters::doors(),
        posts::doors(),
        changes::doors(),
        findings::doors(),
        feed::doors(),
        tiles::doors(),
        base::doors(),
        ogc::doors(),
        accounts::doors(),
        tokens::doors(),
        imports::doors(),
        export::doors(),
        backup::doors(),
        audit::doors(),
        settings::doors(),
        openapi::doors(),
        assets::doors(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
