//! Rows out into files, 导出: one stream of rows becomes whatever a planner's program reads.
//!
//! Written row by row; where a format wants something at its front that is known only at its end (an index, a count), the
//! file is written to its place and completed, never held in memory. What a format cannot hold is counted and told.

mod dbf;
mod flatgeobuf;
mod geojson;
mod geopackage;
mod keyhole;
mod shapefile;
mod spreadsheet;
mod table;
mod wkb;
mod zipped;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::str::FromStr;

use geo_types::Geometry;

use crate::feature::RawValue;

/// A format that is written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Output {
    GeoJson,
    GeoJsonSeq,
    GeoPackage,
    FlatGeobuf,
    Shapefile,
    Csv,
    Xlsx,
    Kml,
}

impl Output {
    pub const ALL: [Output; 8] = [
        Output::GeoJson,
        Output::GeoJsonSeq,
        Output::GeoPackage,
        Output::FlatGeobuf,
        Output::Shapefile,
        Output::Csv,
        Output::Xlsx,
        Output::Kml,
    ];

    /// The word for it, as in `--format`.
    pub fn as_str(self) -> &'static str {
        match self {
            Output::GeoJson => "geojson",
            Output::GeoJsonSeq => "geojsonseq",
            Output::GeoPackage => "gpkg",
            Output::FlatGeobuf => "fgb",
            Output::Shapefile => "shp",
            Output::Csv => "csv",
            Output::Xlsx => "xlsx",
            Output::Kml => "kml",
        }
    }

    /// Has one file room for one layer only? Several then travel in a zip archive.
    pub fn is_single(self) -> bool {
        matches!(self, Output::FlatGeobuf | Output::Csv)
    }

    /// The ending and media type of the file, with so many layers in it.
    pub fn file(self, layers: usize) -> (&'static str, &'static str) {
        match self {
            Output::Shapefile => ("shp.zip", "application/zip"),
            Output::FlatGeobuf if layers != 1 => ("fgb.zip", "application/zip"),
            Output::Csv if layers != 1 => ("csv.zip", "application/zip"),
            Output::GeoJson => ("geojson", "application/geo+json"),
            Output::GeoJsonSeq => ("geojsonl", "application/geo+json-seq"),
            Output::GeoPackage => ("gpkg", "application/geopackage+sqlite3"),
            Output::FlatGeobuf => ("fgb", "application/vnd.flatgeobuf"),
            Output::Csv => ("csv", "text/csv; charset=utf-8"),
            Output::Xlsx => (
                "xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            Output::Kml => ("kml", "application/vnd.google-earth.kml+xml"),
        }
    }

    /// Has it columns of text and numbers and no place for outlines?
    pub fn is_table(self) -> bool {
        matches!(self, Output::Csv | Output::Xlsx)
    }
}

impl FromStr for Output {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().to_ascii_lowercase();
        Output::ALL.into_iter().find(|f| f.as_str() == text).ok_or_else(|| {
            let known: Vec<&str> = Output::ALL.iter().map(|f| f.as_str()).collect();
            format!("{text:?} is not a format; known: {}", known.join(", "))
        })
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Int,
    Float,
    Bool,
    Text,
}

/// A column of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// At most ten plain letters, for a Shapefile.
    pub short: String,
    pub form: Form,
    /// Digits that are a name and no number: a spreadsheet must not count with them, it would lose the last ones.
    pub is_name: bool,
}

/// What shapes a layer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shapes {
    Areas,
    /// Spots and areas both.
    Mixed,
}

/// A layer before its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Plain letters: it becomes a table, a sheet and a file.
    pub name: String,
    pub columns: Vec<Column>,
    pub shapes: Shapes,
}

/// One feature. Its values stand in the order of the layer's columns.
#[derive(Clone, Debug)]
pub struct Row {
    /// Below 2^53 and of this row alone.
    pub id: u64,
    /// WGS84 lon/lat: a point, a polygon or a multi-polygon.
    pub geometry: Geometry<f64>,
    /// A spot inside, for tables.
    pub spot: [f64; 2],
    pub values: Vec<RawValue>,
}

/// How tables and texts are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Texts of a Shapefile in GBK, for programs that read nothing else.
    pub gbk: bool,
    /// Tables carry whole outlines as well-known text.
    pub wkt: bool,
    /// How many layers will come.
    pub layers: usize,
}

/// What the format could not hold, by a stable word, and how often.
pub type Losses = BTreeMap<&'static str, u64>;

/// What those words mean, in English.
pub fn loss_in_words(loss: &str) -> &'static str {
    match loss {
        "text_cut" => "texts were cut: a Shapefile holds 254 bytes of each",
        "not_in_gbk" => "texts hold characters that GBK does not have; they became question marks",
        "cell_cut" => "cells were cut: a spreadsheet holds 32,767 characters of each",
        "area_as_spot" => {
            "areas stand in the table with a spot inside, not with their outline; ask for geometry=wkt to have it"
        }
        "area_left_without" => {
            "resource sites with an outline stand in the table without a place; ask for geometry=wkt to have it"
        }
        "sheet_split" => "sheets were continued on another: a sheet holds 1,048,576 rows",
        "number_as_real" => "truth values are written as T and F",
        _ => "something could not be held",
    }
}

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("the disk is full")]
    Full,
    #[error(transparent)]
    Io(io::Error),
    #[error("{0}")]
    Other(String),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match error.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => WriteError::Full,
            _ => WriteError::Io(error),
        }
    }
}

