//! Several places drawn as one gesture, 边界调整: judged together on the map as it would stand, and kept as one Change.

use super::mends::{Mend, mends};
use super::place::{checked_after, reparented_in};
use super::{check_place_alone, fresh_id};
use crate::change::{Change, Effect, Revision};
use crate::command::{Order, Reshape};
use crate::finding::{Finding, Refusal, Severity};
use crate::ground::{Envelope, Ground, LonLat, Outline};
use crate::id::Version;
use crate::partition::{self, Halves};
use crate::place::{Place, PlaceId, PlaceKind};
use crate::rules::{self, Drawing, NEEDS_REVIEW, Step, needs_review};
use crate::scheme::Size;
use crate::unit::{Meters, SquareMeters};
use crate::world::{Parents, Placed, Tally, World};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Places in one gesture: the drawing desk keeps so many shapes at hand, and a node is shared by a handful.
pub const MAX_RESHAPED_PLACES: usize = 200;

/// What a drawing would be told.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    pub findings: Vec<Finding>,
    /// The drawn places as they would stand, by id.
    pub places: Vec<Measured>,
    /// What would put some of the findings right.
    pub mends: Vec<Mend>,
}

/// The live meter of one drawn place.
#[derive(Debug, Clone)]
pub struct Measured {
    pub id: PlaceId,
    pub parents: Parents,
    pub area: SquareMeters,
    pub perimeter: Meters,
    pub tally: Tally,
    /// What the Scheme wants of this level.
    pub size: Option<Size>,
}

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
    settle(world, order, steps)
}

/// What would be found in a gesture; changes nothing, and whatever would refuse it is a finding among the others.
pub fn check_reshape(world: &World, order: &Order, wish: &Reshape) -> Judged {
    judged(world, order, wish, true)
}

/// The same without looking for what would put it right.
pub fn judge_reshape(world: &World, order: &Order, wish: &Reshape) -> Judged {
    judged(world, order, wish, false)
}

pub(super) fn judged(world: &World, order: &Order, wish: &Reshape, with_mends: bool) -> Judged {
    let mut refusals = Vec::new();
    let steps = stitched(world, steps_of(world, order, wish, &mut refusals));
    let drawing = Drawing::new(world, &order.warrant, order.at, steps);
    let mut findings = judge(world, &drawing);
    let mends = if with_mends {
        mends(world, order, wish, &drawing, &findings)
    } else {
        Vec::new()
    };
    findings.extend(refusals.into_iter().flat_map(|refusal| as_findings(world, refusal)));
    let places = drawing
        .drawn()
        .filter_map(|placed| measured(&drawing, placed))
        .collect();
    Judged {
        findings,
        places,
        mends,
    }
}

fn measured(drawing: &Drawing<'_>, placed: &Placed) -> Option<Measured> {
    let outline = placed.place.ground.outline()?;
    Some(Measured {
        id: placed.place.id,
        parents: placed.parents,
        area: outline.area(),
        perimeter: outline.perimeter(),
        tally: drawing.tally(placed),
        size: drawing.size_of(placed.place.kind()).cloned(),
    })
}

/// What a place in force measures and holds now.
pub fn measured_now(world: &World, id: PlaceId) -> Option<Measured> {
    let placed = world.place(id)?;
    let outline = placed.place.ground.outline()?;
    let kind = placed.place.kind();
    Some(Measured {
        id,
        parents: placed.parents,
        area: outline.area(),
        perimeter: outline.perimeter(),
        tally: world.tally_of(outline, outline.envelope()),
        size: world.scheme().level(kind).and_then(|l| l.size.clone()),
    })
}

fn as_findings(world: &World, refusal: Refusal) -> Vec<Finding> {
    match refusal {
        Refusal::Broken(findings) => findings,
        Refusal::Forbidden(finding) => vec![*finding],
        Refusal::StalePlace(place) => vec![
            Finding::block(
                "stale_place",
                format!(
                    "{} was changed meanwhile, it is at version {}",
                    super::called(&place),
                    place.version
                ),
            )
            .places([place.id])
            .at(place.ground.inner_point())
            .mend("look at it as it is now and draw again"),
        ],
        Refusal::NoSuchPlace(id) => {
            let mut finding = Finding::block("no_such_place", refusal.to_string()).places([id]);
            finding.at = world.place(id).map(|p| p.inner);
            vec![finding]
        }
        other => vec![Finding::block("refused", other.to_string())],
    }
}

