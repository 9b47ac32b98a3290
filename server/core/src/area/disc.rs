//! Ground within a radius of a spot.

use crate::ground::{Coverage, Envelope, GRID_PER_DEGREE, LonLat, local_distance, meters_per_degree};
use crate::unit::Meters;

/// Metres of a degree of latitude at the equator, its smallest.
const LEAST_METERS_PER_LATITUDE: f64 = 110_574.0;
/// Nearer a pole a circle's box is as wide as the globe.
const MAX_CIRCLE_LATITUDE: f64 = 89.9;
/// Distances this close to the radius, as a share of its square, are measured: more than what rounding can move.
const ROUNDING: f64 = 1e-9;
/// Corners of the polygon that stands for a circle where a shape is needed (`any`, `share`): the area is 0.04 % short.
const CIRCLE_CORNERS: usize = 128;

/// A circle on the ground, 圆形范围: every spot whose [`local_distance`] to the centre is at most the radius.
///
/// What a question asks of thousands of spots and boxes is worked out once: between its northern and southern end a degree has
/// so many metres at least and so many at most, which settles nearly all of them without measuring.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disc {
    centre: LonLat,
    radius: Meters,
    /// Everything within the radius, a little wide.
    envelope: Envelope,
    least: Scale,
    most: Scale,
}

/// Metres of a degree.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scale {
    lon: f64,
    lat: f64,
}

impl Scale {
    fn squared(self, dx_degrees: f64, dy_degrees: f64) -> f64 {
        (dx_degrees * self.lon).powi(2) + (dy_degrees * self.lat).powi(2)
    }
}

impl Disc {
    pub fn new(centre: LonLat, radius: Meters) -> Self {
        let envelope = around(centre, radius);
        let lats = [envelope.min.lat_degrees(), envelope.max.lat_degrees()];
        let nearest_equator = if lats[0] <= 0.0 && lats[1] >= 0.0 {
            0.0
        } else {
            lats[0].abs().min(lats[1].abs())
        };
        let farthest = lats[0].abs().max(lats[1].abs());
        // Degrees of latitude grow towards the poles, degrees of longitude shrink.
        let (least_lat, most_lon) = meters_per_degree(nearest_equator);
        let (most_lat, least_lon) = meters_per_degree(farthest);
        Self {
            centre,
            radius,
            envelope,
            least: Scale {
                lon: least_lon,
                lat: least_lat,
            },
            most: Scale {
                lon: most_lon,
                lat: most_lat,
            },
        }
    }

    pub fn centre(&self) -> LonLat {
        self.centre
    }

    pub fn radius(&self) -> Meters {
        self.radius
    }

    pub fn envelope(&self) -> Envelope {
        self.envelope
    }

    pub fn contains(&self, spot: LonLat) -> bool {
        if !self.envelope.contains(spot) {
            return false;
        }
        let dx = self.centre.lon_degrees() - spot.lon_degrees();
        let dy = self.centre.lat_degrees() - spot.lat_degrees();
        if self.surely_within(dx, dy) {
            return true;
        }
        !self.surely_beyond(dx, dy) && local_distance(self.centre, spot).0 <= self.radius.0
    }

    /// Never surer than [`Disc::contains`] is of each spot.
    pub fn coverage(&self, window: Envelope) -> Coverage {
        if !self.envelope.meets(&window) {
            return Coverage::Nothing;
        }
        let reach = |at: i32, from: i32, to: i32| {
            let (at, from, to) = (i64::from(at), i64::from(from), i64::from(to));
            let least = (from - at).max(at - to).max(0);
            let most = (at - from).abs().max((to - at).abs());
            (degrees(least), degrees(most))
        };
        let (dx_least, dx_most) = reach(self.centre.lon, window.min.lon, window.max.lon);
        let (dy_least, dy_most) = reach(self.centre.lat, window.min.lat, window.max.lat);
        if self.surely_within(dx_most, dy_most)
            && self.envelope.contains(window.min)
            && self.envelope.contains(window.max)
        {
            Coverage::Whole
        } else if self.surely_beyond(dx_least, dy_least) {
            Coverage::Nothing
        } else {
            Coverage::Partly
        }
    }

