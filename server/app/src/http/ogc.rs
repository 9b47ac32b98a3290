//! OGC API Features 1.0, core and GeoJSON: the same map for map programs.

mod queryable;

use super::asked::{Asked, Path, Tongue, number_in_path};
use super::doors::{Door, GEOJSON, JSON, Parameter, query};
use super::matter_json::{ShownMatter, Travels};
use super::place_json::{Shape, Shown};
use super::problem::{self, Answered, Problem};
use super::tiles::base_address;
use super::{App, Shared};
use crate::auth::Asker;
use crate::limits;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Extension, Json};
use geju_core::people::{Action, Reach};
use geju_core::{Alert, Envelope, Hazard, Issue, MatterId, MatterKind, PlaceId, PlaceKind, World};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Items on a page when nobody says how many.
const USUAL: usize = 100;
/// The only shape the answers have; what asks for another is told so.
const FORMATS: [&str; 4] = ["json", "geojson", JSON, GEOJSON];

/// Only `f`, and only a format that there is.
fn plain(asked: &Asked) -> Result<(), Problem> {
    asked.only(|name| name == "f", "f")?;
    format_known(asked)
}

fn format_known(asked: &Asked) -> Result<(), Problem> {
    match asked.parsed::<String>("f")? {
        Some(format) if !FORMATS.contains(&format.as_str()) => {
            Err(Problem::parameter("f", format!("is one of {}", FORMATS.join(", "))))
        }
        _ => Ok(()),
    }
}

const FORMAT: Parameter = query(
    "f",
    r#"{"type":"string","enum":["json","geojson"]}"#,
    "Format of the answer; there is one",
);

pub fn doors() -> Vec<Door> {
    let items = [
        query(
            "bbox",
            r#"{"type":"string","example":"104.0,30.6,104.1,30.7"}"#,
            "west,south,east,north",
        ),
        query(
            "limit",
            r#"{"type":"integer","minimum":1,"default":100}"#,
            "Items on one page; at most 1,000 come at once",
        ),
        query(
            "offset",
            r#"{"type":"integer","minimum":0,"default":0}"#,
            "Items to pass over",
        ),
        query(
            "datetime",
            r#"{"type":"string"}"#,
            "Taken and without effect: items are as of now",
        ),
        query(
            "bbox-crs",
            r#"{"type":"string","enum":["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]}"#,
            "Only CRS84, in which bbox is anyway",
        ),
        FORMAT,
    ];
    vec![
        Door::new("GET", "/ogc", get(landing), "Landing page")
            .takes(&[FORMAT])
            .answers(200, JSON, "OgcLinks"),
        Door::new("GET", "/ogc/conformance", get(conformance), "What is conformed to")
            .takes(&[FORMAT])
            .answers(200, JSON, "OgcConformance"),
        Door::new("GET", "/ogc/collections", get(collections), "Layers")
            .takes(&[FORMAT])
            .answers(200, JSON, "OgcCollections"),
        Door::new("GET", "/ogc/collections/{collection}", get(one), "One layer")
            .takes(&[FORMAT])
            .answers(200, JSON, "OgcCollection")
            .refuses(&[404]),
        Door::new(
            "GET",
            "/ogc/collections/{collection}/items",
            get(items_of),
            "Items of a layer; any plain property of its items as name=value",
        )
        .takes(&items)
        .answers(200, GEOJSON, "OgcItems")
        .refuses(&[404]),
        Door::new("GET", "/ogc/collections/{collection}/items/{id}", get(item), "One item")
            .takes(&[FORMAT])
            .answers(200, GEOJSON, "OgcItem")
            .refuses(&[404]),
    ]
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
    Ok(Json(json!({
        "title": "Geju", "description": "One map that a subdistrict runs on",
        "links": [
            link(format!("{base}/ogc"), "self", JSON, "This page"),
            link(format!("{base}/openapi.json"), "service-desc", "application/vnd.oai.openapi+json;version=3.1", "Description"),
            link(format!("{base}/docs"), "service-doc", "text/html", "Description for people"),
            link(format!("{base}/ogc/conformance"), "conformance", JSON, "Conformance"),
            link(format!("{base}/ogc/collections"), "data", JSON, "Layers"),
        ],
    }))
    .into_response())
}

async fn conformance(asked: Asked) -> Answered {
    plain(&asked)?;
    Ok(Json(json!({ "conformsTo": [
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    ] }))
    .into_response())
}

const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

