//! Ground drawn to ask a question.

mod disc;

pub use disc::Disc;
pub(crate) use disc::around;

use crate::ground::overlay::{Combine, combine_raw, is_tangled};
use crate::ground::{Coverage, Envelope, LonLat, Outline};
use crate::unit::Meters;
use std::sync::Arc;

/// The longest radius one question may have: a district is rarely wider.
pub const MAX_RADIUS_METERS: f64 = 100_000.0;
/// Shapes that one question may combine.
pub const MAX_COMBINED: usize = 200;

/// Area 查询范围: not ground anybody answers for, only a question's shape. CRS: WGS84 grid.
#[derive(Debug, Clone)]
pub enum Area {
    Outline(Outline),
    Circle(Disc),
    Union(Vec<Area>),
    Difference(Box<Area>, Box<Area>),
    /// Parts of the same kind held by pointer, e.g. the outlines of several places.
    Outlines(Arc<[Outline]>),
}

impl Area {
    pub fn circle(centre: LonLat, radius: Meters) -> Self {
        Area::Circle(Disc::new(centre, radius))
    }

    pub fn contains(&self, p: LonLat) -> bool {
        match self {
            Area::Outline(o) => o.contains(p),
            Area::Circle(disc) => disc.contains(p),
            Area::Union(all) => all.iter().any(|a| a.contains(p)),
            Area::Difference(a, b) => a.contains(p) && !b.contains(p),
            Area::Outlines(all) => all.iter().any(|o| o.contains(p)),
        }
    }

    /// A box around it; `None` for a union of nothing.
    pub fn envelope(&self) -> Option<Envelope> {
        match self {
            Area::Outline(o) => Some(o.envelope()),
            Area::Circle(disc) => Some(disc.envelope()),
            Area::Union(all) => Envelope::union_all(all.iter().filter_map(Area::envelope)),
            Area::Difference(a, _) => a.envelope(),
            Area::Outlines(all) => Envelope::union_all(all.iter().map(Outline::envelope)),
        }
    }

    /// How much of a box it covers: where it says whole, [`Area::contains`] says yes to every spot of the box.
    pub fn coverage(&self, window: Envelope) -> Coverage {
        match self {
            Area::Outline(o) => o.coverage(window),
            Area::Circle(disc) => disc.coverage(window),
            Area::Union(all) => together(all.iter().map(|a| a.coverage(window))),
            Area::Difference(a, b) => match (a.coverage(window), b.coverage(window)) {
                (Coverage::Nothing, _) | (_, Coverage::Whole) => Coverage::Nothing,
                (Coverage::Whole, Coverage::Nothing) => Coverage::Whole,
                _ => Coverage::Partly,
            },
            Area::Outlines(all) => together(all.iter().map(|o| o.coverage(window))),
        }
    }

    /// Would combining its shapes be more work than one question is worth? Ask before answering: the answer itself does not
    /// refuse.
    pub fn is_tangled(&self) -> bool {
        let mut leaves = Vec::new();
        self.leaves(&mut leaves);
        leaves.len() > 1 && is_tangled(&leaves)
    }

    fn leaves(&self, into: &mut Vec<Vec<Vec<Vec<LonLat>>>>) {
        match self {
            Area::Union(all) => all.iter().for_each(|a| a.leaves(into)),
            Area::Difference(a, b) => {
                a.leaves(into);
                b.leaves(into);
            }
            Area::Outlines(all) => into.extend(all.iter().map(Outline::to_raw)),
            Area::Outline(_) | Area::Circle(_) => into.push(self.to_rings()),
        }
    }

    /// The rings of this area on the grid; circles as polygons.
    pub fn to_rings(&self) -> Vec<Vec<Vec<LonLat>>> {
        match self {
            Area::Outline(o) => o.to_raw(),
            Area::Circle(disc) => vec![vec![disc.ring()]],
            Area::Union(all) => all
                .iter()
                .map(Area::to_rings)
                .reduce(|a, b| combine_raw(&a, &b, Combine::Union))
                .unwrap_or_default(),
            Area::Difference(a, b) => combine_raw(&a.to_rings(), &b.to_rings(), Combine::Difference),
            Area::Outlines(all) => all
                .iter()
                .map(Outline::to_raw)
                .reduce(|a, b| combine_raw(&a, &b, Combine::Union))
                .unwrap_or_default(),
        }
    }
}

/// What several shapes cover together: whole where one does, nothing where none does.
fn together(mut all: impl Iterator<Item = Coverage>) -> Coverage {
    let mut so_far = Coverage::Nothing;
    for one in &mut all {
        match one {
            Coverage::Whole => return Coverage::Whole,
            Coverage::Partly => so_far = Coverage::Partly,
            Coverage::Nothing => {}
        }
    }
    so_far
}
