//! What the ledger keeps.

use crate::draft::FromDraft;
use crate::ground::Envelope;
use crate::id::{BatchId, ChangeId, Epoch, PostId, Seq};
use crate::matter::{Alert, Hazard, Issue};
use crate::people::{Appointment, Post};
use crate::place::{Place, PlaceId};
use crate::scheme::Scheme;
use crate::world::Parents;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The schema number written into every Change. Old numbers are read for ever.
pub const CHANGE_SCHEMA: u16 = 1;

/// More effects than this travel as a batch beside the Change rather than inside it.
pub const MAX_INLINE_EFFECTS: usize = 500;

/// One step of the ledger 台账, holding before and after. Undo, history, replay, the feed and a second server need
/// nothing more. No personal value is ever in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub epoch: Epoch,
    pub seq: Seq,
    pub change_id: ChangeId,
    pub schema: u16,
    pub at: Timestamp,
    pub actor: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostId>,
    pub cause: Cause,
    /// Where the wish came from: a file's name, a system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Set where it was a draft that somebody else accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<FromDraft>,
    pub footprint: Footprint,
    /// Set when the effects are kept beside the Change, row by row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchRef>,
    /// What changed. Empty in the stored text when `batch` is set; whoever reads a Change from a store gets it whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
}

impl Change {
    /// Is it one gesture of the drawing desk, or the undo of one?
    pub fn is_drawing(&self) -> bool {
        let of_partitions = |e: &Effect| match e {
            Effect::Place(r) => crate::rules::is_drawn_together(r.after.kind()),
            Effect::Reparent { .. } => true,
            _ => false,
        };
        matches!(self.cause, Cause::Reshape | Cause::Undo(_)) && self.effects.iter().all(of_partitions)
    }

    /// Does it say nothing but that an archive was checked, 核对无误?
    pub fn only_confirms(&self) -> bool {
        let [Effect::Place(r)] = &self.effects[..] else {
            return false;
        };
        r.before.as_ref().is_some_and(|before| {
            let as_before = Place {
                checked_on: before.checked_on,
                ..Place::clone(&r.after)
            };
            before.checked_on != r.after.checked_on && before.says_the_same(&as_before)
        })
    }
}

/// Who did it: an account's name, a token's name, the operator's console, or Geju's own ticker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Account(String),
    Token(String),
    Console,
    Ticker,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Actor::Account(name) => write!(f, "account:{name}"),
            Actor::Token(name) => write!(f, "token:{name}"),
            Actor::Console => f.write_str("console"),
            Actor::Ticker => f.write_str("ticker"),
        }
    }
}

/// Why it was done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Create,
    Amend,
    Retire,
    /// Several places drawn as one gesture.
    Reshape,
    Record,
    Appoint,
    Import,
    /// Undo of the Change with this seq.
    Undo(Seq),
    Scheme,
    Expire,
}

impl Cause {
    pub fn as_str(&self) -> &'static str {
        match self {
            Cause::Create => "create",
            Cause::Amend => "amend",
            Cause::Retire => "retire",
            Cause::Reshape => "reshape",
            Cause::Record => "record",
            Cause::Appoint => "appoint",
            Cause::Import => "import",
            Cause::Undo(_) => "undo",
            Cause::Scheme => "scheme",
            Cause::Expire => "expire",
        }
    }
}

/// What a Change read or wrote: two Changes whose footprints do not meet may be appended in either order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Footprint {
    /// Entities written; empty with `everything` set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<u64>,
    /// Places that what was written lies in: whoever writes those changes what was decided upon, whoever relies on them too
    /// does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relied_on: Vec<u64>,
    /// Nothing but matters 事项: any number of them may stand at one spot.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub matters_only: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<Envelope>,
    /// Codes claimed, as `kind:code`: two places may not take one code at the same moment far apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// Set for imports, undo and a new Scheme: meets everything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub everything: bool,
}

impl Footprint {
    pub fn meets(&self, other: &Footprint) -> bool {
        let same_ground = || matches!((&self.envelope, &other.envelope), (Some(a), Some(b)) if a.meets(b));
        self.everything
            || other.everything
            || (!(self.matters_only && other.matters_only) && same_ground())
            || self
                .ids
                .iter()
                .any(|id| other.ids.contains(id) || other.relied_on.contains(id))
            || self.relied_on.iter().any(|id| other.ids.contains(id))
            || self.claims.iter().any(|c| other.claims.contains(c))
    }
}

/// The rows of an import, kept beside the Change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchRef {
    pub id: BatchId,
    /// SHA-256 over the rows in order, as hex.
    pub hash: String,
    /// Effects per layer.
    pub counts: BTreeMap<String, u64>,
    pub rows: u64,
}

