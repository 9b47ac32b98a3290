//! A city is a file: what differs between cities are values here, and no code asks which city it is in.

use crate::code::Code;
use crate::finding::Finding;
use crate::people::Role;
use crate::place::{PlaceId, PlaceKind};
use crate::rules::{Rule, Strictness};
use jiff::Span;
use jiff::civil::Date;
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
    /// Rules of drawing that this city takes more or less strictly than usual, 校核规则.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<Rule, Strictness>,
    /// Ground that is reviewed before it changes, 边界送审; absent: who may draw saves directly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

/// What is looked at twice before it is in force, 边界送审.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Kinds of places whose ground moves only by a reviewer's word, 须送审的层级.
    pub kinds: Vec<PlaceKind>,
    /// Square metres that may move without review where no building changes sides, 免审微调; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_correction_m2: Option<f64>,
    /// Roles that may accept what they drew themselves, 可自行通过.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept_own: Vec<Role>,
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

/// How fresh an archive is, 保鲜状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fresh {
    /// 新鲜
    Fresh,
    /// 临期
    Due,
    /// 过期
    Overdue,
    /// 未核对
    Unknown,
}

impl Freshness {
    /// How fresh an archive is on a day that was last checked on another; `None`: never.
    pub fn on(&self, today: Date, checked_on: Option<Date>) -> Fresh {
        self.thresholds(today).of(checked_on)
    }

    /// The days between fresh, due and overdue as seen from `today`.
    pub fn thresholds(&self, today: Date) -> Thresholds {
        let before = |days: u32| today.saturating_sub(Span::new().days(days.min(MAX_ARCHIVE_DAYS)));
        Thresholds {
            overdue_before: before(self.archive_days),
            due_until: before(self.archive_days - self.warn_days.min(self.archive_days)),
        }
    }
}

/// A century: longer than any archive is trusted, and within what a span of days may hold.
const MAX_ARCHIVE_DAYS: u32 = 36_500;

/// The days between fresh, due and overdue, seen from one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    overdue_before: Date,
    due_until: Date,
}

impl Thresholds {
    pub fn of(&self, checked_on: Option<Date>) -> Fresh {
        match checked_on {
            None => Fresh::Unknown,
            Some(day) if day < self.overdue_before => Fresh::Overdue,
            Some(day) if day <= self.due_until => Fresh::Due,
            Some(_) => Fresh::Fresh,
        }
    }
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
        let allowed = self.review.as_ref().and_then(|r| r.direct_correction_m2);
        if allowed.is_some_and(|m2| !m2.is_finite() || m2 < 0.0) {
            return refuse("review.direct_correction_m2 is not an area".into());
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

    /// Nobody reviews what they drew themselves unless the city says so.
    pub fn may_accept_own(&self, role: Role) -> bool {
        self.review.as_ref().is_some_and(|r| r.accept_own.contains(&role))
    }

    /// What becomes of a drawing that breaks this rule.
    pub fn strictness(&self, rule: Rule) -> Strictness {
        self.rules.get(&rule).copied().unwrap_or_else(|| rule.usual())
    }

    /// Day and time by this city's clock.
    pub fn local(&self, at: jiff::Timestamp) -> jiff::civil::DateTime {
        let offset = jiff::tz::Offset::from_seconds(self.utc_offset_minutes * 60).unwrap_or(jiff::tz::Offset::UTC);
        offset.to_datetime(at)
    }

    /// The moment at which this day is over by this city's clock.
    pub fn end_of(&self, day: jiff::civil::Date) -> jiff::Timestamp {
        let offset = jiff::tz::Offset::from_seconds(self.utc_offset_minutes * 60).unwrap_or(jiff::tz::Offset::UTC);
        let next = day.tomorrow().unwrap_or(day).at(0, 0, 0, 0);
        offset.to_timestamp(next).unwrap_or(jiff::Timestamp::MAX)
    }

    /// What day it is by this city's clock.
    pub fn day_of(&self, at: jiff::Timestamp) -> Date {
        self.local(at).date()
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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_archive_grows_due_and_then_overdue() {
        let quarterly = Freshness {
            archive_days: 90,
            warn_days: 15,
        };
        let checked = date(2026, 1, 1);
        let on = |today| quarterly.on(today, Some(checked));
        assert_eq!(quarterly.on(checked, None), Fresh::Unknown);
        assert_eq!(on(checked), Fresh::Fresh);
        assert_eq!(on(date(2026, 3, 16)), Fresh::Fresh, "74 days");
        assert_eq!(on(date(2026, 3, 17)), Fresh::Due, "75 days");
        assert_eq!(on(date(2026, 4, 1)), Fresh::Due, "90 days");
        assert_eq!(on(date(2026, 4, 2)), Fresh::Overdue, "91 days");
        assert_eq!(on(date(2025, 12, 31)), Fresh::Fresh, "a clock that runs behind");
    }
}
