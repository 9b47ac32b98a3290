//! A layer's packed tree: laid out once along a curve that keeps neighbours together, with sums in its nodes, so that an
//! area answers from the nodes that lie wholly inside it and looks at single places only along its edge.

use super::Placed;
use super::sum::{Part, Sum};
use crate::Area;
use crate::ground::{Coverage, Envelope, LonLat, Outline};
use std::sync::Arc;

/// Children of a node: as many boxes as a few cache lines hold.
const FANOUT: usize = 16;

/// A level of the tree: what a walk looks at stands apart from what it only sums, so that it reads few cache lines.
#[derive(Debug, Clone, Default)]
struct Level {
    /// Around the inner points beneath.
    inner: Vec<Envelope>,
    /// Around the ground beneath.
    extent: Vec<Envelope>,
    sums: Vec<Sum>,
}

/// Around nothing: it meets no box and holds no spot.
const NOTHING: Envelope = Envelope {
    min: LonLat {
        lon: i32::MAX,
        lat: i32::MAX,
    },
    max: LonLat {
        lon: i32::MIN,
        lat: i32::MIN,
    },
};

#[derive(Debug, Clone, Default)]
pub(super) struct Packed {
    inner: Vec<LonLat>,
    extent: Vec<Envelope>,
    parts: Vec<Part>,
    /// `None` once it left.
    placed: Vec<Option<Arc<Placed>>>,
    /// From the leaves' parents up to the root.
    levels: Vec<Level>,
    left: usize,
}

/// How a question looks at boxes and spots. Both must agree: every spot of a box that is covered wholly is contained.
pub(crate) trait Judge {
    fn coverage(&self, window: Envelope) -> Coverage;
    fn contains(&self, spot: LonLat) -> bool;
}

impl Judge for Area {
    fn coverage(&self, window: Envelope) -> Coverage {
        Area::coverage(self, window)
    }

    fn contains(&self, spot: LonLat) -> bool {
        Area::contains(self, spot)
    }
}

impl Judge for Outline {
    fn coverage(&self, window: Envelope) -> Coverage {
        Outline::coverage(self, window)
    }

    fn contains(&self, spot: LonLat) -> bool {
        Outline::contains(self, spot)
    }
}

/// What all of them cover.
impl Judge for &[&Outline] {
    fn coverage(&self, window: Envelope) -> Coverage {
        let mut so_far = Coverage::Whole;
        for outline in self.iter() {
            match outline.coverage(window) {
                Coverage::Nothing => return Coverage::Nothing,
                Coverage::Partly => so_far = Coverage::Partly,
                Coverage::Whole => {}
            }
        }
        so_far
    }

    fn contains(&self, spot: LonLat) -> bool {
        self.iter().all(|o| o.contains(spot))
    }
}

impl Packed {
    pub fn new(places: Vec<Arc<Placed>>) -> Self {
        let mut places: Vec<(u64, Arc<Placed>)> = places.into_iter().map(|p| (along_curve(p.inner), p)).collect();
        // By id where spots coincide: the same places always make the same tree.
        places.sort_unstable_by_key(|(at, placed)| (*at, placed.place.id));
        let mut packed = Self {
            inner: places.iter().map(|(_, p)| p.inner).collect(),
            extent: places.iter().map(|(_, p)| p.place.ground.envelope()).collect(),
            parts: places.iter().map(|(_, p)| Part::of(&p.place)).collect(),
            placed: places.into_iter().map(|(_, p)| Some(p)).collect(),
            levels: Vec::new(),
            left: 0,
        };
        let mut beneath = packed.placed.len();
        while beneath > 1 || (beneath == 1 && packed.levels.is_empty()) {
            let nodes = beneath.div_ceil(FANOUT);
            packed.levels.push(Level {
                inner: vec![NOTHING; nodes],
                extent: vec![NOTHING; nodes],
                sums: vec![Sum::default(); nodes],
            });
            let level = packed.levels.len() - 1;
            (0..nodes).for_each(|node| packed.make(level, node));
            beneath = nodes;
        }
        packed
    }

