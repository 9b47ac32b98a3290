//! What must stay free beside roads, rails and the river, also for ground that does not itself reach them.

use crate::mesh::{Class, Mesh};
use crate::plane::{Pt, clip, distance_to_segment, edges, nearest};
use std::collections::HashMap;

/// Side of one drawer of the index; no setback is wider.
const DRAWER_METERS: f64 = 80.0;

struct Side {
    from: Pt,
    to: Pt,
    class: Class,
}

pub struct Clearance {
    sides: Vec<Side>,
    drawers: HashMap<(i32, i32), Vec<usize>>,
}

fn drawer(p: Pt) -> (i32, i32) {
    (
        (p.x / DRAWER_METERS).floor() as i32,
        (p.y / DRAWER_METERS).floor() as i32,
    )
}

impl Clearance {
    pub fn of(mesh: &Mesh) -> Self {
        let mut all = Clearance {
            sides: Vec::new(),
            drawers: HashMap::new(),
        };
        for ((a, b), along) in mesh.all_edges() {
            if along.class > Class::Residential {
                continue;
            }
            let (from, to) = (mesh.spot(a), mesh.spot(b));
            let steps = (from.to(to) / (DRAWER_METERS / 2.0)).ceil().max(1.0) as u32;
            for i in 0..=steps {
                let (x, y) = drawer(from.toward(to, f64::from(i) / f64::from(steps)));
                let index = all.sides.len();
                let list = all.drawers.entry((x, y)).or_default();
                if list.last() != Some(&index) {
                    list.push(index);
                }
            }
            all.sides.push(Side {
                from,
                to,
                class: along.class,
            });
        }
        all
    }

    fn near(&self, p: Pt) -> impl Iterator<Item = &Side> {
        let (x, y) = drawer(p);
        (-1..=1)
            .flat_map(move |dx| (-1..=1).map(move |dy| (x + dx, y + dy)))
            .filter_map(|key| self.drawers.get(&key))
            .flatten()
            .map(|i| &self.sides[*i])
    }

    /// Convex ground without what lies too near to a way that runs past outside it.
    pub fn trimmed(&self, yard: &[Pt]) -> Vec<Pt> {
        let mut kept = yard.to_vec();
        for _ in 0..8 {
            let worst = kept
                .iter()
                .flat_map(|p| self.near(*p).map(move |side| (*p, side)))
                .map(|(p, side)| {
                    (
                        p,
                        side,
                        side.class.setback() - distance_to_segment(p, side.from, side.to),
                    )
                })
                .filter(|(_, _, lack)| *lack > 0.3)
                .max_by(|a, b| a.2.total_cmp(&b.2));
            let Some((p, side, _)) = worst else { return kept };
            // Away from the nearest spot of the way: at its end a corner is cut, not everything along its line.
            let near = nearest(p, side.from, side.to);
            let away = (p - near).unit();
            kept = clip(&kept, near + away * (side.class.setback() + 0.1), away.left() * -1.0);
            if kept.len() < 3 {
                return Vec::new();
            }
        }
        Vec::new()
    }

    /// Does a building stand clear of every carriageway, rail and bank?
    pub fn is_clear(&self, ring: &[Pt]) -> bool {
        edges(ring).all(|(a, b)| {
            [a, a.toward(b, 0.5)].into_iter().all(|p| {
                self.near(p)
                    .all(|side| distance_to_segment(p, side.from, side.to) > side.class.setback() - SLACK_METERS)
            })
        })
    }
}

/// Shops stand this much nearer to the road than walls do.
const SLACK_METERS: f64 = 1.6;
