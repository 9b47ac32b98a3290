//! A city for measuring: many streets side by side, sixteen to a district, each made from a number of its own.

use crate::chance::Chance;
use crate::names::{ROAD_FIRST, ROAD_SECOND};
use crate::{BaseFeature, BaseGeometry, Demo, Step, one_street};
use geju_core::command::Shipment;
use geju_core::place::Place;
use geju_core::{Actor, Code, Command, Ground, LonLat, Outline, PlaceKind};
use std::collections::HashSet;
use std::sync::Arc;

/// Streets of the city: with about 3,500 buildings each, a million.
pub const STREETS: u32 = 286;
const STREETS_OF_A_DISTRICT: u32 = 16;
/// Columns of the tiling, and grid steps from one street's middle to the next: a little more than a street's ground.
const COLUMNS: i32 = 17;
const STEP: (i32, i32) = (400_000, 285_000);
/// Digits of a street's code.
const STREET_DIGITS: usize = 9;
/// Four digits before a district's own two.
const CITY_CODE: &str = "5101";
const FIRST_DISTRICT: u32 = 50;

/// Moves everything by whole grid steps: what was shared stays shared.
#[derive(Clone, Copy)]
struct Shift(i32, i32);

impl Shift {
    fn spot(self, p: LonLat) -> LonLat {
        LonLat {
            lon: p.lon + self.0,
            lat: p.lat + self.1,
        }
    }

    fn line(self, points: &[LonLat]) -> Vec<LonLat> {
        points.iter().map(|p| self.spot(*p)).collect()
    }

    fn feature(self, feature: &BaseFeature) -> BaseFeature {
        let geometry = match &feature.geometry {
            BaseGeometry::Line(line) => BaseGeometry::Line(self.line(line)),
            BaseGeometry::Polygon(rings) => BaseGeometry::Polygon(rings.iter().map(|r| self.line(r)).collect()),
        };
        BaseFeature {
            geometry,
            ..feature.clone()
        }
    }

    fn ground(self, ground: &Ground) -> Option<Ground> {
        match ground {
            Ground::Point(p) => Some(Ground::Point(self.spot(*p))),
            Ground::Outline(outline) => {
                let parts = outline
                    .to_raw()
                    .iter()
                    .map(|part| part.iter().map(|ring| self.line(ring)).collect())
                    .collect();
                Outline::new(parts).ok().map(Ground::Outline)
            }
        }
    }
}

/// The whole city. Its first street is the demo's own, with its past and its accounts.
pub fn found(streets: u32, seed: u64, as_of: jiff::Timestamp) -> Demo {
    let mut city = one_street(seed, as_of, false);
    let mut taken = HashSet::new();
    take_ids(&city, &mut taken);
    let mut numbers = Chance::new(seed).fork(41);
    let mut imports: Vec<Step> = Vec::new();
    let mut next = 1;
    let mut district = FIRST_DISTRICT;
    while next < streets {
        let mut shipment = Shipment::default();
        let mut grounds: Vec<Vec<Vec<LonLat>>> = Vec::new();
        let mut whole: Option<Place> = None;
        for number in 1..=STREETS_OF_A_DISTRICT.min(streets - next) {
            let tile = loop {
                let tile = one_street(numbers.next(), as_of, false);
                // A number that brings an id twice is as good as any other to leave out.
                if take_ids(&tile, &mut taken) {
                    break tile;
                }
            };
            let (column, row) = (next as i32 % COLUMNS, next as i32 / COLUMNS);
            let tiled = Tile {
                shift: Shift(column * STEP.0, -row * STEP.1),
                prefix: format!("{CITY_CODE}{district}"),
                street: format!("{CITY_CODE}{district}{number:03}"),
                name: street_name(next as usize),
            };
            for (place, _) in &tile.shipment.places {
                let Some(moved) = tiled.moved(place) else { continue };
                match moved.kind() {
                    PlaceKind::District => whole = whole.or(Some(moved)),
                    kind => {
                        if let (PlaceKind::Street, Some(outline)) = (kind, moved.ground.outline()) {
                            grounds.extend(outline.to_raw());
                        }
                        shipment.places.push((Arc::new(moved), None));
                    }
                }
            }
            shipment.posts.extend(tile.shipment.posts);
            shipment.appointments.extend(tile.shipment.appointments);
            for (to, from) in city.base.iter_mut().zip(tile.base) {
                to.features.extend(from.features.iter().map(|f| tiled.shift.feature(f)));
            }
            next += 1;
        }
        // A district is its streets together, whether or not they touch.
        if let (Some(mut whole), Ok(outline)) = (whole, Outline::new(grounds)) {
            whole.name = format!("{}区", street_name((district * 7) as usize).trim_end_matches("街道")).into();
            whole.ground = Ground::Outline(outline);
            shipment.places.insert(0, (Arc::new(whole), None));
        }
        imports.push(Step {
            at: city.began,
            actor: Actor::Console,
            command: Command::Import(Box::new(shipment)),
        });
        district += 1;
    }
    imports.append(&mut city.history);
    city.history = imports;
    city
}

struct Tile {
    shift: Shift,
    prefix: String,
    street: String,
    name: String,
}

impl Tile {
    fn moved(&self, place: &Place) -> Option<Place> {
        let code = match (place.kind(), &place.code) {
            (PlaceKind::District, _) => Some(self.prefix.clone()),
            (_, Some(code)) => code
                .as_str()
                .get(STREET_DIGITS..)
                .map(|rest| format!("{}{rest}", self.street)),
            (_, None) => None,
        };
        let name = match place.kind() {
            PlaceKind::Street => self.name.as_str().into(),
            _ => place.name.clone(),
        };
        Some(Place {
            name,
            code: code.and_then(|c| Code::new(&c).ok()),
            ground: self.shift.ground(&place.ground)?,
            ..place.clone()
        })
    }
}

fn street_name(index: usize) -> String {
    let first = ROAD_FIRST[index % ROAD_FIRST.len()];
    let second = ROAD_SECOND[(index + index / ROAD_FIRST.len() * 7) % ROAD_SECOND.len()];
    format!("{first}{second}街道")
}

/// `false` when one of them is taken; then none is.
fn take_ids(demo: &Demo, taken: &mut HashSet<u64>) -> bool {
    let shipment = &demo.shipment;
    let ids: Vec<u64> = shipment
        .places
        .iter()
        .map(|(p, _)| p.id.0)
        .chain(shipment.posts.iter().map(|p| p.id.0))
        .chain(shipment.appointments.iter().map(|a| a.id.0))
        .collect();
    let free = ids.iter().all(|id| !taken.contains(id));
    if free {
        taken.extend(ids);
    }
    free
}
