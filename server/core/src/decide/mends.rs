//! What would put a finding right without doubt, 修正建议: a whole gesture again, ready to be sent.

use super::judged::judged;
use crate::command::{Order, Reshape};
use crate::finding::Finding;
use crate::ground::overlay::{Combine, combine};
use crate::ground::{Ground, LonLat, Outline};
use crate::partition;
use crate::place::{Place, PlaceId};
use crate::rules::Drawing;
use crate::world::World;
use std::collections::HashSet;

/// Remedies looked for in one check: each is judged like a drawing of its own, and a check answers within a blink.
const MAX_MENDS: usize = 4;
/// An overlap of a smaller share of the drawn ground is a hand that strayed along an edge; a larger one may be meant.
const SLIVER_SHARE: f64 = 0.02;

/// How a finding is put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The drawn edge snaps to the neighbour's.
    SnapSliver,
    /// The gap goes to the neighbour with the longest edge on it.
    FillGap,
    /// What reaches outside the parent is cut off.
    TrimToParent,
}

impl Remedy {
    pub fn as_str(self) -> &'static str {
        match self {
            Remedy::SnapSliver => "snap_sliver",
            Remedy::FillGap => "fill_gap",
            Remedy::TrimToParent => "trim_to_parent",
        }
    }
}

/// One finding put right.
#[derive(Debug, Clone)]
pub struct Mend {
    /// Which finding, counted from 0.
    pub finding: usize,
    pub remedy: Remedy,
    pub wish: Reshape,
}

/// Remedies that leave fewer findings than before and make none worse.
pub(super) fn mends(
    world: &World,
    order: &Order,
    wish: &Reshape,
    drawing: &Drawing<'_>,
    findings: &[Finding],
) -> Vec<Mend> {
    let proposed = findings.iter().enumerate().filter_map(|(n, finding)| {
        let (remedy, mended) = match finding.code.as_str() {
            "overlaps_sibling" => (Remedy::SnapSliver, snapped(wish, drawing, finding)?),
            "gap_in_parent" => (Remedy::FillGap, filled(world, wish, drawing, finding)?),
            "outside_parent" => (Remedy::TrimToParent, trimmed(wish, drawing, finding)?),
            _ => return None,
        };
        Some(Mend {
            finding: n,
            remedy,
            wish: mended,
        })
    });
    let helps = |mend: &Mend| {
        let after = judged(world, order, &mend.wish, drawing.barriers(), false).findings;
        let left = |all: &[Finding], code: &str| all.iter().filter(|f| f.code == code).count();
        after.len() < findings.len() && after.iter().all(|f| left(&after, &f.code) <= left(findings, &f.code))
    };
    proposed.take(MAX_MENDS).filter(helps).collect()
}

/// The drawn ground without what it shares with its neighbour, where that is a sliver.
fn snapped(wish: &Reshape, drawing: &Drawing<'_>, finding: &Finding) -> Option<Reshape> {
    let (id, other) = pair(finding)?;
    let (outline, neighbour) = (outline_of(drawing, id)?, outline_of(drawing, other)?);
    let left = combine(outline, neighbour, Combine::Difference).ok()??;
    let lost = 1.0 - left.doubled_grid_area() as f64 / outline.doubled_grid_area() as f64;
    (lost <= SLIVER_SHARE).then(|| with_ground(wish, id, left))?
}

fn trimmed(wish: &Reshape, drawing: &Drawing<'_>, finding: &Finding) -> Option<Reshape> {
    let (id, parent) = pair(finding)?;
    let inside = combine(
        outline_of(drawing, id)?,
        outline_of(drawing, parent)?,
        Combine::Intersection,
    )
    .ok()??;
    with_ground(wish, id, inside)
}

/// One gap alone, given to whoever has the longest edge on it.
fn filled(world: &World, wish: &Reshape, drawing: &Drawing<'_>, finding: &Finding) -> Option<Reshape> {
    let parent = *finding.places.first()?;
    let children = drawing.children_of(parent);
    let outlines = children.iter().filter_map(|c| c.place.ground.outline());
    let gap = partition::gap(outline_of(drawing, parent)?, outlines);
    let [piece] = &gap.pieces[..] else { return None };
    let on_it = |child: &Outline| shared_edge(child, piece);
    let neighbour = children
        .iter()
        .filter_map(|c| Some((on_it(c.place.ground.outline()?), c.place.id)))
        .filter(|(length, _)| *length > 0.0)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
    let whole = partition::merge(outline_of(drawing, neighbour.1)?, &[piece]).ok()?;
    with_ground(wish, neighbour.1, whole.clone()).or_else(|| {
        let mut more = wish.clone();
        let standing = &world.place(neighbour.1)?.place;
        let grown = Place {
            ground: Ground::Outline(whole),
            ..Place::clone(standing)
        };
        more.moved.push((grown, standing.version));
        Some(more)
    })
}

/// Length of the edge that two neighbours share, in grid steps.
fn shared_edge(a: &Outline, b: &Outline) -> f64 {
    let nodes: Vec<LonLat> = partition::vertices(a).chain(partition::vertices(b)).collect();
    let noded = |o: &Outline| partition::with_nodes(o, &nodes).unwrap_or_else(|| o.clone());
    let theirs: HashSet<(LonLat, LonLat)> = partition::edges(&noded(b)).map(|(from, to)| (to, from)).collect();
    let length = |(from, to): (LonLat, LonLat)| {
        (f64::from(to.lon) - f64::from(from.lon)).hypot(f64::from(to.lat) - f64::from(from.lat))
    };
    partition::edges(&noded(a))
        .filter(|e| theirs.contains(e))
        .map(length)
        .sum()
}

fn pair(finding: &Finding) -> Option<(PlaceId, PlaceId)> {
    match finding.places[..] {
        [a, b] => Some((a, b)),
        _ => None,
    }
}

fn outline_of<'a>(drawing: &'a Drawing<'_>, id: PlaceId) -> Option<&'a Outline> {
    drawing.after(id)?.place.ground.outline()
}

/// The gesture with another ground for one of the places it draws.
fn with_ground(wish: &Reshape, id: PlaceId, outline: Outline) -> Option<Reshape> {
    let mut mended = wish.clone();
    let moved = mended.moved.iter_mut().map(|(place, _)| place);
    let drawn = moved.chain(&mut mended.created).find(|place| place.id == id)?;
    drawn.ground = Ground::Outline(outline);
    Some(mended)
}