/// The rules, and what is wrong with a place whatever lies around it.
fn judge(world: &World, drawing: &Drawing<'_>) -> Vec<Finding> {
    let mut findings = rules::judge(drawing);
    let today = drawing.today();
    findings.extend(needs_review(world, drawing.warrant(), drawing.steps()));
    for placed in drawing.drawn() {
        let alone = check_place_alone(world, &placed.place, today);
        // The rules have judged its code and its outline together with the others'.
        let rest = alone
            .into_iter()
            .filter(|f| !matches!(f.code.as_str(), "code_taken" | "outline_needed"));
        findings.extend(rest.map(|f| {
            let at = f.at.unwrap_or(placed.inner);
            f.places([placed.place.id]).at(at)
        }));
    }
    findings
}

/// Judges steps and turns them into effects.
fn settle(world: &World, order: &Order, steps: Vec<Step>) -> Result<Vec<Effect>, Refusal> {
    if steps.is_empty() {
        return Ok(Vec::new());
    }
    let drawing = Drawing::new(world, &order.warrant, order.at, stitched(world, steps));
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

/// The steps a wish means, and why some of it cannot be.
fn steps_of(world: &World, order: &Order, wish: &Reshape, refusals: &mut Vec<Refusal>) -> Vec<Step> {
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
        match super::place::current(world, *id, *base) {
            Ok(old) => steps.push(retired(&old.place, today)),
            Err(refusal) => refusals.push(refusal),
        }
    }
    steps
}

fn moved(world: &World, place: &Place, base: Version, today: Date) -> Result<Option<Step>, Refusal> {
    let old = super::place::current(world, place.id, base)?.place.clone();
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

fn retired(old: &Arc<Place>, today: Date) -> Step {
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
/// drawn ones: a node on a shared edge exists in all its sharers.
fn stitched(world: &World, steps: Vec<Step>) -> Vec<Step> {
    let drawn: HashSet<PlaceId> = steps.iter().map(|s| s.after.id).collect();
    let standing = |s: &Step| !s.after.is_retired();
    let mut neighbours: BTreeMap<PlaceId, &Arc<Placed>> = BTreeMap::new();
    for step in steps.iter().filter(|s| standing(s)) {
        for kind in sharers(step.after.kind()) {
            let met = world.places_meeting(*kind, step.after.ground.envelope());
            neighbours.extend(met.filter(|p| !drawn.contains(&p.place.id)).map(|p| (p.place.id, p)));
        }
    }
    let around: Vec<LonLat> = neighbours
        .values()
        .filter_map(|p| p.place.ground.outline())
        .chain(
            steps
                .iter()
                .filter(|s| standing(s))
                .filter_map(|s| s.after.ground.outline()),
        )
        .flat_map(partition::vertices)
        .collect();
    let mut made: Vec<LonLat> = Vec::new();
    let mut all = Vec::with_capacity(steps.len());
    for mut step in steps {
        if let Some(outline) = step.after.ground.outline().filter(|_| standing(&step)) {
            let old = step.before.as_ref().and_then(|p| p.ground.outline());
            let noded = partition::with_nodes(outline, &around);
            let noded = noded.as_ref().unwrap_or(outline);
            made.extend(partition::moved_vertices(old, noded));
            if noded != outline {
                step.after = Arc::new(Place {
                    ground: Ground::Outline(noded.clone()),
                    ..Place::clone(&step.after)
                });
            }
        }
        all.push(step);
    }
    for neighbour in neighbours.into_values() {
        let outline = neighbour.place.ground.outline();
        if let Some(noded) = outline.and_then(|o| partition::with_nodes(o, &made)) {
            all.push(Step {
                before: Some(neighbour.place.clone()),
                after: Arc::new(Place {
                    ground: Ground::Outline(noded),
                    ..Place::clone(&neighbour.place)
                }),
            });
        }
    }
    all
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
        settle(world, order, steps)
    } else {
        Err(Refusal::Broken(blocking))
    }
}

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
    let old = super::place::current(world, id, base)?;
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
        match super::place::current(world, *id, *base) {
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
            let message = format!("{} belongs to another place above", super::called(&other.place));
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

fn is_drawn_together(kind: PlaceKind) -> bool {
    PlaceKind::LADDER.contains(&kind) || kind == PlaceKind::Compound
}
