//! From great blocks to communities, and from these to compounds, schools, parks and offices; all counts exact.

use super::ways::polar;
use crate::chance::Chance;
use crate::clearance::Clearance;
use crate::layout::{Layout, Quarter, Way, Zone, part, road_knife};
use crate::mesh::{Along, Class, FaceId, Knife};
use crate::parcels::{Parcel, Use, parcel};
use crate::plane::{Pt, area, centroid};
use std::collections::BTreeMap;

pub const COMMUNITIES: usize = 243;
pub const COMPOUNDS: usize = 607;
/// More grounds for compounds than there will be: some turn out too narrow to be built on.
const SPARE_GROUNDS: usize = 26;

/// What a district has besides homes: how many, and how large in square metres.
const SPECIAL: [(Use, usize, f64); 6] = [
    (Use::Park, 12, 150_000.0),
    (Use::School, 80, 26_000.0),
    (Use::Hospital, 9, 34_000.0),
    (Use::Offices, 62, 22_000.0),
    (Use::Market, 24, 11_000.0),
    (Use::Park, 34, 15_000.0),
];

/// Square metres of the old town, and how far in metres the estates of the first decades have grown around it.
const OLD_TOWN_M2: f64 = 520_000.0;
const OLD_ESTATES_METERS: f64 = 1_800.0;
/// Great blocks at the rim where villages still stand between what was built for those who moved.
const VILLAGE_BLOCKS: usize = 3;

/// What is left of them; each has some eighty houses.
const VILLAGES_MOST: usize = 6;

/// What each great block mostly consists of.
fn zones(plan: &Layout, faces: &[FaceId], old: Pt, chance: &mut Chance) -> BTreeMap<FaceId, Zone> {
    let middles: BTreeMap<FaceId, Pt> = faces.iter().map(|f| (*f, centroid(&plan.mesh.ring(*f)))).collect();
    let mut zones = BTreeMap::new();
    let mut inward = faces.to_vec();
    inward.sort_by(|a, b| middles[a].to(old).total_cmp(&middles[b].to(old)));
    let mut m2 = 0.0;
    for face in &inward {
        let zone = if m2 < OLD_TOWN_M2 {
            Zone::OldTown
        } else {
            let near = middles[face].to(old) < OLD_ESTATES_METERS;
            match chance.unit() {
                u if near && u < 0.5 => Zone::Slabs,
                u if near && u < 0.75 => Zone::MidRise,
                u if u < 0.07 => Zone::Slabs,
                u if u < 0.24 => Zone::MidRise,
                _ => Zone::Towers,
            }
        };
        m2 += area(&plan.mesh.ring(*face));
        zones.insert(*face, zone);
    }
    let mut outward = inward;
    outward.sort_by(|a, b| polar(middles[b]).0.total_cmp(&polar(middles[a]).0));
    outward.truncate(VILLAGE_BLOCKS * 3);
    chance.shuffle(&mut outward);
    for face in outward.into_iter().take(VILLAGE_BLOCKS) {
        zones.insert(face, Zone::Village);
    }
    zones
}

/// Old quarters are governed in smaller communities.
fn crowding(zone: Zone) -> f64 {
    match zone {
        Zone::OldTown => 1.9,
        Zone::Slabs => 1.35,
        Zone::Village => 1.2,
        Zone::MidRise => 1.0,
        Zone::Towers => 0.85,
    }
}

/// Square metres of one compound's ground.
fn ground_wanted(zone: Zone) -> f64 {
    match zone {
        Zone::OldTown => 4_600.0,
        Zone::Village => 15_000.0,
        Zone::Slabs => 27_000.0,
        Zone::MidRise => 45_000.0,
        Zone::Towers => 58_000.0,
    }
}

