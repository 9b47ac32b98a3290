//! CSV and its kin, 逗号分隔表格: separator, encoding and coordinate columns are found out.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use encoding_rs::{CoderResult, Decoder};

use crate::crs::Crs;
use crate::encoding::{TextEncoding, detect, marked};
use crate::feature::{FormatError, RawValue};
use crate::gate::{Draft, Flaw};
use crate::limits::{COLUMNS_MAX, RECORD_BYTES_MAX, SNIFF_BYTES};
use crate::sniff::Format;
use crate::source::{Detected, Halt, OpenOptions, Opened, Sink, gate, io_error};
use crate::table::Columns;

const NAME: &str = "CSV";

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let mut text = TextFile::open(path, options.encoding)?;
    let encoding = text.encoding;
    let bytes_total = text.bytes_total;
    let mut sample = vec![0; SNIFF_BYTES];
    let read = read_full(&mut text, &mut sample).map_err(|error| FormatError::reading(NAME, error))?;
    let delimiter = delimiter(&String::from_utf8_lossy(&sample[..read]));

    let mut source = TextFile::open(path, Some(encoding))?;
    source.meter_records();
    let mut reader = reader(source, delimiter);
    let mut record = csv::StringRecord::new();
    let found = reader.read_record(&mut record).map_err(failed)?;
    if !found || record.iter().all(|field| field.trim().is_empty()) {
        return Err(FormatError::broken(NAME, "there is no header row"));
    }
    let columns = Columns::detect(record.iter().map(str::to_owned).collect(), options)?;
    let crs = options.crs.unwrap_or(Crs::Wgs84);
    let gate = gate(crs)?;
    let detected = Detected {
        crs: Some(crs),
        encoding: Some(encoding),
        columns: columns.names.clone(),
        place_columns: columns.place_columns(),
        ..Detected::new(Format::Csv)
    };
    let pump = Box::new(move |sink: &mut Sink| {
        let done = sink.counter();
        let (since_record, malformed) = {
            let source = reader.get_mut();
            source.count_into(done);
            (source.meter_records(), Arc::clone(&source.malformed))
        };
        let width = columns.names.len();
        for row in 2u64.. {
            since_record.store(0, Ordering::Relaxed);
            if !reader.read_record(&mut record).map_err(failed)? {
                break;
            }
            if record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            let line = record.position().map_or(row, csv::Position::line);
            let mut draft = Draft {
                index: row,
                position: Some(format!("line {line}")),
                ..Draft::default()
            };
            if malformed.swap(false, Ordering::Relaxed) && record.iter().any(|field| field.contains('\u{fffd}')) {
                sink.bad(
                    draft.refused(
                        Flaw::new(
                            "wrong_encoding",
                            format!("The row holds bytes that are not {encoding} text."),
                        )
                        .mend("Name the right encoding, or save the table as UTF-8."),
                    ),
                )?;
                continue;
            }
            let used = (0..record.len())
                .rev()
                .find(|at| record.get(*at).is_some_and(|field| !field.trim().is_empty()))
                .map_or(0, |last| last + 1);
            if used > width.min(COLUMNS_MAX) {
                sink.bad(
                    draft.refused(
                        Flaw::new(
                            "row_too_long",
                            format!("The row has {used} fields, the header has {width}."),
                        )
                        .mend("Put quotes around text that contains the separator."),
                    ),
                )?;
                continue;
            }
            let mut values: Vec<RawValue> = record.iter().take(width).map(value).collect();
            values.resize(width, RawValue::Null);
            match columns.fill(&mut draft, values) {
                Ok(()) => sink.give(&gate, draft)?,
                Err(flaw) => sink.bad(draft.refused(flaw))?,
            }
        }
        Ok::<(), Halt>(())
    });
    Ok(Opened {
        detected,
        bytes_total,
        pump,
    })
}

fn value(field: &str) -> RawValue {
    if field.trim().is_empty() {
        RawValue::Null
    } else {
        RawValue::Text(field.to_owned())
    }
}

fn reader(source: TextFile, delimiter: u8) -> csv::Reader<TextFile> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(source)
}

fn failed(error: csv::Error) -> FormatError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            FormatError::TooBig(error.to_string())
        }
        csv::ErrorKind::Io(error) => FormatError::reading(NAME, error),
        other => FormatError::broken(NAME, format!("{other:?}")),
    }
}

