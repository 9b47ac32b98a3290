//! Boundaries that a file proposes: read as an import reads them, and left to whoever asks.

use super::draft::Drafts;
use super::report::{FileFinding, Report};
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
    /// The place's own number, in a file that was exported from a map of ours.
    pub own: Option<PlaceId>,
    pub name: Option<String>,
    pub code: Option<Code>,
    pub ground: Ground,
}

/// The boundaries of a file, or code and words of everything that forbids to take it.
pub fn boundaries(
    world: &World,
    file: &Path,
    kind: PlaceKind,
    crs: Option<Crs>,
) -> Result<Vec<Boundary>, Vec<(String, String)>> {
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
    let blocks = |f: &&FileFinding| f.severity == Severity::Block;
    let told = |f: &FileFinding| {
        let at = f.index.map(|n| format!("feature {n}: ")).unwrap_or_default();
        (f.code.clone(), format!("{at}{}", f.what))
    };
    let mut blocking: Vec<(String, String)> = report.findings.iter().filter(blocks).map(told).collect();
    if let Some(why) = report.refusal.filter(|_| blocking.is_empty()) {
        blocking.push(("file".into(), why));
    }
    if !blocking.is_empty() {
        return Err(blocking);
    }
    if drafts.places.is_empty() {
        return Err(vec![("no_features".into(), "the file holds no boundaries".into())]);
    }
    let taken = drafts.places.into_iter().map(|draft| Boundary {
        own: draft.words.own,
        name: draft.words.name,
        code: draft.words.code,
        ground: draft.ground,
    });
    Ok(taken.collect())
}
