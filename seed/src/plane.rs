//! The plane the street is laid out on: metres east and north of a spot in Chengdu.

use geju_core::LonLat;
use std::ops::{Add, Mul, Sub};

/// The middle of the generated ground, near the centre of Chengdu.
const ORIGIN: LonLat = LonLat {
    lon: 1_040_500_000,
    lat: 306_700_000,
};
/// Metres per grid step at 30.67° N on the WGS84 ellipsoid.
const METERS_PER_LON: f64 = 0.009_583_8;
const METERS_PER_LAT: f64 = 0.011_086_1;

/// A spot, or the way from one to another, in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pt {
    pub x: f64,
    pub y: f64,
}

pub const fn pt(x: f64, y: f64) -> Pt {
    Pt { x, y }
}

impl Add for Pt {
    type Output = Pt;
    fn add(self, o: Pt) -> Pt {
        pt(self.x + o.x, self.y + o.y)
    }
}

impl Sub for Pt {
    type Output = Pt;
    fn sub(self, o: Pt) -> Pt {
        pt(self.x - o.x, self.y - o.y)
    }
}

impl Mul<f64> for Pt {
    type Output = Pt;
    fn mul(self, k: f64) -> Pt {
        pt(self.x * k, self.y * k)
    }
}

impl Pt {
    pub fn dot(self, o: Pt) -> f64 {
        self.x * o.x + self.y * o.y
    }

    pub fn cross(self, o: Pt) -> f64 {
        self.x * o.y - self.y * o.x
    }

    pub fn len(self) -> f64 {
        self.dot(self).sqrt()
    }

    pub fn to(self, o: Pt) -> f64 {
        (o - self).len()
    }

    pub fn unit(self) -> Pt {
        let len = self.len();
        if len > 0.0 { self * (1.0 / len) } else { pt(1.0, 0.0) }
    }

    /// A quarter turn to the left.
    pub fn left(self) -> Pt {
        pt(-self.y, self.x)
    }

    /// Part of the way to another spot.
    pub fn toward(self, o: Pt, share: f64) -> Pt {
        self + (o - self) * share
    }

    pub fn to_lonlat(self) -> LonLat {
        LonLat {
            lon: ORIGIN.lon + (self.x / METERS_PER_LON).round() as i32,
            lat: ORIGIN.lat + (self.y / METERS_PER_LAT).round() as i32,
        }
    }

    /// The same spot where the grid has it.
    pub fn snapped(self) -> Pt {
        Pt::of(self.to_lonlat())
    }

    pub fn of(spot: LonLat) -> Pt {
        pt(
            f64::from(spot.lon - ORIGIN.lon) * METERS_PER_LON,
            f64::from(spot.lat - ORIGIN.lat) * METERS_PER_LAT,
        )
    }
}

pub fn area(ring: &[Pt]) -> f64 {
    edges(ring).map(|(a, b)| a.cross(b)).sum::<f64>() / 2.0
}

pub fn perimeter(ring: &[Pt]) -> f64 {
    edges(ring).map(|(a, b)| a.to(b)).sum()
}

pub fn edges(ring: &[Pt]) -> impl Iterator<Item = (Pt, Pt)> + '_ {
    (0..ring.len()).map(move |i| (ring[i], ring[(i + 1) % ring.len()]))
}

pub fn contains(ring: &[Pt], p: Pt) -> bool {
    edges(ring).fold(false, |inside, (a, b)| {
        inside ^ ((a.y > p.y) != (b.y > p.y) && ((b - a).cross(p - a) > 0.0) == (b.y > a.y))
    })
}

pub fn distance_to_segment(p: Pt, a: Pt, b: Pt) -> f64 {
    p.to(nearest(p, a, b))
}

/// The spot of a segment nearest to another spot.
pub fn nearest(p: Pt, a: Pt, b: Pt) -> Pt {
    let way = b - a;
    a.toward(b, ((p - a).dot(way) / way.dot(way).max(1e-9)).clamp(0.0, 1.0))
}

/// Where two segments cross, as shares of each; the ends of the first count, the far end of the second does not.
pub fn crossing(p: Pt, q: Pt, a: Pt, b: Pt) -> Option<(f64, f64)> {
    let (r, s) = (q - p, b - a);
    let turn = r.cross(s);
    if turn.abs() < 1e-9 {
        return None;
    }
    let (t, u) = ((a - p).cross(s) / turn, (a - p).cross(r) / turn);
    ((0.0..=1.0).contains(&t) && (0.0..1.0).contains(&u)).then_some((t, u))
}

