//! Drawing on a real map: the villages of Taipei as communities of its districts, every border shared by two. Whatever is drawn
//! there, no ground is lost or held twice, and all of it can be taken back.

use geju_core::LonLat;
use geju_core::ground::overlay::{Combine, RawPart, combine_raw, doubled_area};
use geju_tests::{Client, each_store, shared_data};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Gestures tried on each store.
const GESTURES: usize = 60;
/// How far a corner is pulled at most, in grid steps: some 150 m.
const PULL_STEPS: i64 = 15_000;
/// Half a square metre that two may hold without anybody hearing of it, in doubled squared grid steps.
const HELD_TWICE_MAX: i128 = 10_000;
/// What the outermost border may gain or lose where the end of a cut on it was rounded to the grid: 700 m of it by 0.71 steps.
const BENT_MAX: i128 = 50_000;
const SEED: u64 = 20_260_301;

type Spot = (i64, i64);

fn spot_of(at: &Value) -> Spot {
    let steps = |n: usize| (at[n].as_f64().unwrap_or(f64::NAN) * 1e7).round() as i64;
    (steps(0), steps(1))
}

fn position((lon, lat): Spot) -> Value {
    json!([lon as f64 / 1e7, lat as f64 / 1e7])
}

/// The rings of each part, closed as they are sent.
fn parts(place: &Value) -> Vec<Vec<Vec<Spot>>> {
    let geometry = &place["geometry"];
    let polygons = match geometry["type"].as_str() {
        Some("Polygon") => vec![geometry["coordinates"].clone()],
        _ => geometry["coordinates"].as_array().cloned().unwrap_or_default(),
    };
    let ring = |r: &Value| -> Vec<Spot> { r.as_array().into_iter().flatten().map(spot_of).collect() };
    let rings = |p: &Value| -> Vec<Vec<Spot>> { p.as_array().into_iter().flatten().map(ring).collect() };
    polygons.iter().map(rings).collect()
}

fn geometry(parts: &[Vec<Vec<Spot>>]) -> Value {
    let ring = |r: &Vec<Spot>| r.iter().map(|s| position(*s)).collect::<Value>();
    let polygon = |p: &Vec<Vec<Spot>>| p.iter().map(ring).collect::<Value>();
    json!({ "type": "MultiPolygon", "coordinates": parts.iter().map(polygon).collect::<Value>() })
}

fn raw(place: &Value) -> Vec<RawPart> {
    let vertex = |(lon, lat): &Spot| LonLat {
        lon: *lon as i32,
        lat: *lat as i32,
    };
    let open = |r: &Vec<Spot>| r[..r.len() - 1].iter().map(vertex).collect();
    parts(place).iter().map(|p| p.iter().map(open).collect()).collect()
}

/// Ground that places cover, in doubled squared grid steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Covered {
    whole: i128,
    twice: i128,
    /// Borders around the whole and around what is left out in it: a tear would be one more.
    rings: usize,
}

fn covered(places: &[Value]) -> Covered {
    let each: Vec<Vec<RawPart>> = places.iter().map(raw).collect();
    let sum: i128 = each
        .iter()
        .map(|one| doubled_area(&combine_raw(one, &[], Combine::Union)))
        .sum();
    let union = combine_raw(&each.concat(), &[], Combine::Union);
    let whole = doubled_area(&union);
    Covered {
        whole,
        twice: sum - whole,
        rings: union.iter().map(Vec::len).sum(),
    }
}

fn named(place: &Value) -> (u64, u64) {
    let version = place["properties"]["version"].as_u64();
    (place["id"].as_u64().expect("an id"), version.expect("a version"))
}

/// A corner pulled elsewhere, with all who share it.
fn pulled(places: &[Value], rng: &mut SmallRng) -> Value {
    let of = &places[rng.random_range(0..places.len())];
    let ring = parts(of).concat().concat();
    let corner = ring[rng.random_range(0..ring.len())];
    let to = (
        corner.0 + rng.random_range(-PULL_STEPS..PULL_STEPS),
        corner.1 + rng.random_range(-PULL_STEPS..PULL_STEPS),
    );
    let mut moved = Vec::new();
    for place in places {
        let mut rings = parts(place);
        let mut sharing = rings
            .iter_mut()
            .flatten()
            .flatten()
            .filter(|s| **s == corner)
            .peekable();
        if sharing.peek().is_none() {
            continue;
        }
        sharing.for_each(|s| *s = to);
        let (id, version) = named(place);
        moved.push(json!({ "id": id, "version": version, "geometry": geometry(&rings) }));
    }
    json!({ "places": moved })
}

