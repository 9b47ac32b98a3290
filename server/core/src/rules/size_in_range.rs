//! A place is as big as its Scheme wants, 规模适当.

use super::{Drawing, Rule};
use crate::decide::called;
use crate::finding::Finding;
use crate::scheme::Size;
use crate::world::Tally;

/// Why a place of this size is not as the Scheme wants it; `None` where it is, or where nothing is known.
pub(crate) fn beyond_range(size: &Size, tally: &Tally) -> Option<String> {
    match size {
        Size::HouseholdsOrShops { min, max } => {
            let range = u64::from(*min)..=u64::from(*max);
            let fits = range.contains(&tally.households)
                || (tally.households < *range.start() && range.contains(&tally.shops));
            // A map without archives says nothing about sizes.
            let unknown = tally.households == 0 && tally.shops == 0;
            (!fits && !unknown).then(|| {
                format!(
                    "{} households and {} shops; {min}–{max} of either are wanted",
                    tally.households, tally.shops
                )
            })
        }
        Size::Building => (tally.buildings != 1).then(|| format!("{} buildings; one is wanted", tally.buildings)),
    }
}

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    for placed in drawing.drawn() {
        let (place, kind) = (&placed.place, placed.place.kind());
        let Some(size) = drawing.size_of(kind) else {
            continue;
        };
        let Some(what) = beyond_range(size, &drawing.tally(placed)) else {
            continue;
        };
        let worse = drawing
            .before(place.id)
            .is_none_or(|_| beyond_range(size, &drawing.world.tally(place.id)).is_none());
        findings.push(
            Finding::new(
                drawing.severity(Rule::SizeInRange, worse),
                "size_out_of_range",
                format!("{kind} {} has {what}", called(place)),
            )
            .places([place.id])
            .at(placed.inner)
            .mend("split it, merge it, or hand buildings over to a neighbour"),
        );
    }
}
