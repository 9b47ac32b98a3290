//! What happens on the ground: hazards 隐患, alerts 预警, issues 问题.

mod alert;
mod hazard;
mod issue;

pub use alert::{Alert, AlertLevel, AlertState};
pub use hazard::{Hazard, HazardState};
pub use issue::{Issue, IssueState, Rung};

use crate::ground::Ground;
use crate::id::Version;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

crate::typed_id!(
    /// A matter of any kind.
    MatterId
);

/// Longest title taken in.
pub const MAX_TITLE_CHARS: usize = 200;
/// Longest text of an issue.
pub const MAX_TEXT_CHARS: usize = 4_000;
/// Longest category word.
pub const MAX_CATEGORY_CHARS: usize = 60;

/// The kinds of matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    Hazard,
    Alert,
    Issue,
}

impl MatterKind {
    pub const ALL: [MatterKind; 3] = [MatterKind::Hazard, MatterKind::Alert, MatterKind::Issue];

    pub fn as_str(self) -> &'static str {
        match self {
            MatterKind::Hazard => "hazard",
            MatterKind::Alert => "alert",
            MatterKind::Issue => "issue",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }
}

impl std::fmt::Display for MatterKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the map needs of a matter, whatever it is.
pub trait Matter {
    const KIND: MatterKind;
    fn id(&self) -> MatterId;
    fn version(&self) -> Version;
    fn set_version(&mut self, version: Version);
    fn ground(&self) -> &Ground;
    fn category(&self) -> &str;
    fn title(&self) -> &str;
    /// When it began: found, onset, reported.
    fn begun(&self) -> Timestamp;
    /// When it ended: removed, closed, run out. Absent while it lives, and when it was taken back.
    fn ended(&self) -> Option<Timestamp>;
    /// Does it still count: a standing hazard, an active alert, an open issue?
    fn is_live(&self) -> bool;
}

macro_rules! matter {
    ($type:ident, $live:pat, $begun:ident, $ended:ident) => {
        impl super::Matter for $type {
            const KIND: super::MatterKind = super::MatterKind::$type;
            fn id(&self) -> super::MatterId {
                self.id
            }
            fn version(&self) -> crate::id::Version {
                self.version
            }
            fn set_version(&mut self, version: crate::id::Version) {
                self.version = version;
            }
            fn ground(&self) -> &crate::ground::Ground {
                &self.ground
            }
            fn category(&self) -> &str {
                &self.category
            }
            fn title(&self) -> &str {
                &self.title
            }
            fn begun(&self) -> jiff::Timestamp {
                self.$begun
            }
            fn ended(&self) -> Option<jiff::Timestamp> {
                self.$ended
            }
            fn is_live(&self) -> bool {
                matches!(self.state, $live)
            }
        }
    };
}
use matter;
