//! Blocks become parcels, 地块: one compound, school, market or park each.

use crate::chance::Chance;
use crate::clearance::Clearance;
use crate::layout::{Layout, Way, Zone, halve};
use crate::mesh::{Along, Class, FaceId, Knife};
use crate::plane::{Pt, area, centroid, clip, edges, inset, straightened};

/// What stands on a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// 院落
    Courtyard,
    /// 老旧小区
    Slabs,
    /// 单位宿舍
    WorkUnit,
    /// 安置小区
    Resettlement,
    /// 城中村自建房
    Village,
    /// 多层商品房小区
    MidRise,
    /// 保障房小区
    Affordable,
    /// 高层商品房小区
    Towers,
    School,
    Hospital,
    Market,
    Offices,
    Park,
}

impl Use {
    pub fn is_lived_in(self) -> bool {
        !matches!(
            self,
            Use::School | Use::Hospital | Use::Market | Use::Offices | Use::Park
        )
    }
}

pub struct Parcel {
    pub face: FaceId,
    pub quarter: usize,
    pub what: Use,
    /// The ground inside the walls; empty where nothing fits.
    pub yard: Vec<Pt>,
    /// The road of its address.
    pub way: Option<usize>,
    pub year: u16,
    /// Does a row of shops stand between wall and road?
    pub shops: bool,
    /// Without a wall around it: its houses stand at the road and make no compound.
    pub open: bool,
}

/// Between the pavement and the wall where shops face the road.
pub const SHOP_DEPTH: f64 = 11.5;

pub struct Block {
    pub quarter: usize,
    pub parcels: Vec<usize>,
}

/// Special blocks of the plan: quarter, what, wanted size in m².
const LANDMARKS: [(usize, Use, f64); 11] = [
    (0, Use::School, 14_000.0),
    (2, Use::Hospital, 20_000.0),
    (3, Use::School, 16_000.0),
    (3, Use::Market, 8_000.0),
    (4, Use::Park, 9_000.0),
    (5, Use::Park, 34_000.0),
    (6, Use::Offices, 25_000.0),
    (8, Use::Offices, 15_000.0),
    (9, Use::School, 9_000.0),
    (10, Use::School, 25_000.0),
    (11, Use::Market, 9_000.0),
];

pub fn divide(plan: &mut Layout, chance: &Chance) -> (Vec<Block>, Vec<Parcel>) {
    let mut chance = chance.fork(2);
    let clearance = Clearance::of(&plan.mesh);
    let mut blocks = Vec::new();
    let mut parcels: Vec<Parcel> = Vec::new();
    for quarter in 0..plan.quarters.len() {
        let zone = plan.quarters[quarter].zone;
        let faces = plan.quarters[quarter].faces.clone();
        let landmarks = landmarks_of(plan, quarter, &faces);
        for face in faces {
            let block = blocks.len();
            plan.mesh.faces[face].tag.block = block + 1;
            let landmark = landmarks.iter().find(|(f, _)| *f == face).map(|(_, u)| *u);
            let house = usual(zone, &mut chance);
            let mut pieces = Vec::new();
            let size = match landmark {
                Some(Use::Hospital) => 8_500.0,
                Some(_) => f64::MAX,
                None => parcel_size(house),
            };
            into_parcels(plan, &mut chance, face, size, house, 0, &mut pieces);
            // The largest piece of a landmark's block is the landmark, the rest its staff's homes.
            let main = pieces
                .iter()
                .copied()
                .max_by(|a, b| area(&plan.mesh.ring(*a)).total_cmp(&area(&plan.mesh.ring(*b))));
            let mut own = Vec::new();
            for piece in pieces {
                let what = match landmark {
                    Some(what) if Some(piece) == main => what,
                    Some(_) => Use::WorkUnit,
                    None => varied(zone, house, &mut chance),
                };
                let index = parcels.len();
                plan.mesh.faces[piece].tag.parcel = index + 1;
                own.push(index);
                parcels.push(parcel(plan, &clearance, &mut chance, piece, quarter, what));
            }
            blocks.push(Block { quarter, parcels: own });
        }
    }
    (blocks, parcels)
}

