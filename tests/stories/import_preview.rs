//! What an office brings, looked at in the browser before it is carried out: where it falls, and which column is what.

use geju_tests::{Client, Reply, box_at, feature, gpkg_ground};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::{Cursor, Write};

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Sends a file as the page does: its bytes as the body, its name and the rest in the query.
fn bring(client: &Client, name: &str, bytes: &[u8], query: &[(&str, &str)]) -> Reply {
    let told: String = query
        .iter()
        .map(|(key, value)| format!("&{key}={}", escaped(value)))
        .collect();
    let path = format!("/api/v1/imports?name={}{told}", escaped(name));
    let request = client
        .request(Method::POST, &path)
        .header("Content-Type", "application/octet-stream")
        .body(bytes.to_vec());
    Client::send(request)
}

const LOOK: [(&str, &str); 2] = [("dry_run", "true"), ("preview", "true")];

fn look(client: &Client, name: &str, bytes: &[u8], query: &[(&str, &str)]) -> Value {
    let query: Vec<(&str, &str)> = LOOK.iter().chain(query).copied().collect();
    let report = bring(client, name, bytes, &query).status(200).json();
    assert_eq!(report["preview"]["type"], "FeatureCollection", "{report}");
    report
}

fn field_of(report: &Value, column: &str) -> Value {
    let columns = report["columns"].as_array().expect("columns");
    let found = columns.iter().find(|c| c["column"] == column);
    found.unwrap_or_else(|| panic!("no column {column}: {columns:?}"))["field"].clone()
}

/// Features of a preview, by what becomes of them.
fn counted(report: &Value, what: &str) -> usize {
    let features = report["preview"]["features"].as_array().expect("features");
    features.iter().filter(|f| f["properties"]["what"] == what).count()
}

/// A corner of the first feature shown.
fn corner(report: &Value) -> [f64; 2] {
    let mut at = &report["preview"]["features"][0]["geometry"]["coordinates"];
    while at[0].is_array() {
        at = &at[0];
    }
    [at[0].as_f64().expect("lon"), at[1].as_f64().expect("lat")]
}

#[test]
fn a_geojson_file_is_seen_on_the_map_before_it_changes_it() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let mut places: Vec<Value> = (0..3)
        .map(|n| {
            let mut place = feature("compound", &format!("院落{n}"), box_at(f64::from(n) * 3.0, 0.0, 2.0, 2.0));
            place["properties"] = json!({"小区名称": format!("院落{n}"), "小区编码": format!("510104020001-{n}"), "总户数（户）": 30 + n, "联系人": "某人"});
            place
        })
        .collect();
    let file = |places: &[Value]| json!({"type": "FeatureCollection", "features": places}).to_string();
    let name = "【最终】小区台账（2026）+附件.geojson";
    let report = look(&admin, name, file(&places).as_bytes(), &[]);
    assert_eq!(report["layers"]["compound"]["new"], 3, "{report}");
    assert_eq!(counted(&report, "new"), 3);
    assert_eq!(report["preview"]["bbox"].as_array().map(Vec::len), Some(4));
    let first = &report["preview"]["features"][0]["properties"];
    assert_eq!(
        (&first["kind"], &first["name"], &first["row"]),
        (&json!("compound"), &json!("院落0"), &json!(0))
    );
    assert_eq!(field_of(&report, "小区名称"), "name");
    assert_eq!(field_of(&report, "小区编码"), "code");
    assert_eq!(field_of(&report, "总户数（户）"), "households");
    assert_eq!(field_of(&report, "联系人"), Value::Null);
    let people = report["columns"]
        .as_array()
        .and_then(|c| c.iter().find(|c| c["column"] == "联系人"));
    assert_eq!(
        people.map(|c| c["sample"].clone()),
        Some(json!([])),
        "personal data is not repeated"
    );
    assert!(!report.to_string().contains("某人"), "personal data is not repeated");
    let fields = report["fields"].as_array().expect("fields");
    assert!(
        fields.contains(&json!("households")) && !fields.contains(&json!("floors")),
        "{fields:?}"
    );
    assert_eq!(admin.number_of("compound"), 0, "a look changes nothing");

    // Carried out, then brought again: one changed, one as it was, one that crosses itself.
    assert_eq!(
        bring(&admin, name, file(&places).as_bytes(), &[]).status(200).json()["layers"]["compound"]["new"],
        3
    );
    places[1]["properties"]["总户数（户）"] = json!(99);
    let bow = json!([[
        [104.1, 30.6],
        [104.11, 30.61],
        [104.11, 30.6],
        [104.1, 30.612],
        [104.1, 30.6]
    ]]);
    places[2]["geometry"] = json!({"type": "Polygon", "coordinates": bow});
    let report = look(&admin, name, file(&places).as_bytes(), &[]);
    assert_eq!(
        [
            counted(&report, "same"),
            counted(&report, "changed"),
            counted(&report, "bad"),
            counted(&report, "new")
        ],
        [1, 1, 1, 0],
        "{report}"
    );
    assert!(report["seq"].is_null() && report["dry_run"] == true);
}

