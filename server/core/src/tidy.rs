//! Looking over a whole map: what a clerk should put right, 拓扑检查. Nothing here refuses anything.

use crate::decide::called;
use crate::finding::Finding;
use crate::ground::Outline;
use crate::place::{Place, PlaceId, PlaceKind};
use crate::world::{Placed, World};
use std::sync::Arc;

pub use crate::rules::TIDY_TOLERANCE_M2;

/// Everything untidy on the map, largest places first.
pub fn look_over(world: &World) -> Vec<Finding> {
    let mut findings = Vec::new();
    for kind in PlaceKind::LADDER.into_iter().chain([PlaceKind::Compound]) {
        let mut places: Vec<&Arc<Placed>> = world.places_of(kind).collect();
        places.sort_unstable_by_key(|p| p.place.id);
        for placed in places {
            look_at(world, placed, &mut findings);
        }
    }
    stray_buildings(world, &mut findings);
    findings
}

fn look_at(world: &World, placed: &Arc<Placed>, findings: &mut Vec<Finding>) {
    let (place, kind) = (&placed.place, placed.place.kind());
    let Some(outline) = place.ground.outline() else { return };
    findings.extend(
        crate::decide::tidy_findings(world, place, placed.parents, true)
            .into_iter()
            .filter(|f| {
                // Both siblings find their overlap; the lower id tells it.
                f.code != "overlaps_sibling" || f.places.iter().all(|other| *other >= place.id)
            }),
    );
    if let Some(parent) = placed.parents.up.and_then(|id| world.place(id)) {
        reaches_outside(place, outline, &parent.place, findings);
    }
    if PlaceKind::LADDER.contains(&kind) {
        gaps(world, placed, findings);
        odd_size(world, placed, findings);
    }
}

fn reaches_outside(place: &Place, outline: &Outline, parent: &Place, findings: &mut Vec<Finding>) {
    let Some(holder) = parent.ground.outline() else { return };
    let Some(left) = crate::rules::outside(outline, holder) else {
        return;
    };
    let what = format!(
        "{} {} reaches {:.1} m² outside its {} {}",
        place.kind(),
        called(place),
        left.area.0,
        parent.kind(),
        called(parent)
    );
    let mut finding = Finding::warn("outside_parent", what).places([place.id, parent.id]);
    finding.at = left.spot;
    findings.push(finding);
}

/// Ground of a parent that none of its children of the next level covers, where it has such children at all.
fn gaps(world: &World, placed: &Placed, findings: &mut Vec<Finding>) {
    let Some((below, gap)) = crate::rules::gap_of(world, placed.place.id) else {
        return;
    };
    let what = format!(
        "{:.1} m² of {} {} lie in none of its {below}s",
        gap.area.0,
        placed.place.kind(),
        called(&placed.place)
    );
    let mut finding = Finding::warn("gap_in_parent", what).places([placed.place.id]);
    finding.at = gap.spot;
    findings.push(finding);
}

/// Is a place as big as its Scheme wants?
fn odd_size(world: &World, placed: &Placed, findings: &mut Vec<Finding>) {
    let Some(size) = world.scheme().level(placed.place.kind()).and_then(|l| l.size.as_ref()) else {
        return;
    };
    let Some(what) = crate::rules::beyond_range(size, &world.tally(placed.place.id)) else {
        return;
    };
    findings.push(
        Finding::warn(
            "size_out_of_range",
            format!("{} {} has {what}", placed.place.kind(), called(&placed.place)),
        )
        .places([placed.place.id])
        .at(placed.inner),
    );
}

/// Buildings in no micro-grid, where there are micro-grids.
fn stray_buildings(world: &World, findings: &mut Vec<Finding>) {
    if world.count_of(PlaceKind::MicroGrid) == 0 {
        return;
    }
    let in_micro_grid = |id: PlaceId| world.place(id).is_some_and(|p| p.place.kind() == PlaceKind::MicroGrid);
    let mut stray: Vec<&Arc<Placed>> = world
        .places_of(PlaceKind::Building)
        .filter(|b| !b.parents.up.is_some_and(in_micro_grid))
        .collect();
    stray.sort_unstable_by_key(|p| p.place.id);
    for building in stray {
        findings.push(
            Finding::warn(
                "building_without_micro_grid",
                format!("building {} lies in no micro_grid", called(&building.place)),
            )
            .places([building.place.id])
            .at(building.inner),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawn::{outline, place, world};

    fn codes(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|f| f.code.as_str()).collect()
    }

    #[test]
    fn a_partition_without_a_flaw_has_no_finding() {
        let tidy = world([
            place(1, PlaceKind::Street, "街道", outline("AAA\nAAA", 'A')),
            place(2, PlaceKind::Community, "甲社区", outline("AAB\nABB", 'A')),
            place(3, PlaceKind::Community, "乙社区", outline("AAB\nABB", 'B')),
        ]);
        assert!(look_over(&tidy).is_empty(), "{:?}", look_over(&tidy));
    }

    #[test]
    fn a_gap_an_overlap_and_an_overhang_are_told() {
        let untidy = world([
            place(1, PlaceKind::Street, "街道", outline("AAA\nAAA", 'A')),
            place(2, PlaceKind::Community, "甲社区", outline("AA.\nA..", 'A')),
            place(3, PlaceKind::Community, "乙社区", outline(".BBB\n....", 'B')),
        ]);
        let found = look_over(&untidy);
        assert_eq!(codes(&found), ["gap_in_parent", "overlaps_sibling", "outside_parent"]);
    }
}
