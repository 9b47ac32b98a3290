use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::gate::Shape;

fn ring(spots: &[(i32, i32)]) -> Vec<Spot> {
    spots.iter().map(|(x, y)| [*x, *y]).collect()
}

fn square(x: i32, y: i32, side: i32) -> Vec<Spot> {
    ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)])
}

fn counts(lines: &[Vec<Spot>]) -> Result<Vec<usize>, NoArea> {
    assemble(lines).map(|polygons| {
        let mut counts: Vec<usize> = polygons.iter().map(|polygon| polygon.len() - 1).collect();
        counts.sort_unstable();
        counts
    })
}

#[test]
fn rings_nest_by_where_they_are() {
    let lines = [
        square(0, 0, 100),
        square(10, 10, 50),
        square(20, 20, 10),
        square(70, 70, 10),
    ];
    assert_eq!(
        counts(&lines),
        Ok(vec![0, 2]),
        "an island in a hole beside another hole"
    );
}

#[test]
fn loose_lines_join_at_their_ends_whichever_way_they_run() {
    let lines = [ring(&[(0, 0), (10, 0), (10, 10)]), ring(&[(0, 0), (0, 10), (10, 10)])];
    assert_eq!(counts(&lines), Ok(vec![0]));
}

#[test]
fn rings_that_touch_come_out_apart() {
    assert_eq!(
        counts(&[square(0, 0, 10), square(10, 10, 10)]),
        Ok(vec![0, 0]),
        "corner to corner"
    );
    let touching_hole = ring(&[(0, 0), (5, 2), (5, 5), (0, 0)]);
    assert_eq!(
        counts(&[square(0, 0, 10), touching_hole]),
        Ok(vec![1]),
        "a hole in a corner"
    );
    let cutting_hole = ring(&[(0, 0), (6, 4), (10, 10), (4, 6), (0, 0)]);
    assert_eq!(
        counts(&[square(0, 0, 10), cutting_hole]),
        Ok(vec![0, 0]),
        "a hole from corner to corner cuts in two"
    );
    let shared_wall = [square(0, 0, 10), ring(&[(10, 0), (20, 0), (20, 10), (10, 10), (10, 0)])];
    assert_eq!(counts(&shared_wall), Ok(vec![0]), "a wall drawn twice is none");
}

#[test]
fn open_and_crossing_lines_say_where() {
    assert_eq!(
        assemble(&[ring(&[(0, 0), (10, 0), (10, 10), (5, 10)])]),
        Err(NoArea::Open([0, 0]))
    );
    let bow = ring(&[(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)]);
    assert!(matches!(assemble(&[bow]), Err(NoArea::Crossing(_))));
    assert!(matches!(
        assemble(&[square(0, 0, 10), ring(&[(5, 0), (8, 5), (2, 5), (5, 0)])]),
        Err(NoArea::Crossing([5, 0]))
    ));
    assert_eq!(assemble(&[]), Err(NoArea::Nothing));
    assert_eq!(assemble(&[ring(&[(0, 0), (5, 5), (0, 0)])]), Err(NoArea::Nothing));
}

// What follows checks every case of the OSM test grid that the shared data hold.

#[derive(Default)]
struct Xml {
    nodes: BTreeMap<i64, Spot>,
    ways: BTreeMap<i64, Vec<i64>>,
    relations: BTreeMap<i64, Vec<i64>>,
}

fn attribute(line: &str, name: &str) -> Option<String> {
    let start = line.find(&format!("{name}=\""))? + name.len() + 2;
    Some(line[start..].split('"').next()?.to_owned())
}

/// The files of the grid have one element per line.
fn parse(text: &str) -> Xml {
    let mut xml = Xml::default();
    let mut current = None;
    for line in text.lines().map(str::trim) {
        let id = || attribute(line, " id").and_then(|id| id.parse::<i64>().ok());
        if line.starts_with("<node") {
            let degrees = |name| {
                (attribute(line, name)
                    .and_then(|v| v.parse::<f64>().ok())
                    .expect("a place")
                    * 1e7)
                    .round() as i32
            };
            xml.nodes
                .insert(id().expect("an id"), [degrees(" lon"), degrees(" lat")]);
        } else if line.starts_with("<way") {
            current = id();
            xml.ways.insert(current.expect("an id"), Vec::new());
        } else if line.starts_with("<relation") {
            current = id();
            xml.relations.insert(current.expect("an id"), Vec::new());
        } else if let (Some(node), Some(way)) = (
            line.starts_with("<nd").then(|| attribute(line, " ref")).flatten(),
            current,
        ) {
            xml.ways.entry(way).or_default().push(node.parse().expect("a number"));
        } else if line.starts_with("<member") && line.contains("type=\"way\"") {
            let way = attribute(line, " ref")
                .and_then(|way| way.parse().ok())
                .expect("a number");
            xml.relations.entry(current.expect("a relation")).or_default().push(way);
        }
    }
    xml
}

