//! Whose ground it is: what lies within the places of a warrant.

use super::{Parents, World};
use crate::ground::{Ground, LonLat, Outline, overlay};
use crate::people::Warrant;
use crate::place::{Place, PlaceId, PlaceKind};

/// Ground outside the own jurisdiction that a drawing may cover: edges snapped to the grid and vertices that only one
/// side has leave slivers of less than half a square metre.
const JURISDICTION_SLACK_M2: f64 = 1.0;

impl World {
    /// Is this place one of the warrant's, or does it lie inside one?
    pub fn lies_within(&self, warrant: &Warrant, id: PlaceId) -> bool {
        warrant.places.contains(&id)
            || self.places.get(&id).is_some_and(|p| {
                self.parents_lie_within(warrant, &p.parents) || self.compound_lies_within(warrant, &p.place)
            })
    }

    /// A compound hangs on its community, because property and governance cross each other below it; for a grid it is the
    /// ground that tells whether it lies inside.
    fn compound_lies_within(&self, warrant: &Warrant, place: &Place) -> bool {
        place.kind() == PlaceKind::Compound && self.ground_lies_within(warrant, &place.ground)
    }

    /// Does all of this ground lie in the warrant's places, slivers at their edge apart?
    pub fn ground_lies_within(&self, warrant: &Warrant, ground: &Ground) -> bool {
        self.ground_outside(warrant, ground).is_none()
    }

    /// A spot where this ground leaves the warrant's places.
    pub(crate) fn ground_outside(&self, warrant: &Warrant, ground: &Ground) -> Option<LonLat> {
        let spot = ground.inner_point();
        if !self.spot_lies_within(warrant, spot) {
            return Some(spot);
        }
        let outline = ground.outline()?;
        // Each part on its own: many slivers far away must not pass as one at the edge.
        for part in outline.to_raw() {
            let inner = Outline::new(vec![part]).map(|o| o.inner_point()).unwrap_or(spot);
            if !self.spot_lies_within(warrant, inner) {
                return Some(inner);
            }
        }
        // Nothing that is counted may be reached for outside, however thin the arm.
        for kind in [PlaceKind::Compound, PlaceKind::Building, PlaceKind::ResourceSite] {
            let reached = self
                .inner_points_in(kind, outline.envelope())
                .find(|p| outline.contains(p.inner) && !self.spot_lies_within(warrant, p.inner));
            if let Some(reached) = reached {
                return Some(reached.inner);
            }
        }
        let own: Vec<_> = self.outlines_of(&warrant.places).flat_map(Outline::to_raw).collect();
        let raw = outline.to_raw();
        if overlay::is_tangled(&[raw.clone(), own.clone()]) {
            return Some(spot);
        }
        let left = overlay::combine_raw(&raw, &own, overlay::Combine::Difference);
        let share = overlay::doubled_area(&left) as f64 / outline.doubled_grid_area() as f64;
        if outline.flat_area().0 * share <= JURISDICTION_SLACK_M2 {
            return None;
        }
        left.first()
            .and_then(|part| part.first())
            .and_then(|ring| ring.first())
            .copied()
    }

    /// Does something with these parents lie in one of the warrant's places?
    pub fn parents_lie_within(&self, warrant: &Warrant, parents: &Parents) -> bool {
        if warrant.places.is_empty() {
            return false;
        }
        self.ancestors(parents)
            .into_iter()
            .any(|id| warrant.places.contains(&id))
    }

    /// Does this spot lie in one of the warrant's places?
    pub fn spot_lies_within(&self, warrant: &Warrant, spot: LonLat) -> bool {
        self.outlines_of(&warrant.places).any(|o| o.contains(spot))
    }
}
