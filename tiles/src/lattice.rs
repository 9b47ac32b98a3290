//! Rounding vertices to the tile's lattice, and what may then be left out.
//!
//! # Why no gap opens between neighbours
//!
//! 1. **A vertex is rounded by itself.** Where it lands depends on its own world coordinates, the zoom and the
//!    generalisation, never on the ring it belongs to nor on the tile. A vertex that several outlines share lands on
//!    one lattice point in all of them, in every tile that shows it. Coarser generalisation is a coarser lattice.
//! 2. **A vertex is left out only when that moves nothing.** Repeats, and vertices *exactly* on the line through
//!    those before and after it, in integers. The ring passes through the same points with and without it, so it does
//!    not matter that a neighbour keeps it because a third outline begins there (a T-junction): the long edge of one
//!    and the two short edges of the others still run along the same line. Simplifiers that leave out *nearly*
//!    straight vertices (Douglas–Peucker, Visvalingam) break exactly here, and are not used.
//! 3. **Leaving out comes after clipping.** Where an edge crosses the tile's border the crossing is rounded, which
//!    bends the edge by less than a unit. Sharers have the same vertices when they are cut, hence the same edges and
//!    the same bends; had one of them already lost its T-junction vertex, it would bend a longer edge another way.
//! 4. **Crossings do not depend on direction.** They are the nearest lattice point of an exact fraction.
//!
//! So each edge between two neighbours is run once in each direction, and signed areas add up exactly: the coverage of
//! a partition is 1 wherever its union is. What rounding *can* do is fold ground narrower than a lattice step over
//! itself. An outline that has no area left that way, or has turned inside out, is not drawn: its neighbours meet in
//! its place, within a step.

use crate::mercator::WorldPoint;
use crate::tile_id::TileId;

/// Units on a tile's side; the value every renderer expects.
pub const EXTENT: i64 = 4096;
const EXTENT_BITS: u32 = 12;

/// How far shapes are drawn beyond the tile, in units: 8 pixels of a 512-pixel tile, more than half of any outline's
/// width, so that the edges which clipping makes stay out of sight.
pub const BUFFER_UNITS: i64 = 64;

/// Coarsest lattice: steps of 2^6 = 64 units. No coarser, because the buffer's edge must be a lattice line: then
/// nothing outside the buffer can be rounded into it.
pub const MAX_GENERALISED: u8 = 6;

/// The generalisation that does not show: 0 (a unit) from z14, 1 at z12 and z13, 2 below. A unit is an eighth of a CSS pixel;
/// below z14 the next zoom takes over before a step of 4 units can be told apart.
pub fn usual_generalisation(z: u8) -> u8 {
    match z {
        14.. => 0,
        12..=13 => 1,
        _ => 2,
    }
}

/// A vertex in tile units; (0, 0) is the tile's north-west corner. i64, because before clipping a large outline
/// reaches 2^34 units from a z22 tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Unit {
    pub x: i64,
    pub y: i64,
}

/// World units to one tile's units on a lattice of 2^generalised.
#[derive(Clone, Copy)]
pub(crate) struct Lattice {
    /// Left shift where units are finer than world units (z21 and z22); else 0.
    finer: u32,
    /// Right shift to lattice steps, and half a step before it.
    coarser: u32,
    half: i64,
    generalised: u32,
    origin: Unit,
}

impl Lattice {
    pub fn new(tile: TileId, generalised: u8) -> Lattice {
        let generalised = u32::from(generalised.min(MAX_GENERALISED));
        let (world_bits, lattice_bits) = (32 + generalised, EXTENT_BITS + u32::from(tile.z()));
        let coarser = world_bits.saturating_sub(lattice_bits);
        Lattice {
            finer: lattice_bits.saturating_sub(world_bits),
            coarser,
            half: (1 << coarser) >> 1,
            generalised,
            origin: Unit {
                x: i64::from(tile.x()) * EXTENT,
                y: i64::from(tile.y()) * EXTENT,
            },
        }
    }

    #[inline]
    pub fn place(&self, p: WorldPoint) -> Unit {
        Unit {
            x: self.round(p.x) - self.origin.x,
            y: self.round(p.y) - self.origin.y,
        }
    }

    /// To the nearest lattice line, halves upwards.
    #[inline]
    fn round(&self, w: u32) -> i64 {
        (((i64::from(w) << self.finer) + self.half) >> self.coarser) << self.generalised
    }
}

