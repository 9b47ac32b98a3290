//! Edges that run along each other and are not the same edge, 边界错缝: a hair of ground between them is nobody's, or two's.

use super::nodes::{close_to, edge, foot};
use super::{edges, nodes};
use crate::ground::{Envelope, LonLat, Outline};
use std::collections::{HashMap, HashSet};

/// A vertex that a drawn outline has beside its neighbour's edge, and which of the outlines these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tear {
    pub at: LonLat,
    pub drawn: usize,
    pub neighbour: usize,
}

/// The first place where a new edge of an outline runs along another outline's edge without being the same. `before` says how
/// an outline lay, for those that are drawn. Vertices are shared wherever that is possible, so this is where it is not: where a
/// neighbour all but touches itself, its edge can bend nowhere without folding over.
pub(crate) fn tear(outlines: &[&Outline], before: &[Option<&Outline>]) -> Option<Tear> {
    let mut next_to: HashMap<LonLat, Vec<(usize, LonLat)>> = HashMap::new();
    for (n, (outline, before)) in outlines.iter().zip(before).enumerate() {
        let old: HashSet<_> = before
            .iter()
            .copied()
            .flat_map(edges)
            .map(|(a, b)| edge(a, b))
            .collect();
        for (a, b) in edges(outline).filter(|(a, b)| !old.contains(&edge(*a, *b))) {
            next_to.entry(a).or_default().push((n, b));
            next_to.entry(b).or_default().push((n, a));
        }
    }
    let mut made: Vec<LonLat> = next_to.keys().copied().collect();
    made.sort_unstable();
    let reach = Envelope::of_points(made.iter().copied())?.padded(nodes::SAME_STEPS as i32);
    let along = |a, b, q| q == a || q == b || foot(a, b, q, nodes::SAME_STEPS).is_some();
    for (m, outline) in outlines.iter().enumerate().filter(|(_, o)| o.envelope().meets(&reach)) {
        let mut own: Option<HashSet<_>> = None;
        for (a, b) in edges(outline).filter(|(a, b)| nodes::boxed(*a, *b).meets(&reach)) {
            for (off, _, p) in close_to(&made, a, b, |_| false) {
                let beside = next_to[&p]
                    .iter()
                    .filter(|(n, q)| *n != m && off != 0 && along(a, b, *q));
                for &(drawn, q) in beside {
                    let own = own.get_or_insert_with(|| edges(outline).map(|(a, b)| edge(a, b)).collect());
                    if !own.contains(&edge(p, q)) {
                        return Some(Tear {
                            at: p,
                            drawn,
                            neighbour: m,
                        });
                    }
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawn::rectangle;

    fn ring(spots: &[(i32, i32)]) -> Outline {
        Outline::new(vec![vec![
            spots.iter().map(|&(lon, lat)| LonLat { lon, lat }).collect(),
        ]])
        .unwrap()
    }

    #[test]
    fn a_vertex_beside_the_neighbours_edge_is_a_tear() {
        let west = rectangle(0, 0, 10_000, 10_000);
        let east = ring(&[
            (10_000, 0),
            (20_000, 0),
            (20_000, 10_000),
            (10_000, 10_000),
            (10_001, 5_000),
        ]);
        let spot = LonLat {
            lon: 10_001,
            lat: 5_000,
        };
        let torn = Tear {
            at: spot,
            drawn: 1,
            neighbour: 0,
        };
        assert_eq!(tear(&[&west, &east], &[None, None]), Some(torn));
        assert_eq!(
            tear(&[&west, &east], &[Some(&west), Some(&east)]),
            None,
            "it was there before"
        );
    }

    #[test]
    fn edges_that_are_the_same_and_corners_that_only_touch_are_none() {
        let west = rectangle(0, 0, 10_000, 10_000);
        assert_eq!(
            tear(&[&west, &rectangle(10_000, 0, 20_000, 10_000)], &[None, None]),
            None
        );
        let straight = ring(&[
            (10_000, 0),
            (20_000, 0),
            (20_000, 10_000),
            (10_000, 10_000),
            (10_000, 5_000),
        ]);
        assert_eq!(tear(&[&west, &straight], &[None, None]), None, "nothing lies between");
        let corner = ring(&[(10_001, 5_000), (20_000, 4_000), (20_000, 6_000)]);
        assert_eq!(tear(&[&west, &corner], &[None, None]), None);
    }
}
