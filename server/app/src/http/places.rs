//! Places: found, read, drawn, amended, retired.

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
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use geju_core::change::Effect;
use geju_core::world::{Found, PlaceQuery};
use geju_core::{Command, Place, PlaceId, PlaceKind, Refusal, Severity, World};
use geju_store::{PastVersion, Store};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

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
        Door::new("GET", "/api/v1/places", get(list), "Places that match, best first")
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
        .refuses(&[404]),
        Door::new(
            "GET",
            "/api/v1/places/{id}/history",
            get(history),
            "Every version of a place",
        )
        .answers(200, JSON, "History")
        .refuses(&[404, 503]),
    ]
}

/// A search looks at every place of its kinds: beyond so many it leaves the async threads.
const SEARCH_ASIDE_FROM: usize = 20_000;

async fn list(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked) -> Answered {
    let tongue = asked.tongue()?;
    let shape = match asked.parsed::<String>("geometry")?.as_deref() {
        None | Some("full") => Shape::Full,
        Some("point") => Shape::Point,
        Some("none") => Shape::None,
        Some(_) => return Err(Problem::parameter("geometry", "is one of none, point, full")),
    };
    let limit = asked.limit(limits::PAGE_USUAL, limits::PAGE_MAX)?;
    let question = PlaceQuery {
        kinds: asked.kinds()?,
        text: asked.search()?,
        envelope: asked.bbox(&tongue)?,
        within: asked.place("parent")?,
    };
    let asked_for = fingerprint(&question);
    let after = asked
        .parsed::<String>("cursor")?
        .map(|c| Cursor::read(&c, &asked_for))
        .transpose()?;
    let page = pages(&app, asker, question, after, limit, shape != Shape::Full).await?;
    let next = page.next.map(|c| c.write(&asked_for));
    let body = tokio::task::block_in_place(|| collection(&page.shown, shape, &tongue, page.matched, next));
    Ok(([(CONTENT_TYPE, GEOJSON)], body).into_response())
}

fn places_looked_at(world: &World, question: &PlaceQuery) -> usize {
    let kinds = if question.kinds.is_empty() {
        &PlaceKind::ALL[..]
    } else {
        &question.kinds
    };
    kinds.iter().map(|kind| world.count_of(*kind)).sum()
}

/// One page of places.
pub struct Page {
    pub shown: Vec<Shown>,
    pub matched: usize,
    pub next: Option<Cursor>,
}

/// Finds a page; the search itself runs where it may take its time.
pub async fn pages(
    app: &Shared,
    asker: Asker,
    question: PlaceQuery,
    after: Option<Cursor>,
    limit: usize,
    light: bool,
) -> Result<Page, Problem> {
    let many = app.read(|w| places_looked_at(w, &question) > SEARCH_ASIDE_FROM);
    let look = {
        let app = app.clone();
        move || page_of(&app, &asker, &question, after, limit, light)
    };
    if !many {
        return Ok(look());
    }
    tokio::task::spawn_blocking(look)
        .await
        .map_err(|_| Problem::new(problem::BUG, "the search ended early"))
}

fn page_of(app: &App, asker: &Asker, question: &PlaceQuery, after: Option<Cursor>, limit: usize, light: bool) -> Page {
    app.read(|world| {
        let found = world.find(question);
        let begin = after.map_or(0, |c| found.partition_point(|f| Cursor::of(f) <= c));
        let mut shown = Vec::with_capacity(limit.min(found.len() - begin));
        let mut vertices = 0;
        let mut last = None;
        for hit in found[begin..].iter().take(limit) {
            let one = Shown::of(world, &hit.placed, asker);
            vertices += if light { 0 } else { one.vertices() };
            if vertices > limits::PAGE_VERTICES_MAX && !shown.is_empty() {
                break;
            }
            last = Some(Cursor::of(hit));
            shown.push(one);
        }
        let more = begin + shown.len() < found.len();
        Page {
            matched: found.len(),
            next: last.filter(|_| more),
            shown,
        }
    })
}

