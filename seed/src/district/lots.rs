//! One building, one micro-grid 一楼栋一微网格: ground is cut between buildings until each piece has exactly one, and
//! neighbouring pieces make grids.

use crate::cells::{GridCell, MicroCell};
use crate::houses::House;
use crate::mesh::{Along, Class, FaceId, Knife, Mesh};
use crate::parcels::{Parcel, Use};
use crate::plane::{Pt, area, centroid, contains, edges, reach};
use std::collections::BTreeMap;

/// Buildings of a grid: pieces of a parcel with so many make one, pieces with fewer than the second join a neighbour.
const GRID_MOST: usize = 9;
const GRID_LEAST: usize = 4;
/// Gaps between buildings narrower than this are no line people could see.
const LEAST_GAP: f64 = 0.5;
/// Directions a cut is tried in.
const DIRECTIONS: usize = 14;

/// Ground with one building, or with none until it joins a neighbour.
pub struct Lot {
    pub faces: Vec<FaceId>,
    pub house: Option<usize>,
    pub parcel: usize,
    group: usize,
}

/// Cuts a parcel's face between its buildings; `group` counts the pieces that may become grids.
pub fn cut_apart(
    mesh: &mut Mesh,
    parcel: (usize, &Parcel),
    houses: &[House],
    own: Vec<usize>,
    group: &mut usize,
    lots: &mut Vec<Lot>,
) {
    let mut waiting = vec![(parcel.1.face, own, None)];
    while let Some((face, own, of)) = waiting.pop() {
        let of = of.or_else(|| {
            (own.len() <= GRID_MOST).then(|| {
                *group += 1;
                *group
            })
        });
        let pieces = if own.len() > 1 {
            best_cut(mesh, face, houses, &own)
        } else {
            None
        };
        match pieces {
            Some(pieces) => waiting.extend(pieces.into_iter().map(|(f, own)| (f, own, of))),
            None => {
                let ring = mesh.ring(face);
                // What cannot be told apart is one building: the largest stays.
                let house = own
                    .into_iter()
                    .filter(|h| houses[*h].ring.iter().all(|p| contains(&ring, *p)))
                    .max_by(|a, b| area(&houses[*a].ring).total_cmp(&area(&houses[*b].ring)));
                lots.push(Lot {
                    faces: vec![face],
                    house,
                    parcel: parcel.0,
                    group: of.unwrap_or_else(|| {
                        *group += 1;
                        *group
                    }),
                });
            }
        }
    }
}

fn directions(ring: &[Pt], houses: &[House], own: &[usize]) -> Vec<Pt> {
    let mut sides: Vec<(f64, Pt)> = own
        .iter()
        .take(40)
        .flat_map(|h| edges(&houses[*h].ring).take(2))
        .chain(edges(ring))
        .map(|(a, b)| (a.to(b), (b - a).unit()))
        .collect();
    sides.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut found: Vec<Pt> = Vec::new();
    for (_, way) in sides {
        for way in [way, way.left()] {
            if found.iter().all(|f| f.cross(way).abs() > 0.02) {
                found.push(way);
            }
        }
        if found.len() >= DIRECTIONS {
            break;
        }
    }
    found
}

fn best_cut(mesh: &mut Mesh, face: FaceId, houses: &[House], own: &[usize]) -> Option<Vec<(FaceId, Vec<usize>)>> {
    let ring = mesh.ring(face);
    let mut options: Vec<(f64, Pt, f64)> = Vec::new();
    for (rank, way) in directions(&ring, houses, own).into_iter().enumerate() {
        let mut spans: Vec<(f64, f64)> = own.iter().map(|h| reach(&houses[*h].ring, way)).collect();
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut top = f64::MIN;
        for (below, (lo, hi)) in spans.iter().enumerate() {
            if below > 0 && lo - top > LEAST_GAP {
                let uneven = (below as f64 / own.len() as f64 - 0.5).abs();
                let worth = uneven - (lo - top).min(24.0) * 0.02 + rank as f64 * 0.006;
                options.push((worth, way, (lo + top) / 2.0));
            }
            top = top.max(*hi);
        }
    }
    options.sort_by(|a, b| a.0.total_cmp(&b.0));
    let middle = centroid(&ring);
    let far = ring.iter().map(|p| p.to(middle)).fold(0.0, f64::max) + 50.0;
    for (_, way, at) in options.into_iter().take(16) {
        let along = way.left();
        let on = way * at + along * middle.dot(along);
        let path = [on - along * far, on + along * far];
        let line = Along {
            class: Class::Line,
            way: 0,
        };
        let knife = Knife {
            along: line,
            snap_meters: 0.3,
            min_area_m2: 30.0,
            min_roundness: 0.004,
        };
        let made = mesh.cut(face, &path, knife);
        if made.len() < 2 {
            continue;
        }
        let rings: Vec<Vec<Pt>> = made.iter().map(|f| mesh.ring(*f)).collect();
        let mut pieces: Vec<(FaceId, Vec<usize>)> = made.iter().map(|f| (*f, Vec::new())).collect();
        for house in own {
            let spot = inside(&houses[*house].ring);
            let place = rings.iter().position(|r| contains(r, spot)).unwrap_or(0);
            pieces[place].1.push(*house);
        }
        return Some(pieces);
    }
    None
}

