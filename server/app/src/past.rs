//! Looking back: the map as it was in force on a day, or as the ledger knew it.
//!
//! A past World is built from the store's version rows and shares with today's what has not changed since. A few are kept,
//! bounded together by the number of their places, and they are built one at a time.

use crate::ledger::load_pack;
use crate::limits;
use crate::map::Map;
use geju_core::change::BaseLayer;
use geju_core::world::{Row, Rows};
use geju_core::{Epoch, Place, PlaceKind, Scheme, Seq, World};
use geju_store::{AnyStore, Snapshot, Store, StoreError};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// How far the ledger is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// As it stood right after this Change.
    Seq(Seq),
    /// As it stood at the end of this day.
    Day(Date),
}

/// A map to look at, and the day on which it is looked at.
#[derive(Clone)]
pub struct Then {
    pub map: Arc<Map>,
    pub day: Date,
    /// Which of all past maps it is; the same whenever the same is asked for. `None`: today's.
    pub mark: Option<Mark>,
}

/// A past map: the life of the ledger, its position, and the day in force where that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark {
    pub epoch: Epoch,
    pub seq: Seq,
    pub on: Option<Date>,
}

/// Why a past map cannot be shown.
#[derive(Debug)]
pub enum PastTrouble {
    /// The day or Change asked for is still to come.
    NotYet(String),
    /// More places than are kept for looking back.
    TooBig(usize),
    /// Others are looking back just now.
    Busy,
    Store(StoreError),
}

impl From<StoreError> for PastTrouble {
    fn from(error: StoreError) -> Self {
        PastTrouble::Store(error)
    }
}

struct Kept {
    mark: Mark,
    day: Date,
    places: usize,
    map: Arc<Map>,
}

/// The past maps of one ledger.
pub struct Past {
    store: Arc<AnyStore>,
    map: Arc<Map>,
    /// The one used last comes last.
    kept: Mutex<Vec<Kept>>,
    /// Where the ledger stood at the end of days that are over: a slider asks for the same ones again and again.
    days: Mutex<HashMap<(Epoch, Date), Seq>>,
    building: tokio::sync::Mutex<()>,
}

impl Past {
    pub fn new(store: Arc<AnyStore>, map: Arc<Map>) -> Self {
        Self {
            store,
            map,
            kept: Mutex::default(),
            days: Mutex::default(),
            building: tokio::sync::Mutex::default(),
        }
    }

    /// The map in force on `at`, as known at `known`; today's where neither says otherwise.
    pub async fn at(&self, at: Option<Date>, known: Option<Known>) -> Result<Then, PastTrouble> {
        let (epoch, head, scheme) = self.map.read(|w| (w.epoch(), w.head(), w.scheme().clone()));
        let today = scheme.day_of(Timestamp::now());
        for day in at.into_iter().chain(match known {
            Some(Known::Day(day)) => Some(day),
            _ => None,
        }) {
            if day > today {
                return Err(PastTrouble::NotYet(format!("{day} is after today, {today}")));
            }
        }
        let seq = match known {
            None => head,
            Some(Known::Seq(seq)) if seq > head => {
                return Err(PastTrouble::NotYet(format!(
                    "the ledger stands at {head}, not yet at {seq}"
                )));
            }
            Some(Known::Seq(seq)) => seq,
            Some(Known::Day(day)) if day == today => head,
            Some(Known::Day(day)) => self.end_of(epoch, day, &scheme).await?,
        };
        // What was in force on a day, as known on that same day, is what the ledger itself held in force then.
        let on = at.filter(|day| *day != today && known != Some(Known::Day(*day)));
        if seq == head && on.is_none() {
            return Ok(Then {
                map: self.map.clone(),
                day: today,
                mark: None,
            });
        }
        let mark = Mark { epoch, seq, on };
        let named = match (at, known) {
            (Some(day), _) | (None, Some(Known::Day(day))) => Some(day),
            (None, _) => None,
        };
        let then = |(map, day)| Then {
            map,
            day: named.unwrap_or(day),
            mark: Some(mark),
        };
        if let Some(found) = self.find(mark) {
            return Ok(then(found));
        }
        let turn = tokio::time::timeout(limits::PAST_WAIT, self.building.lock());
        let _turn = turn.await.map_err(|_| PastTrouble::Busy)?;
        // Whoever waited may find what they wait for.
        match self.find(mark) {
            Some(found) => Ok(then(found)),
            None => self.build(mark, &scheme, today).await.map(then),
        }
    }

