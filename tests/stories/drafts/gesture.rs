//! What is drawn in these stories: one corner, moved.

use super::id_of;
use geju_tests::Client;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Steps of the 1e-7 degree grid by which a corner moves: ten centimetres, and some fifteen metres.
pub const A_LITTLE: i64 = 10;
pub const A_LOT: i64 = 1_500;

type Node = (i64, i64);

fn nodes(place: &Value) -> Vec<Node> {
    let mut found = Vec::new();
    collect(&place["geometry"]["coordinates"], &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<Node>) {
    let Some(all) = value.as_array() else { return };
    match (all.first().and_then(Value::as_f64), all.get(1).and_then(Value::as_f64)) {
        (Some(lon), Some(lat)) => found.push(((lon * 1e7).round() as i64, (lat * 1e7).round() as i64)),
        _ => all.iter().for_each(|inner| collect(inner, found)),
    }
}

fn moved(value: &Value, node: Node, by: i64) -> Value {
    let Some(all) = value.as_array() else {
        return value.clone();
    };
    match (all.first().and_then(Value::as_f64), all.get(1).and_then(Value::as_f64)) {
        (Some(lon), Some(lat)) if ((lon * 1e7).round() as i64, (lat * 1e7).round() as i64) == node => {
            json!([(node.0 + by) as f64 / 1e7, (node.1 + by) as f64 / 1e7])
        }
        (Some(_), Some(_)) => value.clone(),
        _ => all.iter().map(|inner| moved(inner, node, by)).collect(),
    }
}

/// A corner that micro-grids of this grid share with nobody else, moved: a gesture that nothing forbids.
pub fn corner(admin: &Client, grid: u64, by: i64) -> Value {
    let inside = |p: &&Value| p["properties"]["parents"]["grid"].as_u64() == Some(grid);
    let places = admin.every_place("micro_grid");
    let mut sharers: BTreeMap<Node, BTreeSet<u64>> = BTreeMap::new();
    for kind in ["micro_grid", "grid", "community", "street"] {
        for place in admin.every_place(kind) {
            for node in nodes(&place) {
                sharers.entry(node).or_default().insert(id_of(&place));
            }
        }
    }
    let own: Vec<&Value> = places.iter().filter(inside).collect();
    for (node, by_whom) in &sharers {
        let both: Vec<&&Value> = own.iter().filter(|p| by_whom.contains(&id_of(p))).collect();
        if both.len() < 2 || both.len() != by_whom.len() {
            continue;
        }
        let drawn = both.iter().map(|place| {
            let geometry = &place["geometry"];
            json!({
                "id": id_of(place), "version": place["properties"]["version"],
                "geometry": { "type": geometry["type"], "coordinates": moved(&geometry["coordinates"], *node, by) },
            })
        });
        let body = json!({ "places": drawn.collect::<Vec<_>>(), "cause": "两栋楼之间的边界" });
        let told = admin.post("/api/v1/places/reshape/check", &body).status(200).json();
        let blocked = |f: &Value| f["severity"] == "block";
        if !told["findings"].as_array().expect("findings").iter().any(blocked) {
            return body;
        }
    }
    panic!("no corner of grid {grid} can be moved by {by}");
}

pub fn versions(admin: &Client, reshape: &Value) -> Vec<u64> {
    let drawn = reshape["places"].as_array().expect("places");
    drawn
        .iter()
        .map(|p| {
            let now = admin.get(&format!("/api/v1/places/{}", p["id"])).ok().json();
            now["properties"]["version"].as_u64().expect("a version")
        })
        .collect()
}

pub fn drawn_on(reshape: &Value) -> Vec<u64> {
    let drawn = reshape["places"].as_array().expect("places");
    drawn
        .iter()
        .map(|p| p["version"].as_u64().expect("a version"))
        .collect()
}
