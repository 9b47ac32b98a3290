//! The directions a parcel is built along.

use crate::plane::{Pt, edges, pt, reach};

/// The directions a parcel is built along: `u` roughly east, `v` roughly north.
#[derive(Debug, Clone, Copy)]
pub struct Axes {
    pub u: Pt,
    pub v: Pt,
}

impl Axes {
    /// Along the edge that runs most nearly east, longer edges preferred.
    pub fn of(ring: &[Pt]) -> Self {
        let best = edges(ring)
            .map(|(a, b)| {
                let way = b - a;
                let east = if way.x < 0.0 { way * -1.0 } else { way };
                let unit = east.unit();
                let facing = unit.x - 0.72;
                (facing.max(0.0) * east.len(), unit)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(worth, _)| *worth > 0.0)
            .map_or(pt(0.989, 0.149), |(_, unit)| unit);
        Axes {
            u: best,
            v: best.left(),
        }
    }

    pub fn spot(&self, u: f64, v: f64) -> Pt {
        self.u * u + self.v * v
    }

    /// A box from its sides.
    pub fn block(&self, u0: f64, v0: f64, u1: f64, v1: f64) -> Vec<Pt> {
        vec![
            self.spot(u0, v0),
            self.spot(u1, v0),
            self.spot(u1, v1),
            self.spot(u0, v1),
        ]
    }

    /// Any outline given in its own metres from a middle.
    pub(super) fn shape(&self, u: f64, v: f64, corners: &[(f64, f64)]) -> Vec<Pt> {
        corners.iter().map(|(du, dv)| self.spot(u + du, v + dv)).collect()
    }

    /// How far convex ground reaches along `u` at one height.
    pub(super) fn span(&self, ring: &[Pt], v: f64) -> Option<(f64, f64)> {
        let mut found: Option<(f64, f64)> = None;
        for (a, b) in edges(ring) {
            let (va, vb) = (a.dot(self.v), b.dot(self.v));
            if (va > v) != (vb > v) {
                let u = a.toward(b, (v - va) / (vb - va)).dot(self.u);
                found = Some(found.map_or((u, u), |(lo, hi)| (lo.min(u), hi.max(u))));
            }
        }
        found
    }

    /// The stretch free over a whole row of convex ground.
    pub(super) fn row(&self, ring: &[Pt], v0: f64, v1: f64) -> Option<(f64, f64)> {
        let ((a0, a1), (b0, b1)) = (self.span(ring, v0)?, self.span(ring, v1)?);
        let (lo, hi) = (a0.max(b0), a1.min(b1));
        (hi > lo).then_some((lo, hi))
    }

    /// The largest box inside convex ground, of those tried.
    pub(super) fn room(&self, ring: &[Pt]) -> Option<(f64, f64, f64, f64)> {
        const TRIES: [f64; 6] = [0.01, 0.06, 0.12, 0.2, 0.28, 0.36];
        let (low, high) = reach(ring, self.v);
        let mut best: Option<(f64, (f64, f64, f64, f64))> = None;
        for below in TRIES {
            for above in TRIES {
                let (v0, v1) = (low + (high - low) * below, high - (high - low) * above);
                if let Some((u0, u1)) = self.row(ring, v0, v1) {
                    let size = (u1 - u0) * (v1 - v0);
                    if best.is_none_or(|(most, _)| size > most) {
                        best = Some((size, (u0, v0, u1, v1)));
                    }
                }
            }
        }
        best.map(|(_, room)| room)
    }
}

/// The box around a ring in these directions.
pub fn hull_box(axes: Axes, ring: &[Pt]) -> Vec<Pt> {
    let ((u0, u1), (v0, v1)) = (reach(ring, axes.u), reach(ring, axes.v));
    axes.block(u0, v0, u1, v1)
}
