//! What a start reads beside the map itself.

use crate::base_pack::LoadedPack;
use crate::limits;
use geju_core::{BasePack, Change, Seq};
use geju_store::{AnyStore, Store, StoreError};
use std::sync::Arc;

/// A base layer's pack from the store, ready to be cut. One that cannot be read leaves its layer bare.
pub async fn load_pack(store: &AnyStore, pack: &BasePack) -> Result<Option<Arc<LoadedPack>>, StoreError> {
    let Some(bytes) = store.pack(&pack.hash).await? else {
        tracing::warn!(
            layer = pack.layer.as_str(),
            "the pack of a base layer is missing in the store"
        );
        return Ok(None);
    };
    match LoadedPack::read(&bytes, pack.attribution.clone()) {
        Ok(loaded) => Ok(Some(Arc::new(loaded))),
        Err(error) => {
            tracing::warn!(layer = pack.layer.as_str(), error = %error, "the pack of a base layer cannot be read");
            Ok(None)
        }
    }
}

/// The newest Changes without a bulk import among them, oldest first: what the feed can repeat after a restart.
pub async fn recent(store: &AnyStore, head: Seq) -> Result<Vec<Change>, StoreError> {
    let newest = store
        .summaries(None, limits::FEED_RING.min(limits::CATCH_UP_CHANGES))
        .await?;
    let repeatable = newest.iter().take_while(|s| s.batch.is_none()).count() as u64;
    if repeatable == 0 {
        return Ok(Vec::new());
    }
    store
        .since(Seq(head.0.saturating_sub(repeatable)), repeatable as usize)
        .await
}
