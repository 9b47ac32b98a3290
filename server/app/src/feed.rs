//! Tells every screen what changed: never what it was or is, only where to look again.

use crate::limits;
use crate::map::{Folded, Map};
use axum::body::Bytes;
use geju_core::change::{Effect, Revision};
use geju_core::matter::Matter;
use geju_core::people::Action;
use geju_core::{Change, Draft, Envelope, Epoch, MatterKind, PlaceId, Seq, World};
use geju_tiles::TileId;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;

use crate::auth::Asker;

/// One Change as screens may hear of it.
#[derive(Debug)]
pub struct Event {
    pub epoch: Epoch,
    pub seq: Seq,
    at: Timestamp,
    /// Too much to list: the layers are taken anew.
    reset: Option<&'static str>,
    marks: Vec<Mark>,
    tiles: Vec<TileId>,
}

/// What happened to one entity, or in one layer.
#[derive(Debug)]
struct Mark {
    layer: Option<&'static str>,
    id: Option<u64>,
    envelope: Option<Envelope>,
    /// For matters, everything they lie in: who answers for none of it hears nothing.
    lies_in: Option<Vec<PlaceId>>,
}

impl Event {
    /// What to tell of a Change that is folded into `world`.
    pub fn of(change: &Change, world: &World, folded: &Folded) -> Self {
        let base = change.effects.iter().any(|e| matches!(e, Effect::Base { .. }));
        let many = folded.touched.reset || change.effects.len() > limits::FEED_IDS_MAX;
        let (reset, marks) = if many {
            let layers = folded.touched.layers.iter().map(|(layer, boxes)| Mark {
                layer: Some(layer),
                id: None,
                envelope: Envelope::union_all(boxes.iter().copied()),
                // Where matters came in says nothing of any one of them only when it is not said at all.
                lies_in: MatterKind::parse(layer).map(|_| Vec::new()),
            });
            (
                Some(if base { "base" } else { change.cause.as_str() }),
                layers.collect(),
            )
        } else if change.effects.iter().any(|e| matches!(e, Effect::Scheme { .. })) {
            (Some("scheme"), Vec::new())
        } else {
            (None, change.effects.iter().map(|e| Mark::of(e, world)).collect())
        };
        Self {
            epoch: change.epoch,
            seq: change.seq,
            at: change.at,
            reset,
            marks,
            tiles: folded.tiles.clone(),
        }
    }

    pub fn id(&self) -> String {
        format!("{}.{}", self.epoch.0, self.seq)
    }

    /// The event as this asker may hear it.
    pub fn told_to(&self, asker: &Asker) -> Bytes {
        let seen: Vec<&Mark> = self
            .marks
            .iter()
            .filter(|m| {
                m.lies_in
                    .as_ref()
                    .is_none_or(|places| asker.reaches_any(Action::MattersRead, places))
            })
            .collect();
        let mut layers: Vec<&str> = seen.iter().filter_map(|m| m.layer).collect();
        layers.sort_unstable();
        layers.dedup();
        let envelope = Envelope::union_all(seen.iter().filter_map(|m| m.envelope)).map(|e| e.to_degrees());
        if let Some(reason) = self.reset {
            let data = if self.marks.is_empty() {
                json!({ "reason": reason })
            } else {
                json!({ "reason": reason, "layers": layers, "envelope": envelope })
            };
            return block("reset", Some(&self.id()), &data);
        }
        if seen.is_empty() && !self.marks.is_empty() {
            // Hidden: only the position moves on.
            return Bytes::from(format!("id: {}\n\n", self.id()));
        }
        let mut ids: Vec<u64> = seen.iter().filter_map(|m| m.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let tiles: Vec<Value> = self.tiles.iter().map(|t| json!([t.z(), t.x(), t.y()])).collect();
        let data = json!({
            "seq": self.seq, "at": self.at, "layers": layers, "ids": ids, "envelope": envelope, "tiles": tiles,
        });
        block("change", Some(&self.id()), &data)
    }
}

impl Mark {
    fn of(effect: &Effect, world: &World) -> Self {
        fn lies_in<T: Matter>(world: &World, r: &Revision<T>) -> Option<Vec<PlaceId>> {
            let mut places = world.grounds_of(&r.into, r.after.ground().inner_point());
            places.extend(world.ancestors(&r.from));
            Some(places)
        }
        let lies_in = match effect {
            Effect::Hazard(r) => lies_in(world, r),
            Effect::Alert(r) => lies_in(world, r),
            Effect::Issue(r) => lies_in(world, r),
            Effect::Place(_)
            | Effect::Post(_)
            | Effect::Appointment(_)
            | Effect::Reparent { .. }
            | Effect::Base { .. }
            | Effect::Scheme { .. } => None,
        };
        Self {
            layer: effect.layer(),
            id: effect.id(),
            envelope: effect.envelope(),
            lies_in,
        }
    }
}

/// Where a draft stands, as this asker may hear of it.
pub fn draft_told_to(draft: &Draft, asker: &Asker) -> Option<Bytes> {
    let seen = draft.is_seen_by(&asker.actor(), &asker.warrant());
    let data = json!({ "id": draft.id, "state": draft.state, "version": draft.version });
    seen.then(|| block("draft", None, &data))
}

/// One server-sent event.
pub fn block(event: &str, id: Option<&str>, data: &Value) -> Bytes {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    Bytes::from(format!("event: {event}\n{id}data: {data}\n\n"))
}

/// Where a screen goes on.
pub enum Resumed {
    /// What it missed, oldest first.
    Missed(Vec<Arc<Event>>),
    /// Nothing can be told of what it missed.
    Reset(&'static str),
}

/// Everybody who listens, and what was said lately.
pub struct Feed {
    inner: Mutex<Inner>,
    listening: AtomicUsize,
}

struct Inner {
    /// The newest events without gaps.
    ring: VecDeque<Arc<Event>>,
    voice: broadcast::Sender<Arc<Event>>,
    /// Drafts on their way: no Changes, so nothing is repeated to screens that were away.
    drafts: broadcast::Sender<Arc<Draft>>,
}

impl Default for Feed {
    fn default() -> Self {
        let (voice, _) = broadcast::channel(limits::FEED_QUEUE);
        let (drafts, _) = broadcast::channel(limits::FEED_QUEUE);
        Self {
            inner: Mutex::new(Inner {
                ring: VecDeque::new(),
                voice,
                drafts,
            }),
            listening: AtomicUsize::new(0),
        }
    }
}

impl Feed {
    pub fn tell(&self, event: Event) {
        let event = Arc::new(event);
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.ring.push_back(event.clone());
        while inner.ring.len() > limits::FEED_RING {
            inner.ring.pop_front();
        }
        // Nobody listening is fine.
        let _ = inner.voice.send(event);
    }