/// One entity's step: before and after. `before` is absent when it is new; `after` is always there, because nothing is
/// deleted, a place is retired and a matter closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
pub struct Revision<T> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<T>>,
    pub after: Arc<T>,
    /// What it lay in before.
    #[serde(default, skip_serializing_if = "Parents::is_empty")]
    pub from: Parents,
    /// What it lies in now.
    #[serde(default, skip_serializing_if = "Parents::is_empty")]
    pub into: Parents,
}

impl Revision<Place> {
    /// Vertices that neighbours share were added to straight edges, 共用节点: no ground moved and the version did not step.
    pub fn only_nodes(&self) -> bool {
        self.before
            .as_ref()
            .is_some_and(|before| before.version == self.after.version)
    }
}

impl<T> Revision<T> {
    pub fn created(after: T, into: Parents) -> Self {
        Self {
            before: None,
            after: Arc::new(after),
            from: Parents::default(),
            into,
        }
    }
}

/// What one entity went through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Place(Revision<Place>),
    Hazard(Revision<Hazard>),
    Alert(Revision<Alert>),
    Issue(Revision<Issue>),
    Post(Revision<Post>),
    Appointment(Revision<Appointment>),
    /// A place stayed as it is and lies in other places now; its version does not step.
    Reparent {
        id: PlaceId,
        from: Parents,
        into: Parents,
    },
    /// A base-map layer was replaced (`after`), or taken away.
    Base {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<BasePack>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<BasePack>,
    },
    Scheme {
        before: Arc<Scheme>,
        after: Arc<Scheme>,
    },
}

impl Effect {
    /// The layer this shows in, if any.
    pub fn layer(&self) -> Option<&'static str> {
        match self {
            Effect::Place(r) => Some(r.after.kind().as_str()),
            Effect::Hazard(_) => Some("hazard"),
            Effect::Alert(_) => Some("alert"),
            Effect::Issue(_) => Some("issue"),
            Effect::Base { before, after } => after.as_ref().or(before.as_ref()).map(|p| p.layer.as_str()),
            Effect::Post(_) | Effect::Appointment(_) | Effect::Reparent { .. } | Effect::Scheme { .. } => None,
        }
    }

    pub fn id(&self) -> Option<u64> {
        match self {
            Effect::Place(r) => Some(r.after.id.0),
            Effect::Hazard(r) => Some(r.after.id.0),
            Effect::Alert(r) => Some(r.after.id.0),
            Effect::Issue(r) => Some(r.after.id.0),
            Effect::Post(r) => Some(r.after.id.0),
            Effect::Appointment(r) => Some(r.after.id.0),
            Effect::Reparent { id, .. } => Some(id.0),
            Effect::Base { .. } | Effect::Scheme { .. } => None,
        }
    }

    /// The ground touched, old and new together.
    pub fn envelope(&self) -> Option<Envelope> {
        let both = |before: Option<Envelope>, after: Envelope| Some(before.map_or(after, |b| b.union(after)));
        match self {
            Effect::Place(r) => both(
                r.before.as_ref().map(|p| p.ground.envelope()),
                r.after.ground.envelope(),
            ),
            Effect::Hazard(r) => both(
                r.before.as_ref().map(|p| p.ground.envelope()),
                r.after.ground.envelope(),
            ),
            Effect::Alert(r) => both(
                r.before.as_ref().map(|p| p.ground.envelope()),
                r.after.ground.envelope(),
            ),
            Effect::Issue(r) => both(
                r.before.as_ref().map(|p| p.ground.envelope()),
                r.after.ground.envelope(),
            ),
            Effect::Base { before, after } => {
                Envelope::union_all(before.iter().chain(after).filter_map(|p| p.envelope))
            }
            Effect::Post(_) | Effect::Appointment(_) | Effect::Reparent { .. } | Effect::Scheme { .. } => None,
        }
    }
}

/// Layers of the base map, 底图.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaseLayer {
    BaseRoad,
    BaseWater,
    BaseGreen,
    BaseRail,
}

impl BaseLayer {
    pub const ALL: [BaseLayer; 4] = [
        BaseLayer::BaseRoad,
        BaseLayer::BaseWater,
        BaseLayer::BaseGreen,
        BaseLayer::BaseRail,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            BaseLayer::BaseRoad => "base_road",
            BaseLayer::BaseWater => "base_water",
            BaseLayer::BaseGreen => "base_green",
            BaseLayer::BaseRail => "base_rail",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.as_str() == text)
    }
}

/// One base-map layer as an immutable pack, named by the hash of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasePack {
    pub layer: BaseLayer,
    /// SHA-256 of the pack's bytes, as hex.
    pub hash: String,
    pub features: u64,
    pub bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<Envelope>,
    /// Whom to thank, 数据来源.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
}
