//! The map as a drawing would leave it, without copying the map.

use super::{Barrier, Rule, Strictness};
use crate::finding::Severity;
use crate::ground::{Envelope, LonLat, Outline};
use crate::people::Warrant;
use crate::place::{Place, PlaceId, PlaceKind};
use crate::scheme::Size;
use crate::world::{Moved, Parents, Placed, Tally, World};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One place before and after.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// What it is a new version of; retired before, where it comes back.
    pub before: Option<Arc<Place>>,
    pub after: Arc<Place>,
}

impl Step {
    /// It gains vertices on straight edges and nothing else: its version stays.
    pub fn only_gains_vertices(&self) -> bool {
        self.before.as_ref().is_some_and(|b| b.version == self.after.version)
    }
}

/// An edge that a neighbour cannot take over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Torn {
    pub at: LonLat,
    pub drawn: PlaceId,
    pub neighbour: PlaceId,
}

/// Several places drawn at once, and the map around them.
pub struct Drawing<'a> {
    pub(super) world: &'a World,
    pub(super) warrant: &'a Warrant,
    pub(super) barriers: &'a [Barrier],
    torn: Option<Torn>,
    today: Date,
    steps: BTreeMap<PlaceId, Step>,
    /// The places in force afterwards.
    after: BTreeMap<PlaceId, Arc<Placed>>,
}

impl<'a> Drawing<'a> {
    pub(crate) fn new(
        world: &'a World,
        warrant: &'a Warrant,
        at: jiff::Timestamp,
        steps: impl IntoIterator<Item = Step>,
    ) -> Self {
        let steps: BTreeMap<PlaceId, Step> = steps.into_iter().map(|s| (s.after.id, s)).collect();
        let mut drawing = Self {
            world,
            warrant,
            barriers: &[],
            torn: None,
            today: world.scheme().day_of(at),
            steps,
            after: BTreeMap::new(),
        };
        let moved = drawing.moved();
        let settled: Vec<Placed> = drawing
            .steps
            .values()
            .filter(|s| !s.after.is_retired())
            .map(|s| {
                let mut placed = Placed::new(s.after.clone(), Parents::default(), world.head().next(), at);
                placed.parents = world.parents_at(s.after.kind(), placed.inner, Some(s.after.id), &moved);
                placed
            })
            .collect();
        drop(moved);
        drawing.after = settled.into_iter().map(|p| (p.place.id, Arc::new(p))).collect();
        drawing
    }

