//! One layer's trees: what meets a window, and what counts in an area.

use super::packed::{Judge, Packed};
use super::sum::{Part, Sum};
use super::{Placed, Row, Standing};
use crate::ground::{Envelope, LonLat};
use crate::matter::{Matter, MatterId};
use crate::place::PlaceId;
use foldhash::HashMap;
use rstar::{AABB, RTree, RTreeObject};
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

/// f64 holds every grid step exactly, and rstar's products cannot overflow in it.
pub(super) fn aabb(e: Envelope) -> AABB<[f64; 2]> {
    AABB::from_corners(corner(e.min), corner(e.max))
}

fn corner(p: LonLat) -> [f64; 2] {
    [f64::from(p.lon), f64::from(p.lat)]
}

/// Something with an id and a box.
#[derive(Debug, Clone)]
struct Boxed<T> {
    envelope: Envelope,
    id: u64,
    value: Arc<T>,
}

impl<T> RTreeObject for Boxed<T> {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        aabb(self.envelope)
    }
}

impl<T> PartialEq for Boxed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// One layer of places: what stood when it was packed, and a small live tree of what came since.
#[derive(Debug, Clone, Default)]
pub(super) struct PlaceLayer {
    packed: Packed,
    live: RTree<Boxed<Placed>>,
    /// In order, so that whoever pages through goes on where the last page ended, whatever was edited meanwhile.
    ids: BTreeSet<PlaceId>,
}

/// Places that may have come or gone before the layer is packed anew: fewer cost a question less than packing costs.
const LOOSE_MIN: usize = 1_024;
/// And on a large layer this share of it, so that packing is paid by many edits.
const LOOSE_SHARE: usize = 8;

impl PlaceLayer {
    pub fn from_places(places: Vec<Arc<Placed>>) -> Self {
        let mut ids: Vec<PlaceId> = places.iter().map(|p| p.place.id).collect();
        // A set is built from sorted keys in one go.
        ids.sort_unstable();
        Self {
            ids: ids.into_iter().collect(),
            packed: Packed::new(places),
            live: RTree::new(),
        }
    }

    pub fn insert(&mut self, placed: Arc<Placed>) {
        self.ids.insert(placed.place.id);
        self.live.insert(boxed_place(placed));
        let loose = self.live.size() + self.packed.left();
        if loose > LOOSE_MIN.max(self.packed.len() / LOOSE_SHARE) {
            self.packed = Packed::new(self.iter().cloned().collect());
            self.live = RTree::new();
        }
    }

    pub fn remove(&mut self, placed: &Arc<Placed>) {
        self.ids.remove(&placed.place.id);
        let found = self.packed.remove(placed) || self.live.remove(&boxed_place(placed.clone())).is_some();
        debug_assert!(found, "place {} was not in its layer", placed.place.id);
    }

    /// A new version of a place of this layer.
    pub fn replace(&mut self, old: &Arc<Placed>, new: &Arc<Placed>) {
        if !self.packed.replace(old, new) {
            self.remove(old);
            self.insert(new.clone());
        }
    }

