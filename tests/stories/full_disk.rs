//! A full disk: nothing is half done, the map goes on being served, and writing goes on once there is room.

use geju_tests::{
    Client, Feed, Ground, Reply, Server, box_at, eventually, feature, ground_on_a_small_disk, postgis_on_a_small_disk,
    rows, told, whole_map,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// The demo street with its past takes some twenty of them.
const DISK_MIB: usize = 96;
/// A log that was cleared is written over before it grows: so many writes may still find room.
const WRITES_MAX: usize = 3_000;
/// Cells of the chessboard in a row.
const ROW: usize = 60;
/// Where the chessboard begins.
const TILE: &str = "15/25855/13450";
const SOON: Duration = Duration::from_secs(20);

fn place(n: usize) -> Value {
    let mut place = feature(
        "compound",
        &format!("院落{n}"),
        box_at((n % ROW) as f64, (n / ROW) as f64, 0.9, 0.9),
    );
    place["properties"]["address"] = json!("满".repeat(190));
    place
}

/// Draws until the disk is full: how many were acknowledged, and how it was said that no more is.
fn draw_until_full(client: &Client, from: usize) -> (usize, Reply) {
    for n in from..from + WRITES_MAX {
        let reply = client.post("/api/v1/places", &place(n));
        if reply.status != 201 {
            return (n, reply);
        }
    }
    panic!("{WRITES_MAX} writes found room on a full disk");
}

/// The refusal a person can do something about.
#[track_caller]
fn says_that_the_disk_is_full(reply: Reply) {
    let problem = reply.problem(507);
    assert_eq!(problem.code, "disk_full");
    let detail = problem.whole["detail"].as_str().unwrap_or_default().to_owned();
    assert!(
        detail.contains("nothing") && detail.contains("free"),
        "it says that nothing was changed, and how to go on: {detail}"
    );
}

#[track_caller]
fn not_ready_for_want_of_room(client: &Client) {
    let problem = client.get("/readyz").problem(503);
    assert_eq!(problem.code, "disk_full", "{}", problem.whole);
}

fn ready_again(client: &Client) {
    eventually("the server is ready again", SOON, || {
        (client.get("/readyz").status == 200).then_some(())
    });
}

fn head(client: &Client) -> u64 {
    client.get("/api/v1/me").status(200).json()["head"]
        .as_u64()
        .expect("a head")
}

/// Every seq from the first to the last, each once.
#[track_caller]
fn has_no_gap(client: &Client) {
    let mut seqs = Vec::new();
    let mut before = String::new();
    loop {
        let page = client
            .get(&format!("/api/v1/changes?limit=500{before}"))
            .status(200)
            .json();
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let Some(last) = items.last() else { break };
        before = format!("&before={}", last["seq"]);
        seqs.extend(items.iter().filter_map(|c| c["seq"].as_u64()));
    }
    seqs.reverse();
    assert_eq!(seqs, (1..=head(client)).collect::<Vec<_>>());
}

fn passing(ground: &Ground) -> Vec<String> {
    let all = std::fs::read_dir(ground.data()).into_iter().flatten().flatten();
    all.map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|n| ["export-", "upload-", "passing-"].iter().any(|p| n.starts_with(p)))
        .collect()
}

#[test]
fn a_write_on_a_full_disk_is_refused_whole_and_writing_goes_on_once_there_is_room() {
    let story = "a_write_on_a_full_disk_is_refused_whole_and_writing_goes_on_once_there_is_room";
    if let Some(ground) = ground_on_a_small_disk(story, DISK_MIB) {
        tell_of_writes(&ground);
    }
    if let Some(ground) = postgis_on_a_small_disk(&format!("{story} on postgis"), DISK_MIB) {
        tell_of_writes(&ground);
    }
}

