//! From a laid-out town to places with names, codes and archives.

use crate::archive;
use crate::cells::GridCell;
use crate::chance::Chance;
use crate::mesh::{FaceId, Mesh};
use crate::names::chinese_number;
use crate::parcels::Use;
use crate::plane::{Pt, area};
use crate::town::Town;
use crate::{Demo, base, matters, offices, sites};
use geju_core::command::Shipment;
use geju_core::id::MAX_ID;
use geju_core::place::{
    Archive, Building, Community, District, Grid, GridTier, MicroGrid, Place, PlaceId, SourceRef, Street,
};
use geju_core::{Code, Ground, LonLat, Outline, Scheme};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A district code of Chengdu's form that no district has.
const DISTRICT_CODE: &str = "510199";
const DISTRICT_NAME: &str = "青禾区";
const STREET_NAME: &str = "桐荫街道";

/// Numbers for everything new: from the seed, never twice.
pub struct Ids {
    chance: Chance,
    taken: BTreeSet<u64>,
}

impl Ids {
    pub fn next(&mut self) -> u64 {
        loop {
            let id = self.chance.next() & MAX_ID;
            if id > 0 && self.taken.insert(id) {
                return id;
            }
        }
    }
}

/// What the later steps write into.
pub struct Works {
    pub town: Town,
    pub ids: Ids,
    pub chance: Chance,
    pub as_of: jiff::Timestamp,
    pub today: Date,
    pub shipment: Shipment,
    pub street: PlaceId,
    pub communities: Vec<Settled>,
    pub grids: Vec<Settled>,
    /// With the index of the grid.
    pub micro: Vec<(usize, Settled)>,
    pub compounds: BTreeMap<usize, Settled>,
    /// By house.
    pub buildings: BTreeMap<usize, PlaceId>,
}

/// A place already made, as others speak of it.
#[derive(Debug, Clone)]
pub struct Settled {
    pub id: PlaceId,
    pub name: String,
    pub code: String,
    pub quarter: usize,
}

impl Works {
    pub fn add(
        &mut self,
        name: &str,
        code: Option<String>,
        address: Option<String>,
        ground: Ground,
        since: Date,
        archive: Archive,
    ) -> PlaceId {
        self.add_tagged(name, code, address, ground, since, archive, Vec::new())
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "a place has this many parts and they are given once"
    )]
    pub fn add_tagged(
        &mut self,
        name: &str,
        code: Option<String>,
        address: Option<String>,
        ground: Ground,
        since: Date,
        archive: Archive,
        tags: Vec<Box<str>>,
    ) -> PlaceId {
        let id = PlaceId(self.ids.next());
        let place = Place {
            id,
            version: 1,
            name: name.into(),
            code: code.and_then(|c| Code::new(&c).ok()),
            address: address.map(Into::into),
            tags: tags.into(),
            ground,
            effective_from: since,
            effective_to: None,
            source: Some(SourceRef {
                name: "demo".into(),
                id: id.to_string().into(),
            }),
            archive,
        };
        self.shipment.places.push((Arc::new(place), None));
        id
    }

    /// The first of a month some years ago.
    pub fn years_ago(&mut self, from: u32, until: u32) -> Date {
        let years = self.chance.whole(from, until) as i16;
        let month = self.chance.whole(1, 12) as i8;
        Date::new(self.today.year().saturating_sub(years), month, 1)
            .unwrap_or(self.today)
            .min(self.today)
    }

    /// "金泉路18号" for a parcel with a street.
    pub fn address(&mut self, parcel: usize, numbers: &mut BTreeMap<usize, u32>) -> Option<String> {
        let way = self.town.parcels[parcel].way?;
        let name = self.town.way_names[way].clone()?;
        let number = numbers.entry(way).or_insert(0);
        *number += self.chance.whole(1, 4);
        Some(format!("{name}{number}号"))
    }
}

pub fn outline_of(ring: &[Pt]) -> Option<Outline> {
    let mut spots: Vec<LonLat> = ring.iter().map(|p| p.to_lonlat()).collect();
    spots.dedup();
    Outline::new(vec![vec![spots]]).ok()
}

fn ground_of(mesh: &Mesh, faces: &[FaceId]) -> Option<Ground> {
    let rings = mesh.dissolve(faces);
    let [ring] = rings.as_slice() else { return None };
    outline_of(&mesh.spots(ring)).map(Ground::Outline)
}

