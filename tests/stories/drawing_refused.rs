//! What cannot be a map is refused at every door, with words a clerk understands and the spot to look at.

use geju_tests::{Client, Ground, Problem, Server, box_at, checked_drag, feature, gpkg_ground, lattice, ring_of};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// An outline nobody draws is refused within this time, builds running beside it.
const REFUSED_WITHIN: Duration = Duration::from_secs(10);

/// A community of two grids; the western one holds three micro-grids in a row with a building each, the eastern one holds one.
struct Street {
    places: Vec<Value>,
}

impl Street {
    fn planted(client: &Client) -> Street {
        let land = |from: f64, to: f64| box_at(from, 0.0, to - from, 4.0);
        let mut features = vec![
            feature("community", "社区", land(0.0, 12.0)),
            feature("grid", "西网格", land(0.0, 8.0)),
            feature("grid", "东网格", land(8.0, 12.0)),
            feature("micro_grid", "甲", land(0.0, 2.0)),
            feature("micro_grid", "乙", land(2.0, 6.0)),
            feature("micro_grid", "丙", land(6.0, 8.0)),
            feature("micro_grid", "丁", land(8.0, 12.0)),
        ];
        for (name, column) in [("1栋", 1.0), ("2栋", 2.5), ("3栋", 7.0), ("4栋", 10.0)] {
            features.push(feature("building", name, box_at(column, 1.0, 0.5, 0.5)));
        }
        let bytes = json!({ "type": "FeatureCollection", "features": features }).to_string();
        let brought = client.request(Method::POST, "/api/v1/imports?name=street.geojson");
        Client::send(brought.body(bytes)).status(200);
        let kinds = ["community", "grid", "micro_grid", "building"];
        let places = kinds.into_iter().flat_map(|kind| client.every_place(kind)).collect();
        Street { places }
    }

    fn get(&self, name: &str) -> &Value {
        let named = |p: &&Value| p["properties"]["name"] == name;
        self.places
            .iter()
            .find(named)
            .unwrap_or_else(|| panic!("{name} stands"))
    }

    fn id(&self, name: &str) -> u64 {
        self.get(name)["id"].as_u64().expect("an id")
    }

    fn pair(&self, name: &str) -> Value {
        json!({ "id": self.id(name), "version": self.get(name)["properties"]["version"] })
    }

    fn redrawn(&self, name: &str, geometry: Value) -> Value {
        let mut moved = self.pair(name);
        moved["geometry"] = geometry;
        json!({ "places": [moved] })
    }
}

fn begun(ground: &Ground) -> (Server<'_>, Client, Street) {
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let street = Street::planted(&admin);
    (server, admin, street)
}

/// One finding says why, in words, where, and what to do about it.
fn told(problem: &Problem, code: &str) {
    let findings = problem.whole["findings"].as_array().cloned().unwrap_or_default();
    let found = findings.iter().find(|f| f["code"] == code);
    let finding = found.unwrap_or_else(|| panic!("{code} among {}", problem.whole));
    let message = finding["message"].as_str().unwrap_or_default();
    assert!(message.chars().count() > 10, "{finding}");
    assert!(finding["at"].is_array(), "a spot: {finding}");
    assert!(
        finding["mend"].as_str().is_some_and(|m| !m.is_empty()),
        "a way out: {finding}"
    );
}

fn polygon(rings: Value) -> Value {
    json!({ "type": "Polygon", "coordinates": rings })
}

fn spot(column: f64, row: f64) -> Value {
    ring_of(column, row, 1.0, 1.0)[0].clone()
}

fn ring(spots: &[(f64, f64)]) -> Value {
    let closed = spots.iter().chain(spots.first());
    closed.map(|(column, row)| spot(*column, *row)).collect()
}

