//! Whether the store has room: noticed by who writes, told by who looks, and looked for while nobody writes.

use super::{Writer, chain};
use geju_store::Store;
use std::sync::atomic::Ordering;

impl Writer {
    pub(super) fn is_full(&self) -> bool {
        self.counts.full.load(Ordering::Relaxed)
    }

    /// Notes whether there was room, and says so once each time it changes.
    pub(super) fn note_room(&self, full: bool) {
        match (self.counts.full.swap(full, Ordering::Relaxed), full) {
            (false, true) => tracing::warn!(
                store = self.store.describe(),
                "the disk is full: the map is served, nothing can be written until there is room"
            ),
            (true, false) => tracing::info!("there is room again; writing goes on"),
            _ => {}
        }
    }

    /// Nobody writes just now: somebody may have tidied up meanwhile.
    pub(super) async fn look_for_room(&self) {
        match self.store.try_room().await {
            Ok(()) => self.note_room(false),
            Err(error) => tracing::debug!(error = %chain(&error), "still no room"),
        }
    }
}
