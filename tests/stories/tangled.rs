//! Shapes that nobody draws by hand: the server neither stands still for them nor swells.

use geju_tests::{Client, box_at, feature, gpkg_ground};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A hostile question gets its answer within this time.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
const GROWTH_BYTES_MAX: u64 = 150 << 20;
/// A drawing of the largest kind is weighed within this time: a tenth of a second here, and builds run beside it.
const WEIGHED_WITHIN: Duration = Duration::from_secs(5);
/// Steps of the grid that everything is snapped to.
const STEPS: f64 = 1e7;

/// A comb of `teeth` teeth, each `pitch` steps from the next and `length` steps long; `across` lies on its side.
fn comb(teeth: i64, pitch: i64, length: i64, across: bool) -> Value {
    let spot = |x: i64, y: i64| {
        let (x, y) = if across { (y, x) } else { (x, y) };
        json!([(1_040_600_000 + x) as f64 / STEPS, (306_500_000 + y) as f64 / STEPS])
    };
    let mut ring = vec![spot(0, 0), spot(teeth * pitch, 0)];
    for tooth in (0..teeth).rev() {
        let x = tooth * pitch;
        ring.extend([
            spot(x + pitch - 1, pitch),
            spot(x + pitch - 1, length),
            spot(x + pitch / 2, length),
            spot(x + pitch / 2, pitch),
        ]);
    }
    ring.push(spot(0, 0));
    json!({"type": "Polygon", "coordinates": [ring]})
}

#[test]
fn combs_laid_across_each_other_are_refused_at_once() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    admin
        .post(
            "/api/v1/places",
            &feature("compound", "院落", box_at(0.0, 0.0, 1.0, 1.0)),
        )
        .status(201);
    let ask = |a: Value, b: Value| json!({"area": {"difference": [{"geometry": a}, {"geometry": b}]}});
    admin
        .post("/api/v1/area", &ask(comb(20, 40, 800, false), comb(20, 40, 800, true)))
        .status(200);
    let before = server.memory_bytes();
    for teeth in [1_000, 1_200] {
        let question = ask(comb(teeth, 4, teeth * 4, false), comb(teeth, 4, teeth * 4, true));
        let began = Instant::now();
        let told = admin.post("/api/v1/area", &question).problem(422);
        let took = began.elapsed();
        assert_eq!(told.code, "question_too_big", "{}", told.whole);
        assert!(took < ANSWER_WITHIN, "{teeth} teeth took {took:?}");
    }
    let grown = server.memory_bytes().saturating_sub(before);
    assert!(grown < GROWTH_BYTES_MAX, "grown by {grown} bytes");
}

#[test]
fn an_outline_of_five_thousand_corners_over_many_neighbours_is_weighed_in_time() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let siblings: Vec<Value> = (0..2_000)
        .map(|n| {
            let (column, row) = (f64::from(n % 50), f64::from(n / 50));
            feature("compound", &format!("{n}"), box_at(column, row, 0.9, 0.9))
        })
        .collect();
    let bytes = json!({"type": "FeatureCollection", "features": siblings}).to_string();
    let brought = admin
        .request(Method::POST, "/api/v1/imports?name=compounds.geojson")
        .body(bytes);
    Client::send(brought).status(200);
    // Each tooth runs through forty rows of compounds: half of their ground is under it.
    let drawn = feature("compound", "梳子", comb(1_249, 400, 395_000, false));
    let began = Instant::now();
    let checked = admin.post("/api/v1/places/check", &drawn).status(200).json();
    let check = began.elapsed();
    let began = Instant::now();
    let drawn = admin.post("/api/v1/places", &drawn);
    let draw = began.elapsed();
    eprintln!(
        "MEASURED 5,000 corners over 2,000 neighbours: checked in {check:?} with {} findings, drawn in {draw:?} ({})",
        checked["findings"].as_array().map_or(0, Vec::len),
        drawn.status
    );
    assert!(check < WEIGHED_WITHIN && draw < WEIGHED_WITHIN);
    let began = Instant::now();
    admin
        .post(
            "/api/v1/places",
            &feature("compound", "平常", box_at(60.0, 0.0, 1.0, 1.0)),
        )
        .status(201);
    assert!(
        began.elapsed() < ANSWER_WITHIN,
        "the next in line waits no longer than this"
    );
}
