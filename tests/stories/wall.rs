//! What a wall shows 大屏: the same counts as everywhere else, today beside the week also after a restart, and never a person.

use geju_tests::{Client, Server, box_at, each_store, eventually, feature, gpkg_ground};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Expired alerts are looked for every five seconds.
const EXPIRED_WITHIN: Duration = Duration::from_secs(20);

fn wall(client: &Client, place: &Value) -> Value {
    client.get(&format!("/api/v1/wall?place={place}")).status(200).json()
}

fn own_place(client: &Client) -> Value {
    client.get("/api/v1/me").status(200).json()["places"][0]["id"].clone()
}

/// A hazard, an alert or an issue at the middle of a cell.
fn matter(column: f64, row: f64, properties: Value) -> Value {
    let ring = box_at(column, row, 1.0, 1.0)["coordinates"][0].clone();
    let middle = |axis: usize| {
        let number = |corner: usize| ring[corner][axis].as_f64().expect("a number");
        (number(0) + number(2)) / 2.0
    };
    json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [middle(0), middle(1)]}, "properties": properties})
}

fn post_verb(client: &Client, path: &str, etag: &str) -> geju_tests::Reply {
    Client::send(client.request(Method::POST, path).header("If-Match", etag))
}

#[test]
fn a_wall_counts_what_the_answer_counts_and_names_nobody() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let screen = server.person("wall");
    let place = own_place(&screen);
    let shown = wall(&screen, &place);
    let answer = screen
        .get(&format!("/api/v1/places/{place}/figures"))
        .status(200)
        .json();
    assert_eq!(shown["people"], answer["people"]);
    assert_eq!(shown["buildings"], answer["buildings"]["count"]);
    assert_eq!(shown["compounds"], answer["compounds"]["count"]);
    assert_eq!(shown["resource_sites"], answer["resource_sites"]["count"]);
    assert_eq!(shown["freshness"], answer["freshness"]);
    assert_eq!(shown["issues"]["open"], answer["issues"]["open"]);
    assert_eq!(shown["issues"]["by_category"], answer["issues"]["by_category"]);
    assert_eq!(shown["hazards"]["standing"], answer["hazards"]["standing"]);
    assert_eq!(shown["alerts"]["active"], answer["alerts"]["active"]);
    assert!(
        shown["alerts"]["active"].as_u64() > Some(0),
        "the demo's street is alive"
    );
    let sum = |part: &Value| -> u64 {
        part.as_object()
            .expect("counts")
            .values()
            .filter_map(Value::as_u64)
            .sum()
    };
    assert_eq!(
        Some(sum(&shown["alerts"]["by_level"])),
        shown["alerts"]["active"].as_u64()
    );
    assert_eq!(Some(sum(&shown["issues"]["by_age"])), shown["issues"]["open"].as_u64());
    assert_eq!(Some(sum(&shown["issues"]["by_rung"])), shown["issues"]["open"].as_u64());
    assert_eq!(shown["days"].as_array().map(Vec::len), Some(8));
    assert_eq!(shown["days"][7]["date"], shown["today"]);
    let levels: Vec<u64> = shown["alerts"]["items"]
        .as_array()
        .expect("alerts")
        .iter()
        .filter_map(|a| a["level"].as_u64())
        .collect();
    assert!(levels.is_sorted(), "the worst first: {levels:?}");
    let alert = &shown["alerts"]["items"][0];
    assert!(
        alert["nearest"]
            .as_array()
            .is_some_and(|n| !n.is_empty() && n.len() <= 3),
        "{alert}"
    );
    assert!(alert["place"]["name"].is_string(), "{alert}");

    let posts = server.admin().get("/api/v1/posts").status(200).json();
    let text = shown.to_string();
    for post in posts["items"].as_array().expect("posts") {
        if let Some(name) = post["holder"]["name"].as_str() {
            assert!(!text.contains(name), "{name} stands on the wall");
        }
    }
    for word in ["phone", "reporter", "holder", "person"] {
        assert!(!text.contains(&format!("\"{word}")), "{word}");
    }
}

