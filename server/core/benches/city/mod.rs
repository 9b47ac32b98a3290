//! A city of any size, laid out by rule so that it stands within seconds: streets of lattice cells, and as many buildings per
//! square kilometre as a Chinese city has.

use geju_core::drawn::scheme;
use geju_core::ground::{LonLat, Outline};
use geju_core::id::{Epoch, Seq};
use geju_core::place::{Archive, Building, Compound, Place, PlaceId, PlaceKind};
use geju_core::world::{Row, Rows};
use geju_core::{Code, Parents, World};
use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use std::sync::Arc;

/// Grid steps between two buildings: 69 m, which makes about 210 in a square kilometre.
const STEP: i32 = 6_600;
const ORIGIN: LonLat = LonLat {
    lon: 1_036_000_000,
    lat: 304_000_000,
};
/// Buildings along one side of each level's cell; each holds whole cells of the one before it.
const SIDES: [(PlaceKind, i32); 6] = [
    (PlaceKind::MicroGrid, 3),
    (PlaceKind::Compound, 5),
    (PlaceKind::Grid, 12),
    (PlaceKind::Community, 24),
    (PlaceKind::Street, 96),
    (PlaceKind::District, 288),
];

pub struct City {
    pub world: World,
    /// Buildings along one side of the whole.
    pub side: i32,
}

impl City {
    pub fn new(buildings: usize) -> Self {
        let side = (buildings as f64).sqrt().round() as i32;
        let rows = Rows {
            places: rows(side, buildings),
            ..Rows::default()
        };
        let world = World::from_rows(Epoch(1), Seq(1), scheme(), rows);
        Self { world, side }
    }

    /// A spot anywhere but within `margin` metres of the edge.
    pub fn spot(&self, rng: &mut SmallRng, margin: f64) -> LonLat {
        let margin = (margin / 0.0085).round() as i32;
        let (min, max) = (margin, (self.side * STEP - margin).max(margin + 1));
        LonLat {
            lon: ORIGIN.lon + rng.random_range(min..max),
            lat: ORIGIN.lat + rng.random_range(min..max),
        }
    }
}

/// The rows a store would hand over, largest level last.
pub fn rows(side: i32, buildings: usize) -> Vec<Row<Place>> {
    let mut rng = SmallRng::seed_from_u64(20);
    let mut all = Vec::with_capacity(buildings + buildings / 4);
    let levels: Vec<(PlaceKind, i32, u64)> = SIDES
        .iter()
        .enumerate()
        .map(|(n, (kind, cell))| (*kind, *cell, (n as u64 + 1) << 40))
        .collect();
    let id_at = |level: usize, x: i32, y: i32| {
        let (_, cell, base) = levels[level];
        PlaceId(base + u64::from((y / cell) as u32) * 100_000 + u64::from((x / cell) as u32))
    };
    for n in 0..buildings as i32 {
        let (x, y) = (n % side, n / side);
        let parents = Parents {
            up: Some(id_at(0, x, y)),
            compound: Some(id_at(1, x, y)),
        };
        all.push(row(building(n, x, y, &mut rng), parents));
    }
    for (n, (kind, cell, _)) in levels.iter().enumerate() {
        let across = (side + cell - 1) / cell;
        for cell_y in 0..across {
            for cell_x in 0..across {
                let (x, y) = (cell_x * cell, cell_y * cell);
                let up = match kind {
                    PlaceKind::District => None,
                    PlaceKind::MicroGrid => Some(id_at(2, x, y)),
                    PlaceKind::Compound => Some(id_at(3, x, y)),
                    _ => Some(id_at(n + 1, x, y)),
                };
                let place = place(id_at(n, x, y), *kind, cell_outline(x, y, *cell));
                all.push(row(place, Parents { up, compound: None }));
            }
        }
    }
    all
}

fn row(place: Place, parents: Parents) -> Row<Place> {
    Row {
        value: Arc::new(place),
        parents,
        since: Seq(1),
        at: Timestamp::UNIX_EPOCH,
    }
}

fn place(id: PlaceId, kind: PlaceKind, outline: Outline) -> Place {
    let archive = match kind {
        PlaceKind::Compound => Archive::Compound(Box::new(Compound {
            kind: geju_core::place::CompoundKind::ALL.get(id.0 as usize % 7).copied(),
            ..Compound::default()
        })),
        kind => Archive::empty(kind),
    };
    Place {
        archive,
        ..geju_core::drawn::place(id.0, kind, &format!("{kind}{}", id.0 % 1_000), outline)
    }
}

fn building(n: i32, x: i32, y: i32, rng: &mut SmallRng) -> Place {
    let (west, south) = (
        ORIGIN.lon + x * STEP + rng.random_range(400..1_200),
        ORIGIN.lat + y * STEP + rng.random_range(400..1_200),
    );
    let (w, h) = (rng.random_range(1_000..3_500), rng.random_range(900..3_000));
    let at = |dx: i32, dy: i32| LonLat {
        lon: west + dx,
        lat: south + dy,
    };
    // Every tenth is a plain box; the rest have a corner cut out: 6.2 corners on average, as mapped buildings have.
    let ring = if n % 10 == 0 {
        vec![
            at(0, 0),
            at(w, 0),
            at(w, h),
            at(w / 2, h),
            at(w / 3, h),
            at(0, h),
            at(0, h / 2),
            at(0, h / 3),
        ]
    } else {
        vec![
            at(0, 0),
            at(w, 0),
            at(w, h / 2),
            at(w / 2, h / 2),
            at(w / 2, h),
            at(0, h),
        ]
    };
    let outline = Outline::new(vec![vec![ring]]).expect("a building is sound");
    let households = rng.random_range(6..120);
    let residents = households * 3;
    let mut place = geju_core::drawn::place(n as u64 + 1, PlaceKind::Building, &format!("{}栋", n % 40 + 1), outline);
    place.code = Code::new(&format!("51010400{n:08}")).ok();
    place.archive = Archive::Building(Building {
        floors: Some(rng.random_range(1..34)),
        entrances: Some(rng.random_range(1..5)),
        households: Some(households),
        residents: Some(residents),
        shops: Some(rng.random_range(0..4)),
        over_60: Some(residents / 5),
        over_60_alone: Some(residents / 50),
        children: Some(residents / 8),
        ..Building::default()
    });
    place
}

/// A square cell whose edges bear a corner wherever a building's plot ends, as shared edges do.
fn cell_outline(x: i32, y: i32, cell: i32) -> Outline {
    let corner = |i: i32, j: i32| {
        // Bent a little, and the same for whoever shares the corner.
        let bend = |k: i32| ((i * 7_919 + j * 104_729 + k * 31) % 200 + 200) % 200 - 100;
        LonLat {
            lon: ORIGIN.lon + i * STEP + bend(1),
            lat: ORIGIN.lat + j * STEP + bend(2),
        }
    };
    let (e, n) = (x + cell, y + cell);
    let south = (x..e).map(|i| corner(i, y));
    let east = (y..n).map(|j| corner(e, j));
    let north = (x + 1..=e).rev().map(|i| corner(i, n));
    let west = (y + 1..=n).rev().map(|j| corner(x, j));
    Outline::new(vec![vec![south.chain(east).chain(north).chain(west).collect()]]).expect("a cell is sound")
}
