//! Resource sites, 资源点: what helps when something happens.

use crate::mesh::FaceId;
use crate::parcels::{Use, has_shops};
use crate::places::{Works, outline_of};
use crate::plane::{Pt, area, centroid, edges};
use geju_core::Ground;
use geju_core::place::{Archive, ResourceSite};
use std::collections::HashMap;

/// Square metres one person needs in an open shelter (GB 51143: 1.5 for a short stay).
const SHELTER_M2_PER_PERSON: f64 = 1.5;
/// Hydrants stand about this far apart along larger roads (GB 50974: at most 120 m).
const HYDRANT_METERS: f64 = 110.0;

/// A school, hospital, market or park as a site with its own ground.
pub fn landmark(works: &mut Works, what: Use, name: &str, address: Option<String>, yard: &[Pt]) {
    let Some(outline) = outline_of(yard) else { return };
    let open = (area(yard) * 0.5 / SHELTER_M2_PER_PERSON) as u32;
    let (category, capacity, hours) = match what {
        Use::School => ("school", works.chance.whole(600, 1_800), "周一至周五 07:30–18:00"),
        Use::Hospital => ("hospital", works.chance.whole(260, 520), "全天"),
        Use::Market => ("market", 400, "06:00–20:00"),
        Use::Park => ("park", open, "06:00–22:30"),
        _ => return,
    };
    let inner = outline.inner_point();
    let since = works.years_ago(2, 5);
    let site = ResourceSite {
        category: category.into(),
        capacity: Some(capacity),
        hours: Some(hours.into()),
        phone: Some(desk_phone(works)),
    };
    works.add(
        name,
        None,
        address.clone(),
        Ground::Outline(outline),
        since,
        Archive::ResourceSite(Box::new(site)),
    );
    if matches!(what, Use::School | Use::Park) {
        let shelter = ResourceSite {
            category: "shelter".into(),
            capacity: Some(if what == Use::Park { open } else { capacity }),
            hours: Some("全天".into()),
            phone: None,
        };
        let ground = Ground::Point(inner);
        works.add(
            &format!("{name}应急避难场所"),
            None,
            address,
            ground,
            since,
            Archive::ResourceSite(Box::new(shelter)),
        );
    }
}

/// Numbers that no exchange gives out.
fn desk_phone(works: &mut Works) -> Box<str> {
    format!("028-0000-{:04}", works.chance.whole(1_000, 9_999)).into()
}

