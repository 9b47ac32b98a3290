//! Items of a collection: page by page, and one by one.

use super::crs::Known;
use super::flat::flatten;
use super::question::Question;
use super::scan::{self, Page};
use super::{Collection, cursor, format_known, link};
use crate::auth::Asker;
use crate::http::asked::{Asked, Path, Tongue, number_in_path};
use crate::http::doors::GEOJSON;
use crate::http::matter_json::{ShownMatter, Travels};
use crate::http::pieces::Pieces;
use crate::http::place_json::{Shape, Shown, etag};
use crate::http::problem::{self, Answered, Problem};
use crate::http::tiles::base_address;
use crate::http::write::not_modified;
use crate::http::{App, Shared};
use crate::limits;
use axum::Extension;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use geju_core::people::Action;
use geju_core::{Alert, Hazard, Issue, MatterId, MatterKind, PlaceId, PlaceKind};
use jiff::Timestamp;
use serde_json::json;

pub const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// Features as JSON text, how many there are in all, and the id after which it goes on.
struct Written {
    features: Vec<String>,
    matched: Option<usize>,
    next: Option<u64>,
}

pub async fn list(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    let collection = Collection::find(&asker, &name)?;
    let question = Question::read(&asked, collection, &asker)?;
    let tongue = question.crs.tongue()?;
    // Long searches take turns: panels and tiles keep a core.
    let turn = match collection {
        Collection::Place(kind) if !question.is_plain() && app.read(|w| w.count_of(kind)) > scan::MANY => {
            let turn = app.weighing.clone().acquire_owned().await;
            Some(turn.map_err(|_| Problem::new(problem::BUSY, "the server is stopping"))?)
        }
        _ => None,
    };
    let work = || match collection {
        Collection::Place(kind) => places(&app, &asker, kind, &question, &tongue),
        Collection::Matter(MatterKind::Hazard) => matters::<Hazard>(&app, &asker, &question, &tongue),
        Collection::Matter(MatterKind::Alert) => matters::<Alert>(&app, &asker, &question, &tongue),
        Collection::Matter(MatterKind::Issue) => matters::<Issue>(&app, &asker, &question, &tongue),
    };
    let writing = app.telling.clone().acquire_owned().await;
    let writing = writing.map_err(|_| Problem::new(problem::BUSY, "the server is stopping"))?;
    let found = tokio::task::block_in_place(work)?;
    drop((writing, turn));
    let here = format!("{}/ogc/collections/{name}/items", base_address(&app, &headers));
    let address = |pairs: Vec<(&str, &str)>| match pairs.is_empty() {
        true => here.clone(),
        false => {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish();
            format!("{here}?{query}")
        }
    };
    let mut links = vec![
        link(address(asked.pairs().collect()), "self", GEOJSON, "This page"),
        link(
            format!("{}/ogc/collections/{name}", base_address(&app, &headers)),
            "collection",
            "application/json",
            "The collection",
        ),
    ];
    if let Some(after) = found.next {
        let cursor = cursor::write(after, &question.mark);
        let mut pairs: Vec<_> = asked
            .pairs()
            .filter(|(n, _)| !matches!(*n, "cursor" | "offset"))
            .collect();
        pairs.push(("cursor", &cursor));
        links.push(link(address(pairs), "next", GEOJSON, "Next page"));
    }
    let matched = found
        .matched
        .map_or(String::new(), |n| format!(r#""numberMatched":{n},"#));
    let mut body = Pieces::new();
    body.push(r#"{"type":"FeatureCollection","features":["#);
    for (n, feature) in found.features.iter().enumerate() {
        if n > 0 {
            body.push(",");
        }
        body.push(feature);
    }
    body.push(&format!(
        r#"],"numberReturned":{},{matched}"timeStamp":{},"links":{}}}"#,
        found.features.len(),
        json!(Timestamp::now().to_string()),
        json!(links),
    ));
    Ok(written(body.into_body(), question.crs))
}

/// A body of this coordinate system.
pub fn written(body: impl IntoResponse, crs: Known) -> Response {
    let mut response = ([(CONTENT_TYPE, GEOJSON)], body).into_response();
    if let Some(value) = crs.header() {
        response.headers_mut().insert(CONTENT_CRS, value);
    }
    response
}

fn places(app: &App, asker: &Asker, kind: PlaceKind, question: &Question, tongue: &Tongue) -> Result<Written, Problem> {
    let page = scan::places(app, asker, kind, question)?;
    let shown: Vec<Shown> = app.read(|world| page.items.iter().map(|p| Shown::of(world, p, asker)).collect());
    let mut features = Vec::with_capacity(shown.len());
    let mut vertices = 0;
    let mut next = page.next;
    for (n, one) in shown.iter().enumerate() {
        vertices += one.vertices();
        if vertices > limits::PAGE_VERTICES_MAX && n > 0 {
            next = Some(shown[n - 1].placed.place.id.0);
            break;
        }
        features.push(one.feature(Shape::Full, tongue, flatten));
    }
    Ok(Written {
        features,
        matched: page.matched,
        next,
    })
}

fn matters<M: Travels>(app: &App, asker: &Asker, question: &Question, tongue: &Tongue) -> Result<Written, Problem> {
    let Page { items, matched, next } = scan::matters::<M>(app, asker, question)?;
    Ok(Written {
        features: items.iter().map(|m| m.feature(tongue, None)).collect(),
        matched,
        next,
    })
}

pub async fn one(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    asked.only(|name| matches!(name, "f" | "crs"), "f, crs")?;
    format_known(&asked, &super::FORMATS)?;
    let collection = Collection::find(&asker, &name)?;
    let crs = Known::asked(&asked, "crs")?;
    let tongue = crs.tongue()?;
    let id = number_in_path("id", &id)?;
    let matter = MatterId(id);
    let found = match collection {
        Collection::Place(kind) => app
            .read(|w| {
                let placed = w.place(PlaceId(id)).filter(|p| p.place.kind() == kind)?;
                Some((Shown::of(w, placed, &asker), w.epoch()))
            })
            .map(|(shown, epoch)| (shown.etag(epoch), shown.feature(Shape::Full, &tongue, flatten))),
        Collection::Matter(MatterKind::Hazard) => matter_item::<Hazard>(&app, &asker, matter, &tongue),
        Collection::Matter(MatterKind::Alert) => matter_item::<Alert>(&app, &asker, matter, &tongue),
        Collection::Matter(MatterKind::Issue) => matter_item::<Issue>(&app, &asker, matter, &tongue),
    };
    let (tag, feature) = found.ok_or_else(|| missing(&name, id))?;
    if not_modified(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let base = base_address(&app, &headers);
    let links = json!([
        link(
            format!("{base}/ogc/collections/{name}/items/{id}"),
            "self",
            GEOJSON,
            "This item"
        ),
        link(
            format!("{base}/ogc/collections/{name}"),
            "collection",
            "application/json",
            "The collection"
        ),
    ]);
    // A Feature of ours is one object; the links go before its last brace.
    let body = feature
        .strip_suffix('}')
        .map(|open| format!(r#"{open},"links":{links}}}"#));
    let mut response = written(body.unwrap_or(feature), crs);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

pub fn missing(name: &str, id: u64) -> Problem {
    Problem::new(problem::NO_SUCH_PLACE, format!("there is no {name} {id}"))
}

fn matter_item<M: Travels>(app: &App, asker: &Asker, id: MatterId, tongue: &Tongue) -> Option<(String, String)> {
    let (shown, epoch) = app.read(|world| {
        let standing = M::layer(world).get(id)?;
        let seen = asker.reaches_any(
            Action::MattersRead,
            &world.grounds_of(&standing.parents, standing.inner),
        );
        seen.then(|| (ShownMatter::of(standing), world.epoch()))
    })?;
    Some((etag(epoch, shown.matter.version()), shown.feature(tongue, None)))
}
