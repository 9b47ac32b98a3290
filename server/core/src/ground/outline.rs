//! An outline that exists only when it is sound.

use super::bands::{Bands, Coverage, edge_meets};
use super::gate::{self, InvalidOutline, Why};
use super::{BadCoordinate, Envelope, LonLat, Repair, inner, measure, mend};
use crate::unit::{Meters, SquareMeters};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A district's outline surveyed to the metre has about 15,000 vertices; more is a digitising accident and
/// would make every overlay and every tile pay for it.
pub const MAX_VERTICES: usize = 20_000;
/// Islands and exclaves: the most scattered real place seen has 30.
pub const MAX_PARTS: usize = 1_000;
/// Shells and holes together.
pub const MAX_RINGS: usize = 2_000;
/// No ground a district answers for is wider; it also keeps exact integer products inside an i64 and refuses
/// rings around a pole or across the antimeridian.
pub const MAX_EXTENT_DEGREES: f64 = 10.0;
/// Smaller is a point written as a ring. Real maps hold a building of 0.04 m², and losing it silently would be worse.
pub const MIN_AREA_M2: f64 = 0.01;

/// A closed ring without its closing repeat; at least three different vertices; shells run counter-clockwise,
/// holes clockwise. In JSON a flat list of grid steps `[lon, lat, lon, lat, …]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ring(pub(super) Box<[LonLat]>);

impl Ring {
    pub fn vertices(&self) -> &[LonLat] {
        &self.0
    }

    /// The edges, the closing one included.
    pub fn edges(&self) -> impl Iterator<Item = (LonLat, LonLat)> + '_ {
        let n = self.0.len();
        (0..n).map(move |i| (self.0[i], self.0[(i + 1) % n]))
    }

    /// The closed coordinate list GeoJSON and WKB want.
    pub fn to_degrees(&self) -> Vec<[f64; 2]> {
        self.0.iter().chain(self.0.first()).map(|p| p.to_degrees()).collect()
    }
}

/// One connected piece of ground: a shell and its holes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Part {
    pub shell: Ring,
    pub holes: Box<[Ring]>,
}

impl Part {
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        std::iter::once(&self.shell).chain(self.holes.iter())
    }
}

/// Ground with an edge, 边界范围: one or more parts, holes allowed.
///
/// Exists only when sound: finite, in range, within the limits above, every ring simple, holes inside their
/// shell, parts apart, the interior of each part connected, at least [`MIN_AREA_M2`]. So nobody checks again.
/// Cloning copies a pointer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Outline {
    parts: Arc<[Part]>,
    envelope: Envelope,
    bands: Bands,
}

/// Rings of one part before they are known to be sound: shell first, then holes.
pub type RawPart = Vec<Vec<LonLat>>;

impl Outline {
    /// Reads rings that should be sound as they are. Ring direction, a closing point and repeated vertices are
    /// normalised; anything else wrong is refused.
    pub fn new(parts: Vec<RawPart>) -> Result<Self, InvalidOutline> {
        Self::build(parts, &mut Vec::new())
    }

    /// As [`Outline::new`], and also mends what is unambiguous: a ring that touches itself is split into parts.
    /// What was mended is told.
    pub fn mended(parts: Vec<RawPart>) -> Result<(Self, Vec<Repair>), InvalidOutline> {
        let mut repairs = Vec::new();
        match Self::build(parts.clone(), &mut repairs) {
            Ok(outline) => Ok((outline, repairs)),
            Err(refused) if matches!(refused.why, Why::SelfTouching) => {
                let Some(split) = mend::split_touching(parts) else {
                    return Err(refused);
                };
                repairs.push(Repair::SplitAtTouch { parts: split.len() });
                Self::build(split, &mut repairs)
                    .map(|o| (o, repairs))
                    .map_err(|_| refused)
            }
            Err(refused) => Err(refused),
        }
    }

    /// Reads a polygon or multi-polygon in WGS84 degrees.
    pub fn from_geo(shape: &geo_types::Geometry<f64>) -> Result<(Self, Vec<Repair>), InvalidOutline> {
        let polygons: &[geo_types::Polygon<f64>] = match shape {
            geo_types::Geometry::Polygon(p) => std::slice::from_ref(p),
            geo_types::Geometry::MultiPolygon(m) => &m.0,
            _ => return Err(InvalidOutline::of(Why::NotAnArea)),
        };
        let count: usize = polygons
            .iter()
            .map(|p| p.exterior().0.len() + p.interiors().iter().map(|r| r.0.len()).sum::<usize>())
            .sum();
        if count > MAX_VERTICES + MAX_RINGS {
            return Err(InvalidOutline::of(Why::TooManyVertices { found: count }));
        }
        let mut parts = Vec::with_capacity(polygons.len());
        for (part, polygon) in polygons.iter().enumerate() {
            let mut rings = Vec::with_capacity(1 + polygon.interiors().len());
            for (ring, line) in std::iter::once(polygon.exterior())
                .chain(polygon.interiors())
                .enumerate()
            {
                let vertices: Result<Vec<LonLat>, BadCoordinate> =
                    line.0.iter().map(|c| LonLat::from_degrees(c.x, c.y)).collect();
                rings.push(vertices.map_err(|bad| InvalidOutline {
                    why: Why::Coordinate(bad),
                    at: None,
                    part,
                    ring,
                })?);
            }
            parts.push(rings);
        }
        Self::mended(parts)
    }

