//! What the GeoPackage file promises beside the ledger.

use crate::ground::{Ground, skipped};
use crate::keeper::{Keeper, head_of, world_of};
use crate::people::{account, person, reply};
use crate::shared::{at, issue};
use geju_core::{Command, Epoch, PersonId, Seq};
use geju_store::gpkg::{GpkgStore, OpenMode};
use geju_store::{Accounts, AnyStore, Entry, Session, Store, StoreError, restore};
use sqlx::{Connection, SqliteConnection};
use std::path::Path;
use std::process::{Command as Program, Output};

async fn meddle(file: &Path, sql: &'static str) {
    let mut connection = SqliteConnection::connect(&file.display().to_string())
        .await
        .expect("opened");
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("done");
    connection.close().await.expect("closed");
}

async fn refused(ground: &Ground) -> StoreError {
    AnyStore::open(&ground.spec, "main").await.expect_err("refused")
}

#[tokio::test]
async fn a_second_process_is_told_who_serves_the_file() {
    let ground = Ground::gpkg();
    let store = ground.open().await;
    assert!(
        matches!(refused(&ground).await, StoreError::Locked { pid: Some(pid), address: None, .. } if pid == std::process::id())
    );
    store.note_address("127.0.0.1:8080", "opaque").expect("noted");
    match refused(&ground).await {
        StoreError::Locked { address, token, .. } => {
            assert_eq!(
                (address.as_deref(), token.as_deref()),
                (Some("127.0.0.1:8080"), Some("opaque"))
            );
        }
        other => panic!("{other}"),
    }
    let lock = ground.folder.path().join("map.gpkg.lock");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(&lock).expect("there").permissions().mode() & 0o777,
            0o600
        );
    }
    store.close().await;
    drop(store);
    assert_eq!(
        std::fs::read(&lock).expect("there"),
        b"",
        "the token goes with its server"
    );
    ground.open().await;
}

#[tokio::test]
async fn what_is_not_ours_is_refused_and_left_alone() {
    let ground = Ground::gpkg();
    meddle_new(&ground.file(), "CREATE TABLE other (id INTEGER)").await;
    let before = std::fs::read(ground.file()).expect("there");
    assert!(matches!(refused(&ground).await, StoreError::Foreign { .. }));
    assert_eq!(std::fs::read(ground.file()).expect("there"), before);
    std::fs::write(ground.file(), b"SQLite format 3\0 and then nothing").expect("written");
    assert!(matches!(refused(&ground).await, StoreError::Corrupt { .. }));
    std::fs::write(
        ground.file(),
        "no database at all, but long enough to be looked at closely".repeat(40),
    )
    .expect("written");
    assert!(matches!(refused(&ground).await, StoreError::Corrupt { .. }));
    assert!(matches!(
        AnyStore::open("mysql://x", "main").await,
        Err(StoreError::Unsuitable { .. })
    ));
    assert!(matches!(
        AnyStore::open("gpkg:x", "Main; drop").await,
        Err(StoreError::Unsuitable { .. })
    ));
}

async fn meddle_new(file: &Path, sql: &'static str) {
    std::fs::write(file, b"").expect("written");
    meddle(file, sql).await;
}

#[tokio::test]
async fn a_foreign_trigger_is_refused_by_name() {
    let ground = Ground::gpkg();
    ground.open().await.close().await;
    meddle(
        &ground.file(),
        "CREATE TRIGGER sneaky AFTER INSERT ON change BEGIN DELETE FROM place_version; END",
    )
    .await;
    let error = refused(&ground).await;
    assert!(
        matches!(error, StoreError::Foreign { .. }) && error.to_string().contains("sneaky"),
        "{error}"
    );
}

#[tokio::test]
async fn a_newer_store_is_refused_in_clear_words() {
    let ground = Ground::gpkg();
    ground.open().await.close().await;
    meddle(&ground.file(), "UPDATE meta SET value = 99 WHERE key = 'format'").await;
    let error = refused(&ground).await;
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
}

#[tokio::test]
async fn another_ledger_than_the_one_held_is_refused() {
    let ground = Ground::gpkg();
    ground.open().await.close().await;
    let error = AnyStore::open(&ground.spec, "weiyang").await.expect_err("refused");
    assert!(error.to_string().contains("--ledger main"), "{error}");
}

