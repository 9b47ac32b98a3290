//! Every place lies inside what it belongs to, 不越上级边界.

use super::{Drawing, Rule, TIDY_TOLERANCE_M2};
use crate::decide::called;
use crate::finding::{Finding, Severity};
use crate::ground::Outline;
use crate::partition::{self, Gap};
use crate::place::{PlaceId, PlaceKind};
use crate::world::Placed;

/// Ground of an outline outside another; `None` where it is too little to tell.
pub(crate) fn outside(outline: &Outline, holder: &Outline) -> Option<Gap> {
    let left = partition::left_over(outline, &holder.to_raw());
    (left.area.0 > TIDY_TOLERANCE_M2).then_some(left)
}

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    for placed in drawing.drawn() {
        missing_parent(drawing, placed, findings);
        reaches_out(drawing, placed, placed.parents.up, findings);
        // Whoever moves a parent's edge moves it against its children, too.
        for level in below(placed.place.kind()) {
            for child in drawing.children(placed.place.id, level) {
                if !drawing.drawn().any(|d| d.place.id == child.place.id) {
                    reaches_out(drawing, child, Some(placed.place.id), findings);
                }
            }
        }
    }
    orphans(drawing, findings);
}

fn below(kind: PlaceKind) -> impl Iterator<Item = PlaceKind> {
    PlaceKind::LADDER
        .into_iter()
        .filter(move |k| k.holders().first() == Some(&kind))
}

fn missing_parent(drawing: &Drawing<'_>, placed: &Placed, findings: &mut Vec<Finding>) {
    let (place, kind) = (&placed.place, placed.place.kind());
    let Some(above) = kind.holders().iter().find(|k| drawing.world.count_of(**k) > 0) else {
        return;
    };
    let in_level = |p: &Placed, id: Option<PlaceId>| id.is_some_and(|id| id != p.place.id);
    if in_level(placed, placed.parents.up) {
        return;
    }
    let had = drawing.before(place.id).is_none_or(|old| old.parents.up.is_some());
    findings.push(
        Finding::new(
            drawing.severity(Rule::InsideParent, had),
            "parent_missing",
            format!("{kind} {} lies in no {above}", called(place)),
        )
        .places([place.id])
        .at(placed.inner)
        .mend(format!("draw it inside a {above}")),
    );
}

fn reaches_out(drawing: &Drawing<'_>, placed: &Placed, parent: Option<PlaceId>, findings: &mut Vec<Finding>) {
    let place = &placed.place;
    let Some(parent) = parent.and_then(|id| drawing.after(id)) else {
        return;
    };
    let (Some(outline), Some(holder)) = (place.ground.outline(), parent.place.ground.outline()) else {
        return;
    };
    let Some(left) = outside(outline, holder) else {
        return;
    };
    let m2 = left.area.0;
    let was = || {
        let old = drawing.outline_before(place.id)?;
        let old_holder = drawing.outline_before(drawing.before(place.id)?.parents.up?)?;
        Some(outside(old, old_holder).map_or(0.0, |left| left.area.0))
    };
    let worse = was().is_none_or(|before| m2 > before + TIDY_TOLERANCE_M2);
    // Property and governance cross each other: a compound across the border of a community is odd, not impossible.
    let severity = if place.kind() == PlaceKind::Compound {
        Severity::Warn
    } else {
        drawing.severity(Rule::InsideParent, worse)
    };
    let mut finding = Finding::new(
        severity,
        "outside_parent",
        format!(
            "{} {} reaches {m2:.1} m² outside its {} {}",
            place.kind(),
            called(place),
            parent.place.kind(),
            called(&parent.place)
        ),
    )
    .places([place.id, parent.place.id])
    .mend("keep the outline inside, or move the outer border with it");
    finding.at = left.spot;
    findings.push(finding.ground(left.pieces));
}

/// What lay in a place that leaves must lie in another of its level, where there still are some around it.
fn orphans(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    let moved = drawing.moved();
    for gone in drawing.leaving() {
        let kind = gone.place.kind();
        let inside = drawing.world.children(gone.place.id);
        let orphan = inside
            .filter(|child| PlaceKind::LADDER.contains(&child.place.kind()))
            .filter_map(|child| drawing.after(child.place.id))
            .find(|child| {
                let parents = drawing
                    .world
                    .parents_at(child.place.kind(), child.inner, Some(child.place.id), &moved);
                parents
                    .up
                    .and_then(|id| drawing.after(id))
                    .is_none_or(|p| p.place.kind() != kind)
            });
        if let Some(orphan) = orphan {
            let child = orphan.place.kind();
            findings.push(
                Finding::new(
                    drawing.severity(Rule::InsideParent, true),
                    "would_orphan",
                    format!(
                        "without {kind} {}, {child} {} lies in no {kind}",
                        called(&gone.place),
                        called(&orphan.place)
                    ),
                )
                .places([gone.place.id, orphan.place.id])
                .at(orphan.inner)
                .mend("give its ground to a neighbour in the same step"),
            );
        }
    }
}
