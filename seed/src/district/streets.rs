//! Which ground the district has, and how its streets share it: whole faces between great roads, river and rails.

use super::ways::{middle_of, polar};
use crate::chance::Chance;
use crate::mesh::{FaceId, Mesh};
use crate::plane::{Pt, area};
use std::collections::{BTreeMap, BTreeSet};

/// Square metres of the whole district, roads and all.
const DISTRICT_M2: f64 = 38_000_000.0;
/// The middle of the district as metres from the city's middle, and how far it reaches outward and sideways.
const MIDDLE_R: f64 = 9_050.0;
const REACH_R: f64 = 2_700.0;
const REACH_ARC: f64 = 3_600.0;

type Around = BTreeMap<FaceId, BTreeMap<FaceId, f64>>;

/// Neighbours of each face with the length of the edge between.
fn around(mesh: &Mesh, faces: impl Iterator<Item = FaceId>) -> Around {
    faces
        .map(|face| {
            let mut beside: BTreeMap<FaceId, f64> = BTreeMap::new();
            for (other, length, _) in mesh.neighbours(face) {
                *beside.entry(other).or_default() += length;
            }
            (face, beside)
        })
        .collect()
}

/// Faces from the middle outward until there is ground enough; one piece, no holes, nothing at the rim.
pub fn ground(mesh: &Mesh, chance: &mut Chance) -> Vec<FaceId> {
    let inner = |f: &FaceId| mesh.neighbours(*f).count() == mesh.faces[*f].ring.len();
    let free: Vec<FaceId> = (0..mesh.faces.len()).filter(inner).collect();
    let beside = around(mesh, free.iter().copied());
    let far: BTreeMap<FaceId, f64> = free
        .iter()
        .map(|f| {
            let (r, angle) = polar(middle_of(mesh, *f));
            let (out, side) = ((r - MIDDLE_R) / REACH_R, angle * MIDDLE_R / REACH_ARC);
            let off = out.abs() * out * out + side.abs() * side * side;
            (*f, off * chance.between(0.9, 1.12))
        })
        .collect();
    let mut taken: Vec<FaceId> = Vec::new();
    let mut m2 = 0.0;
    while m2 < DISTRICT_M2 {
        let mut open: Vec<FaceId> = far
            .keys()
            .copied()
            .filter(|f| !taken.contains(f) && (taken.is_empty() || beside[f].keys().any(|o| taken.contains(o))))
            .collect();
        open.sort_by(|a, b| far[a].total_cmp(&far[b]));
        let fits = open.into_iter().find(|f| {
            let with: Vec<FaceId> = taken.iter().copied().chain([*f]).collect();
            mesh.is_one_piece(&with)
        });
        let Some(face) = fits else { break };
        m2 += area(&mesh.ring(face));
        taken.push(face);
    }
    taken
}

/// Shares faces out among `count` streets of like size, each in one piece. `None` where a face fits nowhere.
pub fn share_out(mesh: &Mesh, faces: &[FaceId], count: usize) -> Option<Vec<Vec<FaceId>>> {
    let within: BTreeSet<FaceId> = faces.iter().copied().collect();
    let beside = around(mesh, faces.iter().copied());
    let middles: BTreeMap<FaceId, Pt> = faces.iter().map(|f| (*f, middle_of(mesh, *f))).collect();
    let sizes: BTreeMap<FaceId, f64> = faces.iter().map(|f| (*f, area(&mesh.ring(*f)))).collect();
    let seeds = seeds(&middles, &sizes, count);
    let mut streets: Vec<Vec<FaceId>> = Vec::new();
    let mut owner: BTreeMap<FaceId, usize> = BTreeMap::new();
    for (street, seed) in seeds.iter().enumerate() {
        let nearest = within
            .iter()
            .copied()
            .filter(|f| !owner.contains_key(f))
            .min_by(|a, b| middles[a].to(*seed).total_cmp(&middles[b].to(*seed)))?;
        owner.insert(nearest, street);
        streets.push(vec![nearest]);
    }
    loop {
        let mut order: Vec<usize> = (0..count).collect();
        let m2 = |street: &usize| streets[*street].iter().map(|f| sizes[f]).sum::<f64>();
        order.sort_by(|a, b| m2(a).total_cmp(&m2(b)));
        let next = order.into_iter().find_map(|street| {
            let mut open: Vec<FaceId> = streets[street]
                .iter()
                .flat_map(|f| beside[f].keys().copied())
                .filter(|f| within.contains(f) && !owner.contains_key(f))
                .collect();
            open.sort_by(|a, b| middles[a].to(seeds[street]).total_cmp(&middles[b].to(seeds[street])));
            open.dedup();
            open.into_iter()
                .find(|f| {
                    let with: Vec<FaceId> = streets[street].iter().copied().chain([*f]).collect();
                    mesh.is_one_piece(&with)
                })
                .map(|face| (street, face))
        });
        let Some((street, face)) = next else { break };
        owner.insert(face, street);
        streets[street].push(face);
    }
    (owner.len() == faces.len()).then_some(streets)
}

/// Middles that share the ground evenly (Lloyd): first far apart, then drawn to the middle of what is theirs.
fn seeds(middles: &BTreeMap<FaceId, Pt>, sizes: &BTreeMap<FaceId, f64>, count: usize) -> Vec<Pt> {
    const ROUNDS: usize = 12;
    let mut seeds: Vec<Pt> = middles.values().next().copied().into_iter().collect();
    while seeds.len() < count {
        let off = |p: &Pt| seeds.iter().map(|s| s.to(*p)).fold(f64::MAX, f64::min);
        let Some(next) = middles.values().copied().max_by(|a, b| off(a).total_cmp(&off(b))) else {
            break;
        };
        seeds.push(next);
    }
    for _ in 0..ROUNDS {
        let mut sums = vec![(Pt { x: 0.0, y: 0.0 }, 0.0); seeds.len()];
        for (face, spot) in middles {
            let nearest = (0..seeds.len()).min_by(|a, b| seeds[*a].to(*spot).total_cmp(&seeds[*b].to(*spot)));
            if let Some(at) = nearest {
                let weight = sizes[face];
                sums[at] = (sums[at].0 + *spot * weight, sums[at].1 + weight);
            }
        }
        for (seed, (sum, weight)) in seeds.iter_mut().zip(sums) {
            if weight > 0.0 {
                *seed = sum * (1.0 / weight);
            }
        }
    }
    seeds
}
