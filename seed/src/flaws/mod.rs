//! Twelve flaws of the street, planted on purpose: the drawing desk has something to mend, and the check of the whole map
//! something to find. Each is named with where it is and what the check says of it.

mod compounds;
mod records;

use crate::places::Works;
use crate::plane::{Pt, contains, edges};
use compounds::{across_border, compounds_overlap};
use geju_core::place::Place;
use geju_core::{Ground, LonLat, Outline, PlaceId, PlaceKind};
use records::{miscoded, missing, too_large, too_small};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlawKind {
    /// 两个微网格并成一个，户数超限
    TooLarge,
    /// 微网格户数不足
    TooSmall,
    /// 相邻微网格之间有空隙
    Gap,
    /// 相邻微网格之间有细缝
    Sliver,
    /// 相邻微网格互相压盖
    Overlap,
    /// 相邻微网格边线错位，细长压盖
    ThinOverlap,
    /// 微网格越出街道边界
    OutsideStreet,
    /// 小区互相压盖
    CompoundsOverlap,
    /// 小区跨越社区边界
    CompoundAcrossBorder,
    /// 编码位数不对
    ShortCode,
    /// 编码不以所属网格编码开头
    ForeignCode,
    /// 漏划一个微网格
    Missing,
}

/// One flaw: where it is and what the check of the whole map finds there.
#[derive(Debug, Clone)]
pub struct Flaw {
    pub kind: FlawKind,
    /// The place that is wrong; for a missing one the grid it is missing from.
    pub place: PlaceId,
    pub at: LonLat,
    /// Codes of the findings, each with how often it is found.
    pub findings: Vec<(&'static str, usize)>,
}

/// Metres by which a plain gap or overlap reaches into the neighbour, and a thin one.
const PLAIN_METERS: f64 = 3.2;
const THIN_METERS: f64 = 0.16;
/// Square metres from which a thin one is told for sure.
const LEAST_M2: f64 = 1.2;

/// The street's places as the flaws need them.
struct Survey {
    /// Index in the shipment and the grid it lies in, for every micro-grid.
    micro: Vec<(usize, usize)>,
    /// Who runs along an edge in this direction.
    sides: HashMap<(LonLat, LonLat), usize>,
    buildings: Vec<(usize, Pt)>,
    compounds: Vec<usize>,
    used: BTreeSet<usize>,
}

pub fn plant(works: &mut Works) -> Option<Vec<Flaw>> {
    let mut ground = survey(works);
    let mut flaws = Vec::new();
    // Those that take a place away come last: the others speak of places by their index.
    for (kind, meters, inner) in [
        (FlawKind::Gap, -PLAIN_METERS, true),
        (FlawKind::Sliver, -THIN_METERS, true),
        (FlawKind::Overlap, PLAIN_METERS, true),
        (FlawKind::ThinOverlap, THIN_METERS, true),
        (FlawKind::OutsideStreet, PLAIN_METERS, false),
    ] {
        flaws.push(bulged(works, &mut ground, kind, meters, inner)?);
    }
    flaws.push(compounds_overlap(works, &ground)?);
    flaws.push(across_border(works, &ground, flaws.last()?.place)?);
    for kind in [FlawKind::ShortCode, FlawKind::ForeignCode] {
        flaws.push(miscoded(works, &mut ground, kind)?);
    }
    flaws.push(too_small(works, &mut ground)?);
    let (large, gone) = too_large(works, &mut ground)?;
    flaws.push(large);
    let (missing, also_gone) = missing(works, &mut ground)?;
    flaws.push(missing);
    let gone = BTreeSet::from([gone, also_gone]);
    works.shipment.places.retain(|(p, _)| !gone.contains(&p.id));
    works.micro.retain(|(_, m)| !gone.contains(&m.id));
    flaws.sort_by_key(|f| f.kind);
    Some(flaws)
}

fn ring_of(place: &Place) -> Vec<Pt> {
    let outline = place.ground.outline();
    outline.map_or_else(Vec::new, |o| {
        o.rings()
            .next()
            .map_or_else(Vec::new, |r| r.vertices().iter().map(|p| Pt::of(*p)).collect())
    })
}

fn outline_of(ring: &[Pt]) -> Option<Outline> {
    crate::places::outline_of(ring)
}

fn survey(works: &Works) -> Survey {
    let index: BTreeMap<PlaceId, usize> = works
        .shipment
        .places
        .iter()
        .enumerate()
        .map(|(i, (p, _))| (p.id, i))
        .collect();
    let micro: Vec<(usize, usize)> = works.micro.iter().map(|(grid, m)| (index[&m.id], *grid)).collect();
    let mut sides = HashMap::new();
    for (number, (place, _)) in micro.iter().enumerate() {
        let ring = ring_of(&works.shipment.places[*place].0);
        for (a, b) in edges(&ring) {
            sides.insert((a.to_lonlat(), b.to_lonlat()), number);
        }
    }
    let of_kind = |kind: PlaceKind| {
        works
            .shipment
            .places
            .iter()
            .enumerate()
            .filter(move |(_, (p, _))| p.kind() == kind)
            .map(|(i, _)| i)
    };
    Survey {
        micro,
        sides,
        buildings: of_kind(PlaceKind::Building)
            .map(|i| (i, Pt::of(works.shipment.places[i].0.ground.inner_point())))
            .collect(),
        compounds: of_kind(PlaceKind::Compound).collect(),
        used: BTreeSet::new(),
    }
}

/// The ring with one edge bent outward by so many metres in its middle, inward when negative.
fn bent(ring: &[Pt], edge: usize, meters: f64) -> Vec<Pt> {
    let (a, b) = (ring[edge], ring[(edge + 1) % ring.len()]);
    let mut bent = ring.to_vec();
    bent.insert(edge + 1, a.toward(b, 0.5) + (b - a).unit().left() * -meters);
    bent
}

fn redraw(works: &mut Works, place: usize, outline: Outline) {
    let old = &works.shipment.places[place].0;
    let redrawn = Place {
        ground: Ground::Outline(outline),
        ..Place::clone(old)
    };
    works.shipment.places[place].0 = Arc::new(redrawn);
}

fn bulged(works: &mut Works, ground: &mut Survey, kind: FlawKind, meters: f64, inner: bool) -> Option<Flaw> {
    let code = match kind {
        FlawKind::Gap | FlawKind::Sliver => "gap_in_parent",
        FlawKind::OutsideStreet => "outside_parent",
        _ => "overlaps_sibling",
    };
    let wanted = 2.0 * LEAST_M2 / meters.abs();
    let mut order: Vec<usize> = (0..ground.micro.len()).collect();
    works.chance.shuffle(&mut order);
    for number in order {
        let (place, grid) = ground.micro[number];
        if ground.used.contains(&grid) {
            continue;
        }
        let ring = ring_of(&works.shipment.places[place].0);
        for (i, (a, b)) in edges(&ring).enumerate() {
            let long = a.to(b);
            if long < wanted.max(14.0) || long > 70.0 {
                continue;
            }
            let other = ground.sides.get(&(b.to_lonlat(), a.to_lonlat()));
            let fits = match other {
                Some(other) => inner && ground.micro[*other].1 == grid,
                None => !inner,
            };
            let new = bent(&ring, i, meters);
            // Nobody's building changes hands.
            let keeps = |p: &Pt| contains(&ring, *p) == contains(&new, *p);
            if !fits || !ground.buildings.iter().all(|(_, p)| keeps(p)) {
                continue;
            }
            let Some(outline) = outline_of(&new) else { continue };
            let middle = new[i + 1].to_lonlat();
            redraw(works, place, outline);
            ground.used.insert(grid);
            let told = match kind {
                FlawKind::Gap | FlawKind::Sliver => works.grids[grid].id,
                _ => works.shipment.places[place].0.id,
            };
            return Some(Flaw {
                kind,
                place: told,
                at: middle,
                findings: vec![(code, 1)],
            });
        }
    }
    None
}
