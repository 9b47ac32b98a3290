//! Issue.

use super::MatterId;
use crate::ground::Ground;
use crate::id::{PersonId, Version};
use crate::place::SourceRef;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Issue 问题/诉求: a person's report. Its reporter is only a [`PersonId`] here: name, phone and address live apart and can
/// be erased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    pub id: MatterId,
    pub version: Version,
    pub title: Box<str>,
    /// 类别: `rubbish`, `noise`, `lighting`, `parking`, `leak` …; open, because cities differ.
    pub category: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Box<str>>,
    pub ground: Ground,
    pub state: IssueState,
    pub rung: Rung,
    pub reported_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
}

/// Is it still open?
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueState {
    /// 未结
    #[default]
    Open,
    /// 已结
    Closed,
}

/// How high it has climbed, 层级: 小区 → 社区 → 街道.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    #[default]
    Compound,
    Community,
    Street,
}

super::matter!(Issue, IssueState::Open, reported_at, closed_at);
