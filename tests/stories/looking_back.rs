//! Looking back: what was in force on a day, and what the ledger knew at a moment.

use geju_tests::{Client, box_at, each_store, feature, gpkg_ground, read_tile};
use reqwest::Method;
use serde_json::{Value, json};

/// The tile that holds the corner of the story's chessboard.
const TILE: &str = "/tiles/compound/14/12927/6725.mvt";

fn draw(client: &Client, kind: &str, name: &str, from: &str, side: f64) -> (String, Value, String) {
    let mut drawn = feature(kind, name, box_at(0.0, 0.0, side, side));
    drawn["properties"]["effective_from"] = json!(from);
    if kind == "building" {
        drawn["properties"]["archive"] = json!({"floors": 7, "residents": 101});
    }
    let made = client.post("/api/v1/places", &drawn).status(201);
    let place = made.json();
    (format!("/api/v1/places/{}", place["id"]), place, made.etag())
}

fn head(client: &Client) -> u64 {
    client.get("/api/v1/me").json()["head"].as_u64().expect("a head")
}

fn names(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/api/v1/places?{query}")).status(200).json();
    let features = page["features"].as_array().cloned().unwrap_or_default();
    features
        .iter()
        .filter_map(|f| f["properties"]["name"].as_str().map(str::to_owned))
        .collect()
}

fn retire_on(client: &Client, path: &str, etag: &str, day: &str) {
    let retirement = client
        .request(Method::DELETE, &format!("{path}?effective_to={day}"))
        .header("If-Match", etag);
    Client::send(retirement).status(200);
}

#[test]
fn the_map_is_shown_as_the_ledger_knew_it() {
    each_store("the_map_is_shown_as_the_ledger_knew_it", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let (street, ..) = draw(&admin, "street", "锦官驿街道", "2020-01-01", 8.0);
        let (compound, place, etag) = draw(&admin, "compound", "旧名小区", "2020-01-01", 2.0);
        draw(&admin, "building", "1栋", "2020-01-01", 0.5);
        let then = head(&admin);
        let mut renamed = place.clone();
        renamed["properties"]["name"] = json!("新名小区");
        let second = admin.put(&compound, &etag, &renamed).status(200).etag();
        draw(&admin, "building", "2栋", "2020-01-01", 0.4);
        admin.delete(&compound, &second).status(200);

        assert_eq!(names(&admin, "kind=compound"), Vec::<String>::new());
        assert_eq!(names(&admin, &format!("kind=compound&known={then}")), ["旧名小区"]);
        assert_eq!(
            names(&admin, &format!("kind=compound&known={}", then + 1)),
            ["新名小区"]
        );
        assert_eq!(
            names(&admin, &format!("q=jmxq&known={then}")),
            ["旧名小区"],
            "found by its sound, too"
        );
        let old = admin.get(&format!("{compound}?known={then}")).status(200).json();
        assert_eq!(old["properties"]["name"], "旧名小区");
        assert_eq!(old["properties"]["parent_names"]["street"], "锦官驿街道");
        admin.get(&format!("{compound}?known=0")).problem(404);
        admin.get(&compound).problem(410);

        let people = |path: &str| admin.get(path).status(200).json()["people"]["residents"].clone();
        assert_eq!(people(&format!("{street}/figures")), 202);
        assert_eq!(people(&format!("{street}/figures?known={then}")), 101);
        let id: u64 = street.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
        let asked = json!({"area": {"place": id}, "known": then});
        let answer = admin.post("/api/v1/area", &asked).status(200).json();
        assert_eq!(answer["people"]["residents"], 101);
        assert_eq!(answer["as_of"]["seq"], then);
        let levels = |query: &str| {
            admin
                .get(&format!("/api/v1/figures?level=street{query}"))
                .status(200)
                .json()
        };
        assert_eq!(levels("")["items"][0]["buildings"], 2);
        assert_eq!(levels(&format!("&known={then}"))["items"][0]["buildings"], 1);
        assert_eq!(answer["compounds"]["count"], 1);
        let located = format!("/api/v1/locate?lon=104.0601&lat=30.6501&known={then}");
        assert_eq!(admin.get(&located).status(200).json()["compound"]["name"], "旧名小区");
        assert_eq!(admin.get(TILE).status, 204, "today's tile is empty");
        let tile = admin.get(&format!("{TILE}?known={then}")).status(200);
        let layers = read_tile(&tile.body);
        assert_eq!(layers[0].features[0].properties["name"], "旧名小区");
        let again = admin.get_with(&format!("{TILE}?known={then}"), "If-None-Match", &tile.etag());
        assert_eq!(again.status, 304);
        // The ledger of this story is younger than a day.
        assert_eq!(names(&admin, "known=2021-01-01"), Vec::<String>::new());
    });
}

