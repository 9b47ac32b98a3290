//! Places that a file names by codes that went out of force with them: 编码不复用, a code is never given again.

use super::draft::PlaceDraft;
use super::past::Past;
use super::report::FileFinding;
use geju_core::World;
use geju_core::finding::Severity;
use geju_core::place::Place;
use geju_core::world::Former;
use std::sync::Arc;

/// The retired place whose code this was. A code that is in force is somebody else's affair.
pub fn former<'a>(world: &'a World, draft: &PlaceDraft) -> Option<&'a Former> {
    let code = draft.words.code.as_ref()?;
    match world.by_code(draft.kind, code) {
        Some(_) => None,
        None => world.retired_code(draft.kind, code),
    }
}

pub fn code_retired(former: &Former, draft: &PlaceDraft) -> FileFinding {
    let code = draft.words.code.as_ref().map(ToString::to_string).unwrap_or_default();
    let what = format!(
        "code {code} belonged to {}, which was retired on {}; codes are never given again",
        former.called(),
        former.retired_on
    );
    FileFinding::new("", Severity::Block, "code_retired", what)
        .origin(&draft.origin)
        .at(Some(draft.ground.inner_point()))
        .mend("give it a code of its own; if it is the same place come back, import with --revive")
}

/// The place itself, to come back with its number and history.
pub fn revived(past: &dyn Past, former: &Former, draft: &PlaceDraft) -> Option<(Arc<Place>, FileFinding)> {
    let gone = past.retired(former.id)?;
    let what = format!(
        "{} was retired on {} and is in force again",
        former.called(),
        former.retired_on
    );
    let told = FileFinding::new("", Severity::Note, "code_revived", what)
        .origin(&draft.origin)
        .at(Some(draft.ground.inner_point()));
    Some((gone, told))
}
