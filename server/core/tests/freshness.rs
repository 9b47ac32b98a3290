//! Archives are checked from time to time, 档案保鲜: who looked, when, and how that is taken back.

mod made;

use geju_core::command::Shipment;
use geju_core::drawn::{drawn, order, place, rectangle, spot, world};
use geju_core::place::{Archive, Building, PlaceKind};
use geju_core::{Cause, Change, Command, Place, PlaceId, Refusal, World, decide};
use jiff::civil::{Date, date};
use made::{TWO_COMMUNITIES, building, carry_out};
use std::sync::Arc;

/// The day of every drawn order.
const TODAY: Date = date(2026, 6, 1);
const LONG_AGO: Date = date(2025, 1, 2);

fn checked(world: &World, id: u64) -> Option<Date> {
    world.place(PlaceId(id)).expect("it stands").place.checked_on
}

fn old_building() -> Place {
    Place {
        checked_on: Some(LONG_AGO),
        ..building(10, 0, 0, 30)
    }
}

fn confirmed(world: &mut World, id: u64) -> Change {
    let base = world.place(PlaceId(id)).expect("it stands").place.version;
    carry_out(world, Command::ConfirmPlace { id: PlaceId(id), base })
}

#[test]
fn a_confirmed_archive_is_fresh_again_and_stays_as_it_is() {
    let mut world = world([old_building()]);
    assert_eq!(checked(&world, 10), Some(LONG_AGO), "a file that says when is believed");
    let before = world.place(PlaceId(10)).unwrap().place.clone();
    let change = confirmed(&mut world, 10);
    assert_eq!(change.cause, Cause::Amend);
    let after = &world.place(PlaceId(10)).unwrap().place;
    let expected = Place {
        version: 2,
        checked_on: Some(TODAY),
        ..Place::clone(&before)
    };
    assert_eq!(**after, expected);
}

#[test]
fn a_confirmation_is_taken_back() {
    let mut world = world([old_building()]);
    let change = confirmed(&mut world, 10);
    carry_out(&mut world, Command::Undo(Arc::new(change.clone())));
    assert_eq!(checked(&world, 10), Some(LONG_AGO));
    let refused = decide(&world, &order(Command::Undo(Arc::new(change)))).unwrap_err();
    assert!(
        matches!(&refused, Refusal::Broken(f) if f[0].code == "changed_since"),
        "{refused}"
    );
}

#[test]
fn other_amendments_are_not_taken_back_like_that() {
    let mut world = world([old_building()]);
    let renamed = Place {
        name: "改名".into(),
        ..Place::clone(&world.place(PlaceId(10)).unwrap().place)
    };
    let change = carry_out(
        &mut world,
        Command::AmendPlace {
            place: Box::new(renamed),
            base: 1,
        },
    );
    assert_eq!(checked(&world, 10), Some(LONG_AGO), "a name is not the archive");
    let refused = decide(&world, &order(Command::Undo(Arc::new(change)))).unwrap_err();
    assert!(
        matches!(&refused, Refusal::Broken(f) if f[0].code == "not_undoable"),
        "{refused}"
    );
}

#[test]
fn whoever_changes_an_archive_has_looked() {
    let mut world = world([old_building()]);
    let amended = Place {
        archive: Archive::Building(Building {
            residents: Some(31),
            ..Building::default()
        }),
        ..old_building()
    };
    carry_out(
        &mut world,
        Command::AmendPlace {
            place: Box::new(amended.clone()),
            base: 1,
        },
    );
    assert_eq!(checked(&world, 10), Some(TODAY));

    carry_out(&mut world, Command::CreatePlace(Box::new(building(11, 1, 0, 5))));
    assert_eq!(checked(&world, 11), Some(TODAY), "drawn with its archive");
    let at = spot(2, 1);
    let bare = place(
        12,
        PlaceKind::Building,
        "12栋",
        rectangle(at.lon - 500, at.lat - 500, at.lon + 500, at.lat + 500),
    );
    carry_out(&mut world, Command::CreatePlace(Box::new(bare)));
    assert_eq!(checked(&world, 12), None, "nothing is known of it");
}

#[test]
fn an_import_that_brings_another_archive_has_looked_today() {
    let mut world = world([old_building(), building(11, 2, 0, 7)]);
    let fewer = Place {
        archive: Archive::Building(Building {
            residents: Some(29),
            ..Building::default()
        }),
        ..old_building()
    };
    let said = Place {
        checked_on: Some(date(2026, 5, 20)),
        ..building(11, 2, 0, 7)
    };
    let shipment = Shipment {
        places: vec![(Arc::new(fewer), Some(1)), (Arc::new(said), Some(1))],
        ..Shipment::default()
    };
    carry_out(&mut world, Command::Import(Box::new(shipment)));
    assert_eq!(checked(&world, 10), Some(TODAY));
    assert_eq!(checked(&world, 11), Some(date(2026, 5, 20)));
}

#[test]
fn a_community_has_no_archive_to_confirm() {
    let world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    let refused = decide(
        &world,
        &order(Command::ConfirmPlace {
            id: PlaceId(1),
            base: 1,
        }),
    )
    .unwrap_err();
    assert!(
        matches!(&refused, Refusal::Broken(f) if f[0].code == "kind_is_not_checked"),
        "{refused}"
    );
}

#[test]
fn nobody_checks_in_the_future() {
    let world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    let place = Place {
        checked_on: Some(date(2026, 6, 2)),
        ..building(10, 0, 0, 30)
    };
    let refused = decide(&world, &order(Command::CreatePlace(Box::new(place)))).unwrap_err();
    assert!(
        matches!(&refused, Refusal::Broken(f) if f[0].code == "checked_in_future"),
        "{refused}"
    );
}
