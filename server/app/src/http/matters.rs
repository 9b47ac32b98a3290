//! What happens on the ground: hazards 隐患, alerts 预警, issues 问题. One way for all three.

use super::asked::{Asked, Path, Tongue, number_in_path};
use super::doors::{BBOX, CRS, CURSOR, Door, GEOJSON, IF_MATCH, IF_NONE_MATCH, KEY, query};
use super::hearing::hears;
use super::matter_json::{ShownMatter, Travels, common};
use super::place_json::etag;
use super::precondition::{explained, if_match};
use super::problem::{self, Answered, Problem};
use super::sent::{MaybeSent, Sent};
use super::write::{self, carry_out, fresh_id, not_modified, order};
use super::{App, Shared};
use crate::auth::Asker;
use crate::ledger::{Condition, Denied, Render, Rendered, Wish};
use crate::limits;
use crate::steady::steady;
use axum::Extension;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use geju_core::people::Action;
use geju_core::world::Standing;
use geju_core::{Alert, Change, Command, Hazard, Issue, MatterId, PersonId, PlaceId, Refusal, World};
use geju_store::{Access, Accounts, PastVersion, Person, Store};
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;

pub fn doors() -> Vec<Door> {
    let paths = |plural: &'static str| match plural {
        "hazards" => ["/api/v1/hazards", "/api/v1/hazards/{id}", "/api/v1/hazards/{id}/remove"],
        "alerts" => ["/api/v1/alerts", "/api/v1/alerts/{id}", "/api/v1/alerts/{id}/close"],
        _ => ["/api/v1/issues", "/api/v1/issues/{id}", "/api/v1/issues/{id}/close"],
    };
    let mut all = doors_of::<Hazard>(paths("hazards"), "Hazard");
    all.extend(doors_of::<Alert>(paths("alerts"), "Alert"));
    all.push(
        Door::new(
            "POST",
            "/api/v1/alerts/{id}/acknowledge",
            post(acknowledge),
            "Say that somebody knows of it",
        )
        .takes(&[CRS, IF_MATCH, KEY])
        .body_or_none("Nothing")
        .answers(200, GEOJSON, "Alert")
        .refuses(&[404, 409, 412, 428]),
    );
    all.extend(doors_of::<Issue>(paths("issues"), "Issue"));
    all
}

