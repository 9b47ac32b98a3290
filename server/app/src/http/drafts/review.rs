//! What a reviewer does with a draft.

use super::super::Shared;
use super::super::asked::Path;
use super::super::doors::JSON;
use super::super::place_json::text;
use super::super::places::{drawn, refused};
use super::super::problem::{self, Answered, Problem};
use super::super::sent::Sent;
use super::super::write::{key, respond};
use super::judging::{Judged, tongue};
use super::taken_up::{Taken, taken_up};
use super::told::Teller;
use super::{Moving, comment_of, gesture_of, judged_now, judgement_of, move_on, overtaken, prepared};
use crate::auth::Asker;
use crate::ledger::{CarriesOut, Denied, Rendered, Wish};
use crate::limits;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use geju_core::draft::{Acceptance, DraftStep, FromDraft};
use geju_core::{Change, Command, Draft, DraftState, Finding, Order, Refusal, World, decide};
use geju_store::{DraftWrite, KeptDraft};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Map, Value, json};

pub async fn accept(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Sent,
) -> Answered {
    let (kept, teller) = match taken_up(&app, &asker, &id, &headers, &sent, DraftStep::Accept).await? {
        Taken::Answered(answer) => return Ok(answer),
        Taken::Up(both) => *both,
    };
    if kept.draft.author == asker.actor() && !teller.scheme.may_accept_own(asker.role) {
        let finding = Finding::block("own_draft", "nobody accepts what they drew themselves")
            .mend("let somebody else who answers for this ground look at it");
        return Err(Refusal::forbidden(finding).into());
    }
    let fields = drawn::object(&sent.value, "")?;
    let now = Timestamp::now();
    let today = teller.scheme.day_of(now);
    let day = day_of_effect(fields, today)?;
    let mut judged = judged_now(&app, &gesture_of(&kept))?;
    if !judged.unreadable.is_empty() {
        let first = judged.unreadable.swap_remove(0);
        return Err(if first.is(problem::NO_SUCH_PLACE) {
            first.become_kind(problem::STALE)
        } else {
            first
        });
    }
    let later = day > today;
    let state = if later {
        DraftState::Accepted
    } else {
        DraftState::InForce
    };
    let acceptance = Acceptance {
        by: asker.actor(),
        role: asker.role,
        places: asker.places.to_vec(),
        at: now,
    };
    let order = order_of(&kept.draft, &acceptance, &mut judged, now);
    let moving = Moving {
        sent: &sent,
        next: Draft {
            state,
            effective_on: Some(day),
            accepted: Some(acceptance),
            ..kept.draft.clone()
        },
        reshape: None,
        judgement: judged.judgement,
        comment: comment_of(&asker, fields, "comment", Some(state))?,
    };
    if later {
        // Decided again on its day; what could not be in force today is not promised for tomorrow.
        let tried = tokio::task::block_in_place(|| app.read(|world| decide(world, &order)));
        if let Err(refusal) = tried {
            return Err(told_refusal(&app, &teller, refusal)?);
        }
        return move_on(&app, &teller, kept, moving).await;
    }
    let (write, rendered) = prepared(&app, &teller, &kept, moving, now)?;
    let told: Value = serde_json::from_slice(&rendered.body).unwrap_or_default();
    let render = Box::new(move |_: &World, change: &Change| {
        let mut told = told.clone();
        told["change"] = json!(seq_of(change));
        Rendered {
            body: told.to_string().into_bytes(),
            ..rendered.clone()
        }
    });
    let mut wish = Wish::new(order, render);
    wish.key = key(&asker, &sent);
    wish.draft = Some(carries_out(&kept.draft, write));
    match app.ledger.ask(wish).await {
        Ok(done) => {
            app.news_of_drafts.notify_one();
            Ok(respond(done, JSON))
        }
        Err(Denied::Overtaken) => Err(overtaken(&app, &teller, &kept).await),
        Err(Denied::Refused(refusal)) => Err(told_refusal(&app, &teller, refusal)?),
        Err(denied) => Err(denied.into()),
    }
}

/// The map moved on under a draft, or the draft breaks a rule: it stays where it is, and the reviewer hears why.
fn told_refusal(app: &Shared, teller: &Teller, refusal: Refusal) -> Result<Problem, Problem> {
    Ok(match refusal {
        Refusal::NoSuchPlace(_) => Problem::from(refusal).become_kind(problem::STALE),
        other => refused(app, &teller.asker, &tongue()?, other),
    })
}

fn day_of_effect(fields: &Map<String, Value>, today: Date) -> Result<Date, Problem> {
    let bad = |code: &str, why: String| Problem::field("effective_on", code, why);
    let Some(said) = text(fields, "effective_on")? else {
        return Ok(today);
    };
    let day: Date = said
        .parse()
        .map_err(|_| bad("bad_date", "a date is written YYYY-MM-DD".into()))?;
    if day < today {
        return Err(bad("in_the_past", format!("{day} is before today, {today}")));
    }
    let last = today.saturating_add(Span::new().days(limits::DRAFT_DAYS_AHEAD_MAX));
    if day > last {
        return Err(bad("too_far_ahead", format!("{day} is after {last}")));
    }
    Ok(day)
}

/// The order that carries a draft out, with the rights of whoever accepted it.
pub fn order_of(draft: &Draft, acceptance: &Acceptance, judged: &mut Judged, at: Timestamp) -> Order {
    Order {
        command: Command::Reshape(Box::new(std::mem::take(&mut judged.wish))),
        change_id: draft.change_id,
        at,
        actor: acceptance.by.clone(),
        warrant: acceptance.warrant(),
        post: None,
        source: judged.cause.take(),
    }
}

/// The Change and the draft are kept together.
pub fn carries_out(draft: &Draft, write: DraftWrite) -> CarriesOut {
    CarriesOut {
        from: FromDraft {
            id: draft.id,
            author: draft.author.clone(),
        },
        then: Box::new(move |change| {
            let mut write = write.clone();
            write.draft.change = seq_of(change);
            // The ledger keeps the answer of a request with a key itself.
            write.reply = None;
            write
        }),
    }
}

/// What stood already needs no Change.
fn seq_of(change: &Change) -> Option<geju_core::Seq> {
    (!change.effects.is_empty()).then_some(change.seq)
}

pub async fn give_back(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Sent,
) -> Answered {
    let (kept, teller) = match taken_up(&app, &asker, &id, &headers, &sent, DraftStep::Return).await? {
        Taken::Answered(answer) => return Ok(answer),
        Taken::Up(both) => *both,
    };
    let fields = drawn::object(&sent.value, "")?;
    let comment = comment_of(&asker, fields, "comment", Some(DraftState::Returned))?
        .ok_or_else(|| Problem::field("comment", "missing", "say why it is returned"))?;
    let moving = Moving {
        sent: &sent,
        next: returned(&kept),
        reshape: None,
        judgement: judgement_of(&app, &kept)?,
        comment: Some(comment),
    };
    move_on(&app, &teller, kept, moving).await
}

/// Back in the hands of whoever drew it.
pub fn returned(kept: &KeptDraft) -> Draft {
    Draft {
        state: DraftState::Returned,
        effective_on: None,
        accepted: None,
        ..kept.draft.clone()
    }
}
