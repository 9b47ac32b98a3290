//! Drawing together over HTTP: a gesture is one Change or none, on both stores.

use geju_tests::{Client, Server, each_store};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn id_of(place: &Value) -> u64 {
    place["id"].as_u64().unwrap_or_else(|| panic!("an id in {place}"))
}

fn version_of(place: &Value) -> u64 {
    place["properties"]["version"].as_u64().expect("a version")
}

fn versions(places: &[Value]) -> BTreeMap<u64, u64> {
    places.iter().map(|p| (id_of(p), version_of(p))).collect()
}

fn codes(findings: &Value) -> Vec<String> {
    let all = findings.as_array().cloned().unwrap_or_default();
    all.iter()
        .map(|f| f["code"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// A line right across the place from west to east, at this share of its height, crooked in the middle.
fn across(place: &Value, share: f64) -> Value {
    let edge = |n: usize| place["bbox"][n].as_f64().expect("a bbox");
    let lat = edge(1) + share * (edge(3) - edge(1));
    let middle = (edge(0) + edge(2)) / 2.0;
    json!({ "type": "LineString", "coordinates": [[edge(0) - 1e-5, lat], [middle, lat + 3e-6], [edge(2) + 1e-5, lat + 1e-6]] })
}

struct Cut {
    before: Value,
    answer: Value,
    fresh: u64,
}

/// Splits the first micro-grid that one line cuts in two.
fn cut_one(client: &Client, key: &str) -> Cut {
    for before in client.every_place("micro_grid") {
        let body = json!({
            "version": version_of(&before), "line": across(&before, 0.5), "cause": "户数超过一百",
            "created": { "id": "half-1", "properties": { "name": "北半片" } },
        });
        let path = format!("/api/v1/places/{}/split", id_of(&before));
        let reply = client.post_with(&path, "Idempotency-Key", key, &body);
        if reply.status != 200 {
            assert!(codes(&reply.problem(422).whole["findings"])[0].starts_with("split_line"));
            continue;
        }
        let answer = reply.json();
        let again = client
            .post_with(&path, "Idempotency-Key", key, &body)
            .status(200)
            .json();
        assert_eq!(again, answer, "the same request with the same key is answered the same");
        let other = json!({ "version": 99, "line": across(&before, 0.4) });
        client.post_with(&path, "Idempotency-Key", key, &other).problem(422);
        assert_eq!(answer["created"][0]["as"], "half-1");
        let fresh = answer["created"][0]["id"].as_u64().expect("the number of the new half");
        return Cut { before, answer, fresh };
    }
    panic!("no micro-grid of the demo can be split");
}

fn figures(client: &Client, id: u64) -> Value {
    let answer = client.get(&format!("/api/v1/places/{id}/figures")).ok().json();
    json!([answer["buildings"], answer["people"]])
}

fn ground(client: &Client, id: u64) -> Value {
    client.get(&format!("/api/v1/places/{id}")).ok().json()["geometry"].clone()
}

#[test]
fn a_split_a_merge_and_their_undo_leave_the_map_as_it_was() {
    each_store("a_split_a_merge_and_their_undo_leave_the_map_as_it_was", |there| {
        let server = Server::demo(there);
        let admin = server.admin();
        let start = admin.every_place("micro_grid");
        let grids = admin.every_place("grid");
        let cut = cut_one(&admin, "cut-1");
        let id = id_of(&cut.before);
        let parent = cut.before["properties"]["parents"]["grid"].as_u64().expect("a grid");
        let whole = figures(&admin, parent);

        // One version step for the place that was cut, none for those that only share the ends of the line.
        let after = admin.every_place("micro_grid");
        let (mut wanted, found) = (versions(&start), versions(&after));
        wanted.insert(id, version_of(&cut.before) + 1);
        wanted.insert(cut.fresh, 1);
        assert_eq!(found, wanted);
        assert_eq!(versions(&admin.every_place("grid")), versions(&grids));
        let touched: Vec<u64> = cut.answer["places"]
            .as_array()
            .expect("places")
            .iter()
            .map(id_of)
            .collect();
        assert!(
            touched.len() > 2,
            "neighbours or the grid share the ends of the line: {touched:?}"
        );

        // Stale hands are shown what is there now.
        let pair = |a: u64, b: u64| json!({ "places": [{ "id": id, "version": a }, { "id": cut.fresh, "version": b }], "into": id });
        let stale = admin
            .post("/api/v1/places/merge", &pair(version_of(&cut.before), 1))
            .problem(412);
        assert_eq!(version_of(&stale.whole["places"][0]), version_of(&cut.before) + 1);

        let merged = admin
            .post("/api/v1/places/merge", &pair(version_of(&cut.before) + 1, 1))
            .status(200)
            .json();
        assert_eq!(merged["retired"], json!([cut.fresh]));
        admin.get(&format!("/api/v1/places/{}", cut.fresh)).problem(410);
        assert_eq!(figures(&admin, parent), whole);

        for seq in [&merged["seq"], &cut.answer["seq"]] {
            admin
                .post(&format!("/api/v1/changes/{seq}/undo"), &json!({}))
                .status(200);
        }
        assert_eq!(ground(&admin, id), cut.before["geometry"], "the very same vertices");
        for place in start.iter().chain(&grids) {
            assert_eq!(ground(&admin, id_of(place)), place["geometry"]);
        }
        assert_eq!(figures(&admin, parent), whole);
        let listed = admin.get("/api/v1/changes?limit=4").ok().json();
        assert_eq!(listed["items"][3]["cause"], "reshape");
        assert_eq!(listed["items"][3]["source"], "户数超过一百");
    });
}

#[test]
fn vertices_on_shared_edges_outlive_a_crash_and_leave_the_import_readable() {
    each_store(
        "vertices_on_shared_edges_outlive_a_crash_and_leave_the_import_readable",
        |there| {
            let server = Server::demo(there);
            let cut = cut_one(&server.admin(), "cut-2");
            let touched: Vec<(u64, Value)> = cut.answer["places"]
                .as_array()
                .expect("places")
                .iter()
                .map(|place| (id_of(place), place["geometry"].clone()))
                .collect();
            let before = versions(&server.admin().every_place("micro_grid"));
            server.kill_9();
            let server = Server::start(there);
            let admin = server.admin();
            for (id, geometry) in touched {
                assert_eq!(ground(&admin, id), geometry);
            }
            assert_eq!(versions(&admin.every_place("micro_grid")), before);
            // The import that brought the places is read whole for its undo: it must still say what it said.
            let changes = admin.get("/api/v1/changes?limit=40&before=41").ok().json();
            let imports = changes["items"]
                .as_array()
                .expect("items")
                .iter()
                .filter(|c| c["kind"] == "batch");
            for import in imports {
                let refused = admin
                    .post(&format!("/api/v1/changes/{}/undo", import["seq"]), &json!({}))
                    .problem(422);
                assert_eq!(refused.code, "refused");
            }
        },
    );
}

#[test]
fn an_impossible_map_is_told_at_the_check_and_refused_at_the_door() {
    each_store(
        "an_impossible_map_is_told_at_the_check_and_refused_at_the_door",
        |there| {
            let server = Server::demo(there);
            let admin = server.admin();
            let places = admin.every_place("micro_grid");
            let (one, other) = (&places[0], &places[1]);
            let over =
                json!({ "places": [{ "id": id_of(one), "version": version_of(one), "geometry": other["geometry"] }] });
            let told = admin.post("/api/v1/places/reshape/check", &over).status(200).json();
            let first = &told["findings"][0];
            assert!(
                codes(&told["findings"]).contains(&"overlaps_sibling".to_owned()),
                "{told}"
            );
            assert!(first["point"].is_array() && first["at"] == first["point"], "{first}");
            let meter = &told["places"][0];
            assert_eq!(meter["id"], one["id"]);
            assert!(meter["area_m2"].as_f64().expect("m²") > 0.0 && meter["households"].is_u64());
            assert_eq!(
                meter["range"],
                json!({ "least": 30, "most": 100, "of": "households_or_shops" })
            );
            let refused = admin.post("/api/v1/places/reshape", &over).problem(422);
            assert!(codes(&refused.whole["findings"]).contains(&"overlaps_sibling".to_owned()));
            assert_eq!(
                versions(&admin.every_place("micro_grid")),
                versions(&places),
                "nothing was changed"
            );

            // A bow-tie is a finding at the check, with its spot, and a refusal at the door.
            let [west, south, east, north] = [0, 1, 2, 3].map(|n| one["bbox"][n].as_f64().expect("a bbox"));
            let tie = json!({ "type": "Polygon", "coordinates": [[[west, south], [east, north], [east, south], [west, north], [west, south]]] });
            let tied = json!({ "places": [{ "id": id_of(one).to_string(), "version": version_of(one), "geometry": tie }],
            "create": [{ "id": "new-1", "kind": "micro_grid", "geometry": tie, "properties": { "name": "新" } }] });
            let told = admin.post("/api/v1/places/reshape/check", &tied).status(200).json();
            assert_eq!(
                codes(&told["findings"]),
                ["outline_self_crossing", "outline_self_crossing"]
            );
            assert_eq!(told["findings"][1]["places"], json!(["new-1"]));
            assert!(told["findings"][0]["point"].is_array());
            admin.post("/api/v1/places/reshape", &tied).problem(422);

            for (body, status) in [
                (json!([]), 422),
                (json!({}), 422),
                (json!({ "places": [{ "id": id_of(one) }] }), 422),
                (json!({ "move": [] }), 422),
                (json!({ "retire": [{ "id": 987_654_321, "version": 1 }] }), 404),
                (json!({ "cause": "一".repeat(201) }), 422),
            ] {
                admin.post("/api/v1/places/reshape", &body).problem(status);
            }
            let far = places
                .iter()
                .rev()
                .find(|p| p["properties"]["parents"]["grid"] != one["properties"]["parents"]["grid"]);
            let far = far.expect("another grid");
            let strangers = json!({ "into": id_of(one), "places": [{ "id": id_of(one), "version": version_of(one) }, { "id": id_of(far), "version": version_of(far) }] });
            let refused = admin.post("/api/v1/places/merge", &strangers).problem(422);
            assert_eq!(codes(&refused.whole["findings"]), ["merge_across_parents"]);
        },
    );
}

#[test]
fn each_draws_together_only_on_their_own_ground() {
    each_store("each_draws_together_only_on_their_own_ground", |there| {
        let server = Server::demo(there);
        let admin = server.admin();
        let worker = server.person("worker");
        let own = worker.get("/api/v1/me").ok().json()["places"][0]["id"]
            .as_u64()
            .expect("a grid");
        let places = admin.every_place("micro_grid");
        let (mine, theirs): (Vec<_>, Vec<_>) = places
            .iter()
            .partition(|p| p["properties"]["parents"]["grid"].as_u64() == Some(own));
        let renamed = |place: &Value| json!({ "places": [{ "id": id_of(place), "version": version_of(place), "properties": { "name": "改名" } }] });
        worker.post("/api/v1/places/reshape", &renamed(theirs[0])).problem(403);
        let told = worker
            .post("/api/v1/places/reshape/check", &renamed(theirs[0]))
            .status(200)
            .json();
        assert_eq!(codes(&told["findings"]), ["forbidden"]);
        assert_eq!(
            told["places"][0]["households"],
            Value::Null,
            "figures about people stay with who answers for them"
        );
        let done = worker
            .post("/api/v1/places/reshape", &renamed(mine[0]))
            .status(200)
            .json();
        assert_eq!(done["places"][0]["properties"]["name"], "改名");
        // Who drew it may take it back; who may not draw there may not.
        let undo = format!("/api/v1/changes/{}/undo", done["seq"]);
        server.person("wall").post(&undo, &json!({})).problem(403);
        worker.post(&undo, &json!({})).status(200);
        let import = admin.get("/api/v1/changes?limit=500").ok().json();
        let import = import["items"]
            .as_array()
            .expect("items")
            .iter()
            .find(|c| c["cause"] == "import")
            .cloned();
        let seq = import.expect("an import")["seq"].clone();
        worker
            .post(&format!("/api/v1/changes/{seq}/undo"), &json!({}))
            .problem(403);
        for name in ["wall", "planner", "leader"] {
            server
                .person(name)
                .post("/api/v1/places/reshape/check", &renamed(mine[0]))
                .problem(403);
        }
    });
}
