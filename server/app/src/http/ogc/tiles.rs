//! OGC API Tiles: the vector tiles of the page, with the metadata map programs look for. Their bytes come from the same cache.

use super::crs::CRS84;
use super::{Collection, REL, format_known, link};
use crate::auth::Asker;
use crate::http::asked::{Asked, Path};
use crate::http::doors::JSON;
use crate::http::problem::{self, Answered, Problem};
use crate::http::tiles::{self, MVT, base_address};
use crate::http::{App, Shared, then};
use crate::tiles::{MAX_ZOOM, TileLayer};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::{Value, json};

/// The one tile matrix set there is.
const QUAD: &str = "WebMercatorQuad";
const QUAD_URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
const MERCATOR: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
/// Zooms of WebMercatorQuad as OGC defines it.
const QUAD_ZOOMS: u8 = 24;
/// Half the equator in metres, scale and pixel at zoom 0, as OGC defines them.
const HALF_WORLD_M: f64 = 20_037_508.342_789_2;
const SCALE_AT_0: f64 = 559_082_264.028_717_8;
const PIXEL_AT_0_M: f64 = 156_543.033_928_040_97;
/// The least of latitude beyond which Web Mercator ends.
const MERCATOR_LATITUDE: f64 = 85.051_128_779_806_6;

const DESCRIBED_AS: [&str; 3] = ["json", "tilejson", JSON];
const TILE_AS: [&str; 2] = ["mvt", MVT];

fn quad(name: &str) -> Result<(), Problem> {
    match name == QUAD {
        true => Ok(()),
        false => Err(Problem::new(
            problem::NO_SUCH_LAYER,
            format!("the only tile matrix set here is {QUAD}"),
        )),
    }
}

fn layer(asker: &Asker, name: &str) -> Result<TileLayer, Problem> {
    match Collection::find(asker, name)? {
        Collection::Place(kind) => Ok(TileLayer::Place(kind)),
        Collection::Matter(_) => Err(Problem::new(
            problem::NO_SUCH_LAYER,
            format!("{name} does not come as tiles: who sees what of it depends on who asks"),
        )),
    }
}

/// The layers of the dataset, or those that `collections` names.
fn selected(asked: &Asked) -> Result<Vec<TileLayer>, Problem> {
    match asked.parsed::<String>("collections")? {
        None => Ok(TileLayer::all().collect()),
        Some(names) => TileLayer::parse_set(&names).ok_or_else(|| {
            let known: Vec<&str> = TileLayer::all().map(TileLayer::name).collect();
            Problem::parameter(
                "collections",
                format!("names joined by commas; known: {}", known.join(", ")),
            )
        }),
    }
}

pub async fn matrix_sets(State(app): State<Shared>, headers: HeaderMap, asked: Asked) -> Answered {
    super::plain(&asked)?;
    let href = format!("{}/ogc/tileMatrixSets/{QUAD}", base_address(&app, &headers));
    let set = json!({
        "id": QUAD, "title": "Google Maps Compatible for the World", "uri": QUAD_URI, "crs": MERCATOR,
        "links": [link(href, "self", JSON, QUAD)],
    });
    Ok(Json(json!({ "tileMatrixSets": [set] })).into_response())
}

pub async fn matrix_set(Path(name): Path<String>, asked: Asked) -> Answered {
    super::plain(&asked)?;
    quad(&name)?;
    let matrices: Vec<Value> = (0..=QUAD_ZOOMS)
        .map(|zoom| {
            let tiles = 1_u64 << zoom;
            json!({
                "id": zoom.to_string(), "scaleDenominator": SCALE_AT_0 / tiles as f64,
                "cellSize": PIXEL_AT_0_M / tiles as f64, "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M], "tileWidth": 256, "tileHeight": 256,
                "matrixWidth": tiles, "matrixHeight": tiles,
            })
        })
        .collect();
    Ok(Json(json!({
        "id": QUAD, "title": "Google Maps Compatible for the World", "uri": QUAD_URI, "crs": MERCATOR,
        "orderedAxes": ["X", "Y"], "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": matrices,
    }))
    .into_response())
}

pub async fn sets_of_all(State(app): State<Shared>, headers: HeaderMap, asked: Asked) -> Answered {
    super::plain(&asked)?;
    Ok(list(&format!("{}/ogc/tiles", base_address(&app, &headers))))
}

pub async fn sets_of_one(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    super::plain(&asked)?;
    layer(&asker, &name)?;
    Ok(list(&format!(
        "{}/ogc/collections/{name}/tiles",
        base_address(&app, &headers)
    )))
}

fn list(here: &str) -> axum::response::Response {
    let set = json!({
        "title": QUAD, "dataType": "vector", "crs": MERCATOR, "tileMatrixSetURI": QUAD_URI,
        "links": [link(format!("{here}/{QUAD}"), "self", JSON, QUAD)],
    });
    Json(json!({ "tilesets": [set], "links": [link(here.to_owned(), "self", JSON, "Tile sets")] })).into_response()
}

pub async fn set_of_all(
    State(app): State<Shared>,
    Path(set): Path<String>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    asked.only(|name| matches!(name, "f" | "collections"), "f, collections")?;
    quad(&set)?;
    let here = format!("{}/ogc/tiles", base_address(&app, &headers));
    describe(&app, &asked, &here, &selected(&asked)?)
}

