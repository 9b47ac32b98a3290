//! From parcels to micro-grids, grids and communities: parcels are cut between their buildings until each piece has few
//! enough households, and pieces that have too few are put together.

use crate::chance::Chance;
use crate::houses::{Axes, House};
use crate::layout::Layout;
use crate::mesh::{Along, Class, FaceId, Knife, Mesh};
use crate::parcels::{Block, Parcel, Use};
use crate::plane::{Pt, centroid, contains, perimeter, reach};
use std::collections::{BTreeMap, BTreeSet};

/// The Scheme's size of a micro-grid, and the size below which pieces are put together.
pub const LEAST: u32 = 30;
pub const MOST: u32 = 100;
const WANTED: u32 = 40;
/// Households of a grid: below the first it takes another block in, above the second it does not.
const GRID_WANTED: u32 = 260;
const GRID_MOST: u32 = 700;

pub struct MicroCell {
    pub faces: Vec<FaceId>,
    pub houses: Vec<usize>,
}

pub struct GridCell {
    pub community: usize,
    /// 专属网格: what it is for, and the parcel that says so.
    pub exclusive: Option<usize>,
    pub micro: Vec<MicroCell>,
}

impl GridCell {
    pub fn faces(&self) -> Vec<FaceId> {
        self.micro.iter().flat_map(|m| m.faces.iter().copied()).collect()
    }
}

/// Cuts a parcel's face between its buildings; returns pieces with the buildings on each.
pub fn cut_parcel(mesh: &mut Mesh, parcel: &Parcel, houses: &[House], own: Vec<usize>) -> Vec<(FaceId, Vec<usize>)> {
    let axes = Axes::of(if parcel.yard.len() > 2 {
        &parcel.yard
    } else {
        return vec![(parcel.face, own)];
    });
    let mut done = Vec::new();
    let mut waiting = vec![(parcel.face, own)];
    while let Some((face, own)) = waiting.pop() {
        let homes: u32 = own.iter().map(|h| houses[*h].households).sum();
        let cut = if homes > MOST {
            best_cut(mesh, face, houses, &own, axes)
        } else {
            None
        };
        match cut {
            None => done.push((face, own)),
            Some(pieces) => waiting.extend(pieces),
        }
    }
    done.sort_by_key(|(face, _)| *face);
    done
}

/// Gaps between buildings narrower than this are no line people could see.
const LEAST_GAP: f64 = 1.3;

fn best_cut(
    mesh: &mut Mesh,
    face: FaceId,
    houses: &[House],
    own: &[usize],
    axes: Axes,
) -> Option<Vec<(FaceId, Vec<usize>)>> {
    let mut options: Vec<(f64, Pt, f64)> = Vec::new();
    let total: u32 = own.iter().map(|h| houses[*h].households).sum();
    for way in [axes.v, axes.u] {
        let mut spans: Vec<(f64, f64, u32)> = own
            .iter()
            .map(|h| {
                let (lo, hi) = reach(&houses[*h].ring, way);
                (lo, hi, houses[*h].households)
            })
            .collect();
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut top, mut below) = (f64::MIN, 0);
        for (lo, hi, homes) in spans {
            if lo - top > LEAST_GAP && below >= LEAST && total - below >= LEAST {
                let uneven = f64::from(below.abs_diff(total - below)) / f64::from(total);
                options.push((uneven - (lo - top).min(12.0) * 0.01, way, (lo + top) / 2.0));
            }
            top = top.max(hi);
            below += homes;
        }
    }
    options.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ring = mesh.ring(face);
    let middle = centroid(&ring);
    for (_, way, at) in options.into_iter().take(6) {
        let along = way.left();
        let on = way * at + along * middle.dot(along);
        let path = [on - along * 600.0, on + along * 600.0];
        let knife = Knife {
            along: Along {
                class: Class::Line,
                way: 0,
            },
            snap_meters: 0.5,
            min_area_m2: 120.0,
            min_roundness: 0.012,
        };
        let made = mesh.cut(face, &path, knife);
        if made.len() < 2 {
            continue;
        }
        let mut pieces: Vec<(FaceId, Vec<usize>)> = made.iter().map(|f| (*f, Vec::new())).collect();
        for house in own {
            let spot = centroid(&houses[*house].ring);
            let place = made.iter().position(|f| contains(&mesh.ring(*f), spot)).unwrap_or(0);
            pieces[place].1.push(*house);
        }
        return Some(pieces);
    }
    None
}

