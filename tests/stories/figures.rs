//! Figures 数字: of every place of a level at once, by the same count as the answer about each, and only as far as a reader's
//! rights reach; and archives 档案 that are checked from time to time.

use geju_tests::{Client, Server, box_at, each_store, feature, gpkg_ground};
use reqwest::Method;
use serde_json::{Value, json};

/// Places of a level whose figures are asked for one by one.
const ASKED_ONE_BY_ONE: usize = 40;

fn level(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("/api/v1/figures?{query}")).status(200).json();
    assert_eq!(answer["truncated"], false);
    answer["items"].as_array().expect("items").clone()
}

/// The same numbers out of the answer about one place.
fn alone(client: &Client, id: &Value) -> Value {
    let answer = client.get(&format!("/api/v1/places/{id}/figures")).status(200).json();
    json!({
        "area_m2": answer["area_m2"], "buildings": answer["buildings"]["count"],
        "compounds": answer["compounds"]["count"], "resource_sites": answer["resource_sites"]["count"],
        "capacity": answer["resource_sites"]["capacity"], "people": answer["people"],
        "issues_open": answer["issues"]["open"], "hazards_standing": answer["hazards"]["standing"],
        "alerts_active": answer["alerts"]["active"], "freshness": answer["freshness"],
    })
}

fn as_alone(mut item: Value) -> Value {
    for name in ["id", "name", "code"] {
        item.as_object_mut().expect("an item").remove(name);
    }
    item
}

#[test]
fn figures_of_a_level_equal_the_answer_about_each_place() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    for person in ["admin", "worker", "wall"] {
        let client = server.person(person);
        for kind in ["street", "community", "grid", "micro_grid", "compound"] {
            for item in level(&client, &format!("level={kind}"))
                .into_iter()
                .take(ASKED_ONE_BY_ONE)
            {
                let id = item["id"].clone();
                assert_eq!(as_alone(item), alone(&client, &id), "{person}: {kind} {id}");
            }
        }
    }
}

#[test]
fn the_parts_of_a_street_sum_to_the_street() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let admin = server.admin();
    let street = &level(&admin, "level=street")[0];
    let communities = level(&admin, &format!("level=community&within={}", street["id"]));
    assert!(communities.len() > 3);
    for field in [
        "buildings",
        "compounds",
        "resource_sites",
        "issues_open",
        "alerts_active",
        "hazards_standing",
    ] {
        let sum: u64 = communities.iter().filter_map(|c| c[field].as_u64()).sum();
        assert_eq!(Some(sum), street[field].as_u64(), "{field}");
    }
    let residents: u64 = communities
        .iter()
        .filter_map(|c| c["people"]["residents"].as_u64())
        .sum();
    assert_eq!(Some(residents), street["people"]["residents"].as_u64());
    let inside = level(&admin, &format!("level=building&within={}", communities[0]["id"]));
    assert_eq!(Some(inside.len() as u64), communities[0]["buildings"].as_u64());
}

#[test]
fn people_are_told_where_the_right_reaches_and_nowhere_else() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let worker = server.person("worker");
    let me = worker.get("/api/v1/me").status(200).json();
    let own = &me["places"][0]["id"];
    let grids = level(&worker, "level=grid");
    let told: Vec<&Value> = grids
        .iter()
        .filter(|g| !g["people"].is_null())
        .map(|g| &g["id"])
        .collect();
    assert_eq!(told, [own], "a grid worker hears of people in the own grid alone");
    assert!(grids.len() > 3, "outlines and what stands on them are everybody's");
    let planner = level(&server.person("planner"), "level=grid");
    assert!(planner.iter().all(|g| g["people"]["residents"].is_u64()));
    // What one may read of the map does not hang on what another was told a moment ago.
    let again = level(&worker, "level=grid");
    assert_eq!(grids, again);
}

