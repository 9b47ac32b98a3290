//! Which edges cross, run along each other, or touch: one sweep over all rings of an outline, exact in integers.

use super::LonLat;
use super::inner::Doubled;

/// Edges that may not be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Crossing {
    SameRing { ring: usize, at: LonLat },
    Spike { ring: usize, at: LonLat },
    TwoRings { ring: usize, at: LonLat },
}

/// Two rings (or one with itself) meet in a single spot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Touch {
    pub rings: (usize, usize),
    /// Index of the edge (by its first vertex) in each ring.
    pub edges: (usize, usize),
    pub at: LonLat,
}

#[derive(Clone, Copy)]
struct Edge {
    a: LonLat,
    b: LonLat,
    ring: usize,
    index: usize,
    low: i32,
    high: i32,
}

enum Meeting {
    Apart,
    Cross(LonLat),
    Along(LonLat),
    Touch(LonLat),
}

/// Looks at every pair of edges whose boxes meet.
///
/// Edges are swept along the axis on which they spread more; at [`super::MAX_VERTICES`] the worst case is a comb
/// of 2·10⁸ box comparisons, a fraction of a second.
pub(super) fn examine(rings: &[Vec<LonLat>]) -> Result<Vec<Touch>, Crossing> {
    let (mut wide, mut tall) = (0i64, 0i64);
    for ring in rings {
        for (i, a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            wide += i64::from((b.lon - a.lon).abs());
            tall += i64::from((b.lat - a.lat).abs());
        }
    }
    let by_lon = wide <= tall;
    let key = |p: LonLat| if by_lon { p.lon } else { p.lat };
    let mut edges: Vec<Edge> = Vec::with_capacity(rings.iter().map(Vec::len).sum());
    for (ring, vertices) in rings.iter().enumerate() {
        for (index, &a) in vertices.iter().enumerate() {
            let b = vertices[(index + 1) % vertices.len()];
            edges.push(Edge {
                a,
                b,
                ring,
                index,
                low: key(a).min(key(b)),
                high: key(a).max(key(b)),
            });
        }
    }
    edges.sort_unstable_by_key(|e| (e.low, e.ring, e.index));
    let mut touches = Vec::new();
    for (i, e) in edges.iter().enumerate() {
        for f in edges[i + 1..].iter().take_while(|f| f.low <= e.high) {
            if boxes_meet(e, f) {
                judge(rings, e, f, &mut touches)?;
            }
        }
    }
    Ok(touches)
}

fn boxes_meet(e: &Edge, f: &Edge) -> bool {
    let span = |a: i32, b: i32| (a.min(b), a.max(b));
    let meet = |(a0, a1): (i32, i32), (b0, b1): (i32, i32)| a0 <= b1 && b0 <= a1;
    meet(span(e.a.lon, e.b.lon), span(f.a.lon, f.b.lon)) && meet(span(e.a.lat, e.b.lat), span(f.a.lat, f.b.lat))
}

fn judge(rings: &[Vec<LonLat>], e: &Edge, f: &Edge, touches: &mut Vec<Touch>) -> Result<(), Crossing> {
    let one_ring = e.ring == f.ring;
    let n = rings[e.ring].len();
    let neighbours = one_ring && ((e.index + 1) % n == f.index || (f.index + 1) % n == e.index);
    match meeting(e, f) {
        Meeting::Apart => Ok(()),
        Meeting::Along(at) if neighbours => Err(Crossing::Spike { ring: e.ring, at }),
        Meeting::Cross(at) | Meeting::Along(at) if one_ring => Err(Crossing::SameRing { ring: e.ring, at }),
        Meeting::Cross(at) | Meeting::Along(at) => Err(Crossing::TwoRings {
            ring: e.ring.max(f.ring),
            at,
        }),
        Meeting::Touch(_) if neighbours => Ok(()),
        Meeting::Touch(at) => {
            touches.push(Touch {
                rings: (e.ring, f.ring),
                edges: (e.index, f.index),
                at,
            });
            Ok(())
        }
    }
}

