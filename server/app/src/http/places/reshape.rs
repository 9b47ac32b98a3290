//! The drawing desk's doors: several places as one gesture, tried or carried out.

use super::super::asked::{Asked, Path, Tongue, number_in_path};
use super::super::doors::{CRS, Door, JSON, KEY};
use super::super::place_json::{self, Shape, Shown};
use super::super::problem::{self, Answered, Problem};
use super::super::sent::Sent;
use super::super::write::{fresh_id, order};
use super::super::{App, Shared, geojson};
use super::barriers;
use super::drawn;
use super::gesture::Gesture;
use crate::auth::Asker;
use crate::ledger::Denied;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Extension, Json};
use geju_core::change::Effect;
use geju_core::decide::{check_reshape_among, merge_of, split_of};
use geju_core::people::{Action, Reach};
use geju_core::scheme::Size;
use geju_core::{Archive, Command, Place, PlaceId, Placed, Refusal, Version, World};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) fn doors() -> Vec<Door> {
    vec![
        Door::new(
            "POST",
            "/api/v1/places/reshape",
            post(reshape),
            "Draw several places as one gesture: moved, made and retired together, or not at all",
        )
        .takes(&[CRS, KEY])
        .body("Reshape")
        .answers(200, JSON, "Reshaped")
        .refuses(&[404, 410, 412]),
        Door::new(
            "POST",
            "/api/v1/places/reshape/check",
            post(check),
            "What would be found in a gesture, and what its places would hold; changes nothing",
        )
        .takes(&[CRS])
        .body("Reshape")
        .answers(200, JSON, "ReshapeChecked"),
        Door::new(
            "POST",
            "/api/v1/places/{id}/split",
            post(split),
            "Cut a place in two along a line",
        )
        .takes(&[CRS, KEY])
        .body("Split")
        .answers(200, JSON, "Reshaped")
        .refuses(&[404, 410, 412]),
        Door::new("POST", "/api/v1/places/merge", post(merge), "Make neighbours one place")
            .takes(&[CRS, KEY])
            .body("Merge")
            .answers(200, JSON, "Reshaped")
            .refuses(&[404, 410, 412]),
    ]
}

async fn reshape(gesture: Gesture) -> Answered {
    let Gesture { app, tongue, sent, .. } = &gesture;
    if let Some(id) = app.read(|world| drawn::missing(&sent.value, world)) {
        return Err(gesture.told(Refusal::NoSuchPlace(id)).await);
    }
    let mut drawn = tokio::task::block_in_place(|| app.read(|w| drawn::read(&sent.value, w, tongue)))?;
    if !drawn.unreadable.is_empty() {
        return Err(drawn.unreadable.swap_remove(0).1);
    }
    gesture.carry_out(drawn).await
}

pub fn refused(app: &App, asker: &Asker, tongue: &Tongue, refusal: Refusal) -> Problem {
    let now = match &refusal {
        Refusal::StalePlaces(now) => now.clone(),
        Refusal::StalePlace(now) => vec![now.clone()],
        _ => return refusal.into(),
    };
    let shown: Vec<Value> = app.read(|world| {
        let standing = now.iter().filter_map(|p| world.place(p.id));
        standing
            .map(|placed| feature(&Shown::of(world, placed, asker), tongue))
            .collect()
    });
    Problem::from(refusal).with("places", Value::Array(shown))
}

fn feature(shown: &Shown, tongue: &Tongue) -> Value {
    serde_json::from_str(&shown.feature(Shape::Full, tongue, |_| {})).unwrap_or_default()
}

/// The Change, and its places as it leaves them.
pub fn rendered(
    world: &World,
    change: &geju_core::Change,
    created: &BTreeMap<PlaceId, Value>,
    asker: &Asker,
    tongue: &Tongue,
) -> Value {
    let written = change.effects.iter().filter_map(|effect| match effect {
        Effect::Place(r) => Some(r),
        _ => None,
    });
    let (gone, standing): (Vec<_>, Vec<_>) = written.partition(|r| r.after.is_retired());
    let places: Vec<Value> = standing
        .into_iter()
        .map(|r| {
            let placed = Placed::new(r.after.clone(), r.into, change.seq, change.at);
            feature(&Shown::of(world, &placed, asker), tongue)
        })
        .collect();
    let named: Vec<Value> = created.iter().map(|(id, own)| json!({ "id": id, "as": own })).collect();
    json!({
        "seq": change.seq, "change_id": change.change_id, "places": places,
        "retired": gone.iter().map(|r| r.after.id).collect::<Vec<_>>(), "created": named,
    })
}

async fn check(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked, sent: Sent) -> Answered {
    let tongue = asked.tongue()?;
    let work = || {
        app.read(|world| {
            let drawn = drawn::read(&sent.value, world, &tongue)?;
            let order = order(&asker, Command::Reshape(Box::default()));
            let judged = check_reshape_among(world, &order, &drawn.wish, &barriers::near(&app, &drawn.wish));
            let mut findings: Vec<Value> = Vec::new();
            for (name, problem) in drawn.unreadable {
                findings.extend(problem.into_findings().into_iter().map(|mut f: Value| {
                    f["places"] = json!([name]);
                    f
                }));
            }
            let before = findings.len();
            // Where nothing could be read, that nothing is drawn is no news.
            let news = judged
                .findings
                .iter()
                .filter(|f| f.code != "nothing_drawn" || findings.is_empty());
            let told: Vec<Value> = news.map(problem::finding).collect();
            findings.extend(told);
            for finding in &mut findings {
                name_as_sent(finding, &drawn.created);
            }
            let places: Vec<Value> = judged
                .places
                .iter()
                .map(|m| metered(world, &asker, m, &drawn.created))
                .collect();
            let mends: Vec<Value> = judged
                .mends
                .iter()
                .map(|mend| {
                    json!({
                        "finding": mend.finding + before, "label_code": mend.remedy.as_str(),
                        "reshape": drawn::written(&mend.wish, &sent.value, &drawn.created, &tongue),
                    })
                })
                .collect();
            Ok::<_, Problem>(json!({ "findings": findings, "mends": mends, "places": places }))
        })
    };
    Ok(Json(tokio::task::block_in_place(work)?).into_response())
}

