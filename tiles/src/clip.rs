//! Cutting rings and lines at the buffer's edge, in integers.
//!
//! Rings go through Sutherland–Hodgman, one side of the box after the other: every edge is treated by itself, so
//! sharers get equal results, and the signed area inside the box is right for concave rings too. A concave ring cut
//! in two stays one ring whose halves are joined along the box's edge: there the joins lie upon each other, enclose
//! nothing, and are out of sight beyond the visible tile.

use crate::lattice::{BUFFER_UNITS, EXTENT, Unit};

const LOW: i64 = -BUFFER_UNITS;
const HIGH: i64 = EXTENT + BUFFER_UNITS;

/// One side of the box: what lies on it counts as inside.
#[derive(Clone, Copy)]
enum Side {
    West,
    East,
    North,
    South,
}

const SIDES: [Side; 4] = [Side::West, Side::East, Side::North, Side::South];

impl Side {
    #[inline]
    fn holds(self, p: Unit) -> bool {
        match self {
            Side::West => p.x >= LOW,
            Side::East => p.x <= HIGH,
            Side::North => p.y >= LOW,
            Side::South => p.y <= HIGH,
        }
    }

    /// Where the edge between `a` and `b`, which lie on different sides, crosses; rounded to the nearest unit.
    fn crossing(self, a: Unit, b: Unit) -> Unit {
        match self {
            Side::West => Unit {
                x: LOW,
                y: at(LOW, (a.x, a.y), (b.x, b.y)),
            },
            Side::East => Unit {
                x: HIGH,
                y: at(HIGH, (a.x, a.y), (b.x, b.y)),
            },
            Side::North => Unit {
                x: at(LOW, (a.y, a.x), (b.y, b.x)),
                y: LOW,
            },
            Side::South => Unit {
                x: at(HIGH, (a.y, a.x), (b.y, b.x)),
                y: HIGH,
            },
        }
    }
}

/// The value at `u` on the line through `a` and `b` (u, v pairs with different u), to the nearest integer, halves
/// upwards. The exact fraction is the same whichever end comes first. i128: the products reach 2^70.
fn at(u: i64, a: (i64, i64), b: (i64, i64)) -> i64 {
    let ((au, av), (bu, bv)) = if a.0 < b.0 { (a, b) } else { (b, a) };
    let (run, rise) = (i128::from(bu - au), i128::from(bv - av));
    let numerator = i128::from(av) * run + rise * i128::from(u - au);
    (2 * numerator + run).div_euclid(2 * run) as i64
}

pub(crate) fn in_box(p: Unit) -> bool {
    SIDES.iter().all(|side| side.holds(p))
}

/// The part of an open-ended ring in the box, left in `ring`; `spare` is scratch. `low` and `high` are the corners of
/// the ring's own box.
pub(crate) fn clip_ring(ring: &mut Vec<Unit>, spare: &mut Vec<Unit>, low: Unit, high: Unit) {
    for side in SIDES {
        if side.holds(low) && side.holds(high) {
            continue;
        }
        spare.clear();
        let Some(&last) = ring.last() else { return };
        let (mut before, mut before_in) = (last, side.holds(last));
        for &p in ring.iter() {
            let inside = side.holds(p);
            if inside != before_in {
                spare.push(side.crossing(before, p));
            }
            if inside {
                spare.push(p);
            }
            (before, before_in) = (p, inside);
        }
        std::mem::swap(ring, spare);
    }
}

/// The part of a segment in the box.
fn clip_segment(mut a: Unit, mut b: Unit) -> Option<(Unit, Unit)> {
    for side in SIDES {
        match (side.holds(a), side.holds(b)) {
            (true, true) => {}
            (false, false) => return None,
            (true, false) => b = side.crossing(a, b),
            (false, true) => a = side.crossing(a, b),
        }
    }
    Some((a, b))
}

