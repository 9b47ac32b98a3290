//! What a feature says of itself: its columns as words for a place.

use super::super::columns::Slot;
use super::super::draft::Words;
use super::super::report::{FileFinding, Origin, Report};
use super::super::{ImportKind, fields, osm, values};
use super::Reader;
use geju_core::code::Code;
use geju_core::finding::Severity;
use geju_core::place::{PlaceId, PlaceKind, SourceRef};
use geju_formats::{Format, RawFeature, RawValue};
use serde_json::Value;
use std::collections::BTreeMap;

impl Reader<'_> {
    pub(super) fn code_of(
        &mut self,
        raw: &RawFeature,
        kind: PlaceKind,
        origin: &Origin,
        report: &mut Report,
    ) -> Option<Code> {
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

    pub(super) fn words(&mut self, raw: &RawFeature, origin: &Origin, kind: PlaceKind, report: &mut Report) -> Words {
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
        words.own = own_id(raw).map(PlaceId);
        words.source = self.source_of(raw);
        words
    }

    /// A text as it was meant. In a table `-` and `null` say that there is none; in a map even a strange name is a name.
    pub(super) fn told(&self, value: &RawValue) -> Option<String> {
        match self.detected.format {
            Format::Csv | Format::Spreadsheet => values::meant(value),
            _ => value.text(),
        }
    }

    /// Where the feature comes from: the column a person named, or the id the file gives.
    pub(super) fn source_of(&mut self, raw: &RawFeature) -> Option<SourceRef> {
        if self.options.id_column.is_none() && raw.property(OWN_ID).is_some() {
            // A file of ours tells where each feature came from first; what its format numbers them by is no source.
            let part = |column| Some(raw.property(column)?.text()?.into());
            return Some(SourceRef {
                name: part(SOURCE)?,
                id: part(SOURCE_ID)?,
            });
        }
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
}

/// The columns by which an export names places and matters, and where they came from.
pub const OWN_ID: &str = "geju_id";
pub const SOURCE: &str = "source";
pub const SOURCE_ID: &str = "source_id";

/// The number a feature has on the map it was exported from.
pub(super) fn own_id(raw: &RawFeature) -> Option<u64> {
    raw.property(OWN_ID)?.text()?.parse().ok()
}
