//! The ledger's own promises, held by both stores.

use crate::dice::Dice;
use crate::ground::Ground;
use crate::keeper::{Keeper, by_id, entry, head_of, world_of};
use crate::lived_by_both;
use crate::shared::{alert, building, community, compound, hazard, issue};
use geju_core::{ChangeId, Command, Effect, Epoch, MatterKind, PlaceId, Seq, World};
use geju_store::{AppendError, Entry, Head, Store, StoreError};

lived_by_both!(
    an_empty_ledger_stands_at_zero,
    what_was_appended_is_read_back_whole,
    a_stale_append_is_told_where_the_ledger_stands,
    a_change_is_kept_once,
    a_change_out_of_order_is_refused,
    a_group_of_changes_is_kept_or_lost_as_one,
    a_group_leaves_what_one_after_another_leaves,
    what_a_caller_left_midway_is_whole_or_absent,
    the_past_is_loaded_as_it_was,
    history_tells_every_version,
    matters_are_listed_newest_first,
    random_walks_end_in_equal_maps,
    two_ledgers_do_not_meet,
    a_program_that_starts_again_finds_everything,
);

async fn an_empty_ledger_stands_at_zero(ground: &Ground) {
    let keeper = Keeper::new(ground.open().await);
    assert_eq!(
        keeper.store.head().await.expect("head"),
        Head {
            epoch: Epoch(1),
            seq: Seq::ZERO
        }
    );
    keeper.assert_equal().await;
    assert!(keeper.store.since(Seq::ZERO, 10).await.expect("since").is_empty());
    assert!(keeper.store.change(Seq(1)).await.expect("change").is_none());
    assert!(keeper.store.change(Seq(0)).await.expect("change").is_none());
    assert_eq!(
        keeper.store.append(head_of(&keeper.world), &[]).await.expect("nothing"),
        Seq::ZERO
    );
}

async fn what_was_appended_is_read_back_whole(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    keeper.wander(11, 120).await;
    let read = keeper.store.since(Seq::ZERO, usize::MAX).await.expect("since");
    assert_eq!(read.len(), keeper.changes.len());
    for (read, kept) in read.iter().zip(&keeper.changes) {
        let json = |effects: &Vec<Effect>| serde_json::to_string(effects).expect("json");
        assert_eq!(json(&read.effects), json(&kept.effects), "Change {}", kept.seq);
        assert_eq!(
            geju_core::Change {
                batch: None,
                ..read.clone()
            },
            *kept
        );
        assert_eq!(
            read.batch.is_some(),
            kept.effects.len() > geju_core::change::MAX_INLINE_EFFECTS
        );
        assert_eq!(
            keeper.store.change(kept.seq).await.expect("change").as_ref(),
            Some(read)
        );
        assert_eq!(keeper.store.find(kept.change_id).await.expect("find"), Some(kept.seq));
    }
    assert_eq!(
        keeper
            .store
            .since(Seq(3), 2)
            .await
            .expect("since")
            .iter()
            .map(|c| c.seq.0)
            .collect::<Vec<_>>(),
        [4, 5]
    );
    let listed = keeper.store.summaries(None, 1_000).await.expect("summaries");
    assert_eq!(listed.len(), keeper.changes.len());
    for (summary, kept) in listed.iter().zip(keeper.changes.iter().rev()) {
        assert_eq!(
            (summary.seq, &summary.cause, summary.at),
            (kept.seq, &kept.cause, kept.at)
        );
        let total = kept.effects.iter().filter(|e| e.layer().is_some()).count() as u64;
        assert_eq!(summary.counts.values().sum::<u64>(), total);
    }
    let earlier = keeper.store.summaries(Some(Seq(5)), 2).await.expect("summaries");
    assert_eq!(earlier.iter().map(|s| s.seq.0).collect::<Vec<_>>(), [4, 3]);
    // Replaying gives the same map.
    let mut replayed = World::empty(Epoch(1), geju_core::drawn::scheme());
    for change in &read {
        replayed.fold(change);
    }
    assert!(replayed == keeper.world);
}

async fn a_stale_append_is_told_where_the_ledger_stands(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    let before = head_of(&keeper.world);
    let order = keeper.order(Command::CreatePlace(Box::new(compound(1, 0, 0))));
    let late = geju_core::decide(&keeper.world, &order).expect("decided");
    keeper
        .put(Command::CreatePlace(Box::new(compound(2, 5, 5))))
        .await
        .expect("kept");
    match keeper.store.append(before, &[entry(late.clone())]).await {
        Err(AppendError::Stale(head)) => assert_eq!(head, head_of(&keeper.world)),
        other => panic!("{other:?}"),
    }
    let elsewhere = Head {
        epoch: Epoch(7),
        ..head_of(&keeper.world)
    };
    assert!(matches!(
        keeper.store.append(elsewhere, &[entry(late)]).await,
        Err(AppendError::Stale(_))
    ));
    keeper.assert_equal().await;
}

