//! Compound.

use serde::{Deserialize, Serialize};

/// Compound 小区/院落: a housing estate or courtyard, and its archive of five modules.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Compound {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<CompoundKind>,
    /// Households as last reported, 户数.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub households: Option<u32>,
    /// Residents as last reported, 人口.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residents: Option<u32>,
    /// Year of completion, 建成年份.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_year: Option<u16>,
    /// Property firm, 物业公司.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property_firm: Option<Box<str>>,
    /// Owners' committee, 业委会: is there one?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owners_committee: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people_base: Option<PeopleBase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_bodies: Option<ServiceBodies>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service_items: Vec<ServiceItem>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_flow: Vec<ResponseStep>,
}

/// What sort of compound, 小区类型.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompoundKind {
    /// 商品房小区
    Commodity,
    /// 保障房小区
    Affordable,
    /// 安置小区
    Resettlement,
    /// 老旧小区
    Old,
    /// 单位宿舍
    WorkUnit,
    /// 院落
    Courtyard,
    /// 临街商住
    StreetFront,
}

impl CompoundKind {
    pub const ALL: [CompoundKind; 7] = [
        CompoundKind::Commodity,
        CompoundKind::Affordable,
        CompoundKind::Resettlement,
        CompoundKind::Old,
        CompoundKind::WorkUnit,
        CompoundKind::Courtyard,
        CompoundKind::StreetFront,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            CompoundKind::Commodity => "commodity",
            CompoundKind::Affordable => "affordable",
            CompoundKind::Resettlement => "resettlement",
            CompoundKind::Old => "old",
            CompoundKind::WorkUnit => "work_unit",
            CompoundKind::Courtyard => "courtyard",
            CompoundKind::StreetFront => "street_front",
        }
    }
}

/// Module 1, people base 人口底数: counts only, never names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PeopleBase {
    /// Registered here, 户籍人口.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered: Option<u32>,
    /// Registered elsewhere, 流动人口.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floating: Option<u32>,
    /// 60岁以上
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_60: Option<u32>,
    /// 独居老人
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_60_alone: Option<u32>,
    /// 儿童
    #[serde(skip_serializing_if = "Option::is_none")]
    pub children: Option<u32>,
    /// People with disabilities, 残疾人.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<u32>,
    /// Households on minimum living allowance, 低保户.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowance_households: Option<u32>,
}

/// Module 2, resources 资源.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Resources {
    /// Rooms for common use, 活动室.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_rooms: Option<u32>,
    /// Parking spaces, 停车位.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parking_spaces: Option<u32>,
    /// Charging points for e-bikes and cars, 充电桩.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chargers: Option<u32>,
    /// Lifts, 电梯.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifts: Option<u32>,
    /// Fire hydrants, 消防栓.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hydrants: Option<u32>,
    /// Gates, 出入口.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gates: Option<u32>,
    /// Green ground in m², 绿地面积.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub green_m2: Option<u32>,
}

/// Module 3, service bodies 服务主体.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceBodies {
    /// Party branch, 党支部.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party_branch: Option<Box<str>>,
    /// Social organisations at work here, 社会组织.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub social_organisations: Vec<Box<str>>,
    /// Volunteers, 志愿者人数.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volunteers: Option<u32>,
}

/// Module 4, a service item 服务事项.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceItem {
    pub title: Box<str>,
    /// Who does it, 服务单位.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<str>>,
    /// When, 服务时间.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Box<str>>,
}

/// Module 5, one step of the response flow 响应流程.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseStep {
    pub step: Box<str>,
    /// Title of the post that takes it, 责任岗位.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Box<str>>,
    /// Within how many minutes, 时限（分钟）.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_minutes: Option<u32>,
}
