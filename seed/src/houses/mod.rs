//! Buildings on their parcels: slabs in rows facing south, towers around a garden, wings around a courtyard.

mod axes;
mod civic;
mod low;
mod towers;

pub use axes::{Axes, hull_box};
pub use civic::sports_ground;

use civic::{hospital, market, offices, pavilions, school};
use low::{courts, courtyard, village};
use towers::{high_rises, towers};

use crate::chance::Chance;
use crate::parcels::{Parcel, Use};
use crate::plane::{Pt, area, contains, convex_meet, is_upright_box, reach};

/// A building before anybody has counted it.
#[derive(Debug, Clone)]
pub struct House {
    pub ring: Vec<Pt>,
    pub floors: u16,
    pub entrances: u16,
    pub households: u32,
    pub shops: u32,
    pub parcel: usize,
    /// On the parcel's yard, or outside the wall at the road?
    pub inside: bool,
    pub year: u16,
}

impl House {
    pub fn plain(ring: Vec<Pt>, floors: u16) -> Self {
        House {
            ring,
            floors,
            entrances: 1,
            households: 0,
            shops: 0,
            parcel: 0,
            inside: true,
            year: 0,
        }
    }

    fn homes(mut self, entrances: u32, households: u32) -> Self {
        self.entrances = entrances as u16;
        self.households = households;
        self
    }
}

/// How densely and how high a place builds, 建设风貌.
pub struct Style {
    /// Gaps between houses are this many times what they are on the street.
    spread: f64,
    /// High-rises of today rather than the first towers.
    high: bool,
    /// Gatehouses and bicycle sheds are drawn.
    sheds: bool,
    /// Shortest and longest row of shops in metres.
    pub shop_row: (f64, f64),
}

impl Style {
    pub fn street() -> Self {
        Style {
            spread: 1.0,
            high: false,
            sheds: true,
            shop_row: (9.0, 25.0),
        }
    }

    pub fn district(spread: f64) -> Self {
        Style {
            spread,
            high: true,
            sheds: false,
            shop_row: (26.0, 62.0),
        }
    }
}

/// What one arrangement of slabs looks like.
struct Rows {
    depth: f64,
    /// Ground between two rows, so that the sun reaches the ground floor.
    gap: f64,
    /// Metres of one entrance.
    unit: f64,
    most_units: u32,
    floors: (u32, u32),
    homes_per_floor: u32,
    margin: f64,
}

pub fn build(parcel: &Parcel, index: usize, style: &Style, chance: &mut Chance) -> Vec<House> {
    let yard = &parcel.yard;
    if yard.len() < 3 {
        return Vec::new();
    }
    let axes = Axes::of(yard);
    let mut houses = match parcel.what {
        Use::Courtyard if style.high => courts(yard, axes, chance),
        Use::Courtyard => courtyard(yard, axes, chance),
        Use::Slabs | Use::WorkUnit => {
            let depth = chance.between(10.5, 12.5);
            let floors = if parcel.year < 1985 { (3, 5) } else { (6, 7) };
            let gap = (depth + chance.between(2.0, 5.0)) * style.spread * if style.high { 1.35 } else { 1.0 };
            let (unit, most_units, margin) = if style.high { (16.0, 5, 3.5) } else { (14.0, 4, 2.2) };
            let plan = Rows {
                depth,
                gap,
                unit,
                most_units,
                floors,
                homes_per_floor: if style.high { 3 } else { 2 },
                margin,
            };
            rows(yard, axes, chance, plan)
        }
        what @ (Use::Resettlement | Use::MidRise | Use::Affordable) => rows(yard, axes, chance, estate(what, style)),
        Use::Village => village(yard, axes, chance),
        Use::Towers if style.high => high_rises(yard, axes, style.spread, chance),
        Use::Towers => towers(yard, axes, chance),
        Use::School => school(yard, axes),
        Use::Hospital => hospital(yard, axes),
        Use::Market => market(yard, axes, chance),
        Use::Offices => offices(yard, axes, chance),
        Use::Park => pavilions(yard, axes, chance),
    };
    if style.sheds && parcel.what.is_lived_in() && !matches!(parcel.what, Use::Courtyard | Use::Village) {
        small_buildings(yard, axes, &mut houses, chance);
    }
    houses.retain(|h| area(&h.ring) > 12.0 && !is_upright_box(&h.ring) && h.ring.iter().all(|p| contains(yard, *p)));
    for house in &mut houses {
        house.parcel = index;
        house.year = parcel.year + chance.whole(0, if parcel.what == Use::Village { 9 } else { 1 }) as u16;
    }
    houses
}

/// How an estate of flats stands, on the street or in a district where people live more densely.
fn estate(what: Use, style: &Style) -> Rows {
    let plan = |depth, gap, unit, most_units, floors, homes_per_floor, margin| Rows {
        depth,
        gap: gap * style.spread,
        unit,
        most_units,
        floors,
        homes_per_floor,
        margin,
    };
    match (what, style.high) {
        (Use::Resettlement, false) => plan(12.0, 13.5, 13.0, 3, (5, 6), 2, 2.0),
        (Use::Resettlement, true) => plan(13.0, 27.0, 17.0, 4, (7, 18), 2, 5.0),
        (Use::Affordable, false) => plan(13.0, 25.0, 19.0, 2, (11, 16), 3, 4.5),
        (Use::Affordable, true) => plan(14.0, 33.0, 20.0, 3, (18, 30), 3, 6.0),
        (_, false) => plan(13.5, 24.0, 17.0, 3, (7, 11), 2, 4.5),
        (_, true) => plan(13.5, 32.0, 18.0, 4, (9, 18), 2, 6.0),
    }
}

