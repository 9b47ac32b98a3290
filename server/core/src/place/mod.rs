//! Ground that stays: district 区 to building 楼栋, and resource sites 资源点.

mod building;
mod community;
mod compound;
mod district;
mod grid;
mod micro_grid;
mod resource_site;
mod street;

pub use building::Building;
pub use community::Community;
pub use compound::{Compound, CompoundKind, PeopleBase, Resources, ResponseStep, ServiceBodies, ServiceItem};
pub use district::District;
pub use grid::{Grid, GridTier};
pub use micro_grid::MicroGrid;
pub(crate) use resource_site::CATEGORIES;
pub use resource_site::ResourceSite;
pub use street::Street;

use crate::code::Code;
use crate::ground::Ground;
use crate::id::Version;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

crate::typed_id!(
    /// A place of any kind.
    PlaceId
);

/// Longest name taken in. The longest real community name seen has 25 characters.
pub const MAX_NAME_CHARS: usize = 200;
/// Longest address taken in.
pub const MAX_ADDRESS_CHARS: usize = 300;
/// Tags on one place.
pub const MAX_TAGS: usize = 200;
/// Longest tag.
pub const MAX_TAG_CHARS: usize = 60;

/// The kinds of places, largest first; the order in which they are drawn and numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    District,
    Street,
    Community,
    Grid,
    MicroGrid,
    Compound,
    Building,
    ResourceSite,
}

impl PlaceKind {
    pub const ALL: [PlaceKind; 8] = [
        PlaceKind::District,
        PlaceKind::Street,
        PlaceKind::Community,
        PlaceKind::Grid,
        PlaceKind::MicroGrid,
        PlaceKind::Compound,
        PlaceKind::Building,
        PlaceKind::ResourceSite,
    ];

    /// The name used for layers, columns, files and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            PlaceKind::District => "district",
            PlaceKind::Street => "street",
            PlaceKind::Community => "community",
            PlaceKind::Grid => "grid",
            PlaceKind::MicroGrid => "micro_grid",
            PlaceKind::Compound => "compound",
            PlaceKind::Building => "building",
            PlaceKind::ResourceSite => "resource_site",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }

    pub fn index(self) -> usize {
        self as usize
    }

    /// The governance ladder, 治理层级: every level nests in the one before.
    pub const LADDER: [PlaceKind; 5] = [
        PlaceKind::District,
        PlaceKind::Street,
        PlaceKind::Community,
        PlaceKind::Grid,
        PlaceKind::MicroGrid,
    ];

    /// The levels in which a place of this kind lies, nearest first.
    pub fn holders(self) -> &'static [PlaceKind] {
        use PlaceKind::*;
        match self {
            District => &[],
            Street => &[District],
            Community => &[Street, District],
            Grid => &[Community, Street, District],
            MicroGrid => &[Grid, Community, Street, District],
            // Property and governance cross each other below the community: a compound hangs on the community.
            Compound => &[Community, Street, District],
            Building | ResourceSite => &[MicroGrid, Grid, Community, Street, District],
        }
    }

    /// Has it an archive that somebody checks from time to time, 档案保鲜?
    pub fn is_checked(self) -> bool {
        matches!(
            self,
            PlaceKind::MicroGrid | PlaceKind::Compound | PlaceKind::Building | PlaceKind::ResourceSite
        )
    }

    /// May it be a single spot?
    pub fn may_be_point(self) -> bool {
        matches!(self, PlaceKind::ResourceSite)
    }
}

impl std::fmt::Display for PlaceKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a place came from: the name of the source (a file, a system) and its id there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceRef {
    pub name: Box<str>,
    pub id: Box<str>,
}

/// A piece of ground and what is known of it, 地点.
///
/// Nothing is deleted: a retired place has `effective_to`, and its rows stay in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub id: PlaceId,
    pub version: Version,
    pub name: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub tags: Box<[Box<str>]>,
    pub ground: Ground,
    pub effective_from: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_to: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
    /// When somebody last looked whether the archive is right, 核对日期; absent: nobody did, or its kind is not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_on: Option<Date>,
    pub archive: Archive,
}

