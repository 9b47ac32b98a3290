//! The description of the interface, made from the same doors that are served, and a page that shows it.

use super::doors::{Door, JSON, Need, Parameter, TABLE};
use super::problem::Answered;
use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

const SCHEMAS: &str = include_str!("openapi/schemas.json");
const PAGE: &str = include_str!("openapi/docs.html");
const SCRIPT: &str = include_str!("openapi/docs.js");
const STYLE: &str = include_str!("openapi/docs.css");

pub fn doors() -> Vec<Door> {
    vec![
        Door::new("GET", "/openapi.json", get(description), "This description").answers(200, JSON, "OpenApi"),
        Door::new(
            "GET",
            "/docs",
            get(|| page("text/html; charset=utf-8", PAGE)),
            "This description for people",
        )
        .answers(200, "text/html", "Text"),
        Door::new(
            "GET",
            "/docs/script",
            get(|| page("text/javascript; charset=utf-8", SCRIPT)),
            "Script of that page",
        )
        .answers(200, "text/javascript", "Text"),
        Door::new(
            "GET",
            "/docs/style",
            get(|| page("text/css; charset=utf-8", STYLE)),
            "Style of that page",
        )
        .answers(200, "text/css", "Text"),
    ]
}

async fn page(media: &'static str, text: &'static str) -> Answered {
    Ok(([(CONTENT_TYPE, media), (CACHE_CONTROL, "no-cache")], text).into_response())
}

async fn description() -> Answered {
    static WHOLE: LazyLock<Value> = LazyLock::new(document);
    Ok(Json(&*WHOLE).into_response())
}

/// The whole document, OpenAPI 3.1.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for door in super::all_doors() {
        let path = paths.entry(door.path).or_insert_with(|| json!({}));
        path[door.method.to_lowercase()] = operation(&door);
    }
    let schemas: Value = serde_json::from_str(SCHEMAS).unwrap_or_else(|error| {
        debug_assert!(false, "schemas.json: {error}");
        json!({})
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Geju", "version": env!("CARGO_PKG_VERSION"), "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": "One map that a subdistrict runs on. Ids are numbers below 2^53; coordinates are WGS84 lon/lat \
                unless `crs` says otherwise; errors are RFC 9457 problems with a stable `code`.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "session": [] }, { "token": [] }, { "basic": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": crate::auth::COOKIE_NAME },
                "token": { "type": "http", "scheme": "bearer" },
                "basic": { "type": "http", "scheme": "basic" },
            },
        },
    })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn operation(door: &Door) -> Value {
    let need = TABLE
        .iter()
        .find(|(m, p, _)| *m == door.method && *p == door.path)
        .map(|(.., n)| *n);
    let mut parameters: Vec<Value> = in_path(door.path).into_iter().collect();
    parameters.extend(door.parameters.iter().map(parameter));
    let mut responses = Map::new();
    for answer in &door.answers {
        // One status may answer in several media types.
        let response = responses
            .entry(answer.status.to_string())
            .or_insert_with(|| json!({ "description": said(answer.status) }));
        if let Some((media, schema)) = answer.body {
            response["content"][media] = json!({ "schema": reference(schema) });
        }
    }
    for status in refusals(door, need) {
        let content = json!({ "application/problem+json": { "schema": reference("Problem") } });
        responses.insert(
            status.to_string(),
            json!({ "description": said(status), "content": content }),
        );
    }
    let mut out = json!({
        "summary": door.says, "tags": [tag(door.path)], "operationId": operation_id(door),
        "parameters": parameters, "responses": responses,
        "x-geju-action": need.map_or("shut", Need::as_str),
    });
    if let Some((schema, required)) = door.body {
        out["requestBody"] = json!({ "required": required, "content": { JSON: { "schema": reference(schema) } } });
    } else if door.upload {
        let content = json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } });
        out["requestBody"] = json!({ "required": true, "content": content });
    }
    if need == Some(Need::Open) {
        out["security"] = json!([]);
    }
    out
}

/// What a door may refuse with, from what it takes and what it asks for.
fn refusals(door: &Door, need: Option<Need>) -> BTreeSet<u16> {
    let mut all: BTreeSet<u16> = door.refuses.iter().copied().collect();
    if need != Some(Need::Open) {
        // Basic passwords may be guessed at any door, and be too many; the store may be away while a session is read.
        all.extend([401, 403, 429, 503]);
    }
    if !door.parameters.is_empty() || door.path.contains('{') {
        all.insert(400);
    }
    if door.body.is_some() {
        all.extend([400, 408, 413, 415, 422]);
    }
    if door.upload {
        all.extend([400, 422]);
    }
    if !matches!(door.method, "GET" | "OPTIONS") {
        // What writes may find the disk full.
        all.extend([403, 422, 507]);
    }
    all
}

fn in_path(path: &'static str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names
        .map(|name| {
            let schema = match name {
                "id" | "seq" => json!({ "type": "integer", "minimum": 1, "maximum": geju_core::id::MAX_ID }),
                "z" => json!({ "type": "integer", "minimum": 0, "maximum": geju_tiles::MAX_ZOOM }),
                "x" | "y" | "tileRow" | "tileCol" => json!({ "type": "integer", "minimum": 0 }),
                "tileMatrix" => json!({ "type": "integer", "minimum": 0, "maximum": geju_tiles::MAX_ZOOM }),
                "tileMatrixSetId" => json!({ "type": "string", "enum": ["WebMercatorQuad"] }),
                "collection" => json!({ "type": "string", "examples": ["compound"] }),
                "layers" => json!({ "type": "string", "examples": ["compound,building"] }),
                _ => json!({ "type": "string" }),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect()
}

fn parameter(parameter: &Parameter) -> Value {
    let schema: Value = serde_json::from_str(parameter.schema).unwrap_or_else(|error| {
        debug_assert!(false, "schema of {}: {error}", parameter.name);
        json!({})
    });
    json!({
        "name": parameter.name, "in": parameter.place, "required": parameter.required, "schema": schema,
        "description": parameter.says,
    })
}

fn tag(path: &str) -> &str {
    let part = path
        .trim_start_matches("/api/v1")
        .split('/')
        .find(|p| !p.is_empty())
        .unwrap_or("page");
    part.split('.').next().unwrap_or(part)
}

fn operation_id(door: &Door) -> String {
    let words = door.path.replace("/api/v1", "");
    let words = words.split(['/', '{', '}', '.']).filter(|w| !w.is_empty());
    // A page and the data it shows may have the same name.
    let page = door
        .answers
        .iter()
        .any(|a| a.body.is_some_and(|(media, _)| media == "text/html"));
    std::iter::once(door.method.to_lowercase())
        .chain(page.then(|| "page".to_owned()))
        .chain(words.map(str::to_owned))
        .collect::<Vec<_>>()
        .join("_")
}

fn said(status: u16) -> &'static str {
    axum::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason())
        .unwrap_or("Answer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_that_is_named_is_there_and_every_one_there_is_named() {
        let document = document();
        let text = document.to_string();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        assert!(!schemas.is_empty());
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name} is not described");
        }
        for name in schemas.keys() {
            assert!(
                text.contains(&format!("#/components/schemas/{name}\"")),
                "{name} is used nowhere"
            );
        }
    }

    #[test]
    fn operations_have_names_of_their_own() {
        let doors = crate::http::all_doors();
        let names: BTreeSet<String> = doors.iter().map(operation_id).collect();
        assert_eq!(names.len(), doors.len());
    }
}
