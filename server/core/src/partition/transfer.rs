//! A piece of ground goes over to the neighbour, 划转.

use super::{Nearness, edges, noded_together, vertices};
use crate::ground::overlay::{Combine, combine, is_tangled};
use crate::ground::{InvalidOutline, LonLat, Outline};
use geo::ConvexHull;
use std::collections::HashSet;

/// Why a piece does not go over.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CannotTransfer {
    #[error("the piece does not lie in the ground that gives it")]
    NotHere,
    #[error("nothing would be left of the ground that gives it")]
    NothingLeft,
    #[error("the piece does not reach the neighbour")]
    NotAdjacent,
    #[error("the edges are too many to compare")]
    Tangled,
    #[error("{0}")]
    Unsound(InvalidOutline),
}

impl CannotTransfer {
    /// Stable code for findings.
    pub fn code(&self) -> &'static str {
        match self {
            CannotTransfer::NotHere => "transfer_not_here",
            CannotTransfer::NothingLeft => "transfer_nothing_left",
            CannotTransfer::NotAdjacent => "transfer_not_adjacent",
            CannotTransfer::Tangled => "outline_tangled",
            CannotTransfer::Unsound(bad) => bad.why.code(),
        }
    }

    pub fn mend(&self) -> &'static str {
        match self {
            CannotTransfer::NotHere => "choose a piece of this ground",
            CannotTransfer::NothingLeft => "merge the two instead",
            CannotTransfer::NotAdjacent => "choose a piece at the shared edge, or hand over what lies between first",
            CannotTransfer::Tangled => "simplify the outlines",
            CannotTransfer::Unsound(bad) => bad.why.mend(),
        }
    }
}

/// Both grounds afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Transferred {
    pub from: Outline,
    pub to: Outline,
}

/// Takes of `from` what the piece covers and gives it to `to`, which it must reach by an edge.
pub fn transfer(from: &Outline, to: &Outline, piece: &Outline) -> Result<Transferred, CannotTransfer> {
    if is_tangled(&[from.to_raw(), to.to_raw(), piece.to_raw()]) {
        return Err(CannotTransfer::Tangled);
    }
    let unsound = CannotTransfer::Unsound;
    let corners: Vec<LonLat> = vertices(from).chain(vertices(to)).chain(vertices(piece)).collect();
    let [giving, taking, piece] = noded([from, to, piece], &corners);
    let given = combine(&giving, &piece, Combine::Intersection).map_err(unsound)?;
    let given = given.ok_or(CannotTransfer::NotHere)?;
    // Cutting again along what the first cut made leaves no sliver where a crossing was rounded.
    let made: Vec<LonLat> = vertices(&given).chain(corners.iter().copied()).collect();
    let [giving, taking] = noded([&giving, &taking], &made);
    let left = combine(&giving, &given, Combine::Difference).map_err(unsound)?;
    let left = left.ok_or(CannotTransfer::NothingLeft)?;
    let grown = combine(&taking, &given, Combine::Union).map_err(unsound)?;
    let grown = grown.filter(|g| g.parts().len() <= taking.parts().len());
    let grown = grown.ok_or(CannotTransfer::NotAdjacent)?;
    let [from, to] = noded([&left, &grown], &made);
    Ok(Transferred { from, to })
}

fn noded<const N: usize>(outlines: [&Outline; N], nodes: &[LonLat]) -> [Outline; N] {
    let mut gained = noded_together(&outlines, nodes, Nearness::Any, |_| true).into_iter();
    outlines.map(|plain| gained.next().flatten().unwrap_or_else(|| plain.clone()))
}

/// The shared edge nearest to a building, and how far off it lies in squared grid steps.
fn nearest_shared(building: &Outline, from: &Outline, to: &Outline) -> Option<(i128, LonLat, LonLat)> {
    let corners: Vec<LonLat> = vertices(from).chain(vertices(to)).collect();
    let [from, to] = noded([from, to], &corners);
    let theirs: HashSet<(LonLat, LonLat)> = edges(&to).map(|(a, b)| (b, a)).collect();
    let middle = building.inner_point();
    edges(&from)
        .filter(|edge| theirs.contains(edge))
        .map(|(a, b)| (distance(middle, foot(a, b, middle)), a, b))
        .min()
}

/// How far a building lies from the edge that the two grounds share, in squared grid steps.
pub(crate) fn distance_to_shared(building: &Outline, from: &Outline, to: &Outline) -> Option<i128> {
    nearest_shared(building, from, to).map(|(far, ..)| far)
}

