//! The children of a place cover it whole, 不留空白.

use super::{Drawing, Rule, TIDY_TOLERANCE_M2};
use crate::decide::called;
use crate::finding::Finding;
use crate::partition::{self, Gap};
use crate::place::{Place, PlaceId, PlaceKind};
use crate::world::{Placed, World};
use std::sync::Arc;

/// The level whose places divide this kind among themselves.
pub(super) fn level_below(kind: PlaceKind) -> Option<PlaceKind> {
    let rank = PlaceKind::LADDER.iter().position(|k| *k == kind)?;
    PlaceKind::LADDER.get(rank + 1).copied()
}

/// What these children leave of a place; `None` where there are none, or next to nothing is left.
fn left_by(place: &Place, children: &[&Arc<Placed>]) -> Option<Gap> {
    if children.is_empty() {
        return None;
    }
    let outlines = children.iter().filter_map(|c| c.place.ground.outline());
    let gap = partition::gap(place.ground.outline()?, outlines);
    (gap.area.0 > TIDY_TOLERANCE_M2).then_some(gap)
}

/// What the children of a place leave of it as the map stands.
pub(crate) fn gap_of(world: &World, id: PlaceId) -> Option<(PlaceKind, Gap)> {
    let place = &world.place(id)?.place;
    let level = level_below(place.kind())?;
    let children: Vec<_> = world.children(id).filter(|c| c.place.kind() == level).collect();
    Some((level, left_by(place, &children)?))
}

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    for parent in drawing.parents() {
        let Some(placed) = drawing.after(parent) else { continue };
        let place = &placed.place;
        let Some(level) = level_below(place.kind()) else {
            continue;
        };
        let Some(gap) = left_by(place, &drawing.children(parent, level)) else {
            continue;
        };
        // A place that is new or had no children before is being filled: what is still free is shown and nobody's fault.
        let had_children = drawing.world.children(parent).any(|c| c.place.kind() == level);
        let before = gap_of(drawing.world, parent).map_or(0.0, |(_, gap)| gap.area.0);
        let worse = had_children && gap.area.0 > before + TIDY_TOLERANCE_M2;
        let mut finding = Finding::new(
            drawing.severity(Rule::NoGap, worse),
            "gap_in_parent",
            format!(
                "{:.1} m² of {} {} lie in none of its {level}s",
                gap.area.0,
                place.kind(),
                called(place)
            ),
        )
        .places([parent])
        .mend("give this ground to a neighbour");
        finding.at = gap.spot;
        findings.push(finding.ground(gap.pieces));
    }
}
