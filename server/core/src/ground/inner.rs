//! Inside or outside, and a spot well inside.

use super::{LonLat, Outline};

/// A spot in half grid steps, so that the middle of two grid spots is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubled {
    x: i64,
    y: i64,
}

impl Doubled {
    pub fn of(p: LonLat) -> Self {
        Self {
            x: 2 * i64::from(p.lon),
            y: 2 * i64::from(p.lat),
        }
    }

    pub fn middle(a: LonLat, b: LonLat) -> Self {
        Self {
            x: i64::from(a.lon) + i64::from(b.lon),
            y: i64::from(a.lat) + i64::from(b.lat),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Inside,
    On,
    Outside,
}

/// Which side of the ring a spot lies on, the edge itself told apart.
pub(super) fn place_of(ring: &[LonLat], p: Doubled) -> Side {
    let mut inside = false;
    for (i, &a) in ring.iter().enumerate() {
        let (a, b) = (Doubled::of(a), Doubled::of(ring[(i + 1) % ring.len()]));
        let turn = (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
        let within = (a.x.min(b.x)..=a.x.max(b.x)).contains(&p.x) && (a.y.min(b.y)..=a.y.max(b.y)).contains(&p.y);
        if turn == 0 && within {
            return Side::On;
        }
        if (a.y > p.y) != (b.y > p.y) && (turn > 0) == (b.y > a.y) {
            inside = !inside;
        }
    }
    if inside { Side::Inside } else { Side::Outside }
}

/// Does a ray from the spot to the east meet the ring an odd number of times? Edges are half-open, so a spot on an
/// edge between two neighbours falls to exactly one of them.
pub(super) fn crosses_odd(ring: &[LonLat], p: LonLat) -> bool {
    let Some(&last) = ring.last() else { return false };
    let (odd, _) = ring
        .iter()
        .fold((false, last), |(odd, a), &b| (odd ^ crosses(a, b, p), b));
    odd
}

/// Does a ray from the spot to the east meet this edge?
pub(super) fn crosses(a: LonLat, b: LonLat, p: LonLat) -> bool {
    if (a.lat > p.lat) == (b.lat > p.lat) {
        return false;
    }
    // Both neighbours must judge a shared edge alike, whichever way their rings run along it.
    let (low, high) = if a.lat < b.lat { (a, b) } else { (b, a) };
    LonLat::turn(low, high, p) > 0
}

/// Heights to try, as fractions of the part's envelope: the middle first, then away from it for odd shapes.
const SCAN_HEIGHTS: [f64; 7] = [0.5, 0.37, 0.63, 0.21, 0.79, 0.09, 0.91];

pub(super) fn inner_point(outline: &Outline) -> LonLat {
    let biggest = outline
        .parts()
        .iter()
        .max_by_key(|p| super::measure::doubled_ring_area(p.shell.vertices()))
        .map(|p| (p, super::Envelope::of_points(p.shell.vertices().iter().copied())));
    let Some((part, Some(extent))) = biggest else {
        return outline.envelope().centre();
    };
    let mut crossings: Vec<f64> = Vec::new();
    for fraction in SCAN_HEIGHTS {
        let tall = f64::from(extent.max.lat) - f64::from(extent.min.lat);
        // A height between grid rows meets no vertex.
        let row = (f64::from(extent.min.lat) + tall * fraction).floor();
        let y = row + 0.5;
        crossings.clear();
        for (a, b) in part.rings().flat_map(|r| r.edges()) {
            let (ay, by) = (f64::from(a.lat), f64::from(b.lat));
            if (ay > y) != (by > y) {
                let (ax, bx) = (f64::from(a.lon), f64::from(b.lon));
                crossings.push(ax + (bx - ax) * (y - ay) / (by - ay));
            }
        }
        crossings.sort_unstable_by(f64::total_cmp);
        let widest = crossings
            .chunks_exact(2)
            .fold(None, |best: Option<(f64, f64)>, c| match best {
                Some((from, to)) if to - from >= c[1] - c[0] => best,
                _ => Some((c[0], c[1])),
            });
        if let Some((from, to)) = widest {
            let spot = LonLat {
                lon: ((from + to) / 2.0).round() as i32,
                lat: row as i32,
            };
            if outline.contains(spot) {
                return spot;
            }
        }
    }
    // Thinner than the grid at every height tried: any grid spot it holds, else a corner.
    let corner = part.shell.vertices()[0];
    let around = (-1..=1).flat_map(|x| (-1..=1).map(move |y| (x, y)));
    part.shell
        .vertices()
        .iter()
        .flat_map(|v| {
            around.clone().map(|(x, y)| LonLat {
                lon: v.lon + x,
                lat: v.lat + y,
            })
        })
        .find(|p| outline.contains(*p))
        .unwrap_or(corner)
}
