//! KML and KMZ: placemarks with their extended data, read as a stream of XML events. A DOCTYPE is refused.

use std::io::{BufReader, Write};
use std::path::Path;
use std::sync::atomic::Ordering;

use geo_types::Coord;
use quick_xml::Reader as XmlReader;
use quick_xml::events::{BytesStart, Event};

use crate::crs::Crs;
use crate::delimited::TextFile;
use crate::feature::{FormatError, RawValue};
use crate::gate::{Draft, Flaw, Shape};
use crate::limits::{COLUMNS_MAX, VERTICES_PER_FEATURE_MAX, XML_DEPTH_MAX, XML_TEXT_BYTES_MAX, ZIP_ENTRY_BYTES_MAX};
use crate::sniff::Format;
use crate::source::{Detected, Halt, OpenOptions, Opened, Sink, gate};
use crate::unzip;

const NAME: &str = "KML";

/// Elements of a placemark that are taken as attributes.
const PLAIN_FIELDS: [&str; 5] = ["name", "description", "address", "phoneNumber", "snippet"];

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let mut text = TextFile::open(path, options.encoding)?;
    let (encoding, bytes_total) = (text.encoding, text.bytes_total);
    // KML knows only WGS84, but what a Chinese editor draws in it is often shifted: the option still wins.
    let crs = options.crs.unwrap_or(Crs::Wgs84);
    let gate = gate(crs)?;
    let detected = Detected { crs: Some(crs), encoding: Some(encoding), ..Detected::new(Format::Kml) };
    let pump = Box::new(move |sink: &mut Sink| {
        text.count_into(sink.counter());
        let meter = text.meter_records();
        let mut reader = XmlReader::from_reader(BufReader::new(text));
        let mut state = State::default();
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            meter.store(0, Ordering::Relaxed);
            let event = reader.read_event_into(&mut buffer).map_err(|error| broken(&error, reader.buffer_position()))?;
            match event {
                Event::Start(start) => state.start(&start)?,
                Event::Empty(start) => {
                    state.start(&start)?;
                    if let Some((draft, outcome)) = state.end() {
                        hand_over(draft, outcome, &gate, sink)?;
                    }
                }
                Event::End(_) => {
                    if let Some((draft, outcome)) = state.end() {
                        hand_over(draft, outcome, &gate, sink)?;
                    }
                }
                Event::Text(text) => state.text(&text.xml10_content()),
                Event::CData(text) => state.text(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let content = reference.xml10_content();
                    match resolve(&content) {
                        Some(character) => state.text(character.encode_utf8(&mut [0; 4])),
                        None => return Err(FormatError::broken(NAME, format!("the entity &{content}; is not known")).into()),
                    }
                }
                Event::DocType(_) => return Err(FormatError::broken(NAME, "it has a DOCTYPE, which is refused").into()),
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
        if !state.path.is_empty() {
            return Err(FormatError::Truncated(format!("<{}> is never closed", state.path.join("><"))).into());
        }
        if !state.seen_kml {
            return Err(FormatError::broken(NAME, "there is no <kml> element").into());
        }
        Ok::<(), Halt>(())
    });
    Ok(Opened { detected, bytes_total, pump })
}

pub(crate) fn open_zipped(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let names = unzip::names(path)?;
    let is_kml = |name: &&String| name.to_ascii_lowercase().ends_with(".kml");
    let wanted = names.iter().position(|name| name.eq_ignore_ascii_case("doc.kml")).or_else(|| names.iter().position(|name| is_kml(&name)));
    let index = wanted.ok_or_else(|| FormatError::broken("KMZ", "there is no .kml in it"))?;
    let temporary = |source| FormatError::Io { path: "temporary file".into(), source };
    let mut file = tempfile::NamedTempFile::new().map_err(temporary)?;
    unzip::unpack(&mut unzip::archive(path)?, index, ZIP_ENTRY_BYTES_MAX, &mut file)?;
    file.flush().map_err(temporary)?;
    let mut opened = open(file.path(), options)?;
    opened.detected.format = Format::Kmz;
    let pump = opened.pump;
    opened.pump = Box::new(move |sink: &mut Sink| {
        let outcome = pump(sink);
        drop(file);
        outcome
    });
    Ok(opened)
}

fn broken(error: &quick_xml::Error, at: u64) -> FormatError {
    if let quick_xml::Error::Syntax(quick_xml::errors::SyntaxError::UnclosedTag) = error {
        return FormatError::Truncated(format!("a tag is cut off at byte {at}"));
    }
    FormatError::broken(NAME, format!("at byte {at}: {error}"))
}

