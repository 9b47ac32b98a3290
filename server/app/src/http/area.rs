//! The one answer about any ground.

pub(super) mod draw;
mod posts;

use super::Shared;
use super::doors::{CRS, Door, JSON};
use super::figures::tenths;
use super::hearing::hears;
use super::problem::{self, Answered, Problem};
use super::sent::Sent;
use super::then::{self, AT, KNOWN};
use crate::auth::Asker;
use crate::limits;
use crate::past::Then;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Extension, Json};
use draw::{Budget, Drawn};
use geju_core::answer::Counted;
use geju_core::area::MAX_COMBINED;
use geju_core::matter::{AlertLevel, Matter};
use geju_core::people::{Action, Reach};
use geju_core::world::MatterLayer;
use geju_core::{Answer, Archive, Area, EdgeRule, Envelope, MatterKind, PlaceId, PlaceKind, Question, World};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub fn doors() -> Vec<Door> {
    vec![
        Door::new("POST", "/api/v1/area", post(ask), "What is counted in any area")
            .takes(&[CRS, AT, KNOWN])
            .body("AreaQuestion")
            .answers(200, JSON, "Answer")
            .refuses(&[404]),
    ]
}

/// Told unless the question says which parts it wants.
const PARTS: [&str; 7] = [
    "buildings",
    "compounds",
    "resource_sites",
    "issues",
    "hazards",
    "alerts",
    "people",
];

/// Told where it is asked for: it is a list of people on duty.
const POSTS: &str = "posts";

async fn ask(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    asked: super::asked::Asked,
    sent: Sent,
) -> Answered {
    let tongue = asked.tongue()?;
    let fields = sent
        .value
        .as_object()
        .ok_or_else(|| Problem::field("", "wrong_type", "the question is an object"))?;
    let rule = match fields.get("rule") {
        None | Some(Value::Null) => EdgeRule::default(),
        Some(rule) => serde_json::from_value(rule.clone())
            .map_err(|_| Problem::field("rule", "wrong_value", "rule is inner_point, any or share"))?,
    };
    let list = flag(fields, "list")?;
    let limit = match fields.get("limit") {
        None | Some(Value::Null) => limits::LISTED_MAX,
        Some(n) => n
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| (1..=limits::LISTED_MAX).contains(n))
            .ok_or_else(|| Problem::field("limit", "wrong_value", format!("limit is 1 to {}", limits::LISTED_MAX)))?,
    };
    let then = then::of_body(&app, &asked, fields).await?;
    let include = include(fields)?;
    let area = fields
        .get("area")
        .ok_or_else(|| Problem::field("area", "missing", "an area is needed"))?;
    let mut budget = Budget {
        shapes: MAX_COMBINED,
        vertices: limits::AREA_VERTICES_MAX,
    };
    let drawn = draw::draw(&then.map, area, &tongue, &mut budget, 0)?;
    let question = Question {
        rule,
        list,
        limit,
        day: Some(then.day),
    };
    answer(&app, &then, asker, drawn, question, include).await
}

fn flag(fields: &Map<String, Value>, name: &str) -> Result<bool, Problem> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(yes)) => Ok(*yes),
        Some(_) => Err(Problem::field(name, "wrong_type", format!("{name} is true or false"))),
    }
}

fn include(fields: &Map<String, Value>) -> Result<Vec<&'static str>, Problem> {
    let wrong = || {
        Problem::field(
            "include",
            "wrong_value",
            format!("include is a list of {}, {POSTS}", PARTS.join(", ")),
        )
    };
    match fields.get("include") {
        None | Some(Value::Null) => Ok(PARTS.to_vec()),
        Some(Value::Array(all)) => all
            .iter()
            .map(|p| {
                p.as_str()
                    .and_then(|p| PARTS.into_iter().chain([POSTS]).find(|k| *k == p))
                    .ok_or_else(wrong)
            })
            .collect(),
        Some(_) => Err(wrong()),
    }
}

/// The answer about a whole place.
pub async fn of_place(app: &Shared, then: &Then, asker: Asker, id: PlaceId) -> Answered {
    let drawn = draw::place(
        &then.map,
        id,
        &mut Budget {
            shapes: 1,
            vertices: limits::AREA_VERTICES_MAX,
        },
    )?;
    let question = Question {
        rule: EdgeRule::InnerPoint,
        list: false,
        limit: limits::LISTED_MAX,
        day: Some(then.day),
    };
    answer(app, then, asker, drawn, question, PARTS.to_vec()).await
}

