//! Where the proposals are made: a community that is drawn wholly, with houses and those who answer for it.

use super::{collection, id_of};
use geju_tests::{Ground, Server, box_at};
use serde_json::{Value, json};

/// A community of four micro-grids in two grids, with houses in them, and those who answer for it.
pub struct Street<'a> {
    pub server: Server<'a>,
    /// The grid that is drawn anew.
    pub grid: u64,
    /// Its two micro-grids, west and east.
    pub halves: [Value; 2],
}

pub const NAMES: [&str; 4] = ["东风巷片", "红星路片", "桂花巷片", "莲桂片"];

pub fn placed(kind: &str, name: &str, geometry: Value, more: Value) -> Value {
    let mut properties = json!({ "kind": kind, "name": name });
    for (field, value) in more.as_object().into_iter().flatten() {
        properties[field] = value.clone();
    }
    json!({ "type": "Feature", "geometry": geometry, "properties": properties })
}

pub fn street(ground: &Ground) -> Street<'_> {
    let mut all = vec![
        placed("street", "牛市口街道", box_at(0.0, 0.0, 4.0, 4.0), json!({})),
        placed(
            "community",
            "东风社区",
            box_at(0.0, 0.0, 4.0, 4.0),
            json!({ "code": "510104020001" }),
        ),
        placed(
            "grid",
            "第一网格",
            box_at(0.0, 0.0, 4.0, 2.0),
            json!({ "code": "510104020001001" }),
        ),
        placed(
            "grid",
            "第二网格",
            box_at(0.0, 2.0, 4.0, 2.0),
            json!({ "code": "510104020001002" }),
        ),
    ];
    for (n, name) in NAMES.into_iter().enumerate() {
        let (column, row) = ((n % 2) as f64 * 2.0, (n / 2) as f64 * 2.0);
        all.push(placed("micro_grid", name, box_at(column, row, 2.0, 2.0), json!({})));
        for house in 0..4 {
            let at = box_at(column + 0.2 + f64::from(house) * 0.4, row + 0.5, 0.1, 0.1);
            let lived_in = json!({ "archive": { "households": 10 + house, "residents": 30, "over_60": 5 } });
            all.push(placed("building", &format!("{n}-{house}栋"), at, lived_in));
        }
    }
    let file = ground.data().join("street.geojson");
    std::fs::write(&file, collection(&all)).expect("a file");
    ground.geju(&["import", &file.display().to_string()]).succeeded();
    ground.account("worker", "grid_worker", &["510104020001001"]);
    ground.account("far", "grid_worker", &["510104020001002"]);
    ground.account("community", "community_staff", &["510104020001"]);
    ground.account("planner", "planner", &["510104020001"]);
    ground.account("wall", "viewer", &["510104020001"]);
    ground.account("second", "admin", &[]);
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let there = |kind: &str, name: &str| {
        let found = admin
            .every_place(kind)
            .into_iter()
            .find(|p| p["properties"]["name"] == name);
        found.unwrap_or_else(|| panic!("{name} stands"))
    };
    let grid = id_of(&there("grid", "第一网格"));
    let halves = [there("micro_grid", NAMES[0]), there("micro_grid", NAMES[1])];
    Street { server, grid, halves }
}

/// The border between the two moved to the east by this many cells, over one house or none.
pub fn proposal(east: f64) -> [Value; 2] {
    let west = 2.0 + east;
    [
        placed("micro_grid", NAMES[0], box_at(0.0, 0.0, west, 2.0), json!({})),
        placed("micro_grid", NAMES[1], box_at(west, 0.0, 4.0 - west, 2.0), json!({})),
    ]
}
