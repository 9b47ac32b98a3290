//! Grid.

use serde::{Deserialize, Serialize};

/// Grid 网格: the ground of one grid worker.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grid {
    pub tier: GridTier,
}

/// What sort of grid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GridTier {
    /// 一般网格: where people live.
    #[default]
    General,
    /// 专属网格: one hospital, campus, market or factory.
    Exclusive,
}

impl GridTier {
    pub fn as_str(self) -> &'static str {
        match self {
            GridTier::General => "general",
            GridTier::Exclusive => "exclusive",
        }
    }
}
