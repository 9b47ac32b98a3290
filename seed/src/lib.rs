//! A believable generated street 街道, district 区 or city from a fixed random seed, and the schemes of the cities.
//!
//! The same seed and date make the same street on every machine and in every release: no clock, no global randomness.
//! All names, codes and figures are invented.

mod archive;
mod base;
mod cells;
mod chance;
mod city;
mod clearance;
mod district;
mod flaws;
mod history;
mod houses;
mod layout;
mod matters;
mod mesh;
mod names;
mod offices;
mod parcels;
mod places;
mod plane;
mod property;
mod rounds;
mod shops;
mod sites;
mod town;

pub use city::{STREETS as CITY_STREETS, city};
pub use flaws::{Flaw, FlawKind};
use geju_core::change::BaseLayer;
use geju_core::command::Shipment;
use geju_core::people::Warrant;
use geju_core::{Actor, BasePack, ChangeId, Command, LonLat, Order, PlaceId, Role, Scheme};
use serde::Serialize;
use std::sync::Arc;

const SCHEMES: [(&str, &str); 3] = [
    ("chengdu", include_str!("../schemes/chengdu.toml")),
    ("weiyang", include_str!("../schemes/weiyang.toml")),
    ("yongchuan", include_str!("../schemes/yongchuan.toml")),
];

/// Names of the schemes that come with the program.
pub fn scheme_names() -> impl Iterator<Item = &'static str> {
    SCHEMES.iter().map(|(name, _)| *name)
}

/// A scheme that comes with the program, 治理方案.
pub fn scheme(name: &str) -> Option<Scheme> {
    let (_, text) = SCHEMES.iter().find(|(known, _)| *known == name)?;
    Scheme::from_toml(text).ok()
}

/// Everything an empty ledger needs to become a place at work.
#[derive(Debug, Clone)]
pub struct Demo {
    /// The number all of it was made from.
    pub number: u64,
    pub scheme: Arc<Scheme>,
    /// When the ledger begins; the shipment is taken in then.
    pub began: jiff::Timestamp,
    pub shipment: Shipment,
    /// What is wrong with the map on purpose, for the drawing desk to mend.
    pub flaws: Vec<Flaw>,
    /// What happened from then until now, in order.
    pub history: Vec<Step>,
    pub base: Vec<BaseLayerData>,
    pub accounts: Vec<DemoAccount>,
    /// A later part of something larger, whose scheme is adopted already.
    pub goes_on: bool,
}

impl Demo {
    /// The whole past as orders, in the order of the ledger: the scheme, the map with these base packs, what happened since.
    pub fn into_orders(self, packs: Vec<BasePack>, source: &str) -> impl Iterator<Item = Order> {
        let mut numbers = chance::Chance::new(self.number).fork(9);
        let source = source.to_owned();
        let mut shipment = self.shipment;
        shipment.base = packs;
        let began = self.began;
        let first = |command| Step {
            at: began,
            actor: Actor::Console,
            command,
        };
        let scheme = (!self.goes_on).then(|| first(Command::AdoptScheme(self.scheme)));
        let beginning = scheme.into_iter().chain([first(Command::Import(Box::new(shipment)))]);
        beginning.chain(self.history).map(move |step| Order {
            command: step.command,
            change_id: ChangeId(u128::from(numbers.next()) << 64 | u128::from(numbers.next())),
            at: step.at,
            actor: step.actor,
            warrant: Warrant::operator(),
            post: None,
            source: Some(source.clone()),
        })
    }
}

/// Something that somebody did on some day.
#[derive(Debug, Clone)]
pub struct Step {
    pub at: jiff::Timestamp,
    pub actor: Actor,
    pub command: Command,
}

/// One layer of the base map, 底图.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BaseLayerData {
    pub layer: BaseLayer,
    pub features: Vec<BaseFeature>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BaseFeature {
    pub class: Box<str>,
    pub name: Option<Box<str>>,
    pub geometry: BaseGeometry,
}

/// CRS: WGS84 grid steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BaseGeometry {
    Line(Vec<LonLat>),
    /// Shell first, then holes; rings run without their closing repeat.
    Polygon(Vec<Vec<LonLat>>),
}

/// An account to look around with; whoever makes it chooses the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoAccount {
    pub name: &'static str,
    pub display_name: String,
    pub role: Role,
    /// What it answers for; empty for roles that reach everything.
    pub places: Vec<PlaceId>,
}

/// One generated street with everything on it, as it stands at `as_of`, and with its [`Flaw`]s.
pub fn street(seed: u64, as_of: jiff::Timestamp) -> Demo {
    one_street(seed, as_of, true)
}

/// The same street before anything was spoilt.
pub fn tidy_street(seed: u64, as_of: jiff::Timestamp) -> Demo {
    one_street(seed, as_of, false)
}

fn one_street(seed: u64, as_of: jiff::Timestamp, flawed: bool) -> Demo {
    let scheme = Arc::new(Scheme::clone(&CHENGDU));
    // Nearly every number gives a sound street at once; for the rest the next of its own stream is taken.
    let mut tries = chance::Chance::new(seed);
    loop {
        let number = tries.next();
        if let Some(town) = town::Town::found(number)
            && let Some(demo) = places::settle(town, number, as_of, scheme.clone(), flawed)
        {
            return demo;
        }
    }
}

/// A whole generated district, as it stands at `as_of`: every building a micro-grid of its own.
pub fn district(seed: u64, as_of: jiff::Timestamp) -> Demo {
    let scheme = Arc::new(Scheme::clone(&WEIYANG));
    let mut tries = chance::Chance::new(seed);
    loop {
        let number = tries.next();
        if let Some(town) = district::found(number)
            && let Some(demo) = places::settle(town, number, as_of, scheme.clone(), false)
        {
            return demo;
        }
    }
}

static WEIYANG: std::sync::LazyLock<Scheme> =
    std::sync::LazyLock::new(|| scheme("weiyang").expect("an embedded file that a test reads"));

static CHENGDU: std::sync::LazyLock<Scheme> =
    std::sync::LazyLock::new(|| scheme("chengdu").expect("an embedded file that a test reads"));

#[cfg(test)]
mod tests {
    #[test]
    fn most_numbers_give_a_sound_district_at_once() {
        let sound = (0..8).filter(|seed| super::district::found(*seed).is_some()).count();
        assert!(sound >= 3, "{sound} of 8");
    }

    #[test]
    fn most_numbers_give_a_sound_street_at_once() {
        let sound = (0..40).filter(|seed| super::town::Town::found(*seed).is_some()).count();
        assert!(sound >= 20, "{sound} of 40");
    }
}
