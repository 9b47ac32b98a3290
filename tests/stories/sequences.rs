//! Long random sequences of edits, followed by a plain list of what must be there.

use geju_tests::{Client, Dice, Server, box_at, count_from, each_store, feature, index_equals_plain_loop, whole_map};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const STEPS: usize = 150;
/// Cells of the chessboard on which places stand.
const CELLS: u64 = 120;

struct Expected {
    id: u64,
    etag: String,
    name: String,
    cell: u64,
    version: u64,
}

fn ground_of(cell: u64) -> Value {
    box_at((cell % 12) as f64, (cell / 12) as f64, 1.0, 1.0)
}

#[test]
fn a_long_day_of_edits_leaves_what_a_plain_list_says() {
    let steps = count_from("GEJU_SOAK_SEQUENCE", STEPS);
    each_store("a_long_day_of_edits_leaves_what_a_plain_list_says", |ground| {
        let token = ground.token("editor", "admin");
        let mut server = Server::start(ground);
        let mut client = server.machine(&token);
        let mut dice = Dice::new(31);
        let mut list: BTreeMap<u64, Expected> = BTreeMap::new();
        for step in 0..steps {
            let cell = dice.below(CELLS);
            match list.remove(&cell) {
                None => drop(draw(&client, &mut list, cell, step)),
                Some(place) if dice.below(4) == 0 => {
                    client
                        .delete(&format!("/api/v1/places/{}", place.id), &place.etag)
                        .status(200);
                }
                Some(place) => amend(&client, &mut list, place, step),
            }
            // Now and then the server falls over, and nobody notices.
            if step % 70 == 69 {
                server.kill_9();
                server = Server::start(ground);
                client = server.machine(&token);
            }
        }
        let map = whole_map(&client);
        let found: BTreeMap<u64, (String, u64)> = map["micro_grid"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|place| {
                (
                    place["id"].as_u64().unwrap_or_default(),
                    (
                        place["properties"]["name"].as_str().unwrap_or_default().to_owned(),
                        place["properties"]["version"].as_u64().unwrap_or_default(),
                    ),
                )
            })
            .collect();
        let wanted: BTreeMap<u64, (String, u64)> = list
            .values()
            .map(|place| (place.id, (place.name.clone(), place.version)))
            .collect();
        assert_eq!(found, wanted);
        for _ in 0..20 {
            let (west, south) = (
                104.06 + dice.below(12) as f64 * 0.001 + 0.0003,
                30.65 + dice.below(10) as f64 * 0.001 + 0.0003,
            );
            index_equals_plain_loop(
                &client,
                &map,
                "micro_grid",
                [west, south, west + 0.0021, south + 0.0033],
            );
        }
        eprintln!(
            "SOAK {steps} random edits agree with a plain list on {}",
            if ground.is_gpkg() { "gpkg" } else { "postgis" }
        );
    });
}

fn draw(client: &Client, list: &mut BTreeMap<u64, Expected>, cell: u64, step: usize) -> u64 {
    let name = format!("s{step}");
    let reply = client
        .post("/api/v1/places", &feature("micro_grid", &name, ground_of(cell)))
        .status(201);
    let id = reply.json()["id"].as_u64().expect("an id");
    list.insert(
        cell,
        Expected {
            id,
            etag: reply.etag(),
            name,
            cell,
            version: 1,
        },
    );
    id
}

fn amend(client: &Client, list: &mut BTreeMap<u64, Expected>, mut place: Expected, step: usize) {
    place.name = format!("s{step}");
    let mut amended = feature("micro_grid", &place.name, ground_of(place.cell));
    amended["properties"]["tags"] = json!(["改过"]);
    let reply = client
        .put(&format!("/api/v1/places/{}", place.id), &place.etag, &amended)
        .status(200);
    place.etag = reply.etag();
    place.version += 1;
    list.insert(place.cell, place);
}
