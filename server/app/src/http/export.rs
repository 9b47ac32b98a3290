//! Export 导出 over HTTP: written whole to a passing file, then sent; whoever hangs up ends the work.

use super::Shared;
use super::area::draw::{Budget, draw};
use super::asked::{Asked, Tongue};
use super::doors::{Door, Parameter, needed, query};
use super::problem::{self, Answered, Problem};
use super::sent::Sent;
use crate::audit::Noted;
use crate::auth::Asker;
use crate::export::{self, BadWish, ExportFailure, FilterText, GivenUp, Plan, Told, Wanted};
use crate::limits;
use crate::passing::Passing;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use geju_core::Area;
use geju_core::area::MAX_COMBINED;
use geju_formats::Crs;
use geju_formats::write::Output;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::AsyncReadExt;

/// Bytes sent at a time.
const CHUNK_BYTES: usize = 256 * 1024;
/// What came of it, as JSON in plain letters: the body is the file.
pub const TOLD: &str = "geju-export";
const PMTILES: &str = "application/vnd.pmtiles";
const ZIP: &str = "application/zip";

pub fn doors() -> Vec<Door> {
    let text = r#"{"type":"string"}"#;
    let parameters: [Parameter; 11] = [
        needed(
            "format",
            r#"{"type":"string","enum":["geojson","geojsonseq","gpkg","fgb","shp","csv","xlsx","kml","pmtiles"]}"#,
            "What the file is",
        ),
        query("kind", text, "Layers joined by commas; all places when absent"),
        query(
            "area",
            text,
            "Code of a place: only what lies in it, by its inner point",
        ),
        query(
            "place",
            r#"{"type":"integer","minimum":1}"#,
            "The same by the place's id",
        ),
        query("code_prefix", text, "Only codes that begin so"),
        query("tag", text, "Only what carries this tag"),
        query(
            "filter",
            text,
            "Only what this CQL2 filter holds for, by the queryables of /ogc; every layer asked for must know its names",
        ),
        query(
            "filter-lang",
            r#"{"type":"string","enum":["cql2-text","cql2-json"]}"#,
            "How the filter is written; when absent, JSON is told by its brace",
        ),
        query(
            "encoding",
            r#"{"type":"string","enum":["utf-8","gbk"],"default":"utf-8"}"#,
            "Texts of a Shapefile",
        ),
        query(
            "geometry",
            r#"{"type":"string","enum":["spot","wkt"],"default":"spot"}"#,
            "How tables say where areas are",
        ),
        query("zooms", r#"{"type":"string","examples":["10-16"]}"#, "Zooms of pmtiles"),
    ];
    let told = |mut door: Door| {
        let mut media: Vec<&'static str> = Output::ALL
            .into_iter()
            .map(|o| o.file(1).1)
            .chain([PMTILES, ZIP])
            .collect();
        media.sort_unstable();
        media.dedup();
        for media in media {
            // What is JSON can say more than that it is bytes.
            let schema = if media.ends_with("+json") {
                "ExportedFeatures"
            } else {
                "Bytes"
            };
            door = door.answers(200, media, schema);
        }
        door.refuses(&[400, 404, 422, 503, 507])
    };
    vec![
        told(
            Door::new(
                "GET",
                "/api/v1/export",
                get(by_address),
                "Layers as a file; Geju-Export says what it does not hold",
            )
            .takes(&parameters),
        ),
        told(
            Door::new(
                "POST",
                "/api/v1/export",
                post(by_body),
                "The same for any ground: `within` as in /api/v1/area",
            )
            .body("ExportWish"),
        ),
    ]
}

async fn by_address(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked) -> Answered {
    const KNOWN: [&str; 11] = [
        "format",
        "kind",
        "area",
        "place",
        "code_prefix",
        "tag",
        "filter",
        "filter-lang",
        "encoding",
        "geometry",
        "zooms",
    ];
    asked.only(|name| KNOWN.contains(&name), &KNOWN.join(", "))?;
    let text = |name| asked.text(name).map(str::to_owned);
    let wanted = Wanted {
        format: text("format").unwrap_or_default(),
        kind: text("kind"),
        area: text("area"),
        code_prefix: text("code_prefix"),
        tag: text("tag"),
        filter: text("filter").map(FilterText::from),
        filter_lang: text("filter-lang"),
        encoding: text("encoding"),
        geometry: text("geometry"),
        zooms: text("zooms"),
        within: asked.place("place")?.map(|id| json!({ "place": id })),
    };
    carry_out(app, asker, wanted).await
}

async fn by_body(State(app): State<Shared>, Extension(asker): Extension<Asker>, sent: Sent) -> Answered {
    let wanted: Wanted =
        serde_json::from_value(sent.value).map_err(|why| Problem::new(problem::BAD_JSON, why.to_string()))?;
    carry_out(app, asker, wanted).await
}

impl From<BadWish> for Problem {
    fn from(bad: BadWish) -> Self {
        Problem::parameter(bad.part, bad.why)
    }
}

impl From<ExportFailure> for Problem {
    fn from(failure: ExportFailure) -> Self {
        let why = failure.to_string();
        match failure {
            ExportFailure::Full => {
                tracing::warn!("an export found the disk full");
                problem::disk_full()
            }
            ExportFailure::TooBig(_) => Problem::new(problem::QUESTION_TOO_BIG, why),
            ExportFailure::GivenUp => Problem::new(problem::BUSY, why),
            ExportFailure::Broken(_) => {
                tracing::warn!(why, "an export failed");
                Problem::new(problem::STORE_AWAY, "the file could not be written; see the log")
            }
        }
    }
}

/// Ends the work when it is dropped: axum drops a handler whose client has gone.
struct Hand(GivenUp);

impl Drop for Hand {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn ground(app: &Shared, within: &Value) -> Result<Area, Problem> {
    let tongue = Tongue::of(Crs::Wgs84)?;
    let mut budget = Budget {
        shapes: MAX_COMBINED,
        vertices: limits::AREA_VERTICES_MAX,
    };
    Ok(draw(&app.map, within, &tongue, &mut budget, 0)?.area)
}

async fn carry_out(app: Shared, asker: Asker, wanted: Wanted) -> Answered {
    let drawn = wanted.within.as_ref().map(|w| ground(&app, w)).transpose()?;
    let plan = Plan::of(&app.map, &asker, &wanted, drawn)?;
    let failed = |error: io::Error| Problem::from(ExportFailure::from(error));
    let waited = app.exporting.clone().acquire_owned().await;
    let permit = waited.map_err(|_| Problem::new(problem::BUSY, "the server is stopping"))?;
    let folder = Passing::Export.folder(&app.settings.data).map_err(failed)?;
    let path = folder.path().join(plan.file_name());
    let hand = Hand(Arc::new(AtomicBool::new(false)));
    let (map, given_up) = (app.map.clone(), hand.0.clone());
    let (name, media) = (plan.file_name(), plan.ending().1);
    let short = plan.in_short(&wanted);
    let work = tokio::task::spawn_blocking(move || {
        let told = export::write(&map, &asker, &plan, &path, &given_up);
        drop(permit);
        // The folder goes with whoever holds it last: here, when nobody waits any more.
        told.map(|told| (told, path, folder))
    });
    let done = work
        .await
        .map_err(|_| Problem::new(problem::BUG, "the export broke off"))?;
    let (told, path, folder) = done?;
    drop(hand);
    let file = tokio::fs::File::open(&path).await.map_err(failed)?;
    let length = file.metadata().await.map_err(failed)?.len();
    let stream = futures_util::stream::try_unfold((file, folder), |(mut file, folder)| async move {
        let mut chunk = vec![0; CHUNK_BYTES];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(chunk), (file, folder))))
    });
    let headers = [
        (CONTENT_TYPE, media.to_owned()),
        (CONTENT_LENGTH, length.to_string()),
        // Said, so that nothing packs it again: most of these are packed, and the length tells how far it has come.
        (CONTENT_ENCODING, "identity".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, "no-store".into()),
    ];
    let mut response = (headers, Body::from_stream(stream)).into_response();
    if let Ok(value) = HeaderValue::from_str(&in_plain_letters(&told)) {
        response.headers_mut().insert(TOLD, value);
    }
    response.extensions_mut().insert(Noted {
        detail: Some(counted(&told)),
        ..Noted::on(short)
    });
    Ok(response)
}

/// For the access log: how much was taken.
pub fn counted(told: &Told) -> String {
    let rows: Vec<String> = told.rows.iter().map(|(layer, n)| format!("{layer} {n}")).collect();
    rows.join(", ")
}

/// JSON that a header can carry.
fn in_plain_letters(told: &Told) -> String {
    let text = serde_json::to_string(told).unwrap_or_default();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            let mut two = [0; 2];
            c.encode_utf16(&mut two)
                .iter()
                .for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}
