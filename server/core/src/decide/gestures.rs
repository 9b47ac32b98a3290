//! Gestures with a name of their own, made into one drawing: cutting, joining and handing over, 分割、合并、划转.

use super::called;
use super::place::current;
use super::steps::MAX_RESHAPED_PLACES;
use crate::command::Reshape;
use crate::finding::{Finding, Refusal};
use crate::ground::{Ground, LonLat, Outline};
use crate::id::Version;
use crate::partition::{self, Halves};
use crate::place::{Place, PlaceId, PlaceKind};
use crate::rules::is_drawn_together;
use crate::world::{Placed, World};
use std::sync::Arc;

/// Buildings that go over in one step: somebody clicked each of them, and each is an overlay of its own.
const MAX_HANDED_OVER: usize = 50;

/// The gesture that cuts a place along a line. The larger side keeps the id unless `keep_left` says which; the other becomes
/// `fresh`, whose ground is ignored.
pub fn split_of(
    world: &World,
    id: PlaceId,
    base: Version,
    line: &[LonLat],
    keep_left: Option<bool>,
    fresh: Place,
) -> Result<Reshape, Refusal> {
    let old = current(world, id, base)?;
    let refuse = |code: &str, message: String, at: LonLat, mend: &str| {
        Refusal::broken(
            Finding::block(code, message)
                .places([id])
                .at(at)
                .path("line")
                .mend(mend),
        )
    };
    let Some(outline) = old
        .place
        .ground
        .outline()
        .filter(|_| is_drawn_together(old.place.kind()))
    else {
        let message = format!("a {} is not split", old.place.kind());
        return Err(refuse("kind_not_reshaped", message, old.inner, "draw it on its own"));
    };
    let Halves { left, right } = partition::split(outline, line)
        .map_err(|why| refuse(why.code(), why.to_string(), why.at().unwrap_or(old.inner), why.mend()))?;
    let larger_left = left.doubled_grid_area() >= right.doubled_grid_area();
    let (kept, cut) = if keep_left.unwrap_or(larger_left) {
        (left, right)
    } else {
        (right, left)
    };
    let drawn = |place: Place, outline: Outline| Place {
        ground: Ground::Outline(outline),
        ..place
    };
    Ok(Reshape {
        moved: vec![(drawn(Place::clone(&old.place), kept), base)],
        created: vec![drawn(fresh, cut)],
        retired: Vec::new(),
    })
}

/// The gesture that makes neighbours one place, `into`, which is among them.
pub fn merge_of(world: &World, places: &[(PlaceId, Version)], into: PlaceId) -> Result<Reshape, Refusal> {
    let mut all = Vec::with_capacity(places.len());
    let mut stale = Vec::new();
    for (id, base) in places.iter().take(MAX_RESHAPED_PLACES) {
        match current(world, *id, *base) {
            Ok(placed) => all.push(placed),
            Err(Refusal::StalePlace(now)) => stale.push(now),
            Err(other) => return Err(other),
        }
    }
    if !stale.is_empty() {
        return Err(Refusal::StalePlaces(stale));
    }
    let refuse = |code: &str, message: String, of: &Placed, mend: &str| {
        Refusal::broken(
            Finding::block(code, message)
                .places([of.place.id])
                .at(of.inner)
                .mend(mend),
        )
    };
    let Some(keeper) = all.iter().find(|p| p.place.id == into) else {
        return Err(Refusal::broken(
            Finding::block(
                "merge_into_stranger",
                format!("place {into} is not among those to merge"),
            )
            .places([into])
            .path("into")
            .mend("name one of them"),
        ));
    };
    let others: Vec<&Arc<Placed>> = all.iter().filter(|p| p.place.id != into).collect();
    for other in &others {
        let kind = other.place.kind();
        if kind != keeper.place.kind() || !is_drawn_together(kind) {
            let message = format!("a {kind} and a {} do not become one", keeper.place.kind());
            return Err(refuse(
                "merge_across_kinds",
                message,
                other,
                "choose places of one level",
            ));
        }
        if other.parents.up != keeper.parents.up {
            let message = format!("{} belongs to another place above", called(&other.place));
            return Err(refuse(
                "merge_across_parents",
                message,
                other,
                "choose neighbours of one parent",
            ));
        }
    }
    let (Some(ground), Some(grounds)) = (
        keeper.place.ground.outline(),
        others
            .iter()
            .map(|p| p.place.ground.outline())
            .collect::<Option<Vec<_>>>(),
    ) else {
        return Err(refuse(
            "outline_needed",
            "a single spot is not merged".into(),
            keeper,
            "choose areas",
        ));
    };
    let whole = partition::merge(ground, &grounds).map_err(|why| {
        let of = match why {
            partition::CannotMerge::NotNeighbours { which, .. } => others[which],
            _ => keeper,
        };
        refuse(why.code(), why.to_string(), of, why.mend())
    })?;
    let merged = Place {
        ground: Ground::Outline(whole),
        ..Place::clone(&keeper.place)
    };
    Ok(Reshape {
        moved: vec![(merged, keeper.place.version)],
        created: Vec::new(),
        retired: others.iter().map(|p| (p.place.id, p.place.version)).collect(),
    })
}

