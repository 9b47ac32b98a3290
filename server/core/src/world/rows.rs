//! A World made from rows, as a store hands them over.

use super::layer::{MatterLayer, PlaceLayer};
use super::{FormerCode, Parents, Placed, World, packed, parallel};
use crate::change::BasePack;
use crate::ground::LonLat;
use crate::id::{Epoch, Seq};
use crate::matter::{Alert, Hazard, Issue};
use crate::people::{Appointment, Post};
use crate::place::{Place, PlaceId};
use crate::scheme::Scheme;
use jiff::Timestamp;
use std::sync::Arc;

/// One snapshot's row for building a World.
#[derive(Debug, Clone)]
pub struct Row<T> {
    pub value: Arc<T>,
    pub parents: Parents,
    pub since: Seq,
    pub at: Timestamp,
}

/// Everything a store holds of one snapshot.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub places: Vec<Row<Place>>,
    /// Codes of retired places, in the order in which they were retired.
    pub former_codes: Vec<FormerCode>,
    pub hazards: Vec<Row<Hazard>>,
    pub alerts: Vec<Row<Alert>>,
    pub issues: Vec<Row<Issue>>,
    pub posts: Vec<Arc<Post>>,
    pub appointments: Vec<Arc<Appointment>>,
    pub base: Vec<BasePack>,
    pub scheme: Option<Arc<Scheme>>,
}

impl World {
    /// Builds the map from a snapshot. Retired places among the rows are left out; of closed matters only those are told
    /// that ended lately.
    pub fn from_rows(epoch: Epoch, head: Seq, fallback: Arc<Scheme>, mut rows: Rows) -> Self {
        rows.places.retain(|r| !r.value.is_retired());
        World::of_rows(epoch, head, fallback, rows)
    }

    /// The map of an earlier day from rows that were in force then, retired since or not. What lay in what is judged again:
    /// what a row remembers is what it lay in when it was last heard of.
    pub fn in_force(epoch: Epoch, head: Seq, fallback: Arc<Scheme>, rows: Rows) -> Self {
        let mut world = World::of_rows(epoch, head, fallback, rows);
        let placed: Vec<Arc<Placed>> = world.places.values().cloned().collect();
        let moved: Vec<Placed> = placed
            .into_iter()
            .filter_map(|old| {
                let parents = world.parents_at(old.place.kind(), old.inner, Some(old.place.id), &[]);
                (parents != old.parents).then(|| Placed {
                    parents,
                    ..Placed::clone(&old)
                })
            })
            .collect();
        if !moved.is_empty() {
            world.lay(moved);
            world.reindex();
            world.recount_all();
        }
        world
    }

    fn of_rows(epoch: Epoch, head: Seq, fallback: Arc<Scheme>, rows: Rows) -> Self {
        let mut world = World::empty(epoch, rows.scheme.unwrap_or(fallback));
        world.head = head;
        let placed = along_curve_order(&rows.places);
        drop(rows.places);
        let admit = || {
            world.places.reserve(placed.len());
            world.codes.reserve(placed.len());
            placed.iter().for_each(|p| world.admit(p.clone()));
        };
        (world.layers, ()) = parallel::both(|| layers_of(&placed), admit);
        let former = rows.former_codes.into_iter();
        world.former_codes = former.map(|(kind, code, former)| ((kind, code), former)).collect();
        rows.hazards.iter().for_each(|r| world.ended.put(r));
        rows.alerts.iter().for_each(|r| world.ended.put(r));
        rows.issues.iter().for_each(|r| world.ended.put(r));
        world.hazards = MatterLayer::from_rows(rows.hazards);
        world.alerts = MatterLayer::from_rows(rows.alerts);
        world.issues = MatterLayer::from_rows(rows.issues);
        rows.posts.into_iter().for_each(|p| world.put_post(p));
        rows.appointments.into_iter().for_each(|a| world.put_appointment(a));
        world.base = rows.base.into_iter().map(|p| (p.layer, p)).collect();
        world.recount_all();
        world
    }
}

/// Rows as places in force, in the order in which they lie along the curve: whoever looks at a neighbourhood then finds it
/// together in memory.
fn along_curve_order(rows: &[Row<Place>]) -> Vec<Arc<Placed>> {
    let mut order: Vec<(u64, PlaceId, LonLat, &Row<Place>)> = parallel::over_pieces(rows, |rows| {
        let keyed = rows.iter().map(|row| {
            let inner = row.value.ground.inner_point();
            (packed::along_curve(inner), row.value.id, inner, row)
        });
        keyed.collect()
    });
    order.sort_unstable_by_key(|(at, id, ..)| (*at, *id));
    parallel::over_pieces(&order, |order| {
        let placed = order
            .iter()
            .map(|(_, _, inner, row)| Placed::within(row.value.clone(), *inner, row.parents, row.since, row.at));
        placed.map(Arc::new).collect()
    })
}

/// The trees of every layer.
pub(super) fn layers_of<'a>(places: impl IntoIterator<Item = &'a Arc<Placed>>) -> [PlaceLayer; 8] {
    let mut by_kind: [Vec<Arc<Placed>>; 8] = Default::default();
    for placed in places {
        by_kind[placed.place.kind().index()].push(placed.clone());
    }
    by_kind.map(PlaceLayer::from_places)
}
