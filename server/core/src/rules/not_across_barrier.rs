//! A place that one person walks does not run across what nobody walks over, 不跨天然屏障: a river, a railway, a motorway. Barriers
//! lie in the base map, which the map of places does not hold: whoever asks hands them over, and this rule only warns.

use super::Drawing;
use crate::decide::called;
use crate::finding::Finding;
use crate::ground::overlay::{Combine, RawPart, combine_raw, doubled_area, is_tangled, sliced};
use crate::ground::{Envelope, LonLat, Outline};
use crate::place::PlaceKind;

/// What nobody walks over, 屏障.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarrierKind {
    /// 河流
    River,
    /// 铁路
    Railway,
    /// 高速公路
    Motorway,
}

/// One of them, or the stretch of it that lies near a drawing.
#[derive(Debug, Clone)]
pub struct Barrier {
    pub kind: BarrierKind,
    pub name: Option<Box<str>>,
    pub shape: BarrierShape,
}

#[derive(Debug, Clone)]
pub enum BarrierShape {
    Line(Vec<LonLat>),
    Area(RawPart),
}

/// Levels that one grid worker walks; communities and streets lie on both banks of many a river.
const WALKED: [PlaceKind; 2] = [PlaceKind::Grid, PlaceKind::MicroGrid];
/// A smaller share beyond the barrier is its own bank or verge: borders are drawn along the middle of rivers and roads, and
/// no two maps have that middle in the same place.
const FAR_SIDE_SHARE: f64 = 0.05;

impl BarrierKind {
    fn as_str(self) -> &'static str {
        match self {
            BarrierKind::River => "river",
            BarrierKind::Railway => "railway",
            BarrierKind::Motorway => "motorway",
        }
    }
}

impl Barrier {
    fn reaches(&self, ground: Envelope) -> bool {
        let corners: &mut dyn Iterator<Item = LonLat> = match &self.shape {
            BarrierShape::Line(line) => &mut line.iter().copied(),
            BarrierShape::Area(rings) => &mut rings.iter().flatten().copied(),
        };
        Envelope::of_points(corners).is_some_and(|e| e.meets(&ground))
    }

    /// The smaller side of an outline that this cuts in two.
    fn far_side(&self, outline: &Outline) -> Option<RawPart> {
        let whole = outline.to_raw();
        let own: RawPart = match &self.shape {
            BarrierShape::Line(line) => vec![line.clone()],
            BarrierShape::Area(rings) => rings.clone(),
        };
        if is_tangled(&[whole.clone(), vec![own]]) {
            return None;
        }
        let mut sides = match &self.shape {
            BarrierShape::Line(line) => sliced(&whole, line),
            BarrierShape::Area(rings) => {
                let (water, _) = Outline::mended(vec![rings.clone()]).ok()?;
                combine_raw(&whole, &water.to_raw(), Combine::Difference)
            }
        };
        sides.sort_by_key(|side| std::cmp::Reverse(doubled_area(std::slice::from_ref(side))));
        // An outline of several pieces is not cut by what runs between them.
        let far = sides.into_iter().nth(outline.parts().len())?;
        let share = doubled_area(std::slice::from_ref(&far)) as f64 / outline.doubled_grid_area() as f64;
        (share >= FAR_SIDE_SHARE).then_some(far)
    }
}

pub(super) fn judge(drawing: &Drawing<'_>, findings: &mut Vec<Finding>) {
    for placed in drawing.drawn().filter(|p| WALKED.contains(&p.place.kind())) {
        let place = &placed.place;
        let Some(outline) = place.ground.outline() else {
            continue;
        };
        if drawing.outline_before(place.id) == Some(outline) {
            continue;
        }
        let near = drawing.barriers.iter().filter(|b| b.reaches(outline.envelope()));
        let Some((barrier, far)) = near.filter_map(|b| Some((b, b.far_side(outline)?))).next() else {
            continue;
        };
        let spot = far.first().and_then(|ring| ring.first().copied());
        let inside = Outline::mended(vec![far]).map(|(o, _)| o.inner_point()).ok();
        let named = barrier.name.as_deref().map_or(String::new(), |name| format!(" {name}"));
        let message = format!(
            "{} {} lies on both sides of the {}{named}",
            place.kind(),
            called(place),
            barrier.kind.as_str()
        );
        findings.push(
            Finding::warn("across_barrier", message)
                .places([place.id])
                .at(inside.or(spot).unwrap_or(placed.inner))
                .mend("end it at the barrier, and give the other side to the neighbour there"),
        );
    }
}