fn normal(polygons: Vec<Vec<Vec<Spot>>>) -> Vec<Vec<Vec<Spot>>> {
    let ring = |ring: Vec<Spot>| {
        // A point on a straight line, the start and the direction are free.
        let bend = |at: usize| {
            turn(
                ring[(at + ring.len() - 1) % ring.len()],
                ring[at],
                ring[(at + 1) % ring.len()],
            ) != 0
        };
        let ring: Vec<Spot> = (0..ring.len()).filter(|at| bend(*at)).map(|at| ring[at]).collect();
        let start = ring
            .iter()
            .enumerate()
            .min_by_key(|(_, spot)| **spot)
            .map_or(0, |(at, _)| at);
        let mut turned: Vec<Spot> = ring[start..].iter().chain(&ring[..start]).copied().collect();
        if turned.len() > 2 && turned[1] > turned[turned.len() - 1] {
            turned[1..].reverse();
        }
        turned
    };
    let mut polygons: Vec<Vec<Vec<Spot>>> = polygons
        .into_iter()
        .map(|rings| {
            let mut rings: Vec<_> = rings.into_iter().map(ring).collect();
            rings[1..].sort();
            rings
        })
        .collect();
    polygons.sort();
    polygons
}

fn from_wkt(text: &str) -> Vec<Vec<Vec<Spot>>> {
    let polygons = match crate::wkt::read(text) {
        Ok(Some(Shape::MultiPolygon(polygons))) => polygons,
        Ok(Some(Shape::Polygon(rings))) => vec![rings],
        other => panic!("{text}: {other:?}"),
    };
    let spot = |coord: &geo_types::Coord<f64>| [(coord.x * 1e7).round() as i32, (coord.y * 1e7).round() as i32];
    polygons
        .iter()
        .map(|rings| {
            rings
                .iter()
                .map(|ring| ring[..ring.len() - 1].iter().map(spot).collect())
                .collect()
        })
        .collect()
}

fn shared_cases() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/corpus-osm-multipolygon/grid/data/7");
    let Ok(entries) = std::fs::read_dir(folder) else {
        eprintln!(
            "SKIPPED the_osm_test_grid_is_put_together_as_expected: shared data absent (corpus-osm-multipolygon)"
        );
        return None;
    };
    let mut cases: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("test.json").is_file())
        .collect();
    cases.sort();
    Some(cases)
}

#[test]
fn the_osm_test_grid_is_put_together_as_expected() {
    let Some(cases) = shared_cases() else { return };
    let (mut areas, mut wrong) = (0, Vec::new());
    for case in &cases {
        let json: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(case.join("test.json")).expect("a file")).expect("JSON");
        let xml = parse(&std::fs::read_to_string(case.join("data.osm")).expect("a file"));
        // The grid allows several ways to deal with what is not quite right: refuse it ("default"), mend it ("fix"), or go by
        // places rather than node numbers ("location"). Any of them will do.
        let variants: Vec<&serde_json::Value> = json["areas"].as_object().expect("areas").values().collect();
        let all = |id: i64| {
            variants
                .iter()
                .filter_map(|areas| areas.as_array())
                .flatten()
                .filter(move |area| area["from_id"].as_i64() == Some(id))
        };
        let Some(expected) = json["areas"].get("default").and_then(|areas| areas.as_array()) else {
            continue;
        };
        for area in expected {
            let id = area["from_id"].as_i64().expect("an id");
            let line = |way: &i64| -> Option<Vec<Spot>> {
                xml.ways
                    .get(way)?
                    .iter()
                    .map(|node| xml.nodes.get(node).copied())
                    .collect()
            };
            let lines: Option<Vec<Vec<Spot>>> = match area["from_type"].as_str() {
                Some("relation") => xml
                    .relations
                    .get(&id)
                    .map(|ways| ways.iter().filter_map(line).collect()),
                _ => line(&id).map(|line| vec![line]),
            };
            let found = lines.map(|lines| assemble(&lines));
            areas += 1;
            let agrees = |wkt: &str| match &found {
                Some(Ok(polygons)) => wkt != "INVALID" && normal(polygons.clone()) == normal(from_wkt(wkt)),
                Some(Err(_)) => wkt == "INVALID",
                None => false,
            };
            if !all(id).filter_map(|area| area["wkt"].as_str()).any(agrees) {
                wrong.push(format!("{}: {found:?}", case.display()));
            }
        }
    }
    assert!(areas >= 50, "{areas}");
    assert!(
        wrong.is_empty(),
        "{} of {areas} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
