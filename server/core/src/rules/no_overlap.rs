//! Places of one level share edges and no ground, 同级不重叠.

use super::{Drawing, Rule};
use crate::decide::called;
use crate::finding::Finding;
use crate::ground::overlay::{Combine, combine_raw, overlap_area};
use crate::ground::{LonLat, Outline};

/// Overlap with a sibling that nobody needs to hear about: two neighbours of which one has an extra vertex on the shared
/// edge overlap by up to 0.37 m² (measured on real maps).
pub(crate) const OVERLAP_TOLERANCE_M2: f64 = 0.5;

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    let drawn: Vec<_> = drawing.drawn().collect();
    for placed in &drawn {
        let (place, kind) = (&placed.place, placed.place.kind());
        let Some(outline) = place.ground.outline() else {
            continue;
        };
        for sibling in drawing.meeting(kind, outline.envelope()) {
            let other = &sibling.place;
            // Of two drawn places the first tells what they share.
            let told = other.id < place.id && drawn.iter().any(|d| d.place.id == other.id);
            let Some(theirs) = other.ground.outline().filter(|_| other.id != place.id && !told) else {
                continue;
            };
            let shared = overlap_area(outline, theirs).0;
            if shared <= OVERLAP_TOLERANCE_M2 {
                continue;
            }
            let (old, old_other) = (drawing.outline_before(place.id), drawing.outline_before(other.id));
            let before = old.zip(old_other).map_or(0.0, |(a, b)| overlap_area(a, b).0);
            let mut finding = Finding::new(
                drawing.severity(Rule::NoOverlap, shared > before + OVERLAP_TOLERANCE_M2),
                "overlaps_sibling",
                format!(
                    "{kind} {} overlaps {kind} {} by {shared:.1} m²",
                    called(place),
                    called(other)
                ),
            )
            .places([place.id, other.id])
            .mend("move the shared edge of both, or keep off the neighbour's ground");
            let (spot, pieces) = shared_by(outline, theirs);
            finding.at = Some(spot.unwrap_or(sibling.inner));
            let finding = finding.ground(pieces);
            findings.push(finding);
        }
    }
}

/// What both cover, largest piece first, and a spot well inside that piece.
fn shared_by(a: &Outline, b: &Outline) -> (Option<LonLat>, Vec<Outline>) {
    let shared = combine_raw(&a.to_raw(), &b.to_raw(), Combine::Intersection);
    let corner = shared.iter().flatten().flatten().next().copied();
    let sound = shared.into_iter().filter_map(|part| Outline::mended(vec![part]).ok());
    let mut pieces: Vec<Outline> = sound.map(|(outline, _)| outline).collect();
    pieces.sort_by_key(|p| std::cmp::Reverse(p.doubled_grid_area()));
    (pieces.first().map(Outline::inner_point).or(corner), pieces)
}