#[test]
fn a_day_shows_what_was_in_force_on_it() {
    each_store("a_day_shows_what_was_in_force_on_it", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        draw(&admin, "street", "锦官驿街道", "2019-01-01", 8.0);
        let (older, _, etag) = draw(&admin, "community", "水井坊社区", "2020-01-01", 4.0);
        draw(&admin, "building", "1栋", "2021-01-01", 0.5);
        retire_on(&admin, &older, &etag, "2023-01-01");
        draw(&admin, "community", "合江亭社区", "2023-01-01", 4.0);
        let on = |day: &str| names(&admin, &format!("kind=community&at={day}"));
        assert_eq!(on("2019-06-01"), Vec::<String>::new());
        assert_eq!(on("2022-12-31"), ["水井坊社区"]);
        assert_eq!(
            on("2023-01-01"),
            ["合江亭社区"],
            "the last day is the first of what follows"
        );
        let then = admin.get(&format!("{older}?at=2022-01-01")).status(200).json();
        assert_eq!(
            then["properties"]["effective_to"], "2023-01-01",
            "what came of it is known today"
        );
        admin.get(&format!("{older}?at=2023-01-01")).problem(404);

        // What lies in what is judged by the ground of that day.
        let located = |day: &str| {
            let at = format!("/api/v1/locate?lon=104.0601&lat=30.6501&at={day}");
            admin.get(&at).status(200).json()["community"]["name"].clone()
        };
        assert_eq!(
            (located("2022-01-01"), located("2024-01-01")),
            (json!("水井坊社区"), json!("合江亭社区"))
        );
        let found = admin
            .get("/api/v1/places?kind=building&at=2022-01-01")
            .status(200)
            .json();
        assert_eq!(
            found["features"][0]["properties"]["parent_names"]["community"],
            "水井坊社区"
        );
        assert_eq!(names(&admin, "kind=building&at=2020-06-01"), Vec::<String>::new());
        let figures = admin.get(&format!("{older}/figures?at=2022-01-01")).status(200).json();
        assert_eq!(figures["buildings"]["count"], 1);

        for odd in [
            "at=2999-01-01",
            "at=yesterday",
            "at=1200-01-01",
            "known=99999",
            "known=2150-01-01",
            "known=-1",
            "known=",
        ] {
            admin.get(&format!("/api/v1/places?{odd}")).problem(400);
        }
        let asked = json!({"area": {"point": [104.0601, 30.6501], "radius_m": 50}, "at": "2999-01-01"});
        admin.post("/api/v1/area", &asked).problem(400);
    });
}

#[test]
fn looking_back_asks_for_the_same_rights() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let (street, place, _) = draw(&admin, "street", "锦官驿街道", "2020-01-01", 8.0);
    draw(&admin, "building", "1栋", "2020-01-01", 0.5);
    let then = head(&admin);
    draw(&admin, "building", "2栋", "2020-01-01", 0.4);
    for (name, places) in [("here", json!([place["id"]])), ("elsewhere", json!([]))] {
        let account =
            json!({"name": name, "role": "street_staff", "places": places, "password": "the-first-of-them-1"});
        admin.post("/api/v1/accounts", &account).status(201);
        let person = Client::new(&server.base).logged_in(name, "the-first-of-them-1");
        let change = json!({"old": "the-first-of-them-1", "new": "the-second-of-them-2"});
        let cookie = person
            .post("/api/v1/me/password", &change)
            .status(204)
            .cookie()
            .expect("a cookie");
        let person = Client::new(&server.base).with_cookie(&cookie);
        let figures = person.get(&format!("{street}/figures?known={then}")).status(200).json();
        let listed = person
            .get(&format!("/api/v1/places?kind=building&known={then}"))
            .status(200)
            .json();
        let archive = &listed["features"][0]["properties"]["archive"];
        if name == "here" {
            assert_eq!(figures["people"]["residents"], 101);
            assert_eq!(archive["residents"], 101);
        } else {
            assert_eq!(figures["people"], Value::Null);
            assert_eq!(archive["residents"], Value::Null);
        }
    }
}
