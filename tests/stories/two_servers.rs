//! Two servers on one database: one map, one order, no gaps.

use geju_tests::{
    Client, Feed, Ground, Server, box_at, count_from, eventually, feature, postgis_ground, skipped, whole_map,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(15);

fn two<'ground>(ground: &'ground Ground, other: &'ground Ground) -> (Server<'ground>, Server<'ground>) {
    (ground.serve_with_admin(), Server::start(other))
}

fn head_of(client: &Client) -> u64 {
    client.get("/api/v1/me").status(200).json()["head"]
        .as_u64()
        .expect("a head")
}

#[test]
fn each_server_hears_the_others_changes_in_order_and_without_gaps() {
    let story = "each_server_hears_the_others_changes_in_order_and_without_gaps";
    let Some(ground) = postgis_ground() else {
        return skipped(story, "GEJU_TEST_POSTGRES is not set");
    };
    let other = ground.again();
    let (first, second) = two(&ground, &other);
    let clients = [first.admin(), second.admin()];
    let feeds: Vec<Feed> = clients.iter().map(|client| Feed::open(client, None)).collect();
    let start: Vec<u64> = feeds
        .iter()
        .map(|feed| feed.next_named("hello", SOON).data["head"].as_u64().expect("a head"))
        .collect();
    assert_eq!(start[0], start[1]);
    let (writers, each) = (6, count_from("GEJU_SOAK_SEQUENCE", 150) / 6);
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let client = clients[writer % 2].clone();
            scope.spawn(move || {
                for number in 0..each {
                    let drawn = feature(
                        "compound",
                        &format!("{writer}-{number}"),
                        box_at(number as f64 * 2.0, writer as f64 * 2.0, 1.0, 1.0),
                    );
                    client.post("/api/v1/places", &drawn).status(201);
                }
            });
        }
    });
    let expected = writers * each;
    let heard: Vec<Vec<(u64, String)>> = feeds
        .iter()
        .map(|feed| {
            let mut found = Vec::new();
            let mut places = 0;
            while places < expected {
                let event = feed.next_named("change", SOON);
                places += event.data["ids"].as_array().map_or(0, Vec::len);
                found.push((
                    event.data["seq"].as_u64().expect("a seq"),
                    event.data["ids"].to_string(),
                ));
            }
            found
        })
        .collect();
    assert_eq!(heard[0], heard[1], "one order for everybody");
    let sequence: Vec<u64> = heard[0].iter().map(|(seq, _)| *seq).collect();
    let dense: Vec<u64> = (start[0] + 1..=start[0] + sequence.len() as u64).collect();
    assert_eq!(sequence, dense, "no gaps");
    eventually("both heads meet", SOON, || {
        (head_of(&clients[0]) == head_of(&clients[1])).then_some(())
    });
    assert_eq!(whole_map(&clients[0]), whole_map(&clients[1]));
}

#[test]
fn edits_that_are_fine_alone_are_never_both_accepted() {
    let story = "edits_that_are_fine_alone_are_never_both_accepted";
    let Some(ground) = postgis_ground() else {
        return skipped(story, "GEJU_TEST_POSTGRES is not set");
    };
    let other = ground.again();
    let (first, second) = two(&ground, &other);
    let clients = [first.admin(), second.admin()];
    let rounds = 30u64;
    for round in 0..rounds {
        // One code, wanted on two servers at the same moment, far from each other.
        let outcomes: Vec<u16> = std::thread::scope(|scope| {
            let hands: Vec<_> = (0..2)
                .map(|hand| {
                    let client = clients[hand].clone();
                    let ground = box_at(hand as f64 * 40.0, round as f64 * 3.0, 1.0, 1.0);
                    let mut drawn = feature("compound", &format!("{round}-{hand}"), ground);
                    drawn["properties"]["code"] = json!(format!("510104020001-{round}"));
                    scope.spawn(move || client.post("/api/v1/places", &drawn).status)
                })
                .collect();
            hands
                .into_iter()
                .map(|hand| hand.join().expect("a hand ends"))
                .collect()
        });
        assert_eq!(
            outcomes.iter().filter(|status| **status == 201).count(),
            1,
            "round {round}: {outcomes:?}"
        );
    }
    eventually("both servers see one of each pair", SOON, || {
        clients
            .iter()
            .all(|client| client.number_of("compound") == rounds)
            .then_some(())
    });
}

#[test]
fn one_place_amended_through_two_servers_takes_every_version_once() {
    let story = "one_place_amended_through_two_servers_takes_every_version_once";
    let Some(ground) = postgis_ground() else {
        return skipped(story, "GEJU_TEST_POSTGRES is not set");
    };
    let other = ground.again();
    let (first, second) = two(&ground, &other);
    let clients = [first.admin(), second.admin()];
    let made = clients[0]
        .post(
            "/api/v1/places",
            &feature("compound", "起点", box_at(0.0, 0.0, 1.0, 1.0)),
        )
        .status(201)
        .json();
    let path = format!("/api/v1/places/{}", made["id"]);
    eventually("the second server has it", SOON, || {
        (clients[1].get(&path).status == 200).then_some(())
    });
    let won: BTreeMap<usize, u32> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..4)
            .map(|hand| {
                let (client, path, mut mine) = (clients[hand % 2].clone(), path.clone(), made.clone());
                scope.spawn(move || {
                    let mut won = 0;
                    for turn in 0..10 {
                        let etag = client.get(&path).status(200).etag();
                        mine["properties"]["name"] = json!(format!("{hand}-{turn}"));
                        let status = client.put(&path, &etag, &mine).status;
                        assert!(matches!(status, 200 | 412), "{status}");
                        won += u32::from(status == 200);
                    }
                    (hand, won)
                })
            })
            .collect();
        hands
            .into_iter()
            .map(|hand| hand.join().expect("a hand ends"))
            .collect()
    });
    let total: u32 = won.values().sum();
    for client in &clients {
        eventually("every won version is there", SOON, || {
            (client.get(&path).status(200).json()["properties"]["version"] == total + 1).then_some(())
        });
    }
}
