//! Two stores, or two servers on one store, say the same.

use crate::ground::{Ground, skipped};
use crate::keeper::{Keeper, by_id, entry, head_of, world_of};
use crate::people::{account, person, reply};
use crate::shared::{at, compound};
use geju_core::answer::{EdgeRule, Question};
use geju_core::drawn::{order, scheme};
use geju_core::{Area, ChangeId, Command, Epoch, Order, PersonId, Seq, World};
use geju_store::{Accounts, AnyStore, AppendError, Head, Store, restore};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_agree() {
    let Some(postgis) = Ground::postgis().await else {
        return skipped("stores_agree", "GEJU_TEST_POSTGRES is not set");
    };
    let gpkg = Ground::gpkg();
    let (mut one, mut other) = (Keeper::new(gpkg.open().await), Keeper::new(postgis.open().await));
    one.wander(77, 150).await;
    // The same Changes, for deciding twice may name what it re-parents in another order.
    for change in one.changes.clone() {
        other.keep(change).await;
    }
    let (a, b) = (
        by_id(one.store.load().await.expect("loaded")),
        by_id(other.store.load().await.expect("loaded")),
    );
    assert_eq!(a.head, b.head);
    // Row for row.
    assert_eq!(format!("{:?}", a.rows), format!("{:?}", b.rows));
    let (a, b) = (world_of(a), world_of(b));
    for placed in a.places().filter(|p| p.place.ground.outline().is_some()) {
        let area = Area::Outline(placed.place.ground.outline().expect("an outline").clone());
        for rule in [EdgeRule::InnerPoint, EdgeRule::Any, EdgeRule::Share] {
            let question = Question {
                rule,
                list: true,
                limit: 1_000,
                day: Some(jiff::civil::date(2026, 6, 1)),
            };
            assert_eq!(a.answer(&area, &question), b.answer(&area, &question));
        }
    }
    let told = |store: &AnyStore| {
        let store = store.clone();
        async move {
            let mut all = format!("{:?}", store.since(Seq::ZERO, usize::MAX).await.expect("since"));
            all += &format!("{:?}", store.summaries(None, 1_000).await.expect("summaries"));
            for kind in geju_core::MatterKind::ALL {
                all += &format!("{:?}", store.matters(kind, None, 1_000).await.expect("matters"));
            }
            for seq in [3, 20, 60] {
                all += &format!("{:?}", by_id(store.load_at(Seq(seq), None).await.expect("loaded")));
            }
            all
        }
    };
    assert_eq!(told(&one.store).await, told(&other.store).await);
    for placed in one.world.places() {
        let id = placed.place.id.0;
        let (a, b) = (
            one.store.history(id).await.expect("history"),
            other.store.history(id).await.expect("history"),
        );
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
    }
    postgis.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_travels_between_the_stores_unchanged() {
    let name = "a_ledger_travels_between_the_stores_unchanged";
    let Some(postgis) = Ground::postgis().await else {
        return skipped(name, "GEJU_TEST_POSTGRES is not set");
    };
    let (gpkg, back) = (Ground::gpkg(), Ground::gpkg());
    let mut keeper = Keeper::new(gpkg.open().await);
    keeper.wander(31, 120).await;
    let pack = geju_core::BasePack {
        layer: geju_core::change::BaseLayer::BaseRoad,
        hash: "dd".into(),
        features: 1,
        bytes: 3,
        envelope: None,
        attribution: None,
    };
    keeper.store.put_pack(&pack, b"abc").await.expect("kept");
    keeper.store.put_account(&account("worker")).await.expect("kept");
    keeper.store.put_reply(&reply("clerk", "k", "{}")).await.expect("kept");
    keeper.store.erase_person(PersonId(5), at()).await.expect("erased");
    let first = gpkg.folder.path().join("first.gpkg");
    keeper.store.copy_to(&first).await.expect("copied");

    let database = postgis.open().await;
    let done = restore(&first, &database).await.expect("restored");
    assert_eq!((done.head.epoch, done.erasures), (Epoch(2), 1));
    let second = gpkg.folder.path().join("second.gpkg");
    database.copy_to(&second).await.expect("copied");
    assert!(database.copy_to(&second).await.is_err(), "nothing is overwritten");
    let home = back.open().await;
    let done = restore(&second, &home).await.expect("restored");
    assert_eq!(
        done.head,
        Head {
            epoch: Epoch(3),
            seq: keeper.world.head()
        }
    );

    for store in [&database, &home] {
        let loaded = by_id(store.load().await.expect("loaded"));
        let original = by_id(keeper.store.load().await.expect("loaded"));
        assert_eq!(format!("{:?}", loaded.rows), format!("{:?}", original.rows));
        assert_eq!(
            store.since(Seq::ZERO, usize::MAX).await.expect("since"),
            keeper.store.since(Seq::ZERO, usize::MAX).await.expect("since")
        );
        assert_eq!(store.pack("dd").await.expect("read").as_deref(), Some(&b"abc"[..]));
        assert_eq!(store.account("worker").await.expect("read"), Some(account("worker")));
        assert!(store.reply("clerk", "k").await.expect("read").is_some());
        assert_eq!(
            format!("{:?}", by_id(store.load_at(Seq(40), None).await.expect("loaded")).rows),
            format!(
                "{:?}",
                by_id(keeper.store.load_at(Seq(40), None).await.expect("loaded")).rows
            )
        );
    }
    let validator = std::process::Command::new("/usr/bin/python3")
        .args(["-m", "osgeo_utils.samples.validate_gpkg"])
        .arg(&second)
        .output();
    if let Ok(run) = validator {
        let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success() || said.contains("No module"), "{said}");
    }
    assert_eq!(home.person(person(5).id).await.expect("read"), None);
    postgis.end().await;
}

