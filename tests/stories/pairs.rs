//! Two people draw neighbours in the same moment: exactly one of two drawings that do not go together is saved, both are where
//! they do, nothing that was acknowledged is lost, and nobody's micro-grids ever overlap.

use geju_core::command::Reshape;
use geju_core::drawn::{order, place, rectangle, world};
use geju_core::ground::overlay::overlap_area;
use geju_core::place::PlaceKind;
use geju_core::{Change, Command, Ground as Land, LonLat, Outline, Place, PlaceId, World, decide};
use geju_tests::{
    Client, Ground, Server, box_at, count_from, eventually, feature, gpkg_ground, postgis_ground, skipped,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Pairs of drawings, each in a grid of its own.
const PAIRS: usize = 500;
/// Pairs drawn in one moment: eight hands.
const AT_ONCE: usize = 4;
/// Ground two neighbours may share before anybody is told, as the rule has it.
const TOLERANCE_M2: f64 = 0.5;
const SOON: Duration = Duration::from_secs(60);
/// Grids in a row of the story's chessboard.
const ROW: usize = 25;

/// What the two do to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Quarrel {
    /// Both take the free ground between them.
    SameGround,
    /// The same, each by amending a place of their own.
    SameGroundAmended,
    /// Both move the edge they share, each another way.
    SharedEdge,
    /// Each takes half of what is free.
    None,
}

const QUARRELS: [Quarrel; 4] = [
    Quarrel::SameGround,
    Quarrel::SharedEdge,
    Quarrel::SameGroundAmended,
    Quarrel::None,
];

fn quarrel(pair: usize) -> Quarrel {
    QUARRELS[pair % QUARRELS.len()]
}

/// Where a pair's grid begins on the chessboard.
fn corner(pair: usize) -> (f64, f64) {
    ((pair % ROW) as f64 * 4.0, (pair / ROW) as f64 * 2.0)
}

/// The part of a pair's grid between two columns, out of three.
fn part(pair: usize, from: f64, to: f64) -> Value {
    let (column, row) = corner(pair);
    box_at(column + from, row, to - from, 1.0)
}

/// One micro-grid in the west and one in the east of each grid; between them free ground, or an edge they share.
fn planted(client: &Client, pairs: usize) -> Vec<[Value; 2]> {
    let mut features = Vec::new();
    for pair in 0..pairs {
        let meet = if quarrel(pair) == Quarrel::SharedEdge { 1.5 } else { 1.0 };
        features.push(feature("grid", &format!("{pair}"), part(pair, 0.0, 3.0)));
        features.push(feature("micro_grid", &format!("{pair}-0"), part(pair, 0.0, meet)));
        features.push(feature("micro_grid", &format!("{pair}-1"), part(pair, 3.0 - meet, 3.0)));
    }
    let bytes = json!({ "type": "FeatureCollection", "features": features }).to_string();
    let brought = client
        .request(Method::POST, "/api/v1/imports?name=pairs.geojson")
        .body(bytes);
    Client::send(brought).status(200);
    let named: BTreeMap<String, Value> = client
        .every_place("micro_grid")
        .into_iter()
        .map(|p| (p["properties"]["name"].as_str().unwrap_or_default().to_owned(), p))
        .collect();
    (0..pairs)
        .map(|pair| [0, 1].map(|hand| named[&format!("{pair}-{hand}")].clone()))
        .collect()
}

/// Whose drawing, what it was answered, and the ground each place should then have.
type Outcome = (usize, u16, Vec<(u64, Value)>);

