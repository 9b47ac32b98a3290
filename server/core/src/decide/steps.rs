//! What a gesture means place by place: each before and after, with the vertices that neighbours share.

use super::fresh_id;
use super::place::{checked_after, current};
use crate::command::{Order, Reshape};
use crate::finding::{Finding, Refusal};
use crate::ground::{Ground, LonLat, Outline};
use crate::id::Version;
use crate::partition::{self, Nearness};
use crate::place::{Place, PlaceId, PlaceKind};
use crate::rules::{Step, Torn};
use crate::world::{Placed, World};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Places in one gesture: the drawing desk keeps so many shapes at hand, and a node is shared by a handful.
pub const MAX_RESHAPED_PLACES: usize = 200;

/// The steps a wish means, and why some of it cannot be.
pub(super) fn steps_of(world: &World, order: &Order, wish: &Reshape, refusals: &mut Vec<Refusal>) -> Vec<Step> {
    let today = world.scheme().day_of(order.at);
    if wish.is_empty() || wish.len() > MAX_RESHAPED_PLACES {
        let (code, message) = match wish.len() {
            0 => ("nothing_drawn", "there is nothing to draw".to_owned()),
            n => (
                "too_many_places",
                format!("{n} places are more than the {MAX_RESHAPED_PLACES} of one gesture"),
            ),
        };
        refusals.push(Refusal::broken(
            Finding::block(code, message).mend("draw fewer places at once"),
        ));
        return Vec::new();
    }
    let mut steps = Vec::with_capacity(wish.len());
    let mut named = HashSet::new();
    let ids = wish
        .moved
        .iter()
        .map(|(p, _)| p.id)
        .chain(wish.created.iter().map(|p| p.id));
    if let Some(twice) = ids
        .chain(wish.retired.iter().map(|(id, _)| *id))
        .find(|id| !named.insert(*id))
    {
        refusals.push(Refusal::broken(
            Finding::block("id_twice", format!("place {twice} is named twice")).places([twice]),
        ));
        return steps;
    }
    for (place, base) in &wish.moved {
        match moved(world, place, *base, today) {
            Ok(step) => steps.extend(step),
            Err(refusal) => refusals.push(refusal),
        }
    }
    for place in &wish.created {
        if let Err(refusal) = fresh_id(world, place.id.0) {
            refusals.push(refusal);
            continue;
        }
        let after = Arc::new(Place {
            version: 1,
            effective_to: None,
            ..place.clone()
        });
        steps.push(Step { before: None, after });
    }
    for (id, base) in &wish.retired {
        match current(world, *id, *base) {
            Ok(old) => steps.push(retired(&old.place, today)),
            Err(refusal) => refusals.push(refusal),
        }
    }
    steps
}

fn moved(world: &World, place: &Place, base: Version, today: Date) -> Result<Option<Step>, Refusal> {
    let old = current(world, place.id, base)?.place.clone();
    if old.kind() != place.kind() {
        let message = format!("a {} cannot become a {}", old.kind(), place.kind());
        return Err(Refusal::broken(
            Finding::block("kind_is_fixed", message).places([place.id]).path("kind"),
        ));
    }
    let mut after = Place {
        version: old.version,
        effective_to: None,
        checked_on: checked_after(&old, place, today),
        ..place.clone()
    };
    if after == *old {
        return Ok(None);
    }
    let nothing_moved = match (old.ground.outline(), after.ground.outline()) {
        (Some(a), Some(b)) => partition::same_ground(a, b),
        _ => old.ground == after.ground,
    };
    let same_words = Place {
        ground: old.ground.clone(),
        ..after.clone()
    } == *old;
    if !(nothing_moved && same_words) {
        after.version += 1;
    }
    Ok(Some(Step {
        before: Some(old),
        after: Arc::new(after),
    }))
}

pub(super) fn retired(old: &Arc<Place>, today: Date) -> Step {
    Step {
        before: Some(old.clone()),
        after: Arc::new(Place {
            version: old.version + 1,
            // Drawn this morning and gone this afternoon is one day in force.
            effective_to: Some(today.max(old.effective_from)),
            ..Place::clone(old)
        }),
    }
}

/// The levels that share vertices with a place of this kind.
fn sharers(kind: PlaceKind) -> &'static [PlaceKind] {
    match kind {
        PlaceKind::Compound => &[PlaceKind::Compound],
        _ => &PlaceKind::LADDER,
    }
}