/// The separator that splits the first lines into the same number of parts, most parts first.
fn delimiter(sample: &str) -> u8 {
    let lines: Vec<&str> = sample.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let counts = |separator: char| -> Vec<usize> { lines.iter().map(|line| outside_quotes(line, separator)).collect() };
    [',', '\t', ';', '|']
        .into_iter()
        .map(|separator| {
            let counts = counts(separator);
            let header = counts.first().copied().unwrap_or(0);
            let agreeing = counts.iter().filter(|count| **count == header).count();
            (
                if header == 0 {
                    0
                } else {
                    agreeing * 100 + header.min(99)
                },
                separator,
            )
        })
        .max_by_key(|(score, separator)| (*score, *separator == ','))
        .map_or(b',', |(_, separator)| separator as u8)
}

fn outside_quotes(line: &str, separator: char) -> usize {
    let mut quoted = false;
    line.chars()
        .filter(|c| {
            if *c == '"' {
                quoted = !quoted;
            }
            !quoted && *c == separator
        })
        .count()
}

fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// A text file read as UTF-8 whatever it is written in. Bytes that make no sense become U+FFFD and raise `malformed`.
pub(crate) struct TextFile {
    file: File,
    pub(crate) encoding: TextEncoding,
    pub(crate) bytes_total: u64,
    decoder: Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    output_at: usize,
    ended: bool,
    done: Arc<AtomicU64>,
    since_record: Arc<AtomicU64>,
    metered: bool,
    malformed: Arc<AtomicBool>,
}

impl TextFile {
    pub(crate) fn open(path: &Path, encoding: Option<TextEncoding>) -> Result<Self, FormatError> {
        let mut file = File::open(path).map_err(io_error(path))?;
        let bytes_total = file.metadata().map_err(io_error(path))?.len();
        let mut head = vec![0; SNIFF_BYTES];
        let read = read_full(&mut file, &mut head).map_err(io_error(path))?;
        head.truncate(read);
        if head.is_empty() {
            return Err(FormatError::Empty);
        }
        let (encoding, skip) = match (marked(&head), encoding) {
            (Some((found, skip)), _) => (found, skip),
            (None, Some(named)) => (named, 0),
            (None, None) => (detect(&head, read as u64 == bytes_total), 0),
        };
        file.seek(SeekFrom::Start(skip as u64)).map_err(io_error(path))?;
        Ok(TextFile {
            file,
            encoding,
            bytes_total,
            decoder: encoding.rules().new_decoder_without_bom_handling(),
            input: vec![0; SNIFF_BYTES],
            output: Vec::new(),
            output_at: 0,
            ended: false,
            done: Arc::default(),
            since_record: Arc::default(),
            metered: false,
            malformed: Arc::default(),
        })
    }

    /// From now on one record may have [`RECORD_BYTES_MAX`]; whoever reads sets the counter to zero before each.
    pub(crate) fn meter_records(&mut self) -> Arc<AtomicU64> {
        self.metered = true;
        Arc::clone(&self.since_record)
    }

    /// Counts the bytes read into `done`.
    pub(crate) fn count_into(&mut self, done: Arc<AtomicU64>) {
        self.done = done;
    }

    fn fill(&mut self) -> io::Result<()> {
        let read = self.file.read(&mut self.input)?;
        self.done.fetch_add(read as u64, Ordering::Relaxed);
        self.ended = read == 0;
        let mut source = &self.input[..read];
        self.output_at = 0;
        let room = self
            .decoder
            .max_utf8_buffer_length(read)
            .unwrap_or(4 * SNIFF_BYTES)
            .max(16);
        self.output.resize(room, 0);
        let mut written_total = 0;
        loop {
            let (result, taken, written, wrong) =
                self.decoder
                    .decode_to_utf8(source, &mut self.output[written_total..], self.ended);
            if wrong {
                self.malformed.store(true, Ordering::Relaxed);
            }
            written_total += written;
            source = &source[taken..];
            if result == CoderResult::InputEmpty {
                break;
            }
            let longer = self.output.len() * 2;
            self.output.resize(longer, 0);
        }
        self.output.truncate(written_total);
        Ok(())
    }
}

impl Read for TextFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.output_at == self.output.len() && !self.ended {
            self.fill()?;
        }
        let rest = &self.output[self.output_at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.output_at += count;
        let since = self.since_record.fetch_add(count as u64, Ordering::Relaxed);
        if self.metered && since > (RECORD_BYTES_MAX + SNIFF_BYTES) as u64 {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!(
                    "one record is longer than {} MB; a closing quote may be missing",
                    RECORD_BYTES_MAX / 1024 / 1024
                ),
            ));
        }
        Ok(count)
    }
}
