//! What an import found, for a clerk to act on.

use super::ImportOptions;
use super::draft::PlaceDraft;
use super::preview::{Column, Preview, Sketch, What};
use geju_core::finding::Severity;
use geju_core::ground::LonLat;
use geju_core::{Finding, Place, Refusal};
use geju_formats::{BadFeature, Detected, FormatError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// The report of one import, 导入报告.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    pub files: Vec<FileReport>,
    /// Per layer: how many were read, and the difference to what is there.
    pub layers: BTreeMap<String, LayerCount>,
    pub findings: Vec<FileFinding>,
    /// Findings per code, those beyond the list included.
    pub counts: BTreeMap<String, u64>,
    /// Which places change or go, the first [`super::MAX_DIFFERENCES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// What was put right on the way in, by kind of repair.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub repairs: BTreeMap<String, u64>,
    /// Features that were refused.
    pub blocked: u64,
    /// Set when the whole import cannot be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    pub dry_run: bool,
    /// The Change that made it visible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// Bad features were to be left out.
    pub skip_bad: bool,
    /// What comes in, to be looked at on a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
    /// The columns of the files, where a preview was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// The fields that columns may be taken for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    #[serde(skip)]
    pub(super) sketch: Option<Sketch>,
    #[serde(skip)]
    bad_rows: HashSet<(String, Option<String>, u64)>,
}

/// What one file turned out to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileReport {
    pub file: String,
    pub format: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
    /// Sheets that hold something and were not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_layers: Vec<String>,
    /// Field → column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns_used: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns_unused: Vec<String>,
}

/// The difference of one layer to what is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerCount {
    pub read: u64,
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub retired: u64,
    /// Read, and not taken in.
    #[serde(default)]
    pub left_out: u64,
}

/// One place that the import changes or retires, for the preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub layer: String,
    pub id: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub name: String,
    pub retired: bool,
    /// Fields that change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// One thing to act on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileFinding {
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// As the format counts: rows of a table with the header as 1, lines of a text sequence from 1, else features from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    pub severity: Severity,
    pub code: String,
    pub what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl FileFinding {
    pub fn new(file: &str, severity: Severity, code: &str, what: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            layer: None,
            index: None,
            source_id: None,
            position: None,
            severity,
            code: code.to_owned(),
            what: what.into(),
            at: None,
            mend: None,
        }
    }

    pub fn origin(mut self, origin: &Origin) -> Self {
        self.file = origin.file.to_string();
        self.layer = origin.layer.clone();
        self.index = Some(origin.index);
        self.source_id = origin.source_id.clone();
        self
    }

    pub fn at(mut self, at: Option<LonLat>) -> Self {
        self.at = at.map(LonLat::to_degrees);
        self
    }

    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }
}

/// Where in which file something stood.
#[derive(Debug, Clone)]
pub struct Origin {
    pub file: std::sync::Arc<str>,
    pub layer: Option<String>,
    pub index: u64,
    pub source_id: Option<String>,
}

