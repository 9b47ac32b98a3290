//! What a screen hears: who is speaking, what changed, where to go on after a break, and when to start over.

use geju_tests::{Client, Feed, Server, box_at, each_store, feature, gpkg_ground};
use serde_json::Value;
use std::time::Duration;

/// Long enough for a busy machine, far below the heartbeat of 15 s that could hide a silence.
const SOON: Duration = Duration::from_secs(10);

fn draw(client: &Client, number: usize) -> u64 {
    let column = number as f64 * 3.0;
    let reply = client.post(
        "/api/v1/places",
        &feature("compound", &format!("小区{number}"), box_at(column, 0.0, 2.0, 2.0)),
    );
    reply.status(201).json()["id"].as_u64().expect("an id")
}

fn seq_of(id: &str) -> u64 {
    id.rsplit_once('.')
        .and_then(|(_, seq)| seq.parse().ok())
        .unwrap_or_else(|| panic!("epoch.seq, not {id:?}"))
}

#[test]
fn a_screen_hears_who_speaks_and_then_every_change() {
    each_store("a_screen_hears_who_speaks_and_then_every_change", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let feed = Feed::open(&admin, None);
        let hello = feed.next(SOON);
        assert_eq!(hello.name, "hello");
        let me = admin.get("/api/v1/me").status(200).json();
        for field in ["build", "epoch", "head"] {
            assert_eq!(hello.data[field], me[field], "{field}");
        }
        let mut last = hello.data["head"].as_u64().expect("a head");
        for number in 0..4 {
            let id = draw(&admin, number);
            let event = feed.next_named("change", SOON);
            assert_eq!(seq_of(&event.id), last + 1, "dense and in order");
            last += 1;
            assert_eq!(event.data["seq"], last);
            assert!(
                event.data["ids"]
                    .as_array()
                    .is_some_and(|ids| ids.iter().any(|named| *named == id)),
                "{:?}",
                event.data
            );
            assert!(
                event.data["layers"]
                    .as_array()
                    .is_some_and(|layers| layers.iter().any(|layer| layer == "compound")),
                "{:?}",
                event.data
            );
            assert_eq!(event.data["envelope"].as_array().map(Vec::len), Some(4));
            for secret in ["before", "after"] {
                assert_eq!(
                    event.data[secret],
                    Value::Null,
                    "a feed names what changed and shows nothing of it"
                );
            }
        }
    });
}

#[test]
fn a_screen_that_was_away_hears_what_it_missed() {
    each_store("a_screen_that_was_away_hears_what_it_missed", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let feed = Feed::open(&admin, None);
        feed.next_named("hello", SOON);
        draw(&admin, 0);
        let heard = feed.next_named("change", SOON).id;
        drop(feed);
        for number in 1..5 {
            draw(&admin, number);
        }
        let back = Feed::open(&admin, Some(&heard));
        let missed: Vec<u64> = (0..4).map(|_| seq_of(&back.next_named("change", SOON).id)).collect();
        let first = seq_of(&heard) + 1;
        assert_eq!(missed, (first..first + 4).collect::<Vec<_>>());
    });
}

#[test]
fn a_restart_of_the_server_loses_no_event() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let feed = Feed::open(&admin, None);
    feed.next_named("hello", SOON);
    draw(&admin, 0);
    let heard = feed.next_named("change", SOON).id;
    draw(&admin, 1);
    server.stop();
    let server = Server::start(&ground);
    let back = Feed::open(&server.admin(), Some(&heard));
    let hello = back.next(SOON);
    assert_eq!(
        hello.name, "hello",
        "a screen learns first whether it still speaks to the same build"
    );
    assert_eq!(seq_of(&back.next_named("change", SOON).id), seq_of(&heard) + 1);
}

#[test]
fn an_unknown_place_in_the_feed_starts_over() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    draw(&admin, 0);
    for unknown in ["1.999999", "999.1", "nonsense", "-1.-1", "1.18446744073709551616"] {
        let feed = Feed::open(&admin, Some(unknown));
        let event = feed.next_named("reset", SOON);
        assert!(event.data["reason"].is_string(), "{unknown}: {:?}", event.data);
    }
}

#[test]
fn a_screen_whose_account_is_disabled_is_hung_up_on() {
    let ground = gpkg_ground();
    ground.account("wall", "viewer", &[]);
    let server = ground.serve_with_admin();
    let feed = Feed::open(&server.person("wall"), None);
    feed.next_named("hello", SOON);
    let admin = server.admin();
    Client::send(
        admin
            .request(reqwest::Method::PUT, "/api/v1/accounts/wall")
            .json(&serde_json::json!({"disabled": true})),
    )
    .ok();
    assert!(feed.ends(Duration::from_secs(5)), "an open ear is a right too");
}
