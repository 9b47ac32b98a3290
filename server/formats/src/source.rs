//! One file as a stream: opened, told apart, and read by a thread of its own, so that a caller pulls features one by one
//! and memory stays bounded whatever the library underneath does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::crs::Crs;
use crate::encoding::TextEncoding;
use crate::feature::{BadFeature, FormatError, RawFeature, Trouble};
use crate::gate::{Draft, Gate};
use crate::limits::{READER_STACK_BYTES, WAITING_FEATURES};
use crate::sniff::{Format, sniff};
use crate::{delimited, flatgeobuf, geojson, geopackage, keyhole, osm, shapefile, spreadsheet};

/// What a person says about a file beyond its path. Everything may be left out.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// The coordinate system, when the file does not say or says it wrongly: this one wins.
    pub crs: Option<Crs>,
    /// Layer of a GeoPackage, sheet of a spreadsheet, class of an OSM extract. Without it all layers are read
    /// (of a spreadsheet the first sheet that is not empty).
    pub layer: Option<String>,
    /// Encoding of a table or .dbf; detected when left out.
    pub encoding: Option<TextEncoding>,
    /// Column that holds the longitude (or x) of a table.
    pub lon_column: Option<String>,
    /// Column that holds the latitude (or y) of a table.
    pub lat_column: Option<String>,
}

/// What was found out about a file before its features are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Detected {
    pub format: Format,
    /// Layers that will be read.
    pub layers: Vec<String>,
    /// Sheets of a spreadsheet that hold something and will not be read, because no layer was named and only the first is.
    pub other_layers: Vec<String>,
    /// The coordinate system features are translated from; `None` when each layer has its own.
    pub crs: Option<Crs>,
    /// Encoding of the text, for formats that leave it open.
    pub encoding: Option<TextEncoding>,
    /// Columns, for formats that name them ahead.
    pub columns: Vec<String>,
    /// Columns of a table that give the place: longitude and latitude, or one WKT column. Empty when it has none, and
    /// then every row is a feature without geometry.
    pub place_columns: Vec<String>,
}

impl Detected {
    pub(crate) fn new(format: Format) -> Self {
        Detected {
            format,
            layers: Vec::new(),
            other_layers: Vec::new(),
            crs: None,
            encoding: None,
            columns: Vec::new(),
            place_columns: Vec::new(),
        }
    }
}

/// Why a reading thread stops: the file is broken, or nobody listens any more.
pub(crate) enum Halt {
    Broken(FormatError),
    NobodyListens,
}

impl From<FormatError> for Halt {
    fn from(error: FormatError) -> Self {
        Halt::Broken(error)
    }
}

pub(crate) type Pump = Box<dyn FnOnce(&mut Sink) -> Result<(), Halt> + Send>;

/// A file that has been looked at and waits to be read.
pub(crate) struct Opened {
    pub detected: Detected,
    pub bytes_total: u64,
    pub pump: Pump,
}

/// Where a reading thread puts what it read.
pub(crate) struct Sink {
    sender: SyncSender<Result<RawFeature, Trouble>>,
    done: Arc<AtomicU64>,
}

impl Sink {
    pub(crate) fn give(&mut self, gate: &Gate, draft: Draft) -> Result<(), Halt> {
        match gate.admit(draft) {
            Ok(feature) => self.send(Ok(feature)),
            Err(bad) => self.bad(bad),
        }
    }

    pub(crate) fn bad(&mut self, bad: Box<BadFeature>) -> Result<(), Halt> {
        self.send(Err(Trouble::Feature(bad)))
    }

    pub(crate) fn at_byte(&self, byte: u64) {
        self.done.store(byte, Ordering::Relaxed);
    }

    /// The shared counter, for readers that count bytes where they read them.
    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.done)
    }

    fn send(&mut self, item: Result<RawFeature, Trouble>) -> Result<(), Halt> {
        self.sender.send(item).map_err(|_| Halt::NobodyListens)
    }
}

/// A file being read: an iterator over features and troubles. After [`Trouble::File`] nothing follows.
pub struct Source {
    detected: Detected,
    bytes_total: u64,
    done: Arc<AtomicU64>,
    receiver: Receiver<Result<RawFeature, Trouble>>,
    ended: bool,
}

