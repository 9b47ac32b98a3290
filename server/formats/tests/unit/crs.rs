use super::*;

const NANJING: [f64; 2] = [118.78, 32.04];

#[test]
fn systems_are_read_from_what_people_write() {
    for (text, crs) in [
        ("wgs84", Crs::Wgs84),
        (" GCJ02 ", Crs::Gcj02),
        ("BD-09", Crs::Bd09),
        ("EPSG:4326", Crs::Wgs84),
        ("epsg:4490", Crs::Wgs84),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs::Wgs84),
        ("urn:ogc:def:crs:EPSG::3857", Crs::Epsg(3857)),
        ("http://www.opengis.net/def/crs/EPSG/0/2326", Crs::Epsg(2326)),
        ("EPSG:900913", Crs::Epsg(3857)),
    ] {
        assert_eq!(text.parse(), Ok(crs), "{text}");
    }
    for text in [
        "",
        "mars",
        "EPSG:",
        "EPSG:x",
        "EPSG:1",
        "EPSG:99999999999",
        "EPSG:-4326",
    ] {
        assert!(text.parse::<Crs>().is_err(), "{text}");
    }
}

#[test]
fn every_code_a_city_may_bring_is_known_and_comes_back() {
    let mut codes = vec![
        3857, 5514, 3826, 2326, 27700, 2154, 25832, 25833, 2437, 2379, 4214, 3414,
    ];
    codes.extend(4491..=4554);
    codes.extend(32601..=32660);
    codes.extend(32701..=32760);
    for code in codes {
        let crs = Crs::from_epsg(code).unwrap_or_else(|error| panic!("{code}: {error}"));
        let proj = projection(code).expect("known");
        // A place near where the system is meant for: its own origin of longitude, a middling latitude.
        let near = match code {
            5514 => [14.4, 50.1],
            27700 | 2154 => [2.0, 49.0],
            25832 => [9.0, 50.0],
            25833 => [15.0, 50.0],
            3414 => [103.8, 1.3],
            3826 | 2326 | 3857 | 4214 => [116.0, 23.0],
            2437 => [120.0, 30.0],
            2379 => [102.0, 30.0],
            4491..=4501 => [75.0 + 6.0 * f64::from(code - 4491), 35.0],
            4502..=4512 => [75.0 + 6.0 * f64::from(code - 4502), 35.0],
            4513..=4533 => [75.0 + 3.0 * f64::from(code - 4513), 35.0],
            4534..=4554 => [75.0 + 3.0 * f64::from(code - 4534), 35.0],
            32601..=32660 => [-177.0 + 6.0 * f64::from(code - 32601), 35.0],
            _ => [-177.0 + 6.0 * f64::from(code - 32701), -35.0],
        };
        let [x, y] = crs.from_wgs84(near[0] + 0.1, near[1] + 0.1).expect("inside");
        let [lon, lat] = crs.to_wgs84(x, y).expect("inside");
        assert!(
            (lon - near[0] - 0.1).abs() < 1e-7 && (lat - near[1] - 0.1).abs() < 1e-7,
            "{code}: {lon} {lat} from {x} {y}"
        );
        assert_eq!(crs.is_geographic(), proj.is_latlong());
    }
}

#[test]
fn a_gauss_kruger_point_agrees_with_proj() {
    // GDAL/PROJ: CGCS2000 3-degree zone CM105 of (104.06, 30.66).
    let [x, y] = Crs::Epsg(4544).from_wgs84(104.06, 30.66).expect("inside");
    assert!(
        (x - 409907.1029).abs() < 0.001 && (y - 3393656.584).abs() < 0.001,
        "{x} {y}"
    );
}

#[test]
fn krovak_agrees_with_proj() {
    // GDAL/PROJ: EPSG:5514 (-743000, -1041000), its one-metre transformation.
    let [lon, lat] = Crs::Epsg(5514).to_wgs84(-743000.0, -1041000.0).expect("inside");
    assert!(
        (lon - 14.4147813590224).abs() < 1e-9 && (lat - 50.1051608577156).abs() < 1e-9,
        "{lon} {lat}"
    );
}

