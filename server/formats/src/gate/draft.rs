//! A feature on its way to the gate, and what may be wrong with it.

use geo_types::Coord;

use crate::feature::{BadFeature, Note, RawValue};
use crate::limits::{COLUMNS_MAX, PROPERTIES_BYTES_MAX, PROPERTY_BYTES_MAX, VERTICES_PER_FEATURE_MAX};

/// A geometry as the file had it: rings may be open and coordinates anything.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Point(Coord<f64>),
    MultiPoint(Vec<Coord<f64>>),
    Line(Vec<Coord<f64>>),
    MultiLine(Vec<Vec<Coord<f64>>>),
    Polygon(Vec<Vec<Coord<f64>>>),
    MultiPolygon(Vec<Vec<Vec<Coord<f64>>>>),
    Collection(Vec<Shape>),
}

impl Shape {
    pub(super) fn vertices(&self) -> usize {
        match self {
            Shape::Point(_) => 1,
            Shape::MultiPoint(points) | Shape::Line(points) => points.len(),
            Shape::MultiLine(lines) | Shape::Polygon(lines) => lines.iter().map(Vec::len).sum(),
            Shape::MultiPolygon(polygons) => polygons.iter().flatten().map(Vec::len).sum(),
            Shape::Collection(members) => members.iter().map(Shape::vertices).sum(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.vertices() == 0
    }
}

/// What is wrong with one feature, without saying which.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flaw {
    pub code: &'static str,
    pub what: String,
    pub at: Option<[f64; 2]>,
    pub mend: Option<String>,
}

impl Flaw {
    pub(crate) fn new(code: &'static str, what: impl Into<String>) -> Self {
        Flaw {
            code,
            what: what.into(),
            at: None,
            mend: None,
        }
    }

    pub(crate) fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }

    pub(crate) fn at(mut self, lon: f64, lat: f64) -> Self {
        self.at = (lon.abs() <= 180.0 && lat.abs() <= 90.0).then_some([lon, lat]);
        self
    }

    pub(crate) fn too_many_vertices(count: usize) -> Self {
        Flaw::new(
            "too_many_vertices",
            format!("The shape has {count} vertices; at most {VERTICES_PER_FEATURE_MAX} are taken."),
        )
        .mend("Simplify it, or cut it into parts.")
    }
}

/// A feature before the gate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub index: u64,
    pub layer: Option<String>,
    pub source_id: Option<String>,
    pub position: Option<String>,
    pub properties: Vec<(String, RawValue)>,
    pub shape: Option<Shape>,
    pub notes: Vec<Note>,
}

impl Draft {
    pub(crate) fn refused(self, flaw: Flaw) -> Box<BadFeature> {
        Box::new(BadFeature {
            index: self.index,
            layer: self.layer,
            source_id: self.source_id,
            position: self.position,
            code: flaw.code,
            what: flaw.what,
            at: flaw.at,
            mend: flaw.mend,
        })
    }

    pub(crate) fn note(&mut self, code: &'static str, what: impl Into<String>) {
        self.notes.push(Note {
            code,
            what: what.into(),
        });
    }
}

/// Attributes are bounded like corners: a megabyte in one cell is no name.
pub(super) fn check_properties(properties: &[(String, RawValue)]) -> Result<(), Flaw> {
    if properties.len() > COLUMNS_MAX {
        let count = properties.len();
        return Err(Flaw::new(
            "too_many_columns",
            format!("The feature has {count} attributes; at most {COLUMNS_MAX} are taken."),
        ));
    }
    let mut total = 0usize;
    for (name, value) in properties {
        let bytes = name.len()
            + if let RawValue::Text(text) = value {
                text.len()
            } else {
                8
            };
        if bytes > PROPERTY_BYTES_MAX {
            let name: String = name.chars().take(80).collect();
            return Err(Flaw::new(
                "text_too_long",
                format!("The attribute {name:?} has {bytes} bytes; at most {PROPERTY_BYTES_MAX} are taken."),
            )
            .mend("Shorten the text or leave the column out."));
        }
        total += bytes;
    }
    if total > PROPERTIES_BYTES_MAX {
        return Err(Flaw::new(
            "text_too_long",
            format!("The attributes have {total} bytes together; at most {PROPERTIES_BYTES_MAX} are taken."),
        ));
    }
    Ok(())
}
