//! A screen that listens to the feed.

use crate::client::Client;
use reqwest::Method;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

#[derive(Clone, Debug)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: Value,
}

/// An open feed. Dropping it hangs up at the next word of the server.
pub struct Feed {
    events: Receiver<Event>,
}

impl Feed {
    /// Opens the feed, from the start or after `last_event_id`.
    pub fn open(client: &Client, last_event_id: Option<&str>) -> Feed {
        let mut request = client
            .request(Method::GET, "/api/v1/feed")
            .timeout(Duration::from_secs(600));
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = request.send().expect("the feed answers");
        assert_eq!(response.status().as_u16(), 200, "the feed opens");
        let kind = response
            .headers()
            .get("content-type")
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        assert!(
            kind.starts_with("text/event-stream"),
            "the feed is an event stream, not {kind}"
        );
        let (sender, events) = channel();
        std::thread::spawn(move || {
            let mut event = Event {
                name: "message".into(),
                id: String::new(),
                data: Value::Null,
            };
            let mut data = String::new();
            for line in BufReader::new(response).lines().map_while(Result::ok) {
                if line.is_empty() {
                    if !data.is_empty() {
                        event.data = serde_json::from_str(&data).unwrap_or(Value::String(data.clone()));
                        if sender.send(event.clone()).is_err() {
                            return;
                        }
                    }
                    data.clear();
                    event.name = "message".into();
                } else if let Some(value) = field(&line, "event") {
                    event.name = value.to_owned();
                } else if let Some(value) = field(&line, "id") {
                    event.id = value.to_owned();
                } else if let Some(value) = field(&line, "data") {
                    data.push_str(value);
                }
            }
        });
        Feed { events }
    }

    /// The next event, whatever it is.
    #[track_caller]
    pub fn next(&self, within: Duration) -> Event {
        self.events
            .recv_timeout(within)
            .unwrap_or_else(|_| panic!("no event within {within:?}"))
    }

    /// The next event of this name; others are passed over.
    #[track_caller]
    pub fn next_named(&self, name: &str, within: Duration) -> Event {
        let until = Instant::now() + within;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let event = self
                .events
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("no {name} within {within:?}"));
            if event.name == name {
                return event;
            }
        }
    }

    /// Whether the server hung up within the time.
    pub fn ends(&self, within: Duration) -> bool {
        let until = Instant::now() + within;
        loop {
            match self
                .events
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Err(RecvTimeoutError::Disconnected) => return true,
                Err(RecvTimeoutError::Timeout) => return false,
                Ok(_) => {}
            }
        }
    }
}

fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(name)?.strip_prefix(':')?;
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}
