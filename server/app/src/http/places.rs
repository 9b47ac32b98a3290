//! Places: found, read, drawn, amended, retired.

mod confirm;
mod history;
mod list;

use super::asked::{Asked, Path, Tongue, number_in_path};
use super::doors::{BBOX, CRS, CURSOR, Door, GEOJSON, IF_MATCH, IF_NONE_MATCH, JSON, KEY, query};
use super::place_json::{self, Shape, Shown, etag};
use super::problem::{self, Answered, Problem};
use super::sent::{MaybeSent, Sent};
use super::write::{self, carry_out, fresh_id, if_match, not_modified, order, place_answer};
use super::{App, Shared, area};
use crate::auth::Asker;
use crate::ledger::{self, Wish};
use crate::limits;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Extension, Json};
use geju_core::change::Effect;
use geju_core::{Command, Place, PlaceId, Refusal, Severity};
use geju_store::Store;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

pub fn doors() -> Vec<Door> {
    let list_parameters = [
        query(
            "kind",
            r#"{"type":"string","example":"compound"}"#,
            "One kind, or several joined by commas",
        ),
        query(
            "q",
            r#"{"type":"string","maxLength":200}"#,
            "Part of a name, beginning of a code, part of a tag or address",
        ),
        BBOX,
        query(
            "parent",
            r#"{"type":"integer","minimum":0}"#,
            "Lies somewhere inside this place",
        ),
        query(
            "limit",
            r#"{"type":"integer","minimum":1,"maximum":1000,"default":100}"#,
            "Places on one page",
        ),
        CURSOR,
        query(
            "geometry",
            r#"{"type":"string","enum":["none","point","full"],"default":"full"}"#,
            "How much of the shape to send",
        ),
        CRS,
    ];
    let day = query(
        "at",
        r#"{"type":"string","format":"date"}"#,
        "As it was in force on this day",
    );
    let until = query(
        "effective_to",
        r#"{"type":"string","format":"date"}"#,
        "The first day out of force; today where none is said",
    );
    vec![
        Door::new(
            "GET",
            "/api/v1/places",
            get(list::list),
            "Places that match, best first",
        )
        .takes(&list_parameters)
        .answers(200, GEOJSON, "PlacePage"),
        Door::new("POST", "/api/v1/places", post(create), "Draw a place")
            .takes(&[CRS, KEY])
            .body("NewPlace")
            .answers(201, GEOJSON, "Place"),
        Door::new(
            "POST",
            "/api/v1/places/check",
            post(check),
            "What would be found in these places; changes nothing",
        )
        .takes(&[CRS])
        .body("NewPlaces")
        .answers(200, JSON, "Findings"),
        Door::new("GET", "/api/v1/places/{id}", get(read), "One place")
            .takes(&[CRS, day, IF_NONE_MATCH])
            .answers(200, GEOJSON, "Place")
            .says_nothing(304)
            .refuses(&[404, 410, 503]),
        Door::new("PUT", "/api/v1/places/{id}", axum::routing::put(amend), "Amend a place")
            .takes(&[CRS, IF_MATCH])
            .body("NewPlace")
            .answers(200, GEOJSON, "Place")
            .refuses(&[404, 410, 412, 428]),
        Door::new(
            "POST",
            "/api/v1/places/{id}/confirm",
            post(confirm::confirm),
            "The archive was checked and is right as it stands",
        )
        .takes(&[CRS, IF_MATCH, KEY])
        .body_or_none("Nothing")
        .answers(200, GEOJSON, "Place")
        .refuses(&[404, 410, 412, 428]),
        Door::new(
            "DELETE",
            "/api/v1/places/{id}",
            axum::routing::delete(retire),
            "Retire a place",
        )
        .takes(&[CRS, IF_MATCH, until])
        .body_or_none("Retirement")
        .answers(200, GEOJSON, "Place")
        .refuses(&[404, 410, 412, 428]),
        Door::new(
            "GET",
            "/api/v1/places/{id}/figures",
            get(figures),
            "What is counted in a place",
        )
        .answers(200, JSON, "Answer")
        .refuses(&[404, 422]),
        Door::new(
            "GET",
            "/api/v1/places/{id}/history",
            get(history::history),
            "Every version of a place",
        )
        .answers(200, JSON, "History")
        .refuses(&[404, 503]),
    ]
}

