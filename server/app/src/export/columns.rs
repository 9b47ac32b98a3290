//! Columns of an export: those that an import knows, and beside them what is only told.

use crate::import::columns_out::{Field, OWN_ID, SOURCE, SOURCE_ID, fields_of};
use geju_core::{MatterKind, PlaceKind};
use geju_formats::write::{Column, Form, Layer, Shapes};

/// Columns of every place before its archive.
const BEFORE: [(&str, &str, Form); 7] = [
    (OWN_ID, "geju_id", Form::Int),
    ("kind", "kind", Form::Text),
    ("code", "code", Form::Text),
    ("name", "name", Form::Text),
    ("address", "address", Form::Text),
    ("tags", "tags", Form::Text),
    ("effective_from", "eff_from", Form::Text),
];

/// After it: where it first came from, and what an import does not take.
const AFTER: [(&str, &str, Form); 5] = [
    (SOURCE, "source", Form::Text),
    (SOURCE_ID, "source_id", Form::Text),
    ("checked_on", "checked_on", Form::Text),
    ("version", "version", Form::Int),
    ("area_m2", "area_m2", Form::Float),
];

const OF_MATTERS: [(&str, Form); 12] = [
    (OWN_ID, Form::Int),
    ("kind", Form::Text),
    ("title", Form::Text),
    ("category", Form::Text),
    ("level", Form::Int),
    ("text", Form::Text),
    ("state", Form::Text),
    ("at", Form::Text),
    ("closed_at", Form::Text),
    ("expires", Form::Text),
    (SOURCE, Form::Text),
    (SOURCE_ID, Form::Text),
];

/// The columns of one kind of place.
pub struct Columns {
    pub kind: PlaceKind,
    pub archive: Vec<&'static Field>,
    /// Levels in which such a place lies, largest first: told by code, or by name where there is none.
    pub holders: Vec<PlaceKind>,
}

impl Columns {
    pub fn of(kind: PlaceKind) -> Self {
        let mut holders = kind.holders().to_vec();
        holders.reverse();
        if kind == PlaceKind::Building {
            holders.push(PlaceKind::Compound);
        }
        Self {
            kind,
            archive: fields_of(kind).collect(),
            holders,
        }
    }

    pub fn layer(&self) -> Layer {
        let column = |name: &str, short: &str, form| Column {
            name: name.to_owned(),
            short: short.to_owned(),
            form,
            is_name: name == OWN_ID,
        };
        let before = BEFORE.iter().map(|(name, short, form)| column(name, short, *form));
        let archive = self.archive.iter().map(|f| column(&f.column(), f.short, f.form));
        let holders = self
            .holders
            .iter()
            .map(|k| column(&format!("in_{k}"), short_of(*k), Form::Text));
        let after = AFTER.iter().map(|(name, short, form)| column(name, short, *form));
        Layer {
            name: self.kind.as_str().into(),
            columns: before.chain(archive).chain(holders).chain(after).collect(),
            shapes: if self.kind.may_be_point() {
                Shapes::Mixed
            } else {
                Shapes::Areas
            },
        }
    }
}

fn short_of(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::District => "in_distr",
        PlaceKind::Street => "in_street",
        PlaceKind::Community => "in_commun",
        PlaceKind::Grid => "in_grid",
        PlaceKind::MicroGrid => "in_microgr",
        PlaceKind::Compound => "in_compnd",
        PlaceKind::Building => "in_build",
        PlaceKind::ResourceSite => "in_site",
    }
}

pub fn of_matters(kind: MatterKind) -> Layer {
    let column = |(name, form): &(&str, Form)| Column {
        name: (*name).to_owned(),
        short: (*name).to_owned(),
        form: *form,
        is_name: *name == OWN_ID,
    };
    Layer {
        name: kind.as_str().into(),
        columns: OF_MATTERS.iter().map(column).collect(),
        shapes: Shapes::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_column_has_a_name_of_its_own_short_enough_for_a_shapefile() {
        let places = PlaceKind::ALL.map(|kind| Columns::of(kind).layer());
        let matters = MatterKind::ALL.map(of_matters);
        for layer in places.iter().chain(&matters) {
            let names: BTreeSet<&str> = layer.columns.iter().map(|c| c.name.as_str()).collect();
            let shorts: BTreeSet<&str> = layer.columns.iter().map(|c| c.short.as_str()).collect();
            assert_eq!(
                (names.len(), shorts.len()),
                (layer.columns.len(), layer.columns.len()),
                "{}",
                layer.name
            );
            for short in shorts {
                assert!(short.len() <= 10 && short.is_ascii(), "{short}");
            }
        }
    }
}
