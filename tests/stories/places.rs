//! Drawing, amending and retiring a place over HTTP, alone and with others.

use geju_tests::{Client, box_at, each_store, feature, gpkg_ground};
use reqwest::Method;
use serde_json::{Value, json};

fn id_of(feature: &Value) -> u64 {
    feature["id"].as_u64().unwrap_or_else(|| panic!("an id in {feature}"))
}

#[test]
fn a_place_is_drawn_amended_and_retired() {
    each_store("a_place_is_drawn_amended_and_retired", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let made = admin
            .post(
                "/api/v1/places",
                &feature("compound", "牛王庙小区", box_at(0.0, 0.0, 2.0, 2.0)),
            )
            .status(201);
        let place = made.json();
        let path = format!("/api/v1/places/{}", id_of(&place));
        assert!(
            made.header("location")
                .is_some_and(|location| location.ends_with(&path)),
            "Location leads to it"
        );
        assert_eq!(place["properties"]["version"], 1);
        assert_eq!(place["properties"]["name"], "牛王庙小区");

        let read = admin.get(&path).status(200);
        assert_eq!(read.etag(), made.etag());
        assert_eq!(admin.get_with(&path, "If-None-Match", &read.etag()).status, 304);

        let mut amended = place.clone();
        amended["properties"]["name"] = json!("牛王庙院落");
        amended["properties"]["archive"]["households"] = json!(240);
        let unconditional = Client::send(admin.request(Method::PUT, &path).json(&amended));
        assert_eq!(
            unconditional.problem(428).status,
            428,
            "an amendment says which version it read"
        );
        let second = admin.put(&path, &made.etag(), &amended).status(200);
        assert_eq!(second.json()["properties"]["version"], 2);
        assert_eq!(second.json()["properties"]["archive"]["households"], 240);
        assert_ne!(second.etag(), made.etag());

        let stale = admin.put(&path, &made.etag(), &amended).problem(412);
        assert!(
            stale.whole.to_string().contains("牛王庙院落"),
            "a stale amendment is shown what is there now"
        );

        assert_eq!(Client::send(admin.request(Method::DELETE, &path)).status, 428);
        admin.delete(&path, &made.etag()).problem(412);
        admin.delete(&path, &second.etag()).status(200);
        assert_eq!(
            admin.get(&path).problem(410).status,
            410,
            "nothing is deleted, it is retired"
        );
        assert_eq!(admin.number_of("compound"), 0);

        let history = admin.get(&format!("{path}/history")).status(200).json();
        let mut what: Vec<&str> = history["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter_map(|item| item["what"].as_str())
            .collect();
        what.sort_unstable();
        assert_eq!(what, ["amended", "created", "retired"]);
        assert_eq!(
            admin.get("/api/v1/places/4503599627370495").problem(404).code,
            "no_such_place"
        );
    });
}

#[test]
fn the_same_request_twice_makes_one_place() {
    each_store("the_same_request_twice_makes_one_place", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let drawn = feature("compound", "莲桂小区", box_at(0.0, 0.0, 2.0, 2.0));
        let first = admin
            .post_with("/api/v1/places", "Idempotency-Key", "tablet-7-draft-1", &drawn)
            .status(201);
        let again = admin
            .post_with("/api/v1/places", "Idempotency-Key", "tablet-7-draft-1", &drawn)
            .status(201);
        assert_eq!(id_of(&first.json()), id_of(&again.json()));
        assert_eq!(admin.number_of("compound"), 1);
        let other = feature("compound", "another", box_at(5.0, 0.0, 2.0, 2.0));
        admin
            .post_with("/api/v1/places", "Idempotency-Key", "tablet-7-draft-1", &other)
            .problem(422);
        drop(server);

        let server = geju_tests::Server::start(ground);
        let after = server
            .admin()
            .post_with("/api/v1/places", "Idempotency-Key", "tablet-7-draft-1", &drawn)
            .status(201);
        assert_eq!(id_of(&first.json()), id_of(&after.json()), "a restart forgets no reply");
    });
}

#[test]
fn two_hands_on_one_boundary() {
    each_store("two_hands_on_one_boundary", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let made = admin
            .post(
                "/api/v1/places",
                &feature("micro_grid", "起点", box_at(0.0, 0.0, 1.0, 1.0)),
            )
            .status(201);
        let path = format!("/api/v1/places/{}", id_of(&made.json()));
        let etag = made.etag();
        let hands = 6;
        let outcomes: Vec<u16> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..hands)
                .map(|hand| {
                    let (admin, path, etag) = (admin.clone(), path.clone(), etag.clone());
                    let mut mine = made.json();
                    mine["properties"]["name"] = json!(format!("hand {hand}"));
                    scope.spawn(move || admin.put(&path, &etag, &mine).status)
                })
                .collect();
            writers
                .into_iter()
                .map(|writer| writer.join().expect("a hand ends"))
                .collect()
        });
        assert_eq!(
            outcomes.iter().filter(|status| **status == 200).count(),
            1,
            "{outcomes:?}"
        );
        assert_eq!(
            outcomes.iter().filter(|status| **status == 412).count(),
            hands - 1,
            "{outcomes:?}"
        );
        assert_eq!(admin.get(&path).status(200).json()["properties"]["version"], 2);
    });
}