    fn build(parts: Vec<RawPart>, repairs: &mut Vec<Repair>) -> Result<Self, InvalidOutline> {
        let parts = gate::pass(parts, repairs)?;
        let envelope = Envelope::of_points(parts.iter().flat_map(|p| p.shell.0.iter().copied()))
            .ok_or(InvalidOutline::of(Why::Empty))?;
        let mut outline = Self {
            parts: parts.into(),
            envelope,
            bands: Bands::default(),
        };
        if outline.flat_area().0 < MIN_AREA_M2 {
            return Err(InvalidOutline {
                why: Why::TooSmall,
                at: Some(outline.parts[0].shell.0[0]),
                part: 0,
                ring: 0,
            });
        }
        outline.bands = Bands::of(&outline);
        Ok(outline)
    }

    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.parts.iter().flat_map(Part::rings)
    }

    pub fn envelope(&self) -> Envelope {
        self.envelope
    }

    pub fn vertex_count(&self) -> usize {
        self.rings().map(|r| r.0.len()).sum()
    }

    /// Does the spot lie in this ground? A spot on an edge that two neighbours share lies in exactly one of
    /// them, so the parts of a partition always sum to the whole.
    pub fn contains(&self, p: LonLat) -> bool {
        if !self.envelope.contains(p) {
            return false;
        }
        match self.bands.reaching(p.lat, p.lat) {
            Some(edges) => edges.iter().fold(false, |odd, (a, b)| odd ^ inner::crosses(*a, *b, p)),
            None => self
                .rings()
                .fold(false, |inside, ring| inside ^ inner::crosses_odd(ring.vertices(), p)),
        }
    }

    /// How much of a box this ground covers: where it says whole, [`Outline::contains`] says yes to every spot of it.
    pub fn coverage(&self, window: Envelope) -> Coverage {
        if !self.envelope.meets(&window) {
            return Coverage::Nothing;
        }
        // Products of what lies farther away would not be exact.
        if !self.envelope.contains(window.min) || !self.envelope.contains(window.max) {
            return Coverage::Partly;
        }
        let met = match self.bands.reaching(window.min.lat, window.max.lat) {
            Some(edges) => edges.iter().any(|(a, b)| edge_meets(*a, *b, window)),
            None => self
                .rings()
                .flat_map(Ring::edges)
                .any(|(a, b)| edge_meets(a, b, window)),
        };
        if met {
            Coverage::Partly
        } else if self.contains(window.min) {
            Coverage::Whole
        } else {
            Coverage::Nothing
        }
    }

    /// A spot well inside, the same for equal outlines: the middle of the widest stretch on a scan line.
    pub fn inner_point(&self) -> LonLat {
        inner::inner_point(self)
    }

    /// Geodesic area on the WGS84 ellipsoid.
    pub fn area(&self) -> SquareMeters {
        measure::geodesic_area(self)
    }

    /// Area on the plane that touches the ellipsoid at the outline's centre: within 1e-5 of [`Outline::area`] for a
    /// street, and a hundred times cheaper.
    pub fn flat_area(&self) -> SquareMeters {
        measure::flat_area(self)
    }

    /// Length of all rings, geodesic.
    pub fn perimeter(&self) -> Meters {
        measure::perimeter(self)
    }

    /// Twice the signed area in squared grid steps; exact, so the parts of a partition sum exactly to the whole.
    pub fn doubled_grid_area(&self) -> i128 {
        self.rings().map(|r| measure::doubled_ring_area(r.vertices())).sum()
    }

    pub fn to_geo(&self) -> geo_types::Geometry<f64> {
        let line = |r: &Ring| {
            geo_types::LineString(
                r.to_degrees()
                    .into_iter()
                    .map(|[x, y]| geo_types::Coord { x, y })
                    .collect(),
            )
        };
        let mut polygons: Vec<_> = self
            .parts
            .iter()
            .map(|p| geo_types::Polygon::new(line(&p.shell), p.holes.iter().map(line).collect()))
            .collect();
        match polygons.len() {
            1 => geo_types::Geometry::Polygon(polygons.remove(0)),
            _ => geo_types::Geometry::MultiPolygon(geo_types::MultiPolygon(polygons)),
        }
    }

    /// The rings again, for overlay and for asking anew.
    pub fn to_raw(&self) -> Vec<RawPart> {
        self.parts
            .iter()
            .map(|p| p.rings().map(|r| r.0.to_vec()).collect())
            .collect()
    }
}

impl Serialize for Outline {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let flat: Vec<Vec<Vec<i32>>> = self
            .parts
            .iter()
            .map(|p| {
                p.rings()
                    .map(|r| r.0.iter().flat_map(|v| [v.lon, v.lat]).collect())
                    .collect()
            })
            .collect();
        flat.serialize(s)
    }
}

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let flat = Vec::<Vec<Vec<i32>>>::deserialize(d)?;
        let mut parts = Vec::with_capacity(flat.len());
        for rings in flat {
            let mut part = Vec::with_capacity(rings.len());
            for ring in rings {
                if ring.len() % 2 != 0 {
                    return Err(D::Error::custom("a ring has a longitude without its latitude"));
                }
                part.push(ring.chunks_exact(2).map(|c| LonLat { lon: c[0], lat: c[1] }).collect());
            }
            parts.push(part);
        }
        Outline::new(parts).map_err(D::Error::custom)
    }
}