impl Source {
    pub fn detected(&self) -> &Detected {
        &self.detected
    }

    /// Bytes worked through and bytes to work through; for formats read in several passes, over all of them.
    pub fn progress(&self) -> (u64, u64) {
        if self.ended {
            return (self.bytes_total, self.bytes_total);
        }
        (
            self.done.load(Ordering::Relaxed).min(self.bytes_total),
            self.bytes_total,
        )
    }
}

impl Iterator for Source {
    type Item = Result<RawFeature, Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.receiver.recv() {
            Ok(item) => {
                self.ended = matches!(item, Err(Trouble::File(_)));
                Some(item)
            }
            Err(_) => {
                self.ended = true;
                None
            }
        }
    }
}

/// Opens a file of any accepted format; content decides before the file name does.
pub fn open(path: &Path, options: &OpenOptions) -> Result<Source, FormatError> {
    let format = sniff(path)?;
    let opened = guarded(format.name(), || match format {
        Format::GeoJson => geojson::open(path, options),
        Format::GeoJsonSeq => geojson::open_sequence(path, options),
        Format::GeoPackage => geopackage::open(path, options),
        Format::Shapefile => shapefile::open(path, options),
        Format::ZippedShapefile => shapefile::open_zipped(path, options),
        Format::FlatGeobuf => flatgeobuf::open(path, options),
        Format::Kml => keyhole::open(path, options),
        Format::Kmz => keyhole::open_zipped(path, options),
        Format::Csv => delimited::open(path, options),
        Format::Spreadsheet => spreadsheet::open(path, options),
        Format::OsmPbf => osm::open(path, options),
    })?;
    start(opened, format)
}

/// Names of the layers in a file, for formats that hold several; empty for the others.
pub fn layers(path: &Path) -> Result<Vec<String>, FormatError> {
    let format = sniff(path)?;
    guarded(format.name(), || match format {
        Format::GeoPackage => geopackage::layers(path),
        Format::Spreadsheet => spreadsheet::sheets(path),
        Format::OsmPbf => Ok(osm::CLASSES.iter().map(|class| (*class).to_owned()).collect()),
        _ => Ok(Vec::new()),
    })
}

fn start(opened: Opened, format: Format) -> Result<Source, FormatError> {
    let (sender, receiver) = sync_channel(WAITING_FEATURES);
    let done = Arc::new(AtomicU64::new(0));
    let mut sink = Sink {
        sender,
        done: Arc::clone(&done),
    };
    let pump = opened.pump;
    std::thread::Builder::new()
        .name("formats-reader".into())
        .stack_size(READER_STACK_BYTES)
        .spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| pump(&mut sink)));
            let error = match outcome {
                Ok(Ok(()) | Err(Halt::NobodyListens)) => return,
                Ok(Err(Halt::Broken(error))) => error,
                Err(_) => gave_up(format.name()),
            };
            // Nobody listening is no trouble: the caller has stopped on its own.
            let _ = sink.send(Err(Trouble::File(error)));
        })
        .map_err(|source| FormatError::Io {
            path: "reading thread".into(),
            source,
        })?;
    Ok(Source {
        detected: opened.detected,
        bytes_total: opened.bytes_total,
        done,
        receiver,
        ended: false,
    })
}

/// Some format libraries panic on hostile bytes (osmpbf on an unknown member type, for one); at this door that is a broken
/// file like any other.
fn guarded<T>(format: &'static str, work: impl FnOnce() -> Result<T, FormatError>) -> Result<T, FormatError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(gave_up(format)))
}

fn gave_up(format: &'static str) -> FormatError {
    FormatError::broken(format, "its structure makes no sense, reading was given up")
}

pub(crate) fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> FormatError {
    let path = path.display().to_string();
    move |source| FormatError::Io { path, source }
}

pub(crate) fn gate(crs: Crs) -> Result<Gate, FormatError> {
    Gate::new(crs).map_err(|error| FormatError::UnknownCrs(error.to_string()))
}
