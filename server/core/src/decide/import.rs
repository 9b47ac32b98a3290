//! Many places and matters in one Change.

use super::may;
use super::place::current;
use crate::change::{Change, Effect, Revision};
use crate::command::{Order, Shipment};
use crate::finding::{Finding, Refusal, Severity};
use crate::id::{Seq, Version};
use crate::matter::{Matter, MatterId};
use crate::people::Action;
use crate::place::{Place, PlaceId, PlaceKind};
use crate::world::{MatterLayer, Parents, Placed, World};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How many blocking findings one refusal carries: a clerk reads no more.
const MAX_BLOCKING: usize = 200;

pub(super) fn take_in(world: &World, order: &Order, shipment: &Shipment) -> Result<Vec<Effect>, Refusal> {
    may(world, &order.warrant, Action::Import, &[])?;
    if shipment.is_empty() {
        return Err(Refusal::broken(Finding::block(
            "nothing_to_import",
            "there is nothing to import",
        )));
    }
    let mut effects = place_effects(world, order, shipment)?;
    // A matter lies in the places that come with it, not only in those that stood before.
    let settled = settle_parents(world, order, &mut effects);
    matter_effects(
        &settled,
        world.hazards(),
        &shipment.hazards,
        &mut effects,
        Effect::Hazard,
    )?;
    matter_effects(&settled, world.alerts(), &shipment.alerts, &mut effects, Effect::Alert)?;
    matter_effects(&settled, world.issues(), &shipment.issues, &mut effects, Effect::Issue)?;
    effects.extend(shipment.posts.iter().map(|p| Effect::Post(new_record(p.clone()))));
    effects.extend(
        shipment
            .appointments
            .iter()
            .map(|a| Effect::Appointment(new_record(a.clone()))),
    );
    effects.extend(shipment.base.iter().map(|pack| Effect::Base {
        before: world.base_pack(pack.layer).cloned(),
        after: Some(pack.clone()),
    }));
    Ok(effects)
}

fn new_record<T>(after: Arc<T>) -> Revision<T> {
    Revision {
        before: None,
        after,
        from: Parents::default(),
        into: Parents::default(),
    }
}

/// What a place was before this Change.
enum Before {
    InForce(Arc<Placed>),
    /// It comes back: its number and its history go on.
    Retired(Arc<Place>),
}

impl Before {
    fn place(&self) -> &Arc<Place> {
        match self {
            Before::InForce(placed) => &placed.place,
            Before::Retired(place) => place,
        }
    }

    fn parents(&self) -> Parents {
        match self {
            Before::InForce(placed) => placed.parents,
            Before::Retired(_) => Parents::default(),
        }
    }
}

/// Versions, ids and codes checked against the map and against each other.
fn place_effects(world: &World, order: &Order, shipment: &Shipment) -> Result<Vec<Effect>, Refusal> {
    let today = world.scheme().day_of(order.at);
    let on = shipment.on.unwrap_or(today);
    let mut blocking = Vec::new();
    let mut effects = Vec::with_capacity(shipment.len());
    let leaving: HashSet<PlaceId> = shipment.retire.iter().map(|(id, _)| *id).collect();
    let incoming: HashMap<PlaceId, &Place> = shipment.places.iter().map(|(p, _)| (p.id, &**p)).collect();
    let mut codes: HashMap<(PlaceKind, &str), PlaceId> = HashMap::new();
    if incoming.len() < shipment.places.len() {
        return Err(Refusal::broken(Finding::block(
            "id_twice",
            "the import names one place twice",
        )));
    }
    for (place, base) in &shipment.places {
        if let Some(code) = &place.code
            && let Some(twin) = codes.insert((place.kind(), code.as_str()), place.id)
        {
            blocking.push(
                Finding::block("code_twice", format!("code {code} is given to two places"))
                    .places([twin, place.id])
                    .path("code"),
            );
        }
        let before = match base {
            None if world.knows_id(place.id.0) => {
                blocking.push(Finding::block("id_taken", format!("id {} is taken", place.id)).places([place.id]));
                continue;
            }
            None => shipment.revived.get(&place.id).cloned().map(Before::Retired),
            Some(base) => Some(Before::InForce(current(world, place.id, *base)?)),
        };
        let findings = check_for_import(world, place, today);
        blocking.extend(findings.into_iter().filter(|f| {
            // A code whose owner leaves or is renumbered in the same Change is free.
            let owner = f.places.first();
            f.code != "code_taken"
                || owner
                    .is_some_and(|id| !leaving.contains(id) && incoming.get(id).is_none_or(|p| p.code == place.code))
        }));
        if blocking.len() >= MAX_BLOCKING {
            break;
        }
        let version = before.as_ref().map_or(1, |b| b.place().version + 1);
        let checked_on = checked_by_import(before.as_ref().map(|b| &**b.place()), place, today);
        let after = if place.version == version && place.checked_on == checked_on {
            place.clone()
        } else {
            Arc::new(Place {
                version,
                checked_on,
                ..Place::clone(place)
            })
        };
        let from = before.as_ref().map(Before::parents).unwrap_or_default();
        effects.push(Effect::Place(Revision {
            before: before.map(|b| b.place().clone()),
            after,
            from,
            into: from,
        }));
    }
    for (id, base) in &shipment.retire {
        let old = current(world, *id, *base)?;
        let after = Place {
            version: old.place.version + 1,
            effective_to: Some(on),
            ..Place::clone(&old.place)
        };
        effects.push(Effect::Place(Revision {
            before: Some(old.place.clone()),
            after: Arc::new(after),
            from: old.parents,
            into: Parents::default(),
        }));
    }
    if blocking.is_empty() {
        Ok(effects)
    } else {
        Err(Refusal::Broken(blocking))
    }
}

