//! Records of a delimited table, 表格记录, with the row and the line a person sees, and with every way a quotation mark goes
//! wrong told instead of swallowed. (The usual library takes the end of the file for a closing quote, leaves blank lines
//! uncounted, and cannot say where a quote was opened.)

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::feature::FormatError;
use crate::limits::{COLUMNS_MAX, RECORD_BYTES_MAX};
use crate::text_file::TextFile;

pub(crate) const NAME: &str = "CSV";

/// One record.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The first [`COLUMNS_MAX`] fields.
    pub fields: Vec<String>,
    /// Fields up to the last one that holds anything.
    pub used: usize,
    /// Fields that hold anything.
    pub filled: usize,
    /// Row as a spreadsheet shows it: first row 1, blank rows counted, a quoted line break does not begin a row.
    pub row: u64,
    /// Line of the text file where the record begins: first line 1, every line break counted.
    pub line: u64,
    /// Bytes of the file made no sense in its encoding.
    pub garbled: bool,
    /// Line of a quotation mark that was closed in a later line with text right behind: it swallowed rows.
    pub swallowed_from: Option<u64>,
    /// Fields so far.
    count: usize,
}

impl Record {
    fn take(&mut self, field: &mut Vec<u8>) {
        self.count += 1;
        let text = String::from_utf8_lossy(field);
        if !text.trim().is_empty() {
            self.used = self.count;
            self.filled += 1;
        }
        if self.count <= COLUMNS_MAX {
            self.fields.push(text.into_owned());
        }
        field.clear();
    }
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    FieldStart,
    Plain,
    /// Inside quotes that were opened in this line.
    Quoted(u64),
    /// Behind a quote inside quotes: closed, or the first half of a doubled one.
    Closed(u64),
}

/// Reads record after record.
pub(crate) struct Records {
    text: TextFile,
    delimiter: u8,
    row: u64,
    line: u64,
    /// The byte before was a carriage return: a line feed now belongs to the same line break.
    after_return: bool,
}

impl Records {
    pub(crate) fn new(text: TextFile, delimiter: u8) -> Self {
        Records {
            text,
            delimiter,
            row: 0,
            line: 1,
            after_return: false,
        }
    }

    /// Counts the bytes read into `done`.
    pub(crate) fn count_into(&mut self, done: Arc<AtomicU64>) {
        self.text.count_into(done);
    }

    /// The next record that holds anything.
    pub(crate) fn filled(&mut self) -> Result<Option<Record>, FormatError> {
        while let Some(record) = self.next()? {
            if record.filled > 0 {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    fn next(&mut self) -> Result<Option<Record>, FormatError> {
        let mut record = Record {
            row: self.row + 1,
            line: self.line,
            ..Record::default()
        };
        let mut field = Vec::new();
        let mut at = At::FieldStart;
        let mut bytes = 0;
        loop {
            let Some((byte, senseless)) = self.text.byte().map_err(|error| FormatError::reading(NAME, error))? else {
                if let At::Quoted(line) = at {
                    return Err(FormatError::Truncated(format!(
                        "the quotation mark opened in line {line} is never closed, everything after it would be one \
                         value; close or remove it, or copy the file again if its end is missing"
                    )));
                }
                if bytes == 0 {
                    return Ok(None);
                }
                break;
            };
            let second_half = byte == b'\n' && self.after_return;
            self.after_return = byte == b'\r';
            if second_half {
                if matches!(at, At::Quoted(_)) {
                    field.push(byte);
                }
                continue;
            }
            bytes += 1;
            if bytes > RECORD_BYTES_MAX {
                return Err(too_long(at, record.line));
            }
            record.garbled |= senseless;
            let line_break = matches!(byte, b'\r' | b'\n');
            self.line += u64::from(line_break);
            at = match at {
                At::Quoted(line) if byte == b'"' => At::Closed(line),
                At::Quoted(_) => {
                    field.push(byte);
                    at
                }
                At::Closed(line) if byte == b'"' => {
                    field.push(byte);
                    At::Quoted(line)
                }
                _ if line_break => break,
                _ if byte == self.delimiter => {
                    record.take(&mut field);
                    At::FieldStart
                }
                At::FieldStart if byte == b'"' => At::Quoted(self.line),
                At::Closed(line) => {
                    if line < self.line && !byte.is_ascii_whitespace() {
                        record.swallowed_from.get_or_insert(line);
                    }
                    field.push(byte);
                    At::Plain
                }
                At::FieldStart | At::Plain => {
                    field.push(byte);
                    At::Plain
                }
            };
        }
        record.take(&mut field);
        self.row += 1;
        Ok(Some(record))
    }
}

fn too_long(at: At, begun: u64) -> FormatError {
    let limit = RECORD_BYTES_MAX / 1024 / 1024;
    FormatError::TooBig(match at {
        At::Quoted(line) => format!(
            "one record is longer than {limit} MB; the quotation mark opened in line {line} is probably never closed"
        ),
        _ => format!("the record in line {begun} is longer than {limit} MB"),
    })
}