struct Piece {
    faces: Vec<FaceId>,
    houses: Vec<usize>,
    homes: u32,
    /// Kept apart: a market is one micro-grid of its shops.
    fixed: bool,
}

/// Grids of one community with their micro-grids.
pub fn govern(
    plan: &Layout,
    blocks: &[Block],
    parcels: &[Parcel],
    houses: &mut [House],
    cells: &[(FaceId, Vec<usize>)],
    chance: &Chance,
) -> Vec<GridCell> {
    let mut chance = chance.fork(4);
    let mesh = &plan.mesh;
    let mut grids = Vec::new();
    for community in 0..plan.quarters.len() {
        let here: Vec<&(FaceId, Vec<usize>)> = cells
            .iter()
            .filter(|(f, _)| mesh.faces[*f].tag.quarter == community + 1)
            .collect();
        for (members, exclusive) in units(mesh, blocks, parcels, houses, &here, community) {
            let pieces = members
                .iter()
                .map(|c| Piece {
                    faces: vec![c.0],
                    houses: c.1.clone(),
                    homes: c.1.iter().map(|h| houses[*h].households).sum(),
                    fixed: false,
                })
                .collect();
            let micro = put_together(mesh, pieces);
            for cell in &micro {
                settle(
                    houses,
                    &cell.houses,
                    exclusive.is_some_and(|p| parcels[p].what == Use::Market),
                    &mut chance,
                );
            }
            grids.push(GridCell {
                community,
                exclusive,
                micro,
            });
        }
    }
    grids
}

type Unit<'a> = (Vec<&'a (FaceId, Vec<usize>)>, Option<usize>);

