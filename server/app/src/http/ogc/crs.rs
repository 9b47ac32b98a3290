//! Coordinate systems by name, as OGC names them, with their axes in the order the authority gives them.

use super::super::asked::{Asked, Tongue};
use super::super::problem::Problem;
use crate::cql2::Language;
use axum::http::{HeaderMap, HeaderValue};
use geju_formats::Crs;

/// A system that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub uri: &'static str,
    epsg: Option<u32>,
    northing_first: bool,
}

pub const CRS84: Known = Known {
    uri: "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    epsg: None,
    northing_first: false,
};

/// The first is the usual one, and the one the ground is kept in. CGCS2000 is the same ground as WGS84 at map scale.
pub const ALL: [Known; 4] = [
    CRS84,
    Known {
        uri: "http://www.opengis.net/def/crs/EPSG/0/4326",
        epsg: Some(4326),
        northing_first: true,
    },
    Known {
        uri: "http://www.opengis.net/def/crs/EPSG/0/4490",
        epsg: Some(4490),
        northing_first: true,
    },
    Known {
        uri: "http://www.opengis.net/def/crs/EPSG/0/3857",
        epsg: Some(3857),
        northing_first: false,
    },
];

pub fn uris() -> [&'static str; 4] {
    ALL.map(|k| k.uri)
}

impl Known {
    pub fn named(parameter: &str, uri: &str) -> Result<Self, Problem> {
        ALL.into_iter().find(|k| k.uri == uri).ok_or_else(|| {
            Problem::parameter(
                parameter,
                format!("no coordinate system here has this name; known: {}", uris().join(", ")),
            )
        })
    }

    /// The one that a parameter names.
    pub fn asked(asked: &Asked, parameter: &str) -> Result<Self, Problem> {
        match asked.parsed::<String>(parameter)? {
            None => Ok(CRS84),
            Some(uri) => Self::named(parameter, &uri),
        }
    }

    /// The one a body is written in.
    pub fn of_body(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(value) = headers.get("content-crs") else {
            return Ok(CRS84);
        };
        let text = value.to_str().unwrap_or("").trim();
        let uri = text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(text);
        Self::named("Content-Crs", uri)
    }

    pub fn tongue(self) -> Result<Tongue, Problem> {
        let crs = match self.epsg {
            None => Crs::Wgs84,
            Some(code) => Crs::from_epsg(code).map_err(|why| Problem::parameter("crs", why.to_string()))?,
        };
        let tongue = Tongue::of(crs)?;
        Ok(if self.northing_first {
            tongue.northing_first()
        } else {
            tongue
        })
    }

    /// What the header Content-Crs says of an answer.
    pub fn header(self) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("<{}>", self.uri)).ok()
    }

    /// Longitudes of degrees go round.
    pub fn wraps(self) -> bool {
        self.epsg != Some(3857)
    }
}

/// Coordinates of a filter or a box in this system.
pub fn language<'a>(known: Known, degrees: &'a dyn Fn(f64, f64) -> Result<[f64; 2], String>) -> Language<'a> {
    Language {
        degrees,
        wraps: known.wraps(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geju_core::LonLat;

    #[test]
    fn every_system_comes_back_and_has_its_axes_in_order() {
        let spot = LonLat::from_degrees(104.0657, 30.6595).unwrap();
        for known in ALL {
            let tongue = known.tongue().unwrap();
            let [x, y] = tongue.write(spot);
            let back = tongue.spot(x, y).unwrap();
            assert!(
                (back.lon - spot.lon).abs() <= 1 && (back.lat - spot.lat).abs() <= 1,
                "{known:?}"
            );
            assert_eq!(known.northing_first, x < y && x < 90.0, "{known:?} {x} {y}");
        }
    }

    #[test]
    fn what_nobody_knows_is_refused_with_what_is_known() {
        for odd in [
            "",
            "EPSG:4326",
            "http://www.opengis.net/def/crs/EPSG/0/99999",
            "http://www.opengis.net/def/crs/OGC/1.3/CRS84 ",
        ] {
            assert!(Known::named("crs", odd).is_err(), "{odd}");
        }
    }
}
