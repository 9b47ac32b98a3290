//! The ground cut into faces that share their nodes: whatever is put together from faces fits its neighbours exactly.
//!
//! Every node lies on the integer grid. A cut that ends on an edge puts its node into the faces on both sides, so a
//! partition made of faces has no gap, no overlap and no vertex that only one side knows.

use crate::plane::{Pt, area, contains, crossing, distance_to_segment, perimeter};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub type Node = u32;
pub type FaceId = usize;

/// What runs along an edge, largest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    River,
    Rail,
    Trunk,
    Primary,
    Secondary,
    Tertiary,
    Residential,
    /// 巷: too narrow for cars.
    Lane,
    /// A wall between two compounds.
    Wall,
    /// A line only governance knows.
    Line,
}

impl Class {
    /// Metres from the centre line to where compounds may begin.
    pub fn setback(self) -> f64 {
        match self {
            Class::River => 40.0,
            Class::Rail => 26.0,
            Class::Trunk => 34.0,
            Class::Primary => 21.0,
            Class::Secondary => 14.0,
            Class::Tertiary => 10.0,
            Class::Residential => 6.5,
            Class::Lane => 2.4,
            Class::Wall => 1.0,
            Class::Line => 0.6,
        }
    }
}

/// An edge's class and the number of the road, river or railway it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Along {
    pub class: Class,
    pub way: usize,
}

/// Where a face belongs; children of a cut inherit it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tag {
    pub quarter: usize,
    pub block: usize,
    pub parcel: usize,
}

#[derive(Debug, Clone)]
pub struct Face {
    /// Counter-clockwise.
    pub ring: Vec<Node>,
    pub tag: Tag,
}

/// How a cut behaves at its ends and what it must leave.
#[derive(Debug, Clone, Copy)]
pub struct Knife {
    pub along: Along,
    /// An end this near to a corner goes to the corner.
    pub snap_meters: f64,
    pub min_area_m2: f64,
    /// Least area over squared perimeter on both sides: 0.0625 is a square, less is thinner.
    pub min_roundness: f64,
}

#[derive(Debug, Default)]
pub struct Mesh {
    pub nodes: Vec<Pt>,
    pub faces: Vec<Face>,
    sides: HashMap<(Node, Node), FaceId>,
    along: HashMap<(Node, Node), Along>,
}

fn key(a: Node, b: Node) -> (Node, Node) {
    (a.min(b), a.max(b))
}

impl Mesh {
    /// One face, its whole edge of one class.
    pub fn new(ring: &[Pt], along: Along) -> Self {
        let mut mesh = Mesh::default();
        let ring: Vec<Node> = ring.iter().map(|p| mesh.node(*p)).collect();
        for (a, b) in pairs(&ring) {
            mesh.along.insert(key(a, b), along);
        }
        mesh.faces.push(Face {
            ring: Vec::new(),
            tag: Tag::default(),
        });
        mesh.set_ring(0, ring);
        mesh
    }

    fn node(&mut self, p: Pt) -> Node {
        self.nodes.push(p.snapped());
        (self.nodes.len() - 1) as Node
    }

    fn set_ring(&mut self, face: FaceId, ring: Vec<Node>) {
        for (a, b) in pairs(&ring) {
            self.sides.insert((a, b), face);
        }
        self.faces[face].ring = ring;
    }

    pub fn spot(&self, node: Node) -> Pt {
        self.nodes[node as usize]
    }

    pub fn spots(&self, ring: &[Node]) -> Vec<Pt> {
        ring.iter().map(|n| self.spot(*n)).collect()
    }

    pub fn ring(&self, face: FaceId) -> Vec<Pt> {
        self.spots(&self.faces[face].ring)
    }

    /// What runs along each edge of a face, in ring order.
    pub fn edges_of(&self, face: FaceId) -> Vec<Along> {
        pairs(&self.faces[face].ring)
            .map(|(a, b)| self.along[&key(a, b)])
            .collect()
    }

