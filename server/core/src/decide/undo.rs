//! Taking a Change back by a new Change.

use super::may;
use crate::change::{Cause, Change, Effect, Revision};
use crate::command::Order;
use crate::finding::{Finding, Refusal};
use crate::matter::{AlertState, HazardState, IssueState, Matter};
use crate::people::Action;
use crate::place::Place;
use crate::world::{MatterLayer, World};
use std::sync::Arc;

/// Turns every effect round. What was new is retired or closed, what was changed gets its old content under a new
/// version. Refused when anything it left was changed since.
pub(super) fn take_back(world: &World, order: &Order, change: &Change) -> Result<Vec<Effect>, Refusal> {
    if change.is_drawing() {
        return super::reshape::take_back(world, order, change);
    }
    may(world, &order.warrant, Action::Import, &[])?;
    if !matches!(change.cause, Cause::Import) && !change.only_confirms() {
        return Err(Refusal::broken(Finding::block(
            "not_undoable",
            format!(
                "Change {} is neither an import, nor a confirmation, nor a drawing",
                change.seq
            ),
        )));
    }
    let today = world.scheme().day_of(order.at);
    let mut effects = Vec::with_capacity(change.effects.len());
    let mut blocking = Vec::new();
    for effect in change.effects.iter().rev() {
        match effect {
            Effect::Place(r) => match place_back(world, r, today) {
                Ok(effect) => effects.push(effect),
                Err(finding) => blocking.push(*finding),
            },
            Effect::Hazard(r) => {
                let back = matter_back(world.hazards(), r, &mut blocking, |m| m.state = HazardState::Removed);
                effects.extend(back.map(Effect::Hazard));
            }
            Effect::Alert(r) => {
                let back = matter_back(world.alerts(), r, &mut blocking, |m| m.state = AlertState::Closed);
                effects.extend(back.map(Effect::Alert));
            }
            Effect::Issue(r) => {
                let back = matter_back(world.issues(), r, &mut blocking, |m| m.state = IssueState::Closed);
                effects.extend(back.map(Effect::Issue));
            }
            Effect::Reparent { id, from, into } => {
                if world.place(*id).is_some_and(|p| p.parents == *into) {
                    effects.push(Effect::Reparent {
                        id: *id,
                        from: *into,
                        into: *from,
                    });
                }
            }
            Effect::Base { before, after } => {
                let here = after
                    .as_ref()
                    .or(before.as_ref())
                    .and_then(|p| world.base_pack(p.layer))
                    .cloned();
                if here == *after {
                    effects.push(Effect::Base {
                        before: after.clone(),
                        after: before.clone(),
                    });
                } else {
                    blocking.push(Finding::block("changed_since", "a base-map layer was replaced since"));
                }
            }
            Effect::Post(_) | Effect::Appointment(_) | Effect::Scheme { .. } => {
                blocking.push(Finding::block(
                    "not_undoable",
                    "posts, appointments and schemes are not taken back with an import",
                ));
            }
        }
    }
    if blocking.is_empty() {
        Ok(effects)
    } else {
        Err(Refusal::Broken(blocking))
    }
}

fn place_back(world: &World, r: &Revision<Place>, today: jiff::civil::Date) -> Result<Effect, Box<Finding>> {
    let changed = || {
        Finding::block(
            "changed_since",
            format!("{} {} was changed since", r.after.kind(), r.after.id),
        )
        .places([r.after.id])
        .mend("undo the later change first")
    };
    let here = world.place(r.after.id);
    let untouched = match here {
        Some(placed) => placed.place.version == r.after.version,
        None => r.after.is_retired(),
    };
    if !untouched {
        return Err(Box::new(changed()));
    }
    let version = r.after.version + 1;
    let after = match &r.before {
        Some(before) => Place {
            version,
            ..Place::clone(before)
        },
        None => Place {
            version,
            effective_to: Some(today),
            ..Place::clone(&r.after)
        },
    };
    if let (Some(code), None) = (&after.code, after.effective_to)
        && let Some(owner) = world.by_code(after.kind(), code)
        && owner.place.id != after.id
    {
        return Err(Box::new(changed()));
    }
    let from = here.map(|p| p.parents).unwrap_or_default();
    Ok(Effect::Place(Revision {
        before: Some(r.after.clone()),
        after: Arc::new(after),
        from,
        into: r.from,
    }))
}

fn matter_back<M: Matter + Clone>(
    layer: &MatterLayer<M>,
    r: &Revision<M>,
    blocking: &mut Vec<Finding>,
    close: impl Fn(&mut M),
) -> Option<Revision<M>> {
    let here = layer.get(r.after.id());
    let untouched = match here {
        Some(standing) => standing.matter.version() == r.after.version(),
        None => !r.after.is_live(),
    };
    if !untouched {
        blocking.push(Finding::block(
            "changed_since",
            format!("{} {} was changed since", M::KIND, r.after.id()),
        ));
        return None;
    }
    let mut after = r.before.as_ref().map_or_else(
        || {
            let mut closed = M::clone(&r.after);
            close(&mut closed);
            closed
        },
        |before| M::clone(before),
    );
    after.set_version(r.after.version() + 1);
    Some(Revision {
        before: Some(r.after.clone()),
        after: Arc::new(after),
        from: r.into,
        into: r.from,
    })
}
