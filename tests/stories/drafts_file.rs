//! A file of proposed boundaries becomes a draft: whatever office program wrote it, or it is told what is wrong and where.

use geju_tests::{Client, Ground, Reply, Server, box_at, each_store, gpkg_ground, shared_data};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Metres per degree, near enough.
const DEGREE_METERS: f64 = 111_320.0;
/// GCJ-02 there and back again, rounded to the grid each time.
const SHIFTED_STEPS_MAX: i64 = 3;

/// Sends a file, its name and what is asked of it in the query.
fn send(client: &Client, name: &str, bytes: &[u8], asked: &[(&str, &str)], key: Option<&str>) -> Reply {
    let mut path = format!("/api/v1/drafts?from=file&name={}", geju_tests::encoded(name));
    for (field, value) in asked {
        path.push_str(&format!("&{field}={}", geju_tests::encoded(value)));
    }
    let mut request = client.request(Method::POST, &path).body(bytes.to_vec());
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    Client::send(request)
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

/// A community of four micro-grids in two grids, with houses in them, and those who answer for it.
struct Street<'a> {
    server: Server<'a>,
    /// The grid that is drawn anew.
    grid: u64,
    /// Its two micro-grids, west and east.
    halves: [Value; 2],
}

const NAMES: [&str; 4] = ["东风巷片", "红星路片", "桂花巷片", "莲桂片"];

fn placed(kind: &str, name: &str, geometry: Value, more: Value) -> Value {
    let mut properties = json!({ "kind": kind, "name": name });
    for (field, value) in more.as_object().into_iter().flatten() {
        properties[field] = value.clone();
    }
    json!({ "type": "Feature", "geometry": geometry, "properties": properties })
}

fn street(ground: &Ground) -> Street<'_> {
    let mut all = vec![
        placed("street", "牛市口街道", box_at(0.0, 0.0, 4.0, 4.0), json!({})),
        placed(
            "community",
            "东风社区",
            box_at(0.0, 0.0, 4.0, 4.0),
            json!({ "code": "510104020001" }),
        ),
        placed(
            "grid",
            "第一网格",
            box_at(0.0, 0.0, 4.0, 2.0),
            json!({ "code": "510104020001001" }),
        ),
        placed(
            "grid",
            "第二网格",
            box_at(0.0, 2.0, 4.0, 2.0),
            json!({ "code": "510104020001002" }),
        ),
    ];
    for (n, name) in NAMES.into_iter().enumerate() {
        let (column, row) = ((n % 2) as f64 * 2.0, (n / 2) as f64 * 2.0);
        all.push(placed("micro_grid", name, box_at(column, row, 2.0, 2.0), json!({})));
        for house in 0..4 {
            let at = box_at(column + 0.2 + f64::from(house) * 0.4, row + 0.5, 0.1, 0.1);
            let lived_in = json!({ "archive": { "households": 10 + house, "residents": 30, "over_60": 5 } });
            all.push(placed("building", &format!("{n}-{house}栋"), at, lived_in));
        }
    }
    let file = ground.data().join("street.geojson");
    std::fs::write(&file, collection(&all)).expect("a file");
    ground.geju(&["import", &file.display().to_string()]).succeeded();
    ground.account("worker", "grid_worker", &["510104020001001"]);
    ground.account("far", "grid_worker", &["510104020001002"]);
    ground.account("community", "community_staff", &["510104020001"]);
    ground.account("planner", "planner", &["510104020001"]);
    ground.account("wall", "viewer", &["510104020001"]);
    ground.account("second", "admin", &[]);
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let there = |kind: &str, name: &str| {
        let found = admin
            .every_place(kind)
            .into_iter()
            .find(|p| p["properties"]["name"] == name);
        found.unwrap_or_else(|| panic!("{name} stands"))
    };
    let grid = id_of(&there("grid", "第一网格"));
    let halves = [there("micro_grid", NAMES[0]), there("micro_grid", NAMES[1])];
    Street { server, grid, halves }
}

