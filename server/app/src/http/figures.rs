//! Figures of every place of one level: the table, the coloured map and its legend in one answer.

use super::asked::{Asked, kind_of};
use super::doors::{Door, IF_NONE_MATCH, JSON, needed, query};
use super::hearing::Hearing;
use super::places::no_such_place;
use super::problem::{self, Answered, Problem};
use super::then::{self, AT, KNOWN};
use super::write::not_modified;
use super::{App, Shared};
use crate::auth::Asker;
use crate::limits;
use crate::past::Then;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use geju_core::answer::{AsOf, People};
use geju_core::figures::{Figures, FreshCount};
use geju_core::people::Action;
use geju_core::{EdgeRule, PlaceId, PlaceKind, Placed, World};
use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

pub fn doors() -> Vec<Door> {
    let parameters = [
        needed(
            "level",
            r#"{"type":"string","enum":["district","street","community","grid","micro_grid","compound","building","resource_site"]}"#,
            "Kind of place that the items are of",
        ),
        query(
            "within",
            r#"{"type":"integer","minimum":0}"#,
            "Only places whose inner point lies in this place",
        ),
        AT,
        KNOWN,
        IF_NONE_MATCH,
    ];
    vec![
        Door::new(
            "GET",
            "/api/v1/figures",
            get(figures),
            "What is counted in every place of a level",
        )
        .takes(&parameters)
        .answers(200, JSON, "LevelFigures")
        .says_nothing(304)
        .refuses(&[404, 422]),
    ]
}

/// What is asked, as it decides the answer together with the ledger's position.
struct Question {
    level: PlaceKind,
    within: Option<PlaceId>,
    then: Then,
}

#[derive(Serialize)]
struct LevelFigures<'a> {
    as_of: AsOf,
    at: Date,
    rule: EdgeRule,
    level: PlaceKind,
    within: Option<PlaceId>,
    items: Vec<Item<'a>>,
    truncated: bool,
}

#[derive(Serialize)]
struct Item<'a> {
    id: PlaceId,
    name: &'a str,
    code: Option<&'a str>,
    area_m2: Option<f64>,
    buildings: u64,
    compounds: u64,
    resource_sites: u64,
    capacity: u64,
    people: Option<People>,
    issues_open: u64,
    hazards_standing: u64,
    alerts_active: u64,
    freshness: FreshCount,
}

async fn figures(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    let level = asked
        .text("level")
        .ok_or_else(|| Problem::parameter("level", "is needed"))
        .and_then(kind_of)?;
    let within = asked.place("within")?;
    let question = Question {
        level,
        within,
        then: then::of(&app, &asked).await?,
    };
    let tag = question.then.map.read(|w| tag(w, &asker, &question));
    if not_modified(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let (tag, body) = match app.figures.get(&tag) {
        Some(body) => (tag, body),
        None => count(&app, asker, question).await?,
    };
    Ok(([(CONTENT_TYPE, JSON.to_owned()), (ETAG, tag)], body).into_response())
}

/// Counts off the async threads, few at once: a city's buildings take their time.
async fn count(app: &Shared, asker: Asker, question: Question) -> Result<(String, Bytes), Problem> {
    let permit = app
        .weighing
        .clone()
        .acquire_owned()
        .await
        .map_err(|_| Problem::new(problem::BUSY, "the server is stopping"))?;
    let work = {
        let app = app.clone();
        move || tell(&app, &asker, &question)
    };
    let told = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Problem::new(problem::BUG, "the figures broke off"))?;
    drop(permit);
    told
}

/// One item's place, its figures, and whether those of people may be told.
type Row = (Arc<Placed>, Figures, bool);

fn tell(app: &App, asker: &Asker, question: &Question) -> Result<(String, Bytes), Problem> {
    let found = question.then.map.read(|world| -> Result<_, Problem> {
        let tag = tag(world, asker, question);
        if let Some(body) = app.figures.get(&tag) {
            // Somebody else asked the same while this one waited.
            return Ok((tag, Err(body)));
        }
        let as_of = AsOf {
            epoch: world.epoch(),
            seq: world.head(),
        };
        Ok((tag, Ok((as_of, rows(world, asker, question)?))))
    })?;
    let (tag, counted) = found;
    let (as_of, (rows, truncated)) = match counted {
        Ok(counted) => counted,
        Err(body) => return Ok((tag, body)),
    };
    let answer = LevelFigures {
        as_of,
        at: question.then.day,
        rule: EdgeRule::InnerPoint,
        level: question.level,
        within: question.within,
        items: rows.iter().map(item).collect(),
        truncated,
    };
    let body: Bytes = serde_json::to_vec(&answer)
        .map_err(|why| Problem::new(problem::BUG, why.to_string()))?
        .into();
    app.figures.put(tag.clone(), body.clone());
    Ok((tag, body))
}

