//! Drafts on ground that moved on, drafts that two reviewers take up at once, and drafts that are no drafts.

use super::gesture::{A_LOT, corner, drawn_on, versions};
use super::*;
use geju_tests::{postgis_ground, skipped};

#[test]
fn two_reviewers_on_two_servers_accept_one_draft_once() {
    let story = "two_reviewers_on_two_servers_accept_one_draft_once";
    let Some(ground) = postgis_ground() else {
        return skipped(story, "GEJU_TEST_POSTGRES is not set");
    };
    let first = reviewed(&ground);
    let other = ground.again();
    let second = Server::start(&other);
    let (admin, worker) = (first.admin(), first.person("worker"));
    let grid = own_place(&worker);
    for round in 0..5 {
        let gesture = corner(&admin, grid, A_LOT);
        let (draft, etag) = submitted(&worker, &format!("第{round}次"), &gesture);
        let reviewers = [first.person("community"), second.person("street")];
        let outcomes: Vec<u16> = std::thread::scope(|scope| {
            let hands = reviewers.iter().map(|client| {
                let (draft, etag) = (&draft, &etag);
                scope.spawn(move || step(client, draft, "accept", etag, &json!({})).status)
            });
            let hands: Vec<_> = hands.collect();
            hands
                .into_iter()
                .map(|hand| hand.join().expect("a hand ends"))
                .collect()
        });
        assert_eq!(outcomes.iter().filter(|s| **s == 200).count(), 1, "{outcomes:?}");
        let once: Vec<u64> = drawn_on(&gesture).iter().map(|v| v + 1).collect();
        assert_eq!(versions(&admin, &gesture), once);
        assert_eq!(read(&worker, &draft).0["state"], "in_force");
    }
}

#[test]
fn a_draft_on_ground_that_moved_meanwhile_stays_with_its_reviewer() {
    each_store(
        "a_draft_on_ground_that_moved_meanwhile_stays_with_its_reviewer",
        |ground| {
            let server = reviewed(ground);
            let (admin, worker, community) = (server.admin(), server.person("worker"), server.person("community"));
            let grid = own_place(&worker);
            let gesture = corner(&admin, grid, A_LOT);
            let (draft, etag) = submitted(&worker, "边界调整", &gesture);
            let first = &gesture["places"][0];
            let renamed = json!({ "places": [{ "id": first["id"], "version": first["version"], "properties": { "name": "改了名" } }] });
            admin.post("/api/v1/places/reshape", &renamed).status(200);
            let (now, _) = read(&community, &draft);
            assert_eq!(words(&now["may"]), ["return", "comment"], "{}", now["findings"]);
            assert!(codes(&now["findings"]).contains(&"stale_place".to_owned()));
            for day in [json!({}), json!({ "effective_on": "2027-06-01" })] {
                let stale = step(&community, &draft, "accept", &etag, &day).problem(412);
                assert_eq!(stale.whole["places"][0]["properties"]["name"], "改了名");
            }
            assert_eq!(read(&community, &draft).0["state"], "submitted");

            // What blocks is kept and told, and nobody can accept it.
            let places = admin.every_place("micro_grid");
            let inside: Vec<&Value> = places
                .iter()
                .filter(|p| p["properties"]["parents"]["grid"].as_u64() == Some(grid))
                .collect();
            let over = json!({ "places": [{ "id": id_of(inside[0]), "version": inside[0]["properties"]["version"], "geometry": inside[1]["geometry"] }] });
            let (blocked, etag) = submitted(&worker, "画错了", &over);
            assert!(codes(&blocked["findings"]).contains(&"overlaps_sibling".to_owned()));
            step(&community, &blocked, "accept", &etag, &json!({})).problem(422);
            let path = format!("/api/v1/drafts/{}/withdraw", blocked["id"]);
            community.post_with(&path, "If-Match", &etag, &json!({})).problem(403);
            let withdrawn = worker
                .post_with(&path, "If-Match", &etag, &json!({}))
                .status(200)
                .json();
            assert_eq!(withdrawn["state"], "withdrawn");
            assert!(codes(&read(&worker, &blocked).0["findings"]).contains(&"overlaps_sibling".to_owned()));

            // What cannot be read, and what is too much.
            let [west, south, east, north] = [0, 1, 2, 3].map(|n| inside[0]["bbox"][n].as_f64().expect("a bbox"));
            let tie = json!({ "type": "Polygon", "coordinates": [[[west, south], [east, north], [east, south], [west, north], [west, south]]] });
            let tied = json!({ "places": [{ "id": id_of(inside[0]), "version": 1, "geometry": tie }] });
            for (body, status) in [
                (json!({ "name": "a", "reshape": tied }), 422),
                (json!({ "name": "a", "reshape": {} }), 422),
                (json!({ "name": "a", "reshape": [] }), 422),
                (json!({ "reshape": gesture }), 422),
                (json!({ "name": "名".repeat(101), "reshape": gesture }), 422),
                (json!([]), 422),
            ] {
                worker.post("/api/v1/drafts", &body).problem(status);
            }
            for odd in ["2020-01-01", "2100-01-01", "soon"] {
                let body = json!({ "effective_on": odd });
                step(&community, &draft, "accept", "*", &body).problem(422);
            }
            worker
                .post(
                    &format!("/api/v1/drafts/{}/comments", draft["id"]),
                    &json!({ "text": "话".repeat(2_001) }),
                )
                .problem(422);
            let open = worker.get("/api/v1/drafts?mine=true&state=submitted").ok().json();
            for n in open["drafts"].as_array().expect("drafts").len()..50 {
                submitted(&worker, &format!("第{n}份"), &gesture);
            }
            let body = json!({ "name": "太多了", "reshape": gesture });
            assert_eq!(
                worker.post("/api/v1/drafts", &body).problem(422).code,
                "too_many_drafts"
            );
            let page = worker.get("/api/v1/drafts?limit=30").ok().json();
            let next = page["next"].as_str().expect("a second page");
            let rest = worker
                .get(&format!("/api/v1/drafts?limit=30&cursor={next}"))
                .ok()
                .json();
            assert_eq!(rest["drafts"].as_array().expect("drafts").len(), 51 - 30);
        },
    );
}
