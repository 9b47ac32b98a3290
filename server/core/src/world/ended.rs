//! Matters that ended lately: gone from the map, and still told by a wall that compares today with the week before.

use super::{Row, World};
use crate::ground::LonLat;
use crate::matter::{Matter, MatterId, MatterKind};
use foldhash::HashMap;
use jiff::{SignedDuration, Timestamp};

/// Ended matters are kept in memory so long after the Change that ended them: a wall tells today and seven days before,
/// and a day lasts up to 24 hours on.
pub const ENDED_KEPT: SignedDuration = SignedDuration::from_hours(9 * 24);

/// What is still told of a matter that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    pub kind: MatterKind,
    pub inner: LonLat,
    pub begun: Timestamp,
    pub ended: Timestamp,
    /// The Change that ended it.
    at: Timestamp,
}

/// They leave by age, looked at now and then.
#[derive(Debug, Clone, Default)]
pub(super) struct EndedMatters {
    by_id: HashMap<MatterId, Ended>,
    newest: Option<Timestamp>,
    /// How many there were after the last look: the next comes when there are twice as many.
    after_look: usize,
}

/// Fewer are not worth looking through.
const LOOK_FROM: usize = 256;

impl EndedMatters {
    /// Takes in a version of a matter: one that ended is kept, one that lives again is forgotten.
    pub fn put<M: Matter>(&mut self, row: &Row<M>) {
        let matter = &*row.value;
        self.newest = self.newest.max(Some(row.at));
        match matter.ended().filter(|_| !matter.is_live()) {
            None => {
                self.by_id.remove(&matter.id());
            }
            Some(ended) => {
                let ended = Ended {
                    kind: M::KIND,
                    inner: matter.ground().inner_point(),
                    begun: matter.begun(),
                    ended,
                    at: row.at,
                };
                self.by_id.insert(matter.id(), ended);
            }
        }
        if self.by_id.len() > LOOK_FROM.max(self.after_look * 2) {
            self.drop_old();
        }
    }

    fn drop_old(&mut self) {
        let oldest = self.newest.and_then(|newest| newest.checked_sub(ENDED_KEPT).ok());
        if let Some(oldest) = oldest {
            self.by_id.retain(|_, e| e.at >= oldest);
        }
        self.after_look = self.by_id.len();
    }
}

impl World {
    /// Matters that ended within [`ENDED_KEPT`]; some older ones may be among them.
    pub fn ended(&self) -> impl Iterator<Item = &Ended> {
        self.ended.by_id.values()
    }
}
