//! From a laid-out town to places with names, codes and archives.

use crate::cells::GridCell;
use crate::chance::Chance;
use crate::mesh::{FaceId, Mesh};
use crate::names::chinese_number;
use crate::parcels::Use;
use crate::plane::Pt;
use crate::town::Town;
use crate::{Demo, base, flaws, history, offices, property, sites};
use geju_core::command::Shipment;
use geju_core::id::MAX_ID;
use geju_core::place::{Archive, Community, District, Grid, GridTier, MicroGrid, Place, PlaceId, SourceRef, Street};
use geju_core::{Code, Ground, LonLat, Outline, Scheme};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A district code of Chengdu's form that no district has.
const DISTRICT_CODE: &str = "510199";
const DISTRICT_NAME: &str = "青禾区";
/// Names of streets, the first for a district that has only one.
const STREET_NAMES: [&str; 10] = [
    "桐荫",
    "望舒桥",
    "青枫",
    "檀溪",
    "老渡口",
    "锦禾",
    "芳洲",
    "云栖湾",
    "苇舟",
    "书院井",
];

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
    pub utc_offset_minutes: i64,
    pub scheme: Arc<Scheme>,
    /// When the ledger begins: the map is filled then, and what happened since follows.
    pub began: jiff::Timestamp,
    pub shipment: Shipment,
    pub district: PlaceId,
    pub streets: Vec<Settled>,
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
    /// The community's number in the plan; a street's own number for a street.
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
            checked_on: None,
            archive,
        };
        self.shipment.places.push((Arc::new(place), None));
        id
    }

    /// What day it is by the city's clock.
    pub fn day_of(&self, at: jiff::Timestamp) -> Date {
        self.scheme.day_of(at)
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
pub fn settle(town: Town, number: u64, as_of: jiff::Timestamp, scheme: Arc<Scheme>, flawed: bool) -> Option<Demo> {
    let chance = Chance::new(number);
    let began = history::beginning(as_of);
    let mut works = Works {
        town,
        ids: Ids {
            chance: chance.fork(7),
            taken: BTreeSet::new(),
        },
        chance: chance.fork(8),
        as_of,
        today: scheme.day_of(began),
        utc_offset_minutes: i64::from(scheme.utc_offset_minutes),
        scheme: scheme.clone(),
        began,
        shipment: Shipment::default(),
        district: PlaceId(0),
        streets: Vec::new(),
        communities: Vec::new(),
        grids: Vec::new(),
        micro: Vec::new(),
        compounds: BTreeMap::new(),
        buildings: BTreeMap::new(),
    };
    governance(&mut works)?;
    property::settle(&mut works)?;
    let flaws = if flawed { flaws::plant(&mut works)? } else { Vec::new() };
    sites::add(&mut works);
    let accounts = offices::add(&mut works);
    let history = history::play(&mut works);
    let town = &works.town;
    let base = base::layers(&town.plan, &town.parcels, &town.houses, &town.way_names, &chance);
    Some(Demo {
        number,
        scheme,
        began: works.began,
        shipment: works.shipment,
        flaws,
        history,
        base,
        accounts,
        goes_on: false,
    })
}

fn governance(works: &mut Works) -> Option<()> {
    let grids = std::mem::take(&mut works.town.grids);
    let streets = works.town.plan.quarters.iter().map(|q| q.street).max()? + 1;
    let mut by_street: Vec<Vec<FaceId>> = vec![Vec::new(); streets];
    let mut by_community: Vec<Vec<FaceId>> = vec![Vec::new(); works.town.plan.quarters.len()];
    for grid in &grids {
        by_community[grid.community].extend(grid.faces());
        by_street[works.town.plan.quarters[grid.community].street].extend(grid.faces());
    }
    let since = works.years_ago(9, 12);
    let district = District {
        office: Some("梧庭大道1号".into()),
        duty_phone: Some("028-0000-0100".into()),
    };
    let whole = ground_of(&works.town.plan.mesh, &by_street.concat())?;
    works.district = works.add(
        DISTRICT_NAME,
        Some(DISTRICT_CODE.into()),
        None,
        whole,
        since,
        Archive::District(district),
    );
    let mut grounds = Vec::with_capacity(streets);
    for (street, faces) in by_street.iter().enumerate() {
        let ground = ground_of(&works.town.plan.mesh, faces)?;
        grounds.push((ground.inner_point(), (street, ground)));
    }
    for (n, (street, ground)) in in_reading_order(grounds).into_iter().enumerate() {
        let stem = STREET_NAMES[n % STREET_NAMES.len()];
        let archive = Street {
            office: Some(format!("{stem}街66号").into()),
            duty_phone: Some(format!("028-0000-{:04}", 110 + n).into()),
        };
        let (name, code) = (format!("{stem}街道"), format!("{DISTRICT_CODE}{:03}", n + 1));
        let id = works.add(&name, Some(code.clone()), None, ground, since, Archive::Street(archive));
        works.streets.push(Settled {
            id,
            name,
            code,
            quarter: street,
        });
    }
    for place in 0..works.streets.len() {
        let street = works.streets[place].clone();
        let mut communities = Vec::new();
        for (quarter, faces) in by_community.iter().enumerate() {
            if works.town.plan.quarters[quarter].street == street.quarter {
                let ground = ground_of(&works.town.plan.mesh, faces)?;
                communities.push((ground.inner_point(), (quarter, ground)));
            }
        }
        for (i, (quarter, ground)) in in_reading_order(communities).into_iter().enumerate() {
            let name = works.town.names.community();
            let code = format!("{}{:03}", street.code, i + 1);
            let since = works.years_ago(5, 8);
            let archive = Community {
                office: None,
                duty_phone: Some(format!("028-0000-{:04}", 200 + works.communities.len()).into()),
            };
            let archive = Archive::Community(archive);
            let id = works.add(&name, Some(code.clone()), None, ground, since, archive);
            works.communities.push(Settled {
                id,
                name,
                code,
                quarter,
            });
        }
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
    (works.communities.len() == works.town.plan.quarters.len()).then_some(())
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
