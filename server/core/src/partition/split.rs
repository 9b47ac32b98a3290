//! One ground becomes two along a line, 分割.

use super::nodes::along;
use super::{Nearness, edges, vertices, with_nodes};
use crate::ground::overlay::{is_tangled, sliced};
use crate::ground::{Envelope, InvalidOutline, LonLat, Outline};
use std::collections::HashSet;

/// Vertices of a line drawn to cut with: a border along a winding alley has some dozens.
pub const MAX_LINE_VERTICES: usize = 500;

/// Why a line does not cut a ground in two. `at` is the spot to look at.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CannotSplit {
    #[error("a line needs at least two different spots")]
    NoLine,
    #[error("{found} vertices are more than the {MAX_LINE_VERTICES} a line may have")]
    LineTooLong { found: usize, at: LonLat },
    #[error("the line crosses itself")]
    LineCrossesItself { at: LonLat },
    #[error("the line does not meet this ground")]
    Misses { at: LonLat },
    #[error("the line only touches the edge of this ground")]
    Touches { at: LonLat },
    #[error("the line ends inside this ground")]
    EndsInside { at: LonLat },
    #[error("the line crosses this ground more than once and makes {pieces} pieces")]
    CrossesTwice { pieces: usize, at: LonLat },
    #[error("the edges are too many to cut")]
    Tangled { at: LonLat },
    #[error("{0}")]
    Unsound(InvalidOutline),
}

impl CannotSplit {
    /// Stable code for findings.
    pub fn code(&self) -> &'static str {
        match self {
            CannotSplit::NoLine => "split_line_missing",
            CannotSplit::LineTooLong { .. } => "split_line_too_long",
            CannotSplit::LineCrossesItself { .. } => "split_line_crosses_itself",
            CannotSplit::Misses { .. } => "split_line_misses",
            CannotSplit::Touches { .. } => "split_line_touches",
            CannotSplit::EndsInside { .. } => "split_line_ends_inside",
            CannotSplit::CrossesTwice { .. } => "split_line_crosses_twice",
            CannotSplit::Tangled { .. } => "outline_tangled",
            CannotSplit::Unsound(bad) => bad.why.code(),
        }
    }

    pub fn at(&self) -> Option<LonLat> {
        match self {
            CannotSplit::NoLine => None,
            CannotSplit::LineTooLong { at, .. }
            | CannotSplit::LineCrossesItself { at }
            | CannotSplit::Misses { at }
            | CannotSplit::Touches { at }
            | CannotSplit::EndsInside { at }
            | CannotSplit::CrossesTwice { at, .. }
            | CannotSplit::Tangled { at } => Some(*at),
            CannotSplit::Unsound(bad) => bad.at,
        }
    }

    pub fn mend(&self) -> &'static str {
        match self {
            CannotSplit::NoLine => "draw a line from one edge to another",
            CannotSplit::LineTooLong { .. } => "draw the line with fewer vertices",
            CannotSplit::LineCrossesItself { .. } => "draw the line without a loop",
            CannotSplit::Misses { .. } | CannotSplit::Touches { .. } => "draw the line right across, from edge to edge",
            CannotSplit::EndsInside { .. } => "draw the line on until it reaches the edge",
            CannotSplit::CrossesTwice { .. } => "split in steps, one line for each two pieces",
            CannotSplit::Tangled { .. } => "simplify the outline",
            CannotSplit::Unsound(bad) => bad.why.mend(),
        }
    }
}

/// The two sides of the line, seen in the direction in which it was drawn. Parts of the ground that the line does not meet
/// stay with the larger side.
#[derive(Debug, Clone, PartialEq)]
pub struct Halves {
    pub left: Outline,
    pub right: Outline,
}

/// Cuts along a line that reaches from edge to edge.
pub fn split(outline: &Outline, line: &[LonLat]) -> Result<Halves, CannotSplit> {
    let line = tidy(line)?;
    let (first, last) = (line[0], line[line.len() - 1]);
    let middle = line[line.len() / 2];
    let reach = Envelope::of_points(line.iter().copied()).unwrap_or(Envelope::of_point(first));
    if !reach.meets(&outline.envelope()) {
        return Err(CannotSplit::Misses { at: middle });
    }
    // Ends drawn on an edge are vertices of it, however they were rounded.
    let whole = with_nodes(outline, &[first, last]).unwrap_or_else(|| outline.clone());
    let corners: HashSet<LonLat> = vertices(&whole).collect();
    if let Some(at) = [first, last]
        .into_iter()
        .find(|p| !corners.contains(p) && whole.contains(*p))
    {
        return Err(CannotSplit::EndsInside { at });
    }
    let raw = whole.to_raw();
    if is_tangled(&[raw.clone(), vec![vec![line.clone()]]]) {
        return Err(CannotSplit::Tangled { at: middle });
    }
    let pieces = sliced(&raw, &line);
    let before = raw.len();
    if pieces.len() <= before {
        let met = line
            .windows(2)
            .find_map(|w| edges(&whole).find_map(|e| meeting(e, (w[0], w[1]))));
        return Err(match met {
            Some(at) => CannotSplit::Touches { at },
            None => CannotSplit::Misses { at: middle },
        });
    }
    if pieces.len() > before + 1 {
        return Err(CannotSplit::CrossesTwice {
            pieces: pieces.len() + 1 - before,
            at: middle,
        });
    }
    // What cutting dropped from straight edges is put back. Nothing bends here: the neighbours are not asked.
    let mut nodes: Vec<LonLat> = corners.into_iter().chain(line.iter().copied()).collect();
    nodes.extend(pieces.iter().flatten().flatten().copied());
    let mut outlines = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let (sound, _) = Outline::mended(vec![piece]).map_err(CannotSplit::Unsound)?;
        outlines.push(sound);
    }
    let outlines = super::all_noded(outlines, &nodes, Nearness::Straight);
    halves(outlines, &line).ok_or(CannotSplit::Touches { at: middle })
}

