//! The command line of `geju import` and `geju check`.

use super::{ImportKind, ImportOptions};
use clap::Args;
use geju_formats::{Crs, TextEncoding};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// GeoJSON, GeoJSON text sequence, GeoPackage, Shapefile (.shp or .zip), FlatGeobuf, KML/KMZ, CSV, XLSX, OSM .pbf
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub wanted: Wanted,
    /// Write the report to a file: .json whole, .csv the findings as a table
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// What is wanted of an import, from the command line and over HTTP alike.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    /// What the features are: district, street, community, grid, micro_grid, compound, building, resource_site, hazard,
    /// alert, issue or base
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub kind: Option<String>,
    /// Coordinate system: wgs84, gcj02, bd09 or EPSG:n [default: what the file says]
    #[arg(long, value_name = "CRS", value_parser = crs)]
    pub crs: Option<String>,
    /// Which column is which field; several
    #[arg(long, value_name = "field=column", value_parser = map)]
    pub map: Vec<String>,
    /// The column that names each feature in its own system
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Name of the system the ids belong to [default: the file's name]
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Layer or sheet to read [default: all layers, the first sheet]
    #[arg(long, value_name = "NAME")]
    pub layer: Option<String>,
    /// Text encoding of a table: utf-8, gbk, gb18030, utf-16le … [default: detected]
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub encoding: Option<String>,
    /// Retire places of these kinds that the file no longer has
    #[arg(long)]
    pub retire_missing: bool,
    /// Leave bad features out instead of refusing the whole import
    #[arg(long)]
    pub skip_bad: bool,
    /// Bring retired places back into force where the file names their codes
    #[arg(long)]
    pub revive: bool,
    /// Only tell what would happen
    #[arg(long)]
    pub dry_run: bool,
    /// With `dry_run`, for the page: what comes in as GeoJSON, and the columns with what stands in them.
    #[arg(skip)]
    pub preview: bool,
}

impl Wanted {
    /// Reads the words; says which one makes no sense.
    pub fn options(&self) -> Result<ImportOptions, String> {
        Ok(ImportOptions {
            kind: self.kind.as_deref().map(str::parse::<ImportKind>).transpose()?,
            crs: self
                .crs
                .as_deref()
                .map(str::parse::<Crs>)
                .transpose()
                .map_err(|e| e.to_string())?,
            layer: self.layer.clone(),
            encoding: self.encoding.as_deref().map(read_encoding).transpose()?,
            map: self
                .map
                .iter()
                .map(|m| ImportOptions::parse_map(m))
                .collect::<Result<_, _>>()?,
            id_column: self.id.clone(),
            source: self.source.clone(),
            retire_missing: self.retire_missing,
            skip_bad: self.skip_bad,
            revive: self.revive,
            preview: self.preview && self.dry_run,
        })
    }
}

fn kind(text: &str) -> Result<String, String> {
    text.parse::<ImportKind>().map(|_| text.to_owned())
}

fn crs(text: &str) -> Result<String, String> {
    text.parse::<Crs>().map(|_| text.to_owned()).map_err(|e| e.to_string())
}

fn map(text: &str) -> Result<String, String> {
    ImportOptions::parse_map(text).map(|_| text.to_owned())
}

fn encoding(text: &str) -> Result<String, String> {
    read_encoding(text).map(|_| text.to_owned())
}

fn read_encoding(text: &str) -> Result<TextEncoding, String> {
    text.parse::<TextEncoding>().map_err(|e| e.to_string())
}

#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Print the findings as JSON
    #[arg(long)]
    pub json: bool,
}
