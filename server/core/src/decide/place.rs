//! Drawing, amending, confirming and retiring places.

use super::judged::check_place;
use super::{fresh_id, may};
use crate::change::{Effect, Revision};
use crate::command::Order;
use crate::finding::{Finding, Refusal, Severity};
use crate::ground::{Envelope, Outline};
use crate::id::Version;
use crate::people::{Action, Reach, Warrant, reach};
use crate::place::{Archive, Place, PlaceId, PlaceKind};
use crate::rules::{self, Drawing, Step, is_drawn_together, may_draw, needs_review, not_my_duty};
use crate::world::{Moved, Parents, Placed, World};
use jiff::civil::Date;
use std::collections::HashSet;
use std::sync::Arc;

pub(super) fn create(world: &World, order: &Order, place: &Place) -> Result<Vec<Effect>, Refusal> {
    fresh_id(world, place.id.0)?;
    let kind = place.kind();
    let parents = world.parents_at(kind, place.ground.inner_point(), None, &[]);
    may_draw(world, &order.warrant, kind, None, Some(&place.ground))?;
    let today = world.scheme().day_of(order.at);
    // Whoever draws a place and fills in its archive has just looked.
    let looked = (place.archive != Archive::empty(kind)).then_some(today);
    let place = Place {
        version: 1,
        effective_to: None,
        checked_on: kind.is_checked().then(|| place.checked_on.or(looked)).flatten(),
        ..place.clone()
    };
    reviewed(world, &order.warrant, None, &place)?;
    pass(check_place(world, order, &place))?;
    let mut effects = vec![Effect::Place(Revision::created(place.clone(), parents))];
    effects.extend(reparented(world, &[(place.id, kind, None, place.ground.outline())]));
    Ok(effects)
}

pub(super) fn amend(world: &World, order: &Order, place: &Place, base: Version) -> Result<Vec<Effect>, Refusal> {
    let old = current(world, place.id, base)?;
    let kind = old.place.kind();
    if kind != place.kind() {
        return Err(Refusal::broken(
            Finding::block("kind_is_fixed", format!("a {kind} cannot become a {}", place.kind()))
                .places([place.id])
                .path("kind")
                .mend("retire it and draw a new place"),
        ));
    }
    let redrawn = old.place.ground != place.ground;
    let into = if redrawn {
        world.parents_at(kind, place.ground.inner_point(), Some(place.id), &[])
    } else {
        old.parents
    };
    if redrawn {
        may_draw(
            world,
            &order.warrant,
            kind,
            Some((place.id, old.parents)),
            Some(&place.ground),
        )?;
    } else {
        may_amend(world, &order.warrant, kind, &[(Some(place.id), old.parents)])?;
    }
    let today = world.scheme().day_of(order.at);
    let place = Place {
        version: old.place.version + 1,
        effective_to: None,
        checked_on: checked_after(&old.place, place, today),
        ..place.clone()
    };
    if place.says_the_same(&old.place) {
        return Ok(Vec::new());
    }
    reviewed(world, &order.warrant, Some(&old.place), &place)?;
    pass(check_place(world, order, &place))?;
    let mut effects = vec![Effect::Place(Revision {
        before: Some(old.place.clone()),
        after: Arc::new(place.clone()),
        from: old.parents,
        into,
    })];
    if redrawn {
        effects.extend(reparented(
            world,
            &[(place.id, kind, old.place.ground.outline(), place.ground.outline())],
        ));
    }
    Ok(effects)
}

/// Checked, nothing to change, 核对无误: the archive stands as it is and is fresh again.
pub(super) fn confirm(world: &World, order: &Order, id: PlaceId, base: Version) -> Result<Vec<Effect>, Refusal> {
    let old = current(world, id, base)?;
    let kind = old.place.kind();
    may_amend(world, &order.warrant, kind, &[(Some(id), old.parents)])?;
    if !kind.is_checked() {
        return Err(Refusal::broken(
            Finding::block(
                "kind_is_not_checked",
                format!("the archive of a {kind} has no date of checking"),
            )
            .places([id])
            .path("kind"),
        ));
    }
    let after = Place {
        version: old.place.version + 1,
        checked_on: Some(world.scheme().day_of(order.at)),
        ..Place::clone(&old.place)
    };
    Ok(vec![Effect::Place(Revision {
        before: Some(old.place.clone()),
        after: Arc::new(after),
        from: old.parents,
        into: old.parents,
    })])
}

/// When an archive was last checked, after an amendment: whoever changes it has looked at it that day.
pub(super) fn checked_after(before: &Place, after: &Place, today: Date) -> Option<Date> {
    if before.kind().is_checked() && before.archive != after.archive {
        Some(today)
    } else {
        before.checked_on
    }
}

