//! The one gate every geometry of every format passes: finite, in range, not too many vertices, closed rings, right way round.

mod degrees;
mod draft;

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

use self::degrees::{check_degrees, shown};
use self::draft::check_properties;
use crate::crs::{Crs, CrsError, Translator};
use crate::feature::{BadFeature, RawFeature};
use crate::limits::VERTICES_PER_FEATURE_MAX;

pub(crate) use self::draft::{Draft, Flaw, Shape};

/// What was mended on the way because there was only one way to mend it.
#[derive(Default)]
struct Mended {
    closed: usize,
    left_out: usize,
}

/// The gate of one file: knows its coordinate system.
pub(crate) struct Gate {
    translator: Translator,
    geographic: bool,
}

impl Gate {
    pub(crate) fn new(crs: Crs) -> Result<Self, CrsError> {
        Ok(Gate {
            translator: crs.translator()?,
            geographic: crs.is_geographic(),
        })
    }

    /// Lets a feature through, translated to WGS84, or says what is wrong with it.
    pub(crate) fn admit(&self, mut draft: Draft) -> Result<RawFeature, Box<BadFeature>> {
        if let Err(flaw) = check_properties(&draft.properties) {
            return Err(draft.refused(flaw));
        }
        let geometry = match draft.shape.take() {
            None => None,
            Some(shape) if shape.is_empty() => {
                draft.note("empty_geometry", "The geometry is empty.");
                None
            }
            Some(shape) => match self.geometry(shape, &mut draft) {
                Ok(geometry) => Some(geometry),
                Err(flaw) => return Err(draft.refused(flaw)),
            },
        };
        Ok(RawFeature {
            index: draft.index,
            layer: draft.layer,
            source_id: draft.source_id,
            properties: draft.properties,
            geometry,
            notes: draft.notes,
        })
    }

    fn geometry(&self, shape: Shape, draft: &mut Draft) -> Result<Geometry<f64>, Flaw> {
        let vertices = shape.vertices();
        if vertices > VERTICES_PER_FEATURE_MAX {
            return Err(Flaw::too_many_vertices(vertices));
        }
        let mut mended = Mended::default();
        let geometry = self.build(shape, &mut mended)?;
        let Mended { closed, left_out } = mended;
        if closed > 0 {
            draft.note(
                "ring_closed",
                format!("{closed} ring(s) did not end where they began; the closing point has been added."),
            );
        }
        if left_out > 0 {
            draft.note(
                "empty_ring_left_out",
                format!(
                    "{left_out} ring(s) of fewer than three different points enclose nothing and have been left out."
                ),
            );
        }
        Ok(geometry)
    }

    fn build(&self, shape: Shape, mended: &mut Mended) -> Result<Geometry<f64>, Flaw> {
        Ok(match shape {
            Shape::Point(point) => Geometry::Point(Point(self.coord(point)?)),
            Shape::MultiPoint(points) => Geometry::MultiPoint(MultiPoint(
                points
                    .into_iter()
                    .map(|p| self.coord(p).map(Point))
                    .collect::<Result<_, _>>()?,
            )),
            Shape::Line(points) => Geometry::LineString(self.line(points)?),
            Shape::MultiLine(lines) => {
                let lines = lines.into_iter().filter(|line| !line.is_empty());
                Geometry::MultiLineString(MultiLineString(
                    lines.map(|line| self.line(line)).collect::<Result<_, _>>()?,
                ))
            }
            Shape::Polygon(rings) => Geometry::Polygon(self.polygon(rings, mended)?),
            Shape::MultiPolygon(polygons) => {
                let (sound, specks): (Vec<_>, Vec<_>) = polygons
                    .into_iter()
                    .filter(|rings| !rings.is_empty())
                    .partition(|rings| rings.first().is_some_and(|outer| distinct(outer) >= 3));
                // With nothing else left the speck itself is refused, so that its place is told.
                let polygons = if sound.is_empty() {
                    specks
                } else {
                    mended.left_out += specks.len();
                    sound
                };
                Geometry::MultiPolygon(MultiPolygon(
                    polygons
                        .into_iter()
                        .map(|rings| self.polygon(rings, mended))
                        .collect::<Result<_, _>>()?,
                ))
            }
            Shape::Collection(members) => {
                let members = members.into_iter().filter(|member| !member.is_empty());
                Geometry::GeometryCollection(GeometryCollection(
                    members
                        .map(|member| self.build(member, mended))
                        .collect::<Result<_, _>>()?,
                ))
            }
        })
    }

