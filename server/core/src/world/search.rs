//! Finding places by what people type.

use super::spoken::{Heard, Readings, Spelled};
use super::{Placed, World};
use crate::ground::Envelope;
use crate::place::{PlaceId, PlaceKind};
use std::borrow::Cow;
use std::sync::Arc;

/// What to look for. Everything asked must hold.
#[derive(Debug, Clone, Default)]
pub struct PlaceQuery {
    pub kinds: Vec<PlaceKind>,
    /// Part of a name or address, its sound in pinyin, the beginning of a code, or part of a tag; case does not matter.
    pub text: Option<String>,
    pub envelope: Option<Envelope>,
    /// Lies somewhere inside this place.
    pub within: Option<PlaceId>,
}

/// One hit; smaller ranks come first.
#[derive(Debug, Clone)]
pub struct Found {
    pub rank: u8,
    pub placed: Arc<Placed>,
}

/// Ranks: how well a place answers a text.
const RANK_EXACT: u8 = 0;
const RANK_CODE: u8 = 1;
const RANK_NAME_START: u8 = 2;
const RANK_SOUND: u8 = 3;
const RANK_SOUND_START: u8 = 4;
const RANK_RARE_SOUND: u8 = 5;
const RANK_RARE_SOUND_START: u8 = 6;
const RANK_NAME_PART: u8 = 7;
const RANK_SOUND_PART: u8 = 8;
const RANK_RARE_SOUND_PART: u8 = 9;
const RANK_TAG: u8 = 10;
const RANK_ADDRESS: u8 = 11;

impl World {
    /// Every match, best first, then larger kinds first, then by id: the order is the same for the same head.
    pub fn find(&self, query: &PlaceQuery) -> Vec<Found> {
        best_first(self.candidates(query), query)
    }

    /// The places among which a text is looked for: quick to name, so that reading a million names needs no lock.
    pub fn candidates(&self, query: &PlaceQuery) -> Vec<Arc<Placed>> {
        let kinds: &[PlaceKind] = if query.kinds.is_empty() {
            &PlaceKind::ALL
        } else {
            &query.kinds
        };
        let mut all = Vec::new();
        for &kind in kinds {
            let mut consider = |placed: &Arc<Placed>| {
                if query.within.is_none_or(|id| self.lies_in(placed, id)) {
                    all.push(placed.clone());
                }
            };
            match query.envelope {
                Some(envelope) => self.places_meeting(kind, envelope).for_each(&mut consider),
                None => self.places_of(kind).for_each(&mut consider),
            }
        }
        all
    }

    fn lies_in(&self, placed: &Placed, id: PlaceId) -> bool {
        self.ancestors(&placed.parents).contains(&id)
    }
}

/// The candidates that answer the query's text, best first.
pub fn best_first(candidates: Vec<Arc<Placed>>, query: &PlaceQuery) -> Vec<Found> {
    let needle = query
        .text
        .as_deref()
        .map(str::trim)
        .filter(|t| !t.is_empty())
        .map(Needle::of);
    let answer = |placed: Arc<Placed>| {
        let rank = needle
            .as_ref()
            .map_or(Some(RANK_EXACT), |needle| needle.rank(&placed))?;
        Some(Found { rank, placed })
    };
    let mut found: Vec<Found> = candidates.into_iter().filter_map(answer).collect();
    found.sort_unstable_by_key(|f| (f.rank, f.placed.place.kind(), f.placed.place.id));
    found
}

/// A text that is looked for.
struct Needle {
    lower: String,
    spelled: Option<Spelled>,
}

impl Needle {
    fn of(text: &str) -> Self {
        Self {
            lower: text.to_lowercase(),
            spelled: Spelled::of(text),
        }
    }

    fn rank(&self, placed: &Placed) -> Option<u8> {
        let place = &placed.place;
        let needle = &*self.lower;
        let name = lower(&place.name);
        let code = place.code.as_ref().map(|c| lower(c.as_str()));
        if name == needle || code.as_deref() == Some(needle) {
            return Some(RANK_EXACT);
        }
        if code.is_some_and(|c| c.starts_with(needle)) {
            return Some(RANK_CODE);
        }
        let at = name.find(needle);
        if at == Some(0) {
            return Some(RANK_NAME_START);
        }
        let by_sound = self.rank_by_sound(&place.name);
        let by_part = at.map(|_| RANK_NAME_PART);
        by_sound
            .into_iter()
            .chain(by_part)
            .min()
            .or_else(|| self.rank_beside_name(placed))
    }

    /// Rare readings count, and come after those that nearly everybody means.
    fn rank_by_sound(&self, name: &str) -> Option<u8> {
        let spelled = self.spelled.as_ref()?;
        let usual = spelled.heard_in(name, Readings::Usual).map(|heard| match heard {
            Heard::Whole => RANK_SOUND,
            Heard::Start => RANK_SOUND_START,
            Heard::Inside => RANK_SOUND_PART,
        });
        if usual.is_some_and(|rank| rank < RANK_RARE_SOUND) {
            return usual;
        }
        let rare = spelled.heard_in(name, Readings::Any).map(|heard| match heard {
            Heard::Whole => RANK_RARE_SOUND,
            Heard::Start => RANK_RARE_SOUND_START,
            Heard::Inside => RANK_RARE_SOUND_PART,
        });
        usual.into_iter().chain(rare).min()
    }

    fn rank_beside_name(&self, placed: &Placed) -> Option<u8> {
        let holds = |text: &str| lower(text).contains(&self.lower);
        if placed.place.tags.iter().any(|tag| holds(tag)) {
            return Some(RANK_TAG);
        }
        let address = placed.place.address.as_deref();
        address.is_some_and(holds).then_some(RANK_ADDRESS)
    }
}

/// In lower case; most names have none to lower, and nothing is copied for them.
fn lower(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_uppercase) {
        Cow::Owned(text.to_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}
