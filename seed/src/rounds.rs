//! Rounds of archive checking, 摸排: most places were looked at within the quarter, some are due, some were forgotten.

use crate::Step;
use crate::history::{DAYS, shifted};
use crate::places::Works;
use geju_core::command::Shipment;
use geju_core::place::Place;
use geju_core::{Actor, Command, PlaceKind};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Share of communities that have fallen behind, and of places nobody has ever checked.
const BEHIND: f64 = 0.09;
const NEVER: f64 = 0.035;
/// Days between two tables of checked places that come in.
const ROUND_DAYS: i64 = 7;
/// The hour at which such a table comes in, in minutes of the day.
const TABLE_MINUTES: i64 = 18 * 60;

/// Gives every place the day it was checked before the ledger began, and plays what was checked since.
pub fn play(works: &mut Works) -> Vec<Step> {
    let mut lag_of: BTreeMap<Box<str>, i64> = BTreeMap::new();
    let communities: Vec<Box<str>> = works.communities.iter().map(|c| c.code.as_str().into()).collect();
    for code in communities {
        let lag = if works.chance.happens(BEHIND) {
            works.chance.whole(92, 140)
        } else {
            works.chance.whole(6, 78)
        };
        lag_of.insert(code, i64::from(lag));
    }
    let mut lag = 30;
    let mut rounds: BTreeMap<i64, Vec<(usize, Date)>> = BTreeMap::new();
    let mut single: Vec<(usize, Date)> = Vec::new();
    for index in 0..works.shipment.places.len() {
        let place = works.shipment.places[index].0.clone();
        if !place.kind().is_checked() {
            continue;
        }
        // Places without a code follow in the community of those before them.
        if let Some(known) = place
            .code
            .as_ref()
            .and_then(|c| lag_of.get(c.as_str().get(..COMMUNITY_DIGITS)?))
        {
            lag = *known;
        }
        let first = works.chance.whole(3, 80);
        let own = lag + i64::from(works.chance.whole(0, 20)) - 10;
        if works.chance.happens(NEVER) {
            continue;
        }
        let mut checked = place.as_ref().clone();
        if own >= DAYS {
            // Not looked at since the ledger began.
            checked.checked_on = day(works.today, DAYS - own);
        } else {
            checked.checked_on = day(works.today, -i64::from(first));
            let since = DAYS - own.max(0);
            if let Some(on) = day(works.today, since) {
                match place.kind() {
                    PlaceKind::Compound => single.push((index, on)),
                    _ => rounds.entry(since / ROUND_DAYS).or_default().push((index, on)),
                }
            }
        }
        works.shipment.places[index].0 = Arc::new(checked);
    }
    let mut steps = Vec::new();
    for (round, places) in rounds {
        let days = ((round + 1) * ROUND_DAYS).min(DAYS);
        let at = shifted(
            works.began,
            (days * 24 * 60).min(DAYS * 24 * 60 - 1) - 24 * 60 + TABLE_MINUTES,
        );
        let mut shipment = Shipment::default();
        let day_then = works.day_of(at);
        for (index, on) in places {
            let place = &works.shipment.places[index].0;
            let checked = Place {
                checked_on: Some(on.min(day_then)),
                ..Place::clone(place)
            };
            shipment.places.push((Arc::new(checked), Some(1)));
        }
        steps.push(Step {
            at,
            actor: Actor::Account("community".into()),
            command: Command::Import(Box::new(shipment)),
        });
    }
    for (index, on) in single {
        let minutes = i64::from(works.chance.whole(8 * 60, 18 * 60));
        let days = i64::from((on - works.today).get_days());
        let at = shifted(works.began, days * 24 * 60 + minutes);
        let id = works.shipment.places[index].0.id;
        if at < works.as_of {
            steps.push(Step {
                at,
                actor: Actor::Account("worker".into()),
                command: Command::ConfirmPlace { id, base: 1 },
            });
        }
    }
    steps
}

/// Digits of a community's code, with which the codes of all within begin.
const COMMUNITY_DIGITS: usize = 12;

fn day(from: Date, days: i64) -> Option<Date> {
    from.checked_add(days.days()).ok()
}