fn describe(collection: Collection, base: &str, extent: Option<Envelope>) -> Value {
    let name = collection.name();
    let here = format!("{base}/ogc/collections/{name}");
    let mut out = json!({
        "id": name, "title": name, "itemType": "feature", "crs": [CRS84], "storageCrs": CRS84,
        "links": [
            link(here.clone(), "self", JSON, name),
            link(format!("{here}/items"), "items", GEOJSON, name),
        ],
    });
    if let Some(extent) = extent {
        out["extent"] = json!({ "spatial": { "bbox": [extent.to_degrees()], "crs": CRS84 } });
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
    let extent = app.read(World::envelope);
    let all: Vec<Value> = Collection::all(&asker)
        .into_iter()
        .map(|c| describe(c, &base, extent))
        .collect();
    let links = [link(format!("{base}/ogc/collections"), "self", JSON, "Layers")];
    Ok(Json(json!({ "collections": all, "links": links })).into_response())
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
    let base = base_address(&app, &headers);
    Ok(Json(describe(collection, &base, app.read(World::envelope))).into_response())
}

/// What to look for in a layer.
struct Wanted {
    window: Option<Envelope>,
    offset: usize,
    limit: usize,
    /// Property and the value it must have, as text.
    equal: Vec<(String, String)>,
}

impl Wanted {
    fn fits(&self, properties: &Value) -> bool {
        self.equal.iter().all(|(name, value)| {
            let found = properties.get(name).or_else(|| {
                properties
                    .get("archive")
                    .and_then(|a| a.get(queryable::in_archive(name)))
            });
            match found {
                Some(Value::String(text)) => text == value,
                Some(Value::Null) | None => value.is_empty(),
                Some(Value::Number(number)) => number.as_f64().is_some_and(|n| value.parse() == Ok(n)),
                Some(Value::Bool(yes)) => value.parse() == Ok(*yes),
                Some(Value::Array(_) | Value::Object(_)) => false,
            }
        })
    }
}

async fn items_of(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    let collection = Collection::find(&asker, &name)?;
    let is_property = |name: &str| queryable::properties(collection).any(|property| property == name);
    let takes = queryable::PARAMETERS
        .into_iter()
        .chain(queryable::properties(collection));
    asked.only(
        |name| queryable::PARAMETERS.contains(&name) || is_property(name),
        &takes.collect::<Vec<_>>().join(", "),
    )?;
    format_known(&asked)?;
    if asked.parsed::<String>("bbox-crs")?.is_some_and(|crs| crs != CRS84) {
        return Err(Problem::parameter("bbox-crs", format!("only {CRS84} is known")));
    }
    let tongue = Tongue::of(geju_formats::Crs::Wgs84)?;
    let wanted = Wanted {
        window: asked.bbox(&tongue)?,
        offset: asked.number("offset", 0, 0..=usize::MAX)?,
        // More than a page holds is no mistake here: the page ends early and says where it goes on.
        limit: asked.number("limit", USUAL, 1..=usize::MAX)?.min(limits::PAGE_MAX),
        equal: asked
            .pairs()
            .filter(|(name, _)| is_property(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    };
    let work = || match collection {
        Collection::Place(kind) => places(&app, &asker, kind, &wanted, &tongue),
        Collection::Matter(MatterKind::Hazard) => matters::<Hazard>(&app, &asker, &wanted, &tongue),
        Collection::Matter(MatterKind::Alert) => matters::<Alert>(&app, &asker, &wanted, &tongue),
        Collection::Matter(MatterKind::Issue) => matters::<Issue>(&app, &asker, &wanted, &tongue),
    };
    let (features, matched) = tokio::task::block_in_place(work);
    let here = format!("{}/ogc/collections/{name}/items", base_address(&app, &headers));
    let mut links = vec![link(here.clone(), "self", GEOJSON, "This page")];
    let next = wanted.offset.saturating_add(features.len());
    if next < matched && !features.is_empty() {
        let others = asked.pairs().filter(|(name, _)| *name != "offset");
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .append_pair("offset", &next.to_string())
            .finish();
        links.push(link(format!("{here}?{query}"), "next", GEOJSON, "Next page"));
    }
    let body = format!(
        r#"{{"type":"FeatureCollection","features":[{}],"numberReturned":{},"numberMatched":{matched},"timeStamp":{},"links":{}}}"#,
        features.join(","),
        features.len(),
        json!(Timestamp::now().to_string()),
        json!(links),
    );
    Ok(([(CONTENT_TYPE, GEOJSON)], body).into_response())
}

/// A page of places by id, and how many there are in all.
fn places(app: &App, asker: &Asker, kind: PlaceKind, wanted: &Wanted, tongue: &Tongue) -> (Vec<String>, usize) {
    let found = app.read(|world| {
        let mut found: Vec<_> = match wanted.window {
            Some(window) => world.places_meeting(kind, window).cloned().collect(),
            None => world.places_of(kind).cloned().collect::<Vec<_>>(),
        };
        found.sort_unstable_by_key(|p| p.place.id);
        if wanted.equal.is_empty() {
            let matched = found.len();
            let page: Vec<Shown> = found
                .iter()
                .skip(wanted.offset)
                .take(wanted.limit)
                .map(|p| Shown::of(world, p, asker))
                .collect();
            return Ok((page, matched));
        }
        Err(found)
    });
    let (page, matched) = match found {
        Ok(page) => page,
        Err(found) => {
            let mut page = Vec::new();
            let mut matched = 0;
            for placed in &found {
                let shown = app.read(|world| Shown::of(world, placed, asker));
                if wanted.fits(&shown.properties()) {
                    matched += 1;
                    if matched > wanted.offset && page.len() < wanted.limit {
                        page.push(shown);
                    }
                }
            }
            (page, matched)
        }
    };
    let mut features = Vec::with_capacity(page.len());
    let mut vertices = 0;
    for shown in &page {
        vertices += shown.vertices();
        if vertices > limits::PAGE_VERTICES_MAX && !features.is_empty() {
            break;
        }
        features.push(shown.feature(Shape::Full, tongue, flatten));
    }
    (features, matched)
}

/// Tables in map programs are flat: archive fields stand beside the others.
fn flatten(properties: &mut Value) {
    let Value::Object(fields) = properties else { return };
    for nested in ["parents", "parent_names", "source", "withheld"] {
        fields.remove(nested);
    }
    if let Some(Value::Object(archive)) = fields.remove("archive") {
        for (name, value) in archive {
            let name = if fields.contains_key(&name) {
                format!("archive_{name}")
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
        let joined = joined.join(", ");
        fields.insert("tags".into(), json!(joined));
    }
}

fn matters<M: Travels>(app: &App, asker: &Asker, wanted: &Wanted, tongue: &Tongue) -> (Vec<String>, usize) {
    let mut found: Vec<ShownMatter<M>> = app.read(|world| {
        let layer = M::layer(world);
        let window = wanted.window;
        layer
            .iter()
            .filter(|s| window.is_none_or(|w| w.meets(&s.matter.ground().envelope())))
            .filter(|s| asker.reaches_any(Action::MattersRead, &world.grounds_of(&s.parents, s.inner)))
            .map(|s| ShownMatter::of(s))
            .collect()
    });
    found.retain(|m| {
        let mut properties = m.matter.own_properties();
        properties["title"] = json!(m.matter.title());
        properties["category"] = json!(m.matter.category());
        wanted.fits(&properties)
    });
    found.sort_unstable_by_key(|m| m.matter.id());
    let matched = found.len();
    let page = found
        .iter()
        .skip(wanted.offset)
        .take(wanted.limit)
        .map(|m| m.feature(tongue, None))
        .collect();
    (page, matched)
}

async fn item(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path((name, id)): Path<(String, String)>,
    asked: Asked,
) -> Answered {
    plain(&asked)?;
    let collection = Collection::find(&asker, &name)?;
    let id = number_in_path("id", &id)?;
    let tongue = Tongue::of(geju_formats::Crs::Wgs84)?;
    let missing = || Problem::new(problem::NO_SUCH_PLACE, format!("there is no {name} {id}"));
    let matter = MatterId(id);
    let feature = match collection {
        Collection::Place(kind) => {
            let shown = app.read(|w| {
                w.place(PlaceId(id))
                    .filter(|p| p.place.kind() == kind)
                    .map(|p| Shown::of(w, p, &asker))
            });
            shown.map(|s| s.feature(Shape::Full, &tongue, flatten))
        }
        Collection::Matter(MatterKind::Hazard) => matter_item::<Hazard>(&app, &asker, matter, &tongue),
        Collection::Matter(MatterKind::Alert) => matter_item::<Alert>(&app, &asker, matter, &tongue),
        Collection::Matter(MatterKind::Issue) => matter_item::<Issue>(&app, &asker, matter, &tongue),
    };
    Ok(([(CONTENT_TYPE, GEOJSON)], feature.ok_or_else(missing)?).into_response())
}

fn matter_item<M: Travels>(app: &App, asker: &Asker, id: MatterId, tongue: &Tongue) -> Option<String> {
    let shown = app.read(|world| {
        let standing = M::layer(world).get(id)?;
        let seen = asker.reaches_any(
            Action::MattersRead,
            &world.grounds_of(&standing.parents, standing.inner),
        );
        seen.then(|| ShownMatter::of(standing))
    });
    shown.map(|s| s.feature(tongue, None))
}
