//! Codes are never given again: what a retired place was called by comes to mean no other, at any door.

use geju_tests::{Client, Ground, Problem, Server, box_at, each_store, eventually, feature, postgis_ground, skipped};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// A server hears of what another wrote within this time.
const SOON: Duration = Duration::from_secs(15);
const CODE: &str = "510104020001-1";

fn compound(n: usize, code: Option<&str>) -> Value {
    let mut place = feature("compound", &format!("院落{n}"), box_at(n as f64 * 3.0, 0.0, 2.0, 2.0));
    if let Some(code) = code {
        place["properties"]["code"] = json!(code);
    }
    place
}

fn drawn(client: &Client, place: &Value) -> u64 {
    let made = client.post("/api/v1/places", place).status(201).json();
    made["id"].as_u64().expect("an id")
}

fn path(id: u64) -> String {
    format!("/api/v1/places/{id}")
}

fn retire(client: &Client, id: u64) {
    let etag = client.get(&path(id)).status(200).etag();
    client.delete(&path(id), &etag).status(200);
}

/// Takes a place off the map as a gesture, which can be taken back.
fn retired_by_a_gesture(client: &Client, id: u64) -> u64 {
    let version = client.get(&path(id)).status(200).json()["properties"]["version"].clone();
    let body = json!({ "retire": [{ "id": id, "version": version }] });
    let done = client.post("/api/v1/places/reshape", &body).status(200).json();
    done["seq"].as_u64().expect("a seq")
}

fn undo(client: &Client, seq: u64) -> u64 {
    let done = client
        .post(&format!("/api/v1/changes/{seq}/undo"), &json!({}))
        .status(200);
    done.json()["seq"].as_u64().expect("a seq")
}

/// The finding says whose code it was, since when it is retired, and what to do.
fn told(findings: &Value, whose: &str) {
    let all = findings.as_array().map(Vec::as_slice).unwrap_or_default();
    let found = all.iter().find(|f| f["code"] == "code_retired");
    let found = found.unwrap_or_else(|| panic!("the code is refused: {findings}"));
    let message = found["message"].as_str().expect("a message");
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    assert!(message.contains(CODE) && message.contains(whose), "{message}");
    assert!(message.contains(&today.date().to_string()), "{message}");
    assert_eq!(found["severity"], "block");
    assert!(
        found["mend"].as_str().is_some_and(|m| m.contains("another code")),
        "{found}"
    );
}

fn refused(problem: &Problem) {
    told(&problem.whole["findings"], "院落0");
}

/// Every door that could give the code once more.
fn every_door_refuses(ground: &Ground, client: &Client, other: u64) {
    let head = client.get("/api/v1/me").ok().json()["head"].clone();
    let (again, there) = (compound(5, Some(CODE)), path(other));
    refused(&client.post("/api/v1/places", &again).problem(422));
    told(
        &client.post("/api/v1/places/check", &again).status(200).json()["findings"],
        "院落0",
    );

    let now = client.get(&there).status(200);
    let mut renumbered = now.json();
    renumbered["properties"]["code"] = json!(CODE);
    refused(&client.put(&there, &now.etag(), &renumbered).problem(422));

    let version = &renumbered["properties"]["version"];
    let moved = json!({ "places": [{ "id": other, "version": version, "properties": { "code": CODE } }] });
    let made = json!({ "create": [{ "id": "new", "kind": "compound", "geometry": again["geometry"], "properties": again["properties"] }] });
    let band = box_at(2.0, -1.0, 5.0, 2.0)["coordinates"][0].clone();
    let split = json!({ "version": version, "line": { "type": "LineString", "coordinates": [band[3], band[2]] },
        "created": { "id": "half", "properties": { "name": "东院", "code": CODE } } });
    for body in [&moved, &made] {
        refused(&client.post("/api/v1/places/reshape", body).problem(422));
        let checked = client.post("/api/v1/places/reshape/check", body).status(200).json();
        told(&checked["findings"], "院落0");
        // A draft is kept with what blocks it, and nobody can accept it.
        let draft = client
            .post("/api/v1/drafts", &json!({ "name": "新院落", "reshape": body }))
            .status(201);
        told(&draft.json()["findings"], "院落0");
        let drafts = format!("/api/v1/drafts/{}", draft.json()["id"]);
        let etag = draft.etag();
        let accepted = client.post_with(&format!("{drafts}/accept"), "If-Match", &etag, &json!({}));
        assert!([403, 422].contains(&accepted.status), "{}", accepted.text());
        client
            .post_with(&format!("{drafts}/withdraw"), "If-Match", &etag, &json!({}))
            .status(200);
    }
    refused(&client.post(&format!("{there}/split"), &split).problem(422));

    let item =
        json!({ "type": "Feature", "geometry": again["geometry"], "properties": { "name": "新院落", "code": CODE } });
    let items = client.request(Method::POST, "/ogc/collections/compound/items");
    let items = items
        .header("Content-Type", "application/geo+json")
        .body(item.to_string());
    refused(&Client::send(items).problem(422));

    let file = ground.data().join("again.geojson");
    let text = json!({ "type": "FeatureCollection", "features": [again] }).to_string();
    std::fs::write(&file, text).expect("a file");
    let name = file.display().to_string();
    let run = ground.geju(&["import", &name]).ended_with(1);
    assert!(
        run.stdout.contains("code_retired") && run.stdout.contains("院落0"),
        "{}",
        run.said()
    );
    assert_eq!(
        client.get("/api/v1/me").ok().json()["head"],
        head,
        "nothing was changed"
    );
}

