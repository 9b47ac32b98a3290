//! Things tests put on the map.

use geju_core::drawn::{place, rectangle, spot};
use geju_core::matter::{Alert, AlertLevel, AlertState, Hazard, HazardState, Issue, IssueState, MatterId, Rung};
use geju_core::people::{Appointment, AppointmentId, Post};
use geju_core::place::{Archive, Building, SourceRef};
use geju_core::{Code, Ground, PersonId, Place, PlaceId, PlaceKind, PostId, Role};
use jiff::Timestamp;

/// Grid steps of one cell of the test map: about 100 m.
const CELL: i32 = 10_000;
const WEST: i32 = 1_040_600_000;
const SOUTH: i32 = 306_600_000;

pub fn at() -> Timestamp {
    "2026-06-01T04:00:00.123456789Z".parse().expect("a time")
}

/// A box of cells.
pub fn cells(x: i32, y: i32, wide: i32, high: i32) -> geju_core::Outline {
    let (w, s) = (WEST + x * CELL, SOUTH + y * CELL);
    rectangle(w, s, w + wide * CELL, s + high * CELL)
}

pub fn community(id: u64, x: i32, y: i32, wide: i32, high: i32) -> Place {
    place(id, PlaceKind::Community, &format!("社区{id}"), cells(x, y, wide, high))
}

pub fn compound(id: u64, x: i32, y: i32) -> Place {
    let mut place = place(id, PlaceKind::Compound, &format!("小区{id}"), cells(x, y, 2, 2));
    place.tags = vec!["老旧".into(), "\"quoted\" \\ 🏠".into()].into_boxed_slice();
    place.address = Some("一环路南一段1号".into());
    place
}

/// A small building inside one cell.
pub fn building(id: u64, x: i32, y: i32) -> Place {
    let (w, s) = (WEST + x * CELL + 1_001, SOUTH + y * CELL + 1_003);
    let mut place = place(
        id,
        PlaceKind::Building,
        &format!("{id}栋"),
        rectangle(w, s, w + 3_333, s + 2_777),
    );
    place.code = Some(Code::new(&format!("B{id}")).expect("a code"));
    place.source = Some(SourceRef {
        name: "某系统".into(),
        id: id.to_string().into(),
    });
    place.archive = Archive::Building(Building {
        floors: Some((id % 33) as u16 + 1),
        households: Some((id % 97) as u32),
        residents: Some((id % 313) as u32),
        ..Building::default()
    });
    place
}

pub fn site(id: u64, x: i32, y: i32) -> Place {
    let mut site = place(id, PlaceKind::ResourceSite, "卫生站", cells(0, 0, 1, 1));
    site.ground = Ground::Point(spot(x, y));
    if let Archive::ResourceSite(archive) = &mut site.archive {
        archive.category = "clinic".into();
        archive.capacity = Some(40);
    }
    site
}

pub fn hazard(id: u64, x: i32, y: i32) -> Hazard {
    Hazard {
        id: MatterId(id),
        version: 0,
        title: "外墙脱落".into(),
        category: "structure".into(),
        text: Some("三楼\n北侧".into()),
        ground: Ground::Point(spot(x, y)),
        state: HazardState::Standing,
        found_at: at(),
        removed_at: None,
        source: None,
    }
}

pub fn alert(id: u64, x: i32, y: i32) -> Alert {
    Alert {
        id: MatterId(id),
        version: 0,
        title: "暴雨橙色预警".into(),
        category: "rain".into(),
        level: AlertLevel::Orange,
        text: None,
        ground: Ground::Outline(cells(x, y, 3, 2)),
        state: AlertState::Active,
        onset: at(),
        expires: Some(at() + jiff::SignedDuration::from_hours(6)),
        closed_at: None,
        acknowledged_at: None,
        source: Some(SourceRef {
            name: "气象局".into(),
            id: id.to_string().into(),
        }),
    }
}

pub fn issue(id: u64, x: i32, y: i32, reporter: Option<PersonId>) -> Issue {
    Issue {
        id: MatterId(id),
        version: 0,
        title: "路灯不亮".into(),
        category: "lighting".into(),
        text: None,
        ground: Ground::Point(spot(x, y)),
        state: IssueState::Open,
        rung: Rung::Compound,
        reported_at: at(),
        closed_at: None,
        reporter,
        source: None,
    }
}

pub fn post(id: u64, place: u64) -> Post {
    Post {
        id: PostId(id),
        version: 0,
        title: "网格员".into(),
        role: Role::GridWorker,
        place: PlaceId(place),
        standing: true,
    }
}

pub fn appointment(id: u64, post: u64, holder: &str) -> Appointment {
    Appointment {
        id: AppointmentId(id),
        version: 0,
        post: PostId(post),
        holder: holder.into(),
        account: Some("worker".into()),
        from: at(),
        until: None,
    }
}
