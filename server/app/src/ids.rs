//! Fresh ids. Deciding is pure, so the numbers for new things are drawn here and travel in the Command.

use geju_core::id::MAX_ID;
use geju_core::{ChangeId, World};

/// How many ids in a row one source may need: far more than an import brings.
const RUN: u64 = 1 << 24;

/// Hands out ids from a random start, so that two writers do not meet and the rows of one import lie together.
#[derive(Debug)]
pub struct IdSource {
    next: u64,
}

impl IdSource {
    pub fn random() -> Self {
        Self {
            next: rand::random_range(1..MAX_ID - RUN),
        }
    }

    /// The next id nobody in force has.
    pub fn fresh(&mut self, world: &World) -> u64 {
        loop {
            let id = self.next;
            self.next = if self.next >= MAX_ID { 1 } else { self.next + 1 };
            if !world.knows_id(id) {
                return id;
            }
        }
    }
}

/// A new Change's number.
pub fn change_id() -> ChangeId {
    ChangeId(rand::random())
}
