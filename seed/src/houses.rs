//! Buildings on their parcels: slabs in rows facing south, towers around a garden, wings around a courtyard.

use crate::chance::Chance;
use crate::parcels::{Parcel, Use};
use crate::plane::{Pt, area, centroid, contains, convex_meet, edges, pt, reach};

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

/// The directions a parcel is built along: `u` roughly east, `v` roughly north.
#[derive(Debug, Clone, Copy)]
pub struct Axes {
    pub u: Pt,
    pub v: Pt,
}

impl Axes {
    /// Along the edge that runs most nearly east, longer edges preferred.
    pub fn of(ring: &[Pt]) -> Self {
        let best = edges(ring)
            .map(|(a, b)| {
                let way = b - a;
                let east = if way.x < 0.0 { way * -1.0 } else { way };
                let unit = east.unit();
                let facing = unit.x - 0.72;
                (facing.max(0.0) * east.len(), unit)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(worth, _)| *worth > 0.0)
            .map_or(pt(0.989, 0.149), |(_, unit)| unit);
        Axes {
            u: best,
            v: best.left(),
        }
    }

    pub fn spot(&self, u: f64, v: f64) -> Pt {
        self.u * u + self.v * v
    }

    /// A box from its sides.
    pub fn block(&self, u0: f64, v0: f64, u1: f64, v1: f64) -> Vec<Pt> {
        vec![
            self.spot(u0, v0),
            self.spot(u1, v0),
            self.spot(u1, v1),
            self.spot(u0, v1),
        ]
    }

    /// Any outline given in its own metres from a middle.
    fn shape(&self, u: f64, v: f64, corners: &[(f64, f64)]) -> Vec<Pt> {
        corners.iter().map(|(du, dv)| self.spot(u + du, v + dv)).collect()
    }

    /// How far convex ground reaches along `u` at one height.
    fn span(&self, ring: &[Pt], v: f64) -> Option<(f64, f64)> {
        let mut found: Option<(f64, f64)> = None;
        for (a, b) in edges(ring) {
            let (va, vb) = (a.dot(self.v), b.dot(self.v));
            if (va > v) != (vb > v) {
                let u = a.toward(b, (v - va) / (vb - va)).dot(self.u);
                found = Some(found.map_or((u, u), |(lo, hi)| (lo.min(u), hi.max(u))));
            }
        }
        found
    }

    /// The stretch free over a whole row of convex ground.
    fn row(&self, ring: &[Pt], v0: f64, v1: f64) -> Option<(f64, f64)> {
        let ((a0, a1), (b0, b1)) = (self.span(ring, v0)?, self.span(ring, v1)?);
        let (lo, hi) = (a0.max(b0), a1.min(b1));
        (hi > lo).then_some((lo, hi))
    }

    /// The largest box inside convex ground, of those tried.
    fn room(&self, ring: &[Pt]) -> Option<(f64, f64, f64, f64)> {
        const TRIES: [f64; 6] = [0.01, 0.06, 0.12, 0.2, 0.28, 0.36];
        let (low, high) = reach(ring, self.v);
        let mut best: Option<(f64, (f64, f64, f64, f64))> = None;
        for below in TRIES {
            for above in TRIES {
                let (v0, v1) = (low + (high - low) * below, high - (high - low) * above);
                if let Some((u0, u1)) = self.row(ring, v0, v1) {
                    let size = (u1 - u0) * (v1 - v0);
                    if best.is_none_or(|(most, _)| size > most) {
                        best = Some((size, (u0, v0, u1, v1)));
                    }
                }
            }
        }
        best.map(|(_, room)| room)
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

pub fn build(parcel: &Parcel, index: usize, chance: &mut Chance) -> Vec<House> {
    let yard = &parcel.yard;
    if yard.len() < 3 {
        return Vec::new();
    }
    let axes = Axes::of(yard);
    let mut houses = match parcel.what {
        Use::Courtyard => courtyard(yard, axes, chance),
        Use::Slabs | Use::WorkUnit => {
            let depth = chance.between(10.5, 12.5);
            let floors = if parcel.year < 1985 { (3, 5) } else { (6, 7) };
            let gap = depth + chance.between(2.0, 5.0);
            rows(
                yard,
                axes,
                chance,
                Rows {
                    depth,
                    gap,
                    unit: 14.0,
                    most_units: 4,
                    floors,
                    homes_per_floor: 2,
                    margin: 2.2,
                },
            )
        }
        Use::Resettlement => rows(
            yard,
            axes,
            chance,
            Rows {
                depth: 12.0,
                gap: 13.5,
                unit: 13.0,
                most_units: 3,
                floors: (5, 6),
                homes_per_floor: 2,
                margin: 2.0,
            },
        ),
        Use::MidRise => rows(
            yard,
            axes,
            chance,
            Rows {
                depth: 13.5,
                gap: 24.0,
                unit: 17.0,
                most_units: 3,
                floors: (7, 11),
                homes_per_floor: 2,
                margin: 4.5,
            },
        ),
        Use::Affordable => rows(
            yard,
            axes,
            chance,
            Rows {
                depth: 13.0,
                gap: 25.0,
                unit: 19.0,
                most_units: 2,
                floors: (11, 16),
                homes_per_floor: 3,
                margin: 4.5,
            },
        ),
        Use::Village => village(yard, axes, chance),
        Use::Towers => towers(yard, axes, chance),
        Use::School => school(yard, axes),
        Use::Hospital => hospital(yard, axes),
        Use::Market => market(yard, axes, chance),
        Use::Offices => offices(yard, axes, chance),
        Use::Park => pavilions(yard, axes, chance),
    };
    if parcel.what.is_lived_in() && !matches!(parcel.what, Use::Courtyard | Use::Village) {
        small_buildings(yard, axes, &mut houses, chance);
    }
    houses.retain(|h| area(&h.ring) > 12.0 && h.ring.iter().all(|p| contains(yard, *p)));
    for house in &mut houses {
        house.parcel = index;
        house.year = parcel.year + chance.whole(0, if parcel.what == Use::Village { 9 } else { 1 }) as u16;
    }
    houses
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
            let units = chance.whole(2.min(plan.most_units), plan.most_units).min(left).max(1);
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

/// Wings around a yard, 四合院 or what is left of one.
fn courtyard(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let Some((u0, v0, u1, v1)) = axes.room(yard) else {
        return Vec::new();
    };
    let (wide, tall) = (u1 - u0, v1 - v0);
    if wide < 9.0 || tall < 9.0 {
        return if wide > 5.0 && tall > 5.0 {
            vec![low_house(axes, u0 + 0.6, v0 + 0.6, u1 - 0.6, v1 - 0.6, chance)]
        } else {
            Vec::new()
        };
    }
    const GAP: f64 = 0.7;
    let mut houses = Vec::new();
    let hall = (tall * 0.3).clamp(4.5, 8.5);
    let gate = (tall * 0.22).clamp(3.8, 6.0);
    let side = (wide * 0.26).clamp(3.6, 6.5);
    houses.push(low_house(axes, u0 + GAP, v1 - hall, u1 - GAP, v1 - GAP, chance));
    let (south, north) = (v0 + gate + GAP, v1 - hall - GAP);
    if north - south > 4.0 {
        for (a, b) in [(u0 + GAP, u0 + side), (u1 - side, u1 - GAP)] {
            if !chance.happens(0.12) {
                houses.push(low_house(axes, a, south, b, north, chance));
            }
        }
    }
    if wide > 14.0 && !chance.happens(0.25) {
        // The gate passes through the south wing.
        let door = u0 + wide * chance.between(0.3, 0.6);
        houses.push(low_house(axes, u0 + GAP, v0 + GAP, door - 1.2, v0 + gate, chance));
        houses.push(low_house(axes, door + 1.2, v0 + GAP, u1 - GAP, v0 + gate, chance));
    } else if !chance.happens(0.4) {
        houses.push(low_house(axes, u0 + GAP, v0 + GAP, u1 - wide * 0.35, v0 + gate, chance));
    }
    // Large yards were built over with a house of three floors.
    if north - south > 16.0 && wide - 2.0 * side > 15.0 && chance.happens(0.6) {
        let (cu, cv) = ((u0 + u1) / 2.0, (south + north) / 2.0);
        houses.push(House::plain(axes.block(cu - 5.5, cv - 4.0, cu + 5.5, cv + 4.0), 3).homes(1, 6));
    }
    houses
}

fn low_house(axes: Axes, u0: f64, v0: f64, u1: f64, v1: f64, chance: &mut Chance) -> House {
    let floors = if chance.happens(0.3) { 2 } else { 1 };
    let ground = ((u1 - u0) * (v1 - v0)).max(0.0);
    let homes = ((ground * f64::from(floors) / 34.0).round() as u32).clamp(1, 6);
    House::plain(axes.block(u0, v0, u1, v1), floors).homes(1, homes)
}

/// Houses farmers built for themselves and let by the room, wall to wall.
fn village(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let mut houses = Vec::new();
    let (low, high) = reach(yard, axes.v);
    let mut v0 = low + 1.2;
    let mut pair = false;
    while v0 + 8.0 < high {
        let depth = chance.between(9.0, 11.5);
        let Some((lo, hi)) = axes.row(yard, v0, v0 + depth) else {
            break;
        };
        let mut u = lo + 1.0 + chance.between(0.0, 2.0);
        loop {
            let wide = chance.between(8.5, 12.5);
            if u + wide > hi - 0.8 {
                break;
            }
            if !chance.happens(0.07) {
                let back = chance.between(0.0, 0.9);
                let floors = chance.whole(3, 5);
                let ring = axes.block(u, v0 + back, u + wide, v0 + depth);
                let mut house = House::plain(ring, floors as u16).homes(1, chance.whole(3, 6));
                house.shops = u32::from(chance.happens(0.2));
                houses.push(house);
            }
            u += wide + chance.between(1.4, 2.2);
        }
        // Rows stand back to back in pairs with a lane between the pairs.
        pair = !pair;
        v0 += depth + if pair { 1.8 } else { chance.between(4.5, 6.0) };
    }
    houses
}

fn towers(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let mut houses = Vec::new();
    let (low, high) = reach(yard, axes.v);
    let (half_u, half_v) = (13.0, 9.5);
    let margin = 9.0;
    let free = high - low - 2.0 * (margin + half_v);
    if free < 0.0 {
        return rows(
            yard,
            axes,
            chance,
            Rows {
                depth: 13.0,
                gap: 24.0,
                unit: 17.0,
                most_units: 2,
                floors: (9, 11),
                homes_per_floor: 2,
                margin: 4.0,
            },
        );
    }
    let rows_wanted = (free / 52.0).floor();
    let pitch = if rows_wanted >= 1.0 { free / rows_wanted } else { 0.0 };
    let tall = chance.whole(22, 33);
    let middle = centroid(yard);
    for row in 0..=(rows_wanted as i32) {
        let v = low + margin + half_v + f64::from(row) * pitch + if rows_wanted < 1.0 { free / 2.0 } else { 0.0 };
        let Some((lo, hi)) = axes.row(yard, v - half_v, v + half_v) else {
            continue;
        };
        let (lo, hi) = (lo + margin + half_u, hi - margin - half_u);
        if hi < lo {
            continue;
        }
        let shift = if row % 2 == 1 && hi - lo > 60.0 { 12.0 } else { 0.0 };
        let count = ((hi - lo - shift) / 46.0).floor();
        for i in 0..=(count as i32) {
            let share = if count >= 1.0 { f64::from(i) / count } else { 0.5 };
            let u = lo + shift / 2.0 + (hi - lo - shift) * share;
            let spot = axes.spot(u, v);
            // The garden in the middle stays free where there is room for one.
            if rows_wanted >= 2.0 && spot.to(middle) < 30.0 {
                continue;
            }
            let floors = (tall as i32 + chance.whole(0, 6) as i32 - 4).clamp(18, 33) as u32;
            let per_floor = if floors > 24 { 3 } else { *chance.pick(&[3, 4]) };
            let ring = if chance.happens(0.5) {
                butterfly(axes, u, v)
            } else {
                cross(axes, u, v)
            };
            houses.push(House::plain(ring, floors as u16).homes(per_floor / 3 + 1, (floors * per_floor).min(98)));
        }
    }
    // A clubhouse or nursery by the garden.
    let c = centroid(yard);
    let hall = axes.block(
        c.dot(axes.u) - 11.0,
        c.dot(axes.v) - 7.0,
        c.dot(axes.u) + 11.0,
        c.dot(axes.v) + 6.0,
    );
    if houses.len() > 4
        && houses
            .iter()
            .all(|h| !convex_meet(&hall, &hull_box(axes, &h.ring), 5.0))
    {
        let mut house = House::plain(hall, 2);
        house.shops = 2;
        houses.push(house);
    }
    houses
}

/// Gatehouses and bicycle sheds along the wall, wherever there is room.
fn small_buildings(yard: &[Pt], axes: Axes, houses: &mut Vec<House>, chance: &mut Chance) {
    let wanted = 1 + (area(yard) / 2_200.0) as usize;
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

/// The box around a ring in these directions.
pub fn hull_box(axes: Axes, ring: &[Pt]) -> Vec<Pt> {
    let ((u0, u1), (v0, v1)) = (reach(ring, axes.u), reach(ring, axes.v));
    axes.block(u0, v0, u1, v1)
}

fn cross(axes: Axes, u: f64, v: f64) -> Vec<Pt> {
    axes.shape(
        u,
        v,
        &[
            (-12.5, -4.0),
            (-6.0, -4.0),
            (-6.0, -9.0),
            (6.0, -9.0),
            (6.0, -4.0),
            (12.5, -4.0),
            (12.5, 5.0),
            (6.0, 5.0),
            (6.0, 8.5),
            (-6.0, 8.5),
            (-6.0, 5.0),
            (-12.5, 5.0),
        ],
    )
}

fn butterfly(axes: Axes, u: f64, v: f64) -> Vec<Pt> {
    axes.shape(
        u,
        v,
        &[
            (-12.8, -8.5),
            (-4.5, -8.5),
            (-3.0, -5.5),
            (3.0, -5.5),
            (4.5, -8.5),
            (12.8, -8.5),
            (12.8, 3.0),
            (5.5, 3.0),
            (5.5, 8.0),
            (-5.5, 8.0),
            (-5.5, 3.0),
            (-12.8, 3.0),
        ],
    )
}

/// The running track and the lawn in it, for a school with room for one: middle, half length, half width.
pub fn sports_ground(yard: &[Pt]) -> Option<(Axes, Pt, f64, f64)> {
    let axes = Axes::of(yard);
    let (u0, v0, u1, v1) = axes.room(yard)?;
    let (wide, tall) = (u1 - u0, v1 - v0);
    (wide > 50.0 && tall > 50.0).then(|| {
        let half_v = (tall * 0.2).min(24.0);
        let half_u = (wide * 0.42).min(52.0);
        (axes, axes.spot((u0 + u1) / 2.0, v0 + half_v + 5.0), half_u, half_v)
    })
}

fn school(yard: &[Pt], axes: Axes) -> Vec<House> {
    let Some((u0, v0, u1, v1)) = axes.room(yard) else {
        return Vec::new();
    };
    let south = if sports_ground(yard).is_some() {
        v0 + ((v1 - v0) * 0.4).min(48.0) + 12.0
    } else {
        v0 + 5.0
    };
    let (a, b, top) = (u0 + 6.0, u1 - 6.0, v1 - 5.0);
    if b - a < 24.0 || top - south < 14.0 {
        return vec![House::plain(axes.block(a, south, b, top), 4)];
    }
    let wing = 10.5;
    let right = a + (b - a) * 0.68;
    let mut houses = Vec::new();
    if top - south > 34.0 {
        // Three wings around a yard open to the south.
        houses.push(House::plain(
            vec![
                axes.spot(a, south),
                axes.spot(a + wing, south),
                axes.spot(a + wing, top - wing),
                axes.spot(right - wing, top - wing),
                axes.spot(right - wing, south),
                axes.spot(right, south),
                axes.spot(right, top),
                axes.spot(a, top),
            ],
            5,
        ));
    } else {
        houses.push(House::plain(axes.block(a, top - wing, right, top), 5));
    }
    if b - right > 18.0 {
        houses.push(House::plain(
            axes.block(right + 8.0, top - 26.0_f64.min(top - south), b, top),
            2,
        ));
    }
    houses
}

fn hospital(yard: &[Pt], axes: Axes) -> Vec<House> {
    let Some((u0, v0, u1, v1)) = axes.room(yard) else {
        return Vec::new();
    };
    let (a, b, low, top) = (u0 + 6.0, u1 - 6.0, v0 + 8.0, v1 - 6.0);
    let (wide, tall) = (b - a, top - low);
    if wide < 40.0 || tall < 36.0 {
        return vec![House::plain(axes.block(a, low, b, top), 6)];
    }
    let wing = 18.0_f64.min(tall * 0.34);
    let outpatients = vec![
        axes.spot(a, low),
        axes.spot(a + wide * 0.7, low),
        axes.spot(a + wide * 0.7, low + wing),
        axes.spot(a + wing, low + wing),
        axes.spot(a + wing, low + wing * 2.2),
        axes.spot(a, low + wing * 2.2),
    ];
    vec![
        House::plain(outpatients, 6),
        House::plain(axes.block(a + wing + 12.0, top - wing * 0.8, b, top), 17),
        House::plain(axes.block(a + wide * 0.7 + 9.0, low, b, low + wing), 3),
    ]
}

fn market(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let Some((u0, v0, u1, v1)) = axes.room(yard) else {
        return Vec::new();
    };
    let mut houses = Vec::new();
    let halls = (((v1 - v0) / 34.0).floor().max(1.0)) as u32;
    let tall = (v1 - v0 - 6.0) / f64::from(halls);
    for i in 0..halls {
        let v = v0 + 3.0 + tall * f64::from(i);
        let mut hall = House::plain(axes.block(u0 + 4.0, v + 2.0, u1 - 4.0, v + tall - 5.0), 2);
        hall.shops = chance.whole(62, 84) / halls;
        houses.push(hall);
    }
    houses
}

fn offices(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let Some((u0, v0, u1, v1)) = axes.room(yard) else {
        return Vec::new();
    };
    let (wide, tall) = (u1 - u0, v1 - v0);
    if wide < 40.0 || tall < 34.0 {
        return vec![House::plain(axes.block(u0 + 3.0, v0 + 3.0, u1 - 3.0, v1 - 3.0), 7)];
    }
    let mut houses = Vec::new();
    let (mu, side) = ((u0 + u1) / 2.0, 15.0_f64.min(tall * 0.3));
    let mut base = House::plain(
        vec![
            axes.spot(u0 + 6.0, v0 + 6.0),
            axes.spot(u1 - 6.0, v0 + 6.0),
            axes.spot(u1 - 6.0, v0 + 6.0 + side),
            axes.spot(mu + 8.0, v0 + 6.0 + side),
            axes.spot(mu + 8.0, v0 + 11.0 + side),
            axes.spot(u0 + 6.0, v0 + 11.0 + side),
        ],
        5,
    );
    base.shops = chance.whole(12, 26);
    houses.push(base);
    let v = v0 + 22.0 + side;
    if v + 18.0 < v1 - 4.0 {
        for (a, b) in [(u0 + 8.0, mu - 9.0), (mu + 9.0, u1 - 8.0)] {
            if b - a > 14.0 {
                let cut = (b - a).min(34.0);
                let depth = (v1 - 6.0 - v).min(30.0);
                let mut tower = House::plain(axes.block(a, v, a + cut, v + depth), chance.whole(14, 28) as u16);
                tower.shops = chance.whole(3, 9);
                houses.push(tower);
            }
        }
    }
    houses
}

fn pavilions(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let c = centroid(yard);
    let spots = [(-0.28, 0.3), (0.3, -0.32)];
    let ((u0, u1), (v0, v1)) = (reach(yard, axes.u), reach(yard, axes.v));
    spots
        .into_iter()
        .map(|(a, b)| {
            let (u, v) = (c.dot(axes.u) + a * (u1 - u0), c.dot(axes.v) + b * (v1 - v0));
            let half = chance.between(3.0, 5.5);
            House::plain(axes.block(u - half * 1.4, v - half, u + half * 1.4, v + half), 1)
        })
        .collect()
}
