//! Files made here with other people's writers, read back: what went in comes out.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{read, read_with, shared, written};
use geju_formats::{Crs, OpenOptions, RawFeature, RawValue, TextEncoding, layers, open};
use geo_types::Geometry;

fn text(value: &str) -> Option<RawValue> {
    Some(RawValue::Text(value.into()))
}

fn at(feature: &RawFeature) -> (f64, f64) {
    match &feature.geometry {
        Some(Geometry::Point(point)) => (point.x(), point.y()),
        other => panic!("a point is expected: {other:?}"),
    }
}

#[test]
fn tables_are_read_in_every_encoding_and_with_every_separator() {
    let table =
        "名称\t经度\t纬度\n锦江区春熙路街道办事处\t104.0817\t30.6571\n成都市第七中学（林荫校区）\t104.0700\t30.6400\n";
    let gbk = |text: &str| {
        "gbk"
            .parse::<TextEncoding>()
            .map(|_| encoding_rs::GBK.encode(text).0.into_owned())
            .expect("GBK")
    };
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(table.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let with_mark = ["\u{feff}", table].concat();
    for (what, bytes, encoding) in [
        ("UTF-8", table.as_bytes().to_vec(), "UTF-8"),
        ("UTF-8 with a mark", with_mark.into_bytes(), "UTF-8"),
        ("GBK", gbk(table), "gb18030"),
        (
            "GB18030",
            encoding_rs::GB18030
                .encode(&table.replace("名称", "名称𠮷"))
                .0
                .into_owned(),
            "gb18030",
        ),
        ("UTF-16", utf16, "UTF-16LE"),
    ] {
        for separator in ["\t", ",", ";"] {
            if what == "UTF-16" && separator != "\t" {
                continue;
            }
            let bytes = if separator == "\t" {
                bytes.clone()
            } else {
                bytes
                    .iter()
                    .map(|b| if *b == b'\t' { separator.as_bytes()[0] } else { *b })
                    .collect()
            };
            let (_folder, path) = written("a.csv", bytes);
            let source = open(&path, &OpenOptions::default()).expect("opens");
            assert_eq!(
                source.detected().encoding.map(TextEncoding::name),
                Some(encoding),
                "{what}"
            );
            assert_eq!(
                source.detected().place_columns,
                ["经度", "纬度"],
                "{what} {separator:?}"
            );
            let all = read(&path);
            assert!(all.bad.is_empty() && all.error.is_none());
            assert_eq!(
                all.features[0].properties[0].1,
                RawValue::Text("锦江区春熙路街道办事处".into()),
                "{what}"
            );
            assert_eq!((at(&all.features[1]), all.features[1].index), ((104.07, 30.64), 3));
        }
    }
}

#[test]
fn a_table_may_name_its_columns_or_hold_wkt_or_no_place_at_all() {
    let (_folder, path) = written("a.csv", "name;easting;northing\na;409907.1029;3393656.5840\n");
    let options = OpenOptions {
        crs: Some(Crs::Epsg(4544)),
        lon_column: Some("easting".into()),
        lat_column: Some("northing".into()),
        ..OpenOptions::default()
    };
    let all = read_with(&path, &options);
    let (lon, lat) = at(&all.features[0]);
    assert!((lon - 104.06).abs() < 1e-8 && (lat - 30.66).abs() < 1e-8);
    let missing = read_with(
        &path,
        &OpenOptions {
            lon_column: Some("x".into()),
            ..OpenOptions::default()
        },
    );
    assert!(missing.error.is_some_and(|error| error.to_string().contains("easting")));

    let (_folder, path) = written(
        "a.csv",
        "name,WKT\na,\"POLYGON Z ((118 32 1,118.1 32 1,118.1 32.1 1))\"\nb,\nc,POLYGON((1\nd,0101000000000000000000004000000000000004C0\n",
    );
    let all = read(&path);
    assert!(matches!(all.features[0].geometry, Some(Geometry::Polygon(_))) && all.features[0].has_note("ring_closed"));
    assert!(all.features[1].has_note("no_coordinates"));
    assert_eq!(
        (all.bad.len(), all.bad[0].code, all.bad[0].index),
        (1, "bad_geometry", 4)
    );
    assert_eq!(at(&all.features[2]), (2.0, -2.5));

    let (_folder, path) = written("a.csv", "编码,户数\n510104001001,120\n510104001002,\n");
    let all = read(&path);
    assert!(
        open(&path, &OpenOptions::default())
            .expect("opens")
            .detected()
            .place_columns
            .is_empty()
    );
    assert_eq!(all.features[0].property("编码"), text("510104001001").as_ref());
    assert!(
        all.features
            .iter()
            .all(|feature| feature.geometry.is_none() && feature.notes.is_empty())
    );
    assert_eq!(all.features[1].property("户数"), Some(&RawValue::Null));
}

#[test]
fn rows_that_do_not_fit_are_told_by_number() {
    let (_folder, path) = written(
        "a.csv",
        "name,lon,lat\na,118,32\nb,118,\nc,abc,32\nd,118,32,extra\n\"e\nf\",118,32\n",
    );
    let all = read(&path);
    let bad: Vec<_> = all.bad.iter().map(|bad| (bad.index, bad.code)).collect();
    assert_eq!(
        bad,
        [(3, "bad_coordinates"), (4, "bad_coordinates"), (5, "row_too_long")]
    );
    assert_eq!(all.features.len(), 2);
}

#[test]
fn a_spreadsheet_is_read_with_its_title_dates_and_codes() {
    let (_folder, path) = written("a.xlsx", []);
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("说明").expect("a name");
    let sheet = book.add_worksheet();
    sheet.set_name("院落").expect("a name");
    sheet.write(0, 0, "2024年院落台账").expect("a cell");
    for (column, name) in ["编码", "名称", "经度", "纬度", "建成日期"].into_iter().enumerate() {
        sheet.write(1, column as u16, name).expect("a cell");
    }
    sheet.write(2, 0, 510_104_001_003_f64).expect("a cell");
    sheet.write(2, 1, "锦官新城").expect("a cell");
    sheet.write(2, 2, 104.08).expect("a cell");
    sheet.write(2, 3, 30.65).expect("a cell");
    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2003, 5, 1).expect("a date");
    sheet
        .write_with_format(
            2,
            4,
            &date,
            &rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd"),
        )
        .expect("a cell");
    sheet.write(4, 1, "没有坐标").expect("a cell");
    sheet.write(5, 1, "far right").expect("a cell");
    sheet.write(5, 600, "x").expect("a cell");
    book.save(&path).expect("a file");

    assert_eq!(layers(&path).expect("sheets"), ["说明", "院落"]);
    let all = read(&path);
    assert!(all.error.is_none(), "{:?}", all.error);
    let first = &all.features[0];
    assert_eq!((first.index, first.layer.as_deref()), (3, Some("院落")));
    assert_eq!(first.property("编码"), Some(&RawValue::Int(510_104_001_003)));
    assert_eq!(first.property("建成日期"), text("2003-05-01").as_ref());
    assert_eq!(at(first), (104.08, 30.65));
    assert!(all.features[1].has_note("no_coordinates") && all.features[1].index == 5);
    assert_eq!((all.bad[0].code, all.bad[0].index), ("too_many_columns", 6));

    let bytes = std::fs::read(&path).expect("a file");
    for part in 0..16 {
        let (_folder, cut) = written("cut.xlsx", &bytes[..bytes.len() * part / 16]);
        assert!(read(&cut).error.is_some());
    }
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
