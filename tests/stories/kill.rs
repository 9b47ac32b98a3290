//! The server and the database are killed in the middle of writing. What was acknowledged is there afterwards,
//! nothing is there by halves, and the map in memory is the map in the store.

use geju_tests::{
    Client, Dice, Ground, PrivatePostgres, Server, box_at, count_from, differences, each_store, eventually, feature,
    gpkg_ground, index_equals_plain_loop, skipped, whole_map,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const WRITERS: usize = 4;
const SERVER_KILLS: usize = 20;
const POSTGRES_KILLS: usize = 3;
/// Without durability one kill nearly always loses something; several in a row always do.
const CONTROL_KILLS: usize = 8;

/// What one writer knows: what it was promised, and what it asked for without hearing back.
#[derive(Default)]
struct Memory {
    /// Places by name, with the step that was last acknowledged.
    promised: BTreeMap<String, Promise>,
    /// The one request whose answer was lost: its place and its step.
    in_doubt: Option<(String, u64)>,
    drawn: usize,
}

#[derive(Clone)]
struct Promise {
    id: u64,
    etag: String,
    step: u64,
}

struct Writer {
    number: usize,
    memory: Memory,
    dice: Dice,
}

impl Writer {
    fn new(number: usize) -> Writer {
        Writer {
            number,
            memory: Memory::default(),
            dice: Dice::new(number as u64 + 1),
        }
    }

    /// A place whose every field repeats the step, so that a half-applied one gives itself away.
    fn place(&self, name: &str, cell: usize, step: u64) -> Value {
        let (column, row) = (
            (cell % 40) as f64 * 2.0,
            (cell / 40) as f64 * 2.0 + self.number as f64 * 60.0,
        );
        let mut place = feature("compound", name, box_at(column, row, 1.0, 1.0));
        place["properties"]["address"] = json!(step.to_string());
        place["properties"]["archive"] = json!({"kind": "old", "households": step, "residents": step * 2});
        place
    }

    /// Writes until told to stop or until no answer comes.
    fn write(&mut self, client: &Client, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let names: Vec<String> = self.memory.promised.keys().cloned().collect();
            let go_on = if names.is_empty() || self.dice.below(3) == 0 {
                self.draw(client)
            } else {
                let name = self.dice.pick(&names).cloned().unwrap_or_default();
                self.amend(client, &name)
            };
            if !go_on {
                return;
            }
        }
    }

    fn draw(&mut self, client: &Client) -> bool {
        let cell = self.memory.drawn;
        let name = format!("w{}-{cell}", self.number);
        self.memory.drawn += 1;
        self.memory.in_doubt = Some((name.clone(), 1));
        let request = client
            .request(Method::POST, "/api/v1/places")
            .header("Idempotency-Key", &name)
            .json(&self.place(&name, cell, 1));
        let Some(reply) = Client::try_send(request) else {
            return false;
        };
        self.settle(&name, 1, reply, 201)
    }

    fn amend(&mut self, client: &Client, name: &str) -> bool {
        let Some(promise) = self.memory.promised.get(name).cloned() else {
            return true;
        };
        let step = promise.step + 1;
        let cell = cell_of(name);
        self.memory.in_doubt = Some((name.to_owned(), step));
        let request = client
            .request(Method::PUT, &format!("/api/v1/places/{}", promise.id))
            .header("If-Match", &promise.etag);
        let Some(reply) = Client::try_send(request.json(&self.place(name, cell, step))) else {
            return false;
        };
        self.settle(name, step, reply, 200)
    }

    /// Takes an answer to heart. An answer of 5xx says nothing about what happened.
    fn settle(&mut self, name: &str, step: u64, reply: geju_tests::Reply, wanted: u16) -> bool {
        if reply.status >= 500 {
            return false;
        }
        assert_eq!(reply.status, wanted, "{name} step {step}: {}", reply.text());
        let id = reply.json()["id"].as_u64().expect("an id");
        self.memory.promised.insert(
            name.to_owned(),
            Promise {
                id,
                etag: reply.etag(),
                step,
            },
        );
        self.memory.in_doubt = None;
        true
    }

    /// Every broken promise and every half-applied place, in words.
    fn broken_promises(&self, found: &BTreeMap<String, Value>) -> Vec<String> {
        let mut broken = Vec::new();
        for (name, promise) in &self.memory.promised {
            let Some(place) = found.get(name) else {
                broken.push(format!("{name} was acknowledged and is gone"));
                continue;
            };
            let step = place["properties"]["archive"]["households"]
                .as_u64()
                .unwrap_or_default();
            let may_be_ahead = self
                .memory
                .in_doubt
                .as_ref()
                .is_some_and(|(doubtful, next)| doubtful == name && *next == step);
            if place["id"] != promise.id || (step != promise.step && !may_be_ahead) {
                broken.push(format!(
                    "{name} was acknowledged at step {} and stands at {step}",
                    promise.step
                ));
            }
        }
        for (name, place) in found
            .iter()
            .filter(|(name, _)| name.starts_with(&format!("w{}-", self.number)))
        {
            let known = self.memory.promised.contains_key(name)
                || self
                    .memory
                    .in_doubt
                    .as_ref()
                    .is_some_and(|(doubtful, _)| doubtful == name);
            if !known {
                broken.push(format!("{name} was never asked for"));
            }
            let properties = &place["properties"];
            let step = properties["archive"]["households"].as_u64().unwrap_or_default();
            if properties["version"] != step
                || properties["address"].as_str() != Some(step.to_string().as_str())
                || properties["archive"]["residents"] != step * 2
            {
                broken.push(format!("{name} is there by halves: {properties}"));
            }
        }
        broken
    }

    /// Learns what became of the request whose answer was lost, by asking the same thing again.
    fn ask_again(&mut self, client: &Client, found: &BTreeMap<String, Value>) {
        let Some((name, step)) = self.memory.in_doubt.take() else {
            return;
        };
        if step == 1 {
            let cell = cell_of(&name);
            let reply = client
                .post_with("/api/v1/places", "Idempotency-Key", &name, &self.place(&name, cell, 1))
                .status(201);
            if let Some(place) = found.get(&name) {
                assert_eq!(reply.json()["id"], place["id"], "the same request draws nothing twice");
            }
            self.settle(&name, 1, reply, 201);
        } else if let Some(promise) = self.memory.promised.get(&name).cloned() {
            // The same amendment on the same version: either it happens now, or it had happened.
            let path = format!("/api/v1/places/{}", promise.id);
            let cell = cell_of(&name);
            let reply = client.put(&path, &promise.etag, &self.place(&name, cell, step));
            let (etag, step) = match reply.status {
                200 => (reply.etag(), step),
                412 => (client.get(&path).status(200).etag(), step),
                other => panic!("{name} step {step}: {other} {}", reply.text()),
            };
            self.memory.promised.insert(name, Promise { etag, step, ..promise });
        }
    }
}

