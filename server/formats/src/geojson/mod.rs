//! GeoJSON (RFC 7946) and GeoJSON text sequences (RFC 8142), read one feature at a time whatever the size of the file.
//!
//! A collection is walked twice: once to see that it is whole and which coordinate system it names (old files do), once to
//! read it. So a file that is cut off is refused before its first feature is handed out.

mod feature;
mod json;
mod scan;

use std::io::{BufRead, BufReader};
use std::path::Path;

use self::json::Json;
use self::scan::{Extent, Scanner};
use crate::crs::Crs;
use crate::feature::FormatError;
use crate::gate::{Draft, Flaw, Gate};
use crate::limits::{FEATURE_TEXT_BYTES_MAX, JSON_DEPTH_MAX, RECORD_BYTES_MAX, VERTICES_PER_FEATURE_MAX};
use crate::sniff::Format;
use crate::source::{Detected, Halt, OpenOptions, Opened, Sink, gate};
use crate::text_file::TextFile;

const NAME: &str = "GeoJSON";
/// Bytes of a small member (`type`, `crs`) that is looked at on the first walk.
const MEMBER_BYTES_MAX: usize = 64 * 1024;
const BUFFER_BYTES: usize = 256 * 1024;

/// What the first walk learns about a document.
#[derive(Default)]
struct Outline {
    kind: Option<Json>,
    crs: Option<Json>,
    name: Option<String>,
    features: Option<bool>,
}

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let text = TextFile::open(path, options.encoding)?;
    let (encoding, bytes_total) = (text.encoding, text.bytes_total);
    let outline = outline(&mut Scanner::new(BufReader::with_capacity(BUFFER_BYTES, text)))?;
    let collection = is_collection(&outline)?;
    let crs = match (options.crs, &outline.crs) {
        (Some(crs), _) => crs,
        (None, None | Some(Json::Null)) => Crs::Wgs84,
        (None, Some(member)) => named_crs(member)?,
    };
    let gate = gate(crs)?;
    let layers: Vec<String> = outline.name.into_iter().collect();
    let layer = layers.first().cloned();
    let detected = Detected {
        crs: Some(crs),
        encoding: Some(encoding),
        layers,
        ..Detected::new(Format::GeoJson)
    };
    let mut text = TextFile::open(path, Some(encoding))?;
    let pump = Box::new(move |sink: &mut Sink| {
        text.count_into(sink.counter());
        let mut scanner = Scanner::new(BufReader::with_capacity(BUFFER_BYTES, text));
        scanner.skip_mark()?;
        let mut reader = Reader {
            gate,
            layer,
            index: 0,
            text: Vec::new(),
        };
        if !collection {
            return reader.value(&mut scanner, sink);
        }
        scanner.want(b'{')?;
        let mut first = true;
        while let Some(key) = scanner.key(first)? {
            first = false;
            if key == "features" {
                reader.list(&mut scanner, sink)?;
            } else {
                scanner.value(None)?;
            }
        }
        Ok(())
    });
    Ok(Opened {
        detected,
        bytes_total,
        pump,
    })
}

fn outline<R: BufRead>(scanner: &mut Scanner<R>) -> Result<Outline, FormatError> {
    let mut outline = Outline::default();
    scanner.skip_mark()?;
    match scanner.peek()? {
        None => return Err(FormatError::Empty),
        Some(b'{') => scanner.want(b'{')?,
        Some(_) => return Err(FormatError::broken(NAME, "the text does not begin with an object")),
    }
    let mut first = true;
    while let Some(key) = scanner.key(first)? {
        first = false;
        match key.as_str() {
            "type" | "crs" | "name" => {
                let mut text = Vec::new();
                scanner.value(Some((&mut text, MEMBER_BYTES_MAX)))?;
                let value = serde_json::from_slice(&text)
                    .map_err(|error| FormatError::broken(NAME, format!("{key:?}: {error}")))?;
                match (key.as_str(), value) {
                    ("type", value) => outline.kind = Some(value),
                    ("crs", value) => outline.crs = Some(value),
                    (_, Json::Text(name)) => outline.name = Some(name),
                    _ => {}
                }
            }
            "features" => {
                outline.features = Some(scanner.peek()? == Some(b'['));
                scanner.value(None)?;
            }
            _ => {
                scanner.value(None)?;
            }
        }
    }
    if scanner.peek()?.is_some() {
        return Err(FormatError::broken(
            NAME,
            "more text follows the closing bracket; a file of several objects is named .geojsonl",
        ));
    }
    Ok(outline)
}

