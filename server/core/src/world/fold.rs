//! Applying a Change that the store has kept.

use super::ended::EndedMatters;
use super::{Placed, Row, Tally, Touched, World};
use crate::change::{Change, Effect, MAX_INLINE_EFFECTS, Revision};
use crate::matter::Matter;
use crate::place::{Place, PlaceId};
use std::sync::Arc;

/// A Change that touches more than this share of the places is folded by packing every tree anew: place by place it would take
/// longer.
const PACKED_ANEW_SHARE: usize = 8;

impl World {
    /// Applies a Change. It must be the next one: the ledger has no gaps.
    ///
    /// # Panics
    /// In debug builds, when `seq` is not the next: that is a bug of the caller.
    pub fn fold(&mut self, change: &Change) -> Touched {
        debug_assert_eq!(change.seq, self.head.next(), "Changes are folded in order");
        self.head = change.seq;
        self.epoch = change.epoch;
        let mut touched = Touched::default();
        if change.effects.len() > MAX_INLINE_EFFECTS && change.effects.len() > self.places.len() / PACKED_ANEW_SHARE {
            self.fold_many(change, &mut touched);
        } else {
            for effect in &change.effects {
                self.fold_effect(effect, change, &mut touched);
            }
        }
        if change.effects.len() > MAX_INLINE_EFFECTS {
            touched.ids.clear();
            touched.reset = true;
            for boxes in touched.layers.values_mut() {
                *boxes = crate::ground::Envelope::union_all(boxes.drain(..))
                    .into_iter()
                    .collect();
            }
        }
        touched
    }

    fn fold_effect(&mut self, effect: &Effect, change: &Change, touched: &mut Touched) {
        touch(effect, touched);
        match effect {
            Effect::Place(revision) => self.fold_place(revision, change, touched),
            Effect::Reparent { id, into, .. } => {
                if let Some(old) = self.places.get(id).cloned() {
                    let new = Arc::new(Placed {
                        parents: *into,
                        ..Placed::clone(&old)
                    });
                    self.swap(Some(&old), Some(&new));
                }
            }
            other => self.fold_record(other, change),
        }
    }

    /// Everything but places.
    fn fold_record(&mut self, effect: &Effect, change: &Change) {
        fn row<M: Matter>(r: &Revision<M>, change: &Change, ended: &mut EndedMatters) -> Row<M> {
            let row = Row {
                value: r.after.clone(),
                parents: r.into,
                since: change.seq,
                at: change.at,
            };
            ended.put(&row);
            row
        }
        match effect {
            Effect::Place(_) | Effect::Reparent { .. } => {}
            Effect::Hazard(r) => self.hazards.put(row(r, change, &mut self.ended)),
            Effect::Alert(r) => self.alerts.put(row(r, change, &mut self.ended)),
            Effect::Issue(r) => self.issues.put(row(r, change, &mut self.ended)),
            Effect::Post(r) => self.put_post(r.after.clone()),
            Effect::Appointment(r) => self.put_appointment(r.after.clone()),
            Effect::Base { before, after } => match after {
                Some(pack) => {
                    self.base.insert(pack.layer, pack.clone());
                }
                None => {
                    if let Some(pack) = before {
                        self.base.remove(&pack.layer);
                    }
                }
            },
            Effect::Scheme { after, .. } => self.scheme = after.clone(),
        }
    }

    fn fold_place(&mut self, revision: &Revision<Place>, change: &Change, touched: &mut Touched) {
        let id = revision.after.id;
        let old = self.places.get(&id).cloned();
        let (seq, at) = match &old {
            Some(old) if revision.only_nodes() => (old.since, old.at),
            _ => (change.seq, change.at),
        };
        self.remember_code(&revision.after, change);
        let new = (!revision.after.is_retired()).then(|| Placed::new(revision.after.clone(), revision.into, seq, at));
        let moved = match (&old, &new) {
            (Some(old), Some(new)) => old.place.ground != new.place.ground,
            _ => true,
        };
        if let Some(old) = &old {
            for holder in self.counting(old) {
                self.move_tally(holder, |t| t.take_away(&Tally::of(&old.place)));
                touched.recounted.insert(holder);
            }
        }
        let new = new.map(Arc::new);
        self.swap(old.as_ref(), new.as_ref());
        if let Some(new) = &new {
            for holder in self.counting(new) {
                self.move_tally(holder, |t| t.add(&Tally::of(&new.place)));
                touched.recounted.insert(holder);
            }
        }
        if moved {
            self.recount(id);
            touched.recounted.insert(id);
        }
    }

