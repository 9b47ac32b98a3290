//! FlatGeobuf with its index. The library keeps 100 bytes a feature in memory and the features in a temporary file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use ::flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor};

use super::{Column, Done, Form, Layer, Losses, Row, Shapes, WriteError, Writer};
use crate::feature::RawValue;

pub(super) struct FlatGeobuf {
    path: PathBuf,
    layer: Option<(FgbWriter<'static>, Vec<Column>)>,
}

impl FlatGeobuf {
    pub(super) fn create(path: &Path) -> Done<Self> {
        // Found out now, not after a million rows.
        File::create(path)?;
        Ok(Self {
            path: path.to_owned(),
            layer: None,
        })
    }
}

impl Writer for FlatGeobuf {
    fn layer(&mut self, layer: &Layer) -> Done {
        let mixed = layer.shapes == Shapes::Mixed;
        let kind = if mixed {
            GeometryType::Unknown
        } else {
            GeometryType::MultiPolygon
        };
        let options = FgbWriterOptions {
            // Unknown stays unknown: spots and areas lie in one layer, and each says what it is.
            detect_type: false,
            promote_to_multi: !mixed,
            crs: FgbCrs {
                org: Some("EPSG"),
                code: 4326,
                name: Some("WGS 84"),
                ..FgbCrs::default()
            },
            ..FgbWriterOptions::default()
        };
        let mut writer = FgbWriter::create_with_options(&layer.name, kind, options).map_err(WriteError::other)?;
        for column in &layer.columns {
            let form = match column.form {
                Form::Int => ColumnType::Long,
                Form::Float => ColumnType::Double,
                Form::Bool => ColumnType::Bool,
                Form::Text => ColumnType::String,
            };
            writer.add_column(&column.name, form, |_, _| {});
        }
        self.layer = Some((writer, layer.columns.clone()));
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Done {
        let Some((writer, columns)) = &mut self.layer else {
            return Err(WriteError::Other("a row came before its layer".into()));
        };
        let mut told = Ok(());
        writer
            .add_feature_geom(row.geometry.clone(), |feature| {
                for (n, (column, value)) in columns.iter().zip(&row.values).enumerate() {
                    let value = match value {
                        RawValue::Null => continue,
                        RawValue::Bool(yes) => ColumnValue::Bool(*yes),
                        RawValue::Int(n) => ColumnValue::Long(*n),
                        RawValue::Float(n) => ColumnValue::Double(*n),
                        RawValue::Text(text) => ColumnValue::String(text),
                    };
                    if let Err(error) = feature.property(n, &column.name, &value) {
                        told = Err(WriteError::other(error));
                    }
                }
            })
            .map_err(WriteError::other)?;
        told
    }

    fn finish(self: Box<Self>) -> Done<Losses> {
        if let Some((writer, _)) = self.layer {
            let mut out = BufWriter::new(File::create(&self.path)?);
            writer.write(&mut out).map_err(WriteError::other)?;
            out.flush()?;
        }
        Ok(Losses::new())
    }
}
