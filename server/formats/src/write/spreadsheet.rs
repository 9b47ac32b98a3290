//! XLSX, a sheet a layer, written row by row. Texts are texts: what looks like a formula is marked as text for good.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{
    Column, Done, Form, Layer, Losses, Row, WriteError, WriteOptions, Writer, harmless, place_columns, place_values,
};
use crate::feature::RawValue;

/// Rows of a sheet, its header among them.
const ROWS_MAX: u32 = 1_048_576;
/// Characters of a cell.
const CELL_CHARS_MAX: usize = 32_767;
const COLUMN_WIDTH: f64 = 16.0;

pub(super) struct Spreadsheet {
    path: PathBuf,
    options: WriteOptions,
    book: Workbook,
    layer: Option<Layer>,
    sheet: usize,
    sheets: usize,
    /// Sheets of this layer so far.
    part: usize,
    next: u32,
    bold: Format,
    quoted: Format,
    losses: Losses,
}

fn failed(error: XlsxError) -> WriteError {
    match error {
        XlsxError::IoError(error) => error.into(),
        other => WriteError::other(other),
    }
}

/// The library panics where the passing file of its rows finds no room. Nothing of the book is used afterwards.
fn with_room<T>(work: impl FnOnce() -> Done<T>) -> Done<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map_or("", String::as_str);
        match WriteError::other(words) {
            WriteError::Full => Err(WriteError::Full),
            _ => resume_unwind(panic),
        }
    })
}

impl Spreadsheet {
    pub(super) fn create(path: &Path, options: WriteOptions) -> Done<Self> {
        let mut book = Workbook::new();
        if let Some(folder) = path.parent() {
            book.set_tempdir(folder).map_err(failed)?;
        }
        Ok(Self {
            path: path.to_owned(),
            options,
            book,
            layer: None,
            sheet: 0,
            sheets: 0,
            part: 0,
            next: 0,
            bold: Format::new().set_bold(),
            quoted: Format::new().set_quote_prefix(),
            losses: Losses::new(),
        })
    }

    fn begin(&mut self) -> Done {
        let Some(layer) = &self.layer else { return Ok(()) };
        self.part += 1;
        self.sheet = self.sheets;
        self.sheets += 1;
        self.next = 1;
        let name = if self.part == 1 {
            layer.name.clone()
        } else {
            format!("{} {}", layer.name, self.part)
        };
        let sheet = self.book.add_worksheet_with_constant_memory().map_err(failed)?;
        sheet.set_name(name).map_err(failed)?;
        let columns = layer.columns.iter().map(|c| c.name.as_str());
        for (at, column) in columns.chain(place_columns(layer, self.options)).enumerate() {
            let at = at as u16;
            sheet.set_column_width(at, COLUMN_WIDTH).map_err(failed)?;
            sheet
                .write_string_with_format(0, at, column, &self.bold)
                .map_err(failed)?;
        }
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        Ok(())
    }
}

impl Writer for Spreadsheet {
    fn layer(&mut self, layer: &Layer) -> Done {
        self.layer = Some(layer.clone());
        self.part = 0;
        with_room(|| self.begin())
    }

    fn row(&mut self, row: &Row) -> Done {
        with_room(|| self.put_row(row))
    }

    fn finish(mut self: Box<Self>) -> Done<Losses> {
        with_room(|| self.book.save(&self.path).map_err(failed))?;
        Ok(self.losses)
    }
}

impl Spreadsheet {
    fn put_row(&mut self, row: &Row) -> Done {
        if self.next >= ROWS_MAX {
            *self.losses.entry("sheet_split").or_default() += 1;
            self.begin()?;
        }
        let Some(layer) = &self.layer else {
            return Err(WriteError::Other("a row came before its layer".into()));
        };
        let place = place_values(row, layer.shapes, self.options, &mut self.losses);
        let sheet = self.book.worksheet_from_index(self.sheet).map_err(failed)?;
        let plain = Column {
            name: String::new(),
            short: String::new(),
            form: Form::Text,
            is_name: false,
        };
        let columns = layer.columns.iter().chain(std::iter::repeat(&plain));
        for (at, (value, column)) in row.values.iter().chain(&place).zip(columns).enumerate() {
            put(
                sheet,
                self.next,
                at as u16,
                value,
                column,
                &self.quoted,
                &mut self.losses,
            )
            .map_err(failed)?;
        }
        self.next += 1;
        Ok(())
    }
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    value: &RawValue,
    column: &Column,
    quoted: &Format,
    losses: &mut Losses,
) -> Result<(), XlsxError> {
    match value {
        RawValue::Null => {}
        RawValue::Bool(yes) => drop(sheet.write_boolean(row, at, *yes)?),
        RawValue::Int(n) if column.is_name => drop(sheet.write_string(row, at, n.to_string())?),
        // A spreadsheet's numbers are exact up to 2^53; counts are far below.
        RawValue::Int(n) => drop(sheet.write_number(row, at, *n as f64)?),
        RawValue::Float(n) => drop(sheet.write_number(row, at, *n)?),
        RawValue::Text(text) => {
            let fits: String = text.chars().take(CELL_CHARS_MAX).collect();
            if fits.len() < text.len() {
                *losses.entry("cell_cut").or_default() += 1;
            }
            if harmless(&fits).is_some() {
                sheet.write_string_with_format(row, at, &fits, quoted)?;
            } else {
                sheet.write_string(row, at, &fits)?;
            }
        }
    }
    Ok(())
}
