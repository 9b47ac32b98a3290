//! Tables as clerks' programs write them: every encoding, every separator, a title above, codes that look like numbers.

mod common;

use common::{read, read_with, written};
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
