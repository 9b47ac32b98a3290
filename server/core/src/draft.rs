//! Draft 草案: one gesture of the drawing desk on its way into force, and who may do what with it on the way.

use crate::change::Actor;
use crate::command::Reshape;
use crate::decide::may;
use crate::finding::Refusal;
use crate::id::{ChangeId, Seq, Version};
use crate::people::{Action, Reach, Role, Warrant, reach};
use crate::place::{PlaceId, PlaceKind};
use crate::rules::may_draw;
use crate::scheme::Scheme;
use crate::world::{Parents, World};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

crate::typed_id!(
    /// A draft of the ledger; they count upwards.
    DraftId
);

/// Where a draft stands, 草案状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    /// 送审
    Submitted,
    /// 已通过, and waits for its day
    Accepted,
    /// 已生效
    InForce,
    /// 退回
    Returned,
    /// 撤回
    Withdrawn,
}

impl DraftState {
    pub const ALL: [DraftState; 5] = [
        DraftState::Submitted,
        DraftState::Accepted,
        DraftState::InForce,
        DraftState::Returned,
        DraftState::Withdrawn,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            DraftState::Submitted => "submitted",
            DraftState::Accepted => "accepted",
            DraftState::InForce => "in_force",
            DraftState::Returned => "returned",
            DraftState::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Does somebody still have to do something about it?
    pub fn is_open(self) -> bool {
        match self {
            DraftState::Submitted | DraftState::Accepted | DraftState::Returned => true,
            DraftState::InForce | DraftState::Withdrawn => false,
        }
    }

    /// Is it judged anew on the map of today whenever somebody looks? Else what was judged then is kept.
    pub fn is_judged_now(self) -> bool {
        matches!(self, DraftState::Submitted | DraftState::Accepted)
    }
}

/// What may be done with a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftStep {
    /// 通过
    Accept,
    /// 退回
    Return,
    /// 撤回
    Withdraw,
    /// 修改后重新送审
    Amend,
    /// 批注
    Comment,
}

/// A draft without the gesture itself, which is kept beside it as it was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub id: DraftId,
    pub version: Version,
    pub state: DraftState,
    pub name: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Box<str>>,
    /// Who drew it, 起草人.
    pub author: Actor,
    pub role: Role,
    pub at: Timestamp,
    pub changed_at: Timestamp,
    /// The number its Change will have, so that it can take effect once and never twice.
    pub change_id: ChangeId,
    /// The nearest place that all of it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<PlaceId>,
    /// The ground it touches.
    pub grounds: Vec<DraftGround>,
    /// The day it takes effect, 生效日期.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_on: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Acceptance>,
    /// The Change it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Seq>,
}

/// One place a draft touches, and what that lies in: the place itself, where it is there already, and everything above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftGround {
    pub kind: PlaceKind,
    pub within: Vec<PlaceId>,
}

/// The word of a reviewer, 审核意见. It is an act of office: on the day of effect it holds with the rights of the day it was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Acceptance {
    pub by: Actor,
    pub role: Role,
    pub places: Vec<PlaceId>,
    pub at: Timestamp,
}

impl Acceptance {
    pub fn warrant(&self) -> Warrant {
        Warrant {
            role: self.role,
            places: self.places.clone(),
        }
    }
}

/// Where a Change came from, when it was a draft first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FromDraft {
    pub id: DraftId,
    /// Who drew it; the Change's own actor is who accepted it.
    pub author: Actor,
}

impl Draft {
    /// May somebody with this warrant know of it? Who drew it, and who answers for any of its ground.
    pub fn is_seen_by(&self, who: &Actor, warrant: &Warrant) -> bool {
        self.author == *who || self.reaches(warrant, Action::PlaceDraw, false)
    }

    /// May somebody with this warrant review it? Only who answers for all of its ground, and whose duty all of its kinds are.
    pub fn is_reviewed_by(&self, scheme: &Scheme, warrant: &Warrant) -> bool {
        self.reaches(warrant, Action::DraftReview, true)
            && self.grounds.iter().all(|g| scheme.may_draw(warrant.role, g.kind))
    }

    /// Does the warrant reach all of its ground, or any of it?
    fn reaches(&self, warrant: &Warrant, action: Action, all: bool) -> bool {
        let covers = |ground: &DraftGround| ground.within.iter().any(|id| warrant.places.contains(id));
        match reach(warrant.role, action) {
            Reach::All => true,
            Reach::None => false,
            Reach::Own if all => !self.grounds.is_empty() && self.grounds.iter().all(covers),
            Reach::Own => self.grounds.iter().any(covers),
        }
    }

    /// What this person may do with it now; `blocked`: something found in it forbids that it takes effect.
    pub fn may(&self, scheme: &Scheme, who: &Actor, warrant: &Warrant, blocked: bool) -> Vec<DraftStep> {
        let own = self.author == *who;
        let reviews = self.is_reviewed_by(scheme, warrant);
        let waits = self.state == DraftState::Submitted;
        let mut steps = Vec::new();
        if waits && reviews && !blocked && (!own || scheme.may_accept_own(warrant.role)) {
            steps.push(DraftStep::Accept);
        }
        if (waits || self.state == DraftState::Accepted) && reviews {
            steps.push(DraftStep::Return);
        }
        if own && (waits || self.state == DraftState::Returned) {
            steps.extend([DraftStep::Withdraw, DraftStep::Amend]);
        }
        if self.is_seen_by(who, warrant) {
            steps.push(DraftStep::Comment);
        }
        steps
    }
}

/// May all of this gesture be drawn with this warrant, whatever else is wrong with it?
pub fn may_draw_all(world: &World, warrant: &Warrant, wish: &Reshape) -> Result<(), Refusal> {
    let old = |id: PlaceId| world.place(id).map(|p| (id, p.parents));
    for (place, _) in &wish.moved {
        may_draw(world, warrant, place.kind(), old(place.id), Some(&place.ground))?;
    }
    for place in &wish.created {
        may_draw(world, warrant, place.kind(), None, Some(&place.ground))?;
    }
    for placed in wish.retired.iter().filter_map(|(id, _)| world.place(*id)) {
        let kind = placed.place.kind();
        may_draw(world, warrant, kind, Some((placed.place.id, placed.parents)), None)?;
    }
    Ok(())
}

/// May somebody with this warrant review ground of this kind here?
pub(crate) fn may_review(
    world: &World,
    warrant: &Warrant,
    kind: PlaceKind,
    ground: (Option<PlaceId>, Parents),
) -> Result<(), Refusal> {
    may(world, warrant, Action::DraftReview, &[ground])?;
    if world.scheme().may_draw(warrant.role, kind) {
        Ok(())
    } else {
        Err(crate::rules::not_my_duty(warrant.role, "review", kind))
    }
}
