//! Clever answers against slow, obvious ones, on random maps from fixed seeds: areas by every rule, what holds a spot, and what
//! is near. Areas and shares are worked out here by clipping convex shapes by hand, on no grid.

use geju_core::drawn::{place, world};
use geju_core::ground::local_distance;
use geju_core::place::{Archive, Building, PlaceKind};
use geju_core::{Area, EdgeRule, LonLat, Meters, Outline, Place, PlaceId, Question, World};
use std::collections::BTreeSet;

/// The south-west corner of the random maps, and how far they reach: about three kilometres.
const CORNER: LonLat = LonLat {
    lon: 1_040_600_000,
    lat: 306_600_000,
};
const REACH: i64 = 300_000;
const MAPS: u64 = 12;
const PLACES: u64 = 120;
const QUESTIONS: usize = 40;

/// Numbers from a seed, the same everywhere: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as i64
    }

    fn spot(&mut self) -> LonLat {
        LonLat {
            lon: CORNER.lon + self.below(REACH) as i32,
            lat: CORNER.lat + self.below(REACH) as i32,
        }
    }

    /// A convex ring around somewhere, turned somehow, counter-clockwise.
    fn ring(&mut self, largest: i64) -> Vec<LonLat> {
        let (centre, corners) = (self.spot(), 3 + self.below(5));
        let (wide, high) = (largest / 4 + self.below(largest), largest / 4 + self.below(largest));
        let turned = self.below(1_000) as f64 / 1_000.0 * std::f64::consts::TAU;
        (0..corners)
            .map(|n| {
                let around = turned + n as f64 / corners as f64 * std::f64::consts::TAU;
                LonLat {
                    lon: centre.lon + (around.cos() * wide as f64) as i32,
                    lat: centre.lat + (around.sin() * high as f64) as i32,
                }
            })
            .collect()
    }
}

fn outline(ring: &[LonLat]) -> Outline {
    Outline::new(vec![vec![ring.to_vec()]]).expect("a convex ring is sound")
}

/// The corners of a place, as the map keeps them.
fn corners(place: &Place) -> Vec<LonLat> {
    let rings = place.ground.outline().expect("these places have outlines").to_raw();
    let mut ring = rings.into_iter().flatten().next().expect("one ring");
    if ring.first() == ring.last() {
        ring.pop();
    }
    if doubled(&exact(&ring)) < 0.0 {
        ring.reverse();
    }
    ring
}

fn map(seed: u64) -> World {
    const KINDS: [PlaceKind; 6] = [
        PlaceKind::Community,
        PlaceKind::Grid,
        PlaceKind::MicroGrid,
        PlaceKind::Compound,
        PlaceKind::Building,
        PlaceKind::Building,
    ];
    let dice = &mut Dice(seed);
    let places: Vec<Place> = (1..=PLACES)
        .map(|id| {
            let kind = KINDS[dice.below(KINDS.len() as i64) as usize];
            let largest = if kind == PlaceKind::Building { 12_000 } else { 90_000 };
            let mut made = place(id, kind, &format!("{id}"), outline(&dice.ring(largest)));
            if kind == PlaceKind::Building {
                made.archive = Archive::Building(Building {
                    residents: Some(dice.below(900) as u32),
                    ..Building::default()
                });
            }
            made
        })
        .collect();
    world(places)
}

type Point = (f64, f64);

fn exact(ring: &[LonLat]) -> Vec<Point> {
    ring.iter()
        .map(|p| (f64::from(p.lon - CORNER.lon), f64::from(p.lat - CORNER.lat)))
        .collect()
}

fn doubled(ring: &[Point]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
}

/// What of `ring` lies to the left of every edge of the convex `by`: Sutherland and Hodgman.
fn clipped(ring: &[Point], by: &[Point]) -> Vec<Point> {
    let mut left = ring.to_vec();
    for (a, b) in by.iter().zip(by.iter().cycle().skip(1)) {
        let side = |p: &Point| (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0);
        let mut next = Vec::new();
        for (p, q) in left.iter().zip(left.iter().cycle().skip(1)) {
            let (at_p, at_q) = (side(p), side(q));
            if at_p >= 0.0 {
                next.push(*p);
            }
            if (at_p > 0.0 && at_q < 0.0) || (at_p < 0.0 && at_q > 0.0) {
                let share = at_p / (at_p - at_q);
                next.push((p.0 + (q.0 - p.0) * share, p.1 + (q.1 - p.1) * share));
            }
        }
        left = next;
    }
    left
}

/// Even and odd crossings of a ray.
fn holds(ring: &[Point], p: Point) -> bool {
    let crossed = ring
        .iter()
        .zip(ring.iter().cycle().skip(1))
        .filter(|(a, b)| (a.1 > p.1) != (b.1 > p.1) && p.0 < (b.0 - a.0) * (p.1 - a.1) / (b.1 - a.1) + a.0);
    crossed.count() % 2 == 1
}

/// A question's ground as convex rings, and how they are combined.
enum Asked {
    One(Vec<Point>),
    Both(Vec<Point>, Vec<Point>),
    Without(Vec<Point>, Vec<Point>),
}

impl Asked {
    fn holds(&self, p: Point) -> bool {
        match self {
            Asked::One(a) => holds(a, p),
            Asked::Both(a, b) => holds(a, p) || holds(b, p),
            Asked::Without(a, b) => holds(a, p) && !holds(b, p),
        }
    }