/// True for a collection, false for a single feature or geometry.
fn is_collection(outline: &Outline) -> Result<bool, FormatError> {
    match &outline.kind {
        Some(Json::Text(kind)) if kind == "FeatureCollection" => match outline.features {
            Some(true) => Ok(true),
            Some(false) => Err(FormatError::broken(NAME, "\"features\" is not a list")),
            None => Err(FormatError::broken(NAME, "the collection has no member \"features\"")),
        },
        Some(Json::Text(kind)) if outline.features.is_some() => {
            let shown: String = kind.chars().take(40).collect();
            Err(FormatError::broken(
                NAME,
                format!("the type is {shown:?}; \"FeatureCollection\" is expected, in exactly these letters"),
            ))
        }
        Some(Json::Text(kind)) if kind == "Topology" => Err(FormatError::NotAccepted(
            "this is TopoJSON; turn it into GeoJSON first".into(),
        )),
        Some(Json::Text(_)) => Ok(false),
        Some(other) => Err(FormatError::broken(
            NAME,
            format!("\"type\" is {}, not text", other.kind()),
        )),
        None => Err(FormatError::broken(
            NAME,
            "the member \"type\" is missing; this is JSON, but not GeoJSON",
        )),
    }
}

fn named_crs(member: &Json) -> Result<Crs, FormatError> {
    let name = match member
        .member("properties")
        .and_then(|properties| properties.member("name"))
    {
        Some(Json::Text(name)) => name.clone(),
        _ => return Err(FormatError::UnknownCrs("the member \"crs\" names none".into())),
    };
    name.parse()
        .map_err(|error: crate::crs::CrsError| FormatError::UnknownCrs(error.to_string()))
}

struct Reader {
    gate: Gate,
    layer: Option<String>,
    index: u64,
    text: Vec<u8>,
}

impl Reader {
    fn list<R: BufRead>(&mut self, scanner: &mut Scanner<R>, sink: &mut Sink) -> Result<(), Halt> {
        scanner.want(b'[')?;
        if scanner.eat(b']')? {
            return Ok(());
        }
        loop {
            self.value(scanner, sink)?;
            if scanner.eat(b']')? {
                return Ok(());
            }
            scanner.want(b',')?;
        }
    }

    fn value<R: BufRead>(&mut self, scanner: &mut Scanner<R>, sink: &mut Sink) -> Result<(), Halt> {
        self.text.clear();
        let extent = scanner.value(Some((&mut self.text, FEATURE_TEXT_BYTES_MAX)))?;
        let draft = Draft {
            index: self.index,
            layer: self.layer.clone(),
            position: Some(format!("byte {}", extent.start)),
            ..Draft::default()
        };
        self.index += 1;
        give(&self.text, extent, draft, &self.gate, sink)
    }
}

fn give(text: &[u8], extent: Extent, mut draft: Draft, gate: &Gate, sink: &mut Sink) -> Result<(), Halt> {
    if let Some(flaw) = over_the_limit(extent) {
        return sink.bad(draft.refused(flaw));
    }
    match serde_json::from_slice::<Json>(text) {
        Ok(value) => match feature::fill(&value, &mut draft) {
            Ok(()) => sink.give(gate, draft),
            Err(flaw) => sink.bad(draft.refused(flaw)),
        },
        Err(error) => sink.bad(draft.refused(Flaw::new("bad_json", format!("The text is not valid JSON: {error}.")))),
    }
}

