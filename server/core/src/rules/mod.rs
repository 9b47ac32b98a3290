//! What a drawing is judged by: one file per rule, in the order in which people should hear them. Every rule looks at the map
//! as it would stand afterwards, neighbours that move along included, and compares it with the map before: old untidiness is
//! told and blocks nobody, new untidiness does.

mod building_in_one;
mod codes_ordered;
mod codes_unique;
mod contiguous;
mod drawing;
mod edge_shared;
mod in_jurisdiction;
mod inside_parent;
mod needs_review;
mod no_gap;
mod no_overlap;
mod not_across_barrier;
mod outline_valid;
mod size_in_range;

pub use drawing::Drawing;
pub use not_across_barrier::{Barrier, BarrierKind, BarrierShape};

pub(crate) use drawing::{Step, Torn};
pub(crate) use in_jurisdiction::{may_draw, not_my_duty};
pub(crate) use inside_parent::outside;
pub(crate) use needs_review::{NEEDS_REVIEW, needs_review};
pub(crate) use no_gap::gap_of;
pub(crate) use no_overlap::OVERLAP_TOLERANCE_M2;
pub(crate) use outline_valid::too_many_vertices;
pub(crate) use size_in_range::beyond_range;

use crate::finding::{Finding, Severity};
use crate::place::PlaceKind;
use serde::{Deserialize, Serialize};

/// Ground that two partitions may differ by before anybody is told: vertices that only one side has, rounding to the grid.
pub const TIDY_TOLERANCE_M2: f64 = 0.5;

/// A rule whose strictness a Scheme may set, 校核规则.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// 不越上级边界
    InsideParent,
    /// 同级不重叠
    NoOverlap,
    /// 不留空白
    NoGap,
    /// 一栋一微网格
    BuildingInOne,
    /// 规模适当
    SizeInRange,
    /// 连成一片
    Contiguous,
    /// 编号有序
    CodesOrdered,
}

/// Kinds whose places share edges with their neighbours, and are judged together with them.
pub(crate) fn is_drawn_together(kind: PlaceKind) -> bool {
    PlaceKind::LADDER.contains(&kind) || kind == PlaceKind::Compound
}

/// What becomes of a drawing that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strictness {
    /// It is not saved.
    Block,
    /// It is saved, and told.
    Warn,
}

impl Rule {
    /// How strict a rule is where the Scheme says nothing.
    pub fn usual(self) -> Strictness {
        match self {
            Rule::InsideParent | Rule::NoOverlap | Rule::BuildingInOne => Strictness::Block,
            Rule::NoGap | Rule::SizeInRange | Rule::Contiguous | Rule::CodesOrdered => Strictness::Warn,
        }
    }
}

/// Everything found in a drawing, in the order in which people should hear it. Outlines that cannot be judged end the hearing.
pub fn judge(drawing: &Drawing<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    outline_valid::judge(drawing, &mut findings);
    if findings.iter().any(|f| f.severity == Severity::Block) {
        return findings;
    }
    for rule in [
        inside_parent::judge,
        no_overlap::judge,
        edge_shared::judge,
        no_gap::judge,
        building_in_one::judge,
        size_in_range::judge,
        contiguous::judge,
        not_across_barrier::judge,
        in_jurisdiction::judge,
        codes_unique::judge,
        codes_ordered::judge,
    ] {
        rule(drawing, &mut findings);
    }
    findings
}
