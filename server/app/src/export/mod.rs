//! Export 导出: what is on the map as a file that other programs read, and that an import of ours takes back.
//!
//! What is exported is chosen in one look at the map; rows are then made and written a few at a time. A format that wants
//! random access is written to a passing file; nothing holds all of it in memory.

mod columns;
mod rows;
mod tiles;
mod wanted;

pub use wanted::{BadWish, FilterText, Plan, Wanted};

use crate::auth::Asker;
use crate::http::Choosing;
use crate::limits;
use crate::map::Map;
use geju_core::matter::Matter;
use geju_core::people::{Action, Reach};
use geju_core::world::{MatterLayer, Standing};
use geju_core::{Alert, Area, Hazard, Issue, MatterKind, PlaceKind, Placed, World};
use geju_formats::write::{self, Losses, Row, WriteError, WriteOptions, Writer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wanted::{File, Kind};

/// What came of an export.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Told {
    /// The Change the map stood at.
    pub seq: u64,
    /// Rows by layer; for PMTiles the places that may show.
    pub rows: BTreeMap<String, u64>,
    /// Tiles, for PMTiles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiles: Option<u64>,
    /// What the file does not hold: a stable word, how often, and in English.
    pub left_out: Vec<LeftOut>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct LeftOut {
    pub code: String,
    pub count: u64,
    pub message: String,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportFailure {
    #[error("nobody waits for it any more")]
    GivenUp,
    #[error("the disk is full; nothing was kept")]
    Full,
    #[error("{0}")]
    TooBig(String),
    #[error("{0}")]
    Broken(String),
}

impl From<WriteError> for ExportFailure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Full => ExportFailure::Full,
            WriteError::Io(error) => ExportFailure::Broken(error.to_string()),
            // What a format refuses, a person can choose differently.
            WriteError::Other(why) => ExportFailure::TooBig(why),
        }
    }
}

impl From<std::io::Error> for ExportFailure {
    fn from(error: std::io::Error) -> Self {
        WriteError::from(error).into()
    }
}

/// Set when whoever asked has gone.
pub type GivenUp = Arc<AtomicBool>;

/// What was chosen of one layer.
enum Chosen {
    Places(PlaceKind, Vec<Arc<Placed>>),
    Hazards(Vec<Arc<Standing<Hazard>>>),
    Alerts(Vec<Arc<Standing<Alert>>>),
    Issues(Vec<Arc<Standing<Issue>>>),
}

impl Chosen {
    /// Lets go what the filter does not hold for.
    fn keep(&mut self, filter: &Choosing, map: &Map, asker: &Asker) -> Result<(), String> {
        match self {
            Chosen::Places(kind, places) => filter.keep_places(map, asker, *kind, places),
            Chosen::Hazards(all) => filter.keep_matters(asker, MatterKind::Hazard, all),
            Chosen::Alerts(all) => filter.keep_matters(asker, MatterKind::Alert, all),
            Chosen::Issues(all) => filter.keep_matters(asker, MatterKind::Issue, all),
        }
    }
}

/// Writes the file. Takes its time: not for an async thread.
pub fn write(map: &Map, asker: &Asker, plan: &Plan, path: &Path, given_up: &GivenUp) -> Result<Told, ExportFailure> {
    let (seq, mut chosen) = map.read(|world| {
        let chosen: Vec<Chosen> = plan
            .kinds
            .iter()
            .map(|kind| choose(world, asker, *kind, plan))
            .collect();
        (world.head().0, chosen)
    });
    // Not under the look at the map: a filter may take its time with every place of a city.
    if let Some(filter) = &plan.filter {
        for layer in &mut chosen {
            if given_up.load(Ordering::Relaxed) {
                return Err(ExportFailure::GivenUp);
            }
            layer.keep(filter, map, asker).map_err(ExportFailure::Broken)?;
        }
    }
    let mut told = Told { seq, ..Told::default() };
    match plan.file {
        File::Tiles => tiles::write(map, plan, chosen, path, given_up, &mut told)?,
        File::Rows(output) => {
            let options = WriteOptions {
                gbk: plan.gbk,
                wkt: plan.wkt,
                layers: chosen.len(),
            };
            let mut writer = write::create(output, path, options)?;
            let mut withheld = 0;
            for layer in chosen {
                withheld += write_layer(map, asker, writer.as_mut(), layer, given_up, &mut told)?;
            }
            let losses = writer.finish()?;
            tell(&mut told, &losses, withheld);
        }
    }
    Ok(told)
}

