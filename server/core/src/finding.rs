//! What is wrong, where, and how to mend it.

use crate::ground::{InvalidOutline, LonLat, Outline};
use crate::matter::MatterId;
use crate::place::{Place, PlaceId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is saved while it stands.
    Block,
    /// Saved, and someone should look.
    Warn,
    /// Told, so that nobody is surprised.
    Note,
}

/// Vertices of the ground that one finding shows: what is finer is a spot on any screen.
pub const MAX_GROUND_VERTICES: usize = 1_000;

/// Something found, 检查结果 (an Issue is what a resident reports). The code is stable; words for people live with the
/// interface, the message here is English for logs and tools.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub code: String,
    pub severity: Severity,
    pub message: String,
    /// The spot to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LonLat>,
    /// The ground it is about, largest pieces first: what overlaps, is left over, or lies outside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ground: Vec<Outline>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PlaceId>,
    /// The field, as a dotted path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Finding {
    pub fn new(severity: Severity, code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity,
            message: message.into(),
            at: None,
            ground: Vec::new(),
            places: Vec::new(),
            path: None,
            mend: None,
        }
    }

    pub fn block(code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Block, code, message)
    }

    pub fn warn(code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warn, code, message)
    }

    pub fn at(mut self, at: LonLat) -> Self {
        self.at = Some(at);
        self
    }

    /// Shows this ground, as much of it as a screen can; the largest pieces come first.
    pub fn ground(mut self, pieces: impl IntoIterator<Item = Outline>) -> Self {
        let mut room = MAX_GROUND_VERTICES;
        let fits = pieces.into_iter().take_while(|piece| {
            let vertices = piece.vertex_count();
            let fits = vertices <= room;
            room = room.saturating_sub(vertices);
            fits
        });
        self.ground.extend(fits);
        self
    }

    pub fn places(mut self, places: impl IntoIterator<Item = PlaceId>) -> Self {
        self.places.extend(places);
        self
    }

    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }
}

impl From<&InvalidOutline> for Finding {
    fn from(bad: &InvalidOutline) -> Self {
        let mut finding = Finding::block(bad.why.code(), bad.to_string()).mend(bad.why.mend());
        finding.at = bad.at;
        finding
    }
}

/// A Command that was not carried out, in words for a person.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// The role or the jurisdiction does not reach so far.
    Forbidden(Box<Finding>),
    NoSuchPlace(PlaceId),
    NoSuchMatter(MatterId),
    /// No such post, appointment or Change.
    NoSuchRecord(String),
    /// Someone changed it meanwhile; the place as it is now.
    StalePlace(Arc<Place>),
    /// Someone changed several of the places drawn together; each as it is now.
    StalePlaces(Vec<Arc<Place>>),
    /// Someone changed it meanwhile; the version as it is now.
    StaleMatter {
        id: MatterId,
        version: u32,
    },
    /// Rules are broken; every finding that blocks, and the warnings beside them.
    Broken(Vec<Finding>),
}

impl Refusal {
    pub fn forbidden(finding: Finding) -> Self {
        Refusal::Forbidden(Box::new(finding))
    }

    pub fn broken(finding: Finding) -> Self {
        Refusal::Broken(vec![finding])
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Forbidden(finding) => f.write_str(&finding.message),
            Refusal::NoSuchPlace(id) => write!(f, "there is no place {id} in force"),
            Refusal::NoSuchMatter(id) => write!(f, "there is no matter {id}"),
            Refusal::NoSuchRecord(what) => write!(f, "there is no {what}"),
            Refusal::StalePlace(place) => write!(
                f,
                "place {} was changed meanwhile, it is at version {}",
                place.id, place.version
            ),
            Refusal::StalePlaces(places) => {
                write!(f, "{} of these places were changed meanwhile:", places.len())?;
                for place in places {
                    write!(f, " {} is at version {}", place.id, place.version)?;
                }
                Ok(())
            }
            Refusal::StaleMatter { id, version } => {
                write!(f, "matter {id} was changed meanwhile, it is at version {version}")
            }
            Refusal::Broken(findings) => {
                for (i, finding) in findings.iter().enumerate() {
                    write!(f, "{}{}", if i == 0 { "" } else { "; " }, finding.message)?;
                }
                Ok(())
            }
        }
    }
}
