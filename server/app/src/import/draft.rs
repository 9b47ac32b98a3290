//! What a feature of a file may become.

use super::osm;
use super::report::{FileFinding, Origin, Report};
use crate::base_pack::BaseFeature;
use geju_core::change::BaseLayer;
use geju_core::code::Code;
use geju_core::finding::Severity;
use geju_core::ground::Ground;
use geju_core::matter::{MatterId, MatterKind};
use geju_core::place::{Place, PlaceId, PlaceKind, SourceRef};
use geju_formats::RawValue;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A place as a file tells of it. What the file does not say stays as it is.
#[derive(Debug)]
pub struct PlaceDraft {
    pub origin: Origin,
    pub kind: PlaceKind,
    pub ground: Ground,
    pub words: Words,
}

/// Everything but the ground.
#[derive(Debug, Default)]
pub struct Words {
    /// The place's own number, in a file that was exported from a map of ours.
    pub own: Option<PlaceId>,
    pub name: Option<String>,
    pub code: Option<Code>,
    pub address: Option<String>,
    pub tags: Option<Vec<String>>,
    pub effective_from: Option<jiff::civil::Date>,
    pub source: Option<SourceRef>,
    pub archive: Map<String, Value>,
}

/// A row of a table without coordinates: an archive to bring up to date.
#[derive(Debug)]
pub struct ArchiveDraft {
    pub origin: Origin,
    pub kind: Option<PlaceKind>,
    pub words: Words,
}

/// A matter as a file tells of it.
#[derive(Debug)]
pub struct MatterDraft {
    pub origin: Origin,
    pub kind: MatterKind,
    pub ground: Ground,
    pub source: Option<SourceRef>,
    /// The matter's own number, in a file that was exported from a map of ours.
    pub own: Option<MatterId>,
    /// Field → value, by the names of [`fields::MATTER`].
    pub values: HashMap<&'static str, RawValue>,
}

/// What all files brought.
#[derive(Debug, Default)]
pub struct Drafts {
    pub places: Vec<PlaceDraft>,
    pub archives: Vec<ArchiveDraft>,
    pub matters: Vec<MatterDraft>,
    pub base: BTreeMap<BaseLayer, Vec<BaseFeature>>,
    /// OSM boundaries wait until all levels of all files are known.
    pub boundaries: Vec<(u8, PlaceDraft)>,
    /// What stood in the files and could not be taken in: a thing that was not read is not a thing that is gone.
    pub unread: Unread,
    /// Every column seen, so that a column a person named and no file has can be told.
    pub columns: BTreeSet<String>,
}

/// Features that are in the file, though not on the map because of it.
#[derive(Debug, Default)]
pub struct Unread {
    pub codes: HashSet<Code>,
    pub source_ids: HashSet<String>,
    /// Those that name themselves in no way.
    pub nameless: u64,
}

impl Unread {
    pub fn note(&mut self, code: Option<Code>, source_id: Option<String>) {
        if code.is_none() && source_id.is_none() {
            self.nameless += 1;
        }
        self.codes.extend(code);
        self.source_ids.extend(source_id);
    }

    /// May this place be the one that could not be read?
    pub fn may_be(&self, place: &Place) -> bool {
        place.code.as_ref().is_some_and(|c| self.codes.contains(c))
            || place.source.as_ref().is_some_and(|s| self.source_ids.contains(&*s.id))
    }
}

impl Drafts {
    /// Gives boundaries their kind now that every level has been seen.
    pub fn settle(&mut self, report: &mut Report) {
        let kinds = osm::levels_by_rank(self.boundaries.iter().map(|(level, _)| *level).collect());
        let mut left: BTreeMap<u8, u64> = BTreeMap::new();
        for (level, mut draft) in self.boundaries.drain(..) {
            match kinds.iter().find(|(l, _)| *l == level) {
                Some((_, kind)) => {
                    draft.kind = *kind;
                    report.layer(kind.as_str()).read += 1;
                    self.places.push(draft);
                }
                None => *left.entry(level).or_default() += 1,
            }
        }
        for (level, count) in left {
            report.push(FileFinding::new(
                "",
                Severity::Warn,
                "level_left_out",
                format!("{count} boundaries of admin_level {level} are above a district and were left out"),
            ));
        }
    }
}
