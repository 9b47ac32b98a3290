//! The whole map as a reader sees it, and a plain loop over it to judge the clever answers by.

use crate::client::Client;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

pub const KINDS: [&str; 8] = [
    "district",
    "street",
    "community",
    "grid",
    "micro_grid",
    "compound",
    "building",
    "resource_site",
];

/// Every place of every kind, sorted by id.
#[track_caller]
pub fn whole_map(client: &Client) -> Value {
    let mut all = Map::new();
    for kind in KINDS {
        let mut places = client.every_place(kind);
        places.sort_by_key(|place| place["id"].as_u64());
        all.insert(kind.to_owned(), Value::Array(places));
    }
    Value::Object(all)
}

/// Removes fields that may differ between two ledgers which hold the same map.
pub fn without(mut value: Value, fields: &[&str]) -> Value {
    match &mut value {
        Value::Object(map) => {
            for field in fields {
                map.remove(*field);
            }
            for (_, inner) in map.iter_mut() {
                *inner = without(inner.take(), fields);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without(item.take(), fields)),
        _ => {}
    }
    value
}

fn bbox_of(place: &Value) -> Option<[f64; 4]> {
    let numbers: Vec<f64> = place["bbox"].as_array()?.iter().filter_map(Value::as_f64).collect();
    numbers.try_into().ok()
}

/// Asks the index for a window and a plain loop over `map` for the same; both must name the same places.
/// Only for maps whose places fill their boxes, as boxes do.
#[track_caller]
pub fn index_equals_plain_loop(client: &Client, map: &Value, kind: &str, window: [f64; 4]) {
    let [west, south, east, north] = window;
    let found = client
        .get(&format!(
            "/api/v1/places?kind={kind}&limit=1000&geometry=none&bbox={west},{south},{east},{north}"
        ))
        .ok()
        .json();
    let found: BTreeSet<u64> = found["features"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|place| place["id"].as_u64())
        .collect();
    let plain: BTreeSet<u64> = map[kind]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|place| bbox_of(place).is_some_and(|b| b[0] <= east && b[2] >= west && b[1] <= north && b[3] >= south))
        .filter_map(|place| place["id"].as_u64())
        .collect();
    assert_eq!(found, plain, "{kind} in {window:?}");
}

/// Places in which two maps differ, in words short enough to read.
pub fn differences(one: &Value, other: &Value) -> Vec<String> {
    let listed = |map: &Value| -> BTreeMap<u64, Value> {
        let places = KINDS
            .iter()
            .flat_map(|kind| map[*kind].as_array().cloned().unwrap_or_default());
        places
            .map(|place| (place["id"].as_u64().unwrap_or_default(), place))
            .collect()
    };
    let (one, other) = (listed(one), listed(other));
    let ids: BTreeSet<u64> = one.keys().chain(other.keys()).copied().collect();
    let differing = ids.into_iter().filter(|id| one.get(id) != other.get(id));
    differing
        .map(|id| {
            let told = |map: &BTreeMap<u64, Value>| {
                map.get(&id)
                    .map_or("absent".to_owned(), |place| place["properties"].to_string())
            };
            format!("{id}: {} | {}", told(&one), told(&other))
        })
        .collect()
}
