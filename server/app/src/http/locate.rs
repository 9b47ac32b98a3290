//! What holds a spot, and who answers for it.

use super::Shared;
use super::asked::Asked;
use super::doors::{CRS, Door, JSON, needed};
use super::problem::Answered;
use super::then::{self, AT, KNOWN};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Map, Value, json};

pub fn doors() -> Vec<Door> {
    vec![
        Door::new(
            "GET",
            "/api/v1/locate",
            get(locate),
            "The levels that hold a spot, and the people on duty there",
        )
        .takes(&[
            needed("lon", r#"{"type":"number"}"#, "East"),
            needed("lat", r#"{"type":"number"}"#, "North"),
            CRS,
            AT,
            KNOWN,
        ])
        .answers(200, JSON, "Located")
        .refuses(&[422]),
    ]
}

async fn locate(State(app): State<Shared>, asked: Asked) -> Answered {
    let spot = asked.spot(&asked.tongue()?)?;
    let then = then::of(&app, &asked).await?;
    let (located, responsible) = then.map.read(|world| {
        let located = world.locate(spot);
        let mut responsible = Vec::new();
        for id in located.smallest_first() {
            for post in world.posts_at(id) {
                let level = world.place(id).map(|p| p.place.kind());
                let holder = world.holder(post.id).map(|a| json!({ "name": a.holder }));
                responsible.push(json!({
                    "post": { "id": post.id, "title": post.title, "place": post.place, "level": level, "role": post.role },
                    "person": holder,
                }));
            }
        }
        (located, responsible)
    });
    let mut out = Map::new();
    for (kind, placed) in located.levels() {
        if let Some(placed) = placed {
            let place = &placed.place;
            out.insert(
                kind.as_str().into(),
                json!({ "id": place.id, "name": place.name, "code": place.code }),
            );
        }
    }
    out.insert("responsible".into(), json!(responsible));
    Ok(Json(Value::Object(out)).into_response())
}
