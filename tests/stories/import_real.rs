//! Real maps of real places, with their real dirt: what comes in, what is left out, and that both are said.

use geju_tests::{Client, Ground, Run, Server, each_store, gpkg_ground, python, shared_data, skipped};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Translated ground lies within this distance of the truth.
const SHIFT_METERS_MAX: f64 = 0.5;

fn import(ground: &Ground, file: &Path, arguments: &[&str]) -> Run {
    let file = file.display().to_string();
    let mut all = vec!["import", file.as_str()];
    all.extend(arguments);
    ground.geju(&all)
}

fn source_of(place: &Value) -> String {
    place["properties"]["source"]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Metres between two points that are near each other.
fn distance(a: &Value, b: &Value) -> f64 {
    let number = |value: &Value, index: usize| value[index].as_f64().unwrap_or(f64::NAN);
    let metres_per_degree = 111_320.0;
    let (dx, dy) = (number(a, 0) - number(b, 0), number(a, 1) - number(b, 1));
    ((dx * number(a, 1).to_radians().cos()).powi(2) + dy.powi(2)).sqrt() * metres_per_degree
}

fn points(value: &Value) -> Vec<&Value> {
    match value.as_array() {
        Some(items) if items.first().is_some_and(Value::is_number) => vec![value],
        Some(items) => items.iter().flat_map(points).collect(),
        None => Vec::new(),
    }
}

/// The furthest that a corner of one shape lies from the nearest corner of the other.
fn furthest(one: &Value, other: &Value) -> f64 {
    let others = points(&other["coordinates"]);
    let nearest = |point: &Value| {
        others
            .iter()
            .map(|near| distance(point, near))
            .fold(f64::INFINITY, f64::min)
    };
    points(&one["coordinates"]).into_iter().map(nearest).fold(0.0, f64::max)
}

#[test]
fn nanjing_comes_in_whole_from_openstreetmap() {
    let story = "nanjing_comes_in_whole_from_openstreetmap";
    let Some(file) = shared_data(story, "osm-nanjing/osm-nanjing.osm.pbf") else {
        return;
    };
    each_store(story, |ground| {
        let run = import(ground, &file, &[]).succeeded();
        assert!(
            run.said().contains("1277") || run.said().contains("1,277"),
            "the report counts: {}",
            run.said()
        );
        let server = ground.serve_with_admin();
        let admin = server.admin();
        assert_eq!(admin.number_of("building"), 1277);
        assert_eq!(admin.number_of("compound"), 11);
        assert!(
            admin.number_of("resource_site") > 0,
            "points of interest become resource sites"
        );
        for layer in ["base_road", "base_water"] {
            let described = admin.get(&format!("/tiles/{layer}")).status(200).json();
            assert_eq!(described["tilejson"], "3.0.0", "{layer}");
        }
        let road = admin.get("/tiles/base_road/14/13597/6651.mvt");
        assert!(
            road.status == 200
                && geju_tests::read_tile(&road.body)
                    .iter()
                    .any(|layer| layer.features.len() > 5),
            "roads are drawn: {}",
            road.status
        );

        // The same file again changes nothing, and says so.
        let head = head_of(&admin);
        let map = admin.every_place("building").len();
        drop((admin, server));
        import(ground, &file, &[]).succeeded();
        let server = Server::start(ground);
        assert_eq!(server.admin().every_place("building").len(), map);
        assert_eq!(
            head_of(&server.admin()),
            head,
            "an import that finds nothing new writes no change"
        );
    });
}

fn head_of(client: &Client) -> u64 {
    client.get("/api/v1/me").status(200).json()["head"]
        .as_u64()
        .expect("a head")
}

#[test]
fn an_import_is_undone_as_one_change() {
    let story = "an_import_is_undone_as_one_change";
    let Some(file) = shared_data(story, "osm-nanjing/buildings.geojson") else {
        return;
    };
    each_store(story, |ground| {
        import(ground, &file, &["--kind", "building"]).succeeded();
        let server = ground.serve_with_admin();
        let admin = server.admin();
        assert_eq!(admin.number_of("building"), 1277);
        let changes = admin.get("/api/v1/changes?limit=50").status(200).json();
        let import = changes["items"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|change| change["undoable"] == true);
        let seq = import
            .and_then(|change| change["seq"].as_u64())
            .unwrap_or_else(|| panic!("an import can be undone: {changes}"));
        admin
            .post(&format!("/api/v1/changes/{seq}/undo"), &json!({}))
            .status(200);
        assert_eq!(admin.number_of("building"), 0);
        drop((admin, server));
        let server = Server::start(ground);
        assert_eq!(
            server.admin().number_of("building"),
            0,
            "undone is undone after a restart too"
        );
    });
}

#[test]
fn a_dry_run_writes_nothing() {
    let story = "a_dry_run_writes_nothing";
    let Some(file) = shared_data(story, "osm-nanjing/compounds.geojson") else {
        return;
    };
    let ground = gpkg_ground();
    let run = import(&ground, &file, &["--kind", "compound", "--dry-run"]).succeeded();
    assert!(run.said().contains("11"), "{}", run.said());
    let server = ground.serve_with_admin();
    assert_eq!(server.admin().number_of("compound"), 0);
}

#[test]
fn shifted_ground_is_put_back_where_it_is() {
    let story = "shifted_ground_is_put_back_where_it_is";
    let Some(shifted) = shared_data(story, "osm-nanjing/compounds_gcj02.geojson") else {
        return;
    };
    let Some(truth) = shared_data(story, "osm-nanjing/compounds.geojson") else {
        return;
    };
    let ground = gpkg_ground();
    import(&ground, &shifted, &["--kind", "compound", "--crs", "gcj02"]).succeeded();
    let truth: Value = serde_json::from_slice(&std::fs::read(truth).expect("a file")).expect("GeoJSON");
    let truth: BTreeMap<String, &Value> = truth["features"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|f| (f["id"].as_str().unwrap_or_default().to_owned(), &f["geometry"]))
        .collect();
    let server = ground.serve_with_admin();
    let places = server.admin().every_place("compound");
    assert_eq!(places.len(), truth.len());
    for place in &places {
        let source = source_of(place);
        let wanted = truth
            .get(&source)
            .unwrap_or_else(|| panic!("{source} keeps the id of its source: {}", place["properties"]));
        let metres = furthest(&place["geometry"], wanted).max(furthest(wanted, &place["geometry"]));
        assert!(metres < SHIFT_METERS_MAX, "{source} is off by {metres} m");
    }
}

#[test]
fn shifted_ground_taken_for_true_ground_is_noticed() {
    let story = "shifted_ground_taken_for_true_ground_is_noticed";
    let Some(truth) = shared_data(story, "osm-nanjing/compounds.geojson") else {
        return;
    };
    let Some(shifted) = shared_data(story, "osm-nanjing/compounds_gcj02.geojson") else {
        return;
    };
    let ground = gpkg_ground();
    import(&ground, &truth, &["--kind", "compound"]).succeeded();
    let run = import(&ground, &shifted, &["--kind", "compound", "--dry-run"]);
    assert!(
        run.said().to_lowercase().contains("gcj"),
        "a constant shift of some 500 m has a name: {}",
        run.said()
    );
}

#[test]
fn liechtenstein_comes_in_with_its_exclaves() {
    let story = "liechtenstein_comes_in_with_its_exclaves";
    let Some(file) = shared_data(story, "osm-liechtenstein/osm-liechtenstein.osm.pbf") else {
        return;
    };
    let ground = gpkg_ground();
    import(&ground, &file, &[]).succeeded();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    assert_eq!(admin.number_of("building"), 8995);
    let communes: Vec<Value> = admin.every_place("community");
    let planken = communes
        .iter()
        .chain(&admin.every_place("street"))
        .find(|place| place["properties"]["name"] == "Planken")
        .cloned();
    let planken = planken.expect("a commune of its own name");
    assert_eq!(planken["geometry"]["type"], "MultiPolygon");
    assert_eq!(
        planken["geometry"]["coordinates"].as_array().map(Vec::len),
        Some(5),
        "with its four exclaves"
    );
}

#[test]
fn the_villages_of_hsinchu_nest_exactly() {
    let story = "the_villages_of_hsinchu_nest_exactly";
    let Some(folder) = shared_data(story, "admin-hsinchu-county") else {
        return;
    };
    each_store(story, |ground| {
        for (file, kind, id, name, number) in [
            ("county.geojson", "district", "COUNTYCODE", "COUNTYNAME", 1),
            ("town.geojson", "street", "TOWNCODE", "TOWNNAME", 13),
            ("village.geojson", "community", "VILLCODE", "VILLNAME", 192),
        ] {
            let map = format!("name={name}");
            let run = import(ground, &folder.join(file), &["--kind", kind, "--id", id, "--map", &map]).succeeded();
            assert!(run.said().contains(&number.to_string()), "{}", run.said());
        }
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let towns: BTreeMap<String, Value> = admin
            .every_place("street")
            .into_iter()
            .map(|town| (source_of(&town), town))
            .collect();
        assert_eq!(towns.len(), 13);
        let villages = admin.every_place("community");
        assert_eq!(villages.len(), 192);
        for village in &villages {
            // Five digits of the county, three of the town, three of the village.
            let code = source_of(village);
            let town = towns.get(&code[..8]).unwrap_or_else(|| panic!("the town of {code}"));
            assert_eq!(
                village["properties"]["parents"]["street"], town["id"],
                "{code} lies in its town"
            );
        }
        for (code, town) in &towns {
            let answer = admin
                .post(
                    "/api/v1/area",
                    &json!({"area": {"place": town["id"]}, "rule": "inner_point"}),
                )
                .status(200)
                .json();
            let sum: f64 = villages
                .iter()
                .filter(|village| source_of(village).starts_with(code.as_str()))
                .filter_map(|village| village["properties"]["area_m2"].as_f64())
                .sum();
            let whole = answer["area_m2"].as_f64().expect("an area");
            assert!((sum / whole - 1.0).abs() < 1e-6, "{code}: villages {sum}, town {whole}");
        }
    });
}

#[test]
fn a_projected_geopackage_lands_where_it_belongs() {
    let story = "a_projected_geopackage_lands_where_it_belongs";
    let Some(file) = shared_data(story, "osm-bubenec/momepy/datasets/bubenec.gpkg") else {
        return;
    };
    let ground = gpkg_ground();
    import(&ground, &file, &["--kind", "building", "--layer", "buildings"]).succeeded();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    assert_eq!(admin.number_of("building"), 144);
    let bbox = admin.get("/api/v1/me").status(200).json()["bbox"].clone();
    // As GDAL transforms the same layer.
    let truth = [14.399_921, 50.101_120, 14.405_542, 50.104_870];
    for (index, wanted) in truth.into_iter().enumerate() {
        let found = bbox[index].as_f64().unwrap_or_default();
        assert!((found - wanted).abs() < 1e-6, "Bubenec is in Prague: {bbox}");
    }
}

/// Shapely's opinion: for every row with a usable point and a label, the neighbourhoods that hold it.
const HOLDING: &str = r#"
import csv, json, sys
from shapely import STRtree
from shapely.geometry import Point, shape
features = json.load(open(sys.argv[1]))["features"]
grounds = [shape(f["geometry"]) for f in features]
names = [f["properties"]["name"] for f in features]
tree = STRtree(grounds)
rows = 0
for row in csv.DictReader(open(sys.argv[2])):
    if not row["Latitude"] or not row["Neighborhood"] or (row["Latitude"], row["Longitude"]) == ("39", "-77"):
        continue
    rows += 1
    point = Point(float(row["Longitude"]), float(row["Latitude"]))
    holding = sorted((grounds[i].area, names[i]) for i in tree.query(point, predicate="intersects"))
    print(json.dumps([row["Longitude"], row["Latitude"], [name for _, name in holding]]))
"#;

#[test]
fn baltimore_agrees_with_shapely_on_every_row() {
    let story = "baltimore_agrees_with_shapely_on_every_row";
    let Some(grounds) = shared_data(story, "osm-baltimore/neighborhoods.geojson") else {
        return;
    };
    let Some(rows) = shared_data(story, "issues-baltimore311/data/311_sample.csv") else {
        return;
    };
    let Some(oracle) = python(HOLDING, &[&grounds.display().to_string(), &rows.display().to_string()]) else {
        return skipped(story, "no Python with shapely (GEJU_TEST_PYTHON)");
    };
    let ground = gpkg_ground();
    import(&ground, &grounds, &["--kind", "community"]).succeeded();
    let token = ground.token("oracle", "admin");
    let server = Server::start(&ground);
    let client = server.machine(&token);
    let mut compared = 0;
    let mut asked: BTreeMap<String, Value> = BTreeMap::new();
    for line in oracle.lines() {
        let row: Value = serde_json::from_str(line).expect("a row of the oracle");
        let (lon, lat) = (row[0].as_str().unwrap_or_default(), row[1].as_str().unwrap_or_default());
        let name = asked.entry(format!("{lon} {lat}")).or_insert_with(|| {
            client
                .get(&format!("/api/v1/locate?lon={lon}&lat={lat}"))
                .status(200)
                .json()["community"]["name"]
                .clone()
        });
        let holding = row[2].as_array().expect("names");
        let agrees = if holding.is_empty() {
            name.is_null()
        } else {
            holding.contains(name)
        };
        assert!(agrees, "at {lon},{lat}: {name} against {holding:?}");
        compared += 1;
    }
    assert_eq!(compared, 8331);
}

#[test]
fn rows_without_coordinates_are_reported_and_not_lost_silently() {
    let story = "rows_without_coordinates_are_reported_and_not_lost_silently";
    let Some(rows) = shared_data(story, "issues-baltimore311/data/311_sample.csv") else {
        return;
    };
    let ground = gpkg_ground();
    let mapping = ["--kind", "issue", "--id", "SRRecordID", "--map", "title=SRType"];
    let run = import(&ground, &rows, &mapping).succeeded();
    let told = run
        .said()
        .lines()
        .filter(|line| line.contains("no_coordinates"))
        .count();
    assert!(
        told > 0 && run.said().contains("590"),
        "which rows, and how many: {}",
        run.said()
    );
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let (mut found, mut cursor) = (0, String::new());
    loop {
        let page = admin
            .get(&format!("/api/v1/issues?state=all&limit=1000{cursor}"))
            .status(200)
            .json();
        found += page["features"].as_array().map_or(0, Vec::len);
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, 10_000 - 590);
}
