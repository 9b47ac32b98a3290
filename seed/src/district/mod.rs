//! A whole district 区 laid out, built on and divided: 10 streets, 243 communities, 607 compounds and 7,416 buildings,
//! each of them a micro-grid of its own. The figures are those told of Weiyang 未央; every line on the map is invented.

mod blocks;
mod lots;
mod streets;
mod ways;

use crate::chance::Chance;
use crate::clearance::Clearance;
use crate::houses::{House, Style, build};
use crate::mesh::{Class, FaceId, Mesh};
use crate::names::Names;
use crate::parcels::{Parcel, Use};
use crate::places::outline_of;
use crate::plane::{Pt, contains, distance_to_segment, edges, pt, reach};
use crate::shops::along_roads;
use crate::town::{Town, demote};
use blocks::COMPOUNDS;
use lots::Lot;
use std::collections::BTreeMap;

pub const STREETS: usize = 10;
pub const BUILDINGS: usize = 7_416;
/// People of the whole district.
const RESIDENTS: f64 = 1_800_000.0;
/// Buildings before shops are added along the roads; the gaps between houses are widened until there are not more.
const HOUSES_MOST: usize = 6_650;
const HOUSES_LEAST: usize = 6_250;
/// Shops planned beyond the count: a few are lost where ground cannot be cut between them.
const SPARE_SHOPS: usize = 90;

/// `None` when this number's lines leave ground nobody could govern; the next number then does better.
pub fn found(seed: u64) -> Option<Town> {
    let chance = Chance::new(seed);
    let mut plan = ways::lay_out(&chance);
    let mut drawing = chance.fork(32);
    let ground = streets::ground(&plan.mesh, &mut drawing);
    let streets = streets::share_out(&plan.mesh, &ground, STREETS)?;
    let outside: Vec<FaceId> = (0..plan.mesh.faces.len()).filter(|f| !ground.contains(f)).collect();
    let old = old_town(&plan.mesh, &ground);
    blocks::communities(&mut plan, &streets, old, &mut drawing)?;
    let mut parcels = blocks::parcels(&mut plan, &mut drawing);
    ways::around(&mut plan, outside, &mut drawing);

    let mut houses = houses(&parcels, &chance);
    add_shops(&plan.mesh, &parcels, &mut houses, &chance);
    calibrate(&parcels, &mut houses);

    let mut by_parcel: Vec<Vec<usize>> = vec![Vec::new(); parcels.len()];
    for (index, house) in houses.iter().enumerate() {
        by_parcel[house.parcel].push(index);
    }
    let mut lots: Vec<Lot> = Vec::new();
    let mut group = 0;
    for (index, own) in by_parcel.into_iter().enumerate() {
        lots::cut_apart(
            &mut plan.mesh,
            (index, &parcels[index]),
            &houses,
            own,
            &mut group,
            &mut lots,
        );
    }
    exactly(&plan.mesh, &mut lots, &mut houses, &mut parcels, &chance)?;
    let mut by_community: Vec<Vec<&Lot>> = plan.quarters.iter().map(|_| Vec::new()).collect();
    for lot in lots.iter().filter(|l| l.house.is_some()) {
        by_community[parcels[lot.parcel].quarter].push(lot);
    }
    let mut grids = Vec::new();
    for (community, lots) in by_community.into_iter().enumerate() {
        if lots.is_empty() {
            return None;
        }
        grids.extend(lots::grids(&plan.mesh, community, lots, &parcels));
    }
    demote(&mut parcels, &grids, &houses, COMPOUNDS)?;
    let mut names = Names::new(&chance);
    let way_names = plan.ways.iter().map(|w| names.way(w.class)).collect();
    let town = Town {
        plan,
        parcels,
        houses,
        grids,
        way_names,
        names,
    };
    town.is_whole().then_some(town)
}

/// Where the oldest houses stand: by the river, towards the city.
fn old_town(mesh: &Mesh, ground: &[FaceId]) -> Pt {
    let at_river = |f: &FaceId| mesh.edges_of(*f).iter().any(|a| a.class == Class::River);
    let inward = |f: &FaceId| {
        let (r, angle) = ways::polar(ways::middle_of(mesh, *f));
        r + angle.abs() * 3_500.0
    };
    ground
        .iter()
        .filter(|f| at_river(f))
        .min_by(|a, b| inward(a).total_cmp(&inward(b)))
        .map_or(Pt { x: 0.0, y: 0.0 }, |f| ways::middle_of(mesh, *f))
}

/// Houses on every parcel, as near together as their number allows.
fn houses(parcels: &[Parcel], chance: &Chance) -> Vec<House> {
    const ROUNDS: usize = 9;
    let (mut near, mut wide) = (0.6, 1.7);
    let mut houses = Vec::new();
    for _ in 0..ROUNDS {
        let style = Style::district((near + wide) / 2.0);
        let mut building = chance.fork(6);
        houses = parcels
            .iter()
            .enumerate()
            .flat_map(|(index, parcel)| {
                let mut own = building.fork(index as u64);
                building.next();
                build(parcel, index, &style, &mut own)
            })
            .collect();
        if houses.len() > HOUSES_MOST {
            near = (near + wide) / 2.0;
        } else if houses.len() < HOUSES_LEAST {
            wide = (near + wide) / 2.0;
        } else {
            break;
        }
    }
    houses.retain(|house| outline_of(&house.ring).is_some());
    houses
}