    /// Folds a bulk Change: values first, then trees and tallies built anew.
    fn fold_many(&mut self, change: &Change, touched: &mut Touched) {
        for effect in &change.effects {
            touch(effect, touched);
            match effect {
                Effect::Place(r) => {
                    let mut stepped = (change.seq, change.at);
                    if let Some(old) = self.places.get(&r.after.id).cloned() {
                        if r.only_nodes() {
                            stepped = (old.since, old.at);
                        }
                        self.forget(&old);
                    }
                    self.remember_code(&r.after, change);
                    if !r.after.is_retired() {
                        self.admit(Arc::new(Placed::new(r.after.clone(), r.into, stepped.0, stepped.1)));
                    }
                }
                Effect::Reparent { id, into, .. } => {
                    if let Some(old) = self.places.get(id).cloned() {
                        self.forget(&old);
                        self.admit(Arc::new(Placed {
                            parents: *into,
                            ..Placed::clone(&old)
                        }));
                    }
                }
                other => self.fold_record(other, change),
            }
        }
        self.reindex();
        self.recount_all();
    }

    /// Values, codes and children; the trees are the caller's.
    pub(super) fn admit(&mut self, placed: Arc<Placed>) {
        let id = placed.place.id;
        if let Some(code) = &placed.place.code {
            self.codes.insert((placed.place.kind(), code.clone()), id);
        }
        for parent in [placed.parents.up, placed.parents.compound].into_iter().flatten() {
            self.children.entry(parent).or_default().insert(id);
        }
        self.places.insert(id, placed);
    }

    fn forget(&mut self, old: &Placed) {
        let id = old.place.id;
        self.places.remove(&id);
        if let Some(code) = &old.place.code {
            let key = (old.place.kind(), code.clone());
            if self.codes.get(&key) == Some(&id) {
                self.codes.remove(&key);
            }
        }
        for parent in [old.parents.up, old.parents.compound].into_iter().flatten() {
            if let Some(children) = self.children.get_mut(&parent) {
                children.remove(&id);
                if children.is_empty() {
                    self.children.remove(&parent);
                }
            }
        }
    }

    /// One version of a place for another, in values and trees.
    fn swap(&mut self, old: Option<&Arc<Placed>>, new: Option<&Arc<Placed>>) {
        if let Some(old) = old {
            self.forget(old);
        }
        if let Some(new) = new {
            self.admit(new.clone());
        }
        match (old, new) {
            (Some(old), Some(new)) if old.place.kind() == new.place.kind() => {
                self.layers[new.place.kind().index()].replace(old, new);
            }
            _ => {
                if let Some(old) = old {
                    self.layers[old.place.kind().index()].remove(old);
                }
                if let Some(new) = new {
                    self.layers[new.place.kind().index()].insert(new.clone());
                }
            }
        }
    }

    /// Puts places where they belong; the trees are the caller's.
    pub(super) fn lay(&mut self, moved: Vec<Placed>) {
        for new in moved {
            if let Some(old) = self.places.get(&new.place.id).cloned() {
                self.forget(&old);
            }
            self.admit(Arc::new(new));
        }
    }

    /// Packs every tree from the values.
    pub(super) fn reindex(&mut self) {
        self.layers = super::layers_of(self.places.values());
    }

    /// Checks trees, codes and tallies against a plain loop over the values; for tests.
    #[doc(hidden)]
    pub fn assert_sound(&self) {
        let mut again = self.clone();
        again.reindex();
        again.recount_all();
        assert_eq!(again.tallies, self.tallies, "tallies drifted from the values");
        for kind in crate::place::PlaceKind::ALL {
            let mut mine: Vec<PlaceId> = self.places_of(kind).map(|p| p.place.id).collect();
            let mut plain: Vec<PlaceId> = self
                .places
                .values()
                .filter(|p| p.place.kind() == kind)
                .map(|p| p.place.id)
                .collect();
            mine.sort_unstable();
            plain.sort_unstable();
            assert_eq!(mine, plain, "the {kind} tree drifted from the values");
            for placed in self.places_of(kind) {
                assert_eq!(
                    Some(placed),
                    self.places.get(&placed.place.id),
                    "a tree holds an old version"
                );
            }
        }
    }
}

fn touch(effect: &Effect, touched: &mut Touched) {
    if let Some(layer) = effect.layer() {
        let boxes = touched.layers.entry(layer).or_default();
        match effect {
            // Old and new ground apart: a thing moved across the district must not drop every tile between.
            Effect::Place(r) => {
                boxes.extend(r.before.as_ref().map(|p| p.ground.envelope()));
                boxes.push(r.after.ground.envelope());
            }
            other => boxes.extend(other.envelope()),
        }
        if let Effect::Base { .. } = effect {
            touched.reset = true;
        }
    }
    touched.ids.extend(effect.id());
}
