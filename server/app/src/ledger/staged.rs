//! An order that was prepared aside is held against what came since.

use super::{Staged, Waiting, Writer};
use crate::limits;
use geju_store::{Head, Store, StoreError};

impl Writer {
    /// Does something that came since it was prepared spoil this order?
    pub(super) async fn is_spoiled(&self, waiting: &Waiting) -> Result<bool, StoreError> {
        let Some(Staged { on, spoils }) = waiting.wish.staged else {
            return Ok(false);
        };
        let here = self.map.read(|w| Head {
            epoch: w.epoch(),
            seq: w.head(),
        });
        if here == on {
            return Ok(false);
        }
        let since = here.seq.0.saturating_sub(on.seq.0);
        let since = usize::try_from(since).unwrap_or(usize::MAX);
        if here.epoch != on.epoch || here.seq < on.seq || since > limits::STAGED_CHANGES_MAX {
            return Ok(true);
        }
        // What touches everything is not read to see what: another import may be a city.
        let newest = self.store.summaries(None, since).await?;
        if newest.iter().any(|s| s.footprint.everything) {
            return Ok(true);
        }
        let came = self.store.since(on.seq, since).await?;
        Ok(spoils(&waiting.wish.order.command, &came))
    }
}
