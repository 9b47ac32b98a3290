//! GeoJSON, whole or a feature a line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use geo_types::{Geometry, LineString, Polygon};
use serde_json::{Map, Value, json};

use super::{Done, Layer, Losses, Row, Writer};
use crate::feature::RawValue;

/// One FeatureCollection; what layer a feature is of, its columns tell.
pub(super) struct Collection {
    features: Features,
    any: bool,
}

/// RFC 8142 has a record separator before each feature; GDAL and QGIS take plain lines as well, and so does everybody who
/// reads line by line. Plain lines are written.
pub(super) struct Sequence(Features);

struct Features {
    out: BufWriter<File>,
    names: Vec<String>,
}

impl Features {
    fn create(path: &Path) -> Done<Self> {
        Ok(Self {
            out: BufWriter::new(File::create(path)?),
            names: Vec::new(),
        })
    }

    fn layer(&mut self, layer: &Layer) {
        self.names = layer.columns.iter().map(|c| c.name.clone()).collect();
    }

    fn write(&mut self, row: &Row) -> Done {
        let properties: Map<String, Value> = self.names.iter().cloned().zip(row.values.iter().map(value)).collect();
        write!(
            self.out,
            r#"{{"type":"Feature","id":{},"properties":{},"geometry":"#,
            row.id,
            Value::Object(properties)
        )?;
        geometry(&mut self.out, &row.geometry)?;
        self.out.write_all(b"}")?;
        Ok(())
    }
}

impl Collection {
    pub(super) fn create(path: &Path) -> Done<Self> {
        let mut features = Features::create(path)?;
        features
            .out
            .write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
        Ok(Self { features, any: false })
    }
}

impl Writer for Collection {
    fn layer(&mut self, layer: &Layer) -> Done {
        self.features.layer(layer);
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Done {
        let before: &[u8] = if std::mem::replace(&mut self.any, true) {
            b",\n"
        } else {
            b"\n"
        };
        self.features.out.write_all(before)?;
        self.features.write(row)
    }

    fn finish(mut self: Box<Self>) -> Done<Losses> {
        self.features.out.write_all(b"\n]}\n")?;
        self.features.out.flush()?;
        Ok(Losses::new())
    }
}

impl Sequence {
    pub(super) fn create(path: &Path) -> Done<Self> {
        Ok(Self(Features::create(path)?))
    }
}

impl Writer for Sequence {
    fn layer(&mut self, layer: &Layer) -> Done {
        self.0.layer(layer);
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Done {
        self.0.write(row)?;
        self.0.out.write_all(b"\n")?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Done<Losses> {
        self.0.out.flush()?;
        Ok(Losses::new())
    }
}

fn value(value: &RawValue) -> Value {
    match value {
        RawValue::Null => Value::Null,
        RawValue::Bool(yes) => json!(yes),
        RawValue::Int(n) => json!(n),
        RawValue::Float(n) => json!(n),
        RawValue::Text(text) => json!(text),
    }
}

fn geometry(out: &mut impl Write, geometry: &Geometry<f64>) -> Done {
    match geometry {
        Geometry::Point(p) => write!(out, r#"{{"type":"Point","coordinates":[{},{}]}}"#, p.x(), p.y())?,
        Geometry::Polygon(p) => {
            out.write_all(br#"{"type":"Polygon","coordinates":"#)?;
            polygon(out, p)?;
            out.write_all(b"}")?;
        }
        Geometry::MultiPolygon(m) => {
            out.write_all(br#"{"type":"MultiPolygon","coordinates":["#)?;
            for (n, p) in m.0.iter().enumerate() {
                if n > 0 {
                    out.write_all(b",")?;
                }
                polygon(out, p)?;
            }
            out.write_all(b"]}")?;
        }
        _ => out.write_all(b"null")?,
    }
    Ok(())
}

fn polygon(out: &mut impl Write, p: &Polygon<f64>) -> Done {
    out.write_all(b"[")?;
    ring(out, p.exterior())?;
    for hole in p.interiors() {
        out.write_all(b",")?;
        ring(out, hole)?;
    }
    out.write_all(b"]")?;
    Ok(())
}

fn ring(out: &mut impl Write, line: &LineString<f64>) -> Done {
    for (n, c) in line.0.iter().enumerate() {
        write!(out, "{}[{},{}]", if n == 0 { '[' } else { ',' }, c.x, c.y)?;
    }
    out.write_all(b"]")?;
    Ok(())
}
