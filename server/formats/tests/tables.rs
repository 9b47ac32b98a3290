//! Tables as clerks hand them over: cut off, in two encodings, with titles and gaps, and every row told by its number.

mod common;

use common::{Read, read, read_with, written};
use geju_formats::{OpenOptions, RawFeature, RawValue, TextEncoding, open};
use geo_types::Geometry;

fn rows(all: &Read) -> Vec<u64> {
    all.features.iter().map(|feature| feature.index).collect()
}

fn bad(all: &Read) -> Vec<(u64, &'static str)> {
    all.bad.iter().map(|bad| (bad.index, bad.code)).collect()
}

fn at(feature: &RawFeature) -> (f64, f64) {
    match &feature.geometry {
        Some(Geometry::Point(point)) => (point.x(), point.y()),
        other => panic!("a point is expected: {other:?}"),
    }
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_told_with_its_line() {
    for line_break in ["\n", "\r\n"] {
        let text = [
            "编码,名称,户数",
            "001,锦官,100",
            "002,\"锦绣,120",
            "003,花园,130",
            "004,春熙,140",
            "",
        ]
        .join(line_break);
        let (_folder, path) = written("a.csv", text);
        let all = read(&path);
        let error = all.error.as_ref().expect("refused");
        assert_eq!(error.code(), "truncated_file");
        assert!(error.to_string().contains("line 3"), "{error}");
        assert_eq!(rows(&all), [2], "nothing behind the mark comes in");
    }
}

#[test]
fn a_quotation_mark_closed_by_the_next_one_is_told() {
    let (_folder, path) = written("a.csv", "code,name,n\n001,\"锦绣,120\n002,\"花园\",130\n003,春熙,140\n");
    let all = read(&path);
    assert_eq!(bad(&all), [(2, "broken_quotes")]);
    assert!(all.bad[0].what.contains("line 2"), "{}", all.bad[0]);
    assert_eq!(all.features.len(), 1);
    assert_eq!(all.features[0].property("name"), Some(&RawValue::Text("春熙".into())));
}

#[test]
fn quotes_hold_separators_line_breaks_and_doubled_quotes() {
    let (_folder, path) = written(
        "a.csv",
        "code,name\n1,\"a,b\"\n2,\"c\r\nd\"\n3,\"e \"\"f\"\"\"\n4,g \"h\" i\n5,\"\"",
    );
    let all = read(&path);
    assert!(all.error.is_none() && all.bad.is_empty(), "{all:?}");
    let names: Vec<_> = all
        .features
        .iter()
        .filter_map(|feature| feature.property("name")?.text())
        .collect();
    assert_eq!(names, ["a,b", "c\r\nd", "e \"f\"", "g \"h\" i"]);
    assert_eq!(rows(&all), [2, 3, 4, 5, 6]);
}

#[test]
fn rows_are_counted_as_a_spreadsheet_shows_them() {
    for line_break in ["\n", "\r\n", "\r"] {
        let text = [
            "",
            "name,lon,lat",
            "a,118,32",
            "",
            ",,",
            "b,abc,32",
            "\"two",
            "lines\",118,32",
            "c,abc,32",
        ]
        .join(line_break);
        let (_folder, path) = written("a.csv", text);
        let all = read(&path);
        assert_eq!(rows(&all), [3, 7], "{line_break:?}");
        assert_eq!(bad(&all), [(6, "bad_coordinates"), (8, "bad_coordinates")]);
        let positions: Vec<_> = all.bad.iter().filter_map(|bad| bad.position.as_deref()).collect();
        assert_eq!(positions, ["line 6", "line 9"], "{line_break:?}");
    }
}

#[test]
fn a_title_above_the_header_is_passed_over() {
    for (separator, text) in [
        (",", "2024年院落台账\n名称,经度,纬度\n锦官新城,104.08,30.65\n"),
        (",", "2024年院落台账,,\n\n名称,经度,纬度\n锦官新城,104.08,30.65\n"),
        ("\t", "2024年院落台账\n名称\t经度\t纬度\n锦官新城\t104.08\t30.65\n"),
    ] {
        let (_folder, path) = written("a.csv", text);
        let source = open(&path, &OpenOptions::default()).expect("opens");
        assert_eq!(source.detected().columns, ["名称", "经度", "纬度"], "{separator:?}");
        let all = read(&path);
        assert_eq!(at(&all.features[0]), (104.08, 30.65));
        assert_eq!(rows(&all), [text.lines().count() as u64]);
    }
    let (_folder, path) = written("a.csv", "编码\n510104001001\n510104001002\n");
    assert_eq!(rows(&read(&path)), [2, 3], "a table of one column has no title");
}

#[test]
fn every_row_in_the_wrong_encoding_is_refused() {
    let mut bytes = "编码,名称\n".as_bytes().to_vec();
    for at in 0..40 {
        bytes.extend_from_slice(format!("{at},锦官新城一号院\n").as_bytes());
        if at % 10 == 5 {
            bytes.extend_from_slice(&gbk(&format!("x{at},小区4\n")));
        }
    }
    bytes.extend_from_slice("90,有\u{fffd}的名称\n".as_bytes());
    let (_folder, path) = written("a.csv", bytes);
    let all = read(&path);
    assert_eq!(bad(&all), [8, 19, 30, 41].map(|row| (row, "wrong_encoding")));
    assert_eq!(
        all.features.len(),
        41,
        "a replacement mark that stood in the file is no fault of ours"
    );
    let whole = |name: &RawValue| {
        name.text()
            .is_some_and(|name| name.starts_with("锦官") || name.starts_with('有'))
    };
    assert!(
        all.features
            .iter()
            .all(|feature| feature.property("名称").is_some_and(whole))
    );

    let (_folder, path) = written("b.csv", gbk("编码,名称\n1,小区\n"));
    let named = OpenOptions {
        encoding: Some(TextEncoding::UTF8),
        ..OpenOptions::default()
    };
    let error = read_with(&path, &named).error.expect("refused");
    assert!(error.to_string().contains("header"), "{error}");
}

#[test]
fn chinese_far_behind_the_head_still_tells_the_encoding() {
    let mut text = String::from("code,name\n");
    for at in 0..20_000 {
        text.push_str(&format!("{at},plain ascii\n"));
    }
    for at in 0..5 {
        text.push_str(&format!("{at},小区4\n"));
    }
    for (bytes, encoding) in [(gbk(&text), "gb18030"), (text.clone().into_bytes(), "UTF-8")] {
        let (_folder, path) = written("a.csv", bytes);
        let source = open(&path, &OpenOptions::default()).expect("opens");
        assert_eq!(source.detected().encoding.map(TextEncoding::name), Some(encoding));
        let all = read(&path);
        assert!(all.bad.is_empty());
        let last = all.features.last().and_then(|feature| feature.property("name"));
        assert_eq!(last, Some(&RawValue::Text("小区4".into())));
    }
}

#[test]
fn coordinates_are_read_as_people_type_them() {
    let dms = (104.0625, 30.65);
    for (lon, lat) in [
        ("１０４．０６２５", "３０．６５"),
        ("'104.0625", "'30.65"),
        ("’104.0625", "　30.65　"),
        ("104°3′45″", "30°39′"),
        ("104°3'45\"\"", "30°39'0\"\""),
        ("东经104度3分45秒", "北纬30度39分"),
        ("E104.0625", "30.65°N"),
        ("Ｅ１０４°3′45″", "30°39'00''N"),
    ] {
        let (_folder, path) = written("a.csv", format!("name,lon,lat\na,\"{lon}\",\"{lat}\"\n"));
        let all = read(&path);
        assert!(all.bad.is_empty(), "{lon} {lat}: {:?}", all.bad);
        assert_eq!(at(&all.features[0]), dms, "{lon} {lat}");
    }
    let (_folder, path) = written("a.csv", "name,lon,lat\na,0.5W,0°30′S\n");
    assert_eq!(at(&read(&path).features[0]), (-0.5, -0.5));
    for lon in ["104°61′", "104°3", "104..5", "°", "约104", "104°-3′", "3′"] {
        let (_folder, path) = written("a.csv", format!("name,lon,lat\na,{lon},30\n"));
        let all = read(&path);
        assert_eq!(bad(&all), [(2, "bad_coordinates")], "{lon}");
        assert!(
            all.bad[0]
                .mend
                .as_deref()
                .is_some_and(|mend| mend.contains("decimal degrees"))
        );
    }
}

#[test]
fn a_monstrous_coordinate_is_told_in_a_short_sentence() {
    let (_folder, path) = written("a.csv", "name,lon,lat\na,1e308,30\nb,104,1e-300\n");
    let all = read(&path);
    assert_eq!(bad(&all), [(2, "out_of_range")]);
    assert!(all.bad[0].what.contains("1e308"), "{}", all.bad[0]);
    assert!(all.bad[0].what.len() < 200);
}

#[test]
fn sheets_that_are_not_read_are_named() {
    let (_folder, path) = written("a.xlsx", []);
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, filled) in [
        ("空", false),
        ("院落", true),
        ("网格", true),
        ("空2", false),
        ("商户", true),
    ] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        if filled {
            sheet.write(0, 0, "名称").expect("a cell");
            sheet.write(1, 0, name).expect("a cell");
        }
    }
    book.save(&path).expect("a file");
    let source = open(&path, &OpenOptions::default()).expect("opens");
    assert_eq!(source.detected().layers, ["院落"]);
    assert_eq!(source.detected().other_layers, ["网格", "商户"]);
    let named = |layer: &str| OpenOptions {
        layer: Some(layer.into()),
        ..OpenOptions::default()
    };
    let source = open(&path, &named("网格")).expect("opens");
    assert!(
        source.detected().other_layers.is_empty(),
        "the others were left out on purpose"
    );
    let missing = read_with(&path, &named("楼栋")).error.expect("refused");
    assert_eq!(missing.code(), "no_such_layer");
    assert!(missing.to_string().contains("商户"), "{missing}");

    let bytes = std::fs::read(&path).expect("a file");
    let (_folder, cut) = written("cut.xlsx", &bytes[..bytes.len() / 2]);
    let error = read(&cut).error.expect("refused");
    assert_eq!(error.code(), "truncated_file");
    assert!(error.to_string().contains("not complete, copy it again"), "{error}");
}