#[test]
fn gcj02_and_its_inverse_are_one_another() {
    for lon in (73..135).step_by(3) {
        for lat in (4..53).step_by(3) {
            let (lon, lat) = (f64::from(lon) + 0.123, f64::from(lat) + 0.456);
            let [x, y] = Crs::Gcj02.from_wgs84(lon, lat).expect("finite");
            let [back_lon, back_lat] = Crs::Gcj02.to_wgs84(x, y).expect("finite");
            assert!((back_lon - lon).abs() < 1e-8 && (back_lat - lat).abs() < 1e-8);
            let [x, y] = Crs::Bd09.from_wgs84(lon, lat).expect("finite");
            let [back_lon, back_lat] = Crs::Bd09.to_wgs84(x, y).expect("finite");
            assert!((back_lon - lon).abs() < 1e-8 && (back_lat - lat).abs() < 1e-8);
        }
    }
    assert_eq!(
        Crs::Gcj02.from_wgs84(2.35, 48.86),
        Ok([2.35, 48.86]),
        "no shift outside the box"
    );
    assert!(Crs::Gcj02.from_wgs84(f64::NAN, 30.0).is_err());
    assert!(Crs::Epsg(4544).to_wgs84(f64::INFINITY, 0.0).is_err());
}

#[test]
fn names_in_prj_files_are_understood() {
    for (wkt, crs) in [
        (
            r#"PROJCS["CGCS2000_3_Degree_GK_CM_105E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000"]]"#,
            Crs::Epsg(4544),
        ),
        (r#"PROJCS["CGCS2000_3_Degree_GK_Zone_35",GEOGCS["x"]]"#, Crs::Epsg(4523)),
        (
            r#"PROJCS["CGCS2000 / Gauss-Kruger CM 105E",GEOGCS["x"]]"#,
            Crs::Epsg(4507),
        ),
        (r#"PROJCS["CGCS2000_GK_Zone_18",GEOGCS["x"]]"#, Crs::Epsg(4496)),
        (
            r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]]]"#,
            Crs::Wgs84,
        ),
        (
            r#"GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000"]]"#,
            Crs::Wgs84,
        ),
        (
            r#"PROJCS["WGS_1984_UTM_Zone_48N",GEOGCS["GCS_WGS_1984"]]"#,
            Crs::Epsg(32648),
        ),
        (
            r#"PROJCS["成都","x",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000"],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",105.0],PARAMETER["Scale_Factor",1.0]]"#,
            Crs::Epsg(4544),
        ),
        (
            r#"PROJCS["x",GEOGCS["y",AUTHORITY["EPSG","4326"]],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","5514"]]"#,
            Crs::Epsg(5514),
        ),
        (
            r#"PROJCRS["x",BASEGEOGCRS["y",ID["EPSG",4326]],ID["EPSG",32650]]"#,
            Crs::Epsg(32650),
        ),
    ] {
        assert_eq!(from_wkt(wkt), Ok(crs), "{wkt}");
    }
    for wkt in [
        "",
        "\"",
        "[[[[",
        "LOCAL_CS[\"site\"]",
        "PROJCS[\"城市独立坐标系\",GEOGCS[\"x\",AUTHORITY[\"EPSG\",\"4326\"]]]",
    ] {
        assert!(from_wkt(wkt).is_err(), "{wkt}");
    }
}

#[test]
fn nanjing_moves_as_far_as_published() {
    let [lon, lat] = Crs::Gcj02.from_wgs84(NANJING[0], NANJING[1]).expect("finite");
    assert!((lon - NANJING[0]).abs() < 0.007 && (lat - NANJING[1]).abs() < 0.004 && lon != NANJING[0]);
}
