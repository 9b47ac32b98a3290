//! Places: found, read, drawn, amended, retired.

pub(super) mod barriers;
mod confirm;
pub(super) mod drawn;
mod gesture;
mod history;
mod list;
mod reshape;
mod transfer;

pub(super) use reshape::{name_as_sent, refused};

use super::asked::{Asked, Path, Tongue, number_in_path};
use super::doors::{BBOX, CRS, CURSOR, Door, GEOJSON, IF_MATCH, IF_NONE_MATCH, JSON, KEY, query};
use super::place_json::{self, Shape, Shown};
use super::precondition::{explained, if_match};
use super::problem::{self, Answered, Problem};
use super::sent::{MaybeSent, Sent};
use super::then::{self, AT, KNOWN};
use super::write::{self, amended_answer, carry_out, fresh_id, not_modified, order, place_answer};
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
use geju_core::{Command, PlaceId, Placed, Refusal, Severity};
use geju_store::Store;
use jiff::Timestamp;
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
            "Part of a name, tag or address, beginning of a code, or a name's pinyin in full or by initials",
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
        AT,
        KNOWN,
    ];
    let until = query(
        "effective_to",
        r#"{"type":"string","format":"date"}"#,
        "The first day out of force; today where none is said",
    );
    let mut all = vec![
        Door::new(
            "GET",
            "/api/v1/places",
            get(list::list),
            "Places that match, best first",
        )
        .takes(&list_parameters)
        .answers(200, GEOJSON, "PlacePage")
        .refuses(&[422]),
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
            .takes(&[CRS, AT, KNOWN, IF_NONE_MATCH])
            .answers(200, GEOJSON, "Place")
            .says_nothing(304)
            .refuses(&[404, 410, 422, 503]),
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
        .takes(&[AT, KNOWN])
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
    ];
    all.extend(reshape::doors());
    all.push(transfer::door());
    all
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
    let then = then::of(&app, &asked).await?;
    let found = then
        .map
        .read(|w| (w.place(id).map(|p| Shown::on(then.day, w, p, &asker)), w.epoch()));
    let (Some(shown), epoch) = found else {
        return Err(match then.mark {
            Some(_) => no_such_place(id),
            None => gone(&app, &asker, id, &tongue).await,
        });
    };
    let tag = shown.etag(epoch);
    if not_modified(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    Ok((
        [(CONTENT_TYPE, GEOJSON.to_owned()), (ETAG, tag)],
        shown.feature(Shape::Full, &tongue, |_| {}),
    )
        .into_response())
}

/// Every version of a place as it stood, oldest first. One that is retired lies where it lay before.
async fn versions_of(app: &App, id: PlaceId) -> Result<Vec<Placed>, Problem> {
    let past = app.store.history(id.0).await?;
    let mut all: Vec<Placed> = Vec::with_capacity(past.len());
    for version in past {
        if let Effect::Place(r) = version.effect {
            let lay = all.last().filter(|_| r.after.is_retired()).map(|before| before.parents);
            all.push(Placed::new(r.after, lay.unwrap_or(r.into), version.seq, version.at));
        }
    }
    Ok(all)
}

pub fn no_such_place(id: PlaceId) -> Problem {
    Problem::new(problem::NO_SUCH_PLACE, format!("there is no place {id}"))
}

/// What the asker may know of a place that was retired.
fn retired(app: &App, asker: &Asker, last: &Placed, tongue: &Tongue) -> Problem {
    let shown = app.read(|world| Shown::of(world, last, asker));
    let feature: Value = serde_json::from_str(&shown.feature(Shape::Full, tongue, |_| {})).unwrap_or_default();
    let since = last
        .place
        .effective_to
        .map_or(String::new(), |day| format!(" on {day}"));
    Problem::new(problem::RETIRED, format!("{} was retired{since}", last.place.name)).with("place", feature)
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
    let (epoch, since) = app.read(|w| (w.epoch(), w.place(id).map(|p| p.place.effective_from)));
    let Some(since) = since else {
        return Err(gone(&app, &asker, id, &tongue).await);
    };
    let condition = if_match(&headers, epoch)?;
    // Where no first day is said, it stays.
    let (place, _) = place_json::read(&sent.value, id, since, &tongue)?;
    let order = order(
        &asker,
        Command::AmendPlace {
            place: Box::new(place),
            base: 0,
        },
    );
    let mut wish = Wish::new(order, amended_answer(id, asker.clone(), tongue));
    wish.condition = Some(condition);
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
        return Err(gone(&app, &asker, id, &tongue).await);
    }
    let condition = if_match(&headers, epoch)?;
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
        None => asked.day("effective_to")?.unwrap_or(today),
    };
    let order = order(&asker, Command::RetirePlace { id, base: 0, on });
    let mut wish = Wish::new(order, place_answer(200, asker.clone(), tongue));
    wish.condition = Some(condition);
    wish.key = write::key(&asker, &sent);
    stale_shown(&app, &asker, wish).await
}

/// A place that is not in force: it was retired, or it never was.
pub(super) async fn gone(app: &App, asker: &Asker, id: PlaceId, tongue: &Tongue) -> Problem {
    match versions_of(app, id).await {
        Ok(versions) => versions
            .last()
            .map_or_else(|| no_such_place(id), |last| retired(app, asker, last, tongue)),
        Err(problem) => problem,
    }
}

/// Carries out; a stale one is shown what is there now.
pub async fn stale_shown(app: &Shared, asker: &Asker, wish: Wish) -> Answered {
    let condition = wish.condition.clone().unwrap_or_default();
    match app.ledger.ask(wish).await {
        Ok(done) => Ok(write::respond(done, GEOJSON)),
        Err(ledger::Denied::Refused(Refusal::StalePlace(current))) => {
            let problem = explained(Problem::from(Refusal::StalePlace(current.clone())), &condition);
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
    let order = order(&asker, Command::Reshape(Box::default()));
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
                    let found = app.read(|w| geju_core::decide::check_place(w, &order, &place));
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

async fn figures(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    asked: Asked,
) -> Answered {
    let id = PlaceId(number_in_path("id", &id)?);
    area::of_place(&app, &then::of(&app, &asked).await?, asker, id).await
}