/// Places that are being made are called as whoever draws calls them; a spot stands under both its names.
pub fn name_as_sent(finding: &mut Value, created: &BTreeMap<PlaceId, Value>) {
    if let Some(at) = finding.get("at").cloned() {
        finding["point"] = at;
    }
    if let Some(Value::Array(places)) = finding.get_mut("places") {
        for place in places {
            if let Some(own) = place.as_u64().and_then(|id| created.get(&PlaceId(id))) {
                *place = own.clone();
            }
        }
    }
}

/// The live meter. Figures about people stay behind where the asker has no right to them.
fn metered(
    world: &World,
    asker: &Asker,
    measured: &geju_core::decide::Measured,
    created: &BTreeMap<PlaceId, Value>,
) -> Value {
    let tally = &measured.tally;
    let above = world.ancestors(&measured.parents);
    let sees = match asker.reach(Action::FiguresRead) {
        Reach::All => true,
        Reach::None => false,
        Reach::Own => asker.places.contains(&measured.id) || asker.reaches_any(Action::FiguresRead, &above),
    };
    let people = |n: u64| sees.then_some(n);
    let range = match &measured.size {
        Some(Size::HouseholdsOrShops { min, max }) => json!({ "least": min, "most": max, "of": "households_or_shops" }),
        Some(Size::Building) => json!({ "least": 1, "most": 1, "of": "buildings" }),
        None => Value::Null,
    };
    let id = created.get(&measured.id).cloned().unwrap_or_else(|| json!(measured.id));
    let tenth = |metres: f64| (metres * 10.0).round() / 10.0;
    json!({
        "id": id, "parent": measured.parents.up, "area_m2": tenth(measured.area.0),
        "perimeter_m": tenth(measured.perimeter.0), "buildings": tally.buildings, "shops": tally.shops,
        "households": people(tally.households), "people": people(tally.residents), "over_60": people(tally.over_60),
        "range": range,
    })
}

async fn split(Path(id): Path<String>, gesture: Gesture) -> Answered {
    let id = PlaceId(number_in_path("id", &id)?);
    let Gesture { app, tongue, sent, .. } = &gesture;
    let fields = drawn::object(&sent.value, "")?;
    let base = drawn::version(fields)?;
    let line = geojson::line(fields.get("line").unwrap_or(&Value::Null), tongue)?;
    let keep_left = match place_json::text(fields, "kept")? {
        None => None,
        Some("left") => Some(true),
        Some("right") => Some(false),
        Some(_) => return Err(Problem::field("kept", "unknown_side", "left or right of the line")),
    };
    let cut = tokio::task::block_in_place(|| {
        app.read(|world| {
            let Some(old) = world.place(id) else {
                return Err(Denied::Refused(Refusal::NoSuchPlace(id)).into());
            };
            let (fresh, own) = other_half(fields.get("created"), world, old, tongue)?;
            let created = BTreeMap::from([(fresh.id, own)]);
            Ok::<_, Problem>((split_of(world, id, base, &line, keep_left, fresh), created))
        })
    });
    gesture.carry_out_prepared(id, cut).await
}

/// What the new half is called: as whoever draws says, else after the old one.
fn other_half(said: Option<&Value>, world: &World, old: &Placed, tongue: &Tongue) -> Result<(Place, Value), Problem> {
    let none = Map::new();
    let said = match said {
        None | Some(Value::Null) => &none,
        Some(value) => drawn::object(value, "created")?,
    };
    let id = PlaceId(fresh_id(world));
    let own = said.get("id").cloned().unwrap_or_else(|| json!(id));
    let today = world.scheme().day_of(Timestamp::now());
    let named = Place {
        id,
        version: 1,
        name: format!("{}-2", old.place.name).into(),
        code: None,
        address: None,
        tags: Box::default(),
        effective_from: today,
        effective_to: None,
        source: None,
        checked_on: None,
        archive: Archive::empty(old.place.kind()),
        ground: old.place.ground.clone(),
    };
    let place = drawn::with_words(&named, said.get("properties"), tongue)?;
    Ok((place, own))
}

async fn merge(gesture: Gesture) -> Answered {
    let Gesture { app, sent, .. } = &gesture;
    let fields = drawn::object(&sent.value, "")?;
    let into = drawn::id_of(fields.get("into"), "into")?;
    let places: Vec<(PlaceId, Version)> = drawn::list(fields, "places")?
        .iter()
        .map(|place| {
            let place = drawn::object(place, "places")?;
            Ok((drawn::id_of(place.get("id"), "places.id")?, drawn::version(place)?))
        })
        .collect::<Result<_, Problem>>()?;
    let wish = tokio::task::block_in_place(|| app.read(|world| merge_of(world, &places, into)));
    gesture.carry_out_prepared(into, Ok((wish, BTreeMap::new()))).await
}