#[test]
fn outlines_that_are_none_are_refused_with_a_reason_and_a_spot() {
    let ground = gpkg_ground();
    let (_server, admin, street) = begun(&ground);
    let refused = |geometry: Value, code: &str| {
        let body = street.redrawn("甲", geometry);
        let began = Instant::now();
        told(&admin.post("/api/v1/places/reshape", &body).problem(422), code);
        assert!(began.elapsed() < REFUSED_WITHIN, "{code} took {:?}", began.elapsed());
        let checked = admin.post("/api/v1/places/reshape/check", &body).status(200).json();
        assert_eq!(checked["findings"][0]["code"], code, "{checked}");
        assert!(checked["findings"][0]["point"].is_array(), "{checked}");
    };
    let of = |spots: &[(f64, f64)]| polygon(json!([ring(spots)]));
    refused(
        of(&[(0.0, 0.0), (2.0, 4.0), (2.0, 0.0), (0.0, 4.0)]),
        "outline_self_crossing",
    );
    refused(of(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]), "outline_spike");
    refused(
        of(&[
            (0.0, 0.0),
            (2.0, 0.0),
            (2.0, 2.0),
            (3.0, 2.0),
            (2.0, 2.0),
            (2.0, 4.0),
            (0.0, 4.0),
        ]),
        "outline_spike",
    );
    refused(of(&[(0.0, 0.0), (2.0, 0.0), (0.0, 0.0)]), "outline_too_few_corners");
    let (shell, outside) = (ring_of(0.0, 0.0, 2.0, 4.0), ring_of(5.0, 1.0, 1.0, 1.0));
    refused(polygon(json!([shell, outside])), "outline_hole_outside");
    let fine: Vec<(f64, f64)> = (0..50_000)
        .map(|n| {
            let turn = f64::from(n) / 50_000.0 * std::f64::consts::TAU;
            (1.0 + turn.cos(), 2.0 + 2.0 * turn.sin())
        })
        .collect();
    refused(of(&fine), "outline_too_many_vertices");
    // The same corner twice in a row is a slip of the hand and put right.
    let twice = of(&[(0.0, 0.0), (2.0, 0.0), (2.0, 0.0), (2.0, 4.0), (0.0, 4.0), (0.0, 4.0)]);
    admin
        .post("/api/v1/places/reshape", &street.redrawn("甲", twice))
        .status(200);
    let path = format!("/api/v1/places/{}", street.id("甲"));
    assert_eq!(
        admin.get(&path).status(200).json()["geometry"],
        street.get("甲")["geometry"]
    );
}

