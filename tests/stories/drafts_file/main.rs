//! A file of proposed boundaries becomes a draft: whatever office program wrote it, or it is told what is wrong and where.

mod refused;
mod town;

use geju_tests::{Client, Ground, Reply, Server, box_at, each_store, gpkg_ground, shared_data};
use reqwest::Method;
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use town::{Street, placed, proposal, street};

/// GCJ-02 there and back again, rounded to the grid each time.
const SHIFTED_STEPS_MAX: i64 = 3;

/// What is asked of a file in the query.
type Asked<'a> = &'a [(&'a str, &'a str)];

/// Sends a file, its name and what is asked of it in the query.
fn send(client: &Client, name: &str, bytes: &[u8], asked: Asked, key: Option<&str>) -> Reply {
    let mut request = sending(client, name, bytes, asked);
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    Client::send(request)
}

fn sending(client: &Client, name: &str, bytes: &[u8], asked: Asked) -> RequestBuilder {
    let mut path = format!("/api/v1/drafts?from=file&name={}", geju_tests::encoded(name));
    for (field, value) in asked {
        path.push_str(&format!("&{field}={}", geju_tests::encoded(value)));
    }
    client.request(Method::POST, &path).body(bytes.to_vec())
}

fn id_of(place: &Value) -> u64 {
    place["id"].as_u64().unwrap_or_else(|| panic!("an id in {place}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

type Node = (i64, i64);

fn nodes(value: &Value) -> BTreeSet<Node> {
    let step = |degrees: f64| (degrees * 1e7).round() as i64;
    match list(value) {
        [lon, lat, ..] if lon.is_number() => {
            [(step(lon.as_f64().unwrap_or(0.0)), step(lat.as_f64().unwrap_or(0.0)))].into()
        }
        inner => inner.iter().flat_map(nodes).collect(),
    }
}

fn ground_of(place: &Value) -> BTreeSet<Node> {
    nodes(&place["geometry"]["coordinates"])
}

fn collection(features: &[Value]) -> Vec<u8> {
    json!({ "type": "FeatureCollection", "features": features })
        .to_string()
        .into_bytes()
}

/// The same proposal on a map of its own, as another office holds it, to be written by an export.
fn another_office(ground: &Ground, places: &[Value]) {
    let file = ground.data().join("proposal.geojson");
    std::fs::write(&file, collection(places)).expect("a file");
    ground.geju(&["import", &file.display().to_string()]).succeeded();
}

fn exported(ground: &Ground, format: &str, more: &[&str]) -> Vec<u8> {
    let file = ground.data().join(format!("proposal.{format}.out"));
    let name = file.display().to_string();
    let mut arguments = vec!["export", "--kind", "micro_grid", "--format", format, "--out", &name];
    arguments.extend(more);
    ground.geju(&arguments).succeeded();
    std::fs::read(&file).expect("what was exported")
}

fn drafts_of(client: &Client) -> usize {
    list(&client.get("/api/v1/drafts").status(200).json()["drafts"]).len()
}

fn head_of(client: &Client) -> Value {
    client.get("/api/v1/me").ok().json()["head"].clone()
}

/// Files that pass through the data folder are gone with their requests.
fn nothing_left_behind(ground: &Ground) {
    let there = std::fs::read_dir(ground.data()).expect("the data folder");
    let left: Vec<String> = there
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("upload-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

fn withdrawn(client: &Client, draft: &Reply) {
    let path = format!("/api/v1/drafts/{}/withdraw", draft.json()["id"]);
    client
        .post_with(&path, "If-Match", &draft.etag(), &json!({}))
        .status(200);
}

#[test]
fn a_proposal_becomes_a_draft_from_whatever_office_program_wrote_it() {
    each_store(
        "a_proposal_becomes_a_draft_from_whatever_office_program_wrote_it",
        |ground| {
            let Street { server, grid, halves } = street(ground);
            let (worker, parent) = (server.person("worker"), grid.to_string());
            let office = gpkg_ground();
            let places = proposal(0.15);
            another_office(&office, &places);
            let there = office.serve_with_admin();
            let shifted: Vec<Value> = there
                .admin()
                .every_place("micro_grid")
                .iter()
                .map(|p| {
                    let path = format!("/api/v1/places/{}?crs=gcj02", id_of(p));
                    there.admin().get(&path).status(200).json()
                })
                .collect();
            drop(there);
            let asked = [("parent", parent.as_str()), ("kind", "micro_grid")];
            let in_gcj02 = [asked[0], asked[1], ("crs", "gcj02")];
            let bare: Vec<Value> = shifted
                .iter()
                .map(|p| {
                    placed(
                        "micro_grid",
                        p["properties"]["name"].as_str().unwrap_or_default(),
                        p["geometry"].clone(),
                        json!({}),
                    )
                })
                .collect();
            // What each is called, what it holds, what is said of it, and how far it may lie off.
            let files: [(&str, Vec<u8>, Asked, i64); 5] = [
                ("微网格.geojson", collection(&places), &asked, 0),
                (
                    "微网格.zip",
                    exported(&office, "shp", &["--encoding", "gbk"]),
                    &asked,
                    0,
                ),
                ("微网格.kml", exported(&office, "kml", &[]), &asked, 0),
                ("微网格.gpkg", exported(&office, "gpkg", &[]), &asked, 0),
                ("火星坐标.geojson", collection(&bare), &in_gcj02, SHIFTED_STEPS_MAX),
            ];
            for (name, bytes, asked, off) in files {
                let sent = send(&worker, name, &bytes, asked, None);
                let sent = sent.status(201);
                let draft = sent.json();
                assert_eq!(draft["name"], name, "called as its file");
                assert_eq!(
                    (&draft["state"], &draft["parent"]["id"]),
                    (&json!("submitted"), &json!(grid))
                );
                let drawn = list(&draft["reshape"]["places"]);
                let ids: BTreeSet<u64> = drawn.iter().map(id_of).collect();
                assert_eq!(ids, halves.iter().map(id_of).collect(), "{name}: known by their names");
                for (place, half) in places.iter().zip(&halves) {
                    let now = drawn.iter().find(|p| id_of(p) == id_of(half)).expect("drawn");
                    let (wanted, found) = (ground_of(place), ground_of(now));
                    let near = |a: &Node| found.iter().any(|b| (a.0 - b.0).abs().max((a.1 - b.1).abs()) <= off);
                    assert!(
                        wanted.len() == found.len() && wanted.iter().all(near),
                        "{name}: {wanted:?} is {found:?}"
                    );
                }
                for figure in ["buildings", "households", "people", "over_60"] {
                    assert_eq!(
                        draft["totals"]["before"][figure], draft["totals"]["after"][figure],
                        "{name}: {figure}"
                    );
                }
                assert_eq!(draft["totals"]["before"]["buildings"], 8);
                let blocked: Vec<&Value> = list(&draft["findings"])
                    .iter()
                    .filter(|f| f["severity"] == "block")
                    .collect();
                assert!(blocked.is_empty(), "{name}: {blocked:?}");
                withdrawn(&worker, &sent);
            }
            nothing_left_behind(ground);
        },
    );
}

#[test]
fn an_accepted_proposal_is_the_partition_of_the_map() {
    each_store("an_accepted_proposal_is_the_partition_of_the_map", |ground| {
        let Street { server, grid, halves } = street(ground);
        let (admin, worker, community) = (server.admin(), server.person("worker"), server.person("community"));
        let parent = grid.to_string();
        let figures = |id: u64| admin.get(&format!("/api/v1/places/{id}/figures")).ok().json();
        let whole = figures(grid);
        // One house changes sides.
        let bytes = collection(&proposal(0.35));
        let asked = [
            ("parent", parent.as_str()),
            ("kind", "micro_grid"),
            ("title", "红星路划入东风巷"),
        ];
        let first = send(&worker, "提案.geojson", &bytes, &asked, Some("file-1")).status(201);
        let again = send(&worker, "提案.geojson", &bytes, &asked, Some("file-1")).status(201);
        assert_eq!(
            first.json(),
            again.json(),
            "the same file with the same key is one draft"
        );
        assert_eq!(drafts_of(&worker), 1);
        let other = collection(&proposal(0.15));
        let reused = send(&worker, "提案.geojson", &other, &asked, Some("file-1")).problem(422);
        assert_eq!(reused.code, "idempotency_key_reused", "{}", reused.whole);
        assert_eq!(drafts_of(&worker), 1);

        let draft = first.json();
        assert_eq!(draft["name"], "红星路划入东风巷");
        let path = format!("/api/v1/drafts/{}/accept", draft["id"]);
        let accepted = community
            .post_with(&path, "If-Match", &first.etag(), &json!({ "comment": "同意" }))
            .status(200);
        assert_eq!(accepted.json()["state"], "in_force");
        let now: Vec<Value> = halves
            .iter()
            .map(|p| admin.get(&format!("/api/v1/places/{}", id_of(p))).ok().json())
            .collect();
        let area = |p: &Value| p["properties"]["area_m2"].as_f64().expect("an area");
        let old = admin.get(&format!("/api/v1/places/{grid}")).ok().json();
        let sum: f64 = now.iter().map(area).sum();
        assert!((sum - area(&old)).abs() < 0.5, "{sum} of {}", area(&old));
        let counted: Vec<u64> = now
            .iter()
            .map(|p| figures(id_of(p))["buildings"]["count"].as_u64().unwrap_or(0))
            .collect();
        assert_eq!(counted, [5, 3], "{}", figures(id_of(&now[0])));
        assert_eq!(figures(grid)["people"], whole["people"]);
        assert_eq!(figures(grid)["buildings"], whole["buildings"]);

        // What is on the map as the file says draws nothing; a restart forgets nothing.
        let same = send(&worker, "提案.geojson", &bytes, &asked, None).problem(422);
        assert_eq!(same.whole["findings"][0]["code"], "nothing_drawn");
        drop(server);
        let server = Server::start(ground);
        let there = server
            .admin()
            .get(&format!("/api/v1/drafts/{}", draft["id"]))
            .status(200)
            .json();
        assert_eq!(there["state"], "in_force");
    });
}

#[test]
fn the_villages_of_a_real_city_come_in_as_a_proposal() {
    let story = "the_villages_of_a_real_city_come_in_as_a_proposal";
    let Some(folder) = shared_data(story, "admin-hsinchu") else {
        return;
    };
    each_store(story, |ground| {
        for (file, kind, name) in [
            ("county.geojson", "district", "COUNTYNAME"),
            ("town.geojson", "street", "TOWNNAME"),
        ] {
            let (file, map) = (folder.join(file).display().to_string(), format!("name={name}"));
            ground
                .geju(&["import", &file, "--kind", kind, "--map", &map])
                .succeeded();
        }
        ground.account("second", "admin", &[]);
        let server = ground.serve_with_admin();
        let (admin, second) = (server.admin(), server.person("second"));
        let city = admin.every_place("district").remove(0);
        let village = std::fs::read(folder.join("village.geojson")).expect("the villages");
        let (city_id, town) = (
            id_of(&city).to_string(),
            id_of(&admin.every_place("street")[0]).to_string(),
        );
        // Of another town than the one that was chosen: every village that is not its own is told.
        let refused = send(
            &admin,
            "village.geojson",
            &village,
            &[("parent", &town), ("kind", "community")],
            None,
        )
        .problem(422);
        let elsewhere = list(&refused.whole["findings"]);
        assert!(
            elsewhere.iter().all(|f| f["code"] == "boundary_elsewhere") && elsewhere.len() > 20,
            "{}",
            refused.whole
        );

        let asked = [("parent", city_id.as_str()), ("kind", "community")];
        let sent = send(&admin, "village.geojson", &village, &asked, None).status(201);
        let draft = sent.json();
        assert_eq!(list(&draft["reshape"]["create"]).len(), 122);
        let path = format!("/api/v1/drafts/{}/accept", draft["id"]);
        let accepted = second.post_with(&path, "If-Match", &sent.etag(), &json!({}));
        let done = accepted.status(200).json();
        assert_eq!(done["state"], "in_force");
        let villages = admin.every_place("community");
        assert_eq!(villages.len(), 122);
        let area = |p: &Value| p["properties"]["area_m2"].as_f64().expect("an area");
        let sum: f64 = villages.iter().map(area).sum();
        assert!((sum / area(&city) - 1.0).abs() < 1e-6, "{sum} of {}", area(&city));
        assert!(
            villages.iter().all(|v| v["properties"]["parents"]["street"].is_u64()),
            "each lies in its town"
        );
    });
}
