//! The .dbf file: fixed-width records whose text may be in any encoding.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::{NAME, Row};
use crate::encoding::{TextEncoding, detect};
use crate::feature::{FormatError, RawValue};
use crate::limits::COLUMNS_MAX;
use crate::source::io_error;

const HEADER_BYTES: usize = 32;
const FIELD_BYTES: usize = 32;
/// Text bytes looked at to find out the encoding.
const SAMPLE_BYTES_MAX: usize = 256 * 1024;

struct Field {
    name: String,
    kind: u8,
    width: usize,
}

pub(super) struct Attributes {
    reader: BufReader<File>,
    fields: Vec<Field>,
    encoding: TextEncoding,
    left: u64,
    record: Vec<u8>,
}

impl Attributes {
    pub(super) fn open(path: &Path, named: Option<TextEncoding>) -> Result<Self, FormatError> {
        let mut reader = BufReader::new(File::open(path).map_err(io_error(path))?);
        let truncated = |error| FormatError::reading(NAME, error);
        let mut header = [0u8; HEADER_BYTES];
        reader.read_exact(&mut header).map_err(truncated)?;
        let records = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
        let header_bytes = usize::from(u16::from_le_bytes([header[8], header[9]]));
        let record_bytes = usize::from(u16::from_le_bytes([header[10], header[11]]));
        let code_page = header[29];

        let mut raw_fields = Vec::new();
        let mut width_total = 1;
        loop {
            let mut field = [0u8; FIELD_BYTES];
            reader.read_exact(&mut field[..1]).map_err(truncated)?;
            if field[0] == 0x0d {
                break;
            }
            reader.read_exact(&mut field[1..]).map_err(truncated)?;
            if raw_fields.len() >= COLUMNS_MAX {
                return Err(FormatError::TooBig(format!(
                    "the .dbf has more than {COLUMNS_MAX} columns"
                )));
            }
            // A text field wider than 255 keeps the high byte of its width where decimals are.
            let width = usize::from(field[16])
                + if field[11] == b'C' {
                    usize::from(field[17]) << 8
                } else {
                    0
                };
            width_total += width;
            raw_fields.push((field, width));
        }
        if width_total > record_bytes || header_bytes < HEADER_BYTES + 1 + FIELD_BYTES * raw_fields.len() {
            return Err(FormatError::broken(
                NAME,
                "the columns of the .dbf do not fit its records",
            ));
        }
        reader.seek(SeekFrom::Start(header_bytes as u64)).map_err(truncated)?;
        let names: Vec<u8> = raw_fields
            .iter()
            .flat_map(|(field, _)| name_bytes(field).to_vec())
            .collect();
        let encoding = match named.or_else(|| by_code_page(code_page)) {
            Some(encoding) => encoding,
            None => {
                let text: Vec<bool> = raw_fields.iter().map(|(field, _)| field[11] == b'C').collect();
                let widths: Vec<usize> = raw_fields.iter().map(|(_, width)| *width).collect();
                let sample = sample(&mut reader, record_bytes, &text, &widths, names).map_err(truncated)?;
                reader.seek(SeekFrom::Start(header_bytes as u64)).map_err(truncated)?;
                detect(&sample, true)
            }
        };
        let fields = raw_fields
            .iter()
            .map(|(field, width)| Field {
                name: encoding.decode(name_bytes(field)).0.trim().to_owned(),
                kind: field[11],
                width: *width,
            })
            .collect();
        Ok(Attributes {
            reader,
            fields,
            encoding,
            left: records.into(),
            record: vec![0; record_bytes],
        })
    }

    pub(super) fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    pub(super) fn columns(&self) -> Vec<String> {
        self.fields.iter().map(|field| field.name.clone()).collect()
    }

    /// The next record and whether it is marked as deleted; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Row>, FormatError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.reader
            .read_exact(&mut self.record)
            .map_err(|error| FormatError::reading(NAME, error))?;
        let deleted = self.record.first() == Some(&b'*');
        let mut at = 1;
        let mut row = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            let bytes = self.record.get(at..at + field.width).unwrap_or_default();
            at += field.width;
            row.push((field.name.clone(), value(field.kind, bytes, self.encoding)));
        }
        Ok(Some((row, deleted)))
    }
}

fn name_bytes(field: &[u8; FIELD_BYTES]) -> &[u8] {
    let name = &field[..11];
    name.split(|byte| *byte == 0).next().unwrap_or(name)
}

/// Text of the first records, a blank after each value so that no two halves make a character.
fn sample(
    reader: &mut impl Read,
    record_bytes: usize,
    text: &[bool],
    widths: &[usize],
    mut sample: Vec<u8>,
) -> std::io::Result<Vec<u8>> {
    let mut record = vec![0u8; record_bytes];
    sample.push(b' ');
    while sample.len() < SAMPLE_BYTES_MAX {
        match reader.read_exact(&mut record) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
        let mut at = 1;
        for (is_text, width) in text.iter().zip(widths) {
            if *is_text && let Some(bytes) = record.get(at..at + width) {
                let bytes = bytes.trim_ascii_end();
                // A value that fills its field may have been cut in the middle of a character.
                if bytes.len() < *width {
                    sample.extend_from_slice(bytes);
                    sample.push(b' ');
                }
            }
            at += width;
        }
    }
    Ok(sample)
}

/// The language byte of the header. 0 and 0x57 ("ANSI") say nothing: programs write them whatever the text is.
fn by_code_page(byte: u8) -> Option<TextEncoding> {
    let name = match byte {
        0x4d | 0x7a => "gbk",
        0x4f | 0x78 => "big5",
        0x4e | 0x79 => "euc-kr",
        0x13 | 0x7b => "shift_jis",
        0xc8 => "windows-1250",
        0xc9 => "windows-1251",
        _ => return None,
    };
    name.parse().ok()
}

fn value(kind: u8, bytes: &[u8], encoding: TextEncoding) -> RawValue {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or(bytes);
    let ascii = || std::str::from_utf8(bytes).ok().map(str::trim);
    match kind {
        b'N' | b'F' => match ascii() {
            None | Some("") => RawValue::Null,
            Some(text) if text.starts_with('*') => RawValue::Null,
            Some(text) => match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(whole), _) => RawValue::Int(whole),
                (_, Ok(number)) if number.is_finite() => RawValue::Float(number),
                _ => RawValue::Text(text.to_owned()),
            },
        },
        b'L' => match bytes.first() {
            Some(b'T' | b't' | b'Y' | b'y') => RawValue::Bool(true),
            Some(b'F' | b'f' | b'N' | b'n') => RawValue::Bool(false),
            _ => RawValue::Null,
        },
        b'D' => match ascii() {
            Some(text) if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                RawValue::Text(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
            }
            _ => RawValue::Null,
        },
        _ => {
            let (text, _) = encoding.decode(bytes);
            let text = text.trim();
            if text.is_empty() {
                RawValue::Null
            } else {
                RawValue::Text(text.to_owned())
            }
        }
    }
}