/// Gives drawn outlines the vertices of the neighbours and ancestors whose edges they share, and those the new vertices of the
/// drawn ones: a node on a shared edge exists in all its sharers. Where that cannot be is told, too; what comes back as it was
/// tears nothing that was not torn.
pub(super) fn stitched(world: &World, steps: Vec<Step>, nearness: Nearness) -> (Vec<Step>, Option<Torn>) {
    let named: HashSet<PlaceId> = steps.iter().map(|s| s.after.id).collect();
    let outlined = |s: &Step| !s.after.is_retired() && s.after.ground.outline().is_some();
    let (mut drawn, rest): (Vec<Step>, Vec<Step>) = steps.into_iter().partition(outlined);
    let mut neighbours: BTreeMap<PlaceId, &Arc<Placed>> = BTreeMap::new();
    for step in &drawn {
        for kind in sharers(step.after.kind()) {
            let met = world.places_meeting(*kind, step.after.ground.envelope());
            let others = met.filter(|p| p.place.ground.outline().is_some() && !named.contains(&p.place.id));
            neighbours.extend(others.map(|p| (p.place.id, p)));
        }
    }
    let all: Vec<&Outline> = drawn
        .iter()
        .map(|s| &s.after)
        .chain(neighbours.values().map(|p| &p.place))
        .filter_map(|place| place.ground.outline())
        .collect();
    let is_drawn = |n: usize| n < drawn.len();
    // Drawn edges take over what lies on them, then everybody takes over what was drawn.
    let around: Vec<LonLat> = all.iter().copied().flat_map(partition::vertices).collect();
    let once = partition::noded_together(&all, &around, nearness, is_drawn);
    let first = latest(&all, &once);
    let made: Vec<LonLat> = drawn
        .iter()
        .zip(&first)
        .flat_map(|(step, noded)| {
            let old = step.before.as_ref().and_then(|p| p.ground.outline());
            partition::moved_vertices(old, noded)
        })
        .collect();
    let second = partition::noded_together(&first, &made, nearness, |_| true);
    let last = latest(&first, &second);
    let torn = (nearness == Nearness::Any)
        .then(|| torn(&drawn, &neighbours, &last))
        .flatten();
    let noded: Vec<Option<Outline>> = last
        .into_iter()
        .zip(&all)
        .map(|(now, plain)| (now != *plain).then(|| now.clone()))
        .collect();
    let (of_drawn, of_neighbours) = noded.split_at(drawn.len());
    let with = |place: &Arc<Place>, outline: &Outline| {
        Arc::new(Place {
            ground: Ground::Outline(outline.clone()),
            ..Place::clone(place)
        })
    };
    let gained: Vec<Step> = neighbours
        .values()
        .zip(of_neighbours)
        .filter_map(|(neighbour, outline)| {
            Some(Step {
                before: Some(neighbour.place.clone()),
                after: with(&neighbour.place, outline.as_ref()?),
            })
        })
        .collect();
    let drawn_noded: Vec<Option<Arc<Place>>> = drawn
        .iter()
        .zip(of_drawn)
        .map(|(step, outline)| Some(with(&step.after, outline.as_ref()?)))
        .collect();
    for (step, noded) in drawn.iter_mut().zip(drawn_noded) {
        step.after = noded.unwrap_or_else(|| step.after.clone());
    }
    (drawn.into_iter().chain(rest).chain(gained).collect(), torn)
}

/// Where an edge of what is drawn could not be shared. Both in the order of the outlines: the drawn ones first.
fn torn(drawn: &[Step], neighbours: &BTreeMap<PlaceId, &Arc<Placed>>, outlines: &[&Outline]) -> Option<Torn> {
    let before: Vec<Option<&Outline>> = drawn
        .iter()
        .map(|s| s.before.as_ref().and_then(|p| p.ground.outline()))
        .collect();
    let found = partition::tear(outlines, &before)?;
    let neighbour = match drawn.get(found.neighbour) {
        Some(step) => step.after.id,
        None => *neighbours.keys().nth(found.neighbour - drawn.len())?,
    };
    Some(Torn {
        at: found.at,
        drawn: drawn[found.drawn].after.id,
        neighbour,
    })
}

/// Each outline as it came out, or as it was.
fn latest<'a>(plain: &[&'a Outline], noded: &'a [Option<Outline>]) -> Vec<&'a Outline> {
    plain
        .iter()
        .zip(noded)
        .map(|(plain, noded)| noded.as_ref().unwrap_or(plain))
        .collect()
}
