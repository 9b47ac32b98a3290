//! Posts and appointments.

use super::{check_text, fresh_id, may};
use crate::change::{Effect, Revision};
use crate::command::Order;
use crate::finding::{Finding, Refusal};
use crate::id::Version;
use crate::people::{Action, Appointment, Post};
use crate::place::{MAX_NAME_CHARS, PlaceId};
use crate::world::{Parents, World};
use std::sync::Arc;

pub(super) fn put_post(
    world: &World,
    order: &Order,
    post: &Post,
    base: Option<Version>,
) -> Result<Vec<Effect>, Refusal> {
    check_name("title", &post.title, "title_missing", "a post needs a title")?;
    may_manage(world, order, post.place)?;
    let old = world.post(post.id);
    let before = before("post", post.id.0, old, |p| p.version, base, world)?;
    let mut effects = Vec::new();
    if !post.standing {
        // A post given up is held by nobody.
        effects.extend(world.holder(post.id).map(|a| ended(a, order)));
    }
    let after = Post {
        version: base.unwrap_or(0) + 1,
        ..post.clone()
    };
    effects.push(Effect::Post(without_ground(before, after)));
    Ok(effects)
}

pub(super) fn put_appointment(
    world: &World,
    order: &Order,
    appointment: &Appointment,
    base: Option<Version>,
) -> Result<Vec<Effect>, Refusal> {
    let unnamed = "an appointment names its holder";
    check_name("holder", &appointment.holder, "holder_missing", unnamed)?;
    let post = world
        .post(appointment.post)
        .ok_or_else(|| Refusal::NoSuchRecord(format!("post {}", appointment.post)))?;
    may_manage(world, order, post.place)?;
    let old = world.appointment(appointment.id);
    let before = before("appointment", appointment.id.0, old, |a| a.version, base, world)?;
    let mut effects = Vec::new();
    if before.is_none() {
        // One holder at a time: the hand-over ends the old appointment in the same Change.
        effects.extend(world.holder(appointment.post).map(|a| ended(a, order)));
    }
    let after = Appointment {
        version: base.unwrap_or(0) + 1,
        ..appointment.clone()
    };
    effects.push(Effect::Appointment(without_ground(before, after)));
    Ok(effects)
}

/// Refuses a name that is empty, too long or holds what cannot be seen.
fn check_name(path: &str, name: &str, missing: &'static str, words: &str) -> Result<(), Refusal> {
    let mut findings = Vec::new();
    check_text(path, name, MAX_NAME_CHARS, &mut findings);
    if name.trim().is_empty() {
        findings.push(Finding::block(missing, words).path(path));
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Broken(findings))
    }
}

fn may_manage(world: &World, order: &Order, place: PlaceId) -> Result<(), Refusal> {
    let placed = world.place(place).ok_or(Refusal::NoSuchPlace(place))?;
    let ground = [(Some(place), placed.parents)];
    may(world, &order.warrant, Action::PostManage, &ground)
}

/// What stood before, when `base` is still its version; nothing for something new, whose number must be free.
fn before<T>(
    what: &str,
    id: u64,
    old: Option<&Arc<T>>,
    version: impl Fn(&T) -> Version,
    base: Option<Version>,
    world: &World,
) -> Result<Option<Arc<T>>, Refusal> {
    let Some(base) = base else {
        fresh_id(world, id)?;
        return Ok(None);
    };
    let old = old.ok_or_else(|| Refusal::NoSuchRecord(format!("{what} {id}")))?;
    let current = version(old);
    if current == base {
        return Ok(Some(old.clone()));
    }
    Err(Refusal::broken(Finding::block(
        "stale",
        format!("{what} {id} was changed meanwhile, it is at version {current}"),
    )))
}

fn ended(old: &Arc<Appointment>, order: &Order) -> Effect {
    let after = Appointment {
        version: old.version + 1,
        until: Some(order.at),
        ..Appointment::clone(old)
    };
    Effect::Appointment(without_ground(Some(old.clone()), after))
}

/// A step of what lies nowhere.
fn without_ground<T>(before: Option<Arc<T>>, after: T) -> Revision<T> {
    Revision {
        before,
        ..Revision::created(after, Parents::default())
    }
}
