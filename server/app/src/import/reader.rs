//! Reading the features of one file into drafts.

use super::columns::{Columns, Slot};
use super::draft::{ArchiveDraft, Drafts, MatterDraft, PlaceDraft, Words};
use super::ground::ground_of;
use super::options::kind_by_name;
use super::report::{FileFinding, Origin, Report, file_name};
use super::{ColumnUse, ImportKind, ImportOptions, base, fields, is_table_without_place, osm, values};
use geju_core::World;
use geju_core::change::BaseLayer;
use geju_core::code::Code;
use geju_core::finding::Severity;
use geju_core::matter::MatterKind;
use geju_core::place::{PlaceKind, SourceRef};
use geju_formats::{BadFeature, Detected, Format, RawFeature, RawValue};
use geo_types::Geometry;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// Reads the features of one file.
pub struct Reader<'a> {
    world: &'a World,
    file: Arc<str>,
    stem: String,
    detected: &'a Detected,
    options: &'a ImportOptions,
    columns: Columns<'a>,
    column_use: ColumnUse,
    left_out: BTreeMap<String, u64>,
    unknown_kind_told: bool,
}

impl<'a> Reader<'a> {
    pub fn new(world: &'a World, file: &Path, stem: &str, detected: &'a Detected, options: &'a ImportOptions) -> Self {
        Self {
            world,
            file: file_name(file).into(),
            stem: stem.to_owned(),
            detected,
            options,
            columns: Columns::new(options),
            column_use: ColumnUse::default(),
            left_out: BTreeMap::new(),
            unknown_kind_told: false,
        }
    }

    pub fn read(&mut self, raw: RawFeature, drafts: &mut Drafts, report: &mut Report) {
        if self.detected.format != Format::OsmPbf {
            for (column, _) in &raw.properties {
                if !drafts.columns.contains(column) {
                    drafts.columns.insert(column.clone());
                }
            }
        }
        if let Some(layer) = raw.layer.as_deref().filter(|l| !self.takes_layer(l)) {
            *self.left_out.entry(layer.to_owned()).or_default() += 1;
            return;
        }
        let origin = Origin {
            file: self.file.clone(),
            layer: raw.layer.clone(),
            index: raw.index,
            source_id: raw.source_id.clone(),
        };
        if self.detected.format == Format::OsmPbf && self.options.kind.is_none() {
            return self.read_osm(raw, origin, drafts, report);
        }
        let Some(kind) = self.kind_of(&raw) else {
            if is_table_without_place(self.detected) {
                return self.read_archive(raw, origin, None, drafts, report);
            }
            return self.tell_unknown_kind(&origin, report);
        };
        match kind {
            ImportKind::Base => self.read_base(base::layer_of(&raw), &raw, &origin, drafts, report),
            ImportKind::Place(place) if is_table_without_place(self.detected) => {
                self.read_archive(raw, origin, Some(place), drafts, report);
            }
            ImportKind::Place(place) => self.read_place(raw, origin, place, drafts, report),
            ImportKind::Matter(matter) => self.read_matter(raw, origin, matter, drafts, report),
        }
    }

    /// A feature the format could not read counts where it belongs.
    pub fn count_bad(&self, bad: &BadFeature, report: &mut Report) {
        let by_layer = || {
            bad.layer
                .as_deref()
                .and_then(kind_by_name)
                .or_else(|| kind_by_name(&self.stem))
        };
        if let Some(kind) = self.options.kind.or_else(by_layer) {
            let count = report.layer(kind.as_str());
            count.read += 1;
            count.left_out += 1;
        }
    }

    /// Tells what was left out by intention and which columns were used.
    pub fn finish(self, report: &mut Report) {
        for (class, count) in self.left_out {
            report.push(FileFinding::new(
                &self.file,
                Severity::Note,
                "class_left_out",
                format!("{count} features of {class} are not taken in"),
            ));
        }
        let unused: Vec<String> = self
            .column_use
            .unused
            .iter()
            .filter(|c| !self.column_use.used.values().any(|u| u == *c))
            .filter(|c| !self.detected.place_columns.contains(c))
            .cloned()
            .collect();
        if let Some(personal) = unused.iter().find(|c| fields::is_personal(c)) {
            report.push(
                FileFinding::new(
                    &self.file,
                    Severity::Note,
                    "personal_column",
                    format!("column {personal:?} looks like personal data and was not taken in"),
                )
                .mend("leave such columns out of files for the map"),
            );
        }
        report.columns(self.column_use.used, unused);
    }

    /// A file of several layers of which some say what they hold: those are meant, the others are left out and told.
    fn takes_layer(&self, layer: &str) -> bool {
        if self.options.layer.is_some() || self.detected.format == Format::OsmPbf || self.detected.layers.len() < 2 {
            return true;
        }
        let meant = |name: &str| match (kind_by_name(name), self.options.kind) {
            (Some(told), Some(wanted)) => told == wanted,
            (told, _) => told.is_some(),
        };
        !self.detected.layers.iter().any(|l| meant(l)) || meant(layer)
    }