/// Word, title after the community's name, how many per community, capacity, hours.
type SitePlan = (&'static str, &'static str, u32, (u32, u32), &'static str);
const EVERYWHERE: [SitePlan; 9] = [
    ("community_centre", "党群服务中心", 1, (80, 200), "每日 09:00–18:00"),
    ("clinic", "卫生服务站", 1, (20, 60), "每日 08:00–20:00"),
    (
        "canteen",
        "社区食堂",
        1,
        (60, 160),
        "07:00–09:00，11:00–13:00，17:00–19:00",
    ),
    ("neighbour_station", "邻里驿站", 2, (20, 40), "每日 09:00–21:00"),
    ("fire_station", "微型消防站", 1, (4, 8), "全天"),
    ("aed", "自动体外除颤器", 3, (1, 1), "全天"),
    ("pharmacy", "药房", 2, (2, 6), "08:30–21:30"),
    ("toilet", "公共厕所", 2, (6, 16), "全天"),
    ("bus_stop", "公交站", 2, (30, 60), "06:00–22:30"),
];

pub fn add(works: &mut Works) {
    for index in 0..works.communities.len() {
        let community = works.communities[index].clone();
        let stem = community.name.trim_end_matches("社区").to_string();
        let spots = frontages(works, community.quarter);
        let mut free: Vec<(Pt, Option<String>)> = spots;
        works.chance.shuffle(&mut free);
        for (category, title, count, (low, high), hours) in EVERYWHERE {
            for n in 0..count {
                let Some((spot, road)) = free.pop() else { break };
                let name = match (category, n) {
                    ("bus_stop" | "toilet" | "aed" | "pharmacy", _) => match road {
                        Some(road) => format!(
                            "{road}{title}{}",
                            if n > 0 { (n + 1).to_string() } else { String::new() }
                        ),
                        None => format!("{stem}{title}{}", n + 1),
                    },
                    (_, 0) => format!("{stem}{title}"),
                    (_, n) => format!("{stem}{title}（{}）", crate::names::chinese_number(n + 1)),
                };
                let capacity = works.chance.whole(low, high);
                point(works, &name, category, Some(capacity), hours, spot);
            }
        }
    }
    for index in 0..works.streets.len() {
        once_a_street(works, index);
    }
    hydrants(works);
}

/// What each street has one or two of.
fn once_a_street(works: &mut Works, index: usize) {
    let street = works.streets[index].clone();
    let stem = street.name.trim_end_matches("街道").to_string();
    let mut here: Vec<(usize, String)> = works
        .communities
        .iter()
        .filter(|c| works.town.plan.quarters[c.quarter].street == street.quarter)
        .map(|c| (c.quarter, c.name.trim_end_matches("社区").to_string()))
        .collect();
    works.chance.shuffle(&mut here);
    let plans = [
        ("police", "派出所", 40, "全天", true),
        ("fire_station", "小型消防站", 24, "全天", true),
        ("service_hall", "街道便民服务中心", 120, "工作日 09:00–17:30", true),
        ("metro", "地铁站", 3_000, "06:10–23:20", false),
        ("metro", "地铁站", 2_500, "06:10–23:20", false),
    ];
    for ((category, title, capacity, hours, whole), (quarter, community)) in plans.into_iter().zip(here) {
        let mut free = frontages(works, quarter);
        works.chance.shuffle(&mut free);
        if let Some((spot, _)) = free.pop() {
            let name = format!("{}{title}", if whole { &stem } else { &community });
            point(works, &name, category, Some(capacity), hours, spot);
        }
    }
}

fn point(works: &mut Works, name: &str, category: &str, capacity: Option<u32>, hours: &str, spot: Pt) {
    let since = works.years_ago(1, 4);
    let desk = !matches!(category, "aed" | "hydrant" | "toilet" | "bus_stop");
    let phone = if desk { Some(desk_phone(works)) } else { None };
    let site = ResourceSite {
        category: category.into(),
        capacity,
        hours: Some(hours.into()),
        phone,
    };
    works.add(
        name,
        None,
        None,
        Ground::Point(spot.to_lonlat()),
        since,
        Archive::ResourceSite(Box::new(site)),
    );
}

/// Shops and ground floors at a road, with the road's name.
fn frontages(works: &Works, quarter: usize) -> Vec<(Pt, Option<String>)> {
    let town = &works.town;
    // Where there are only towers, their ground floors do.
    let high = works.streets.len() > 1;
    town.grids
        .iter()
        .filter(|g| g.community == quarter)
        .flat_map(|g| &g.micro)
        .flat_map(|m| &m.houses)
        .map(|h| &town.houses[*h])
        .filter(|h| !h.inside || (h.households > 0 && (h.floors < 8 || high)))
        .map(|h| {
            let road = town.parcels[h.parcel].way.and_then(|w| town.way_names[w].clone());
            (centroid(&h.ring), road)
        })
        .collect()
}

fn hydrants(works: &mut Works) {
    // Hydrants of the whole district would hide everything else: the large one names those at its wider spacing.
    let apart = HYDRANT_METERS * if works.streets.len() > 1 { 2.6 } else { 1.0 };
    let drawer = |p: Pt| ((p.x / apart).floor() as i32, (p.y / apart).floor() as i32);
    let faces: Vec<FaceId> = works.town.grids.iter().flat_map(|g| g.faces()).collect();
    let mut placed: Vec<Pt> = Vec::new();
    let mut drawers: HashMap<(i32, i32), Vec<Pt>> = HashMap::new();
    for face in faces {
        let ring = works.town.plan.mesh.ring(face);
        let along = works.town.plan.mesh.edges_of(face);
        for ((a, b), along) in edges(&ring).zip(along) {
            if !has_shops(along.class) || a.to(b) < 25.0 {
                continue;
            }
            // On the pavement, this side of the kerb.
            let spot = a.toward(b, 0.5) + (b - a).unit().left() * (along.class.setback() - 3.0);
            let (x, y) = drawer(spot);
            let near = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
            let free = near
                .filter_map(|key| drawers.get(&key))
                .flatten()
                .all(|p| p.to(spot) > apart);
            if free {
                placed.push(spot);
                drawers.entry((x, y)).or_default().push(spot);
            }
        }
    }
    for (i, spot) in placed.into_iter().enumerate() {
        point(works, &format!("市政消防栓{:04}", i + 1), "hydrant", None, "全天", spot);
    }
}