/// Cuts one face in two by a road, a lane or a wall, as its size asks for; gives both or more.
fn cut(plan: &mut Layout, chance: &mut Chance, face: FaceId, zone: Zone, share: (f64, f64)) -> Option<Vec<FaceId>> {
    let ground = area(&plan.mesh.ring(face));
    let narrow = matches!(zone, Zone::OldTown | Zone::Village);
    let class = match ground {
        m2 if m2 > 300_000.0 => Class::Tertiary,
        m2 if m2 > 150_000.0 && chance.happens(0.35) => Class::Tertiary,
        m2 if m2 > 85_000.0 => Class::Residential,
        m2 if narrow && m2 > 30_000.0 => Class::Residential,
        _ if narrow => Class::Lane,
        _ => Class::Wall,
    };
    let road = class != Class::Wall;
    if road {
        plan.ways.push(Way { class });
    }
    let knife = match class {
        Class::Wall | Class::Lane => Knife {
            along: Along {
                class,
                way: if road { plan.ways.len() - 1 } else { 0 },
            },
            snap_meters: 4.0,
            min_area_m2: 2_000.0,
            min_roundness: 0.035,
        },
        _ => Knife {
            min_roundness: 0.03,
            ..road_knife(class, plan.ways.len() - 1)
        },
    };
    let bend = match class {
        Class::Wall => 0.0,
        Class::Lane => 0.03,
        _ => 0.05,
    };
    let made = part(&mut plan.mesh, chance, face, knife, bend, 46.0, share);
    if made.is_none() && road {
        plan.ways.pop();
    }
    made
}

/// Communities: every great block is cut by roads until there are exactly as many as there should be.
pub fn communities(plan: &mut Layout, streets: &[Vec<FaceId>], old: Pt, chance: &mut Chance) -> Option<()> {
    let zones = zones(plan, &streets.concat(), old, chance);
    let mut pool: Vec<(FaceId, usize, Zone)> = Vec::new();
    for (street, faces) in streets.iter().enumerate() {
        for face in faces {
            pool.push((*face, street, zones[face]));
        }
    }
    let mut done: Vec<(FaceId, usize, Zone)> = Vec::new();
    while pool.len() + done.len() < COMMUNITIES {
        let weight = |i: &usize| area(&plan.mesh.ring(pool[*i].0)) * crowding(pool[*i].2);
        let largest = (0..pool.len()).max_by(|a, b| weight(a).total_cmp(&weight(b)))?;
        let (face, street, zone) = pool.swap_remove(largest);
        match cut(plan, chance, face, zone, (0.4, 0.6)) {
            Some(made) => pool.extend(made.into_iter().map(|f| (f, street, zone))),
            None => done.push((face, street, zone)),
        }
    }
    done.extend(pool);
    if done.len() != COMMUNITIES {
        return None;
    }
    done.sort_by_key(|(face, ..)| *face);
    for (index, (face, street, zone)) in done.into_iter().enumerate() {
        plan.mesh.faces[face].tag.quarter = index + 1;
        plan.quarters.push(Quarter {
            zone,
            faces: vec![face],
            street,
        });
    }
    Some(())
}

