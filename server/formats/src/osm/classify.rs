//! Which class an OSM object is of, by its tags. One object may be of several.

/// A point, a line or an area: the same tag means different things on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Node,
    Line,
    /// Ground inside a closed way.
    Ring,
    /// Ground inside a relation.
    Relation,
}

impl Kind {
    pub(super) fn is_area(self) -> bool {
        matches!(self, Kind::Ring | Kind::Relation)
    }
}

/// All classes, in the order a person would draw them.
pub(crate) const CLASSES: [&str; 10] = [
    "boundary", "compound", "building", "poi", "site", "road", "water", "green", "rail", "barrier",
];

/// Grounds with a use of their own: schools, hospitals, parks, markets, works.
const SITE_AMENITIES: [&str; 9] = [
    "college",
    "community_centre",
    "hospital",
    "kindergarten",
    "marketplace",
    "place_of_worship",
    "school",
    "townhall",
    "university",
];
const SITE_LAND: [&str; 4] = ["commercial", "construction", "industrial", "retail"];
/// Keys that make a node a place people go to.
const POI_KEYS: [&str; 7] = [
    "amenity",
    "shop",
    "tourism",
    "leisure",
    "office",
    "healthcare",
    "emergency",
];
const GREEN_LEISURE: [&str; 4] = ["park", "garden", "nature_reserve", "golf_course"];
const GREEN_LAND: [&str; 9] = [
    "grass",
    "forest",
    "meadow",
    "orchard",
    "vineyard",
    "village_green",
    "recreation_ground",
    "cemetery",
    "allotments",
];
const GREEN_NATURAL: [&str; 4] = ["wood", "scrub", "grassland", "heath"];
const RAILS: [&str; 5] = ["rail", "subway", "light_rail", "tram", "narrow_gauge"];

pub(super) struct Tags<'a>(pub &'a [(String, String)]);

impl Tags<'_> {
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn is(&self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|value| values.contains(&value))
    }
}

/// Classes of an object with these tags.
pub(super) fn classes(kind: Kind, tags: &Tags<'_>) -> Vec<&'static str> {
    if tags.0.is_empty() {
        return Vec::new();
    }
    CLASSES.into_iter().filter(|class| belongs(class, kind, tags)).collect()
}

fn belongs(class: &str, kind: Kind, tags: &Tags<'_>) -> bool {
    match (class, kind) {
        ("boundary", Kind::Ring | Kind::Relation) => tags.is("boundary", &["administrative"]),
        ("compound", Kind::Ring | Kind::Relation) => {
            tags.is("landuse", &["residential"]) || tags.is("place", &["neighbourhood", "quarter"])
        }
        ("building", Kind::Ring | Kind::Relation) => tags.has("building"),
        ("poi", Kind::Node) => {
            POI_KEYS.iter().any(|key| tags.has(key))
                || tags.is("public_transport", &["station"])
                || tags.is("man_made", &["water_tower"])
        }
        ("site", Kind::Ring | Kind::Relation) => {
            tags.is("amenity", &SITE_AMENITIES)
                || tags.is("landuse", &SITE_LAND)
                || tags.is("leisure", &["park"])
                || tags.is("tourism", &["attraction"])
        }
        ("road", Kind::Line) => tags.has("highway"),
        // The reference layers count a riverbank where it is one closed way; in relations the tag was given up for natural=water.
        ("water", Kind::Ring) => tags.is("natural", &["water"]) || tags.is("waterway", &["riverbank"]),
        ("water", Kind::Relation) => tags.is("natural", &["water"]),
        ("water", Kind::Line) => tags.has("waterway"),
        ("green", Kind::Ring | Kind::Relation) => {
            tags.is("leisure", &GREEN_LEISURE) || tags.is("landuse", &GREEN_LAND) || tags.is("natural", &GREEN_NATURAL)
        }
        ("rail", Kind::Line) => tags.is("railway", &RAILS),
        ("barrier", Kind::Node) => tags.has("barrier") || tags.has("entrance"),
        ("barrier", Kind::Line) => tags.has("barrier"),
        _ => false,
    }
}
