//! The properties of items by which they may be chosen, with their kinds, read from the typed values of the map.

use super::Collection;
use super::rows::PlaceRow;
use crate::auth::Asker;
use crate::cql2::{Kind, Value};
use crate::http::place_json::people_fields;
use geju_core::people::{Action, Reach};
use geju_core::place::{Building, Compound, MicroGrid, ResourceSite};
use geju_core::{Archive, MatterKind, PlaceKind};

/// A property that may be asked for.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    /// How a place tells it; matters are read by name.
    pub(super) get: Option<Get>,
}

pub(super) type Get = for<'r> fn(&'r PlaceRow<'r>) -> Value<'r>;

impl Field {
    const fn of_place(name: &'static str, kind: Kind, get: Get) -> Self {
        Self {
            name,
            kind,
            get: Some(get),
        }
    }

    const fn of_matter(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, get: None }
    }
}

/// The name of the ground in filters.
pub const GEOMETRY: &str = "geometry";

fn text(value: &str) -> Value<'_> {
    Value::text(value)
}

fn text_or_null(value: Option<&str>) -> Value<'_> {
    Value::or_null(value, text)
}

fn number(value: impl Into<f64>) -> Value<'static> {
    Value::Number(value.into())
}

fn number_or_null(value: Option<impl Into<f64>>) -> Value<'static> {
    Value::or_null(value, number)
}

/// Ids and seqs stay below 2^53, where every whole number is one of these.
fn whole(value: u64) -> Value<'static> {
    Value::Number(value as f64)
}

const ID: Field = Field::of_place("id", Kind::Number, |r| whole(r.placed.place.id.0));
const SHAPE: Field = Field::of_place(GEOMETRY, Kind::Geometry, |_| Value::Null);

const OF_EVERY_PLACE: [Field; 15] = [
    ID,
    SHAPE,
    Field::of_place("kind", Kind::Text, |r| text(r.placed.place.kind().as_str())),
    Field::of_place("name", Kind::Text, |r| text(&r.placed.place.name)),
    Field::of_place("code", Kind::Text, |r| {
        text_or_null(r.placed.place.code.as_ref().map(|c| c.as_str()))
    }),
    Field::of_place("address", Kind::Text, |r| {
        text_or_null(r.placed.place.address.as_deref())
    }),
    Field::of_place("tags", Kind::Text, |r| {
        Value::Text(r.placed.place.tags.join(super::flat::TAGS_BY).into())
    }),
    Field::of_place("version", Kind::Number, |r| number(r.placed.place.version)),
    Field::of_place("effective_from", Kind::Date, |r| {
        Value::Date(r.placed.place.effective_from)
    }),
    Field::of_place("effective_to", Kind::Date, |r| {
        Value::or_null(r.placed.place.effective_to, Value::Date)
    }),
    Field::of_place("checked_on", Kind::Date, |r| {
        Value::or_null(r.placed.place.checked_on, Value::Date)
    }),
    Field::of_place("freshness", Kind::Text, PlaceRow::freshness),
    Field::of_place("area_m2", Kind::Number, |r| {
        number_or_null(
            r.placed
                .place
                .ground
                .outline()
                .map(|o| (o.area().0 * 10.0).round() / 10.0),
        )
    }),
    Field::of_place("changed_at", Kind::Timestamp, |r| Value::Timestamp(r.placed.at)),
    Field::of_place("changed_seq", Kind::Number, |r| whole(r.placed.since.0)),
];

const OF_EVERY_MATTER: [Field; 10] = [
    Field::of_matter("id", Kind::Number),
    Field::of_matter(GEOMETRY, Kind::Geometry),
    Field::of_matter("kind", Kind::Text),
    Field::of_matter("title", Kind::Text),
    Field::of_matter("category", Kind::Text),
    Field::of_matter("state", Kind::Text),
    Field::of_matter("text", Kind::Text),
    Field::of_matter("version", Kind::Number),
    Field::of_matter("changed_at", Kind::Timestamp),
    Field::of_matter("changed_seq", Kind::Number),
];

