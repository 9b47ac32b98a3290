//! A commit whose answer was lost is settled by its change_id: it is in the ledger, or it never will be.

use super::group::Decided;
use super::{Denied, Writer, chain};
use crate::limits;
use geju_store::StoreError;
use tokio::time::Instant;

impl Writer {
    /// Learns what became of a group and answers. A store that stays away leaves it open: the answer is then an error of
    /// the server, which promises nothing either way, and the next order looks again before anything is decided.
    pub(super) async fn settle(&mut self, group: Vec<Decided>, error: Option<StoreError>) {
        self.behind = true;
        let until = Instant::now() + limits::SETTLE_WITHIN;
        let new = loop {
            match self.catch_up().await {
                Ok(new) => break new,
                Err(_) if Instant::now() < until => tokio::time::sleep(limits::LOOK_AGAIN).await,
                Err(last) => return self.fail(group, error.unwrap_or(last)),
            }
        };
        match &error {
            Some(full) if full.is_full() => {
                tracing::debug!(error = %chain(full), "nothing was kept");
                self.note_room(true);
            }
            Some(error) => tracing::warn!(error = %chain(error), "the answer of a commit was lost; settled by looking"),
            None => {}
        }
        let mut denied = error.map(Denied::for_each);
        for decided in group {
            let answer = match new.iter().find(|c| c.change_id == decided.change.change_id) {
                Some(change) => self.map.read(|world| decided.is_there_as(world, change)),
                None => Err(denied.as_mut().map_or(Denied::Busy, |denied| denied())),
            };
            // Whoever hung up does not hear it.
            let _ = decided.waiting.answer.send(answer);
        }
    }
}
