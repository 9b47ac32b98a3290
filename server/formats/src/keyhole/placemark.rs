//! One placemark while it is put together, element by element.

use geo_types::Coord;

use crate::feature::RawValue;
use crate::gate::{Draft, Flaw, Shape};
use crate::limits::{COLUMNS_MAX, VERTICES_PER_FEATURE_MAX};

/// Elements of a placemark that are taken as attributes.
const PLAIN_FIELDS: [&str; 5] = ["name", "description", "address", "phoneNumber", "snippet"];

#[derive(Default)]
pub(super) struct Placemark {
    draft: Draft,
    flaw: Option<Flaw>,
    pub(super) key: Option<String>,
    /// Geometries under construction: open collections, innermost last.
    pub(super) open: Vec<Vec<Shape>>,
    pub(super) rings: Vec<Vec<Coord<f64>>>,
    coords: Vec<Coord<f64>>,
    vertices: usize,
}

impl Placemark {
    pub(super) fn new(draft: Draft) -> Self {
        Placemark {
            draft,
            open: vec![Vec::new()],
            ..Placemark::default()
        }
    }

    pub(super) fn fail(&mut self, flaw: Flaw) {
        self.flaw.get_or_insert(flaw);
    }

    fn put(&mut self, name: String, text: &str) {
        if self.draft.properties.len() <= COLUMNS_MAX {
            let value = if text.is_empty() {
                RawValue::Null
            } else {
                RawValue::Text(text.to_owned())
            };
            self.draft.properties.push((name, value));
        }
    }

    fn shape(&mut self, shape: Shape) {
        if let Some(open) = self.open.last_mut() {
            open.push(shape);
        }
    }

    pub(super) fn element(&mut self, name: &str, parent: &str, text: &str) {
        match name {
            _ if parent == "Placemark" && PLAIN_FIELDS.contains(&name) => self.put(name.to_owned(), text),
            "value" if parent == "Data" => {
                if let Some(key) = self.key.take() {
                    self.put(key, text);
                }
            }
            "SimpleData" => {
                if let Some(key) = self.key.take() {
                    self.put(key, text);
                }
            }
            "coordinates" | "coord" => match coordinates(text, name == "coord") {
                Ok(coords) => {
                    self.vertices += coords.len();
                    if self.vertices > VERTICES_PER_FEATURE_MAX {
                        self.fail(Flaw::too_many_vertices(self.vertices));
                    } else if name == "coord" {
                        self.coords.extend(coords);
                    } else {
                        self.coords = coords;
                    }
                }
                Err(flaw) => self.fail(flaw),
            },
            "Point" => {
                let coords = std::mem::take(&mut self.coords);
                match coords.first() {
                    Some(point) => self.shape(Shape::Point(*point)),
                    None => self.fail(Flaw::new("bad_geometry", "A Point has no coordinates.")),
                }
            }
            "LineString" | "Track" => {
                let coords = std::mem::take(&mut self.coords);
                self.shape(Shape::Line(coords));
            }
            "LinearRing" if matches!(parent, "outerBoundaryIs" | "innerBoundaryIs") => {
                let ring = std::mem::take(&mut self.coords);
                if parent == "outerBoundaryIs" {
                    self.rings.insert(0, ring)
                } else {
                    self.rings.push(ring)
                }
            }
            "LinearRing" => {
                let ring = std::mem::take(&mut self.coords);
                self.shape(Shape::Line(ring));
            }
            "Polygon" => {
                let rings = std::mem::take(&mut self.rings);
                self.shape(Shape::Polygon(rings));
            }
            "MultiGeometry" | "MultiTrack" if self.open.len() > 1 => {
                if let Some(members) = self.open.pop() {
                    self.shape(gathered(members));
                }
            }
            "Model" => self.fail(Flaw::new("unsupported_geometry", "The placemark is a 3D model.")),
            _ => {}
        }
    }

    pub(super) fn finish(mut self) -> (Draft, Result<(), Flaw>) {
        if let Some(flaw) = self.flaw {
            return (self.draft, Err(flaw));
        }
        let mut shapes = self.open.into_iter().flatten();
        match (shapes.next(), shapes.next()) {
            (None, _) => self.draft.note("null_geometry", "The placemark has no geometry."),
            (Some(only), None) => self.draft.shape = Some(only),
            (Some(first), Some(second)) => {
                self.draft.shape = Some(gathered([first, second].into_iter().chain(shapes).collect()))
            }
        }
        (self.draft, Ok(()))
    }
}

/// Members of one kind become the multi-geometry of that kind.
fn gathered(members: Vec<Shape>) -> Shape {
    let points = || {
        members
            .iter()
            .map(|shape| {
                if let Shape::Point(point) = shape {
                    Some(*point)
                } else {
                    None
                }
            })
            .collect()
    };
    let lines = || {
        members
            .iter()
            .map(|shape| {
                if let Shape::Line(line) = shape {
                    Some(line.clone())
                } else {
                    None
                }
            })
            .collect()
    };
    let polygons = || {
        members
            .iter()
            .map(|shape| {
                if let Shape::Polygon(rings) = shape {
                    Some(rings.clone())
                } else {
                    None
                }
            })
            .collect()
    };
    let (points, lines, polygons): (Option<_>, Option<_>, Option<_>) = (points(), lines(), polygons());
    points
        .map(Shape::MultiPoint)
        .or_else(|| lines.map(Shape::MultiLine))
        .or_else(|| polygons.map(Shape::MultiPolygon))
        .unwrap_or(Shape::Collection(members))
}

/// `lon,lat[,height]` tuples; in tracks the parts are parted by blanks instead.
fn coordinates(text: &str, track: bool) -> Result<Vec<Coord<f64>>, Flaw> {
    let wrong = |tuple: &str| {
        let shown: String = tuple.chars().take(60).collect();
        Flaw::new("bad_geometry", format!("{shown:?} is no lon,lat pair."))
            .mend("Write lon,lat without blanks around the comma.")
    };
    let pair = |x: Option<&str>, y: Option<&str>| {
        Some(Coord {
            x: x?.trim().parse().ok()?,
            y: y?.trim().parse().ok()?,
        })
    };
    if track {
        let mut parts = text.split_whitespace();
        return pair(parts.next(), parts.next())
            .map(|coord| vec![coord])
            .ok_or_else(|| wrong(text));
    }
    text.split_whitespace()
        .map(|tuple| {
            let mut parts = tuple.split(',');
            pair(parts.next(), parts.next()).ok_or_else(|| wrong(tuple))
        })
        .collect()
}