/// What one hand sends, and the ground each place should then have.
fn sent(client: &Client, pair: usize, hand: usize, places: &[Value; 2]) -> (u16, Vec<(u64, Value)>) {
    let own = |from: f64, to: f64| vec![(&places[hand], part(pair, from, to))];
    let moved = match (quarrel(pair), hand) {
        (Quarrel::SameGround | Quarrel::SameGroundAmended, 0) => own(0.0, 2.0),
        (Quarrel::SameGround | Quarrel::SameGroundAmended, _) => own(1.0, 3.0),
        (Quarrel::None, 0) => own(0.0, 1.5),
        (Quarrel::None, _) => own(1.5, 3.0),
        (Quarrel::SharedEdge, hand) => {
            let edge = if hand == 0 { 1.25 } else { 1.75 };
            vec![(&places[0], part(pair, 0.0, edge)), (&places[1], part(pair, edge, 3.0))]
        }
    };
    let wanted = moved
        .iter()
        .map(|(place, ground)| (place["id"].as_u64().expect("an id"), ground.clone()))
        .collect();
    let status = if quarrel(pair) == Quarrel::SameGroundAmended {
        let (place, ground) = &moved[0];
        let path = format!("/api/v1/places/{}", place["id"]);
        let etag = client.get(&path).status(200).etag();
        let mut amended = (*place).clone();
        amended["geometry"] = ground.clone();
        client.put(&path, &etag, &amended).status
    } else {
        let places: Vec<Value> = moved
            .into_iter()
            .map(|(place, ground)| json!({ "id": place["id"], "version": place["properties"]["version"], "geometry": ground }))
            .collect();
        client
            .post("/api/v1/places/reshape", &json!({ "places": places }))
            .status
    };
    (status, wanted)
}

fn outline(geometry: &Value) -> Outline {
    let number = |v: &Value| (v.as_f64().expect("a number") * 1e7).round() as i32;
    let spot = |at: &Value| LonLat {
        lon: number(&at[0]),
        lat: number(&at[1]),
    };
    let rings = geometry["coordinates"].as_array().expect("rings");
    let raw = rings
        .iter()
        .map(|ring| ring.as_array().expect("a ring").iter().map(spot).collect())
        .collect();
    Outline::new(vec![raw]).expect("a sound outline")
}

/// Pairs of outlines that share more ground than the tolerance, compared one with each other in the plainest way.
fn overlaps(outlines: &[(u64, Outline)]) -> Vec<(u64, u64, f64)> {
    let mut found = Vec::new();
    for (n, (id, one)) in outlines.iter().enumerate() {
        for (other_id, other) in &outlines[n + 1..] {
            let shared = overlap_area(one, other).0;
            if shared > TOLERANCE_M2 {
                found.push((*id, *other_id, shared));
            }
        }
    }
    found
}

fn pairs_on(first: &Client, second: &Client) {
    let clients = [first, second];
    let pairs = count_from("GEJU_PAIRS", PAIRS);
    let places = planted(first, pairs);
    eventually("the other server has them", SOON, || {
        (second.number_of("micro_grid") == 2 * pairs as u64).then_some(())
    });
    let mut kept: BTreeMap<u64, Value> = BTreeMap::new();
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let all: Vec<usize> = (0..pairs).collect();
    for together in all.chunks(AT_ONCE) {
        let gate = std::sync::Barrier::new(together.len() * 2);
        let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
            let hands: Vec<_> = together
                .iter()
                .flat_map(|pair| [(*pair, 0), (*pair, 1)])
                .map(|(pair, hand)| {
                    let (gate, places, client) = (&gate, &places[pair], clients[hand]);
                    scope.spawn(move || {
                        gate.wait();
                        let (status, wanted) = sent(client, pair, hand, places);
                        (pair, status, wanted)
                    })
                })
                .collect();
            hands
                .into_iter()
                .map(|hand| hand.join().expect("a hand ends"))
                .collect()
        });
        for pair in together {
            let of_pair: Vec<_> = outcomes.iter().filter(|(p, ..)| p == pair).collect();
            let mut statuses: Vec<u16> = of_pair.iter().map(|(_, status, _)| *status).collect();
            statuses.sort_unstable();
            let fine = match quarrel(*pair) {
                Quarrel::None => statuses == [200, 200],
                // Whose map already held the other's drawing is told of it; whose did not is told it is stale.
                Quarrel::SharedEdge => statuses == [200, 412],
                Quarrel::SameGround | Quarrel::SameGroundAmended => statuses == [200, 422],
            };
            assert!(fine, "pair {pair} ({:?}): {statuses:?}", quarrel(*pair));
            *told.entry(format!("{:?} {statuses:?}", quarrel(*pair))).or_default() += 1;
            for (_, status, wanted) in of_pair {
                if *status == 200 {
                    kept.extend(wanted.iter().cloned());
                }
            }
        }
    }
    println!("SOAK {pairs} pairs of drawings: {told:?}");
    for client in clients {
        eventually("what was acknowledged is there", SOON, || {
            let standing = client.every_place("micro_grid");
            let as_kept = |p: &Value| {
                let id = p["id"].as_u64().expect("an id");
                kept.get(&id).is_none_or(|ground| {
                    let (here, wanted) = (outline(&p["geometry"]), outline(ground));
                    geju_core::partition::same_ground(&here, &wanted)
                })
            };
            standing.iter().all(as_kept).then_some(())
        });
        let standing = client.every_place("micro_grid");
        let outlines: Vec<(u64, Outline)> = standing
            .iter()
            .map(|p| (p["id"].as_u64().expect("an id"), outline(&p["geometry"])))
            .collect();
        assert_eq!(outlines.len(), 2 * pairs);
        assert_eq!(overlaps(&outlines), []);
    }
}