fn tell_of_writes(ground: &Ground) {
    let token = ground.token("editor", "admin");
    let server = Server::start(ground);
    let client = server.machine(&token);
    for n in 0..20 {
        client.post("/api/v1/places", &place(n)).status(201);
    }
    let feed = Feed::open(&client, None);
    feed.next_named("hello", SOON);
    let drawn = head(&client);

    ground.disk().fill();
    let (acknowledged, refused) = draw_until_full(&client, 20);
    says_that_the_disk_is_full(refused);
    let before = (whole_map(&client), head(&client));
    assert_eq!(
        client.number_of("compound"),
        acknowledged as u64,
        "nothing is half there"
    );
    for n in 0..3 {
        let key = format!("full-{n}");
        let reply = client.post_with("/api/v1/places", "Idempotency-Key", &key, &place(acknowledged + n));
        says_that_the_disk_is_full(reply);
    }
    not_ready_for_want_of_room(&client);
    client.get("/healthz").status(200);

    // Who only looks notices nothing.
    assert_eq!((whole_map(&client), head(&client)), before);
    let tile = client.get(&format!("/tiles/compound/{TILE}.mvt")).status(200);
    assert!(!tile.body.is_empty(), "cut now, and not empty");
    Feed::open(&client, None).next_named("hello", SOON);
    client
        .post(
            "/api/v1/area",
            &json!({"area": {"geometry": box_at(0.0, 0.0, 5.0, 5.0)}}),
        )
        .status(200);

    ground.disk().free();
    ready_again(&client);
    let reply = client.post_with("/api/v1/places", "Idempotency-Key", "full-0", &place(acknowledged));
    let made = reply.status(201).json();
    // The refused have no number: those that were acknowledged before the disk was full, and then this one.
    for seq in drawn + 1..=head(&client) {
        assert_eq!(feed.next_named("change", SOON).data["seq"], seq, "none is missing");
    }
    let again = client.post_with("/api/v1/places", "Idempotency-Key", "full-0", &place(acknowledged));
    assert_eq!(
        again.status(201).json()["id"],
        made["id"],
        "the key was not used up by the refusals"
    );
    for n in acknowledged + 1..acknowledged + 10 {
        client.post("/api/v1/places", &place(n)).status(201);
    }
    has_no_gap(&client);
    let after = whole_map(&client);
    server.kill_9();
    let server = Server::start(ground);
    let client = server.machine(&token);
    assert_eq!(whole_map(&client), after);
    has_no_gap(&client);
}