/// Numbers as maps are numbered: rows from the north, each from the west.
fn in_reading_order<T>(mut items: Vec<(LonLat, T)>) -> Vec<T> {
    let (low, high) = items
        .iter()
        .fold((i32::MAX, i32::MIN), |(l, h), (p, _)| (l.min(p.lat), h.max(p.lat)));
    let rows = (items.len() as f64).sqrt().ceil().max(1.0);
    let row = |p: &LonLat| {
        ((f64::from(high) - f64::from(p.lat)) / (f64::from(high) - f64::from(low)).max(1.0) * rows).min(rows - 1.0)
            as i32
    };
    items.sort_by_key(|(p, _)| (row(p), p.lon));
    items.into_iter().map(|(_, item)| item).collect()
}

/// `None` when an outline does not pass the gate.
pub fn settle(town: Town, number: u64, as_of: jiff::Timestamp, scheme: Arc<Scheme>) -> Option<Demo> {
    let chance = Chance::new(number);
    let mut works = Works {
        town,
        ids: Ids {
            chance: chance.fork(7),
            taken: BTreeSet::new(),
        },
        chance: chance.fork(8),
        as_of,
        today: scheme.day_of(as_of),
        shipment: Shipment::default(),
        street: PlaceId(0),
        communities: Vec::new(),
        grids: Vec::new(),
        micro: Vec::new(),
        compounds: BTreeMap::new(),
        buildings: BTreeMap::new(),
    };
    governance(&mut works)?;
    property(&mut works)?;
    sites::add(&mut works);
    matters::add(&mut works);
    let accounts = offices::add(&mut works);
    let town = &works.town;
    let base = base::layers(&town.plan, &town.parcels, &town.houses, &town.way_names, &chance);
    Some(Demo {
        scheme,
        shipment: works.shipment,
        base,
        accounts,
    })
}

fn governance(works: &mut Works) -> Option<()> {
    let grids = std::mem::take(&mut works.town.grids);
    let all: Vec<FaceId> = grids.iter().flat_map(GridCell::faces).collect();
    let whole = ground_of(&works.town.plan.mesh, &all)?;
    let since = works.years_ago(9, 12);
    let district = District {
        office: Some("梧庭大道1号".into()),
        duty_phone: Some("028-0000-0100".into()),
    };
    works.add(
        DISTRICT_NAME,
        Some(DISTRICT_CODE.into()),
        None,
        whole.clone(),
        since,
        Archive::District(district),
    );
    let street_code = format!("{DISTRICT_CODE}001");
    let street = Street {
        office: Some("桐荫街66号".into()),
        duty_phone: Some("028-0000-0110".into()),
    };
    works.street = works.add(
        STREET_NAME,
        Some(street_code.clone()),
        None,
        whole,
        since,
        Archive::Street(street),
    );

    let mut communities = Vec::new();
    for quarter in 0..works.town.plan.quarters.len() {
        let faces: Vec<FaceId> = grids
            .iter()
            .filter(|g| g.community == quarter)
            .flat_map(GridCell::faces)
            .collect();
        let ground = ground_of(&works.town.plan.mesh, &faces)?;
        communities.push((ground.inner_point(), (quarter, ground)));
    }
    let mut by_quarter: BTreeMap<usize, usize> = BTreeMap::new();
    for (i, (quarter, ground)) in in_reading_order(communities).into_iter().enumerate() {
        let name = works.town.names.community();
        let code = format!("{street_code}{:03}", i + 1);
        let since = works.years_ago(5, 8);
        let archive = Community {
            office: None,
            duty_phone: Some(format!("028-0000-{:04}", 200 + i).into()),
        };
        let id = works.add(
            &name,
            Some(code.clone()),
            None,
            ground,
            since,
            Archive::Community(archive),
        );
        by_quarter.insert(quarter, works.communities.len());
        works.communities.push(Settled {
            id,
            name,
            code,
            quarter,
        });
    }
    let mut with_ground = Vec::with_capacity(grids.len());
    for grid in grids {
        let ground = ground_of(&works.town.plan.mesh, &grid.faces())?;
        with_ground.push((grid, ground));
    }
    for index in 0..works.communities.len() {
        let community = works.communities[index].clone();
        let here: Vec<_> = with_ground
            .extract_if(.., |(g, _)| g.community == community.quarter)
            .map(|(g, ground)| (ground.inner_point(), (g, ground)))
            .collect();
        let since = works.years_ago(2, 3);
        for (n, (grid, ground)) in in_reading_order(here).into_iter().enumerate() {
            add_grid(works, &community, n as u32 + 1, &grid, ground, since)?;
            works.town.grids.push(grid);
        }
    }
    (by_quarter.len() == works.town.plan.quarters.len()).then_some(())
}

