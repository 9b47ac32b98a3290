//! What a person may say about an import.

use geju_core::matter::MatterKind;
use geju_core::place::PlaceKind;
use geju_formats::{Crs, TextEncoding};
use std::str::FromStr;

/// What the features of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    Place(PlaceKind),
    Matter(MatterKind),
    Base,
}

impl ImportKind {
    pub fn as_str(self) -> &'static str {
        match self {
            ImportKind::Place(kind) => kind.as_str(),
            ImportKind::Matter(kind) => kind.as_str(),
            ImportKind::Base => "base",
        }
    }
}

impl FromStr for ImportKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().to_lowercase().replace('-', "_");
        if let Some(kind) = PlaceKind::parse(&text) {
            return Ok(ImportKind::Place(kind));
        }
        if let Some(kind) = MatterKind::parse(&text) {
            return Ok(ImportKind::Matter(kind));
        }
        match text.as_str() {
            "base" => Ok(ImportKind::Base),
            _ => Err(format!(
                "{text:?} is not a kind; one of district, street, community, grid, micro_grid, compound, building, resource_site, hazard, alert, issue, base"
            )),
        }
    }
}

/// The settings of one import.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    pub kind: Option<ImportKind>,
    pub crs: Option<Crs>,
    pub layer: Option<String>,
    pub encoding: Option<TextEncoding>,
    /// `field=column`, several.
    pub map: Vec<(String, String)>,
    /// The column that names each feature in its own system.
    pub id_column: Option<String>,
    /// Name of the system the ids belong to.
    pub source: Option<String>,
    pub retire_missing: bool,
    pub skip_bad: bool,
    /// Bring places back whose codes the file names, under the numbers they had.
    pub revive: bool,
    /// Gather what a person wants to see before it is carried out.
    pub preview: bool,
}

impl ImportOptions {
    /// The column a person gave for a field.
    pub fn column_for(&self, field: &str) -> Option<String> {
        self.map
            .iter()
            .find(|(f, _)| f == field)
            .map(|(_, column)| column.clone())
    }

    /// Reads `field=column`.
    pub fn parse_map(text: &str) -> Result<(String, String), String> {
        match text.split_once('=') {
            Some((field, column)) if !field.trim().is_empty() && !column.trim().is_empty() => {
                let field = field.trim().to_owned();
                if !super::fields::is_field(&field) {
                    return Err(format!(
                        "{field:?} is not a field; fields are: {}",
                        super::fields::all_names().join(", ")
                    ));
                }
                Ok((field, column.trim().to_owned()))
            }
            _ => Err(format!("{text:?} is not field=column")),
        }
    }
}

/// `buildings.geojson`, a layer 小区 … say what they hold.
pub fn kind_by_name(name: &str) -> Option<ImportKind> {
    let name = name.to_lowercase();
    if let Ok(kind) = name.parse() {
        return Some(kind);
    }
    use PlaceKind::{Building, Community, Compound, District, Grid, MicroGrid, ResourceSite, Street};
    let words = [
        ("micro_grid", ImportKind::Place(MicroGrid)),
        ("microgrid", ImportKind::Place(MicroGrid)),
        ("微网格", ImportKind::Place(MicroGrid)),
        ("网格", ImportKind::Place(Grid)),
        ("小区", ImportKind::Place(Compound)),
        ("院落", ImportKind::Place(Compound)),
        ("compound", ImportKind::Place(Compound)),
        ("楼栋", ImportKind::Place(Building)),
        ("building", ImportKind::Place(Building)),
        ("社区", ImportKind::Place(Community)),
        ("街道", ImportKind::Place(Street)),
        ("区县", ImportKind::Place(District)),
        ("资源点", ImportKind::Place(ResourceSite)),
        ("pois", ImportKind::Place(ResourceSite)),
        ("隐患", ImportKind::Matter(MatterKind::Hazard)),
        ("预警", ImportKind::Matter(MatterKind::Alert)),
        ("issues", ImportKind::Matter(MatterKind::Issue)),
        ("工单", ImportKind::Matter(MatterKind::Issue)),
        ("roads", ImportKind::Base),
        ("water", ImportKind::Base),
    ];
    words
        .into_iter()
        .find(|(word, _)| name.contains(word))
        .map(|(_, kind)| kind)
}
