//! Posts, who holds them, and the accounts to look around with. Every name is made up.

use crate::DemoAccount;
use crate::parcels::Use;
use crate::places::Works;
use geju_core::people::{Appointment, AppointmentId, Post};
use geju_core::{PlaceId, PostId, Role};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// Share of posts nobody holds at the moment.
const VACANT: f64 = 0.03;

pub fn add(works: &mut Works) -> Vec<DemoAccount> {
    // The accounts meet on one piece of ground: the leader's micro-grid lies in the worker's grid, that in the community.
    let home = home_micro_grid(works);
    let home_grid = works.micro[home].0;
    let home_community = works
        .communities
        .iter()
        .position(|c| c.quarter == works.grids[home_grid].quarter)
        .unwrap_or(0);
    let home_street = works.town.plan.quarters[works.communities[home_community].quarter].street;
    let mut of_home = None;
    for index in 0..works.streets.len() {
        let (place, at_home) = (works.streets[index].id, works.streets[index].quarter == home_street);
        if at_home {
            of_home = Some(index);
        }
        post(
            works,
            "街道指挥长",
            Role::StreetStaff,
            place,
            at_home.then_some("street"),
        );
        post(works, "街道应急值班员", Role::StreetStaff, place, None);
        post(works, "街道网格化中心主任", Role::StreetStaff, place, None);
    }
    let street = works.streets[of_home.unwrap_or(0)].clone();
    for index in 0..works.communities.len() {
        let place = works.communities[index].id;
        let account = (index == home_community).then_some("community");
        post(works, "社区书记", Role::CommunityStaff, place, account);
        for title in ["社区网格管理员", "社区民政专干"] {
            post(works, title, Role::CommunityStaff, place, None);
        }
    }
    for index in 0..works.grids.len() {
        let place = works.grids[index].id;
        post(
            works,
            "网格员",
            Role::GridWorker,
            place,
            (index == home_grid).then_some("worker"),
        );
    }
    for index in 0..works.micro.len() {
        let place = works.micro[index].1.id;
        post(
            works,
            "微网格员",
            Role::MicroGridLeader,
            place,
            (index == home).then_some("leader"),
        );
    }
    // Where every building is a micro-grid, its leader heads the building too.
    let apart = works.micro.len() < works.buildings.len();
    let headed: Vec<PlaceId> = works
        .buildings
        .iter()
        .filter(|(h, _)| {
            let house = &works.town.houses[**h];
            apart && house.households >= 40 && house.parcel.is_multiple_of(3)
        })
        .map(|(_, id)| *id)
        .collect();
    for place in headed {
        post(works, "楼栋长", Role::BuildingHead, place, None);
    }
    let account = |name, display_name: String, role, places: Vec<PlaceId>| DemoAccount {
        name,
        display_name,
        role,
        places,
    };
    let (micro, grid, community) = (
        &works.micro[home].1,
        &works.grids[home_grid],
        &works.communities[home_community],
    );
    vec![
        if works.streets.len() > 1 {
            account("wall", "区级指挥大屏".into(), Role::Viewer, vec![works.district])
        } else {
            account("wall", "街道指挥大屏".into(), Role::Viewer, vec![street.id])
        },
        account(
            "leader",
            format!("{} 微网格员", micro.name),
            Role::MicroGridLeader,
            vec![micro.id],
        ),
        account(
            "worker",
            format!("{} 网格员", grid.name),
            Role::GridWorker,
            vec![grid.id],
        ),
        account(
            "community",
            format!("{} 社区书记", community.name),
            Role::CommunityStaff,
            vec![community.id],
        ),
        account(
            "street",
            format!("{} 指挥长", street.name),
            Role::StreetStaff,
            vec![street.id],
        ),
        account("planner", "青禾区 规划人员".into(), Role::Planner, vec![works.district]),
        account("admin", "系统管理员".into(), Role::Admin, Vec::new()),
    ]
}

/// A micro-grid with several buildings on old compounds, in a grid of several micro-grids: there is something to draw.
fn home_micro_grid(works: &Works) -> usize {
    let town = &works.town;
    let counts: Vec<usize> = (0..works.grids.len())
        .map(|g| works.micro.iter().filter(|(of, _)| *of == g).count())
        .collect();
    let old = |grid: usize| {
        town.grids[grid]
            .micro
            .iter()
            .flat_map(|m| &m.houses)
            .filter(|h| matches!(town.parcels[town.houses[**h].parcel].what, Use::Slabs | Use::WorkUnit))
            .count()
    };
    (0..works.micro.len())
        .find(|i| {
            let grid = works.micro[*i].0;
            (6..=14).contains(&counts[grid]) && old(grid) >= 12
        })
        .unwrap_or(0)
}

fn post(works: &mut Works, title: &str, role: Role, place: PlaceId, account: Option<&str>) {
    let id = PostId(works.ids.next());
    works.shipment.posts.push(Arc::new(Post {
        id,
        version: 1,
        title: title.into(),
        role,
        place,
        standing: true,
    }));
    if account.is_none() && works.chance.happens(VACANT) {
        return;
    }
    let hours = i64::from(works.chance.whole(24 * 20, 24 * 900));
    let from: Timestamp = works
        .as_of
        .saturating_sub(SignedDuration::from_hours(hours))
        .unwrap_or(works.as_of);
    let holder = works.town.names.person();
    works.shipment.appointments.push(Arc::new(Appointment {
        id: AppointmentId(works.ids.next()),
        version: 1,
        post: id,
        holder: holder.into(),
        account: account.map(Into::into),
        from,
        until: None,
    }));
}