/// The grounds of grids: blocks put together, with markets and hospitals apart.
fn units<'a>(
    mesh: &Mesh,
    blocks: &[Block],
    parcels: &[Parcel],
    houses: &[House],
    cells: &[&'a (FaceId, Vec<usize>)],
    community: usize,
) -> Vec<Unit<'a>> {
    let homes = |cells: &[&(FaceId, Vec<usize>)]| -> u32 {
        cells.iter().flat_map(|c| &c.1).map(|h| houses[*h].households).sum()
    };
    let faces = |cells: &[&(FaceId, Vec<usize>)]| -> Vec<FaceId> { cells.iter().map(|c| c.0).collect() };
    let mut units: Vec<Unit<'a>> = Vec::new();
    for (index, block) in blocks.iter().enumerate().filter(|(_, b)| b.quarter == community) {
        let own: Vec<_> = cells
            .iter()
            .copied()
            .filter(|c| mesh.faces[c.0].tag.block == index + 1)
            .collect();
        let special = block.parcels.iter().copied().find(|p| match parcels[*p].what {
            Use::Market => {
                own.iter()
                    .filter(|c| mesh.faces[c.0].tag.parcel == p + 1)
                    .flat_map(|c| &c.1)
                    .map(|h| houses[*h].shops)
                    .sum::<u32>()
                    >= LEAST
            }
            Use::Hospital => homes(&own) >= WANTED,
            _ => false,
        });
        if !own.is_empty() {
            units.push((own, special));
        }
    }
    let mut alone: BTreeSet<FaceId> = BTreeSet::new();
    loop {
        let small = (0..units.len())
            .filter(|i| {
                units[*i].1.is_none() && homes(&units[*i].0) < GRID_WANTED && !alone.contains(&units[*i].0[0].0)
            })
            .min_by_key(|i| homes(&units[*i].0));
        let Some(small) = small else { break };
        let size = homes(&units[small].0);
        let mut shared: BTreeMap<usize, f64> = BTreeMap::new();
        let place: BTreeMap<FaceId, usize> = units
            .iter()
            .enumerate()
            .flat_map(|(i, u)| u.0.iter().map(move |c| (c.0, i)))
            .collect();
        for cell in &units[small].0 {
            for (other, length, along) in mesh.neighbours(cell.0) {
                if let Some(unit) = place.get(&other).filter(|u| **u != small) {
                    // Grids rather reach across a lane than across an avenue, and into a hospital's ground last of all.
                    let ease = match units[*unit].1 {
                        Some(_) if size >= LEAST => continue,
                        Some(_) => 0.001,
                        None if along.class >= Class::Residential => 1.0,
                        None => 0.4,
                    };
                    *shared.entry(*unit).or_default() += length * ease;
                }
            }
        }
        let both = |other: usize| {
            faces(&units[small].0)
                .into_iter()
                .chain(faces(&units[other].0))
                .collect::<Vec<_>>()
        };
        let most = if size < LEAST { u32::MAX } else { GRID_MOST };
        let partner = shared
            .into_iter()
            .filter(|(other, _)| homes(&units[*other].0) + size <= most && mesh.is_one_piece(&both(*other)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        match partner {
            Some((other, _)) => {
                let taken = std::mem::take(&mut units[small].0);
                units[other].0.extend(taken);
                units.remove(small);
            }
            // Stands alone: nothing beside it has room.
            None => {
                alone.insert(units[small].0[0].0);
            }
        }
    }
    units
}

fn put_together(mesh: &Mesh, mut pieces: Vec<Piece>) -> Vec<MicroCell> {
    loop {
        let small = (0..pieces.len())
            .filter(|i| pieces[*i].homes < WANTED && !pieces[*i].fixed)
            .min_by_key(|i| (pieces[*i].homes, *i));
        let Some(small) = small.filter(|_| pieces.len() > 1) else {
            break;
        };
        let place: BTreeMap<FaceId, usize> = pieces
            .iter()
            .enumerate()
            .flat_map(|(i, p)| p.faces.iter().map(move |f| (*f, i)))
            .collect();
        let mut shared: BTreeMap<usize, f64> = BTreeMap::new();
        for face in &pieces[small].faces {
            for (other, length, along) in mesh.neighbours(*face) {
                if let Some(piece) = place.get(&other).filter(|p| **p != small) {
                    let ease = if along.class >= Class::Lane { 1.0 } else { 0.3 };
                    *shared.entry(*piece).or_default() += length * ease;
                }
            }
        }
        let edge = |p: &Piece| {
            p.faces
                .iter()
                .map(|f| perimeter(&mesh.ring(*f)))
                .fold(0.0, f64::max)
                .max(1.0)
        };
        let mut choices: Vec<(u32, f64, usize)> = shared
            .into_iter()
            .map(|(other, length)| {
                let sum = pieces[other].homes + pieces[small].homes;
                (sum.saturating_sub(MOST), length / edge(&pieces[small]), other)
            })
            .collect();
        choices.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let fits = choices.into_iter().find(|(over, _, other)| {
            let enough = pieces[small].homes >= LEAST && *over > 0;
            let faces: Vec<FaceId> = pieces[small]
                .faces
                .iter()
                .chain(&pieces[*other].faces)
                .copied()
                .collect();
            !enough && mesh.is_one_piece(&faces)
        });
        match fits {
            Some((_, _, other)) => {
                let taken = std::mem::replace(
                    &mut pieces[small],
                    Piece {
                        faces: Vec::new(),
                        houses: Vec::new(),
                        homes: 0,
                        fixed: true,
                    },
                );
                pieces[other].faces.extend(taken.faces);
                pieces[other].houses.extend(taken.houses);
                pieces[other].homes += taken.homes;
                pieces.remove(small);
            }
            None => pieces[small].fixed = true,
        }
    }
    pieces
        .into_iter()
        .map(|p| MicroCell {
            faces: p.faces,
            houses: p.houses,
        })
        .collect()
}

/// Brings a micro-grid within the Scheme's size by counting a few flats as joined or divided.
fn settle(houses: &mut [House], own: &[usize], by_shops: bool, chance: &mut Chance) {
    let lived_in: Vec<usize> = own.iter().copied().filter(|h| houses[*h].households > 0).collect();
    if by_shops && lived_in.is_empty() {
        return;
    }
    let mut total: u32 = lived_in.iter().map(|h| houses[*h].households).sum();
    while total > MOST {
        let Some(most) = lived_in.iter().copied().max_by_key(|h| houses[*h].households) else {
            return;
        };
        houses[most].households -= 1;
        total -= 1;
    }
    while total < LEAST + 2 && !lived_in.is_empty() {
        let house = *chance.pick(&lived_in);
        houses[house].households += 1;
        total += 1;
    }
}
