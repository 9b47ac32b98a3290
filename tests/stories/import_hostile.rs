//! Files that nobody can import: the program ends with 1 and findings, in good time, with nothing half applied.

use geju_tests::{Ground, Run, gpkg_ground, shared_data};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A file that cannot be used is given up on within this time, whatever is in it.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(30);

fn import(ground: &Ground, file: &Path, kind: &str, more: &[&str]) -> Run {
    let name = file.display().to_string();
    let mut arguments = vec!["import", name.as_str(), "--kind", kind];
    arguments.extend(more);
    let began = Instant::now();
    let run = ground.geju(&arguments);
    assert!(began.elapsed() < GIVEN_UP_WITHIN, "{name} took {:?}", began.elapsed());
    assert!(
        matches!(run.code, 0..=2),
        "{name} ended with {}: {}",
        run.code,
        run.said()
    );
    assert!(!run.said().contains("panicked"), "{name}: {}", run.said());
    run
}

fn files_under(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_under(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Writes a file into the ground's own folder.
fn planted(ground: &Ground, name: &str, bytes: &[u8]) -> PathBuf {
    let path = ground.data().join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// What `geju check` and a reader see: nothing was taken in.
fn is_empty(ground: &Ground, kind: &str) {
    let server = ground.serve_with_admin();
    assert_eq!(server.admin().number_of(kind), 0, "nothing is half applied");
}

#[test]
fn every_invalid_geojson_is_refused_with_a_reason() {
    let story = "every_invalid_geojson_is_refused_with_a_reason";
    let Some(folder) = shared_data(story, "corpus-geojson-invalid/examples") else {
        return;
    };
    let ground = gpkg_ground();
    for file in files_under(&folder.join("invalid_structure"), ".geojson") {
        let run = import(&ground, &file, "compound", &["--dry-run"]);
        assert!(!run.said().trim().is_empty(), "{} got no word", file.display());
    }
    for group in [
        "invalid_geometries",
        "problematic_geometries",
        "problematic_structure",
        "valid",
    ] {
        for file in files_under(&folder.join(group), ".geojson") {
            import(&ground, &file, "compound", &["--dry-run"]);
        }
    }
    is_empty(&ground, "compound");
}

#[test]
fn every_odd_geopackage_is_survived() {
    let story = "every_odd_geopackage_is_survived";
    let Some(folder) = shared_data(story, "corpus-gpkg-ets/gpkg") else {
        return;
    };
    let ground = gpkg_ground();
    for file in files_under(&folder, ".gpkg") {
        import(&ground, &file, "compound", &["--dry-run"]);
    }
    is_empty(&ground, "compound");
}

#[test]
fn multipolygons_of_every_make_are_survived() {
    let story = "multipolygons_of_every_make_are_survived";
    let Some(folder) = shared_data(story, "corpus-osm-multipolygon") else {
        return;
    };
    let ground = gpkg_ground();
    for file in files_under(&folder, ".osm.pbf")
        .into_iter()
        .chain(files_under(&folder, ".osm"))
        .take(40)
    {
        import(&ground, &file, "compound", &["--dry-run"]);
    }
}

#[test]
fn eighteen_of_twenty_districts_are_unsound_and_named() {
    let story = "eighteen_of_twenty_districts_are_unsound_and_named";
    let Some(file) = shared_data(story, "admin-echarts-chengdu/chengdu_districts.geojson") else {
        return;
    };
    let ground = gpkg_ground();
    let run = import(&ground, &file, "district", &[]);
    if run.code == 1 {
        assert!(
            run.said().contains("self") || run.said().contains("cross"),
            "what is wrong, and where: {}",
            run.said()
        );
        is_empty(&ground, "district");
    } else {
        assert_eq!(run.code, 0, "{}", run.said());
        let server = ground.serve_with_admin();
        assert_eq!(
            server.admin().number_of("district"),
            20,
            "mended without losing one: {}",
            run.said()
        );
    }
}

#[test]
fn rare_names_and_naughty_strings_come_back_as_they_went_in() {
    let story = "rare_names_and_naughty_strings_come_back_as_they_went_in";
    let Some(file) = shared_data(story, "corpus-blns/blns.json") else {
        return;
    };
    let strings: Vec<String> =
        serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("a list of strings");
    let ground = gpkg_ground();
    let features: Vec<serde_json::Value> = strings
        .iter()
        .enumerate()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(n, text)| {
            let mut place = geju_tests::feature(
                "compound",
                text,
                geju_tests::box_at((n % 100) as f64 * 2.0, (n / 100) as f64 * 2.0, 1.0, 1.0),
            );
            place["id"] = serde_json::json!(format!("blns-{n}"));
            place
        })
        .collect();
    let sent = features.len() as u64;
    let collection = serde_json::json!({"type": "FeatureCollection", "features": features});
    let file = planted(&ground, "blns.geojson", collection.to_string().as_bytes());
    let run = import(&ground, &file, "compound", &["--skip-bad"]);
    assert_eq!(run.code, 0, "{}", run.said());
    let server = ground.serve_with_admin();
    let found = server.admin().every_place("compound");
    assert!(found.len() as u64 > sent * 9 / 10, "{} of {sent}", found.len());
    for place in &found {
        let number: usize = place["properties"]["source"]["id"]
            .as_str()
            .and_then(|id| id.strip_prefix("blns-")?.parse().ok())
            .expect("its source");
        let (went, came) = (
            &strings[number],
            place["properties"]["name"].as_str().unwrap_or_default(),
        );
        let plain = |text: &str| {
            text.chars()
                .filter(|c| !c.is_control() && !c.is_whitespace())
                .collect::<String>()
        };
        assert_eq!(plain(went), plain(came), "blns-{number}");
    }
}

#[test]
fn files_that_are_not_what_they_say_are_refused() {
    let ground = gpkg_ground();
    let deep = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":{}{}}}",
        "[".repeat(200),
        "]".repeat(200)
    );
    let ring = "[104.0,30.0],".repeat(2_000_000);
    let vertices = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"name\":\"x\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}}}]}}",
        ring.trim_end_matches(',')
    );
    let square = |a: f64, b: f64| {
        format!(
            "[[{a},{b}],[{},{b}],[{},{}],[{a},{}],[{a},{b}]]",
            a + 0.01,
            a + 0.01,
            b + 0.01,
            b + 0.01
        )
    };
    let one = |ring: String| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"name\":\"x\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{ring}]}}}}]}}"
        )
    };
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("empty.geojson", Vec::new()),
        ("truncated.geojson", one(square(104.0, 30.0)).into_bytes()[..80].to_vec()),
        ("deep.geojson", deep.into_bytes()),
        ("vertices.geojson", vertices.into_bytes()),
        ("huge.geojson", one("[[1e308,30],[1e308,31],[104,31],[1e308,30]]".into()).into_bytes()),
        ("pole.geojson", one("[[-180,80],[-60,80],[60,80],[180,80],[-180,80]]".into()).into_bytes()),
        ("antimeridian.geojson", one("[[179,30],[-179,30],[-179,31],[179,31],[179,30]]".into()).into_bytes()),
        ("text.gpkg", b"this is no database".to_vec()),
        ("half.gpkg", b"SQLite format 3\0".to_vec()),
        ("noise.osm.pbf", (0..5000u32).map(|n| (n * 7919 % 251) as u8).collect()),
        ("noise.fgb", b"fgb\x03fgb\x00\xff\xff\xff\x7f".to_vec()),
        ("noise.shp", vec![0, 0, 39, 10, 255, 255, 255, 255]),
        ("noise.xlsx", b"PK\x03\x04 and then nothing".to_vec()),
        ("laughs.kml", b"<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\">]><kml><Document><Placemark><name>&lol2;</name></Placemark></Document></kml>".to_vec()),
        ("external.kml", b"<?xml version=\"1.0\"?><!DOCTYPE k [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><kml><Placemark><name>&x;</name></Placemark></kml>".to_vec()),
        ("unknown.xyz", b"what is this".to_vec()),
    ];
    for (name, bytes) in files {
        let file = planted(&ground, name, &bytes);
        let run = import(&ground, &file, "compound", &[]);
        assert_ne!(run.code, 0, "{name} was taken in: {}", run.said());
        assert!(!run.said().trim().is_empty(), "{name} got no word");
        assert!(
            !run.said().contains("root:"),
            "{name} read a file that is none of its business"
        );
    }
    let absent = import(&ground, Path::new("/nowhere/at/all.geojson"), "compound", &[]);
    assert_ne!(absent.code, 0);
    is_empty(&ground, "compound");
}

