//! What a drawing is told before it is kept, 校核: findings, what would mend them, and the live meter.

use super::mends::{Mend, mends};
use super::steps::{steps_of, stitched};
use super::{check_place_alone, tidy_findings};
use crate::command::{Order, Reshape};
use crate::finding::{Finding, Refusal};
use crate::partition::Nearness;
use crate::people::Role;
use crate::place::{Place, PlaceId};
use crate::rules::{self, Barrier, Drawing, Step, is_drawn_together, needs_review, too_many_vertices};
use crate::scheme::Size;
use crate::unit::{Meters, SquareMeters};
use crate::world::{Parents, Placed, Tally, World};
use std::sync::Arc;

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

/// What would be found in a gesture; changes nothing, and whatever would refuse it is a finding among the others.
pub fn check_reshape(world: &World, order: &Order, wish: &Reshape) -> Judged {
    check_reshape_among(world, order, wish, &[])
}

/// The same without looking for what would put it right.
pub fn judge_reshape(world: &World, order: &Order, wish: &Reshape, barriers: &[Barrier]) -> Judged {
    judged(world, order, wish, barriers, false)
}

/// The same beside the rivers, railways and motorways that lie near: the map of places does not hold them.
pub fn check_reshape_among(world: &World, order: &Order, wish: &Reshape, barriers: &[Barrier]) -> Judged {
    judged(world, order, wish, barriers, true)
}

pub(super) fn judged(world: &World, order: &Order, wish: &Reshape, barriers: &[Barrier], with_mends: bool) -> Judged {
    let mut refusals = Vec::new();
    let (steps, torn) = stitched(world, steps_of(world, order, wish, &mut refusals), Nearness::Any);
    let drawing = Drawing::new(world, &order.warrant, order.at, steps)
        .torn_at(torn)
        .among(barriers);
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

/// What is wrong with one place as it would stand, blocking findings first. New ground is judged by the same rules as a drawing
/// of many; of ground that stays, what is untidy is told. Administrators are told of codes that deviate, too.
pub fn check_place(world: &World, order: &Order, place: &Place) -> Vec<Finding> {
    let old = world.place(place.id).map(|placed| placed.place.clone());
    let redrawn = old.as_ref().is_none_or(|old| old.ground != place.ground);
    let mut findings = if redrawn && is_drawn_together(place.kind()) && place.ground.outline().is_some() {
        let step = Step {
            before: old,
            after: Arc::new(place.clone()),
        };
        judge(world, &Drawing::new(world, &order.warrant, order.at, [step]))
    } else {
        let today = world.scheme().day_of(order.at);
        let mut alone = check_place_alone(world, place, today);
        let too_fine = place.ground.outline().filter(|_| redrawn).and_then(too_many_vertices);
        let judged_on = too_fine.is_none();
        alone.extend(too_fine);
        if judged_on {
            let parents = world.parents_at(place.kind(), place.ground.inner_point(), Some(place.id), &[]);
            alone.extend(tidy_findings(world, place, parents, order.warrant.role == Role::Admin));
        }
        alone
    };
    findings.sort_by_key(|f| f.severity);
    findings
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
pub(super) fn judge(world: &World, drawing: &Drawing<'_>) -> Vec<Finding> {
    let mut findings = rules::judge(drawing);
    let today = drawing.today();
    findings.extend(needs_review(world, drawing.warrant(), drawing.steps()));
    for placed in drawing.drawn() {
        let alone = check_place_alone(world, &placed.place, today);
        // The rules have judged its code and its outline together with the others'.
        let rest = alone
            .into_iter()
            .filter(|f| !matches!(f.code.as_str(), "code_taken" | "code_retired" | "outline_needed"));
        findings.extend(rest.map(|f| {
            let at = f.at.unwrap_or(placed.inner);
            f.places([placed.place.id]).at(at)
        }));
    }
    findings
}