fn holds(folder: &Path, marker: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    let hit = files.filter(|f| {
        std::fs::read(f.path()).is_ok_and(|bytes| bytes.windows(marker.len()).any(|w| w == marker.as_bytes()))
    });
    hit.map(|f| f.file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erased_values_are_in_no_file() {
    let ground = Ground::gpkg();
    let mut keeper = Keeper::new(ground.open().await);
    for n in 1..=40 {
        let order = keeper.order(Command::PutIssue {
            issue: Box::new(issue(n, 1, 1, Some(PersonId(n.into())))),
            base: None,
        });
        let change = geju_core::decide(&keeper.world, &order).expect("decided");
        let entry = Entry {
            change: change.clone(),
            persons: vec![person(n.into())],
            draft: None,
            reply: Some(reply("clerk", &n.to_string(), r#"{"name":"李标记"}"#)),
        };
        keeper
            .store
            .append(head_of(&keeper.world), &[entry])
            .await
            .expect("appended");
        keeper.world.fold(&change);
    }
    assert!(!holds(ground.folder.path(), "李标记").is_empty());
    let copy = ground.folder.path().join("copy.gpkg");
    keeper.store.copy_to(&copy).await.expect("copied");
    for n in 1..=40 {
        keeper.store.erase_person(PersonId(n), at()).await.expect("erased");
    }
    let elsewhere = tempfile::tempdir().expect("a folder");
    std::fs::copy(&copy, elsewhere.path().join("copy.gpkg")).expect("carried away");
    std::fs::remove_file(&copy).expect("removed");
    for marker in ["李标记", "13800009999"] {
        assert_eq!(holds(ground.folder.path(), marker), Vec::<String>::new(), "{marker}");
    }
    // A restore of the older copy repeats the erasures.
    let copy = elsewhere.path().join("copy.gpkg");
    let done = restore(&copy, &keeper.store).await.expect("restored");
    assert_eq!((done.head.epoch, done.head.seq, done.erasures), (Epoch(2), Seq(40), 40));
    assert_eq!(keeper.store.person(PersonId(3)).await.expect("read"), None);
    for marker in ["李标记", "13800009999"] {
        assert_eq!(
            holds(ground.folder.path(), marker),
            Vec::<String>::new(),
            "{marker} after the restore"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_a_whole_store_and_overwrites_nothing() {
    let ground = Ground::gpkg();
    let mut keeper = Keeper::new(ground.open().await);
    keeper.wander(3, 60).await;
    keeper.store.put_account(&account("worker")).await.expect("kept");
    let copy = ground.folder.path().join("copy.gpkg");
    // While somebody writes.
    let target = copy.clone();
    let store = keeper.store.clone();
    let copying = tokio::spawn(async move { store.copy_to(&target).await });
    let before = keeper.world.clone();
    keeper.wander(4, 20).await;
    copying.await.expect("ran").expect("copied");
    let error = keeper.store.copy_to(&copy).await.expect_err("refused");
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    let opened = GpkgStore::open(&copy, "", OpenMode::Copy).await.expect("opened");
    let head = opened.head().await.expect("head");
    assert!(before.head() <= head.seq && head.seq <= keeper.world.head());
    assert_eq!(opened.accounts().await.expect("read"), [account("worker")]);
    opened.close().await;
    let spec = format!("gpkg:{}", copy.display());
    let served = AnyStore::open(&spec, "main").await.expect("a copy can be served");
    let mut replayed = Keeper::new(served);
    for change in keeper.changes.iter().take(head.seq.0 as usize) {
        replayed.world.fold(change);
    }
    replayed.assert_equal().await;
    let files = std::fs::read_dir(ground.folder.path()).expect("a folder").flatten();
    assert!(
        files
            .map(|f| f.file_name())
            .all(|name| !name.to_string_lossy().contains(".part")),
        "nothing is left lying about"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_starts_a_new_epoch_and_sets_the_old_map_aside() {
    let ground = Ground::gpkg();
    let mut keeper = Keeper::new(ground.open().await);
    keeper.wander(3, 30).await;
    let session = Session {
        token_hash: [1; 32],
        account: "worker".into(),
        created_at: at(),
        expires_at: at(),
    };
    keeper.store.put_session(&session).await.expect("kept");
    let copy = ground.folder.path().join("copy.gpkg");
    keeper.store.copy_to(&copy).await.expect("copied");
    let then = keeper.world.clone();
    keeper.wander(4, 20).await;
    let stamp = keeper.store.auth_stamp().await.expect("stamp");
    let done = restore(&copy, &keeper.store).await.expect("restored");
    assert_eq!((done.head.epoch, done.head.seq), (Epoch(2), then.head()));
    assert!(keeper.store.auth_stamp().await.expect("stamp") > stamp);
    assert_eq!(
        keeper.store.session(&[1; 32]).await.expect("read"),
        None,
        "sessions end"
    );
    let aside = GpkgStore::open(&done.set_aside.expect("set aside"), "", OpenMode::Copy)
        .await
        .expect("opened");
    assert_eq!(aside.head().await.expect("head"), head_of(&keeper.world));
    let loaded = world_of(keeper.store.load().await.expect("loaded"));
    assert!(then.places().all(|p| loaded.place(p.place.id) == Some(p)));
    assert_eq!(loaded.places().count(), then.places().count());
    // And life goes on under the new epoch.
    keeper.world = loaded;
    keeper.fresh += 1_000;
    keeper.wander(9, 20).await;
    keeper.assert_equal().await;
    let broken = ground.folder.path().join("broken.gpkg");
    std::fs::write(&broken, b"SQLite format 3\0 and then nothing").expect("written");
    assert!(restore(&broken, &keeper.store).await.is_err());
    assert!(
        restore(&ground.folder.path().join("absent.gpkg"), &keeper.store)
            .await
            .is_err()
    );
    keeper.assert_equal().await;
}

fn tool(program: &str, arguments: &[&str]) -> Option<Output> {
    Program::new(program).args(arguments).output().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gdal_reads_the_layers_and_its_validator_is_content() {
    let name = "gdal_reads_the_layers_and_its_validator_is_content";
    let ground = Ground::gpkg();
    let mut keeper = Keeper::new(ground.open().await);
    keeper.wander(12, 150).await;
    let file = ground.file().display().to_string();
    for served in [true, false] {
        if !served {
            keeper.store.close().await;
        }
        for layer in ["building", "community", "resource_site", "hazard", "issue"] {
            let Some(run) = tool("ogrinfo", &["-ro", "-so", &file, layer]) else {
                return skipped(name, "ogrinfo (gdal-bin) is not installed");
            };
            let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
            let count = match layer {
                "hazard" => keeper.world.hazards().len(),
                "issue" => keeper.world.issues().len(),
                kind => keeper
                    .world
                    .count_of(geju_core::PlaceKind::parse(kind).expect("a kind")),
            };
            assert!(said.contains(&format!("Feature Count: {count}\n")), "{count} of {said}");
            assert!(
                said.contains("WGS 84") && !said.contains("Warning") && !said.contains("ERROR"),
                "{said}"
            );
            if layer == "building" {
                assert!(said.contains("floors: Integer"), "{said}");
                assert!(said.contains("effective_from: Date"), "{said}");
            }
        }
    }
    let listed = tool("ogrinfo", &["-ro", "-so", &file]).expect("ran").stdout;
    let listed = String::from_utf8_lossy(&listed).to_lowercase();
    for private in ["auth_", "session", "token", "person", "reply", "place_version"] {
        assert!(!listed.contains(private), "{private} is no layer:\n{listed}");
    }
    let python = "/usr/bin/python3";
    if tool(python, &["-c", "from osgeo_utils.samples import validate_gpkg"]).is_none_or(|run| !run.status.success()) {
        return skipped(name, "python3-gdal is not installed");
    }
    let run = tool(python, &["-m", "osgeo_utils.samples.validate_gpkg", &file]).expect("ran");
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    // Only through the store does anything change.
    let run = tool("ogrinfo", &[&file, "-sql", "DELETE FROM building"]).expect("ran");
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success() || said.contains("ERROR"), "{said}");
}