/// The border between the two moved to the east by this many cells, over one house or none.
fn proposal(east: f64) -> [Value; 2] {
    let west = 2.0 + east;
    [
        placed("micro_grid", NAMES[0], box_at(0.0, 0.0, west, 2.0), json!({})),
        placed("micro_grid", NAMES[1], box_at(west, 0.0, 4.0 - west, 2.0), json!({})),
    ]
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
            let files: [(&str, Vec<u8>, &[(&str, &str)], i64); 5] = [
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
fn only_who_draws_there_proposes_there() {
    each_store("only_who_draws_there_proposes_there", |ground| {
        let Street { server, grid, .. } = street(ground);
        let (parent, bytes) = (grid.to_string(), collection(&proposal(0.15)));
        let asked = [("parent", parent.as_str()), ("kind", "micro_grid")];
        for name in ["planner", "wall", "far"] {
            let refused = send(&server.person(name), "提案.geojson", &bytes, &asked, None).problem(403);
            assert_eq!(refused.code, "forbidden", "{name}: {}", refused.whole);
        }
        send(&server.stranger(), "提案.geojson", &bytes, &asked, None).problem(401);
        assert_eq!(drafts_of(&server.admin()), 0);
        nothing_left_behind(ground);
    });
}

/// A ring of so many corners around the middle of the first grid.
fn round(corners: usize) -> Value {
    let ring: Vec<Value> = (0..=corners)
        .map(|n| {
            let turn = (n % corners) as f64 / corners as f64 * std::f64::consts::TAU;
            json!([104.062 + 0.0009 * turn.cos(), 30.651 + 0.0009 * turn.sin()])
        })
        .collect();
    json!({ "type": "Polygon", "coordinates": [ring] })
}

#[test]
fn what_cannot_be_a_proposal_is_refused_with_what_and_where_and_how_to_mend_it() {
    each_store(
        "what_cannot_be_a_proposal_is_refused_with_what_and_where_and_how_to_mend_it",
        |ground| {
            let Street { server, grid, .. } = street(ground);
            let (worker, parent) = (server.person("worker"), grid.to_string());
            let head = head_of(&worker);
            let [west, east] = proposal(0.15);
            let with = |geometry: Value| {
                let mut bad = east.clone();
                bad["geometry"] = geometry;
                collection(&[west.clone(), bad])
            };
            let ring = box_at(2.15, 0.0, 1.85, 2.0)["coordinates"][0].clone();
            let tied = json!({ "type": "Polygon", "coordinates": [[ring[0], ring[2], ring[1], ring[3], ring[0]]] });
            let mut nameless = east.clone();
            nameless["properties"]["name"] = json!("没有这一片");
            // Each: the file, how it is called, the finding, whether it names a feature and a spot.
            let cases: Vec<(&str, Vec<u8>, &str, &str, bool)> = vec![
                ("蝴蝶结.geojson", with(tied), "outline_self_crossing", "feature 1", true),
                (
                    "太细.geojson",
                    with(round(50_000)),
                    "outline_too_many_vertices",
                    "feature 1",
                    false,
                ),
                (
                    "点.geojson",
                    with(json!({ "type": "Point", "coordinates": [104.062, 30.651] })),
                    "outline_not_an_area",
                    "feature 1",
                    false,
                ),
                ("空形状.geojson", with(Value::Null), "null_geometry", "feature 1", false),
                (
                    "名字对不上.geojson",
                    collection(&[west.clone(), nameless]),
                    "boundary_unknown",
                    NAMES[1],
                    true,
                ),
                (
                    "别处.geojson",
                    with(box_at(50.0, 50.0, 2.0, 2.0)),
                    "boundary_elsewhere",
                    "feature 1",
                    true,
                ),
                (
                    "两次.geojson",
                    collection(&[west.clone(), east.clone(), east.clone()]),
                    "boundary_twice",
                    "feature 1",
                    true,
                ),
                ("空.geojson", Vec::new(), "", "", false),
                ("无内容.geojson", collection(&[]), "", "", false),
                ("乱码.geojson", b"\x00\xff\x13 this is no map".to_vec(), "", "", false),
                (
                    "半截.geojson",
                    collection(&[west.clone(), east.clone()])[..200].to_vec(),
                    "",
                    "",
                    false,
                ),
                ("坏包.zip", b"PK\x03\x04 broken".to_vec(), "", "", false),
            ];
            let asked = [("parent", parent.as_str()), ("kind", "micro_grid")];
            for (name, bytes, code, what, spot) in &cases {
                let told = send(&worker, name, bytes, &asked, None).problem(422);
                let findings = list(&told.whole["findings"]);
                let found = findings.iter().find(|f| code.is_empty() || f["code"] == *code);
                let found = found.unwrap_or_else(|| panic!("{name}: {}", told.whole));
                let message = found["message"].as_str().unwrap_or_default();
                assert!(message.contains(what) && !message.is_empty(), "{name}: {found}");
                assert!(
                    !message.contains("upload-") && !message.contains("/tmp"),
                    "{name}: {found}"
                );
                assert!(
                    found["mend"].as_str().is_some_and(|m| !m.is_empty()),
                    "{name}: how to mend it: {found}"
                );
                assert_eq!(found["at"].is_array(), *spot, "{name}: {found}");
            }
            let large = vec![b' '; (16 << 20) + 1];
            assert_eq!(
                send(&worker, "太大.geojson", &large, &asked, None).problem(413).code,
                "too_large"
            );
            // What is asked wrongly.
            let good = collection(&[west, east]);
            let unknown = [("parent", "987654321"), ("kind", "micro_grid")];
            send(&worker, "提案.geojson", &good, &unknown, None).problem(404);
            for asked in [
                &[("kind", "micro_grid")][..],
                &[("parent", &parent)],
                &[("parent", &parent), ("kind", "garden")],
                &[("parent", "nowhere"), ("kind", "micro_grid")],
                &[("parent", &parent), ("kind", "micro_grid"), ("crs", "mars")],
            ] {
                let refused = send(&worker, "提案.geojson", &good, asked, None);
                assert!([400, 422].contains(&refused.status), "{asked:?}: {}", refused.text());
            }
            send(&worker, "../提案.geojson", &good, &asked, None).problem(400);
            assert_eq!((head_of(&worker), drafts_of(&worker)), (head, 0), "nothing was kept");
            nothing_left_behind(ground);

            // What reaches beyond its parent a little is a draft that tells so, and nobody can accept it.
            let over = {
                let mut over = proposal(0.15);
                over[1]["geometry"] = box_at(2.15, 0.0, 2.0, 2.0);
                collection(&over)
            };
            let kept = send(&worker, "越界.geojson", &over, &asked, None).status(201);
            let draft = kept.json();
            assert!(
                list(&draft["findings"]).iter().any(|f| f["code"] == "outside_parent"),
                "{}",
                draft["findings"]
            );
            let path = format!("/api/v1/drafts/{}/accept", draft["id"]);
            server
                .person("community")
                .post_with(&path, "If-Match", &kept.etag(), &json!({}))
                .problem(422);
        },
    );
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
        assert!((sum - area(&city)).abs() < DEGREE_METERS, "{sum} of {}", area(&city));
        assert!(
            villages.iter().all(|v| v["properties"]["parents"]["street"].is_u64()),
            "each lies in its town"
        );
    });
}