/// The piece of `from` that brings this building over to `to`: the building and the strip between it and the edge the two
/// share. `None` where they share none.
pub fn reach_for(building: &Outline, from: &Outline, to: &Outline) -> Option<Outline> {
    let (_, a, b) = nearest_shared(building, from, to)?;
    let feet: Vec<LonLat> = vertices(building).map(|p| foot(a, b, p)).collect();
    let ends = (*feet.iter().min()?, *feet.iter().max()?);
    // A building beyond the end of the edge has but one foot on it: then the whole edge goes.
    let ends = if ends.0 == ends.1 { (a, b) } else { ends };
    let spots: Vec<geo::Coord<f64>> = vertices(building)
        .chain([ends.0, ends.1])
        .map(|p| geo::Coord {
            x: f64::from(p.lon),
            y: f64::from(p.lat),
        })
        .collect();
    let hull = geo::MultiPoint::from(spots).convex_hull();
    let ring: Vec<LonLat> = hull
        .exterior()
        .coords()
        .map(|c| LonLat {
            lon: c.x as i32,
            lat: c.y as i32,
        })
        .collect();
    Outline::new(vec![vec![ring]]).ok()
}

/// The spot of an edge nearest to another, rounded to the grid.
fn foot(a: LonLat, b: LonLat, p: LonLat) -> LonLat {
    let (ex, ey) = (f64::from(b.lon) - f64::from(a.lon), f64::from(b.lat) - f64::from(a.lat));
    let (px, py) = (f64::from(p.lon) - f64::from(a.lon), f64::from(p.lat) - f64::from(a.lat));
    let share = ((ex * px + ey * py) / (ex * ex + ey * ey)).clamp(0.0, 1.0);
    LonLat {
        lon: (f64::from(a.lon) + share * ex).round() as i32,
        lat: (f64::from(a.lat) + share * ey).round() as i32,
    }
}

fn distance(a: LonLat, b: LonLat) -> i128 {
    let (x, y) = (
        i128::from(a.lon) - i128::from(b.lon),
        i128::from(a.lat) - i128::from(b.lat),
    );
    x * x + y * y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawn::rectangle;

    #[test]
    fn a_piece_at_the_edge_goes_over_and_no_ground_is_lost() {
        let (west, east) = (rectangle(0, 0, 10_000, 10_000), rectangle(10_000, 0, 20_000, 10_000));
        let piece = rectangle(8_000, 2_000, 11_000, 4_000);
        let done = transfer(&west, &east, &piece).unwrap();
        assert_eq!(
            done.to.doubled_grid_area() - east.doubled_grid_area(),
            2 * 2_000 * 2_000,
            "only what lay in the giving ground"
        );
        assert_eq!(
            done.from.doubled_grid_area() + done.to.doubled_grid_area(),
            west.doubled_grid_area() + east.doubled_grid_area()
        );
    }

    #[test]
    fn what_cannot_go_over_is_told_apart() {
        let (west, east) = (rectangle(0, 0, 10_000, 10_000), rectangle(10_000, 0, 20_000, 10_000));
        let code = |piece| transfer(&west, &east, &piece).unwrap_err().code();
        assert_eq!(code(rectangle(50_000, 0, 60_000, 10_000)), "transfer_not_here");
        assert_eq!(code(rectangle(-10, -10, 10_000, 10_010)), "transfer_nothing_left");
        assert_eq!(code(rectangle(2_000, 2_000, 4_000, 4_000)), "transfer_not_adjacent");
    }

    #[test]
    fn a_building_takes_the_strip_to_the_shared_edge_along() {
        let (west, east) = (rectangle(0, 0, 10_000, 10_000), rectangle(10_000, 0, 20_000, 10_000));
        let building = rectangle(7_000, 3_000, 8_000, 4_000);
        let piece = reach_for(&building, &west, &east).unwrap();
        let done = transfer(&west, &east, &piece).unwrap();
        assert!(done.to.contains(building.inner_point()) && !done.from.contains(building.inner_point()));
        assert_eq!(
            done.to.doubled_grid_area() - east.doubled_grid_area(),
            2 * 3_000 * 1_000
        );
        assert_eq!(reach_for(&building, &west, &rectangle(50_000, 0, 60_000, 10_000)), None);
    }
}
