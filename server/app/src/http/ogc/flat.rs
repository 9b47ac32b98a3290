//! Tables in map programs are flat: the fields of an archive stand beside the others. Here a place becomes flat, and what such a
//! program sends becomes a place again.

use super::fields;
use crate::http::problem::Problem;
use geju_core::PlaceKind;
use geju_core::place::Place;
use serde_json::{Map, Value, json};

/// What stands between two tags.
pub const TAGS_BY: &str = ", ";
/// What a flat table has no room for.
const NESTED: [&str; 4] = ["parents", "parent_names", "source", "withheld"];
/// Archive fields that have another name in a flat table, because a property of every place has theirs.
const RENAMED: &str = "archive_";

pub fn flatten(properties: &mut Value) {
    let Value::Object(fields) = properties else { return };
    for nested in NESTED {
        fields.remove(nested);
    }
    if let Some(Value::Object(archive)) = fields.remove("archive") {
        for (name, value) in archive {
            let name = if fields.contains_key(&name) {
                format!("{RENAMED}{name}")
            } else {
                name
            };
            if !value.is_object() && !value.is_array() {
                fields.insert(name, value);
            }
        }
    }
    if let Some(Value::Array(tags)) = fields.get("tags") {
        let joined: Vec<&str> = tags.iter().filter_map(Value::as_str).collect();
        let joined = joined.join(TAGS_BY);
        fields.insert("tags".into(), json!(joined));
    }
}

/// The field of an archive that an item shows under this name.
pub fn in_archive(name: &str) -> &str {
    name.strip_prefix(RENAMED).unwrap_or(name)
}

/// A flat Feature as the doors of places read one. What a flat table cannot show stays as it was in `old`: its source, and what
/// nests in its archive.
pub fn unflatten(kind: PlaceKind, sent: &Value, old: Option<&Place>) -> Result<Value, Problem> {
    let mut feature = sent.clone();
    let Some(fields) = feature.as_object_mut() else {
        return Ok(feature);
    };
    let given = match fields.remove("properties") {
        Some(Value::Object(given)) => given,
        None | Some(Value::Null) => Map::new(),
        Some(_) => return Err(Problem::field("properties", "wrong_type", "properties are an object")),
    };
    if let Some(other) = given.get("kind").filter(|k| !k.is_null() && **k != json!(kind)) {
        return Err(Problem::field(
            "kind",
            "wrong_kind",
            format!("this collection holds places of kind {kind}, not {other:.40}"),
        ));
    }
    let mut archive = match old.map(|place| place.archive.to_json()) {
        Some(Ok(Value::Object(archive))) => archive,
        _ => Map::new(),
    };
    // What a table shows is replaced whole: what it leaves out is gone.
    for field in fields::archive(kind) {
        archive.remove(in_archive(field.name));
    }
    let mut properties = Map::new();
    for (name, value) in given {
        let of_archive = fields::archive(kind).iter().any(|f| f.name == name);
        match name.as_str() {
            "tags" => {
                properties.insert(name, tags(value, old));
            }
            _ if of_archive && value.is_null() => {}
            _ if of_archive => {
                archive.insert(in_archive(&name).to_owned(), value);
            }
            _ if NESTED.contains(&name.as_str()) || name == "archive" => {
                return Err(Problem::field(
                    "properties",
                    "unknown_field",
                    format!("{name:?} is not a property of these items; the queryables list them"),
                ));
            }
            // A program that knows no number writes what it was given.
            _ if name == "id" => {}
            _ => {
                properties.insert(name, value);
            }
        }
    }
    properties.insert("kind".into(), json!(kind));
    properties.insert("archive".into(), Value::Object(archive));
    if let Some(source) = old.and_then(|p| p.source.as_ref()) {
        properties.insert("source".into(), json!({ "name": source.name, "id": source.id }));
    }
    fields.insert("properties".into(), Value::Object(properties));
    Ok(feature)
}

/// Tags as a list again; a text that is what was shown means the tags that were shown.
fn tags(value: Value, old: Option<&Place>) -> Value {
    match value {
        Value::String(text) => match old.filter(|p| p.tags.join(TAGS_BY) == text) {
            Some(place) => json!(place.tags),
            None => {
                let tags: Vec<&str> = text.split(',').map(str::trim).filter(|t| !t.is_empty()).collect();
                json!(tags)
            }
        },
        other => other,
    }
}
