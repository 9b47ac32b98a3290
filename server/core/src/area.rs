//! Ground drawn to ask a question.

use crate::ground::overlay::{Combine, combine_raw, is_tangled};
use crate::ground::{Envelope, GRID_PER_DEGREE, LonLat, Outline, local_distance};
use crate::unit::Meters;
use std::sync::Arc;

/// The longest radius one question may have: a district is rarely wider.
pub const MAX_RADIUS_METERS: f64 = 100_000.0;
/// Shapes that one question may combine.
pub const MAX_COMBINED: usize = 200;
/// Corners of the polygon that stands for a circle where a shape is needed (`any`, `share`): the area is 0.04 % short.
const CIRCLE_CORNERS: usize = 128;

/// Area 查询范围: not ground anybody answers for, only a question's shape. CRS: WGS84 grid.
#[derive(Debug, Clone)]
pub enum Area {
    Outline(Outline),
    Circle {
        centre: LonLat,
        radius: Meters,
    },
    Union(Vec<Area>),
    Difference(Box<Area>, Box<Area>),
    /// Parts of the same kind held by pointer, e.g. the outlines of several places.
    Outlines(Arc<[Outline]>),
}

impl Area {
    pub fn contains(&self, p: LonLat) -> bool {
        match self {
            Area::Outline(o) => o.contains(p),
            Area::Circle { centre, radius } => local_distance(*centre, p).0 <= radius.0,
            Area::Union(all) => all.iter().any(|a| a.contains(p)),
            Area::Difference(a, b) => a.contains(p) && !b.contains(p),
            Area::Outlines(all) => all.iter().any(|o| o.contains(p)),
        }
    }

    /// A box around it; `None` for a union of nothing.
    pub fn envelope(&self) -> Option<Envelope> {
        match self {
            Area::Outline(o) => Some(o.envelope()),
            Area::Circle { centre, radius } => Envelope::of_points(circle(*centre, *radius)).map(|e| e.padded(2)),
            Area::Union(all) => Envelope::union_all(all.iter().filter_map(Area::envelope)),
            Area::Difference(a, _) => a.envelope(),
            Area::Outlines(all) => Envelope::union_all(all.iter().map(Outline::envelope)),
        }
    }

    /// Would combining its shapes be more work than one question is worth? Ask before answering: the answer itself does not
    /// refuse.
    pub fn is_tangled(&self) -> bool {
        let mut leaves = Vec::new();
        self.leaves(&mut leaves);
        leaves.len() > 1 && is_tangled(&leaves)
    }

    fn leaves(&self, into: &mut Vec<Vec<Vec<Vec<LonLat>>>>) {
        match self {
            Area::Union(all) => all.iter().for_each(|a| a.leaves(into)),
            Area::Difference(a, b) => {
                a.leaves(into);
                b.leaves(into);
            }
            Area::Outlines(all) => into.extend(all.iter().map(Outline::to_raw)),
            Area::Outline(_) | Area::Circle { .. } => into.push(self.to_rings()),
        }
    }

    /// The rings of this area on the grid; circles as polygons.
    pub fn to_rings(&self) -> Vec<Vec<Vec<LonLat>>> {
        match self {
            Area::Outline(o) => o.to_raw(),
            Area::Circle { centre, radius } => vec![vec![circle(*centre, *radius)]],
            Area::Union(all) => all
                .iter()
                .map(Area::to_rings)
                .reduce(|a, b| combine_raw(&a, &b, Combine::Union))
                .unwrap_or_default(),
            Area::Difference(a, b) => combine_raw(&a.to_rings(), &b.to_rings(), Combine::Difference),
            Area::Outlines(all) => all
                .iter()
                .map(Outline::to_raw)
                .reduce(|a, b| combine_raw(&a, &b, Combine::Union))
                .unwrap_or_default(),
        }
    }
}

/// A polygon around the centre, counter-clockwise.
fn circle(centre: LonLat, radius: Meters) -> Vec<LonLat> {
    let per_lat = local_distance(
        centre,
        LonLat {
            lat: centre.lat + step(centre.lat),
            ..centre
        },
    )
    .0 * 1000.0;
    let per_lon = local_distance(
        centre,
        LonLat {
            lon: centre.lon + step(centre.lon),
            ..centre
        },
    )
    .0 * 1000.0;
    let reach = |meters: f64, per_degree: f64| (meters / per_degree.max(1.0) * GRID_PER_DEGREE).round();
    (0..CIRCLE_CORNERS)
        .map(|i| {
            let (sin, cos) = (std::f64::consts::TAU * i as f64 / CIRCLE_CORNERS as f64).sin_cos();
            let lon = f64::from(centre.lon) + reach(radius.0 * cos, per_lon);
            let lat = f64::from(centre.lat) + reach(radius.0 * sin, per_lat);
            LonLat {
                lon: lon.clamp(-1.8e9, 1.8e9) as i32,
                lat: lat.clamp(-9e8, 9e8) as i32,
            }
        })
        .collect()
}

/// A thousandth of a degree, towards the equator or Greenwich so that it stays on the globe.
fn step(from: i32) -> i32 {
    let thousandth = (GRID_PER_DEGREE / 1000.0) as i32;
    if from > 0 { -thousandth } else { thousandth }
}