pub async fn set_of_one(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path((name, set)): Path<(String, String)>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    asked.only(|name| name == "f", "f")?;
    quad(&set)?;
    let here = format!("{}/ogc/collections/{name}/tiles", base_address(&app, &headers));
    describe(&app, &asked, &here, &[layer(&asker, &name)?])
}

fn describe(app: &App, asked: &Asked, here: &str, layers: &[TileLayer]) -> Answered {
    format_known(asked, &DESCRIBED_AS)?;
    let chosen = asked.text("collections");
    let of = |parameter: &str| match chosen {
        None => String::new(),
        Some(names) => format!("{parameter}collections={names}"),
    };
    let template = |row: &str| format!("{here}/{QUAD}/{row}{}", of("?"));
    if asked.text("f") == Some("tilejson") {
        return Ok(Json(tiles::tile_json(app, layers, template("{z}/{y}/{x}"))).into_response());
    }
    let described: Vec<Value> = layers
        .iter()
        .map(|l| {
            json!({
                "id": l.name(), "dataType": "vector", "minTileMatrix": l.min_zoom().to_string(),
                "maxTileMatrix": MAX_ZOOM.to_string(),
            })
        })
        .collect();
    let mut item = link(template("{tileMatrix}/{tileRow}/{tileCol}"), "item", MVT, "Tiles");
    item["templated"] = json!(true);
    let scheme = here.split("/ogc/").next().unwrap_or(here);
    let mut out = json!({
        "title": QUAD, "dataType": "vector", "crs": MERCATOR, "tileMatrixSetURI": QUAD_URI, "layers": described,
        "links": [
            link(format!("{here}/{QUAD}{}", of("?")), "self", JSON, "This tile set"),
            link(format!("{here}/{QUAD}?f=tilejson{}", of("&")), "alternate", JSON, "TileJSON"),
            link(format!("{scheme}/ogc/tileMatrixSets/{QUAD}"), &format!("{REL}tiling-scheme"), JSON, QUAD),
            item,
        ],
    });
    if let Some([west, south, east, north]) = app.read(|w| w.envelope()).map(|e| e.to_degrees()) {
        let least = layers.iter().map(|l| l.min_zoom()).min().unwrap_or(0);
        let limits = (least..=MAX_ZOOM).map(|zoom| limits_at(zoom, [west, south, east, north]));
        out["tileMatrixSetLimits"] = limits.collect();
        out["boundingBox"] = json!({ "lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84.uri });
    }
    Ok(Json(out).into_response())
}

/// The tiles of a zoom that this box meets.
fn limits_at(zoom: u8, [west, south, east, north]: [f64; 4]) -> Value {
    let tiles = (1_u64 << zoom) as f64;
    let column = |lon: f64| ((lon + 180.0) / 360.0 * tiles).clamp(0.0, tiles - 1.0) as u64;
    let row = |lat: f64| {
        let lat = lat.clamp(-MERCATOR_LATITUDE, MERCATOR_LATITUDE).to_radians();
        let down = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0;
        (down * tiles).clamp(0.0, tiles - 1.0) as u64
    };
    json!({
        "tileMatrix": zoom.to_string(), "minTileRow": row(north), "maxTileRow": row(south), "minTileCol": column(west),
        "maxTileCol": column(east),
    })
}

pub async fn tile_of_all(
    State(app): State<Shared>,
    Path((set, zoom, row, column)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    asked.only(|name| matches!(name, "f" | "collections"), "f, collections")?;
    quad(&set)?;
    let layers = selected(&asked)?;
    answer(&app, &headers, &asked, layers, [&zoom, &row, &column]).await
}

pub async fn tile_of_one(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path((name, set, zoom, row, column)): Path<(String, String, String, String, String)>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    asked.only(|name| name == "f", "f")?;
    quad(&set)?;
    let layers = vec![layer(&asker, &name)?];
    answer(&app, &headers, &asked, layers, [&zoom, &row, &column]).await
}

async fn answer(
    app: &Shared,
    headers: &HeaderMap,
    asked: &Asked,
    layers: Vec<TileLayer>,
    [zoom, row, column]: [&String; 3],
) -> Answered {
    format_known(asked, &TILE_AS)?;
    let tile = tiles::numbered(zoom, column, row)?;
    let now = then::of(app, &Asked::of("")).await?;
    tiles::answer(app, headers, now, layers, tile).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_name_the_tiles_that_are_cut() {
        let at = |zoom| limits_at(zoom, [104.05, 30.64, 104.07, 30.66]);
        assert_eq!(at(0)["maxTileRow"], 0);
        let limits = at(14);
        assert_eq!(
            (&limits["minTileCol"], &limits["maxTileCol"]),
            (&json!(12927), &json!(12928))
        );
        assert!(limits["minTileRow"].as_u64() <= limits["maxTileRow"].as_u64());
        let world = limits_at(2, [-180.0, -90.0, 180.0, 90.0]);
        assert_eq!(world["maxTileCol"], 3);
        assert_eq!((&world["minTileRow"], &world["maxTileRow"]), (&json!(0), &json!(3)));
    }
}
