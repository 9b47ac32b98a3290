//! The table of a Shapefile. Written here because cutting a text to its field must not cut a character in two.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use encoding_rs::{Encoding, GBK, UTF_8};

use super::{Column, Done, Form, Losses, WriteError};
use crate::feature::RawValue;

/// What a text field holds.
const TEXT_BYTES: u8 = 254;
/// Digits of a number below 2^53, and a sign.
const INT_BYTES: u8 = 17;
const FLOAT_BYTES: u8 = 24;
/// A table beyond 2 GiB is read by nobody.
const FILE_BYTES_MAX: u64 = i32::MAX as u64;
/// What the reader of a .cpg looks at; the byte in the header says "see there", except for GBK, which has one.
const LANGUAGE_GBK: u8 = 0x4d;

pub(super) struct Dbf {
    out: BufWriter<File>,
    fields: Vec<(Form, u8)>,
    encoding: &'static Encoding,
    rows: u32,
    bytes: u64,
}

impl Dbf {
    pub(super) fn create(path: &Path, columns: &[Column], gbk: bool) -> Done<Self> {
        let fields: Vec<(Form, u8)> = columns
            .iter()
            .map(|c| {
                let bytes = match c.form {
                    Form::Int => INT_BYTES,
                    Form::Float => FLOAT_BYTES,
                    Form::Bool => 1,
                    Form::Text => TEXT_BYTES,
                };
                (c.form, bytes)
            })
            .collect();
        let mut dbf = Self {
            out: BufWriter::new(File::create(path)?),
            fields,
            encoding: if gbk { GBK } else { UTF_8 },
            rows: 0,
            bytes: 0,
        };
        dbf.header(columns, gbk)?;
        Ok(dbf)
    }

    fn record_bytes(&self) -> u64 {
        1 + self.fields.iter().map(|(_, n)| u64::from(*n)).sum::<u64>()
    }

    fn header(&mut self, columns: &[Column], gbk: bool) -> Done {
        let too_wide = |_| WriteError::Other("a Shapefile does not hold so many columns".into());
        let header = u16::try_from(32 + 32 * columns.len() + 1).map_err(too_wide)?;
        let record = u16::try_from(self.record_bytes()).map_err(too_wide)?;
        // dBASE III, a fixed day (equal exports are equal bytes), the number of rows to be filled in.
        let mut bytes = vec![3, 126, 1, 1, 0, 0, 0, 0];
        bytes.extend(header.to_le_bytes());
        bytes.extend(record.to_le_bytes());
        bytes.resize(32, 0);
        bytes[29] = if gbk { LANGUAGE_GBK } else { 0 };
        for (column, (form, width)) in columns.iter().zip(&self.fields) {
            let mut field = [0u8; 32];
            for (to, from) in field.iter_mut().take(10).zip(column.short.bytes()) {
                *to = from;
            }
            field[11] = match form {
                Form::Int | Form::Float => b'N',
                Form::Bool => b'L',
                Form::Text => b'C',
            };
            field[16] = *width;
            field[17] = if *form == Form::Float { 7 } else { 0 };
            bytes.extend(field);
        }
        bytes.push(0x0d);
        self.bytes = bytes.len() as u64;
        self.out.write_all(&bytes)?;
        Ok(())
    }

    pub(super) fn row(&mut self, values: &[RawValue], losses: &mut Losses) -> Done {
        self.bytes += self.record_bytes();
        if self.bytes > FILE_BYTES_MAX {
            return Err(WriteError::Other(
                "a Shapefile holds 2 GiB and this is more; take GeoPackage or FlatGeobuf, or less ground".into(),
            ));
        }
        self.rows += 1;
        self.out.write_all(b" ")?;
        for ((form, width), value) in self.fields.iter().zip(values) {
            let width = usize::from(*width);
            match (form, value) {
                (Form::Bool, RawValue::Bool(yes)) => self.out.write_all(if *yes { b"T" } else { b"F" })?,
                (Form::Bool, _) => self.out.write_all(b"?")?,
                (Form::Int, RawValue::Int(n)) => write!(self.out, "{n:>width$}")?,
                (Form::Float, RawValue::Float(n)) => write!(self.out, "{n:>width$.7}")?,
                (Form::Int | Form::Float, _) => write!(self.out, "{:>width$}", "")?,
                (Form::Text, RawValue::Text(text)) => {
                    let bytes = self.encoded(text, width, losses);
                    self.out.write_all(&bytes)?;
                }
                (Form::Text, _) => self.out.write_all(&vec![b' '; width])?,
            }
        }
        Ok(())
    }

    /// The text in so many bytes, cut between two characters.
    fn encoded(&self, text: &str, width: usize, losses: &mut Losses) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(width);
        let mut one = [0u8; 4];
        let (mut cut, mut foreign) = (false, false);
        for c in text.chars() {
            let (encoded, _, unknown) = self.encoding.encode(c.encode_utf8(&mut one));
            let piece: &[u8] = if unknown { b"?" } else { &encoded };
            foreign |= unknown;
            if bytes.len() + piece.len() > width {
                cut = true;
                break;
            }
            bytes.extend_from_slice(piece);
        }
        if cut {
            *losses.entry("text_cut").or_default() += 1;
        }
        if foreign {
            *losses.entry("not_in_gbk").or_default() += 1;
        }
        bytes.resize(width, b' ');
        bytes
    }

    pub(super) fn finish(mut self) -> Done {
        self.out.write_all(&[0x1a])?;
        self.out.seek(SeekFrom::Start(4))?;
        self.out.write_all(&self.rows.to_le_bytes())?;
        self.out.flush()?;
        Ok(())
    }
}