async fn answer(
    app: &Shared,
    then: &Then,
    asker: Asker,
    drawn: Drawn,
    question: Question,
    include: Vec<&'static str>,
) -> Answered {
    if drawn.area.is_tangled() {
        return Err(Problem::new(
            problem::QUESTION_TOO_BIG,
            "the edges of these shapes cross too often to be combined; simplify them",
        ));
    }
    let weighed = question.rule != EdgeRule::InnerPoint || drawn.vertices > WEIGHTLESS_VERTICES;
    let work = {
        let map = then.map.clone();
        move || map.read(|world| tell(world, &asker, &drawn, &question, &include))
    };
    if !weighed {
        return work().map(|value| Json(value).into_response());
    }
    // Shape against shape takes its time: few at once, off the async threads.
    let permit = app
        .weighing
        .clone()
        .acquire_owned()
        .await
        .map_err(|_| Problem::new(problem::BUSY, "the server is stopping"))?;
    let told = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Problem::new(problem::BUG, "the answer broke off"))?;
    drop(permit);
    told.map(|value| Json(value).into_response())
}

/// Up to here a question by inner points is a matter of microseconds and milliseconds.
const WEIGHTLESS_VERTICES: usize = 5_000;

fn tell(world: &World, asker: &Asker, drawn: &Drawn, question: &Question, include: &[&str]) -> Result<Value, Problem> {
    if question.rule != EdgeRule::InnerPoint {
        let weighing = weight(world, drawn);
        if weighing > limits::WEIGHING_MAX || world.would_tangle(&drawn.area) {
            return Err(Problem::new(
                problem::QUESTION_TOO_BIG,
                "too much ground to weigh; ask by inner_point or for a smaller area",
            ));
        }
    }
    let mut answer = world.answer(&drawn.area, question);
    let heard = matters_heard(world, asker, drawn, question, &mut answer).is_some();
    let withheld = people_withheld(world, asker, drawn);
    let mut out = write(answer, withheld, heard, question, include);
    if let (None, Some(&[id])) = (withheld, drawn.whole_places.as_deref())
        && let Some(reported) = reported(world, id)
    {
        out["people_reported"] = reported;
    }
    if let (true, Some(day)) = (include.contains(&POSTS), question.day) {
        let (posts, unlisted) = posts::posts(world, asker, &drawn.area, day);
        out[POSTS] = json!(posts);
        if unlisted > 0 {
            out["posts_unlisted"] = json!(unlisted);
        }
    }
    Ok(out)
}

/// What a compound or micro-grid reports of itself 上报数, beside what is counted over its buildings 统计数: the two differ
/// until the archive is mended.
fn reported(world: &World, id: PlaceId) -> Option<Value> {
    let (households, residents, shops) = match &world.place(id)?.place.archive {
        Archive::Compound(c) => (c.households, c.residents, None),
        Archive::MicroGrid(m) => (m.households, None, m.shops),
        Archive::District(_)
        | Archive::Street(_)
        | Archive::Community(_)
        | Archive::Grid(_)
        | Archive::Building(_)
        | Archive::ResourceSite(_) => return None,
    };
    let told = [("households", households), ("residents", residents), ("shops", shops)];
    let told: Map<String, Value> = told
        .into_iter()
        .filter_map(|(name, n)| n.map(|n| (name.to_owned(), json!(n))))
        .collect();
    (!told.is_empty()).then_some(Value::Object(told))
}

/// How much work `any` and `share` are: the vertices of every shape that is looked at, the question's own each time.
fn weight(world: &World, drawn: &Drawn) -> usize {
    let Some(envelope) = drawn.area.envelope() else {
        return 0;
    };
    let kinds = [PlaceKind::Building, PlaceKind::Compound, PlaceKind::ResourceSite];
    let met = kinds.into_iter().flat_map(|kind| world.places_meeting(kind, envelope));
    met.map(|p| p.place.ground.outline().map_or(1, |o| o.vertex_count()) + drawn.vertices)
        .sum()
}

/// Why this asker hears nothing of people here; `None`: they may.
fn people_withheld(world: &World, asker: &Asker, drawn: &Drawn) -> Option<&'static str> {
    match asker.reach(Action::FiguresRead) {
        Reach::All => None,
        Reach::None => Some("role"),
        Reach::Own => match &drawn.whole_places {
            // The difference of two free shapes would tell of one household: people are counted in whole places only.
            None => Some("whole_places_only"),
            Some(places)
                if places
                    .iter()
                    .all(|id| asker.reaches_place(world, Action::FiguresRead, *id)) =>
            {
                None
            }
            Some(_) => Some("outside_jurisdiction"),
        },
    }
}

