//! Flaws of records: wrong codes, too few homes, micro-grids drawn as one or forgotten.

use super::{Flaw, FlawKind, Survey, outline_of, ring_of};
use crate::places::Works;
use crate::plane::{Pt, centroid, contains, edges};
use geju_core::place::{Archive, Place};
use geju_core::{Code, Ground, LonLat, PlaceId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The next micro-grid of a grid that nothing else was done to.
fn untouched(ground: &Survey, works: &Works, wanted: impl Fn(usize, &Place) -> bool) -> Option<usize> {
    (0..ground.micro.len()).find(|n| {
        let (place, grid) = ground.micro[*n];
        !ground.used.contains(&grid) && wanted(grid, &works.shipment.places[place].0)
    })
}

pub(super) fn miscoded(works: &mut Works, ground: &mut Survey, kind: FlawKind) -> Option<Flaw> {
    let number = untouched(ground, works, |_, p| p.code.is_some())?;
    let (place, grid) = ground.micro[number];
    ground.used.insert(grid);
    let old = works.shipment.places[place].0.clone();
    let code = old.code.as_ref()?.as_str();
    let wrong = match kind {
        FlawKind::ShortCode => code[..code.len() - 1].to_owned(),
        // The numbers of a grid that does not exist in this community.
        _ => format!("{}990{}", &code[..code.len() - 6], &code[code.len() - 3..]),
    };
    works.shipment.places[place].0 = Arc::new(Place {
        code: Code::new(&wrong).ok(),
        ..Place::clone(&old)
    });
    Some(Flaw {
        kind,
        place: old.id,
        at: old.ground.inner_point(),
        findings: vec![("code_form", 1)],
    })
}

/// Indices of the buildings on a micro-grid.
fn within(works: &Works, ground: &Survey, place: usize) -> Vec<usize> {
    let ring = ring_of(&works.shipment.places[place].0);
    ground
        .buildings
        .iter()
        .filter(|(_, p)| contains(&ring, *p))
        .map(|(i, _)| *i)
        .collect()
}

/// Homes that stand in few old houses: fewer than a micro-grid should have, and hardly a shop.
pub(super) fn too_small(works: &mut Works, ground: &mut Survey) -> Option<Flaw> {
    const HOMES: u32 = 24;
    let number = untouched(
        ground,
        works,
        |_, p| matches!(&p.archive, Archive::MicroGrid(m) if m.households.is_some_and(|n| n < 45) && m.shops.unwrap_or(0) < 20),
    )?;
    let (place, grid) = ground.micro[number];
    ground.used.insert(grid);
    let own = within(works, ground, place);
    let mut left = HOMES;
    for index in own {
        let old = works.shipment.places[index].0.clone();
        if let Archive::Building(building) = &old.archive
            && let Some(homes) = building.households
        {
            let mut fewer = building.clone();
            let kept = homes.min(left);
            left -= kept;
            let share = |n: Option<u32>| n.map(|n| n * kept / homes.max(1));
            fewer.households = Some(kept);
            fewer.residents = share(building.residents);
            fewer.over_60 = share(building.over_60);
            fewer.over_60_alone = share(building.over_60_alone);
            fewer.children = share(building.children);
            works.shipment.places[index].0 = Arc::new(Place {
                archive: Archive::Building(fewer),
                ..Place::clone(&old)
            });
        }
    }
    let old = works.shipment.places[place].0.clone();
    if let Archive::MicroGrid(archive) = &old.archive {
        let mut fewer = archive.clone();
        fewer.households = Some(HOMES - left);
        works.shipment.places[place].0 = Arc::new(Place {
            archive: Archive::MicroGrid(fewer),
            ..Place::clone(&old)
        });
    }
    Some(Flaw {
        kind: FlawKind::TooSmall,
        place: old.id,
        at: old.ground.inner_point(),
        findings: vec![("size_out_of_range", 1)],
    })
}

/// Two micro-grids drawn as one.
pub(super) fn too_large(works: &mut Works, ground: &mut Survey) -> Option<(Flaw, PlaceId)> {
    let homes = |p: &Place| match &p.archive {
        Archive::MicroGrid(m) => m.households.unwrap_or(0),
        _ => 0,
    };
    for (number, (place, grid)) in ground.micro.clone().into_iter().enumerate() {
        let here = works.shipment.places[place].0.clone();
        let ring = ring_of(&here);
        let beside = edges(&ring).find_map(|(a, b)| {
            let other = *ground.sides.get(&(b.to_lonlat(), a.to_lonlat()))?;
            let (at, of) = ground.micro[other];
            (other != number && of == grid && homes(&here) + homes(&works.shipment.places[at].0) > 105).then_some(at)
        });
        let Some(other) = beside.filter(|_| !ground.used.contains(&grid)) else {
            continue;
        };
        let there = works.shipment.places[other].0.clone();
        let Some(ring) = put_together(&ring, &ring_of(&there)) else {
            continue;
        };
        let (Archive::MicroGrid(mine), Archive::MicroGrid(yours)) = (&here.archive, &there.archive) else {
            continue;
        };
        let mut archive = mine.clone();
        let sum =
            |a: Option<u32>, b: Option<u32>| (a.is_some() || b.is_some()).then(|| a.unwrap_or(0) + b.unwrap_or(0));
        archive.households = sum(mine.households, yours.households);
        archive.shops = sum(mine.shops, yours.shops);
        let merged = Place {
            ground: Ground::Outline(outline_of(&ring)?),
            archive: Archive::MicroGrid(archive),
            ..Place::clone(&here)
        };
        works.shipment.places[place].0 = Arc::new(merged);
        ground.used.insert(grid);
        let flaw = Flaw {
            kind: FlawKind::TooLarge,
            place: here.id,
            at: centroid(&ring).to_lonlat(),
            findings: vec![("size_out_of_range", 1)],
        };
        return Some((flaw, there.id));
    }
    None
}

/// The ring around two rings that share one stretch of edge.
fn put_together(one: &[Pt], other: &[Pt]) -> Option<Vec<Pt>> {
    let all: Vec<(LonLat, LonLat)> = edges(one)
        .chain(edges(other))
        .map(|(a, b)| (a.to_lonlat(), b.to_lonlat()))
        .collect();
    let known: BTreeSet<(LonLat, LonLat)> = all.iter().copied().collect();
    let rim: Vec<(LonLat, LonLat)> = all.into_iter().filter(|(a, b)| !known.contains(&(*b, *a))).collect();
    let next: BTreeMap<LonLat, LonLat> = rim.iter().copied().collect();
    let (start, _) = *rim.first()?;
    let mut ring = vec![start];
    let mut at = *next.get(&start)?;
    while at != start && ring.len() <= rim.len() {
        ring.push(at);
        at = *next.get(&at)?;
    }
    (next.len() == rim.len() && ring.len() == rim.len()).then(|| ring.into_iter().map(Pt::of).collect())
}

/// Ground that somebody forgot: its buildings lie in no micro-grid.
pub(super) fn missing(works: &Works, ground: &mut Survey) -> Option<(Flaw, PlaceId)> {
    let mut several: BTreeMap<usize, u32> = BTreeMap::new();
    for (_, grid) in &ground.micro {
        *several.entry(*grid).or_default() += 1;
    }
    let number = untouched(ground, works, |grid, _| several[&grid] > 3)?;
    let (place, grid) = ground.micro[number];
    ground.used.insert(grid);
    let gone = &works.shipment.places[place].0;
    let stray = within(works, ground, place).len();
    let flaw = Flaw {
        kind: FlawKind::Missing,
        place: works.grids[grid].id,
        at: gone.ground.inner_point(),
        findings: vec![("gap_in_parent", 1), ("building_without_micro_grid", stray)],
    };
    Some((flaw, gone.id))
}
