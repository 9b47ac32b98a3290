//! Shapes as well-known text, read from the words of a filter.

use super::ast::Shape;
use super::text::Reader;
use super::{Slip, deeper};
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

/// Numbers of one position: lon, lat, height and measure.
const POSITION_NUMBERS_MAX: usize = 4;
/// Numbers of a box with heights.
const BOX_NUMBERS_MAX: usize = 6;

pub fn is_shape(word: &str) -> bool {
    matches!(
        word,
        "POINT"
            | "LINESTRING"
            | "POLYGON"
            | "MULTIPOINT"
            | "MULTILINESTRING"
            | "MULTIPOLYGON"
            | "GEOMETRYCOLLECTION"
            | "BBOX"
    )
}

impl Reader<'_> {
    /// A shape whose name has just been read.
    pub(super) fn shape(&mut self, name: &str, depth: usize) -> Result<Shape, Slip> {
        if name == "BBOX" {
            self.sign("(")?;
            let mut numbers = vec![self.number()?];
            while self.take_sign(",") {
                numbers.push(self.number()?);
                if numbers.len() > BOX_NUMBERS_MAX {
                    return Err(self.slip("a box has four numbers, or six with heights"));
                }
            }
            self.sign(")")?;
            return Ok(Shape::Box(numbers));
        }
        self.geometry(name, depth).map(|g| Shape::Geometry(Box::new(g)))
    }

    fn geometry(&mut self, name: &str, depth: usize) -> Result<Geometry<f64>, Slip> {
        // Heights and measures are read over: the ground is flat here.
        for marker in ["ZM", "Z", "M"] {
            if self.take_keyword(marker) {
                break;
            }
        }
        if self.take_keyword("EMPTY") {
            return Err(self.slip("an empty shape meets nothing; give it coordinates"));
        }
        Ok(match name {
            "POINT" => {
                self.sign("(")?;
                let at = self.position()?;
                self.sign(")")?;
                Geometry::Point(Point(at))
            }
            "LINESTRING" => Geometry::LineString(self.line()?),
            "POLYGON" => Geometry::Polygon(self.polygon()?),
            "MULTIPOINT" => Geometry::MultiPoint(MultiPoint(self.listed(|r| {
                // Both spellings are about: with brackets around each point and without.
                if r.take_sign("(") {
                    let at = r.position()?;
                    r.sign(")")?;
                    Ok(Point(at))
                } else {
                    r.position().map(Point)
                }
            })?)),
            "MULTILINESTRING" => Geometry::MultiLineString(MultiLineString(self.listed(Self::line)?)),
            "MULTIPOLYGON" => Geometry::MultiPolygon(MultiPolygon(self.listed(Self::polygon)?)),
            "GEOMETRYCOLLECTION" => {
                let depth = deeper(depth)?;
                Geometry::GeometryCollection(GeometryCollection(self.listed(|r| {
                    r.allowance.node()?;
                    let name = r.word()?.to_uppercase();
                    if !is_shape(&name) || name == "BBOX" {
                        return Err(r.slip("a shape is needed here"));
                    }
                    r.geometry(&name, depth)
                })?))
            }
            _ => return Err(self.slip("a shape is needed here")),
        })
    }

    fn listed<T>(&mut self, mut one: impl FnMut(&mut Self) -> Result<T, Slip>) -> Result<Vec<T>, Slip> {
        self.sign("(")?;
        let mut all = vec![one(self)?];
        while self.take_sign(",") {
            all.push(one(self)?);
        }
        self.sign(")")?;
        Ok(all)
    }

    fn line(&mut self) -> Result<LineString<f64>, Slip> {
        self.listed(Self::position).map(LineString)
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, Slip> {
        let mut rings = self.listed(Self::line)?;
        let holes = rings.split_off(1);
        let shell = rings.pop().unwrap_or_else(|| LineString(Vec::new()));
        super::space::closed_rings(&shell, &holes)?;
        Ok(Polygon::new(shell, holes))
    }

    fn position(&mut self) -> Result<Coord<f64>, Slip> {
        self.allowance.vertex()?;
        let (x, y) = (self.number()?, self.number()?);
        for _ in 2..POSITION_NUMBERS_MAX {
            if self.take_number().is_none() {
                break;
            }
        }
        Ok(Coord { x, y })
    }
}
