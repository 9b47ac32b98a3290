//! What came while an import was being prepared: does it spoil what was found?

use geju_core::command::{Command, Shipment};
use geju_core::ground::Envelope;
use geju_core::matter::Matter;
use geju_core::place::{PlaceKind, SourceRef};
use geju_core::{Change, Code, Effect, MatterKind, Version};
use std::collections::HashSet;
use std::sync::Arc;

/// Do these Changes bring something that the shipment would bring a second time? What they amend or retire is noticed by
/// its version when the shipment is decided.
pub fn spoils(command: &Command, since: &[Change]) -> bool {
    let Command::Import(shipment) = command else {
        return false;
    };
    let mut new = Newcomers::default();
    since
        .iter()
        .flat_map(|c| &c.effects)
        .for_each(|effect| new.note(effect));
    !new.is_empty() && new.meet(shipment)
}

/// What others brought.
#[derive(Default)]
struct Newcomers<'a> {
    codes: HashSet<(PlaceKind, &'a Code)>,
    sources: HashSet<(PlaceKind, &'a SourceRef)>,
    /// Boxes stand for outlines: a box met by chance costs one more reading of the file.
    grounds: HashSet<(PlaceKind, [i32; 4])>,
    matters: HashSet<(MatterKind, [i32; 4])>,
}

impl<'a> Newcomers<'a> {
    fn note(&mut self, effect: &'a Effect) {
        match effect {
            Effect::Place(r) if r.before.is_none() => {
                let (kind, place) = (r.after.kind(), &r.after);
                self.codes.extend(place.code.as_ref().map(|code| (kind, code)));
                self.sources.extend(place.source.as_ref().map(|source| (kind, source)));
                self.grounds.insert((kind, place.ground.envelope().into()));
            }
            Effect::Hazard(r) if r.before.is_none() => self.matter(&*r.after),
            Effect::Alert(r) if r.before.is_none() => self.matter(&*r.after),
            Effect::Issue(r) if r.before.is_none() => self.matter(&*r.after),
            _ => {}
        }
    }

    fn matter<M: Matter>(&mut self, matter: &M) {
        self.matters.insert((M::KIND, matter.ground().envelope().into()));
    }

    fn is_empty(&self) -> bool {
        self.grounds.is_empty() && self.matters.is_empty()
    }

    fn meet(&self, shipment: &Shipment) -> bool {
        let fresh = shipment
            .places
            .iter()
            .filter(|(_, base)| base.is_none())
            .map(|(p, _)| p);
        let mut places = fresh.filter(|p| {
            let kind = p.kind();
            p.code.as_ref().is_some_and(|code| self.codes.contains(&(kind, code)))
                || p.source.as_ref().is_some_and(|s| self.sources.contains(&(kind, s)))
                || self.grounds.contains(&(kind, p.ground.envelope().into()))
        });
        places.next().is_some()
            || self.meets_matters(&shipment.hazards)
            || self.meets_matters(&shipment.alerts)
            || self.meets_matters(&shipment.issues)
    }

    fn meets_matters<M: Matter>(&self, matters: &[(Arc<M>, Option<Version>)]) -> bool {
        let boxed = |m: &M| -> [i32; 4] { Envelope::into(m.ground().envelope()) };
        matters
            .iter()
            .any(|(m, base)| base.is_none() && self.matters.contains(&(M::KIND, boxed(m))))
    }
}