#[test]
fn a_wall_is_for_the_own_ground() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let street = own_place(&server.person("wall"));
    let worker = server.person("worker");
    let grid = own_place(&worker);
    wall(&worker, &grid);
    let path = format!("/api/v1/wall?place={street}");
    assert_eq!(worker.get(&path).problem(403).code, "forbidden");
    for person in ["planner", "admin", "street"] {
        server.person(person).get(&path).status(200);
    }
    let admin = server.admin();
    let sensor = admin
        .post(
            "/api/v1/tokens",
            &json!({"name": "sensor", "role": "machine", "places": [street]}),
        )
        .status(201)
        .json();
    let sensor = server.machine(sensor["token"].as_str().expect("a token"));
    sensor.get(&path).problem(403);
    let elsewhere = admin
        .post(
            "/api/v1/tokens",
            &json!({"name": "screen", "role": "viewer", "places": []}),
        )
        .status(201)
        .json();
    server
        .machine(elsewhere["token"].as_str().expect("a token"))
        .get(&path)
        .problem(403);
    admin.get("/api/v1/wall").problem(400);
    admin.get("/api/v1/wall?place=7").problem(404);
    assert_eq!(server.stranger().get(&path).status, 401);
}

#[test]
fn today_stands_beside_the_week_also_after_a_restart() {
    each_store("today_stands_beside_the_week_also_after_a_restart", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let street = admin
            .post(
                "/api/v1/places",
                &feature("street", "街道", box_at(0.0, 0.0, 10.0, 10.0)),
            )
            .status(201)
            .json();
        let place = street["id"].clone();
        let now = Timestamp::now();
        let ago = |days: i64| (now - SignedDuration::from_hours(24 * days)).to_string();

        let reported = admin
            .post(
                "/api/v1/issues",
                &matter(
                    1.0,
                    1.0,
                    json!({"title": "路灯不亮", "category": "lighting", "reported_at": ago(2)}),
                ),
            )
            .status(201);
        post_verb(
            &admin,
            &format!("/api/v1/issues/{}/close", reported.json()["id"]),
            &reported.etag(),
        )
        .status(200);
        for days in [0, 3, 30] {
            let issue = json!({"title": "垃圾清运", "category": "rubbish", "reported_at": ago(days)});
            admin.post("/api/v1/issues", &matter(2.0, 2.0, issue)).status(201);
        }
        let found = admin
            .post(
                "/api/v1/hazards",
                &matter(
                    3.0,
                    3.0,
                    json!({"title": "楼道堆物", "category": "fire", "found_at": ago(5)}),
                ),
            )
            .status(201);
        post_verb(
            &admin,
            &format!("/api/v1/hazards/{}/remove", found.json()["id"]),
            &found.etag(),
        )
        .status(200);
        // Elsewhere: not this street's.
        let far = json!({"title": "别处", "category": "noise", "reported_at": ago(1)});
        admin.post("/api/v1/issues", &matter(50.0, 50.0, far)).status(201);
        let soon = (Timestamp::now() + SignedDuration::from_secs(2)).to_string();
        let alert = json!({"title": "大风蓝色预警", "category": "wind", "level": 4, "onset": ago(0), "expires": soon});
        admin.post("/api/v1/alerts", &matter(4.0, 4.0, alert)).status(201);
        assert_eq!(wall(&admin, &place)["alerts"]["active"], 1);
        let shown = eventually("the alert runs out", EXPIRED_WITHIN, || {
            let shown = wall(&admin, &place);
            (shown["alerts"]["active"] == 0).then_some(shown)
        });

        let day = |back: usize| shown["days"][7 - back].clone();
        assert_eq!(day(0)["issues_closed"], 1);
        assert_eq!(day(0)["issues_reported"], 1);
        assert_eq!(
            day(0)["alerts_raised"],
            1,
            "an alert that ran out was raised all the same"
        );
        assert_eq!(day(0)["hazards_removed"], 1);
        assert_eq!(day(2)["issues_reported"], 1, "closed since, and reported that day");
        assert_eq!(day(3)["issues_reported"], 1);
        assert_eq!(day(5)["hazards_found"], 1);
        assert_eq!(day(1)["issues_reported"], 0, "what happens elsewhere stays there");
        assert_eq!(shown["week_mean_by_now"]["issues_reported"], 0.29, "two in seven days");
        assert_eq!(shown["issues"]["open"], 3);
        assert_eq!(
            shown["issues"]["by_age"],
            json!({"lt_1d": 1, "d1_3": 0, "d3_7": 1, "gt_7d": 1})
        );
        drop(server);

        let server = Server::start(ground);
        let again = wall(&server.admin(), &place);
        for part in [
            "days",
            "week_mean_by_now",
            "issues",
            "hazards",
            "alerts",
            "people",
            "freshness",
        ] {
            assert_eq!(again[part], shown[part], "{part} after a restart");
        }
    });
}

