//! Repairs that leave no doubt.

use super::outline::RawPart;
use super::segments::{self, Touch};
use super::{LonLat, inner, measure};
use std::collections::HashMap;
use std::fmt;

/// Something put right on the way in, told to whoever brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// The first point was not repeated at the end.
    Closed,
    /// Neighbouring vertices were the same spot.
    RepeatedVertices { dropped: usize },
    /// The ring ran the wrong way round.
    Turned,
    /// A ring that touches itself became several.
    SplitAtTouch { parts: usize },
}

impl Repair {
    pub fn code(&self) -> &'static str {
        match self {
            Repair::Closed => "repaired_closing_point",
            Repair::RepeatedVertices { .. } => "repaired_repeated_vertices",
            Repair::Turned => "repaired_ring_direction",
            Repair::SplitAtTouch { .. } => "repaired_self_touching",
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Repair::Closed => write!(f, "the closing point was added"),
            Repair::RepeatedVertices { dropped } => write!(f, "{dropped} repeated vertices were dropped"),
            Repair::Turned => write!(f, "the ring direction was turned"),
            Repair::SplitAtTouch { parts } => write!(f, "a ring that touches itself was split: now {parts} parts"),
        }
    }
}

/// Splits rings that touch themselves into simple rings and sorts those into parts: a piece that runs the same way
/// as its ring is ground, one that runs the other way and lies inside is a hole. `None` where that leaves doubt.
pub(super) fn split_touching(parts: Vec<RawPart>) -> Option<Vec<RawPart>> {
    let mut shells: Vec<Vec<LonLat>> = Vec::new();
    let mut holes: Vec<Vec<LonLat>> = Vec::new();
    for part in parts {
        for (role, ring) in part.into_iter().enumerate() {
            let ring = tidy(ring);
            let touches = segments::examine(std::slice::from_ref(&ring)).ok()?;
            let sign = measure::doubled_ring_area(&ring).signum();
            for piece in pieces(with_touch_vertices(&ring, &touches)) {
                let same_way = measure::doubled_ring_area(&piece).signum() == sign;
                if same_way == (role == 0) {
                    shells.push(piece);
                } else {
                    holes.push(piece);
                }
            }
        }
    }
    let mut parts: Vec<RawPart> = shells.into_iter().map(|s| vec![s]).collect();
    for hole in holes {
        let holds = |part: &RawPart| {
            let n = hole.len();
            let sides = (0..n).map(|i| inner::place_of(&part[0], inner::Doubled::middle(hole[i], hole[(i + 1) % n])));
            sides.into_iter().all(|s| s == inner::Side::Inside)
        };
        let mut homes = parts.iter_mut().filter(|p| holds(p));
        let home = homes.next()?;
        if homes.next().is_some() {
            return None;
        }
        home.push(hole);
    }
    Some(parts)
}

fn tidy(mut ring: Vec<LonLat>) -> Vec<LonLat> {
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    ring
}

/// Where a vertex lies on another edge, that edge gets the vertex too.
fn with_touch_vertices(ring: &[LonLat], touches: &[Touch]) -> Vec<LonLat> {
    let mut full = Vec::with_capacity(ring.len() + touches.len());
    for (i, &a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        full.push(a);
        let mut stops: Vec<LonLat> = touches
            .iter()
            .filter(|t| (t.edges.0 == i || t.edges.1 == i) && t.at != a && t.at != b)
            .map(|t| t.at)
            .collect();
        stops.sort_unstable_by_key(|p| {
            (i64::from(p.lon) - i64::from(a.lon)).abs() + (i64::from(p.lat) - i64::from(a.lat)).abs()
        });
        stops.dedup();
        full.extend(stops);
    }
    full
}

/// Cuts a ring at every vertex it visits twice.
fn pieces(ring: Vec<LonLat>) -> Vec<Vec<LonLat>> {
    let mut done = Vec::new();
    let mut path: Vec<LonLat> = Vec::with_capacity(ring.len());
    let mut at: HashMap<LonLat, usize> = HashMap::new();
    for p in ring {
        if let Some(&start) = at.get(&p) {
            let piece: Vec<LonLat> = path.drain(start + 1..).collect();
            for q in &piece {
                at.remove(q);
            }
            if piece.len() >= 2 {
                done.push(std::iter::once(p).chain(piece).collect());
            }
        } else {
            at.insert(p, path.len());
            path.push(p);
        }
    }
    if path.len() >= 3 {
        done.push(path);
    }
    done
}
