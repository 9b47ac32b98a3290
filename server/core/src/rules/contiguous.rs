//! A place is one piece of ground, 连成一片: whoever answers for it walks it without leaving it.

use super::{Drawing, Rule};
use crate::decide::called;
use crate::finding::Finding;
use crate::ground::Outline;
use crate::place::PlaceKind;

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    for placed in drawing.drawn() {
        let (place, kind) = (&placed.place, placed.place.kind());
        let Some(outline) = place.ground.outline().filter(|_| PlaceKind::LADDER.contains(&kind)) else {
            continue;
        };
        let parts = outline.parts().len();
        let before = drawing.outline_before(place.id).map_or(1, |o| o.parts().len());
        // Exclaves that were there already are known.
        if parts <= before {
            continue;
        }
        let smallest = outline
            .to_raw()
            .into_iter()
            .filter_map(|part| Outline::new(vec![part]).ok())
            .min_by_key(Outline::doubled_grid_area);
        findings.push(
            Finding::new(
                drawing.severity(Rule::Contiguous, true),
                "not_contiguous",
                format!("{kind} {} lies in {parts} pieces", called(place)),
            )
            .places([place.id])
            .at(smallest.map_or(placed.inner, |o| o.inner_point()))
            .mend("join the pieces, or give the smaller one to its neighbour"),
        );
    }
}
