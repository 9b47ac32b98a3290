//! A whole city for those who try how far it goes: twelve districts 区 of twenty-four streets each, about 1,000,000 buildings
//! and 128,000 micro-grids, by the scheme of Chengdu.
//!
//! Each street is generated like the one of the demo, sound and without flaws, and set down in its own place. They come one
//! after another, so that nobody has to hold a city twice.

use crate::chance::Chance;
use crate::{BaseFeature, BaseGeometry, BaseLayerData, CHENGDU, Demo, Step, places, town};
use geju_core::command::Shipment;
use geju_core::ground::Part;
use geju_core::place::{Archive, District, SourceRef};
use geju_core::{Code, Command, Ground, LonLat, Outline, Place, PlaceId, PlaceKind, Scheme};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// Invented names; no district of China bears one.
const DISTRICT_NAMES: [&str; 12] = [
    "青禾区",
    "澄湖区",
    "松屏区",
    "碧岑区",
    "锦溪区",
    "苇原区",
    "芳洲区",
    "檀丘区",
    "霁川区",
    "岚桥区",
    "稻香区",
    "望舒区",
];
/// Codes of Chengdu's form that no district has: 510150 and on.
const FIRST_DISTRICT_CODE: usize = 510_150;
/// Districts beside each other, and streets within a district.
const DISTRICTS_WIDE: usize = 4;
const STREETS_WIDE: usize = 4;
/// From one street to the next in grid steps: a little more than the ground that a generated street and its surroundings take.
const PITCH_LON: i32 = 340_000;
const PITCH_LAT: i32 = 250_000;

/// How large a city is.
#[derive(Debug, Clone, Copy)]
struct Extent {
    districts: usize,
    /// Per district.
    streets: usize,
}

const CITY: Extent = Extent {
    districts: 12,
    streets: 24,
};

/// Streets of the city that [`city`] makes.
pub const STREETS: usize = CITY.districts * CITY.streets;

/// The parts of a city in the order they are taken in: each street, then the districts around them with the base map and with what
/// happened since. The first has the accounts. The past is that of the first street of each district.
pub fn city(seed: u64, as_of: jiff::Timestamp) -> impl Iterator<Item = Demo> + Send {
    City::new(seed, as_of, CITY)
}

struct City {
    extent: Extent,
    as_of: jiff::Timestamp,
    scheme: Arc<Scheme>,
    tries: Chance,
    next: usize,
    /// Ids of everything made, names of streets: nothing twice in a city.
    ids: HashSet<u64>,
    names: BTreeSet<String>,
    grounds: Vec<Vec<Part>>,
    base: Vec<BaseLayerData>,
    history: Vec<Step>,
}

impl City {
    fn new(seed: u64, as_of: jiff::Timestamp, extent: Extent) -> City {
        City {
            extent,
            as_of,
            scheme: Arc::new(Scheme::clone(&CHENGDU)),
            tries: Chance::new(seed),
            next: 0,
            ids: HashSet::new(),
            names: BTreeSet::new(),
            grounds: vec![Vec::new(); extent.districts],
            base: Vec::new(),
            history: Vec::new(),
        }
    }

    /// A sound street with ids that nobody in the city has.
    fn street(&mut self) -> Demo {
        loop {
            let number = self.tries.next();
            if let Some(town) = town::Town::found(number)
                && let Some(demo) = places::settle(town, number, self.as_of, self.scheme.clone(), false)
                && demo
                    .shipment
                    .places
                    .iter()
                    .all(|(place, _)| !self.ids.contains(&place.id.0))
            {
                self.ids
                    .extend(demo.shipment.places.iter().map(|(place, _)| place.id.0));
                return demo;
            }
        }
    }

    fn part(&mut self) -> Demo {
        let (district, street) = (self.next / self.extent.streets, self.next % self.extent.streets);
        let mut demo = self.street();
        let by = Shift {
            from_code: street_of(&demo)
                .and_then(|street| street.code.clone())
                .map_or_else(String::new, |c| c.to_string()),
            to_code: format!("{}{:03}", FIRST_DISTRICT_CODE + district, street + 1),
            name: self.name(&demo),
            ..Shift::to(district, street, self.extent.streets)
        };
        // The district is the city's to make.
        demo.shipment
            .places
            .retain(|(place, _)| place.kind() != PlaceKind::District);
        for (place, _) in &mut demo.shipment.places {
            by.place(Arc::make_mut(place));
        }
        if let Some(Ground::Outline(outline)) = street_of(&demo).map(|street| &street.ground) {
            self.grounds[district].extend(outline.parts().iter().cloned());
        }
        for layer in std::mem::take(&mut demo.base) {
            self.lay(layer, &by);
        }
        let history = std::mem::take(&mut demo.history);
        if street == 0 {
            self.history.extend(history.into_iter().map(|step| by.step(step)));
        }
        if self.next > 0 {
            demo.accounts.clear();
            demo.goes_on = true;
        }
        demo
    }