/// Without repeats, checked for length and loops.
fn tidy(line: &[LonLat]) -> Result<Vec<LonLat>, CannotSplit> {
    let mut line = line.to_vec();
    line.dedup();
    let (Some(&first), found) = (line.first(), line.len()) else {
        return Err(CannotSplit::NoLine);
    };
    if found < 2 {
        return Err(CannotSplit::NoLine);
    }
    if found > MAX_LINE_VERTICES {
        return Err(CannotSplit::LineTooLong { found, at: first });
    }
    let stretches: Vec<(LonLat, LonLat)> = line.windows(2).map(|w| (w[0], w[1])).collect();
    for (i, a) in stretches.iter().enumerate() {
        for b in &stretches[i + 1..] {
            let joint = a.1 == b.0;
            let at = match meeting(*a, *b) {
                Some(at) if !joint || at != a.1 => Some(at),
                // Doubling back over the stretch before.
                _ if joint => along(a.0, a.1, b.1)
                    .or(along(b.0, b.1, a.0))
                    .map(|_| a.1)
                    .filter(|_| turn(a.0, a.1, b.1) == 0),
                _ => None,
            };
            if let Some(at) = at {
                return Err(CannotSplit::LineCrossesItself { at });
            }
        }
    }
    Ok(line)
}

/// Sorts the pieces to the sides of the line.
fn halves(mut outlines: Vec<Outline>, line: &[LonLat]) -> Option<Halves> {
    let borders: Vec<HashSet<(LonLat, LonLat)>> = outlines.iter().map(|o| edges(o).collect()).collect();
    let mut cut = None;
    for (i, a) in borders.iter().enumerate() {
        for (j, b) in borders.iter().enumerate().skip(i + 1) {
            let shared = a.iter().copied().filter(|(u, v)| b.contains(&(*v, *u))).min();
            if let Some(edge) = shared.filter(|_| cut.is_none()) {
                cut = Some((i, j, edge));
            }
        }
    }
    let (i, j, (u, v)) = cut?;
    let on = |p: LonLat, w: &[LonLat]| p == w[0] || p == w[1] || along(w[0], w[1], p).is_some();
    let stretch = line
        .windows(2)
        .find(|w| on(u, w) && on(v, w))
        .or(line.windows(2).next())?;
    let step = |from: i32, to: i32| i128::from(to) - i128::from(from);
    let with_line = step(u.lon, v.lon) * step(stretch[0].lon, stretch[1].lon)
        + step(u.lat, v.lat) * step(stretch[0].lat, stretch[1].lat)
        > 0;
    // The ground of a piece lies to the left of its edges.
    let (left, right) = if with_line { (i, j) } else { (j, i) };
    let rest: Vec<Outline> = (0..outlines.len())
        .filter(|k| *k != left && *k != right)
        .map(|k| outlines[k].clone())
        .collect();
    let larger = if outlines[left].doubled_grid_area() >= outlines[right].doubled_grid_area() {
        left
    } else {
        right
    };
    if !rest.is_empty() {
        let raw = std::iter::once(&outlines[larger])
            .chain(&rest)
            .flat_map(Outline::to_raw)
            .collect();
        outlines[larger] = Outline::new(raw).ok()?;
    }
    Some(Halves {
        left: outlines[left].clone(),
        right: outlines[right].clone(),
    })
}

fn turn(a: LonLat, b: LonLat, c: LonLat) -> i128 {
    let step = |from: i32, to: i32| i128::from(to) - i128::from(from);
    let value = step(a.lon, b.lon) * step(a.lat, c.lat) - step(a.lat, b.lat) * step(a.lon, c.lon);
    value.signum()
}

