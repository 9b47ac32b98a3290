//! Who draws stays on the ground they answer for, 不越职权.

use super::Drawing;
use crate::finding::{Finding, Refusal};
use crate::ground::Ground;
use crate::people::{Action, Reach, Role, Warrant, reach};
use crate::place::{PlaceId, PlaceKind};
use crate::world::{Parents, World};

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    for step in drawing.steps().filter(|s| !s.only_gains_vertices()) {
        let (id, kind) = (step.after.id, step.after.kind());
        let old = drawing.before(id).map(|p| (id, p.parents));
        let new = (!step.after.is_retired()).then_some(&step.after.ground);
        let spot = drawing
            .before(id)
            .map_or_else(|| step.after.ground.inner_point(), |p| p.inner);
        if let Err(Refusal::Forbidden(finding)) = may_draw(drawing.world, drawing.warrant, kind, old, new) {
            let mut finding = finding.places([id]);
            finding.at = finding.at.or(Some(spot));
            findings.push(finding);
        }
    }
}

/// May this role draw this kind here: on the old ground, where there is one, and on the new, where it is redrawn?
pub(crate) fn may_draw(
    world: &World,
    warrant: &Warrant,
    kind: PlaceKind,
    old: Option<(PlaceId, Parents)>,
    new: Option<&Ground>,
) -> Result<(), Refusal> {
    let may = |grounds: &[(Option<PlaceId>, Parents)]| crate::decide::may(world, warrant, Action::PlaceDraw, grounds);
    let reach = reach(warrant.role, Action::PlaceDraw);
    if reach != Reach::None && !world.scheme().may_draw(warrant.role, kind) {
        return Err(not_my_duty(warrant.role, "draw", kind));
    }
    match (reach, old) {
        (Reach::All, _) => return Ok(()),
        (Reach::None, _) => may(&[])?,
        (Reach::Own, Some((id, parents))) => may(&[(Some(id), parents)])?,
        (Reach::Own, None) => {}
    }
    new.map_or(Ok(()), |ground| stays_inside(world, warrant, ground))
}

pub(crate) fn not_my_duty(role: Role, verb: &str, kind: PlaceKind) -> Refusal {
    Refusal::forbidden(Finding::block(
        "not_in_duty_list",
        format!("the duty list does not let a {role} {verb} a {kind}"),
    ))
}

/// New ground must lie inside the drawer's jurisdiction, not only its inner point.
fn stays_inside(world: &World, warrant: &Warrant, ground: &Ground) -> Result<(), Refusal> {
    let refuse = |at| {
        Err(Refusal::forbidden(
            Finding::block(
                "outside_jurisdiction",
                "this ground reaches outside what this account answers for",
            )
            .at(at)
            .mend("keep the outline inside your own area"),
        ))
    };
    world.ground_outside(warrant, ground).map_or(Ok(()), refuse)
}
