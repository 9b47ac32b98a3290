//! What a place went through.

use super::super::Shared;
use super::super::asked::{Path, number_in_path};
use super::super::problem::Answered;
use super::no_such_place;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use geju_core::change::Effect;
use geju_core::{Place, PlaceId};
use geju_store::{PastVersion, Store};
use serde_json::{Value, json};

pub(super) async fn history(State(app): State<Shared>, Path(id): Path<String>) -> Answered {
    let id = number_in_path("id", &id)?;
    let past = app.store.history(id).await?;
    let items: Vec<Value> = past
        .iter()
        .zip(std::iter::once(None).chain(past.iter().map(Some)))
        .filter_map(step)
        .collect();
    if items.is_empty() {
        return Err(no_such_place(PlaceId(id)));
    }
    Ok(Json(json!({ "items": items })).into_response())
}

/// One version in words: what happened, and which fields differ from the version before.
fn step((version, before): (&PastVersion, Option<&PastVersion>)) -> Option<Value> {
    let Effect::Place(now) = &version.effect else {
        return None;
    };
    let before = before.and_then(|b| match &b.effect {
        Effect::Place(r) => Some(r),
        _ => None,
    });
    let what = match before {
        None => "created",
        Some(_) if now.after.is_retired() => "retired",
        Some(b) if b.after.is_retired() => "restored",
        Some(b) if b.after.version == now.after.version => "reparented",
        Some(_) => "amended",
    };
    let fields = before.map(|b| differing(&b.after, &now.after)).unwrap_or_default();
    Some(json!({
        "seq": version.seq, "at": version.at, "actor": version.actor, "cause": version.cause.as_str(),
        "version": now.after.version, "what": what, "fields": fields,
    }))
}

fn differing(a: &Place, b: &Place) -> Vec<&'static str> {
    let pairs = [
        ("name", a.name != b.name),
        ("code", a.code != b.code),
        ("address", a.address != b.address),
        ("tags", a.tags != b.tags),
        ("geometry", a.ground != b.ground),
        ("effective_from", a.effective_from != b.effective_from),
        ("effective_to", a.effective_to != b.effective_to),
        ("source", a.source != b.source),
        ("checked_on", a.checked_on != b.checked_on),
        ("archive", a.archive != b.archive),
    ];
    pairs
        .into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| name)
        .collect()
}