/// The pieces of a line in the box, each handed to `piece`; `spare` is scratch. A line that leaves and returns comes
/// in several pieces, so nothing is drawn along the border.
pub(crate) fn clip_line(line: &[Unit], spare: &mut Vec<Unit>, mut piece: impl FnMut(&mut Vec<Unit>)) {
    spare.clear();
    for w in line.windows(2) {
        let Some((a, b)) = clip_segment(w[0], w[1]) else {
            continue;
        };
        if spare.last() != Some(&a) {
            if spare.len() > 1 {
                piece(spare);
            }
            spare.clear();
            spare.push(a);
        }
        if a != b {
            spare.push(b);
        }
    }
    if spare.len() > 1 {
        piece(spare);
    }
    spare.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lattice::{tidy_ring, twice_area};
    use proptest::prelude::*;

    fn units(flat: &[(i64, i64)]) -> Vec<Unit> {
        flat.iter().map(|&(x, y)| Unit { x, y }).collect()
    }

    fn clipped(mut ring: Vec<Unit>) -> Vec<Unit> {
        let (low, high) = own_box(&ring);
        clip_ring(&mut ring, &mut Vec::new(), low, high);
        ring
    }

    fn own_box(ring: &[Unit]) -> (Unit, Unit) {
        let fold = |pick: fn(i64, i64) -> i64| {
            ring.iter()
                .copied()
                .reduce(|a, b| Unit {
                    x: pick(a.x, b.x),
                    y: pick(a.y, b.y),
                })
                .unwrap()
        };
        (fold(i64::min), fold(i64::max))
    }

    #[test]
    fn a_comb_keeps_the_area_of_its_teeth() {
        // A U lying across the east border: two teeth reach in, the back lies outside.
        let comb = units(&[
            (4000, 0),
            (9000, 0),
            (9000, 300),
            (4000, 300),
            (4000, 200),
            (8000, 200),
            (8000, 100),
            (4000, 100),
        ]);
        let cut = clipped(comb);
        assert_eq!(twice_area(&cut), 2 * 2 * 100 * (HIGH - 4000));
    }

    #[test]
    fn a_ring_around_the_tile_becomes_the_box() {
        let far = 1 << 34;
        let mut cut = clipped(units(&[(-far, -far), (far, -far), (far, far), (-far, far)]));
        tidy_ring(&mut cut);
        assert_eq!(twice_area(&cut), 2 * (HIGH - LOW) * (HIGH - LOW));
        assert_eq!(cut.len(), 4);
    }

    #[test]
    fn a_line_that_leaves_and_returns_comes_in_pieces() {
        let mut pieces = Vec::new();
        let line = units(&[(10, 10), (5000, 10), (5000, 50), (10, 50), (10, 60)]);
        clip_line(&line, &mut Vec::new(), |piece| pieces.push(piece.clone()));
        assert_eq!(
            pieces,
            [units(&[(10, 10), (HIGH, 10)]), units(&[(HIGH, 50), (10, 50), (10, 60)])]
        );
    }

    #[test]
    fn a_line_that_only_touches_a_corner_leaves_nothing() {
        let line = units(&[(HIGH - 10, HIGH + 10), (HIGH + 10, HIGH - 10)]);
        clip_line(&line, &mut Vec::new(), |piece| panic!("{piece:?}"));
    }

    proptest! {
        #[test]
        fn crossings_do_not_depend_on_direction(
            u in -100i64..100, a in (-1i64 << 34..0, -1i64 << 34..1i64 << 34), b in (1i64..1 << 34, -1i64 << 34..1i64 << 34)
        ) {
            prop_assert_eq!(at(u, a, b), at(u, b, a));
            let exact = a.1 as f64 + (b.1 - a.1) as f64 * (u - a.0) as f64 / (b.0 - a.0) as f64;
            prop_assert!((at(u, a, b) as f64 - exact).abs() <= 0.51);
        }

        /// What is inside and what is outside of one border add up to the whole, for any ring at all, when the border
        /// crosses edges in lattice points (axis-parallel rings, so that rounding has no part in it).
        #[test]
        fn right_angled_rings_keep_exactly_the_area_inside(steps in prop::collection::vec((-3000i64..7000, -3000i64..7000), 2..12)) {
            let mut ring = Vec::new();
            for (i, &(x, y)) in steps.iter().enumerate() {
                let next = steps[(i + 1) % steps.len()];
                ring.push(Unit { x, y });
                ring.push(Unit { x: next.0, y });
            }
            // Clamping every vertex to the box is another exact clip for right-angled rings: each edge moves along its own axis.
            let clamped: Vec<Unit> = ring.iter().map(|p| Unit { x: p.x.clamp(LOW, HIGH), y: p.y.clamp(LOW, HIGH) }).collect();
            let cut = clipped(ring);
            prop_assert!(cut.iter().all(|&p| in_box(p)));
            prop_assert_eq!(twice_area(&cut), twice_area(&clamped));
        }

        /// Slanted rings: against a cut with a far finer ruler. Rounding may bend each cut edge by half a unit.
        #[test]
        fn slanted_rings_keep_the_area_inside_but_for_rounding(flat in prop::collection::vec((-3000i64..7000, -3000i64..7000), 3..9)) {
            let cut = clipped(units(&flat));
            let plain = area_by_floats(&flat);
            let slack = 8.0 * (HIGH - LOW) as f64 * flat.len() as f64;
            prop_assert!((twice_area(&cut) as f64 - plain).abs() <= slack, "{} {}", twice_area(&cut), plain);
        }
    }

    /// The same cut in floats, without rounding.
    fn area_by_floats(flat: &[(i64, i64)]) -> f64 {
        let (low, high) = (LOW as f64, HIGH as f64);
        let mut ring: Vec<[f64; 2]> = flat.iter().map(|&(x, y)| [x as f64, y as f64]).collect();
        for (axis, sign, limit) in [(0, 1.0, low), (0, -1.0, -high), (1, 1.0, low), (1, -1.0, -high)] {
            let mut out: Vec<[f64; 2]> = Vec::new();
            for i in 0..ring.len() {
                let (a, b) = (ring[(i + ring.len() - 1) % ring.len()], ring[i]);
                let (da, db) = (a[axis] * sign - limit, b[axis] * sign - limit);
                if (da >= 0.0) != (db >= 0.0) {
                    let t = da / (da - db);
                    out.push([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]);
                }
                if db >= 0.0 {
                    out.push(b);
                }
            }
            ring = out;
        }
        (0..ring.len())
            .map(|i| {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                a[0] * b[1] - b[0] * a[1]
            })
            .sum()
    }
}
