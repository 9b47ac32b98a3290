//! 台账: the one writer. Every change of the map passes here, is decided, kept, folded and told, in this order.
//!
//! Handlers await a reply; nothing of a write runs in their futures, so a client that hangs up disturbs nothing. Orders
//! that arrive together are decided against the same map and, where their footprints do not meet, kept in one transaction.
//! Where another server was faster, its Changes are folded first; what does not meet them is appended again as it was
//! decided, the rest is decided anew, up to [`limits::LOSSES_MAX`] times.

mod condition;
mod group;
mod reading;
mod room;
mod settle;
mod staged;

pub use condition::Condition;
pub use reading::{load_pack, recent};

use crate::feed::{Event, Feed};
use crate::limits;
use crate::map::Map;
use geju_core::change::{BaseLayer, Effect};
use geju_core::draft::FromDraft;
use geju_core::{BasePack, Change, Command, Order, Refusal, World};
use geju_store::{AnyStore, DraftWrite, Head, Person, Snapshot, Store, StoreError};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The answer to a request as it will be sent, and kept where the request carried an Idempotency-Key.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub status: u16,
    pub location: Option<String>,
    pub etag: Option<String>,
    pub body: Vec<u8>,
}

/// Turns the Change that was decided into the answer.
pub type Render = Box<dyn Fn(&World, &Change) -> Rendered + Send + Sync>;

/// Who asked the same thing with the same key.
#[derive(Debug, Clone)]
pub struct Key {
    pub owner: String,
    pub key: String,
    pub request_hash: String,
}

/// A wish on its way to the writer.
pub struct Wish {
    pub order: Order,
    pub persons: Vec<Person>,
    pub packs: Vec<(BasePack, Vec<u8>)>,
    pub key: Option<Key>,
    /// Which versions may be changed; judged at the moment of deciding. Absent: the order says itself.
    pub condition: Option<Condition>,
    pub render: Render,
    /// Set where the order was prepared aside, at length.
    pub staged: Option<Staged>,
    /// Set where it carries out a draft: both are kept together, or neither.
    pub draft: Option<CarriesOut>,
}

/// A draft that becomes a Change.
pub struct CarriesOut {
    pub from: FromDraft,
    /// How the draft stands once the Change is kept.
    pub then: Box<dyn Fn(&Change) -> DraftWrite + Send + Sync>,
}

/// What an order was prepared on, and whether what came since spoils it. An import is compared with the map once, at
/// leisure; when its turn comes only what came since is looked at.
#[derive(Clone, Copy)]
pub struct Staged {
    pub on: Head,
    pub spoils: fn(&Command, &[Change]) -> bool,
}

impl Wish {
    pub fn new(order: Order, render: Render) -> Self {
        Self {
            order,
            persons: Vec::new(),
            packs: Vec::new(),
            key: None,
            condition: None,
            render,
            staged: None,
            draft: None,
        }
    }
}

/// What became of a wish.
#[derive(Debug)]
pub struct Done {
    pub rendered: Rendered,
    /// The Change; absent when the same request was answered before.
    pub change: Option<Arc<Change>>,
}

/// Why nothing was written.
#[derive(Debug)]
pub enum Denied {
    Refused(Refusal),
    /// The Idempotency-Key was used for another request.
    KeyReused,
    /// What it was prepared on has changed: to be prepared again.
    Overtaken,
    /// Too many wait, or too many races were lost.
    Busy,
    Store(StoreError),
    /// The store has no room; nothing of it was kept.
    Full,
    /// The server is stopping.
    Closed,
}

impl Denied {
    /// The same for everybody whose order went down with this: one cause, many who ask.
    fn for_each(error: StoreError) -> impl FnMut() -> Denied {
        let full = error.is_full();
        let mut error = Some(error).filter(|_| !full);
        move || match full {
            true => Denied::Full,
            false => error.take().map_or(Denied::Busy, Denied::Store),
        }
    }
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Denied::for_each(error)()
    }
}

enum Message {
    Wish(Box<Waiting>),
    /// Another server may have written.
    Wake,
    Stop,
}

struct Waiting {
    wish: Wish,
    answer: oneshot::Sender<Result<Done, Denied>>,
    losses: u32,
}

/// Figures for /metrics.
#[derive(Debug, Default)]
pub struct Counts {
    pub changes: AtomicU64,
    pub groups: AtomicU64,
    pub refused: AtomicU64,
    pub lost_races: AtomicU64,
    /// The store had no room for the last that was to be kept.
    pub full: AtomicBool,
}

/// The way to the writer.
#[derive(Clone)]
pub struct Ledger {
    sender: mpsc::Sender<Message>,
    pub counts: Arc<Counts>,
}

impl Ledger {
    /// Hands a wish to the writer and waits for what becomes of it.
    pub async fn ask(&self, wish: Wish) -> Result<Done, Denied> {
        let (answer, heard) = oneshot::channel();
        let waiting = Box::new(Waiting {
            wish,
            answer,
            losses: 0,
        });
        self.sender
            .try_send(Message::Wish(waiting))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Denied::Busy,
                mpsc::error::TrySendError::Closed(_) => Denied::Closed,
            })?;
        heard.await.unwrap_or(Err(Denied::Closed))
    }

    /// Bids the writer look whether the store knows more than the map shows.
    pub fn nudge(&self) {
        // A writer with a full queue looks anyway.
        let _ = self.sender.try_send(Message::Wake);
    }

    /// Finishes what waits and ends the writer.
    pub async fn stop(&self) {
        // A writer that is gone already has nothing left to finish.
        let _ = self.sender.send(Message::Stop).await;
        self.sender.closed().await;
    }
}

