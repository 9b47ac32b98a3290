//! CSV: UTF-8 with the mark by which spreadsheet programs know it, formulas made text.

use std::fs::File;
use std::path::Path;

use csv::Writer as Rows;

use super::{
    Done, Layer, Losses, Row, Shapes, WriteError, WriteOptions, Writer, harmless, place_columns, place_values,
};
use crate::feature::RawValue;

/// Without it a spreadsheet program in China takes the bytes for GBK.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) struct Table {
    rows: Rows<File>,
    options: WriteOptions,
    shapes: Shapes,
    losses: Losses,
}

impl Table {
    pub(super) fn create(path: &Path, options: WriteOptions) -> Done<Self> {
        let mut file = File::create(path)?;
        std::io::Write::write_all(&mut file, BYTE_ORDER_MARK)?;
        Ok(Self {
            rows: Rows::from_writer(file),
            options,
            shapes: Shapes::Areas,
            losses: Losses::new(),
        })
    }
}

fn failed(error: csv::Error) -> WriteError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => WriteError::other(format!("{other:?}")),
    }
}

impl Writer for Table {
    fn layer(&mut self, layer: &Layer) -> Done {
        self.shapes = layer.shapes;
        let names = layer.columns.iter().map(|c| c.name.as_str());
        let header: Vec<&str> = names.chain(place_columns(layer, self.options)).collect();
        self.rows.write_record(header).map_err(failed)
    }

    fn row(&mut self, row: &Row) -> Done {
        let place = place_values(row, self.shapes, self.options, &mut self.losses);
        for value in row.values.iter().chain(&place) {
            self.rows.write_field(cell(value)).map_err(failed)?;
        }
        self.rows.write_record(None::<&[u8]>).map_err(failed)
    }

    fn finish(mut self: Box<Self>) -> Done<Losses> {
        self.rows.flush()?;
        Ok(self.losses)
    }
}

/// Numbers of ours may begin with a minus; texts never do.
fn cell(value: &RawValue) -> String {
    match value {
        RawValue::Null => String::new(),
        RawValue::Bool(yes) => yes.to_string(),
        RawValue::Int(n) => n.to_string(),
        RawValue::Float(n) => n.to_string(),
        RawValue::Text(text) => harmless(text).unwrap_or_else(|| text.clone()),
    }
}
