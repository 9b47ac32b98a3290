//! CSV and its kin, 逗号分隔表格: separator, encoding and coordinate columns are found out.

use std::path::Path;

use crate::crs::Crs;
use crate::encoding::TextEncoding;
use crate::feature::{FormatError, RawValue};
use crate::gate::{Draft, Flaw};
use crate::limits::{COLUMNS_MAX, SNIFF_BYTES};
use crate::records::{NAME, Record, Records};
use crate::sniff::Format;
use crate::source::{Detected, Halt, OpenOptions, Opened, Sink, gate};
use crate::table::Columns;
use crate::text_file::{TextFile, read_full};

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let mut text = TextFile::open(path, options.encoding)?;
    let encoding = text.encoding;
    let bytes_total = text.bytes_total;
    let mut sample = vec![0; SNIFF_BYTES];
    let read = read_full(&mut text, &mut sample).map_err(|error| FormatError::reading(NAME, error))?;
    let delimiter = delimiter(&String::from_utf8_lossy(&sample[..read]));

    let mut records = Records::new(TextFile::open(path, Some(encoding))?, delimiter);
    let (header, mut ahead) = header(&mut records)?;
    if header.garbled {
        return Err(FormatError::broken(
            NAME,
            format!(
                "the header holds bytes that are not {encoding} text; name the right encoding with --encoding, or save the table as UTF-8"
            ),
        ));
    }
    if header.used > COLUMNS_MAX {
        return Err(FormatError::TooBig(format!(
            "the table has {} columns; at most {COLUMNS_MAX} are taken",
            header.used
        )));
    }
    let columns = Columns::detect(header.fields, options)?;
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
        records.count_into(sink.counter());
        loop {
            let next = match ahead.take() {
                Some(record) => Some(record),
                None => records.filled()?,
            };
            let Some(record) = next else { break };
            let mut draft = Draft {
                index: record.row,
                position: Some(format!("line {}", record.line)),
                ..Draft::default()
            };
            if let Some(flaw) = misread(&record, encoding, columns.names.len()) {
                sink.bad(draft.refused(flaw))?;
                continue;
            }
            let width = columns.names.len();
            let mut values: Vec<RawValue> = record.fields.into_iter().take(width).map(value).collect();
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

/// The header, and the record after it when that had to be looked at. The header is the first row, unless that is a lone
/// title above a wider row, as clerks like to have it.
fn header(records: &mut Records) -> Result<(Record, Option<Record>), FormatError> {
    let first = records
        .filled()?
        .ok_or_else(|| FormatError::broken(NAME, "there is no header row"))?;
    if first.filled != 1 {
        return Ok((first, None));
    }
    Ok(match records.filled()? {
        Some(second) if second.filled > 1 => (second, None),
        second => (first, second),
    })
}

/// What shows that a record is not what was meant, before its values are looked at.
fn misread(record: &Record, encoding: TextEncoding, width: usize) -> Option<Flaw> {
    if record.garbled {
        return Some(
            Flaw::new(
                "wrong_encoding",
                format!("The row holds bytes that are not {encoding} text."),
            )
            .mend("Name the right encoding, or save the table as UTF-8."),
        );
    }
    if let Some(line) = record.swallowed_from {
        return Some(
            Flaw::new(
                "broken_quotes",
                format!(
                    "The quotation mark opened in line {line} is not closed before the next one; rows ran together."
                ),
            )
            .mend(format!("Close or remove the quotation mark in line {line}.")),
        );
    }
    (record.used > width.min(COLUMNS_MAX)).then(|| {
        Flaw::new(
            "row_too_long",
            format!("The row has {} fields, the header has {width}.", record.used),
        )
        .mend("Put quotes around text that contains the separator.")
    })
}

fn value(field: String) -> RawValue {
    if field.trim().is_empty() {
        RawValue::Null
    } else {
        RawValue::Text(field)
    }
}

/// The separator that splits the first lines into the same number of parts, most parts first. The first line may be a lone
/// title, then the second one counts.
fn delimiter(sample: &str) -> u8 {
    let lines: Vec<&str> = sample.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let counts = |separator: char| -> Vec<usize> { lines.iter().map(|line| outside_quotes(line, separator)).collect() };
    [',', '\t', ';', '|']
        .into_iter()
        .map(|separator| {
            let counts = counts(separator);
            let header = counts.iter().take(2).copied().find(|count| *count > 0).unwrap_or(0);
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