fn doors_of<M: Travels>([many, one, verb]: [&'static str; 3], schema: &'static str) -> Vec<Door> {
    let state = query(
        "state",
        r#"{"type":"string","enum":["open","all"],"default":"open"}"#,
        "Only what still counts, or all",
    );
    let limit = query(
        "limit",
        r#"{"type":"integer","minimum":1,"maximum":1000,"default":100}"#,
        "Matters on one page",
    );
    let new = match schema {
        "Hazard" => "NewHazard",
        "Alert" => "NewAlert",
        _ => "NewIssue",
    };
    vec![
        Door::new("GET", many, get(list::<M>), "Those inside the own jurisdiction")
            .takes(&[BBOX, state, limit, CURSOR, CRS])
            .answers(200, GEOJSON, "MatterPage")
            .refuses(&[503]),
        Door::new("POST", many, post(create::<M>), "Record one")
            .takes(&[CRS, KEY])
            .body(new)
            .answers(201, GEOJSON, schema),
        Door::new("GET", one, get(read::<M>), "One of them")
            .takes(&[CRS, IF_NONE_MATCH])
            .answers(200, GEOJSON, schema)
            .says_nothing(304)
            .refuses(&[404, 503]),
        Door::new("PUT", one, axum::routing::put(amend::<M>), "Amend one")
            .takes(&[CRS, IF_MATCH])
            .body(new)
            .answers(200, GEOJSON, schema)
            .refuses(&[404, 412, 428]),
        Door::new("POST", verb, post(end::<M>), "Its end")
            .takes(&[CRS, IF_MATCH, KEY])
            .body_or_none("Nothing")
            .answers(200, GEOJSON, schema)
            .refuses(&[404, 412, 428]),
    ]
}

async fn list<M: Travels>(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked) -> Answered {
    let tongue = asked.tongue()?;
    let limit = asked.limit(limits::PAGE_USUAL, limits::PAGE_MAX)?;
    let window = asked.bbox(&tongue)?;
    let after = asked.parsed::<u64>("cursor")?;
    let all = match asked.text("state") {
        None | Some("open") => false,
        Some("all") => true,
        Some(_) => return Err(Problem::parameter("state", "is open or all")),
    };
    let mut found: Vec<ShownMatter<M>> = app.read(|world| {
        let layer = M::layer(world);
        let seen: Vec<&Arc<Standing<M>>> = match window {
            Some(window) => layer.meeting(window).collect(),
            None => layer.iter().collect(),
        };
        seen.into_iter()
            .filter(|s| hears(world, &asker, s))
            .map(|s| ShownMatter::of(s))
            .collect()
    });
    if all {
        found.extend(closed::<M>(&app, &asker, window, after, limit).await?);
    }
    // Newest first; a matter that is both here and in the store is here once, as it is now.
    found.sort_by(|a, b| b.matter.id().cmp(&a.matter.id()).then(b.since.cmp(&a.since)));
    found.dedup_by_key(|m| m.matter.id());
    let matched = found.len();
    found.retain(|m| after.is_none_or(|after| m.matter.id().0 < after));
    let more = found.len() > limit;
    found.truncate(limit);
    let features: Vec<String> = found.iter().map(|m| m.feature(&tongue, None)).collect();
    let next = found.last().filter(|_| more).map(|m| m.matter.id().to_string());
    let mut body = format!(
        r#"{{"type":"FeatureCollection","features":[{}],"numberReturned":{}"#,
        features.join(","),
        found.len()
    );
    if !all {
        body.push_str(&format!(r#","numberMatched":{matched}"#));
    }
    if let Some(next) = next {
        body.push_str(&format!(r#","next":{}"#, json!(next)));
    }
    body.push('}');
    Ok(([(CONTENT_TYPE, GEOJSON)], body).into_response())
}

/// Matters from the store, closed ones too, that this asker may see; one more than the page, to know whether there is a next.
async fn closed<M: Travels>(
    app: &App,
    asker: &Asker,
    window: Option<geju_core::Envelope>,
    after: Option<u64>,
    limit: usize,
) -> Result<Vec<ShownMatter<M>>, Problem> {
    let mut found = Vec::new();
    let mut after = after;
    while found.len() <= limit {
        let page = app.store.matters(M::KIND, after, limits::PAGE_MAX).await?;
        after = page.iter().filter_map(|v| v.effect.id()).min();
        let last = page.len() < limits::PAGE_MAX;
        app.read(|world| {
            for version in &page {
                let Some(revision) = M::of(&version.effect) else {
                    continue;
                };
                let inside = window.is_none_or(|w| w.meets(&revision.after.ground().envelope()));
                // What it lies in now: closed matters are asked for by those who answer for the ground today.
                let lies_in = world.grounds_of(&revision.into, revision.after.ground().inner_point());
                if inside && asker.reaches_any(Action::MattersRead, &lies_in) {
                    found.push(shown(version, &revision.after));
                }
            }
        });
        if last {
            break;
        }
    }
    Ok(found)
}

fn shown<M: Travels>(version: &PastVersion, matter: &Arc<M>) -> ShownMatter<M> {
    ShownMatter {
        matter: matter.clone(),
        since: version.seq,
        at: version.at,
    }
}

fn no_such_matter(id: MatterId) -> Problem {
    Problem::new(
        problem::NO_SUCH_MATTER,
        format!("there is none with the number {id} where you may look"),
    )
}

/// One matter the asker may see, from the map or, when closed, from the store; and what it lies in.
async fn find<M: Travels>(app: &App, asker: &Asker, id: MatterId) -> Result<(ShownMatter<M>, Vec<PlaceId>), Problem> {
    let live = app.read(|world| {
        M::layer(world)
            .get(id)
            .map(|s| (ShownMatter::of(s), world.grounds_of(&s.parents, s.inner)))
    });
    let found = match live {
        Some(found) => Some(found),
        None => {
            let past = app.store.history(id.0).await?;
            past.last().and_then(|v| {
                let revision = M::of(&v.effect)?;
                Some((
                    shown(v, &revision.after),
                    app.read(|w| w.grounds_of(&revision.into, revision.after.ground().inner_point())),
                ))
            })
        }
    };
    // What one may not see does not exist.
    found
        .filter(|(_, lies_in)| asker.reaches_any(Action::MattersRead, lies_in))
        .ok_or_else(|| no_such_matter(id))
}

async fn read<M: Travels>(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    let tongue = asked.tongue()?;
    let id = MatterId(number_in_path("id", &id)?);
    let (found, lies_in) = find::<M>(&app, &asker, id).await?;
    let tag = etag(app.read(World::epoch), found.matter.version());
    if not_modified(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let person = match found.matter.reporter() {
        Some(person) if asker.reaches_any(Action::ReporterRead, &lies_in) => reporter(&app, &asker, person, id).await?,
        _ => None,
    };
    Ok((
        [(CONTENT_TYPE, GEOJSON.to_owned()), (ETAG, tag)],
        found.feature(&tongue, person.as_ref()),
    )
        .into_response())
}

/// The reporter's values; whoever reads them is written down first.
async fn reporter(app: &App, asker: &Asker, person: PersonId, of: MatterId) -> Result<Option<Person>, Problem> {
    let access = Access {
        at: Timestamp::now(),
        who: asker.owner(),
        what: "reporter_read".into(),
        target: format!("issue:{of}"),
        role: Some(asker.role),
        detail: None,
        address: None,
    };
    let store = app.store.clone();
    steady(async move { store.log_accesses(&[access]).await })
        .await
        .map_err(|_| Problem::new(problem::BUG, "the access could not be written down"))??;
    Ok(app.store.person(person).await?)
}

/// Answers with the matter that a Change leaves.
fn matter_answer<M: Travels>(status: u16, tongue: Tongue, path: String) -> Render {
    Box::new(move |_: &World, change: &Change| {
        let revision = change.effects.iter().find_map(M::of);
        let shown = revision.map(|r| ShownMatter {
            matter: r.after.clone(),
            since: change.seq,
            at: change.at,
        });
        let (id, version) = shown.as_ref().map_or((0, 0), |s| (s.matter.id().0, s.matter.version()));
        Rendered {
            status,
            location: (status == 201).then(|| format!("{path}/{id}")),
            etag: Some(etag(change.epoch, version)),
            body: shown.map(|s| s.feature(&tongue, None)).unwrap_or_default().into_bytes(),
        }
    })
}

/// Carries out what was wished for a version that was read.
async fn carry_out_when(app: &Shared, mut wish: Wish, condition: Condition) -> Answered {
    wish.condition = Some(condition.clone());
    match app.ledger.ask(wish).await {
        Ok(done) => Ok(write::respond(done, GEOJSON)),
        Err(Denied::Refused(refusal @ Refusal::StaleMatter { .. })) => Err(explained(refusal.into(), &condition)),
        Err(denied) => Err(denied.into()),
    }
}

async fn create<M: Travels>(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    uri: axum::http::Uri,
    asked: Asked,
    sent: Sent,
) -> Answered {
    let tongue = asked.tongue()?;
    let (common, fields, person) = common(&sent.value, &tongue)?;
    let id = MatterId(app.read(fresh_id));
    let matter = M::read(id, common, &fields, Timestamp::now(), None)?;
    let person = person.filter(|p| matter.reporter() == Some(p.id));
    let render = matter_answer::<M>(201, tongue, uri.path().to_owned());
    let mut wish = Wish::new(order(&asker, matter.command(None)), render);
    wish.persons.extend(person);
    wish.key = write::key(&asker, &sent);
    carry_out(&app, wish, GEOJSON).await
}

async fn amend<M: Travels>(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    asked: Asked,
    sent: Sent,
) -> Answered {
    let tongue = asked.tongue()?;
    let id = MatterId(number_in_path("id", &id)?);
    let (found, _) = find::<M>(&app, &asker, id).await?;
    let condition = if_match(&headers, app.read(World::epoch))?;
    let (common, fields, _) = common(&sent.value, &tongue)?;
    let matter = M::read(id, common, &fields, Timestamp::now(), Some(&*found.matter))?;
    let mut wish = Wish::new(
        order(&asker, matter.command(Some(found.matter.version()))),
        matter_answer::<M>(200, tongue, String::new()),
    );
    wish.key = write::key(&asker, &sent);
    carry_out_when(&app, wish, condition).await
}

async fn end<M: Travels>(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    asked: Asked,
    MaybeSent(sent): MaybeSent,
) -> Answered {
    let tongue = asked.tongue()?;
    let id = MatterId(number_in_path("id", &id)?);
    let (found, _) = find::<M>(&app, &asker, id).await?;
    let condition = if_match(&headers, app.read(World::epoch))?.only(found.matter.version());
    let mut matter = M::clone(&found.matter);
    matter.end();
    let mut wish = Wish::new(
        order(&asker, matter.command(Some(found.matter.version()))),
        matter_answer::<M>(200, tongue, String::new()),
    );
    wish.key = write::key(&asker, &sent);
    carry_out_when(&app, wish, condition).await
}

async fn acknowledge(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    asked: Asked,
    MaybeSent(sent): MaybeSent,
) -> Answered {
    let tongue = asked.tongue()?;
    let id = MatterId(number_in_path("id", &id)?);
    find::<Alert>(&app, &asker, id).await?;
    let condition = if_match(&headers, app.read(World::epoch))?;
    let mut wish = Wish::new(
        order(&asker, Command::AcknowledgeAlert { id, base: 0 }),
        matter_answer::<Alert>(200, tongue, String::new()),
    );
    wish.key = write::key(&asker, &sent);
    carry_out_when(&app, wish, condition).await
}