    fn surely_within(&self, dx_degrees: f64, dy_degrees: f64) -> bool {
        self.most.squared(dx_degrees, dy_degrees) <= self.radius.0 * self.radius.0 * (1.0 - ROUNDING)
    }

    fn surely_beyond(&self, dx_degrees: f64, dy_degrees: f64) -> bool {
        self.least.squared(dx_degrees, dy_degrees) > self.radius.0 * self.radius.0 * (1.0 + ROUNDING)
    }

    /// A polygon around the centre, counter-clockwise.
    pub(super) fn ring(&self) -> Vec<LonLat> {
        let centre = self.centre;
        let per_lat = local_distance(
            centre,
            LonLat {
                lat: centre.lat + step(centre.lat),
                ..centre
            },
        )
        .0 * 1000.0;
        let per_lon = local_distance(
            centre,
            LonLat {
                lon: centre.lon + step(centre.lon),
                ..centre
            },
        )
        .0 * 1000.0;
        let reach = |meters: f64, per_degree: f64| (meters / per_degree.max(1.0) * GRID_PER_DEGREE).round();
        (0..CIRCLE_CORNERS)
            .map(|i| {
                let (sin, cos) = (std::f64::consts::TAU * i as f64 / CIRCLE_CORNERS as f64).sin_cos();
                let lon = f64::from(centre.lon) + reach(self.radius.0 * cos, per_lon);
                let lat = f64::from(centre.lat) + reach(self.radius.0 * sin, per_lat);
                LonLat {
                    lon: lon.clamp(-1.8e9, 1.8e9) as i32,
                    lat: lat.clamp(-9e8, 9e8) as i32,
                }
            })
            .collect()
    }
}

fn degrees(steps: i64) -> f64 {
    steps as f64 / GRID_PER_DEGREE
}

/// A thousandth of a degree, towards the equator or Greenwich so that it stays on the globe.
fn step(from: i32) -> i32 {
    let thousandth = (GRID_PER_DEGREE / 1000.0) as i32;
    if from > 0 { -thousandth } else { thousandth }
}

/// A box around everything that lies within a radius, a little wide.
pub(crate) fn around(centre: LonLat, radius: Meters) -> Envelope {
    let tall = radius.0 / LEAST_METERS_PER_LATITUDE;
    // Degrees of longitude are shortest at the end of it that lies nearer a pole.
    let farthest = (centre.lat_degrees().abs() + tall).min(MAX_CIRCLE_LATITUDE);
    let wide = radius.0 / meters_per_degree(farthest).1;
    let steps = |degrees: f64| (degrees * GRID_PER_DEGREE).ceil() as i32 + 2;
    let (dx, dy) = (steps(wide.min(180.0)), steps(tall));
    let reach = |from: i32, by: i32, most: i32| from.saturating_add(by).clamp(-most, most);
    Envelope {
        min: LonLat {
            lon: reach(centre.lon, -dx, 1_800_000_000),
            lat: reach(centre.lat, -dy, 900_000_000),
        },
        max: LonLat {
            lon: reach(centre.lon, dx, 1_800_000_000),
            lat: reach(centre.lat, dy, 900_000_000),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_is_in_it_exactly_when_its_distance_says_so() {
        for (lon, lat) in [(104.06, 30.66), (0.0, 0.0), (-70.3, -53.1), (25.0, 71.2)] {
            let centre = LonLat::from_degrees(lon, lat).unwrap();
            for radius in [5.0, 640.0, 5_000.0, 90_000.0] {
                let disc = Disc::new(centre, Meters(radius));
                for turn in 0..720 {
                    let (sin, cos) = f64::from(turn).to_radians().sin_cos();
                    for share in [0.2, 0.999, 0.999_999_9, 1.0, 1.000_000_1, 1.001, 1.4] {
                        let (per_lat, per_lon) = meters_per_degree(lat);
                        let spot = LonLat::from_degrees(
                            lon + cos * radius * share / per_lon,
                            lat + sin * radius * share / per_lat,
                        )
                        .unwrap();
                        let near = local_distance(centre, spot).0 <= radius;
                        assert_eq!(disc.contains(spot), near, "{radius} m around {lon} {lat}: {spot:?}");
                    }
                }
            }
        }
    }
}