fn tell(told: &mut Told, losses: &Losses, withheld: u64) {
    if withheld > 0 {
        told.left_out.push(LeftOut {
            code: "people_withheld".into(),
            count: withheld,
            message: "places outside your jurisdiction come without figures about people".into(),
        });
    }
    for (code, count) in losses {
        told.left_out.push(LeftOut {
            code: (*code).into(),
            count: *count,
            message: write::loss_in_words(code).into(),
        });
    }
}

fn choose(world: &World, asker: &Asker, kind: Kind, plan: &Plan) -> Chosen {
    match kind {
        Kind::Place(kind) => {
            let mut places: Vec<Arc<Placed>> = match plan.area.as_ref().map(Area::envelope) {
                None => world.places_of(kind).cloned().collect(),
                Some(None) => Vec::new(),
                Some(Some(window)) => world.inner_points_in(kind, window).cloned().collect(),
            };
            places.retain(|p| plan.fits(&p.place) && plan.area.as_ref().is_none_or(|a| a.contains(p.inner)));
            places.sort_unstable_by_key(|p| p.place.id);
            Chosen::Places(kind, places)
        }
        Kind::Matter(MatterKind::Hazard) => Chosen::Hazards(heard(world, asker, world.hazards(), plan)),
        Kind::Matter(MatterKind::Alert) => Chosen::Alerts(heard(world, asker, world.alerts(), plan)),
        Kind::Matter(MatterKind::Issue) => Chosen::Issues(heard(world, asker, world.issues(), plan)),
    }
}

/// Matters this asker hears of. Codes and tags are of places: whoever filters by them means none of these.
fn heard<M: Matter>(world: &World, asker: &Asker, layer: &MatterLayer<M>, plan: &Plan) -> Vec<Arc<Standing<M>>> {
    if plan.is_of_places_alone() {
        return Vec::new();
    }
    let mut all: Vec<Arc<Standing<M>>> = layer
        .iter()
        .filter(|s| plan.area.as_ref().is_none_or(|a| a.contains(s.inner)))
        .filter(|s| crate::http::hears(world, asker, s))
        .cloned()
        .collect();
    all.sort_unstable_by_key(|s| s.matter.id());
    all
}

/// Writes one layer; returns how many of its places come without figures about people.
fn write_layer(
    map: &Map,
    asker: &Asker,
    writer: &mut dyn Writer,
    chosen: Chosen,
    given_up: &GivenUp,
    told: &mut Told,
) -> Result<u64, ExportFailure> {
    let mut withheld = 0;
    let mut put = |writer: &mut dyn Writer, name: &str, row: Row| -> Result<(), ExportFailure> {
        // Looked at often enough: a row takes microseconds.
        if given_up.load(Ordering::Relaxed) {
            return Err(ExportFailure::GivenUp);
        }
        match told.rows.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(told.rows.insert(name.to_owned(), 1)),
        }
        Ok(writer.row(&row)?)
    };
    match chosen {
        Chosen::Places(kind, places) => {
            let columns = columns::Columns::of(kind);
            writer.layer(&columns.layer())?;
            let people = !crate::http::people_fields(kind).is_empty();
            for some in places.chunks(limits::EXPORT_PLACES_AT_ONCE) {
                let beside: Vec<rows::Beside> = map.read(|world| {
                    let one = |p: &Arc<Placed>| rows::Beside::of(world, p, asker);
                    some.iter().map(one).collect()
                });
                for (placed, beside) in some.iter().zip(beside) {
                    withheld += u64::from(people && !beside.sees_people);
                    put(writer, kind.as_str(), rows::of_place(&columns, placed, &beside))?;
                }
            }
        }
        Chosen::Hazards(all) => {
            writer.layer(&columns::of_matters(MatterKind::Hazard))?;
            for standing in all {
                put(writer, MatterKind::Hazard.as_str(), rows::of_hazard(&standing))?;
            }
        }
        Chosen::Alerts(all) => {
            writer.layer(&columns::of_matters(MatterKind::Alert))?;
            for standing in all {
                put(writer, MatterKind::Alert.as_str(), rows::of_alert(&standing))?;
            }
        }
        Chosen::Issues(all) => {
            writer.layer(&columns::of_matters(MatterKind::Issue))?;
            for standing in all {
                put(writer, MatterKind::Issue.as_str(), rows::of_issue(&standing))?;
            }
        }
    }
    Ok(withheld)
}

/// May this asker export this layer at all?
pub fn may_export(asker: &Asker, kind: Kind) -> bool {
    match kind {
        Kind::Place(_) => true,
        Kind::Matter(_) => asker.reach(Action::MattersRead) != Reach::None,
    }
}
