//! The figures of a place, the one answer over its outline and a plain loop over everything say the same; so do the days of
//! a wall, also after the map was built anew from rows.

mod made;

use geju_core::command::Shipment;
use geju_core::drawn::{order, place, rectangle, scheme, spot};
use geju_core::figures::{Figures, FreshCount};
use geju_core::matter::{AlertLevel, AlertState, HazardState, IssueState, Rung};
use geju_core::place::{Archive, Building, Compound, PlaceKind, ResourceSite};
use geju_core::scheme::Fresh;
use geju_core::world::{Row, Rows};
use geju_core::{
    Alert, Area, Change, Command, Effect, Epoch, Ground, Hazard, Issue, MatterId, Outline, Place, PlaceId, Question,
    Revision, Seq, World, decide,
};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use made::building;
use proptest::prelude::*;
use std::sync::Arc;

/// One thing on a small map, from dice.
#[derive(Debug, Clone)]
struct Thrown {
    sort: u8,
    x: i32,
    y: i32,
    count: u32,
    days: u16,
    hour: u8,
}

fn thrown() -> impl Strategy<Value = Vec<Thrown>> {
    let one = (0..6u8, 0..6, 0..6, 0..90u32, 0..14u16, 0..24u8).prop_map(|(sort, x, y, count, days, hour)| Thrown {
        sort,
        x,
        y,
        count,
        days,
        hour,
    });
    prop::collection::vec(one, 1..60)
}

fn now() -> Timestamp {
    "2026-06-01T04:30:00Z".parse().expect("a time")
}

impl Thrown {
    /// So long before now.
    fn at(&self) -> Timestamp {
        now() - SignedDuration::from_hours(i64::from(self.days) * 24 + i64::from(self.hour))
    }

    fn ended(&self) -> Option<Timestamp> {
        self.count
            .is_multiple_of(3)
            .then(|| self.at() + SignedDuration::from_hours(i64::from(self.count)))
    }

    fn place(&self, id: u64) -> Option<Place> {
        let (x, y) = (self.x, self.y);
        let checked_on = (!self.count.is_multiple_of(4))
            .then(|| date(2026, 6, 1).saturating_sub(jiff::Span::new().days(i64::from(self.count) * 2)));
        let at = spot(x, y);
        let here = |reach: i32| rectangle(at.lon - reach, at.lat - reach, at.lon + reach, at.lat + reach);
        let place = match self.sort {
            0 => building(id, x, y, self.count),
            1 => Place {
                archive: Archive::Compound(Box::new(Compound {
                    households: Some(7),
                    ..Compound::default()
                })),
                ..place(id, PlaceKind::Compound, "院落", here(6_000))
            },
            2 => Place {
                archive: Archive::ResourceSite(Box::new(ResourceSite {
                    category: "clinic".into(),
                    capacity: Some(self.count),
                    ..ResourceSite::default()
                })),
                ground: Ground::Point(at),
                ..place(id, PlaceKind::ResourceSite, "卫生站", here(10))
            },
            _ => return None,
        };
        Some(Place { checked_on, ..place })
    }

    fn matter(&self, id: u64) -> Option<Effect> {
        let ground = Ground::Point(spot(self.x, self.y));
        let (id, ended) = (MatterId(id), self.ended());
        match self.sort {
            3 => Some(effect(
                Effect::Issue,
                Issue {
                    id,
                    version: 1,
                    title: "路灯不亮".into(),
                    category: "lighting".into(),
                    text: None,
                    ground,
                    state: if ended.is_some() {
                        IssueState::Closed
                    } else {
                        IssueState::Open
                    },
                    rung: Rung::Compound,
                    reported_at: self.at(),
                    closed_at: ended,
                    reporter: None,
                    source: None,
                },
            )),
            4 => Some(effect(
                Effect::Hazard,
                Hazard {
                    id,
                    version: 1,
                    title: "楼道堆物".into(),
                    category: "fire".into(),
                    text: None,
                    ground,
                    state: if ended.is_some() {
                        HazardState::Removed
                    } else {
                        HazardState::Standing
                    },
                    found_at: self.at(),
                    removed_at: ended,
                    source: None,
                },
            )),
            5 => Some(effect(
                Effect::Alert,
                Alert {
                    id,
                    version: 1,
                    title: "暴雨".into(),
                    category: "rain".into(),
                    level: AlertLevel::Blue,
                    text: None,
                    ground,
                    state: if ended.is_some() {
                        AlertState::Expired
                    } else {
                        AlertState::Active
                    },
                    onset: self.at(),
                    expires: ended,
                    closed_at: ended,
                    acknowledged_at: None,
                    source: None,
                },
            )),
            _ => None,
        }
    }
}

