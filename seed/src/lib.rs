//! A believable generated street 街道 from a fixed random seed, and the schemes of the cities.
//!
//! The same seed and date make the same street on every machine and in every release: no clock, no global randomness.
//! All names, codes and figures are invented.

mod archive;
mod base;
mod cells;
mod chance;
mod clearance;
mod district;
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
mod shops;
mod sites;
mod town;

use geju_core::change::BaseLayer;
use geju_core::command::Shipment;
use geju_core::{LonLat, PlaceId, Role, Scheme};
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

/// Everything an empty ledger needs to become a street at work.
#[derive(Debug, Clone)]
pub struct Demo {
    pub scheme: Arc<Scheme>,
    pub shipment: Shipment,
    pub base: Vec<BaseLayerData>,
    pub accounts: Vec<DemoAccount>,
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

/// One generated street with everything on it, as it stands at `as_of`.
pub fn street(seed: u64, as_of: jiff::Timestamp) -> Demo {
    let scheme = Arc::new(Scheme::clone(&CHENGDU));
    // Nearly every number gives a sound street at once; for the rest the next of its own stream is taken.
    let mut tries = chance::Chance::new(seed);
    loop {
        let number = tries.next();
        if let Some(town) = town::Town::found(number)
            && let Some(demo) = places::settle(town, number, as_of, scheme.clone())
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
            && let Some(demo) = places::settle(town, number, as_of, scheme.clone())
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
        for seed in 0..6 {
            let from = std::time::Instant::now();
            let town = super::district::found(seed);
            eprintln!("{seed}: {} {:?}", town.is_some(), from.elapsed());
        }
    }

    #[test]
    fn most_numbers_give_a_sound_street_at_once() {
        let sound = (0..40).filter(|seed| super::town::Town::found(*seed).is_some()).count();
        assert!(sound >= 20, "{sound} of 40");
    }
}
