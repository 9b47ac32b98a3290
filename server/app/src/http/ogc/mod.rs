//! OGC API Features (core, coordinate systems, filters, create-replace-delete) and Tiles: the same map for map programs, under the
//! same rights.

mod api;
mod choosing;
mod crs;
mod cursor;
mod doors;
mod fields;
mod flat;
mod items;
mod queryables;
mod question;
mod rows;
mod scan;
mod tiles;
mod write;

pub use choosing::Choosing;
pub use doors::doors;

use super::asked::{Asked, Path};
use super::doors::{GEOJSON, JSON};
use super::problem::{self, Answered, Problem};
use super::tiles::base_address;
use super::{App, Shared};
use crate::auth::Asker;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use geju_core::people::{Action, Reach};
use geju_core::{Envelope, MatterKind, PlaceKind, World};
use serde_json::{Value, json};

/// The only shape most answers have; what asks for another is told so.
const FORMATS: [&str; 4] = ["json", "geojson", JSON, GEOJSON];

/// Link relations that have no short name.
const REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/";

/// What is conformed to, and nothing else. Part 4 is a draft of OGC.
const CONFORMS_TO: [&str; 37] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/collections-selection",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixsetlimits",
];

/// Only `f`, and only a format that there is.
fn plain(asked: &Asked) -> Result<(), Problem> {
    asked.only(|name| name == "f", "f")?;
    format_known(asked, &FORMATS)
}

fn format_known(asked: &Asked, known: &[&str]) -> Result<(), Problem> {
    match asked.parsed::<String>("f")? {
        Some(format) if !known.contains(&format.as_str()) => {
            Err(Problem::parameter("f", format!("is one of {}", known.join(", "))))
        }
        _ => Ok(()),
    }
}

/// A layer by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Collection {
    Place(PlaceKind),
    Matter(MatterKind),
}

impl Collection {
    fn all(asker: &Asker) -> Vec<Collection> {
        let matters = asker.reach(Action::MattersRead) != Reach::None;
        let places = PlaceKind::ALL.into_iter().map(Collection::Place);
        places
            .chain(MatterKind::ALL.into_iter().filter(|_| matters).map(Collection::Matter))
            .collect()
    }

    fn name(self) -> &'static str {
        match self {
            Collection::Place(kind) => kind.as_str(),
            Collection::Matter(kind) => kind.as_str(),
        }
    }

    fn find(asker: &Asker, name: &str) -> Result<Collection, Problem> {
        let all = Collection::all(asker);
        all.into_iter()
            .find(|c| c.name() == name)
            .ok_or_else(|| Problem::new(problem::NO_SUCH_LAYER, "there is no such collection"))
    }
}

fn link(href: String, rel: &str, media: &str, title: &str) -> Value {
    json!({ "href": href, "rel": rel, "type": media, "title": title })
}

async fn landing(State(app): State<Shared>, headers: HeaderMap, asked: Asked) -> Answered {
    plain(&asked)?;
    let base = base_address(&app, &headers);
    let at = |path: &str| format!("{base}{path}");
    Ok(Json(json!({
        "title": "Geju", "description": "One map that a subdistrict runs on",
        "links": [
            link(at("/ogc"), "self", JSON, "This page"),
            link(at("/ogc/api"), "service-desc", api::MEDIA, "Description of these doors, OpenAPI 3.0"),
            link(at("/openapi.json"), "alternate", "application/vnd.oai.openapi+json;version=3.1", "Description of all doors, OpenAPI 3.1"),
            link(at("/docs"), "service-doc", "text/html", "Description for people"),
            link(at("/ogc/conformance"), "conformance", JSON, "Conformance"),
            link(at("/ogc/conformance"), &format!("{REL}conformance"), JSON, "Conformance"),
            link(at("/ogc/collections"), "data", JSON, "Layers"),
            link(at("/ogc/collections"), &format!("{REL}data"), JSON, "Layers"),
            link(at("/ogc/tiles"), &format!("{REL}tilesets-vector"), JSON, "Vector tiles of all layers"),
            link(at("/ogc/tileMatrixSets"), &format!("{REL}tiling-schemes"), JSON, "Tile matrix sets"),
        ],
    }))
    .into_response())
}

async fn conformance(asked: Asked) -> Answered {
    plain(&asked)?;
    Ok(Json(json!({ "conformsTo": &CONFORMS_TO[..] })).into_response())
}

fn describe(app: &App, collection: Collection, base: &str) -> Value {
    let name = collection.name();
    let here = format!("{base}/ogc/collections/{name}");
    let mut links = vec![
        link(here.clone(), "self", JSON, name),
        link(format!("{here}/items"), "items", GEOJSON, name),
        link(
            format!("{here}/queryables"),
            &format!("{REL}queryables"),
            queryables::MEDIA,
            "What items may be chosen by",
        ),
    ];
    let extent = match collection {
        Collection::Place(kind) => {
            links.push(link(
                format!("{here}/tiles"),
                &format!("{REL}tilesets-vector"),
                JSON,
                "Vector tiles",
            ));
            app.read(|w| w.envelope_of(kind))
        }
        // Where matters lie is not everybody's to know: the box around the whole map tells nothing.
        Collection::Matter(_) => app.read(World::envelope),
    };
    let mut out = json!({
        "id": name, "title": name, "itemType": "feature", "crs": crs::uris(), "storageCrs": crs::CRS84.uri, "links": links,
    });
    if let Some(extent) = extent.as_ref().map(Envelope::to_degrees) {
        out["extent"] = json!({ "spatial": { "bbox": [extent], "crs": crs::CRS84.uri } });
    }
    out
}

async fn collections(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    plain(&asked)?;
    let base = base_address(&app, &headers);
    let all: Vec<Value> = Collection::all(&asker)
        .into_iter()
        .map(|c| describe(&app, c, &base))
        .collect();
    let links = [link(format!("{base}/ogc/collections"), "self", JSON, "Layers")];
    Ok(Json(json!({ "collections": all, "crs": crs::uris(), "links": links })).into_response())
}

async fn one(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    plain(&asked)?;
    let collection = Collection::find(&asker, &name)?;
    Ok(Json(describe(&app, collection, &base_address(&app, &headers))).into_response())
}
