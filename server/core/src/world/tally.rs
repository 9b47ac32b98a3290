//! What is counted in each place: moved by fold, never stored, and always equal to what an area answer over the place's
//! own outline says.

use super::{Judge, Placed, World, parallel};
use crate::ground::Envelope;
use crate::place::{PlaceId, PlaceKind};
use serde::{Deserialize, Serialize};

/// Counts of one place, 统计. All by inner point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub buildings: u64,
    pub compounds: u64,
    pub resource_sites: u64,
    pub households: u64,
    pub shops: u64,
    pub residents: u64,
    pub over_60: u64,
    pub over_60_alone: u64,
    pub children: u64,
}

impl Tally {
    fn apply(&mut self, other: &Tally, step: impl Fn(&mut u64, u64)) {
        step(&mut self.buildings, other.buildings);
        step(&mut self.compounds, other.compounds);
        step(&mut self.resource_sites, other.resource_sites);
        step(&mut self.households, other.households);
        step(&mut self.shops, other.shops);
        step(&mut self.residents, other.residents);
        step(&mut self.over_60, other.over_60);
        step(&mut self.over_60_alone, other.over_60_alone);
        step(&mut self.children, other.children);
    }

    pub fn add(&mut self, other: &Tally) {
        self.apply(other, |mine, more| *mine += more);
    }

    pub(crate) fn take_away(&mut self, other: &Tally) {
        self.apply(other, |mine, less| *mine -= less);
    }
}

/// Kinds whose outlines have tallies.
const COUNTING: [PlaceKind; 6] = [
    PlaceKind::District,
    PlaceKind::Street,
    PlaceKind::Community,
    PlaceKind::Grid,
    PlaceKind::MicroGrid,
    PlaceKind::Compound,
];

/// Kinds that are counted.
pub(super) const COUNTED: [PlaceKind; 3] = [PlaceKind::Compound, PlaceKind::Building, PlaceKind::ResourceSite];

impl World {
    /// Every place whose tally counts this one.
    pub(super) fn counting(&self, placed: &Placed) -> Vec<PlaceId> {
        if !COUNTED.contains(&placed.place.kind()) {
            return Vec::new();
        }
        COUNTING
            .into_iter()
            .flat_map(|level| self.holders_at(level, placed.inner))
            .map(|p| p.place.id)
            .collect()
    }

    /// Counts one place anew by asking what lies in its outline.
    pub(super) fn recount(&mut self, id: PlaceId) {
        self.set_tally(id, self.counted(id));
    }

    fn counted(&self, id: PlaceId) -> Tally {
        let counting = self.places.get(&id).filter(|p| COUNTING.contains(&p.place.kind()));
        let outline = counting.and_then(|p| p.place.ground.outline());
        outline.map_or_else(Tally::default, |outline| self.tally_of(outline, outline.envelope()))
    }

    /// What lies in an area within `envelope`, by inner points.
    pub(crate) fn tally_of(&self, judge: &impl Judge, envelope: Envelope) -> Tally {
        let mut tally = Tally::default();
        for kind in COUNTED {
            tally.add(&self.total(kind, judge, envelope, None).0.tally(kind));
        }
        tally
    }

    pub(super) fn recount_all(&mut self) {
        let ids: Vec<PlaceId> = COUNTING
            .into_iter()
            .flat_map(|k| self.places_of(k))
            .map(|p| p.place.id)
            .collect();
        let counted = parallel::over_pieces(&ids, |ids| ids.iter().map(|id| (*id, self.counted(*id))).collect());
        self.tallies.clear();
        for (id, tally) in counted {
            self.set_tally(id, tally);
        }
    }

    fn set_tally(&mut self, id: PlaceId, tally: Tally) {
        if tally == Tally::default() {
            self.tallies.remove(&id);
        } else {
            self.tallies.insert(id, tally);
        }
    }

    pub(super) fn move_tally(&mut self, id: PlaceId, step: impl Fn(&mut Tally)) {
        let mut tally = self.tally(id);
        step(&mut tally);
        self.set_tally(id, tally);
    }
}
