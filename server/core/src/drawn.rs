//! Geometry is drawn, not typed: letters in a picture become places.

use crate::ground::{Ground, LonLat, Outline};
use crate::id::{Epoch, Seq};
use crate::place::{Archive, Place, PlaceId, PlaceKind};
use crate::scheme::Scheme;
use crate::world::{Row, Rows, World};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Grid steps of one cell: about 100 m.
const CELL: i32 = 10_000;
/// Where drawings lie: Chengdu, old town.
const ORIGIN: LonLat = LonLat {
    lon: 1_040_600_000,
    lat: 306_600_000,
};

/// A scheme for tests in which everybody may draw and amend what their role is for.
pub fn scheme() -> Arc<Scheme> {
    let text = r#"
        name = "drawn"
        utc_offset_minutes = 480
        levels = []
        ladder = []
        [title]
        zh = "示例"
        en = "Drawn"
        [freshness]
        archive_days = 90
        warn_days = 14
        [draws]
        grid_worker = ["micro_grid", "compound", "building", "resource_site"]
        [amends]
        grid_worker = ["micro_grid", "compound", "building", "resource_site"]
    "#;
    Arc::new(Scheme::from_toml(text).expect("the drawn scheme is sound"))
}

/// The outline of every cell that carries this letter, row 0 at the top.
pub fn outline(picture: &str, letter: char) -> Outline {
    let rows: Vec<&str> = picture.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let mut cells: Vec<Outline> = Vec::new();
    for (y, row) in rows.iter().rev().enumerate() {
        for (x, _) in row.chars().enumerate().filter(|(_, c)| *c == letter) {
            cells.push(cell(x as i32, y as i32));
        }
    }
    let mut all = cells.pop().unwrap_or_else(|| panic!("no {letter} in the picture"));
    for next in cells {
        all = crate::ground::overlay::combine(&all, &next, crate::ground::overlay::Combine::Union)
            .expect("cells unite")
            .expect("cells are not empty");
    }
    all
}

fn cell(x: i32, y: i32) -> Outline {
    let (west, south) = (ORIGIN.lon + x * CELL, ORIGIN.lat + y * CELL);
    rectangle(west, south, west + CELL, south + CELL)
}

/// A spot inside the cell in this column and row from the bottom.
pub fn spot(x: i32, y: i32) -> LonLat {
    LonLat {
        lon: ORIGIN.lon + x * CELL + CELL / 2,
        lat: ORIGIN.lat + y * CELL + CELL / 2,
    }
}

/// An upright rectangle from grid steps.
pub fn rectangle(west: i32, south: i32, east: i32, north: i32) -> Outline {
    let ring = [(west, south), (east, south), (east, north), (west, north)];
    Outline::new(vec![vec![
        ring.into_iter().map(|(lon, lat)| LonLat { lon, lat }).collect(),
    ]])
    .expect("a rectangle is sound")
}

/// A place of a kind with an outline.
pub fn place(id: u64, kind: PlaceKind, name: &str, ground: Outline) -> Place {
    Place {
        id: PlaceId(id),
        version: 1,
        name: name.into(),
        code: None,
        address: None,
        tags: Box::default(),
        ground: Ground::Outline(ground),
        effective_from: jiff::civil::date(2026, 1, 1),
        effective_to: None,
        source: None,
        checked_on: None,
        archive: Archive::empty(kind),
    }
}

/// A map of places of one kind, one per letter, numbered in the order of the alphabet from 1.
pub fn drawn(kind: PlaceKind, picture: &str) -> World {
    let mut letters: Vec<char> = picture.chars().filter(|c| c.is_alphabetic()).collect();
    letters.sort_unstable();
    letters.dedup();
    let named: BTreeMap<u64, char> = (1..).zip(letters).collect();
    let places = named
        .into_iter()
        .map(|(id, letter)| place(id, kind, &letter.to_string(), outline(picture, letter)));
    world(places)
}

/// A map of these places, with their parents settled by an import.
pub fn world(places: impl IntoIterator<Item = Place>) -> World {
    let empty = World::empty(Epoch(1), scheme());
    let shipment = crate::command::Shipment {
        places: places.into_iter().map(|p| (Arc::new(p), None)).collect(),
        ..Default::default()
    };
    let change =
        crate::decide(&empty, &order(crate::Command::Import(Box::new(shipment)))).expect("a drawing is importable");
    let mut world = empty;
    world.fold(&change);
    world
}

/// The operator's order at a fixed time.
pub fn order(command: crate::Command) -> crate::Order {
    crate::Order {
        command,
        change_id: crate::ChangeId(1),
        at: "2026-06-01T04:00:00Z".parse().expect("a time"),
        actor: crate::Actor::Console,
        warrant: crate::people::Warrant::operator(),
        post: None,
        source: None,
    }
}

/// The same map built from rows, as a store would hand it over.
pub fn rebuilt(world: &World) -> World {
    let rows = Rows {
        places: world
            .places()
            .map(|p| Row {
                value: p.place.clone(),
                parents: p.parents,
                since: p.since,
                at: p.at,
            })
            .collect(),
        posts: world.posts().cloned().collect(),
        appointments: world.appointments().cloned().collect(),
        base: world.base().cloned().collect(),
        ..Rows::default()
    };
    World::from_rows(world.epoch(), Seq(world.head().0), world.scheme().clone(), rows)
}