    fn kind_of(&self, raw: &RawFeature) -> Option<ImportKind> {
        if self.options.kind.is_some() {
            return self.options.kind;
        }
        if let Some(kind) = raw
            .property("kind")
            .and_then(RawValue::text)
            .and_then(|t| t.parse().ok())
        {
            return Some(kind);
        }
        raw.layer
            .as_deref()
            .and_then(kind_by_name)
            .or_else(|| kind_by_name(&self.stem))
    }

    fn tell_unknown_kind(&mut self, origin: &Origin, report: &mut Report) {
        if self.unknown_kind_told {
            return;
        }
        self.unknown_kind_told = true;
        report.push(
            FileFinding::new(
                "",
                Severity::Block,
                "kind_unknown",
                "the file does not say what its features are",
            )
            .origin(origin)
            .mend("say it with --kind, or add a column kind"),
        );
        report
            .refusal
            .get_or_insert_with(|| format!("{}: say what its features are with --kind", self.file));
    }

    fn read_osm(&mut self, raw: RawFeature, origin: Origin, drafts: &mut Drafts, report: &mut Report) {
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

    fn read_base(
        &mut self,
        layer: Option<BaseLayer>,
        raw: &RawFeature,
        origin: &Origin,
        drafts: &mut Drafts,
        report: &mut Report,
    ) {
        let feature = layer.and_then(|layer| base::feature(layer, raw).map(|f| (layer, f)));
        match feature {
            Some((layer, feature)) => drafts.base.entry(layer).or_default().push(feature),
            None => report.push(
                FileFinding::new(
                    "",
                    Severity::Warn,
                    "no_base_feature",
                    "this is no road, water, green or rail and was left out",
                )
                .origin(origin)
                .mend("give it a column layer: road, water, green or rail"),
            ),
        }
    }

    fn read_place(
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
    fn place_draft(
        &mut self,
        mut raw: RawFeature,
        origin: Origin,
        kind: PlaceKind,
        unsound: Severity,
        report: &mut Report,
    ) -> Result<PlaceDraft, (Option<Code>, Option<String>)> {
        let ground = self
            .geometry_of(&mut raw, &origin, report)
            .and_then(|geometry| ground_of(geometry, kind.may_be_point(), &origin, unsound, report));
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

    fn geometry_of(&self, raw: &mut RawFeature, origin: &Origin, report: &mut Report) -> Option<Geometry<f64>> {
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

    fn read_archive(
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

    fn code_of(&mut self, raw: &RawFeature, kind: PlaceKind, origin: &Origin, report: &mut Report) -> Option<Code> {
        let (column, value) = self.columns.best(ImportKind::Place(kind), raw, "code")?;
        self.column_use.used.insert("code".into(), column.clone());
        let text = values::code_text(&value)?;
        let (why, mend) = match Code::new(&text) {
            Ok(_) if values::is_ruined_number(&text) => (
                "a spreadsheet turned the code into a number and lost its last digits".to_owned(),
                "format the column as text and type the code again",
            ),
            Ok(code) => return Some(code),
            Err(_) if values::is_ruined_number(&text) => (
                "a spreadsheet turned the code into a number and lost its last digits".to_owned(),
                "format the column as text and type the code again",
            ),
            Err(bad) => (bad.to_string(), "mend the code, or leave the cell empty"),
        };
        // In a table the code is what a clerk works by; in a map it is one attribute among many.
        let table = matches!(self.detected.format, Format::Csv | Format::Spreadsheet);
        let severity = if table { Severity::Block } else { Severity::Warn };
        report.push(
            FileFinding::new(
                "",
                severity,
                "code_unusable",
                format!("column {column}: {text:?}: {why}"),
            )
            .origin(origin)
            .mend(mend),
        );
        None
    }

    fn words(&mut self, raw: &RawFeature, origin: &Origin, kind: PlaceKind, report: &mut Report) -> Words {
        let import = ImportKind::Place(kind);
        let code = self.code_of(raw, kind, origin, report);
        let mut chosen: BTreeMap<&'static str, (usize, Slot, &str, &RawValue)> = BTreeMap::new();
        for (column, value) in &raw.properties {
            let targets = self.columns.targets(import, column);
            if targets.is_empty() {
                if self.detected.format != Format::OsmPbf && !self.column_use.unused.contains(column) {
                    self.column_use.unused.insert(column.clone());
                }
                continue;
            }
            if value.text().is_none() {
                continue;
            }
            for target in targets {
                let better = chosen
                    .get(target.field.name())
                    .is_none_or(|(rank, ..)| target.rank < *rank);
                if better {
                    chosen.insert(target.field.name(), (target.rank, target.field, column, value));
                }
            }
        }
        let mut words = Words {
            code,
            ..Words::default()
        };
        for (name, (_, slot, column, value)) in chosen {
            if !self.column_use.used.contains_key(name) {
                self.column_use.used.insert(name.to_owned(), column.to_owned());
            }
            match slot {
                Slot::Common("name") => words.name = self.told(value),
                Slot::Common("address") => words.address = self.told(value),
                Slot::Common("tags") => words.tags = Some(values::words(value)),
                Slot::Common("effective_from") => words.effective_from = value.text().and_then(|t| t.parse().ok()),
                Slot::Common(_) | Slot::Matter(_) => {}
                Slot::Archive(field) => match field.value(value) {
                    Some(read) => fields::put(&mut words.archive, field.path, read),
                    // OSM's `kind`-like tags hold many words that are none of ours; a clerk's column is meant.
                    None if self.detected.format == Format::OsmPbf || values::meant(value).is_none() => {}
                    // The column that says what sort of thing the row is also goes by the name of a field.
                    None if field.path == "kind" && value.text().is_some_and(|t| t.parse::<ImportKind>().is_ok()) => {}
                    None => report.push(
                        FileFinding::new(
                            "",
                            Severity::Warn,
                            "value_unreadable",
                            format!(
                                "column {column}: {:?} is no {}; the field stays as it is",
                                value.text().unwrap_or_default(),
                                field.path
                            ),
                        )
                        .origin(origin),
                    ),
                },
            }
        }
        if self.detected.format == Format::OsmPbf {
            words.address = osm::address(raw).or(words.address);
            if kind == PlaceKind::ResourceSite
                && let Some(category) = osm::category(raw)
            {
                fields::put(&mut words.archive, "category", Value::String(category));
            }
        }
        words.source = self.source_of(raw);
        words
    }

    /// A text as it was meant. In a table `-` and `null` say that there is none; in a map even a strange name is a name.
    fn told(&self, value: &RawValue) -> Option<String> {
        match self.detected.format {
            Format::Csv | Format::Spreadsheet => values::meant(value),
            _ => value.text(),
        }
    }

    /// Where the feature comes from: the column a person named, or the id the file gives.
    fn source_of(&mut self, raw: &RawFeature) -> Option<SourceRef> {
        let (name, id) = match &self.options.id_column {
            Some(column) => (
                self.options.source.clone().unwrap_or_else(|| format!("id:{column}")),
                raw.property(column)?.text()?,
            ),
            None => {
                let own = if self.detected.format == Format::OsmPbf {
                    "osm".to_owned()
                } else {
                    self.stem.clone()
                };
                (self.options.source.clone().unwrap_or(own), raw.source_id.clone()?)
            }
        };
        Some(SourceRef {
            name: name.into(),
            id: id.into(),
        })
    }

    fn read_matter(
        &mut self,
        mut raw: RawFeature,
        origin: Origin,
        kind: MatterKind,
        drafts: &mut Drafts,
        report: &mut Report,
    ) {
        report.layer(kind.as_str()).read += 1;
        let Some(geometry) = self.geometry_of(&mut raw, &origin, report) else {
            return;
        };
        let Some(ground) = ground_of(geometry, true, &origin, Severity::Block, report) else {
            return;
        };
        let mut values = HashMap::new();
        for (field, _) in fields::MATTER {
            if let Some((column, value)) = self.columns.best(ImportKind::Matter(kind), &raw, field) {
                self.column_use.used.entry((*field).to_owned()).or_insert(column);
                values.insert(*field, value);
            }
        }
        for (column, _) in &raw.properties {
            if self.columns.targets(ImportKind::Matter(kind), column).is_empty()
                && !self.column_use.unused.contains(column)
            {
                self.column_use.unused.insert(column.clone());
            }
        }
        let source = self.source_of(&raw).or_else(|| {
            let id = values.get("id")?.text()?;
            let name = self.options.source.clone().unwrap_or_else(|| self.stem.clone());
            Some(SourceRef {
                name: name.into(),
                id: id.into(),
            })
        });
        drafts.matters.push(MatterDraft {
            origin,
            kind,
            ground,
            source,
            values,
        });
    }
}

/// A line of sums below a table is no place.
fn looks_like_total(raw: &RawFeature) -> bool {
    raw.properties
        .iter()
        .filter_map(|(_, value)| value.text())
        .take(2)
        .any(|text| {
            matches!(
                text.replace([' ', '\u{3000}', ':', '：'], "").as_str(),
                "合计" | "总计" | "小计" | "Total" | "TOTAL"
            )
        })
}

fn tell_total(origin: &Origin, report: &mut Report) {
    report.push(
        FileFinding::new(
            "",
            Severity::Warn,
            "total_row",
            "this looks like a row of totals and was left out",
        )
        .origin(origin),
    );
}
