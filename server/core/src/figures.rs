//! What is counted on one place's ground: the row of a table, the colour of a map, the head of a wall.

use crate::answer::People;
use crate::ground::{Envelope, LonLat, Outline};
use crate::matter::{Matter, MatterId, MatterKind};
use crate::place::{PlaceId, PlaceKind};
use crate::scheme::{Fresh, Thresholds};
use crate::world::{Judge, MatterLayer, Placed, Sum, Tally, World};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Archives by how fresh they are, 保鲜统计: of compounds and buildings, each by its inner point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshCount {
    pub fresh: u64,
    pub due: u64,
    pub overdue: u64,
    pub unknown: u64,
}

impl FreshCount {
    pub(crate) fn add(&mut self, fresh: Fresh, archives: u64) {
        *match fresh {
            Fresh::Fresh => &mut self.fresh,
            Fresh::Due => &mut self.due,
            Fresh::Overdue => &mut self.overdue,
            Fresh::Unknown => &mut self.unknown,
        } += archives;
    }

    pub(crate) fn merge(&mut self, other: &FreshCount) {
        self.fresh += other.fresh;
        self.due += other.due;
        self.overdue += other.overdue;
        self.unknown += other.unknown;
    }
}

/// Kinds whose archives' freshness is counted.
pub(crate) fn is_freshness_counted(kind: PlaceKind) -> bool {
    matches!(kind, PlaceKind::Compound | PlaceKind::Building)
}

/// Figures 数字 of one place: what [`World::answer`] says over its outline by the inner-point rule, without the parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub tally: Tally,
    /// What the resource sites can take together, 容量.
    pub capacity: u64,
    pub issues_open: u64,
    pub hazards_standing: u64,
    pub alerts_active: u64,
    pub freshness: FreshCount,
}

impl Figures {
    pub fn people(&self) -> People {
        People::of(&self.tally)
    }
}

impl World {
    /// Counts what lies in an outline, archives as fresh as they are on `day`, and of the matters those that `heard` lets
    /// through.
    pub fn figures(&self, outline: &Outline, day: Date, heard: impl Fn(MatterKind, MatterId) -> bool) -> Figures {
        let mut figures = Figures::default();
        let envelope = outline.envelope();
        let thresholds = self.scheme().freshness.thresholds(day);
        for kind in [PlaceKind::Building, PlaceKind::Compound, PlaceKind::ResourceSite] {
            let counted = is_freshness_counted(kind);
            let (total, fresh) = self.total(kind, outline, envelope, counted.then_some(&thresholds));
            figures.tally.add(&total.tally(kind));
            figures.freshness.merge(&fresh);
            figures.capacity += total.capacity;
        }
        figures.issues_open = counted(self.issues(), outline, envelope, &heard);
        figures.hazards_standing = counted(self.hazards(), outline, envelope, &heard);
        figures.alerts_active = counted(self.alerts(), outline, envelope, &heard);
        figures
    }

    /// People of the buildings whose inner point lies in each of these outlines.
    pub fn people_in(&self, outlines: &[&Outline]) -> People {
        let envelope = outlines.first().map(|o| o.envelope());
        envelope.map_or(People::default(), |envelope| {
            People::of(&self.tally_of(&outlines, envelope))
        })
    }

    /// The sum over all places of a kind in an area within `envelope`, and how fresh their archives are where it is asked.
    pub(crate) fn total(
        &self,
        kind: PlaceKind,
        judge: &impl Judge,
        envelope: Envelope,
        thresholds: Option<&Thresholds>,
    ) -> (Sum, FreshCount) {
        let (mut wholes, mut singles) = (Sum::default(), Sum::default());
        let (mut fresh_wholes, mut fresh_singles) = (FreshCount::default(), FreshCount::default());
        let whole = |sum: &Sum| {
            if let Some(thresholds) = thresholds {
                let Some(fresh) = sum.freshness(thresholds) else {
                    return false;
                };
                fresh_wholes.merge(&fresh);
            }
            wholes.merge(sum);
            true
        };
        self.sum(kind, judge, envelope, whole, |part, _| {
            singles.add(part);
            if let Some(thresholds) = thresholds {
                fresh_singles.add(thresholds.of(part.checked_on), 1);
            }
        });
        wholes.merge(&singles);
        fresh_wholes.merge(&fresh_singles);
        (wholes, fresh_wholes)
    }

    /// The places of one level whose inner point lies in `within`, or all of them, by id.
    pub fn level_within(&self, level: PlaceKind, within: Option<&Outline>) -> Vec<Arc<Placed>> {
        let mut all: Vec<Arc<Placed>> = match within {
            None => self.places_of(level).cloned().collect(),
            Some(outline) => self
                .inner_points_in(level, outline.envelope())
                .filter(|p| outline.contains(p.inner))
                .cloned()
                .collect(),
        };
        all.sort_unstable_by_key(|p| p.place.id);
        all
    }

    /// The smallest place that holds a spot, whatever its level.
    pub fn smallest_at(&self, spot: LonLat) -> Option<PlaceId> {
        let located = self.locate(spot);
        let placed = located.levels().into_iter().filter_map(|(_, p)| p.as_ref());
        placed.min_by_key(|p| (p.grid_area, p.place.id)).map(|p| p.place.id)
    }
}

fn counted<M: Matter>(
    layer: &MatterLayer<M>,
    outline: &Outline,
    envelope: Envelope,
    heard: &impl Fn(MatterKind, MatterId) -> bool,
) -> u64 {
    layer
        .meeting(envelope)
        .filter(|s| outline.contains(s.inner) && heard(M::KIND, s.matter.id()))
        .count() as u64
}
