//! What is wanted of an export, from the command line and over HTTP alike, and what becomes of it.

use super::may_export;
use crate::auth::Asker;
use crate::http::Choosing;
use crate::limits;
use crate::map::Map;
use crate::tiles::{MAX_ZOOM, TileLayer};
use clap::Args;
use geju_core::change::BaseLayer;
use geju_core::place::Place;
use geju_core::{Area, Code, MatterKind, PlaceKind};
use geju_formats::write::Output;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Words of the command line; over HTTP the same as JSON or in the query.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    /// Layers, joined by commas: district, street, community, grid, micro_grid, compound, building, resource_site, hazard,
    /// alert, issue; for pmtiles also base_green, base_water, base_road, base_rail [default: all places]
    #[arg(long, value_name = "KIND,…")]
    pub kind: Option<String>,
    /// geojson, geojsonseq, gpkg, fgb, shp, csv, xlsx, kml or pmtiles
    #[arg(long, value_name = "FORMAT")]
    pub format: String,
    /// Code of a place: only what lies in it, by its inner point
    #[arg(long, value_name = "CODE")]
    pub area: Option<String>,
    /// Only codes that begin so
    #[arg(long, value_name = "DIGITS")]
    pub code_prefix: Option<String>,
    /// Only what carries this tag
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// Only what this CQL2 filter holds for, as text or JSON: "floors >= 7 AND build_year < 2000"
    #[arg(long, value_name = "CQL2")]
    pub filter: Option<FilterText>,
    /// cql2-text or cql2-json [default: JSON is told by its brace]
    #[arg(long, value_name = "LANGUAGE")]
    #[serde(rename = "filter-lang")]
    pub filter_lang: Option<String>,
    /// Text encoding of a Shapefile: utf-8 or gbk [default: utf-8]
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// How tables say where areas are: spot, a place inside, or wkt, the whole outline [default: spot]
    #[arg(long, value_name = "HOW")]
    pub geometry: Option<String>,
    /// Zooms of pmtiles, as 10-16 [default: 0-16]
    #[arg(long, value_name = "FROM-TO")]
    pub zooms: Option<String>,
    /// Any ground, as /api/v1/area takes it.
    #[arg(skip)]
    pub within: Option<Value>,
}

/// A filter as it was written. In a body of JSON it may stand as the object that it is.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct FilterText(String);

impl From<String> for FilterText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl<'de> Deserialize<'de> for FilterText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            json @ Value::Object(_) => Ok(Self(json.to_string())),
            _ => Err(serde::de::Error::custom("filter is CQL2 as text or as a JSON object")),
        }
    }
}

/// What is exported as a layer of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Place(PlaceKind),
    Matter(MatterKind),
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Place(kind) => kind.as_str(),
            Kind::Matter(kind) => kind.as_str(),
        }
    }
}

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    Rows(Output),
    /// PMTiles.
    Tiles,
}

/// An export that can be carried out.
#[derive(Debug, Clone)]
pub struct Plan {
    pub file: File,
    pub kinds: Vec<Kind>,
    pub base: Vec<BaseLayer>,
    pub area: Option<Area>,
    pub gbk: bool,
    pub wkt: bool,
    pub zooms: (u8, u8),
    code_prefix: Option<String>,
    tag: Option<String>,
    pub filter: Option<Choosing>,
}

/// A wish that makes no sense: which part of it, and why.
#[derive(Debug, thiserror::Error)]
#[error("{part}: {why}")]
pub struct BadWish {
    pub part: &'static str,
    pub why: String,
}

fn bad(part: &'static str, why: impl Into<String>) -> BadWish {
    BadWish { part, why: why.into() }
}

/// Deepest zoom when nobody says: houses are told apart, and a city stays a few hundred megabytes.
const ZOOM_USUAL: u8 = 16;

