//! An outline that can be judged at all: an area, not too fine, not too tangled. That its rings are sound the outline's own gate
//! has seen to.

use super::{Drawing, is_drawn_together};
use crate::decide::{MAX_DRAWN_VERTICES, called};
use crate::finding::Finding;
use crate::ground::Outline;
use crate::ground::overlay::is_tangled;

/// Corners that comparing one outline with each of its neighbours may look at: a street of 2,000 with two hundred around it.
const MAX_COMPARED_VERTICES: usize = 400_000;

/// What is said of an outline finer than anybody draws.
pub(crate) fn too_many_vertices(outline: &Outline) -> Option<Finding> {
    let found = outline.vertex_count();
    (found > MAX_DRAWN_VERTICES).then(|| {
        Finding::block(
            "outline_too_many_vertices",
            format!("{found} vertices are more than the {MAX_DRAWN_VERTICES} a drawn outline may have"),
        )
        .at(outline.inner_point())
        .path("geometry")
        .mend("simplify the shape, one metre is fine enough, or bring it as an import")
    })
}

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    for placed in drawing.drawn() {
        let (place, kind) = (&placed.place, placed.place.kind());
        let refuse = |code: &str, message: String, mend: &str| {
            Finding::block(code, message)
                .places([place.id])
                .at(placed.inner)
                .path("geometry")
                .mend(mend)
        };
        if !is_drawn_together(kind) {
            findings.push(refuse(
                "kind_not_reshaped",
                format!("a {kind} is drawn by itself, not with its neighbours"),
                "draw it on its own",
            ));
            continue;
        }
        let Some(outline) = place.ground.outline() else {
            let message = format!("a {kind} needs an outline, not a single spot");
            findings.push(refuse("outline_needed", message, "draw an area"));
            continue;
        };
        if drawing.outline_before(place.id) == Some(outline) {
            continue;
        }
        if let Some(too_fine) = too_many_vertices(outline) {
            findings.push(too_fine.places([place.id]));
            continue;
        }
        let around = drawing.meeting(kind, outline.envelope());
        let others = around.iter().filter(|p| p.place.id != place.id);
        let mut neighbours: Vec<_> = others
            .filter_map(|p| p.place.ground.outline())
            .flat_map(|o| o.to_raw())
            .collect();
        let above = placed.parents.up.and_then(|id| drawing.after(id));
        neighbours.extend(
            above
                .and_then(|p| p.place.ground.outline())
                .into_iter()
                .flat_map(|o| o.to_raw()),
        );
        let compared = outline.vertex_count() * around.len() + neighbours.iter().flatten().map(Vec::len).sum::<usize>();
        if compared > MAX_COMPARED_VERTICES || is_tangled(&[outline.to_raw(), neighbours]) {
            findings.push(refuse(
                "outline_tangled",
                format!(
                    "the edges of {kind} {} cross its neighbours' too often to be judged",
                    called(place)
                ),
                "simplify the outline",
            ));
        }
    }
}
