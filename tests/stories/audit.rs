//! What is written down of who came in and what they did, and what an administrator sees of the server.

use geju_tests::{Client, Server, each_store};
use reqwest::Method;
use serde_json::json;

#[test]
fn what_was_done_to_rights_and_copies_is_written_down() {
    each_store("what_was_done_to_rights_and_copies_is_written_down", |ground| {
        let server = ground.serve_with_admin();
        let stranger = server.stranger();
        stranger.login("admin", "not the password").problem(401);
        stranger.login("my-secret-typed-in-the-wrong-field", "x").problem(401);
        // At any door, where a map program tries them.
        for name in ["admin", "my-secret-typed-in-the-wrong-field"] {
            let request = stranger.request(Method::GET, "/ogc/collections");
            Client::send(request.basic_auth(name, Some("not the password"))).problem(401);
        }
        Client::send(
            stranger
                .request(Method::GET, "/ogc/collections")
                .bearer_auth("no such token"),
        )
        .problem(401);
        let admin = server.admin();
        let account = json!({"name": "walls", "role": "viewer", "places": [], "password": "the-first-of-them-1"});
        admin.post("/api/v1/accounts", &account).status(201);
        admin
            .post(
                "/api/v1/tokens",
                &json!({"name": "gate", "role": "viewer", "places": []}),
            )
            .status(201);
        Client::send(
            admin
                .request(Method::PUT, "/api/v1/accounts/walls")
                .json(&json!({"disabled": true})),
        )
        .ok();
        Client::send(admin.request(Method::DELETE, "/api/v1/tokens/gate")).ok();
        Client::send(admin.request(Method::POST, "/api/v1/backup")).ok();
        admin.post("/api/v1/accounts", &account).problem(409);
        let all = admin.get("/api/v1/audit").status(200);
        assert!(
            !all.text().contains("wrong-field"),
            "what was typed as a name may be a password"
        );
        let all = all.json();
        let lines: Vec<(String, String, String)> = all["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|line| {
                let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
                let at_the_machine = line["actor"] == "console";
                assert!(
                    line["at"].is_string() && line["address"].is_string() != at_the_machine,
                    "{line}"
                );
                (text("actor"), text("what"), text("on"))
            })
            .collect();
        let wanted = [
            ("account:admin", "backup", ""),
            ("account:admin", "token_revoked", "gate"),
            ("account:admin", "account_changed", "walls"),
            ("account:admin", "token_made", "gate"),
            ("account:admin", "account_made", "walls"),
            ("account:admin", "sign_in", ""),
            ("unknown", "sign_in_failed", "basic"),
            ("account:admin", "sign_in_failed", "basic"),
            ("unknown", "sign_in_failed", ""),
            ("account:admin", "sign_in_failed", ""),
            ("console", "account_made", "admin"),
        ];
        let wanted: Vec<(String, String, String)> = wanted
            .into_iter()
            .map(|(a, b, c)| (a.into(), b.into(), c.into()))
            .collect();
        assert_eq!(lines, wanted, "newest first, and only what was done");
        let page = admin.get("/api/v1/audit?limit=3").status(200).json();
        let rest = admin
            .get(&format!("/api/v1/audit?before={}", page["next"]))
            .status(200)
            .json();
        assert_eq!(page["items"].as_array().map(Vec::len), Some(3));
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(8));
        drop(server);
        let server = Server::start(ground);
        let after = server.admin().get("/api/v1/audit").status(200).json();
        assert_eq!(
            after["items"].as_array().map(Vec::len),
            Some(12),
            "a restart forgets no line"
        );
        ground_planner_reads_no_log(&server);
    });
}

fn ground_planner_reads_no_log(server: &Server) {
    let made = json!({"name": "qgis", "role": "planner", "places": []});
    let token = server.admin().post("/api/v1/tokens", &made).status(201).json();
    let planner = server.machine(token["token"].as_str().expect("a token"));
    for path in ["/api/v1/audit", "/api/v1/settings"] {
        planner.get(path).problem(403);
    }
}

#[test]
fn an_administrator_sees_what_the_server_runs_with() {
    each_store("an_administrator_sees_what_the_server_runs_with", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let settings = admin.get("/api/v1/settings").status(200).json();
        let me = admin.get("/api/v1/me").status(200).json();
        for field in ["build", "epoch", "head"] {
            assert_eq!(settings[field], me[field], "{field}");
        }
        assert_eq!(settings["store"], if ground.is_gpkg() { "gpkg" } else { "postgis" });
        assert!(
            settings["store_bytes"].as_u64().is_some_and(|bytes| bytes > 10_000),
            "{settings}"
        );
        assert!(
            settings["limits"]["upload_bytes"]
                .as_u64()
                .is_some_and(|bytes| bytes > 0)
        );
        assert!(
            !settings.to_string().contains("postgres://"),
            "an address may hold a password: {settings}"
        );
        assert_eq!(me["may"]["account_manage"], "all");
        assert_eq!(me["may"]["place_draw"], "all");
        assert!(
            me["duties"]["draws"].is_array() && me["scheme"]["freshness"]["archive_days"].is_u64(),
            "{me}"
        );
    });
}