/// A table of places that takes some megabytes once it is in the ledger.
fn large_file(places: usize) -> String {
    let features: Vec<Value> = (0..places).map(place).collect();
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

#[test]
fn an_import_that_does_not_fit_leaves_nothing_and_fits_once_there_is_room() {
    let story = "an_import_that_does_not_fit_leaves_nothing_and_fits_once_there_is_room";
    let Some(ground) = ground_on_a_small_disk(story, DISK_MIB) else {
        return;
    };
    let token = ground.token("editor", "admin");
    let server = Server::start(&ground);
    let client = server.machine(&token);
    for n in 0..5 {
        client.post("/api/v1/places", &place(n)).status(201);
    }
    let before = (whole_map(&client), head(&client));
    let file = large_file(3_000);
    let send = |path: &str| Client::send(client.request(Method::POST, path).body(file.clone()));
    // Not even the upload finds room.
    ground.disk().fill();
    says_that_the_disk_is_full(send("/api/v1/imports?name=all.geojson"));
    // The upload does, what it brings does not.
    ground.disk().free();
    ground.disk().fill_but(file.len() as u64 + 256 * 1024);
    says_that_the_disk_is_full(send("/api/v1/imports?name=all.geojson"));
    assert_eq!((whole_map(&client), head(&client)), before, "all or nothing");
    assert_eq!(passing(&ground), Vec::<String>::new());
    // From the command line on the same machine it is said as clearly.
    let kept = tempfile::tempdir().expect("room elsewhere");
    let path = kept.path().join("all.geojson");
    std::fs::write(&path, &file).expect("written");
    let path = path.display().to_string();
    let run = ground.geju(&["import", &path]).ended_with(1);
    assert!(
        run.stderr.contains("disk") && run.stderr.contains("nothing was changed"),
        "{}",
        run.said()
    );
    // A copy finds no room either, and leaves nothing.
    says_that_the_disk_is_full(client.post("/api/v1/backup", &Value::Null));
    assert_eq!(passing(&ground), Vec::<String>::new());

    ground.disk().free();
    let report = send("/api/v1/imports?name=all.geojson").status(200).json();
    assert_eq!(report["refusal"], Value::Null, "{report:#}");
    assert_eq!(client.number_of("compound"), 3_000);
    has_no_gap(&client);
    ready_again(&client);
}

#[test]
fn an_export_that_does_not_fit_is_no_file_at_all() {
    let story = "an_export_that_does_not_fit_is_no_file_at_all";
    let Some(ground) = ground_on_a_small_disk(story, DISK_MIB) else {
        return;
    };
    let token = ground.token("taker", "admin");
    let file = ground.data().join("all.geojson");
    std::fs::write(&file, large_file(3_000)).expect("written");
    ground.geju(&["import", &file.display().to_string()]).succeeded();
    std::fs::remove_file(&file).expect("gone");
    // The library that writes XLSX speaks of a panic; it goes no further than the export.
    let server = Server::start(&ground).may_complain();
    let client = server.machine(&token);
    let formats = [
        "geojson",
        "geojsonseq",
        "gpkg",
        "fgb",
        "shp",
        "csv",
        "xlsx",
        "kml",
        "pmtiles",
    ];
    let take = |format: &str| client.get(&format!("/api/v1/export?format={format}&kind=compound"));
    // What each takes when there is room; with half of that it breaks off in the middle.
    let whole: Vec<usize> = formats.iter().map(|f| take(f).status(200).body.len()).collect();
    for (format, bytes) in formats.iter().zip(&whole) {
        ground.disk().fill_but(*bytes as u64 / 2);
        says_that_the_disk_is_full(take(format));
        assert_eq!(passing(&ground), Vec::<String>::new(), "{format}");
        ground.disk().free();
    }
    ground.disk().fill();
    for format in formats {
        says_that_the_disk_is_full(take(format));
    }
    // Nor does a file on the small disk appear under its name when the command writes it there.
    let out = ground.data().join("out.geojson");
    let run = ground.geju(&["export", "--format", "geojson", "--out", &out.display().to_string()]);
    run.ended_with(1);
    assert!(!out.exists());
    ground.disk().free();
    for format in formats {
        assert_eq!(rows(&told(&take(format).status(200))), 3_000, "{format}");
    }
}

#[test]
fn a_server_stops_and_starts_on_a_full_disk() {
    let story = "a_server_stops_and_starts_on_a_full_disk";
    let Some(ground) = ground_on_a_small_disk(story, DISK_MIB) else {
        return;
    };
    let token = ground.token("editor", "admin");
    let server = Server::start(&ground);
    let client = server.machine(&token);
    for n in 0..20 {
        client.post("/api/v1/places", &place(n)).status(201);
    }
    ground.disk().fill();
    let (_, refused) = draw_until_full(&client, 20);
    says_that_the_disk_is_full(refused);
    // A wrong password is written to the access log, which has no room either.
    server.stranger().login("admin", "not-the-password").status(401);
    let before = whole_map(&client);
    server.stop();
    let server = Server::start(&ground);
    let client = server.machine(&token);
    assert_eq!(whole_map(&client), before, "the map is there to be read");
    server.kill_9();
    ground.disk().free();
    let server = Server::start(&ground);
    let client = server.machine(&token);
    assert_eq!(whole_map(&client), before);
    client.post("/api/v1/places", &place(WRITES_MAX)).status(201);
    has_no_gap(&client);
}
