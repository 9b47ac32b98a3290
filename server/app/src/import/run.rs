//! Carrying an import out through the ledger.

use super::args::Wanted;
use super::prepare;
use super::report::Report;
use crate::base_pack;
use crate::ids::{self, IdSource};
use crate::ledger::{Denied, Ledger, Rendered, Wish};
use crate::map::Map;
use geju_core::people::Warrant;
use geju_core::{Actor, Command, Effect, MatterKind, Order};
use geju_store::{AnyStore, Store, StoreError};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Imports of one process go one after the other: two that are prepared on the same map would both bring what is new.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Matters asked of the store at a time.
const PAST_PAGE: usize = 10_000;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    #[error("{0}")]
    Options(String),
    #[error("the ledger: {0:?}")]
    Denied(Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the import broke off: {0}")]
    Broken(#[from] tokio::task::JoinError),
}

/// Where an import goes and who brings it.
pub struct Destination {
    pub map: Arc<Map>,
    pub store: Arc<AnyStore>,
    pub ledger: Ledger,
    pub actor: Actor,
    pub warrant: Warrant,
}

/// Reads the files against a snapshot of the map and hands what they bring to the ledger as one Change. The report says
/// what was found; `seq` in it is set when something was changed.
pub async fn take_in(
    to: Destination,
    files: Vec<PathBuf>,
    wanted: Wanted,
    mut progress: impl FnMut(&Path, u64, u64) + Send + 'static,
) -> Result<Report, ImportFailure> {
    let options = wanted.options().map_err(ImportFailure::Options)?;
    let _turn = ONE_AT_A_TIME.lock().await;
    let at = Timestamp::now();
    let snapshot = to.map.clone();
    let store = to.store.clone();
    let reading = options.clone();
    let runtime = tokio::runtime::Handle::current();
    let prepared = tokio::task::spawn_blocking(move || {
        let world = snapshot.read(geju_core::World::clone);
        let past = |kind| runtime.block_on(past(&store, kind)).unwrap_or_default();
        prepare(
            &world,
            &past,
            &files,
            &reading,
            at,
            &mut IdSource::random(),
            &mut progress,
        )
    })
    .await?;
    let clear = prepared.is_clear(&options);
    let mut report = prepared.report.clone();
    report.dry_run = wanted.dry_run;
    if !clear || wanted.dry_run || prepared.changes_nothing() {
        return Ok(report);
    }
    settle(to, prepared, at, &mut report).await?;
    Ok(report)
}

async fn settle(
    to: Destination,
    prepared: super::Prepared,
    at: Timestamp,
    report: &mut Report,
) -> Result<(), ImportFailure> {
    let super::Prepared {
        mut shipment,
        base,
        source,
        attribution,
        ..
    } = prepared;
    let mut packs = Vec::with_capacity(base.len());
    for (layer, features) in base {
        let (pack, bytes) = base_pack::write(layer, features, attribution.clone());
        let unchanged = to
            .map
            .read(|world| world.base_pack(layer).is_some_and(|old| old.hash == pack.hash));
        let count = report.layer(layer.as_str());
        if unchanged {
            (count.unchanged, count.new) = (count.new, 0);
            continue;
        }
        shipment.base.push(pack.clone());
        packs.push((pack, bytes));
    }
    if shipment.is_empty() {
        return Ok(());
    }
    let order = Order {
        command: Command::Import(Box::new(shipment)),
        change_id: ids::change_id(),
        at,
        actor: to.actor,
        warrant: to.warrant,
        post: None,
        source: Some(source),
    };
    let render = Box::new(|_: &geju_core::World, _: &geju_core::Change| Rendered {
        status: 200,
        location: None,
        etag: None,
        body: Vec::new(),
    });
    let mut wish = Wish::new(order, render);
    wish.packs = packs;
    match to.ledger.ask(wish).await {
        Ok(done) => report.seq = done.change.map(|c| c.seq.0),
        Err(Denied::Refused(refusal)) => report.refused_by_rules(&refusal),
        Err(denied) => return Err(ImportFailure::Denied(denied)),
    }
    Ok(())
}

/// Every matter of a kind the store ever held, closed ones too.
async fn past(store: &AnyStore, kind: MatterKind) -> Result<Vec<Effect>, StoreError> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store.matters(kind, after, PAST_PAGE).await?;
        let Some(last) = page.last().and_then(|v| v.effect.id()) else {
            return Ok(all);
        };
        after = Some(last);
        all.extend(page.into_iter().map(|v| v.effect));
    }
}