#[test]
fn figures_follow_the_ledger_and_are_not_sent_twice() {
    each_store("figures_follow_the_ledger_and_are_not_sent_twice", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        admin
            .post(
                "/api/v1/places",
                &feature("community", "莲桂社区", box_at(0.0, 0.0, 9.0, 9.0)),
            )
            .status(201);
        let first = admin.get("/api/v1/figures?level=community").status(200);
        assert_eq!(first.json()["items"][0]["people"]["adults"], 0);
        let same = admin.get_with("/api/v1/figures?level=community", "If-None-Match", &first.etag());
        assert_eq!(same.status, 304);
        let mut building = feature("building", "1栋", box_at(1.0, 1.0, 1.0, 1.0));
        building["properties"]["archive"] = json!({"residents": 30, "over_60": 8, "children": 5, "households": 11});
        admin.post("/api/v1/places", &building).status(201);
        let path = "/api/v1/figures?level=community";
        let after = admin.get_with(path, "If-None-Match", &first.etag()).status(200).json();
        assert_eq!(after["items"][0]["people"]["adults"], 17);
        assert_eq!(
            after["items"][0]["freshness"]["fresh"], 1,
            "whoever filled it in has looked"
        );

        admin.get("/api/v1/figures").problem(400);
        admin.get("/api/v1/figures?level=village").problem(400);
        admin.get("/api/v1/figures?level=grid&within=1").problem(404);
        admin.get("/api/v1/figures?level=grid&at=yesterday").problem(400);
    });
}

#[test]
fn an_archive_is_confirmed_and_the_confirmation_taken_back() {
    each_store("an_archive_is_confirmed_and_the_confirmation_taken_back", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let bare = admin
            .post(
                "/api/v1/places",
                &feature("compound", "牛王庙小区", box_at(0.0, 0.0, 2.0, 2.0)),
            )
            .status(201);
        let place = bare.json();
        let path = format!("/api/v1/places/{}", place["id"]);
        assert_eq!(place["properties"]["freshness"], "unknown");
        assert_eq!(place["properties"]["checked_on"], Value::Null);

        let verb = format!("{path}/confirm");
        assert_eq!(Client::send(admin.request(Method::POST, &verb)).status, 428);
        let confirm = |etag: &str| Client::send(admin.request(Method::POST, &verb).header("If-Match", etag));
        let confirmed = confirm(&bare.etag()).status(200);
        let now = confirmed.json();
        assert_eq!(now["properties"]["version"], 2);
        assert_eq!(now["properties"]["freshness"], "fresh");
        assert_eq!(
            now["properties"]["checked_on"], place["properties"]["effective_from"],
            "today"
        );
        confirm(&bare.etag()).problem(412);
        let history = admin.get(&format!("{path}/history")).status(200).json();
        assert_eq!(history["items"][1]["fields"], json!(["checked_on"]));

        let seq = now["properties"]["changed_seq"].as_u64().expect("a seq");
        let line = || {
            let listed = admin.get("/api/v1/changes").status(200).json();
            let items = listed["items"].as_array().cloned().unwrap_or_default();
            items.into_iter().find(|i| i["seq"] == seq).expect("it is listed")
        };
        assert_eq!(
            (&line()["confirms"], &line()["undoable"]),
            (&json!(true), &json!(true)),
            "the list offers it"
        );
        let undo = format!("/api/v1/changes/{seq}/undo");
        Client::send(admin.request(Method::POST, &undo)).status(200);
        assert_eq!(
            (&line()["undoable"], &line()["why"]),
            (&json!(false), &json!("already_undone")),
            "once"
        );
        let back = admin.get(&path).status(200);
        assert_eq!(back.json()["properties"]["freshness"], "unknown");
        confirm(&back.etag()).status(200);
        drop(server);
        let server = Server::start(ground);
        let kept = server.admin().get(&path).status(200).json();
        assert_eq!(kept["properties"]["freshness"], "fresh", "a restart forgets nothing");

        let street = server
            .admin()
            .post("/api/v1/places", &feature("street", "街道", box_at(0.0, 0.0, 9.0, 9.0)))
            .status(201);
        assert_eq!(
            street.json()["properties"]["freshness"],
            Value::Null,
            "a street has no archive to check"
        );
    });
}
