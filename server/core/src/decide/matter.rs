//! Recording and closing what happens.

use super::{check_text, fresh_id, may};
use crate::change::{Effect, Revision};
use crate::command::Order;
use crate::finding::{Finding, Refusal};
use crate::id::Version;
use crate::matter::{
    Alert, AlertState, Hazard, HazardState, Issue, IssueState, MAX_CATEGORY_CHARS, MAX_TEXT_CHARS, MAX_TITLE_CHARS,
    Matter, MatterId,
};
use crate::people::Action;
use crate::world::{MatterLayer, Parents, World};
use std::sync::Arc;

pub(super) fn put_hazard(
    world: &World,
    order: &Order,
    hazard: &Hazard,
    base: Option<Version>,
) -> Result<Vec<Effect>, Refusal> {
    let mut hazard = hazard.clone();
    hazard.removed_at = match hazard.state {
        HazardState::Standing => None,
        HazardState::Removed => hazard.removed_at.or(Some(order.at)),
    };
    let text = hazard.text.clone();
    put(
        world,
        order,
        world.hazards(),
        hazard,
        base,
        Action::HazardWrite,
        text.as_deref(),
    )
    .map(|r| vec![Effect::Hazard(r)])
}

pub(super) fn put_alert(
    world: &World,
    order: &Order,
    alert: &Alert,
    base: Option<Version>,
) -> Result<Vec<Effect>, Refusal> {
    let mut alert = alert.clone();
    if let Some(expires) = alert.expires.filter(|e| *e < alert.onset) {
        return Err(Refusal::broken(
            Finding::block(
                "expires_before_onset",
                format!("expires {expires} is before onset {}", alert.onset),
            )
            .path("expires"),
        ));
    }
    // Only acknowledging says that somebody knows.
    alert.acknowledged_at = base
        .and_then(|_| world.alerts().get(alert.id))
        .and_then(|old| old.matter.acknowledged_at);
    alert.closed_at = match alert.state {
        AlertState::Active => None,
        AlertState::Expired | AlertState::Closed => alert.closed_at.or(Some(order.at)),
    };
    let text = alert.text.clone();
    put(
        world,
        order,
        world.alerts(),
        alert,
        base,
        Action::AlertWrite,
        text.as_deref(),
    )
    .map(|r| vec![Effect::Alert(r)])
}

/// Somebody knows of the alert, 签收.
pub(super) fn acknowledge_alert(
    world: &World,
    order: &Order,
    id: MatterId,
    base: Version,
) -> Result<Vec<Effect>, Refusal> {
    let old = world.alerts().get(id).ok_or(Refusal::NoSuchMatter(id))?;
    may(world, &order.warrant, Action::AlertWrite, &[(None, old.parents)])?;
    // Before the version is looked at: whoever knocks twice hears that it is done, not that something changed.
    if let Some(at) = old.matter.acknowledged_at {
        return Err(Refusal::broken(Finding::block(
            "already_acknowledged",
            format!("alert {id} was acknowledged at {at}"),
        )));
    }
    let mut alert = Alert::clone(&old.matter);
    alert.acknowledged_at = Some(order.at);
    let text = alert.text.clone();
    let (layer, action) = (world.alerts(), Action::AlertWrite);
    put(world, order, layer, alert, Some(base), action, text.as_deref()).map(|r| vec![Effect::Alert(r)])
}

pub(super) fn put_issue(
    world: &World,
    order: &Order,
    issue: &Issue,
    base: Option<Version>,
) -> Result<Vec<Effect>, Refusal> {
    let mut issue = issue.clone();
    issue.closed_at = match issue.state {
        IssueState::Open => None,
        IssueState::Closed => issue.closed_at.or(Some(order.at)),
    };
    let action = if base.is_some() {
        Action::IssueHandle
    } else {
        Action::IssueReport
    };
    if let Some(old) = base.and_then(|_| world.issues().get(issue.id)) {
        // Who reported it is not the handler's to change.
        issue.reporter = old.matter.reporter;
    }
    let text = issue.text.clone();
    put(world, order, world.issues(), issue, base, action, text.as_deref()).map(|r| vec![Effect::Issue(r)])
}

fn put<M: Matter + Clone>(
    world: &World,
    order: &Order,
    layer: &MatterLayer<M>,
    mut matter: M,
    base: Option<Version>,
    action: Action,
    text: Option<&str>,
) -> Result<Revision<M>, Refusal> {
    let into = world.matter_parents_at(matter.ground().inner_point());
    let (before, from, version) = match base {
        None => {
            fresh_id(world, matter.id().0)?;
            may(world, &order.warrant, action, &[(None, into)])?;
            (None, Parents::default(), 1)
        }
        Some(base) => {
            let old = layer.get(matter.id()).ok_or(Refusal::NoSuchMatter(matter.id()))?;
            if old.matter.version() != base {
                return Err(Refusal::StaleMatter {
                    id: matter.id(),
                    version: old.matter.version(),
                });
            }
            may(world, &order.warrant, action, &[(None, old.parents), (None, into)])?;
            (Some(old.matter.clone()), old.parents, base + 1)
        }
    };
    let mut findings = Vec::new();
    check_text("title", matter.title(), MAX_TITLE_CHARS, &mut findings);
    check_text("category", matter.category(), MAX_CATEGORY_CHARS, &mut findings);
    check_text("text", text.unwrap_or(""), MAX_TEXT_CHARS, &mut findings);
    if matter.title().trim().is_empty() {
        findings.push(Finding::block("title_missing", "a title is needed").path("title"));
    }
    if !findings.is_empty() {
        return Err(Refusal::Broken(findings));
    }
    matter.set_version(version);
    Ok(Revision {
        before,
        after: Arc::new(matter),
        from,
        into,
    })
}