#[test]
fn gestures_that_cannot_be_are_refused_with_a_reason_and_a_spot() {
    let ground = gpkg_ground();
    let (_server, admin, street) = begun(&ground);
    let split = |line: &[(f64, f64)], code: &str| {
        let line: Vec<Value> = line.iter().map(|(column, row)| spot(*column, *row)).collect();
        let mut body = street.pair("乙");
        body["line"] = json!({ "type": "LineString", "coordinates": line });
        let path = format!("/api/v1/places/{}/split", street.id("乙"));
        told(&admin.post(&path, &body).problem(422), code);
    };
    split(&[(20.0, 0.0), (20.0, 4.0)], "split_line_misses");
    split(&[(1.0, 4.0), (8.0, 4.0)], "split_line_touches");
    split(&[(3.0, -1.0), (3.0, 2.0)], "split_line_ends_inside");
    split(
        &[(3.0, -1.0), (3.0, 5.0), (5.0, 5.0), (5.0, -1.0)],
        "split_line_crosses_twice",
    );
    split(
        &[(3.0, -1.0), (3.0, 3.0), (4.0, 3.0), (2.5, 2.0), (1.0, 2.0)],
        "split_line_crosses_itself",
    );
    let merge = |one: &str, other: &str, code: &str| {
        let body = json!({ "places": [street.pair(one), street.pair(other)], "into": street.id(one) });
        told(&admin.post("/api/v1/places/merge", &body).problem(422), code);
    };
    merge("甲", "丙", "merge_not_neighbours");
    merge("丙", "丁", "merge_across_parents");
    merge("甲", "西网格", "merge_across_kinds");

    let hand_over = |from: &str, to: &str, buildings: &[&str]| {
        let buildings: Vec<u64> = buildings.iter().map(|name| street.id(name)).collect();
        let mut body = street.pair(from);
        body["to"] = street.pair(to);
        body["buildings"] = json!(buildings);
        admin.post(&format!("/api/v1/places/{}/transfer", street.id(from)), &body)
    };
    told(&hand_over("乙", "甲", &["1栋"]).problem(422), "transfer_not_here");
    told(&hand_over("甲", "丙", &["1栋"]).problem(422), "transfer_not_adjacent");
    told(
        &hand_over("甲", "西网格", &["1栋"]).problem(422),
        "transfer_across_kinds",
    );
    told(&hand_over("甲", "乙", &[]).problem(422), "transfer_nothing");

    // Whose children would lie nowhere stays; whoever leaves buildings without a micro-grid stays too.
    let gone = json!({ "retire": [street.pair("西网格")] });
    told(
        &admin.post("/api/v1/places/reshape", &gone).problem(422),
        "would_orphan",
    );
    for (name, code) in [("西网格", "would_orphan"), ("乙", "building_without_micro_grid")] {
        let path = format!("/api/v1/places/{}", street.id(name));
        let etag = admin.get(&path).status(200).etag();
        told(&admin.delete(&path, &etag).problem(422), code);
    }

    // The same key is for the same request.
    let renamed = |name: &str| {
        let mut place = street.pair("丁");
        place["properties"] = json!({ "name": name });
        json!({ "places": [place] })
    };
    let door = "/api/v1/places/reshape";
    admin
        .post_with(door, "Idempotency-Key", "key-1", &renamed("丁一"))
        .status(200);
    let reused = admin
        .post_with(door, "Idempotency-Key", "key-1", &renamed("丁二"))
        .problem(422);
    assert_eq!(reused.code, "idempotency_key_reused");
    admin.post(door, &renamed("丁三")).problem(412);

    // What is retired is not drawn any more.
    let joined = json!({ "places": [street.pair("甲"), street.pair("乙")], "into": street.id("乙") });
    admin.post("/api/v1/places/merge", &joined).status(200);
    let late = street.redrawn("甲", box_at(0.0, 0.0, 1.0, 4.0));
    let gone = admin.post(door, &late).problem(410);
    assert_eq!(gone.whole["place"]["id"], street.id("甲"));
}

#[test]
fn buildings_go_over_to_the_neighbour_and_the_edge_follows() {
    let ground = gpkg_ground();
    let (_server, admin, street) = begun(&ground);
    let door = format!("/api/v1/places/{}/transfer", street.id("乙"));
    let mut body = street.pair("乙");
    body["to"] = street.pair("甲");
    body["buildings"] = json!([street.id("2栋")]);
    let done = admin
        .post_with(&door, "Idempotency-Key", "over-1", &body)
        .status(200)
        .json();
    let again = admin
        .post_with(&door, "Idempotency-Key", "over-1", &body)
        .status(200)
        .json();
    assert_eq!(again, done, "asked again it is answered the same");
    let path = format!("/api/v1/places/{}", street.id("2栋"));
    let parents = admin.get(&path).status(200).json()["properties"]["parents"].clone();
    assert_eq!(parents["micro_grid"], street.id("甲"));
    let counted = |name: &str| {
        let path = format!("/api/v1/places/{}/figures", street.id(name));
        admin.get(&path).status(200).json()["buildings"]["count"].clone()
    };
    assert_eq!(
        [counted("甲"), counted("乙"), counted("西网格")],
        [json!(2), json!(0), json!(3)]
    );
    admin.post(&door, &body).problem(412);
    let undo = format!("/api/v1/changes/{}/undo", done["seq"]);
    admin.post(&undo, &json!({})).status(200);
    for name in ["甲", "乙", "西网格"] {
        let path = format!("/api/v1/places/{}", street.id(name));
        assert_eq!(
            admin.get(&path).status(200).json()["geometry"],
            street.get(name)["geometry"]
        );
    }
}