fn collection(shown: &[Shown], shape: Shape, tongue: &Tongue, matched: usize, next: Option<String>) -> String {
    let mut out = String::from(r#"{"type":"FeatureCollection","features":["#);
    for (n, one) in shown.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push_str(&one.feature(shape, tongue, |_| {}));
    }
    out.push_str(&format!(
        r#"],"numberReturned":{},"numberMatched":{matched}"#,
        shown.len()
    ));
    if let Some(next) = next {
        out.push_str(&format!(r#","next":{}"#, json!(next)));
    }
    out.push('}');
    out
}

/// Where a page ended: rank, kind and id, as the search sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(u8, u8, u64);

/// Bytes that tie a cursor to its question, so that one of another question is refused rather than misread.
const TIE_BYTES: usize = 6;

impl Cursor {
    pub fn of(found: &Found) -> Self {
        Self(found.rank, found.placed.place.kind() as u8, found.placed.place.id.0)
    }

    pub fn write(self, asked_for: &[u8]) -> String {
        let mut bytes = vec![self.0, self.1];
        bytes.extend(self.2.to_be_bytes());
        bytes.extend(tie(&bytes, asked_for));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn read(text: &str, asked_for: &[u8]) -> Result<Self, Problem> {
        let bad = || Problem::new(problem::BAD_CURSOR, "a cursor is `next` of a page of the same question");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let (body, tied) = bytes
            .split_at_checked(bytes.len().saturating_sub(TIE_BYTES))
            .ok_or_else(bad)?;
        match body {
            [rank, kind, id @ ..] if tied == tie(body, asked_for) => Ok(Self(
                *rank,
                *kind,
                u64::from_be_bytes(id.try_into().map_err(|_| bad())?),
            )),
            _ => Err(bad()),
        }
    }
}

fn tie(bytes: &[u8], asked_for: &[u8]) -> Vec<u8> {
    Sha256::new()
        .chain_update(bytes)
        .chain_update(asked_for)
        .finalize()
        .into_iter()
        .take(TIE_BYTES)
        .collect()
}

pub fn fingerprint(question: &PlaceQuery) -> Vec<u8> {
    format!("{question:?}").into_bytes()
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
            if not_modified(&headers, &tag) {
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

async fn history(State(app): State<Shared>, Path(id): Path<String>) -> Answered {
    let id = number_in_path("id", &id)?;
    let past = app.store.history(id).await?;
    let items: Vec<Value> = past
        .iter()
        .zip(std::iter::once(None).chain(past.iter().map(Some)))
        .filter_map(step)
        .collect();
    if items.is_empty() {
        return Err(no_such_place(PlaceId(id)));
    }
    Ok(Json(json!({ "items": items })).into_response())
}

/// One version in words: what happened, and which fields differ from the version before.
fn step((version, before): (&PastVersion, Option<&PastVersion>)) -> Option<Value> {
    let Effect::Place(now) = &version.effect else {
        return None;
    };
    let before = before.and_then(|b| match &b.effect {
        Effect::Place(r) => Some(r),
        _ => None,
    });
    let what = match before {
        None => "created",
        Some(_) if now.after.is_retired() => "retired",
        Some(b) if b.after.is_retired() => "restored",
        Some(b) if b.after.version == now.after.version => "reparented",
        Some(_) => "amended",
    };
    let fields = before.map(|b| differing(&b.after, &now.after)).unwrap_or_default();
    Some(json!({
        "seq": version.seq, "at": version.at, "actor": version.actor, "cause": version.cause.as_str(),
        "version": now.after.version, "what": what, "fields": fields,
    }))
}

fn differing(a: &Place, b: &Place) -> Vec<&'static str> {
    let pairs = [
        ("name", a.name != b.name),
        ("code", a.code != b.code),
        ("address", a.address != b.address),
        ("tags", a.tags != b.tags),
        ("geometry", a.ground != b.ground),
        ("effective_from", a.effective_from != b.effective_from),
        ("effective_to", a.effective_to != b.effective_to),
        ("source", a.source != b.source),
        ("archive", a.archive != b.archive),
    ];
    pairs
        .into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_fits_only_its_own_question() {
        let cursor = Cursor(2, 5, 77);
        let text = cursor.write(b"one");
        assert_eq!(Cursor::read(&text, b"one").ok(), Some(cursor));
        assert!(Cursor::read(&text, b"other").is_err());
        for odd in ["", "A", "AAAA", "not base64!", &text[1..], "\u{0}\u{ff}"] {
            assert!(Cursor::read(odd, b"one").is_err(), "{odd}");
        }
    }
}