macro_rules! archive_of {
    ($variant:ident, $kind:ty, $name:ident, $get:expr) => {
        |row| match &row.placed.place.archive {
            Archive::$variant($name) => {
                let $name: &$kind = $name;
                $get
            }
            _ => Value::Null,
        }
    };
}

const OFFICE: [Field; 2] = [
    Field::of_place("office", Kind::Text, |r| match &r.placed.place.archive {
        Archive::District(a) => text_or_null(a.office.as_deref()),
        Archive::Street(a) => text_or_null(a.office.as_deref()),
        Archive::Community(a) => text_or_null(a.office.as_deref()),
        _ => Value::Null,
    }),
    Field::of_place("duty_phone", Kind::Text, |r| match &r.placed.place.archive {
        Archive::District(a) => text_or_null(a.duty_phone.as_deref()),
        Archive::Street(a) => text_or_null(a.duty_phone.as_deref()),
        Archive::Community(a) => text_or_null(a.duty_phone.as_deref()),
        _ => Value::Null,
    }),
];

const OF_GRID: [Field; 1] = [Field::of_place("tier", Kind::Text, |r| match &r.placed.place.archive {
    Archive::Grid(a) => text(a.tier.as_str()),
    _ => Value::Null,
})];

const OF_MICRO_GRID: [Field; 2] = [
    Field::of_place(
        "households",
        Kind::Number,
        archive_of!(MicroGrid, MicroGrid, a, number_or_null(a.households)),
    ),
    Field::of_place(
        "shops",
        Kind::Number,
        archive_of!(MicroGrid, MicroGrid, a, number_or_null(a.shops)),
    ),
];

const OF_COMPOUND: [Field; 6] = [
    Field::of_place(
        "archive_kind",
        Kind::Text,
        archive_of!(Compound, Compound, a, text_or_null(a.kind.map(|k| k.as_str()))),
    ),
    Field::of_place(
        "households",
        Kind::Number,
        archive_of!(Compound, Compound, a, number_or_null(a.households)),
    ),
    Field::of_place(
        "residents",
        Kind::Number,
        archive_of!(Compound, Compound, a, number_or_null(a.residents)),
    ),
    Field::of_place(
        "build_year",
        Kind::Number,
        archive_of!(Compound, Compound, a, number_or_null(a.build_year)),
    ),
    Field::of_place(
        "property_firm",
        Kind::Text,
        archive_of!(Compound, Compound, a, text_or_null(a.property_firm.as_deref())),
    ),
    Field::of_place(
        "owners_committee",
        Kind::Bool,
        archive_of!(Compound, Compound, a, Value::or_null(a.owners_committee, Value::Bool)),
    ),
];

const OF_BUILDING: [Field; 9] = [
    Field::of_place(
        "floors",
        Kind::Number,
        archive_of!(Building, Building, a, number_or_null(a.floors)),
    ),
    Field::of_place(
        "entrances",
        Kind::Number,
        archive_of!(Building, Building, a, number_or_null(a.entrances)),
    ),
    Field::of_place(
        "households",
        Kind::Number,
        archive_of!(Building, Building, a, number_or_null(a.households)),
    ),
    Field::of_place(
        "shops",
        Kind::Number,
        archive_of!(Building, Building, a, number_or_null(a.shops)),
    ),
    Field::of_place(
        "residents",
        Kind::Number,
        archive_of!(Building, Building, a, number_or_null(a.residents)),
    ),
    Field::of_place(
        "over_60",
        Kind::Number,
        archive_of!(Building, Building, a, number_or_null(a.over_60)),
    ),
    Field::of_place(
        "over_60_alone",
        Kind::Number,
        archive_of!(Building, Building, a, number_or_null(a.over_60_alone)),
    ),
    Field::of_place(
        "children",
        Kind::Number,
        archive_of!(Building, Building, a, number_or_null(a.children)),
    ),
    Field::of_place(
        "build_year",
        Kind::Number,
        archive_of!(Building, Building, a, number_or_null(a.build_year)),
    ),
];

