//! The coordinate system a file writes about itself as WKT (.prj, GeoPackage, FlatGeobuf).

use super::{Crs, CrsError};

/// Reads the system from WKT: by authority code, else by name, else by projection parameters.
pub(crate) fn from_wkt(text: &str) -> Result<Crs, CrsError> {
    let trimmed = text.trim().trim_start_matches('\u{feff}');
    if let Some(code) = authority(trimmed) {
        return Crs::from_epsg(code);
    }
    let name = quoted(trimmed).unwrap_or_default();
    if let Some(code) = by_name(&name) {
        return Crs::from_epsg(code);
    }
    if trimmed.to_ascii_uppercase().starts_with("PROJCS")
        && let Some(code) = by_parameters(trimmed)
    {
        return Crs::from_epsg(code);
    }
    Err(CrsError::Unreadable(if name.is_empty() {
        trimmed.to_owned()
    } else {
        name
    }))
}

/// The code of the outermost object: `AUTHORITY["EPSG","5514"]` or `ID["EPSG",5514]` right before its closing bracket.
fn authority(text: &str) -> Option<u32> {
    let upper = text.to_ascii_uppercase();
    let mut depth = 0i32;
    let mut in_quotes = false;
    let mut found = None;
    for (at, byte) in upper.bytes().enumerate() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'[' | b'(' if !in_quotes => depth += 1,
            b']' | b')' if !in_quotes => depth -= 1,
            b'A' | b'I' if !in_quotes && depth == 1 => {
                let rest = upper.get(at..)?;
                if let Some(inner) = rest.strip_prefix("AUTHORITY[").or_else(|| rest.strip_prefix("ID[")) {
                    let inner = inner.split([']', ')']).next()?;
                    let mut parts = inner.split(',').map(|part| part.trim().trim_matches('"'));
                    if parts.next() == Some("EPSG") {
                        found = parts.next().and_then(|code| code.parse().ok());
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn quoted(text: &str) -> Option<String> {
    let start = text.find('"')? + 1;
    let length = text.get(start..)?.find('"')?;
    text.get(start..start + length).map(str::to_owned)
}

/// Names as Esri, GDAL and ArcGIS for China write them in .prj files.
fn by_name(name: &str) -> Option<u32> {
    let plain: String = name
        .to_ascii_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let known = match plain.as_str() {
        "gcswgs1984"
        | "wgs84"
        | "wgs1984"
        | "gcschinageodeticcoordinatesystem2000"
        | "cgcs2000"
        | "gcscgcs2000"
        | "chinageodeticcoordinatesystem2000"
        | "gcsetrs1989"
        | "etrs89"
        | "gcstwd1997"
        | "twd97"
        | "wgs84longitudelatitude"
        | "wgs84crs84"
        | "wgs84geographic2d" => 4326,
        "wgs1984webmercatorauxiliarysphere"
        | "wgs84pseudomercator"
        | "wgs1984webmercator"
        | "popularvisualisationcrsmercator" => 3857,
        "sjtskkrovakeastnorth" => 5514,
        "twd97tm2zone121" | "twd1997tmtaiwan" | "twd97tm2" => 3826,
        "hongkong1980grid" | "hongkong1980gridsystem" => 2326,
        "britishnationalgrid" | "osgb36britishnationalgrid" | "osgb1936britishnationalgrid" => 27700,
        "rgf93lambert93" | "rgf93v1lambert93" | "rgf1993lambert93" => 2154,
        "etrs1989utmzone32n" | "etrs89utmzone32n" => 25832,
        "etrs1989utmzone33n" | "etrs89utmzone33n" => 25833,
        _ => 0,
    };
    if known != 0 {
        return Some(known);
    }
    if let Some(zone) = plain
        .strip_prefix("wgs1984utmzone")
        .or_else(|| plain.strip_prefix("wgs84utmzone"))
    {
        let (digits, base) = match zone.strip_suffix('n') {
            Some(digits) => (digits, 32_600),
            None => (zone.strip_suffix('s')?, 32_700),
        };
        return digits
            .parse::<u32>()
            .ok()
            .filter(|zone| (1..=60).contains(zone))
            .map(|zone| base + zone);
    }
    cgcs2000_by_name(&plain)
}

/// `CGCS2000_3_Degree_GK_CM_105E`, `CGCS2000_3_Degree_GK_Zone_35`, `CGCS2000 / 3-degree Gauss-Kruger CM 105E`, and the 6° kin.
fn cgcs2000_by_name(plain: &str) -> Option<u32> {
    let rest = plain.strip_prefix("cgcs2000")?;
    let rest = rest.replace("gausskruger", "gk");
    let (three, rest) = match rest.strip_prefix("3degree") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix("6degree").unwrap_or(&rest)),
    };
    let rest = rest.strip_prefix("gk").unwrap_or(rest);
    if let Some(zone) = rest.strip_prefix("zone") {
        let zone: u32 = zone.parse().ok()?;
        return gauss_kruger_zone(three, zone);
    }
    let meridian: u32 = rest.strip_prefix("cm")?.strip_suffix('e')?.parse().ok()?;
    gauss_kruger_meridian(three, meridian)
}

/// EPSG numbers of CGCS2000 with the zone number in front of the easting: 3° zones 25–45 are 4513–4533, 6° zones 13–23 are 4491–4501.
fn gauss_kruger_zone(three: bool, zone: u32) -> Option<u32> {
    match three {
        true => (25..=45).contains(&zone).then(|| 4513 + zone - 25),
        false => (13..=23).contains(&zone).then(|| 4491 + zone - 13),
    }
}

/// The same without a zone number: 3° meridians 75–135 are 4534–4554, 6° meridians 75–135 are 4502–4512.
fn gauss_kruger_meridian(three: bool, meridian: u32) -> Option<u32> {
    if !(75..=135).contains(&meridian) {
        return None;
    }
    match three {
        true => meridian.is_multiple_of(3).then(|| 4534 + (meridian - 75) / 3),
        false => (meridian - 75).is_multiple_of(6).then(|| 4502 + (meridian - 75) / 6),
    }
}

/// A transverse Mercator on CGCS2000 or WGS84 whose numbers are those of a known zone.
fn by_parameters(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    if !(lower.contains("transverse_mercator") || lower.contains("gauss_kruger")) {
        return None;
    }
    let meridian = parameter(&lower, "central_meridian").or_else(|| parameter(&lower, "longitude_of_center"))?;
    let east = parameter(&lower, "false_easting")?;
    let north = parameter(&lower, "false_northing").unwrap_or(0.0);
    let scale = parameter(&lower, "scale_factor").unwrap_or(1.0);
    let whole = meridian.round();
    if (meridian - whole).abs() > 1e-9 || !(-180.0..=180.0).contains(&whole) {
        return None;
    }
    if (scale - 0.9996).abs() < 1e-9 && lower.contains("wgs") && east == 500_000.0 {
        let zone = ((whole + 183.0) / 6.0) as u32;
        return (1..=60)
            .contains(&zone)
            .then_some(if north > 0.0 { 32_700 + zone } else { 32_600 + zone });
    }
    let chinese = lower.contains("2000") && (lower.contains("china") || lower.contains("cgcs"));
    if (scale - 1.0).abs() > 1e-9 || !chinese || north != 0.0 || whole < 0.0 {
        return None;
    }
    let meridian = whole as u32;
    if east == 500_000.0 {
        return gauss_kruger_meridian(true, meridian);
    }
    let zone = ((east - 500_000.0) / 1_000_000.0).round();
    if !(13.0..=45.0).contains(&zone) || (zone * 1_000_000.0 + 500_000.0 - east).abs() > 1e-6 {
        return None;
    }
    let zone = zone as u32;
    if zone * 3 == meridian {
        gauss_kruger_zone(true, zone)
    } else {
        gauss_kruger_zone(false, zone).filter(|_| zone * 6 == meridian + 3)
    }
}

fn parameter(lower: &str, name: &str) -> Option<f64> {
    let start = lower.find(&format!("\"{name}\""))? + name.len() + 2;
    let rest = lower.get(start..)?.trim_start_matches([',', ' ']);
    let end = rest.find([']', ',', ')'])?;
    rest.get(..end)?.trim().parse().ok()
}
