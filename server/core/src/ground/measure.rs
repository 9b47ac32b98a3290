//! Areas and distances on the WGS84 ellipsoid.

use super::{GRID_PER_DEGREE, LonLat, Outline};
use crate::unit::{Meters, SquareMeters};
use geo::{Distance, Geodesic, GeodesicArea};

/// WGS84: equatorial radius and first eccentricity squared (NIMA TR8350.2).
const EQUATOR_METERS: f64 = 6_378_137.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_694_379_990_141_32;

/// Metres per degree of latitude and of longitude at a latitude.
pub(crate) fn meters_per_degree(lat_degrees: f64) -> (f64, f64) {
    let (sin, cos) = lat_degrees.to_radians().sin_cos();
    let w2 = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
    let meridian = EQUATOR_METERS * (1.0 - ECCENTRICITY_SQUARED) / (w2 * w2.sqrt());
    let normal = EQUATOR_METERS / w2.sqrt();
    (meridian.to_radians(), (normal * cos).to_radians())
}

/// Twice the signed area in squared grid steps; positive when counter-clockwise. Exact.
pub(super) fn doubled_ring_area(ring: &[LonLat]) -> i128 {
    let Some(&origin) = ring.first() else { return 0 };
    let arm = |p: LonLat| {
        (
            i128::from(p.lon) - i128::from(origin.lon),
            i128::from(p.lat) - i128::from(origin.lat),
        )
    };
    ring.windows(2)
        .map(|w| {
            let ((ax, ay), (bx, by)) = (arm(w[0]), arm(w[1]));
            ax * by - ay * bx
        })
        .sum()
}

pub(super) fn geodesic_area(outline: &Outline) -> SquareMeters {
    SquareMeters(outline.to_geo().geodesic_area_unsigned())
}

pub(super) fn flat_area(outline: &Outline) -> SquareMeters {
    let (per_lat, per_lon) = meters_per_degree(outline.envelope().centre().lat_degrees());
    let steps = outline.doubled_grid_area() as f64 / 2.0;
    SquareMeters(steps / (GRID_PER_DEGREE * GRID_PER_DEGREE) * per_lat * per_lon)
}

pub(super) fn perimeter(outline: &Outline) -> Meters {
    let edges = outline.rings().flat_map(|r| r.edges());
    Meters(edges.map(|(a, b)| Geodesic.distance(a.to_geo(), b.to_geo())).sum())
}

/// Geodesic distance of two spots.
pub fn ground_distance(a: LonLat, b: LonLat) -> Meters {
    Meters(Geodesic.distance(a.to_geo(), b.to_geo()))
}

/// Distance on the plane that touches the ellipsoid half-way between: within 1 mm of geodesic at 5 km, and a hundred
/// times cheaper, so that a radius can be tested against every building.
pub fn local_distance(a: LonLat, b: LonLat) -> Meters {
    let (per_lat, per_lon) = meters_per_degree((a.lat_degrees() + b.lat_degrees()) / 2.0);
    let (dx, dy) = (a.lon_degrees() - b.lon_degrees(), a.lat_degrees() - b.lat_degrees());
    Meters((dx * per_lon).hypot(dy * per_lat))
}