#[test]
fn swapped_coordinates_are_recognised() {
    let ground = gpkg_ground();
    let text = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"name\":\"x\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[30.65,104.06],[30.65,104.07],[30.66,104.07],[30.66,104.06],[30.65,104.06]]]}}]}";
    let run = import(
        &ground,
        &planted(&ground, "swapped.geojson", text.as_bytes()),
        "compound",
        &[],
    );
    assert_eq!(run.code, 1, "{}", run.said());
    assert!(run.said().contains("lat,lon"), "looks like lat,lon: {}", run.said());
}

#[test]
fn a_clerks_table_in_gbk_is_read_as_chinese() {
    let ground = gpkg_ground();
    // 名称,经度,纬度,类别 / 社区医院,104.06,30.65,医院 as a Chinese Windows writes it.
    let gbk: Vec<u8> = [
        b"name,lon,lat,category\r\n".as_slice(),
        &[0xc9, 0xe7, 0xc7, 0xf8, 0xd2, 0xbd, 0xd4, 0xba],
        b",104.06,30.65,clinic\r\n",
        &[0xcf, 0xfb, 0xb7, 0xc0, 0xd5, 0xbe],
        b",104.07,30.66,fire_station\r\n",
    ]
    .concat();
    let run = import(&ground, &planted(&ground, "sites.csv", &gbk), "resource_site", &[]);
    assert_eq!(run.code, 0, "{}", run.said());
    let server = ground.serve_with_admin();
    let names: Vec<String> = server
        .admin()
        .every_place("resource_site")
        .iter()
        .filter_map(|place| place["properties"]["name"].as_str().map(str::to_owned))
        .collect();
    assert!(
        names.iter().any(|name| name == "社区医院") && names.iter().any(|name| name == "消防站"),
        "{names:?}"
    );
}

#[test]
fn a_table_that_unpacks_to_gigabytes_is_given_up_on() {
    let ground = gpkg_ground();
    let path = ground.data().join("bomb.xlsx");
    // A worksheet of zeros: a few kilobytes that unpack to two gigabytes.
    let script = r#"
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("[Content_Types].xml", "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>")
    z.writestr("xl/workbook.xml", "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheets><sheet name='a' sheetId='1'/></sheets></workbook>")
    with z.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
        for _ in range(256):
            sheet.write(b"0" * (8 << 20))
"#;
    let made = std::process::Command::new("/usr/bin/python3")
        .args(["-c", script])
        .arg(&path)
        .status();
    if !made.is_ok_and(|status| status.success()) {
        return geju_tests::skipped(
            "a_table_that_unpacks_to_gigabytes_is_given_up_on",
            "no python3 to make the bomb",
        );
    }
    assert!(std::fs::metadata(&path).expect("a bomb").len() < 4 << 20);
    let run = import(&ground, &path, "building", &[]);
    assert_ne!(run.code, 0, "{}", run.said());
    let mut said = std::io::stderr();
    let _ = writeln!(said, "{}", run.said());
}
