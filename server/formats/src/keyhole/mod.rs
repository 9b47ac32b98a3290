//! KML and KMZ: placemarks with their extended data, read as a stream of XML events. A DOCTYPE is refused.

mod placemark;

use std::io::{BufReader, Write};
use std::path::Path;
use std::sync::atomic::Ordering;

use quick_xml::Reader as XmlReader;
use quick_xml::events::{BytesStart, Event};

use self::placemark::Placemark;
use crate::crs::Crs;
use crate::feature::FormatError;
use crate::gate::{Draft, Flaw};
use crate::limits::{XML_DEPTH_MAX, XML_TEXT_BYTES_MAX, ZIP_ENTRY_BYTES_MAX};
use crate::sniff::Format;
use crate::source::{Detected, Halt, OpenOptions, Opened, Sink, gate};
use crate::text_file::TextFile;
use crate::unzip;

const NAME: &str = "KML";

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let mut text = TextFile::open(path, options.encoding)?;
    let (encoding, bytes_total) = (text.encoding, text.bytes_total);
    // KML knows only WGS84, but what a Chinese editor draws in it is often shifted: the option still wins.
    let crs = options.crs.unwrap_or(Crs::Wgs84);
    let gate = gate(crs)?;
    let detected = Detected {
        crs: Some(crs),
        encoding: Some(encoding),
        ..Detected::new(Format::Kml)
    };
    let pump = Box::new(move |sink: &mut Sink| {
        text.count_into(sink.counter());
        let meter = text.meter_records();
        let mut reader = XmlReader::from_reader(BufReader::new(text));
        let mut state = State::default();
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            meter.store(0, Ordering::Relaxed);
            let event = reader
                .read_event_into(&mut buffer)
                .map_err(|error| broken(&error, reader.buffer_position()))?;
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
                        None => {
                            return Err(
                                FormatError::broken(NAME, format!("the entity &{content}; is not known")).into(),
                            );
                        }
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
    Ok(Opened {
        detected,
        bytes_total,
        pump,
    })
}

pub(crate) fn open_zipped(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let names = unzip::names(path)?;
    let is_kml = |name: &&String| name.to_ascii_lowercase().ends_with(".kml");
    let wanted = names
        .iter()
        .position(|name| name.eq_ignore_ascii_case("doc.kml"))
        .or_else(|| names.iter().position(|name| is_kml(&name)));
    let index = wanted.ok_or_else(|| FormatError::broken("KMZ", "there is no .kml in it"))?;
    let temporary = |source| FormatError::Io {
        path: "temporary file".into(),
        source,
    };
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

impl State {
    fn parent(&self) -> &str {
        self.path.iter().rev().nth(1).map_or("", String::as_str)
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), FormatError> {
        let local = start.local_name();
        let name: &str = local.as_ref();
        if self.path.len() >= XML_DEPTH_MAX {
            return Err(FormatError::TooBig(format!(
                "elements nest more than {XML_DEPTH_MAX} deep"
            )));
        }
        self.path.push(name.to_owned());
        self.text.clear();
        self.text_too_long = false;
        let attribute = |wanted: &str| {
            start
                .attributes()
                .flatten()
                .find(|attribute| attribute.key.local_name().as_ref() == wanted)
                .and_then(|attribute| {
                    attribute
                        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                        .ok()
                        .map(|value| value.into_owned())
                })
        };
        match name {
            "kml" => self.seen_kml = true,
            "Folder" | "Document" => self.folders.push(None),
            "Placemark" => {
                let layer = self.folders.iter().rev().flatten().next().cloned();
                let draft = Draft {
                    index: self.index,
                    layer,
                    source_id: attribute("id"),
                    ..Draft::default()
                };
                self.index += 1;
                self.placemark = Some(Placemark::new(draft));
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