impl Place {
    pub fn kind(&self) -> PlaceKind {
        self.archive.kind()
    }

    pub fn is_retired(&self) -> bool {
        self.effective_to.is_some()
    }

    /// Equal but for the version: nothing a person would see differs.
    pub fn says_the_same(&self, other: &Place) -> bool {
        Place {
            version: other.version,
            ..self.clone()
        } == *other
    }
}

/// What a place of each kind knows of itself, 档案.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Archive {
    District(District),
    Street(Street),
    Community(Community),
    Grid(Grid),
    MicroGrid(MicroGrid),
    Compound(Box<Compound>),
    Building(Building),
    ResourceSite(Box<ResourceSite>),
}

impl Archive {
    pub fn kind(&self) -> PlaceKind {
        match self {
            Archive::District(_) => PlaceKind::District,
            Archive::Street(_) => PlaceKind::Street,
            Archive::Community(_) => PlaceKind::Community,
            Archive::Grid(_) => PlaceKind::Grid,
            Archive::MicroGrid(_) => PlaceKind::MicroGrid,
            Archive::Compound(_) => PlaceKind::Compound,
            Archive::Building(_) => PlaceKind::Building,
            Archive::ResourceSite(_) => PlaceKind::ResourceSite,
        }
    }

    /// An archive of this kind about which nothing is known yet.
    pub fn empty(kind: PlaceKind) -> Self {
        match kind {
            PlaceKind::District => Archive::District(District::default()),
            PlaceKind::Street => Archive::Street(Street::default()),
            PlaceKind::Community => Archive::Community(Community::default()),
            PlaceKind::Grid => Archive::Grid(Grid::default()),
            PlaceKind::MicroGrid => Archive::MicroGrid(MicroGrid::default()),
            PlaceKind::Compound => Archive::Compound(Box::default()),
            PlaceKind::Building => Archive::Building(Building::default()),
            PlaceKind::ResourceSite => Archive::ResourceSite(Box::default()),
        }
    }

    /// The kind within the kind, as tiles and legends show it.
    pub fn subkind(&self) -> Option<&str> {
        match self {
            Archive::Compound(c) => c.kind.map(CompoundKind::as_str),
            Archive::Grid(g) => Some(g.tier.as_str()),
            Archive::ResourceSite(r) => Some(&r.category).filter(|c| !c.is_empty()).map(|c| &**c),
            Archive::District(_)
            | Archive::Street(_)
            | Archive::Community(_)
            | Archive::MicroGrid(_)
            | Archive::Building(_) => None,
        }
    }

    /// The archive's fields alone, as they travel in `properties.archive`.
    pub fn to_json(&self) -> Result<serde_json::Value, serde_json::Error> {
        match self {
            Archive::District(a) => serde_json::to_value(a),
            Archive::Street(a) => serde_json::to_value(a),
            Archive::Community(a) => serde_json::to_value(a),
            Archive::Grid(a) => serde_json::to_value(a),
            Archive::MicroGrid(a) => serde_json::to_value(a),
            Archive::Compound(a) => serde_json::to_value(a),
            Archive::Building(a) => serde_json::to_value(a),
            Archive::ResourceSite(a) => serde_json::to_value(a),
        }
    }

    /// Reads the fields of an archive of a known kind; unknown fields are refused by name.
    pub fn from_json(kind: PlaceKind, fields: serde_json::Value) -> Result<Self, serde_json::Error> {
        use serde_json::from_value as read;
        Ok(match kind {
            PlaceKind::District => Archive::District(read(fields)?),
            PlaceKind::Street => Archive::Street(read(fields)?),
            PlaceKind::Community => Archive::Community(read(fields)?),
            PlaceKind::Grid => Archive::Grid(read(fields)?),
            PlaceKind::MicroGrid => Archive::MicroGrid(read(fields)?),
            PlaceKind::Compound => Archive::Compound(read(fields)?),
            PlaceKind::Building => Archive::Building(read(fields)?),
            PlaceKind::ResourceSite => Archive::ResourceSite(read(fields)?),
        })
    }
}
