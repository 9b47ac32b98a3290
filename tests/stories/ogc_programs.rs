//! The programs planners use, on a real map: GDAL and OWSLib read every building of a country with equal counts and ground.

use geju_tests::{Client, Server, gpkg_ground, python, shared_data, skipped};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

const BUILDINGS: usize = 8_995;
const FILE: &str = "osm-liechtenstein/osm-liechtenstein.osm.pbf";
/// A piece of Vaduz.
const WINDOW: [&str; 4] = ["9.515", "47.135", "9.525", "47.145"];

/// Runs a program of GDAL on our address; `None` where it is absent. What it asked the server for is in the second text.
fn gdal(program: &str, token: &str, arguments: &[&str]) -> Option<(String, String)> {
    let output = Command::new(program)
        // Its own pages have ten items.
        .args(["-oo", "PAGE_SIZE=1000"])
        .args(arguments)
        .env("GDAL_HTTP_HEADERS", format!("Authorization: Bearer {token}"))
        .env("CPL_DEBUG", "HTTP")
        .env("CPL_CURL_VERBOSE", "NO")
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    Some((String::from_utf8_lossy(&output.stdout).into_owned(), said))
}

fn token(admin: &Client) -> String {
    let body = serde_json::json!({"name": "planner-desk", "role": "planner", "places": []});
    let made = admin.post("/api/v1/tokens", &body).ok().json();
    made["token"].as_str().expect("a token, shown once").to_owned()
}

/// Geometry by id.
fn ground_of(features: &[Value]) -> BTreeMap<u64, Value> {
    features
        .iter()
        .filter_map(|f| Some((f["id"].as_u64()?, f["geometry"].clone())))
        .collect()
}

fn count(info: &str) -> usize {
    let line = info.lines().find_map(|l| l.strip_prefix("Feature Count: "));
    line.and_then(|n| n.trim().parse().ok())
        .unwrap_or_else(|| panic!("a count in {info}"))
}

#[test]
fn gdal_and_owslib_read_a_whole_country() {
    let story = "gdal_and_owslib_read_a_whole_country";
    let Some(file) = shared_data(story, FILE) else { return };
    let ground = gpkg_ground();
    ground.geju(&["import", &file.display().to_string()]).succeeded();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let token = token(&admin);
    let truth = ground_of(&admin.every_place("building"));
    assert_eq!(truth.len(), BUILDINGS);
    with_gdal(story, &server, &token, &truth);
    with_owslib(story, &server, &token, &truth);
}

fn with_gdal(story: &str, server: &Server<'_>, token: &str, truth: &BTreeMap<u64, Value>) {
    let address = format!("OAPIF:{}/ogc", server.base);
    let Some((layers, _)) = gdal("ogrinfo", token, &["-ro", &address]) else {
        return skipped(story, "ogrinfo is not installed");
    };
    for name in ["district", "compound", "building", "resource_site", "issue"] {
        assert!(layers.contains(name), "{name} among {layers}");
    }
    let (whole, fetched) = gdal(
        "ogr2ogr",
        token,
        &["-preserve_fid", "-f", "GeoJSON", "/vsistdout/", &address, "building"],
    )
    .unwrap_or_default();
    let whole: Value = serde_json::from_str(&whole).expect("GDAL writes GeoJSON");
    let features = whole["features"].as_array().cloned().unwrap_or_default();
    assert!(fetched.contains("cursor="), "it went from page to page:\n{fetched}");
    assert_eq!(features.len(), truth.len());
    assert_eq!(ground_of(&features), *truth, "corner by corner");

    let mut arguments = vec!["-ro", "-so", address.as_str(), "building", "-spat"];
    arguments.extend(WINDOW);
    let (window, fetched) = gdal("ogrinfo", token, &arguments).unwrap_or_default();
    assert!(
        fetched.contains("bbox="),
        "the window is the server's to look through:\n{fetched}"
    );
    let inside = Client::new(&server.base).with_token(token);
    let bbox = WINDOW.join(",");
    let page = inside
        .get(&format!("/ogc/collections/building/items?limit=1&bbox={bbox}"))
        .status(200)
        .json();
    assert_eq!(Some(count(&window) as u64), page["numberMatched"].as_u64());
    assert!(count(&window) > 50);

    for attribute in [
        "area_m2 >= 500",
        "name = 'Rathaus' OR area_m2 BETWEEN 400 AND 500",
        "name LIKE '%schule%'",
    ] {
        let (chosen, fetched) = gdal(
            "ogrinfo",
            token,
            &["-ro", "-so", &address, "building", "-where", attribute],
        )
        .unwrap_or_default();
        let asked = fetched
            .lines()
            .any(|l| l.contains("filter=") && l.contains("filter-lang=cql-text"));
        assert!(asked, "{attribute} is the server's to look through:\n{fetched}");
        assert!(
            count(&chosen) > 0 && count(&chosen) < truth.len(),
            "{attribute}: {chosen}"
        );
    }
}

/// Walks through the pages with OWSLib, as its users do.
const WALK: &str = r#"
import json, sys
try:
    from owslib.ogcapi.features import Features
except ImportError:
    print("absent")
    sys.exit(0)
address, token, window = sys.argv[1:4]
headers = {"Authorization": "Bearer " + token}
api = Features(address, headers=headers)
assert any(c.endswith("ogcapi-features-3/1.0/conf/features-filter") for c in api.conformance()["conformsTo"])
assert "building" in api.feature_collections()
assert "floors" in api.collection_queryables("building")["properties"]
ground, offset = {}, 0
while True:
    page = api.collection_items("building", limit=1000, offset=offset)
    for item in page["features"]:
        assert item["id"] not in ground, item["id"]
        ground[item["id"]] = item["geometry"]
    offset += len(page["features"])
    if not page["features"]:
        break
inside = api.collection_items("building", limit=1, bbox=[float(n) for n in window.split(",")])
high = api.collection_items("building", limit=1, filter="area_m2 >= 500")
one = api.collection_item("building", next(iter(ground)))
print(json.dumps({"ground": ground, "inside": inside["numberMatched"], "high": high["numberMatched"], "one": one["id"]}))
"#;

fn with_owslib(story: &str, server: &Server<'_>, token: &str, truth: &BTreeMap<u64, Value>) {
    let address = format!("{}/ogc/", server.base);
    let window = WINDOW.join(",");
    let told = python(WALK, &[&address, token, &window]).filter(|t| t.trim() != "absent");
    let Some(told) = told else {
        return skipped(story, "OWSLib is not installed");
    };
    let told: Value = serde_json::from_str(&told).expect("JSON");
    let read: BTreeMap<u64, Value> = told["ground"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(id, ground)| Some((id.parse().ok()?, ground.clone())))
        .collect();
    assert_eq!(read, *truth);
    let client = Client::new(&server.base).with_token(token);
    let ours = |query: &str| {
        client
            .get(&format!("/ogc/collections/building/items?limit=1&{query}"))
            .status(200)
            .json()["numberMatched"]
            .clone()
    };
    assert_eq!(told["inside"], ours(&format!("bbox={window}")));
    assert_eq!(told["high"], ours("filter=area_m2%20%3E%3D%20500"));
    assert!(told["one"].is_u64());
}