/// A file that says when an archive was checked is believed; one that brings another archive has looked today.
fn checked_by_import(before: Option<&Place>, after: &Place, today: jiff::civil::Date) -> Option<jiff::civil::Date> {
    match before {
        _ if !after.kind().is_checked() => None,
        None => after.checked_on,
        Some(before) if after.checked_on != before.checked_on && after.checked_on.is_some() => after.checked_on,
        Some(before) => super::place::checked_after(before, after, today),
    }
}

/// Only what blocks one place on its own: overlaps and gaps of a whole map are looked at by the importer.
fn check_for_import(world: &World, place: &Place, today: jiff::civil::Date) -> Vec<Finding> {
    let mut findings = super::check_place_alone(world, place, today);
    findings.retain(|f| f.severity == Severity::Block);
    findings
}

/// Folds the places into a fork of the map and reads from it what lies in what, for the new and for all beneath.
/// The fork is the map as the places of this import leave it.
fn settle_parents(world: &World, order: &Order, effects: &mut Vec<Effect>) -> World {
    let moved_grounds: Vec<(PlaceKind, crate::ground::Envelope)> = effects
        .iter()
        .filter_map(|e| match e {
            Effect::Place(r) if r.after.ground.outline().is_some() => {
                let same = r
                    .before
                    .as_ref()
                    .is_some_and(|b| b.ground == r.after.ground && !r.after.is_retired());
                (!same)
                    .then(|| (r.after.kind(), e.envelope()))
                    .and_then(|(k, e)| e.map(|e| (k, e)))
            }
            _ => None,
        })
        .filter(|(kind, _)| *kind != PlaceKind::Building && *kind != PlaceKind::ResourceSite)
        .collect();
    let mut fork = world.clone();
    fork.fold(&provisional(world, order, effects));

    let mut own: HashSet<PlaceId> = HashSet::with_capacity(effects.len());
    for effect in effects.iter_mut() {
        if let Effect::Place(r) = effect {
            own.insert(r.after.id);
            if !r.after.is_retired()
                && let Some(placed) = fork.place(r.after.id)
            {
                r.into = fork.parents_at(r.after.kind(), placed.inner, Some(r.after.id), &[]);
            }
        }
    }
    let mut seen = own;
    let mut beneath: Vec<Effect> = Vec::new();
    for (kind, ground) in moved_grounds {
        for below in fork.beneath(kind, ground) {
            if !seen.insert(below.place.id) {
                continue;
            }
            let into = fork.parents_at(below.place.kind(), below.inner, Some(below.place.id), &[]);
            if into != below.parents {
                beneath.push(Effect::Reparent {
                    id: below.place.id,
                    from: below.parents,
                    into,
                });
            }
        }
    }
    // A tree built anew hands its places out in another order: the same wish must make the same Change everywhere.
    beneath.sort_by_key(Effect::id);
    effects.extend(beneath);
    fork
}

/// A Change that is only good for trying out.
fn provisional(world: &World, order: &Order, effects: &[Effect]) -> Change {
    Change {
        epoch: world.epoch(),
        seq: Seq(world.head().0 + 1),
        change_id: order.change_id,
        schema: crate::change::CHANGE_SCHEMA,
        at: order.at,
        actor: order.actor.clone(),
        post: None,
        cause: crate::change::Cause::Import,
        source: None,
        draft: None,
        footprint: Default::default(),
        batch: None,
        effects: effects.to_vec(),
    }
}

fn matter_effects<M: Matter + Clone>(
    settled: &World,
    layer: &MatterLayer<M>,
    incoming: &[(Arc<M>, Option<Version>)],
    effects: &mut Vec<Effect>,
    wrap: impl Fn(Revision<M>) -> Effect,
) -> Result<(), Refusal> {
    let mut ids: HashSet<MatterId> = HashSet::with_capacity(incoming.len());
    for (matter, base) in incoming {
        if !ids.insert(matter.id()) {
            return Err(Refusal::broken(Finding::block(
                "id_twice",
                format!("matter {} comes twice", matter.id()),
            )));
        }
        let old = match base {
            None => None,
            Some(base) => {
                let old = layer.get(matter.id()).ok_or(Refusal::NoSuchMatter(matter.id()))?;
                if old.matter.version() != *base {
                    return Err(Refusal::StaleMatter {
                        id: matter.id(),
                        version: old.matter.version(),
                    });
                }
                Some(old)
            }
        };
        let version = base.unwrap_or(0) + 1;
        let after = if matter.version() == version {
            matter.clone()
        } else {
            let mut stepped = M::clone(matter);
            stepped.set_version(version);
            Arc::new(stepped)
        };
        effects.push(wrap(Revision {
            before: old.map(|o| o.matter.clone()),
            from: old.map(|o| o.parents).unwrap_or_default(),
            into: settled.matter_parents_at(after.ground().inner_point()),
            after,
        }));
    }
    Ok(())
}
