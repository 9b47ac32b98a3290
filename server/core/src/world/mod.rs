//! The whole map in memory: one R-tree per layer, typed values beside it.

mod duties;
mod ended;
mod fold;
mod former;
mod jurisdiction;
mod layer;
mod lookup;
mod membership;
mod packed;
mod parallel;
mod rows;
mod search;
mod spoken;
mod sum;
mod tally;

pub use ended::{ENDED_KEPT, Ended};
pub use former::{Former, FormerCode};
pub use layer::MatterLayer;
pub use lookup::{Located, Near};
pub use membership::Parents;
pub use rows::{Row, Rows};
pub use search::{Found, PlaceQuery, best_first};
pub use tally::Tally;

pub(crate) use membership::Moved;
pub(crate) use packed::Judge;
use rows::layers_of;
pub(crate) use sum::{Part, Sum, word_of};

use crate::change::{BaseLayer, BasePack};
use crate::code::Code;
use crate::ground::{Envelope, LonLat, Outline};
use crate::id::{Epoch, PostId, Seq};
use crate::matter::{Alert, Hazard, Issue};
use crate::people::{Appointment, AppointmentId, Post};
use crate::place::{Place, PlaceId, PlaceKind};
use crate::scheme::Scheme;
use foldhash::HashMap;
use jiff::Timestamp;
use layer::PlaceLayer;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A place in force, with what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub place: Arc<Place>,
    /// The point that decides membership and counting.
    pub inner: LonLat,
    pub parents: Parents,
    /// The Change that last stepped its version.
    pub since: Seq,
    pub at: Timestamp,
    /// Twice the outline's area in squared grid steps; 0 for a spot.
    pub(crate) grid_area: i64,
}

impl Placed {
    pub fn new(place: Arc<Place>, parents: Parents, since: Seq, at: Timestamp) -> Self {
        let inner = place.ground.inner_point();
        Self::within(place, inner, parents, since, at)
    }

    /// One whose inner point is known already.
    fn within(place: Arc<Place>, inner: LonLat, parents: Parents, since: Seq, at: Timestamp) -> Self {
        let grid_area = place
            .ground
            .outline()
            .map_or(0, |o| i64::try_from(o.doubled_grid_area()).unwrap_or(i64::MAX));
        Self {
            place,
            inner,
            parents,
            since,
            at,
            grid_area,
        }
    }
}

/// A matter on the map, with what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing<M> {
    pub matter: Arc<M>,
    pub inner: LonLat,
    pub parents: Parents,
    pub since: Seq,
    pub at: Timestamp,
}

/// The consistent picture of one ledger at one seq. Reads never leave it.
#[derive(Debug, Clone)]
pub struct World {
    epoch: Epoch,
    head: Seq,
    scheme: Arc<Scheme>,
    places: HashMap<PlaceId, Arc<Placed>>,
    layers: [PlaceLayer; 8],
    codes: HashMap<(PlaceKind, Code), PlaceId>,
    former_codes: HashMap<(PlaceKind, Code), Former>,
    children: HashMap<PlaceId, BTreeSet<PlaceId>>,
    tallies: HashMap<PlaceId, Tally>,
    hazards: MatterLayer<Hazard>,
    alerts: MatterLayer<Alert>,
    issues: MatterLayer<Issue>,
    ended: ended::EndedMatters,
    posts: BTreeMap<PostId, Arc<Post>>,
    appointments: BTreeMap<AppointmentId, Arc<Appointment>>,
    duties: duties::Duties,
    base: BTreeMap<BaseLayer, BasePack>,
}

/// What a fold touched: which tiles to drop, whom to tell, what to recount.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Touched {
    /// Per layer the boxes whose tiles changed, old and new ground apart.
    pub layers: BTreeMap<&'static str, Vec<Envelope>>,
    /// Entities changed.
    pub ids: Vec<u64>,
    /// Places whose tallies moved.
    pub recounted: BTreeSet<PlaceId>,
    /// Too much to list: whoever listens takes the layers anew.
    pub reset: bool,
}

impl Touched {
    pub fn envelope(&self) -> Option<Envelope> {
        Envelope::union_all(self.layers.values().flatten().copied())
    }
}

impl World {
    /// The map of an empty ledger.
    pub fn empty(epoch: Epoch, scheme: Arc<Scheme>) -> Self {
        Self {
            epoch,
            head: Seq::ZERO,
            scheme,
            places: HashMap::default(),
            layers: Default::default(),
            codes: HashMap::default(),
            former_codes: HashMap::default(),
            children: HashMap::default(),
            tallies: HashMap::default(),
            hazards: MatterLayer::default(),
            alerts: MatterLayer::default(),
            issues: MatterLayer::default(),
            ended: Default::default(),
            posts: BTreeMap::new(),
            appointments: BTreeMap::new(),
            duties: Default::default(),
            base: BTreeMap::new(),
        }
    }

    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    pub fn head(&self) -> Seq {
        self.head
    }

    pub fn scheme(&self) -> &Arc<Scheme> {
        &self.scheme
    }

    pub fn place(&self, id: PlaceId) -> Option<&Arc<Placed>> {
        self.places.get(&id)
    }

