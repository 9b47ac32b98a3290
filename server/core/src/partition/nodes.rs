//! Vertices that neighbours share, 共用节点: a vertex on a shared edge exists in all its sharers, so that their edges are the
//! same edges and nothing opens between them.

use super::{edges, vertices};
use crate::ground::overlay::RawPart;
use crate::ground::{Envelope, LonLat, Outline};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A vertex so many grid steps off an edge lies on it: rounding to the grid moves a spot by at most 0.71 steps, and what is handed
/// over or cut off may have been rounded twice. That is two centimetres, and no ground anybody could stand on lies between.
const ON_EDGE_STEPS: i128 = 2;

/// An edge that was bent once more by a step is still the same edge to everybody.
pub(super) const SAME_STEPS: i128 = 3;

/// Which spots are taken for vertices of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nearness {
    /// Those within reach of it.
    Any,
    /// Those on it: nothing bends.
    Straight,
    /// Those beside it: what lies on it opens nothing, and the edge keeps its vertices.
    Bending,
}

impl Nearness {
    /// Is a spot so many squared steps off, times the edge's length, one of them?
    fn takes(self, off: i128) -> bool {
        match self {
            Nearness::Any => true,
            Nearness::Straight => off == 0,
            Nearness::Bending => off != 0,
        }
    }
}

/// More vertices than this within a hair's breadth of one edge, and not on it, are no border that anybody drew.
const MAX_BENDS: usize = 500;

/// How far off the edge `a`→`b` the spot lies and how far along it, where it lies within so many steps of it between the ends;
/// both in squared steps.
pub(super) fn foot(a: LonLat, b: LonLat, p: LonLat, steps: i128) -> Option<(i128, i128)> {
    if p == a || p == b {
        return None;
    }
    let step = |from: i32, to: i32| i128::from(to) - i128::from(from);
    let (ex, ey) = (step(a.lon, b.lon), step(a.lat, b.lat));
    let (px, py) = (step(a.lon, p.lon), step(a.lat, p.lat));
    let (dot, cross, length) = (ex * px + ey * py, ex * py - ey * px, ex * ex + ey * ey);
    let between = 0 < dot && dot < length;
    let near = cross * cross <= length * steps * steps;
    (between && near).then_some((cross * cross, dot))
}

/// How far along the edge `a`→`b` the spot lies, where it lies on it between the ends; in squared steps.
pub(super) fn along(a: LonLat, b: LonLat, p: LonLat) -> Option<i128> {
    foot(a, b, p, ON_EDGE_STEPS).map(|(_, far)| far)
}

/// The outline with those of the spots that lie on its edges as vertices; `None` where it gains none, or would not be sound
/// with them.
pub fn with_nodes(outline: &Outline, nodes: &[LonLat]) -> Option<Outline> {
    noded_together(&[outline], nodes, Nearness::Any, |_| true)
        .pop()
        .flatten()
}

/// An edge whichever way it is walked: the lesser end first.
pub(super) type Edge = (LonLat, LonLat);

pub(super) fn edge(a: LonLat, b: LonLat) -> Edge {
    (a.min(b), a.max(b))
}

/// These outlines with those of the spots that lie on their edges as vertices; `None` for those that gain none. Whoever shares an
/// edge gains the same vertices on it, or nobody does: a vertex that bends the edge on one side alone opens a sliver. Only
/// edges of outlines that are `asked` gain any.
pub(crate) fn noded_together(
    outlines: &[&Outline],
    nodes: &[LonLat],
    nearness: Nearness,
    asked: impl Fn(usize) -> bool,
) -> Vec<Option<Outline>> {
    let mut near = nodes.to_vec();
    near.sort_unstable();
    near.dedup();
    let Some(reach) = Envelope::of_points(near.iter().copied()).map(|e| e.padded(SAME_STEPS as i32)) else {
        return vec![None; outlines.len()];
    };
    let mut sharers: BTreeMap<Edge, Vec<usize>> = BTreeMap::new();
    for (n, outline) in outlines.iter().enumerate().filter(|(n, _)| asked(*n)) {
        for (a, b) in edges(outline).filter(|(a, b)| boxed(*a, *b).meets(&reach)) {
            sharers.entry(edge(a, b)).or_default().push(n);
        }
    }
    for (n, outline) in outlines.iter().enumerate().filter(|(n, _)| !asked(*n)) {
        for (a, b) in edges(outline) {
            if let Some(all) = sharers.get_mut(&edge(a, b)) {
                all.push(n);
            }
        }
    }
    loop {
        let stops = Stops::of(outlines, &sharers, &near, |off, p| {
            nearness.takes(off) && (off == 0 || !is_pinched(outlines, p))
        });
        let mut unsound = Vec::new();
        let noded = outlines
            .iter()
            .map(|outline| {
                stops.put_into(outline).unwrap_or_else(|bent| {
                    unsound.extend(bent);
                    None
                })
            })
            .collect();
        if unsound.is_empty() {
            return noded;
        }
        // An outline that would fold over itself keeps these edges as they are, and so do all who share them.
        for edge in unsound {
            sharers.remove(&edge);
        }
    }
}

