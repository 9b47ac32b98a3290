//! XLSX, 电子表格: cell by cell, with every part of the archive measured first. (`worksheet_range` of the library would
//! build the whole declared grid: a 1.4 KB file took 3 GB.)

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{DataRef, Reader, Xlsx};

use crate::crs::Crs;
use crate::feature::{FormatError, RawValue};
use crate::gate::{Draft, Flaw};
use crate::limits::{COLUMNS_MAX, ROWS_MAX, SHARED_STRINGS_BYTES_MAX, SPREADSHEET_PART_BYTES_MAX, ZIP_ENTRY_BYTES_MAX};
use crate::sniff::Format;
use crate::source::{Detected, Halt, OpenOptions, Opened, Sink, gate, io_error};
use crate::table::Columns;
use crate::unzip;

const NAME: &str = "XLSX";
/// Whole numbers up to here are exact in a cell, so an identifier like 510104001003 is a whole number.
const EXACT_INT_MAX: f64 = 9_007_199_254_740_992.0;

type Book = Xlsx<BufReader<File>>;
type Row = (u32, Vec<RawValue>);

pub(crate) fn sheets(path: &Path) -> Result<Vec<String>, FormatError> {
    Ok(book(path)?.sheet_names())
}

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let mut book = book(path)?;
    let names = book.sheet_names();
    let candidates = match &options.layer {
        Some(layer) if names.contains(layer) => vec![layer.clone()],
        Some(layer) => {
            return Err(FormatError::NoSuchLayer(format!(
                "there is no sheet {layer:?}; the sheets are: {}",
                names.join(", ")
            )));
        }
        None => names,
    };
    let mut candidates = candidates.into_iter();
    while let Some(sheet) = candidates.next() {
        let (head, cells) = first_rows(&mut book, &sheet)?;
        if head.is_empty() {
            continue;
        }
        let (header_row, header) = header(head);
        // A sheet that cannot be looked into is named too: it is not read either.
        let other_layers = candidates
            .filter(|other| first_rows(&mut book, other).map_or(true, |(head, _)| !head.is_empty()))
            .collect();
        let columns = Columns::detect(header, options)?;
        let crs = options.crs.unwrap_or(Crs::Wgs84);
        let gate = gate(crs)?;
        let detected = Detected {
            layers: vec![sheet.clone()],
            other_layers,
            crs: Some(crs),
            columns: columns.names.clone(),
            place_columns: columns.place_columns(),
            ..Detected::new(Format::Spreadsheet)
        };
        let bytes_total = cells.max(1);
        let pump = Box::new(move |sink: &mut Sink| {
            let mut rows = Rows::open(&mut book, &sheet)?;
            while let Some(row) = rows.next()? {
                sink.at_byte(rows.taken);
                let (number, mut values) = match row {
                    Ok(row) => row,
                    Err(number) => {
                        let flaw = Flaw::new(
                            "too_many_columns",
                            format!("The row has a value beyond column {COLUMNS_MAX}."),
                        );
                        sink.bad(
                            Draft {
                                index: number.into(),
                                layer: Some(sheet.clone()),
                                ..Draft::default()
                            }
                            .refused(flaw),
                        )?;
                        continue;
                    }
                };
                if number <= header_row {
                    continue;
                }
                let width = columns.names.len().max(values.len());
                values.resize(width, RawValue::Null);
                let mut draft = Draft {
                    index: number.into(),
                    layer: Some(sheet.clone()),
                    position: Some(format!("row {number}")),
                    ..Draft::default()
                };
                match columns.fill(&mut draft, values) {
                    Ok(()) => sink.give(&gate, draft)?,
                    Err(flaw) => sink.bad(draft.refused(flaw))?,
                }
            }
            Ok::<(), Halt>(())
        });
        return Ok(Opened {
            detected,
            bytes_total,
            pump,
        });
    }
    Err(FormatError::broken(NAME, "every sheet is empty"))
}

fn book(path: &Path) -> Result<Book, FormatError> {
    measure(path)?;
    let file = File::open(path).map_err(io_error(path))?;
    Xlsx::new(BufReader::new(file)).map_err(failed)
}

/// Unpacks every part once into nothing, so that no part the library opens later is a bomb.
fn measure(path: &Path) -> Result<(), FormatError> {
    let mut archive = unzip::archive(path)?;
    for (index, name) in unzip::names(path)?.iter().enumerate() {
        let lower = name.to_ascii_lowercase();
        let cap = if lower.contains("sharedstrings") {
            SHARED_STRINGS_BYTES_MAX
        } else if lower.contains("worksheets/") {
            ZIP_ENTRY_BYTES_MAX
        } else if lower.ends_with(".xml") || lower.ends_with(".rels") {
            SPREADSHEET_PART_BYTES_MAX
        } else {
            continue;
        };
        unzip::unpack(&mut archive, index, cap, &mut std::io::sink())?;
    }
    Ok(())
}

