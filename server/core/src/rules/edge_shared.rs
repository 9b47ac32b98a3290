//! Neighbours share their edge vertex by vertex, 共边一致: an edge that cannot be shared would leave a hair of ground to nobody.

use super::Drawing;
use crate::decide::called;
use crate::finding::Finding;

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    let Some(torn) = drawing.torn() else { return };
    let name = |id| {
        drawing.after(id).map_or_else(
            || format!("#{id}"),
            |p| format!("{} {}", p.place.kind(), called(&p.place)),
        )
    };
    findings.push(
        Finding::block(
            "edge_not_shareable",
            format!(
                "{} all but touches itself here: its edge cannot follow {}",
                name(torn.neighbour),
                name(torn.drawn)
            ),
        )
        .places([torn.drawn, torn.neighbour])
        .at(torn.at)
        .mend("move this corner a little, or widen the narrow neck of the neighbour first"),
    );
}
