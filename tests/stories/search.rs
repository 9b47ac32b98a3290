//! Finding places by what people type.

use geju_tests::{Client, box_at, feature, gpkg_ground};
use serde_json::json;

fn found(client: &Client, typed: &str) -> Vec<String> {
    let encoded: String = typed.bytes().map(|b| format!("%{b:02X}")).collect();
    let page = client
        .get(&format!("/api/v1/places?geometry=none&q={encoded}"))
        .status(200)
        .json();
    let features = page["features"].as_array().cloned().unwrap_or_default();
    let mut names: Vec<String> = features
        .iter()
        .filter_map(|f| f["properties"]["name"].as_str().map(str::to_owned))
        .collect();
    // Equally good answers come in the order of their numbers, which are drawn by lot.
    names.sort();
    names
}

#[test]
fn a_place_is_found_by_name_sound_tag_and_address() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let names = ["南城街道", "南城佳地", "重庆路小区", "城南都江院"];
    for (n, name) in names.into_iter().enumerate() {
        let mut drawn = feature("compound", name, box_at(n as f64 * 3.0, 0.0, 2.0, 2.0));
        drawn["properties"]["address"] = json!(format!("红星路{}号", n + 27));
        drawn["properties"]["tags"] = json!(["老旧小区"]);
        admin.post("/api/v1/places", &drawn).status(201);
    }
    assert_eq!(found(&admin, "南城街道"), ["南城街道"]);
    assert_eq!(found(&admin, "ncjd"), ["南城佳地", "南城街道"], "initials");
    assert_eq!(found(&admin, "NanChengJieDao"), ["南城街道"], "in full");
    assert_eq!(found(&admin, "chongqing"), ["重庆路小区"]);
    assert_eq!(found(&admin, "zhongqing"), ["重庆路小区"], "any reading");
    assert_eq!(found(&admin, "红星路28号"), ["南城佳地"], "by address");
    assert_eq!(found(&admin, "老旧").len(), 4, "by tag");
    assert_eq!(
        found(&admin, "nc"),
        ["南城佳地", "南城街道"],
        "and not what has them the other way round"
    );
    assert_eq!(found(&admin, "xyz"), Vec::<String>::new());
}
