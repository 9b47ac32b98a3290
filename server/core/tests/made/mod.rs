//! What the tests of this room make their maps with.
#![allow(dead_code, reason = "each test file uses its part")]

use geju_core::drawn::{order, place, rectangle, scheme, spot};
use geju_core::matter::{Hazard, HazardState, MatterId};
use geju_core::place::{Archive, Building, PlaceKind};
use geju_core::{Change, Command, Ground, LonLat, Place, World, decide};

pub fn carry_out(world: &mut World, command: Command) -> Change {
    let change = decide(world, &order(command)).expect("this order is fine");
    world.fold(&change);
    world.assert_sound();
    change
}

pub fn building(id: u64, x: i32, y: i32, residents: u32) -> Place {
    let at = spot(x, y);
    let mut place = place(
        id,
        PlaceKind::Building,
        &format!("{id}栋"),
        rectangle(at.lon - 500, at.lat - 500, at.lon + 500, at.lat + 500),
    );
    place.archive = Archive::Building(Building {
        residents: Some(residents),
        households: Some(residents / 3),
        ..Building::default()
    });
    place
}

pub fn hazard(id: u64, at: LonLat) -> Hazard {
    Hazard {
        id: MatterId(id),
        version: 0,
        title: "外墙脱落".into(),
        category: "structure".into(),
        text: None,
        ground: Ground::Point(at),
        state: HazardState::Standing,
        found_at: order(Command::AdoptScheme(scheme())).at,
        removed_at: None,
        source: None,
    }
}

/// Two communities side by side, in letters.
pub const TWO_COMMUNITIES: &str = "
    AAB
    A.B
";
