//! Who draws in a place just now, 正在绘制. It is kept in memory and forgotten within a minute; where several servers share a
//! store each knows of those it serves.

use super::Shared;
use super::doors::{Door, JSON};
use super::people_json::display_name;
use super::places::{drawn, no_such_place};
use super::problem::Answered;
use super::sent::Sent;
use crate::auth::Asker;
use crate::limits;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Extension, Json};
use geju_core::people::Action;
use geju_core::{Finding, PlaceId, Refusal};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

pub fn doors() -> Vec<Door> {
    vec![
        Door::new(
            "POST",
            "/api/v1/presence",
            post(here),
            "Say that one draws in a place, and hear who else does",
        )
        .body("Presence")
        .answers(200, JSON, "Present")
        .refuses(&[404]),
    ]
}

/// Everybody who said lately that they draw.
#[derive(Default)]
pub struct Presence(Mutex<HashMap<(PlaceId, String), Here>>);

struct Here {
    name: String,
    since: Timestamp,
    last: Instant,
}

impl Presence {
    /// Notes that this person draws here, and tells who else does, the longest there first.
    fn heard(&self, place: PlaceId, owner: String, name: &str, at: Timestamp) -> Vec<Value> {
        let now = Instant::now();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, here| now.duration_since(here.last) < limits::PRESENCE_KEPT);
        let key = (place, owner);
        if all.len() >= limits::PRESENCE_MAX
            && !all.contains_key(&key)
            && let Some(oldest) = all.iter().min_by_key(|(_, here)| here.last).map(|(key, _)| key.clone())
        {
            all.remove(&oldest);
        }
        let mut others: Vec<(Timestamp, String)> = all
            .iter()
            .filter(|(other, _)| other.0 == place && other.1 != key.1)
            .map(|(_, here)| (here.since, here.name.clone()))
            .collect();
        let own = all.entry(key).or_insert_with(|| Here {
            name: name.to_owned(),
            since: at,
            last: now,
        });
        own.last = now;
        others.sort();
        let told = others.into_iter();
        told.map(|(since, name)| json!({ "name": name, "since": since }))
            .collect()
    }
}

async fn here(State(app): State<Shared>, Extension(asker): Extension<Asker>, sent: Sent) -> Answered {
    let place = drawn::id_of(drawn::object(&sent.value, "")?.get("parent"), "parent")?;
    let (standing, may) = app.read(|world| {
        let standing = world.place(place).is_some();
        (standing, asker.reaches_place(world, Action::PlaceDraw, place))
    });
    if !standing {
        return Err(no_such_place(place));
    }
    if !may {
        let finding = Finding::block("forbidden", "this place lies outside what this account answers for");
        return Err(Refusal::forbidden(finding.places([place])).into());
    }
    let others = app
        .presence
        .heard(place, asker.owner(), display_name(&asker), Timestamp::now());
    Ok(Json(json!({ "here": others })).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hears_of_the_others_in_the_same_place() {
        let presence = Presence::default();
        let at = Timestamp::UNIX_EPOCH;
        let hears = |place, who: &str| {
            let told = presence.heard(PlaceId(place), who.to_owned(), who, at);
            let names = told.iter().map(|h| h["name"].as_str().unwrap_or_default().to_owned());
            names.collect::<Vec<_>>()
        };
        assert!(hears(1, "甲").is_empty());
        assert_eq!(hears(1, "乙"), ["甲"]);
        assert!(hears(2, "丙").is_empty());
        assert_eq!(hears(1, "甲"), ["乙"]);
    }
}