/// Twice the signed area of a → b → c; zero when they lie on one line. Tile coordinates after clipping only.
#[inline]
fn turn(a: Unit, b: Unit, c: Unit) -> i64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Leaves out repeats, exactly collinear vertices and spikes (there and straight back) of an open-ended ring. Signed
/// area and the edges' directed sum stay as they are. What has no area left becomes empty.
pub(crate) fn tidy_ring(ring: &mut Vec<Unit>) {
    let mut kept = 0;
    // The last two kept, at hand.
    let (mut a, mut b) = (None, None);
    for i in 0..ring.len() {
        let p = ring[i];
        while let (Some(before), Some(last)) = (a, b)
            && last != p
            && turn(before, last, p) == 0
        {
            kept -= 1;
            (a, b) = (if kept >= 2 { Some(ring[kept - 2]) } else { None }, a);
        }
        if b != Some(p) {
            ring[kept] = p;
            kept += 1;
            (a, b) = (b, Some(p));
        }
    }
    ring.truncate(kept);
    // The seam, where the end meets the beginning.
    let mut start = 0;
    loop {
        let live = &ring[start..];
        let [first, second, .., before, last] = match live {
            [a, b, c] => [*a, *b, *b, *c],
            [a, b, .., y, z] => [*a, *b, *y, *z],
            _ => {
                ring.clear();
                return;
            }
        };
        if last == first || turn(before, last, first) == 0 {
            ring.pop();
        } else if turn(last, first, second) == 0 {
            start += 1;
        } else {
            break;
        }
    }
    ring.drain(..start);
}

/// Leaves out repeats and the vertices a line passes straight through. A line that turns back on itself keeps its tip.
pub(crate) fn tidy_line(line: &mut Vec<Unit>) {
    let mut kept = 0;
    for i in 0..line.len() {
        let p = line[i];
        if kept >= 1 && line[kept - 1] == p {
            continue;
        }
        while kept >= 2 && passes_through(line[kept - 2], line[kept - 1], p) {
            kept -= 1;
        }
        line[kept] = p;
        kept += 1;
    }
    line.truncate(kept);
}

fn passes_through(a: Unit, b: Unit, c: Unit) -> bool {
    turn(a, b, c) == 0 && (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y) > 0
}

/// Twice the area, positive when the ring runs clockwise on the screen (y down): the MVT specification's surveyor's
/// formula, which wants exteriors positive.
pub(crate) fn twice_area(ring: &[Unit]) -> i64 {
    let Some(&o) = ring.first() else { return 0 };
    ring.windows(2).map(|w| turn(o, w[0], w[1])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units(flat: &[(i64, i64)]) -> Vec<Unit> {
        flat.iter().map(|&(x, y)| Unit { x, y }).collect()
    }

    #[test]
    fn spikes_repeats_and_straight_vertices_go() {
        let mut ring = units(&[
            (0, 0),
            (0, 0),
            (5, 0),
            (10, 0),
            (10, 10),
            (10, 20),
            (10, 10),
            (0, 10),
            (0, 5),
            (0, 0),
        ]);
        tidy_ring(&mut ring);
        assert_eq!(ring, units(&[(0, 0), (10, 0), (10, 10), (0, 10)]));
    }

    #[test]
    fn a_seam_in_the_middle_of_an_edge_goes_too() {
        let mut ring = units(&[(5, 0), (10, 0), (10, 10), (0, 10), (0, 0), (3, 0)]);
        tidy_ring(&mut ring);
        assert_eq!(ring, units(&[(10, 0), (10, 10), (0, 10), (0, 0)]));
    }

    #[test]
    fn what_has_no_area_is_nothing() {
        for flat in [
            &[(0, 0), (5, 5), (9, 9)][..],
            &[(1, 1)],
            &[],
            &[(0, 0), (4, 0), (0, 0), (0, 4)],
        ] {
            let mut ring = units(flat);
            tidy_ring(&mut ring);
            assert!(ring.is_empty(), "{flat:?}");
        }
    }

    #[test]
    fn a_line_that_turns_back_keeps_its_tip() {
        let mut line = units(&[(0, 0), (4, 0), (8, 0), (8, 0), (2, 0)]);
        tidy_line(&mut line);
        assert_eq!(line, units(&[(0, 0), (8, 0), (2, 0)]));
    }

    proptest! {
        #[test]
        fn tidying_never_changes_the_signed_area(flat in prop::collection::vec((0i64..6, 0i64..6), 0..14)) {
            let mut ring = units(&flat);
            let before = twice_area(&ring);
            tidy_ring(&mut ring);
            prop_assert_eq!(twice_area(&ring), before);
            let n = ring.len();
            for i in 0..n {
                prop_assert_ne!(turn(ring[i], ring[(i + 1) % n], ring[(i + 2) % n]), 0);
            }
        }
    }
}
