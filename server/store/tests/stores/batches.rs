//! Imports too large to travel inside their Change.

use crate::ground::Ground;
use crate::keeper::Keeper;
use crate::lived_by_both;
use crate::shared::{building, community, compound, hazard};
use geju_core::change::{BaseLayer, BasePack};
use geju_core::command::Shipment;
use geju_core::{Command, Effect, Place, PlaceId, Seq};
use geju_store::{Accounts, Store};
use std::sync::Arc;

lived_by_both!(
    a_batch_is_imported_and_taken_back,
    a_level_imported_later_reparents_what_lies_beneath,
    a_map_is_read_alike_from_a_table_full_of_history,
    a_pack_is_kept_before_the_change_that_names_it,
);

/// More than two chunks of rows, on a street of 110 by 110 cells.
const MANY: u64 = 12_000;

pub fn many() -> Shipment {
    let places = (0..MANY).map(|n| (Arc::new(building(1_000 + n, (n % 110) as i32, (n / 110) as i32)), None));
    Shipment {
        places: places.collect(),
        hazards: vec![(Arc::new(hazard(7, 3, 3)), None)],
        ..Shipment::default()
    }
}

async fn a_batch_is_imported_and_taken_back(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    keeper
        .put(Command::CreatePlace(Box::new(compound(5, 0, 0))))
        .await
        .expect("kept");
    let import = keeper.import(many()).await.expect("imported");
    keeper.assert_equal().await;
    let mut shipment = Shipment::default();
    for n in 0..1_000 {
        let old = keeper.world.place(PlaceId(1_000 + n)).expect("there");
        shipment.places.push((
            Arc::new(Place {
                name: "新名".into(),
                ..(*old.place).clone()
            }),
            Some(1),
        ));
    }
    shipment.retire.push((PlaceId(5_000), 1));
    let second = keeper.import(shipment).await.expect("imported");
    keeper.assert_equal().await;
    // After the places were changed, and lie elsewhere, the first import still reads as it was written.
    keeper
        .put(Command::CreatePlace(Box::new(community(9, 0, 0, 20, 20))))
        .await
        .expect("kept");
    let read = keeper.store.change(import.seq).await.expect("read").expect("there");
    let batch = read.batch.clone().expect("a batch");
    assert_eq!(
        (batch.rows, batch.counts["building"], batch.counts["hazard"]),
        (MANY + 1, MANY, 1)
    );
    assert_eq!(read.effects, import.effects);
    assert_eq!(
        serde_json::to_string(&read.effects).expect("json"),
        serde_json::to_string(&import.effects).expect("json")
    );
    let again = keeper.store.change(second.seq).await.expect("read").expect("there");
    assert_eq!(again.effects, second.effects);
    assert!(keeper.undo(read).await.is_err(), "changed since");
    keeper.undo(again).await.expect("taken back");
    keeper.assert_equal().await;
    assert_eq!(keeper.store.history(1_000).await.expect("history").len(), 3);
}

/// A table that is mostly current is read as it lies, one that is mostly history by query.
async fn a_map_is_read_alike_from_a_table_full_of_history(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    keeper.import(many()).await.expect("imported");
    keeper.assert_equal().await;
    for round in 0..5 {
        let rename = |n| {
            let old = keeper.world.place(PlaceId(1_000 + n)).expect("there");
            let name = format!("第{round}次").into();
            let renamed = Place {
                name,
                ..(*old.place).clone()
            };
            (Arc::new(renamed), Some(old.place.version))
        };
        let places = (0..MANY).map(rename).collect();
        let renamed = Shipment {
            places,
            ..Shipment::default()
        };
        keeper.import(renamed).await.expect("imported");
        keeper.assert_equal().await;
    }
}

async fn a_level_imported_later_reparents_what_lies_beneath(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    keeper.import(many()).await.expect("imported");
    let before = keeper.world.clone();
    let places = (0..4).map(|n| {
        (
            Arc::new(community(50 + n, (n as i32 % 2) * 55, (n as i32 / 2) * 55, 55, 55)),
            None,
        )
    });
    let change = keeper
        .import(Shipment {
            places: places.collect(),
            ..Shipment::default()
        })
        .await
        .expect("imported");
    assert!(
        change
            .effects
            .iter()
            .filter(|e| matches!(e, Effect::Reparent { .. }))
            .count()
            > 10_000
    );
    keeper.assert_equal().await;
    let then = crate::keeper::world_of(keeper.store.load_at(Seq(1), None).await.expect("loaded"));
    assert!(then == before, "before the communities came, nothing lay in them");
    keeper.undo(change).await.expect("taken back");
    keeper.assert_equal().await;
}

async fn a_pack_is_kept_before_the_change_that_names_it(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    let bytes: Vec<u8> = (0..300_000u32).flat_map(u32::to_le_bytes).collect();
    let pack = |hash: &str| BasePack {
        layer: BaseLayer::BaseRoad,
        hash: hash.into(),
        features: 3,
        bytes: 1_200_000,
        envelope: None,
        attribution: Some("© OpenStreetMap contributors".into()),
    };
    for hash in ["aa", "bb", "aa"] {
        keeper.store.put_pack(&pack(hash), &bytes).await.expect("kept");
        let shipment = Shipment {
            base: vec![pack(hash)],
            ..Shipment::default()
        };
        keeper.import(shipment).await.expect("imported");
        keeper.assert_equal().await;
    }
    assert_eq!(keeper.store.pack("bb").await.expect("read"), Some(bytes));
    assert_eq!(keeper.store.pack("cc").await.expect("read"), None);
    let first = keeper.store.change(Seq(3)).await.expect("read").expect("there");
    keeper.undo(first).await.expect("taken back");
    keeper.assert_equal().await;
    let only = keeper.store.change(Seq(1)).await.expect("read").expect("there");
    assert!(keeper.undo(only).await.is_err(), "the layer was replaced since");
    assert_eq!(keeper.store.auth_stamp().await.expect("stamp"), 0);
}