/// Two that share a border.
fn neighbours(places: &[Value], rng: &mut SmallRng) -> Option<(u64, Value)> {
    let mut having: BTreeMap<Spot, Vec<usize>> = BTreeMap::new();
    for (n, place) in places.iter().enumerate() {
        for s in parts(place).concat().concat() {
            having.entry(s).or_default().push(n);
        }
    }
    let one = rng.random_range(0..places.len());
    let other = having
        .values()
        .filter(|all| all.contains(&one))
        .flatten()
        .find(|n| **n != one)?;
    let pair: Vec<Value> = [one, *other]
        .map(|n| {
            let (id, version) = named(&places[n]);
            json!({ "id": id, "version": version })
        })
        .to_vec();
    let into = named(&places[one]).0;
    Some((into, json!({ "into": into, "places": pair })))
}

fn cut(place: &Value, rng: &mut SmallRng, n: usize) -> (String, Value) {
    let (id, version) = named(place);
    let edge = |n: usize| place["bbox"][n].as_f64().expect("a bbox");
    let lat = edge(1) + rng.random_range(0.2..0.8) * (edge(3) - edge(1));
    let tilt = rng.random_range(-0.2..0.2) * (edge(3) - edge(1));
    let line =
        json!({ "type": "LineString", "coordinates": [[edge(0) - 1e-4, lat - tilt], [edge(2) + 1e-4, lat + tilt]] });
    let body = json!({ "version": version, "line": line, "created": { "id": "new", "properties": { "name": format!("新{n}") } } });
    (format!("/api/v1/places/{id}/split"), body)
}

/// Draws once; the number of the Change where it was saved.
fn draw(admin: &Client, places: &[Value], rng: &mut SmallRng, n: usize) -> Option<u64> {
    let reply = match n % 3 {
        0 => admin.post("/api/v1/places/reshape", &pulled(places, rng)),
        1 => {
            let (path, body) = cut(&places[rng.random_range(0..places.len())], rng, n);
            admin.post(&path, &body)
        }
        _ => admin.post("/api/v1/places/merge", &neighbours(places, rng)?.1),
    };
    if reply.status == 200 {
        return reply.json()["seq"].as_u64();
    }
    let refused = reply.problem(422);
    assert!(refused.whole["findings"][0]["code"].is_string(), "{}", refused.whole);
    None
}

fn outlines(places: &[Value]) -> BTreeMap<u64, Value> {
    places.iter().map(|p| (named(p).0, p["geometry"].clone())).collect()
}

#[test]
fn the_villages_of_taipei_stay_whole_whatever_is_drawn() {
    let story = "the_villages_of_taipei_stay_whole_whatever_is_drawn";
    let files = ["town", "village"].map(|name| shared_data(story, &format!("admin-taipei/{name}.geojson")));
    let [Some(towns), Some(villages)] = files else { return };
    each_store(story, |ground| {
        // One village's border runs back over itself: it is left out.
        for (file, kind) in [(&towns, "street"), (&villages, "community")] {
            let file = file.display().to_string();
            ground
                .geju(&["import", &file, "--kind", kind, "--skip-bad"])
                .succeeded();
        }
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let rng = &mut SmallRng::seed_from_u64(SEED);
        let first = admin.every_place("community");
        let mut before = covered(&first);
        let mut places = first.clone();
        let mut drawn = [0; 3];
        let mut changes = Vec::new();
        for n in 0..GESTURES {
            let Some(seq) = draw(&admin, &places, rng, n) else {
                continue;
            };
            drawn[n % 3] += 1;
            changes.push(seq);
            places = admin.every_place("community");
            let now = covered(&places);
            if n % 3 == 0 {
                // A corner pulled past a neighbour's edge takes next to nothing of it, or is refused.
                assert!(
                    now.twice <= before.twice + HELD_TWICE_MAX,
                    "gesture {n}: {before:?}, then {now:?}"
                );
                admin
                    .post(&format!("/api/v1/changes/{seq}/undo"), &json!({}))
                    .status(200);
                changes.pop();
                places = admin.every_place("community");
                assert_eq!(covered(&places), before, "gesture {n} is taken back");
            } else {
                assert_eq!((now.twice, now.rings), (before.twice, before.rings), "gesture {n}");
                assert!(
                    (now.whole - before.whole).abs() <= BENT_MAX,
                    "gesture {n}: {before:?}, then {now:?}"
                );
                before = now;
            }
        }
        println!("{story}: {drawn:?} of {GESTURES} saved: pulled, cut, joined");
        assert!(
            drawn.iter().all(|n| *n > GESTURES / 12),
            "each is saved at times: {drawn:?}"
        );
        for seq in changes.into_iter().rev() {
            admin
                .post(&format!("/api/v1/changes/{seq}/undo"), &json!({}))
                .status(200);
        }
        assert_eq!(
            outlines(&admin.every_place("community")),
            outlines(&first),
            "the very same vertices"
        );
    });
}
