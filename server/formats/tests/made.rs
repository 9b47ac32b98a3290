//! Files made here with other people's writers, read back: what went in comes out.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{read, read_with, shared, written};
use geju_formats::{Crs, OpenOptions, RawFeature, RawValue, TextEncoding, open};
use geo_types::Geometry;

fn text(value: &str) -> Option<RawValue> {
    Some(RawValue::Text(value.into()))
}

#[test]
fn kml_gives_placemarks_folders_and_data() {
    let kml = r#"<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>全部</name><Folder><name>网格</name>
<Placemark id="g1"><name>一号 &amp; 二号</name><ExtendedData><Data name="户数"><value>120</value></Data>
<SchemaData schemaUrl="x"><SimpleData name="kind"><![CDATA[a<b]]></SimpleData></SchemaData></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>104,30,0 104.1,30,0 104.1,30.1,0 104,30,0</coordinates></LinearRing></outerBoundaryIs>
<innerBoundaryIs><LinearRing><coordinates>104.05,30.01 104.06,30.01 104.06,30.02 104.05,30.01</coordinates></LinearRing></innerBoundaryIs></Polygon></Placemark>
</Folder><Placemark><name>p</name><MultiGeometry><Point><coordinates>104,30</coordinates></Point><Point><coordinates> 105,31,5 </coordinates></Point></MultiGeometry></Placemark>
<Placemark><name>none</name></Placemark><Placemark><Point><coordinates>x,y</coordinates></Point></Placemark></Document></kml>"#;
    let check = |path: &Path| {
        let all = read(path);
        assert!(all.error.is_none(), "{:?}", all.error);
        let first = &all.features[0];
        assert_eq!(
            (first.layer.as_deref(), first.source_id.as_deref()),
            (Some("网格"), Some("g1"))
        );
        assert_eq!(first.property("name"), text("一号 & 二号").as_ref());
        assert_eq!(first.property("户数"), text("120").as_ref());
        assert_eq!(first.property("kind"), text("a<b").as_ref());
        assert!(matches!(&first.geometry, Some(Geometry::Polygon(polygon)) if polygon.interiors().len() == 1));
        assert!(matches!(&all.features[1].geometry, Some(Geometry::MultiPoint(points)) if points.0.len() == 2));
        assert!(all.features[2].has_note("null_geometry"));
        assert_eq!(all.bad[0].code, "bad_geometry");
    };
    let (_folder, path) = written("a.kml", kml);
    check(&path);
    for part in 1..16 {
        let mut end = kml.len() * part / 16;
        while !kml.is_char_boundary(end) {
            end -= 1;
        }
        let (_folder, cut) = written("cut.kml", &kml[..end]);
        assert!(read(&cut).error.is_some(), "cut at {part}/16");
    }
    let (_folder, path) = written("a.kmz", []);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).expect("a file"));
    zip.start_file("doc.kml", zip::write::SimpleFileOptions::default())
        .expect("an entry");
    std::io::Write::write_all(&mut zip, kml.as_bytes()).expect("content");
    zip.finish().expect("an archive");
    check(&path);
}

fn ogr2ogr(test: &str, arguments: &[&str]) -> bool {
    match Command::new("ogr2ogr").args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            true
        }
        Err(_) => {
            eprintln!("SKIPPED {test}: ogr2ogr is not installed");
            false
        }
    }
}

