//! Who gets in, how, and for how long.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use geju_tests::{Client, PASSWORD, Server, box_at, each_store, eventually, feature, gpkg_ground};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

/// A revocation acts on every server within this time.
const REVOKED_WITHIN: Duration = Duration::from_secs(2);

fn basic(name: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")))
}

#[test]
fn a_login_opens_the_map_and_a_logout_closes_it() {
    each_store("a_login_opens_the_map_and_a_logout_closes_it", |ground| {
        let server = ground.serve_with_admin();
        let stranger = server.stranger();
        assert_eq!(stranger.get("/api/v1/me").problem(401).status, 401);
        assert_eq!(
            stranger.login("admin", "not the password").problem(401).code,
            "bad_credentials"
        );
        assert_eq!(
            stranger.login("nobody", PASSWORD).problem(401).code,
            "bad_credentials",
            "an unknown name answers the same"
        );

        let reply = stranger.login("admin", PASSWORD).status(200);
        let set = reply.header("set-cookie").expect("a session cookie").to_owned();
        for flag in ["geju_session=", "HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(set.contains(flag), "{flag} in {set}");
        }
        assert!(
            !set.contains("Secure"),
            "no TLS here, so a Secure cookie would never come back"
        );
        assert_eq!(reply.json()["account"]["name"], "admin");

        let cookie = reply.cookie().expect("name=value");
        let admin = stranger.clone().with_cookie(&cookie);
        let me = admin.get("/api/v1/me").status(200).json();
        assert_eq!(me["role"], "admin");
        assert!(
            me["head"].is_u64() && me["epoch"].is_u64() && me["build"].is_string(),
            "{me}"
        );
        admin
            .request(Method::DELETE, "/api/v1/session")
            .send()
            .expect("an answer");
        assert_eq!(
            admin.get("/api/v1/me").status,
            401,
            "the same cookie is worth nothing now"
        );
    });
}

#[test]
fn machines_come_with_a_token_and_map_programs_with_basic() {
    let ground = gpkg_ground();
    let printed = ground.token("sensor", "machine");
    let server = ground.serve_with_admin();
    server.machine(&printed).get("/api/v1/me").status(200);

    let admin = server.admin();
    let made = admin
        .post(
            "/api/v1/tokens",
            &json!({"name": "qgis", "role": "planner", "places": []}),
        )
        .status(201)
        .json();
    let token = made["token"].as_str().expect("a token, shown once").to_owned();
    server.machine(&token).get("/api/v1/places?kind=building").status(200);
    let stranger = server.stranger();
    stranger
        .get_with("/ogc/collections", "Authorization", &basic("qgis", &token))
        .status(200);
    stranger
        .get_with("/ogc/collections", "Authorization", &basic("qgis", "wrong"))
        .status(401);
    server.machine("not-a-token").get("/api/v1/me").status(401);
    let listed = admin.get("/api/v1/tokens").status(200).text();
    assert!(!listed.contains(&token), "a token is never shown again");
}

#[test]
fn a_revoked_token_is_worth_nothing_within_two_seconds() {
    each_store("a_revoked_token_is_worth_nothing_within_two_seconds", |ground| {
        let first = ground.serve_with_admin();
        // A GeoPackage is served by one process; PostGIS by as many as there are.
        let other = ground.again();
        let second = (!ground.is_gpkg()).then(|| Server::start(&other));
        let admin = first.admin();
        let made = admin
            .post(
                "/api/v1/tokens",
                &json!({"name": "gate", "role": "viewer", "places": []}),
            )
            .status(201)
            .json();
        let token = made["token"].as_str().expect("a token").to_owned();
        let servers: Vec<&Server> = std::iter::once(&first).chain(second.as_ref()).collect();
        for server in &servers {
            eventually("the token is known", REVOKED_WITHIN, || {
                (server.machine(&token).get("/api/v1/me").status == 200).then_some(())
            });
        }
        Client::send(admin.request(Method::DELETE, "/api/v1/tokens/gate")).ok();
        for server in &servers {
            eventually("the token is refused", REVOKED_WITHIN, || {
                (server.machine(&token).get("/api/v1/me").status == 401).then_some(())
            });
        }
    });
}

#[test]
fn a_disabled_account_is_out_within_two_seconds() {
    let ground = gpkg_ground();
    ground.account("walls", "viewer", &[]);
    let server = ground.serve_with_admin();
    let wall = server.person("walls");
    wall.get("/api/v1/me").status(200);
    let reply = Client::send(
        server
            .admin()
            .request(Method::PUT, "/api/v1/accounts/walls")
            .json(&json!({"disabled": true})),
    );
    reply.ok();
    eventually("the open session is refused", REVOKED_WITHIN, || {
        (wall.get("/api/v1/me").status == 401).then_some(())
    });
    assert_eq!(server.stranger().login("walls", PASSWORD).status, 401);
}

#[test]
fn guessing_passwords_is_slowed_down() {
    let ground = gpkg_ground();
    ground.account("worker", "grid_worker", &[]);
    let server = ground.serve_with_admin();
    let stranger = server.stranger();
    let refused = (0..60)
        .map(|guess| stranger.login("worker", &format!("guess {guess}")))
        .find(|reply| reply.status == 429);
    let reply = refused.expect("sixty guesses in a row are too many");
    let wait: u64 = reply
        .header("retry-after")
        .expect("Retry-After")
        .parse()
        .expect("seconds");
    assert!(wait > 0, "a client that obeys a wait of 0 would hammer");
    assert_eq!(reply.problem(429).code, "too_many_logins");
}

