//! Building.

use serde::{Deserialize, Serialize};

/// Building 楼栋.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Building {
    /// Floors above ground, 层数.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floors: Option<u16>,
    /// Entrances (units), 单元数.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrances: Option<u16>,
    /// Households, 户数.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub households: Option<u32>,
    /// Shops, 商户数.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shops: Option<u32>,
    /// Residents, 人口.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residents: Option<u32>,
    /// Residents of 60 and older, 60岁以上.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_60: Option<u32>,
    /// Of these, living alone, 独居老人.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_60_alone: Option<u32>,
    /// Residents under 14, 儿童.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub children: Option<u32>,
    /// Year of completion, 建成年份.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_year: Option<u16>,
}