/// Parcels of all communities: what is special first, then grounds for compounds by size.
pub fn parcels(plan: &mut Layout, chance: &mut Chance) -> Vec<Parcel> {
    let mut grounds: Vec<(FaceId, Option<Use>)> = Vec::new();
    let mut pool: Vec<FaceId> = Vec::new();
    let mut order: Vec<usize> = (0..plan.quarters.len()).collect();
    chance.shuffle(&mut order);
    let mut special: Vec<(Use, f64)> = Vec::new();
    for (what, count, m2) in SPECIAL {
        special.extend((0..count).map(|_| (what, m2)));
    }
    let homes_left = 15_000.0;
    let mut free = order.clone();
    for (what, m2) in special {
        // Each community has one before any has two; a great park takes the largest.
        if free.is_empty() {
            free = order.clone();
        }
        let m2 = m2 * chance.between(0.75, 1.3);
        let size = |q: usize| area(&plan.mesh.ring(plan.quarters[q].faces[0]));
        let fits = free.iter().position(|q| {
            let zone = plan.quarters[*q].zone;
            let fitting = match what {
                Use::Park if m2 > 60_000.0 => zone == Zone::Towers || zone == Zone::MidRise,
                Use::Hospital | Use::Offices => zone != Zone::Village && zone != Zone::OldTown,
                _ => true,
            };
            fitting && size(*q) > m2 + homes_left * 2.0 && plan.quarters[*q].faces.len() == 1
        });
        let Some(at) = fits else { continue };
        let quarter = free.remove(at);
        carve(plan, chance, quarter, what, m2, &mut grounds);
    }
    for quarter in &plan.quarters {
        pool.extend(quarter.faces.iter().filter(|f| !grounds.iter().any(|(g, _)| g == *f)));
    }
    let mut done: Vec<FaceId> = Vec::new();
    while pool.len() + done.len() < COMPOUNDS + SPARE_GROUNDS {
        let weight = |f: FaceId| {
            let zone = plan.quarters[plan.mesh.faces[f].tag.quarter - 1].zone;
            area(&plan.mesh.ring(f)) / ground_wanted(zone)
        };
        let largest = (0..pool.len()).max_by(|a, b| weight(pool[*a]).total_cmp(&weight(pool[*b])));
        let Some(largest) = largest else { break };
        let face = pool.swap_remove(largest);
        let quarter = plan.mesh.faces[face].tag.quarter - 1;
        match cut(plan, chance, face, plan.quarters[quarter].zone, (0.4, 0.6)) {
            Some(made) => {
                plan.quarters[quarter].faces.extend(made.iter().filter(|f| **f != face));
                pool.extend(made);
            }
            None => done.push(face),
        }
    }
    grounds.extend(pool.into_iter().chain(done).map(|f| (f, None)));
    grounds.sort_by_key(|(face, _)| *face);
    let clearance = Clearance::of(&plan.mesh);
    let mut villages = 0;
    let mut parcels = Vec::with_capacity(grounds.len());
    for (face, what) in grounds {
        let quarter = plan.mesh.faces[face].tag.quarter - 1;
        let zone = plan.quarters[quarter].zone;
        let mut what = what.unwrap_or_else(|| home(zone, chance));
        if what == Use::Village {
            villages += 1;
            if villages > VILLAGES_MOST {
                what = Use::Resettlement;
            }
        }
        let index = parcels.len() + 1;
        plan.mesh.faces[face].tag.parcel = index;
        plan.mesh.faces[face].tag.block = index;
        parcels.push(parcel(plan, &clearance, chance, face, quarter, what));
    }
    parcels
}

/// Cuts a piece of about the wanted size out of a community for something special.
fn carve(
    plan: &mut Layout,
    chance: &mut Chance,
    quarter: usize,
    what: Use,
    m2: f64,
    grounds: &mut Vec<(FaceId, Option<Use>)>,
) {
    let zone = plan.quarters[quarter].zone;
    let mut face = plan.quarters[quarter].faces[0];
    for _ in 0..7 {
        let ground = area(&plan.mesh.ring(face));
        if ground < m2 * 1.5 {
            break;
        }
        let share = (m2 / ground).clamp(0.2, 0.5);
        let Some(made) = cut(plan, chance, face, zone, (share - 0.02, share + 0.02)) else {
            break;
        };
        plan.quarters[quarter].faces.extend(made.iter().filter(|f| **f != face));
        let off = |f: &FaceId| (area(&plan.mesh.ring(*f)) - m2).abs();
        if let Some(best) = made.iter().copied().min_by(|a, b| off(a).total_cmp(&off(b))) {
            face = best;
        }
    }
    // A community that could not be cut keeps its homes.
    if plan.quarters[quarter].faces.len() > 1 && area(&plan.mesh.ring(face)) < m2 * 2.2 {
        grounds.push((face, Some(what)));
    }
}

fn home(zone: Zone, chance: &mut Chance) -> Use {
    let u = chance.unit();
    match zone {
        Zone::OldTown if u < 0.3 => Use::WorkUnit,
        Zone::OldTown => Use::Courtyard,
        Zone::Slabs if u < 0.3 => Use::WorkUnit,
        Zone::Slabs if u < 0.84 => Use::Slabs,
        Zone::Slabs => Use::MidRise,
        Zone::Village if u < 0.13 => Use::Village,
        Zone::Village if u < 0.6 => Use::Resettlement,
        Zone::Village => Use::Towers,
        Zone::MidRise if u < 0.16 => Use::Resettlement,
        Zone::MidRise if u < 0.26 => Use::Affordable,
        Zone::MidRise if u < 0.4 => Use::Slabs,
        Zone::MidRise if u < 0.55 => Use::Towers,
        Zone::MidRise => Use::MidRise,
        Zone::Towers if u < 0.05 => Use::Affordable,
        Zone::Towers if u < 0.11 => Use::Resettlement,
        Zone::Towers if u < 0.17 => Use::MidRise,
        Zone::Towers => Use::Towers,
    }
}