/// Which blocks of a quarter carry its landmarks: those nearest to the wanted size, away from the rim first come.
fn landmarks_of(plan: &Layout, quarter: usize, faces: &[FaceId]) -> Vec<(FaceId, Use)> {
    let mut taken: Vec<(FaceId, Use)> = Vec::new();
    for (_, what, size) in LANDMARKS.iter().filter(|(q, _, _)| *q == quarter) {
        let off = |f: &FaceId| (area(&plan.mesh.ring(*f)) - size).abs();
        let free = faces.iter().copied().filter(|f| !taken.iter().any(|(t, _)| t == f));
        if let Some(face) = free.min_by(|a, b| off(a).total_cmp(&off(b))) {
            taken.push((face, *what));
        }
    }
    taken
}

fn usual(zone: Zone, chance: &mut Chance) -> Use {
    match zone {
        Zone::OldTown if chance.happens(0.12) => Use::Slabs,
        Zone::OldTown => Use::Courtyard,
        Zone::Slabs if chance.happens(0.2) => Use::MidRise,
        Zone::Slabs if chance.happens(0.12) => Use::Courtyard,
        Zone::Slabs => Use::Slabs,
        Zone::Village if chance.happens(0.2) => Use::Resettlement,
        Zone::Village => Use::Village,
        Zone::MidRise if chance.happens(0.25) => Use::Towers,
        Zone::MidRise if chance.happens(0.25) => Use::Resettlement,
        Zone::MidRise => Use::MidRise,
        Zone::Towers if chance.happens(0.15) => Use::MidRise,
        Zone::Towers => Use::Towers,
    }
}

fn varied(zone: Zone, house: Use, chance: &mut Chance) -> Use {
    match (zone, house) {
        (_, Use::Slabs) if chance.happens(0.4) => Use::WorkUnit,
        (_, Use::Slabs) if chance.happens(0.04) => Use::Offices,
        (Zone::MidRise, Use::MidRise) if chance.happens(0.16) => Use::Affordable,
        (_, Use::MidRise) if chance.happens(0.05) => Use::Offices,
        _ => house,
    }
}

/// Square metres of a typical parcel.
fn parcel_size(what: Use) -> f64 {
    match what {
        Use::Courtyard => 800.0,
        Use::Village => 3_300.0,
        Use::Slabs | Use::WorkUnit => 6_000.0,
        Use::Resettlement => 7_500.0,
        Use::MidRise | Use::Affordable => 9_500.0,
        Use::Towers => 26_000.0,
        Use::School | Use::Hospital | Use::Market | Use::Offices | Use::Park => f64::MAX,
    }
}

/// Deeper pieces than this would have no way out to a road.
const LANES_UNTIL_DEPTH: u32 = 2;

fn into_parcels(
    plan: &mut Layout,
    chance: &mut Chance,
    face: FaceId,
    size: f64,
    what: Use,
    depth: u32,
    pieces: &mut Vec<FaceId>,
) {
    let ground = area(&plan.mesh.ring(face));
    if ground < size * chance.between(1.15, 1.9) {
        pieces.push(face);
        return;
    }
    let narrow = matches!(what, Use::Courtyard | Use::Village);
    let laned = narrow && depth < LANES_UNTIL_DEPTH;
    let class = if laned { Class::Lane } else { Class::Wall };
    if laned {
        plan.ways.push(Way { class });
    }
    let way = if laned { plan.ways.len() - 1 } else { 0 };
    let knife = Knife {
        along: Along { class, way },
        snap_meters: if narrow { 2.0 } else { 4.0 },
        min_area_m2: (size * 0.3).min(3_000.0),
        min_roundness: 0.03,
    };
    match halve(
        &mut plan.mesh,
        chance,
        face,
        knife,
        if narrow { 0.04 } else { 0.0 },
        24.0,
    ) {
        Some(made) => made
            .into_iter()
            .for_each(|f| into_parcels(plan, chance, f, size, what, depth + 1, pieces)),
        None => {
            if laned {
                plan.ways.pop();
            }
            pieces.push(face);
        }
    }
}

