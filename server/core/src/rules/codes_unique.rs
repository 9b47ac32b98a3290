//! A code belongs to one place of its kind for ever, 编码唯一.

use super::Drawing;
use crate::code::Code;
use crate::decide::{called, code_retired};
use crate::finding::Finding;
use crate::place::{PlaceId, PlaceKind};
use std::collections::BTreeMap;

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    let mut given: BTreeMap<(PlaceKind, &Code), PlaceId> = BTreeMap::new();
    for placed in drawing.drawn() {
        let place = &placed.place;
        let Some(code) = &place.code else { continue };
        let twin = given.insert((place.kind(), code), place.id);
        // Whoever leaves in the same step still had it: codes are never used again.
        let owner = drawing.world.by_code(place.kind(), code).map(|p| p.place.id);
        let Some(other) = twin.or(owner.filter(|id| *id != place.id)) else {
            if owner.is_none() {
                let retired = code_retired(drawing.world, place, code);
                findings.extend(retired.map(|f| f.places([place.id]).at(placed.inner)));
            }
            continue;
        };
        let whose = drawing
            .after(other)
            .or_else(|| drawing.before(other))
            .map_or_else(|| format!("#{other}"), |p| called(&p.place));
        findings.push(
            Finding::block("code_taken", format!("code {code} belongs to {whose}"))
                .places([place.id, other])
                .at(placed.inner)
                .path("code")
                .mend("give another code: a code is never used again"),
        );
    }
}
