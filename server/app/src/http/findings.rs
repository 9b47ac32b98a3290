//! Looking over the whole map.

use super::Shared;
use super::doors::{Door, JSON};
use super::problem::{self, Answered, Problem};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use geju_core::{World, tidy};
use serde_json::{Value, json};

pub fn doors() -> Vec<Door> {
    vec![
        Door::new(
            "GET",
            "/api/v1/findings",
            get(all),
            "Everything untidy on the map: gaps, overlaps, strays, odd sizes",
        )
        .answers(200, JSON, "Findings")
        .refuses(&[503]),
    ]
}

async fn all(State(app): State<Shared>) -> Answered {
    let one_at_a_time = app.weighing.clone().acquire_owned().await;
    // On a copy of the pointers: overlaying a whole district takes longer than a lock may be held.
    let world = app.read(World::clone);
    let found = tokio::task::spawn_blocking(move || tidy::look_over(&world)).await;
    drop(one_at_a_time);
    let found = found.map_err(|_| Problem::new(problem::BUG, "the map could not be looked over"))?;
    let findings: Vec<Value> = found.iter().map(problem::finding).collect();
    Ok(Json(json!({ "findings": findings })).into_response())
}