    /// Makes one node from what lies beneath it.
    fn make(&mut self, level: usize, node: usize) {
        let (mut inner, mut extent, mut sum) = (None, None, Sum::default());
        let union = |all: &mut Option<Envelope>, one: Envelope| *all = Some(all.map_or(one, |a| a.union(one)));
        match level.checked_sub(1) {
            None => {
                for item in children(node, self.placed.len()).filter(|i| self.placed[*i].is_some()) {
                    union(&mut inner, Envelope::of_point(self.inner[item]));
                    union(&mut extent, self.extent[item]);
                    sum.add(&self.parts[item]);
                }
            }
            Some(below) => {
                let below = &self.levels[below];
                for child in children(node, below.sums.len()).filter(|c| below.sums[*c].count > 0) {
                    union(&mut inner, below.inner[child]);
                    union(&mut extent, below.extent[child]);
                    sum.merge(&below.sums[child]);
                }
            }
        }
        let level = &mut self.levels[level];
        level.inner[node] = inner.unwrap_or(NOTHING);
        level.extent[node] = extent.unwrap_or(NOTHING);
        level.sums[node] = sum;
    }

    /// Makes the nodes above an item anew.
    fn refresh(&mut self, item: usize) {
        let mut node = item;
        for level in 0..self.levels.len() {
            node /= FANOUT;
            self.make(level, node);
        }
    }

    /// Places that are still in it.
    pub fn len(&self) -> usize {
        self.placed.len() - self.left
    }