fn effect<T>(wrap: impl Fn(Revision<T>) -> Effect, matter: T) -> Effect {
    wrap(Revision::created(matter, Default::default()))
}

/// Four communities of nine cells each, and what the dice throw upon them.
fn map_of(thrown: &[Thrown]) -> (World, Vec<Effect>) {
    let mut world = World::empty(Epoch(1), scheme());
    let corner = |x: i32, y: i32| (spot(x, y).lon - 5_000, spot(x, y).lat - 5_000);
    for (id, (x, y)) in (1..).zip([(0, 0), (3, 0), (0, 3), (3, 3)]) {
        let ((west, south), (east, north)) = (corner(x, y), corner(x + 3, y + 3));
        let square = place(id, PlaceKind::Community, "社区", rectangle(west, south, east, north));
        carry_out(&mut world, Command::CreatePlace(Box::new(square)));
    }
    let mut matters = Vec::new();
    for (id, one) in (100..).zip(thrown) {
        if let Some(place) = one.place(id) {
            // Thrown anywhere, compounds overlap: nobody may draw that, but real maps come so.
            let shipment = Shipment {
                places: vec![(Arc::new(place), None)],
                ..Shipment::default()
            };
            carry_out(&mut world, Command::Import(Box::new(shipment)));
        }
        matters.extend(one.matter(id));
    }
    for effect in &matters {
        let change = Change {
            effects: vec![effect.clone()],
            seq: world.head().next(),
            ..decide(&world, &order(Command::AdoptScheme(scheme()))).expect("an empty frame")
        };
        world.fold(&change);
    }
    (world, matters)
}

fn carry_out(world: &mut World, command: Command) {
    let change = decide(world, &order(command)).expect("this order is fine");
    world.fold(&change);
}

/// Counted the slow way, one by one.
fn plain(world: &World, outline: &Outline) -> Figures {
    let mut figures = Figures::default();
    let today = date(2026, 6, 1);
    let mut fresh = FreshCount::default();
    for placed in world
        .places()
        .filter(|p| outline.contains(p.place.ground.inner_point()))
    {
        let mut judge = || match world.scheme().freshness.on(today, placed.place.checked_on) {
            Fresh::Fresh => fresh.fresh += 1,
            Fresh::Due => fresh.due += 1,
            Fresh::Overdue => fresh.overdue += 1,
            Fresh::Unknown => fresh.unknown += 1,
        };
        match &placed.place.archive {
            Archive::Building(Building {
                residents, households, ..
            }) => {
                figures.tally.buildings += 1;
                figures.tally.residents += u64::from(residents.unwrap_or(0));
                figures.tally.households += u64::from(households.unwrap_or(0));
                judge();
            }
            Archive::Compound(_) => {
                figures.tally.compounds += 1;
                judge();
            }
            Archive::ResourceSite(site) => {
                figures.tally.resource_sites += 1;
                figures.capacity += u64::from(site.capacity.unwrap_or(0));
            }
            _ => {}
        }
    }
    let inside = |ground: &Ground| u64::from(outline.contains(ground.inner_point()));
    figures.issues_open = world.issues().iter().map(|s| inside(&s.matter.ground)).sum();
    figures.hazards_standing = world.hazards().iter().map(|s| inside(&s.matter.ground)).sum();
    figures.alerts_active = world.alerts().iter().map(|s| inside(&s.matter.ground)).sum();
    figures.freshness = fresh;
    figures
}

