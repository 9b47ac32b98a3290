//! From a wish to a Change, or to words for a person. Pure: ids and time arrive as values.

mod gestures;
mod import;
mod judged;
mod matter;
mod mends;
mod people;
mod place;
mod place_findings;
mod reshape;
mod steps;
mod undo;

pub use gestures::{merge_of, split_of, transfer_of};
pub use judged::{Judged, Measured, check_place, check_reshape, check_reshape_among, judge_reshape, measured_now};
pub use mends::{Mend, Remedy};
pub use place_findings::{FIRST_DAY, LAST_DAY, MAX_DRAWN_VERTICES, check_place_alone, tidy_findings};
pub(crate) use place_findings::{called, code_retired};
pub use steps::MAX_RESHAPED_PLACES;

use crate::change::{CHANGE_SCHEMA, Cause, Change, Effect, Footprint};
use crate::command::{Command, Order};
use crate::finding::{Finding, Refusal};
use crate::ground::Envelope;
use crate::matter::AlertState;
use crate::people::{Action, Reach, Warrant, reach};
use crate::place::PlaceId;
use crate::world::{Parents, World};

/// Decides an order on the map as it stands. The Change is for the ledger position right after `world.head()`.
pub fn decide(world: &World, order: &Order) -> Result<Change, Refusal> {
    let (cause, effects) = match &order.command {
        Command::CreatePlace(place) => (Cause::Create, place::create(world, order, place)?),
        Command::AmendPlace { place, base } => (Cause::Amend, place::amend(world, order, place, *base)?),
        Command::ConfirmPlace { id, base } => (Cause::Amend, place::confirm(world, order, *id, *base)?),
        Command::RetirePlace { id, base, on } => (Cause::Retire, place::retire(world, order, *id, *base, *on)?),
        Command::Reshape(wish) => (Cause::Reshape, reshape::reshape(world, order, wish)?),
        Command::PutHazard { hazard, base } => (Cause::Record, matter::put_hazard(world, order, hazard, *base)?),
        Command::PutAlert { alert, base } => (
            if alert.state == AlertState::Expired {
                Cause::Expire
            } else {
                Cause::Record
            },
            matter::put_alert(world, order, alert, *base)?,
        ),
        Command::AcknowledgeAlert { id, base } => (Cause::Record, matter::acknowledge_alert(world, order, *id, *base)?),
        Command::PutIssue { issue, base } => (Cause::Record, matter::put_issue(world, order, issue, *base)?),
        Command::PutPost { post, base } => (Cause::Appoint, people::put_post(world, order, post, *base)?),
        Command::PutAppointment { appointment, base } => (
            Cause::Appoint,
            people::put_appointment(world, order, appointment, *base)?,
        ),
        Command::Import(shipment) => (Cause::Import, import::take_in(world, order, shipment)?),
        Command::Undo(change) => (Cause::Undo(change.seq), undo::take_back(world, order, change)?),
        Command::AdoptScheme(scheme) => {
            may(world, &order.warrant, Action::Import, &[])?;
            let effect = Effect::Scheme {
                before: world.scheme().clone(),
                after: scheme.clone(),
            };
            (Cause::Scheme, vec![effect])
        }
    };
    let everything = matches!(
        order.command,
        Command::Import(_) | Command::Undo(_) | Command::AdoptScheme(_)
    );
    Ok(Change {
        epoch: world.epoch(),
        seq: world.head().next(),
        change_id: order.change_id,
        schema: CHANGE_SCHEMA,
        at: order.at,
        actor: order.actor.clone(),
        post: order.post,
        cause,
        source: order.source.clone(),
        draft: None,
        footprint: footprint(world, &effects, everything),
        batch: None,
        effects,
    })
}

/// What the effects read and wrote: the entities, their ground, and what they rely on lying in.
fn footprint(world: &World, effects: &[Effect], everything: bool) -> Footprint {
    if everything {
        return Footprint {
            everything,
            ..Footprint::default()
        };
    }
    let mut ids: Vec<u64> = effects.iter().filter_map(Effect::id).collect();
    let (mut relied_on, mut claims) = (Vec::new(), Vec::new());
    for effect in effects {
        if let Effect::Place(r) = effect {
            claims.extend(r.after.code.as_ref().map(|code| format!("{}:{code}", r.after.kind())));
        }
        if let Effect::Place(_) | Effect::Reparent { .. } = effect {
            continue;
        }
        let parents = match effect {
            Effect::Hazard(r) => r.into,
            Effect::Alert(r) => r.into,
            Effect::Issue(r) => r.into,
            _ => continue,
        };
        relied_on.extend(world.ancestors(&parents).into_iter().map(|p| p.0));
    }
    for ids in [&mut ids, &mut relied_on] {
        ids.sort_unstable();
        ids.dedup();
    }
    let is_matter = |effect: &Effect| matches!(effect, Effect::Hazard(_) | Effect::Alert(_) | Effect::Issue(_));
    Footprint {
        ids,
        relied_on,
        matters_only: effects.iter().all(is_matter),
        envelope: Envelope::union_all(effects.iter().filter_map(Effect::envelope)),
        claims,
        everything,
    }
}

/// Does the warrant reach this action somewhere at or above one of these parents?
pub(crate) fn may(
    world: &World,
    warrant: &Warrant,
    action: Action,
    grounds: &[(Option<PlaceId>, Parents)],
) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::forbidden(Finding::block("forbidden", message)));
    match reach(warrant.role, action) {
        Reach::All => Ok(()),
        Reach::None => refuse(format!("a {} may not {}", warrant.role, action.as_str())),
        Reach::Own => {
            let covered = |(id, parents): &(Option<PlaceId>, Parents)| {
                id.is_some_and(|id| world.lies_within(warrant, id)) || world.parents_lie_within(warrant, parents)
            };
            if !grounds.is_empty() && grounds.iter().all(covered) {
                Ok(())
            } else {
                refuse(format!(
                    "this ground lies outside what this {} answers for",
                    warrant.role
                ))
            }
        }
    }
}

/// Refuses an id that cannot be used for something new.
fn fresh_id(world: &World, id: u64) -> Result<(), Refusal> {
    if id == 0 || id > crate::id::MAX_ID {
        return Err(Refusal::broken(Finding::block(
            "id_out_of_range",
            format!("id {id} is not between 1 and 2^53"),
        )));
    }
    if world.knows_id(id) {
        return Err(Refusal::broken(Finding::block("id_taken", format!("id {id} is taken"))));
    }
    Ok(())
}

/// Refuses a text that is longer than its named limit or holds control characters.
fn check_text(path: &str, text: &str, max_chars: usize, findings: &mut Vec<Finding>) {
    if text.chars().count() > max_chars {
        findings
            .push(Finding::block("text_too_long", format!("{path} has more than {max_chars} characters")).path(path));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        findings.push(
            Finding::block("text_control_character", format!("{path} holds a control character"))
                .path(path)
                .mend("delete the invisible character"),
        );
    }
}