#[test]
fn one_code_is_never_given_twice() {
    each_store("one_code_is_never_given_twice", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        // Far from each other, and each alone is fine.
        let outcomes: Vec<u16> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8)
                .map(|hand| {
                    let admin = admin.clone();
                    let mut drawn = feature(
                        "compound",
                        &format!("hand {hand}"),
                        box_at(f64::from(hand) * 5.0, 0.0, 2.0, 2.0),
                    );
                    drawn["properties"]["code"] = json!("510104020001-A");
                    scope.spawn(move || admin.post("/api/v1/places", &drawn).status)
                })
                .collect();
            writers
                .into_iter()
                .map(|writer| writer.join().expect("a hand ends"))
                .collect()
        });
        assert_eq!(
            outcomes.iter().filter(|status| **status == 201).count(),
            1,
            "{outcomes:?}"
        );
        assert!(
            outcomes.iter().all(|status| matches!(status, 201 | 409 | 422)),
            "{outcomes:?}"
        );
        assert_eq!(admin.number_of("compound"), 1);
    });
}

#[test]
fn a_dry_run_says_what_would_be_refused_and_changes_nothing() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let bowtie = json!({"type": "Polygon", "coordinates": [[[104.06, 30.65], [104.07, 30.66], [104.07, 30.65], [104.06, 30.66], [104.06, 30.65]]]});
    let found = admin
        .post("/api/v1/places/check", &feature("compound", "蝴蝶结", bowtie.clone()))
        .status(200)
        .json();
    let finding = &found["findings"][0];
    assert_eq!(finding["severity"], "block", "{found}");
    assert!(finding["at"].is_array(), "a finding has a spot on the map: {found}");
    let refused = admin
        .post("/api/v1/places", &feature("compound", "蝴蝶结", bowtie))
        .problem(422);
    assert!(
        refused.whole["findings"].as_array().is_some_and(|all| !all.is_empty()),
        "{:?}",
        refused.whole
    );
    assert_eq!(admin.number_of("compound"), 0);
    let fine = admin
        .post(
            "/api/v1/places/check",
            &feature("compound", "方块", box_at(0.0, 0.0, 1.0, 1.0)),
        )
        .status(200)
        .json();
    assert!(
        fine["findings"]
            .as_array()
            .is_some_and(|all| all.iter().all(|finding| finding["severity"] != "block")),
        "{fine}"
    );
    assert_eq!(admin.number_of("compound"), 0);
}

#[test]
fn a_point_knows_the_levels_above_it_and_an_area_adds_up() {
    each_store("a_point_knows_the_levels_above_it_and_an_area_adds_up", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let draw = |kind: &str, name: &str, column: f64, row: f64, side: f64| {
            id_of(
                &admin
                    .post("/api/v1/places", &feature(kind, name, box_at(column, row, side, side)))
                    .status(201)
                    .json(),
            )
        };
        let district = draw("district", "锦江区", 0.0, 0.0, 16.0);
        let street = draw("street", "锦官驿街道", 0.0, 0.0, 8.0);
        let community = draw("community", "水井坊社区", 0.0, 0.0, 4.0);
        let compound = draw("compound", "一号院", 0.0, 0.0, 2.0);
        let mut building = feature("building", "1栋", box_at(0.2, 0.2, 0.3, 0.3));
        building["properties"]["archive"] = json!({"floors": 7, "households": 42, "residents": 101});
        let building = id_of(&admin.post("/api/v1/places", &building).status(201).json());

        let inside = admin
            .get("/api/v1/locate?lon=104.06035&lat=30.65035")
            .status(200)
            .json();
        for (level, id) in [
            ("district", district),
            ("street", street),
            ("community", community),
            ("compound", compound),
            ("building", building),
        ] {
            assert_eq!(inside[level]["id"], id, "{level} in {inside}");
        }
        let answer = admin
            .post(
                "/api/v1/area",
                &json!({"area": {"place": compound}, "rule": "inner_point"}),
            )
            .status(200)
            .json();
        assert_eq!(answer["buildings"]["count"], 1);
        assert_eq!(answer["people"]["households"], 42);
        assert_eq!(answer["people"]["residents"], 101);
        let figures = admin
            .get(&format!("/api/v1/places/{compound}/figures"))
            .status(200)
            .json();
        assert_eq!(figures["people"], answer["people"], "one function answers an area");
        let elsewhere = admin
            .post(
                "/api/v1/area",
                &json!({"area": {"difference": [{"place": street}, {"place": compound}]}, "rule": "inner_point"}),
            )
            .status(200)
            .json();
        assert_eq!(
            elsewhere["buildings"]["count"], 0,
            "the parts of a partition add up to the whole"
        );
        let near = admin
            .get("/api/v1/nearest?lon=104.0700&lat=30.6503&kind=building&limit=3")
            .status(200)
            .json();
        assert_eq!(near["features"][0]["id"], building);
        assert!(
            near["features"][0]["properties"]["distance_m"]
                .as_f64()
                .is_some_and(|metres| (500.0..1500.0).contains(&metres)),
            "{near}"
        );
    });
}