    pub fn len(&self) -> usize {
        self.packed.len() + self.live.size()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Placed>> {
        self.packed.iter().chain(self.live.iter().map(|b| &b.value))
    }

    /// Ids greater than this one, in order.
    pub fn ids_after(&self, after: PlaceId) -> impl Iterator<Item = PlaceId> {
        self.ids.range((Bound::Excluded(after), Bound::Unbounded)).copied()
    }

    pub fn meeting(&self, envelope: Envelope) -> impl Iterator<Item = &Arc<Placed>> {
        let live = self.live.locate_in_envelope_intersecting(aabb(envelope));
        self.packed.meeting(envelope).chain(live.map(|b| &b.value))
    }

    /// Places whose box holds this spot.
    pub fn around<'a>(&'a self, spot: LonLat, mut found: impl FnMut(&'a Arc<Placed>)) {
        self.packed.around(spot, &mut found);
        let live = self
            .live
            .locate_in_envelope_intersecting(aabb(Envelope::of_point(spot)));
        live.for_each(|b| found(&b.value));
    }

    /// Places whose inner point lies in this box, each with it.
    pub fn inner_in<'a>(&'a self, window: Envelope, mut found: impl FnMut(LonLat, &'a Arc<Placed>)) {
        self.packed.inner_in(window, &mut found);
        // An inner point lies in the box of its ground.
        let live = self
            .live
            .locate_in_envelope_intersecting(aabb(window))
            .map(|b| &b.value);
        live.filter(|p| window.contains(p.inner))
            .for_each(|p| found(p.inner, p));
    }

    /// Sums what lies by its inner point in an area that lies in `envelope`; see [`Packed::sum`].
    pub fn sum(
        &self,
        judge: &impl Judge,
        envelope: Envelope,
        whole: impl FnMut(&Sum) -> bool,
        mut each: impl FnMut(&Part, &Arc<Placed>),
    ) {
        self.packed.sum(judge, whole, &mut each);
        for boxed in self.live.locate_in_envelope_intersecting(aabb(envelope)) {
            if judge.contains(boxed.value.inner) {
                each(&Part::of(&boxed.value.place), &boxed.value);
            }
        }
    }

    pub fn envelope(&self) -> Option<Envelope> {
        let live = (self.live.size() > 0).then(|| root_envelope(self.live.root().envelope()));
        Envelope::union_all(self.packed.envelope().into_iter().chain(live))
    }
}

fn boxed_place(value: Arc<Placed>) -> Boxed<Placed> {
    Boxed {
        envelope: value.place.ground.envelope(),
        id: value.place.id.0,
        value,
    }
}

fn root_envelope(e: AABB<[f64; 2]>) -> Envelope {
    let spot = |[lon, lat]: [f64; 2]| LonLat {
        lon: lon as i32,
        lat: lat as i32,
    };
    Envelope {
        min: spot(e.lower()),
        max: spot(e.upper()),
    }
}

/// The live matters of one kind.
#[derive(Debug, Clone)]
pub struct MatterLayer<M> {
    by_id: HashMap<MatterId, Arc<Standing<M>>>,
    boxes: RTree<Boxed<Standing<M>>>,
}

impl<M> Default for MatterLayer<M> {
    fn default() -> Self {
        Self {
            by_id: HashMap::default(),
            boxes: RTree::new(),
        }
    }
}

impl<M: PartialEq> PartialEq for MatterLayer<M> {
    fn eq(&self, other: &Self) -> bool {
        self.by_id == other.by_id
    }
}

impl<M: Matter> MatterLayer<M> {
    pub(super) fn from_rows(rows: Vec<Row<M>>) -> Self {
        let by_id: HashMap<MatterId, Arc<Standing<M>>> = rows
            .into_iter()
            .filter(|r| r.value.is_live())
            .map(|r| (r.value.id(), Arc::new(stand(r))))
            .collect();
        let boxes = RTree::bulk_load(by_id.values().cloned().map(boxed).collect());
        Self { by_id, boxes }
    }

    /// Takes a new version in; one that no longer counts leaves the map.
    pub(super) fn put(&mut self, row: Row<M>) {
        let id = row.value.id();
        if let Some(old) = self.by_id.remove(&id) {
            self.boxes.remove(&boxed(old));
        }
        if row.value.is_live() {
            let standing = Arc::new(stand(row));
            self.by_id.insert(id, standing.clone());
            self.boxes.insert(boxed(standing));
        }
    }

    pub fn get(&self, id: MatterId) -> Option<&Arc<Standing<M>>> {
        self.by_id.get(&id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Standing<M>>> {
        self.by_id.values()
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub fn meeting(&self, envelope: Envelope) -> impl Iterator<Item = &Arc<Standing<M>>> {
        self.boxes
            .locate_in_envelope_intersecting(aabb(envelope))
            .map(|b| &b.value)
    }

    pub fn envelope(&self) -> Option<Envelope> {
        (!self.is_empty()).then(|| root_envelope(self.boxes.root().envelope()))
    }
}

fn stand<M: Matter>(row: Row<M>) -> Standing<M> {
    let inner = row.value.ground().inner_point();
    Standing {
        matter: row.value,
        inner,
        parents: row.parents,
        since: row.since,
        at: row.at,
    }
}

fn boxed<M: Matter>(value: Arc<Standing<M>>) -> Boxed<Standing<M>> {
    Boxed {
        envelope: value.matter.ground().envelope(),
        id: value.matter.id().0,
        value,
    }
}
