//! Alert.

use super::MatterId;
use crate::ground::Ground;
use crate::id::Version;
use crate::place::SourceRef;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Alert 预警: a sensor's or an authority's word, shaped after CAP 1.2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    pub id: MatterId,
    pub version: Version,
    pub title: Box<str>,
    /// 类别: `smoke`, `gas`, `water_level`, `rain`, `wind`, `heat` …; open, because cities differ.
    pub category: Box<str>,
    pub level: AlertLevel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Box<str>>,
    pub ground: Ground,
    pub state: AlertState,
    /// When it begins to matter, 起始时间.
    pub onset: Timestamp,
    /// When its word runs out, 失效时间.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// When somebody said that they know, 签收时间.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
}

/// The four legal levels, 预警级别 Ⅰ–Ⅳ; in JSON the number 1 to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum AlertLevel {
    /// Ⅰ 红色
    Red = 1,
    /// Ⅱ 橙色
    Orange = 2,
    /// Ⅲ 黄色
    Yellow = 3,
    /// Ⅳ 蓝色
    Blue = 4,
}

impl TryFrom<u8> for AlertLevel {
    type Error = String;
    fn try_from(n: u8) -> Result<Self, String> {
        match n {
            1 => Ok(AlertLevel::Red),
            2 => Ok(AlertLevel::Orange),
            3 => Ok(AlertLevel::Yellow),
            4 => Ok(AlertLevel::Blue),
            _ => Err(format!(
                "alert level {n} is not 1 (red), 2 (orange), 3 (yellow) or 4 (blue)"
            )),
        }
    }
}

impl From<AlertLevel> for u8 {
    fn from(level: AlertLevel) -> u8 {
        level as u8
    }
}

/// Does its word still hold?
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// 生效中
    #[default]
    Active,
    /// 已失效
    Expired,
    /// 已解除
    Closed,
}

super::matter!(Alert, AlertState::Active, onset, closed_at);
