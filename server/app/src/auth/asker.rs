//! Who asks, and what they bring along.

use geju_core::people::{Action, Reach, Warrant, reach};
use geju_core::{Actor, PlaceId, Role, World};
use std::sync::Arc;

/// Someone who has said who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    pub who: Who,
    pub role: Role,
    pub places: Arc<[PlaceId]>,
    /// Nothing but a new password until it is changed.
    pub must_change_password: bool,
    /// Stands for the password that was in force: an open feed ends when it is changed.
    pub password_mark: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Account {
        name: String,
        display_name: String,
    },
    Token {
        name: String,
    },
    /// The operator at the machine's own console.
    Console,
}

impl Asker {
    pub fn console() -> Self {
        Self {
            who: Who::Console,
            role: Role::Admin,
            places: Arc::new([]),
            must_change_password: false,
            password_mark: 0,
        }
    }

    pub fn warrant(&self) -> Warrant {
        Warrant {
            role: self.role,
            places: self.places.to_vec(),
        }
    }

    pub fn actor(&self) -> Actor {
        match &self.who {
            Who::Account { name, .. } => Actor::Account(name.clone()),
            Who::Token { name } => Actor::Token(name.clone()),
            Who::Console => Actor::Console,
        }
    }

    /// Whose Idempotency-Keys these are: keys of two accounts never meet.
    pub fn owner(&self) -> String {
        self.actor().to_string()
    }

    pub fn name(&self) -> &str {
        match &self.who {
            Who::Account { name, .. } | Who::Token { name } => name,
            Who::Console => "console",
        }
    }

    pub fn reach(&self, action: Action) -> Reach {
        reach(self.role, action)
    }

    /// May this be done for this place?
    pub fn reaches_place(&self, world: &World, action: Action, id: PlaceId) -> bool {
        match self.reach(action) {
            Reach::All => true,
            Reach::None => false,
            Reach::Own => world.lies_within(&self.warrant(), id),
        }
    }

    /// May this be done for something that lies in these places?
    pub fn reaches_any(&self, action: Action, ancestors: &[PlaceId]) -> bool {
        match self.reach(action) {
            Reach::All => true,
            Reach::None => false,
            Reach::Own => ancestors.iter().any(|id| self.places.contains(id)),
        }
    }
}