/// Counts of matters as this asker may hear them; `None`: not at all.
fn matters_heard(world: &World, asker: &Asker, drawn: &Drawn, question: &Question, answer: &mut Answer) -> Option<()> {
    match asker.reach(Action::MattersRead) {
        Reach::All => Some(()),
        Reach::None => None,
        Reach::Own => {
            let envelope = drawn.area.envelope()?;
            let own = Own {
                world,
                asker,
                area: &drawn.area,
                envelope,
                question,
            };
            for layer in ["issue", "hazard", "alert"] {
                answer.places.remove(layer);
            }
            answer.issues = own.count(world.issues(), &mut answer.places, |m| m.category.to_string());
            answer.hazards = own.count(world.hazards(), &mut answer.places, |m| m.category.to_string());
            answer.alerts = own.count(world.alerts(), &mut answer.places, |m| level_word(m.level).to_string());
            Some(())
        }
    }
}

/// Matters of the own jurisdiction inside an area.
struct Own<'a> {
    world: &'a World,
    asker: &'a Asker,
    area: &'a Area,
    envelope: Envelope,
    question: &'a Question,
}

impl Own<'_> {
    fn count<M: Matter>(
        &self,
        layer: &MatterLayer<M>,
        listed: &mut BTreeMap<String, Vec<u64>>,
        class: impl Fn(&M) -> String,
    ) -> Counted {
        let mut counted = Counted::default();
        let mut ids = Vec::new();
        for standing in layer.meeting(self.envelope).filter(|s| self.area.contains(s.inner)) {
            if hears(self.world, self.asker, standing) {
                counted.count += 1;
                *counted.by_kind.entry(class(&standing.matter)).or_default() += 1;
                ids.push(standing.matter.id().0);
            }
        }
        if self.question.list && !ids.is_empty() {
            ids.sort_unstable();
            ids.truncate(self.question.limit);
            listed.insert(M::KIND.as_str().into(), ids);
        }
        counted
    }
}

pub fn level_word(level: AlertLevel) -> &'static str {
    match level {
        AlertLevel::Red => "red",
        AlertLevel::Orange => "orange",
        AlertLevel::Yellow => "yellow",
        AlertLevel::Blue => "blue",
    }
}

fn write(answer: Answer, withheld: Option<&str>, matters: bool, question: &Question, include: &[&str]) -> Value {
    let mut out = json!({
        "area_m2": tenths(answer.area_m2.0), "rule": answer.rule, "at": question.day, "as_of": answer.as_of,
        "freshness": answer.freshness,
    });
    let wanted = |part: &str| include.contains(&part);
    if wanted("compounds") {
        out["compounds"] = json!({ "count": answer.compounds.count, "by_kind": answer.compounds.by_kind });
    }
    if wanted("buildings") {
        out["buildings"] = json!({ "count": answer.buildings.count, "by_kind": answer.buildings.by_kind });
    }
    if wanted("resource_sites") {
        let sites = &answer.resource_sites;
        out["resource_sites"] =
            json!({ "count": sites.count, "by_category": sites.by_kind, "capacity": sites.capacity });
    }
    if wanted("people") {
        match withheld {
            None => {
                out["people"] = json!(answer.people);
                // Counted door by door; what a compound reports of itself stands in its archive.
                out["people_from"] = json!("buildings");
            }
            Some(reason) => {
                out["people"] = Value::Null;
                out["people_withheld"] = json!(reason);
            }
        }
    }
    for (part, counted, standing, by) in [
        ("issues", &answer.issues, "open", "by_category"),
        ("hazards", &answer.hazards, "standing", "by_category"),
        ("alerts", &answer.alerts, "active", "by_level"),
    ] {
        if matters && wanted(part) {
            out[part] = json!({ standing: counted.count, by: counted.by_kind });
        }
    }
    if question.list {
        let mut places = answer.places;
        places.retain(|layer, _| matters || MatterKind::parse(layer).is_none());
        out["places"] = json!(places);
        if answer.unlisted > 0 {
            out["unlisted"] = json!(answer.unlisted);
        }
    }
    out
}
