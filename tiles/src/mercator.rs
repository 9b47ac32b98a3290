//! Where a place lies in the square world that tiles are cut from.
//!
//! CRS: WGS84 nodes on the 1e-7° grid in, Web Mercator (EPSG:3857) out, scaled so that the world is 2^32 units wide
//! (0.93 cm at the equator). x grows eastwards and **y grows southwards**, as tile rows do.
//!
//! The step of this grid is finer than 1e-7° everywhere, so no two nodes fall together and `unproject` gives back
//! the very node that went in. Each axis depends on its own coordinate alone: what neighbours share comes out equal.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Nodes per degree on the WGS84 grid.
const NODES_PER_DEGREE: f64 = 1e7;
const HALF_TURN: i64 = 1_800_000_000;
const FULL_TURN: u64 = 3_600_000_000;
const POLE: i32 = 900_000_000;
/// 2^32: the world's width and height in units.
pub(crate) const WORLD: u64 = 1 << 32;

/// A vertex in world units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct WorldPoint {
    pub x: u32,
    pub y: u32,
}

/// A closed box in world units: both edges belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Env {
    pub min: WorldPoint,
    pub max: WorldPoint,
}

impl Env {
    /// The whole world: what a change touches when nobody can say where it was.
    pub const WORLD: Env = Env {
        min: WorldPoint { x: 0, y: 0 },
        max: WorldPoint {
            x: u32::MAX,
            y: u32::MAX,
        },
    };

    /// The smallest box around `points`; `None` around nothing.
    pub fn around<'a>(points: impl IntoIterator<Item = &'a WorldPoint>) -> Option<Env> {
        let mut points = points.into_iter();
        let first = *points.next()?;
        let mut env = Env { min: first, max: first };
        for p in points {
            env.min = WorldPoint {
                x: env.min.x.min(p.x),
                y: env.min.y.min(p.y),
            };
            env.max = WorldPoint {
                x: env.max.x.max(p.x),
                y: env.max.y.max(p.y),
            };
        }
        Some(env)
    }

    /// The world box of a WGS84 box in 1e-7° (west, south, east, north). A box given the wrong way round is turned.
    pub fn of_nodes(west: i32, south: i32, east: i32, north: i32) -> Env {
        let (a, b) = (
            project(west.min(east), north.max(south)),
            project(west.max(east), south.min(north)),
        );
        Env { min: a, max: b }
    }

    /// Do the two share at least a point?
    pub fn meets(&self, other: &Env) -> bool {
        self.min.x <= other.max.x && other.min.x <= self.max.x && self.min.y <= other.max.y && other.min.y <= self.max.y
    }
}

/// WGS84 node (1e-7°) to world units. Latitudes beyond ±85.0511° (where Mercator's square ends) and longitudes
/// beyond ±180° are held at the edge.
pub fn project(lon_e7: i32, lat_e7: i32) -> WorldPoint {
    WorldPoint {
        x: project_lon(lon_e7),
        y: project_lat(lat_e7),
    }
}

fn project_lon(lon_e7: i32) -> u32 {
    let turned = (i64::from(lon_e7) + HALF_TURN).clamp(0, FULL_TURN as i64) as u64;
    // Rounded to nearest in integers, so the result is the same on every machine.
    let x = (turned * WORLD + FULL_TURN / 2) / FULL_TURN;
    u32::try_from(x).unwrap_or(u32::MAX)
}

fn project_lat(lat_e7: i32) -> u32 {
    let ordinate = match STRIPS.get((i64::from(lat_e7) + STRIPS_REACH) as usize / STRIP) {
        Some([c0, c1, c2, c3]) => {
            let t = f64::from((lat_e7 + STRIPS_REACH as i32) as u32 % STRIP as u32);
            ((c3 * t + c2) * t + c1) * t + c0
        }
        None => ordinate(lat_e7),
    };
    // `as` saturates: the poles, where the ordinate runs away, land on the edges.
    ordinate.round() as u32
}

/// Mercator's ordinate in world units, as the textbook has it; f64 leaves an error of 2e-6 units, far below the rounding.
fn ordinate(lat_e7: i32) -> f64 {
    let lat = (f64::from(lat_e7.clamp(-POLE, POLE)) / NODES_PER_DEGREE).to_radians();
    (0.5 - lat.tan().asinh() / (2.0 * PI)) * WORLD as f64
}

