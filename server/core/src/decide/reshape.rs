//! Several places drawn as one gesture, 边界调整: judged together on the map as it would stand, and kept as one Change.

use super::judged::judge;
use super::place::reparented_in;
use super::steps::{retired, steps_of, stitched};
use crate::change::{Change, Effect, Revision};
use crate::command::{Order, Reshape};
use crate::finding::{Finding, Refusal, Severity};
use crate::ground::{Envelope, Outline};
use crate::partition::{self, Nearness};
use crate::place::{Place, PlaceKind};
use crate::rules::{Drawing, NEEDS_REVIEW, Step};
use crate::world::World;
use std::collections::HashSet;
use std::sync::Arc;

/// Decides a gesture.
pub(super) fn reshape(world: &World, order: &Order, wish: &Reshape) -> Result<Vec<Effect>, Refusal> {
    let mut refusals = Vec::new();
    let steps = steps_of(world, order, wish, &mut refusals);
    let mut stale = Vec::new();
    for refusal in refusals {
        match refusal {
            Refusal::StalePlace(place) => stale.push(place),
            other => return Err(other),
        }
    }
    if !stale.is_empty() {
        return Err(Refusal::StalePlaces(stale));
    }
    settle(world, order, steps, Nearness::Any)
}

/// Judges steps and turns them into effects.
fn settle(world: &World, order: &Order, steps: Vec<Step>, nearness: Nearness) -> Result<Vec<Effect>, Refusal> {
    if steps.is_empty() {
        return Ok(Vec::new());
    }
    let (steps, torn) = stitched(world, steps, nearness);
    let drawing = Drawing::new(world, &order.warrant, order.at, steps).torn_at(torn);
    let findings = judge(world, &drawing);
    let is_right = |f: &&Finding| {
        matches!(
            f.code.as_str(),
            "forbidden" | "not_in_duty_list" | "outside_jurisdiction" | NEEDS_REVIEW
        )
    };
    if let Some(forbidden) = findings.iter().find(is_right) {
        return Err(Refusal::forbidden(forbidden.clone()));
    }
    if findings.iter().any(|f| f.severity == Severity::Block) {
        return Err(Refusal::Broken(findings));
    }
    let mut effects = Vec::new();
    let mut own = HashSet::new();
    let mut grounds: Vec<(PlaceKind, Envelope)> = Vec::new();
    for step in drawing.steps() {
        let id = step.after.id;
        let from = world.place(id).map(|p| p.parents).unwrap_or_default();
        let kind = step.after.kind();
        let old = world.place(id).and_then(|p| p.place.ground.outline());
        let new = step.after.ground.outline().filter(|_| !step.after.is_retired());
        let into = if step.only_gains_vertices() {
            // What stands within a hair's breadth of the edge may change sides.
            let edges = old.zip(new).into_iter().flat_map(|(old, new)| bent_edges(old, new));
            grounds.extend(edges.map(|edge| (kind, edge)));
            from
        } else {
            own.insert(id);
            grounds.extend([old, new].into_iter().flatten().map(|o| (kind, o.envelope())));
            drawing.after(id).map(|p| p.parents).unwrap_or_default()
        };
        effects.push(Effect::Place(Revision {
            before: step.before.clone(),
            after: step.after.clone(),
            from,
            into,
        }));
    }
    effects.extend(reparented_in(world, &drawing.moved(), &own, grounds));
    Ok(effects)
}

/// Boxes around the edges of an outline that are no longer edges of it once it has gained vertices, or lost them.
fn bent_edges(old: &Outline, new: &Outline) -> Vec<Envelope> {
    let sides = |o: &Outline| partition::edges(o).collect::<HashSet<_>>();
    let (before, after) = (sides(old), sides(new));
    let bent = before.symmetric_difference(&after);
    bent.map(|(a, b)| Envelope::of_point(*a).union(Envelope::of_point(*b)))
        .collect()
}

/// Takes a gesture back by a new one: what was moved moves back, what was made is retired, what was retired comes back under its
/// own id. It is judged like any other: what was drawn around it since may forbid it.
pub(super) fn take_back(world: &World, order: &Order, change: &Change) -> Result<Vec<Effect>, Refusal> {
    let today = world.scheme().day_of(order.at);
    let mut blocking = Vec::new();
    let mut steps = Vec::new();
    for effect in &change.effects {
        let Effect::Place(r) = effect else { continue };
        let here = world.place(r.after.id);
        let untouched = match here {
            Some(placed) => placed.place.says_the_same(&r.after),
            None => r.after.is_retired(),
        };
        if !untouched {
            // A vertex on a straight edge that stays is in nobody's way.
            if !r.only_nodes() {
                let message = format!("{} {} was changed since", r.after.kind(), super::called(&r.after));
                blocking.push(
                    Finding::block("changed_since", message)
                        .places([r.after.id])
                        .at(here.map_or_else(|| r.after.ground.inner_point(), |p| p.inner))
                        .mend("undo the later change first"),
                );
            }
            continue;
        }
        let now = here.map_or(&r.after, |p| &p.place);
        steps.push(match &r.before {
            None => retired(now, today),
            Some(before) => Step {
                before: Some(now.clone()),
                after: Arc::new(Place {
                    version: now.version + u32::from(!r.only_nodes()),
                    ..Place::clone(before)
                }),
            },
        });
    }
    if blocking.is_empty() {
        // What comes back has the vertices it had; a neighbour's on its very edge opens nothing.
        settle(world, order, steps, Nearness::Bending)
    } else {
        Err(Refusal::Broken(blocking))
    }
}