    pub(crate) fn warrant(&self) -> &'a Warrant {
        self.warrant
    }

    /// Beside these rivers, railways and motorways of the base map.
    pub(crate) fn among(self, barriers: &'a [Barrier]) -> Self {
        Self { barriers, ..self }
    }

    /// With an edge that could not be shared.
    pub(crate) fn torn_at(self, torn: Option<Torn>) -> Self {
        Self { torn, ..self }
    }

    pub(super) fn torn(&self) -> Option<Torn> {
        self.torn
    }

    pub(crate) fn barriers(&self) -> &'a [Barrier] {
        self.barriers
    }

    pub(crate) fn today(&self) -> Date {
        self.today
    }

    /// What the Scheme wants of a level.
    pub(crate) fn size_of(&self, kind: PlaceKind) -> Option<&'a Size> {
        self.world.scheme().level(kind)?.size.as_ref()
    }

    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.values()
    }

    /// The drawn places as membership is asked of them.
    pub(crate) fn moved(&self) -> Vec<Moved<'_>> {
        self.steps
            .values()
            .map(|s| Moved {
                id: s.after.id,
                kind: s.after.kind(),
                outline: s.after.ground.outline().filter(|_| !s.after.is_retired()),
            })
            .collect()
    }

    /// Places whose ground or values this drawing changes and that stand afterwards, by id.
    pub fn drawn(&self) -> impl Iterator<Item = &Arc<Placed>> {
        self.after
            .values()
            .filter(|p| !self.steps[&p.place.id].only_gains_vertices())
    }

    /// Places that leave.
    pub(super) fn leaving(&self) -> impl Iterator<Item = &Arc<Placed>> {
        self.steps
            .values()
            .filter(|s| s.after.is_retired())
            .filter_map(|s| self.world.place(s.after.id))
    }

    pub(super) fn before(&self, id: PlaceId) -> Option<&Arc<Placed>> {
        self.world.place(id)
    }

    pub(super) fn outline_before(&self, id: PlaceId) -> Option<&Outline> {
        self.before(id)?.place.ground.outline()
    }

    /// A place as it stands afterwards.
    pub fn after(&self, id: PlaceId) -> Option<&Arc<Placed>> {
        match self.steps.contains_key(&id) {
            true => self.after.get(&id),
            false => self.world.place(id),
        }
    }

    /// Places of a kind that stand afterwards and whose box meets this box.
    pub(super) fn meeting(&self, kind: PlaceKind, envelope: Envelope) -> Vec<&Arc<Placed>> {
        let standing = self.world.places_meeting(kind, envelope);
        let mut all: Vec<&Arc<Placed>> = standing
            .filter(|p| !self.steps.contains_key(&p.place.id))
            .chain(
                self.after
                    .values()
                    .filter(|p| p.place.kind() == kind && p.place.ground.envelope().meets(&envelope)),
            )
            .collect();
        all.sort_unstable_by_key(|p| p.place.id);
        all
    }

    /// Places of a level that lie directly in this one afterwards.
    pub(super) fn children(&self, parent: PlaceId, level: PlaceKind) -> Vec<&Arc<Placed>> {
        let Some(outline) = self.after(parent).and_then(|p| p.place.ground.outline()) else {
            return Vec::new();
        };
        let moved = self.moved();
        let mut all = self.meeting(level, outline.envelope());
        all.retain(|p| {
            let in_steps = self.steps.contains_key(&p.place.id);
            let parents = if in_steps {
                p.parents
            } else {
                self.world.parents_at(level, p.inner, Some(p.place.id), &moved)
            };
            parents.up == Some(parent)
        });
        all
    }

    /// Places of the level below that lie directly in this one afterwards.
    pub(crate) fn children_of(&self, parent: PlaceId) -> Vec<&Arc<Placed>> {
        let level = self
            .after(parent)
            .and_then(|p| super::no_gap::level_below(p.place.kind()));
        level.map_or_else(Vec::new, |level| self.children(parent, level))
    }

    /// Every parent whose children this drawing rearranges, and drawn places that have children themselves.
    pub(super) fn parents(&self) -> Vec<PlaceId> {
        let mut all = BTreeSet::new();
        // A compound is property, and divides nothing.
        let divides = |p: &Placed| PlaceKind::LADDER.contains(&p.place.kind());
        for placed in self.drawn().filter(|p| divides(p)) {
            all.extend(placed.parents.up);
            all.extend(self.before(placed.place.id).and_then(|p| p.parents.up));
            all.insert(placed.place.id);
        }
        all.extend(self.leaving().filter(|p| divides(p)).filter_map(|p| p.parents.up));
        all.retain(|id| self.after(*id).is_some());
        all.into_iter().collect()
    }

    /// What is counted in a drawn place afterwards.
    pub fn tally(&self, placed: &Placed) -> Tally {
        placed
            .place
            .ground
            .outline()
            .map_or_else(Tally::default, |o| self.world.tally_of(o, o.envelope()))
    }

    /// Does a place of this level hold the spot afterwards? All that do.
    pub(super) fn holders(&self, level: PlaceKind, spot: LonLat) -> Vec<PlaceId> {
        let standing = self.world.holders_at(level, spot).map(|p| p.place.id);
        let drawn = self.after.values().filter(|p| p.place.kind() == level);
        let holding = drawn.filter(|p| p.place.ground.outline().is_some_and(|o| o.contains(spot)));
        standing
            .filter(|id| !self.steps.contains_key(id))
            .chain(holding.map(|p| p.place.id))
            .collect()
    }

    /// What a breach of this rule does; `worse`: this drawing made it, or made it worse.
    pub(super) fn severity(&self, rule: Rule, worse: bool) -> Severity {
        match self.world.scheme().strictness(rule) {
            Strictness::Block if worse => Severity::Block,
            Strictness::Block | Strictness::Warn => Severity::Warn,
        }
    }
}
