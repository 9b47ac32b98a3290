//! GCJ-02 and BD-09, 火星坐标与百度坐标.
//!
//! The published approximation of GCJ-02 is a smooth shift of 300–700 m. Its inverse is found by iteration, exact to far
//! below a millimetre. Outside the mainland's bounding box (72.004–137.8347 E, 0.8293–55.8271 N) GCJ-02 equals WGS84, as in
//! every implementation in use; the box is the published one and also holds places where maps are not shifted (Hong Kong,
//! Taiwan and neighbours), so data from there should be declared as WGS84.

/// Semi-major axis of the Krasovsky 1940 ellipsoid in metres, part of the published formula.
const AXIS: f64 = 6_378_245.0;
/// Its squared eccentricity as published.
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;
const PI: f64 = std::f64::consts::PI;
/// Baidu's constant of the second shift.
const BAIDU: f64 = PI * 3000.0 / 180.0;
/// Rounds of the inverse: the shift changes by less than 1e-4 of a step, so each round wins four digits or more.
const ROUNDS: usize = 30;
/// When a round moves less than this (degrees, a hundredth of a micrometre) the inverse has settled.
const SETTLED: f64 = 1e-13;

fn in_the_box(lon: f64, lat: f64) -> bool {
    (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat)
}

pub(super) fn gcj02_from_wgs84(lon: f64, lat: f64) -> [f64; 2] {
    if !in_the_box(lon, lat) {
        return [lon, lat];
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let wave = |first: f64, second: f64, value: f64, scale: f64| {
        (first * (value * PI).sin() + second * (value / scale * PI).sin()) * 2.0 / 3.0
    };
    let common = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let mut north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt() + common;
    north += wave(20.0, 40.0, y, 3.0);
    north += (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let mut east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt() + common;
    east += wave(20.0, 40.0, x, 3.0);
    east += (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let radians = lat / 180.0 * PI;
    let magic = 1.0 - ECCENTRICITY_SQUARED * radians.sin() * radians.sin();
    let root = magic.sqrt();
    let d_lat = north * 180.0 / ((AXIS * (1.0 - ECCENTRICITY_SQUARED)) / (magic * root) * PI);
    let d_lon = east * 180.0 / (AXIS / root * radians.cos() * PI);
    [lon + d_lon, lat + d_lat]
}

pub(super) fn wgs84_from_gcj02(lon: f64, lat: f64) -> [f64; 2] {
    if !in_the_box(lon, lat) {
        return [lon, lat];
    }
    let mut guess = [lon, lat];
    for _ in 0..ROUNDS {
        let shifted = gcj02_from_wgs84(guess[0], guess[1]);
        let step = [lon - shifted[0], lat - shifted[1]];
        guess = [guess[0] + step[0], guess[1] + step[1]];
        if step[0].abs() < SETTLED && step[1].abs() < SETTLED {
            break;
        }
    }
    guess
}

pub(super) fn bd09_from_wgs84(lon: f64, lat: f64) -> [f64; 2] {
    let [x, y] = gcj02_from_wgs84(lon, lat);
    if !in_the_box(lon, lat) {
        [x, y]
    } else {
        bd09_from_gcj02(x, y)
    }
}

pub(super) fn wgs84_from_bd09(lon: f64, lat: f64) -> [f64; 2] {
    if !in_the_box(lon, lat) {
        return [lon, lat];
    }
    let mut guess = [lon - 0.0065, lat - 0.006];
    for _ in 0..ROUNDS {
        let shifted = bd09_from_gcj02(guess[0], guess[1]);
        let step = [lon - shifted[0], lat - shifted[1]];
        guess = [guess[0] + step[0], guess[1] + step[1]];
        if step[0].abs() < SETTLED && step[1].abs() < SETTLED {
            break;
        }
    }
    wgs84_from_gcj02(guess[0], guess[1])
}

fn bd09_from_gcj02(lon: f64, lat: f64) -> [f64; 2] {
    let radius = (lon * lon + lat * lat).sqrt() + 0.000_02 * (lat * BAIDU).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * BAIDU).cos();
    [radius * angle.cos() + 0.0065, radius * angle.sin() + 0.006]
}