pub fn parcel(
    plan: &Layout,
    clearance: &Clearance,
    chance: &mut Chance,
    face: FaceId,
    quarter: usize,
    what: Use,
) -> Parcel {
    let ring = plan.mesh.ring(face);
    let along = plan.mesh.edges_of(face);
    let shops = match what {
        Use::Slabs | Use::WorkUnit | Use::Resettlement => chance.happens(0.75),
        Use::MidRise | Use::Affordable | Use::Towers => chance.happens(0.6),
        Use::Courtyard => chance.happens(0.5),
        _ => false,
    };
    let (corners, sides) = straight_sides(&ring, &along);
    let setbacks: Vec<f64> = sides
        .iter()
        .map(|class| {
            let roomy = if matches!(what, Use::Towers | Use::Hospital | Use::School) {
                2.0
            } else {
                0.0
            };
            let shops_here = if shops && has_shops(*class) { SHOP_DEPTH } else { 0.0 };
            let wall = matches!(class, Class::Wall | Class::Lane);
            class.setback() + if wall { 0.0 } else { roomy } + shops_here
        })
        .collect();
    let mut yard = clearance.trimmed(&inset(&corners, &setbacks));
    if chance.happens(0.45) && yard.len() > 3 && area(&yard) > 1_500.0 {
        yard = without_a_corner(&yard, chance);
    }
    let mut frontage: std::collections::BTreeMap<usize, f64> = Default::default();
    for ((a, b), along) in edges(&ring).zip(&along).filter(|(_, a)| is_street(a.class)) {
        *frontage.entry(along.way).or_default() += a.to(b);
    }
    let way = frontage
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(way, _)| way);
    let (from, until) = years(what);
    Parcel {
        face,
        quarter,
        what,
        yard,
        way,
        year: chance.whole(from, until) as u16,
        shops,
        open: false,
    }
}

/// The ring with its slight bends taken out, and the class of each side: walls are straight where roads bend a little.
fn straight_sides(ring: &[Pt], along: &[Along]) -> (Vec<Pt>, Vec<Class>) {
    let n = ring.len();
    let differs = |i: usize| along[i] != along[(i + n - 1) % n];
    let turns = |i: usize| {
        let (before, after) = (
            (ring[i] - ring[(i + n - 1) % n]).unit(),
            (ring[(i + 1) % n] - ring[i]).unit(),
        );
        before.dot(after) < CORNER_COSINE
    };
    let corners: Vec<usize> = (0..n).filter(|i| differs(*i) || turns(*i)).collect();
    if corners.len() < 3 {
        return (ring.to_vec(), along.iter().map(|a| a.class).collect());
    }
    let (mut kept, mut classes) = (Vec::new(), Vec::new());
    for (k, from) in corners.iter().enumerate() {
        let until = corners[(k + 1) % corners.len()];
        let steps = (until + n - from) % n;
        let run: Vec<Pt> = (0..=steps).map(|s| ring[(from + s) % n]).collect();
        let class = along[*from].class;
        let mut side = straightened(&run, (class.setback() * 0.35).clamp(0.4, 4.0));
        side.pop();
        classes.extend(side.iter().map(|_| class));
        kept.extend(side);
    }
    (kept, classes)
}

/// A bend of more than about 25 degrees is a corner.
const CORNER_COSINE: f64 = 0.906;

pub fn has_shops(class: Class) -> bool {
    matches!(class, Class::Primary | Class::Secondary | Class::Tertiary)
}

/// Can a house have its number on it?
pub fn is_street(class: Class) -> bool {
    matches!(
        class,
        Class::Trunk | Class::Primary | Class::Secondary | Class::Tertiary | Class::Residential | Class::Lane
    )
}

fn years(what: Use) -> (u32, u32) {
    match what {
        Use::Courtyard => (1936, 1982),
        Use::Slabs => (1984, 1999),
        Use::WorkUnit => (1978, 1996),
        Use::Village => (1992, 2006),
        Use::Resettlement => (2002, 2013),
        Use::MidRise => (2000, 2012),
        Use::Affordable => (2010, 2019),
        Use::Towers => (2007, 2023),
        Use::School | Use::Hospital => (1986, 2016),
        Use::Market | Use::Offices => (1998, 2019),
        Use::Park => (1990, 2018),
    }
}

/// Many walls cut the corner where two roads meet.
fn without_a_corner(yard: &[Pt], chance: &mut Chance) -> Vec<Pt> {
    let middle = centroid(yard);
    let i = chance.whole(0, yard.len() as u32 - 1) as usize;
    let corner = yard[i];
    let inward = (middle - corner).unit();
    let depth = chance.between(3.0, 9.0);
    let way = inward.left() * -1.0;
    clip(yard, corner + inward * depth, way)
}
