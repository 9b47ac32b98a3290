//! What is this file? 识别格式. Content decides; the name only where content leaves it open.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::feature::FormatError;
use crate::limits::SNIFF_BYTES;
use crate::source::io_error;
use crate::{encoding, unzip};

/// A format this room reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    GeoJson,
    /// One feature per line or per record separator (RFC 8142).
    GeoJsonSeq,
    GeoPackage,
    Shapefile,
    ZippedShapefile,
    FlatGeobuf,
    Kml,
    Kmz,
    Csv,
    /// XLSX.
    Spreadsheet,
    OsmPbf,
}

/// What to tell a person whose file is none of these.
pub const ACCEPTED: &str = "GeoJSON (.geojson, .json), GeoJSON text sequence (.geojsonl, .geojsons, .ndjson), GeoPackage (.gpkg), \
     Shapefile (.shp beside its .dbf, or a .zip of them), FlatGeobuf (.fgb), KML (.kml, .kmz), CSV (.csv, .tsv, .txt), XLSX, \
     OpenStreetMap extract (.osm.pbf)";

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Format::GeoJson => "GeoJSON",
            Format::GeoJsonSeq => "GeoJSON text sequence",
            Format::GeoPackage => "GeoPackage",
            Format::Shapefile => "Shapefile",
            Format::ZippedShapefile => "zipped Shapefile",
            Format::FlatGeobuf => "FlatGeobuf",
            Format::Kml => "KML",
            Format::Kmz => "KMZ",
            Format::Csv => "CSV",
            Format::Spreadsheet => "XLSX",
            Format::OsmPbf => "OSM PBF",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// First bytes of things people hand over by mistake.
const FOREIGN: [(&[u8], &str); 12] = [
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel or Word file (.xls, .doc); save it as .xlsx or CSV",
    ),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"BZh", "a bzip2 archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\x7fELF", "a program"),
    (b"II*\0", "a TIFF picture"),
    (b"AC10", "a CAD drawing (.dwg); export it as Shapefile or GeoJSON"),
];

/// Tells the format of a file; the error for an unknown one lists what is accepted.
pub fn sniff(path: &Path) -> Result<Format, FormatError> {
    let mut file = File::open(path).map_err(io_error(path))?;
    let metadata = file.metadata().map_err(io_error(path))?;
    if metadata.is_dir() {
        return Err(FormatError::NotAccepted(format!(
            "this is a folder; accepted are {ACCEPTED}"
        )));
    }
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    file.by_ref()
        .take(SNIFF_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(io_error(path))?;
    if head.is_empty() {
        return Err(FormatError::Empty);
    }
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    by_content(&head, path, &name)
}

fn by_content(head: &[u8], path: &Path, name: &str) -> Result<Format, FormatError> {
    if head.starts_with(b"SQLite format 3\0") {
        return Ok(Format::GeoPackage);
    }
    if head.starts_with(b"fgb") && head.get(4..7) == Some(b"fgb") {
        return Ok(Format::FlatGeobuf);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return in_zip(path);
    }
    if head.starts_with(&[0x00, 0x00, 0x27, 0x0a]) {
        return Ok(Format::Shapefile);
    }
    // A PBF opens with the length of a blob header and the field "type = OSMHeader".
    if head.get(4..15) == Some(b"\x0a\x09OSMHeader") {
        return Ok(Format::OsmPbf);
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(not_accepted(what));
    }
    let text = encoding::readable_head(head)
        .ok_or_else(|| by_name(name).err().unwrap_or_else(|| not_accepted("binary data")))?;
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('\u{1e}') {
        return Ok(Format::GeoJsonSeq);
    }
    if start.starts_with('{') {
        return Ok(if is_sequence(start, name) {
            Format::GeoJsonSeq
        } else {
            Format::GeoJson
        });
    }
    if start.starts_with('<') {
        let lower = start.to_ascii_lowercase();
        if lower.contains("<kml") || lower.contains("<!doctype kml") || name.ends_with(".kml") {
            return Ok(Format::Kml);
        }
        if lower.contains("<osm ") || lower.contains("<osm>") {
            return Err(not_accepted("OSM XML; convert it with: osmium cat -o map.osm.pbf"));
        }
        return Err(not_accepted("XML that is not KML"));
    }
    if name.ends_with(".geojson") || name.ends_with(".json") {
        return Ok(Format::GeoJson);
    }
    match by_name(name) {
        Ok(format) => Ok(format),
        // Nameless text with a separator in its first line is a table.
        Err(error) => match start.lines().next() {
            Some(line) if line.contains([',', '\t', ';', '|']) && !name.contains('.') => Ok(Format::Csv),
            _ => Err(error),
        },
    }
}

/// By the name alone: for text that could be anything, and to say that a file is not what its name claims.
fn by_name(name: &str) -> Result<Format, FormatError> {
    let ends = |suffix: &str| name.ends_with(suffix);
    if ends(".csv") || ends(".tsv") || ends(".txt") {
        return Ok(Format::Csv);
    }
    for (suffix, format) in [
        (".gpkg", Format::GeoPackage),
        (".shp", Format::Shapefile),
        (".fgb", Format::FlatGeobuf),
        (".pbf", Format::OsmPbf),
        (".xlsx", Format::Spreadsheet),
        (".kmz", Format::Kmz),
        (".zip", Format::ZippedShapefile),
        (".kml", Format::Kml),
    ] {
        if ends(suffix) {
            return Err(FormatError::broken(
                format.name(),
                "the file is named so, but its first bytes are something else",
            ));
        }
    }
    if ends(".dbf") || ends(".shx") || ends(".prj") || ends(".cpg") {
        return Err(FormatError::NotAccepted(
            "this is a part of a Shapefile; give the .shp file".into(),
        ));
    }
    Err(FormatError::NotAccepted(format!(
        "the format is not known; accepted are {ACCEPTED}"
    )))
}

fn not_accepted(what: &str) -> FormatError {
    FormatError::NotAccepted(format!("this is {what}; accepted are {ACCEPTED}"))
}

/// Several objects, one after another: a line that is complete in itself and followed by another.
fn is_sequence(start: &str, name: &str) -> bool {
    if [".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".geojsonseq"]
        .iter()
        .any(|suffix| name.ends_with(suffix))
    {
        return true;
    }
    let mut lines = start.lines();
    let (Some(first), Some(second)) = (lines.next(), lines.find(|line| !line.trim().is_empty())) else {
        return false;
    };
    second.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(first.trim()).is_ok()
}

fn in_zip(path: &Path) -> Result<Format, FormatError> {
    let names: Vec<String> = unzip::names(path)?
        .into_iter()
        .map(|name| name.to_ascii_lowercase())
        .collect();
    let any = |test: &dyn Fn(&str) -> bool| names.iter().any(|name| test(name));
    if any(&|name| name == "xl/workbook.xml" || name == "xl/workbook.bin") {
        return Ok(Format::Spreadsheet);
    }
    if any(&|name| name.ends_with(".shp") && !name.starts_with("__macosx/")) {
        return Ok(Format::ZippedShapefile);
    }
    if any(&|name| name.ends_with(".kml")) {
        return Ok(Format::Kmz);
    }
    Err(not_accepted(
        "a zip archive without a Shapefile, KML or spreadsheet in it",
    ))
}