async fn read(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    let id = PlaceId(number_in_path("id", &id)?);
    let tongue = asked.tongue()?;
    let at = asked.parsed::<Date>("at")?;
    let found = app.read(|w| (w.place(id).map(|p| Shown::of(w, p, &asker)), w.epoch()));
    match (found, at) {
        ((Some(shown), epoch), None) => {
            let tag = etag(epoch, shown.placed.place.version);
            if shown.is_told_by_version() && not_modified(&headers, &tag) {
                return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
            }
            Ok((
                [(CONTENT_TYPE, GEOJSON.to_owned()), (ETAG, tag)],
                shown.feature(Shape::Full, &tongue, |_| {}),
            )
                .into_response())
        }
        (_, at) => {
            let versions = versions_of(&app, id).await?;
            let Some(day) = at else {
                let last = versions.last().ok_or_else(|| no_such_place(id))?;
                return Err(retired(last, &tongue));
            };
            let then = versions
                .iter()
                .rev()
                .find(|(place, ..)| place.effective_from <= day && place.effective_to.is_none_or(|to| day < to))
                .ok_or_else(|| no_such_place(id))?;
            let shown = Shown::retired(then.0.clone(), then.1, then.2);
            Ok(([(CONTENT_TYPE, GEOJSON)], shown.feature(Shape::Full, &tongue, |_| {})).into_response())
        }
    }
}

type Was = (Place, geju_core::Seq, Timestamp);

async fn versions_of(app: &App, id: PlaceId) -> Result<Vec<Was>, Problem> {
    let past = app.store.history(id.0).await?;
    Ok(past
        .into_iter()
        .filter_map(|v| match v.effect {
            Effect::Place(r) => Some((Place::clone(&r.after), v.seq, v.at)),
            _ => None,
        })
        .collect())
}

pub fn no_such_place(id: PlaceId) -> Problem {
    Problem::new(problem::NO_SUCH_PLACE, format!("there is no place {id}"))
}

fn retired(last: &Was, tongue: &Tongue) -> Problem {
    let shown = Shown::retired(last.0.clone(), last.1, last.2);
    let feature: Value = serde_json::from_str(&shown.feature(Shape::Full, tongue, |_| {})).unwrap_or_default();
    let since = last.0.effective_to.map_or(String::new(), |day| format!(" on {day}"));
    Problem::new(problem::RETIRED, format!("{} was retired{since}", last.0.name)).with("place", feature)
}

async fn create(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked, sent: Sent) -> Answered {
    let tongue = asked.tongue()?;
    let (id, today) = app.read(|w| (fresh_id(w), w.scheme().day_of(Timestamp::now())));
    let (place, _) = place_json::read(&sent.value, PlaceId(id), today, &tongue)?;
    let order = order(&asker, Command::CreatePlace(Box::new(place)));
    let mut wish = Wish::new(order, place_answer(201, asker.clone(), tongue));
    wish.key = write::key(&asker, &sent);
    carry_out(&app, wish, GEOJSON).await
}

async fn amend(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    asked: Asked,
    sent: Sent,
) -> Answered {
    let id = PlaceId(number_in_path("id", &id)?);
    let tongue = asked.tongue()?;
    let (epoch, standing, today) =
        app.read(|w| (w.epoch(), w.place(id).is_some(), w.scheme().day_of(Timestamp::now())));
    if !standing {
        return Err(gone(&app, id, &tongue).await);
    }
    let base = if_match(&headers, epoch)?.or_stale();
    let (place, _) = place_json::read(&sent.value, id, today, &tongue)?;
    let order = order(
        &asker,
        Command::AmendPlace {
            place: Box::new(place),
            base,
        },
    );
    let mut wish = Wish::new(order, place_answer(200, asker.clone(), tongue));
    wish.key = write::key(&asker, &sent);
    stale_shown(&app, &asker, wish).await
}

