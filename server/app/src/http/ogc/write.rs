//! Create, replace and delete as Part 4 has them: the same commands, rules, rights and versions as at every other door.

use super::Collection;
use super::crs::{CRS84, Known};
use super::flat::{flatten, unflatten};
use super::items::missing;
use crate::auth::Asker;
use crate::http::asked::{Asked, Path, Tongue, number_in_path};
use crate::http::doors::GEOJSON;
use crate::http::place_json::{self, Shape, Shown};
use crate::http::places::stale_shown;
use crate::http::precondition::if_match;
use crate::http::problem::{self, Answered, Problem};
use crate::http::sent::Sent;
use crate::http::tiles::base_address;
use crate::http::write::{self, carry_out, fresh_id, order, placed_by};
use crate::http::{App, Shared};
use crate::ledger::{Render, Rendered, Wish};
use axum::Extension;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use geju_core::people::{Action, Reach};
use geju_core::{Command, PlaceId, PlaceKind, Placed};
use jiff::Timestamp;
use std::sync::Arc;

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// A body whose kind was said: Part 4 wants a 400 where it was not.
pub struct Said(Sent);

impl<S: Send + Sync> FromRequest<S> for Said {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !request.headers().contains_key(CONTENT_TYPE) {
            return Err(Problem::parameter("Content-Type", format!("is needed: {GEOJSON}")));
        }
        Sent::from_request(request, state).await.map(Self)
    }
}

/// The kind of places a collection holds. Hazards, alerts and issues have doors of their own, with their own verbs.
fn mutable(asker: &Asker, name: &str) -> Result<PlaceKind, Problem> {
    match Collection::find(asker, name)? {
        Collection::Place(kind) => Ok(kind),
        Collection::Matter(_) => Err(Problem::new(
            problem::METHOD_NOT_ALLOWED,
            format!("{name} is written at /api/v1/{name}s"),
        )),
    }
}

fn standing(app: &App, kind: PlaceKind, id: PlaceId) -> Option<Arc<Placed>> {
    app.read(|w| w.place(id).filter(|p| p.place.kind() == kind).cloned())
}

pub async fn create(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
    headers: HeaderMap,
    asked: Asked,
    Said(sent): Said,
) -> Answered {
    asked.only(|_| false, "nothing")?;
    let kind = mutable(&asker, &name)?;
    let tongue = Known::of_body(&headers)?.tongue()?;
    let (id, today) = app.read(|w| (fresh_id(w), w.scheme().day_of(Timestamp::now())));
    let feature = unflatten(kind, &sent.value, None)?;
    let (place, _) = place_json::read(&feature, PlaceId(id), today, &tongue)?;
    let order = order(&asker, Command::CreatePlace(Box::new(place)));
    let here = format!("{}/ogc/collections/{name}/items", base_address(&app, &headers));
    let mut wish = Wish::new(order, rendered(201, PlaceId(id), Some(here), asker.clone())?);
    wish.key = write::key(&asker, &sent);
    carry_out(&app, wish, GEOJSON).await
}

pub async fn replace(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    asked: Asked,
    Said(sent): Said,
) -> Answered {
    asked.only(|_| false, "nothing")?;
    let kind = mutable(&asker, &name)?;
    let id = PlaceId(number_in_path("id", &id)?);
    let old = standing(&app, kind, id).ok_or_else(|| missing(&name, id.0))?;
    let condition = if_match(&headers, app.read(|w| w.epoch()))?;
    let tongue = Known::of_body(&headers)?.tongue()?;
    let feature = unflatten(kind, &sent.value, Some(&old.place))?;
    let (place, _) = place_json::read(&feature, id, old.place.effective_from, &tongue)?;
    let command = Command::AmendPlace {
        place: Box::new(place),
        base: 0,
    };
    let mut wish = Wish::new(order(&asker, command), rendered(200, id, None, asker.clone())?);
    wish.condition = Some(condition);
    wish.key = write::key(&asker, &sent);
    stale_shown(&app, &asker, wish).await
}

pub async fn delete(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    asked.only(|_| false, "nothing")?;
    let kind = mutable(&asker, &name)?;
    let id = PlaceId(number_in_path("id", &id)?);
    standing(&app, kind, id).ok_or_else(|| missing(&name, id.0))?;
    let (epoch, on) = app.read(|w| (w.epoch(), w.scheme().day_of(Timestamp::now())));
    let condition = if_match(&headers, epoch)?;
    let order = order(&asker, Command::RetirePlace { id, base: 0, on });
    let gone: Render = Box::new(|_, _| Rendered {
        status: StatusCode::NO_CONTENT.as_u16(),
        location: None,
        etag: None,
        body: Vec::new(),
    });
    let mut wish = Wish::new(order, gone);
    wish.condition = Some(condition);
    stale_shown(&app, &asker, wish).await
}

/// The item as the Change leaves it, flat and in CRS84; `items` is the address it is found under.
fn rendered(status: u16, id: PlaceId, items: Option<String>, asker: Asker) -> Result<Render, Problem> {
    let tongue: Tongue = CRS84.tongue()?;
    Ok(Box::new(move |world, change| {
        let written = placed_by(change);
        let placed = written.as_ref().or_else(|| world.place(id).map(|p| &**p));
        let shown = placed.map(|p| Shown::of(world, p, &asker));
        let now = placed.map_or(id, |p| p.place.id);
        Rendered {
            status,
            location: items.as_ref().map(|items| format!("{items}/{now}")),
            etag: shown.as_ref().map(|s| s.etag(change.epoch)),
            body: shown
                .map(|s| s.feature(Shape::Full, &tongue, flatten))
                .unwrap_or_default()
                .into_bytes(),
        }
    }))
}

/// What may be done with a collection, by this asker.
pub async fn options_of_items(Extension(asker): Extension<Asker>, Path(name): Path<String>) -> Answered {
    let writes = matches!(Collection::find(&asker, &name)?, Collection::Place(_));
    let may = writes && asker.reach(Action::PlaceDraw) != Reach::None;
    if may {
        return Ok((
            StatusCode::OK,
            [(ALLOW, "GET, HEAD, POST, OPTIONS"), (ACCEPT_POST, GEOJSON)],
        )
            .into_response());
    }
    Ok((StatusCode::OK, [(ALLOW, "GET, HEAD, OPTIONS")]).into_response())
}

/// What may be done with an item, by this asker; where it lies is judged when it is done.
pub async fn options_of_item(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path((name, id)): Path<(String, String)>,
) -> Answered {
    let mut allowed = vec!["GET", "HEAD"];
    if let Collection::Place(kind) = Collection::find(&asker, &name)? {
        let id = number_in_path("id", &id)?;
        standing(&app, kind, PlaceId(id)).ok_or_else(|| missing(&name, id))?;
        if asker.reach(Action::PlaceAmend) != Reach::None {
            allowed.push("PUT");
        }
        if asker.reach(Action::PlaceDraw) != Reach::None {
            allowed.push("DELETE");
        }
    }
    allowed.push("OPTIONS");
    Ok((StatusCode::OK, [(ALLOW, allowed.join(", "))]).into_response())
}