    /// A street is called after one of its communities that gave its name to no other street.
    fn name(&mut self, demo: &Demo) -> String {
        let stems = demo
            .shipment
            .places
            .iter()
            .filter(|(place, _)| place.kind() == PlaceKind::Community)
            .map(|(place, _)| place.name.trim_end_matches("社区").to_owned());
        let name = stems
            .map(|stem| format!("{stem}街道"))
            .find(|name| !self.names.contains(name))
            .unwrap_or_else(|| format!("新城{}街道", crate::names::chinese_number(self.next as u32 + 1)));
        self.names.insert(name.clone());
        name
    }

    fn lay(&mut self, layer: BaseLayerData, by: &Shift) {
        let features = layer.features.into_iter().map(|feature| by.feature(feature));
        match self.base.iter_mut().find(|known| known.layer == layer.layer) {
            Some(known) => known.features.extend(features),
            None => self.base.push(BaseLayerData {
                layer: layer.layer,
                features: features.collect(),
            }),
        }
    }

    /// What surrounds the streets, and what happened since.
    fn last(&mut self) -> Demo {
        let number = self.tries.next();
        let mut ids = Chance::new(number);
        let began = crate::history::beginning(self.as_of);
        let mut shipment = Shipment::default();
        for (n, parts) in std::mem::take(&mut self.grounds).into_iter().enumerate() {
            let id = loop {
                let id = ids.next() & geju_core::id::MAX_ID;
                if id > 0 && self.ids.insert(id) {
                    break PlaceId(id);
                }
            };
            let raw = parts
                .iter()
                .map(|part| part.rings().map(|r| r.vertices().to_vec()).collect());
            // Streets set apart are sound together as each is alone.
            let Ok(ground) = Outline::new(raw.collect()) else {
                continue;
            };
            let place = Place {
                id,
                version: 1,
                name: DISTRICT_NAMES[n % DISTRICT_NAMES.len()].into(),
                code: Code::new(&(FIRST_DISTRICT_CODE + n).to_string()).ok(),
                address: None,
                tags: Box::default(),
                ground: Ground::Outline(ground),
                effective_from: self.scheme.day_of(began),
                effective_to: None,
                source: Some(SourceRef {
                    name: "demo".into(),
                    id: id.to_string().into(),
                }),
                checked_on: None,
                archive: Archive::District(District::default()),
            };
            shipment.places.push((Arc::new(place), None));
        }
        let mut history = std::mem::take(&mut self.history);
        history.sort_by_key(|step| step.at);
        Demo {
            number,
            scheme: self.scheme.clone(),
            began,
            shipment,
            flaws: Vec::new(),
            history,
            base: std::mem::take(&mut self.base),
            accounts: Vec::new(),
            goes_on: true,
        }
    }
}

impl Iterator for City {
    type Item = Demo;

    fn next(&mut self) -> Option<Demo> {
        let all = self.extent.districts * self.extent.streets;
        let demo = match self.next {
            n if n < all => self.part(),
            n if n == all => self.last(),
            _ => return None,
        };
        self.next += 1;
        Some(demo)
    }
}

fn street_of(demo: &Demo) -> Option<&Place> {
    let mut places = demo.shipment.places.iter().map(|(place, _)| place.as_ref());
    places.find(|place| place.kind() == PlaceKind::Street)
}

/// How far a street is moved to its place, in grid steps, and what it is called there. What was equal stays equal.
#[derive(Default)]
struct Shift {
    lon: i32,
    lat: i32,
    from_code: String,
    to_code: String,
    name: String,
}

impl Shift {
    fn to(district: usize, street: usize, streets: usize) -> Shift {
        let high = streets.div_ceil(STREETS_WIDE);
        let column = (district % DISTRICTS_WIDE) * STREETS_WIDE.min(streets) + street % STREETS_WIDE;
        let row = (district / DISTRICTS_WIDE) * high + street / STREETS_WIDE;
        Shift {
            lon: column as i32 * PITCH_LON,
            // Codes run from the north.
            lat: -(row as i32) * PITCH_LAT,
            ..Shift::default()
        }
    }