    /// The faces on the other side of each edge, with the edge's length.
    pub fn neighbours(&self, face: FaceId) -> impl Iterator<Item = (FaceId, f64, Along)> + '_ {
        pairs(&self.faces[face].ring).filter_map(|(a, b)| {
            let other = self.sides.get(&(b, a))?;
            Some((*other, self.spot(a).to(self.spot(b)), self.along[&key(a, b)]))
        })
    }

    /// All edges in a stable order.
    pub fn all_edges(&self) -> BTreeMap<(Node, Node), Along> {
        self.along.iter().map(|(k, v)| (*k, *v)).collect()
    }

    /// The corner near a spot on a face's edge, put there if there is none within `snap` metres.
    fn corner_at(&mut self, face: FaceId, p: Pt, snap: f64) -> Node {
        let ring = &self.faces[face].ring;
        let near = ring
            .iter()
            .map(|n| (self.spot(*n).to(p), *n))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((distance, node)) = near
            && distance <= snap
        {
            return node;
        }
        let (_, a, b) = pairs(ring)
            .map(|(a, b)| (distance_to_segment(p, self.spot(a), self.spot(b)), a, b))
            .min_by(|x, y| x.0.total_cmp(&y.0))
            .unwrap_or((0.0, ring[0], ring[1]));
        let n = self.node(p);
        let along = self.along.remove(&key(a, b));
        for (from, to) in [(a, b), (b, a)] {
            if let Some(side) = self.sides.remove(&(from, to)) {
                let ring = &mut self.faces[side].ring;
                let at = ring.iter().position(|x| *x == from).map_or(0, |i| i + 1);
                ring.insert(at, n);
                self.sides.insert((from, n), side);
                self.sides.insert((n, to), side);
            }
        }
        if let Some(along) = along {
            self.along.insert(key(a, n), along);
            self.along.insert(key(n, b), along);
        }
        n
    }

    /// Cuts one face along a path; returns the faces it became, itself first.
    pub fn cut(&mut self, face: FaceId, path: &[Pt], knife: Knife) -> Vec<FaceId> {
        let ring = self.ring(face);
        let mut hits: Vec<(f64, Pt)> = Vec::new();
        for (i, step) in path.windows(2).enumerate() {
            for (a, b) in crate::plane::edges(&ring) {
                if let Some((t, _)) = crossing(step[0], step[1], a, b) {
                    hits.push((i as f64 + t, step[0].toward(step[1], t)));
                }
            }
        }
        hits.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut made = vec![face];
        for pair in hits.windows(2) {
            let ((t0, p0), (t1, p1)) = (pair[0], pair[1]);
            let mids: Vec<Pt> = path
                .iter()
                .enumerate()
                .filter(|(i, p)| {
                    // A bend right beside a junction that was moved a little would show as a kink.
                    let clear = (knife.snap_meters * 4.0).max(12.0);
                    (*i as f64) > t0 && (*i as f64) < t1 && p.to(p0) > clear && p.to(p1) > clear
                })
                .map(|(_, p)| *p)
                .collect();
            let middle = mids.get(mids.len() / 2).copied().unwrap_or(p0.toward(p1, 0.5));
            if p0.to(p1) <= knife.snap_meters || !contains(&ring, middle) {
                continue;
            }
            let Some(inside) = made.iter().copied().find(|f| contains(&self.ring(*f), middle)) else {
                continue;
            };
            if let Some(child) = self.split(inside, p0, p1, &mids, knife) {
                made.push(child);
            }
        }
        made
    }

    /// Splits a face from one spot of its edge to another; `None` when that would leave unsound or thin ground.
    fn split(&mut self, face: FaceId, p0: Pt, p1: Pt, mids: &[Pt], knife: Knife) -> Option<FaceId> {
        self.would_do(face, p0, p1, mids, knife).then_some(())?;
        let a = self.corner_at(face, p0, knife.snap_meters);
        let b = self.corner_at(face, p1, knife.snap_meters);
        let ring = self.faces[face].ring.clone();
        let ia = ring.iter().position(|n| *n == a)?;
        let ib = ring.iter().position(|n| *n == b)?;
        let n = ring.len();
        let steps = (ib + n - ia) % n;
        if a == b || (mids.is_empty() && (steps == 1 || steps == n - 1)) {
            return None;
        }
        let between: Vec<Node> = mids.iter().map(|p| self.node(*p)).collect();
        let mut here: Vec<Node> = (0..=steps).map(|k| ring[(ia + k) % n]).collect();
        here.extend(between.iter().rev());
        let mut there: Vec<Node> = (0..=(n - steps)).map(|k| ring[(ib + k) % n]).collect();
        there.extend(&between);
        let chord: Vec<Node> = std::iter::once(a).chain(between).chain([b]).collect();
        for step in chord.windows(2) {
            self.along.insert(key(step[0], step[1]), knife.along);
        }
        let child = self.faces.len();
        self.faces.push(Face {
            ring: Vec::new(),
            tag: self.faces[face].tag,
        });
        self.set_ring(face, here);
        self.set_ring(child, there);
        Some(child)
    }

    /// Tries a split on paper: both sides large, round and simple enough?
    fn would_do(&self, face: FaceId, p0: Pt, p1: Pt, mids: &[Pt], knife: Knife) -> bool {
        let ring = self.ring(face);
        let settle = |p: Pt| {
            ring.iter()
                .copied()
                .filter(|c| c.to(p) <= knife.snap_meters)
                .min_by(|a, b| a.to(p).total_cmp(&b.to(p)))
                .unwrap_or(p)
        };
        let (a, b) = (settle(p0), settle(p1));
        let chord: Vec<Pt> = std::iter::once(a).chain(mids.iter().copied()).chain([b]).collect();
        // Clear of the ring except at its ends.
        for (i, step) in chord.windows(2).enumerate() {
            let mut middle = *step.first().unwrap_or(&a);
            middle = middle.toward(step[1], 0.5);
            if !contains(&ring, middle) {
                return false;
            }
            for (p, q) in crate::plane::edges(&ring) {
                if let Some((t, _)) = crossing(step[0], step[1], p, q) {
                    let hit = step[0].toward(step[1], t);
                    let at_end = (i == 0 && hit.to(a) < 0.1) || (i + 2 == chord.len() && hit.to(b) < 0.1);
                    if !at_end {
                        return false;
                    }
                }
            }
        }
        let place_of = |p: Pt| {
            let best = (0..ring.len()).min_by(|i, j| {
                let d = |k: usize| distance_to_segment(p, ring[k], ring[(k + 1) % ring.len()]);
                d(*i).total_cmp(&d(*j))
            });
            best.unwrap_or(0)
        };
        let (ea, eb) = (place_of(a), place_of(b));
        let n = ring.len();
        let mut here = vec![a];
        if ea == eb {
            // Both ends on one edge: only a bent chord encloses ground, which no plan here asks for.
            return false;
        }
        let mut k = (ea + 1) % n;
        loop {
            here.push(ring[k]);
            if k == eb {
                break;
            }
            k = (k + 1) % n;
        }
        here.push(b);
        here.extend(mids.iter().rev());
        let whole = area(&ring);
        let one = area(&here);
        let other_edge =
            perimeter(&ring) + 2.0 * chord.windows(2).map(|s| s[0].to(s[1])).sum::<f64>() - perimeter(&here);
        let fine = |m2: f64, edge: f64| m2 >= knife.min_area_m2 && m2 / (edge * edge) >= knife.min_roundness;
        fine(one, perimeter(&here)) && fine(whole - one, other_edge)
    }

    /// The rings around faces put together, each without its closing repeat.
    pub fn dissolve(&self, faces: &[FaceId]) -> Vec<Vec<Node>> {
        let within: BTreeSet<FaceId> = faces.iter().copied().collect();
        let mut next: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
        for face in &within {
            for (a, b) in pairs(&self.faces[*face].ring) {
                if !self.sides.get(&(b, a)).is_some_and(|other| within.contains(other)) {
                    next.entry(a).or_default().push(b);
                }
            }
        }
        let mut rings = Vec::new();
        while let Some((&start, _)) = next.iter().find(|(_, ends)| !ends.is_empty()) {
            let mut ring = Vec::new();
            let mut at = start;
            while let Some(to) = next.get_mut(&at).and_then(Vec::pop) {
                ring.push(at);
                at = to;
            }
            rings.push(ring);
        }
        rings
    }

    /// Do these faces make one piece without holes that nowhere touches itself?
    pub fn is_one_piece(&self, faces: &[FaceId]) -> bool {
        let rings = self.dissolve(faces);
        let [ring] = rings.as_slice() else { return false };
        let seen: BTreeSet<Node> = ring.iter().copied().collect();
        seen.len() == ring.len()
    }
}

pub fn pairs(ring: &[Node]) -> impl Iterator<Item = (Node, Node)> + '_ {
    (0..ring.len()).map(move |i| (ring[i], ring[(i + 1) % ring.len()]))
}