/// Nodes in a strip of latitude: 0.026°.
const STRIP: usize = 1 << 18;
/// Strips reach this far from the equator on both sides, in nodes: 60°. Beyond, where the ordinate bends more and fewer people
/// live, it is computed each time.
const STRIPS_REACH: i64 = 600_000_000;

/// In each strip the cubic that meets the ordinate and its slope at both ends, in nodes from its southern edge. Between them
/// it errs by 1e-5 units at most, and it costs a tenth of a tangent and a logarithm.
static STRIPS: LazyLock<Vec<[f64; 4]>> = LazyLock::new(|| {
    let slope = |lat_e7: i32| {
        let lat = (f64::from(lat_e7) / NODES_PER_DEGREE).to_radians();
        -(1.0 / NODES_PER_DEGREE).to_radians() / lat.cos() * WORLD as f64 / (2.0 * PI)
    };
    let cubic = |south: i64| {
        let (south, north, h) = (south as i32, (south + STRIP as i64) as i32, STRIP as f64);
        let (y0, y1, m0, m1) = (ordinate(south), ordinate(north), slope(south), slope(north));
        let rise = (y1 - y0) / h;
        [
            y0,
            m0,
            (3.0 * rise - 2.0 * m0 - m1) / h,
            (m0 + m1 - 2.0 * rise) / (h * h),
        ]
    };
    (-STRIPS_REACH..STRIPS_REACH).step_by(STRIP).map(cubic).collect()
});

/// World units back to the nearest WGS84 node (1e-7°).
pub fn unproject(p: WorldPoint) -> (i32, i32) {
    let turned = (u64::from(p.x) * FULL_TURN + WORLD / 2) / WORLD;
    let lon = turned as i64 - HALF_TURN;
    let ordinate = PI - 2.0 * PI * f64::from(p.y) / WORLD as f64;
    let lat = ordinate.sinh().atan().to_degrees() * NODES_PER_DEGREE;
    (lon as i32, lat.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_places_land_where_the_textbook_says() {
        assert_eq!(project(0, 0), WorldPoint { x: 1 << 31, y: 1 << 31 });
        assert_eq!(project(-1_800_000_000, 850_511_288).x, 0);
        // The square's north edge is 85.05112878°; up there a node's step is 14 units.
        assert!(project(0, 850_511_287).y <= 14);
        assert!(project(0, -850_511_287).y >= u32::MAX - 14);
        // Chengdu, 104.06 E 30.66 N: z14 tile 12927/6730 by the usual slippy-map formula.
        let p = project(1_040_600_000, 306_600_000);
        let (n, lat) = (f64::from(1u32 << 14), 30.66f64.to_radians());
        let row = (1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / PI) / 2.0 * n;
        assert_eq!(p.x >> 18, ((104.06 + 180.0) / 360.0 * n) as u32);
        assert_eq!(p.y >> 18, row as u32);
    }

    #[test]
    fn what_lies_outside_the_square_is_held_at_its_edge() {
        assert_eq!(project(i32::MAX, i32::MAX), WorldPoint { x: u32::MAX, y: 0 });
        assert_eq!(project(i32::MIN, i32::MIN), WorldPoint { x: 0, y: u32::MAX });
        assert_eq!(project(0, POLE).y, 0);
        assert_eq!(project(0, -POLE).y, u32::MAX);
    }

    proptest! {
        #[test]
        fn strips_say_what_the_textbook_says(lat in -700_000_000i32..700_000_000) {
            let exact = ordinate(lat);
            prop_assert!((exact - exact.round()).abs() > 0.499 || project_lat(lat) == exact.round() as u32);
        }

        #[test]
        fn a_node_comes_back_as_itself(lon in -1_799_999_999i32..1_799_999_999, lat in -850_000_000i32..850_000_000) {
            prop_assert_eq!(unproject(project(lon, lat)), (lon, lat));
        }

        #[test]
        fn neighbours_never_change_sides(lon in -1_799_999_998i32..1_799_999_998, lat in -850_000_000i32..850_000_000) {
            prop_assert!(project(lon, lat).x < project(lon + 1, lat).x);
            prop_assert!(project(lon, lat).y > project(lon, lat + 1).y);
        }
    }
}
