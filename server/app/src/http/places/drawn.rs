//! A gesture as it is sent: which places move, which are made, which leave.

use super::super::asked::Tongue;
use super::super::place_json;
use super::super::problem::Problem;
use super::super::write::fresh_id;
use super::super::{geojson, problem};
use geju_core::command::Reshape;
use geju_core::decide::MAX_RESHAPED_PLACES;
use geju_core::{Ground, Place, PlaceId, Refusal, Version, World};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Longest reason anybody gives for a gesture: it stands in the ledger beside the Change.
const MAX_CAUSE_CHARS: usize = 200;
/// Longest name whoever draws gives a place that has no number yet: a UUID has 36 characters.
const MAX_OWN_ID_CHARS: usize = 64;

/// What was sent.
pub struct Drawn {
    pub wish: Reshape,
    pub cause: Option<String>,
    /// Places being made, and what whoever draws calls them.
    pub created: BTreeMap<PlaceId, Value>,
    /// Places whose ground or words cannot be read, by the name they were sent under.
    pub unreadable: Vec<(Value, Problem)>,
}

pub fn read(body: &Value, world: &World, tongue: &Tongue) -> Result<Drawn, Problem> {
    let fields = object(body, "")?;
    if let Some(unknown) = fields
        .keys()
        .find(|k| !matches!(k.as_str(), "places" | "create" | "retire" | "cause"))
    {
        let unknown: String = unknown.chars().take(60).collect();
        return Err(Problem::field(
            "",
            "unknown_field",
            format!("{unknown:?} is not part of a gesture"),
        ));
    }
    let (places, create, retire) = (
        list(fields, "places")?,
        list(fields, "create")?,
        list(fields, "retire")?,
    );
    if places.len() + create.len() + retire.len() > MAX_RESHAPED_PLACES {
        return Err(Problem::new(
            problem::QUESTION_TOO_BIG,
            format!("one gesture draws at most {MAX_RESHAPED_PLACES} places"),
        ));
    }
    let mut drawn = Drawn {
        wish: Reshape::default(),
        cause: cause(body)?,
        created: BTreeMap::new(),
        unreadable: Vec::new(),
    };
    for place in places {
        let place = object(place, "places")?;
        let id = id_of(place.get("id"), "places.id")?;
        let base = version(place)?;
        let Some(old) = world.place(id) else {
            drawn.unreadable.push((json!(id), Refusal::NoSuchPlace(id).into()));
            continue;
        };
        match redrawn(&old.place, place, tongue) {
            Ok(new) => drawn.wish.moved.push((new, base)),
            Err(problem) => drawn.unreadable.push((json!(id), problem)),
        }
    }
    for place in create {
        let place = object(place, "create")?;
        let own = own_id(place)?;
        let mut id = fresh_id(world);
        while drawn.created.contains_key(&PlaceId(id)) {
            id = fresh_id(world);
        }
        match made(place, PlaceId(id), world, tongue) {
            Ok(new) => {
                drawn.created.insert(new.id, own);
                drawn.wish.created.push(new);
            }
            Err(problem) => drawn.unreadable.push((own, problem)),
        }
    }
    for place in retire {
        let place = object(place, "retire")?;
        drawn
            .wish
            .retired
            .push((id_of(place.get("id"), "retire.id")?, version(place)?));
    }
    Ok(drawn)
}

/// A gesture as it would be sent: grounds as they are in `wish`, words as they were in `body`.
pub fn written(wish: &Reshape, body: &Value, created: &BTreeMap<PlaceId, Value>, tongue: &Tongue) -> Value {
    let sent = |list: &str, named: &dyn Fn(&Value) -> bool| {
        let all = body.get(list).and_then(Value::as_array);
        all.and_then(|all| all.iter().find(|p| named(p)).cloned())
            .unwrap_or_else(|| json!({}))
    };
    let geometry = |place: &Place| {
        let mut text = String::new();
        geojson::write_ground(&mut text, &place.ground, tongue);
        serde_json::from_str::<Value>(&text).unwrap_or_default()
    };
    let moved = wish.moved.iter().map(|(place, base)| {
        let mut out = sent("places", &|p| id_of(p.get("id"), "id").is_ok_and(|id| id == place.id));
        out["id"] = json!(place.id);
        out["version"] = json!(base);
        out["geometry"] = geometry(place);
        out
    });
    let made = wish.created.iter().map(|place| {
        let own = created.get(&place.id).cloned().unwrap_or_default();
        let mut out = sent("create", &|p| p.get("id").cloned().unwrap_or_default() == own);
        out["geometry"] = geometry(place);
        out
    });
    let gone = wish
        .retired
        .iter()
        .map(|(id, base)| json!({ "id": id, "version": base }));
    json!({
        "places": moved.collect::<Vec<_>>(), "create": made.collect::<Vec<_>>(), "retire": gone.collect::<Vec<_>>(),
        "cause": body.get("cause"),
    })
}

