//! Nothing is gone after a restart.

use geju_tests::{Client, PASSWORD, Server, box_at, each_store, feature, geju, gpkg_ground, whole_map};
use serde_json::json;

#[test]
fn the_demo_street_is_the_same_after_a_restart() {
    each_store("the_demo_street_is_the_same_after_a_restart", |ground| {
        let server = Server::demo(ground);
        let admin = server.admin();
        let before = whole_map(&admin);
        for kind in ["street", "community", "grid", "micro_grid", "compound", "building"] {
            assert!(
                before[kind].as_array().is_some_and(|all| !all.is_empty()),
                "the demo has a {kind}"
            );
        }
        let me = admin.get("/api/v1/me").status(200).json();
        assert_eq!(me["demo"], true);
        server.stop();

        let server = Server::demo(ground);
        let admin = server.admin();
        assert_eq!(whole_map(&admin), before, "the second start fills nothing twice");
        assert_eq!(admin.get("/api/v1/me").status(200).json()["head"], me["head"]);
    });
}

#[test]
fn the_demo_shows_the_same_figures_to_every_start() {
    each_store("the_demo_shows_the_same_figures_to_every_start", |ground| {
        let server = Server::demo(ground);
        let admin = server.admin();
        let street = admin
            .every_place("street")
            .first()
            .and_then(|place| place["id"].as_u64())
            .expect("a street");
        let question = json!({"area": {"place": street}, "rule": "inner_point"});
        let ask = |client: &Client| {
            let mut answer = client.post("/api/v1/area", &question).status(200).json();
            // The ledger's head is the same, the wall clock is not.
            answer.as_object_mut().map(|fields| fields.remove("as_of"));
            answer
        };
        let before = ask(&admin);
        assert!(
            before["people"]["households"].as_u64().is_some_and(|n| n > 0),
            "{before}"
        );
        server.kill_9();
        let server = Server::demo(ground);
        assert_eq!(ask(&server.admin()), before);
    });
}

#[test]
fn the_demos_wall_sees_what_happens_on_its_street() {
    each_store("the_demos_wall_sees_what_happens_on_its_street", |ground| {
        let server = Server::demo(ground);
        for layer in ["alerts", "hazards", "issues"] {
            let seen = |name: &str| {
                let client = Client::new(&server.base).logged_in(name, PASSWORD);
                let all = client.get(&format!("/api/v1/{layer}?limit=500")).status(200).json();
                all["features"].as_array().map_or(0, Vec::len)
            };
            assert!(seen("wall") > 0, "the wall shows {layer}");
            assert_eq!(seen("street"), seen("admin"), "the one street has all {layer}");
        }
    });
}

#[test]
fn every_demo_account_gets_in_and_the_demo_stays_at_home() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    for name in ["wall", "leader", "worker", "community", "street", "planner", "admin"] {
        let me = Client::new(&server.base)
            .logged_in(name, PASSWORD)
            .get("/api/v1/me")
            .status(200)
            .json();
        assert_eq!(me["account"]["name"], name);
    }
    let elsewhere = gpkg_ground();
    let data = elsewhere.data().display().to_string();
    let run = geju(
        &[
            "demo",
            "--listen",
            "0.0.0.0:0",
            "--store",
            &elsewhere.store,
            "--data",
            &data,
        ],
        "",
    );
    assert_ne!(
        run.code, 0,
        "a demo with a printed password never listens beyond loopback"
    );
    assert!(run.said().contains("this machine only"), "{}", run.said());
}

#[test]
fn a_second_process_on_the_same_file_is_told_who_has_it() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let run = ground.geju(&["serve", "--listen", "127.0.0.1:0"]);
    assert_ne!(run.code, 0);
    assert!(!run.said().contains("panicked"), "{}", run.said());
    drop(server);
}

#[test]
fn a_place_drawn_today_is_there_tomorrow() {
    each_store("a_place_drawn_today_is_there_tomorrow", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let made = admin
            .post(
                "/api/v1/places",
                &feature("compound", "名字里有生僻字：㙟𡐓", box_at(0.0, 0.0, 2.0, 2.0)),
            )
            .status(201);
        let path = format!("/api/v1/places/{}", made.json()["id"]);
        let (body, etag) = (admin.get(&path).status(200).json(), made.etag());
        server.kill_9();
        let server = Server::start(ground);
        let again = server.admin().get(&path).status(200);
        assert_eq!(again.etag(), etag);
        assert_eq!(again.json(), body);
    });
}
