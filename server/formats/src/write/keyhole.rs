//! KML, a folder a layer.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use geo_types::{Geometry, LineString, Polygon};
use quick_xml::escape::escape;

use super::{Done, Layer, Losses, Row, Writer};
use crate::feature::RawValue;

pub(super) struct Keyhole {
    out: BufWriter<File>,
    names: Vec<String>,
    open: bool,
}

impl Keyhole {
    pub(super) fn create(path: &Path) -> Done<Self> {
        let mut out = BufWriter::new(File::create(path)?);
        out.write_all(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document>\n",
        )?;
        Ok(Self {
            out,
            names: Vec::new(),
            open: false,
        })
    }

    fn close(&mut self) -> Done {
        if std::mem::take(&mut self.open) {
            self.out.write_all(b"</Folder>\n")?;
        }
        Ok(())
    }
}

impl Writer for Keyhole {
    fn layer(&mut self, layer: &Layer) -> Done {
        self.close()?;
        self.names = layer.columns.iter().map(|c| c.name.clone()).collect();
        self.open = true;
        writeln!(self.out, "<Folder><name>{}</name>", escape(layer.name.as_str()))?;
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Done {
        let out = &mut self.out;
        out.write_all(b"<Placemark>")?;
        let told = self.names.iter().zip(&row.values).filter_map(|(name, value)| {
            let text = match value {
                RawValue::Null => return None,
                RawValue::Bool(yes) => yes.to_string(),
                RawValue::Int(n) => n.to_string(),
                RawValue::Float(n) => n.to_string(),
                RawValue::Text(text) => text.clone(),
            };
            // XML 1.0 has no way to write control characters.
            let plain: String = text
                .chars()
                .filter(|c| !c.is_control() || matches!(c, '\t' | '\n'))
                .collect();
            Some((name, plain))
        });
        let told: Vec<(&String, String)> = told.collect();
        // The name is the placemark's own; a matter's is its title.
        let own = |name: &str| name == "name" || name == "title";
        if let Some((_, name)) = told.iter().find(|(n, _)| own(n)) {
            write!(out, "<name>{}</name>", escape(name.as_str()))?;
        }
        out.write_all(b"<ExtendedData>")?;
        for (name, text) in told.iter().filter(|(n, _)| n.as_str() != "name") {
            write!(
                out,
                "<Data name=\"{}\"><value>{}</value></Data>",
                escape(name.as_str()),
                escape(text.as_str())
            )?;
        }
        out.write_all(b"</ExtendedData>")?;
        match &row.geometry {
            Geometry::Point(p) => write!(out, "<Point><coordinates>{},{}</coordinates></Point>", p.x(), p.y())?,
            Geometry::Polygon(p) => polygon(out, p)?,
            Geometry::MultiPolygon(m) => {
                out.write_all(b"<MultiGeometry>")?;
                m.0.iter().try_for_each(|p| polygon(out, p))?;
                out.write_all(b"</MultiGeometry>")?;
            }
            _ => {}
        }
        out.write_all(b"</Placemark>\n")?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Done<Losses> {
        self.close()?;
        self.out.write_all(b"</Document>\n</kml>\n")?;
        self.out.flush()?;
        Ok(Losses::new())
    }
}

fn polygon(out: &mut impl Write, p: &Polygon<f64>) -> Done {
    out.write_all(b"<Polygon><outerBoundaryIs>")?;
    ring(out, p.exterior())?;
    out.write_all(b"</outerBoundaryIs>")?;
    for hole in p.interiors() {
        out.write_all(b"<innerBoundaryIs>")?;
        ring(out, hole)?;
        out.write_all(b"</innerBoundaryIs>")?;
    }
    out.write_all(b"</Polygon>")?;
    Ok(())
}

fn ring(out: &mut impl Write, line: &LineString<f64>) -> Done {
    out.write_all(b"<LinearRing><coordinates>")?;
    for (n, c) in line.0.iter().enumerate() {
        write!(out, "{}{},{}", if n > 0 { " " } else { "" }, c.x, c.y)?;
    }
    out.write_all(b"</coordinates></LinearRing>")?;
    Ok(())
}