#[test]
fn of_two_who_draw_on_the_same_ground_one_is_kept_on_one_server() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    pairs_on(&server.admin(), &server.admin());
}

#[test]
fn of_two_who_draw_on_the_same_ground_one_is_kept_over_two_servers() {
    let story = "of_two_who_draw_on_the_same_ground_one_is_kept_over_two_servers";
    let Some(ground) = postgis_ground() else {
        return skipped(story, "GEJU_TEST_POSTGRES is not set");
    };
    let other: Ground = ground.again();
    let (first, second) = (ground.serve_with_admin(), Server::start(&other));
    pairs_on(&first.admin(), &second.admin());
}

/// Two micro-grids with a strip of free ground between them.
fn strip() -> World {
    let (south, north) = (306_500_000, 306_510_000);
    let land = |from: i32, to: i32| rectangle(1_040_600_000 + from, south, 1_040_600_000 + to, north);
    world([
        place(1, PlaceKind::Grid, "网格", land(0, 30_000)),
        place(2, PlaceKind::MicroGrid, "西", land(0, 10_000)),
        place(3, PlaceKind::MicroGrid, "东", land(20_000, 30_000)),
    ])
}

fn takes_the_strip(world: &World, id: u64) -> Result<Change, geju_core::Refusal> {
    let standing = &world.place(PlaceId(id)).expect("it stands").place;
    let (west, east) = if id == 2 { (0, 20_000) } else { (10_000, 30_000) };
    let drawn = Place {
        ground: Land::Outline(rectangle(
            1_040_600_000 + west,
            306_500_000,
            1_040_600_000 + east,
            306_510_000,
        )),
        ..Place::clone(standing)
    };
    let wish = Reshape {
        moved: vec![(drawn, standing.version)],
        ..Reshape::default()
    };
    decide(world, &order(Command::Reshape(Box::new(wish))))
}

fn micro_grids(world: &World) -> Vec<(u64, Outline)> {
    world
        .places_of(PlaceKind::MicroGrid)
        .filter_map(|p| Some((p.place.id.0, p.place.ground.outline()?.clone())))
        .collect()
}

/// The story above can fail: whoever appends what was decided on an older map gets exactly the overlap it looks for.
#[test]
fn without_comparing_the_head_both_are_kept_and_the_overlap_is_found() {
    let start = strip();
    let (one, mut other) = (
        takes_the_strip(&start, 2).expect("fine alone"),
        takes_the_strip(&start, 3).expect("fine alone"),
    );
    assert!(
        one.footprint.meets(&other.footprint),
        "a server that lost the race sees that the two meet, and decides again"
    );
    let mut careful = start.clone();
    careful.fold(&one);
    assert!(takes_the_strip(&careful, 3).is_err(), "decided again, it is refused");
    assert_eq!(overlaps(&micro_grids(&careful)), []);

    let mut careless = start;
    careless.fold(&one);
    other.seq = careless.head().next();
    careless.fold(&other);
    let found = overlaps(&micro_grids(&careless));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].2 > 1_000.0, "a whole strip: {found:?}");
}
