//! The ground plan: river, railway, ring road and avenues first, then quarters cut into blocks by smaller roads.

use crate::chance::{Chance, cosine, sine};
use crate::mesh::{Along, Class, FaceId, Knife, Mesh};
use crate::plane::{Pt, area, centroid, long_way, pt, reach};

/// Half the width and height of the ground that has roads at all; the street lies in its middle.
const HALF_WIDTH: f64 = 1_900.0;
const HALF_HEIGHT: f64 = 1_550.0;
/// The whole plan is turned by this angle in radians: no old Chinese street runs exactly east.
const TURN: f64 = 0.15;

/// What a quarter mostly consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// 老城院落
    OldTown,
    /// 老旧小区、单位宿舍
    Slabs,
    /// 城中村、安置小区
    Village,
    /// 多层商品房
    MidRise,
    /// 高层商品房
    Towers,
}

/// The plan of the street: which quarters it has, by column from the west and row from the north. Rows lie between
/// railway and avenues, columns between ring road, avenues and river.
const QUARTERS: [((usize, usize), Zone); 12] = [
    ((2, 0), Zone::Village),
    ((3, 0), Zone::MidRise),
    ((1, 1), Zone::Slabs),
    ((2, 1), Zone::Slabs),
    ((3, 1), Zone::OldTown),
    ((4, 1), Zone::Towers),
    ((5, 1), Zone::Towers),
    ((1, 2), Zone::MidRise),
    ((2, 2), Zone::Slabs),
    ((3, 2), Zone::OldTown),
    ((4, 2), Zone::Towers),
    ((2, 3), Zone::MidRise),
];

/// A road, river or railway.
#[derive(Debug, Clone)]
pub struct Way {
    pub class: Class,
}

pub struct Quarter {
    pub zone: Zone,
    pub faces: Vec<FaceId>,
    /// Which of the district's streets it belongs to.
    pub street: usize,
}

pub struct Layout {
    pub mesh: Mesh,
    pub ways: Vec<Way>,
    /// The street's quarters: each becomes a community.
    pub quarters: Vec<Quarter>,
}

struct Bends {
    at: f64,
    slope: f64,
    sway: [(f64, f64, f64); 2],
}

impl Bends {
    fn new(chance: &mut Chance, at: f64, slope: f64, sway: f64, wave: f64) -> Self {
        let turn = |chance: &mut Chance| chance.between(0.0, std::f64::consts::TAU);
        let first = (sway, wave, turn(chance));
        let second = (sway * 0.35, wave * 0.43, turn(chance));
        Bends {
            at,
            slope,
            sway: [first, second],
        }
    }

    fn off(&self, along: f64) -> f64 {
        let sway: f64 = self
            .sway
            .iter()
            .map(|(size, wave, phase)| size * sine(along / wave + phase))
            .sum();
        self.at + self.slope * along + sway
    }
}

pub fn turned(p: Pt) -> Pt {
    let (s, c) = (sine(TURN), cosine(TURN));
    pt(p.x * c - p.y * s, p.x * s + p.y * c)
}

fn unturned(p: Pt) -> Pt {
    let (s, c) = (sine(TURN), cosine(TURN));
    pt(p.x * c + p.y * s, p.y * c - p.x * s)
}

/// A knife for roads. Small ones meet where another already meets; a kink of some metres shows on no small road.
pub fn road_knife(class: Class, way: usize) -> Knife {
    let snap_meters = if class <= Class::Secondary { 1.5 } else { 9.0 };
    Knife {
        along: Along { class, way },
        snap_meters,
        min_area_m2: 900.0,
        min_roundness: 0.008,
    }
}

