//! Text in whatever encoding, read as UTF-8, 按编码读文本.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Decoder, DecoderResult};

use crate::encoding::{TextEncoding, look, marked};
use crate::feature::FormatError;
use crate::limits::{RECORD_BYTES_MAX, SNIFF_BYTES};
use crate::source::io_error;

/// U+FFFD in UTF-8.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

pub(crate) fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// A text file read as UTF-8 whatever it is written in. Bytes that make no sense become U+FFFD.
pub(crate) struct TextFile {
    file: File,
    pub(crate) encoding: TextEncoding,
    pub(crate) bytes_total: u64,
    decoder: Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    output_at: usize,
    /// Where in `output` an U+FFFD stands that was not in the file, and how many of these have been passed.
    senseless: Vec<usize>,
    senseless_passed: usize,
    ended: bool,
    done: Arc<AtomicU64>,
    since_record: Arc<AtomicU64>,
    metered: bool,
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
            (None, None) => {
                file.seek(SeekFrom::Start(0)).map_err(io_error(path))?;
                (look(&head, &mut file).map_err(io_error(path))?, 0)
            }
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
            senseless: Vec::new(),
            senseless_passed: 0,
            ended: false,
            done: Arc::default(),
            since_record: Arc::default(),
            metered: false,
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
        self.senseless.clear();
        self.senseless_passed = 0;
        let room = self
            .decoder
            .max_utf8_buffer_length(read)
            .unwrap_or(4 * SNIFF_BYTES)
            .max(16);
        self.output.resize(room, 0);
        let mut written_total = 0;
        loop {
            let (result, taken, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(source, &mut self.output[written_total..], self.ended);
            written_total += written;
            source = &source[taken..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {
                    let longer = self.output.len() * 2;
                    self.output.resize(longer, 0);
                }
                DecoderResult::Malformed(_, _) => {
                    let end = written_total + REPLACEMENT.len();
                    if self.output.len() < end {
                        self.output.resize(end * 2, 0);
                    }
                    self.output[written_total..end].copy_from_slice(REPLACEMENT);
                    self.senseless.push(written_total);
                    written_total = end;
                }
            }
        }
        self.output.truncate(written_total);
        Ok(())
    }

    /// The next byte of the text, and whether it begins an U+FFFD that stands for bytes that make no sense.
    #[inline]
    pub(crate) fn byte(&mut self) -> io::Result<Option<(u8, bool)>> {
        while self.output_at == self.output.len() {
            if self.ended {
                return Ok(None);
            }
            self.fill()?;
        }
        let senseless = self.senseless.get(self.senseless_passed) == Some(&self.output_at);
        self.senseless_passed += usize::from(senseless);
        let byte = self.output[self.output_at];
        self.output_at += 1;
        Ok(Some((byte, senseless)))
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
