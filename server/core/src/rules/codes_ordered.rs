//! Codes begin with the parent's and run from west to east and from north to south, 编号有序. What was numbered keeps its
//! number; a new number out of order is told.

use super::{Drawing, Rule};
use crate::code::Code;
use crate::decide::called;
use crate::finding::Finding;
use crate::world::Placed;
use std::sync::Arc;

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    for placed in drawing.drawn() {
        let place = &placed.place;
        let Some(code) = &place.code else { continue };
        // Whose number was given before keeps it wherever the border moves.
        if drawing.before(place.id).is_some_and(|old| old.place.code == place.code) {
            continue;
        }
        let above = placed.parents.up.and_then(|id| drawing.after(id));
        let parent = above.and_then(|p| p.place.code.clone());
        let severity = drawing.severity(Rule::CodesOrdered, true);
        let form = drawing
            .world
            .scheme()
            .code_finding(place.kind(), place.id, code, parent.as_ref());
        let siblings = above.map_or_else(Vec::new, |above| drawing.children(above.place.id, place.kind()));
        let next = parent.and_then(|parent| next_free(drawing, placed, &parent, &siblings));
        let advice = |usual: &str| {
            next.as_ref()
                .map_or_else(|| usual.to_owned(), |code| format!("{usual}; {code} is free"))
        };
        let form = form.map(|f| {
            Finding { severity, ..f }
                .at(placed.inner)
                .mend(advice("number it as its level is numbered"))
        });
        findings.extend(form);
        if let Some(other) = siblings.into_iter().find(|other| out_of_order(placed, other)) {
            findings.push(
                Finding::new(
                    severity,
                    "code_out_of_order",
                    format!(
                        "code {code} of {} and the code of {} do not run from west to east and north to south",
                        called(place),
                        called(&other.place)
                    ),
                )
                .places([place.id, other.place.id])
                .at(placed.inner)
                .path("code")
                .mend(advice("number from west to east and from north to south")),
            );
        }
    }
}

/// Numbers of retired places that are passed over in search of a free one: a parent has a hundred children at most.
const PASSED_OVER_MAX: u32 = 100;

/// The number after the last one given in this parent, to places in force or retired: a code is never used again.
fn next_free(drawing: &Drawing<'_>, placed: &Placed, parent: &Code, siblings: &[&Arc<Placed>]) -> Option<Code> {
    let kind = placed.place.kind();
    let digits = drawing.world.scheme().level(kind)?.code_digits?;
    let width = digits
        .checked_sub(parent.as_str().len())
        .filter(|width| (1..=6).contains(width))?;
    let given = siblings.iter().filter(|p| p.place.id != placed.place.id);
    let last = given
        .filter_map(|p| {
            p.place
                .code
                .as_ref()?
                .as_str()
                .strip_prefix(parent.as_str())?
                .parse::<u32>()
                .ok()
        })
        .max()
        .unwrap_or(0);
    let numbered = |number: u32| {
        let next = format!("{parent}{number:0width$}");
        Code::new(&next).ok().filter(|_| next.len() == digits)
    };
    let mut later = (1..=PASSED_OVER_MAX).map_while(|n| numbered(last.checked_add(n)?));
    let is_free =
        |code: &Code| drawing.world.by_code(kind, code).is_none() && drawing.world.retired_code(kind, code).is_none();
    later.find(is_free)
}

/// Only what is out of order whichever direction is counted first: a later number wholly to the north-west of an earlier one.
fn out_of_order(a: &Arc<Placed>, b: &Arc<Placed>) -> bool {
    let (Some(code_a), Some(code_b)) = (&a.place.code, &b.place.code) else {
        return false;
    };
    if code_a.as_str().len() != code_b.as_str().len() || code_a == code_b {
        return false;
    }
    let (earlier, later) = if code_a < code_b { (a, b) } else { (b, a) };
    let (first, second) = (earlier.place.ground.envelope(), later.place.ground.envelope());
    second.max.lon <= first.min.lon && second.min.lat >= first.max.lat
}
