//! Ground that a city wants looked at twice does not move at one person's word, 须送审.

use super::Step;
use crate::draft::may_review;
use crate::finding::{Finding, Severity};
use crate::ground::Outline;
use crate::ground::overlay::overlap_area;
use crate::partition;
use crate::people::Warrant;
use crate::place::PlaceKind;
use crate::world::World;

/// Stands for a drawing that has to be sent for review.
pub(crate) const NEEDS_REVIEW: &str = "needs_review";

/// Told where these steps move ground that the Scheme wants reviewed, and whoever draws may not review it. A small correction
/// goes through where the Scheme allows one: little ground, and nobody's building changes sides.
pub(crate) fn needs_review<'a>(
    world: &World,
    warrant: &Warrant,
    steps: impl IntoIterator<Item = &'a Step>,
) -> Option<Finding> {
    let review = world.scheme().review.as_ref()?;
    let moving: Vec<&Step> = steps
        .into_iter()
        .filter(|s| review.kinds.contains(&s.after.kind()) && moves_ground(s))
        .collect();
    let unreviewed = moving.iter().find(|s| {
        let (id, kind) = (s.after.id, s.after.kind());
        let ground = match world.place(id) {
            Some(placed) => (Some(id), placed.parents),
            None => (None, world.parents_at(kind, s.after.ground.inner_point(), None, &[])),
        };
        may_review(world, warrant, kind, ground).is_err()
    })?;
    if review
        .direct_correction_m2
        .is_some_and(|most| is_small(world, &moving, most))
    {
        return None;
    }
    let kind = unreviewed.after.kind();
    Some(
        Finding::new(
            Severity::Note,
            NEEDS_REVIEW,
            format!("the ground of a {kind} is reviewed before it changes"),
        )
        .places([unreviewed.after.id])
        .at(unreviewed.after.ground.inner_point())
        .mend("send it for review"),
    )
}

/// A new name moves no ground, nor does a vertex on a straight edge.
fn moves_ground(step: &Step) -> bool {
    if step.only_gains_vertices() {
        return false;
    }
    let Some(before) = &step.before else { return true };
    if step.after.is_retired() != before.is_retired() {
        return true;
    }
    match (before.ground.outline(), step.after.ground.outline()) {
        (Some(a), Some(b)) => !partition::same_ground(a, b),
        _ => before.ground != step.after.ground,
    }
}

fn is_small(world: &World, moving: &[&Step], most_m2: f64) -> bool {
    let (mut gained, mut lost) = (0.0, 0.0);
    for step in moving {
        let before = step.before.as_ref().filter(|b| !b.is_retired());
        let old = before.and_then(|b| b.ground.outline());
        let new = step.after.ground.outline().filter(|_| !step.after.is_retired());
        let (Some(old), Some(new)) = (old, new) else {
            return false;
        };
        let shared = overlap_area(old, new).0;
        gained += new.area().0 - shared;
        lost += old.area().0 - shared;
        if gained.max(lost) > most_m2 || changes_a_building(world, old, new) {
            return false;
        }
    }
    true
}

fn changes_a_building(world: &World, old: &Outline, new: &Outline) -> bool {
    let around = old.envelope().union(new.envelope());
    world
        .places_meeting(PlaceKind::Building, around)
        .any(|b| old.contains(b.inner) != new.contains(b.inner))
}
