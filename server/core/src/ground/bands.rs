//! Edges of a long outline sorted into bands of latitude, so that a spot or a small box meets a few of them and not all.

use super::{Envelope, LonLat, Outline};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How much of a box some ground covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    Whole,
    /// Some of it, or too near the edge to say.
    Partly,
    Nothing,
}

/// Outlines with fewer vertices are looked through as they are: most are buildings, and bands would cost them memory.
const BANDED_FROM_VERTICES: usize = 64;
/// Edges a band holds on average.
const EDGES_PER_BAND: usize = 4;

/// The bands of one outline, shared by its clones.
#[derive(Debug, Clone, Default)]
pub(super) struct Bands(Option<Arc<Sorted>>);

#[derive(Debug)]
struct Sorted {
    south: i64,
    /// Grid steps of latitude one band spans.
    height: i64,
    /// Where each band's edges begin in `edges`, and one more for the end.
    starts: Box<[u32]>,
    edges: Box<[(LonLat, LonLat)]>,
}

/// They follow from the outline's vertices and tell two outlines no more apart.
impl PartialEq for Bands {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Bands {}

impl Hash for Bands {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Bands {
    pub fn of(outline: &Outline) -> Self {
        let long = outline.vertex_count() >= BANDED_FROM_VERTICES;
        Self(long.then(|| Arc::new(Sorted::new(outline))))
    }

    /// The edges that may reach latitudes `from` to `to`; some more than once when they span several bands. `None`: the
    /// outline is short, look at all of its edges.
    pub fn reaching(&self, from: i32, to: i32) -> Option<&[(LonLat, LonLat)]> {
        Some(self.0.as_ref()?.reaching(from, to))
    }
}

impl Sorted {
    fn new(outline: &Outline) -> Self {
        let envelope = outline.envelope();
        let south = i64::from(envelope.min.lat);
        let tall = i64::from(envelope.max.lat) - south + 1;
        let bands = (outline.vertex_count() / EDGES_PER_BAND).max(1) as i64;
        let height = (tall + bands - 1) / bands;
        let mut lists: Vec<Vec<(LonLat, LonLat)>> = vec![Vec::new(); bands as usize];
        for (a, b) in outline.rings().flat_map(|r| r.edges()) {
            let band = |lat: i32| ((i64::from(lat) - south) / height) as usize;
            for list in &mut lists[band(a.lat.min(b.lat))..=band(a.lat.max(b.lat))] {
                list.push((a, b));
            }
        }
        let mut starts = vec![0];
        for list in &lists {
            starts.push(starts[starts.len() - 1] + list.len() as u32);
        }
        Self {
            south,
            height,
            starts: starts.into(),
            edges: lists.concat().into(),
        }
    }

    fn reaching(&self, from: i32, to: i32) -> &[(LonLat, LonLat)] {
        let last = self.starts.len() as i64 - 2;
        let band = |lat: i32| ((i64::from(lat) - self.south) / self.height).clamp(0, last) as usize;
        &self.edges[self.starts[band(from)] as usize..self.starts[band(to) + 1] as usize]
    }
}

/// Can an edge meet this closed box? Never says no where it does.
pub(super) fn edge_meets(a: LonLat, b: LonLat, window: Envelope) -> bool {
    let extent = Envelope::of_point(a).union(Envelope::of_point(b));
    if !extent.meets(&window) {
        return false;
    }
    let corners = [
        window.min,
        window.max,
        LonLat {
            lon: window.min.lon,
            lat: window.max.lat,
        },
        LonLat {
            lon: window.max.lon,
            lat: window.min.lat,
        },
    ];
    let turns = corners.map(|c| LonLat::turn(a, b, c));
    !(turns.iter().all(|t| *t > 0) || turns.iter().all(|t| *t < 0))
}
