//! Files that others made, sound and unsound: every one ends in features or in a clear word, never in a panic.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{read, read_with, shared, written};
use geju_formats::{Crs, FormatError, OpenOptions, RawValue};
use geo_types::Geometry;

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_stem().expect("a name").to_string_lossy().into_owned()
}

/// What each broken GeoJSON file is told.
const INVALID: [(&str, &str); 37] = [
    ("invalid_unclosed", "note:ring_closed"),
    ("invalid_less_three_unique_nodes", "ring_too_short"),
    ("invalid_exterior_not_ccw", "loads"),
    ("invalid_interior_not_cw", "loads"),
    ("invalid_incorrect_geometry_data_type", "bad_geometry"),
    ("invalid_feature_geometry_is_string", "bad_geometry"),
    ("invalid_feature_id_type", "bad_id"),
    ("invalid_feature_no_properties", "loads"),
    ("invalid_feature_properties_is_array", "bad_properties"),
    ("invalid_feature_properties_is_int", "bad_properties"),
    ("invalid_feature_wrong_geometry_key", "bad_geometry"),
    ("invalid_featurecollection_feature_nullfeature", "not_a_feature"),
    ("invalid_featurecollection_features_is_object", "broken_file"),
    ("invalid_featurecollection_no_features_member", "broken_file"),
    ("invalid_featurecollection_nulltype", "broken_file"),
    ("invalid_featurecollection_type_lowercase", "broken_file"),
    ("invalid_featurecollection_unknown_type", "broken_file"),
    ("invalid_geometry_bbox_not4or6", "loads"),
    ("invalid_geometry_bbox_not_list", "loads"),
    ("invalid_geometry_bbox_not_numbers", "loads"),
    ("invalid_geometry_coordinates_1d", "bad_geometry"),
    ("invalid_geometry_coordinates_empty_position", "bad_geometry"),
    ("invalid_geometry_coordinates_missing", "bad_geometry"),
    ("invalid_geometry_coordinates_string", "bad_geometry"),
    ("invalid_geometry_depth_deep_point", "bad_geometry"),
    ("invalid_geometry_depth_deep_polygon", "bad_geometry"),
    ("invalid_geometry_depth_shallow_linestring", "bad_geometry"),
    ("invalid_geometry_depth_shallow_multipolygon", "bad_geometry"),
    ("invalid_geometry_depth_shallow_polygon", "bad_geometry"),
    ("invalid_geometry_geometrycollection_null_geometry", "bad_geometry"),
    ("invalid_geometry_mislabeled_point", "bad_geometry"),
    ("invalid_geometry_missing_type", "broken_file"),
    ("invalid_geometry_wrong_geometry_type", "wrong_type"),
    ("problematic_crosses_antimeridian", "crosses_antimeridian"),
    ("problematic_outside_lat_lon_boundaries", "out_of_range"),
    ("problematic_zero_length_linestring", "line_too_short"),
    ("problematic_feature_null_geometry", "note:null_geometry"),
];