#[test]
fn no_other_door_lets_an_impossible_map_in() {
    let ground = gpkg_ground();
    let (_server, admin, street) = begun(&ground);
    let geojson = "application/geo+json";
    let over = box_at(1.0, 0.0, 3.0, 4.0);
    let drawn = feature("micro_grid", "新", over.clone());
    let path = format!("/api/v1/places/{}", street.id("甲"));
    let item = format!("/ogc/collections/micro_grid/items/{}", street.id("甲"));
    let etag = admin.get(&path).status(200).etag();
    let mut amended = street.get("甲").clone();
    amended["geometry"] = over.clone();
    let checked = admin.post("/api/v1/places/check", &drawn).status(200).json();
    assert_eq!(checked["findings"][0]["severity"], "block", "{checked}");
    told(&admin.post("/api/v1/places", &drawn).problem(422), "overlaps_sibling");
    told(&admin.put(&path, &etag, &amended).problem(422), "overlaps_sibling");
    let written = |method: Method, path: &str, body: &Value| {
        let request = admin.request(method, path).header("Content-Type", geojson);
        Client::send(request.header("If-Match", &etag).body(body.to_string()))
    };
    let made = written(Method::POST, "/ogc/collections/micro_grid/items", &drawn);
    told(&made.problem(422), "overlaps_sibling");
    let mut flat = admin.get(&item).status(200).json();
    flat["geometry"] = over;
    told(&written(Method::PUT, &item, &flat).problem(422), "overlaps_sibling");

    // Words alone, and ground that takes nothing from a neighbour, are let through.
    let mut smaller = street.get("甲").clone();
    smaller["geometry"] = box_at(0.0, 0.0, 1.9, 4.0);
    admin.put(&path, &etag, &smaller).status(200);
    let outside = feature("micro_grid", "外", box_at(14.0, 0.0, 1.0, 1.0));
    told(&admin.post("/api/v1/places", &outside).problem(422), "parent_missing");
}

#[test]
fn ground_that_two_would_hold_is_told_as_ground() {
    let ground = gpkg_ground();
    let (_server, admin, street) = begun(&ground);
    let body = street.redrawn("甲", box_at(0.0, 0.0, 3.0, 4.0));
    let checked = admin.post("/api/v1/places/reshape/check", &body).status(200).json();
    let refused = admin.post("/api/v1/places/reshape", &body).problem(422);
    let of = |findings: &[Value]| {
        let found = findings.iter().find(|f| f["code"] == "overlaps_sibling").cloned();
        found.expect("the overlap is told")["geometry"].clone()
    };
    let told = of(checked["findings"].as_array().expect("findings"));
    assert_eq!(told["type"], "MultiPolygon");
    let ring = told["coordinates"][0][0].as_array().expect("a ring");
    assert_eq!(ring.first(), ring.last(), "rings are closed");
    assert_eq!(ring.len(), 5, "{told}");
    assert_eq!(of(refused.whole["findings"].as_array().expect("findings")), told);
}

/// A drag among many children is judged by what it touches; how fast the findings come back is for the benches.
#[test]
fn a_drag_among_many_children_is_judged_by_what_it_touches() {
    const DRAGS: usize = 20;
    for (columns, rows) in [(10, 10), (20, 15)] {
        let ground = gpkg_ground();
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let bytes = json!({ "type": "FeatureCollection", "features": lattice(columns, rows) }).to_string();
        let brought = admin.request(Method::POST, "/api/v1/imports?name=lattice.geojson");
        Client::send(brought.body(bytes)).status(200);
        let places = admin.every_place("micro_grid");
        for n in 0..DRAGS {
            let body = checked_drag(&places, columns, rows, n);
            let told = admin.post("/api/v1/places/reshape/check", &body).status(200).json();
            let found = told["findings"].as_array().cloned().unwrap_or_default();
            assert!(found.iter().all(|f| f["severity"] != "block"), "{told}");
            assert_eq!(told["places"].as_array().map(Vec::len), Some(4));
        }
    }
}