#[test]
fn the_code_of_a_retired_place_is_given_to_no_other_at_any_door() {
    each_store(
        "the_code_of_a_retired_place_is_given_to_no_other_at_any_door",
        |ground| {
            let server = ground.serve_with_admin();
            let admin = server.admin();
            let old = drawn(&admin, &compound(0, Some(CODE)));
            let other = drawn(&admin, &compound(1, None));
            retire(&admin, old);
            every_door_refuses(ground, &admin, other);
            // Codes are the kind's own: a building may be numbered so.
            let mut building = feature("building", "1栋", box_at(9.0, 9.0, 0.2, 0.2));
            building["properties"]["code"] = json!(CODE);
            drawn(&admin, &building);

            drop(server);
            let server = Server::start(ground);
            every_door_refuses(ground, &server.admin(), other);
        },
    );
}

#[test]
fn a_place_that_comes_back_has_its_own_code_again() {
    each_store("a_place_that_comes_back_has_its_own_code_again", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let old = drawn(&admin, &compound(0, Some(CODE)));
        let gone = retired_by_a_gesture(&admin, old);
        refused(&admin.post("/api/v1/places", &compound(5, Some(CODE))).problem(422));
        undo(&admin, gone);
        let here = admin.get(&path(old)).status(200);
        assert_eq!(here.json()["properties"]["code"], CODE);
        let mut renamed = here.json();
        renamed["properties"]["name"] = json!("院落零");
        let etag = admin.put(&path(old), &here.etag(), &renamed).status(200).etag();
        renamed["properties"]["name"] = json!("院落0");
        admin.put(&path(old), &etag, &renamed).status(200);
        let taken = admin.post("/api/v1/places", &compound(5, Some(CODE))).problem(422);
        assert_eq!(taken.whole["findings"][0]["code"], "code_taken");

        // Gone once more by taking the return back: it was a place, and its code stays its own. Also after a restart.
        let second = drawn(&admin, &compound(2, Some("510104020001-2")));
        let gone = retired_by_a_gesture(&admin, second);
        let again = undo(&admin, gone);
        undo(&admin, again);
        let refuses = |admin: &Client| {
            let problem = admin
                .post("/api/v1/places", &compound(5, Some("510104020001-2")))
                .problem(422);
            assert_eq!(
                problem.whole["findings"][0]["code"], "code_retired",
                "{}",
                problem.whole
            );
        };
        refuses(&admin);

        // What was drawn and taken back counts as never having been.
        let slip = json!({ "create": [{ "id": "slip", "kind": "compound", "geometry": box_at(12.0, 0.0, 2.0, 2.0),
            "properties": { "name": "画错了", "code": "510104020001-3" } }] });
        let made = admin.post("/api/v1/places/reshape", &slip).status(200).json();
        undo(&admin, made["seq"].as_u64().expect("a seq"));
        drop(server);
        let server = Server::start(ground);
        refuses(&server.admin());
        drawn(&server.admin(), &compound(4, Some("510104020001-3")));
    });
}

#[test]
fn what_one_server_retired_gives_its_code_to_nobody_on_the_other() {
    let story = "what_one_server_retired_gives_its_code_to_nobody_on_the_other";
    let Some(ground) = postgis_ground() else {
        return skipped(story, "GEJU_TEST_POSTGRES is not set");
    };
    let elsewhere = ground.again();
    let (first, second) = (ground.serve_with_admin(), Server::start(&elsewhere));
    let (here, there) = (first.admin(), second.admin());
    for round in 0..10usize {
        let code = format!("510104020001-{round}");
        let at = |n: f64| box_at(n * 3.0, round as f64 * 3.0, 2.0, 2.0);
        let numbered = |n: f64| {
            let mut place = feature("compound", "院落", at(n));
            place["properties"]["code"] = json!(code);
            place
        };
        let old = drawn(&here, &numbered(0.0));
        retire(&here, old);
        // At once, when the other server may not have heard of it yet; then it knows why.
        there.post("/api/v1/places", &numbered(2.0)).problem(422);
        eventually("the other server says whose it was", SOON, || {
            let problem = there.post("/api/v1/places", &numbered(2.0)).problem(422);
            (problem.whole["findings"][0]["code"] == "code_retired").then_some(())
        });
    }
}
