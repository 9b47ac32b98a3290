//! Ground divided among neighbours, 划分: cut by a line, joined, handed over, and what is left between. Pure geometry on the
//! integer grid; every result passes the outline gate.

mod gap;
mod merge;
mod nodes;
mod split;
mod tears;
mod transfer;

pub(crate) use gap::left_over;
pub use gap::{Gap, gap};
pub use merge::{CannotMerge, merge};
pub(crate) use nodes::{Nearness, noded_together};
pub use nodes::{moved_vertices, same_ground, with_nodes};
pub use split::{CannotSplit, Halves, MAX_LINE_VERTICES, split};
pub(crate) use tears::tear;
pub(crate) use transfer::distance_to_shared;
pub use transfer::{CannotTransfer, Transferred, reach_for, transfer};

use crate::ground::{LonLat, Outline};

/// Every vertex of an outline.
pub(crate) fn vertices(outline: &Outline) -> impl Iterator<Item = LonLat> + '_ {
    outline.rings().flat_map(|r| r.vertices().iter().copied())
}

/// Every edge of an outline in the direction in which its ground lies to the left.
pub(crate) fn edges(outline: &Outline) -> impl Iterator<Item = (LonLat, LonLat)> + '_ {
    outline.rings().flat_map(|r| r.edges())
}

/// These outlines with the spots that lie on their edges as vertices, the same on every edge that two of them share.
fn all_noded(outlines: Vec<Outline>, nodes: &[LonLat], nearness: Nearness) -> Vec<Outline> {
    let noded = noded_together(&outlines.iter().collect::<Vec<_>>(), nodes, nearness, |_| true);
    noded
        .into_iter()
        .zip(outlines)
        .map(|(noded, plain)| noded.unwrap_or(plain))
        .collect()
}