/// The same map from rows, ended matters among them, as a store hands it over.
fn built_anew(world: &World, matters: &[Effect]) -> World {
    fn row<T>(r: &Revision<T>, at: Timestamp) -> Row<T> {
        Row {
            value: r.after.clone(),
            parents: r.into,
            since: Seq(1),
            at,
        }
    }
    let at = order(Command::AdoptScheme(scheme())).at;
    let mut rows = Rows {
        places: world
            .places()
            .map(|p| Row {
                value: p.place.clone(),
                parents: p.parents,
                since: p.since,
                at: p.at,
            })
            .collect(),
        ..Rows::default()
    };
    for effect in matters {
        match effect {
            Effect::Issue(r) => rows.issues.push(row(r, at)),
            Effect::Hazard(r) => rows.hazards.push(row(r, at)),
            Effect::Alert(r) => rows.alerts.push(row(r, at)),
            _ => {}
        }
    }
    World::from_rows(world.epoch(), world.head(), world.scheme().clone(), rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn figures_the_answer_and_a_plain_loop_say_the_same(thrown in thrown()) {
        let (world, _) = map_of(&thrown);
        let day = date(2026, 6, 1);
        for placed in world.level_within(PlaceKind::Community, None) {
            let outline = placed.place.ground.outline().expect("drawn");
            let figures = world.figures(outline, day, |_, _| true);
            prop_assert_eq!(figures, plain(&world, outline));
            prop_assert_eq!(figures.tally, world.tally(placed.place.id));
            let answer = world.answer(&Area::Outline(outline.clone()), &Question { day: Some(day), ..Question::default() });
            prop_assert_eq!(answer.people, figures.people());
            prop_assert_eq!(answer.freshness, Some(figures.freshness));
            prop_assert_eq!(answer.buildings.count, figures.tally.buildings);
            prop_assert_eq!(answer.compounds.count, figures.tally.compounds);
            prop_assert_eq!(answer.resource_sites.count, figures.tally.resource_sites);
            prop_assert_eq!(answer.resource_sites.capacity, figures.capacity);
            prop_assert_eq!(answer.issues.count, figures.issues_open);
            prop_assert_eq!(answer.hazards.count, figures.hazards_standing);
            prop_assert_eq!(answer.alerts.count, figures.alerts_active);
        }
        let unheard = world.place(PlaceId(1)).and_then(|p| p.place.ground.outline().cloned()).expect("drawn");
        let deaf = world.figures(&unheard, day, |_, _| false);
        prop_assert_eq!((deaf.issues_open, deaf.hazards_standing, deaf.alerts_active), (0, 0, 0));
    }

    #[test]
    fn the_days_of_a_wall_equal_a_plain_loop_also_after_a_restart(thrown in thrown()) {
        let (world, matters) = map_of(&thrown);
        let again = built_anew(&world, &matters);
        let clock = |at: Timestamp| world.scheme().local(at);
        let today = clock(now()).date();
        for id in 1..=4 {
            let outline = world.place(PlaceId(id)).and_then(|p| p.place.ground.outline().cloned()).expect("drawn");
            let days = world.days(&outline, now());
            prop_assert_eq!(&days, &again.days(&outline, now()));
            let inside = |t: &&Thrown| outline.contains(spot(t.x, t.y));
            let count = |sort: u8, when: &dyn Fn(&Thrown) -> Option<Timestamp>, fits: &dyn Fn(Timestamp) -> bool| {
                let times = thrown.iter().filter(inside).filter(|t| t.sort == sort).filter_map(when);
                times.filter(|at| *at <= now() && fits(*at)).count() as u64
            };
            for (date, happened) in &days.days {
                let that_day = |at: Timestamp| clock(at).date() == *date;
                prop_assert_eq!(happened.issues_reported, count(3, &|t| Some(t.at()), &that_day));
                prop_assert_eq!(happened.issues_closed, count(3, &Thrown::ended, &that_day));
                prop_assert_eq!(happened.hazards_found, count(4, &|t| Some(t.at()), &that_day));
                prop_assert_eq!(happened.hazards_removed, count(4, &Thrown::ended, &that_day));
                prop_assert_eq!(happened.alerts_raised, count(5, &|t| Some(t.at()), &that_day));
            }
            prop_assert_eq!(days.days.len(), geju_core::day::DAYS_TOLD);
            prop_assert_eq!(days.days.last().map(|d| d.0), Some(today));
            let first = days.days[0].0;
            let by_now = |at: Timestamp| {
                let there = clock(at);
                there.date() >= first && there.date() < today && there.time() <= clock(now()).time()
            };
            prop_assert_eq!(days.week_by_now.issues_reported, count(3, &|t| Some(t.at()), &by_now));
            prop_assert_eq!(days.week_by_now.hazards_removed, count(4, &Thrown::ended, &by_now));
        }
    }
}
