//! Areas out of loose lines, 拼环: member ways are cut into segments, and what they enclose is read off the plane itself
//! rather than off the roles people gave them. All arithmetic is on whole numbers (1e-7 degree), so nothing is a near miss.
//!
//! Ground is inside where a walk from far away has crossed an odd number of lines. Rings that touch in single points come out
//! as separate simple rings; a hole that touches its outline in two points splits it.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::limits::OSM_SEGMENT_PAIRS_MAX;

/// Longitude and latitude in 1e-7 degrees.
pub(super) type Spot = [i32; 2];
/// A ring without its closing point.
pub(super) type Ring = Vec<Spot>;

/// Why lines enclose nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoArea {
    /// A line ends here and no other goes on.
    Open(Spot),
    /// Two lines cross or lie on one another here.
    Crossing(Spot),
    /// Fewer than three different points.
    Nothing,
    TooComplex,
}

type Segment = (Spot, Spot);

/// Polygons enclosed by the lines, each with its outer ring first (counter-clockwise), then its holes (clockwise).
pub(super) fn assemble(lines: &[Vec<Spot>]) -> Result<Vec<Vec<Ring>>, NoArea> {
    let segments = segments(lines);
    if segments.len() < 3 {
        return Err(open_end(&segments).map_or(NoArea::Nothing, NoArea::Open));
    }
    let mut budget = OSM_SEGMENT_PAIRS_MAX;
    if let Some(spot) = open_end(&segments) {
        return Err(NoArea::Open(spot));
    }
    check_crossings(&segments, &mut budget)?;
    let plane = Plane::new(&segments);
    let inside = plane.inside(&mut budget)?;
    let mut rings = Vec::new();
    for (cycle, inside) in plane.cycles.iter().zip(&inside) {
        if *inside {
            split(cycle.iter().map(|half| plane.origin(*half)), &mut rings);
        }
    }
    nest(rings, &mut budget)
}

/// Undirected segments, sorted. A line given twice counts once; a segment that two different lines share bounds nothing and
/// goes (the wall between two holes side by side).
fn segments(lines: &[Vec<Spot>]) -> Vec<Segment> {
    let mut different: Vec<Vec<Segment>> = lines
        .iter()
        .map(|line| {
            let pairs = line.windows(2).filter(|pair| pair[0] != pair[1]);
            let mut segments: Vec<Segment> = pairs.map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1]))).collect();
            segments.sort_unstable();
            segments
        })
        .collect();
    different.sort_unstable();
    different.dedup();
    let mut all: Vec<Segment> = different.into_iter().flatten().collect();
    all.sort_unstable();
    all.chunk_by(|a, b| a == b)
        .filter(|run| run.len() % 2 == 1)
        .map(|run| run[0])
        .collect()
}

fn open_end(segments: &[Segment]) -> Option<Spot> {
    let mut ends: Vec<Spot> = segments.iter().flat_map(|(a, b)| [*a, *b]).collect();
    ends.sort_unstable();
    ends.chunk_by(|a, b| a == b)
        .find(|run| run.len() % 2 == 1)
        .map(|run| run[0])
}

/// Twice the signed area of the triangle a, b, c: positive when c lies left of a → b.
fn turn(a: Spot, b: Spot, c: Spot) -> i128 {
    let (bx, by) = (i128::from(b[0]) - i128::from(a[0]), i128::from(b[1]) - i128::from(a[1]));
    let (cx, cy) = (i128::from(c[0]) - i128::from(a[0]), i128::from(c[1]) - i128::from(a[1]));
    bx * cy - by * cx
}

fn check_crossings(segments: &[Segment], budget: &mut u64) -> Result<(), NoArea> {
    for (at, one) in segments.iter().enumerate() {
        for other in segments[at + 1..].iter().take_while(|other| other.0[0] <= one.1[0]) {
            *budget = budget.checked_sub(1).ok_or(NoArea::TooComplex)?;
            if let Some(spot) = crossing(*one, *other) {
                return Err(NoArea::Crossing(spot));
            }
        }
    }
    Ok(())
}

