//! One page of items, in the order of their ids, found within a moment.

use super::question::{Condition, Question};
use super::rows::{MatterRow, PlaceRow};
use crate::auth::Asker;
use crate::cql2::{Period, Value};
use crate::http::App;
use crate::http::matter_json::{ShownMatter, Travels};
use crate::http::problem::{self, Problem};
use geju_core::people::Action;
use geju_core::world::Standing;
use geju_core::{Code, PlaceId, PlaceKind, Placed, World};
use jiff::Timestamp;
use serde_json::json;
use std::cell::OnceCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A page that has something on it ends after so long and says where it goes on: nobody waits longer for a first answer.
const PAGE_WITHIN: Duration = Duration::from_millis(800);
/// A page that has nothing on it goes on looking so long before it gives up: programs take an empty page for the end.
const SEARCH_WITHIN: Duration = Duration::from_secs(8);
/// How many there are in all is counted on a first page that took less than this.
const COUNT_WITHIN: Duration = Duration::from_millis(250);
/// Places taken from the map under one look: writers wait no longer than that takes.
const TAKEN_AT_ONCE: usize = 2_000;
/// Windows with more places than this are narrow enough no longer: sorting them by id for every page would cost more than
/// going by id and looking at each.
const WINDOW_PLACES_MAX: usize = 50_000;

/// Places of one kind beyond which a search takes its turn with others.
pub const MANY: usize = 20_000;

pub struct Page<T> {
    pub items: Vec<T>,
    /// How many there are in all, where it was cheap to know.
    pub matched: Option<usize>,
    /// The last id that was looked at, where there may be more.
    pub next: Option<u64>,
}

/// Where the candidates come from.
enum Source {
    /// Few, taken at once, by id.
    Taken(std::vec::IntoIter<Arc<Placed>>),
    /// By id from the map, some at a time.
    ById(Vec<Arc<Placed>>),
}

pub fn places(app: &App, asker: &Asker, kind: PlaceKind, question: &Question) -> Result<Page<Arc<Placed>>, Problem> {
    let condition = question.condition()?;
    let after = question.after.unwrap_or(0);
    let scheme = app.read(|w| w.scheme().clone());
    let today = scheme.day_of(Timestamp::now());
    let fits = |placed: &Arc<Placed>| {
        let place = &placed.place;
        let row = PlaceRow {
            placed,
            today,
            freshness: &scheme.freshness,
            map: &app.map,
            asker,
            figures: OnceCell::new(),
        };
        let in_force = || Period {
            from: Some(Value::Date(place.effective_from)),
            to: place.effective_to.map(Value::Date),
        };
        question
            .during
            .as_ref()
            .is_none_or(|d| in_force().intersects(d) == Some(true))
            && condition.holds(&row)
    };
    let mut source = app.read(|world| source(world, kind, &condition, after));
    let mut last = after;
    let candidates = std::iter::from_fn(|| {
        let next = match &mut source {
            Source::Taken(all) => all.next(),
            Source::ById(taken) => {
                if taken.is_empty() {
                    *taken = app.read(|world| take_after(world, kind, PlaceId(last)));
                    taken.reverse();
                }
                taken.pop()
            }
        };
        last = next.as_ref().map_or(last, |p| p.place.id.0);
        next
    });
    if question.is_plain() {
        let mut page = page(candidates, |p| p.place.id.0, |_| true, question, false)?;
        page.matched = Some(app.read(|w| w.count_of(kind)));
        return Ok(page);
    }
    page(candidates, |p| p.place.id.0, fits, question, question.after.is_none())
}

fn take_after(world: &World, kind: PlaceKind, after: PlaceId) -> Vec<Arc<Placed>> {
    world.places_after(kind, after).take(TAKEN_AT_ONCE).cloned().collect()
}