    fn place(&self, place: &mut Place) {
        place.ground = self.ground(&place.ground);
        if let Some(rest) = place
            .code
            .as_ref()
            .and_then(|code| code.as_str().strip_prefix(&self.from_code))
        {
            place.code = Code::new(&format!("{}{rest}", self.to_code)).ok();
        }
        if place.kind() == PlaceKind::Street {
            place.name = self.name.clone().into();
        }
    }

    fn spot(&self, spot: LonLat) -> LonLat {
        LonLat {
            lon: spot.lon + self.lon,
            lat: spot.lat + self.lat,
        }
    }

    fn ground(&self, ground: &Ground) -> Ground {
        let moved = |ring: &[LonLat]| ring.iter().map(|spot| self.spot(*spot)).collect::<Vec<_>>();
        match ground {
            Ground::Point(spot) => Ground::Point(self.spot(*spot)),
            Ground::Outline(outline) => {
                let parts = outline
                    .parts()
                    .iter()
                    .map(|part| part.rings().map(|ring| moved(ring.vertices())).collect());
                // A sound outline is sound wherever it lies.
                Outline::new(parts.collect()).map_or_else(|_| ground.clone(), Ground::Outline)
            }
        }
    }

    fn feature(&self, feature: BaseFeature) -> BaseFeature {
        let moved = |line: Vec<LonLat>| line.into_iter().map(|spot| self.spot(spot)).collect::<Vec<_>>();
        BaseFeature {
            geometry: match feature.geometry {
                BaseGeometry::Line(line) => BaseGeometry::Line(moved(line)),
                BaseGeometry::Polygon(rings) => BaseGeometry::Polygon(rings.into_iter().map(moved).collect()),
            },
            ..feature
        }
    }

    fn step(&self, mut step: Step) -> Step {
        match &mut step.command {
            Command::CreatePlace(place) | Command::AmendPlace { place, .. } => {
                place.ground = self.ground(&place.ground)
            }
            Command::Import(shipment) => {
                for (place, _) in &mut shipment.places {
                    self.place(Arc::make_mut(place));
                }
            }
            Command::PutHazard { hazard, .. } => hazard.ground = self.ground(&hazard.ground),
            Command::PutAlert { alert, .. } => alert.ground = self.ground(&alert.ground),
            Command::PutIssue { issue, .. } => issue.ground = self.ground(&issue.ground),
            _ => {}
        }
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geju_core::{Epoch, World, decide};

    const HAMLET: Extent = Extent {
        districts: 2,
        streets: 2,
    };

    fn as_of() -> jiff::Timestamp {
        "2026-06-01T04:00:00Z".parse().expect("a time")
    }

    #[test]
    fn streets_set_beside_each_other_make_a_city_that_the_ledger_accepts() {
        let mut world = World::empty(Epoch(1), Arc::new(Scheme::clone(&CHENGDU)));
        let mut accounts = 0;
        for part in City::new(1, as_of(), HAMLET) {
            accounts += part.accounts.len();
            // The past of each street is tried by the demo's own stories; here a month of it will do.
            let orders: Vec<_> = part.into_orders(Vec::new(), "test").take(1_500).collect();
            for order in orders {
                let change = decide(&world, &order).expect("accepted");
                world.fold(&change);
            }
        }
        let count = |kind| world.places().filter(|p| p.place.kind() == kind).count();
        assert_eq!((count(PlaceKind::District), count(PlaceKind::Street)), (2, 4));
        assert!(count(PlaceKind::Building) > 4 * 3_000, "{}", count(PlaceKind::Building));
        assert!(count(PlaceKind::MicroGrid) > 4 * 400, "{}", count(PlaceKind::MicroGrid));
        assert_eq!(accounts, 7);
        let mut codes = BTreeSet::new();
        for placed in world.places() {
            if let Some(code) = &placed.place.code {
                assert!(codes.insert((placed.place.kind(), code.to_string())), "{code} twice");
            }
            let expected = match placed.place.kind() {
                PlaceKind::District => None,
                PlaceKind::Street => Some(PlaceKind::District),
                PlaceKind::Community => Some(PlaceKind::Street),
                PlaceKind::Grid => Some(PlaceKind::Community),
                PlaceKind::MicroGrid => Some(PlaceKind::Grid),
                _ => continue,
            };
            let up = placed
                .parents
                .up
                .and_then(|id| world.place(id))
                .map(|up| up.place.kind());
            assert_eq!(up, expected, "{}", placed.place.name);
        }
        world.assert_sound();
    }

    #[test]
    fn a_number_makes_one_city() {
        let first = |_| City::new(7, as_of(), HAMLET).nth(1).expect("a street").shipment;
        assert_eq!(first(0).places, first(1).places);
    }
}
