//! Wishes to change the map.

use crate::change::{Actor, BasePack, Change};
use crate::id::{ChangeId, PostId, Version};
use crate::matter::{Alert, Hazard, Issue, MatterId};
use crate::people::{Appointment, Post, Warrant};
use crate::place::{Place, PlaceId};
use crate::scheme::Scheme;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::Arc;

/// A Command with everything it needs from outside: who, when, and the number that settles a lost answer. Ids and time
/// arrive as values, so deciding is pure.
#[derive(Debug, Clone)]
pub struct Order {
    pub command: Command,
    pub change_id: ChangeId,
    pub at: Timestamp,
    pub actor: Actor,
    pub warrant: Warrant,
    pub post: Option<PostId>,
    pub source: Option<String>,
}

/// What someone wants of the map. `version` inside a new entity is ignored: deciding sets it.
#[derive(Debug, Clone)]
pub enum Command {
    CreatePlace(Box<Place>),
    /// The whole place as it shall be; `base` is the version the change was made on.
    AmendPlace {
        place: Box<Place>,
        base: Version,
    },
    /// Checked, nothing to change, 核对无误.
    ConfirmPlace {
        id: PlaceId,
        base: Version,
    },
    RetirePlace {
        id: PlaceId,
        base: Version,
        on: Date,
    },
    /// Many places drawn as one gesture, judged together, 边界调整.
    Reshape(Box<Reshape>),
    /// Record (no `base`) or amend a hazard.
    PutHazard {
        hazard: Box<Hazard>,
        base: Option<Version>,
    },
    /// Raise (no `base`), amend, close or let expire an alert.
    PutAlert {
        alert: Box<Alert>,
        base: Option<Version>,
    },
    /// Say that somebody knows of an alert, 签收.
    AcknowledgeAlert {
        id: MatterId,
        base: Version,
    },
    /// Report (no `base`), amend or close an issue.
    PutIssue {
        issue: Box<Issue>,
        base: Option<Version>,
    },
    /// Set up (no `base`), amend or give up a post.
    PutPost {
        post: Box<Post>,
        base: Option<Version>,
    },
    /// Appoint (no `base`) or end an appointment.
    PutAppointment {
        appointment: Box<Appointment>,
        base: Option<Version>,
    },
    /// Many places and matters at once, matched and checked by the importer.
    Import(Box<Shipment>),
    /// Take back a Change that is still as it was left.
    Undo(Arc<Change>),
    AdoptScheme(Arc<Scheme>),
}

/// One gesture: everything it moves, makes and takes away, each with the version it was drawn on.
#[derive(Debug, Clone, Default)]
pub struct Reshape {
    pub moved: Vec<(Place, Version)>,
    pub created: Vec<Place>,
    pub retired: Vec<(PlaceId, Version)>,
}

impl Reshape {
    pub fn len(&self) -> usize {
        self.moved.len() + self.created.len() + self.retired.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What an import brings.
#[derive(Debug, Clone, Default)]
pub struct Shipment {
    /// New places and new versions of old ones, each with the version it was compared with.
    pub places: Vec<(Arc<Place>, Option<Version>)>,
    /// Places among those without a version that were retired and come back: the version each was retired as.
    pub revived: HashMap<PlaceId, Arc<Place>>,
    /// Places to retire because the file no longer has them.
    pub retire: Vec<(PlaceId, Version)>,
    pub hazards: Vec<(Arc<Hazard>, Option<Version>)>,
    pub alerts: Vec<(Arc<Alert>, Option<Version>)>,
    pub issues: Vec<(Arc<Issue>, Option<Version>)>,
    pub posts: Vec<Arc<Post>>,
    pub appointments: Vec<Arc<Appointment>>,
    pub base: Vec<BasePack>,
    /// The day from which retired places are out of force.
    pub on: Option<Date>,
}

impl Shipment {
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn len(&self) -> usize {
        self.places.len()
            + self.retire.len()
            + self.hazards.len()
            + self.alerts.len()
            + self.issues.len()
            + self.posts.len()
            + self.appointments.len()
            + self.base.len()
    }
}