pub(super) fn retire(
    world: &World,
    order: &Order,
    id: PlaceId,
    base: Version,
    on: Date,
) -> Result<Vec<Effect>, Refusal> {
    let old = current(world, id, base)?;
    let kind = old.place.kind();
    may_draw(world, &order.warrant, kind, Some((id, old.parents)), None)?;
    let today = world.scheme().day_of(order.at);
    if on > today {
        return Err(Refusal::broken(
            Finding::block("retire_in_future", format!("{on} is after today, {today}"))
                .places([id])
                .path("effective_to")
                .mend("retire it on the day itself"),
        ));
    }
    if on < old.place.effective_from {
        return Err(Refusal::broken(
            Finding::block(
                "retire_before_start",
                format!("{on} is before it came in force, {}", old.place.effective_from),
            )
            .places([id])
            .path("effective_to"),
        ));
    }
    let after = Place {
        version: old.place.version + 1,
        effective_to: Some(on),
        ..Place::clone(&old.place)
    };
    reviewed(world, &order.warrant, Some(&old.place), &after)?;
    let after = Arc::new(after);
    if is_drawn_together(kind) {
        let step = Step {
            before: Some(old.place.clone()),
            after: after.clone(),
        };
        pass(rules::judge(&Drawing::new(world, &order.warrant, order.at, [step])))?;
    }
    let mut effects = vec![Effect::Place(Revision {
        before: Some(old.place.clone()),
        after,
        from: old.parents,
        into: Parents::default(),
    })];
    effects.extend(reparented(world, &[(id, kind, old.place.ground.outline(), None)]));
    Ok(effects)
}

/// The place in force, when the base version is still the current one.
pub(super) fn current(world: &World, id: PlaceId, base: Version) -> Result<Arc<Placed>, Refusal> {
    let placed = world.place(id).ok_or(Refusal::NoSuchPlace(id))?;
    if placed.place.version != base {
        return Err(Refusal::StalePlace(placed.place.clone()));
    }
    Ok(placed.clone())
}

/// `Reparent` effects for everything beneath ground that moved: `(id, kind, old outline, new outline)`.
pub(super) fn reparented(
    world: &World,
    moves: &[(PlaceId, PlaceKind, Option<&Outline>, Option<&Outline>)],
) -> Vec<Effect> {
    let moved: Vec<Moved<'_>> = moves
        .iter()
        .map(|(id, kind, _, new)| Moved {
            id: *id,
            kind: *kind,
            outline: *new,
        })
        .collect();
    let own: HashSet<PlaceId> = moved.iter().map(|m| m.id).collect();
    let grounds = moves
        .iter()
        .flat_map(|(_, kind, old, new)| [old, new].into_iter().flatten().map(|o| (*kind, o.envelope())));
    reparented_in(world, &moved, &own, grounds)
}

/// `Reparent` effects for everything beneath the levels that changed in these boxes, once `moved` places are as they will be;
/// `own` places have effects of their own.
pub(super) fn reparented_in(
    world: &World,
    moved: &[Moved<'_>],
    own: &HashSet<PlaceId>,
    grounds: impl IntoIterator<Item = (PlaceKind, Envelope)>,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut seen = HashSet::new();
    for (kind, ground) in grounds {
        for below in world.beneath(kind, ground) {
            let id = below.place.id;
            if own.contains(&id) || !seen.insert(id) {
                continue;
            }
            let into = world.parents_at(below.place.kind(), below.inner, Some(id), moved);
            if into != below.parents {
                effects.push(Effect::Reparent {
                    id,
                    from: below.parents,
                    into,
                });
            }
        }
    }
    // A tree built anew hands its places out in another order: the same wish must make the same Change everywhere.
    effects.sort_by_key(Effect::id);
    effects
}

fn may_amend(
    world: &World,
    warrant: &Warrant,
    kind: PlaceKind,
    grounds: &[(Option<PlaceId>, Parents)],
) -> Result<(), Refusal> {
    if reach(warrant.role, Action::PlaceAmend) != Reach::None && !world.scheme().may_amend(warrant.role, kind) {
        return Err(not_my_duty(warrant.role, "amend", kind));
    }
    may(world, warrant, Action::PlaceAmend, grounds)
}

/// Refuses what has to be sent for review.
fn reviewed(world: &World, warrant: &Warrant, before: Option<&Arc<Place>>, after: &Place) -> Result<(), Refusal> {
    if world.scheme().review.is_none() {
        return Ok(());
    }
    let step = Step {
        before: before.cloned(),
        after: Arc::new(after.clone()),
    };
    needs_review(world, warrant, [&step]).map_or(Ok(()), |finding| Err(Refusal::forbidden(finding)))
}

/// Refuses when anything blocks.
fn pass(findings: Vec<Finding>) -> Result<(), Refusal> {
    if findings.iter().any(|f| f.severity == Severity::Block) {
        Err(Refusal::Broken(findings))
    } else {
        Ok(())
    }
}
