//! Posts and appointments.

use super::{check_text, fresh_id, may};
use crate::change::{Effect, Revision};
use crate::command::Order;
use crate::finding::{Finding, Refusal};
use crate::id::Version;
use crate::people::{Action, Appointment, Post};
use crate::place::MAX_NAME_CHARS;
use crate::world::{Parents, World};
use std::sync::Arc;

pub(super) fn put_post(
    world: &World,
    order: &Order,
    post: &Post,
    base: Option<Version>,
) -> Result<Vec<Effect>, Refusal> {
    let mut findings = Vec::new();
    check_text("title", &post.title, MAX_NAME_CHARS, &mut findings);
    if post.title.trim().is_empty() {
        findings.push(Finding::block("title_missing", "a post needs a title").path("title"));
    }
    if !findings.is_empty() {
        return Err(Refusal::Broken(findings));
    }
    let place = world.place(post.place).ok_or(Refusal::NoSuchPlace(post.place))?;
    may(
        world,
        &order.warrant,
        Action::PostManage,
        &[(Some(post.place), place.parents)],
    )?;
    let before = match base {
        None => {
            fresh_id(world, post.id.0)?;
            None
        }
        Some(base) => {
            let old = world
                .post(post.id)
                .ok_or_else(|| Refusal::NoSuchRecord(format!("post {}", post.id)))?;
            stale(old.version, base, "post", post.id.0)?;
            Some(old.clone())
        }
    };
    let mut effects = Vec::new();
    if !post.standing {
        // A post given up is held by nobody.
        effects.extend(world.holder(post.id).map(|a| ended(a, order)));
    }
    let after = Post {
        version: base.unwrap_or(0) + 1,
        ..post.clone()
    };
    effects.push(Effect::Post(Revision {
        before,
        after: Arc::new(after),
        from: Parents::default(),
        into: Parents::default(),
    }));
    Ok(effects)
}

pub(super) fn put_appointment(
    world: &World,
    order: &Order,
    appointment: &Appointment,
    base: Option<Version>,
) -> Result<Vec<Effect>, Refusal> {
    let mut findings = Vec::new();
    check_text("holder", &appointment.holder, MAX_NAME_CHARS, &mut findings);
    if appointment.holder.trim().is_empty() {
        findings.push(Finding::block("holder_missing", "an appointment names its holder").path("holder"));
    }
    if !findings.is_empty() {
        return Err(Refusal::Broken(findings));
    }
    let post = world
        .post(appointment.post)
        .ok_or_else(|| Refusal::NoSuchRecord(format!("post {}", appointment.post)))?;
    let place = world.place(post.place).ok_or(Refusal::NoSuchPlace(post.place))?;
    may(
        world,
        &order.warrant,
        Action::PostManage,
        &[(Some(post.place), place.parents)],
    )?;
    let mut effects = Vec::new();
    let before = match base {
        None => {
            fresh_id(world, appointment.id.0)?;
            // One holder at a time: the hand-over ends the old appointment in the same Change.
            effects.extend(world.holder(appointment.post).map(|a| ended(a, order)));
            None
        }
        Some(base) => {
            let old = world
                .appointment(appointment.id)
                .ok_or_else(|| Refusal::NoSuchRecord(format!("appointment {}", appointment.id)))?;
            stale(old.version, base, "appointment", appointment.id.0)?;
            Some(old.clone())
        }
    };
    let after = Appointment {
        version: base.unwrap_or(0) + 1,
        ..appointment.clone()
    };
    effects.push(Effect::Appointment(Revision {
        before,
        after: Arc::new(after),
        from: Parents::default(),
        into: Parents::default(),
    }));
    Ok(effects)
}

fn ended(old: &Arc<Appointment>, order: &Order) -> Effect {
    let after = Appointment {
        version: old.version + 1,
        until: Some(order.at),
        ..Appointment::clone(old)
    };
    Effect::Appointment(Revision {
        before: Some(old.clone()),
        after: Arc::new(after),
        from: Parents::default(),
        into: Parents::default(),
    })
}

fn stale(current: Version, base: Version, what: &str, id: u64) -> Result<(), Refusal> {
    if current == base {
        return Ok(());
    }
    Err(Refusal::broken(Finding::block(
        "stale",
        format!("{what} {id} was changed meanwhile, it is at version {current}"),
    )))
}
