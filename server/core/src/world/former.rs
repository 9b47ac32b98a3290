//! Codes that went out of force with their places, 停用编码: a code is never given again.

use super::World;
use crate::change::{Cause, Change};
use crate::code::Code;
use crate::place::{Place, PlaceId, PlaceKind};
use jiff::civil::Date;

/// The retired place whose code it was. Little more than its name: a place's ground may be large, and nobody draws it any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    pub id: PlaceId,
    pub name: Box<str>,
    pub retired_on: Date,
}

/// A code and whose it was, as a store hands it over.
pub type FormerCode = (PlaceKind, Code, Former);

impl Former {
    /// How it is called in a message.
    pub fn called(&self) -> String {
        match &*self.name {
            "" => format!("#{}", self.id),
            name => name.to_owned(),
        }
    }
}

impl World {
    /// The retired place that had this code last. `None` where the code was never given, or its place is in force.
    pub fn retired_code(&self, kind: PlaceKind, code: &Code) -> Option<&Former> {
        // A place that came back took its code with it, and one that was given another since is no retired place.
        let former = self.former_codes.get(&(kind, code.clone()))?;
        (!self.places.contains_key(&former.id)).then_some(former)
    }

    /// Remembers the code of a place that this Change retires. What an undo takes away counts as never having been; whoever was
    /// retired before is remembered already.
    pub(super) fn remember_code(&mut self, place: &Place, change: &Change) {
        if matches!(change.cause, Cause::Undo(_)) {
            return;
        }
        if let (Some(retired_on), Some(code)) = (place.effective_to, &place.code) {
            let former = Former {
                id: place.id,
                name: place.name.clone(),
                retired_on,
            };
            self.former_codes.insert((place.kind(), code.clone()), former);
        }
    }
}
