//! Tiles over HTTP: compressed bytes as they lie in the cache.

use super::asked::{Asked, Path};
use super::doors::{Door, IF_NONE_MATCH, JSON, query};
use super::encoding::Coding;
use super::problem::{self, Answered, Problem};
use super::then::{self, AT, KNOWN};
use super::write::not_modified;
use super::{App, Shared};
use crate::limits;
use crate::past::Then;
use crate::tiles::{self, TileLayer, set_name};
use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HOST, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use geju_core::Seq;
use geju_core::change::BaseLayer;
use geju_tiles::TileId;
use serde_json::Value;

pub const MVT: &str = "application/vnd.mapbox-vector-tile";

pub fn doors() -> Vec<Door> {
    let seq = query(
        "seq",
        r#"{"type":"integer","minimum":0}"#,
        "The lowest seq the tile must show",
    );
    vec![
        Door::new("GET", "/tiles/{layers}", get(describe), "TileJSON of a set of layers")
            .answers(200, JSON, "TileJson")
            .refuses(&[404]),
        Door::new("GET", "/tiles/{layers}/{z}/{x}/{y}.mvt", get(tile), "One tile")
            .untouched()
            .takes(&[seq, AT, KNOWN, IF_NONE_MATCH])
            .answers(200, MVT, "Tile")
            .says_nothing(204)
            .says_nothing(304)
            .refuses(&[404, 422, 503]),
    ]
}

fn layers_of(text: &str) -> Result<Vec<TileLayer>, Problem> {
    TileLayer::parse_set(text).ok_or_else(|| {
        let known: Vec<&str> = TileLayer::all().map(TileLayer::name).collect();
        Problem::new(
            problem::NO_SUCH_LAYER,
            format!("layers are joined by commas; known: {}", known.join(", ")),
        )
    })
}

async fn describe(State(app): State<Shared>, Path(layers): Path<String>, headers: HeaderMap) -> Answered {
    let layers = layers_of(&layers)?;
    let tiles = format!(
        "{}/tiles/{}/{{z}}/{{x}}/{{y}}.mvt",
        base_address(&app, &headers),
        set_name(&layers)
    );
    Ok(Json(tile_json(&app, &layers, tiles)).into_response())
}

/// TileJSON of these layers, whose tiles lie at this address.
pub fn tile_json(app: &App, layers: &[TileLayer], address: String) -> Value {
    let bounds = app.read(|w| w.envelope()).map(|e| e.to_degrees());
    let thanks: Vec<String> = BaseLayer::ALL
        .iter()
        .filter_map(|l| app.map.base(*l)?.attribution.clone())
        .collect();
    let mut thanks = thanks;
    thanks.sort();
    thanks.dedup();
    let attribution = (!thanks.is_empty()).then(|| thanks.join(", "));
    tiles::describe(layers, address, bounds, attribution).to_value()
}

/// The address this client came by.
pub fn base_address(app: &App, headers: &HeaderMap) -> String {
    let host = headers
        .get(HOST)
        .and_then(|v| v.to_str().ok())
        .filter(|h| !h.is_empty());
    let host = host.map_or_else(|| app.settings.listen.to_string(), str::to_owned);
    format!("{}://{host}", if app.settings.is_secure() { "https" } else { "http" })
}