fn source(world: &World, kind: PlaceKind, condition: &Condition, after: u64) -> Source {
    // An id or a code names one place at most.
    for (field, value) in condition.equals() {
        let found = match (field.name, value) {
            ("id", Value::Number(id)) => Some(world.place(PlaceId(*id as u64))),
            ("code", Value::Text(code)) => Code::new(code).ok().map(|code| world.by_code(kind, &code)),
            _ => None,
        };
        if let Some(found) = found {
            let found = found.filter(|p| p.place.kind() == kind && p.place.id.0 > after);
            return Source::Taken(found.cloned().into_iter().collect::<Vec<_>>().into_iter());
        }
    }
    let everywhere = |w: geju_core::Envelope| {
        let all = world.envelope_of(kind);
        all.is_none_or(|all| w.contains(all.min) && w.contains(all.max))
    };
    if let Some(window) = condition.window().filter(|w| !everywhere(*w)) {
        let found = world.places_meeting(kind, window).filter(|p| p.place.id.0 > after);
        let mut found: Vec<_> = found.take(WINDOW_PLACES_MAX + 1).cloned().collect();
        if found.len() <= WINDOW_PLACES_MAX {
            found.sort_unstable_by_key(|p| p.place.id);
            return Source::Taken(found.into_iter());
        }
    }
    Source::ById(Vec::new())
}

pub fn matters<M: Travels>(app: &App, asker: &Asker, question: &Question) -> Result<Page<ShownMatter<M>>, Problem> {
    let condition = question.condition()?;
    let after = question.after.unwrap_or(0);
    let mut found: Vec<Arc<Standing<M>>> = app.read(|world| {
        let seen = |s: &&Arc<Standing<M>>| {
            asker.reaches_any(Action::MattersRead, &world.grounds_of(&s.parents, s.inner)) && s.matter.id().0 > after
        };
        match condition.window() {
            Some(window) => M::layer(world).meeting(window).filter(seen).cloned().collect(),
            None => M::layer(world).iter().filter(seen).cloned().collect(),
        }
    });
    found.sort_unstable_by_key(|s| s.matter.id());
    let fits = |standing: &Arc<Standing<M>>| {
        let matter = &*standing.matter;
        let lasts = || Period {
            from: Some(Value::Timestamp(matter.begun())),
            to: matter.ended().map(Value::Timestamp),
        };
        let in_time = question
            .during
            .as_ref()
            .is_none_or(|d| lasts().intersects(d) == Some(true));
        let mut properties = ShownMatter::of(standing).properties();
        properties["id"] = json!(matter.id());
        in_time && condition.holds(&MatterRow { matter, properties })
    };
    let page = page(
        found.into_iter(),
        |s| s.matter.id().0,
        fits,
        question,
        question.after.is_none(),
    )?;
    Ok(Page {
        items: page.items.iter().map(|s| ShownMatter::of(s)).collect(),
        matched: page.matched,
        next: page.next,
    })
}

/// Goes through the candidates, which come by id, until the page is full.
fn page<T>(
    candidates: impl Iterator<Item = T>,
    id: impl Fn(&T) -> u64,
    fits: impl Fn(&T) -> bool,
    question: &Question,
    count: bool,
) -> Result<Page<T>, Problem> {
    let began = Instant::now();
    let mut items: Vec<T> = Vec::new();
    let mut matched = 0;
    let mut more = false;
    let mut last = question.after.unwrap_or(0);
    for candidate in candidates {
        if more && (!count || began.elapsed() > COUNT_WITHIN) {
            return Ok(Page {
                items,
                matched: None,
                next: Some(last),
            });
        }
        let full = items.len() >= question.limit;
        if !more && !items.is_empty() && began.elapsed() > PAGE_WITHIN {
            return Ok(Page {
                items,
                matched: None,
                next: Some(last),
            });
        }
        if items.is_empty() && began.elapsed() > SEARCH_WITHIN {
            return Err(Problem::new(
                problem::QUESTION_TOO_BIG,
                "nothing was found in time; narrow the search by a bbox",
            ));
        }
        if !full {
            last = id(&candidate);
        }
        if !fits(&candidate) {
            continue;
        }
        matched += 1;
        if full {
            more = true;
        } else if matched > question.offset {
            items.push(candidate);
        }
    }
    Ok(Page {
        items,
        matched: count.then_some(matched),
        next: more.then_some(last),
    })
}