    pub fn places(&self) -> impl Iterator<Item = &Arc<Placed>> {
        self.places.values()
    }

    pub fn places_of(&self, kind: PlaceKind) -> impl Iterator<Item = &Arc<Placed>> {
        self.layers[kind.index()].iter()
    }

    pub fn count_of(&self, kind: PlaceKind) -> usize {
        self.layers[kind.index()].len()
    }

    /// Places of a kind whose id is greater than this one, by id.
    pub fn places_after(&self, kind: PlaceKind, after: PlaceId) -> impl Iterator<Item = &Arc<Placed>> {
        let ids = self.layers[kind.index()].ids_after(after);
        ids.filter_map(|id| self.places.get(&id))
    }

    /// The box around every place of a kind.
    pub fn envelope_of(&self, kind: PlaceKind) -> Option<Envelope> {
        self.layers[kind.index()].envelope()
    }

    /// Places of a kind whose box meets this box.
    pub fn places_meeting(&self, kind: PlaceKind, envelope: Envelope) -> impl Iterator<Item = &Arc<Placed>> {
        self.layers[kind.index()].meeting(envelope)
    }

    /// Places of a kind whose inner point lies in this box.
    pub fn inner_points_in(&self, kind: PlaceKind, envelope: Envelope) -> impl Iterator<Item = &Arc<Placed>> {
        let mut found = Vec::new();
        self.layers[kind.index()].inner_in(envelope, |_, placed| found.push(placed));
        found.into_iter()
    }

    /// Sums the places of a kind whose inner point lies in an area within `envelope`. `whole` is offered sums of parts that lie
    /// in it altogether and says whether they are enough; `each` gets the other places one by one.
    pub(crate) fn sum(
        &self,
        kind: PlaceKind,
        judge: &impl Judge,
        envelope: Envelope,
        whole: impl FnMut(&Sum) -> bool,
        each: impl FnMut(&Part, &Arc<Placed>),
    ) {
        self.layers[kind.index()].sum(judge, envelope, whole, each);
    }

    pub fn by_code(&self, kind: PlaceKind, code: &Code) -> Option<&Arc<Placed>> {
        self.codes.get(&(kind, code.clone())).and_then(|id| self.places.get(id))
    }

    /// Places that lie directly in this one.
    pub fn children(&self, id: PlaceId) -> impl Iterator<Item = &Arc<Placed>> {
        self.children
            .get(&id)
            .into_iter()
            .flatten()
            .filter_map(|c| self.places.get(c))
    }

    /// What is counted in this place.
    pub fn tally(&self, id: PlaceId) -> Tally {
        self.tallies.get(&id).copied().unwrap_or_default()
    }

    pub fn hazards(&self) -> &MatterLayer<Hazard> {
        &self.hazards
    }

    pub fn alerts(&self) -> &MatterLayer<Alert> {
        &self.alerts
    }

    pub fn issues(&self) -> &MatterLayer<Issue> {
        &self.issues
    }

    pub fn posts(&self) -> impl Iterator<Item = &Arc<Post>> {
        self.posts.values()
    }

    pub fn post(&self, id: PostId) -> Option<&Arc<Post>> {
        self.posts.get(&id)
    }

    pub fn appointments(&self) -> impl Iterator<Item = &Arc<Appointment>> {
        self.appointments.values()
    }

    pub fn appointment(&self, id: AppointmentId) -> Option<&Arc<Appointment>> {
        self.appointments.get(&id)
    }

    pub fn base(&self) -> impl Iterator<Item = &BasePack> {
        self.base.values()
    }

    pub fn base_pack(&self, layer: BaseLayer) -> Option<&BasePack> {
        self.base.get(&layer)
    }

    /// The box around everything, base map apart.
    pub fn envelope(&self) -> Option<Envelope> {
        let places = self.layers.iter().filter_map(PlaceLayer::envelope);
        let matters = [self.hazards.envelope(), self.alerts.envelope(), self.issues.envelope()];
        Envelope::union_all(places.chain(matters.into_iter().flatten()))
    }

    /// Is the number taken by anything in force?
    pub fn knows_id(&self, id: u64) -> bool {
        self.places.contains_key(&PlaceId(id))
            || self.hazards.get(crate::matter::MatterId(id)).is_some()
            || self.alerts.get(crate::matter::MatterId(id)).is_some()
            || self.issues.get(crate::matter::MatterId(id)).is_some()
            || self.posts.contains_key(&PostId(id))
            || self.appointments.contains_key(&AppointmentId(id))
    }

    pub fn outlines_of<'a>(&'a self, ids: &'a [PlaceId]) -> impl Iterator<Item = &'a Outline> {
        ids.iter()
            .filter_map(|id| self.places.get(id))
            .filter_map(|p| p.place.ground.outline())
    }
}

/// Equal when every value is: trees and tallies follow from the values and are checked on their own.
impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.epoch == other.epoch
            && self.head == other.head
            && self.scheme == other.scheme
            && self.places == other.places
            && self.hazards == other.hazards
            && self.alerts == other.alerts
            && self.issues == other.issues
            && self.posts == other.posts
            && self.appointments == other.appointments
            && self.base == other.base
            && self.tallies == other.tallies
            && self.codes == other.codes
            && self.former_codes == other.former_codes
    }
}
