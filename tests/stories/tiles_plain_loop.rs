//! A tile holds exactly what a plain loop over the places finds, and is never older than an edit.

use geju_tests::{Client, Feed, Server, box_at, each_store, feature, gpkg_ground, read_tile};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::time::Duration;

/// Zoom from which a layer has tiles; below it the tile is empty.
const FIRST_ZOOM: [(&str, u32); 7] = [
    ("district", 0),
    ("street", 0),
    ("community", 10),
    ("grid", 11),
    ("compound", 12),
    ("micro_grid", 13),
    ("building", 14),
];

/// A feature whose box only comes this near the edge (as a share of the tile) may be in or out:
/// a tile has a margin for line widths, and a sliver may round away.
const EDGE_SHARE: f64 = 0.05;

#[derive(Clone, Copy)]
struct Window {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

fn tile_of(lon: f64, lat: f64, zoom: u32) -> (u32, u32) {
    let size = f64::from(1u32 << zoom);
    let y = (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0 * size;
    (((lon + 180.0) / 360.0 * size) as u32, y as u32)
}

/// The tile's ground, grown (or, negative, shrunk) by a share of its side.
fn window_of(x: u32, y: u32, zoom: u32, grow: f64) -> Window {
    let size = f64::from(1u32 << zoom);
    let lon = |x: f64| x / size * 360.0 - 180.0;
    let lat = |y: f64| (PI * (1.0 - 2.0 * y / size)).sinh().atan().to_degrees();
    let (x, y) = (f64::from(x), f64::from(y));
    Window {
        west: lon(x - grow),
        east: lon(x + 1.0 + grow),
        north: lat(y - grow),
        south: lat(y + 1.0 + grow),
    }
}

fn points_of(geometry: &Value, out: &mut Vec<(f64, f64)>) {
    match geometry {
        Value::Array(items) if items.first().is_some_and(Value::is_number) => {
            if let (Some(lon), Some(lat)) = (items[0].as_f64(), items[1].as_f64()) {
                out.push((lon, lat));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| points_of(item, out)),
        _ => {}
    }
}

/// Whether a place's ground surely meets the window: one of its corners lies inside.
fn has_corner_in(place: &Value, window: Window) -> bool {
    let mut points = Vec::new();
    points_of(&place["geometry"]["coordinates"], &mut points);
    points
        .iter()
        .any(|(lon, lat)| (window.west..window.east).contains(lon) && (window.south..window.north).contains(lat))
}

/// Whether a place's box meets the window at all.
fn box_meets(place: &Value, window: Window) -> bool {
    let bbox: Vec<f64> = place["bbox"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_f64)
        .collect();
    bbox.len() == 4
        && bbox[0] <= window.east
        && bbox[2] >= window.west
        && bbox[1] <= window.north
        && bbox[3] >= window.south
}

fn features_of(client: &Client, layers: &str, zoom: u32, x: u32, y: u32) -> BTreeMap<String, BTreeMap<u64, Value>> {
    let reply = client.get_with(
        &format!("/tiles/{layers}/{zoom}/{x}/{y}.mvt"),
        "Accept-Encoding",
        "gzip",
    );
    if reply.status == 204 {
        return BTreeMap::new();
    }
    let reply = reply.status(200);
    assert_eq!(reply.header("content-type"), Some("application/vnd.mapbox-vector-tile"));
    let layers = read_tile(&reply.body).into_iter();
    layers
        .map(|layer| {
            (
                layer.name,
                layer
                    .features
                    .into_iter()
                    .map(|f| (f.id, Value::Object(f.properties)))
                    .collect(),
            )
        })
        .collect()
}

#[test]
fn decoded_tiles_hold_what_a_plain_loop_finds() {
    each_store("decoded_tiles_hold_what_a_plain_loop_finds", |ground| {
        let server = Server::demo(ground);
        let admin = server.admin();
        let me = admin.get("/api/v1/me").status(200).json();
        let bbox: Vec<f64> = me["bbox"]
            .as_array()
            .expect("a demo has an extent")
            .iter()
            .filter_map(Value::as_f64)
            .collect();
        let mut compared = 0;
        for (layer, first_zoom) in FIRST_ZOOM {
            let places = admin.every_place(layer);
            for zoom in [9, 12, 14, 16] {
                let ((west, north), (east, south)) = (tile_of(bbox[0], bbox[3], zoom), tile_of(bbox[2], bbox[1], zoom));
                // At high zooms a sample of the extent is enough: every third column and row.
                let stride = if zoom > 14 { 3 } else { 1 };
                for x in (west..=east).step_by(stride) {
                    for y in (north..=south).step_by(stride) {
                        let found = features_of(&admin, layer, zoom, x, y).remove(layer).unwrap_or_default();
                        if zoom < first_zoom {
                            assert!(
                                layer == "building" || found.is_empty(),
                                "{layer} begins at {first_zoom}, not at {zoom}"
                            );
                            continue;
                        }
                        let (sure, possible) = (window_of(x, y, zoom, -EDGE_SHARE), window_of(x, y, zoom, EDGE_SHARE));
                        for place in &places {
                            let id = place["id"].as_u64().expect("an id");
                            let there = found.contains_key(&id);
                            if zoom >= 14 && has_corner_in(place, sure) {
                                assert!(there, "{layer} {id} is missing in {zoom}/{x}/{y}");
                            }
                            assert!(
                                !there || box_meets(place, possible),
                                "{layer} {id} does not belong in {zoom}/{x}/{y}"
                            );
                        }
                        for (id, properties) in &found {
                            let place = places
                                .iter()
                                .find(|place| place["id"] == *id)
                                .unwrap_or_else(|| panic!("{layer} {id} exists only in a tile"));
                            if zoom >= 14 {
                                assert_eq!(properties["id"], *id);
                                assert_eq!(properties["name"], place["properties"]["name"]);
                                assert_eq!(properties["version"], place["properties"]["version"]);
                            }
                            for secret in ["households", "residents", "over_60", "people_base"] {
                                assert_eq!(properties.get(secret), None, "a tile serves every role alike");
                            }
                            compared += 1;
                        }
                    }
                }
            }
        }
        assert!(compared > 500, "the demo is worth looking at: {compared}");
    });
}

#[test]
fn an_edit_reaches_exactly_the_tiles_it_touches() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let made = admin
        .post(
            "/api/v1/places",
            &feature("compound", "旧名", box_at(0.0, 0.0, 1.0, 1.0)),
        )
        .status(201);
    let far = admin
        .post(
            "/api/v1/places",
            &feature("compound", "远处", box_at(300.0, 0.0, 1.0, 1.0)),
        )
        .status(201);
    let zoom = 15;
    let (here, there) = (tile_of(104.0605, 30.6505, zoom), tile_of(104.3605, 30.6505, zoom));
    let path = |(x, y): (u32, u32)| format!("/tiles/compound/{zoom}/{x}/{y}.mvt");
    let (old_here, old_there) = (admin.get(&path(here)).status(200), admin.get(&path(there)).status(200));
    assert_eq!(
        admin.get_with(&path(here), "If-None-Match", &old_here.etag()).status,
        304
    );

    let feed = Feed::open(&admin, None);
    feed.next_named("hello", Duration::from_secs(10));
    let mut amended = made.json();
    amended["properties"]["name"] = json!("新名");
    admin
        .put(&format!("/api/v1/places/{}", amended["id"]), &made.etag(), &amended)
        .status(200);
    let seq = feed.next_named("change", Duration::from_secs(10)).data["seq"]
        .as_u64()
        .expect("a seq");

    let fresh = admin
        .get_with(&format!("{}?seq={seq}", path(here)), "If-None-Match", &old_here.etag())
        .status(200);
    let layers = read_tile(&fresh.body);
    assert!(
        layers[0]
            .features
            .iter()
            .any(|feature| feature.properties["name"] == "新名"),
        "never an old tile after an edit"
    );
    assert_eq!(
        admin.get_with(&path(there), "If-None-Match", &old_there.etag()).status,
        304,
        "what was not touched stays cached"
    );
    drop(far);
}

#[test]
fn a_tile_json_leads_to_its_tiles() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    admin
        .post("/api/v1/places", &feature("compound", "院", box_at(0.0, 0.0, 1.0, 1.0)))
        .status(201);
    let described = admin.get("/tiles/compound,building").status(200).json();
    assert_eq!(described["tilejson"], "3.0.0");
    let names: Vec<&str> = described["vector_layers"]
        .as_array()
        .expect("layers")
        .iter()
        .filter_map(|layer| layer["id"].as_str())
        .collect();
    assert!(names.contains(&"compound") && names.contains(&"building"), "{names:?}");
    let template = described["tiles"][0].as_str().expect("an address").to_owned();
    assert!(template.starts_with("http://127.0.0.1"), "absolute: {template}");
    let (x, y) = tile_of(104.0605, 30.6505, 14);
    let address = template
        .replace("{z}", "14")
        .replace("{x}", &x.to_string())
        .replace("{y}", &y.to_string());
    admin.get(&address).status(200);
}