    /// Tells those who may see it where a draft stands.
    pub fn tell_draft(&self, draft: Draft) {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody listening is fine.
        let _ = inner.drafts.send(Arc::new(draft));
    }

    /// Listens for drafts from now on.
    pub fn listen_for_drafts(&self) -> broadcast::Receiver<Arc<Draft>> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.drafts.subscribe()
    }

    /// Another past altogether: nothing said before counts, everybody starts over.
    pub fn begin_anew(&self, epoch: Epoch, seq: Seq) {
        let at = Timestamp::now();
        let event = Event {
            epoch,
            seq,
            at,
            reset: Some("restored"),
            marks: Vec::new(),
            tiles: Vec::new(),
        };
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.ring.clear();
        // Nobody listening is fine.
        let _ = inner.voice.send(Arc::new(event));
    }

    /// Fills the ring at start, so that a restart is no break for a screen.
    pub fn recall(&self, events: impl IntoIterator<Item = Event>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.ring = events.into_iter().map(Arc::new).collect();
    }

    /// Listens from now on, and says what was missed since `last`. Listening begins in the same moment in which the ring is
    /// read, so nothing falls between and nothing comes twice.
    pub fn listen(&self, map: &Map, last: Option<&str>) -> (broadcast::Receiver<Arc<Event>>, Option<Resumed>, Seq) {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let voice = inner.voice.subscribe();
        // The head that the ring tells of, which may lag a hair behind the map.
        let (epoch, map_head) = map.read(|w| (w.epoch(), w.head()));
        let head = inner.ring.back().map_or(map_head, |e| e.seq);
        let resumed = last.map(|last| resume(&inner.ring, epoch, head, last));
        (voice, resumed, head)
    }

    /// Counts a listener until the guard is dropped.
    pub fn enter(self: &Arc<Self>) -> Listening {
        self.listening.fetch_add(1, Ordering::Relaxed);
        Listening(self.clone())
    }

    pub fn listeners(&self) -> usize {
        self.listening.load(Ordering::Relaxed)
    }
}

pub struct Listening(Arc<Feed>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.listening.fetch_sub(1, Ordering::Relaxed);
    }
}

fn resume(ring: &VecDeque<Arc<Event>>, epoch: Epoch, head: Seq, last: &str) -> Resumed {
    let Some((heard_epoch, heard)) = read_event_id(last) else {
        return Resumed::Reset("unknown_id");
    };
    if heard_epoch != epoch {
        return Resumed::Reset("other_past");
    }
    if heard > head {
        return Resumed::Reset("ahead");
    }
    if heard == head {
        return Resumed::Missed(Vec::new());
    }
    match ring.front() {
        Some(oldest) if oldest.seq <= heard.next() => {
            Resumed::Missed(ring.iter().filter(|e| e.seq > heard).cloned().collect())
        }
        _ => Resumed::Reset("too_old"),
    }
}

/// `epoch.seq`.
fn read_event_id(text: &str) -> Option<(Epoch, Seq)> {
    let (epoch, seq) = text.split_once('.')?;
    Some((Epoch(epoch.parse().ok()?), Seq(seq.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(from: u64, to: u64) -> VecDeque<Arc<Event>> {
        (from..=to)
            .map(|n| {
                let at = Timestamp::UNIX_EPOCH;
                Arc::new(Event {
                    epoch: Epoch(2),
                    seq: Seq(n),
                    at,
                    reset: None,
                    marks: Vec::new(),
                    tiles: Vec::new(),
                })
            })
            .collect()
    }

    #[test]
    fn a_screen_goes_on_where_it_was_or_starts_over() {
        let ring = ring(5, 9);
        let missed = |last: &str| match resume(&ring, Epoch(2), Seq(9), last) {
            Resumed::Missed(events) => Ok(events.iter().map(|e| e.seq.0).collect::<Vec<_>>()),
            Resumed::Reset(why) => Err(why),
        };
        assert_eq!(missed("2.7"), Ok(vec![8, 9]));
        assert_eq!(missed("2.4"), Ok(vec![5, 6, 7, 8, 9]));
        assert_eq!(missed("2.9"), Ok(vec![]));
        assert_eq!(missed("2.3"), Err("too_old"));
        assert_eq!(missed("2.10"), Err("ahead"));
        assert_eq!(missed("1.7"), Err("other_past"));
        for odd in ["", "7", "-1.-1", "2.18446744073709551616", "nonsense"] {
            assert_eq!(missed(odd), Err("unknown_id"), "{odd}");
        }
    }
}