/// The gesture that hands buildings over to the neighbour: each with the strip of ground between it and the edge the two share.
pub fn transfer_of(
    world: &World,
    from: (PlaceId, Version),
    to: (PlaceId, Version),
    buildings: &[PlaceId],
) -> Result<Reshape, Refusal> {
    let mut stale = Vec::new();
    let mut standing = Vec::with_capacity(2);
    for (id, base) in [from, to] {
        match current(world, id, base) {
            Ok(placed) => standing.push(placed),
            Err(Refusal::StalePlace(now)) => stale.push(now),
            Err(other) => return Err(other),
        }
    }
    let [giving, taking] = &standing[..] else {
        return Err(Refusal::StalePlaces(stale));
    };
    let refuse = |code: &str, message: String, of: &Placed, mend: &str| {
        Refusal::broken(
            Finding::block(code, message)
                .places([of.place.id])
                .at(of.inner)
                .path("buildings")
                .mend(mend),
        )
    };
    let kind = giving.place.kind();
    let (Some(mut here), Some(mut there)) = (
        giving
            .place
            .ground
            .outline()
            .cloned()
            .filter(|_| is_drawn_together(kind)),
        taking
            .place
            .ground
            .outline()
            .cloned()
            .filter(|_| taking.place.kind() == kind),
    ) else {
        let message = format!("a {kind} hands nothing over to a {}", taking.place.kind());
        return Err(refuse(
            "transfer_across_kinds",
            message,
            taking,
            "choose places of one level",
        ));
    };
    if buildings.is_empty() || from.0 == to.0 {
        let message = "there is nothing to hand over".to_owned();
        return Err(refuse(
            "transfer_nothing",
            message,
            giving,
            "choose buildings, and the neighbour that takes them",
        ));
    }
    if buildings.len() > MAX_HANDED_OVER {
        let message = format!(
            "{} buildings are more than the {MAX_HANDED_OVER} of one step",
            buildings.len()
        );
        return Err(refuse(
            "transfer_too_many",
            message,
            giving,
            "hand over fewer at once, or cut the place and merge",
        ));
    }
    let mut waiting: Vec<&Arc<Placed>> = Vec::with_capacity(buildings.len());
    for id in buildings {
        let built = world.place(*id).ok_or(Refusal::NoSuchPlace(*id))?;
        if built.place.kind() != PlaceKind::Building || !here.contains(built.inner) {
            let message = format!("{} is no building of {}", called(&built.place), called(&giving.place));
            return Err(refuse(
                "transfer_not_here",
                message,
                built,
                "choose buildings of the place that gives them",
            ));
        }
        waiting.push(built);
    }
    // The next in line first: what it takes along may bring the others over, or bring the edge to them.
    while !waiting.is_empty() {
        waiting.retain(|built| !there.contains(built.inner));
        let Some(next) = waiting.iter().min_by_key(|built| {
            let far = built
                .place
                .ground
                .outline()
                .and_then(|o| partition::distance_to_shared(o, &here, &there));
            (far.is_none(), far, built.place.id)
        }) else {
            break;
        };
        let next = Arc::clone(next);
        let over = next
            .place
            .ground
            .outline()
            .and_then(|o| partition::reach_for(o, &here, &there));
        let done = over
            .ok_or(partition::CannotTransfer::NotAdjacent)
            .and_then(|piece| partition::transfer(&here, &there, &piece))
            .map_err(|why| refuse(why.code(), format!("{}: {why}", called(&next.place)), &next, why.mend()))?;
        if !done.to.contains(next.inner) {
            let message = format!(
                "{} stays where it is: its ground does not reach the neighbour",
                called(&next.place)
            );
            return Err(refuse(
                "transfer_not_adjacent",
                message,
                &next,
                partition::CannotTransfer::NotAdjacent.mend(),
            ));
        }
        (here, there) = (done.from, done.to);
    }
    let moved = [(giving, here), (taking, there)].map(|(placed, outline)| {
        let place = Place {
            ground: Ground::Outline(outline),
            ..Place::clone(&placed.place)
        };
        (place, placed.place.version)
    });
    Ok(Reshape {
        moved: moved.into(),
        ..Reshape::default()
    })
}
