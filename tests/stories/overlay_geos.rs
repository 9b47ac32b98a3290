//! Union, intersection and difference are not our own invention: on the shapes that other overlay programs are tried with,
//! GEOS finds the same areas.

use geju_core::ground::overlay::{Combine, RawPart, combine_raw, doubled_area};
use geju_core::{LonLat, Outline};
use geju_tests::{python, shared_data, skipped};
use serde_json::Value;
use std::collections::BTreeMap;

/// A crossing is rounded to the grid, which moves it by at most 0.71 steps; the edges that meet there sweep no more ground than
/// their length times this.
const TOLERANCE_STEPS: f64 = 0.71;
/// Cases that both programs must have judged, so that an emptied folder does not pass.
const CASES_LEAST: usize = 100;
/// In the order in which GEOS is asked.
const HOW: [(&str, Combine); 3] = [
    ("union", Combine::Union),
    ("intersection", Combine::Intersection),
    ("difference", Combine::Difference),
];

/// Reads the corpora, scales each pair of areas to a hundred thousand grid steps across, and prints a line of JSON for each:
/// its name, both shapes, the doubled areas, and the length of all edges; or its name and why it is left out.
const ASK: &str = r#"
import glob, json, os, sys
import xml.etree.ElementTree as ET
from shapely import wkb, wkt
from shapely.geometry import shape
from shapely.ops import transform

def areas(geometry):
    return geometry if geometry.geom_type in ("Polygon", "MultiPolygon") and not geometry.is_empty else None

def pairs():
    for path in sorted(glob.glob(os.path.join(sys.argv[1], "*", "*.xml"))):
        for number, case in enumerate(ET.parse(path).getroot().iter("case")):
            name = os.path.basename(path) + " " + str(number + 1)
            texts = [case.findtext("a"), case.findtext("b")]
            if None in texts:
                continue
            try:
                read = [wkt.loads(t.strip()) if "(" in t else wkb.loads(bytes.fromhex(t.strip())) for t in texts]
            except Exception as bad:
                continue
            yield name, read
    for path in sorted(glob.glob(os.path.join(sys.argv[2], "*", "args.geojson"))):
        name = "polyclip " + os.path.basename(os.path.dirname(path))
        try:
            features = json.load(open(path))["features"]
            read = [shape(f["geometry"]) for f in features]
        except Exception as bad:
            yield name, str(bad)
            continue
        if len(read) < 2:
            continue
        yield name, read[:2]

def rings(geometry):
    parts = geometry.geoms if geometry.geom_type == "MultiPolygon" else [geometry]
    whole = lambda ring: [[round(x), round(y)] for x, y in list(ring.coords)[:-1]]
    return [[whole(part.exterior)] + [whole(hole) for hole in part.interiors] for part in parts]

for name, read in pairs():
    if isinstance(read, str):
        print(json.dumps({"name": name, "skipped": "unreadable: " + read}))
        continue
    one, other = (areas(g) for g in read)
    if one is None or other is None:
        continue
    west = min(one.bounds[0], other.bounds[0]); south = min(one.bounds[1], other.bounds[1])
    east = max(one.bounds[2], other.bounds[2]); north = max(one.bounds[3], other.bounds[3])
    span = max(east - west, north - south)
    snapped = lambda g: transform(lambda x, y: (round((x - west) / span * 100000), round((y - south) / span * 100000)), g)
    try:
        one, other = snapped(one), snapped(other)
    except Exception as bad:
        print(json.dumps({"name": name, "skipped": "collapses on the grid: " + str(bad)}))
        continue
    if not (one.is_valid and other.is_valid and one.area > 0 and other.area > 0):
        print(json.dumps({"name": name, "skipped": "no sound area on the grid"}))
        continue
    found = [one.union(other), one.intersection(other), one.difference(other)]
    print(json.dumps({"name": name, "shapes": [rings(one), rings(other)], "doubled": [2 * g.area for g in found], "length": one.length + other.length}))
"#;

fn shape(parts: &Value) -> Vec<RawPart> {
    let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
    let number = |v: &Value| v.as_i64().expect("grid steps") as i32;
    let spot = |at: &Value| LonLat {
        lon: 1_040_000_000 + number(&at[0]),
        lat: 306_000_000 + number(&at[1]),
    };
    let ring = |ring: &Value| list(ring).iter().map(spot).collect();
    let part = |part: &Value| list(part).iter().map(ring).collect();
    list(parts).iter().map(part).collect()
}

#[test]
fn geos_finds_the_same_areas_in_the_corpora_of_other_overlay_programs() {
    let story = "geos_finds_the_same_areas_in_the_corpora_of_other_overlay_programs";
    let (Some(jts), Some(polyclip)) = (
        shared_data(story, "corpus-jts-general/testxml"),
        shared_data(story, "corpus-polyclip/test/end-to-end"),
    ) else {
        return;
    };
    let folders = [jts, polyclip].map(|folder| folder.display().to_string());
    let Some(said) = python(ASK, &[&folders[0], &folders[1]]) else {
        return skipped(story, "shapely is not installed");
    };
    let (mut compared, mut exact) = (0, 0);
    let mut left_out: BTreeMap<String, String> = BTreeMap::new();
    let mut beyond = Vec::new();
    for line in said.lines() {
        let case: Value = serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"));
        let name = case["name"].as_str().unwrap_or_default().to_owned();
        if let Some(why) = case["skipped"].as_str() {
            left_out.insert(name, why.to_owned());
            continue;
        }
        let shapes = [0, 1].map(|n| shape(&case["shapes"][n]));
        let [Ok(one), Ok(other)] = shapes.map(Outline::new) else {
            left_out.insert(name, "no outline of ours".to_owned());
            continue;
        };
        compared += 1;
        let room = 2.0 * TOLERANCE_STEPS * case["length"].as_f64().expect("a length");
        for (n, (how, combine)) in HOW.iter().enumerate() {
            let ours = doubled_area(&combine_raw(&one.to_raw(), &other.to_raw(), *combine)) as f64;
            let theirs = case["doubled"][n].as_f64().expect("an area");
            let off = ours - theirs;
            if off.abs() < 0.5 {
                exact += 1;
                continue;
            }
            println!(
                "DIFFERS {name}: {how} ours {ours} theirs {theirs:.1}, off by {off:.1} of {room:.0} doubled squared steps"
            );
            if off.abs() > room {
                beyond.push(format!("{name}: {how} {ours} instead of {theirs}"));
            }
        }
    }
    for (name, why) in &left_out {
        println!("LEFT OUT {name}: {why}");
    }
    println!(
        "{compared} pairs of areas compared, {exact} of {} areas equal",
        compared * 3
    );
    assert!(compared >= CASES_LEAST, "only {compared} pairs");
    assert_eq!(beyond, Vec::<String>::new());
}