/// The first of the places that move or leave that is not in force.
pub fn missing(body: &Value, world: &World) -> Option<PlaceId> {
    let named = ["places", "retire"]
        .into_iter()
        .filter_map(|list| body.get(list)?.as_array())
        .flatten();
    let ids = named
        .take(MAX_RESHAPED_PLACES)
        .filter_map(|place| id_of(place.get("id"), "id").ok());
    ids.into_iter().find(|id| world.place(*id).is_none())
}

fn redrawn(old: &Place, sent: &Map<String, Value>, tongue: &Tongue) -> Result<Place, Problem> {
    let ground = match sent.get("geometry").filter(|g| !g.is_null()) {
        Some(geometry) => ground(geometry, tongue)?,
        None => old.ground.clone(),
    };
    let words = with_words(old, sent.get("properties"), tongue)?;
    Ok(Place { ground, ..words })
}

fn ground(geometry: &Value, tongue: &Tongue) -> Result<Ground, Problem> {
    geojson::ground(geometry, tongue).map(|(ground, _)| ground)
}

fn made(sent: &Map<String, Value>, id: PlaceId, world: &World, tongue: &Tongue) -> Result<Place, Problem> {
    let mut properties = match sent.get("properties") {
        None | Some(Value::Null) => Map::new(),
        Some(value) => object(value, "create.properties")?.clone(),
    };
    if let Some(kind) = sent.get("kind") {
        properties.insert("kind".into(), kind.clone());
    }
    let feature = json!({ "type": "Feature", "geometry": sent.get("geometry"), "properties": properties });
    let today = world.scheme().day_of(Timestamp::now());
    place_json::read(&feature, id, today, tongue).map(|(place, _)| place)
}

/// The place with new words where some are said; the others stay.
pub fn with_words(old: &Place, said: Option<&Value>, tongue: &Tongue) -> Result<Place, Problem> {
    let said = match said {
        None | Some(Value::Null) => return Ok(old.clone()),
        Some(value) => object(value, "properties")?,
    };
    if said.is_empty() {
        return Ok(old.clone());
    }
    let mut properties = Map::new();
    properties.insert("kind".into(), json!(old.kind()));
    properties.insert("name".into(), json!(old.name));
    properties.insert("code".into(), json!(old.code));
    properties.insert("address".into(), json!(old.address));
    properties.insert("tags".into(), json!(old.tags));
    properties.insert("effective_from".into(), json!(old.effective_from));
    properties.insert("source".into(), json!(old.source));
    let archive = old.archive.to_json();
    properties.insert(
        "archive".into(),
        archive.map_err(|_| Problem::new(problem::BUG, "an archive could not be written"))?,
    );
    properties.extend(said.iter().map(|(name, value)| (name.clone(), value.clone())));
    // Words alone are read here; the ground is read where it was sent.
    let spot = json!({ "type": "Point", "coordinates": tongue.write(old.ground.inner_point()) });
    let feature = json!({ "type": "Feature", "geometry": spot, "properties": properties });
    let (read, _) = place_json::read(&feature, old.id, old.effective_from, tongue)?;
    Ok(Place {
        version: old.version,
        ground: old.ground.clone(),
        checked_on: old.checked_on,
        effective_to: old.effective_to,
        ..read
    })
}

pub fn object<'a>(value: &'a Value, path: &str) -> Result<&'a Map<String, Value>, Problem> {
    value
        .as_object()
        .ok_or_else(|| Problem::field(path, "wrong_type", "an object is needed"))
}

pub fn list<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], Problem> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(Problem::field(name, "wrong_type", format!("{name} is a list"))),
    }
}

/// An id as a number, or as the same number in quotes.
pub fn id_of(value: Option<&Value>, path: &str) -> Result<PlaceId, Problem> {
    let number = value.and_then(|v| v.as_u64().or_else(|| v.as_str()?.parse().ok()));
    match number.filter(|n| (1..=geju_core::id::MAX_ID).contains(n)) {
        Some(id) => Ok(PlaceId(id)),
        None => Err(Problem::field(path, "bad_id", "the number of a place is needed")),
    }
}

pub fn version(fields: &Map<String, Value>) -> Result<Version, Problem> {
    let number = fields.get("version").and_then(Value::as_u64);
    number
        .and_then(|n| Version::try_from(n).ok())
        .ok_or_else(|| Problem::field("version", "version_missing", "the version it was drawn on is needed"))
}

fn own_id(fields: &Map<String, Value>) -> Result<Value, Problem> {
    match fields.get("id") {
        None | Some(Value::Null) => Ok(Value::Null),
        Some(Value::String(own)) if own.chars().count() <= MAX_OWN_ID_CHARS => Ok(json!(own)),
        Some(_) => Err(Problem::field(
            "create.id",
            "bad_id",
            format!("what the place is called until it has a number: a text of at most {MAX_OWN_ID_CHARS} characters"),
        )),
    }
}

pub fn cause(body: &Value) -> Result<Option<String>, Problem> {
    match body.get("cause") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() <= MAX_CAUSE_CHARS && !text.chars().any(char::is_control) => {
            Ok(Some(text.trim().to_owned()).filter(|t| !t.is_empty()))
        }
        Some(_) => Err(Problem::field(
            "cause",
            "bad_cause",
            format!("a reason is one line of at most {MAX_CAUSE_CHARS} characters"),
        )),
    }
}
