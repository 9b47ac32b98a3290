//! What is counted on one place's ground: the row of a table, the colour of a map, the head of a wall.

use crate::answer::People;
use crate::ground::{Envelope, LonLat, Outline};
use crate::matter::{Matter, MatterId, MatterKind};
use crate::place::{Archive, Place, PlaceId, PlaceKind};
use crate::scheme::{Fresh, Freshness};
use crate::world::{MatterLayer, Placed, Tally, World};
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
    /// Counts a place in, when its kind is one of those counted.
    pub(crate) fn count(&mut self, place: &Place, rule: &Freshness, day: Date) {
        if !matches!(place.archive, Archive::Compound(_) | Archive::Building(_)) {
            return;
        }
        match rule.on(day, place.checked_on) {
            Fresh::Fresh => self.fresh += 1,
            Fresh::Due => self.due += 1,
            Fresh::Overdue => self.overdue += 1,
            Fresh::Unknown => self.unknown += 1,
        }
    }
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
        let rule = &self.scheme().freshness;
        for placed in self.counted_in(envelope, |p| outline.contains(p)) {
            figures.tally.add(&Tally::of(placed));
            figures.freshness.count(&placed.place, rule, day);
            if let Archive::ResourceSite(site) = &placed.place.archive {
                figures.capacity += u64::from(site.capacity.unwrap_or(0));
            }
        }
        figures.issues_open = counted(self.issues(), outline, envelope, &heard);
        figures.hazards_standing = counted(self.hazards(), outline, envelope, &heard);
        figures.alerts_active = counted(self.alerts(), outline, envelope, &heard);
        figures
    }

    /// People of the buildings whose inner point passes.
    pub fn people_where(&self, envelope: Envelope, inside: impl Fn(LonLat) -> bool) -> People {
        let mut tally = Tally::default();
        for placed in self.counted_in(envelope, inside) {
            tally.add(&Tally::of(placed));
        }
        People::of(&tally)
    }

    fn counted_in(&self, envelope: Envelope, inside: impl Fn(LonLat) -> bool) -> impl Iterator<Item = &Arc<Placed>> {
        [PlaceKind::Building, PlaceKind::Compound, PlaceKind::ResourceSite]
            .into_iter()
            .flat_map(move |kind| self.inner_points_in(kind, envelope))
            .filter(move |p| inside(p.inner))
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
