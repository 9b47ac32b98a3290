//! Vertices that neighbours share, 共用节点: a vertex on a shared edge exists in all its sharers, so that their edges are the
//! same edges and nothing opens between them.

use super::{edges, vertices};
use crate::ground::overlay::RawPart;
use crate::ground::{Envelope, LonLat, Outline};
use std::collections::HashSet;

/// A vertex so many grid steps off an edge lies on it: rounding to the grid moves a spot by at most 0.71 steps, under a
/// centimetre, and no ground anybody could stand on lies between.
const ON_EDGE_STEPS: i128 = 1;

/// How far along the edge `a`→`b` the spot lies, where it lies on it between the ends; in squared steps.
pub(super) fn along(a: LonLat, b: LonLat, p: LonLat) -> Option<i128> {
    if p == a || p == b {
        return None;
    }
    let step = |from: i32, to: i32| i128::from(to) - i128::from(from);
    let (ex, ey) = (step(a.lon, b.lon), step(a.lat, b.lat));
    let (px, py) = (step(a.lon, p.lon), step(a.lat, p.lat));
    let (dot, cross, length) = (ex * px + ey * py, ex * py - ey * px, ex * ex + ey * ey);
    let between = 0 < dot && dot < length;
    let near = cross * cross <= length * ON_EDGE_STEPS * ON_EDGE_STEPS;
    (between && near).then_some(dot)
}

/// The outline with those of the spots that lie on its edges as vertices; `None` where it gains none, or would not be sound
/// with them.
pub fn with_nodes(outline: &Outline, nodes: &[LonLat]) -> Option<Outline> {
    let envelope = outline.envelope();
    let own: HashSet<LonLat> = vertices(outline).collect();
    let mut near: Vec<LonLat> = nodes
        .iter()
        .copied()
        .filter(|p| widened(envelope).contains(*p) && !own.contains(p))
        .collect();
    near.sort_unstable();
    near.dedup();
    if near.is_empty() {
        return None;
    }
    let mut gained = false;
    let mut noded = |ring: Vec<LonLat>| -> Vec<LonLat> {
        let mut full = Vec::with_capacity(ring.len());
        for (i, &a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            full.push(a);
            let reach = widened(Envelope::of_point(a).union(Envelope::of_point(b)));
            let first = near.partition_point(|p| p.lon < reach.min.lon);
            let mut stops: Vec<(i128, LonLat)> = near[first..]
                .iter()
                .take_while(|p| p.lon <= reach.max.lon)
                .filter(|p| reach.contains(**p))
                .filter_map(|p| along(a, b, *p).map(|far| (far, *p)))
                .collect();
            stops.sort_unstable();
            gained |= !stops.is_empty();
            full.extend(stops.into_iter().map(|(_, p)| p));
        }
        full
    };
    let raw: Vec<RawPart> = outline
        .to_raw()
        .into_iter()
        .map(|part| part.into_iter().map(&mut noded).collect())
        .collect();
    if gained { Outline::new(raw).ok() } else { None }
}

fn widened(box_: Envelope) -> Envelope {
    Envelope {
        min: LonLat {
            lon: box_.min.lon - 1,
            lat: box_.min.lat - 1,
        },
        max: LonLat {
            lon: box_.max.lon + 1,
            lat: box_.max.lat + 1,
        },
    }
}

/// Do two outlines cover the same ground, vertices on straight edges apart?
pub fn same_ground(a: &Outline, b: &Outline) -> bool {
    if a == b {
        return true;
    }
    if a.parts().len() != b.parts().len() || a.rings().count() != b.rings().count() {
        return false;
    }
    let noded = |of: &Outline, with: &Outline| {
        let nodes: Vec<LonLat> = vertices(with).collect();
        let full = with_nodes(of, &nodes).unwrap_or_else(|| of.clone());
        let mut all: Vec<(LonLat, LonLat)> = edges(&full).collect();
        all.sort_unstable();
        all
    };
    noded(a, b) == noded(b, a)
}

/// Vertices of an outline that it did not have before.
pub fn moved_vertices(before: Option<&Outline>, after: &Outline) -> Vec<LonLat> {
    let old: HashSet<LonLat> = before.into_iter().flat_map(vertices).collect();
    vertices(after).filter(|p| !old.contains(p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawn::rectangle;

    fn spot(lon: i32, lat: i32) -> LonLat {
        LonLat { lon, lat }
    }

    #[test]
    fn a_vertex_on_an_edge_moves_no_ground() {
        let square = rectangle(1_000, 1_000, 3_000, 3_000);
        let noded = with_nodes(&square, &[spot(2_000, 1_000), spot(3_001, 2_000), spot(2_000, 2_000)]).unwrap();
        assert_eq!(noded.vertex_count(), 6, "two on edges, one well inside");
        assert!(same_ground(&square, &noded) && same_ground(&noded, &square));
        assert!(with_nodes(&noded, &[spot(2_000, 1_000)]).is_none(), "it has it already");
    }

    #[test]
    fn a_corner_pulled_out_moves_ground() {
        let square = rectangle(1_000, 1_000, 3_000, 3_000);
        assert!(!same_ground(&square, &rectangle(1_000, 1_000, 3_000, 3_050)));
        assert!(!same_ground(&square, &rectangle(1_000, 1_000, 3_010, 3_000)));
        assert_eq!(
            moved_vertices(Some(&square), &rectangle(1_000, 1_000, 3_000, 3_050)),
            [spot(3_000, 3_050), spot(1_000, 3_050)]
        );
    }
}