#[test]
fn a_file_that_does_not_say_what_it_holds_is_shown_all_the_same() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let place = json!({"type": "Feature", "properties": {"a": 1}, "geometry": box_at(0.0, 0.0, 2.0, 2.0)});
    let file = json!({"type": "FeatureCollection", "features": [place]}).to_string();
    let report = look(&admin, "export.geojson", file.as_bytes(), &[]);
    assert_eq!(report["findings"][0]["code"], "kind_unknown", "{report}");
    assert_eq!(report["preview"]["features"][0]["properties"]["kind"], Value::Null);
    let told = look(&admin, "export.geojson", file.as_bytes(), &[("kind", "building")]);
    assert_eq!(counted(&told, "new"), 1);
    // A look is a look: what would be carried out is not asked for with a preview.
    bring(
        &admin,
        "export.geojson",
        file.as_bytes(),
        &[("kind", "building"), ("preview", "true")],
    )
    .problem(400);
}

/// Two compounds as an office's Shapefile, names in GBK, packed as its desktop packs them.
fn zipped_shapefile() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("小区.shp");
    let text = |name: &str| name.try_into().expect("a field name");
    let table = shapefile::dbase::TableWriterBuilder::with_encoding(shapefile::dbase::encoding::EncodingRs::from(
        shapefile::dbase::encoding_rs::GBK,
    ))
    .add_character_field(text("NAME"), 40)
    .add_character_field(text("CODE"), 40);
    let mut writer = shapefile::Writer::from_path(&path, table).expect("a writer");
    for (n, name) in ["红星路院落", "桂花巷小区"].into_iter().enumerate() {
        let west = 104.06 + n as f64 * 0.003;
        let ring = [(0.0, 0.0), (0.0, 0.002), (0.002, 0.002), (0.002, 0.0), (0.0, 0.0)];
        let ring = ring.map(|(x, y)| shapefile::Point::new(west + x, 30.65 + y)).to_vec();
        let mut record = shapefile::dbase::Record::default();
        let value = |text: String| shapefile::dbase::FieldValue::Character(Some(text));
        record.insert("NAME".into(), value(name.into()));
        record.insert("CODE".into(), value(format!("510104020001-{n}")));
        let polygon = shapefile::Polygon::new(shapefile::PolygonRing::Outer(ring));
        writer.write_shape_and_record(&polygon, &record).expect("written");
    }
    drop(writer);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for extension in ["shp", "shx", "dbf"] {
        let bytes = std::fs::read(path.with_extension(extension)).expect("a part");
        zip.start_file(format!("小区.{extension}"), zip::write::SimpleFileOptions::default())
            .expect("an entry");
        zip.write_all(&bytes).expect("content");
    }
    zip.finish().expect("an archive").into_inner()
}

#[test]
fn a_zipped_shapefile_in_gcj02_and_gbk_is_put_where_it_belongs() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let bytes = zipped_shapefile();
    let plain = look(&admin, "小区.zip", &bytes, &[]);
    assert_eq!(counted(&plain, "new"), 2, "{plain}");
    let names: Vec<&Value> = plain["preview"]["features"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|f| &f["properties"]["name"])
        .collect();
    assert_eq!(names, ["红星路院落", "桂花巷小区"]);
    assert_eq!(field_of(&plain, "NAME"), "name");
    let sample = plain["columns"]
        .as_array()
        .and_then(|c| c.iter().find(|c| c["column"] == "NAME"))
        .map(|c| c["sample"].clone());
    assert_eq!(sample, Some(json!(["红星路院落", "桂花巷小区"])));
    // The person sees that it lies beside the road, says GCJ-02, and sees it move some hundred metres.
    let moved = look(&admin, "小区.zip", &bytes, &[("crs", "gcj02")]);
    let (a, b) = (corner(&plain), corner(&moved));
    let meters = ((a[0] - b[0]) * 95_800.0).hypot((a[1] - b[1]) * 111_000.0);
    assert!((200.0..700.0).contains(&meters), "{meters} m");
}

