//! ResourceSite.

use serde::{Deserialize, Serialize};

/// Categories 类别 that most cities have, in the order of their letters: counted in sums, while any other word is counted site
/// by site.
pub(crate) const CATEGORIES: [&str; 35] = [
    "aed",
    "bank",
    "bus",
    "bus_stop",
    "canteen",
    "charging",
    "clinic",
    "community_centre",
    "elderly_care",
    "fire",
    "fire_station",
    "government",
    "hospital",
    "hydrant",
    "kindergarten",
    "library",
    "market",
    "metro",
    "neighbour_station",
    "park",
    "parking",
    "party_centre",
    "pharmacy",
    "police",
    "post",
    "restaurant",
    "school",
    "service_hall",
    "shelter",
    "shop",
    "station",
    "supplies",
    "toilet",
    "water",
    "worship",
];

/// ResourceSite 资源点: a shelter, clinic, canteen, hydrant, school … that helps when something happens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResourceSite {
    /// What it is, 类别: `clinic`, `hospital`, `school`, `shelter`, `police`, `fire_station`, `canteen`, `aed`, `hydrant`,
    /// `pharmacy`, `community_centre`, `toilet`, `park`, `market` …; open, because cities differ.
    pub category: Box<str>,
    /// How many people it can take, 容量.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Opening hours, 开放时间.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Box<str>>,
    /// The site's public telephone, 电话.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Box<str>>,
}
