//! What is at a spot, and what is near it.

use super::{Placed, World};
use crate::area::around;
use crate::ground::{LonLat, local_distance};
use crate::place::{PlaceId, PlaceKind};
use crate::unit::Meters;
use std::sync::Arc;

/// Everything that holds one spot, one per level.
#[derive(Debug, Clone, Default)]
pub struct Located {
    pub district: Option<Arc<Placed>>,
    pub street: Option<Arc<Placed>>,
    pub community: Option<Arc<Placed>>,
    pub grid: Option<Arc<Placed>>,
    pub micro_grid: Option<Arc<Placed>>,
    pub compound: Option<Arc<Placed>>,
    pub building: Option<Arc<Placed>>,
}

impl Located {
    pub fn levels(&self) -> [(PlaceKind, &Option<Arc<Placed>>); 7] {
        [
            (PlaceKind::District, &self.district),
            (PlaceKind::Street, &self.street),
            (PlaceKind::Community, &self.community),
            (PlaceKind::Grid, &self.grid),
            (PlaceKind::MicroGrid, &self.micro_grid),
            (PlaceKind::Compound, &self.compound),
            (PlaceKind::Building, &self.building),
        ]
    }

    /// Places from the smallest to the largest: the order in which responsible people are named.
    pub fn smallest_first(&self) -> impl Iterator<Item = PlaceId> + '_ {
        self.levels()
            .into_iter()
            .rev()
            .filter_map(|(_, p)| p.as_ref().map(|p| p.place.id))
    }
}

/// A place and how far it is.
#[derive(Debug, Clone)]
pub struct Near {
    pub placed: Arc<Placed>,
    pub distance: Meters,
}

/// How wide the first ring of a nearest search is; it doubles until enough are found.
const FIRST_RING_METERS: f64 = 250.0;
/// Farther than this nothing counts as near.
pub const MAX_NEAR_METERS: f64 = 50_000.0;

impl World {
    /// What holds this spot: the smallest place per level, ties to the lower id.
    pub fn locate(&self, spot: LonLat) -> Located {
        let at = |level: PlaceKind| {
            self.holders_at(level, spot)
                .min_by_key(|p| (p.grid_area, p.place.id))
                .cloned()
        };
        Located {
            district: at(PlaceKind::District),
            street: at(PlaceKind::Street),
            community: at(PlaceKind::Community),
            grid: at(PlaceKind::Grid),
            micro_grid: at(PlaceKind::MicroGrid),
            compound: at(PlaceKind::Compound),
            building: at(PlaceKind::Building),
        }
    }

    /// The nearest places of a kind by straight distance to the inner point, nearest first.
    pub fn nearest(&self, kind: PlaceKind, spot: LonLat, limit: usize, wanted: impl Fn(&Placed) -> bool) -> Vec<Near> {
        let mut radius = FIRST_RING_METERS;
        loop {
            // By distance first: whoever is too far need not be looked at.
            let mut within: Vec<(Meters, &Arc<Placed>)> = Vec::new();
            self.layers[kind.index()].inner_in(around(spot, Meters(radius)), |inner, placed| {
                let distance = local_distance(spot, inner);
                if distance.0 <= radius {
                    within.push((distance, placed));
                }
            });
            within.sort_unstable_by(|(a, _), (b, _)| a.0.total_cmp(&b.0));
            let mut found: Vec<Near> = Vec::with_capacity(limit.min(within.len()));
            for (distance, placed) in within {
                // Equally far ones are all looked at: ids decide between them.
                if found.len() >= limit && found.last().is_some_and(|last| last.distance.0 < distance.0) {
                    break;
                }
                if wanted(placed) {
                    found.push(Near {
                        placed: placed.clone(),
                        distance,
                    });
                }
            }
            if found.len() >= limit || radius >= MAX_NEAR_METERS {
                found.sort_by(|a, b| {
                    let by_id = a.placed.place.id.cmp(&b.placed.place.id);
                    a.distance.0.total_cmp(&b.distance.0).then(by_id)
                });
                found.truncate(limit);
                return found;
            }
            radius = (radius * 2.0).min(MAX_NEAR_METERS);
        }
    }
}
