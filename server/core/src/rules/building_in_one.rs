//! Every building, and so every household, lies in exactly one micro-grid, 一栋一微网格.

use super::{Drawing, Rule};
use crate::decide::called;
use crate::finding::Finding;
use crate::ground::Envelope;
use crate::place::{PlaceId, PlaceKind};
use crate::world::Placed;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many buildings of one drawing are told one by one: a clerk reads no more.
const MAX_TOLD: usize = 50;

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    let level = PlaceKind::MicroGrid;
    let grounds: Vec<Envelope> = drawing
        .drawn()
        .filter(|p| p.place.kind() == level)
        .flat_map(|p| {
            let old = drawing.before(p.place.id).map(|old| old.place.ground.envelope());
            std::iter::once(p.place.ground.envelope()).chain(old)
        })
        .chain(
            drawing
                .leaving()
                .filter(|p| p.place.kind() == level)
                .map(|p| p.place.ground.envelope()),
        )
        .collect();
    let buildings: BTreeMap<PlaceId, &Arc<Placed>> = grounds
        .into_iter()
        .flat_map(|ground| drawing.world.inner_points_in(PlaceKind::Building, ground))
        .map(|b| (b.place.id, b))
        .collect();
    let mut told = 0;
    for building in buildings.into_values() {
        let after = drawing.holders(level, building.inner);
        if after.len() == 1 {
            continue;
        }
        let before = drawing.world.holders_at(level, building.inner).count();
        let (code, what, worse) = if after.is_empty() {
            let what = "lies in no micro_grid".to_owned();
            ("building_without_micro_grid", what, before > 0)
        } else {
            let what = format!("lies in {} micro_grids at once", after.len());
            ("building_in_several", what, before < after.len())
        };
        // Old strays beside the drawing are the whole map's business, and told there.
        if !worse && after.is_empty() {
            continue;
        }
        told += 1;
        if told > MAX_TOLD {
            return;
        }
        findings.push(
            Finding::new(
                drawing.severity(Rule::BuildingInOne, worse),
                code,
                format!("building {} {what}", called(&building.place)),
            )
            .places(std::iter::once(building.place.id).chain(after))
            .at(building.inner)
            .mend("draw the edge around the building, so that one micro-grid holds it"),
        );
    }
}