fn rows(yard: &[Pt], axes: Axes, chance: &mut Chance, plan: Rows) -> Vec<House> {
    let mut houses = Vec::new();
    let (low, high) = reach(yard, axes.v);
    let free = high - low - 2.0 * plan.margin - plan.depth;
    if free < 0.0 {
        return houses;
    }
    // Builders squeeze a row in rather than leave half a row's ground.
    let steps = (free / ((plan.depth + plan.gap) * 0.86)).floor();
    let pitch = if steps >= 1.0 {
        (free / steps).min((plan.depth + plan.gap) * 1.25)
    } else {
        0.0
    };
    let rest = free - steps * pitch;
    for row in 0..=(steps as i32) {
        let v0 = low + plan.margin + rest / 2.0 + f64::from(row) * pitch;
        let Some((lo, hi)) = axes.row(yard, v0, v0 + plan.depth) else {
            continue;
        };
        let (lo, hi) = (lo + plan.margin, hi - plan.margin);
        let gap = chance.between(6.5, 11.0);
        let mut at = lo;
        let mut left = ((hi - lo + gap) / (plan.unit + gap / 3.0)).floor() as u32;
        let floors = chance.whole(plan.floors.0, plan.floors.1);
        let mut made: Vec<(f64, u32)> = Vec::new();
        while left > 0 {
            let mut units = chance.whole(2.min(plan.most_units), plan.most_units).min(left).max(1);
            if left - units == 1 && at + f64::from(units + 1) * plan.unit <= hi {
                // Nobody builds a single entrance where the slab can be longer.
                units += 1;
            }
            let length = f64::from(units) * plan.unit;
            if at + length > hi {
                if units > 1 {
                    left = units - 1;
                    continue;
                }
                break;
            }
            made.push((at, units));
            at += length + gap;
            left = left.saturating_sub(units);
        }
        // Spread what is left over the row, so that both ends stand near the wall.
        let slack = (hi - (at - gap)).max(0.0);
        for (i, (start, units)) in made.iter().enumerate() {
            let share = if made.len() > 1 {
                i as f64 / (made.len() - 1) as f64
            } else {
                0.5
            };
            let u0 = start + slack.min(14.0 * made.len() as f64) * share;
            let u1 = u0 + f64::from(*units) * plan.unit;
            let v1 = v0 + plan.depth;
            // Stairwells step out on the north side of about half of them.
            let ring = if chance.happens(0.45) {
                stepped(axes, u0, v0, u1, v1, *units)
            } else {
                axes.block(u0, v0, u1, v1)
            };
            houses.push(House::plain(ring, floors as u16).homes(*units, units * plan.homes_per_floor * floors));
        }
    }
    houses
}

/// A slab whose stairwells stand 1.2 m back between the flats.
fn stepped(axes: Axes, u0: f64, v0: f64, u1: f64, v1: f64, units: u32) -> Vec<Pt> {
    let unit = (u1 - u0) / f64::from(units);
    let mut ring = vec![axes.spot(u0, v0), axes.spot(u1, v0)];
    for i in (0..units).rev() {
        let (a, b) = (u0 + unit * (f64::from(i) + 0.62), u0 + unit * (f64::from(i) + 0.38));
        if i + 1 == units {
            ring.push(axes.spot(u1, v1));
        }
        ring.extend([
            axes.spot(a, v1),
            axes.spot(a, v1 - 1.4),
            axes.spot(b, v1 - 1.4),
            axes.spot(b, v1),
        ]);
    }
    ring.push(axes.spot(u0, v1));
    ring
}

/// Gatehouses and bicycle sheds along the wall, wherever there is room.
fn small_buildings(yard: &[Pt], axes: Axes, houses: &mut Vec<House>, chance: &mut Chance) {
    let wanted = (1 + (area(yard) / 2_000.0) as usize).min(7);
    let mut placed = 0;
    for _ in 0..wanted * 4 {
        let i = chance.whole(0, yard.len() as u32 - 1) as usize;
        let (a, b) = (yard[i], yard[(i + 1) % yard.len()]);
        let (long, deep) = if placed == 0 {
            (5.5, 4.0)
        } else {
            (chance.between(9.0, 16.0), 4.2)
        };
        if a.to(b) < long + 4.0 {
            continue;
        }
        let way = (b - a).unit();
        let start = a + way * chance.between(2.0, a.to(b) - long - 2.0) + way.left() * 0.8;
        let ring = vec![
            start,
            start + way * long,
            start + way * long + way.left() * deep,
            start + way.left() * deep,
        ];
        if houses
            .iter()
            .all(|h| !convex_meet(&ring, &hull_box(axes, &h.ring), 1.6))
        {
            houses.push(House::plain(ring, 1));
            placed += 1;
        }
        if placed == wanted {
            break;
        }
    }
}