#[test]
fn every_broken_geojson_is_told_what_is_wrong() {
    let Some(folder) = shared("every_broken_geojson_is_told_what_is_wrong", "corpus-geojson-invalid") else {
        return;
    };
    let expected: BTreeMap<&str, &str> = INVALID.into_iter().collect();
    let mut wrong = Vec::new();
    let all = files(&folder, "geojson");
    assert_eq!(all.len(), 74);
    for path in all {
        let stem = name(&path);
        let read = read(&path);
        let told = match (&read.error, read.bad.first()) {
            (Some(error), _) => error.code().to_owned(),
            (None, Some(bad)) => {
                assert!(!bad.what.is_empty() && bad.position.is_some());
                bad.code.to_owned()
            }
            (None, None) => match read.features.iter().find_map(|feature| feature.notes.first()) {
                Some(note) => format!("note:{}", note.code),
                None => "loads".to_owned(),
            },
        };
        let wanted = expected.get(stem.as_str()).copied();
        let fine = match wanted {
            Some(wanted) => told == wanted,
            // The rest is valid, or odd in a way that harms nothing: it loads, at most with a note.
            None => told == "loads" || told.starts_with("note:"),
        };
        if !fine {
            wrong.push(format!(
                "{stem}: told {told}, wanted {wanted:?}; {:?} {:?}",
                read.error,
                read.bad.first()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_foreign_geopackage_is_read_or_refused_with_a_word() {
    let Some(folder) = shared(
        "every_foreign_geopackage_is_read_or_refused_with_a_word",
        "corpus-gpkg-ets",
    ) else {
        return;
    };
    let all = files(&folder, "gpkg");
    assert_eq!(all.len(), 22);
    let mut readable = 0;
    for path in all {
        let bad_crs = read(&path);
        let options = OpenOptions {
            crs: Some(Crs::Wgs84),
            ..OpenOptions::default()
        };
        let all = match &bad_crs.error {
            Some(FormatError::UnknownCrs(what)) => {
                eprintln!("{}: {what}", name(&path));
                read_with(&path, &options)
            }
            _ => bad_crs,
        };
        eprintln!(
            "{}: {} features, {} bad, {:?} {:?}",
            name(&path),
            all.features.len(),
            all.bad.len(),
            all.error,
            all.bad.first()
        );
        assert!(
            !matches!(&all.error, Some(FormatError::Broken { what, .. }) if what.contains("given up")),
            "{path:?}"
        );
        readable += usize::from(all.error.is_none() && !all.features.is_empty());
    }
    assert!(readable >= 14, "{readable}");
}

#[test]
fn bubenec_lands_in_prague() {
    let Some(folder) = shared("bubenec_lands_in_prague", "osm-bubenec/momepy/datasets") else {
        return;
    };
    let path = folder.join("bubenec.gpkg");
    assert_eq!(geju_formats::layers(&path).expect("layers").len(), 4);
    let all = read(&path);
    assert!(
        all.error.is_none() && all.bad.is_empty(),
        "{:?} {:?}",
        all.error,
        all.bad.first()
    );
    assert_eq!(all.features.len(), 730);
    for feature in &all.features {
        let Some(Geometry::Polygon(polygon)) = &feature.geometry else {
            continue;
        };
        let corner = polygon.exterior().0[0];
        assert!(
            (14.39..14.42).contains(&corner.x) && (50.09..50.12).contains(&corner.y),
            "{corner:?}"
        );
    }
}

#[test]
fn gcj02_compounds_come_back_to_within_half_a_metre() {
    let Some(folder) = shared("gcj02_compounds_come_back_to_within_half_a_metre", "osm-nanjing") else {
        return;
    };
    let truth = read(&folder.join("compounds.geojson"));
    let shifted = read_with(
        &folder.join("compounds_gcj02.geojson"),
        &OpenOptions {
            crs: Some(Crs::Gcj02),
            ..OpenOptions::default()
        },
    );
    assert_eq!((truth.features.len(), shifted.features.len()), (11, 11));
    for (a, b) in truth.features.iter().zip(&shifted.features) {
        assert_eq!(a.source_id, b.source_id);
        let (Some(Geometry::MultiPolygon(a)), Some(Geometry::MultiPolygon(b))) = (&a.geometry, &b.geometry) else {
            panic!("areas")
        };
        for (p, q) in a
            .iter()
            .flat_map(|p| &p.exterior().0)
            .zip(b.iter().flat_map(|p| &p.exterior().0))
        {
            let metres = ((p.x - q.x) * 94_400.0).hypot((p.y - q.y) * 110_900.0);
            assert!(metres < 0.5, "{metres}");
        }
    }
}

#[test]
fn published_vectors_agree() {
    let Some(folder) = shared("published_vectors_agree", "gcj02-vectors") else {
        return;
    };
    let all = read_with(&folder.join("vectors.csv"), &OpenOptions::default());
    assert_eq!(all.features.len(), 5);
    for feature in &all.features {
        let number = |name: &str| {
            feature
                .property(name)
                .and_then(RawValue::text)
                .and_then(|text| text.parse::<f64>().ok())
                .expect("a number")
        };
        let (lon, lat, want_lon, want_lat) = (number("lon"), number("lat"), number("want_lon"), number("want_lat"));
        if feature.property("from") == Some(&RawValue::Text("wgs84".into())) {
            let [x, y] = Crs::Gcj02.from_wgs84(lon, lat).expect("a point");
            assert!((x - want_lon).abs() < 1e-8 && (y - want_lat).abs() < 1e-8, "{x} {y}");
            let [x, y] = Crs::Gcj02.to_wgs84(want_lon, want_lat).expect("a point");
            assert!((x - lon).abs() < 1e-8 && (y - lat).abs() < 1e-8, "{x} {y}");
        } else {
            // The sources of the BD-09 rows disagree among themselves by 39 m.
            let [x, y] = Crs::Bd09.to_wgs84(lon, lat).expect("a point");
            assert!((x - want_lon).abs() < 4e-4 && (y - want_lat).abs() < 4e-4, "{x} {y}");
        }
    }
}

#[test]
fn rows_without_coordinates_are_told_and_not_lost() {
    let Some(folder) = shared(
        "rows_without_coordinates_are_told_and_not_lost",
        "issues-baltimore311/data",
    ) else {
        return;
    };
    let csv = files(&folder, "csv");
    let Some(path) = csv.first() else {
        panic!("a CSV in {folder:?}")
    };
    let all = read(path);
    assert!(all.error.is_none());
    let without = all
        .features
        .iter()
        .filter(|feature| feature.has_note("no_coordinates"))
        .count();
    assert_eq!(
        (all.features.len() + all.bad.len(), without),
        (10_000, 590),
        "{:?}",
        all.bad.first()
    );
    assert!(
        all.features
            .iter()
            .all(|feature| feature.geometry.is_some() || feature.has_note("no_coordinates"))
    );
}

#[test]
fn areas_points_and_names_of_real_data_load() {
    let expected = [
        ("admin-hsinchu-county/village.geojson", 192),
        ("admin-hsinchu-county/town.geojson", 13),
        ("admin-taipei/village.geojson", 456),
        ("admin-echarts-chengdu/chengdu_districts.geojson", 20),
        ("corpus-planetiler/featurecollection.geojson", 0),
        ("corpus-planetiler/newlines.geojson", 0),
        ("corpus-planetiler/geopackage.gpkg", 0),
        ("corpus-planetiler/empty-geom.gpkg", 0),
    ];
    for (file, count) in expected {
        let Some(path) = shared("areas_points_and_names_of_real_data_load", file) else {
            return;
        };
        let all = read(&path);
        assert!(
            all.error.is_none() && all.bad.is_empty(),
            "{file}: {:?} {:?}",
            all.error,
            all.bad.first()
        );
        assert!(
            !all.features.is_empty() && (count == 0 || all.features.len() == count),
            "{file}: {}",
            all.features.len()
        );
    }
    let Some(folder) = shared("areas_points_and_names_of_real_data_load", "poi-cn-cafe") else {
        return;
    };
    let points: usize = files(&folder, "geojson")
        .iter()
        .map(|path| read(path).features.len())
        .sum();
    assert_eq!(points, 339);
    let Some(names) = shared("areas_points_and_names_of_real_data_load", "names-rare/rare_names.csv") else {
        return;
    };
    let text = std::fs::read_to_string(&names).expect("a file");
    let all = read(&names);
    assert!(all.error.is_none() && all.bad.is_empty());
    for feature in &all.features {
        for (_, value) in &feature.properties {
            if let RawValue::Text(value) = value {
                assert!(text.contains(value.as_str()) && !value.contains('\u{fffd}'), "{value}");
            }
        }
    }
}

#[test]
fn naughty_strings_pass_through_a_table_unchanged() {
    let Some(folder) = shared("naughty_strings_pass_through_a_table_unchanged", "corpus-blns") else {
        return;
    };
    let strings: Vec<String> =
        serde_json::from_str(&std::fs::read_to_string(folder.join("blns.json")).expect("a file")).expect("JSON");
    let mut csv = String::from("名称,经度,纬度\n");
    for string in &strings {
        csv.push_str(&format!("\"{}\",118.78,32.04\n", string.replace('"', "\"\"")));
    }
    let (_folder, path) = written("naughty.csv", &csv);
    let all = read(&path);
    assert!(
        all.error.is_none() && all.bad.is_empty(),
        "{:?} {:?}",
        all.error,
        all.bad.first()
    );
    assert_eq!(all.features.len(), strings.len());
    for (feature, string) in all.features.iter().zip(&strings) {
        let expected = if string.trim().is_empty() {
            RawValue::Null
        } else {
            RawValue::Text(string.clone())
        };
        assert_eq!(feature.property("名称"), Some(&expected));
    }
}