/// The centre of gravity.
pub fn centroid(ring: &[Pt]) -> Pt {
    let twice = area(ring) * 2.0;
    if ring.is_empty() || twice.abs() < 1e-9 {
        return ring.first().copied().unwrap_or(pt(0.0, 0.0));
    }
    let origin = ring[0];
    let sum = edges(ring).fold(pt(0.0, 0.0), |sum, (a, b)| {
        let (a, b) = (a - origin, b - origin);
        sum + (a + b) * a.cross(b)
    });
    origin + sum * (1.0 / (3.0 * twice))
}

/// Would this ring, on the grid, be its own bounding box? Real walls never are; boxes come from careless drawing.
pub fn is_upright_box(ring: &[Pt]) -> bool {
    let spots: Vec<LonLat> = ring.iter().map(|p| p.to_lonlat()).collect();
    let different = |of: fn(&LonLat) -> i32| spots.iter().map(of).collect::<std::collections::BTreeSet<_>>().len();
    ring.len() == 4 && different(|s| s.lon) == 2 && different(|s| s.lat) == 2
}

/// Keeps what lies left of the line through `at` along `way`.
pub fn clip(ring: &[Pt], at: Pt, way: Pt) -> Vec<Pt> {
    let side = |p: Pt| way.cross(p - at);
    let mut kept = Vec::with_capacity(ring.len() + 2);
    for (a, b) in edges(ring) {
        let (sa, sb) = (side(a), side(b));
        if sa >= 0.0 {
            kept.push(a);
        }
        if (sa > 0.0 && sb < 0.0) || (sa < 0.0 && sb > 0.0) {
            kept.push(a.toward(b, sa / (sa - sb)));
        }
    }
    kept.dedup_by(|a, b| a.to(*b) < 0.05);
    kept
}

/// The convex ground at least `setbacks[i]` away from the line of each edge i; empty when there is none.
pub fn inset(ring: &[Pt], setbacks: &[f64]) -> Vec<Pt> {
    const FAR: f64 = 5_000.0;
    let c = centroid(ring);
    let mut kept = vec![
        c + pt(-FAR, -FAR),
        c + pt(FAR, -FAR),
        c + pt(FAR, FAR),
        c + pt(-FAR, FAR),
    ];
    for ((a, b), setback) in edges(ring).zip(setbacks) {
        let way = (b - a).unit();
        kept = clip(&kept, a + way.left() * *setback, way);
        if kept.len() < 3 {
            return Vec::new();
        }
    }
    if area(&kept) > 1.0 { kept } else { Vec::new() }
}

/// How far a ring reaches along a direction.
pub fn reach(ring: &[Pt], way: Pt) -> (f64, f64) {
    ring.iter().fold((f64::MAX, f64::MIN), |(lo, hi), p| {
        (lo.min(p.dot(way)), hi.max(p.dot(way)))
    })
}

/// The direction of the longer side of the smallest box around a ring.
pub fn long_way(ring: &[Pt]) -> Pt {
    let mut best = (f64::MAX, pt(1.0, 0.0));
    for (a, b) in edges(ring) {
        let way = (b - a).unit();
        let ((u0, u1), (v0, v1)) = (reach(ring, way), reach(ring, way.left()));
        let box_area = (u1 - u0) * (v1 - v0);
        if box_area < best.0 - 1e-6 {
            best = (box_area, if u1 - u0 >= v1 - v0 { way } else { way.left() });
        }
    }
    best.1
}

/// Do two convex rings come closer than a gap? By a separating line along any edge.
pub fn convex_meet(a: &[Pt], b: &[Pt], gap: f64) -> bool {
    let apart = |ring: &[Pt], one: &[Pt], other: &[Pt]| {
        edges(ring).any(|(p, q)| {
            let across = (q - p).unit().left();
            let ((a0, a1), (b0, b1)) = (reach(one, across), reach(other, across));
            a0 - b1 > gap || b0 - a1 > gap
        })
    };
    !apart(a, a, b) && !apart(b, a, b)
}

/// A path without the vertices that lie within `slack` metres of the straight line (Douglas-Peucker).
pub fn straightened(path: &[Pt], slack: f64) -> Vec<Pt> {
    let [first, .., last] = path else { return path.to_vec() };
    let (mut worst, mut at) = (0.0, 0);
    for (i, p) in path.iter().enumerate().skip(1).take(path.len() - 2) {
        let off = distance_to_segment(*p, *first, *last);
        if off > worst {
            (worst, at) = (off, i);
        }
    }
    if at == 0 || worst < slack {
        return vec![*first, *last];
    }
    let mut kept = straightened(&path[..=at], slack);
    kept.pop();
    kept.extend(straightened(&path[at..], slack));
    kept
}
