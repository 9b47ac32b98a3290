//! What OSM tags mean for us.

use geju_core::change::BaseLayer;
use geju_core::place::PlaceKind;
use geju_formats::{RawFeature, RawValue};

/// What a class of an OSM extract becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OsmUse {
    Boundary,
    Place(PlaceKind),
    Base(BaseLayer),
    /// Read, counted and left out: gates and walls, grounds that are also shown as parks.
    LeftOut,
}

pub fn use_of(class: &str) -> OsmUse {
    match class {
        "boundary" => OsmUse::Boundary,
        "compound" => OsmUse::Place(PlaceKind::Compound),
        "building" => OsmUse::Place(PlaceKind::Building),
        "poi" => OsmUse::Place(PlaceKind::ResourceSite),
        "road" => OsmUse::Base(BaseLayer::BaseRoad),
        "water" => OsmUse::Base(BaseLayer::BaseWater),
        "green" => OsmUse::Base(BaseLayer::BaseGreen),
        "rail" => OsmUse::Base(BaseLayer::BaseRail),
        _ => OsmUse::LeftOut,
    }
}

pub fn tag(raw: &RawFeature, key: &str) -> Option<String> {
    raw.property(key).and_then(RawValue::text)
}

/// Keys whose value says what a point of interest is, most telling first.
const CATEGORY_KEYS: [&str; 8] = [
    "emergency",
    "amenity",
    "healthcare",
    "leisure",
    "tourism",
    "office",
    "public_transport",
    "man_made",
];

/// The category of a point of interest.
pub fn category(raw: &RawFeature) -> Option<String> {
    if let Some(kind) = CATEGORY_KEYS.iter().find_map(|k| tag(raw, k)) {
        let known = match kind.as_str() {
            "defibrillator" => "aed",
            "fire_hydrant" => "hydrant",
            "toilets" => "toilet",
            "marketplace" => "market",
            other => other,
        };
        return Some(known.to_owned());
    }
    tag(raw, "shop").map(|_| "shop".to_owned())
}

/// `中山路178号`, as Chinese maps write it; elsewhere `Hauptstrasse 12`.
pub fn address(raw: &RawFeature) -> Option<String> {
    if let Some(full) = tag(raw, "addr:full") {
        return Some(full);
    }
    let street = tag(raw, "addr:street")?;
    Some(match tag(raw, "addr:housenumber") {
        Some(number) if street.is_ascii() => format!("{street} {number}"),
        Some(number) if number.ends_with('号') => format!("{street}{number}"),
        Some(number) => format!("{street}{number}号"),
        None => street,
    })
}

/// Which kind of place an administrative level is.
///
/// China writes district 6, street 8 (7), community 10 (9). Where a file has other levels, or two of one kind, its
/// levels are taken by rank, the three smallest.
pub fn levels_by_rank(mut levels: Vec<u8>) -> Vec<(u8, PlaceKind)> {
    levels.sort_unstable();
    levels.dedup();
    let chinese = |level: u8| match level {
        5 | 6 => Some(PlaceKind::District),
        7 | 8 => Some(PlaceKind::Street),
        9 | 10 => Some(PlaceKind::Community),
        _ => None,
    };
    let kinds: Vec<Option<PlaceKind>> = levels.iter().map(|l| chinese(*l)).collect();
    let distinct = kinds.windows(2).all(|w| w[0] != w[1]);
    if kinds.iter().all(Option::is_some) && distinct {
        return levels.into_iter().zip(kinds.into_iter().flatten()).collect();
    }
    let keep = levels.len().saturating_sub(3);
    let ladder = [PlaceKind::District, PlaceKind::Street, PlaceKind::Community];
    let kept = &levels[keep..];
    kept.iter()
        .copied()
        .zip(ladder[3 - kept.len().min(3)..].iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use PlaceKind::{Community, District, Street};

    #[test]
    fn chinese_levels_are_known_and_others_go_by_rank() {
        assert_eq!(
            levels_by_rank(vec![10, 6, 8, 8]),
            [(6, District), (8, Street), (10, Community)]
        );
        assert_eq!(
            levels_by_rank(vec![2, 6, 8]),
            [(2, District), (6, Street), (8, Community)]
        );
        assert_eq!(levels_by_rank(vec![9]), [(9, Community)]);
        assert_eq!(
            levels_by_rank(vec![4, 6, 8, 9]),
            [(6, District), (8, Street), (9, Community)]
        );
        assert_eq!(levels_by_rank(vec![2]), [(2, Community)]);
        assert!(levels_by_rank(vec![]).is_empty());
    }
}