fn failed(error: calamine::XlsxError) -> FormatError {
    FormatError::broken(NAME, error)
}

/// The first two rows that hold anything, and how many rows the sheet declares.
fn first_rows(book: &mut Book, sheet: &str) -> Result<(Vec<Row>, u64), FormatError> {
    let mut rows = match Rows::open(book, sheet) {
        Ok(rows) => rows,
        // Chart sheets have no cells; they are not what is looked for.
        Err(FormatError::NoSuchLayer(_)) => return Ok((Vec::new(), 0)),
        Err(error) => return Err(error),
    };
    let declared = u64::from(rows.declared);
    let mut head = Vec::new();
    while head.len() < 2
        && let Some(row) = rows.next()?
    {
        head.push(row.map_err(|_| FormatError::TooBig(format!("the sheet has more than {COLUMNS_MAX} columns")))?);
    }
    Ok((head, declared))
}

/// The header is the first row, unless that is a lone title above a wider row, as clerks like to have it.
fn header(head: Vec<Row>) -> (u32, Vec<String>) {
    let filled = |row: &Row| row.1.iter().filter(|value| **value != RawValue::Null).count();
    let title = head.len() == 2 && filled(&head[0]) == 1 && filled(&head[1]) > 1;
    let (number, values) = head.into_iter().nth(usize::from(title)).unwrap_or((0, Vec::new()));
    (
        number,
        values.iter().map(|value| value.text().unwrap_or_default()).collect(),
    )
}

/// Cells gathered into rows.
struct Rows<'a> {
    cells: calamine::XlsxCellReader<'a, BufReader<File>>,
    ahead: Option<(u32, u32, RawValue)>,
    declared: u32,
    taken: u64,
    ended: bool,
}

impl<'a> Rows<'a> {
    fn open(book: &'a mut Book, sheet: &str) -> Result<Self, FormatError> {
        let cells = book.worksheet_cells_reader(sheet).map_err(|error| match error {
            calamine::XlsxError::NotAWorksheet(_) => FormatError::NoSuchLayer(format!("{sheet:?} is not a table")),
            other => failed(other),
        })?;
        let declared = cells.dimensions().end.0.saturating_add(1).min(ROWS_MAX);
        Ok(Rows {
            cells,
            ahead: None,
            declared,
            taken: 0,
            ended: false,
        })
    }

    fn cell(&mut self) -> Result<Option<(u32, u32, RawValue)>, FormatError> {
        if let Some(cell) = self.ahead.take() {
            return Ok(Some(cell));
        }
        while !self.ended {
            let Some(cell) = self.cells.next_cell().map_err(failed)? else {
                // Asked once more, the library would read on behind the table and stumble.
                self.ended = true;
                break;
            };
            let value = value(cell.get_value());
            if value != RawValue::Null {
                let (row, column) = cell.get_position();
                return Ok(Some((row, column, value)));
            }
        }
        Ok(None)
    }

    /// The next row that holds anything, with the number a person sees; `Err(number)` for one that is too wide.
    fn next(&mut self) -> Result<Option<Result<Row, u32>>, FormatError> {
        let Some((row, column, value)) = self.cell()? else {
            return Ok(None);
        };
        if row >= ROWS_MAX {
            return Err(FormatError::TooBig(format!("the sheet has more than {ROWS_MAX} rows")));
        }
        let mut values = Vec::new();
        let mut wide = !put(&mut values, column, value);
        while let Some((next_row, column, value)) = self.cell()? {
            if next_row != row {
                self.ahead = Some((next_row, column, value));
                break;
            }
            wide |= !put(&mut values, column, value);
        }
        self.taken += 1;
        Ok(Some(if wide { Err(row + 1) } else { Ok((row + 1, values)) }))
    }
}

fn put(values: &mut Vec<RawValue>, column: u32, value: RawValue) -> bool {
    let column = column as usize;
    if column >= COLUMNS_MAX {
        return false;
    }
    if values.len() <= column {
        values.resize(column + 1, RawValue::Null);
    }
    values[column] = value;
    true
}

fn value(cell: &DataRef<'_>) -> RawValue {
    let text = |text: &str| {
        if text.trim().is_empty() {
            RawValue::Null
        } else {
            RawValue::Text(text.to_owned())
        }
    };
    match cell {
        DataRef::Int(value) => RawValue::Int(*value),
        DataRef::Float(value) if value.fract() == 0.0 && value.abs() < EXACT_INT_MAX => RawValue::Int(*value as i64),
        DataRef::Float(value) => RawValue::Float(*value),
        DataRef::String(value) => text(value),
        DataRef::SharedString(value) => text(value),
        DataRef::Bool(value) => RawValue::Bool(*value),
        DataRef::DateTime(value) if value.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
            RawValue::Text(if (hour, minute, second) == (0, 0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
            })
        }
        DataRef::DateTime(value) => RawValue::Float(value.as_f64()),
        DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => text(value),
        DataRef::Error(_) | DataRef::Empty => RawValue::Null,
    }
}
