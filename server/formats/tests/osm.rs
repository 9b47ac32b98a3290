//! OSM extracts give what osmium gave: the GeoJSON layers beside each extract are the truth.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{read, read_with, shared};
use geju_formats::{OpenOptions, RawFeature};
use geo_types::Geometry;

const EXTRACTS: [&str; 8] = [
    "nanjing",
    "liechtenstein",
    "baltimore",
    "beijing-tsinghua",
    "hsinchu",
    "kouvola",
    "shanghai-shu",
    "shenzhen-longgang",
];

const LAYERS: [(&str, &str); 8] = [
    ("boundary", "boundaries"),
    ("compound", "compounds"),
    ("building", "buildings"),
    ("poi", "pois"),
    ("site", "sites"),
    ("road", "roads"),
    ("water", "water"),
    ("barrier", "barriers"),
];

/// The truth was cut by tag and then exported whole, so it also holds objects that only hang on to one that matched: a
/// member of a boundary relation, a named node on a wall. They are of another class and not expected here.
const HANGERS_ON: [(&str, &str); 3] = [
    ("boundary", "a4343931"),
    ("barrier", "n498566336"),
    ("barrier", "n2289898435"),
];

fn by_id(features: &[RawFeature]) -> BTreeMap<&str, &RawFeature> {
    features
        .iter()
        .filter_map(|feature| Some((feature.source_id.as_deref()?, feature)))
        .collect()
}

/// Twice the area of all rings, holes taken off, or the length of a line, or nothing for a point: a shape in one number.
fn size(geometry: &Geometry<f64>) -> f64 {
    let ring = |line: &geo_types::LineString<f64>| -> f64 {
        let origin = line.0[0];
        line.0
            .windows(2)
            .map(|p| (p[0].x - origin.x) * (p[1].y - origin.y) - (p[1].x - origin.x) * (p[0].y - origin.y))
            .sum::<f64>()
            .abs()
    };
    match geometry {
        Geometry::MultiPolygon(polygons) => polygons
            .iter()
            .map(|polygon| ring(polygon.exterior()) - polygon.interiors().iter().map(ring).sum::<f64>())
            .sum(),
        Geometry::LineString(line) => line
            .0
            .windows(2)
            .map(|p| (p[0].x - p[1].x).hypot(p[0].y - p[1].y))
            .sum(),
        _ => 0.0,
    }
}

fn parts(geometry: &Geometry<f64>) -> (usize, usize) {
    match geometry {
        Geometry::MultiPolygon(polygons) => (
            polygons.0.len(),
            polygons.iter().map(|polygon| polygon.interiors().len()).sum(),
        ),
        _ => (1, 0),
    }
}

#[test]
fn every_layer_holds_exactly_the_objects_of_the_truth_beside_it() {
    for name in EXTRACTS {
        let Some(folder) = shared(
            "every_layer_holds_exactly_the_objects_of_the_truth_beside_it",
            &format!("osm-{name}"),
        ) else {
            return;
        };
        let all = read(&folder.join(format!("osm-{name}.osm.pbf")));
        assert!(all.error.is_none(), "{name}: {:?}", all.error);
        let mut found: BTreeMap<&str, Vec<&RawFeature>> = BTreeMap::new();
        for feature in &all.features {
            found
                .entry(feature.layer.as_deref().expect("a class"))
                .or_default()
                .push(feature);
        }
        for (class, file) in LAYERS {
            let truth = read(&folder.join(format!("{file}.geojson")));
            assert!(truth.bad.is_empty() && truth.error.is_none());
            let truth = by_id(&truth.features);
            let found: Vec<RawFeature> = found
                .get(class)
                .into_iter()
                .flatten()
                .map(|feature| (*feature).clone())
                .collect();
            let found = by_id(&found);
            let ids =
                |map: &BTreeMap<&str, &RawFeature>| map.keys().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
            let mut expected = ids(&truth);
            expected.retain(|id| !HANGERS_ON.contains(&(class, id.as_str())));
            let difference: Vec<_> = ids(&found).symmetric_difference(&expected).cloned().collect();
            assert!(difference.is_empty(), "{name} {class}: {difference:?}");
            for (id, feature) in found {
                let (Some(ours), Some(theirs)) = (&feature.geometry, &truth[id].geometry) else {
                    panic!("{name} {id} has no geometry")
                };
                let (a, b) = (size(ours), size(theirs));
                assert!((a - b).abs() <= 1e-9 * b.max(1e-3), "{name} {id}: {a} {b}");
                assert_eq!(parts(ours), parts(theirs), "{name} {id}");
            }
        }
    }
}

#[test]
fn nanjing_has_its_buildings_compounds_and_base() {
    let Some(folder) = shared("nanjing_has_its_buildings_compounds_and_base", "osm-nanjing") else {
        return;
    };
    let all = read(&folder.join("osm-nanjing.osm.pbf"));
    let count = |layer: &str| {
        all.features
            .iter()
            .filter(|feature| feature.layer.as_deref() == Some(layer))
            .count()
    };
    assert_eq!(
        (
            count("building"),
            count("compound"),
            count("road"),
            count("poi"),
            count("water")
        ),
        (1277, 11, 383, 260, 9)
    );
    assert!(count("rail") > 0 && count("green") > 0);
    let cut: Vec<_> = all.bad.iter().filter(|bad| bad.code == "incomplete_at_edge").collect();
    assert!(!cut.is_empty(), "objects cut at the edge are told");
    assert!(cut.iter().all(|bad| bad.mend.is_some() && bad.source_id.is_some()));
}

#[test]
fn one_class_can_be_read_alone() {
    let Some(folder) = shared("one_class_can_be_read_alone", "osm-nanjing") else {
        return;
    };
    let path = folder.join("osm-nanjing.osm.pbf");
    let only = |layer: &str| {
        read_with(
            &path,
            &OpenOptions {
                layer: Some(layer.into()),
                ..OpenOptions::default()
            },
        )
    };
    assert_eq!(only("compound").features.len(), 11);
    assert_eq!(only("church").error.map(|error| error.code()), Some("no_such_layer"));
}
