//! Drafts over HTTP: drawn by one, looked at by another, in force on their day; on both stores.

mod day;
mod gesture;
mod overtaken;

use geju_tests::{Client, Feed, Ground, PASSWORD, Server, each_store, eventually};
use gesture::{A_LITTLE, A_LOT, corner, drawn_on, versions};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const CHENGDU: &str = include_str!("../../../seed/schemes/chengdu.toml");
/// A draft in force, an event told: a machine busy with builds takes its time.
const SOON: Duration = Duration::from_secs(30);

/// The demo, whose city wants the ground of micro-grids and grids looked at twice.
fn reviewed(ground: &Ground) -> Server<'_> {
    Server::demo(ground)
}

/// The demo in a city that does not.
fn unreviewed(ground: &Ground) -> Server<'_> {
    let (without, _) = CHENGDU.split_once("[review]").expect("Chengdu reviews");
    let path = ground.data().join("unreviewed.toml");
    std::fs::write(&path, without).expect("a scheme is written");
    let (data, scheme) = (ground.data().display().to_string(), path.display().to_string());
    let all = [
        "demo",
        "--size",
        "street",
        "--listen",
        "127.0.0.1:0",
        "--store",
        &ground.store,
        "--data",
        &data,
        "--scheme",
        &scheme,
    ];
    Server::run_within(&all, &[("GEJU_DEMO_PASSWORD", PASSWORD)], Duration::from_secs(120))
}

fn id_of(place: &Value) -> u64 {
    place["id"].as_u64().unwrap_or_else(|| panic!("an id in {place}"))
}

