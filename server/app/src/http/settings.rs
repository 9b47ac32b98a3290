//! What this server runs with, for those who look after it. No secret is ever among it.

use super::Shared;
use super::doors::{Door, JSON};
use super::problem::Answered;
use crate::{backups, limits};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use geju_core::{area, decide};
use geju_store::AnyStore;
use serde_json::{Value, json};

pub fn doors() -> Vec<Door> {
    vec![
        Door::new("GET", "/api/v1/settings", get(settings), "What this server runs with")
            .answers(200, JSON, "Settings")
            .refuses(&[503]),
    ]
}

async fn settings(State(app): State<Shared>) -> Answered {
    let settings = &app.settings;
    let kind = match &*app.store {
        AnyStore::Gpkg(_) => "gpkg",
        AnyStore::Postgis(_) => "postgis",
    };
    let bytes = app.store.bytes().await?;
    let (epoch, head, scheme) = app.read(|w| (w.epoch(), w.head(), w.scheme().name.clone()));
    Ok(Json(json!({
        "build": app.build, "version": env!("CARGO_PKG_VERSION"), "store": kind, "ledger": app.store.ledger(),
        "epoch": epoch, "head": head, "started_at": app.started_at, "listen": settings.listen.to_string(),
        "data": settings.data.display().to_string(),
        "backup": {
            "every": settings.backup_hours, "keep": settings.backup_keep,
            "last_at": backups::newest_at(&backups::folder(settings)),
        },
        "scheme": scheme, "limits": named_limits(), "store_bytes": bytes, "changes": head,
    }))
    .into_response())
}

/// The limits that people meet, by name.
fn named_limits() -> Value {
    json!({
        "body_bytes": limits::BODY_BYTES_MAX, "upload_bytes": limits::UPLOAD_BYTES_MAX,
        "places_on_a_page": limits::PAGE_MAX, "vertices_drawn": decide::MAX_DRAWN_VERTICES,
        "vertices_asked": limits::AREA_VERTICES_MAX, "shapes_asked": area::MAX_COMBINED,
        "radius_m": area::MAX_RADIUS_METERS, "places_checked": limits::CHECK_MAX,
        "connections": limits::CONNECTIONS_MAX, "session_days": limits::SESSION_DAYS,
        "access_log_lines": limits::ACCESS_KEPT, "accounts_places": limits::ACCOUNT_PLACES_MAX,
        "reply_days": geju_store::REPLY_DAYS,
    })
}