impl Plan {
    /// Reads the words. `drawn` is the ground of `within`, which only the doors can read.
    pub fn of(map: &Map, asker: &Asker, wanted: &Wanted, drawn: Option<Area>) -> Result<Plan, BadWish> {
        let file = file(&wanted.format)?;
        let (kinds, base) = layers(wanted.kind.as_deref(), file)?;
        if let Some(kind) = kinds.iter().find(|k| !may_export(asker, **k)) {
            return Err(bad("kind", format!("this account sees no {}", kind.name())));
        }
        let gbk = match wanted.encoding.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None | Some("utf-8" | "utf8") => false,
            Some("gbk") if file == File::Rows(Output::Shapefile) => true,
            Some("gbk") => return Err(bad("encoding", "gbk is for shp alone; the others are UTF-8")),
            Some(_) => return Err(bad("encoding", "is utf-8 or gbk")),
        };
        let wkt = match wanted.geometry.as_deref() {
            None | Some("spot") => false,
            Some("wkt") if matches!(file, File::Rows(output) if output.is_table()) => true,
            Some("wkt") => {
                return Err(bad(
                    "geometry",
                    "wkt is for csv and xlsx; the others hold outlines anyway",
                ));
            }
            Some(_) => return Err(bad("geometry", "is spot or wkt")),
        };
        let zooms = match &wanted.zooms {
            None => (0, ZOOM_USUAL),
            Some(_) if file != File::Tiles => return Err(bad("zooms", "go with pmtiles alone")),
            Some(text) => zooms(text)?,
        };
        let filter = choosing(wanted, &kinds, asker)?;
        Ok(Plan {
            file,
            kinds,
            base,
            area: match (&wanted.area, drawn) {
                (Some(_), Some(_)) => return Err(bad("area", "say area or within, not both")),
                (Some(code), None) => Some(place_of_code(map, code)?),
                (None, drawn) => drawn,
            },
            gbk,
            wkt,
            zooms,
            code_prefix: short("code_prefix", &wanted.code_prefix)?,
            tag: short("tag", &wanted.tag)?,
            filter,
        })
    }

    /// Is anything said that only places have?
    pub fn is_of_places_alone(&self) -> bool {
        self.code_prefix.is_some() || self.tag.is_some()
    }

    /// Is it less than the whole map?
    pub fn is_narrowed(&self) -> bool {
        self.area.is_some() || self.filter.is_some() || self.is_of_places_alone()
    }

    /// Does the place pass the filters, its ground apart?
    pub fn fits(&self, place: &Place) -> bool {
        let code = |prefix: &String| {
            place
                .code
                .as_ref()
                .is_some_and(|c| c.as_str().starts_with(prefix.as_str()))
        };
        self.code_prefix.as_ref().is_none_or(code)
            && self
                .tag
                .as_ref()
                .is_none_or(|tag| place.tags.iter().any(|t| **t == **tag))
    }

    /// How the file ends, and its media type.
    pub fn ending(&self) -> (&'static str, &'static str) {
        match self.file {
            File::Rows(output) => output.file(self.kinds.len()),
            File::Tiles => ("pmtiles", "application/vnd.pmtiles"),
        }
    }

    /// A name for the file: what is in it.
    pub fn file_name(&self) -> String {
        let names: Vec<&str> = self.layer_names().collect();
        let stem = match names[..] {
            [one] => one,
            _ => "geju",
        };
        format!("{stem}.{}", self.ending().0)
    }

    pub fn layer_names(&self) -> impl Iterator<Item = &'static str> {
        let base = self.base.iter().map(|l| l.as_str());
        base.chain(self.kinds.iter().map(|k| k.name()))
    }

    /// For the access log: what was taken, in one line without anybody's name.
    pub fn in_short(&self, wanted: &Wanted) -> String {
        let mut out = format!("{} {}", wanted.format, self.layer_names().collect::<Vec<_>>().join(","));
        for (word, value) in [
            ("area", &wanted.area),
            ("code", &wanted.code_prefix),
            ("tag", &wanted.tag),
        ] {
            if let Some(value) = value {
                out.push_str(&format!(" {word}={value}"));
            }
        }
        if wanted.within.is_some() {
            out.push_str(" within=drawn");
        }
        // What somebody looked for stays out of the log.
        if wanted.filter.is_some() {
            out.push_str(" filter=cql2");
        }
        out
    }
}