/// Outlines of `a` are those of `b`, to a tenth of a millimetre.
fn same_places(a: &[RawFeature], b: &[RawFeature]) {
    let corners = |feature: &RawFeature| -> Vec<(i64, i64)> {
        let rings: Vec<&geo_types::LineString<f64>> = match &feature.geometry {
            Some(Geometry::MultiPolygon(polygons)) => polygons
                .iter()
                .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
                .collect(),
            Some(Geometry::Polygon(polygon)) => {
                std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect()
            }
            other => panic!("an area is expected: {other:?}"),
        };
        let mut corners: Vec<(i64, i64)> = rings
            .iter()
            .flat_map(|ring| &ring.0)
            .map(|c| ((c.x * 1e8).round() as i64, (c.y * 1e8).round() as i64))
            .collect();
        corners.sort_unstable();
        corners.dedup();
        corners
    };
    assert_eq!(a.len(), b.len());
    let all = |features: &[RawFeature]| -> Vec<Vec<(i64, i64)>> {
        let mut all: Vec<_> = features.iter().map(corners).collect();
        all.sort();
        all
    };
    for (a, b) in all(a).iter().zip(&all(b)) {
        assert_eq!(a.len(), b.len());
        assert!(
            a.iter()
                .zip(b)
                .all(|(p, q)| (p.0 - q.0).abs() <= 10 && (p.1 - q.1).abs() <= 10),
            "{a:?} {b:?}"
        );
    }
}

fn buildings(test: &str) -> Option<PathBuf> {
    shared(test, "osm-nanjing/buildings.geojson")
}

