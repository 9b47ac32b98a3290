//! Codes of places that are out of force: 编码不复用, a code is never given again.

use super::draft::PlaceDraft;
use super::past::Past;
use super::report::FileFinding;
use geju_core::finding::Severity;
use geju_core::place::{Place, PlaceId, PlaceKind};
use geju_core::{Code, World};
use std::collections::HashMap;
use std::sync::Arc;

/// Places that are out of force, by the codes they had; looked up when a file first needs it.
pub struct Retired<'a> {
    world: &'a World,
    past: &'a dyn Past,
    codes: Option<HashMap<(PlaceKind, Code), PlaceId>>,
}

impl<'a> Retired<'a> {
    pub fn new(world: &'a World, past: &'a dyn Past) -> Self {
        Self {
            world,
            past,
            codes: None,
        }
    }

    /// The place whose code this was. A code that is in force is somebody else's affair.
    pub fn by_code(&mut self, draft: &PlaceDraft) -> Option<Arc<Place>> {
        let code = draft.words.code.clone()?;
        if self.world.by_code(draft.kind, &code).is_some() {
            return None;
        }
        let codes = self.codes.get_or_insert_with(|| self.past.codes());
        let id = codes.get(&(draft.kind, code))?;
        self.past.retired(*id)
    }
}

fn called(place: &Place) -> String {
    if place.name.is_empty() {
        format!("{} {}", place.kind(), place.id)
    } else {
        place.name.to_string()
    }
}

fn since_when(place: &Place) -> String {
    place.effective_to.map(|day| format!(" on {day}")).unwrap_or_default()
}

/// Codes are never given again: 编码不复用.
pub fn code_retired(gone: &Place, draft: &PlaceDraft) -> FileFinding {
    let code = gone.code.as_ref().map(ToString::to_string).unwrap_or_default();
    let what = format!(
        "code {code} belonged to {}, which was retired{}; codes are never given again",
        called(gone),
        since_when(gone)
    );
    FileFinding::new("", Severity::Block, "code_retired", what)
        .origin(&draft.origin)
        .at(Some(draft.ground.inner_point()))
        .mend("give it a code of its own; if it is the same place come back, import with --revive")
}

pub fn code_revived(gone: &Place, draft: &PlaceDraft) -> FileFinding {
    let what = format!("{} was retired{} and is in force again", called(gone), since_when(gone));
    FileFinding::new("", Severity::Note, "code_revived", what)
        .origin(&draft.origin)
        .at(Some(draft.ground.inner_point()))
}
