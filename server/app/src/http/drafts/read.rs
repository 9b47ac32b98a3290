//! Looking at drafts.

use super::super::Shared;
use super::super::asked::{Asked, Path};
use super::super::problem::{self, Answered, Problem};
use super::told::Teller;
use super::{gesture_of, judgement_of, known};
use crate::auth::Asker;
use crate::limits;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use geju_core::{DraftId, DraftState};
use geju_store::{Drafts, DraftsAsked};
use serde_json::{Value, json};

/// Drafts on a page when nobody says how many.
const USUAL: usize = 50;

pub async fn list(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked) -> Answered {
    let limit = asked.limit(USUAL, limits::DRAFTS_PAGE_MAX)?;
    let state = match asked.text("state") {
        None => None,
        Some(word) => Some(DraftState::parse(word).ok_or_else(|| {
            let known = DraftState::ALL.map(DraftState::as_str).join(", ");
            Problem::parameter("state", format!("known states: {known}"))
        })?),
    };
    let mine = asked.parsed::<bool>("mine")?.unwrap_or(false);
    let before = match asked.text("cursor") {
        None => None,
        Some(cursor) => Some(DraftId(cursor.parse().map_err(|_| {
            Problem::new(problem::BAD_CURSOR, "a cursor is `next` of the page before")
        })?)),
    };
    let teller = Teller::new(&app, &asker).await?;
    let (who, warrant) = (asker.actor(), asker.warrant());
    let mut wanted = DraftsAsked {
        before,
        state,
        author: mine.then(|| who.clone()),
    };
    let mut found: Vec<Value> = Vec::new();
    let mut scanned = 0;
    let next = loop {
        let page = app.store.drafts(&wanted, limits::DRAFTS_PAGE_MAX).await?;
        let last_page = page.len() < limits::DRAFTS_PAGE_MAX;
        for draft in page {
            if found.len() == limit {
                break;
            }
            scanned += 1;
            wanted.before = Some(draft.id);
            if draft.is_seen_by(&who, &warrant) {
                found.push(teller.summary(&app, &draft));
            }
        }
        if found.len() == limit || scanned >= limits::DRAFTS_SCANNED_MAX {
            break wanted.before;
        }
        if last_page {
            break None;
        }
    };
    let next = next.map(|id| id.to_string());
    Ok(Json(json!({ "drafts": found, "next": next })).into_response())
}

pub async fn one(State(app): State<Shared>, Extension(asker): Extension<Asker>, Path(id): Path<String>) -> Answered {
    let kept = known(&app, &asker, &id).await?;
    let teller = Teller::new(&app, &asker).await?;
    let judgement = judgement_of(&app, &kept)?;
    let told = teller.whole(&app, &kept.draft, &gesture_of(&kept), &judgement, &kept.comments);
    Ok(([(ETAG, teller.etag(&kept.draft))], Json(told)).into_response())
}
