//! The upright box around something.

use super::LonLat;
use serde::{Deserialize, Serialize};

/// A box on the grid, both corners included. In JSON `[west, south, east, north]` in grid steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "[i32; 4]", into = "[i32; 4]")]
pub struct Envelope {
    pub min: LonLat,
    pub max: LonLat,
}

impl Envelope {
    pub fn of_point(p: LonLat) -> Self {
        Self { min: p, max: p }
    }

    pub fn of_points(points: impl IntoIterator<Item = LonLat>) -> Option<Self> {
        let mut points = points.into_iter();
        let mut all = Self::of_point(points.next()?);
        for p in points {
            all.grow(p);
        }
        Some(all)
    }

    pub fn grow(&mut self, p: LonLat) {
        self.min.lon = self.min.lon.min(p.lon);
        self.min.lat = self.min.lat.min(p.lat);
        self.max.lon = self.max.lon.max(p.lon);
        self.max.lat = self.max.lat.max(p.lat);
    }

    pub fn union(mut self, other: Self) -> Self {
        self.grow(other.min);
        self.grow(other.max);
        self
    }

    /// The union of two boxes of which either may be absent.
    pub fn union_all(boxes: impl IntoIterator<Item = Self>) -> Option<Self> {
        boxes.into_iter().reduce(Self::union)
    }

    /// True also when they only touch.
    pub fn meets(&self, other: &Self) -> bool {
        self.min.lon <= other.max.lon
            && other.min.lon <= self.max.lon
            && self.min.lat <= other.max.lat
            && other.min.lat <= self.max.lat
    }

    pub fn contains(&self, p: LonLat) -> bool {
        self.min.lon <= p.lon && p.lon <= self.max.lon && self.min.lat <= p.lat && p.lat <= self.max.lat
    }

    /// `[west, south, east, north]` in degrees.
    pub fn to_degrees(&self) -> [f64; 4] {
        let ([w, s], [e, n]) = (self.min.to_degrees(), self.max.to_degrees());
        [w, s, e, n]
    }

    pub fn centre(&self) -> LonLat {
        let mid = |a: i32, b: i32| ((i64::from(a) + i64::from(b)) / 2) as i32;
        LonLat {
            lon: mid(self.min.lon, self.max.lon),
            lat: mid(self.min.lat, self.max.lat),
        }
    }

    /// Grown by so many grid steps on each side, kept within the globe.
    pub fn padded(&self, steps: i32) -> Self {
        let lon = |v: i32| v.clamp(-1_800_000_000, 1_800_000_000);
        let lat = |v: i32| v.clamp(-900_000_000, 900_000_000);
        Self {
            min: LonLat {
                lon: lon(self.min.lon.saturating_sub(steps)),
                lat: lat(self.min.lat.saturating_sub(steps)),
            },
            max: LonLat {
                lon: lon(self.max.lon.saturating_add(steps)),
                lat: lat(self.max.lat.saturating_add(steps)),
            },
        }
    }
}

impl From<[i32; 4]> for Envelope {
    fn from([w, s, e, n]: [i32; 4]) -> Self {
        Self {
            min: LonLat { lon: w, lat: s },
            max: LonLat { lon: e, lat: n },
        }
    }
}

impl From<Envelope> for [i32; 4] {
    fn from(e: Envelope) -> Self {
        [e.min.lon, e.min.lat, e.max.lon, e.max.lat]
    }
}
