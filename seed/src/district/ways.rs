//! The great lines of a district: rings and avenues around a city whose middle lies to the south, a river and a railway.

use crate::chance::{Chance, cosine, sine};
use crate::layout::{Layout, Way, into_blocks, road_knife};
use crate::mesh::{Along, Class, FaceId, Mesh};
use crate::plane::{Pt, centroid, pt};

/// The middle of the city, which the rings run around.
const CITY: Pt = pt(-300.0, -9_000.0);
/// The ground that has roads at all; the district lies in its middle.
const HALF_WIDTH: f64 = 6_300.0;
const HALF_HEIGHT: f64 = 4_600.0;

/// Rings by their distance from the middle of the city, in metres.
const RINGS: [(Class, f64); 10] = [
    (Class::Trunk, 5_750.0),
    (Class::Secondary, 6_480.0),
    (Class::Primary, 7_260.0),
    (Class::Secondary, 8_040.0),
    (Class::Trunk, 8_930.0),
    (Class::Secondary, 9_700.0),
    (Class::Primary, 10_480.0),
    (Class::Secondary, 11_260.0),
    (Class::Primary, 12_100.0),
    (Class::Secondary, 12_950.0),
];
/// Avenues out of the city, this many degrees apart.
const AVENUE_DEGREES: f64 = 5.3;
const AVENUES_EACH_SIDE: i32 = 7;
/// Share of blocks that a smaller avenue leaves whole.
const LEFT_WHOLE: f64 = 0.1;

/// Metres from the middle of the city, and the angle from north in radians, east positive.
pub fn polar(p: Pt) -> (f64, f64) {
    let off = p - CITY;
    let r = off.len();
    // Small angles: the arc sine by its series is good to a metre here.
    let s = off.x / r.max(1.0);
    (r, s + s * s * s / 6.0 + 0.075 * s * s * s * s * s)
}

fn spot(r: f64, angle: f64) -> Pt {
    CITY + pt(r * sine(angle), r * cosine(angle))
}

struct Sway([(f64, f64, f64); 2]);

impl Sway {
    fn new(chance: &mut Chance, size: f64, wave: f64) -> Self {
        let mut turn = || chance.between(0.0, std::f64::consts::TAU);
        Sway([(size, wave, turn()), (size * 0.4, wave * 0.41, turn())])
    }

    fn at(&self, along: f64) -> f64 {
        self.0
            .iter()
            .map(|(size, wave, phase)| size * sine(along / wave + phase))
            .sum()
    }
}

/// The whole ground with its great lines; faces are what lies between them.
pub fn lay_out(chance: &Chance) -> Layout {
    let mut chance = chance.fork(31);
    let rim = [
        pt(-HALF_WIDTH, -HALF_HEIGHT),
        // A ring begins and ends on different sides of this corner.
        pt(0.0, -HALF_HEIGHT),
        pt(HALF_WIDTH, -HALF_HEIGHT),
        pt(HALF_WIDTH, HALF_HEIGHT),
        pt(-HALF_WIDTH, HALF_HEIGHT),
    ];
    let line = Along {
        class: Class::Line,
        way: 0,
    };
    let mut plan = Layout {
        mesh: Mesh::new(&rim, line),
        ways: vec![Way { class: Class::Line }],
        quarters: Vec::new(),
    };
    let mut lines: Vec<(Class, Vec<Pt>)> =
        vec![(Class::River, river(&mut chance)), (Class::Rail, railway(&mut chance))];
    for (class, radius) in RINGS {
        lines.push((class, ring(&mut chance, class, radius)));
    }
    for index in -AVENUES_EACH_SIDE..=AVENUES_EACH_SIDE {
        let class = if index % 2 == 0 {
            Class::Primary
        } else {
            Class::Secondary
        };
        lines.push((class, avenue(&mut chance, class, f64::from(index))));
    }
    lines.sort_by_key(|(class, _)| *class);
    for (class, path) in lines {
        plan.ways.push(Way { class });
        let way = plan.ways.len() - 1;
        for face in 0..plan.mesh.faces.len() {
            if class == Class::Secondary && chance.happens(LEFT_WHOLE) {
                continue;
            }
            plan.mesh.cut(face, &path, road_knife(class, way));
        }
    }
    plan
}

fn ring(chance: &mut Chance, class: Class, radius: f64) -> Vec<Pt> {
    let size = if class == Class::Secondary { 46.0 } else { 24.0 };
    let sway = Sway::new(chance, size, 900.0);
    let radius = radius + chance.between(-45.0, 45.0);
    // Far enough to both sides to leave the ground everywhere.
    (-160..=160)
        .map(|i| {
            let angle = f64::from(i) * 62.0 / radius;
            spot(radius + sway.at(angle * radius), angle)
        })
        .collect()
}

fn avenue(chance: &mut Chance, class: Class, index: f64) -> Vec<Pt> {
    let size = if class == Class::Secondary { 44.0 } else { 20.0 };
    let sway = Sway::new(chance, size, 760.0);
    let degrees = index * AVENUE_DEGREES + chance.between(-0.55, 0.55);
    (0..=180)
        .map(|i| {
            let r = 4_000.0 + f64::from(i) * 61.0;
            spot(r, degrees.to_radians() + sway.at(r) / r)
        })
        .collect()
}

/// Down from the north-west, in long bends.
fn river(chance: &mut Chance) -> Vec<Pt> {
    let (large, small) = (Sway::new(chance, 420.0, 830.0), Sway::new(chance, 60.0, 240.0));
    let tilt = chance.between(0.34, 0.5);
    let middle = chance.between(-500.0, 300.0);
    (-190..=190)
        .map(|i| {
            let x = f64::from(i) * 37.0;
            pt(x, middle - tilt * x + large.at(x) + small.at(x))
        })
        .collect()
}

/// Nearly straight, as railways are.
fn railway(chance: &mut Chance) -> Vec<Pt> {
    let sway = Sway::new(chance, 70.0, 1_900.0);
    let tilt = chance.between(0.1, 0.2);
    (-120..=120)
        .map(|i| {
            let x = f64::from(i) * 58.0;
            pt(x, 1_560.0 + tilt * x + sway.at(x))
        })
        .collect()
}

/// Beyond the district only the larger roads are drawn, so that it does not lie in a void.
pub fn around(plan: &mut Layout, outside: Vec<FaceId>, chance: &mut Chance) {
    for face in outside {
        into_blocks(&mut plan.mesh, &mut plan.ways, chance, face, 210_000.0, &mut Vec::new());
    }
}

/// Where a face lies, for choosing.
pub fn middle_of(mesh: &Mesh, face: FaceId) -> Pt {
    centroid(&mesh.ring(face))
}