fn codes(findings: &Value) -> Vec<String> {
    let all = findings.as_array().cloned().unwrap_or_default();
    all.iter()
        .map(|f| f["code"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn own_place(client: &Client) -> u64 {
    client.get("/api/v1/me").ok().json()["places"][0]["id"]
        .as_u64()
        .expect("a place of one's own")
}

fn submitted(client: &Client, name: &str, reshape: &Value) -> (Value, String) {
    let body = json!({ "name": name, "note": "现场核对过", "reshape": reshape });
    let reply = client.post("/api/v1/drafts", &body).status(201);
    (reply.json(), reply.etag())
}

fn step(client: &Client, draft: &Value, step: &str, etag: &str, body: &Value) -> geju_tests::Reply {
    let path = format!("/api/v1/drafts/{}/{step}", draft["id"]);
    client.post_with(&path, "If-Match", etag, body)
}

fn read(client: &Client, draft: &Value) -> (Value, String) {
    let reply = client.get(&format!("/api/v1/drafts/{}", draft["id"])).status(200);
    (reply.json(), reply.etag())
}

fn words(value: &Value) -> Vec<&str> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(Value::as_str).collect()
}

#[test]
fn what_a_worker_draws_is_in_force_by_a_reviewers_word() {
    each_store("what_a_worker_draws_is_in_force_by_a_reviewers_word", |ground| {
        let server = reviewed(ground);
        let (admin, worker, community) = (server.admin(), server.person("worker"), server.person("community"));
        let grid = own_place(&worker);
        let gesture = corner(&admin, grid, A_LOT);

        let told = worker.post("/api/v1/places/reshape/check", &gesture).status(200).json();
        let findings = told["findings"].as_array().expect("findings");
        let asked = findings
            .iter()
            .find(|f| f["code"] == "needs_review")
            .expect("told at the check");
        assert_eq!(asked["severity"], "note");
        let refused = worker.post("/api/v1/places/reshape", &gesture).problem(403);
        assert_eq!(refused.code, "needs_review");
        assert_eq!(versions(&admin, &gesture), drawn_on(&gesture), "nothing moved");

        let feed = Feed::open(&community, None);
        feed.next_named("hello", SOON);
        let body = json!({ "name": "三号楼划入北片", "reshape": gesture });
        let sent = worker
            .post_with("/api/v1/drafts", "Idempotency-Key", "d-1", &body)
            .status(201);
        let again = worker
            .post_with("/api/v1/drafts", "Idempotency-Key", "d-1", &body)
            .status(201);
        assert_eq!(
            sent.json(),
            again.json(),
            "the same request with the same key is one draft"
        );
        let (draft, etag) = (sent.json(), sent.etag());
        assert_eq!(draft["state"], "submitted");
        assert_eq!(draft["by"]["mine"], true);
        assert_eq!(words(&draft["may"]), ["withdraw", "amend", "comment"]);
        assert_eq!(draft["parent"]["id"], grid);
        assert_eq!(draft["reshape"], gesture, "kept as it was sent");
        let (before, after) = (&draft["totals"]["before"], &draft["totals"]["after"]);
        for figure in ["buildings", "households", "shops", "people", "over_60"] {
            assert!(
                before[figure].is_u64() && before[figure] == after[figure],
                "{figure} is conserved"
            );
        }
        assert_eq!(
            draft["before"]["features"].as_array().expect("before").len(),
            drawn_on(&gesture).len()
        );
        assert_eq!(
            draft["after"]["features"][0]["geometry"],
            gesture["places"][0]["geometry"]
        );
        let event = feed.next_named("draft", SOON);
        assert_eq!(
            event.data,
            json!({ "id": draft["id"], "state": "submitted", "version": 1 })
        );

        // Who may not draw sees none; who answers for other ground does not learn that it is there.
        for name in ["wall", "planner", "leader"] {
            server.person(name).get("/api/v1/drafts").problem(403);
        }
        let grids = admin.every_place("grid");
        let mut strange = json!({ "name": "stranger", "role": "grid_worker", "password": PASSWORD });
        let own = grids.iter().find(|g| id_of(g) == grid).expect("the worker's grid");
        let community_of = |g: &Value| g["properties"]["parents"]["community"].clone();
        let far = grids.iter().find(|g| community_of(g) != community_of(own));
        strange["places"] = json!([id_of(far.expect("a grid of another community"))]);
        admin.post("/api/v1/accounts", &strange).ok();
        let new_password = json!({ "old": PASSWORD, "new": "another-word-for-the-door-7" });
        let stranger = server.stranger().logged_in("stranger", PASSWORD);
        stranger.post("/api/v1/me/password", &new_password);
        let stranger = server.stranger().logged_in("stranger", "another-word-for-the-door-7");
        let listed = stranger.get("/api/v1/drafts").status(200).json();
        assert_eq!(listed["drafts"], json!([]));
        stranger.get(&format!("/api/v1/drafts/{}", draft["id"])).problem(404);
        stranger.post("/api/v1/drafts", &body).problem(403);
        worker
            .post_with(
                &format!("/api/v1/drafts/{}/accept", draft["id"]),
                "If-Match",
                &etag,
                &json!({}),
            )
            .problem(403);

        // Returned with a reason, drawn again, accepted.
        let listed = community.get("/api/v1/drafts?state=submitted").status(200).json();
        assert_eq!(listed["drafts"].as_array().expect("drafts").len(), 1);
        assert_eq!(
            words(&read(&community, &draft).0["may"]),
            ["accept", "return", "comment"]
        );
        step(&community, &draft, "return", &etag, &json!({})).problem(422);
        let returned = step(
            &community,
            &draft,
            "return",
            &etag,
            &json!({ "comment": "北门那户漏了" }),
        )
        .status(200);
        assert_eq!(returned.json()["state"], "returned");
        assert_eq!(returned.json()["comments"][0]["text"], "北门那户漏了");
        step(&community, &draft, "accept", &etag, &json!({})).problem(412);
        let (mine, etag) = read(&worker, &draft);
        assert_eq!(words(&mine["may"]), ["withdraw", "amend", "comment"]);
        assert_eq!(mine["comments"][0]["by"]["mine"], false);
        let path = format!("/api/v1/drafts/{}", draft["id"]);
        worker
            .post(&format!("{path}/comments"), &json!({ "text": "已补上" }))
            .status(201);
        let amended = worker.put(&path, &etag, &body).status(200);
        assert_eq!(amended.json()["state"], "submitted");
        let accepted = step(
            &community,
            &draft,
            "accept",
            &amended.etag(),
            &json!({ "comment": "同意" }),
        )
        .status(200)
        .json();
        assert_eq!(accepted["state"], "in_force");
        let seq = accepted["change"].as_u64().expect("the Change it became");
        let after: Vec<u64> = drawn_on(&gesture).iter().map(|v| v + 1).collect();
        assert_eq!(versions(&admin, &gesture), after, "one step for each place");
        let (kept, etag) = read(&worker, &draft);
        assert_eq!((&kept["state"], &kept["change"]), (&json!("in_force"), &json!(seq)));
        assert_eq!(kept["before"], draft["before"], "what was judged then is kept");
        let said: Vec<&str> = kept["comments"]
            .as_array()
            .expect("comments")
            .iter()
            .filter_map(|c| c["text"].as_str())
            .collect();
        assert_eq!(said, ["北门那户漏了", "已补上", "同意"]);
        worker.put(&path, &etag, &body).problem(409);
        let changes = admin.get("/api/v1/changes?limit=1").ok().json();
        let change = &changes["items"][0];
        assert_eq!(change["actor"], "account:community");
        assert_eq!(
            change["draft"],
            json!({ "id": draft["id"], "author": "account:worker" })
        );
        assert_eq!(change["source"], "两栋楼之间的边界");
        eventually("the feed tells that it is in force", SOON, || {
            (feed.next_named("draft", SOON).data["state"] == "in_force").then_some(())
        });

        // A small correction goes straight through; whoever reviews needs nobody.
        let little = corner(&admin, grid, A_LITTLE);
        worker.post("/api/v1/places/reshape", &little).status(200);
        community
            .post("/api/v1/places/reshape", &corner(&admin, grid, A_LOT))
            .status(200);

        // A place alone is no way around it.
        let place = &admin
            .every_place("micro_grid")
            .into_iter()
            .find(|p| p["properties"]["parents"]["grid"].as_u64() == Some(grid))
            .expect("one");
        let one = format!("/api/v1/places/{}", id_of(place));
        let etag = worker.get(&one).ok().etag();
        assert_eq!(worker.delete(&one, &etag).problem(403).code, "needs_review");
        let mut renamed = place.clone();
        renamed["properties"]["name"] = json!("新名字");
        worker.put(&one, &etag, &renamed).status(200);
    });
}

#[test]
fn nobody_accepts_their_own_unless_the_city_says_so() {
    each_store("nobody_accepts_their_own_unless_the_city_says_so", |ground| {
        let server = reviewed(ground);
        let (admin, community, street) = (server.admin(), server.person("community"), server.person("street"));
        let grid = own_place(&server.person("worker"));
        let gesture = corner(&admin, grid, A_LOT);
        let (draft, etag) = submitted(&community, "边界调整", &gesture);
        assert_eq!(words(&draft["may"]), ["return", "withdraw", "amend", "comment"]);
        let refused = step(&community, &draft, "accept", &etag, &json!({})).problem(403);
        assert_eq!(codes(&refused.whole["findings"]), ["own_draft"]);
        assert_eq!(
            step(&street, &draft, "accept", &etag, &json!({})).status(200).json()["state"],
            "in_force"
        );
        let (draft, etag) = submitted(&street, "街道自己的", &corner(&admin, grid, A_LOT));
        assert_eq!(
            step(&street, &draft, "accept", &etag, &json!({})).status(200).json()["state"],
            "in_force"
        );
    });
}

#[test]
fn a_city_that_asks_for_no_review_draws_as_before_and_may_still_send_drafts() {
    each_store(
        "a_city_that_asks_for_no_review_draws_as_before_and_may_still_send_drafts",
        |ground| {
            let server = unreviewed(ground);
            let (admin, worker, community) = (server.admin(), server.person("worker"), server.person("community"));
            let grid = own_place(&worker);
            worker
                .post("/api/v1/places/reshape", &corner(&admin, grid, A_LOT))
                .status(200);
            let gesture = corner(&admin, grid, A_LOT);
            let (draft, etag) = submitted(&worker, "请社区看看", &gesture);
            step(&community, &draft, "accept", &etag, &json!({})).status(200);

            // Who draws here just now.
            let here = |client: &Client| {
                client
                    .post("/api/v1/presence", &json!({ "parent": grid }))
                    .status(200)
                    .json()
            };
            assert_eq!(here(&worker), json!({ "here": [] }));
            let told = here(&community);
            assert_eq!(told["here"].as_array().expect("others").len(), 1);
            assert!(told["here"][0]["name"].is_string() && told["here"][0]["since"].is_string());
            server
                .person("planner")
                .post("/api/v1/presence", &json!({ "parent": grid }))
                .problem(403);
            let far = admin
                .every_place("grid")
                .into_iter()
                .find(|g| id_of(g) != grid)
                .expect("another grid");
            worker
                .post("/api/v1/presence", &json!({ "parent": id_of(&far) }))
                .problem(403);
            admin
                .post("/api/v1/presence", &json!({ "parent": 987_654_321 }))
                .problem(404);
            // A restart forgets no draft.
            server.kill_9();
            let server = Server::start(ground);
            assert_eq!(read(&server.person("worker"), &draft).0["state"], "in_force");
            let put = server
                .admin()
                .request(Method::PUT, &format!("/api/v1/drafts/{}", draft["id"]));
            Client::send(put.json(&json!({ "name": "a", "reshape": gesture }))).problem(428);
        },
    );
}