fn hand_over(draft: Draft, outcome: Result<(), Flaw>, gate: &crate::gate::Gate, sink: &mut Sink) -> Result<(), Halt> {
    match outcome {
        Ok(()) => sink.give(gate, draft),
        Err(flaw) => sink.bad(draft.refused(flaw)),
    }
}

/// The five entities of XML and character numbers; others do not exist without a DOCTYPE.
fn resolve(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// What is being put together while events pass.
#[derive(Default)]
struct State {
    path: Vec<String>,
    text: String,
    text_too_long: bool,
    seen_kml: bool,
    /// Names of the folders around, innermost last.
    folders: Vec<Option<String>>,
    placemark: Option<Placemark>,
    index: u64,
}

#[derive(Default)]
struct Placemark {
    draft: Draft,
    flaw: Option<Flaw>,
    key: Option<String>,
    /// Geometries under construction: open collections, innermost last.
    open: Vec<Vec<Shape>>,
    rings: Vec<Vec<Coord<f64>>>,
    coords: Vec<Coord<f64>>,
    vertices: usize,
}

impl State {
    fn parent(&self) -> &str {
        self.path.iter().rev().nth(1).map_or("", String::as_str)
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), FormatError> {
        let local = start.local_name();
        let name: &str = local.as_ref();
        if self.path.len() >= XML_DEPTH_MAX {
            return Err(FormatError::TooBig(format!("elements nest more than {XML_DEPTH_MAX} deep")));
        }
        self.path.push(name.to_owned());
        self.text.clear();
        self.text_too_long = false;
        let attribute = |wanted: &str| {
            start
                .attributes()
                .flatten()
                .find(|attribute| attribute.key.local_name().as_ref() == wanted)
                .map(|attribute| attribute.value.to_string())
        };
        match name {
            "kml" => self.seen_kml = true,
            "Folder" | "Document" => self.folders.push(None),
            "Placemark" => {
                let layer = self.folders.iter().rev().flatten().next().cloned();
                let draft = Draft { index: self.index, layer, source_id: attribute("id"), ..Draft::default() };
                self.index += 1;
                self.placemark = Some(Placemark { draft, open: vec![Vec::new()], ..Placemark::default() });
            }
            _ => {}
        }
        if let Some(placemark) = self.placemark.as_mut() {
            match name {
                "Data" | "SimpleData" => placemark.key = attribute("name"),
                "MultiGeometry" | "MultiTrack" => placemark.open.push(Vec::new()),
                "Polygon" => placemark.rings.clear(),
                _ => {}
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if self.text.len() + text.len() > XML_TEXT_BYTES_MAX {
            self.text_too_long = true;
        } else {
            self.text.push_str(text);
        }
    }

    /// The innermost element ends; a placemark that ends comes out.
    fn end(&mut self) -> Option<(Draft, Result<(), Flaw>)> {
        let name = self.path.last().cloned()?;
        let parent = self.parent().to_owned();
        let text = std::mem::take(&mut self.text);
        let trimmed = text.trim();
        let mut done = None;
        match name.as_str() {
            "name" if parent == "Folder" || parent == "Document" => {
                if let Some(folder) = self.folders.last_mut() {
                    *folder = Some(trimmed.to_owned());
                }
            }
            "Folder" | "Document" => {
                self.folders.pop();
            }
            "Placemark" => done = self.placemark.take().map(Placemark::finish),
            _ => {
                if let Some(placemark) = self.placemark.as_mut() {
                    if self.text_too_long {
                        placemark.fail(Flaw::too_many_vertices(XML_TEXT_BYTES_MAX / 20));
                    }
                    placemark.element(&name, &parent, trimmed);
                }
            }
        }
        self.path.pop();
        done
    }
}

impl Placemark {
    fn fail(&mut self, flaw: Flaw) {
        self.flaw.get_or_insert(flaw);
    }

    fn put(&mut self, name: String, text: &str) {
        if self.draft.properties.len() <= COLUMNS_MAX {
            let value = if text.is_empty() { RawValue::Null } else { RawValue::Text(text.to_owned()) };
            self.draft.properties.push((name, value));
        }
    }

    fn shape(&mut self, shape: Shape) {
        if let Some(open) = self.open.last_mut() {
            open.push(shape);
        }
    }

    fn element(&mut self, name: &str, parent: &str, text: &str) {
        match name {
            _ if parent == "Placemark" && PLAIN_FIELDS.contains(&name) => self.put(name.to_owned(), text),
            "value" if parent == "Data" => {
                if let Some(key) = self.key.take() {
                    self.put(key, text);
                }
            }
            "SimpleData" => {
                if let Some(key) = self.key.take() {
                    self.put(key, text);
                }
            }
            "coordinates" | "coord" => match coordinates(text, name == "coord") {
                Ok(coords) => {
                    self.vertices += coords.len();
                    if self.vertices > VERTICES_PER_FEATURE_MAX {
                        self.fail(Flaw::too_many_vertices(self.vertices));
                    } else if name == "coord" {
                        self.coords.extend(coords);
                    } else {
                        self.coords = coords;
                    }
                }
                Err(flaw) => self.fail(flaw),
            },
            "Point" => {
                let coords = std::mem::take(&mut self.coords);
                match coords.first() {
                    Some(point) => self.shape(Shape::Point(*point)),
                    None => self.fail(Flaw::new("bad_geometry", "A Point has no coordinates.")),
                }
            }
            "LineString" | "Track" => {
                let coords = std::mem::take(&mut self.coords);
                self.shape(Shape::Line(coords));
            }
            "LinearRing" if matches!(parent, "outerBoundaryIs" | "innerBoundaryIs") => {
                let ring = std::mem::take(&mut self.coords);
                if parent == "outerBoundaryIs" { self.rings.insert(0, ring) } else { self.rings.push(ring) }
            }
            "LinearRing" => {
                let ring = std::mem::take(&mut self.coords);
                self.shape(Shape::Line(ring));
            }
            "Polygon" => {
                let rings = std::mem::take(&mut self.rings);
                self.shape(Shape::Polygon(rings));
            }
            "MultiGeometry" | "MultiTrack" if self.open.len() > 1 => {
                if let Some(members) = self.open.pop() {
                    self.shape(gathered(members));
                }
            }
            "Model" => self.fail(Flaw::new("unsupported_geometry", "The placemark is a 3D model.")),
            _ => {}
        }
    }

    fn finish(mut self) -> (Draft, Result<(), Flaw>) {
        if let Some(flaw) = self.flaw {
            return (self.draft, Err(flaw));
        }
        let mut shapes = self.open.into_iter().flatten();
        match (shapes.next(), shapes.next()) {
            (None, _) => self.draft.note("null_geometry", "The placemark has no geometry."),
            (Some(only), None) => self.draft.shape = Some(only),
            (Some(first), Some(second)) => self.draft.shape = Some(gathered([first, second].into_iter().chain(shapes).collect())),
        }
        (self.draft, Ok(()))
    }
}

/// Members of one kind become the multi-geometry of that kind.
fn gathered(members: Vec<Shape>) -> Shape {
    let points = || members.iter().map(|shape| if let Shape::Point(point) = shape { Some(*point) } else { None }).collect();
    let lines = || members.iter().map(|shape| if let Shape::Line(line) = shape { Some(line.clone()) } else { None }).collect();
    let polygons = || members.iter().map(|shape| if let Shape::Polygon(rings) = shape { Some(rings.clone()) } else { None }).collect();
    let (points, lines, polygons): (Option<_>, Option<_>, Option<_>) = (points(), lines(), polygons());
    points
        .map(Shape::MultiPoint)
        .or_else(|| lines.map(Shape::MultiLine))
        .or_else(|| polygons.map(Shape::MultiPolygon))
        .unwrap_or(Shape::Collection(members))
}

/// `lon,lat[,height]` tuples; in tracks the parts are parted by blanks instead.
fn coordinates(text: &str, track: bool) -> Result<Vec<Coord<f64>>, Flaw> {
    let wrong = |tuple: &str| {
        let shown: String = tuple.chars().take(60).collect();
        Flaw::new("bad_geometry", format!("{shown:?} is no lon,lat pair.")).mend("Write lon,lat without blanks around the comma.")
    };
    let pair = |x: Option<&str>, y: Option<&str>| Some(Coord { x: x?.trim().parse().ok()?, y: y?.trim().parse().ok()? });
    if track {
        let mut parts = text.split_whitespace();
        return pair(parts.next(), parts.next()).map(|coord| vec![coord]).ok_or_else(|| wrong(text));
    }
    text.split_whitespace()
        .map(|tuple| {
            let mut parts = tuple.split(',');
            pair(parts.next(), parts.next()).ok_or_else(|| wrong(tuple))
        })
        .collect()
}
