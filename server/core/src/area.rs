//! Ground drawn to ask a question.

use crate::ground::overlay::{Combine, combine_raw, is_tangled};
use crate::ground::{Coverage, Envelope, GRID_PER_DEGREE, LonLat, Outline, local_distance, meters_per_degree};
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
            Area::Circle { centre, radius } => Some(around(*centre, *radius)),
            Area::Union(all) => Envelope::union_all(all.iter().filter_map(Area::envelope)),
            Area::Difference(a, _) => a.envelope(),
            Area::Outlines(all) => Envelope::union_all(all.iter().map(Outline::envelope)),
        }
    }

    /// How much of a box it covers: where it says whole, [`Area::contains`] says yes to every spot of the box.
    pub fn coverage(&self, window: Envelope) -> Coverage {
        match self {
            Area::Outline(o) => o.coverage(window),
            Area::Circle { centre, radius } => circle_coverage(*centre, *radius, window),
            Area::Union(all) => together(all.iter().map(|a| a.coverage(window))),
            Area::Difference(a, b) => match (a.coverage(window), b.coverage(window)) {
                (Coverage::Nothing, _) | (_, Coverage::Whole) => Coverage::Nothing,
                (Coverage::Whole, Coverage::Nothing) => Coverage::Whole,
                _ => Coverage::Partly,
            },
            Area::Outlines(all) => together(all.iter().map(|o| o.coverage(window))),
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

/// What several shapes cover together: whole where one does, nothing where none does.
fn together(mut all: impl Iterator<Item = Coverage>) -> Coverage {
    let mut so_far = Coverage::Nothing;
    for one in &mut all {
        match one {
            Coverage::Whole => return Coverage::Whole,
            Coverage::Partly => so_far = Coverage::Partly,
            Coverage::Nothing => {}
        }
    }
    so_far
}

/// Metres of a degree of latitude at the equator, its smallest.
const LEAST_METERS_PER_LATITUDE: f64 = 110_574.0;

/// A box around everything that lies within a radius, a little wide.
pub(crate) fn around(centre: LonLat, radius: Meters) -> Envelope {
    let tall = radius.0 / LEAST_METERS_PER_LATITUDE;
    // Degrees of longitude are shortest at the end of it that lies nearer a pole.
    let farthest = (centre.lat_degrees().abs() + tall).min(MAX_CIRCLE_LATITUDE);
    let wide = radius.0 / meters_per_degree(farthest).1;
    let steps = |degrees: f64| (degrees * GRID_PER_DEGREE).ceil() as i32 + 2;
    let (dx, dy) = (steps(wide.min(180.0)), steps(tall));
    let reach = |from: i32, by: i32, most: i32| from.saturating_add(by).clamp(-most, most);
    Envelope {
        min: LonLat {
            lon: reach(centre.lon, -dx, 1_800_000_000),
            lat: reach(centre.lat, -dy, 900_000_000),
        },
        max: LonLat {
            lon: reach(centre.lon, dx, 1_800_000_000),
            lat: reach(centre.lat, dy, 900_000_000),
        },
    }
}

/// Nearer a pole a circle's box is as wide as the globe.
const MAX_CIRCLE_LATITUDE: f64 = 89.9;
/// Distances this close to the radius, as a share of its square, are left to each spot: more than what rounding can move.
const ROUNDING: f64 = 1e-9;

/// Judged by the least and the most metres a degree has between the circle's ends, so never surer than
/// [`local_distance`] is for each spot.
fn circle_coverage(centre: LonLat, radius: Meters, window: Envelope) -> Coverage {
    let box_of_circle = around(centre, radius);
    if !box_of_circle.meets(&window) {
        return Coverage::Nothing;
    }
    let lats = [box_of_circle.min.lat_degrees(), box_of_circle.max.lat_degrees()];
    let nearest_equator = if lats[0] <= 0.0 && lats[1] >= 0.0 {
        0.0
    } else {
        lats[0].abs().min(lats[1].abs())
    };
    let farthest = lats[0].abs().max(lats[1].abs());
    // Degrees of latitude grow towards the poles, degrees of longitude shrink.
    let (least_lat, most_lon) = meters_per_degree(nearest_equator);
    let (most_lat, least_lon) = meters_per_degree(farthest);
    let degrees = |steps: i64| steps as f64 / GRID_PER_DEGREE;
    let reach = |at: i32, from: i32, to: i32| {
        let (at, from, to) = (i64::from(at), i64::from(from), i64::from(to));
        let least = (from - at).max(at - to).max(0);
        let most = (at - from).abs().max((to - at).abs());
        (degrees(least), degrees(most))
    };
    let (dx_least, dx_most) = reach(centre.lon, window.min.lon, window.max.lon);
    let (dy_least, dy_most) = reach(centre.lat, window.min.lat, window.max.lat);
    let squared = |dx: f64, per_lon: f64, dy: f64, per_lat: f64| (dx * per_lon).powi(2) + (dy * per_lat).powi(2);
    let limit = radius.0 * radius.0;
    if squared(dx_most, most_lon, dy_most, most_lat) <= limit * (1.0 - ROUNDING)
        && box_of_circle.contains(window.min)
        && box_of_circle.contains(window.max)
    {
        Coverage::Whole
    } else if squared(dx_least, least_lon, dy_least, least_lat) > limit * (1.0 + ROUNDING) {
        Coverage::Nothing
    } else {
        Coverage::Partly
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