pub fn lay_out(chance: &Chance) -> Layout {
    let mut chance = chance.fork(1);
    let corner = |x: f64, y: f64| turned(pt(x * HALF_WIDTH, y * HALF_HEIGHT));
    let rim = [
        corner(-1.0, -1.0),
        corner(1.0, -1.0),
        corner(1.0, 1.0),
        corner(-1.0, 1.0),
    ];
    let mut ways = vec![Way { class: Class::Line }];
    let mut mesh = Mesh::new(
        &rim,
        Along {
            class: Class::Line,
            way: 0,
        },
    );

    let mut shift = |size: f64| chance.between(-size, size);
    let columns_at = [
        -1_170.0,
        -640.0 + shift(30.0),
        -130.0 + shift(30.0),
        330.0,
        800.0 + shift(25.0),
        1_270.0 + shift(30.0),
    ];
    let rows_at = [
        985.0,
        520.0 + shift(25.0),
        70.0 + shift(30.0),
        -390.0 + shift(25.0),
        -850.0 + shift(30.0),
    ];
    let slopes: Vec<f64> = (0..5).map(|_| shift(0.05)).collect();
    let columns: Vec<(Class, Bends)> = [
        (Class::Trunk, 55.0, 620.0),
        (Class::Secondary, 34.0, 330.0),
        (Class::Primary, 22.0, 480.0),
        (Class::River, 88.0, 265.0),
        (Class::Primary, 26.0, 520.0),
        (Class::Secondary, 30.0, 380.0),
    ]
    .into_iter()
    .zip(columns_at)
    .zip([0.07, 0.02, -0.015, -0.02, 0.03, -0.05])
    .map(|(((class, sway, wave), at), slope)| (class, Bends::new(&mut chance, at, slope, sway, wave)))
    .collect();
    let rows: Vec<(Class, Bends)> = [
        (Class::Rail, 45.0, 900.0),
        (Class::Secondary, 32.0, 350.0),
        (Class::Primary, 24.0, 560.0),
        (Class::Secondary, 36.0, 300.0),
        (Class::Primary, 30.0, 450.0),
    ]
    .into_iter()
    .zip(rows_at)
    .zip(&slopes)
    .map(|(((class, sway, wave), at), slope)| (class, Bends::new(&mut chance, at, *slope, sway, wave)))
    .collect();

    let run = |mesh: &mut Mesh, ways: &mut Vec<Way>, class: Class, path: Vec<Pt>| {
        ways.push(Way { class });
        let way = ways.len() - 1;
        for face in 0..mesh.faces.len() {
            mesh.cut(face, &path, road_knife(class, way));
        }
    };
    let steps = |half: f64, step: f64| {
        let n = (2.0 * half / step) as i32 + 4;
        (0..n).map(move |i| -half - 1.5 * step + f64::from(i) * step)
    };
    for (class, bends) in &columns {
        let step = if *class == Class::River { 38.0 } else { 64.0 };
        let path = steps(HALF_HEIGHT, step).map(|y| turned(pt(bends.off(y), y))).collect();
        run(&mut mesh, &mut ways, *class, path);
    }
    for (class, bends) in &rows {
        let path = steps(HALF_WIDTH, 61.0).map(|x| turned(pt(x, bends.off(x)))).collect();
        run(&mut mesh, &mut ways, *class, path);
    }

    let column_of = |p: Pt| columns.iter().filter(|(_, b)| p.x > b.off(p.y)).count();
    let row_of = |p: Pt| rows.iter().filter(|(_, b)| p.y < b.off(p.x)).count().checked_sub(1);
    let mut quarters: Vec<Quarter> = QUARTERS
        .iter()
        .map(|(_, zone)| Quarter {
            zone: *zone,
            faces: Vec::new(),
            street: 0,
        })
        .collect();
    let mut around = Vec::new();
    for face in 0..mesh.faces.len() {
        let at = unturned(centroid(&mesh.ring(face)));
        let here = row_of(at).map(|row| (column_of(at), row));
        match QUARTERS.iter().position(|(cell, _)| Some(*cell) == here) {
            Some(quarter) => {
                mesh.faces[face].tag.quarter = quarter + 1;
                quarters[quarter].faces.push(face);
            }
            None => around.push(face),
        }
    }
    for quarter in &mut quarters {
        let block = block_size(quarter.zone);
        let mut blocks = Vec::new();
        for face in std::mem::take(&mut quarter.faces) {
            into_blocks(&mut mesh, &mut ways, &mut chance, face, block, &mut blocks);
        }
        quarter.faces = blocks;
    }
    for face in around {
        // Beyond the street only the larger roads are drawn, so that it does not lie in a void.
        into_blocks(&mut mesh, &mut ways, &mut chance, face, 70_000.0, &mut Vec::new());
    }
    Layout { mesh, ways, quarters }
}

/// Square metres of a typical block.
fn block_size(zone: Zone) -> f64 {
    match zone {
        Zone::OldTown => 11_000.0,
        Zone::Village => 15_000.0,
        Zone::Slabs => 22_000.0,
        Zone::MidRise => 24_000.0,
        Zone::Towers => 38_000.0,
    }
}

pub fn into_blocks(
    mesh: &mut Mesh,
    ways: &mut Vec<Way>,
    chance: &mut Chance,
    face: FaceId,
    size: f64,
    blocks: &mut Vec<FaceId>,
) {
    let ground = area(&mesh.ring(face));
    if ground < size * chance.between(1.1, 1.9) {
        blocks.push(face);
        return;
    }
    let class = match ground {
        m2 if m2 > 110_000.0 => Class::Tertiary,
        m2 if m2 > 55_000.0 => Class::Residential,
        _ if chance.happens(0.3) => Class::Tertiary,
        _ => Class::Residential,
    };
    ways.push(Way { class });
    let knife = road_knife(class, ways.len() - 1);
    match halve(mesh, chance, face, knife, 0.05, 46.0) {
        Some(made) => made
            .into_iter()
            .for_each(|f| into_blocks(mesh, ways, chance, f, size, blocks)),
        None => {
            ways.pop();
            blocks.push(face);
        }
    }
}

/// Cuts a face across its longer side with a slightly bent line; a few tries, then `None`.
pub fn halve(
    mesh: &mut Mesh,
    chance: &mut Chance,
    face: FaceId,
    knife: Knife,
    bend: f64,
    step: f64,
) -> Option<Vec<FaceId>> {
    part(mesh, chance, face, knife, bend, step, (0.4, 0.6))
}

/// The same, with the line within some share of the longer side.
pub fn part(
    mesh: &mut Mesh,
    chance: &mut Chance,
    face: FaceId,
    knife: Knife,
    bend: f64,
    step: f64,
    share: (f64, f64),
) -> Option<Vec<FaceId>> {
    let ring = mesh.ring(face);
    let long = long_way(&ring);
    for attempt in 0..5 {
        // Mostly across the long side; when that cannot be, along it.
        let way = if attempt < 3 { long } else { long.left() };
        let (u0, u1) = reach(&ring, way);
        let across = (way.left() + way * chance.between(-0.1, 0.1)).unit();
        let (v0, v1) = reach(&ring, way.left());
        let u = u0 + (u1 - u0) * chance.between(share.0, share.1);
        let middle = way * u + way.left() * ((v0 + v1) / 2.0);
        let length = (v1 - v0) + 80.0;
        let bulge = chance.between(-bend, bend) * (v1 - v0);
        let n = (length / step).ceil().max(1.0) as i32;
        let path: Vec<Pt> = (0..=n)
            .map(|i| {
                let t = f64::from(i) / f64::from(n) * 2.0 - 1.0;
                middle + across * (t * length / 2.0) + way * (bulge * (1.0 - t * t))
            })
            .collect();
        let made = mesh.cut(face, &path, knife);
        if made.len() > 1 {
            return Some(made);
        }
    }
    None
}
