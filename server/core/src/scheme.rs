//! A city is a file: what differs between cities are values here, and no code asks which city it is in.

use crate::code::Code;
use crate::finding::Finding;
use crate::people::Role;
use crate::place::{PlaceId, PlaceKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Scheme 治理方案: levels, sizes, codes, ladder, clocks and duties of one city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Short name, also the file's: `chengdu`.
    pub name: String,
    pub title: Title,
    /// Minutes ahead of UTC; days begin by this clock.
    pub utc_offset_minutes: i32,
    /// The levels in use, largest first.
    pub levels: Vec<Level>,
    /// The ladder issues climb.
    pub ladder: Vec<LadderStep>,
    pub freshness: Freshness,
    /// Kinds of places each role may draw and retire, 绘制职责.
    pub draws: BTreeMap<Role, Vec<PlaceKind>>,
    /// Kinds of places whose archives each role may amend, 建档职责.
    pub amends: BTreeMap<Role, Vec<PlaceKind>>,
}

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    pub zh: String,
    pub en: String,
}

/// One level of places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    pub kind: PlaceKind,
    pub title: Title,
    /// Digits of its code, the parent's code first; absent: any code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_digits: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
}

/// How big a place of a level should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "unit", deny_unknown_fields)]
pub enum Size {
    /// So many households, or so many shops where nobody lives.
    HouseholdsOrShops { min: u32, max: u32 },
    /// Exactly one building.
    Building,
}

/// One rung and its two clocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderStep {
    pub rung: crate::matter::Rung,
    pub title: Title,
    /// Minutes to accept, 受理时限.
    pub accept_minutes: u32,
    /// Minutes to resolve, 办结时限.
    pub resolve_minutes: u32,
}

/// When an archive counts as due, 更新周期.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freshness {
    pub archive_days: u32,
    /// Days before that when it is shown as coming due.
    pub warn_days: u32,
}

/// Why a text is not a Scheme.
#[derive(Debug, thiserror::Error)]
pub enum BadScheme {
    #[error("scheme file: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("scheme {name}: {what}")]
    Content { name: String, what: String },
}

/// A grid finer than this in minutes from UTC does not exist on earth.
const MAX_UTC_OFFSET_MINUTES: i32 = 14 * 60;

impl Scheme {
    pub fn from_toml(text: &str) -> Result<Self, BadScheme> {
        let scheme: Scheme = toml::from_str(text)?;
        scheme.checked()
    }

    fn checked(self) -> Result<Self, BadScheme> {
        let refuse = |what: String| {
            Err(BadScheme::Content {
                name: self.name.clone(),
                what,
            })
        };
        if self.utc_offset_minutes.abs() > MAX_UTC_OFFSET_MINUTES {
            return refuse(format!(
                "utc_offset_minutes {} is not a time zone",
                self.utc_offset_minutes
            ));
        }
        for pair in self.levels.windows(2) {
            if pair[0].kind >= pair[1].kind {
                return refuse(format!("level {} must come before {}", pair[1].kind, pair[0].kind));
            }
        }
        for level in &self.levels {
            if let Some(Size::HouseholdsOrShops { min, max }) = level.size
                && min > max
            {
                return refuse(format!("level {}: min {min} is more than max {max}", level.kind));
            }
        }
        if self.freshness.warn_days > self.freshness.archive_days {
            return refuse("freshness.warn_days is more than archive_days".into());
        }
        Ok(self)
    }

    pub fn level(&self, kind: PlaceKind) -> Option<&Level> {
        self.levels.iter().find(|l| l.kind == kind)
    }

    pub fn may_draw(&self, role: Role, kind: PlaceKind) -> bool {
        role == Role::Admin || self.draws.get(&role).is_some_and(|kinds| kinds.contains(&kind))
    }

    pub fn may_amend(&self, role: Role, kind: PlaceKind) -> bool {
        role == Role::Admin || self.amends.get(&role).is_some_and(|kinds| kinds.contains(&kind))
    }

    /// What day it is by this city's clock.
    pub fn day_of(&self, at: jiff::Timestamp) -> jiff::civil::Date {
        let offset = jiff::tz::Offset::from_seconds(self.utc_offset_minutes * 60).unwrap_or(jiff::tz::Offset::UTC);
        offset.to_datetime(at).date()
    }

    /// Does a code have the form this city gives its level? What deviates is told, never refused: maps come from
    /// systems that number otherwise.
    pub fn code_finding(&self, kind: PlaceKind, id: PlaceId, code: &Code, parent: Option<&Code>) -> Option<Finding> {
        let digits = self.level(kind)?.code_digits?;
        let text = code.as_str();
        let finding = |message: String| Some(Finding::warn("code_form", message).places([id]).path("code"));
        if text.len() != digits || !text.bytes().all(|b| b.is_ascii_digit()) {
            return finding(format!("code {text} of this {kind} should have {digits} digits"));
        }
        match parent {
            Some(parent)
                if parent.as_str().bytes().all(|b| b.is_ascii_digit()) && !text.starts_with(parent.as_str()) =>
            {
                finding(format!(
                    "code {text} of this {kind} should begin with its parent's code {parent}"
                ))
            }
            _ => None,
        }
    }
}