impl WriteError {
    fn other(error: impl std::fmt::Display) -> Self {
        // Libraries wrap what the disk said in words of their own.
        let text = error.to_string();
        let full = [
            "No space left",
            "StorageFull",
            "disk is full",
            "File too large",
            "quota exceeded",
        ];
        if full.iter().any(|word| text.contains(word)) {
            WriteError::Full
        } else {
            WriteError::Other(text)
        }
    }
}

type Done<T = ()> = Result<T, WriteError>;

/// A file being written. Blocks: not for an async thread.
pub trait Writer: Send {
    /// Begins a layer; the one before is done.
    fn layer(&mut self, layer: &Layer) -> Done;
    fn row(&mut self, row: &Row) -> Done;
    /// Completes the file.
    fn finish(self: Box<Self>) -> Done<Losses>;
}

/// Begins a file. What passes on the way lies beside it, in the folder of `path`, which belongs to the caller.
pub fn create(output: Output, path: &Path, options: WriteOptions) -> Done<Box<dyn Writer>> {
    Ok(match output {
        Output::GeoJson => Box::new(geojson::Collection::create(path)?),
        Output::GeoJsonSeq => Box::new(geojson::Sequence::create(path)?),
        Output::GeoPackage => Box::new(geopackage::Package::create(path)?),
        Output::FlatGeobuf => Box::new(zipped::Each::create(path, "fgb", options, |part, _| {
            Ok(Box::new(flatgeobuf::FlatGeobuf::create(part)?))
        })?),
        Output::Csv => Box::new(zipped::Each::create(path, "csv", options, |part, options| {
            Ok(Box::new(table::Table::create(part, options)?))
        })?),
        Output::Shapefile => Box::new(shapefile::Shapefiles::create(path, options)?),
        Output::Xlsx => Box::new(spreadsheet::Spreadsheet::create(path, options)?),
        Output::Kml => Box::new(keyhole::Keyhole::create(path)?),
    })
}

/// Names of the columns that give the place in a table.
fn place_columns(layer: &Layer, options: WriteOptions) -> Vec<&'static str> {
    let spot = match layer.shapes {
        Shapes::Areas => ["center_lon", "center_lat"],
        // Well-known text says where everything is; lon and lat beside it would be taken for the place of areas too.
        Shapes::Mixed if options.wkt => ["center_lon", "center_lat"],
        Shapes::Mixed => ["lon", "lat"],
    };
    let mut names = spot.to_vec();
    if options.wkt {
        names.push("wkt");
    }
    names
}

/// Their values; what is lost is counted.
fn place_values(row: &Row, shapes: Shapes, options: WriteOptions, losses: &mut Losses) -> Vec<RawValue> {
    let is_area = !matches!(row.geometry, Geometry::Point(_));
    let mut values: Vec<RawValue> = row.spot.iter().map(|n| RawValue::Float(*n)).collect();
    if options.wkt {
        values.push(RawValue::Text(wkb::to_wkt(&row.geometry)));
    } else if is_area {
        if shapes == Shapes::Mixed {
            // A spot would be taken for the place itself by whoever reads it back.
            values = vec![RawValue::Null, RawValue::Null];
            *losses.entry("area_left_without").or_default() += 1;
        } else {
            *losses.entry("area_as_spot").or_default() += 1;
        }
    }
    values
}

/// A text that a spreadsheet program would take for a formula.
///
/// An apostrophe is put before it, also before one that has some already, so that taking one away gives the text back.
pub fn harmless(text: &str) -> Option<String> {
    is_formula(text).then(|| format!("'{text}"))
}

/// The text as it was before [`harmless`]; `None` where nothing was put before it.
pub fn as_meant(text: &str) -> Option<&str> {
    text.strip_prefix('\'').filter(|rest| is_formula(rest))
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_text_and_comes_back_as_it_was() {
        for text in ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "\tx", "'=x", "''=x", "'-"] {
            let written = harmless(text).unwrap();
            assert!(written.starts_with('\''), "{written}");
            assert_eq!(as_meant(&written), Some(text));
        }
        for text in ["", "春熙路", "'s Gravenhage", "1-2", "a=b", "'"] {
            assert_eq!(harmless(text), None, "{text}");
            assert_eq!(as_meant(text), None, "{text}");
        }
    }

    #[test]
    fn every_format_is_known_by_its_word() {
        for output in Output::ALL {
            assert_eq!(output.as_str().parse::<Output>().unwrap(), output);
        }
        assert!("docx".parse::<Output>().is_err());
    }
}
