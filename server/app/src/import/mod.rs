//! Import 导入: other people's files become one Change.
//!
//! A file is read feature by feature, each becomes a draft of a place, a matter or a piece of base map; drafts are matched
//! with what is already there, so that the same file twice changes nothing; what is wrong is told in words a clerk can act
//! on. Nothing here writes: the caller hands the [`Prepared`] shipment to the ledger as one Command.

mod archives;
mod args;
mod base;
mod boundaries;
mod columns;
mod draft;
mod fields;
mod ground;
mod matching;
mod matters;
mod options;
mod osm;
mod past;
mod preview;
mod reader;
mod report;
mod retired;
mod run;
mod shift;
mod staged;
mod twins;
mod values;
mod words;

pub use args::{CheckArgs, ImportArgs, Wanted};
pub use boundaries::{Boundary, boundaries};
pub use options::{ImportKind, ImportOptions};
pub use report::{FileFinding, Report};
pub use run::{Destination, ImportFailure, take_in};
pub use words::{table, tell};

/// What a file of ours is made of: an export writes what an import reads.
pub mod columns_out {
    pub use super::fields::{Field, fields_of};
    pub use super::reader::{OWN_ID, SOURCE, SOURCE_ID};
    pub use super::values::joined;
}

use crate::base_pack::BaseFeature;
use crate::ids::IdSource;
use draft::Drafts;
use geju_core::World;
use geju_core::change::BaseLayer;
use geju_core::command::Shipment;
use geju_core::finding::Severity;
use geju_formats::{Detected, Format, FormatError, OpenOptions, Trouble};
use jiff::Timestamp;
use past::Past;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Features one import may bring: a city of a million buildings and as much again.
pub const MAX_FEATURES: u64 = 3_000_000;
/// Findings kept word for word; the rest is counted.
pub const MAX_FINDINGS: usize = 10_000;
/// Places named in the preview of what changes and goes.
pub const MAX_DIFFERENCES: usize = 500;
/// Column names shown when one is missing.
pub(crate) const COLUMNS_TOLD: usize = 40;

/// A shipment ready for the ledger, and what to tell the person who brought it.
#[derive(Debug)]
pub struct Prepared {
    pub shipment: Shipment,
    /// Whole base-map layers to pack; each replaces the layer it names.
    pub base: BTreeMap<BaseLayer, Vec<BaseFeature>>,
    pub report: Report,
    /// What the Change names as its source.
    pub source: String,
    /// Whom the base map is owed to.
    pub attribution: Option<String>,
}

/// What OpenStreetMap's licence asks to be shown beside a map made from its data.
const OSM_ATTRIBUTION: &str = "© OpenStreetMap contributors";

impl Prepared {
    /// May it be carried out? Not when something is refused, unless bad features were to be skipped.
    pub fn is_clear(&self, options: &ImportOptions) -> bool {
        self.report.refusal.is_none() && (options.skip_bad || self.report.blocked == 0)
    }

    pub fn changes_nothing(&self) -> bool {
        self.shipment.is_empty() && self.base.is_empty()
    }
}

/// Tells how far reading has come: file, bytes done, bytes in all.
pub type Progress<'a> = &'a mut dyn FnMut(&Path, u64, u64);

/// Reads files against the map as it stands.
pub fn prepare(
    world: &World,
    past: &dyn Past,
    files: &[PathBuf],
    options: &ImportOptions,
    at: Timestamp,
    ids: &mut IdSource,
    progress: Progress<'_>,
) -> Prepared {
    let mut report = Report::new(options);
    let mut drafts = Drafts::default();
    for file in files {
        if let Err(error) = read_file(world, file, options, &mut drafts, &mut report, progress) {
            report.refuse(file, &error);
        }
    }
    drafts.settle(&mut report);
    if report.refusal.is_none() {
        tell_missing_columns(options, &drafts.columns, &mut report);
    }
    let unread = std::mem::take(&mut drafts.unread);
    let (mut shipment, mut met) = matching::match_places(world, past, drafts.places, options, at, ids, &mut report);
    archives::update(
        world,
        drafts.archives,
        &drafts.columns,
        &mut met,
        &mut shipment,
        &mut report,
    );
    if options.retire_missing {
        matching::retire_missing(world, &met, &unread, &mut shipment, &mut report);
    }
    matters::match_matters(world, past, drafts.matters, at, ids, &mut shipment, &mut report);
    shift::look_for_shift(world, &shipment, &mut report);
    let base = drafts.base;
    for (layer, features) in &base {
        let count = report.layer(layer.as_str());
        count.read += features.len() as u64;
        count.new += features.len() as u64;
        if let Some(old) = world.base_pack(*layer) {
            // A base layer is replaced whole: whoever adds a second city's roads must hear that the first's go.
            count.retired += old.features;
        }
    }
    report.finish();
    let osm = report.files.iter().any(|f| f.format == Format::OsmPbf.name());
    let attribution = osm.then(|| OSM_ATTRIBUTION.to_owned());
    Prepared {
        shipment,
        base,
        source: source_name(files),
        attribution,
        report,
    }
}

