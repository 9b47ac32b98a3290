//! What is near.

use super::Shared;
use super::asked::{Asked, kind_of};
use super::doors::{CRS, Door, GEOJSON, needed, query};
use super::place_json::{Shape, Shown};
use super::problem::{self, Answered, Problem};
use crate::auth::Asker;
use crate::limits;
use axum::Extension;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::json;

/// Places named when nobody says how many.
const USUAL: usize = 10;

pub fn doors() -> Vec<Door> {
    let parameters = [
        needed("lon", r#"{"type":"number"}"#, "East"),
        needed("lat", r#"{"type":"number"}"#, "North"),
        needed(
            "kind",
            r#"{"type":"string","example":"resource_site"}"#,
            "Kind of place",
        ),
        query(
            "category",
            r#"{"type":"string"}"#,
            "Kind within the kind, for instance a resource site's category",
        ),
        query(
            "limit",
            r#"{"type":"integer","minimum":1,"maximum":50,"default":10}"#,
            "How many",
        ),
        query(
            "by",
            r#"{"type":"string","enum":["straight","walk"],"default":"straight"}"#,
            "How the way is measured",
        ),
        CRS,
    ];
    vec![
        Door::new(
            "GET",
            "/api/v1/nearest",
            get(nearest),
            "The nearest places of a kind, nearest first",
        )
        .takes(&parameters)
        .answers(200, GEOJSON, "PlacePage")
        .refuses(&[422]),
    ]
}

async fn nearest(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked) -> Answered {
    let tongue = asked.tongue()?;
    let spot = asked.spot(&tongue)?;
    let kind = kind_of(
        asked
            .text("kind")
            .ok_or_else(|| Problem::parameter("kind", "is needed"))?,
    )?;
    let limit = asked.limit(USUAL, limits::NEAREST_MAX)?;
    match asked.text("by") {
        None | Some("straight") => {}
        Some("walk") => {
            return Err(Problem::new(
                problem::NOT_YET,
                "walking distances need the network of paths",
            ));
        }
        Some(_) => return Err(Problem::parameter("by", "is straight or walk")),
    }
    let category = asked.text("category");
    let near: Vec<(Shown, f64)> = app.read(|world| {
        let wanted = |p: &geju_core::Placed| category.is_none_or(|c| p.place.archive.subkind() == Some(c));
        let found = world.nearest(kind, spot, limit, wanted);
        found
            .into_iter()
            .map(|n| (Shown::of(world, &n.placed, &asker), n.distance.0))
            .collect()
    });
    let features: Vec<String> = near
        .iter()
        .map(|(shown, distance)| {
            shown.feature(Shape::Full, &tongue, |p| {
                p["distance_m"] = json!((distance * 10.0).round() / 10.0)
            })
        })
        .collect();
    let count = features.len();
    let body = format!(
        r#"{{"type":"FeatureCollection","features":[{}],"numberReturned":{count},"numberMatched":{count}}}"#,
        features.join(",")
    );
    Ok(([(CONTENT_TYPE, GEOJSON)], body).into_response())
}
