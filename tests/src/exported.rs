//! What stories about exports share: what an export says of itself, and a few places to take out.

use crate::client::Reply;
use crate::ground::Ground;
use crate::shapes::{box_at, feature};
use serde_json::{Value, json};

/// What the answer says of itself.
pub fn told(reply: &Reply) -> Value {
    serde_json::from_str(reply.header("geju-export").expect("an export says what it holds")).expect("JSON")
}

/// What it says the file does not hold, by its words.
pub fn left_out(told: &Value) -> Vec<String> {
    let all = told["left_out"].as_array().cloned().unwrap_or_default();
    all.iter()
        .map(|l| l["code"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// Rows of all layers together.
pub fn rows(told: &Value) -> u64 {
    told["rows"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, n)| n.as_u64())
        .sum()
}

/// A community with three compounds, whose names look like formulas.
pub fn planted(ground: &Ground) {
    let compound = |n: usize, name: &str, code: &str| {
        let mut place = feature("compound", name, box_at(n as f64 * 3.0, 0.0, 2.0, 2.0));
        place["properties"]["code"] = json!(code);
        place["properties"]["tags"] = json!([if n == 0 { "=1+1" } else { "老旧小区" }]);
        place["properties"]["households"] = json!(40 + n);
        place["properties"]["resources_lifts"] = json!(n);
        place
    };
    let mut community = feature("community", "一社区", box_at(-1.0, -1.0, 4.0, 4.0));
    community["properties"]["code"] = json!("510104020001");
    let all = [
        community,
        compound(0, "=HYPERLINK(\"http://x\",\"点我\")", "510104020001-1"),
        compound(1, "'+86院落", "510104020001-2"),
        compound(2, "@SUM(A1:A9)", "510104020002-1"),
    ];
    let path = ground.data().join("planted.geojson");
    std::fs::write(&path, json!({"type": "FeatureCollection", "features": all}).to_string()).expect("written");
    ground.geju(&["import", &path.display().to_string()]).succeeded();
}