fn over_the_limit(extent: Extent) -> Option<Flaw> {
    if extent.depth > JSON_DEPTH_MAX {
        return Some(Flaw::new(
            "too_deep",
            format!(
                "Brackets nest {} deep; at most {JSON_DEPTH_MAX} are taken.",
                extent.depth
            ),
        ));
    }
    // Twice the vertices: each has one bracket, rings and attributes have a few.
    if extent.brackets > 2 * VERTICES_PER_FEATURE_MAX {
        return Some(Flaw::too_many_vertices(extent.brackets));
    }
    (!extent.whole).then(|| {
        Flaw::new(
            "feature_too_large",
            format!(
                "The feature has {} bytes; at most {FEATURE_TEXT_BYTES_MAX} are taken.",
                extent.bytes
            ),
        )
    })
}

/// A text sequence: one feature per line, or per record separator (then over several lines if it likes).
pub(crate) fn open_sequence(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let mut text = TextFile::open(path, options.encoding)?;
    let (encoding, bytes_total) = (text.encoding, text.bytes_total);
    let crs = options.crs.unwrap_or(Crs::Wgs84);
    let gate = gate(crs)?;
    let detected = Detected {
        crs: Some(crs),
        encoding: Some(encoding),
        ..Detected::new(Format::GeoJsonSeq)
    };
    let pump = Box::new(move |sink: &mut Sink| {
        text.count_into(sink.counter());
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, text);
        let separator = if reader
            .fill_buf()
            .map_err(|error| FormatError::reading(NAME, error))?
            .first()
            == Some(&0x1e)
        {
            0x1e
        } else {
            b'\n'
        };
        let mut line = 1u64;
        let mut record = Vec::new();
        loop {
            record.clear();
            let Some((length, lines)) = read_record(&mut reader, separator, &mut record)? else {
                return Ok(());
            };
            let start = line;
            line += lines;
            let body = record.trim_ascii();
            if body.is_empty() && length == record.len() as u64 {
                continue;
            }
            let draft = Draft {
                index: start,
                position: Some(format!("line {start}")),
                ..Draft::default()
            };
            if length > record.len() as u64 {
                let what = format!("The line has {length} bytes; at most {RECORD_BYTES_MAX} are taken.");
                sink.bad(draft.refused(Flaw::new("feature_too_large", what)))?;
                continue;
            }
            // A line is walked first for the same reasons as a feature in a collection: depth and size.
            match Scanner::new(body).value(None) {
                Ok(extent) => give(body, extent, draft, &gate, sink)?,
                Err(error) => {
                    sink.bad(draft.refused(Flaw::new("bad_json", format!("The line cannot be read: {error}."))))?
                }
            }
        }
    });
    Ok(Opened {
        detected,
        bytes_total,
        pump,
    })
}

/// Reads up to and with the separator; keeps at most [`RECORD_BYTES_MAX`]. Returns length and line ends, `None` at the end.
fn read_record(
    reader: &mut impl BufRead,
    separator: u8,
    record: &mut Vec<u8>,
) -> Result<Option<(u64, u64)>, FormatError> {
    let (mut length, mut lines) = (0u64, 0u64);
    loop {
        let chunk = reader.fill_buf().map_err(|error| FormatError::reading(NAME, error))?;
        if chunk.is_empty() {
            return Ok((length > 0).then_some((length, lines)));
        }
        let end = chunk.iter().position(|byte| *byte == separator);
        let used = end.map_or(chunk.len(), |at| at + 1);
        let kept = end.unwrap_or(chunk.len());
        let room = RECORD_BYTES_MAX.saturating_sub(record.len()).min(kept);
        record.extend_from_slice(&chunk[..room]);
        length += kept as u64;
        lines += chunk[..used].iter().filter(|byte| **byte == b'\n').count() as u64;
        reader.consume(used);
        if end.is_some() {
            return Ok(Some((length, lines)));
        }
    }
}