async fn tile(
    State(app): State<Shared>,
    Path((layers, z, x, file)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    let layers = layers_of(&layers)?;
    let tile = tile_id(&z, &x, &file)?;
    let seq = asked.parsed::<u64>("seq")?;
    let head = app.map.head();
    if let Some(seq) = seq.filter(|seq| *seq > head.0.saturating_add(limits::TILE_AHEAD_MAX)) {
        return Err(Problem::parameter(
            "seq",
            format!("{seq} is far ahead of this ledger, which stands at {head}; take `head` of hello or of /api/v1/me"),
        ));
    }
    if let Some(seq) = seq
        && !app.map.reaches(Seq(seq), limits::TILE_WAIT).await
    {
        return Err(Problem::new(
            problem::BEHIND,
            format!("this server stands at {}, not yet at {seq}", app.map.head()),
        ));
    }
    let then = then::of(&app, &asked).await?;
    answer(&app, &headers, then, layers, tile).await
}

/// One tile of these layers, as this client takes it.
pub async fn answer(app: &App, headers: &HeaderMap, then: Then, layers: Vec<TileLayer>, tile: TileId) -> Answered {
    let set = set_name(&layers);
    let cached = match then.map.tiles.get(&set, tile) {
        Some(cached) => cached,
        // Milliseconds of work: off the threads that answer everybody else.
        None => {
            let waited = app.cutting.clone().acquire_owned().await;
            let permit = waited.map_err(|_| Problem::new(problem::BUSY, "the server is stopping"))?;
            tokio::task::spawn_blocking(move || {
                let tile = tiles::tile(&then.map, &layers, &set, tile);
                drop(permit);
                tile
            })
            .await
            .map_err(|_| Problem::new(problem::BUG, "the tile could not be cut"))?
        }
    };
    if cached.gzip.is_empty() {
        return Ok((StatusCode::NO_CONTENT, [(CACHE_CONTROL, "private, no-cache")]).into_response());
    }
    let gzip = Coding::for_client(headers, &[Coding::Gzip]) == Coding::Gzip;
    // Other bytes, another name.
    let tag = if gzip {
        cached.etag.to_string()
    } else {
        format!("{}-i\"", cached.etag.trim_end_matches('"'))
    };
    if not_modified(headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let common = [
        (CONTENT_TYPE, MVT),
        (VARY, "Accept-Encoding"),
        (CACHE_CONTROL, "private, no-cache"),
    ];
    if gzip {
        return Ok((
            common,
            [(ETAG, tag.as_str()), (CONTENT_ENCODING, "gzip")],
            cached.gzip.clone(),
        )
            .into_response());
    }
    let raw = geju_tiles::gunzip(&cached.gzip, cached.raw_len)
        .map_err(|_| Problem::new(problem::BUG, "a tile is damaged"))?;
    // Said, so that nothing compresses it again under the same name.
    Ok((common, [(ETAG, tag.as_str()), (CONTENT_ENCODING, "identity")], raw).into_response())
}

fn tile_id(z: &str, x: &str, file: &str) -> Result<TileId, Problem> {
    let bad = |why: String| Problem::new(problem::NO_SUCH_LAYER, why);
    let y = file
        .strip_suffix(".mvt")
        .ok_or_else(|| bad("tiles end in .mvt".into()))?;
    numbered(z, x, y)
}

/// A tile by its zoom, column and row.
pub fn numbered(z: &str, x: &str, y: &str) -> Result<TileId, Problem> {
    let bad = |why: String| Problem::new(problem::NO_SUCH_LAYER, why);
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits
            .then(|| text.parse::<u32>().ok())
            .flatten()
            .ok_or_else(|| bad(format!("{text:.20?} numbers no tile")))
    };
    let zoom = u8::try_from(number(z)?).map_err(|_| bad("there is no such zoom".into()))?;
    TileId::new(zoom, number(x)?, number(y)?).map_err(|why| bad(why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_name_no_tile_are_refused() {
        for (z, x, y) in [
            ("99", "0", "0.mvt"),
            ("-1", "0", "0.mvt"),
            ("14", "-1", "0.mvt"),
            ("14", "99999999", "0.mvt"),
            ("14", "0", "16384.mvt"),
            ("14", "4294967296", "0.mvt"),
            ("14", "1e3", "0.mvt"),
            ("14", "0", "0.png"),
            ("14", "0", ".mvt"),
            ("", "0", "0.mvt"),
        ] {
            assert!(tile_id(z, x, y).is_err(), "{z}/{x}/{y}");
        }
        assert!(tile_id("14", "12927", "6730.mvt").is_ok());
    }
}
