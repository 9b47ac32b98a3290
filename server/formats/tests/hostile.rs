//! Files made to harm, and honest ones cut off: a clear end, in bounded time and memory, never a panic.

mod common;

use std::io::Write;
use std::path::PathBuf;

use common::{read, read_with, shared, written};
use geju_formats::limits::{JSON_DEPTH_MAX, VERTICES_PER_FEATURE_MAX};
use geju_formats::{Crs, FormatError, OpenOptions};

fn told(name: &str, content: impl AsRef<[u8]>) -> String {
    let (_folder, path) = written(name, content);
    let all = read(&path);
    match (&all.error, all.bad.first()) {
        (Some(error), _) => error.code().into(),
        (None, Some(bad)) => bad.code.into(),
        (None, None) => format!("{} features", all.features.len()),
    }
}

fn point(coordinates: &str) -> String {
    format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":{coordinates}}}}}]}}"#
    )
}

#[test]
fn coordinates_off_the_globe_are_told_apart() {
    for (coordinates, code) in [
        ("[118.78, 32.04]", "1 features"),
        ("[32.04, 118.78]", "looks_like_lat_lon"),
        ("[30.6, 88.2]", "looks_like_lat_lon"),
        ("[51.5, 120]", "looks_like_lat_lon"),
        ("[1e308, 1e308]", "out_of_range"),
        ("[181, 0]", "out_of_range"),
        ("[100, -90.01]", "out_of_range"),
        ("[0, -90.01]", "looks_like_lat_lon"),
        ("[409907.1, 3393656.6]", "out_of_range"),
        ("[1e999, 0]", "bad_json"),
        ("[NaN, 0]", "bad_json"),
        ("[null, 0]", "bad_geometry"),
        ("[\"118\", \"32\"]", "bad_geometry"),
    ] {
        assert_eq!(told("a.geojson", point(coordinates)), code, "{coordinates}");
    }
    let (_folder, path) = written("a.geojson", point("[32.04, 118.78]"));
    let bad = &read(&path).bad[0];
    assert_eq!(bad.at, Some([118.78, 32.04]), "the spot that was meant");
    assert!(bad.mend.as_deref().is_some_and(|mend| mend.contains("Swap")));
    let (_folder, path) = written("a.csv", "name,lon,lat\na,inf,32\nb,NaN,NaN\nc,1e400,0\n");
    let all = read(&path);
    assert_eq!(
        all.bad.iter().map(|bad| bad.code).collect::<Vec<_>>(),
        ["not_a_number", "not_a_number"]
    );
}

#[test]
fn deep_nesting_is_refused_and_reading_goes_on() {
    for depth in [JSON_DEPTH_MAX + 1, 200, 100_000] {
        let deep = "[".repeat(depth) + &"]".repeat(depth);
        let good = r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[118,32]}}"#;
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"a":{deep}}},"geometry":null}},{good}]}}"#
        );
        let (_folder, path) = written("deep.geojson", text);
        let all = read(&path);
        assert_eq!((all.bad[0].code, all.features.len()), ("too_deep", 1));
        assert_eq!(told("deep.geojson", "[".repeat(depth)), "broken_file");
    }
    let deep = "<Folder>".repeat(5000);
    assert_eq!(told("deep.kml", format!("<kml>{deep}")), "over_the_limit");
    let nested = "GEOMETRYCOLLECTION(".repeat(5000);
    assert_eq!(told("deep.csv", format!("name,wkt\na,\"{nested}\"\n")), "too_deep");
}

