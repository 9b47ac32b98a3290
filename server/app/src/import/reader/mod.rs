//! Reading the features of one file into drafts.

mod attributes;
mod place;

pub use attributes::{OWN_ID, SOURCE, SOURCE_ID};

use super::columns::Columns;
use super::draft::{Drafts, MatterDraft};
use super::ground::ground_of;
use super::options::kind_by_name;
use super::preview::settle_columns;
use super::report::{FileFinding, Origin, Report, file_name};
use super::{ColumnUse, ImportKind, ImportOptions, base, fields, is_table_without_place};
use geju_core::change::BaseLayer;
use geju_core::finding::Severity;
use geju_core::matter::{MatterId, MatterKind};
use geju_core::place::SourceRef;
use geju_core::{Ground, World};
use geju_formats::{BadFeature, Detected, Format, RawFeature, RawValue};
use geo_types::Geometry;
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
    /// What the features were found to be.
    kinds: Vec<ImportKind>,
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
            kinds: options.kind.into_iter().collect(),
        }
    }

    pub fn read(&mut self, mut raw: RawFeature, drafts: &mut Drafts, report: &mut Report) {
        if self.detected.format == Format::Csv {
            for (_, value) in &mut raw.properties {
                // What an export wrote so that no spreadsheet program runs it.
                if let RawValue::Text(text) = value
                    && let Some(meant) = geju_formats::write::as_meant(text)
                {
                    *text = meant.to_owned();
                }
            }
        }
        if self.detected.format != Format::OsmPbf {
            for (column, _) in &raw.properties {
                if !drafts.columns.contains(column) {
                    drafts.columns.insert(column.clone());
                }
            }
            if let Some(sketch) = &mut report.sketch {
                sketch.sample(&raw, fields::is_personal);
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
            self.tell_unknown_kind(&origin, report);
            if let (Some(sketch), Some(geometry)) = (&mut report.sketch, raw.geometry) {
                sketch.unsound(None, geometry, &origin);
            }
            return;
        };
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
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
        let kind = self.options.kind.or_else(by_layer);
        if let Some(kind) = kind {
            let count = report.layer(kind.as_str());
            count.read += 1;
            count.left_out += 1;
        }
        if let (Some(sketch), Some([lon, lat])) = (&mut report.sketch, bad.at) {
            let origin = Origin {
                file: self.file.clone(),
                layer: bad.layer.clone(),
                index: bad.index,
                source_id: bad.source_id.clone(),
            };
            let spot = Geometry::Point(geo_types::Point::new(lon, lat));
            sketch.unsound(kind.map(ImportKind::as_str), spot, &origin);
        }
    }

    /// Tells what was left out by intention and which columns were used.
    pub fn finish(mut self, report: &mut Report) {
        self.settle_columns(report);
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

    /// For a preview: which column is taken for which field, and which fields there are.
    fn settle_columns(&mut self, report: &mut Report) {
        let Some(sketch) = &mut report.sketch else { return };
        for column in &self.detected.columns {
            sketch.column(column);
        }
        let mut used = self.column_use.used.clone();
        if let [lon, lat] = &self.detected.place_columns[..] {
            used.insert("lon".into(), lon.clone());
            used.insert("lat".into(), lat.clone());
        }
        if let Some(column) = &self.options.id_column {
            used.insert("id".into(), column.clone());
        }
        let (columns, kinds) = (&mut self.columns, &self.kinds);
        settle_columns(sketch, &used, |column| {
            let targets = kinds.iter().flat_map(|kind| columns.targets(*kind, column));
            targets.min_by_key(|t| t.rank).map(|best| best.field.name())
        });
        if kinds.is_empty() {
            sketch.fields(fields::all_names());
        }
        for kind in kinds {
            sketch.fields(fields::names_for(*kind));
        }
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

    /// The ground of a feature; what is unsound is shown as the file has it, where a preview is wanted.
    fn ground(
        &self,
        geometry: Geometry<f64>,
        kind: &'static str,
        point_allowed: bool,
        origin: &Origin,
        unsound: Severity,
        report: &mut Report,
    ) -> Option<Ground> {
        let shown = report.sketch.is_some().then(|| geometry.clone());
        let ground = ground_of(geometry, point_allowed, origin, unsound, report);
        if let (None, Some(shown), Some(sketch)) = (&ground, shown, &mut report.sketch) {
            sketch.unsound(Some(kind), shown, origin);
        }
        ground
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
        let Some(ground) = self.ground(geometry, kind.as_str(), true, &origin, Severity::Block, report) else {
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
            own: attributes::own_id(&raw).map(MatterId),
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