const OF_RESOURCE_SITE: [Field; 4] = [
    Field::of_place(
        "category",
        Kind::Text,
        archive_of!(ResourceSite, ResourceSite, a, text(&a.category)),
    ),
    Field::of_place(
        "capacity",
        Kind::Number,
        archive_of!(ResourceSite, ResourceSite, a, number_or_null(a.capacity)),
    ),
    Field::of_place(
        "hours",
        Kind::Text,
        archive_of!(ResourceSite, ResourceSite, a, text_or_null(a.hours.as_deref())),
    ),
    Field::of_place(
        "phone",
        Kind::Text,
        archive_of!(ResourceSite, ResourceSite, a, text_or_null(a.phone.as_deref())),
    ),
];

/// What an archive of this kind shows beside the properties of every place.
pub fn archive(kind: PlaceKind) -> &'static [Field] {
    match kind {
        PlaceKind::District | PlaceKind::Street | PlaceKind::Community => &OFFICE,
        PlaceKind::Grid => &OF_GRID,
        PlaceKind::MicroGrid => &OF_MICRO_GRID,
        PlaceKind::Compound => &OF_COMPOUND,
        PlaceKind::Building => &OF_BUILDING,
        PlaceKind::ResourceSite => &OF_RESOURCE_SITE,
    }
}

fn own(kind: MatterKind) -> &'static [Field] {
    const HAZARD: [Field; 2] = [
        Field::of_matter("found_at", Kind::Timestamp),
        Field::of_matter("removed_at", Kind::Timestamp),
    ];
    const ALERT: [Field; 5] = [
        Field::of_matter("level", Kind::Number),
        Field::of_matter("onset", Kind::Timestamp),
        Field::of_matter("expires", Kind::Timestamp),
        Field::of_matter("closed_at", Kind::Timestamp),
        Field::of_matter("acknowledged_at", Kind::Timestamp),
    ];
    const ISSUE: [Field; 3] = [
        Field::of_matter("rung", Kind::Text),
        Field::of_matter("reported_at", Kind::Timestamp),
        Field::of_matter("closed_at", Kind::Timestamp),
    ];
    match kind {
        MatterKind::Hazard => &HAZARD,
        MatterKind::Alert => &ALERT,
        MatterKind::Issue => &ISSUE,
    }
}

/// Everything this asker may choose items of a collection by. Figures about people are no names at all to whoever may see them
/// nowhere: choosing by them would tell them.
pub fn of(collection: Collection, asker: &Asker) -> Vec<Field> {
    let (common, own, hidden): (&[_], &[_], &[_]) = match collection {
        Collection::Place(kind) if asker.reach(Action::FiguresRead) == Reach::None => {
            (&OF_EVERY_PLACE, archive(kind), people_fields(kind))
        }
        Collection::Place(kind) => (&OF_EVERY_PLACE, archive(kind), &[]),
        Collection::Matter(kind) => (&OF_EVERY_MATTER, own(kind), &[]),
    };
    let all = common.iter().chain(own).copied();
    all.filter(|f| !hidden.contains(&f.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::flat::in_archive;
    use super::*;
    use serde_json::{Map, Value as Json};

    #[test]
    fn every_archive_field_that_may_be_asked_for_is_a_field_of_that_archive() {
        for kind in PlaceKind::ALL {
            for field in archive(kind) {
                let fields = Map::from_iter([(in_archive(field.name).to_owned(), Json::Null)]);
                let read = Archive::from_json(kind, Json::Object(fields));
                let unknown = read.is_err_and(|why| why.to_string().contains("unknown field"));
                assert!(!unknown, "{} of a {kind}", field.name);
            }
        }
    }
}
