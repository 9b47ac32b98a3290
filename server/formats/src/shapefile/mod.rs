//! Shapefile: outlines from .shp, attributes from .dbf, coordinate system from .prj, encoding from .cpg or the .dbf itself.
//!
//! Both parts are read by this room's own bounded readers: the declared counts in them come from strangers, and Chinese .dbf
//! files rarely say that they are GBK, which has to be found out from their bytes before any of them is read.

mod attributes;
mod outlines;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use self::attributes::Attributes;
use self::outlines::{Outline, Outlines};
use crate::crs::{Crs, from_wkt};
use crate::encoding::TextEncoding;
use crate::feature::{FormatError, RawValue};
use crate::gate::Draft;
use crate::limits::ZIPPED_SHAPEFILE_BYTES_MAX;
use crate::sniff::Format;
use crate::source::{Detected, Halt, OpenOptions, Opened, Sink, gate, io_error};
use crate::unzip;

const NAME: &str = "Shapefile";
/// A .prj or .cpg longer than this is none.
const SIDE_FILE_BYTES_MAX: u64 = 64 * 1024;

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    open_parts(path, options, Format::Shapefile, None)
}

/// A .zip with one Shapefile in it, unpacked into a temporary folder that lives as long as the reading.
pub(crate) fn open_zipped(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let folder = tempfile::tempdir().map_err(|source| FormatError::Io {
        path: "temporary folder".into(),
        source,
    })?;
    let names = unzip::names(path)?;
    let mut shapes: Vec<&String> = names
        .iter()
        .filter(|name| name.to_ascii_lowercase().ends_with(".shp") && !name.starts_with("__MACOSX/"))
        .collect();
    let stem = |name: &str| {
        name.rsplit_once('.')
            .map_or(name.to_owned(), |(stem, _)| stem.to_owned())
    };
    let last = |name: &str| stem(name.rsplit('/').next().unwrap_or(name));
    if let Some(layer) = &options.layer {
        shapes.retain(|name| last(name) == *layer);
    }
    let [shape] = shapes[..] else {
        let found: Vec<String> = names
            .iter()
            .filter(|name| name.to_ascii_lowercase().ends_with(".shp"))
            .map(|name| last(name))
            .collect();
        return Err(FormatError::NoSuchLayer(format!(
            "the archive holds these Shapefiles, name one with --layer: {}",
            found.join(", ")
        )));
    };
    let mut archive = unzip::archive(path)?;
    for (index, name) in names.iter().enumerate() {
        let extension = name
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase())
            .unwrap_or_default();
        if stem(name) == stem(shape) && matches!(extension.as_str(), "shp" | "dbf" | "prj" | "cpg") {
            // The name inside the archive is never used as a path.
            let target = folder.path().join(format!("shape.{extension}"));
            let mut file = File::create(&target).map_err(io_error(&target))?;
            unzip::unpack(&mut archive, index, ZIPPED_SHAPEFILE_BYTES_MAX, &mut file)?;
        }
    }
    let layer = last(shape);
    let inner = folder.path().join("shape.shp");
    let mut opened = open_parts(&inner, options, Format::ZippedShapefile, Some(layer))?;
    let pump = opened.pump;
    opened.pump = Box::new(move |sink: &mut Sink| {
        let outcome = pump(sink);
        drop(folder);
        outcome
    });
    Ok(opened)
}

fn open_parts(
    path: &Path,
    options: &OpenOptions,
    format: Format,
    layer: Option<String>,
) -> Result<Opened, FormatError> {
    let bytes_total = path.metadata().map_err(io_error(path))?.len();
    let mut outlines = Outlines::open(BufReader::new(File::open(path).map_err(io_error(path))?))?;
    let crs = match options.crs {
        Some(crs) => crs,
        None => declared_crs(path, outlines.envelope())?,
    };
    let gate = gate(crs)?;
    let named = options
        .encoding
        .or_else(|| side_text(path, "cpg").and_then(|text| text.parse::<TextEncoding>().ok()));
    let mut attributes = match side_file(path, "dbf") {
        Some(dbf) => Some(Attributes::open(&dbf, named)?),
        None => None,
    };
    let layer = layer.or_else(|| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    let detected = Detected {
        layers: layer.iter().cloned().collect(),
        crs: Some(crs),
        encoding: attributes.as_ref().map(Attributes::encoding),
        columns: attributes.as_ref().map(Attributes::columns).unwrap_or_default(),
        ..Detected::new(format)
    };
    let pump = Box::new(move |sink: &mut Sink| {
        for index in 0u64.. {
            let Some(outline) = outlines.next()? else { break };
            sink.at_byte(outlines.at());
            let mut draft = Draft {
                index,
                layer: layer.clone(),
                position: Some(format!("record {}", index + 1)),
                ..Draft::default()
            };
            let row = match attributes.as_mut() {
                Some(attributes) => attributes.next()?,
                None => Some((Vec::new(), false)),
            };
            let Some((properties, deleted)) = row else {
                return Err(FormatError::broken(NAME, "the .dbf has fewer records than the .shp").into());
            };
            if deleted {
                continue;
            }
            draft.properties = properties;
            match outline {
                Ok(Outline::Shape(shape)) => draft.shape = Some(shape),
                Ok(Outline::Nothing) => draft.note("null_geometry", "The record has no shape."),
                Err(flaw) => {
                    sink.bad(draft.refused(flaw))?;
                    continue;
                }
            }
            sink.give(&gate, draft)?;
        }
        Ok::<(), Halt>(())
    });
    Ok(Opened {
        detected,
        bytes_total,
        pump,
    })
}

/// The .prj decides; without one, coordinates that can be degrees are taken as WGS84 and others refused.
fn declared_crs(path: &Path, envelope: [f64; 4]) -> Result<Crs, FormatError> {
    match side_text(path, "prj") {
        Some(text) => from_wkt(&text).map_err(|error| FormatError::UnknownCrs(format!(".prj: {error}"))),
        None => {
            let degrees = |value: f64| value.abs() <= 180.0;
            if envelope.iter().all(|value| degrees(*value)) {
                return Ok(Crs::Wgs84);
            }
            Err(FormatError::UnknownCrs(
                "there is no .prj file and the coordinates are not degrees".into(),
            ))
        }
    }
}

/// The file beside `path` with another extension, in whatever case it is written.
fn side_file(path: &Path, extension: &str) -> Option<PathBuf> {
    [extension.to_owned(), extension.to_ascii_uppercase()]
        .into_iter()
        .map(|extension| path.with_extension(extension))
        .find(|candidate| candidate.is_file())
}

fn side_text(path: &Path, extension: &str) -> Option<String> {
    let file = File::open(side_file(path, extension)?).ok()?;
    let mut bytes = Vec::new();
    file.take(SIDE_FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

type Row = (Vec<(String, RawValue)>, bool);