/// Does an outline all but touch itself at this spot: a vertex of it lies beside another edge of its own? That edge cannot bend
/// to it, so no edge that runs along it may, whoever's it is and however far it runs.
fn is_pinched(outlines: &[&Outline], p: LonLat) -> bool {
    let around = outlines.iter().filter(|o| o.envelope().contains(p));
    let mut having = around.filter(|o| vertices(o).any(|v| v == p));
    having.any(|o| edges(o).any(|(a, b)| foot(a, b, p, ON_EDGE_STEPS).is_some()))
}

/// The vertices that edges gain, each list from the lesser end on.
struct Stops(HashMap<Edge, Vec<LonLat>>);

impl Stops {
    /// `takes` says of a spot so many squared steps off, times the edge's length, whether the edge may gain it.
    fn of(
        outlines: &[&Outline],
        sharers: &BTreeMap<Edge, Vec<usize>>,
        near: &[LonLat],
        takes: impl Fn(i128, LonLat) -> bool,
    ) -> Self {
        let mut own: Vec<Option<HashSet<LonLat>>> = vec![None; outlines.len()];
        let mut all = HashMap::new();
        for (&(a, b), sharing) in sharers {
            let mut stops: Vec<LonLat> = Vec::new();
            let mut open = vec![(a, b)];
            while let Some((from, to)) = open.pop() {
                // A bend carries the edge away from what lay beside it on the other side: that lies on it all the same.
                let mut found = close_to(near, from, to, |p| foot(a, b, p, ON_EDGE_STEPS).is_some());
                // A vertex that a sharer has elsewhere stays where it is.
                found.retain(|(off, _, p)| {
                    takes(*off, *p)
                        && sharing.iter().all(|&n| {
                            !own[n]
                                .get_or_insert_with(|| vertices(outlines[n]).collect())
                                .contains(p)
                        })
                });
                let (straight, bent): (Vec<_>, Vec<_>) = found.into_iter().partition(|(off, ..)| *off == 0);
                let mut taken: Vec<(i128, LonLat)> = straight.into_iter().map(|(_, far, p)| (far, p)).collect();
                if taken.is_empty() && bent.len() <= MAX_BENDS {
                    // One at a time, the nearest first: what bends the edge decides what else lies on it.
                    taken.extend(bent.into_iter().min().map(|(_, far, p)| (far, p)));
                }
                if taken.is_empty() {
                    continue;
                }
                taken.sort_unstable();
                let mut start = from;
                for (_, p) in taken {
                    for &n in sharing {
                        own[n].get_or_insert_default().insert(p);
                    }
                    stops.push(p);
                    open.push((start, p));
                    start = p;
                }
                open.push((start, to));
            }
            if !stops.is_empty() {
                stops.sort_by_cached_key(|p| progress(a, b, *p));
                all.insert((a, b), stops);
            }
        }
        Self(all)
    }

    /// `Err` with the edges that changed, where the outline would not be sound with them.
    fn put_into(&self, outline: &Outline) -> Result<Option<Outline>, Vec<Edge>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let mut bent = Vec::new();
        let mut noded = |ring: Vec<LonLat>| -> Vec<LonLat> {
            let mut full = Vec::with_capacity(ring.len());
            for (i, &a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                full.push(a);
                let Some(stops) = self.0.get(&edge(a, b)) else { continue };
                bent.push(edge(a, b));
                match a < b {
                    true => full.extend(stops),
                    false => full.extend(stops.iter().rev()),
                }
            }
            full
        };
        let raw: Vec<RawPart> = outline
            .to_raw()
            .into_iter()
            .map(|part| part.into_iter().map(&mut noded).collect())
            .collect();
        if bent.is_empty() {
            return Ok(None);
        }
        Outline::new(raw).map(Some).map_err(|_| bent)
    }
}

