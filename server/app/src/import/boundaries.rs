//! Boundaries that a file proposes: read as an import reads them, and left to whoever asks.

use super::draft::Drafts;
use super::report::{FileFinding, Origin, Report, file_name};
use super::{ImportKind, ImportOptions, read_file};
use geju_core::World;
use geju_core::code::Code;
use geju_core::finding::Severity;
use geju_core::ground::Ground;
use geju_core::place::{PlaceId, PlaceKind};
use geju_formats::Crs;
use std::path::Path;

/// One boundary of a file, 拟定边界.
pub struct Boundary {
    pub origin: Origin,
    /// The place's own number, in a file that was exported from a map of ours.
    pub own: Option<PlaceId>,
    pub name: Option<String>,
    pub code: Option<Code>,
    pub ground: Ground,
}

impl Boundary {
    /// How it is told of: by where it stands in the file, and by its name where it has one.
    pub fn told(&self) -> String {
        let name = self.name.as_ref().map(|name| format!(" ({name})"));
        format!("feature {}{}", self.origin.index, name.unwrap_or_default())
    }
}

/// Codes of features that an import leaves out with a word: whoever proposes boundaries means every one of them.
const WITHOUT_GROUND: [&str; 3] = ["null_geometry", "empty_geometry", "no_coordinates"];

/// The boundaries of a file, or everything that forbids to take it.
pub fn boundaries(
    world: &World,
    file: &Path,
    kind: PlaceKind,
    crs: Option<Crs>,
) -> Result<Vec<Boundary>, Vec<FileFinding>> {
    let options = ImportOptions {
        kind: Some(ImportKind::Place(kind)),
        crs,
        ..ImportOptions::default()
    };
    let mut report = Report::new(&options);
    let mut drafts = Drafts::default();
    if let Err(error) = read_file(world, file, &options, &mut drafts, &mut report, &mut |_, _, _| {}) {
        report.refuse(file, &error);
    }
    let blocks = |f: &FileFinding| f.severity == Severity::Block || WITHOUT_GROUND.contains(&&*f.code);
    let mut blocking: Vec<FileFinding> = report.findings.into_iter().filter(blocks).collect();
    let whole_file = |code, why: String| FileFinding::new(&file_name(file), Severity::Block, code, why);
    if let Some(why) = report.refusal.filter(|_| blocking.is_empty()) {
        blocking.push(whole_file("file", why));
    }
    if blocking.is_empty() && drafts.places.is_empty() {
        blocking.push(whole_file("no_features", "the file holds no boundaries".into()));
    }
    if !blocking.is_empty() {
        return Err(blocking);
    }
    let taken = drafts.places.into_iter().map(|draft| Boundary {
        origin: draft.origin,
        own: draft.words.own,
        name: draft.words.name,
        code: draft.words.code,
        ground: draft.ground,
    });
    Ok(taken.collect())
}
