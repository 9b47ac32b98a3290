//! What items may be asked for, by name. A parameter that is none of these is a slip, and is told as one: an empty answer
//! would look like an empty map.

use super::Collection;
use geju_core::{MatterKind, PlaceKind};

/// Parameters of every items request.
pub const PARAMETERS: [&str; 6] = ["bbox", "bbox-crs", "datetime", "f", "limit", "offset"];

const OF_EVERY_PLACE: [&str; 11] = [
    "kind",
    "name",
    "code",
    "address",
    "version",
    "effective_from",
    "effective_to",
    "checked_on",
    "freshness",
    "changed_at",
    "changed_seq",
];

const OF_EVERY_MATTER: [&str; 5] = ["title", "category", "state", "text", "level"];

/// The plain values of an archive, as they stand beside the other properties of an item.
fn archive(kind: PlaceKind) -> &'static [&'static str] {
    match kind {
        PlaceKind::District | PlaceKind::Street | PlaceKind::Community => &["office", "duty_phone"],
        PlaceKind::Grid => &["tier"],
        PlaceKind::MicroGrid => &["households", "shops"],
        PlaceKind::Compound => &[
            "archive_kind",
            "households",
            "residents",
            "build_year",
            "property_firm",
            "owners_committee",
        ],
        PlaceKind::Building => &[
            "floors",
            "entrances",
            "households",
            "shops",
            "residents",
            "over_60",
            "over_60_alone",
            "children",
            "build_year",
        ],
        PlaceKind::ResourceSite => &["category", "capacity", "hours", "phone"],
    }
}

fn own(kind: MatterKind) -> &'static [&'static str] {
    match kind {
        MatterKind::Hazard => &["found_at", "removed_at"],
        MatterKind::Alert => &["onset", "expires", "closed_at", "acknowledged_at"],
        MatterKind::Issue => &["rung", "reported_at", "closed_at"],
    }
}

/// Properties of a layer by which its items may be chosen.
pub fn properties(collection: Collection) -> impl Iterator<Item = &'static str> {
    let (common, own): (&[_], &[_]) = match collection {
        Collection::Place(kind) => (&OF_EVERY_PLACE, archive(kind)),
        Collection::Matter(kind) => (&OF_EVERY_MATTER, own(kind)),
    };
    common.iter().chain(own).copied()
}

/// The field of an archive that an item shows under this name.
pub fn in_archive(name: &str) -> &str {
    name.strip_prefix("archive_").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geju_core::Archive;
    use serde_json::{Map, Value};

    #[test]
    fn every_archive_field_that_may_be_asked_for_is_a_field_of_that_archive() {
        for kind in PlaceKind::ALL {
            for name in archive(kind) {
                let fields = Map::from_iter([(in_archive(name).to_owned(), Value::Null)]);
                let read = Archive::from_json(kind, Value::Object(fields));
                let unknown = read.is_err_and(|why| why.to_string().contains("unknown field"));
                assert!(!unknown, "{name} of a {kind}");
            }
        }
    }
}
