//! A filter outside of the items doors: the same language, fields and refusals, asked of places and matters that were taken from
//! the map already.

use super::crs::{CRS84, language};
use super::fields::{self, Field};
use super::question::LANGUAGES;
use super::rows::{MatterRow, PlaceRow};
use super::{Collection, question};
use crate::auth::Asker;
use crate::cql2::{Filter, Parsed, bind};
use crate::http::matter_json::{ShownMatter, Travels};
use crate::map::Map;
use geju_core::world::Standing;
use geju_core::{MatterKind, PlaceKind, Placed};
use jiff::Timestamp;
use serde_json::json;
use std::cell::OnceCell;
use std::sync::Arc;

/// 筛选: a filter that was read, its names not looked up yet.
#[derive(Debug, Clone)]
pub struct Choosing(Parsed);

impl Choosing {
    /// Reads a filter. Without a language named, JSON is told by its brace: no text begins with one.
    pub fn read(filter: &str, named: Option<&str>) -> Result<Self, (&'static str, String)> {
        let usual = if filter.trim_start().starts_with('{') {
            LANGUAGES[1]
        } else {
            LANGUAGES[0]
        };
        question::parse(named.unwrap_or(usual), filter).map(Self)
    }

    /// Are all its names fields of places of this kind that this asker may choose by?
    pub fn suits_places(&self, kind: PlaceKind, asker: &Asker) -> Result<(), String> {
        self.bound(Collection::Place(kind), asker).map(drop)
    }

    pub fn suits_matters(&self, kind: MatterKind, asker: &Asker) -> Result<(), String> {
        self.bound(Collection::Matter(kind), asker).map(drop)
    }

    /// Its shapes carry an index that stays on one thread: looked up where it is asked.
    fn bound(&self, collection: Collection, asker: &Asker) -> Result<Filter<Field>, String> {
        let fields = fields::of(collection, asker);
        let find = |name: &str| fields.iter().find(|f| f.name == name).map(|f| (*f, f.kind));
        let degrees = |lon, lat| Ok([lon, lat]);
        bind(&self.0, &find, &language(CRS84, &degrees)).map_err(|slip| format!("of {}: {slip}", collection.name()))
    }

    /// Lets the places go for which it does not hold.
    pub fn keep_places(
        &self,
        map: &Map,
        asker: &Asker,
        kind: PlaceKind,
        places: &mut Vec<Arc<Placed>>,
    ) -> Result<(), String> {
        let filter = self.bound(Collection::Place(kind), asker)?;
        let scheme = map.read(|w| w.scheme().clone());
        let today = scheme.day_of(Timestamp::now());
        places.retain(|placed| {
            filter.holds(&PlaceRow {
                placed,
                today,
                freshness: &scheme.freshness,
                map,
                asker,
                figures: OnceCell::new(),
            })
        });
        Ok(())
    }

    pub fn keep_matters<M: Travels>(
        &self,
        asker: &Asker,
        kind: MatterKind,
        matters: &mut Vec<Arc<Standing<M>>>,
    ) -> Result<(), String> {
        let filter = self.bound(Collection::Matter(kind), asker)?;
        matters.retain(|standing| {
            let mut properties = ShownMatter::of(standing).properties();
            properties["id"] = json!(standing.matter.id());
            filter.holds(&MatterRow {
                matter: &*standing.matter,
                properties,
            })
        });
        Ok(())
    }
}