#[test]
fn an_alert_is_acknowledged_once() {
    each_store("an_alert_is_acknowledged_once", |ground| {
        ground.account("plan", "planner", &[]);
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let street = admin
            .post(
                "/api/v1/places",
                &feature("street", "街道", box_at(0.0, 0.0, 10.0, 10.0)),
            )
            .status(201)
            .json();
        let words = json!({"title": "燃气泄漏", "category": "gas", "level": 1});
        let raised = admin
            .post("/api/v1/alerts", &matter(4.0, 4.0, words.clone()))
            .status(201);
        let path = format!("/api/v1/alerts/{}", raised.json()["id"]);
        assert_eq!(raised.json()["properties"]["acknowledged_at"], Value::Null);
        assert_eq!(wall(&admin, &street["id"])["alerts"]["unacknowledged"], 1);

        let verb = format!("{path}/acknowledge");
        assert_eq!(post_verb(&server.person("plan"), &verb, &raised.etag()).status, 403);
        assert_eq!(Client::send(admin.request(Method::POST, &verb)).status, 428);
        post_verb(&admin, &verb, "\"1.77\"").problem(412);
        let known = post_verb(&admin, &verb, &raised.etag()).status(200);
        let at = known.json()["properties"]["acknowledged_at"].clone();
        assert!(at.is_string());
        for etag in [raised.etag(), known.etag()] {
            assert_eq!(
                post_verb(&admin, &verb, &etag).problem(409).code,
                "already_acknowledged"
            );
        }
        let shown = wall(&admin, &street["id"]);
        assert_eq!(shown["alerts"]["unacknowledged"], 0);
        assert_eq!(shown["alerts"]["items"][0]["acknowledged_at"], at);

        let amended = admin.put(&path, &known.etag(), &matter(5.0, 5.0, words)).status(200);
        assert_eq!(
            amended.json()["properties"]["acknowledged_at"],
            at,
            "an amendment forgets nothing"
        );
        drop(server);
        let server = Server::start(ground);
        assert_eq!(
            server.admin().get(&path).status(200).json()["properties"]["acknowledged_at"],
            at
        );
    });
}

#[test]
fn the_posts_of_an_area_come_with_their_workload() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let admin = server.admin();
    let grid = own_place(&server.person("worker"));
    let question = json!({"area": {"place": grid}, "include": ["people", "posts"]});
    let answer = admin.post("/api/v1/area", &question).status(200).json();
    let posts = answer["posts"].as_array().expect("posts");
    let of_grid = posts.iter().find(|p| p["place"] == grid).expect("the grid's own post");
    assert_eq!(of_grid["figures"]["residents"], answer["people"]["residents"]);
    assert!(of_grid["person"]["name"].is_string(), "{of_grid}");
    for post in posts {
        let whole = admin
            .get(&format!("/api/v1/places/{}/figures", post["place"]))
            .status(200)
            .json();
        assert_eq!(post["figures"]["households"], whole["people"]["households"]);
        assert_eq!(post["figures"]["buildings"], whole["buildings"]["count"]);
        assert_eq!(post["figures"]["issues_open"], whole["issues"]["open"]);
    }
    assert!(
        admin
            .post("/api/v1/area", &json!({"area": {"place": grid}}))
            .status(200)
            .json()["posts"]
            .is_null()
    );

    let leader = server.person("leader");
    let own = own_place(&leader);
    let seen = leader.post("/api/v1/area", &question).status(200).json();
    for post in seen["posts"].as_array().expect("posts") {
        let mine = post["place"] == own;
        assert_eq!(
            post["figures"]["residents"].is_u64(),
            mine,
            "people of others are not told: {post}"
        );
    }
}

#[test]
fn what_a_compound_reports_stands_beside_what_is_counted() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let mut compound = feature("compound", "莲桂小区", box_at(0.0, 0.0, 4.0, 4.0));
    compound["properties"]["archive"] = json!({"households": 240});
    let compound = admin.post("/api/v1/places", &compound).status(201).json();
    let mut building = feature("building", "1栋", box_at(1.0, 1.0, 1.0, 1.0));
    building["properties"]["archive"] = json!({"households": 96});
    admin.post("/api/v1/places", &building).status(201);
    let answer = admin
        .get(&format!("/api/v1/places/{}/figures", compound["id"]))
        .status(200)
        .json();
    assert_eq!(answer["people"]["households"], 96);
    assert_eq!(answer["people_from"], "buildings");
    assert_eq!(answer["people_reported"], json!({"households": 240}));
}
