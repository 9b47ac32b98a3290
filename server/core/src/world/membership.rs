//! What lies in what, decided by geometry: the smallest place of the nearest level that holds the inner point.

use super::{Placed, World};
use crate::ground::{Envelope, LonLat, Outline};
use crate::place::{PlaceId, PlaceKind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a place or matter lies in directly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parents {
    /// The nearest governance place: micro-grid, else grid, community, street, district.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<PlaceId>,
    /// The compound, for buildings, resource sites and matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compound: Option<PlaceId>,
}

impl Parents {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A place as it will be once the Change at hand is folded; `outline` is absent when it leaves.
pub(crate) struct Moved<'a> {
    pub id: PlaceId,
    pub kind: PlaceKind,
    pub outline: Option<&'a Outline>,
}

impl World {
    /// Where something of this kind with this inner point lies. `itself` never holds itself; `moved` places count as
    /// they will be.
    pub(crate) fn parents_at(
        &self,
        kind: PlaceKind,
        inner: LonLat,
        itself: Option<PlaceId>,
        moved: &[Moved<'_>],
    ) -> Parents {
        let in_compound = matches!(kind, PlaceKind::Building | PlaceKind::ResourceSite);
        Parents {
            up: kind
                .holders()
                .iter()
                .find_map(|level| self.holder_at(*level, inner, itself, moved)),
            compound: if in_compound {
                self.holder_at(PlaceKind::Compound, inner, itself, moved)
            } else {
                None
            },
        }
    }

    /// Where a matter with this inner point lies.
    pub(crate) fn matter_parents_at(&self, inner: LonLat) -> Parents {
        self.parents_at(PlaceKind::ResourceSite, inner, None, &[])
    }

    /// The smallest place of a level that holds the spot; ties go to the lower id.
    fn holder_at(
        &self,
        level: PlaceKind,
        spot: LonLat,
        itself: Option<PlaceId>,
        moved: &[Moved<'_>],
    ) -> Option<PlaceId> {
        let standing = self
            .holders_at(level, spot)
            .filter(|p| Some(p.place.id) != itself && !moved.iter().any(|m| m.id == p.place.id))
            .map(|p| (p.grid_area, p.place.id));
        let coming = moved
            .iter()
            .filter(|m| m.kind == level && Some(m.id) != itself)
            .filter_map(|m| m.outline.filter(|o| o.contains(spot)).map(|o| (area_of(o), m.id)));
        standing.chain(coming).min().map(|(_, id)| id)
    }

    /// Every place of a level that holds the spot.
    pub(crate) fn holders_at(&self, level: PlaceKind, spot: LonLat) -> impl Iterator<Item = &Arc<Placed>> {
        let mut held = Vec::new();
        self.layers[level.index()].around(spot, |placed| {
            if placed.place.ground.outline().is_some_and(|o| o.contains(spot)) {
                held.push(placed);
            }
        });
        held.into_iter()
    }

    /// All places above, nearest first, the compound last.
    pub fn ancestors(&self, parents: &Parents) -> Vec<PlaceId> {
        let mut chain = Vec::with_capacity(8);
        for start in [parents.up, parents.compound].into_iter().flatten() {
            let mut next = Some(start);
            while let Some(id) = next {
                // A level never holds a level above it, so this ends; a repeat means both roads met.
                if chain.contains(&id) {
                    break;
                }
                chain.push(id);
                next = self.place(id).and_then(|p| p.parents.up);
            }
        }
        chain
    }

    /// Everything a matter lies in: the places of its day, and those that hold its spot now. Who answers for the ground today
    /// hears of what stands on it.
    pub fn grounds_of(&self, parents: &Parents, spot: LonLat) -> Vec<PlaceId> {
        let mut all = self.ancestors(parents);
        for id in self.locate(spot).smallest_first() {
            if !all.contains(&id) {
                all.push(id);
            }
        }
        all
    }

    /// Places whose parents may differ once `moved` is folded, other than the moved ones themselves.
    pub(crate) fn beneath(&self, level: PlaceKind, ground: Envelope) -> impl Iterator<Item = &Arc<Placed>> {
        let lower = PlaceKind::ALL.into_iter().filter(move |k| {
            k.holders().contains(&level)
                || (level == PlaceKind::Compound && matches!(k, PlaceKind::Building | PlaceKind::ResourceSite))
        });
        lower.flat_map(move |kind| self.inner_points_in(kind, ground))
    }
}

fn area_of(outline: &Outline) -> i64 {
    i64::try_from(outline.doubled_grid_area()).unwrap_or(i64::MAX)
}
