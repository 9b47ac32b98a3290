//! Is it alive, is it ready, how is it doing.

use super::Shared;
use super::doors::Door;
use super::problem::{self, Answered, Problem};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use geju_core::PlaceKind;
use geju_store::Store;
use std::fmt::Write;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A store that takes longer to say where it stands is not ready.
const READY_WITHIN: Duration = Duration::from_secs(3);

pub fn doors() -> Vec<Door> {
    vec![
        Door::new("GET", "/healthz", get(alive), "Is the process alive?").answers(200, "text/plain", "Text"),
        Door::new(
            "GET",
            "/readyz",
            get(ready),
            "Does the store answer, is its newest Change shown, and is there room to write?",
        )
        .answers(200, "text/plain", "Text")
        .refuses(&[503]),
        Door::new("GET", "/metrics", get(metrics), "Figures for Prometheus").answers(200, "text/plain", "Text"),
    ]
}

fn plain(text: impl Into<String>) -> Answered {
    Ok((
        [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")],
        text.into(),
    )
        .into_response())
}

async fn alive() -> Answered {
    plain("alive\n")
}

/// Whoever decides by it where people are sent, and has nowhere else to send them, asks /healthz: a server with a full disk
/// still serves the map.
///
/// Ready is who shows what the store holds: after an outage the map may still lack what was kept meanwhile.
async fn ready(State(app): State<Shared>) -> Answered {
    // Asked on a task of its own: a caller that hangs up leaves no half-read connection behind.
    let store = app.store.clone();
    let asked = tokio::spawn(async move { store.head().await });
    let Ok(Ok(Ok(head))) = tokio::time::timeout(READY_WITHIN, asked).await else {
        return Err(Problem::new(problem::STORE_AWAY, "the store does not answer"));
    };
    if app.map.head() < head.seq {
        app.ledger.nudge();
    }
    if !app.map.reaches(head.seq, READY_WITHIN).await {
        return Err(Problem::new(
            problem::BEHIND,
            "the map does not show yet what the store holds",
        ));
    }
    if app.ledger.counts.full.load(Ordering::Relaxed) {
        // The status that every probe understands; the code says that only writing is meant.
        return Err(Problem::new(
            problem::NO_ROOM,
            "the disk is full: the map is served, nothing can be written until there is room",
        ));
    }
    plain("ready\n")
}

async fn metrics(State(app): State<Shared>) -> Answered {
    let mut out = String::new();
    let mut figure = |name: &str, kind: &str, says: &str, values: &[(String, u64)]| {
        // Writing into a String cannot fail.
        let _ = writeln!(out, "# HELP geju_{name} {says}\n# TYPE geju_{name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(out, "geju_{name}{labels} {value}");
        }
    };
    let one = |value: u64| [(String::new(), value)];
    let (epoch, head, places) = app.read(|w| {
        let places = PlaceKind::ALL.map(|k| (format!("{{kind=\"{k}\"}}"), w.count_of(k) as u64));
        (w.epoch().0, w.head().0, places)
    });
    let answers: Vec<(String, u64)> = (1..)
        .zip(&app.counts.answers)
        .map(|(class, count)| (format!("{{class=\"{class}xx\"}}"), count.load(Ordering::Relaxed)))
        .collect();
    let cache = app.map.tiles.counts();
    let ledger = &app.ledger.counts;
    figure(
        "ledger_epoch",
        "gauge",
        "Life of the ledger between restores",
        &one(epoch.into()),
    );
    figure("ledger_head", "gauge", "Position of the newest Change", &one(head));
    figure("places", "gauge", "Places in force", &places);
    figure("http_answers_total", "counter", "Answers by class of status", &answers);
    figure(
        "http_connections",
        "gauge",
        "Open connections",
        &one(app.counts.connections.load(Ordering::Relaxed)),
    );
    figure(
        "feed_listeners",
        "gauge",
        "Screens that listen",
        &one(app.feed.listeners() as u64),
    );
    figure(
        "changes_folded_total",
        "counter",
        "Changes folded",
        &one(ledger.changes.load(Ordering::Relaxed)),
    );
    figure(
        "commits_total",
        "counter",
        "Groups handed to the store",
        &one(ledger.groups.load(Ordering::Relaxed)),
    );
    figure(
        "orders_refused_total",
        "counter",
        "Orders refused by a rule",
        &one(ledger.refused.load(Ordering::Relaxed)),
    );
    figure(
        "races_lost_total",
        "counter",
        "Appends that came second to another server",
        &one(ledger.lost_races.load(Ordering::Relaxed)),
    );
    figure(
        "store_full",
        "gauge",
        "1 while the store has no room to write",
        &one(ledger.full.load(Ordering::Relaxed).into()),
    );
    figure("tile_cache_tiles", "gauge", "Tiles kept", &one(cache.tiles as u64));
    figure(
        "tile_cache_bytes",
        "gauge",
        "Bytes of tiles kept",
        &one(cache.bytes as u64),
    );
    figure(
        "tile_cache_hits_total",
        "counter",
        "Tiles served from the cache",
        &one(cache.hits),
    );
    figure(
        "tile_cache_misses_total",
        "counter",
        "Tiles that had to be cut",
        &one(cache.misses),
    );
    figure(
        "tile_cache_touched_total",
        "counter",
        "Tiles dropped because they were touched",
        &one(cache.touched),
    );
    plain(out)
}