fn add_grid(
    works: &mut Works,
    community: &Settled,
    number: u32,
    grid: &GridCell,
    ground: Ground,
    since: Date,
) -> Option<()> {
    let stem = community.name.trim_end_matches("社区").to_string();
    let name = match grid.exclusive.map(|p| works.town.parcels[p].what) {
        Some(Use::Hospital) => format!("{}医院专属网格", stem),
        Some(_) => format!("{}农贸市场专属网格", stem),
        None => format!("{}第{}网格", community.name, chinese_number(number)),
    };
    let code = format!("{}{number:03}", community.code);
    let tier = if grid.exclusive.is_some() {
        GridTier::Exclusive
    } else {
        GridTier::General
    };
    let id = works.add(
        &name,
        Some(code.clone()),
        None,
        ground,
        since,
        Archive::Grid(Grid { tier }),
    );
    let index = works.grids.len();
    works.grids.push(Settled {
        id,
        name,
        code: code.clone(),
        quarter: community.quarter,
    });
    let mut cells = Vec::new();
    for cell in &grid.micro {
        let ground = ground_of(&works.town.plan.mesh, &cell.faces)?;
        cells.push((ground.inner_point(), (cell, ground)));
    }
    for (n, (cell, ground)) in in_reading_order(cells).into_iter().enumerate() {
        let sum =
            |of: fn(&crate::houses::House) -> u32| cell.houses.iter().map(|h| of(&works.town.houses[*h])).sum::<u32>();
        let (households, shops) = (sum(|h| h.households), sum(|h| h.shops));
        let micro = MicroGrid {
            households: (households > 0).then_some(households),
            shops: (shops > 0).then_some(shops),
        };
        let name = format!("{stem}{number}-{:02}微网格", n + 1);
        let code = format!("{code}{:03}", n + 1);
        let id = works.add(
            &name,
            Some(code.clone()),
            None,
            ground,
            since,
            Archive::MicroGrid(micro),
        );
        works.micro.push((
            index,
            Settled {
                id,
                name,
                code,
                quarter: community.quarter,
            },
        ));
    }
    Some(())
}