/// Rows of shops along the larger roads until there are buildings enough.
fn add_shops(mesh: &Mesh, parcels: &[Parcel], houses: &mut Vec<House>, chance: &Chance) {
    let mut chance = chance.fork(33);
    let clearance = Clearance::of(mesh);
    let mut order: Vec<usize> = (0..parcels.len()).collect();
    chance.shuffle(&mut order);
    let wanted = BUILDINGS + SPARE_SHOPS;
    let style = Style::district(1.0);
    for index in order {
        if houses.len() >= wanted {
            break;
        }
        let mut shops = along_roads(mesh, parcels[index].face, index, parcels, &style, &mut chance);
        shops.retain(|s| clearance.is_clear(&s.ring));
        shops.truncate(wanted - houses.len());
        houses.extend(shops);
    }
}

/// Brings the homes to what the district's people need: towers have larger or smaller flats.
fn calibrate(parcels: &[Parcel], houses: &mut [House]) {
    const ROUNDS: usize = 4;
    for _ in 0..ROUNDS {
        let people = |h: &House| f64::from(h.households) * crate::archive::people_per_household(parcels[h.parcel].what);
        let high = |h: &House| h.floors > 7;
        let all: f64 = houses.iter().map(people).sum();
        let tall: f64 = houses.iter().filter(|h| high(h)).map(people).sum();
        if tall < 1.0 {
            return;
        }
        let factor = ((tall + RESIDENTS - all) / tall).clamp(0.5, 1.8);
        for house in houses.iter_mut().filter(|h| high(h)) {
            house.households = (f64::from(house.households) * factor).round().max(1.0) as u32;
        }
    }
}

/// Gives ground without a building to its neighbours and takes shops away until the count is exact.
fn exactly(
    mesh: &Mesh,
    lots: &mut [Lot],
    houses: &mut Vec<House>,
    parcels: &mut [Parcel],
    chance: &Chance,
) -> Option<()> {
    let mut owner: BTreeMap<FaceId, usize> = BTreeMap::new();
    for (index, lot) in lots.iter().enumerate() {
        owner.extend(lot.faces.iter().map(|f| (*f, index)));
    }
    let mut empty: Vec<usize> = (0..lots.len()).filter(|l| lots[*l].house.is_none()).collect();
    // Ground in the middle of other empty ground waits until that has joined somebody.
    loop {
        let before = empty.len();
        empty.retain(|lot| {
            !lots::join(mesh, lots, &mut owner, *lot, true) && !lots::join(mesh, lots, &mut owner, *lot, false)
        });
        if empty.len() == before {
            break;
        }
    }
    // What joins nobody is a green of its own, with a keeper's house on it.
    for lot in empty {
        let parcel = lots[lot].parcel;
        let house = keepers_house(&mesh.ring(lots[lot].faces[0]), parcel, parcels[parcel].year)?;
        if !houses.iter().any(|h| h.parcel == parcel) {
            parcels[parcel].what = Use::Park;
        }
        lots[lot].house = Some(houses.len());
        houses.push(house);
    }
    let mut count = lots.iter().filter(|l| l.house.is_some()).count();
    let mut shops: Vec<usize> = (0..lots.len())
        .filter(|l| lots[*l].house.is_some_and(|h| !houses[h].inside))
        .collect();
    chance.fork(34).shuffle(&mut shops);
    for shop in shops {
        if count <= BUILDINGS {
            break;
        }
        if lots::join(mesh, lots, &mut owner, shop, true) {
            count -= 1;
        }
    }
    (count == BUILDINGS).then_some(())
}

/// A small house where the ground is widest.
fn keepers_house(ring: &[Pt], parcel: usize, year: u16) -> Option<House> {
    const STEPS: i32 = 24;
    let (low, high) = (reach(ring, pt(1.0, 0.0)), reach(ring, pt(0.0, 1.0)));
    let at = |from: (f64, f64), i: i32| from.0 + (from.1 - from.0) * f64::from(i) / f64::from(STEPS);
    let room = |p: Pt| {
        edges(ring)
            .map(|(a, b)| distance_to_segment(p, a, b))
            .fold(f64::MAX, f64::min)
    };
    let (spot, free) = (1..STEPS)
        .flat_map(|i| (1..STEPS).map(move |j| (i, j)))
        .map(|(i, j)| pt(at(low, i), at(high, j)))
        .filter(|p| contains(ring, *p))
        .map(|p| (p, room(p)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let half = (free * 0.5).min(6.0);
    let (u, v) = (pt(0.96, 0.28), pt(-0.28, 0.96));
    let corner = |a: f64, b: f64| spot + u * (a * half) + v * (b * half * 0.7);
    let mut house = House::plain(
        vec![
            corner(-1.0, -1.0),
            corner(1.0, -1.0),
            corner(1.0, 1.0),
            corner(-1.0, 1.0),
        ],
        1,
    );
    house.parcel = parcel;
    house.year = year;
    (half > 0.8).then_some(house)
}
