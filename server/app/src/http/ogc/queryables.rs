//! What the items of a collection may be chosen by, as a JSON Schema.

use super::fields::{self, Field};
use super::{Collection, plain};
use crate::auth::Asker;
use crate::cql2::Kind;
use crate::http::Shared;
use crate::http::asked::{Asked, Path};
use crate::http::problem::Answered;
use crate::http::tiles::base_address;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

pub const MEDIA: &str = "application/schema+json";

pub async fn of(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    plain(&asked)?;
    let collection = Collection::find(&asker, &name)?;
    let properties: Map<String, Value> = fields::of(collection, &asker)
        .into_iter()
        .map(|field| (field.name.to_owned(), schema(&field)))
        .collect();
    let here = format!("{}/ogc/collections/{name}/queryables", base_address(&app, &headers));
    let body = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": here, "type": "object", "title": name,
        "properties": properties, "additionalProperties": false,
    });
    Ok(([(CONTENT_TYPE, MEDIA)], body.to_string()).into_response())
}

fn schema(field: &Field) -> Value {
    let mut out = match field.kind {
        Kind::Geometry => json!({ "format": "geometry-any", "x-ogc-role": "primary-geometry" }),
        kind => of_kind(field.name, kind),
    };
    out["title"] = json!(field.name);
    match field.name {
        "id" => out["x-ogc-role"] = json!("id"),
        "effective_from" | "onset" | "found_at" | "reported_at" => {
            out["x-ogc-role"] = json!("primary-interval-start");
        }
        "effective_to" | "expires" | "removed_at" => out["x-ogc-role"] = json!("primary-interval-end"),
        _ => {}
    }
    out
}

/// A value's own schema, which parameters share.
pub fn of_kind(name: &str, kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::Geometry => json!({ "type": "string" }),
        Kind::Number if name == "area_m2" => json!({ "type": "number" }),
        Kind::Number => json!({ "type": "integer" }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Timestamp => json!({ "type": "string", "format": "date-time" }),
    }
}