/// Where two segments meet other than at a common end.
fn crossing((a, b): Segment, (c, d): Segment) -> Option<Spot> {
    if a[1].max(b[1]) < c[1].min(d[1]) || c[1].max(d[1]) < a[1].min(b[1]) {
        return None;
    }
    let common = [(a, b, c, d), (a, b, d, c), (b, a, c, d), (b, a, d, c)]
        .into_iter()
        .find(|(p, _, r, _)| p == r);
    if let Some((shared, one, _, other)) = common {
        let along = |q: Spot, axis: usize| i128::from(q[axis]) - i128::from(shared[axis]);
        let same_way = along(one, 0) * along(other, 0) + along(one, 1) * along(other, 1) > 0;
        return (turn(shared, one, other) == 0 && same_way).then_some(shared);
    }
    let (c_side, d_side) = (turn(a, b, c).signum(), turn(a, b, d).signum());
    let (a_side, b_side) = (turn(c, d, a).signum(), turn(c, d, b).signum());
    if c_side * d_side < 0 && a_side * b_side < 0 {
        return Some(c);
    }
    let between = |p: Spot, q: Spot, r: Spot| {
        (0..2).all(|axis| p[axis].min(q[axis]) <= r[axis] && r[axis] <= p[axis].max(q[axis]))
    };
    let touching = [
        (c_side, c, a, b),
        (d_side, d, a, b),
        (a_side, a, c, d),
        (b_side, b, c, d),
    ];
    touching
        .into_iter()
        .find(|(side, spot, p, q)| *side == 0 && between(*p, *q, *spot))
        .map(|(_, spot, _, _)| spot)
}

/// The plane cut up by segments that meet only at their ends. Half-edge `2 s` runs along segment `s`, `2 s + 1` against it.
struct Plane<'a> {
    segments: &'a [Segment],
    /// Walks with one piece of ground on their left, as half-edges.
    cycles: Vec<Vec<usize>>,
    cycle_of: Vec<usize>,
}

impl<'a> Plane<'a> {
    fn new(segments: &'a [Segment]) -> Self {
        let mut plane = Plane {
            segments,
            cycles: Vec::new(),
            cycle_of: vec![usize::MAX; segments.len() * 2],
        };
        let mut around: Vec<usize> = (0..segments.len() * 2).collect();
        around.sort_unstable_by(|a, b| {
            plane
                .origin(*a)
                .cmp(&plane.origin(*b))
                .then_with(|| plane.by_angle(*a, *b))
        });
        // The neighbour of each half-edge when turning clockwise around its origin.
        let mut clockwise = vec![0; around.len()];
        for fan in around.chunk_by(|a, b| plane.origin(*a) == plane.origin(*b)) {
            for (at, half) in fan.iter().enumerate() {
                clockwise[*half] = fan[(at + fan.len() - 1) % fan.len()];
            }
        }
        for start in 0..plane.cycle_of.len() {
            if plane.cycle_of[start] != usize::MAX {
                continue;
            }
            let mut cycle = Vec::new();
            let mut half = start;
            while plane.cycle_of[half] == usize::MAX {
                plane.cycle_of[half] = plane.cycles.len();
                cycle.push(half);
                half = clockwise[half ^ 1];
            }
            plane.cycles.push(cycle);
        }
        plane
    }

    fn origin(&self, half: usize) -> Spot {
        let (a, b) = self.segments[half / 2];
        if half.is_multiple_of(2) { a } else { b }
    }

    /// Counter-clockwise order of two half-edges that leave one spot.
    fn by_angle(&self, a: usize, b: usize) -> Ordering {
        let (origin, one, other) = (self.origin(a), self.origin(a ^ 1), self.origin(b ^ 1));
        let lower = |spot: Spot| spot[1] < origin[1] || (spot[1] == origin[1] && spot[0] < origin[0]);
        lower(one)
            .cmp(&lower(other))
            .then_with(|| 0.cmp(&turn(origin, one, other)))
    }

    fn area(&self, cycle: &[usize]) -> i128 {
        let base = self.origin(cycle[0]);
        cycle
            .iter()
            .map(|half| turn(base, self.origin(*half), self.origin(half ^ 1)))
            .sum()
    }

