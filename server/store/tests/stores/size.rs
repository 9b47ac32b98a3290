//! How long a large map takes, told rather than judged: machines differ. A bound that only a mistake in kind would break
//! is asserted.

use crate::ground::Ground;
use crate::keeper::{Keeper, entry, head_of};
use crate::lived_by_both;
use crate::shared::building;
use geju_core::change::{Effect, Revision};
use geju_core::command::Shipment;
use geju_core::world::Parents;
use geju_core::{Command, Seq};
use geju_store::Store;
use std::sync::Arc;
use std::time::{Duration, Instant};

lived_by_both!(a_large_import_is_written_and_loaded_in_time);

/// A street's worth; `GEJU_SOAK_BUILDINGS` asks for more.
const BUILDINGS: u64 = 20_000;
/// A thousand buildings never take so long, whatever the machine.
const PER_THOUSAND: Duration = Duration::from_secs(2);

async fn a_large_import_is_written_and_loaded_in_time(ground: &Ground) {
    let asked = std::env::var("GEJU_SOAK_BUILDINGS").ok().and_then(|n| n.parse().ok());
    let many: u64 = asked.unwrap_or(BUILDINGS);
    let mut keeper = Keeper::new(ground.open().await);
    let shipment = Shipment {
        places: vec![(Arc::new(building(1, 0, 0)), None)],
        ..Shipment::default()
    };
    let order = keeper.order(Command::Import(Box::new(shipment)));
    let mut change = geju_core::decide(&keeper.world, &order).expect("decided");
    change.effects = (0..many)
        .map(|n| {
            Effect::Place(Revision::created(
                building(n + 1, (n % 1_000) as i32, (n / 1_000) as i32),
                Parents::default(),
            ))
        })
        .collect();
    let started = Instant::now();
    keeper
        .store
        .append(head_of(&keeper.world), &[entry(change.clone())])
        .await
        .expect("appended");
    let appended = started.elapsed();
    let started = Instant::now();
    let loaded = keeper.store.load().await.expect("loaded");
    let load = started.elapsed();
    let started = Instant::now();
    let read = keeper.store.since(Seq::ZERO, 1).await.expect("since");
    let since = started.elapsed();
    eprintln!(
        "{many} buildings on {}: append {appended:?}, load {load:?}, since {since:?}",
        ground.spec.split(':').next().unwrap_or_default()
    );
    assert_eq!(loaded.rows.places.len() as u64, many);
    assert!(read[0].effects == change.effects);
    let limit = PER_THOUSAND * u32::try_from(many.div_ceil(1_000)).expect("a number of buildings");
    assert!(appended < limit && load < limit && since < limit);
}
