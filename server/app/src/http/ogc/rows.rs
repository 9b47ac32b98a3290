//! Places and matters as filters look at them: only what their reader may see.

use super::fields::Field;
use crate::auth::Asker;
use crate::cql2::{Kind, Row, Value};
use crate::http::matter_json::Travels;
use crate::http::place_json::{people_fields, sees_figures};
use crate::map::Map;
use geju_core::scheme::{Fresh, Freshness};
use geju_core::{Ground, Placed};
use jiff::civil::Date;
use serde_json::Value as Json;
use std::cell::OnceCell;

/// A place as a filter looks at it: only what its reader may see.
pub struct PlaceRow<'a> {
    pub placed: &'a Placed,
    pub today: Date,
    pub freshness: &'a Freshness,
    pub map: &'a Map,
    pub asker: &'a Asker,
    /// May the asker see figures about its people? Looked up when a filter first asks.
    pub figures: OnceCell<bool>,
}

impl PlaceRow<'_> {
    pub(super) fn freshness<'r>(row: &'r PlaceRow<'r>) -> Value<'r> {
        if !row.placed.place.kind().is_checked() {
            return Value::Null;
        }
        Value::text(match row.freshness.on(row.today, row.placed.place.checked_on) {
            Fresh::Fresh => "fresh",
            Fresh::Due => "due",
            Fresh::Overdue => "overdue",
            Fresh::Unknown => "unknown",
        })
    }

    fn sees_figures(&self) -> bool {
        *self.figures.get_or_init(|| {
            self.map.read(|world| {
                let above = world.ancestors(&self.placed.parents);
                sees_figures(world, self.placed, self.asker, &above)
            })
        })
    }
}

impl Row<Field> for PlaceRow<'_> {
    fn value(&self, field: Field) -> Value<'_> {
        let withheld = people_fields(self.placed.place.kind()).contains(&field.name) && !self.sees_figures();
        match field.get {
            Some(get) if !withheld => get(self),
            _ => Value::Null,
        }
    }

    fn ground(&self) -> &Ground {
        &self.placed.place.ground
    }
}

/// A matter as a filter looks at it: its properties as they travel. There are thousands of matters at most.
pub struct MatterRow<'a, M> {
    pub matter: &'a M,
    pub properties: Json,
}

impl<M: Travels> Row<Field> for MatterRow<'_, M> {
    fn value(&self, field: Field) -> Value<'_> {
        let found = &self.properties[field.name];
        match field.kind {
            Kind::Number => Value::or_null(found.as_f64(), Value::Number),
            Kind::Bool => Value::or_null(found.as_bool(), Value::Bool),
            Kind::Date => Value::or_null(found.as_str().and_then(|t| t.parse().ok()), Value::Date),
            Kind::Timestamp => Value::or_null(found.as_str().and_then(|t| t.parse().ok()), Value::Timestamp),
            Kind::Text => Value::or_null(found.as_str(), Value::text),
            Kind::Geometry => Value::Null,
        }
    }

    fn ground(&self) -> &Ground {
        self.matter.ground()
    }
}
