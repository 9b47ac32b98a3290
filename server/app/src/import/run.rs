//! Carrying an import out through the ledger.

use super::args::Wanted;
use super::past::Kept;
use super::report::Report;
use super::staged::spoils;
use super::{ImportOptions, Prepared, prepare};
use crate::base_pack;
use crate::ids::{self, IdSource};
use crate::ledger::{Denied, Ledger, Rendered, Staged, Wish};
use crate::map::Map;
use geju_core::people::Warrant;
use geju_core::{Actor, Command, Order};
use geju_store::{AnyStore, Head, StoreError};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Imports of one process go one after the other: two that are prepared on the same map would both bring what is new.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
/// Dry runs hold nothing up but each other: each may need a gigabyte for a city's file.
static ONE_LOOK_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Times a file is read anew because others brought the same meanwhile. The next reading finds theirs there and is done, so
/// more than two mean a crowd.
const READINGS_MAX: u32 = 5;

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
#[derive(Clone)]
pub struct Destination {
    pub map: Arc<Map>,
    pub store: Arc<AnyStore>,
    pub ledger: Ledger,
    pub actor: Actor,
    pub warrant: Warrant,
}

/// Reads the files against a snapshot of the map and hands what they bring to the ledger as one Change. The report says
/// what was found; `seq` in it is set when something was changed. Where others brought something of it since the snapshot,
/// the files are read again, so that nothing comes in twice.
pub async fn take_in(
    to: Destination,
    files: Vec<PathBuf>,
    wanted: Wanted,
    mut progress: impl FnMut(&Path, u64, u64) + Send + 'static,
) -> Result<Report, ImportFailure> {
    let options = wanted.options().map_err(ImportFailure::Options)?;
    let turn = if wanted.dry_run {
        &ONE_LOOK_AT_A_TIME
    } else {
        &ONE_AT_A_TIME
    };
    let _turn = turn.lock().await;
    for _ in 0..READINGS_MAX {
        let at = Timestamp::now();
        let (prepared, on);
        (prepared, on, progress) = read_through(&to, &files, &options, at, progress).await?;
        let mut report = prepared.report.clone();
        report.dry_run = wanted.dry_run;
        if !prepared.is_clear(&options) || wanted.dry_run || prepared.changes_nothing() {
            return Ok(report);
        }
        if settle(&to, prepared, on, at, &mut report).await? {
            return Ok(report);
        }
        tracing::info!("others brought something of this import meanwhile; its files are read again");
    }
    Err(ImportFailure::Denied(Denied::Busy))
}

/// What the files hold, compared with the map as it stands now.
async fn read_through<P>(
    to: &Destination,
    files: &[PathBuf],
    options: &ImportOptions,
    at: Timestamp,
    mut progress: P,
) -> Result<(Prepared, Head, P), ImportFailure>
where
    P: FnMut(&Path, u64, u64) + Send + 'static,
{
    let (map, files, options) = (to.map.clone(), files.to_vec(), options.clone());
    let (store, runtime) = (to.store.clone(), tokio::runtime::Handle::current());
    let read = tokio::task::spawn_blocking(move || {
        let world = map.read(geju_core::World::clone);
        let on = Head {
            epoch: world.epoch(),
            seq: world.head(),
        };
        let past = Kept::new(store, runtime);
        let ids = &mut IdSource::random();
        let prepared = prepare(&world, &past, &files, &options, at, ids, &mut progress);
        match past.failure() {
            Some(error) => Err(error),
            None => Ok((prepared, on, progress)),
        }
    });
    Ok(read.await??)
}

/// Hands it to the ledger. False when it has to be prepared again, because the map moved on beneath it.
async fn settle(
    to: &Destination,
    prepared: Prepared,
    on: Head,
    at: Timestamp,
    report: &mut Report,
) -> Result<bool, ImportFailure> {
    let Prepared {
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
        return Ok(true);
    }
    let order = Order {
        command: Command::Import(Box::new(shipment)),
        change_id: ids::change_id(),
        at,
        actor: to.actor.clone(),
        warrant: to.warrant.clone(),
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
    wish.staged = Some(Staged { on, spoils });
    match to.ledger.ask(wish).await {
        Ok(done) => report.seq = done.change.map(|c| c.seq.0),
        Err(Denied::Overtaken) => return Ok(false),
        // What was amended or taken meanwhile may just be what this file says too.
        Err(Denied::Refused(_)) if to.map.head() != on.seq => return Ok(false),
        Err(Denied::Refused(refusal)) => report.refused_by_rules(&refusal),
        Err(denied) => return Err(ImportFailure::Denied(denied)),
    }
    Ok(true)
}