    /// How many left since it was packed.
    pub fn left(&self) -> usize {
        self.left
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Placed>> {
        self.placed.iter().flatten()
    }

    /// The box around all ground.
    pub fn envelope(&self) -> Option<Envelope> {
        let root = self.levels.last()?.extent.first().copied()?;
        (root != NOTHING).then_some(root)
    }

    /// Places whose box meets this one.
    pub fn meeting(&self, window: Envelope) -> impl Iterator<Item = &Arc<Placed>> {
        let mut found = Vec::new();
        self.visit(&|level, node| level.extent[node].meets(&window), &mut |item| {
            found.extend(self.placed[item].as_ref().filter(|_| self.extent[item].meets(&window)))
        });
        found.into_iter()
    }

    /// Places whose box holds this spot.
    pub fn around<'a>(&'a self, spot: LonLat, found: &mut impl FnMut(&'a Arc<Placed>)) {
        self.visit(&|level, node| level.extent[node].contains(spot), &mut |item| {
            if let Some(placed) = &self.placed[item]
                && self.extent[item].contains(spot)
            {
                found(placed);
            }
        });
    }

    /// Places whose inner point lies in this box, each with it.
    pub fn inner_in<'a>(&'a self, window: Envelope, found: &mut impl FnMut(LonLat, &'a Arc<Placed>)) {
        self.visit(&|level, node| level.inner[node].meets(&window), &mut |item| {
            let inner = self.inner[item];
            if let Some(placed) = &self.placed[item]
                && window.contains(inner)
            {
                found(inner, placed);
            }
        });
    }

    /// Every item beneath nodes that are entered.
    fn visit(&self, enters: &impl Fn(&Level, usize) -> bool, item: &mut impl FnMut(usize)) {
        if let Some(top) = self.levels.len().checked_sub(1) {
            self.visit_node(top, 0, enters, item);
        }
    }

    fn visit_node(
        &self,
        level: usize,
        node: usize,
        enters: &impl Fn(&Level, usize) -> bool,
        item: &mut impl FnMut(usize),
    ) {
        if !enters(&self.levels[level], node) {
            return;
        }
        match level.checked_sub(1) {
            None => children(node, self.placed.len()).for_each(item),
            Some(below) => {
                for child in children(node, self.levels[below].sums.len()) {
                    self.visit_node(below, child, enters, item);
                }
            }
        }
    }

    /// Sums what lies in an area. `whole` is offered every node that lies wholly inside and says whether its sum is enough;
    /// `each` gets the places one by one where it is not, and along the edge.
    pub fn sum(
        &self,
        judge: &impl Judge,
        mut whole: impl FnMut(&Sum) -> bool,
        mut each: impl FnMut(&Part, &Arc<Placed>),
    ) {
        // Beneath a node that is inside everything is, and need not be judged again.
        let mut open: Vec<(usize, usize, bool)> = Vec::with_capacity(FANOUT * 4);
        open.extend(self.levels.len().checked_sub(1).map(|top| (top, 0, false)));
        while let Some((at, node, inside)) = open.pop() {
            let level = &self.levels[at];
            let inside = inside
                || match judge.coverage(level.inner[node]) {
                    Coverage::Nothing => continue,
                    Coverage::Whole => true,
                    Coverage::Partly => false,
                };
            if inside && whole(&level.sums[node]) {
                continue;
            }
            match at.checked_sub(1) {
                Some(below) => {
                    let nodes = children(node, self.levels[below].sums.len());
                    let there = nodes.rev().filter(|c| self.levels[below].sums[*c].count > 0);
                    open.extend(there.map(|c| (below, c, inside)));
                }
                None => {
                    for item in children(node, self.placed.len()) {
                        if let Some(placed) = &self.placed[item]
                            && (inside || judge.contains(self.inner[item]))
                        {
                            each(&self.parts[item], placed);
                        }
                    }
                }
            }
        }
    }

    /// Puts a new version where the old one was; false when the ground moved and it cannot stay there.
    pub fn replace(&mut self, old: &Placed, new: &Arc<Placed>) -> bool {
        if old.inner != new.inner || old.place.ground.envelope() != new.place.ground.envelope() {
            return false;
        }
        let Some(at) = self.find(old) else { return false };
        self.parts[at] = Part::of(&new.place);
        self.placed[at] = Some(new.clone());
        self.refresh(at);
        true
    }

    /// Takes a place out; false when it is not here.
    pub fn remove(&mut self, old: &Placed) -> bool {
        let Some(at) = self.find(old) else { return false };
        self.placed[at] = None;
        self.left += 1;
        self.refresh(at);
        true
    }

    fn find(&self, old: &Placed) -> Option<usize> {
        let mut found = None;
        self.visit(&|level, node| level.inner[node].contains(old.inner), &mut |item| {
            let same = |p: &Arc<Placed>| p.place.id == old.place.id;
            if self.inner[item] == old.inner && self.placed[item].as_ref().is_some_and(same) {
                found = Some(item);
            }
        });
        found
    }
}

fn children(node: usize, of: usize) -> std::ops::Range<usize> {
    node * FANOUT..((node + 1) * FANOUT).min(of)
}

/// Bits of each coordinate that place it on the curve: steps of 0.4 m, finer than any two buildings lie apart.
const CURVE_BITS: u32 = 26;

/// Where a spot lies on Hilbert's curve over the globe.
pub(super) fn along_curve(spot: LonLat) -> u64 {
    let cut = |v: i32| (v as u32 ^ 0x8000_0000) >> (32 - CURVE_BITS);
    let (mut x, mut y) = (cut(spot.lon), cut(spot.lat));
    let mut along = 0;
    for bit in (0..CURVE_BITS).rev() {
        let (right, up) = (x >> bit & 1, y >> bit & 1);
        along = along << 2 | u64::from((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                (x, y) = (!x, !y);
            }
            std::mem::swap(&mut x, &mut y);
        }
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_on_the_curve_are_neighbours_on_the_ground() {
        let mut spots: Vec<LonLat> = (0..64)
            .flat_map(|x| {
                (0..64).map(move |y| LonLat {
                    lon: x << 6,
                    lat: y << 6,
                })
            })
            .collect();
        spots.sort_unstable_by_key(|s| along_curve(*s));
        for pair in spots.windows(2) {
            let (dx, dy) = ((pair[0].lon - pair[1].lon).abs(), (pair[0].lat - pair[1].lat).abs());
            assert_eq!(dx + dy, 64, "{pair:?} are not side by side");
        }
    }
}
