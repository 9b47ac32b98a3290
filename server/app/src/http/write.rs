//! The way of a wish: from a request to the writer and back.

use super::asked::Tongue;
use super::place_json::{Shape, Shown};
use super::problem::{self, Answered, Problem};
use super::sent::Sent;
use super::{App, Shared};
use crate::auth::Asker;
use crate::ids::{self, IdSource};
use crate::ledger::{self, Done, Key, Render, Rendered, Wish};
use crate::steady::steady;
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use geju_core::change::Effect;
use geju_core::{Change, Command, Order, Place, PlaceId, Placed, World};
use geju_store::{Accounts, Reply};
use jiff::Timestamp;
use std::sync::Arc;

/// A number nobody has yet.
pub fn fresh_id(world: &World) -> u64 {
    IdSource::random().fresh(world)
}

/// The order of whoever asks, now.
pub fn order(asker: &Asker, command: Command) -> Order {
    Order {
        command,
        change_id: ids::change_id(),
        at: Timestamp::now(),
        actor: asker.actor(),
        warrant: asker.warrant(),
        post: None,
        source: None,
    }
}

/// Key of a request, when it carries one.
pub fn key(asker: &Asker, sent: &Sent) -> Option<Key> {
    let key = sent.key.clone()?;
    Some(Key {
        owner: asker.owner(),
        key,
        request_hash: sent.hash.clone(),
    })
}

/// The answer given before to the same request with the same key.
pub async fn replayed(app: &Shared, asker: &Asker, sent: &Sent) -> Result<Option<Response>, Problem> {
    let Some(key) = key(asker, sent) else { return Ok(None) };
    let Some(reply) = app.store.reply(&key.owner, &key.key).await? else {
        return Ok(None);
    };
    if reply.request_hash != key.request_hash {
        return Err(ledger::Denied::KeyReused.into());
    }
    let rendered = Rendered {
        status: reply.status,
        location: reply.location,
        etag: reply.etag,
        body: reply.body,
    };
    Ok(Some(respond(Done { rendered, change: None }, super::doors::JSON)))
}

/// The answer as it is kept for a request that carries a key.
pub fn reply(asker: &Asker, sent: &Sent, rendered: &Rendered) -> Option<Reply> {
    key(asker, sent).map(|key| Reply {
        owner: key.owner,
        key: key.key,
        request_hash: key.request_hash,
        status: rendered.status,
        location: rendered.location.clone(),
        etag: rendered.etag.clone(),
        body: rendered.body.clone(),
        at: Timestamp::now(),
    })
}

/// Keeps the answer to a request that makes no Change, and gives it.
pub async fn kept(app: &Shared, asker: &Asker, sent: &Sent, rendered: Rendered) -> Answered {
    if let Some(reply) = reply(asker, sent, &rendered) {
        let store = app.store.clone();
        let kept = steady(async move { store.put_reply(&reply).await }).await;
        kept.map_err(|_| Problem::new(problem::BUG, "the answer could not be kept"))??;
    }
    Ok(respond(Done { rendered, change: None }, super::doors::JSON))
}

/// Hands a wish to the writer and answers with what was rendered for it.
pub async fn carry_out(app: &Shared, wish: Wish, media: &'static str) -> Answered {
    let done = app.ledger.ask(wish).await?;
    Ok(respond(done, media))
}

pub fn respond(done: Done, media: &'static str) -> Response {
    let Rendered {
        status,
        location,
        etag,
        body,
    } = done.rendered;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    if status != StatusCode::NO_CONTENT {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    }
    let text = |value: Option<String>| value.and_then(|v| HeaderValue::from_str(&v).ok());
    if let Some(location) = text(location) {
        headers.insert(LOCATION, location);
    }
    if let Some(etag) = text(etag) {
        headers.insert(ETAG, etag);
    }
    response
}

/// Answers with the place that a Change leaves.
pub fn place_answer(status: u16, asker: Asker, tongue: Tongue) -> Render {
    Box::new(move |world, change| {
        let placed = placed_by(change);
        place_rendered(world, change, placed.as_ref(), status, &asker, &tongue)
    })
}

/// Answers with this place as the Change leaves it, or as it stands when there was nothing to change.
pub fn amended_answer(id: PlaceId, asker: Asker, tongue: Tongue) -> Render {
    Box::new(move |world, change| {
        let written = placed_by(change);
        let placed = written.as_ref().or_else(|| world.place(id).map(|p| &**p));
        place_rendered(world, change, placed, 200, &asker, &tongue)
    })
}

fn place_rendered(
    world: &World,
    change: &Change,
    placed: Option<&Placed>,
    status: u16,
    asker: &Asker,
    tongue: &Tongue,
) -> Rendered {
    let shown = placed.map(|p| Shown::of(world, p, asker));
    let id = placed.map_or(0, |p| p.place.id.0);
    Rendered {
        status,
        location: (status == 201).then(|| format!("/api/v1/places/{id}")),
        etag: shown.as_ref().map(|s| s.etag(change.epoch)),
        body: shown
            .map(|s| s.feature(Shape::Full, tongue, |_| {}))
            .unwrap_or_default()
            .into_bytes(),
    }
}

/// The first place a Change writes, as it will stand.
pub fn placed_by(change: &Change) -> Option<Placed> {
    change.effects.iter().find_map(|effect| match effect {
        Effect::Place(r) => Some(Placed::new(r.after.clone(), r.into, change.seq, change.at)),
        _ => None,
    })
}

/// Does If-None-Match name what is there?
pub fn not_modified(headers: &HeaderMap, etag: &str) -> bool {
    let Some(value) = headers
        .get(axum::http::header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
    else {
        return false;
    };
    value
        .split(',')
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
}

/// A 412 shows the place as it is now.
pub fn with_current(app: &App, problem: Problem, current: &Arc<Place>, asker: &Asker) -> Problem {
    let shown = app.read(|world| {
        let placed = world.place(current.id)?;
        Some((Shown::of(world, placed, asker), world.epoch()))
    });
    let (Some((shown, epoch)), Ok(tongue)) = (shown, Tongue::of(geju_formats::Crs::Wgs84)) else {
        return problem;
    };
    let tag = shown.etag(epoch);
    let feature = serde_json::from_str(&shown.feature(Shape::Full, &tongue, |_| {})).unwrap_or_default();
    problem.with("place", feature).with_etag(tag)
}