/// The cell on which a writer's place stands is the end of its name.
fn cell_of(name: &str) -> usize {
    name.rsplit_once('-')
        .and_then(|(_, cell)| cell.parse().ok())
        .unwrap_or_default()
}

fn places_by_name(client: &Client) -> BTreeMap<String, Value> {
    let places = client.every_place("compound").into_iter();
    places
        .map(|place| {
            (
                place["properties"]["name"].as_str().unwrap_or_default().to_owned(),
                place,
            )
        })
        .collect()
}

/// All writers write until `meanwhile` returns and they have noticed.
fn all_write(writers: &mut [Writer], client: &Client, meanwhile: impl FnOnce(&AtomicBool)) {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for writer in writers.iter_mut() {
            let (client, stop) = (client.clone(), &stop);
            scope.spawn(move || writer.write(&client, stop));
        }
        meanwhile(&stop);
        stop.store(true, Ordering::Relaxed);
    });
}

fn verify(writers: &mut [Writer], client: &Client) {
    let found = places_by_name(client);
    let broken: Vec<String> = writers
        .iter()
        .flat_map(|writer| writer.broken_promises(&found))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
    for writer in writers {
        writer.ask_again(client, &found);
    }
}

/// The map in memory, folded live, against the map that the same store loads afresh; the index against a plain loop.
fn memory_is_the_store<'ground>(
    ground: &'ground Ground,
    server: Server<'ground>,
    token: &str,
    dice: &mut Dice,
) -> Server<'ground> {
    let live = whole_map(&server.machine(token));
    server.kill_9();
    let server = Server::start(ground);
    let client = server.machine(token);
    let loaded = whole_map(&client);
    let differing = differences(&live, &loaded);
    assert!(
        differing.is_empty(),
        "what was folded is not what is loaded: {differing:#?}"
    );
    for _ in 0..3 {
        let (west, south) = (
            // Never along an edge, where two ways of rounding may differ.
            104.0603 + dice.below(60) as f64 * 0.001,
            30.6503 + dice.below(200) as f64 * 0.001,
        );
        index_equals_plain_loop(
            &client,
            &loaded,
            "compound",
            [west, south, west + 0.0105, south + 0.0205],
        );
    }
    server
}