#[test]
fn a_table_in_gbk_has_its_columns_named_and_its_mapping_mended() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let text = "站点,经度,纬度,种类,能坐,手机\r\n社区食堂,104.06,30.65,canteen,40,13800000000\r\n卫生站,104.07,30.66,clinic,,13900000000\r\n无处,,,clinic,3,\r\n";
    let (bytes, ..) = encoding_rs::GBK.encode(text);
    let report = look(&admin, "资源点.csv", &bytes, &[]);
    assert_eq!(report["files"][0]["encoding"], "gb18030", "{report}");
    assert_eq!(
        (field_of(&report, "经度"), field_of(&report, "纬度")),
        (json!("lon"), json!("lat"))
    );
    assert_eq!(
        (field_of(&report, "站点"), field_of(&report, "能坐")),
        (Value::Null, Value::Null)
    );
    assert!(
        !report.to_string().contains("13800000000"),
        "a phone number is not repeated"
    );
    assert_eq!(counted(&report, "new"), 2);
    // As the page sends it once the person has chosen.
    let chosen = [("map", "name=站点"), ("map", "capacity=能坐"), ("map", "category=种类")];
    let mended = look(&admin, "资源点.csv", &bytes, &chosen);
    assert_eq!(
        (field_of(&mended, "站点"), field_of(&mended, "能坐")),
        (json!("name"), json!("capacity"))
    );
    let first = &mended["preview"]["features"][0];
    assert_eq!(
        (&first["properties"]["name"], &first["properties"]["row"]),
        (&json!("社区食堂"), &json!(2))
    );
    assert_eq!(
        first["geometry"],
        json!({"type": "Point", "coordinates": [104.06, 30.65]})
    );
    assert_eq!(
        bring(&admin, "资源点.csv", &bytes, &chosen).status(200).json()["layers"]["resource_site"]["new"],
        2
    );
    let site = &admin.every_place("resource_site")[0]["properties"];
    assert!(site["name"] == "社区食堂" || site["name"] == "卫生站", "{site}");
}

#[test]
fn a_workbook_shows_which_sheets_were_not_read_and_how_to_read_them() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let place = feature("compound", "旧名", box_at(0.0, 0.0, 2.0, 2.0));
    let mut place = place;
    place["properties"]["code"] = json!("510104020001-7");
    admin.post("/api/v1/places", &place).status(201);
    let mut book = rust_xlsxwriter::Workbook::new();
    for (sheet, households) in [("一季度", 50), ("二季度", 60)] {
        let sheet = book.add_worksheet().set_name(sheet).expect("a name");
        let head = ["小区编码", "小区名称", "户数"];
        for (column, word) in (0..).zip(head) {
            sheet.write_string(0, column, word).expect("written");
        }
        sheet.write_string(1, 0, "510104020001-7").expect("written");
        sheet.write_string(1, 1, "新名").expect("written");
        sheet.write_number(1, 2, households).expect("written");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let report = look(&admin, "小区档案.xlsx", &bytes, &[]);
    assert_eq!(report["files"][0]["layers"], json!(["一季度"]), "{report}");
    assert_eq!(report["files"][0]["other_layers"], json!(["二季度"]));
    let told = report["findings"]
        .as_array()
        .and_then(|f| f.iter().find(|f| f["code"] == "layers_unread"))
        .expect("told");
    assert!(
        told["what"].to_string().contains("二季度") && told["mend"].to_string().contains("--layer"),
        "{told}"
    );
    // Without coordinates the row shows where the place it speaks of lies.
    assert_eq!(counted(&report, "changed"), 1);
    assert_eq!(report["differences"][0]["fields"], json!(["name", "households"]));
    let second = look(&admin, "小区档案.xlsx", &bytes, &[("layer", "二季度")]);
    assert!(second["findings"].as_array().is_some_and(Vec::is_empty), "{second}");
    bring(&admin, "小区档案.xlsx", &bytes, &[("layer", "二季度")]).status(200);
    assert_eq!(
        admin.every_place("compound")[0]["properties"]["archive"]["households"],
        60
    );
}
