//! The open ear of a screen: server-sent events.

use super::Shared;
use super::asked::Asked;
use super::doors::{Door, header, query};
use super::problem::Answered;
use crate::auth::{Asker, address_of};
use crate::feed::{Event, Listening, Resumed, block, draft_told_to};
use crate::limits;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::IntoResponse;
use axum::routing::get;
use geju_core::Draft;
use serde_json::json;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior};

pub fn doors() -> Vec<Door> {
    let last = [
        header(
            "Last-Event-ID",
            r#"{"type":"string"}"#,
            "epoch.seq of the last event heard",
        ),
        query(
            "last_event_id",
            r#"{"type":"string"}"#,
            "The same, where a header cannot be set",
        ),
    ];
    vec![
        Door::new(
            "GET",
            "/api/v1/feed",
            get(listen),
            "What changes, as it changes: hello, change, draft, reset",
        )
        .takes(&last)
        .answers(200, "text/event-stream", "EventStream"),
    ]
}

async fn listen(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    asked: Asked,
) -> Answered {
    let last = headers
        .get("last-event-id")
        .and_then(|v| v.to_str().ok())
        .or_else(|| asked.text("last_event_id"));
    // Taken before the first word, so that a right lost meanwhile is noticed.
    let rights = app.keeper.changes();
    let drafts = app.feed.listen_for_drafts();
    let (voice, resumed, head) = app.feed.listen(&app.map, last);
    let epoch = app.read(geju_core::World::epoch);
    let mut waiting = VecDeque::new();
    waiting.push_back(block(
        "hello",
        None,
        &json!({ "build": app.build, "epoch": epoch, "head": head }),
    ));
    match resumed {
        None => {}
        Some(Resumed::Missed(events)) => waiting.extend(events.iter().map(|e| e.told_to(&asker))),
        Some(Resumed::Reset(reason)) => {
            let id = format!("{}.{head}", epoch.0);
            waiting.push_back(block("reset", Some(&id), &json!({ "reason": reason })));
        }
    }
    let mut heartbeat = tokio::time::interval_at(Instant::now() + limits::HEARTBEAT, limits::HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let from = address_of(&headers, from.ip(), app.settings.https);
    let ear = Ear {
        _counted: app.feed.enter(),
        stopping: app.stopping.clone(),
        app,
        asker,
        headers,
        from,
        waiting,
        voice,
        drafts,
        rights,
        heartbeat,
        closing: false,
    };
    let stream = futures_util::stream::unfold(ear, |mut ear| async move {
        let next = ear.next().await?;
        Some((Ok::<Bytes, Infallible>(next), ear))
    });
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
        // Proxies that gather an answer before passing it on would silence the feed.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

/// One screen that listens.
struct Ear {
    /// Counts as listening until dropped.
    _counted: Listening,
    app: Shared,
    asker: Asker,
    headers: HeaderMap,
    from: IpAddr,
    waiting: VecDeque<Bytes>,
    voice: broadcast::Receiver<Arc<Event>>,
    drafts: broadcast::Receiver<Arc<Draft>>,
    rights: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    heartbeat: Interval,
    closing: bool,
}

/// What woke an ear.
enum Heard {
    Event(Result<Arc<Event>, RecvError>),
    Draft(Result<Arc<Draft>, RecvError>),
    /// Somebody's rights changed; false when nobody watches over them any more.
    Rights(bool),
    Nothing,
}

impl Ear {
    /// What to say next; `None` hangs up.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(next) = self.waiting.pop_front() {
            return Some(next);
        }
        if self.closing {
            return None;
        }
        let heard = tokio::select! {
            biased;
            _ = self.stopping.wait_for(|stop| *stop) => return None,
            changed = self.rights.changed() => Heard::Rights(changed.is_ok()),
            event = self.voice.recv() => Heard::Event(event),
            draft = self.drafts.recv() => Heard::Draft(draft),
            _ = self.heartbeat.tick() => Heard::Nothing,
        };
        match heard {
            Heard::Nothing => Some(Bytes::from_static(b": here\n\n")),
            Heard::Event(Ok(event)) => Some(event.told_to(&self.asker)),
            Heard::Draft(Ok(draft)) => {
                Some(draft_told_to(&draft, &self.asker).unwrap_or_else(|| Bytes::from_static(b": here\n\n")))
            }
            Heard::Draft(Err(RecvError::Lagged(_))) => self.farewell("too_slow"),
            Heard::Draft(Err(RecvError::Closed)) => None,
            // Too slow for what is said: it takes everything anew.
            Heard::Event(Err(RecvError::Lagged(_))) => self.farewell("too_slow"),
            Heard::Event(Err(RecvError::Closed)) => None,
            Heard::Rights(known) => {
                if known
                    && self
                        .app
                        .keeper
                        .still_stands(&self.headers, self.from, &self.asker)
                        .await
                {
                    return Some(Bytes::from_static(b": still\n\n"));
                }
                self.farewell("rights_changed")
            }
        }
    }

    fn farewell(&mut self, reason: &str) -> Option<Bytes> {
        self.closing = true;
        Some(block("reset", None, &json!({ "reason": reason })))
    }
}