const WRITERS: u64 = 4;
const EACH: u64 = 25;

/// Draws so many compounds, deciding again whenever another was faster.
async fn write(store: AnyStore, writer: u64) {
    let mut world = World::empty(Epoch(1), scheme());
    for n in 0..EACH {
        let change_id = ChangeId(u128::from(1_000 * writer + n + 1));
        loop {
            for change in store.since(world.head(), 1_000).await.expect("since") {
                world.fold(&change);
            }
            let place = compound(writer * 100 + n + 1, n as i32 * 3, writer as i32 * 3);
            let wish = Order {
                change_id,
                ..order(Command::CreatePlace(Box::new(place)))
            };
            let change = geju_core::decide(&world, &wish).expect("decided");
            match store.append(head_of(&world), &[entry(change)]).await {
                Ok(_) => break,
                Err(AppendError::Stale(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_on_one_database_see_each_others_changes_without_gaps() {
    let name = "servers_on_one_database_see_each_others_changes_without_gaps";
    let Some(ground) = Ground::postgis().await else {
        return skipped(name, "GEJU_TEST_POSTGRES is not set");
    };
    let reader = ground.open().await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let store = ground.open().await;
        writers.spawn(write(store, writer));
    }
    // The reader only ever asks after it was woken.
    let mut world = World::empty(Epoch(1), scheme());
    let all = tokio::time::timeout(Duration::from_secs(60), async {
        while world.head().0 < WRITERS * EACH {
            reader.woken().await;
            for change in reader.since(world.head(), 7).await.expect("since") {
                assert_eq!(change.seq, world.head().next(), "no gap, no repeat");
                world.fold(&change);
            }
        }
    });
    let (all, ()) = tokio::join!(all, async {
        while let Some(done) = writers.join_next().await {
            done.expect("wrote")
        }
    });
    all.expect("every Change arrives");
    let loaded = world_of(reader.load().await.expect("loaded"));
    assert!(loaded == world);
    assert_eq!(world.places().count() as u64, WRITERS * EACH);
    // Quiet when nothing happens.
    let _ = tokio::time::timeout(Duration::from_millis(1_500), reader.woken()).await;
    assert!(
        tokio::time::timeout(Duration::from_millis(2_500), reader.woken())
            .await
            .is_err(),
        "nobody wrote"
    );
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_refused_in_clear_words() {
    let name = "a_database_is_refused_in_clear_words";
    let unreachable = AnyStore::open("postgres://geju:s3cret@127.0.0.1:1/none", "main")
        .await
        .expect_err("refused");
    assert!(
        matches!(unreachable, geju_store::StoreError::Unreachable { .. }),
        "{unreachable:?}"
    );
    assert!(!format!("{unreachable} {unreachable:?}").contains("s3cret"));
    let Some(ground) = Ground::postgis().await else {
        return skipped(name, "GEJU_TEST_POSTGRES is not set");
    };
    ground.open().await.close().await;
    ground
        .sql("UPDATE geju.meta SET value = value + 96 WHERE key = 'format'")
        .await;
    let newer = AnyStore::open(&ground.spec, "main").await.expect_err("refused");
    assert!(
        matches!(newer, geju_store::StoreError::Newer { found: 99, .. }),
        "{newer}"
    );
    ground
        .sql("UPDATE geju.meta SET value = value - 96 WHERE key = 'format'")
        .await;
    ground
        .sql(
            "CREATE FUNCTION geju.sneaky() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
             CREATE TRIGGER sneaky BEFORE INSERT ON geju.change FOR EACH ROW EXECUTE FUNCTION geju.sneaky()",
        )
        .await;
    let foreign = AnyStore::open(&ground.spec, "main").await.expect_err("refused");
    assert!(foreign.to_string().contains("sneaky"), "{foreign}");
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn analysts_find_typed_views() {
    let Some(ground) = Ground::postgis().await else {
        return skipped("analysts_find_typed_views", "GEJU_TEST_POSTGRES is not set");
    };
    let mut keeper = Keeper::new(ground.open().await);
    keeper.wander(12, 120).await;
    let buildings = keeper.world.count_of(geju_core::PlaceKind::Building);
    ground
        .sql(&format!(
            "DO $$ BEGIN
               ASSERT (SELECT count(*) FROM geju.building WHERE ledger = 'main' AND ST_IsValid(geom) AND floors > 0
                       AND effective_from < now()) = {buildings}, 'buildings';
               ASSERT (SELECT count(*) FROM geju.hazard) = {}, 'hazards';
             END $$",
            keeper.world.hazards().len()
        ))
        .await;
    ground.end().await;
}
