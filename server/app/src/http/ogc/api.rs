//! The description of these doors alone, as OpenAPI 3.0, which map programs still read: made from the same document as
//! `/openapi.json`. Each collection has its own path here, with its queryables as parameters; GDAL learns from them what it may
//! leave to the server.

use super::fields::{self, Field};
use super::{Collection, plain, queryables};
use crate::auth::Asker;
use crate::cql2::Kind;
use crate::http::asked::Asked;
use crate::http::problem::Answered;
use crate::http::tiles::base_address;
use crate::http::{Shared, openapi};
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

pub const MEDIA: &str = "application/vnd.oai.openapi+json;version=3.0";

const ITEMS: &str = "/ogc/collections/{collection}/items";

pub async fn description(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    plain(&asked)?;
    let base = base_address(&app, &headers);
    Ok(([(CONTENT_TYPE, MEDIA)], document(&asker, &base).to_string()).into_response())
}

fn document(asker: &Asker, base: &str) -> Value {
    let mut whole = openapi::document();
    let all = match whole["paths"].take() {
        Value::Object(paths) => paths,
        _ => Map::new(),
    };
    let mut paths = Map::new();
    for (path, mut operations) in all.into_iter().filter(|(p, _)| p.starts_with("/ogc")) {
        // A path of its own for each collection goes before the one for all.
        if path == ITEMS {
            for collection in Collection::all(asker) {
                let own = of_collection(&operations, collection, asker);
                paths.insert(format!("/collections/{}/items", collection.name()), own);
            }
            distinguish(&mut operations, "any");
        }
        let path = path.trim_start_matches("/ogc");
        paths.insert(if path.is_empty() { "/" } else { path }.to_owned(), operations);
    }
    whole["openapi"] = json!("3.0.3");
    whole["info"]["license"] = json!({ "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" });
    whole["servers"] = json!([{ "url": format!("{base}/ogc") }]);
    whole["paths"] = Value::Object(paths);
    keep_named_schemas(&mut whole);
    older(&mut whole);
    whole
}

/// Leaves out the schemas that only other doors speak of.
fn keep_named_schemas(whole: &mut Value) {
    let Value::Object(all) = whole["components"]["schemas"].take() else {
        return;
    };
    let mut kept = Map::new();
    let mut waiting = vec![whole.to_string()];
    while let Some(text) = waiting.pop() {
        for named in text.split("#/components/schemas/").skip(1) {
            let name = named.split('"').next().unwrap_or_default();
            if let Some(schema) = all.get(name).filter(|_| !kept.contains_key(name)) {
                waiting.push(schema.to_string());
                kept.insert(name.to_owned(), schema.clone());
            }
        }
    }
    whole["components"]["schemas"] = Value::Object(kept);
}

fn of_collection(operations: &Value, collection: Collection, asker: &Asker) -> Value {
    let mut own = operations.clone();
    for (method, operation) in own.as_object_mut().into_iter().flatten() {
        if let Some(parameters) = operation["parameters"].as_array_mut() {
            parameters.retain(|p| p["in"] != "path");
            if method == "get" {
                let plain = fields::of(collection, asker)
                    .into_iter()
                    .filter(|f| f.kind != Kind::Geometry);
                parameters.extend(plain.map(|field| parameter(&field)));
            }
        }
    }
    distinguish(&mut own, collection.name());
    own
}

/// Operations have names of their own.
fn distinguish(operations: &mut Value, by: &str) {
    for operation in operations.as_object_mut().into_iter().flat_map(|o| o.values_mut()) {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        operation["operationId"] = json!(format!("{id}_{by}"));
    }
}

fn parameter(field: &Field) -> Value {
    json!({
        "name": field.name, "in": "query", "required": false, "schema": queryables::of_kind(field.name, field.kind),
        "description": "Only items with this value",
    })
}

/// What 3.1 says otherwise than 3.0: null among types, constants, examples.
fn older(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(older),
        Value::Object(fields) => {
            if let Some(Value::Array(types)) = fields.get("type").cloned() {
                let mut rest: Vec<Value> = types.iter().filter(|t| **t != "null").cloned().collect();
                if rest.len() < types.len() {
                    fields.insert("nullable".into(), json!(true));
                }
                match rest.len() {
                    1 => drop(fields.insert("type".into(), rest.remove(0))),
                    _ => {
                        fields.remove("type");
                        let each: Vec<Value> = rest.iter().map(|t| json!({ "type": t })).collect();
                        fields.insert("anyOf".into(), json!(each));
                    }
                }
            }
            if fields.get("type").is_some_and(|t| t == "null") {
                fields.remove("type");
                fields.insert("nullable".into(), json!(true));
                fields.insert("enum".into(), json!([null]));
            }
            if let Some(constant) = fields.get("const").filter(|c| !c.is_object()).cloned() {
                fields.remove("const");
                fields.insert("enum".into(), json!([constant]));
            }
            if let Some(Value::Array(examples)) = fields.get("examples").cloned() {
                fields.remove("examples");
                fields.extend(examples.into_iter().next().map(|e| ("example".to_owned(), e)));
            }
            fields.values_mut().for_each(older);
        }
        _ => {}
    }
}
