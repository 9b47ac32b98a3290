//! Flaws of compounds: one over its neighbour's ground, one across a community's border.

use super::{Flaw, FlawKind, Survey, bent, outline_of, redraw, ring_of};
use crate::places::Works;
use crate::plane::area;
use geju_core::ground::overlay::overlap_area;
use geju_core::{Outline, PlaceId, PlaceKind};

fn shared(works: &Works, ground: &Survey, outline: &Outline, itself: usize) -> f64 {
    ground
        .compounds
        .iter()
        .filter(|c| **c != itself)
        .filter_map(|c| works.shipment.places[*c].0.ground.outline())
        .filter(|o| o.envelope().meets(&outline.envelope()))
        .map(|o| overlap_area(o, outline).0)
        .filter(|m2| *m2 > 0.0)
        .fold(0.0, |sum: f64, m2| sum + m2)
}

/// Square metres of a compound outside the community it lies in.
fn outside(works: &Works, outline: &Outline) -> f64 {
    let inner = outline.inner_point();
    let own = works
        .shipment
        .places
        .iter()
        .map(|(p, _)| p)
        .filter(|p| p.kind() == PlaceKind::Community)
        .filter_map(|p| p.ground.outline())
        .find(|o| o.contains(inner));
    own.map_or(f64::MAX, |o| outline.flat_area().0 - overlap_area(o, outline).0)
}

pub(super) fn compounds_overlap(works: &mut Works, ground: &Survey) -> Option<Flaw> {
    stretched(
        works,
        ground,
        FlawKind::CompoundsOverlap,
        5.0,
        None,
        |overlap, outside| overlap > 3.0 && outside < 0.1,
    )
}

pub(super) fn across_border(works: &mut Works, ground: &Survey, not: PlaceId) -> Option<Flaw> {
    let not = Some(not);
    stretched(
        works,
        ground,
        FlawKind::CompoundAcrossBorder,
        26.0,
        not,
        |overlap, outside| overlap == 0.0 && outside > 4.0,
    )
}

/// A compound of which one side is drawn too far out, so that overlap and overhang are as asked for.
fn stretched(
    works: &mut Works,
    ground: &Survey,
    kind: FlawKind,
    meters: f64,
    not: Option<PlaceId>,
    fits: impl Fn(f64, f64) -> bool,
) -> Option<Flaw> {
    for place in ground.compounds.clone() {
        let old = works.shipment.places[place].0.clone();
        let ring = ring_of(&old);
        if Some(old.id) == not || area(&ring) < 700.0 {
            continue;
        }
        let before = old.ground.outline().map_or(0.0, |o| shared(works, ground, o, place));
        for edge in 0..ring.len() {
            let new = bent(&ring, edge, meters);
            let Some(outline) = outline_of(&new) else { continue };
            let overlap = shared(works, ground, &outline, place);
            let partners = ground
                .compounds
                .iter()
                .filter(|c| **c != place && Some(works.shipment.places[**c].0.id) != not)
                .filter_map(|c| works.shipment.places[*c].0.ground.outline())
                .filter(|o| o.envelope().meets(&outline.envelope()) && overlap_area(o, &outline).0 > 0.3)
                .count();
            if before > 0.0 || partners > 1 || !fits(overlap, outside(works, &outline)) {
                continue;
            }
            let at = new[edge + 1].to_lonlat();
            redraw(works, place, outline);
            let code = if kind == FlawKind::CompoundsOverlap {
                "overlaps_sibling"
            } else {
                "outside_parent"
            };
            return Some(Flaw {
                kind,
                place: old.id,
                at,
                findings: vec![(code, 1)],
            });
        }
    }
    None
}