/// Where two stretches meet, their ends included; a corner of either where one can be named.
fn meeting((a, b): (LonLat, LonLat), (c, d): (LonLat, LonLat)) -> Option<LonLat> {
    let boxed = |p, q| Envelope::of_point(p).union(Envelope::of_point(q));
    if !boxed(a, b).meets(&boxed(c, d)) {
        return None;
    }
    let (c_side, d_side) = (turn(a, b, c), turn(a, b, d));
    let (a_side, b_side) = (turn(c, d, a), turn(c, d, b));
    if c_side * d_side > 0 || a_side * b_side > 0 {
        return None;
    }
    let ends = [
        (c_side, c, (a, b)),
        (d_side, d, (a, b)),
        (a_side, a, (c, d)),
        (b_side, b, (c, d)),
    ];
    let touching = ends
        .into_iter()
        .find(|(side, p, (from, to))| *side == 0 && boxed(*from, *to).contains(*p))
        .map(|(_, p, _)| p);
    touching.or((c_side != 0 && d_side != 0).then_some(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawn::rectangle;

    fn spots(line: &[(i32, i32)]) -> Vec<LonLat> {
        line.iter().map(|&(lon, lat)| LonLat { lon, lat }).collect()
    }

    fn why(line: &[(i32, i32)]) -> &'static str {
        split(&rectangle(0, 0, 20_000, 10_000), &spots(line))
            .unwrap_err()
            .code()
    }

    #[test]
    fn a_line_from_edge_to_edge_makes_a_left_and_a_right() {
        let whole = rectangle(0, 0, 20_000, 10_000);
        let up = split(&whole, &spots(&[(5_000, -500), (5_000, 10_500)])).unwrap();
        assert_eq!(
            up.left.envelope().max.lon,
            5_000,
            "west lies left of a line to the north"
        );
        assert_eq!(
            up.left.doubled_grid_area() + up.right.doubled_grid_area(),
            whole.doubled_grid_area()
        );
        let down = split(&whole, &spots(&[(5_000, 10_000), (6_000, 5_000), (5_000, 0)])).unwrap();
        assert!(down.left.doubled_grid_area() > down.right.doubled_grid_area());
        assert_eq!(
            down.left.doubled_grid_area() + down.right.doubled_grid_area(),
            whole.doubled_grid_area()
        );
    }

    #[test]
    fn a_line_through_a_hole_cuts_and_keeps_every_vertex() {
        let ring = spots(&[(0, 0), (10_000, 0), (20_000, 0), (20_000, 10_000), (0, 10_000)]);
        let hole = spots(&[(9_000, 4_000), (9_000, 6_000), (11_000, 6_000), (11_000, 4_000)]);
        let whole = Outline::new(vec![vec![ring, hole]]).unwrap();
        let halves = split(&whole, &spots(&[(-10, 5_000), (20_010, 5_000)])).unwrap();
        assert_eq!(
            halves.left.doubled_grid_area() + halves.right.doubled_grid_area(),
            whole.doubled_grid_area()
        );
        let south = vertices(&halves.right).collect::<HashSet<_>>();
        assert!(
            south.contains(&LonLat { lon: 10_000, lat: 0 }),
            "a vertex on a straight edge stays"
        );
    }

    #[test]
    fn lines_that_do_not_cut_are_told_apart() {
        assert_eq!(why(&[]), "split_line_missing");
        assert_eq!(why(&[(5, 5), (5, 5)]), "split_line_missing");
        assert_eq!(why(&[(30_000, 0), (40_000, 0)]), "split_line_misses");
        assert_eq!(
            why(&[(-5_000, 8_000), (2_000, 18_000)]),
            "split_line_misses",
            "past a corner"
        );
        assert_eq!(why(&[(0, -5_000), (0, 15_000)]), "split_line_touches", "along an edge");
        assert_eq!(
            why(&[(-5_000, 5_000), (5_000, 15_000)]),
            "split_line_touches",
            "a corner"
        );
        assert_eq!(why(&[(5_000, -500), (5_000, 5_000)]), "split_line_ends_inside");
        assert_eq!(
            why(&[(5_000, -500), (5_000, 10_500), (8_000, 10_500), (8_000, -500)]),
            "split_line_crosses_twice"
        );
        assert_eq!(
            why(&[
                (5_000, -500),
                (5_000, 8_000),
                (9_000, 8_000),
                (2_000, 4_000),
                (-500, 4_000)
            ]),
            "split_line_crosses_itself"
        );
        assert_eq!(
            why(&[(5_000, -500), (5_000, 10_500), (5_000, 5_000), (5_000, 3_000)]),
            "split_line_crosses_itself"
        );
    }

    #[test]
    fn a_line_around_half_the_world_cuts_like_any_other() {
        let whole = rectangle(0, 0, 20_000, 10_000);
        let halves = split(&whole, &spots(&[(-1_700_000_000, 5_000), (1_700_000_000, 5_000)])).unwrap();
        assert_eq!(
            halves.left.envelope().min.lat,
            5_000,
            "north lies left of a line to the east"
        );
        assert_eq!(halves.right.doubled_grid_area(), halves.left.doubled_grid_area());
    }

    #[test]
    fn parts_the_line_does_not_meet_stay_with_the_larger_side() {
        let mut raw = rectangle(0, 0, 20_000, 10_000).to_raw();
        raw.extend(rectangle(50_000, 0, 60_000, 10_000).to_raw());
        let whole = Outline::new(raw).unwrap();
        let halves = split(&whole, &spots(&[(5_000, -500), (5_000, 10_500)])).unwrap();
        assert_eq!((halves.left.parts().len(), halves.right.parts().len()), (1, 2));
    }
}