/// A spot surely on a building, also where it bends around a yard.
fn inside(ring: &[Pt]) -> Pt {
    let c = centroid(ring);
    if contains(ring, c) {
        return c;
    }
    let n = ring.len();
    (0..n)
        .map(|i| ring[i].toward(ring[(i + 2) % n], 0.5))
        .find(|p| contains(ring, *p))
        .unwrap_or(ring[0])
}

/// Gives a lot's ground to the neighbour it shares most with, where both make one piece. `true` when done.
pub fn join(mesh: &Mesh, lots: &mut [Lot], owner: &mut BTreeMap<FaceId, usize>, lot: usize, same_parcel: bool) -> bool {
    let mut shared: BTreeMap<usize, f64> = BTreeMap::new();
    for face in &lots[lot].faces {
        let quarter = mesh.faces[*face].tag.quarter;
        for (other, length, along) in mesh.neighbours(*face) {
            if let Some(to) = owner.get(&other).filter(|to| **to != lot)
                && lots[*to].house.is_some()
                && mesh.faces[other].tag.quarter == quarter
                && (!same_parcel || lots[*to].parcel == lots[lot].parcel)
            {
                let ease = if along.class >= Class::Lane { 1.0 } else { 0.2 };
                *shared.entry(*to).or_default() += length * ease;
            }
        }
    }
    let mut choices: Vec<(usize, f64)> = shared.into_iter().collect();
    choices.sort_by(|a, b| b.1.total_cmp(&a.1));
    let fits = choices.into_iter().find(|(to, _)| {
        let both: Vec<FaceId> = lots[*to].faces.iter().chain(&lots[lot].faces).copied().collect();
        mesh.is_one_piece(&both)
    });
    let Some((to, _)) = fits else { return false };
    let faces = std::mem::take(&mut lots[lot].faces);
    lots[lot].house = None;
    for face in &faces {
        owner.insert(*face, to);
    }
    lots[to].faces.extend(faces);
    true
}

/// Grids of one community from its lots.
pub fn grids(mesh: &Mesh, community: usize, lots: Vec<&Lot>, parcels: &[Parcel]) -> Vec<GridCell> {
    struct Unit {
        lots: Vec<usize>,
        exclusive: Option<usize>,
    }
    let mut by_group: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, lot) in lots.iter().enumerate() {
        by_group.entry(lot.group).or_default().push(i);
    }
    let special = |of: &[usize]| {
        let parcel = lots[of[0]].parcel;
        let apart = matches!(parcels[parcel].what, Use::Hospital | Use::Market);
        (apart && of.iter().all(|l| lots[*l].parcel == parcel)).then_some(parcel)
    };
    let mut units: Vec<Unit> = Vec::new();
    for of in by_group.into_values() {
        let exclusive = special(&of);
        units.push(Unit { lots: of, exclusive });
    }
    let faces = |unit: &Unit| -> Vec<FaceId> { unit.lots.iter().flat_map(|l| lots[*l].faces.clone()).collect() };
    let mut alone: Vec<usize> = Vec::new();
    loop {
        let scattered: Vec<bool> = units.iter().map(|u| !mesh.is_one_piece(&faces(u))).collect();
        let small = (0..units.len())
            .filter(|i| {
                let small = units[*i].lots.len() < GRID_LEAST && units[*i].exclusive.is_none();
                (small || scattered[*i]) && !alone.contains(&units[*i].lots[0])
            })
            .min_by_key(|i| units[*i].lots.len());
        let Some(small) = small else { break };
        let place: BTreeMap<FaceId, usize> = units
            .iter()
            .enumerate()
            .flat_map(|(i, u)| faces(u).into_iter().map(move |f| (f, i)))
            .collect();
        let mut shared: BTreeMap<usize, f64> = BTreeMap::new();
        for face in faces(&units[small]) {
            for (other, length, along) in mesh.neighbours(face) {
                if let Some(to) = place.get(&other).filter(|to| **to != small) {
                    let ease = if along.class >= Class::Lane { 1.0 } else { 0.3 };
                    let room = if units[*to].lots.len() > GRID_MOST { 0.1 } else { 1.0 };
                    let plain = if units[*to].exclusive.is_some() { 0.001 } else { 1.0 };
                    *shared.entry(*to).or_default() += length * ease * room * plain;
                }
            }
        }
        let mut choices: Vec<(usize, f64)> = shared.into_iter().collect();
        choices.sort_by(|a, b| b.1.total_cmp(&a.1));
        let fits = choices.into_iter().find(|(to, _)| {
            let both: Vec<FaceId> = faces(&units[*to]).into_iter().chain(faces(&units[small])).collect();
            mesh.is_one_piece(&both)
        });
        match fits {
            Some((to, _)) => {
                let taken = std::mem::take(&mut units[small].lots);
                units[to].lots.extend(taken);
                units[to].exclusive = None;
                units.remove(small);
            }
            None => alone.push(units[small].lots[0]),
        }
    }
    units
        .into_iter()
        .map(|unit| GridCell {
            community,
            exclusive: unit.exclusive,
            micro: unit
                .lots
                .iter()
                .map(|l| MicroCell {
                    faces: lots[*l].faces.clone(),
                    houses: lots[*l].house.into_iter().collect(),
                })
                .collect(),
        })
        .collect()
}
