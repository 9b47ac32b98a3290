//! Someone who keeps a ledger and the map beside it, as the application does.

use geju_core::change::{Cause, Change};
use geju_core::command::Shipment;
use geju_core::drawn::{order, scheme};
use geju_core::{ChangeId, Command, Epoch, Order, Refusal, World};
use geju_store::{Accounts, Entry, Head, Snapshot, Store};
use std::sync::Arc;

pub struct Keeper<S> {
    pub store: S,
    pub world: World,
    pub changes: Vec<Change>,
    attempts: u128,
    /// Ids handed out by [`Keeper::wander`]; never one twice.
    pub fresh: u64,
}

pub fn head_of(world: &World) -> Head {
    Head {
        epoch: world.epoch(),
        seq: world.head(),
    }
}

pub fn world_of(snapshot: Snapshot) -> World {
    World::from_rows(snapshot.head.epoch, snapshot.head.seq, scheme(), snapshot.rows)
}

/// Its rows by id: each store hands them over in the order in which they lie there.
pub fn by_id(mut snapshot: Snapshot) -> Snapshot {
    let rows = &mut snapshot.rows;
    rows.places.sort_unstable_by_key(|r| r.value.id);
    rows.hazards.sort_unstable_by_key(|r| r.value.id);
    rows.alerts.sort_unstable_by_key(|r| r.value.id);
    rows.issues.sort_unstable_by_key(|r| r.value.id);
    rows.posts.sort_unstable_by_key(|p| p.id);
    rows.appointments.sort_unstable_by_key(|a| a.id);
    rows.base.sort_unstable_by_key(|p| p.layer);
    snapshot
}

pub fn entry(change: Change) -> Entry {
    Entry {
        change,
        persons: Vec::new(),
        draft: None,
        reply: None,
    }
}

impl<S: Store + Accounts> Keeper<S> {
    pub fn new(store: S) -> Self {
        Keeper {
            store,
            world: World::empty(Epoch(1), scheme()),
            changes: Vec::new(),
            attempts: 0,
            fresh: 0,
        }
    }

    /// The operator's order, each a little later than the one before.
    pub fn order(&mut self, command: Command) -> Order {
        self.attempts += 1;
        let at = order(command.clone()).at + jiff::SignedDuration::from_micros(self.attempts as i64 * 1_000_001);
        Order {
            change_id: ChangeId(self.attempts),
            at,
            ..order(command)
        }
    }

    /// Decides, appends, folds.
    pub async fn put(&mut self, command: Command) -> Result<Change, Refusal> {
        let order = self.order(command);
        let change = geju_core::decide(&self.world, &order)?;
        self.keep(change.clone()).await;
        Ok(change)
    }

    pub async fn keep(&mut self, change: Change) {
        let seq = self
            .store
            .append(head_of(&self.world), &[entry(change.clone())])
            .await
            .expect("appended");
        assert_eq!(seq, change.seq);
        self.world.fold(&change);
        self.changes.push(change);
    }

    pub async fn import(&mut self, shipment: Shipment) -> Result<Change, Refusal> {
        let change = self.put(Command::Import(Box::new(shipment))).await?;
        assert_eq!(change.cause, Cause::Import);
        Ok(change)
    }

    pub async fn undo(&mut self, change: Change) -> Result<Change, Refusal> {
        self.put(Command::Undo(Arc::new(change))).await
    }

    /// The map in the store is the map in memory.
    pub async fn assert_equal(&self) {
        let loaded = world_of(self.store.load().await.expect("loaded"));
        assert_eq!(self.store.head().await.expect("head"), head_of(&self.world));
        if loaded != self.world {
            for placed in self.world.places() {
                assert_eq!(loaded.place(placed.place.id), Some(placed), "place {}", placed.place.id);
            }
            panic!(
                "the map in the store is not the map in memory: {} places, {} loaded",
                self.world.places().count(),
                loaded.places().count()
            );
        }
        loaded.assert_sound();
    }
}