fn meeting(e: &Edge, f: &Edge) -> Meeting {
    let (fa, fb) = (
        LonLat::turn(e.a, e.b, f.a).signum(),
        LonLat::turn(e.a, e.b, f.b).signum(),
    );
    let (ea, eb) = (
        LonLat::turn(f.a, f.b, e.a).signum(),
        LonLat::turn(f.a, f.b, e.b).signum(),
    );
    if fa * fb < 0 && ea * eb < 0 {
        return Meeting::Cross(crossing_spot(e, f));
    }
    if fa == 0 && fb == 0 {
        return along(e, f);
    }
    let touching = [(fa, f.a, e), (fb, f.b, e), (ea, e.a, f), (eb, e.b, f)];
    touching
        .into_iter()
        .find(|(turn, p, edge)| *turn == 0 && in_box(*p, edge))
        .map_or(Meeting::Apart, |(_, p, _)| Meeting::Touch(p))
}

fn in_box(p: LonLat, e: &Edge) -> bool {
    (e.a.lon.min(e.b.lon)..=e.a.lon.max(e.b.lon)).contains(&p.lon)
        && (e.a.lat.min(e.b.lat)..=e.a.lat.max(e.b.lat)).contains(&p.lat)
}

/// Two edges on one line: apart, end to end, or along each other.
fn along(e: &Edge, f: &Edge) -> Meeting {
    let order = |e: &Edge| if e.a <= e.b { (e.a, e.b) } else { (e.b, e.a) };
    let ((e0, e1), (f0, f1)) = (order(e), order(f));
    let (start, end) = (e0.max(f0), e1.min(f1));
    match start.cmp(&end) {
        std::cmp::Ordering::Greater => Meeting::Apart,
        std::cmp::Ordering::Equal => Meeting::Touch(start),
        std::cmp::Ordering::Less => Meeting::Along(start),
    }
}

/// The crossing, rounded to the grid: for showing only.
fn crossing_spot(e: &Edge, f: &Edge) -> LonLat {
    let along_a = LonLat::turn(f.a, f.b, e.a) as f64;
    let along_b = LonLat::turn(f.a, f.b, e.b) as f64;
    let t = along_a / (along_a - along_b);
    let mix = |a: i32, b: i32| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as i32;
    LonLat {
        lon: mix(e.a.lon, e.b.lon),
        lat: mix(e.a.lat, e.b.lat),
    }
}

/// Spots of ring `of` that together tell on which side of ring `against` it lies, in doubled grid steps.
///
/// Rings that do not touch lie wholly on one side, so one vertex tells. Where they touch, the ring is cut at the
/// touches and the middle of every piece is asked.
pub(super) fn samples(
    rings: &[Vec<LonLat>],
    touches: &[Touch],
    of: usize,
    against: usize,
) -> impl Iterator<Item = Doubled> + use<> {
    let mut cuts: Vec<(usize, LonLat)> = touches
        .iter()
        .filter_map(|t| match t.rings {
            (a, b) if (a, b) == (of, against) => Some((t.edges.0, t.at)),
            (a, b) if (a, b) == (against, of) => Some((t.edges.1, t.at)),
            _ => None,
        })
        .collect();
    let ring = &rings[of];
    if cuts.is_empty() {
        return vec![Doubled::of(ring[0])].into_iter();
    }
    cuts.sort_unstable();
    let mut spots = Vec::with_capacity(ring.len() + cuts.len());
    for (index, &a) in ring.iter().enumerate() {
        let b = ring[(index + 1) % ring.len()];
        let mut stops: Vec<LonLat> = cuts.iter().filter(|(i, _)| *i == index).map(|(_, p)| *p).collect();
        let far =
            |p: &LonLat| (i64::from(p.lon) - i64::from(a.lon)).abs() + (i64::from(p.lat) - i64::from(a.lat)).abs();
        stops.sort_unstable_by_key(far);
        let mut from = a;
        for stop in stops.into_iter().chain([b]) {
            if stop != from {
                spots.push(Doubled::middle(from, stop));
            }
            from = stop;
        }
    }
    spots.into_iter()
}
