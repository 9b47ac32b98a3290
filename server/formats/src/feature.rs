//! What comes out of a file: a feature as it stood there, or a word about why it could not be read.

use std::fmt;

use geo_types::Geometry;

/// One attribute value, 属性值, as the file had it: no guess is made that a text of digits is a number.
#[derive(Clone, Debug, PartialEq)]
pub enum RawValue {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

impl RawValue {
    /// The value as a person would read it; `None` for null and for text that is only blanks.
    pub fn text(&self) -> Option<String> {
        match self {
            RawValue::Null => None,
            RawValue::Bool(value) => Some(value.to_string()),
            RawValue::Int(value) => Some(value.to_string()),
            RawValue::Float(value) => Some(value.to_string()),
            RawValue::Text(value) => Some(value.trim()).filter(|text| !text.is_empty()).map(str::to_owned),
        }
    }
}

/// Something worth telling about a feature that was nevertheless read, 提示.
///
/// Codes: `no_coordinates` (the table has coordinate columns, this row left them empty), `null_geometry`, `empty_geometry`,
/// `ring_closed` (the last point was missing and has been added), `empty_ring_left_out` (a hole or part of fewer than three
/// different points encloses nothing).
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub code: &'static str,
    pub what: String,
}

/// A feature as the file had it, 原始要素, its geometry already in WGS84.
///
/// CRS: WGS84 lon/lat. Shape: anything; rings are closed but not otherwise checked.
#[derive(Clone, Debug, PartialEq)]
pub struct RawFeature {
    /// Place in the file. Tables (CSV, spreadsheet): the row number a person sees, header counted, first row 1.
    /// GeoJSON text sequence: the line number, first line 1. Everything else: 0 for the first feature.
    pub index: u64,
    /// Layer, sheet, folder or, for OSM, the class (`building`, `road` …).
    pub layer: Option<String>,
    /// The identifier the file itself gives.
    pub source_id: Option<String>,
    pub properties: Vec<(String, RawValue)>,
    pub geometry: Option<Geometry<f64>>,
    pub notes: Vec<Note>,
}

impl RawFeature {
    pub fn property(&self, name: &str) -> Option<&RawValue> {
        self.properties
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    pub fn has_note(&self, code: &str) -> bool {
        self.notes.iter().any(|note| note.code == code)
    }
}

/// A feature that could not be read, 坏要素. The file goes on after it.
#[derive(Clone, Debug, PartialEq)]
pub struct BadFeature {
    /// Counted as in [`RawFeature::index`].
    pub index: u64,
    pub layer: Option<String>,
    pub source_id: Option<String>,
    /// Where in the file: a line, a row, a table, a byte offset, a JSON path.
    pub position: Option<String>,
    /// Stable name of the trouble, for words in the reader's language.
    pub code: &'static str,
    /// English sentence.
    pub what: String,
    /// A spot to look at, WGS84 lon/lat, where one is known.
    pub at: Option<[f64; 2]>,
    /// What a person can do about it.
    pub mend: Option<String>,
}

impl fmt::Display for BadFeature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "feature {}", self.index)?;
        if let Some(layer) = &self.layer {
            write!(f, " of {layer}")?;
        }
        if let Some(id) = &self.source_id {
            write!(f, " ({id})")?;
        }
        if let Some(position) = &self.position {
            write!(f, ", {position}")?;
        }
        write!(f, ": {}", self.what)?;
        if let Some(mend) = &self.mend {
            write!(f, " {mend}")?;
        }
        Ok(())
    }
}

/// What ends the reading of a file, 文件无法读取.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error("{path}: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("{0}")]
    NotAccepted(String),
    #[error("the file is empty")]
    Empty,
    #[error("the file ends too early: {0}")]
    Truncated(String),
    #[error("not a sound {format} file: {what}")]
    Broken { format: &'static str, what: String },
    #[error("the coordinate system is not known: {0}; name it with --crs (wgs84, gcj02, bd09 or EPSG:n)")]
    UnknownCrs(String),
    #[error("{0}")]
    NoSuchLayer(String),
    #[error("refused: {0}")]
    TooBig(String),
}

impl FormatError {
    /// Stable name of the trouble.
    pub fn code(&self) -> &'static str {
        match self {
            FormatError::Io { .. } => "unreadable_file",
            FormatError::NotAccepted(_) => "unknown_format",
            FormatError::Empty => "empty_file",
            FormatError::Truncated(_) => "truncated_file",
            FormatError::Broken { .. } => "broken_file",
            FormatError::UnknownCrs(_) => "unknown_crs",
            FormatError::NoSuchLayer(_) => "no_such_layer",
            FormatError::TooBig(_) => "over_the_limit",
        }
    }

    pub(crate) fn broken(format: &'static str, what: impl fmt::Display) -> Self {
        FormatError::Broken {
            format,
            what: what.to_string(),
        }
    }

    /// An input error met while reading: an early end is told apart from a failing disk.
    pub(crate) fn reading(format: &'static str, error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => FormatError::Truncated(format!("{format} data stop in the middle")),
            _ => FormatError::Broken {
                format,
                what: error.to_string(),
            },
        }
    }
}

/// Why an item of a [`crate::Source`] is not a feature.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// This feature only; the next one follows.
    #[error("{0}")]
    Feature(Box<BadFeature>),
    /// The file cannot be read further; nothing follows.
    #[error("{0}")]
    File(#[from] FormatError),
}