#[test]
fn a_shapefile_in_gbk_and_gauss_kruger_is_read() {
    let test = "a_shapefile_in_gbk_and_gauss_kruger_is_read";
    let Some(truth) = buildings(test) else { return };
    let (folder, _) = written("x", []);
    let (source, truth) = (truth.display().to_string(), read(&truth));
    for (name, encoding, crs, shown) in [
        ("gbk", "CP936", "EPSG:4549", "gb18030"),
        ("utf8", "UTF-8", "EPSG:4326", "UTF-8"),
    ] {
        let path = folder.path().join(format!("{name}.shp"));
        let target = path.display().to_string();
        let co = format!("ENCODING={encoding}");
        if !ogr2ogr(
            test,
            &[
                "-f",
                "ESRI Shapefile",
                &target,
                &source,
                "-lco",
                &co,
                "-t_srs",
                crs,
                "-select",
                "name,building",
            ],
        ) {
            return;
        }
        for keep_cpg in [true, false] {
            if !keep_cpg {
                std::fs::remove_file(path.with_extension("cpg")).ok();
                let dbf = path.with_extension("dbf");
                let mut bytes = std::fs::read(&dbf).expect("a file");
                bytes[29] = 0;
                std::fs::write(&dbf, bytes).expect("a file");
            }
            let opened = open(&path, &OpenOptions::default()).expect("opens");
            assert_eq!(
                opened.detected().encoding.map(TextEncoding::name),
                Some(shown),
                "{name} with .cpg: {keep_cpg}"
            );
            let all = read(&path);
            assert!(
                all.error.is_none() && all.bad.is_empty(),
                "{:?} {:?}",
                all.error,
                all.bad.first()
            );
            same_places(&all.features, &truth.features);
            let named = |features: &[RawFeature]| {
                let mut names: Vec<String> = features
                    .iter()
                    .filter_map(|feature| feature.property("name")?.text())
                    .collect();
                names.sort();
                names
            };
            assert_eq!(named(&all.features), named(&truth.features), "{name}");
        }
        for extension in ["shp", "dbf"] {
            let (shp, dbf) = (
                std::fs::read(&path).expect("a file"),
                std::fs::read(path.with_extension("dbf")).expect("a file"),
            );
            for part in 0..16 {
                let cut = folder.path().join("cut.shp");
                let keep = |wanted: &str, bytes: &[u8]| {
                    if wanted == extension {
                        bytes[..bytes.len() * part / 16].to_vec()
                    } else {
                        bytes.to_vec()
                    }
                };
                std::fs::write(&cut, keep("shp", &shp)).expect("a file");
                std::fs::write(cut.with_extension("dbf"), keep("dbf", &dbf)).expect("a file");
                let options = OpenOptions {
                    crs: Some(Crs::from_epsg(4549).expect("known")),
                    ..OpenOptions::default()
                };
                assert!(
                    read_with(&cut, &options).error.is_some(),
                    "{extension} cut at {part}/16"
                );
            }
        }
    }
    let zip_path = folder.path().join("all.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&zip_path).expect("a file"));
    for extension in ["shp", "dbf", "prj", "shx"] {
        zip.start_file(
            format!("楼栋/gbk.{extension}"),
            zip::write::SimpleFileOptions::default(),
        )
        .expect("an entry");
        let bytes = std::fs::read(folder.path().join("gbk.shp").with_extension(extension)).expect("a file");
        std::io::Write::write_all(&mut zip, &bytes).expect("content");
    }
    zip.finish().expect("an archive");
    let all = read(&zip_path);
    assert!(all.error.is_none(), "{:?}", all.error);
    same_places(&all.features, &truth.features);
    assert_eq!(all.features[0].layer.as_deref(), Some("gbk"));
}

#[test]
fn shapes_without_prj_that_are_not_degrees_ask_for_crs() {
    let (_folder, path) = written("a.shp", []);
    let mut writer = shapefile::ShapeWriter::from_path(&path).expect("a writer");
    writer
        .write_shape(&shapefile::Point::new(409_907.1, 3_393_656.6))
        .expect("a shape");
    drop(writer);
    assert_eq!(read(&path).error.map(|error| error.code()), Some("unknown_crs"));
    let all = read_with(
        &path,
        &OpenOptions {
            crs: Some(Crs::Epsg(4544)),
            ..OpenOptions::default()
        },
    );
    assert_eq!(all.features.len(), 1);
}

#[test]
fn gdal_writes_and_we_read_the_same() {
    let test = "gdal_writes_and_we_read_the_same";
    let Some(truth) = buildings(test) else { return };
    let (folder, _) = written("x", []);
    let (source, truth) = (truth.display().to_string(), read(&truth));
    for (name, driver, crs) in [
        ("a.fgb", "FlatGeobuf", "EPSG:4326"),
        ("b.fgb", "FlatGeobuf", "EPSG:32650"),
        ("a.gpkg", "GPKG", "EPSG:4490"),
        ("b.gpkg", "GPKG", "EPSG:4549"),
        ("a.kml", "KML", "EPSG:4326"),
        ("a.geojsonl", "GeoJSONSeq", "EPSG:4326"),
    ] {
        let path = folder.path().join(name);
        let target = path.display().to_string();
        if !ogr2ogr(
            test,
            &[
                "-f",
                driver,
                &target,
                &source,
                "-t_srs",
                crs,
                "-nlt",
                "PROMOTE_TO_MULTI",
                "-lco",
                "COORDINATE_PRECISION=12",
            ],
        ) {
            return;
        }
        let all = read(&path);
        assert!(
            all.error.is_none() && all.bad.is_empty(),
            "{name}: {:?} {:?}",
            all.error,
            all.bad.first()
        );
        if driver != "KML" {
            same_places(&all.features, &truth.features);
        }
        assert_eq!(all.features.len(), truth.features.len(), "{name}");
        let bytes = std::fs::read(&path).expect("a file");
        for part in 0..16 {
            let (_folder, cut) = written(name, &bytes[..bytes.len() * part / 16]);
            let all = read(&cut);
            assert!(
                all.error.is_some() || !all.bad.is_empty() || name.ends_with("geojsonl"),
                "{name} cut at {part}/16"
            );
        }
    }
}

#[test]
fn progress_ends_at_the_whole() {
    let Some(path) = buildings("progress_ends_at_the_whole") else {
        return;
    };
    let mut source = open(&path, &OpenOptions::default()).expect("opens");
    let total = source.progress().1;
    assert_eq!(total, std::fs::metadata(&path).expect("a file").len());
    let mut last = 0;
    while source.next().is_some() {
        let (done, _) = source.progress();
        assert!(done >= last && done <= total);
        last = done;
    }
    assert_eq!(source.progress(), (total, total));
}

#[test]
fn a_reader_that_stops_early_leaves_nothing_running() {
    let Some(path) = shared(
        "a_reader_that_stops_early_leaves_nothing_running",
        "osm-nanjing/osm-nanjing.osm.pbf",
    ) else {
        return;
    };
    for _ in 0..20 {
        let mut source = open(&path, &OpenOptions::default()).expect("opens");
        assert!(source.next().is_some());
    }
}
