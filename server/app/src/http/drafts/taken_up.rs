//! A draft in the hands of whoever takes a step with it.

use super::super::Shared;
use super::super::precondition::{explained, if_match};
use super::super::problem::{self, Problem};
use super::super::sent::Sent;
use super::super::write::replayed;
use super::known;
use super::told::Teller;
use crate::auth::Asker;
use axum::http::HeaderMap;
use axum::response::Response;
use geju_core::draft::DraftStep;
use geju_core::{Draft, DraftState, Finding, Refusal};
use geju_store::KeptDraft;

/// What becomes of a request that takes a step.
pub enum Taken {
    /// It was answered before.
    Answered(Response),
    /// The draft, and who is told of it.
    Up(Box<(KeptDraft, Teller)>),
}

/// Takes a draft up for a step: by whoever sees it, as they read it, whose step it is, and while it is open for that.
pub async fn taken_up(
    app: &Shared,
    asker: &Asker,
    id: &str,
    headers: &HeaderMap,
    sent: &Sent,
    step: DraftStep,
) -> Result<Taken, Problem> {
    if let Some(answer) = replayed(app, asker, sent).await? {
        return Ok(Taken::Answered(answer));
    }
    let kept = known(app, asker, id).await?;
    let teller = Teller::new(app, asker).await?;
    let condition = if_match(headers, teller.epoch)?;
    if !condition.allows(kept.draft.version) {
        return Err(explained(teller.stale(app, &kept.draft), &condition));
    }
    match step {
        DraftStep::Amend | DraftStep::Withdraw => {
            own(&teller, &kept.draft)?;
            open_for(&kept.draft, step)?;
        }
        DraftStep::Accept | DraftStep::Return => {
            open_for(&kept.draft, step)?;
            reviews(&teller, &kept.draft)?;
        }
        DraftStep::Comment => {}
    }
    Ok(Taken::Up(Box::new((kept, teller))))
}

/// Refuses what this draft is not open for.
fn open_for(draft: &Draft, step: DraftStep) -> Result<(), Problem> {
    use DraftState::{Accepted, Returned, Submitted};
    let from: &[DraftState] = match step {
        DraftStep::Accept => &[Submitted],
        DraftStep::Return => &[Submitted, Accepted],
        DraftStep::Withdraw | DraftStep::Amend => &[Submitted, Returned],
        DraftStep::Comment => return Ok(()),
    };
    if from.contains(&draft.state) {
        return Ok(());
    }
    let state = draft.state.as_str();
    Err(Problem::new(
        problem::DRAFT_NOT_OPEN,
        format!("draft {} is {state}", draft.id),
    ))
}

/// Refuses what belongs to whoever drew it.
fn own(teller: &Teller, draft: &Draft) -> Result<(), Problem> {
    if draft.author == teller.asker.actor() {
        return Ok(());
    }
    let finding = Finding::block("forbidden", "only who drew a draft may do that");
    Err(Refusal::forbidden(finding).into())
}

/// Refuses who may not review this draft.
fn reviews(teller: &Teller, draft: &Draft) -> Result<(), Problem> {
    if draft.is_reviewed_by(&teller.scheme, &teller.asker.warrant()) {
        return Ok(());
    }
    let finding = Finding::block("forbidden", "only who answers for all of its ground may review a draft")
        .mend("let the level above review it");
    Err(Refusal::forbidden(finding).into())
}
