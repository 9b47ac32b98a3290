//! Finding places by what people type.

use super::{Placed, World};
use crate::ground::Envelope;
use crate::place::{PlaceId, PlaceKind};
use std::sync::Arc;

/// What to look for. Everything asked must hold.
#[derive(Debug, Clone, Default)]
pub struct PlaceQuery {
    pub kinds: Vec<PlaceKind>,
    /// Part of a name or address, the beginning of a code, or part of a tag; case does not matter.
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
const RANK_NAME_PART: u8 = 3;
const RANK_TAG: u8 = 4;
const RANK_ADDRESS: u8 = 5;

impl World {
    /// Every match, best first, then larger kinds first, then by id: the order is the same for the same head.
    pub fn find(&self, query: &PlaceQuery) -> Vec<Found> {
        let needle = query
            .text
            .as_deref()
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .map(str::to_lowercase);
        let kinds: &[PlaceKind] = if query.kinds.is_empty() {
            &PlaceKind::ALL
        } else {
            &query.kinds
        };
        let mut found = Vec::new();
        for &kind in kinds {
            let mut consider = |placed: &Arc<Placed>| {
                if query.within.is_some_and(|id| !self.lies_in(placed, id)) {
                    return;
                }
                let rank = match &needle {
                    Some(needle) => rank(placed, needle),
                    None => Some(RANK_EXACT),
                };
                if let Some(rank) = rank {
                    found.push(Found {
                        rank,
                        placed: placed.clone(),
                    });
                }
            };
            match query.envelope {
                Some(envelope) => self.places_meeting(kind, envelope).for_each(&mut consider),
                None => self.places_of(kind).for_each(&mut consider),
            }
        }
        found.sort_unstable_by_key(|f| (f.rank, f.placed.place.kind(), f.placed.place.id));
        found
    }

    fn lies_in(&self, placed: &Placed, id: PlaceId) -> bool {
        self.ancestors(&placed.parents).contains(&id)
    }
}

fn rank(placed: &Placed, needle: &str) -> Option<u8> {
    let place = &placed.place;
    let name = place.name.to_lowercase();
    let code = place.code.as_ref().map(|c| c.as_str().to_lowercase());
    if name == *needle || code.as_deref() == Some(needle) {
        return Some(RANK_EXACT);
    }
    if code.is_some_and(|c| c.starts_with(needle)) {
        return Some(RANK_CODE);
    }
    if name.starts_with(needle) {
        return Some(RANK_NAME_START);
    }
    if name.contains(needle) {
        return Some(RANK_NAME_PART);
    }
    if place.tags.iter().any(|t| t.to_lowercase().contains(needle)) {
        return Some(RANK_TAG);
    }
    place
        .address
        .as_ref()
        .is_some_and(|a| a.to_lowercase().contains(needle))
        .then_some(RANK_ADDRESS)
}
