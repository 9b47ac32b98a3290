//! Which columns of a file feed which fields.

use super::fields::{self, Field};
use super::{ImportKind, ImportOptions};
use geju_formats::{RawFeature, RawValue};
use std::collections::HashMap;

/// Which field a column feeds, and how good its name is.
#[derive(Clone)]
pub struct Target {
    pub field: Slot,
    pub rank: usize,
}

/// A field of ours.
#[derive(Clone, Copy)]
pub enum Slot {
    Common(&'static str),
    Archive(&'static Field),
    Matter(&'static str),
}

impl Slot {
    pub fn name(self) -> &'static str {
        match self {
            Slot::Common(name) | Slot::Matter(name) => name,
            Slot::Archive(field) => field.path,
        }
    }
}

type ImportKindKey = (u8, u8);

fn key(kind: ImportKind) -> ImportKindKey {
    match kind {
        ImportKind::Place(k) => (0, k.index() as u8),
        ImportKind::Matter(k) => (1, k as u8),
        ImportKind::Base => (2, 0),
    }
}

/// What each column was found to mean; found once per column.
pub struct Columns<'a> {
    options: &'a ImportOptions,
    targets: HashMap<(ImportKindKey, String), Vec<Target>>,
}

impl<'a> Columns<'a> {
    pub fn new(options: &'a ImportOptions) -> Self {
        Self {
            options,
            targets: HashMap::new(),
        }
    }

    /// The column that feeds a common field best, and its value here.
    pub fn best(&mut self, kind: ImportKind, raw: &RawFeature, field: &str) -> Option<(String, RawValue)> {
        let mut best: Option<(usize, String, RawValue)> = None;
        for (column, value) in &raw.properties {
            if value.text().is_none() {
                continue;
            }
            for target in self.targets(kind, column) {
                if target.field.name() == field && best.as_ref().is_none_or(|(rank, ..)| target.rank < *rank) {
                    best = Some((target.rank, column.clone(), value.clone()));
                }
            }
        }
        best.map(|(_, column, value)| (column, value))
    }

    /// Which fields a column feeds.
    pub fn targets(&mut self, kind: ImportKind, column: &str) -> Vec<Target> {
        let key = (key(kind), column.to_owned());
        if let Some(known) = self.targets.get(&key) {
            return known.clone();
        }
        let mut found = Vec::new();
        // What a person mapped comes before any guess; a column mapped elsewhere is guessed at only for what may well be the
        // same word, the category.
        let mapped: Vec<&str> = self
            .options
            .map
            .iter()
            .filter(|(_, c)| c == column)
            .map(|(f, _)| f.as_str())
            .collect();
        let taken = |field: &str| self.options.map.iter().any(|(f, _)| f == field);
        let mut consider = |field: Slot, guess: Option<usize>| {
            let name = field.name();
            if mapped.contains(&name) {
                found.push(Target { field, rank: 0 });
            } else if let (true, false, Some(rank)) = (mapped.is_empty() || name == "category", taken(name), guess) {
                found.push(Target { field, rank: rank + 1 });
            }
        };
        match kind {
            ImportKind::Place(place) => {
                for (field, _) in fields::COMMON {
                    consider(Slot::Common(field), fields::common_rank(place, field, column));
                }
                for field in fields::fields_of(place) {
                    consider(Slot::Archive(field), fields::field_rank(field, column));
                }
            }
            ImportKind::Matter(_) => {
                for (field, _) in fields::MATTER {
                    consider(Slot::Matter(field), fields::matter_rank(field, column));
                }
            }
            ImportKind::Base => {}
        }
        self.targets.insert(key, found.clone());
        found
    }
}