    /// Where the ledger stood at the end of a day that is over.
    async fn end_of(&self, epoch: Epoch, day: Date, scheme: &Scheme) -> Result<Seq, PastTrouble> {
        let lock = || self.days.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seq) = lock().get(&(epoch, day)).copied() {
            return Ok(seq);
        }
        let seq = self.store.seq_before(scheme.end_of(day)).await?;
        let mut days = lock();
        if days.len() >= limits::PAST_DAYS_REMEMBERED {
            days.clear();
        }
        days.insert((epoch, day), seq);
        Ok(seq)
    }

    fn find(&self, mark: Mark) -> Option<(Arc<Map>, Date)> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|k| k.mark == mark)?;
        let found = kept.remove(at);
        let (map, day) = (found.map.clone(), found.day);
        kept.push(found);
        Some((map, day))
    }

    async fn build(&self, mark: Mark, scheme: &Arc<Scheme>, today: Date) -> Result<(Arc<Map>, Date), PastTrouble> {
        // As many as today, or so: asked before a million rows are read.
        self.check_size(self.map.read(|w| PlaceKind::ALL.map(|k| w.count_of(k)).iter().sum()))?;
        let day = match self.store.summaries(Some(mark.seq.next()), 1).await?.first() {
            Some(last) => scheme.day_of(last.at),
            None => today,
        };
        let Snapshot { head, mut rows } = self.store.load_at(mark.seq, mark.on).await?;
        let places = rows.places.len();
        self.check_size(places)?;
        let (live, scheme) = (self.map.clone(), scheme.clone());
        let world = tokio::task::spawn_blocking(move || {
            share(&live, &mut rows.places);
            match mark.on {
                None => World::from_rows(head.epoch, head.seq, scheme, rows),
                Some(on) => {
                    begun_by(on, &scheme, &mut rows);
                    World::in_force(head.epoch, head.seq, scheme, rows)
                }
            }
        })
        .await
        .map_err(|_| PastTrouble::Busy)?;
        let mut base = BTreeMap::new();
        for layer in BaseLayer::ALL {
            if let Some(pack) = world.base_pack(layer) {
                let same = self
                    .map
                    .read(|w| w.base_pack(layer).is_some_and(|now| now.hash == pack.hash));
                let loaded = match self.map.base(layer).filter(|_| same) {
                    Some(loaded) => Some(loaded),
                    None => load_pack(&self.store, pack).await?,
                };
                base.extend(loaded.map(|loaded| (layer, loaded)));
            }
        }
        let map = Arc::new(Map::new(world, base, limits::PAST_TILE_BYTES));
        self.keep(Kept {
            mark,
            day,
            places,
            map: map.clone(),
        });
        Ok((map, day))
    }

    fn check_size(&self, places: usize) -> Result<(), PastTrouble> {
        if places > limits::PAST_PLACES_MAX {
            Err(PastTrouble::TooBig(places))
        } else {
            Ok(())
        }
    }

    fn keep(&self, new: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(new);
        let total = |kept: &[Kept]| kept.iter().map(|k| k.places).sum::<usize>();
        while kept.len() > limits::PAST_MAPS_MAX || (kept.len() > 1 && total(&kept) > limits::PAST_PLACES_MAX) {
            kept.remove(0);
        }
    }
}

/// What has not changed since is taken from today's map: an outline is there once, however many days are looked at.
fn share(live: &Map, places: &mut [Row<Place>]) {
    for some in places.chunks_mut(limits::PAST_ROWS_AT_ONCE) {
        live.read(|world| {
            for row in some {
                if let Some(now) = world.place(row.value.id)
                    && now.place.version == row.value.version
                {
                    row.value = now.place.clone();
                }
            }
        });
    }
}

/// What had not begun on that day is left out; what ended since then and is forgotten cannot be brought back here.
fn begun_by(on: Date, scheme: &Scheme, rows: &mut Rows) {
    let begun = |at: Timestamp| scheme.day_of(at) <= on;
    rows.hazards.retain(|r| begun(r.value.found_at));
    rows.alerts.retain(|r| begun(r.value.onset));
    rows.issues.retain(|r| begun(r.value.reported_at));
}