/// Starts the writer and the ear for other servers.
pub fn start(store: Arc<AnyStore>, map: Arc<Map>, feed: Arc<Feed>, ack_early: bool) -> Ledger {
    let (sender, receiver) = mpsc::channel(limits::WAITING_ORDERS_MAX);
    let counts = Arc::new(Counts::default());
    let writer = Writer {
        store: store.clone(),
        map,
        feed,
        counts: counts.clone(),
        behind: false,
        store_away: false,
        ack_early,
    };
    tokio::spawn(writer.run(receiver));
    // Listening runs apart: the writer never races a future that speaks to the database.
    let ear = sender.downgrade();
    tokio::spawn(async move {
        loop {
            store.woken().await;
            let Some(sender) = ear.upgrade() else { return };
            if sender.send(Message::Wake).await.is_err() {
                return;
            }
        }
    });
    Ledger { sender, counts }
}

struct Writer {
    store: Arc<AnyStore>,
    map: Arc<Map>,
    feed: Arc<Feed>,
    counts: Arc<Counts>,
    /// The map may lack Changes that are kept: catch up before deciding.
    behind: bool,
    /// The store did not answer last time, and that was said.
    store_away: bool,
    ack_early: bool,
}

impl Writer {
    async fn run(mut self, mut receiver: mpsc::Receiver<Message>) {
        let mut queue: VecDeque<Waiting> = VecDeque::new();
        let mut stopping = false;
        loop {
            if queue.is_empty() {
                if stopping {
                    return;
                }
                // While the map lags behind the store, nobody's order is waited for.
                let patience = if self.behind {
                    limits::LOOK_AGAIN
                } else if self.is_full() {
                    limits::ROOM_AGAIN
                } else {
                    Duration::MAX
                };
                match tokio::time::timeout(patience, receiver.recv()).await {
                    Ok(Some(message)) => self.take(message, &mut queue, &mut stopping),
                    Ok(None) => return,
                    Err(_) if self.is_full() => self.look_for_room().await,
                    Err(_) => {}
                }
            }
            while queue.len() < limits::GROUP_MAX {
                match receiver.try_recv() {
                    Ok(message) => self.take(message, &mut queue, &mut stopping),
                    Err(_) => break,
                }
            }
            if self.behind && !self.catch_up_or_tell(&mut queue).await {
                continue;
            }
            if !queue.is_empty() {
                self.write_group(&mut queue).await;
            }
        }
    }

    fn take(&mut self, message: Message, queue: &mut VecDeque<Waiting>, stopping: &mut bool) {
        match message {
            Message::Wish(waiting) => queue.push_back(*waiting),
            Message::Wake => self.behind = true,
            Message::Stop => *stopping = true,
        }
    }

    /// False when the store is away: everybody waiting is told.
    async fn catch_up_or_tell(&mut self, queue: &mut VecDeque<Waiting>) -> bool {
        match self.catch_up().await {
            Ok(_) => true,
            Err(error) => {
                if !std::mem::replace(&mut self.store_away, true) {
                    tracing::warn!(error = %chain(&error), "the ledger cannot be read; trying again and again");
                }
                let mut denied = Denied::for_each(error);
                for waiting in queue.drain(..) {
                    // Whoever hung up does not hear it.
                    let _ = waiting.answer.send(Err(denied()));
                }
                false
            }
        }
    }

    /// Folds what others wrote; the Changes, in order.
    async fn catch_up(&mut self) -> Result<Vec<Arc<Change>>, StoreError> {
        let mut new = Vec::new();
        let (head, here) = (self.store.head().await?, self.map.read(|w| (w.epoch(), w.head())));
        if head.epoch != here.0 || head.seq < here.1 {
            self.begin_anew().await?;
        }
        loop {
            let found = self.store.since(self.map.head(), limits::CATCH_UP_CHANGES).await?;
            let last_page = found.len() < limits::CATCH_UP_CHANGES;
            for change in found {
                let change = Arc::new(change);
                self.publish(&change).await?;
                new.push(change);
            }
            if last_page {
                (self.behind, self.store_away) = (false, false);
                return Ok(new);
            }
        }
    }

    /// The store holds another past, after a restore: the whole map is read anew and every screen starts over.
    async fn begin_anew(&self) -> Result<(), StoreError> {
        tracing::warn!("the ledger was restored meanwhile; reading the whole map anew");
        let Snapshot { head, rows } = self.store.load().await?;
        let fallback = self.map.read(|w| w.scheme().clone());
        let world = tokio::task::block_in_place(|| World::from_rows(head.epoch, head.seq, fallback, rows));
        for layer in BaseLayer::ALL {
            let loaded = match world.base_pack(layer) {
                Some(pack) => load_pack(&self.store, pack).await?,
                None => None,
            };
            self.map.put_base(layer, loaded);
        }
        self.map.begin_anew(world);
        self.feed.begin_anew(head.epoch, head.seq);
        Ok(())
    }

    /// Folds a Change that is kept and tells everybody.
    async fn publish(&self, change: &Arc<Change>) -> Result<(), StoreError> {
        for effect in &change.effects {
            if let Effect::Base { before, after } = effect
                && let Some(layer) = after.as_ref().or(before.as_ref()).map(|p| p.layer)
            {
                let loaded = match after {
                    Some(pack) => load_pack(&self.store, pack).await?,
                    None => None,
                };
                self.map.put_base(layer, loaded);
            }
        }
        let folded = if change.effects.len() > geju_core::change::MAX_INLINE_EFFECTS {
            tokio::task::block_in_place(|| self.map.fold(change))
        } else {
            self.map.fold(change)
        };
        let event = self.map.read(|world| Event::of(change, world, &folded));
        self.feed.tell(event);
        self.counts.changes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// An error and everything beneath it, for the log.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