fn file(format: &str) -> Result<File, BadWish> {
    if format.trim().is_empty() {
        return Err(bad("format", "is needed"));
    }
    if format.trim().eq_ignore_ascii_case("pmtiles") {
        return Ok(File::Tiles);
    }
    let output: Result<Output, String> = format.parse();
    output
        .map(File::Rows)
        .map_err(|why| bad("format", format!("{why}, pmtiles")))
}

type Layers = (Vec<Kind>, Vec<BaseLayer>);

fn layers(text: Option<&str>, file: File) -> Result<Layers, BadWish> {
    let tiles = file == File::Tiles;
    let Some(text) = text.filter(|t| !t.trim().is_empty()) else {
        let base = if tiles { BaseLayer::ALL.to_vec() } else { Vec::new() };
        return Ok((PlaceKind::ALL.map(Kind::Place).to_vec(), base));
    };
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    let base: Vec<BaseLayer> = BaseLayer::ALL
        .into_iter()
        .filter(|l| names.contains(&l.as_str()))
        .collect();
    let places = PlaceKind::ALL.map(Kind::Place).into_iter();
    let matters = MatterKind::ALL.map(Kind::Matter).into_iter();
    let kinds: Vec<Kind> = places.chain(matters).filter(|k| names.contains(&k.name())).collect();
    let known = |name: &&&str| !kinds.iter().any(|k| k.name() == **name) && !base.iter().any(|l| l.as_str() == **name);
    if let Some(unknown) = names.iter().find(known) {
        return Err(bad(
            "kind",
            format!("{:?} is no layer", unknown.chars().take(40).collect::<String>()),
        ));
    }
    if !tiles && !base.is_empty() {
        return Err(bad("kind", "the base map comes in pmtiles alone"));
    }
    if tiles && kinds.iter().any(|k| matches!(k, Kind::Matter(_))) {
        return Err(bad("kind", "tiles never hold hazards, alerts or issues"));
    }
    Ok((kinds, base))
}

fn zooms(text: &str) -> Result<(u8, u8), BadWish> {
    let why = || bad("zooms", format!("two zooms from 0 to {MAX_ZOOM}, as 10-16"));
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<u8>().ok().filter(|z| *z <= MAX_ZOOM);
    match (number(low), number(high)) {
        (Some(low), Some(high)) if low <= high => Ok((low, high)),
        _ => Err(why()),
    }
}

/// The filter, once it is sure that every layer knows its names.
fn choosing(wanted: &Wanted, kinds: &[Kind], asker: &Asker) -> Result<Option<Choosing>, BadWish> {
    let Some(FilterText(text)) = &wanted.filter else {
        return match wanted.filter_lang {
            Some(_) => Err(bad("filter-lang", "goes with filter")),
            None => Ok(None),
        };
    };
    let choosing = Choosing::read(text, wanted.filter_lang.as_deref()).map_err(|(part, why)| bad(part, why))?;
    for kind in kinds {
        let suits = match kind {
            Kind::Place(kind) => choosing.suits_places(*kind, asker),
            Kind::Matter(kind) => choosing.suits_matters(*kind, asker),
        };
        suits.map_err(|why| bad("filter", why))?;
    }
    Ok(Some(choosing))
}

fn short(part: &'static str, text: &Option<String>) -> Result<Option<String>, BadWish> {
    match text {
        Some(text) if text.chars().count() > limits::EXPORT_FILTER_CHARS_MAX => Err(bad(part, "is too long")),
        text => Ok(text.clone().filter(|t| !t.is_empty())),
    }
}

/// The ground of the place with this code, the largest level first.
fn place_of_code(map: &Map, code: &str) -> Result<Area, BadWish> {
    let read = Code::new(code).map_err(|why| bad("area", why.to_string()))?;
    map.read(|world| {
        let found = PlaceKind::ALL.into_iter().find_map(|kind| world.by_code(kind, &read));
        let outline = found.and_then(|p| p.place.ground.outline());
        outline.cloned().map(Area::Outline)
    })
    .ok_or_else(|| bad("area", format!("no place with an outline has the code {code}")))
}

/// Layers of tiles from this zoom on.
pub fn min_zoom(kind: PlaceKind) -> u8 {
    TileLayer::Place(kind).min_zoom()
}