/// Spots on an edge: how far off it, how far along, and which. Those of which more is known may lie as far off as an edge may
/// bend.
pub(super) fn close_to(
    near: &[LonLat],
    a: LonLat,
    b: LonLat,
    known: impl Fn(LonLat) -> bool,
) -> Vec<(i128, i128, LonLat)> {
    let reach = boxed(a, b).padded(SAME_STEPS as i32);
    let first = near.partition_point(|p| p.lon < reach.min.lon);
    near[first..]
        .iter()
        .take_while(|p| p.lon <= reach.max.lon)
        .filter(|p| reach.contains(**p))
        .filter_map(|p| {
            let spot = foot(a, b, *p, ON_EDGE_STEPS).or_else(|| foot(a, b, *p, SAME_STEPS).filter(|_| known(*p)));
            spot.map(|(off, far)| (off, far, *p))
        })
        .collect()
}

/// How far the spot lies from `a` in the direction of `b`, for putting spots in order.
fn progress(a: LonLat, b: LonLat, p: LonLat) -> i128 {
    let step = |from: i32, to: i32| i128::from(to) - i128::from(from);
    step(a.lon, b.lon) * step(a.lon, p.lon) + step(a.lat, b.lat) * step(a.lat, p.lat)
}

pub(super) fn boxed(a: LonLat, b: LonLat) -> Envelope {
    Envelope::of_point(a).union(Envelope::of_point(b))
}

/// Do two outlines cover the same ground, vertices on straight edges apart?
pub fn same_ground(a: &Outline, b: &Outline) -> bool {
    if a == b {
        return true;
    }
    let alike = a.parts().len() == b.parts().len() && a.rings().count() == b.rings().count();
    alike && follows(a, b) && follows(b, a)
}

/// Does every edge of `a` run along `b`'s?
fn follows(a: &Outline, b: &Outline) -> bool {
    let theirs: HashSet<Edge> = edges(b).map(|(from, to)| edge(from, to)).collect();
    let corners: HashSet<LonLat> = vertices(b).collect();
    let middle = |from: LonLat, to: LonLat| boxed(from, to).centre();
    let on = |p: LonLat| {
        corners.contains(&p)
            || theirs.iter().any(|(from, to)| {
                boxed(*from, *to).padded(SAME_STEPS as i32).contains(p) && foot(*from, *to, p, SAME_STEPS).is_some()
            })
    };
    edges(a)
        .filter(|(from, to)| !theirs.contains(&edge(*from, *to)))
        .all(|(from, to)| on(from) && on(to) && on(middle(from, to)))
}

/// Ends of the edges that an outline did not have before: what its neighbours may have to take over.
pub fn moved_vertices(before: Option<&Outline>, after: &Outline) -> Vec<LonLat> {
    let old: HashSet<Edge> = before.into_iter().flat_map(edges).map(|(a, b)| edge(a, b)).collect();
    let new = edges(after).filter(|(a, b)| !old.contains(&edge(*a, *b)));
    let mut ends: Vec<LonLat> = new.flat_map(|(a, b)| [a, b]).collect();
    ends.sort_unstable();
    ends.dedup();
    ends
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
            [
                spot(1_000, 1_000),
                spot(1_000, 3_050),
                spot(3_000, 1_000),
                spot(3_000, 3_050)
            ],
            "every edge but the southern is another"
        );
    }

    #[test]
    fn an_edge_bends_for_all_who_share_it_or_for_nobody() {
        let west = rectangle(0, 0, 10_000, 10_000);
        // A corner of the eastern one lies a step beside the edge that the two share.
        let notched = vec![(10_000, 0), (20_000, 0), (20_000, 10_000), (10_000, 10_000)];
        let hole = vec![(10_001, 5_000), (12_000, 6_000), (12_000, 4_000)];
        let ring = |spots: Vec<(i32, i32)>| spots.into_iter().map(|(lon, lat)| spot(lon, lat)).collect::<Vec<_>>();
        let east = Outline::new(vec![vec![ring(notched), ring(hole)]]).unwrap();
        let nodes = [spot(10_001, 5_000), spot(9_999, 2_000)];
        assert!(with_nodes(&west, &nodes[..1]).is_some(), "alone it would bend");
        let together = noded_together(&[&west, &east], &nodes, Nearness::Any, |_| true);
        let [Some(west_noded), Some(east_noded)] = &together[..] else {
            panic!("both gain the other vertex: {together:?}");
        };
        assert_eq!(west_noded.vertex_count(), 5);
        assert_eq!(
            west_noded.doubled_grid_area() + east_noded.doubled_grid_area(),
            west.doubled_grid_area() + east.doubled_grid_area()
        );
    }
}