/// A column that a person named and that no file has.
fn tell_missing_columns(options: &ImportOptions, seen: &BTreeSet<String>, report: &mut Report) {
    if seen.is_empty() {
        return;
    }
    let named = options
        .map
        .iter()
        .filter(|(field, _)| field != "lon" && field != "lat")
        .map(|(_, c)| c);
    let known: Vec<&str> = seen.iter().take(COLUMNS_TOLD).map(String::as_str).collect();
    for column in named.chain(&options.id_column).filter(|c| !seen.contains(*c)) {
        let what = format!("there is no column {column:?}; the columns are: {}", known.join(", "));
        report.refusal.get_or_insert_with(|| what.clone());
        report.push(report::FileFinding::new("", Severity::Block, "column_missing", what));
    }
}

/// The names of the files, without their folders: a ledger is no place for somebody's home directory.
fn source_name(files: &[PathBuf]) -> String {
    let names: Vec<_> = files
        .iter()
        .filter_map(|f| f.file_name())
        .map(|n| n.to_string_lossy())
        .collect();
    names.join(", ")
}

fn read_file(
    world: &World,
    file: &Path,
    options: &ImportOptions,
    drafts: &mut Drafts,
    report: &mut Report,
    progress: Progress<'_>,
) -> Result<(), FormatError> {
    let open = OpenOptions {
        crs: options.crs,
        layer: options.layer.clone(),
        encoding: options.encoding,
        lon_column: options.column_for("lon"),
        lat_column: options.column_for("lat"),
    };
    let mut source = geju_formats::open(file, &open)?;
    let detected = source.detected().clone();
    report.opened(file, &detected);
    let stem = file
        .file_stem()
        .map(|s| s.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut reader = reader::Reader::new(world, file, &stem, &detected, options);
    let mut seen = 0u64;
    loop {
        let (done, total) = source.progress();
        progress(file, done, total);
        let Some(item) = source.next() else { break };
        seen += 1;
        if seen > MAX_FEATURES {
            return Err(FormatError::TooBig(format!(
                "more than {MAX_FEATURES} features; import it in parts"
            )));
        }
        match item {
            Ok(raw) => reader.read(raw, drafts, report),
            Err(Trouble::Feature(bad)) => {
                // What an extract's edge cut through is nobody's mistake: left out and told.
                let severity = if detected.format == Format::OsmPbf {
                    Severity::Warn
                } else {
                    Severity::Block
                };
                drafts.unread.note(None, bad.source_id.clone());
                reader.count_bad(&bad, report);
                report.bad(file, &bad, severity);
            }
            Err(Trouble::File(error)) => return Err(error),
        }
    }
    reader.finish(report);
    if seen == 0 {
        let what = if detected.columns.is_empty() {
            "the file holds no features"
        } else {
            "the table has a header and no rows beneath it"
        };
        report.note(file, "no_features", what);
    }
    Ok(())
}

/// Columns a reader used and did not use, so that nobody wonders where a column went.
#[derive(Debug, Default)]
pub(crate) struct ColumnUse {
    pub used: BTreeMap<String, String>,
    pub unused: BTreeSet<String>,
}

pub(crate) fn is_table_without_place(detected: &Detected) -> bool {
    matches!(detected.format, Format::Csv | Format::Spreadsheet) && detected.place_columns.is_empty()
}
