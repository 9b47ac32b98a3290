//! Which version a writer read before it wrote, judged when the order is decided and not before.

use geju_core::{Command, Version, World};

/// No version is ever this one: they begin at 1.
const NEVER_CURRENT: Version = 0;

/// The versions a wish may change, as `If-Match` says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// Whatever is there: `*`.
    pub any: bool,
    /// One of these.
    pub versions: Vec<Version>,
    /// Something was named by a weak ETag, which never counts for writing.
    pub weak: bool,
}

impl Condition {
    /// Makes the order one for the version that is current now, where the condition allows that version.
    pub(super) fn settle(&self, world: &World, command: &mut Command) {
        match command {
            Command::AmendPlace { place, base } => self.put(base, world.place(place.id).map(|p| p.place.version)),
            Command::ConfirmPlace { id, base } | Command::RetirePlace { id, base, .. } => {
                self.put(base, world.place(*id).map(|p| p.place.version))
            }
            Command::PutHazard { hazard, base } => {
                self.put_some(base, world.hazards().get(hazard.id).map(|s| s.matter.version));
            }
            Command::PutAlert { alert, base } => {
                self.put_some(base, world.alerts().get(alert.id).map(|s| s.matter.version));
            }
            Command::AcknowledgeAlert { id, base, .. } => {
                self.put(base, world.alerts().get(*id).map(|s| s.matter.version));
            }
            Command::PutIssue { issue, base } => {
                self.put_some(base, world.issues().get(issue.id).map(|s| s.matter.version));
            }
            // What is new has no version, and these name theirs in the body.
            Command::CreatePlace(_)
            | Command::PutPost { .. }
            | Command::PutAppointment { .. }
            | Command::Import(_)
            | Command::Undo(_)
            | Command::Reshape(_)
            | Command::AdoptScheme(_) => {}
        }
    }

    /// The same for a wish that was built on this very version: a later one would be overwritten unseen.
    pub fn only(self, read: Version) -> Self {
        Self {
            versions: if self.allows(read) { vec![read] } else { Vec::new() },
            any: false,
            weak: self.weak,
        }
    }

    fn put(&self, base: &mut Version, current: Option<Version>) {
        *base = current.filter(|v| self.allows(*v)).unwrap_or(NEVER_CURRENT);
    }

    fn put_some(&self, base: &mut Option<Version>, current: Option<Version>) {
        if let Some(base) = base {
            self.put(base, current);
        }
    }

    pub fn allows(&self, current: Version) -> bool {
        self.any || self.versions.contains(&current)
    }
}