#[test]
fn two_million_vertices_in_one_outline_are_refused() {
    let mut text = String::from(
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"big","properties":{},"geometry":{"type":"Polygon","coordinates":[["#,
    );
    for at in 0..2_000_000 {
        text.push_str(if at % 2 == 0 { "[118.1,32.1]," } else { "[118.2,32.2]," });
    }
    text.push_str("[118.1,32.1]]]}}]}");
    assert_eq!(told("big.geojson", text), "too_many_vertices");
    let ring: Vec<String> = (0..=VERTICES_PER_FEATURE_MAX)
        .map(|at| format!("{} {}", 118.0 + at as f64 * 1e-6, 32.0))
        .collect();
    assert_eq!(
        told("big.csv", format!("name,wkt\na,\"LINESTRING({})\"\n", ring.join(","))),
        "too_many_vertices"
    );
}

#[test]
fn shapes_over_the_date_line_or_a_pole_are_told_to_be_cut() {
    for ring in [
        "[[179,10],[-179,10],[-179,20],[179,20],[179,10]]",
        "[[0,80],[120,80],[-120,80],[0,80]]",
    ] {
        let text = format!(r#"{{"type":"Polygon","coordinates":[{ring}]}}"#);
        assert_eq!(told("a.geojson", text), "crosses_antimeridian");
    }
}

#[test]
fn what_is_no_map_is_named() {
    for (name, content, code) in [
        ("a.geojson", b"\x89PNG\r\n\x1a\n0000".as_slice(), "unknown_format"),
        ("a.csv", b"%PDF-1.7 ...", "unknown_format"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unknown_format"),
        ("a.bin", b"\0\x01\x02\x03\x04\x05\x06\x07\x08", "unknown_format"),
        ("a.gpkg", b"hello", "broken_file"),
        ("a.shp", b"hello there", "broken_file"),
        ("a.json", b"[1,2,3]", "broken_file"),
        ("a.json", b"{\"a\":1}", "broken_file"),
        ("a.geojson", b"", "empty_file"),
        ("a.csv", b"", "empty_file"),
        ("a.xml", b"<html></html>", "unknown_format"),
        ("a.md", b"# words\nand more words", "unknown_format"),
        (
            "a.zip",
            b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "unknown_format",
        ),
        ("a.zip", b"PK\x03\x04 and then nothing", "truncated_file"),
    ] {
        assert_eq!(told(name, content), code, "{name} {content:?}");
    }
    let (_folder, path) = written("a.png", b"\x89PNG");
    assert!(
        read(&path)
            .error
            .is_some_and(|error| error.to_string().contains("GeoPackage")),
        "the error lists what is accepted"
    );
    assert!(matches!(
        read(&PathBuf::from("/nonexistent/a.csv")).error,
        Some(FormatError::Io { .. })
    ));
}

#[test]
fn a_doctype_is_refused() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><kml><Placemark><name>&b;</name></Placemark></kml>"#;
    assert_eq!(told("a.kml", bomb), "broken_file");
    assert_eq!(
        told("a.kml", "<kml><Placemark><name>&b;</name></Placemark></kml>"),
        "broken_file"
    );
}

fn zipped(name: &str, entries: &[(&str, &[u8])]) -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = written(name, []);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).expect("a file"));
    for (entry, content) in entries {
        zip.start_file(*entry, zip::write::SimpleFileOptions::default())
            .expect("an entry");
        zip.write_all(content).expect("content");
    }
    zip.finish().expect("an archive");
    (folder, path)
}

#[test]
fn bombs_in_archives_are_defused() {
    let zeros = vec![b' '; 40 * 1024 * 1024];
    for (name, entry) in [
        ("a.kmz", "doc.kml"),
        ("a.xlsx", "xl/workbook.xml"),
        ("a.xlsx", "xl/sharedStrings.xml"),
    ] {
        let mut entries: Vec<(&str, &[u8])> = vec![(entry, &zeros)];
        if entry == "xl/sharedStrings.xml" {
            entries.push(("xl/workbook.xml", b"<workbook/>"));
        }
        let (_folder, path) = zipped(name, &entries);
        let error = read(&path).error.expect("refused");
        assert_eq!(error.code(), "over_the_limit", "{name} {entry}: {error}");
    }
    let (_folder, path) = zipped("up.zip", &[("../../evil.shp", b"xx"), ("/etc/evil.dbf", b"yy")]);
    assert!(read(&path).error.is_some());
}

#[test]
fn a_quote_that_never_closes_does_not_fill_memory() {
    let mut text = String::from("name,lon,lat\n\"");
    text.push_str(&"a,118,32\n".repeat(5_000_000));
    assert_eq!(told("a.csv", text), "over_the_limit");
}

#[test]
fn long_text_and_wide_tables_are_refused() {
    let long = "字".repeat(30_000);
    assert_eq!(told("a.csv", format!("name,lon,lat\n{long},118,32\n")), "text_too_long");
    let wide: Vec<String> = (0..600).map(|at| format!("c{at}")).collect();
    assert_eq!(told("a.csv", wide.join(",")), "over_the_limit");
}

#[test]
fn an_unknown_system_asks_for_crs() {
    let text = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"LOCAL:1"}},"features":[]}"#;
    let (_folder, path) = written("a.geojson", text);
    let error = read(&path).error.expect("refused");
    assert!(error.to_string().contains("--crs"), "{error}");
    assert!(
        read_with(
            &path,
            &OpenOptions {
                crs: Some(Crs::Wgs84),
                ..OpenOptions::default()
            }
        )
        .error
        .is_none()
    );
    let old = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":null,"geometry":{"type":"Point","coordinates":[13358992.0,3772000.0]}}],"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}}}"#;
    assert_eq!(
        told("a.geojson", old),
        "1 features",
        "even when it is named after the features"
    );
}

