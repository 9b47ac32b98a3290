//! A copy taken while people work, and the map brought back from it.

use geju_tests::{Client, Feed, Server, box_at, each_store, eventually, feature, gpkg_ground, postgis_ground, skipped};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(15);

fn draw(client: &Client, number: usize) {
    let column = number as f64 * 3.0;
    client
        .post(
            "/api/v1/places",
            &feature("compound", &format!("小区{number}"), box_at(column, 0.0, 2.0, 2.0)),
        )
        .status(201);
}

#[test]
fn a_backup_taken_while_people_work_can_be_restored() {
    each_store("a_backup_taken_while_people_work_can_be_restored", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        for number in 0..5 {
            draw(&admin, number);
        }
        let epoch = admin.get("/api/v1/me").status(200).json()["epoch"].clone();
        let file = ground.data().join("copy.gpkg").display().to_string();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| (5..25).for_each(|number| draw(&admin, number)));
            ground.geju(&["backup", &file]).succeeded();
            writer.join().expect("the writer is not disturbed");
        });
        drop(server);

        let elsewhere = gpkg_ground();
        elsewhere.geju(&["restore", &file]).succeeded();
        let restored = Server::start(&elsewhere);
        let person = restored.admin();
        let found = person.number_of("compound");
        assert!(
            (5..=25).contains(&found),
            "everything acknowledged before the backup began: {found}"
        );
        assert_ne!(
            person.get("/api/v1/me").status(200).json()["epoch"],
            epoch,
            "a restore starts a new epoch"
        );

        // A screen that knew the old epoch is told to start over.
        let feed = Feed::open(&person, Some(&format!("{epoch}.5")));
        feed.next_named("reset", Duration::from_secs(10));
        draw(&person, 100);
    });
}

#[test]
fn a_restore_never_overwrites_a_map_that_is_in_use() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    draw(&server.admin(), 0);
    let file = ground.data().join("copy.gpkg").display().to_string();
    ground.geju(&["backup", &file]).succeeded();
    draw(&server.admin(), 1);
    let run = ground.geju(&["restore", &file]);
    assert_ne!(run.code, 0, "{}", run.said());
    assert_eq!(
        server.admin().number_of("compound"),
        2,
        "the map that is served stays as it is"
    );
}

#[test]
fn a_broken_backup_is_refused_in_words() {
    let ground = gpkg_ground();
    let file = ground.data().join("broken.gpkg");
    std::fs::write(&file, b"SQLite format 3\0 and then nothing").expect("a file");
    let run = ground.geju(&["restore", &file.display().to_string()]);
    assert_ne!(run.code, 0);
    assert!(!run.said().contains("panicked"), "{}", run.said());
}

#[test]
fn a_restore_into_a_database_that_is_served_is_seen_by_its_servers() {
    let story = "a_restore_into_a_database_that_is_served_is_seen_by_its_servers";
    let Some(ground) = postgis_ground() else {
        return skipped(story, "GEJU_TEST_POSTGRES is not set");
    };
    let other = ground.again();
    let token = ground.token("writer", "admin");
    let servers = [ground.serve_with_admin(), Server::start(&other)];
    let machines: Vec<Client> = servers.iter().map(|server| server.machine(&token)).collect();
    (0..5).for_each(|number| draw(&machines[0], number));
    let kept = machines[0].every_place("compound");
    let file = ground.data().join("copy.gpkg").display().to_string();
    ground.geju(&["backup", &file]).succeeded();
    (5..8).for_each(|number| draw(&machines[1], number));
    let before = machines[0].get("/api/v1/me").status(200).json();
    let feeds: Vec<Feed> = machines.iter().map(|machine| Feed::open(machine, None)).collect();
    for feed in &feeds {
        feed.next_named("hello", SOON);
    }

    let run = ground.geju(&["restore", &file]).succeeded();
    assert!(run.stdout.contains("restored as epoch"), "{}", run.said());
    for (machine, feed) in machines.iter().zip(&feeds) {
        // Every screen starts over: what it knew is of another life of the ledger.
        feed.next_named("reset", SOON);
        eventually("the copy is served", SOON, || {
            (machine.number_of("compound") == 5).then_some(())
        });
        let now = machine.get("/api/v1/me").status(200).json();
        assert_eq!(now["epoch"].as_u64(), before["epoch"].as_u64().map(|epoch| epoch + 1));
    }
    // Whoever read a place before may not write over it as if nothing had been: the version is of another epoch.
    let path = format!("/api/v1/places/{}", kept[0]["id"]);
    let stale = format!("\"{}.1\"", before["epoch"]);
    machines[0].put(&path, &stale, &kept[0]).problem(412);
    // Both go on together from there.
    draw(&machines[0], 20);
    draw(&machines[1], 21);
    for machine in &machines {
        eventually("one map again", SOON, || {
            (machine.number_of("compound") == 7).then_some(())
        });
    }
}