fn rows(world: &World, asker: &Asker, question: &Question) -> Result<(Vec<Row>, bool), Problem> {
    let outline = match question.within {
        None => None,
        Some(id) => {
            let place = world.place(id).ok_or_else(|| no_such_place(id))?;
            let outline = place.place.ground.outline();
            Some(outline.ok_or_else(|| Problem::parameter("within", "this place is a spot without an area"))?)
        }
    };
    let mut places = world.level_within(question.level, outline);
    let truncated = places.len() > limits::FIGURES_MAX;
    places.truncate(limits::FIGURES_MAX);
    let hearing = Hearing::of(world, asker);
    let rows = places.into_iter().map(|placed| {
        let figures = placed.place.ground.outline().map_or_else(Figures::default, |outline| {
            world.figures(outline, question.then.day, |_, id| hearing.lets(id))
        });
        let people = asker.reaches_place(world, Action::FiguresRead, placed.place.id);
        (placed, figures, people)
    });
    Ok((rows.collect(), truncated))
}

fn item((placed, figures, people): &Row) -> Item<'_> {
    let place = &placed.place;
    Item {
        id: place.id,
        name: &place.name,
        code: place.code.as_ref().map(|c| c.as_str()),
        area_m2: place.ground.outline().map(|o| tenths(o.area().0)),
        buildings: figures.tally.buildings,
        compounds: figures.tally.compounds,
        resource_sites: figures.tally.resource_sites,
        capacity: figures.capacity,
        people: people.then(|| figures.people()),
        issues_open: figures.issues_open,
        hazards_standing: figures.hazards_standing,
        alerts_active: figures.alerts_active,
        freshness: figures.freshness,
    }
}

/// Square metres as every answer writes them.
pub fn tenths(square_meters: f64) -> f64 {
    (square_meters * 10.0).round() / 10.0
}

/// Stands for the answer: where the ledger is, what is asked, of which day, and how far this asker sees.
fn tag(world: &World, asker: &Asker, question: &Question) -> String {
    let Question { level, within, then } = question;
    let within = within.map_or(0, |id| id.0);
    let mut hash = Sha256::new();
    hash.update(format!(
        "{}.{} {level} {within} {} {:?} {}",
        world.epoch().0,
        world.head().0,
        then.day,
        then.mark,
        asker.role
    ));
    for place in asker.places.iter() {
        hash.update(place.0.to_be_bytes());
    }
    let hash: String = hash.finalize().iter().take(12).map(|b| format!("{b:02x}")).collect();
    format!("\"{hash}\"")
}

/// Answers told lately, by their tag: many screens ask the same after every change.
#[derive(Default)]
pub struct Told(Mutex<VecDeque<(String, Bytes)>>);

impl Told {
    fn get(&self, tag: &str) -> Option<Bytes> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter().find(|(t, _)| t == tag).map(|(_, body)| body.clone())
    }

    fn put(&self, tag: String, body: Bytes) {
        if body.len() > limits::FIGURES_KEPT_BYTES {
            return;
        }
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.push_front((tag, body));
        let mut room = limits::FIGURES_KEPT_BYTES;
        let fits = told.iter().take_while(|(_, body)| {
            let left = room.checked_sub(body.len());
            room = left.unwrap_or(0);
            left.is_some()
        });
        let kept = fits.count();
        told.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_lately_is_kept_within_its_bytes() {
        let told = Told::default();
        let body: Bytes = "x".repeat(limits::FIGURES_KEPT_BYTES / 3).into();
        for tag in ["a", "b", "c", "d"] {
            told.put(tag.into(), body.clone());
        }
        assert!(told.get("a").is_none(), "the oldest made room");
        assert!(["b", "c", "d"].iter().all(|tag| told.get(tag).is_some()));
        told.put("huge".into(), "x".repeat(limits::FIGURES_KEPT_BYTES + 1).into());
        assert!(told.get("huge").is_none());
    }
}
