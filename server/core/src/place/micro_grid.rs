//! MicroGrid.

use serde::{Deserialize, Serialize};

/// MicroGrid 微网格: the smallest ground with a named person, 30–100 households or shops, or one building, as the Scheme says.
///
/// What it holds is counted from its buildings; the two numbers here are what was reported for it, kept for comparison.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MicroGrid {
    /// Households as last reported, 户数.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub households: Option<u32>,
    /// Shops as last reported, 商户数.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shops: Option<u32>,
}