fn endure(ground: &Ground, kills: usize) {
    let token = ground.token("writer", "admin");
    let mut writers: Vec<Writer> = (0..WRITERS).map(Writer::new).collect();
    let mut dice = Dice::new(20_260_101);
    let mut server = ground.serve_with_admin();
    for kill in 1..=kills {
        let client = server.machine(&token);
        // A blow at any moment of a write: some rounds are shorter than one commit.
        let blow = Duration::from_millis(20 + dice.below(400));
        all_write(&mut writers, &client, |_| {
            std::thread::sleep(blow);
            server.kill_9();
        });
        server = Server::start(ground);
        let client = server.machine(&token);
        verify(&mut writers, &client);
        server = memory_is_the_store(ground, server, &token, &mut dice);
        eprintln!("kill {kill} of {kills}: {} promises kept", promises(&writers));
    }
    assert!(promises(&writers) > kills, "the writers wrote: {}", promises(&writers));
    eprintln!(
        "SOAK server killed {kills} times on {}: {} acknowledged places kept",
        store_name(ground),
        promises(&writers)
    );
}

fn promises(writers: &[Writer]) -> usize {
    writers.iter().map(|writer| writer.memory.promised.len()).sum()
}

fn store_name(ground: &Ground) -> &'static str {
    if ground.is_gpkg() { "gpkg" } else { "postgis" }
}

#[test]
fn killing_the_server_loses_nothing_that_was_acknowledged() {
    each_store("killing_the_server_loses_nothing_that_was_acknowledged", |ground| {
        endure(ground, count_from("GEJU_SOAK_KILLS", SERVER_KILLS))
    });
}

#[test]
fn killing_the_database_loses_nothing_that_was_acknowledged() {
    let story = "killing_the_database_loses_nothing_that_was_acknowledged";
    let Some(cluster) = PrivatePostgres::start(true) else {
        return skipped(story, "GEJU_PG_BIN is not set");
    };
    let database = geju_tests::Database::fresh_in(&cluster.url("postgres"));
    let ground = Ground::at(database.url.clone());
    let token = ground.token("writer", "admin");
    let mut writers: Vec<Writer> = (0..WRITERS).map(Writer::new).collect();
    let mut dice = Dice::new(7);
    let kills = count_from("GEJU_SOAK_POSTGRES_KILLS", POSTGRES_KILLS);
    let mut server = ground.serve_with_admin().may_complain();
    for _ in 0..kills {
        let client = server.machine(&token);
        let blow = Duration::from_millis(100 + dice.below(500));
        all_write(&mut writers, &client, |_| {
            std::thread::sleep(blow);
            cluster.kill_9();
        });
        assert!(server.is_alive(), "a server outlives its database");
        // It may serve what it has in memory, but it must not promise to keep anything.
        let lost = Client::try_send(client.request(Method::POST, "/api/v1/places").json(&feature(
            "compound",
            "while it is down",
            box_at(0.0, 250.0, 1.0, 1.0),
        )));
        assert!(
            lost.is_none_or(|reply| reply.status >= 500),
            "nothing is acknowledged while the database is down"
        );
        cluster.boot();
        eventually("the server finds its database again", Duration::from_secs(60), || {
            (client.get("/readyz").status == 200).then_some(())
        });
        verify(&mut writers, &client);
        server = memory_is_the_store(&ground, server, &token, &mut dice).may_complain();
    }
    eprintln!(
        "SOAK database killed {kills} times: {} acknowledged places kept",
        promises(&writers)
    );
}

/// The control: a server that acknowledges before it keeps anything must be caught by the same checks.
#[test]
fn without_durability_the_same_checks_fail() {
    let ground = gpkg_ground();
    let token = ground.token("writer", "admin");
    let mut caught = 0;
    for round in 0..CONTROL_KILLS {
        let mut writers: Vec<Writer> = (0..WRITERS).map(|n| Writer::new(n + round * WRITERS)).collect();
        let server = Server::start_with(&ground, &[], &[("GEJU_UNSAFE_ACK_EARLY", "true")]).may_complain();
        let client = server.machine(&token);
        all_write(&mut writers, &client, |_| {
            std::thread::sleep(Duration::from_millis(400));
            server.kill_9();
        });
        assert!(promises(&writers) > 0, "something was acknowledged");
        let server = Server::start(&ground);
        let found = places_by_name(&server.machine(&token));
        caught += writers.iter().flat_map(|writer| writer.broken_promises(&found)).count();
        if caught > 0 {
            return;
        }
    }
    panic!("a check that cannot fail proves nothing: {CONTROL_KILLS} kills without durability went unnoticed");
}