    fn share_of(&self, ring: &[Point]) -> f64 {
        let part = |by: &[Point]| doubled(&clipped(ring, by));
        let shared = |a: &[Point], b: &[Point]| doubled(&clipped(&clipped(ring, a), b));
        let inside = match self {
            Asked::One(a) => part(a),
            Asked::Both(a, b) => part(a) + part(b) - shared(a, b),
            Asked::Without(a, b) => part(a) - shared(a, b),
        };
        inside / doubled(ring)
    }
}

fn question(dice: &mut Dice) -> (Area, Asked) {
    let area = |ring: &[LonLat]| Area::Outline(outline(ring));
    let (one, other) = (dice.ring(120_000), dice.ring(120_000));
    let (a, b) = (exact(&one), exact(&other));
    match dice.below(4) {
        0 => (area(&one), Asked::One(a)),
        1 => (Area::Union(vec![area(&one), area(&other)]), Asked::Both(a, b)),
        2 => (
            Area::Difference(Box::new(area(&one)), Box::new(area(&other))),
            Asked::Without(a, b),
        ),
        _ => {
            let circle = Area::circle(dice.spot(), Meters(50.0 + dice.below(900) as f64));
            // Weighed as the polygon that stands for it.
            let ring = circle.to_rings().into_iter().flatten().next().expect("a ring");
            (circle, Asked::One(exact(&ring)))
        }
    }
}

#[test]
fn areas_by_every_rule_equal_a_plain_loop() {
    /// Less than this share of a house may be lost where crossings are rounded to the grid.
    const HAIR: f64 = 1e-5;
    for seed in 1..=MAPS {
        let (world, dice) = (map(seed), &mut Dice(seed + 1_000));
        for n in 0..QUESTIONS {
            let (area, asked) = question(dice);
            let buildings: Vec<_> = world.places_of(PlaceKind::Building).collect();
            for rule in [EdgeRule::InnerPoint, EdgeRule::Any, EdgeRule::Share] {
                let answer = world.answer(
                    &area,
                    &Question {
                        rule,
                        list: true,
                        limit: usize::MAX,
                        ..Question::default()
                    },
                );
                let found: BTreeSet<u64> = answer.places.get("building").into_iter().flatten().copied().collect();
                let what = format!("seed {seed}, question {n}, {rule:?}");
                assert_eq!(answer.buildings.count, found.len() as u64, "{what}");
                let mut residents = 0.0;
                for placed in &buildings {
                    let id = placed.place.id.0;
                    let counts = found.contains(&id);
                    let Archive::Building(archive) = &placed.place.archive else {
                        continue;
                    };
                    let people = f64::from(archive.residents.unwrap_or(0));
                    let inner = exact(&[placed.inner])[0];
                    match rule {
                        EdgeRule::InnerPoint => {
                            let inside = match &area {
                                Area::Circle(disc) => local_distance(disc.centre(), placed.inner).0 <= disc.radius().0,
                                _ => asked.holds(inner),
                            };
                            assert_eq!(counts, inside, "{what}: building {id}");
                            residents += if inside { people } else { 0.0 };
                        }
                        EdgeRule::Any | EdgeRule::Share => {
                            let share = asked.share_of(&exact(&corners(&placed.place)));
                            assert!(!counts || share > -HAIR, "{what}: building {id} lies outside, {share}");
                            assert!(counts || share < HAIR, "{what}: building {id} lies inside by {share}");
                            residents += if rule == EdgeRule::Share {
                                people * share
                            } else if counts {
                                people
                            } else {
                                0.0
                            };
                        }
                    }
                }
                let told = answer.people.residents as f64;
                assert!(
                    (told - residents).abs() <= 0.75,
                    "{what}: {told} residents, plainly {residents}"
                );
            }
        }
    }
}

#[test]
fn what_holds_a_spot_equals_a_plain_loop() {
    for seed in 1..=MAPS {
        let (world, dice) = (map(seed), &mut Dice(seed + 2_000));
        for _ in 0..QUESTIONS * 5 {
            let spot = dice.spot();
            let located = world.locate(spot);
            for (kind, found) in located.levels() {
                let mut plain: Vec<(i64, PlaceId)> = world
                    .places_of(kind)
                    .map(|p| (corners(&p.place), p.place.id))
                    .filter(|(ring, _)| holds(&exact(ring), exact(&[spot])[0]))
                    .map(|(ring, id)| (doubled(&exact(&ring)) as i64, id))
                    .collect();
                plain.sort_unstable();
                let found = found.as_ref().map(|p| p.place.id);
                assert_eq!(
                    found,
                    plain.first().map(|(_, id)| *id),
                    "seed {seed}, {kind} at {spot:?}"
                );
            }
        }
    }
}

#[test]
fn the_nearest_equal_a_plain_loop() {
    for seed in 1..=MAPS {
        let (world, dice) = (map(seed), &mut Dice(seed + 3_000));
        for _ in 0..QUESTIONS {
            let (from, limit) = (dice.spot(), 1 + dice.below(30) as usize);
            // Only some are wanted, as when a search is for one category.
            let odd = dice.below(2) == 1;
            for kind in [PlaceKind::Building, PlaceKind::Compound] {
                let wanted = |id: PlaceId| !odd || id.0 % 2 == 1;
                let near = world.nearest(kind, from, limit, |p| wanted(p.place.id));
                let mut plain: Vec<(f64, PlaceId)> = world
                    .places_of(kind)
                    .filter(|p| wanted(p.place.id))
                    .map(|p| (local_distance(from, p.inner).0, p.place.id))
                    .collect();
                plain.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                plain.truncate(limit);
                let found: Vec<(f64, PlaceId)> = near.iter().map(|n| (n.distance.0, n.placed.place.id)).collect();
                assert_eq!(found, plain, "seed {seed}, {limit} of {kind} near {from:?}");
            }
        }
    }
}
