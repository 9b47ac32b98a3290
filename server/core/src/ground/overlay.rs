//! Union, intersection and difference on the integer grid: input vertices come out unchanged, and every result
//! passes the outline gate again after rounding.

pub use super::outline::RawPart;
use super::{InvalidOutline, LonLat, Outline};
use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;

/// What two grounds make together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combine {
    Union,
    Intersection,
    Difference,
}

/// Combines two sets of rings; the result may be empty and is not yet judged sound.
pub fn combine_raw(a: &[RawPart], b: &[RawPart], how: Combine) -> Vec<RawPart> {
    let rule = match how {
        Combine::Union => OverlayRule::Union,
        Combine::Intersection => OverlayRule::Intersect,
        Combine::Difference => OverlayRule::Difference,
    };
    let count = a.iter().chain(b).flatten().map(Vec::len).sum();
    let options = IntOverlayOptions {
        ogc: true,
        ..IntOverlayOptions::keep_all_points()
    };
    let mut overlay = Overlay::<i64>::new_custom(count, options, Default::default());
    for (parts, role) in [(a, ShapeType::Subject), (b, ShapeType::Clip)] {
        for ring in parts.iter().flatten() {
            let points = ring.iter().map(|p| IntPoint::new(i64::from(p.lon), i64::from(p.lat)));
            overlay.add_path_iter(points, role);
        }
    }
    let back = |p: IntPoint<i64>| LonLat {
        lon: p.x as i32,
        lat: p.y as i32,
    };
    overlay
        .overlay(rule, FillRule::NonZero)
        .into_iter()
        .map(|shape| {
            shape
                .into_iter()
                .map(|ring| ring.into_iter().map(back).collect())
                .collect()
        })
        .collect()
}

/// Combines two outlines; `None` when nothing is left.
pub fn combine(a: &Outline, b: &Outline, how: Combine) -> Result<Option<Outline>, InvalidOutline> {
    let parts = combine_raw(&a.to_raw(), &b.to_raw(), how);
    if parts.is_empty() {
        Ok(None)
    } else {
        Outline::mended(parts).map(|(o, _)| Some(o))
    }
}

/// Twice the area of raw rings in squared grid steps: for shares and for overlap checks.
pub fn doubled_area(parts: &[RawPart]) -> i128 {
    parts
        .iter()
        .flatten()
        .map(|r| super::measure::doubled_ring_area(r))
        .sum()
}

/// Ground covered by both, 重叠面积. Zero when they only share an edge: neighbours are not quarrelling.
///
/// CRS: WGS84 grid in. Units: square metres out (flat at the first outline's centre).
pub fn overlap_area(a: &Outline, b: &Outline) -> crate::unit::SquareMeters {
    if !a.envelope().meets(&b.envelope()) {
        return Default::default();
    }
    let shared = doubled_area(&combine_raw(&a.to_raw(), &b.to_raw(), Combine::Intersection)) as f64;
    let (per_lat, per_lon) = super::measure::meters_per_degree(a.envelope().centre().lat_degrees());
    let degrees = shared / 2.0 / (super::GRID_PER_DEGREE * super::GRID_PER_DEGREE);
    crate::unit::SquareMeters(degrees * per_lat * per_lon)
}

/// Pairs of edges whose boxes meet that one overlay may have. Two combs laid across each other make as many pieces as the
/// product of their teeth; at this many pairs an overlay still ends within some tenths of a second.
pub const MAX_CROSSINGS: usize = 100_000;

/// Would overlaying these shapes be more work than [`MAX_CROSSINGS`]? Counts pairs of edges of different shapes whose
/// boxes meet, and stops at the limit.
pub fn is_tangled(shapes: &[Vec<RawPart>]) -> bool {
    let mut edges: Vec<(i32, i32, i32, i32, usize)> = Vec::new();
    for (shape, parts) in shapes.iter().enumerate() {
        for ring in parts.iter().flatten() {
            for (i, a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                edges.push((
                    a.lon.min(b.lon),
                    a.lon.max(b.lon),
                    a.lat.min(b.lat),
                    a.lat.max(b.lat),
                    shape,
                ));
            }
        }
    }
    edges.sort_unstable();
    let (mut pairs, mut looks) = (0usize, 0usize);
    for (i, e) in edges.iter().enumerate() {
        for f in edges[i + 1..].iter().take_while(|f| f.0 <= e.1) {
            looks += 1;
            if f.4 != e.4 && f.2 <= e.3 && e.2 <= f.3 {
                pairs += 1;
            }
            if pairs > MAX_CROSSINGS || looks > MAX_CROSSINGS * 100 {
                return true;
            }
        }
    }
    false
}

/// Cuts raw rings along a path; the pieces are not yet judged sound, and may have lost vertices on straight edges.
pub fn sliced(parts: &[RawPart], path: &[LonLat]) -> Vec<RawPart> {
    use i_overlay::string::slice::IntSlice;
    let point = |p: &LonLat| IntPoint::new(i64::from(p.lon), i64::from(p.lat));
    let shapes: Vec<Vec<Vec<IntPoint<i64>>>> = parts
        .iter()
        .map(|part| part.iter().map(|ring| ring.iter().map(point).collect()).collect())
        .collect();
    let path: Vec<IntPoint<i64>> = path.iter().map(point).collect();
    let back = |p: IntPoint<i64>| LonLat {
        lon: p.x as i32,
        lat: p.y as i32,
    };
    shapes
        .slice_by_path(&path, FillRule::NonZero)
        .into_iter()
        .map(|shape| {
            shape
                .into_iter()
                .map(|ring| ring.into_iter().map(back).collect())
                .collect()
        })
        .collect()
}
