//! Features that are places, and rows that bring archives of places up to date.

use super::super::draft::{ArchiveDraft, Drafts, PlaceDraft, Words};
use super::super::osm;
use super::super::report::{FileFinding, Origin, Report};
use super::{Reader, looks_like_total, tell_total};
use geju_core::code::Code;
use geju_core::finding::Severity;
use geju_core::place::PlaceKind;
use geju_formats::{Format, RawFeature};
use geo_types::Geometry;

impl Reader<'_> {
    pub(super) fn read_osm(&mut self, raw: RawFeature, origin: Origin, drafts: &mut Drafts, report: &mut Report) {
        let class = raw.layer.clone().unwrap_or_default();
        match osm::use_of(&class) {
            osm::OsmUse::LeftOut => *self.left_out.entry(class).or_default() += 1,
            osm::OsmUse::Base(layer) => self.read_base(Some(layer), &raw, &origin, drafts, report),
            osm::OsmUse::Place(kind) => self.read_place(raw, origin, kind, drafts, report),
            osm::OsmUse::Boundary => {
                let level = osm::tag(&raw, "admin_level").and_then(|l| l.parse::<u8>().ok());
                let Some(level) = level else {
                    report.push(
                        FileFinding::new(
                            "",
                            Severity::Warn,
                            "admin_level_missing",
                            "a boundary without admin_level was left out",
                        )
                        .origin(&origin)
                        .mend("add admin_level to it in OSM"),
                    );
                    return;
                };
                // The kind is settled when all levels are known.
                match self.place_draft(raw, origin, PlaceKind::District, Severity::Warn, report) {
                    Ok(draft) => drafts.boundaries.push((level, draft)),
                    Err((code, source_id)) => drafts.unread.note(code, source_id),
                }
            }
        }
    }

    pub(super) fn read_place(
        &mut self,
        raw: RawFeature,
        origin: Origin,
        kind: PlaceKind,
        drafts: &mut Drafts,
        report: &mut Report,
    ) {
        report.layer(kind.as_str()).read += 1;
        let severity = if self.detected.format == Format::OsmPbf {
            Severity::Warn
        } else {
            Severity::Block
        };
        if looks_like_total(&raw) {
            report.layer(kind.as_str()).left_out += 1;
            return tell_total(&origin, report);
        }
        match self.place_draft(raw, origin, kind, severity, report) {
            Ok(draft) => drafts.places.push(draft),
            Err((code, source_id)) => {
                report.layer(kind.as_str()).left_out += 1;
                drafts.unread.note(code, source_id);
            }
        }
    }

    /// The draft, or by what the feature names itself when it has no ground.
    pub(super) fn place_draft(
        &mut self,
        mut raw: RawFeature,
        origin: Origin,
        kind: PlaceKind,
        unsound: Severity,
        report: &mut Report,
    ) -> Result<PlaceDraft, (Option<Code>, Option<String>)> {
        let ground = self
            .geometry_of(&mut raw, &origin, report)
            .and_then(|geometry| self.ground(geometry, kind.as_str(), kind.may_be_point(), &origin, unsound, report));
        let words = self.words(&raw, &origin, kind, report);
        match ground {
            Some(ground) => Ok(PlaceDraft {
                origin,
                kind,
                ground,
                words,
            }),
            None => Err((words.code, words.source.map(|s| s.id.into()))),
        }
    }

    pub(super) fn geometry_of(
        &self,
        raw: &mut RawFeature,
        origin: &Origin,
        report: &mut Report,
    ) -> Option<Geometry<f64>> {
        for note in raw
            .notes
            .iter()
            .filter(|n| !matches!(n.code, "no_coordinates" | "null_geometry" | "empty_geometry"))
        {
            report.push(FileFinding::new("", Severity::Note, note.code, note.what.clone()).origin(origin));
        }
        let geometry = raw.geometry.take();
        if geometry.is_none() {
            let note = raw
                .notes
                .iter()
                .find(|n| matches!(n.code, "no_coordinates" | "null_geometry" | "empty_geometry"));
            let (code, what) = note.map_or(("null_geometry", "it has no geometry".to_owned()), |n| {
                (n.code, n.what.clone())
            });
            report.push(
                FileFinding::new("", Severity::Warn, code, format!("{what} It was left out."))
                    .origin(origin)
                    .mend("give its place, or bring it as a table with codes to update an archive"),
            );
        }
        geometry
    }

    pub(super) fn read_archive(
        &mut self,
        raw: RawFeature,
        origin: Origin,
        kind: Option<PlaceKind>,
        drafts: &mut Drafts,
        report: &mut Report,
    ) {
        if looks_like_total(&raw) {
            return tell_total(&origin, report);
        }
        // Without a kind the code decides which place it is, and the place decides the fields.
        let code = self.code_of(&raw, kind.unwrap_or(PlaceKind::Compound), &origin, report);
        let kind = kind.or_else(|| {
            let code = code.as_ref()?;
            PlaceKind::ALL
                .into_iter()
                .find(|k| self.world.by_code(*k, code).is_some())
        });
        let mut words = match kind {
            Some(kind) => self.words(&raw, &origin, kind, report),
            None => Words::default(),
        };
        words.code = code;
        if let Some(kind) = kind {
            report.layer(kind.as_str()).read += 1;
        }
        drafts.archives.push(ArchiveDraft { origin, kind, words });
    }
}
