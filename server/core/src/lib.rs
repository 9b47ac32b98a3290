//! Governance as plain values: places, matters, people, one consistent map.
//!
//! No clock, disk, network, async, SQL or HTTP lives here, so all of it can be tested like arithmetic.
//! Two pure functions stand around one durable act: [`decide()`] turns a wish into a [`Change`], and
//! [`World::fold`] applies a Change that the store has kept.

pub mod answer;
pub mod area;
pub mod change;
pub mod code;
pub mod command;
pub mod day;
pub mod decide;
pub mod draft;
pub mod figures;
pub mod finding;
pub mod ground;
pub mod id;
pub mod matter;
pub mod partition;
pub mod people;
pub mod place;
pub mod rules;
pub mod scheme;
pub mod tidy;
pub mod unit;
pub mod world;

#[cfg(any(test, feature = "drawn"))]
pub mod drawn;

pub use answer::{Answer, EdgeRule, Question};
pub use area::Area;
pub use change::{Actor, BasePack, BatchRef, Cause, Change, Effect, Footprint, Revision};
pub use code::Code;
pub use command::{Command, Order};
pub use decide::decide;
pub use draft::{Draft, DraftId, DraftState};
pub use finding::{Finding, Refusal, Severity};
pub use ground::{Envelope, Ground, InvalidOutline, LonLat, Outline};
pub use id::{BatchId, ChangeId, Epoch, PersonId, PostId, Seq, Version};
pub use matter::{Alert, Hazard, Issue, MatterId, MatterKind};
pub use people::{Appointment, Post, Role};
pub use place::{Archive, Place, PlaceId, PlaceKind};
pub use scheme::Scheme;
pub use unit::{Meters, SquareMeters};
pub use world::{Parents, Placed, Touched, World};