async fn a_change_is_kept_once(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    let before = head_of(&keeper.world);
    let change = keeper
        .put(Command::CreatePlace(Box::new(compound(1, 0, 0))))
        .await
        .expect("kept");
    // The answer was lost and the same Change is tried again.
    for head in [before, head_of(&keeper.world)] {
        match keeper.store.append(head, &[entry(change.clone())]).await {
            Err(AppendError::Already(seq)) => assert_eq!(seq, change.seq),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(keeper.store.find(ChangeId(999)).await.expect("find"), None);
    keeper.assert_equal().await;
}

async fn a_change_out_of_order_is_refused(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    let order = keeper.order(Command::CreatePlace(Box::new(compound(1, 0, 0))));
    let mut change = geju_core::decide(&keeper.world, &order).expect("decided");
    change.seq = Seq(2);
    let refused = keeper.store.append(head_of(&keeper.world), &[entry(change)]).await;
    assert!(
        matches!(refused, Err(AppendError::Store(StoreError::OutOfOrder { .. }))),
        "{refused:?}"
    );
    keeper.assert_equal().await;
}

async fn a_group_of_changes_is_kept_or_lost_as_one(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    let mut world = keeper.world.clone();
    let mut entries = Vec::new();
    for id in 1..=4 {
        let order = keeper.order(Command::CreatePlace(Box::new(compound(id, id as i32 * 5, 0))));
        let change = geju_core::decide(&world, &order).expect("decided");
        world.fold(&change);
        entries.push(entry(change));
    }
    let head = head_of(&keeper.world);
    let mut broken = entries.clone();
    broken[3].change.seq = Seq(9);
    assert!(keeper.store.append(head, &broken).await.is_err());
    keeper.assert_equal().await;
    assert_eq!(keeper.store.append(head, &entries).await.expect("appended"), Seq(4));
    keeper.world = world;
    keeper.assert_equal().await;
}

/// Groups are written a table at a time; what steps twice in one group steps in order all the same.
async fn a_group_leaves_what_one_after_another_leaves(ground: &Ground) {
    let alone = Ground::gpkg();
    let mut keeper = Keeper::new(alone.open().await);
    keeper.wander(58, 150).await;
    let together = ground.open().await;
    let mut dice = Dice::new(59);
    let mut left = keeper.changes.as_slice();
    while !left.is_empty() {
        let (group, rest) = left.split_at((1 + dice.below(70) as usize).min(left.len()));
        let entries: Vec<Entry> = group.iter().cloned().map(entry).collect();
        let head = together.head().await.expect("head");
        together.append(head, &entries).await.expect("appended");
        assert!(matches!(
            together.append(together.head().await.expect("head"), &entries).await,
            Err(AppendError::Already(seq)) if seq == group[0].seq
        ));
        left = rest;
    }
    let all = |snapshot: geju_store::Snapshot| format!("{:?}", by_id(snapshot));
    assert_eq!(
        all(together.load().await.expect("loaded")),
        all(keeper.store.load().await.expect("loaded"))
    );
    assert_eq!(
        together.since(Seq::ZERO, usize::MAX).await.expect("since"),
        keeper.store.since(Seq::ZERO, usize::MAX).await.expect("since")
    );
    for seq in [10, 40, 90] {
        assert_eq!(
            all(together.load_at(Seq(seq), None).await.expect("loaded")),
            all(keeper.store.load_at(Seq(seq), None).await.expect("loaded"))
        );
    }
}

async fn what_a_caller_left_midway_is_whole_or_absent(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    for n in 0..30u64 {
        let order = keeper.order(Command::CreatePlace(Box::new(compound(n + 1, n as i32 * 3, 0))));
        let change = geju_core::decide(&keeper.world, &order).expect("decided");
        let entries = [entry(change.clone())];
        let append = keeper.store.append(head_of(&keeper.world), &entries);
        let left = tokio::time::timeout(std::time::Duration::from_micros(n * 40), append).await;
        // What the lost answer was is settled by asking, once nothing is under way any more.
        let settled = match keeper.store.append(head_of(&keeper.world), &entries).await {
            Ok(seq) | Err(AppendError::Already(seq)) => seq,
            Err(other) => panic!("{left:?} {other:?}"),
        };
        assert_eq!(settled, change.seq);
        keeper.world.fold(&change);
        keeper.assert_equal().await;
    }
}

async fn the_past_is_loaded_as_it_was(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    let worlds = keeper.wander(23, 90).await;
    for then in &worlds {
        let loaded = world_of(keeper.store.load_at(then.head(), None).await.expect("loaded"));
        for placed in then.places() {
            assert_eq!(loaded.place(placed.place.id), Some(placed), "at {}", then.head());
        }
        assert!(loaded == *then, "the map at {}", then.head());
    }
    let all = keeper.store.since(Seq::ZERO, 1_000).await.expect("read");
    for change in &all {
        let plain = all.iter().take_while(|c| c.at < change.at).count() as u64;
        let found = keeper.store.seq_before(change.at).await.expect("found");
        assert_eq!(found, Seq(plain), "before {}", change.at);
    }
    let beyond = keeper.store.load_at(Seq(1_000_000), None).await.expect("loaded");
    assert_eq!(beyond.head, head_of(&keeper.world));
}

async fn history_tells_every_version(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    keeper
        .put(Command::CreatePlace(Box::new(building(5, 1, 1))))
        .await
        .expect("kept");
    keeper
        .put(Command::CreatePlace(Box::new(community(9, 0, 0, 6, 6))))
        .await
        .expect("kept");
    let mut changed = (*keeper.world.place(PlaceId(5)).expect("there").place).clone();
    changed.name = "甲栋".into();
    keeper
        .put(Command::AmendPlace {
            place: Box::new(changed),
            base: 1,
        })
        .await
        .expect("kept");
    let day = jiff::civil::date(2026, 6, 1);
    keeper
        .put(Command::RetirePlace {
            id: PlaceId(5),
            base: 2,
            on: day,
        })
        .await
        .expect("kept");
    let told = keeper.store.history(5).await.expect("history");
    let said: Vec<_> = told
        .iter()
        .map(|v| (v.seq.0, v.cause.as_str(), v.actor.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (1, "create", "console"),
            (3, "amend", "console"),
            (4, "retire", "console")
        ]
    );
    let Effect::Place(last) = &told[2].effect else {
        panic!("a place")
    };
    assert!(last.after.is_retired() && last.before.is_none());
    keeper
        .put(Command::PutHazard {
            hazard: Box::new(hazard(77, 2, 2)),
            base: None,
        })
        .await
        .expect("kept");
    assert!(
        matches!(&keeper.store.history(77).await.expect("history")[..], [only] if matches!(only.effect, Effect::Hazard(_)))
    );
    assert!(keeper.store.history(123_456).await.expect("history").is_empty());
}

async fn matters_are_listed_newest_first(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    for id in [3, 1, 2] {
        keeper
            .put(Command::PutIssue {
                issue: Box::new(issue(id, 1, 1, None)),
                base: None,
            })
            .await
            .expect("kept");
    }
    keeper
        .put(Command::PutAlert {
            alert: Box::new(alert(9, 1, 1)),
            base: None,
        })
        .await
        .expect("kept");
    let closed = geju_core::Issue {
        state: geju_core::matter::IssueState::Closed,
        ..issue(2, 1, 1, None)
    };
    keeper
        .put(Command::PutIssue {
            issue: Box::new(closed),
            base: Some(1),
        })
        .await
        .expect("kept");
    assert_eq!(keeper.world.issues().len(), 2);
    let ids = |list: Vec<geju_store::PastVersion>| list.iter().filter_map(|v| v.effect.id()).collect::<Vec<_>>();
    let list = |after, limit| keeper.store.matters(MatterKind::Issue, after, limit);
    assert_eq!(ids(list(None, 10).await.expect("listed")), [3, 2, 1]);
    assert_eq!(ids(list(Some(3), 1).await.expect("listed")), [2]);
    assert_eq!(
        ids(keeper.store.matters(MatterKind::Alert, None, 10).await.expect("listed")),
        [9]
    );
}

async fn random_walks_end_in_equal_maps(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    for seed in 0..4 {
        keeper.wander(100 + seed, 60).await;
        keeper.assert_equal().await;
    }
    assert!(
        keeper
            .changes
            .iter()
            .any(|c| matches!(c.cause, geju_core::Cause::Undo(_)))
    );
    assert!(
        keeper
            .changes
            .iter()
            .any(|c| c.effects.iter().any(|e| matches!(e, Effect::Reparent { .. })))
    );
}

async fn two_ledgers_do_not_meet(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    keeper.wander(5, 20).await;
    let other = geju_store::AnyStore::open(&ground.spec, "other").await;
    match other {
        Ok(other) => {
            let mut neighbour = Keeper::new(other);
            neighbour.assert_equal().await;
            neighbour.wander(6, 20).await;
            neighbour.assert_equal().await;
        }
        // A file holds one ledger and is locked besides.
        Err(e) => assert!(matches!(e, StoreError::Locked { .. }), "{e}"),
    }
    keeper.assert_equal().await;
}

async fn a_program_that_starts_again_finds_everything(ground: &Ground) {
    let store = ground.open().await;
    let mut keeper = Keeper::new(store.clone());
    keeper.wander(8, 60).await;
    store.close().await;
    let Keeper { world, changes, .. } = keeper;
    drop(store);
    let mut again = Keeper::new(ground.open().await);
    again.world = world;
    again.changes = changes;
    again.assert_equal().await;
}
