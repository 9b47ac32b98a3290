//! The same things brought again: by a second hand, from another office, after they were given up, with nowhere to write.

use geju_tests::{
    Client, Ground, Server, box_at, each_store, eventually, feature, gpkg_ground, postgis_ground, skipped,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// A server hears of what another process wrote within this time.
const SOON: Duration = Duration::from_secs(15);

fn compound(n: usize, code: Option<&str>) -> Value {
    let mut place = feature("compound", &format!("院落{n}"), box_at(n as f64 * 3.0, 0.0, 2.0, 2.0));
    if let Some(code) = code {
        place["properties"]["code"] = json!(code);
    }
    place
}

fn planted(ground: &Ground, name: &str, places: &[Value]) -> PathBuf {
    let path = ground.data().join(name);
    let text = json!({"type": "FeatureCollection", "features": places}).to_string();
    std::fs::write(&path, text).expect("a file");
    path
}

fn import(ground: &Ground, file: &std::path::Path, more: &[&str]) -> geju_tests::Run {
    let name = file.display().to_string();
    let mut arguments = vec!["import", name.as_str()];
    arguments.extend(more);
    ground.geju(&arguments)
}

fn head_of(client: &Client) -> u64 {
    client.get("/api/v1/me").status(200).json()["head"]
        .as_u64()
        .expect("a head")
}

#[test]
fn one_file_brought_through_two_servers_at_once_comes_in_once() {
    let story = "one_file_brought_through_two_servers_at_once_comes_in_once";
    let Some(ground) = postgis_ground() else {
        return skipped(story, "GEJU_TEST_POSTGRES is not set");
    };
    let other = ground.again();
    let (first, second) = (ground.serve_with_admin(), Server::start(&other));
    let clients = [first.admin(), second.admin()];
    let each = 400;
    for round in 0..3usize {
        // Without codes and ids: nothing but the ground tells that they are the same.
        let places: Vec<Value> = (0..each)
            .map(|n| {
                feature(
                    "compound",
                    &format!("{round}-{n}"),
                    box_at(n as f64 * 3.0, round as f64 * 3.0, 2.0, 2.0),
                )
            })
            .collect();
        let bytes = json!({"type": "FeatureCollection", "features": places}).to_string();
        let reports: Vec<Value> = std::thread::scope(|scope| {
            let hands: Vec<_> = clients
                .iter()
                .map(|client| {
                    let request = client
                        .request(Method::POST, &format!("/api/v1/imports?name=compounds{round}.geojson"))
                        .body(bytes.clone());
                    scope.spawn(move || Client::send(request).status(200).json())
                })
                .collect();
            hands
                .into_iter()
                .map(|hand| hand.join().expect("a hand ends"))
                .collect()
        });
        let new: u64 = reports
            .iter()
            .filter_map(|r| r["layers"]["compound"]["new"].as_u64())
            .sum();
        let same: u64 = reports
            .iter()
            .filter_map(|r| r["layers"]["compound"]["unchanged"].as_u64())
            .sum();
        assert_eq!(
            (new, same),
            (each as u64, each as u64),
            "round {round}: one brings, the other finds it there"
        );
        assert_eq!(reports.iter().filter(|r| r["seq"].is_u64()).count(), 1, "one Change");
        let there = clients[0].number_of("compound");
        assert_eq!(there, (each * (round + 1)) as u64);
    }
}

#[test]
fn the_code_of_a_retired_place_is_not_given_again_silently() {
    each_store("the_code_of_a_retired_place_is_not_given_again_silently", |ground| {
        let code = "510104020001-1";
        let file = planted(
            ground,
            "compounds.geojson",
            &[compound(0, Some(code)), compound(1, Some("510104020001-2"))],
        );
        import(ground, &file, &[]).succeeded();
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let all = admin.every_place("compound");
        let old = all
            .iter()
            .find(|p| p["properties"]["code"] == code)
            .expect("it is there");
        let path = format!("/api/v1/places/{}", old["id"]);
        let etag = admin.get(&path).status(200).etag();
        admin.delete(&path, &etag).status(200);

        // Elsewhere, under another name: the office made a slip, or wants the old place back. It must say which.
        let head = head_of(&admin);
        let mut again = compound(5, Some(code));
        again["properties"]["name"] = json!("新院落");
        let file = planted(ground, "again-compounds.geojson", &[again]);
        let run = import(ground, &file, &[]).ended_with(1);
        assert!(
            run.stdout.contains("code_retired") && run.stdout.contains("院落0"),
            "{}",
            run.said()
        );
        assert!(run.stdout.contains("--revive"), "{}", run.said());
        assert_eq!(
            (head_of(&admin), admin.number_of("compound")),
            (head, 1),
            "nothing was changed"
        );

        let run = import(ground, &file, &["--revive"]).succeeded();
        assert!(run.stdout.contains("code_revived"), "{}", run.said());
        // On a database the command line is another process: the server hears of it a moment later.
        let back = eventually("the server shows it again", SOON, || {
            Some(admin.get(&path)).filter(|reply| reply.status == 200)
        });
        let back = back.json();
        assert_eq!(back["properties"]["name"], "新院落");
        assert_eq!(back["properties"]["version"], 3, "its history goes on");
        assert_eq!(admin.number_of("compound"), 2);
        let run = import(ground, &file, &[]).succeeded();
        assert!(run.stdout.contains("Nothing to change"), "{}", run.said());
        drop(server);
        let server = Server::start(ground);
        assert_eq!(
            server.admin().get(&path).status(200).json()["properties"]["version"],
            3,
            "kept as it was shown"
        );
    });
}

#[test]
fn what_an_undone_import_brought_may_come_again_and_undoing_twice_is_told() {
    each_store(
        "what_an_undone_import_brought_may_come_again_and_undoing_twice_is_told",
        |ground| {
            let file = planted(ground, "compounds.geojson", &[compound(0, Some("510104020001-1"))]);
            import(ground, &file, &[]).succeeded();
            let server = ground.serve_with_admin();
            let admin = server.admin();
            let seq = head_of(&admin);
            let undo = format!("/api/v1/changes/{seq}/undo");
            admin.post(&undo, &json!({})).status(200);
            let told = admin.post(&undo, &json!({})).problem(422);
            assert_eq!(told.whole["findings"][0]["code"], "already_undone", "{}", told.whole);
            let listed = admin.get("/api/v1/changes").status(200).json();
            let line = listed["items"]
                .as_array()
                .and_then(|i| i.iter().find(|i| i["seq"] == seq))
                .expect("it is listed");
            assert_eq!(
                (&line["undoable"], &line["why"]),
                (&json!(false), &json!("already_undone"))
            );
            let run = import(ground, &file, &[]).succeeded();
            assert!(run.stdout.contains("Done as Change"), "{}", run.said());
            eventually("it is there again", SOON, || {
                (admin.number_of("compound") == 1).then_some(())
            });
        },
    );
}

#[test]
fn compounds_from_another_office_are_recognised_by_their_ground() {
    let ground = gpkg_ground();
    let numbered = |n: usize, wider: f64| {
        let mut place = feature(
            "compound",
            &format!("院落{n}"),
            box_at(n as f64 * 3.0, 0.0, 2.0 + wider, 2.0),
        );
        place["id"] = json!(format!("w{n}"));
        place
    };
    let first = planted(&ground, "compounds.geojson", &[numbered(0, 0.0), numbered(1, 0.0)]);
    import(&ground, &first, &["--source", "osm"]).succeeded();
    // The same ids from a file of another name, surveyed anew: a little wider.
    let second = planted(
        &ground,
        "compounds-2026.geojson",
        &[numbered(0, 0.05), numbered(5, 0.0)],
    );
    let run = import(&ground, &second, &["--dry-run"]).succeeded();
    assert!(run.stdout.contains("seems_known 1"), "{}", run.said());
    assert!(
        run.stdout.contains("the same place? import it with --source osm"),
        "{}",
        run.said()
    );
    let run = import(&ground, &second, &["--source", "osm"]).succeeded();
    assert!(!run.stdout.contains("seems_known"), "{}", run.said());
    let server = ground.serve_with_admin();
    assert_eq!(server.admin().number_of("compound"), 3, "known by its id, not doubled");
}

#[test]
fn a_report_with_nowhere_to_go_is_found_before_anything_is_imported() {
    let ground = gpkg_ground();
    let file = planted(&ground, "compounds.geojson", &[compound(0, None)]);
    let nowhere = ground.data().join("absent/report.json").display().to_string();
    let run = import(&ground, &file, &["--report", &nowhere]).ended_with(1);
    assert!(run.stderr.contains("nothing was imported"), "{}", run.said());
    let report = ground.data().join("report.json");
    std::fs::write(&report, "what stood here is longer than nothing".repeat(1000)).expect("a file");
    import(&ground, &file, &["--report", &report.display().to_string()]).succeeded();
    let written: Value = serde_json::from_slice(&std::fs::read(&report).expect("a report")).expect("whole JSON");
    assert_eq!(written["layers"]["compound"]["new"], 1, "the first try changed nothing");
}

#[test]
fn a_file_is_named_once_and_an_empty_table_is_called_one() {
    let ground = gpkg_ground();
    let absent = ground.data().join("absent.geojson");
    let run = import(&ground, &absent, &[]).ended_with(1);
    for line in run.stdout.lines() {
        assert!(line.matches("absent.geojson").count() <= 1, "{line}");
    }
    let table = ground.data().join("小区.csv");
    std::fs::write(&table, "小区编码,小区名称\n").expect("a file");
    let run = import(&ground, &table, &[]);
    assert!(run.stdout.contains("a header and no rows"), "{}", run.said());
    assert!(
        !run.stdout.contains("has it all already"),
        "an empty table is no map: {}",
        run.said()
    );
}