#[test]
fn behind_a_proxy_one_persons_wrong_passwords_are_not_everybodys() {
    let ground = gpkg_ground();
    ground.account("walls", "viewer", &[]);
    ground.account("admin", "admin", &[]);
    let server = Server::start_with(&ground, &[], &[("GEJU_HTTPS", "true")]);
    let stranger = server.stranger();
    let knock = |from: &str, secret: &str| {
        let request = stranger
            .request(Method::GET, "/ogc/collections")
            .header("X-Forwarded-For", from)
            .header("Authorization", basic("walls", secret));
        Client::send(request).status
    };
    let slowed = (0..20).any(|guess| knock("192.0.2.1", &format!("guess {guess}")) == 429);
    assert!(slowed, "who guesses is slowed down");
    assert_eq!(
        knock("192.0.2.2", "not it"),
        401,
        "somebody else at the same proxy is not"
    );
    assert_eq!(knock("192.0.2.2", PASSWORD), 200);
}

#[test]
fn it_is_seen_when_accounts_and_tokens_were_last_here() {
    each_store("it_is_seen_when_accounts_and_tokens_were_last_here", |ground| {
        let token = ground.token("gate", "viewer");
        ground.account("walls", "viewer", &[]);
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let seen = |path: &str, name: &str| {
            let all = admin.get(path).status(200).json();
            let items = all["items"].as_array().cloned().unwrap_or_default();
            let one = items.into_iter().find(|item| item["name"] == name);
            one.unwrap_or_else(|| panic!("{name} in {all}"))["last_seen_at"].clone()
        };
        assert!(seen("/api/v1/tokens", "gate").is_null() && seen("/api/v1/accounts", "walls").is_null());
        server.machine(&token).get("/api/v1/places?limit=1").status(200);
        server.person("walls").get("/api/v1/me").status(200);
        assert!(seen("/api/v1/tokens", "gate").is_string() && seen("/api/v1/accounts", "walls").is_string());
        drop(server);
        let server = Server::start(ground);
        let after = server.admin().get("/api/v1/tokens").status(200).json();
        assert!(
            after["items"][0]["last_seen_at"].is_string(),
            "a restart does not forget it: {after}"
        );
    });
}

#[test]
fn a_password_can_be_changed_and_reset() {
    let ground = gpkg_ground();
    ground.account("worker", "grid_worker", &[]);
    let server = ground.serve_with_admin();
    let worker = server.person("worker");
    let fresh = "a-new-word-for-the-door-88";
    assert_eq!(
        worker
            .post("/api/v1/me/password", &json!({"old": "wrong", "new": fresh}))
            .problem(403)
            .code,
        "bad_credentials"
    );
    assert_eq!(
        worker
            .post("/api/v1/me/password", &json!({"old": PASSWORD, "new": "123"}))
            .problem(422)
            .code,
        "weak_password"
    );
    worker
        .post("/api/v1/me/password", &json!({"old": PASSWORD, "new": fresh}))
        .status(204);
    assert_eq!(server.stranger().login("worker", PASSWORD).status, 401);
    server.stranger().login("worker", fresh).status(200);

    server
        .admin()
        .post(
            "/api/v1/accounts/worker/password",
            &json!({"new": "reset-by-the-office-31"}),
        )
        .status(204);
    assert_eq!(server.stranger().login("worker", fresh).status, 401);
    let me = server
        .stranger()
        .login("worker", "reset-by-the-office-31")
        .status(200)
        .json();
    assert_eq!(
        me["must_change_password"], true,
        "what the office knows is not a secret"
    );
}

#[test]
fn roles_decide_at_the_door() {
    let ground = gpkg_ground();
    for (name, role) in [("wall", "viewer"), ("plan", "planner")] {
        ground.account(name, role, &[]);
    }
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let drawn = feature("street", "Hongxinglu", box_at(0.0, 0.0, 10.0, 10.0));
    let made = admin.post("/api/v1/places", &drawn).status(201);
    let (id, etag) = (made.json()["id"].as_u64().expect("an id"), made.etag());
    for name in ["wall", "plan"] {
        let person = server.person(name);
        person.get(&format!("/api/v1/places/{id}")).status(200);
        assert_eq!(
            person.post("/api/v1/places", &drawn).problem(403).status,
            403,
            "{name} draws nothing"
        );
        assert_eq!(person.put(&format!("/api/v1/places/{id}"), &etag, &drawn).status, 403);
        assert_eq!(person.delete(&format!("/api/v1/places/{id}"), &etag).status, 403);
        assert_eq!(person.get("/api/v1/accounts").status, 403);
        assert_eq!(
            person
                .post("/api/v1/tokens", &json!({"name": "x", "role": "admin", "places": []}))
                .status,
            403
        );
    }
}

#[test]
fn a_foreign_page_cannot_make_the_browser_write() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let drawn = feature("street", "Hongxinglu", box_at(0.0, 0.0, 10.0, 10.0));
    let foreign = admin.post_with("/api/v1/places", "Sec-Fetch-Site", "cross-site", &drawn);
    assert_eq!(foreign.status, 403, "{}", foreign.text());
    let form = admin
        .request(Method::POST, "/api/v1/places")
        .header("Content-Type", "text/plain")
        .body(drawn.to_string());
    assert_eq!(Client::send(form).status, 415, "a form cannot speak JSON");
    assert_eq!(admin.number_of("street"), 0);
}

#[test]
fn the_page_runs_nothing_that_is_not_ours() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let reply = server.stranger().get("/").status(200);
    let policy = reply.header("content-security-policy").expect("a policy").to_owned();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    assert!(
        !policy.contains("unsafe-eval") && !policy.contains("script-src 'self' 'unsafe-inline'"),
        "{policy}"
    );
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert!(
        reply.text().contains("<!doctype html") || reply.text().contains("<!DOCTYPE html"),
        "the page itself"
    );
}
