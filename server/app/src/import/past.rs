//! What is no longer on the map and an import must know of all the same, asked of the store when a file calls for it.

use geju_core::place::PlaceId;
use geju_core::{Effect, MatterKind, Place};
use geju_store::{AnyStore, Store, StoreError};
use std::cell::RefCell;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Matters asked of the store at a time.
const PAGE: usize = 10_000;

/// What was.
pub trait Past {
    /// Matters of a kind, closed ones too.
    fn matters(&self, kind: MatterKind) -> Vec<Effect>;
    /// The last version of a retired place.
    fn retired(&self, id: PlaceId) -> Option<Arc<Place>>;
}

/// The past as a store keeps it, for a thread that may wait. A store that does not answer is remembered: what was read
/// without it must not be carried out.
pub struct Kept {
    store: Arc<AnyStore>,
    runtime: Handle,
    failed: RefCell<Option<StoreError>>,
}

impl Kept {
    pub fn new(store: Arc<AnyStore>, runtime: Handle) -> Self {
        Self {
            store,
            runtime,
            failed: RefCell::new(None),
        }
    }

    /// Why the store did not answer, if it once did not.
    pub fn failure(self) -> Option<StoreError> {
        self.failed.into_inner()
    }

    fn wait<T: Default>(&self, asked: impl Future<Output = Result<T, StoreError>>) -> T {
        self.runtime.block_on(asked).unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            T::default()
        })
    }
}

impl Past for Kept {
    fn matters(&self, kind: MatterKind) -> Vec<Effect> {
        self.wait(every_matter(&self.store, kind))
    }

    fn retired(&self, id: PlaceId) -> Option<Arc<Place>> {
        let last = self.wait(self.store.history(id.0)).pop()?;
        match last.effect {
            Effect::Place(r) if r.after.is_retired() => Some(r.after),
            _ => None,
        }
    }
}

/// Every matter of a kind the store ever held, closed ones too.
async fn every_matter(store: &AnyStore, kind: MatterKind) -> Result<Vec<Effect>, StoreError> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store.matters(kind, after, PAGE).await?;
        let Some(last) = page.last().and_then(|v| v.effect.id()) else {
            return Ok(all);
        };
        after = Some(last);
        all.extend(page.into_iter().map(|v| v.effect));
    }
}