/// Compounds and buildings.
fn property(works: &mut Works) -> Option<()> {
    let mut numbers: BTreeMap<usize, u32> = BTreeMap::new();
    let mut by_parcel: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for house in works.town.grids.iter().flat_map(|g| &g.micro).flat_map(|m| &m.houses) {
        by_parcel
            .entry(works.town.houses[*house].parcel)
            .or_default()
            .push(*house);
    }
    let codes: BTreeMap<usize, String> = works.communities.iter().map(|c| (c.quarter, c.code.clone())).collect();
    let mut counts: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
    for (parcel, mut own) in by_parcel {
        own.sort_unstable();
        let site = &works.town.parcels[parcel];
        let (what, quarter, year, yard) = (site.what, site.quarter, site.year, site.yard.clone());
        let address = works.address(parcel, &mut numbers);
        let community_code = codes.get(&quarter)?.clone();
        let archives: Vec<Building> = own
            .iter()
            .map(|h| archive::building(&works.town.houses[*h], what, &mut works.chance))
            .collect();
        let inside: Vec<usize> = own.iter().copied().filter(|h| works.town.houses[*h].inside).collect();
        let count = counts.entry(quarter).or_default();
        let name = works.town.names.compound(what, address.as_deref());
        let mut building_code = None;
        if works.town.is_compound(parcel) && !inside.is_empty() {
            count.0 += 1;
            let code = format!("{community_code}X{:03}", count.0);
            let within: Vec<Building> = own
                .iter()
                .zip(&archives)
                .filter(|(h, _)| works.town.houses[**h].inside)
                .map(|(_, a)| a.clone())
                .collect();
            let ground = archive::Ground {
                what,
                street_front: area(&yard) < 1_600.0,
                year,
                name: &name,
                yard_m2: area(&yard),
                built_m2: inside.iter().map(|h| area(&works.town.houses[*h].ring)).sum(),
                buildings: &within,
            };
            let compound = archive::compound(&ground, &mut works.town.names, &mut works.chance);
            let tags = tags(what, compound.property_firm.is_some(), &mut works.chance);
            let since = works.years_ago(1, 4);
            let outline = Ground::Outline(outline_of(&yard)?);
            let archive = Archive::Compound(Box::new(compound));
            let id = works.add_tagged(
                &name,
                Some(code.clone()),
                address.clone(),
                outline,
                since,
                archive,
                tags,
            );
            works.compounds.insert(
                parcel,
                Settled {
                    id,
                    name: name.clone(),
                    code: code.clone(),
                    quarter,
                },
            );
            building_code = Some(code);
        }
        let since = works.years_ago(1, 4);
        let (mut block, mut shop, mut sheds) = (0, 0, 0);
        for (house, archive) in own.iter().zip(archives) {
            let counts_for = counts.entry(quarter).or_default();
            let house_inside = works.town.houses[*house].inside;
            let (empty, low) = {
                let h = &works.town.houses[*house];
                (h.households == 0 && h.shops == 0, h.floors == 1)
            };
            let building_name = match (house_inside, &building_code) {
                (true, Some(_)) if empty && low => {
                    sheds += 1;
                    if sheds == 1 {
                        "门卫室".into()
                    } else {
                        format!("非机动车棚{}", sheds - 1)
                    }
                }
                (true, Some(_)) => {
                    block += 1;
                    format!("{block}栋")
                }
                (true, None) if inside.len() == 1 => name.clone(),
                (true, None) => {
                    block += 1;
                    format!("{name}{block}号楼")
                }
                (false, _) => {
                    shop += 1;
                    match &address {
                        Some(address) => format!("{address}附{shop}号商铺"),
                        None => format!("{name}临街商铺{shop}"),
                    }
                }
            };
            let code = match &building_code {
                Some(compound) if house_inside && empty && low => format!("{compound}-F{sheds:02}"),
                Some(compound) if house_inside => format!("{compound}-{block:02}"),
                _ => {
                    counts_for.1 += 1;
                    format!("{community_code}B{:03}", counts_for.1)
                }
            };
            let full = address.as_ref().map(|a| {
                if house_inside && block > 0 && !(empty && low) {
                    format!("{a}{block}栋")
                } else {
                    a.clone()
                }
            });
            let Some(outline) = outline_of(&works.town.houses[*house].ring) else {
                continue;
            };
            let id = works.add(
                &building_name,
                Some(code),
                full,
                Ground::Outline(outline),
                since,
                Archive::Building(archive),
            );
            works.buildings.insert(*house, id);
        }
        if !what.is_lived_in() && yard.len() > 2 {
            sites::landmark(works, what, &name, address, &yard);
        }
    }
    Some(())
}

fn tags(what: Use, managed: bool, chance: &mut Chance) -> Vec<Box<str>> {
    let mut tags: Vec<&str> = Vec::new();
    if !managed {
        tags.push("无物业");
    }
    match what {
        Use::Slabs | Use::WorkUnit => {
            tags.extend(chance.happens(0.5).then_some("老旧改造"));
            tags.extend(chance.happens(0.3).then_some("加装电梯"));
            tags.extend(chance.happens(0.25).then_some("电动车充电难"));
        }
        Use::Courtyard => {
            tags.extend(chance.happens(0.4).then_some("风貌保护"));
            tags.extend(chance.happens(0.35).then_some("消防通道窄"));
        }
        Use::Village => tags.extend(["自建房", "租住集中"]),
        Use::Towers => tags.extend(chance.happens(0.5).then_some("高层建筑")),
        Use::Resettlement | Use::MidRise | Use::Affordable => tags.extend(chance.happens(0.3).then_some("睦邻示范")),
        Use::School | Use::Hospital | Use::Market | Use::Offices | Use::Park => {}
    }
    tags.extend(chance.happens(0.08).then_some("重点关注"));
    tags.into_iter().map(Into::into).collect()
}
