//! Coordinate systems at the door, 坐标系: everything becomes WGS84 lon/lat here and nowhere else.
//!
//! Axis order is x, y (east, north) always, whatever an authority's definition says.

mod shift;
mod wkt;

use std::fmt;
use std::str::FromStr;

use proj4rs::Proj;

pub(crate) use wkt::from_wkt;

/// A coordinate system a file can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Crs {
    /// WGS84 lon/lat; CGCS2000 (EPSG:4490) is the same at map scale.
    Wgs84,
    /// 火星坐标系, what Amap and Tencent draw on. Identity outside the mainland's bounding box.
    Gcj02,
    /// Baidu's system: GCJ-02 with a further shift.
    Bd09,
    /// A projected or geographic system of the EPSG list.
    Epsg(u32),
}

/// Geographic systems that agree with WGS84 within about a metre: WGS84 itself, CGCS2000, ETRS89, TWD97, NAD83. No
/// transformation is worth doing at map scale.
const SAME_AS_WGS84: [u32; 5] = [4326, 4490, 4258, 3824, 4269];

/// `4979` is WGS84 and `4480` CGCS2000 with heights; the height is dropped.
const SAME_AS_WGS84_3D: [u32; 2] = [4979, 4480];

/// Why a coordinate system was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrsError {
    #[error("{0:?} is no coordinate system we know; accepted are wgs84, gcj02, bd09 and EPSG:n")]
    Unreadable(String),
    #[error("EPSG:{0} is not in our list")]
    UnknownCode(u32),
    #[error("EPSG:{0} uses a projection that is not supported: {1}")]
    Unsupported(u32, String),
    #[error("the point does not exist in this coordinate system")]
    Outside,
}

impl FromStr for Crs {
    type Err = CrsError;

    fn from_str(text: &str) -> Result<Self, CrsError> {
        let name = text.trim().to_ascii_lowercase();
        let unreadable = || CrsError::Unreadable(text.chars().take(80).collect());
        match name.as_str() {
            "wgs84" | "wgs-84" | "crs84" | "ogc:crs84" | "cgcs2000" => return Ok(Crs::Wgs84),
            "gcj02" | "gcj-02" => return Ok(Crs::Gcj02),
            "bd09" | "bd-09" | "bd09ll" => return Ok(Crs::Bd09),
            _ => {}
        }
        // urn:ogc:def:crs:OGC:1.3:CRS84, urn:ogc:def:crs:EPSG::3857, http://www.opengis.net/def/crs/EPSG/0/3857
        if name.ends_with("crs84") && (name.starts_with("urn:") || name.starts_with("http")) {
            return Ok(Crs::Wgs84);
        }
        let digits = name
            .strip_prefix("epsg:")
            .or_else(|| {
                if name.contains("epsg") {
                    name.rsplit([':', '/']).next()
                } else {
                    None
                }
            })
            .ok_or_else(unreadable)?;
        let code: u32 = digits.trim().parse().map_err(|_| unreadable())?;
        Crs::from_epsg(code)
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Crs::Wgs84 => f.write_str("wgs84"),
            Crs::Gcj02 => f.write_str("gcj02"),
            Crs::Bd09 => f.write_str("bd09"),
            Crs::Epsg(code) => write!(f, "EPSG:{code}"),
        }
    }
}

impl Crs {
    /// The system of an EPSG code; an error when it is not in the list or its projection is not supported.
    pub fn from_epsg(code: u32) -> Result<Self, CrsError> {
        // Esri's numbers for Web Mercator.
        let code = if matches!(code, 900_913 | 102_100 | 102_113) {
            3857
        } else {
            code
        };
        if SAME_AS_WGS84.contains(&code) || SAME_AS_WGS84_3D.contains(&code) {
            return Ok(Crs::Wgs84);
        }
        projection(code)?;
        Ok(Crs::Epsg(code))
    }

    /// A translator for many points: the projection is set up once.
    pub fn translator(self) -> Result<Translator, CrsError> {
        let way = match self {
            Crs::Wgs84 => Way::Same,
            Crs::Gcj02 => Way::Gcj02,
            Crs::Bd09 => Way::Bd09,
            Crs::Epsg(code) => Way::Projected(Box::new(Projected {
                from: projection(code)?,
                wgs84: wgs84()?,
            })),
        };
        Ok(Translator { way })
    }

    /// One point to WGS84 lon/lat in degrees. For many points take a [`Translator`].
    pub fn to_wgs84(self, x: f64, y: f64) -> Result<[f64; 2], CrsError> {
        self.translator()?.to_wgs84(x, y)
    }

