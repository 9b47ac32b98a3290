//! One layer's trees: boxes for what meets a window, inner points for what counts in an area.

use super::{Placed, Row, Standing};
use crate::ground::{Envelope, LonLat};
use crate::matter::{Matter, MatterId};
use crate::place::PlaceId;
use rstar::{AABB, RTree, RTreeObject};
use std::collections::{BTreeSet, HashMap};
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

#[derive(Debug, Clone, Default)]
pub(super) struct PlaceLayer {
    boxes: RTree<Boxed<Placed>>,
    inner: RTree<Boxed<Placed>>,
    /// In order, so that whoever pages through goes on where the last page ended, whatever was edited meanwhile.
    ids: BTreeSet<PlaceId>,
}

impl PlaceLayer {
    pub fn from_places(places: Vec<Arc<Placed>>) -> Self {
        let ids = places.iter().map(|p| p.place.id).collect();
        let (boxes, inner) = places.into_iter().map(entries).unzip();
        Self {
            ids,
            boxes: RTree::bulk_load(boxes),
            inner: RTree::bulk_load(inner),
        }
    }

    pub fn insert(&mut self, placed: Arc<Placed>) {
        self.ids.insert(placed.place.id);
        let (boxed, inner) = entries(placed);
        self.boxes.insert(boxed);
        self.inner.insert(inner);
    }

    pub fn remove(&mut self, placed: &Arc<Placed>) {
        self.ids.remove(&placed.place.id);
        let (boxed, inner) = entries(placed.clone());
        let found = self.boxes.remove(&boxed).is_some() & self.inner.remove(&inner).is_some();
        debug_assert!(found, "place {} was not in its layer", placed.place.id);
    }

    pub fn len(&self) -> usize {
        self.boxes.size()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Placed>> {
        self.boxes.iter().map(|b| &b.value)
    }

    /// Ids greater than this one, in order.
    pub fn ids_after(&self, after: PlaceId) -> impl Iterator<Item = PlaceId> {
        self.ids.range((Bound::Excluded(after), Bound::Unbounded)).copied()
    }

    pub fn meeting(&self, envelope: Envelope) -> impl Iterator<Item = &Arc<Placed>> {
        self.boxes
            .locate_in_envelope_intersecting(aabb(envelope))
            .map(|b| &b.value)
    }

    pub fn inner_in(&self, envelope: Envelope) -> impl Iterator<Item = &Arc<Placed>> {
        self.inner
            .locate_in_envelope_intersecting(aabb(envelope))
            .map(|b| &b.value)
    }

    pub fn envelope(&self) -> Option<Envelope> {
        (self.len() > 0).then(|| root_envelope(self.boxes.root().envelope()))
    }
}

fn entries(placed: Arc<Placed>) -> (Boxed<Placed>, Boxed<Placed>) {
    let id = placed.place.id.0;
    let envelope = placed.place.ground.envelope();
    let inner = Envelope::of_point(placed.inner);
    (
        Boxed {
            envelope,
            id,
            value: placed.clone(),
        },
        Boxed {
            envelope: inner,
            id,
            value: placed,
        },
    )
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
            by_id: HashMap::new(),
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
