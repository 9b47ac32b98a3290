//! Hazard.

use super::MatterId;
use crate::ground::Ground;
use crate::id::Version;
use crate::place::SourceRef;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Hazard 隐患: something dangerous that stands until it is removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hazard {
    pub id: MatterId,
    pub version: Version,
    pub title: Box<str>,
    /// 类别: `fire`, `gas`, `structure`, `flood`, `lift`, `electric` …; open, because cities differ.
    pub category: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Box<str>>,
    pub ground: Ground,
    pub state: HazardState,
    pub found_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
}

/// Does it still stand?
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HazardState {
    /// 在册
    #[default]
    Standing,
    /// 已消除
    Removed,
}

super::matter!(Hazard, HazardState::Standing, found_at, removed_at);
