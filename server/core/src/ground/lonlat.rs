//! One spot on the integer grid.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Grid steps per degree: 1e-7 degree is about 1 cm, and ±180° fits in an i32.
pub const GRID_PER_DEGREE: f64 = 1e7;

/// A spot, WGS84, in grid steps of 1e-7 degree.
///
/// In JSON it is `[lon, lat]` in grid steps: integers survive every reader unchanged.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "[i32; 2]", into = "[i32; 2]")]
pub struct LonLat {
    pub lon: i32,
    pub lat: i32,
}

/// Why two numbers are not a spot on the map.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BadCoordinate {
    #[error("coordinate [{lon}, {lat}] is not a finite number")]
    NotFinite { lon: f64, lat: f64 },
    #[error("coordinate [{lon}, {lat}] looks like lat,lon: GeoJSON and Geju want lon,lat; swap the two columns")]
    LooksLikeLatLon { lon: f64, lat: f64 },
    #[error(
        "coordinate [{lon}, {lat}] is outside lon ±180, lat ±90: is it in another coordinate system? say so with crs"
    )]
    OutOfRange { lon: f64, lat: f64 },
}

impl LonLat {
    /// Snaps degrees to the grid.
    pub fn from_degrees(lon: f64, lat: f64) -> Result<Self, BadCoordinate> {
        if !lon.is_finite() || !lat.is_finite() {
            return Err(BadCoordinate::NotFinite { lon, lat });
        }
        if lat.abs() > 90.0 && lat.abs() <= 180.0 && lon.abs() <= 90.0 {
            return Err(BadCoordinate::LooksLikeLatLon { lon, lat });
        }
        if lon.abs() > 180.0 || lat.abs() > 90.0 {
            return Err(BadCoordinate::OutOfRange { lon, lat });
        }
        Ok(Self {
            lon: (lon * GRID_PER_DEGREE).round() as i32,
            lat: (lat * GRID_PER_DEGREE).round() as i32,
        })
    }

    pub fn lon_degrees(self) -> f64 {
        f64::from(self.lon) / GRID_PER_DEGREE
    }

    pub fn lat_degrees(self) -> f64 {
        f64::from(self.lat) / GRID_PER_DEGREE
    }

    pub fn to_degrees(self) -> [f64; 2] {
        [self.lon_degrees(), self.lat_degrees()]
    }

    pub fn to_geo(self) -> geo_types::Point<f64> {
        geo_types::Point::new(self.lon_degrees(), self.lat_degrees())
    }

    /// Twice the signed area of the triangle a-b-c: positive when c lies left of a→b.
    /// Exact in i64 while the three lie within [`super::MAX_EXTENT_DEGREES`] of each other.
    pub(crate) fn turn(a: Self, b: Self, c: Self) -> i64 {
        let (abx, aby) = (i64::from(b.lon) - i64::from(a.lon), i64::from(b.lat) - i64::from(a.lat));
        let (acx, acy) = (i64::from(c.lon) - i64::from(a.lon), i64::from(c.lat) - i64::from(a.lat));
        abx * acy - aby * acx
    }
}

impl From<[i32; 2]> for LonLat {
    fn from([lon, lat]: [i32; 2]) -> Self {
        Self { lon, lat }
    }
}

impl From<LonLat> for [i32; 2] {
    fn from(p: LonLat) -> Self {
        [p.lon, p.lat]
    }
}

impl fmt::Debug for LonLat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({:.7} {:.7})", self.lon_degrees(), self.lat_degrees())
    }
}

impl fmt::Display for LonLat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.7},{:.7}", self.lon_degrees(), self.lat_degrees())
    }
}