    /// One WGS84 point in this system: metres for projected systems, else degrees.
    pub fn from_wgs84(self, lon: f64, lat: f64) -> Result<[f64; 2], CrsError> {
        self.translator()?.from_wgs84(lon, lat)
    }

    /// True when coordinates of this system are degrees.
    pub fn is_geographic(self) -> bool {
        match self {
            Crs::Wgs84 | Crs::Gcj02 | Crs::Bd09 => true,
            Crs::Epsg(code) => projection(code).is_ok_and(|proj| proj.is_latlong()),
        }
    }
}

/// Translates points between one coordinate system and WGS84.
pub struct Translator {
    way: Way,
}

enum Way {
    Same,
    Gcj02,
    Bd09,
    Projected(Box<Projected>),
}

struct Projected {
    from: Proj,
    wgs84: Proj,
}

impl Translator {
    pub fn to_wgs84(&self, x: f64, y: f64) -> Result<[f64; 2], CrsError> {
        if !x.is_finite() || !y.is_finite() {
            return Err(CrsError::Outside);
        }
        match &self.way {
            Way::Same => Ok([x, y]),
            Way::Gcj02 => Ok(shift::wgs84_from_gcj02(x, y)),
            Way::Bd09 => Ok(shift::wgs84_from_bd09(x, y)),
            Way::Projected(pair) => {
                let (x, y) = if pair.from.is_latlong() {
                    (x.to_radians(), y.to_radians())
                } else {
                    (x, y)
                };
                through(&pair.from, &pair.wgs84, x, y).map(|[lon, lat]| [lon.to_degrees(), lat.to_degrees()])
            }
        }
    }

    pub fn from_wgs84(&self, lon: f64, lat: f64) -> Result<[f64; 2], CrsError> {
        if !lon.is_finite() || !lat.is_finite() {
            return Err(CrsError::Outside);
        }
        match &self.way {
            Way::Same => Ok([lon, lat]),
            Way::Gcj02 => Ok(shift::gcj02_from_wgs84(lon, lat)),
            Way::Bd09 => Ok(shift::bd09_from_wgs84(lon, lat)),
            Way::Projected(pair) => {
                let [x, y] = through(&pair.wgs84, &pair.from, lon.to_radians(), lat.to_radians())?;
                Ok(if pair.from.is_latlong() {
                    [x.to_degrees(), y.to_degrees()]
                } else {
                    [x, y]
                })
            }
        }
    }
}

fn through(from: &Proj, to: &Proj, x: f64, y: f64) -> Result<[f64; 2], CrsError> {
    let mut point = (x, y, 0.0);
    proj4rs::transform::transform(from, to, &mut point).map_err(|_| CrsError::Outside)?;
    if point.0.is_finite() && point.1.is_finite() {
        Ok([point.0, point.1])
    } else {
        Err(CrsError::Outside)
    }
}

fn wgs84() -> Result<Proj, CrsError> {
    Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs")
        .map_err(|error| CrsError::Unsupported(4326, error.to_string()))
}

/// Definitions that are better than those in the list: its three-parameter datum shift for Czechia is 10 m off, these seven
/// parameters (EPSG:5239) stay within one.
const BETTER: [(u32, &str); 1] = [(
    5514,
    "+proj=krovak +lat_0=49.5 +lon_0=24.83333333333333 +alpha=30.28813972222222 +k=0.9999 +x_0=0 +y_0=0 +ellps=bessel \
     +towgs84=572.213,85.334,461.94,4.9732,1.529,5.2484,3.5378 +units=m +no_defs",
)];

/// The projection of an EPSG code, from the list in the `crs-definitions` crate, always read as x = east, y = north.
///
/// Beijing 1954 and Xi'an 1980 have no published national shift to WGS84: expect them to be up to 100 m off.
fn projection(code: u32) -> Result<Proj, CrsError> {
    if let Some((_, definition)) = BETTER.iter().find(|(better, _)| *better == code) {
        return Proj::from_proj_string(definition).map_err(|error| CrsError::Unsupported(code, error.to_string()));
    }
    let short = u16::try_from(code).map_err(|_| CrsError::UnknownCode(code))?;
    Proj::from_epsg_code(short).map_err(|error| match error {
        proj4rs::errors::Error::ProjectionNotFound => CrsError::UnknownCode(code),
        other => CrsError::Unsupported(code, other.to_string()),
    })
}

#[cfg(test)]
#[path = "../../tests/unit/crs.rs"]
mod tests;