    /// For each cycle, whether the ground on its left is inside.
    fn inside(&self, budget: &mut u64) -> Result<Vec<bool>, NoArea> {
        let mut known: Vec<Option<bool>> = vec![None; self.cycles.len()];
        // The one clockwise cycle of a connected piece has the ground around that piece on its left.
        for (outer, cycle) in self.cycles.iter().enumerate().filter(|(_, cycle)| self.area(cycle) < 0) {
            let mut piece = vec![false; self.cycles.len()];
            let mut order = vec![outer];
            piece[outer] = true;
            let mut at = 0;
            while let Some(current) = order.get(at).copied() {
                at += 1;
                for half in &self.cycles[current] {
                    let neighbour = self.cycle_of[half ^ 1];
                    if !piece[neighbour] {
                        piece[neighbour] = true;
                        order.push(neighbour);
                    }
                }
            }
            let first = cycle.iter().map(|half| self.origin(*half)).min().unwrap_or_default();
            *budget = budget
                .checked_sub((self.segments.len() + self.cycles.len()) as u64)
                .ok_or(NoArea::TooComplex)?;
            let crossed = self
                .segments
                .iter()
                .enumerate()
                .filter(|(segment, _)| !piece[self.cycle_of[segment * 2]])
                .filter(|(_, (a, b))| (a[1] > first[1]) != (b[1] > first[1]) && is_left_of(*a, *b, first))
                .count();
            known[outer] = Some(crossed % 2 == 1);
            for current in order {
                let Some(here) = known[current] else { continue };
                for half in &self.cycles[current] {
                    known[self.cycle_of[half ^ 1]].get_or_insert(!here);
                }
            }
        }
        Ok(known.into_iter().map(|inside| inside.unwrap_or(false)).collect())
    }
}

/// True when the segment passes the height of `spot` to the left (west) of it.
fn is_left_of(a: Spot, b: Spot, spot: Spot) -> bool {
    let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
    turn(low, high, spot) < 0
}

/// Cuts a closed walk into rings that visit no spot twice.
fn split(walk: impl Iterator<Item = Spot>, rings: &mut Vec<Ring>) {
    let mut stack: Ring = Vec::new();
    let mut place: HashMap<Spot, usize> = HashMap::new();
    for spot in walk {
        if let Some(&at) = place.get(&spot) {
            let ring = stack.split_off(at);
            for gone in &ring {
                place.remove(gone);
            }
            rings.push(ring);
        }
        place.insert(spot, stack.len());
        stack.push(spot);
    }
    if !stack.is_empty() {
        rings.push(stack);
    }
}

fn ring_area(ring: &[Spot]) -> i128 {
    let Some(base) = ring.first() else { return 0 };
    ring.windows(2).map(|pair| turn(*base, pair[0], pair[1])).sum()
}

/// Gives each hole to the smallest outer ring around it.
fn nest(rings: Vec<Ring>, budget: &mut u64) -> Result<Vec<Vec<Ring>>, NoArea> {
    let (mut polygons, mut holes) = (Vec::new(), Vec::new());
    for ring in rings {
        let area = ring_area(&ring);
        match area.cmp(&0) {
            Ordering::Greater => polygons.push((area, vec![ring])),
            Ordering::Less => holes.push(ring),
            Ordering::Equal => {}
        }
    }
    polygons.sort_by_key(|(area, _)| *area);
    for hole in holes {
        let mut home = None;
        for (at, (_, polygon)) in polygons.iter().enumerate() {
            let outer = &polygon[0];
            *budget = budget.checked_sub(outer.len() as u64).ok_or(NoArea::TooComplex)?;
            // A vertex on the outer ring decides nothing; rings touch in single points only, so another one does.
            if hole.iter().find_map(|spot| within(*spot, outer)).unwrap_or(true) {
                home = Some(at);
                break;
            }
        }
        if let Some(at) = home {
            polygons[at].1.push(hole);
        }
    }
    if polygons.is_empty() {
        return Err(NoArea::Nothing);
    }
    Ok(polygons.into_iter().map(|(_, polygon)| polygon).collect())
}

/// Inside, outside, or `None` when the spot is a vertex of the ring.
fn within(spot: Spot, ring: &[Spot]) -> Option<bool> {
    let mut inside = false;
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if *a == spot {
            return None;
        }
        if (a[1] > spot[1]) != (b[1] > spot[1]) && is_left_of(*a, *b, spot) {
            inside = !inside;
        }
    }
    Some(inside)
}

#[cfg(test)]
#[path = "../../tests/unit/osm_rings.rs"]
mod tests;
