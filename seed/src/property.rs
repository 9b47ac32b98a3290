//! Compounds and buildings as places, and the sites that have ground of their own.

use crate::archive;
use crate::chance::Chance;
use crate::parcels::Use;
use crate::places::{Settled, Works, outline_of};
use crate::plane::area;
use crate::sites;
use geju_core::Ground;
use geju_core::place::{Archive, Building};
use std::collections::BTreeMap;

/// Compounds and buildings.
pub fn settle(works: &mut Works) -> Option<()> {
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