    fn polygon(&self, rings: Vec<Vec<Coord<f64>>>, mended: &mut Mended) -> Result<Polygon<f64>, Flaw> {
        let mut done = Vec::with_capacity(rings.len());
        for (at, mut ring) in rings.into_iter().enumerate() {
            if at > 0 && distinct(&ring) < 3 {
                mended.left_out += 1;
                continue;
            }
            if let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied())
                && first != last
            {
                ring.push(first);
                mended.closed += 1;
            }
            let ring = self.coords(ring)?;
            if distinct(&ring) < 3 {
                return Err(spot(
                    Flaw::new("ring_too_short", "A ring has fewer than three different points."),
                    &ring,
                )
                .mend("Draw the outline again or delete the ring."));
            }
            done.push(LineString(ring));
        }
        let mut rings = done.into_iter();
        let outer = rings
            .next()
            .ok_or_else(|| Flaw::new("ring_too_short", "A polygon has no outer ring."))?;
        Ok(Polygon::new(outer, rings.collect()))
    }

    fn line(&self, points: Vec<Coord<f64>>) -> Result<LineString<f64>, Flaw> {
        let points = self.coords(points)?;
        if distinct(&points) < 2 {
            return Err(spot(
                Flaw::new("line_too_short", "A line has fewer than two different points."),
                &points,
            ));
        }
        Ok(LineString(points))
    }

    fn coords(&self, points: Vec<Coord<f64>>) -> Result<Vec<Coord<f64>>, Flaw> {
        let points: Vec<_> = points
            .into_iter()
            .map(|point| self.coord(point))
            .collect::<Result<_, _>>()?;
        for pair in points.windows(2) {
            if (pair[0].x - pair[1].x).abs() > 180.0 {
                return Err(Flaw::new(
                    "crosses_antimeridian",
                    "The shape crosses the 180° meridian or runs around a pole.",
                )
                .at(pair[0].x, pair[0].y)
                .mend("Cut it at 180° into two parts."));
            }
        }
        Ok(points)
    }

    fn coord(&self, point: Coord<f64>) -> Result<Coord<f64>, Flaw> {
        let Coord { x, y } = point;
        if !x.is_finite() || !y.is_finite() {
            return Err(Flaw::new("not_a_number", "A coordinate is not a number, or infinite.")
                .mend("Find the broken row in the program that wrote the file."));
        }
        if self.geographic {
            check_degrees(x, y)?;
        }
        let [lon, lat] = self.translator.to_wgs84(x, y).map_err(|_| {
            Flaw::new(
                "outside_crs",
                format!(
                    "The point {}, {} does not exist in the file's coordinate system.",
                    shown(x),
                    shown(y)
                ),
            )
            .mend("Check the coordinate system; name the right one with --crs.")
        })?;
        if !self.geographic {
            check_degrees(lon, lat)?;
        }
        // Adding zero turns -0.0 into 0.0, so that equal places are equal bits.
        Ok(Coord {
            x: lon + 0.0,
            y: lat + 0.0,
        })
    }
}

/// Different points, counted up to three.
fn distinct(points: &[Coord<f64>]) -> usize {
    let Some(first) = points.first() else { return 0 };
    let Some(second) = points.iter().find(|point| *point != first) else {
        return 1;
    };
    if points.iter().any(|point| point != first && point != second) {
        3
    } else {
        2
    }
}

fn spot(flaw: Flaw, points: &[Coord<f64>]) -> Flaw {
    match points.first() {
        Some(point) => flaw.at(point.x, point.y),
        None => flaw,
    }
}
