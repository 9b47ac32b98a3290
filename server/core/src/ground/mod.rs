//! Shapes on the ground. Coordinates are WGS84 lon/lat (CGCS2000 is the same at map scale) on an integer grid of
//! 1e-7 degree, so vertices that neighbours share are *equal* and nothing drifts.

mod bands;
mod envelope;
mod gate;
mod inner;
mod lonlat;
mod measure;
mod mend;
mod outline;
pub mod overlay;
mod segments;

pub use bands::Coverage;
pub use envelope::Envelope;
pub use gate::{InvalidOutline, Why};
pub use lonlat::{BadCoordinate, GRID_PER_DEGREE, LonLat};
pub(crate) use measure::meters_per_degree;
pub use measure::{ground_distance, local_distance};
pub use mend::Repair;
pub use outline::{MAX_EXTENT_DEGREES, MAX_PARTS, MAX_RINGS, MAX_VERTICES, MIN_AREA_M2, Outline, Part, Ring};

use serde::{Deserialize, Serialize};

/// Where a thing is: a spot or an outline.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    Point(LonLat),
    Outline(Outline),
}

impl Ground {
    pub fn envelope(&self) -> Envelope {
        match self {
            Ground::Point(p) => Envelope::of_point(*p),
            Ground::Outline(o) => o.envelope(),
        }
    }

    /// The point that decides membership and counting: the spot itself, or the outline's inner point.
    pub fn inner_point(&self) -> LonLat {
        match self {
            Ground::Point(p) => *p,
            Ground::Outline(o) => o.inner_point(),
        }
    }

    pub fn outline(&self) -> Option<&Outline> {
        match self {
            Ground::Point(_) => None,
            Ground::Outline(o) => Some(o),
        }
    }

    pub fn to_geo(&self) -> geo_types::Geometry<f64> {
        match self {
            Ground::Point(p) => geo_types::Geometry::Point(p.to_geo()),
            Ground::Outline(o) => o.to_geo(),
        }
    }
}