async fn retire(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    asked: Asked,
    MaybeSent(sent): MaybeSent,
) -> Answered {
    let id = PlaceId(number_in_path("id", &id)?);
    let tongue = asked.tongue()?;
    let (epoch, standing, today) =
        app.read(|w| (w.epoch(), w.place(id).is_some(), w.scheme().day_of(Timestamp::now())));
    if !standing {
        return Err(gone(&app, id, &tongue).await);
    }
    let base = if_match(&headers, epoch)?.or_stale();
    let said = match &sent.value {
        Value::Null => None,
        Value::Object(fields) => place_json::text(fields, "effective_to")?.map(str::to_owned),
        _ => {
            return Err(Problem::field(
                "",
                "wrong_type",
                "the body is an object with effective_to",
            ));
        }
    };
    let on = match said {
        Some(day) => day
            .parse()
            .map_err(|_| Problem::field("effective_to", "bad_date", "a date is written YYYY-MM-DD"))?,
        None => asked.parsed::<Date>("effective_to")?.unwrap_or(today),
    };
    let order = order(&asker, Command::RetirePlace { id, base, on });
    let mut wish = Wish::new(order, place_answer(200, asker.clone(), tongue));
    wish.key = write::key(&asker, &sent);
    stale_shown(&app, &asker, wish).await
}

/// A place that is not in force: it was retired, or it never was.
async fn gone(app: &App, id: PlaceId, tongue: &Tongue) -> Problem {
    match versions_of(app, id).await {
        Ok(versions) => versions
            .last()
            .map_or_else(|| no_such_place(id), |last| retired(last, tongue)),
        Err(problem) => problem,
    }
}

/// Carries out; a stale one is shown what is there now.
async fn stale_shown(app: &Shared, asker: &Asker, wish: Wish) -> Answered {
    match app.ledger.ask(wish).await {
        Ok(done) => Ok(write::respond(done, GEOJSON)),
        Err(ledger::Denied::Refused(Refusal::StalePlace(current))) => {
            let problem = Problem::from(Refusal::StalePlace(current.clone()));
            Err(write::with_current(app, problem, &current, asker))
        }
        Err(denied) => Err(denied.into()),
    }
}

async fn check(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked, sent: Sent) -> Answered {
    let tongue = asked.tongue()?;
    let features = match sent.value.get("features") {
        Some(Value::Array(features)) => features.iter().collect(),
        Some(_) => return Err(Problem::field("features", "wrong_type", "features are a list")),
        None => vec![&sent.value],
    };
    if features.len() > limits::CHECK_MAX {
        return Err(Problem::new(
            problem::QUESTION_TOO_BIG,
            format!("at most {} places are checked at once", limits::CHECK_MAX),
        ));
    }
    let today = app.read(|w| w.scheme().day_of(Timestamp::now()));
    let work = || {
        let mut findings: Vec<Value> = Vec::new();
        for (index, feature) in features.into_iter().enumerate() {
            let id = feature.get("id").and_then(Value::as_u64).map(PlaceId);
            let read = place_json::read(
                feature,
                id.unwrap_or_else(|| PlaceId(app.read(fresh_id))),
                today,
                &tongue,
            );
            let of_one = match read {
                Ok((place, repairs)) => {
                    let told = repairs
                        .iter()
                        .map(|r| geju_core::Finding::new(Severity::Note, "repaired", r.to_string()));
                    let numbering = asker.role == geju_core::Role::Admin;
                    let found = app.read(|w| geju_core::decide::check_place(w, &place, numbering, today));
                    told.chain(found).map(|f| problem::finding(&f)).collect()
                }
                Err(problem) => problem.into_findings(),
            };
            findings.extend(of_one.into_iter().map(|mut f: Value| {
                f["index"] = json!(index);
                f
            }));
        }
        findings
    };
    let findings = tokio::task::block_in_place(work);
    Ok(Json(json!({ "findings": findings })).into_response())
}

async fn figures(State(app): State<Shared>, Extension(asker): Extension<Asker>, Path(id): Path<String>) -> Answered {
    let id = PlaceId(number_in_path("id", &id)?);
    area::of_place(&app, asker, id).await
}
