//! What a wall shows of one place 大屏: counts, places and posts. Never a person.

mod alerts;
mod matters;

use super::Shared;
use super::asked::Asked;
use super::doors::{Door, JSON, needed};
use super::places::no_such_place;
use super::problem::{self, Answered, Problem};
use crate::auth::Asker;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Extension, Json};
use geju_core::day::{DAYS_TOLD, Days, Happened};
use geju_core::people::Action;
use geju_core::{Outline, PlaceId, Placed, World};
use jiff::Timestamp;
use serde_json::{Value, json};

pub fn doors() -> Vec<Door> {
    let place = needed(
        "place",
        r#"{"type":"integer","minimum":0}"#,
        "The place the wall is for, inside the own jurisdiction",
    );
    vec![
        Door::new("GET", "/api/v1/wall", get(wall), "What a wall shows of a place")
            .takes(&[place])
            .answers(200, JSON, "Wall")
            .refuses(&[404]),
    ]
}

/// What every part of the wall is counted with.
struct View<'a> {
    world: &'a World,
    asker: &'a Asker,
    outline: &'a Outline,
    now: Timestamp,
}

async fn wall(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked) -> Answered {
    let id = asked
        .place("place")?
        .ok_or_else(|| Problem::parameter("place", "is needed"))?;
    let now = Timestamp::now();
    let mut told = app.read(|world| {
        let placed = watched(world, &asker, id)?;
        let outline = placed.place.ground.outline();
        let outline = outline.ok_or_else(|| Problem::parameter("place", "this place is a spot without an area"))?;
        let view = View {
            world,
            asker: &asker,
            outline,
            now,
        };
        Ok::<Value, Problem>(view.tell(placed))
    })?;
    told["build"] = json!(app.build);
    Ok(Json(told).into_response())
}

/// The place, when this asker may watch it: people and matters are counted there, so both rights must reach.
fn watched<'a>(world: &'a World, asker: &Asker, id: PlaceId) -> Result<&'a Placed, Problem> {
    let placed = world.place(id).ok_or_else(|| no_such_place(id))?;
    let both = [Action::FiguresRead, Action::MattersRead];
    if both.into_iter().all(|action| asker.reaches_place(world, action, id)) {
        Ok(placed)
    } else {
        Err(Problem::new(
            problem::FORBIDDEN,
            "this place lies outside what this account may watch",
        ))
    }
}

impl View<'_> {
    fn tell(&self, placed: &Placed) -> Value {
        let (world, place) = (self.world, &placed.place);
        let today = world.scheme().day_of(self.now);
        let figures = world.figures(self.outline, today, |_, _| true);
        let days = world.days(self.outline, self.now);
        json!({
            "place": {
                "id": place.id, "kind": place.kind(), "name": place.name, "bbox": place.ground.envelope().to_degrees(),
            },
            "as_of": { "epoch": world.epoch(), "seq": world.head(), "at": self.now },
            "today": today, "people": figures.people(),
            "buildings": figures.tally.buildings, "compounds": figures.tally.compounds,
            "resource_sites": figures.tally.resource_sites,
            "alerts": self.alerts(), "issues": self.issues(), "hazards": self.hazards(),
            "days": days.days.iter().map(|(date, happened)| day(*date, happened)).collect::<Vec<Value>>(),
            "week_mean_by_now": mean(&days), "freshness": figures.freshness,
        })
    }
}

fn day(date: jiff::civil::Date, happened: &Happened) -> Value {
    let mut day = json!(happened);
    day["date"] = json!(date);
    day
}

/// The mean of the days before today, to hundredths.
fn mean(days: &Days) -> Value {
    let before = (DAYS_TOLD - 1) as f64;
    let mean = |n: u64| (n as f64 / before * 100.0).round() / 100.0;
    let week = &days.week_by_now;
    json!({
        "issues_reported": mean(week.issues_reported), "issues_closed": mean(week.issues_closed),
        "alerts_raised": mean(week.alerts_raised), "hazards_found": mean(week.hazards_found),
        "hazards_removed": mean(week.hazards_removed),
    })
}