fn changed_fields(old: &Place, new: &Place) -> Vec<String> {
    let mut fields: Vec<String> = [
        ("name", old.name != new.name),
        ("code", old.code != new.code),
        ("address", old.address != new.address),
        ("tags", old.tags != new.tags),
        ("outline", old.ground != new.ground),
    ]
    .into_iter()
    .filter(|(_, changed)| *changed)
    .map(|(name, _)| name.to_owned())
    .collect();
    if let (Ok(serde_json::Value::Object(before)), Ok(serde_json::Value::Object(after))) =
        (old.archive.to_json(), new.archive.to_json())
    {
        fields.extend(
            after
                .iter()
                .filter(|(key, value)| before.get(*key) != Some(value))
                .map(|(key, _)| key.clone()),
        );
    }
    fields
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

impl Report {
    pub fn new(options: &ImportOptions) -> Self {
        Self {
            skip_bad: options.skip_bad,
            sketch: options.preview.then(Sketch::default),
            ..Self::default()
        }
    }

    pub fn layer(&mut self, layer: &str) -> &mut LayerCount {
        self.layers.entry(layer.to_owned()).or_default()
    }

    /// Notes what becomes of a place that is there.
    pub(crate) fn differ(&mut self, old: &Place, new: Option<&Place>) {
        if self.differences.len() >= super::MAX_DIFFERENCES {
            return;
        }
        self.differences.push(Difference {
            layer: old.kind().as_str().to_owned(),
            id: old.id.0,
            code: old.code.as_ref().map(ToString::to_string),
            name: old.name.to_string(),
            retired: new.is_none(),
            fields: new.map(|new| changed_fields(old, new)).unwrap_or_default(),
        });
    }

    pub(crate) fn opened(&mut self, path: &Path, detected: &Detected) {
        self.files.push(FileReport {
            file: file_name(path),
            format: detected.format.name().to_owned(),
            crs: detected.crs.as_ref().map(ToString::to_string),
            encoding: detected.encoding.map(|e| e.to_string()),
            layers: detected.layers.clone(),
            other_layers: detected.other_layers.clone(),
            columns_used: BTreeMap::new(),
            columns_unused: Vec::new(),
        });
        if !detected.other_layers.is_empty() {
            let read = detected.layers.join(", ");
            let what = format!(
                "only {read} was read; {} hold something too",
                detected.other_layers.join(", ")
            );
            self.push(
                FileFinding::new(&file_name(path), Severity::Note, "layers_unread", what)
                    .mend("import them one by one, each with --layer NAME"),
            );
        }
    }

    pub(crate) fn columns(&mut self, used: BTreeMap<String, String>, unused: Vec<String>) {
        if let Some(file) = self.files.last_mut() {
            file.columns_used = used;
            file.columns_unused = unused;
        }
    }

    /// For a preview: what becomes of a feature.
    pub(super) fn shows(&mut self, what: What, place: &Arc<Place>, origin: &Origin) {
        if let Some(sketch) = &mut self.sketch {
            sketch.place(what, place, origin);
        }
    }

    /// For a preview: a feature that does not become a place.
    pub(super) fn shows_draft(&mut self, draft: PlaceDraft) {
        if let Some(sketch) = &mut self.sketch {
            let name = draft.words.name.unwrap_or_default();
            sketch.matter(What::Bad, draft.kind.as_str(), &name, &draft.ground, &draft.origin);
        }
    }

    pub fn push(&mut self, finding: FileFinding) {
        *self.counts.entry(finding.code.clone()).or_default() += 1;
        if finding.severity == Severity::Block {
            // Two things wrong with one row are still one bad row.
            let known = finding.index.is_some_and(|index| {
                !self
                    .bad_rows
                    .insert((finding.file.clone(), finding.layer.clone(), index))
            });
            self.blocked += u64::from(!known);
        }
        // What blocks is always worth a place in the list.
        if self.findings.len() < super::MAX_FINDINGS {
            self.findings.push(finding);
        } else if finding.severity == Severity::Block
            && let Some(spare) = self.findings.iter().rposition(|f| f.severity != Severity::Block)
        {
            self.findings[spare] = finding;
        }
    }

    pub(crate) fn bad(&mut self, path: &Path, bad: &BadFeature, severity: Severity) {
        let mut finding = FileFinding::new(&file_name(path), severity, bad.code, bad.what.clone());
        finding.layer = bad.layer.clone();
        finding.index = Some(bad.index);
        finding.source_id = bad.source_id.clone();
        finding.position = bad.position.clone();
        finding.at = bad.at;
        finding.mend = bad.mend.clone();
        self.push(finding);
    }

    pub(crate) fn note(&mut self, path: &Path, code: &str, what: &str) {
        self.push(FileFinding::new(&file_name(path), Severity::Note, code, what));
    }

    /// A finding of the map's own rules about a feature of a file.
    pub(crate) fn rule(&mut self, origin: Option<&Origin>, finding: &Finding) {
        let mut told = FileFinding::new("", finding.severity, &finding.code, finding.message.clone()).at(finding.at);
        if let Some(origin) = origin {
            told = told.origin(origin);
        }
        told.mend = finding.mend.clone();
        self.push(told);
    }

    /// The file as a whole cannot be read.
    pub(crate) fn refuse(&mut self, path: &Path, error: &FormatError) {
        let name = file_name(path);
        // The finding names the file already; what is said of it does not name it again.
        let what = match error {
            FormatError::Io { source, .. } => source.to_string(),
            other => other.to_string(),
        };
        self.refusal.get_or_insert_with(|| format!("{name}: {what}"));
        self.push(FileFinding::new(&name, Severity::Block, error.code(), what));
    }

    /// The ledger's word against the shipment.
    pub fn refused_by_rules(&mut self, refusal: &Refusal) {
        self.refusal.get_or_insert_with(|| refusal.to_string());
        if let Refusal::Broken(findings) = refusal {
            for finding in findings {
                self.rule(None, finding);
            }
        }
    }

    /// Worst first; what is wrong with the file as a whole before what is wrong in it.
    pub(crate) fn finish(&mut self) {
        self.findings.sort_by_key(|f| (f.severity, f.index.is_some()));
        if let Some(sketch) = self.sketch.take() {
            let (preview, columns, fields) = sketch.finish();
            (self.preview, self.columns, self.fields) = (Some(preview), columns, fields);
        }
    }

    /// Was the whole import refused?
    pub fn is_refused(&self) -> bool {
        self.refusal.is_some() || (self.blocked > 0 && !self.skip_bad)
    }

    /// Were bad features skipped on request?
    pub fn skipped(&self) -> u64 {
        if self.skip_bad { self.blocked } else { 0 }
    }
}