#[test]
fn a_line_that_cannot_be_read_leaves_the_others() {
    let good = |at: u32| {
        format!(
            r#"{{"type":"Feature","id":{at},"properties":{{"n":{at}}},"geometry":{{"type":"Point","coordinates":[118,32]}}}}"#
        )
    };
    let (_folder, path) = written(
        "a.geojsonl",
        format!("{}\nnonsense\n\n{}\n{{\"type\":\n{}", good(1), good(2), good(3)),
    );
    let all = read(&path);
    assert!(all.error.is_none());
    assert_eq!(
        all.features.iter().map(|feature| feature.index).collect::<Vec<_>>(),
        [1, 4, 6]
    );
    assert_eq!(all.bad.iter().map(|bad| bad.index).collect::<Vec<_>>(), [2, 5]);
    let (_folder, path) = written(
        "b.geojson",
        format!("\x1e{}\n\x1e{}\n", good(1), good(2).replace(',', ",\n")),
    );
    assert_eq!(
        read(&path).features.len(),
        2,
        "record separators, one feature over several lines"
    );
}

/// One file of each format, cut at every sixteenth: no panic, and no silence about the cut where the format can show it.
#[test]
fn files_cut_anywhere_end_clearly() {
    let mut whole: Vec<PathBuf> = Vec::new();
    for file in [
        "osm-nanjing/osm-nanjing.osm.pbf",
        "osm-nanjing/compounds.geojson",
        "corpus-planetiler/geopackage.gpkg",
        "gcj02-vectors/vectors.csv",
    ] {
        let Some(path) = shared("files_cut_anywhere_end_clearly", file) else {
            return;
        };
        whole.push(path);
    }
    for path in whole {
        let bytes = std::fs::read(&path).expect("a file");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        for part in 0..16 {
            let (_folder, cut) = written(&name, &bytes[..bytes.len() * part / 16]);
            let all = read(&cut);
            let silent_formats = name.ends_with(".csv");
            assert!(
                silent_formats || all.error.is_some() || !all.bad.is_empty(),
                "{name} cut at {part}/16 was taken for whole"
            );
            let given_up = matches!(&all.error, Some(FormatError::Broken { what, .. }) if what.contains("given up"));
            assert!(!given_up, "{name} cut at {part}/16 made a library panic");
        }
    }
}

/// Bytes turned over at random places: whatever comes out, the reader lives.
#[test]
fn files_with_broken_bytes_end_somehow() {
    for file in [
        "osm-shanghai-shu/osm-shanghai-shu.osm.pbf",
        "osm-nanjing/compounds.geojson",
        "corpus-planetiler/geopackage.gpkg",
    ] {
        let Some(path) = shared("files_with_broken_bytes_end_somehow", file) else {
            return;
        };
        let bytes = std::fs::read(&path).expect("a file");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..20 {
            let mut broken = bytes.clone();
            for _ in 0..8 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let at = (state % broken.len() as u64) as usize;
                broken[at] ^= (state >> 32) as u8;
            }
            let (_folder, path) = written(&name, broken);
            read(&path);
        }
    }
}
