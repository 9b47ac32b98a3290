//! Ninety days of what people did: issues reported, climbing and closed, hazards found and removed, alerts raised and run
//! out, archives checked round by round. Every step is a Command that the ledger decides like any other.

use crate::Step;
use crate::chance::Chance;
use crate::matters::{ALERTS, AlertPlan, HAZARDS, ISSUES};
use crate::parcels::Use;
use crate::places::Works;
use crate::plane::{Pt, centroid, pt};
use geju_core::matter::{AlertLevel, AlertState, HazardState, IssueState, MatterId, Rung};
use geju_core::place::SourceRef;
use geju_core::{Actor, Alert, Command, Ground, Hazard, Issue};
use jiff::{SignedDuration, Timestamp};

pub const DAYS: i64 = 90;
const DAY_MINUTES: i64 = 24 * 60;

/// How often something happens, per day and building.
const ISSUES_PER_BUILDING: f64 = 0.0034;
const HAZARDS_PER_BUILDING: f64 = 0.000_55;
const ALERTS_PER_BUILDING: f64 = 0.000_33;
/// What even the smallest street has each day.
const LEAST_PER_DAY: [f64; 3] = [4.0, 0.8, 0.5];
/// Chances in a thousand for something to happen in each hour of the day: little at night, most after breakfast and supper.
const HOURS: [u32; 24] = [
    8, 5, 4, 3, 4, 9, 24, 48, 76, 84, 78, 58, 42, 40, 48, 54, 56, 58, 66, 78, 72, 48, 26, 11,
];
/// Minutes after which an issue climbs: a day with the compound, three more with the community.
const TO_COMMUNITY: i64 = DAY_MINUTES;
const TO_STREET: i64 = 4 * DAY_MINUTES;

/// When the ledger of a demo begins: at the first hour of a day, as far back as the history reaches.
pub fn beginning(as_of: Timestamp) -> Timestamp {
    shifted(as_of, -DAYS * DAY_MINUTES)
}

pub fn shifted(at: Timestamp, minutes: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(at)
}

fn source(id: u64) -> Option<SourceRef> {
    Some(SourceRef {
        name: "demo".into(),
        id: id.to_string().into(),
    })
}

fn account(name: &str) -> Actor {
    Actor::Account(name.into())
}

/// Where things happen, by what stands there.
struct Spots {
    all: Vec<Pt>,
    by_use: Vec<(Use, Vec<Pt>)>,
    whole: Option<Ground>,
}

impl Spots {
    fn of(works: &Works) -> Self {
        let mut spots = Spots {
            all: Vec::new(),
            by_use: Vec::new(),
            whole: works.shipment.places.first().map(|(p, _)| p.ground.clone()),
        };
        for house in works.buildings.keys().map(|h| &works.town.houses[*h]) {
            let (what, spot) = (works.town.parcels[house.parcel].what, centroid(&house.ring));
            spots.all.push(spot);
            match spots.by_use.iter_mut().find(|(w, _)| *w == what) {
                Some((_, list)) => list.push(spot),
                None => spots.by_use.push((what, vec![spot])),
            }
        }
        spots
    }

    /// A spot beside a building of one of these kinds; anywhere when there is none.
    fn pick(&self, kinds: &[Use], chance: &mut Chance) -> Ground {
        let lists: Vec<&Vec<Pt>> = self
            .by_use
            .iter()
            .filter(|(w, _)| kinds.contains(w))
            .map(|(_, l)| l)
            .collect();
        let sum: usize = lists.iter().map(|l| l.len()).sum();
        let spot = if sum == 0 {
            *chance.pick(&self.all)
        } else {
            let mut n = chance.whole(0, sum as u32 - 1) as usize;
            let list = lists.into_iter().find(|l| {
                let here = n < l.len();
                if !here {
                    n -= l.len();
                }
                here
            });
            list.map_or(self.all[0], |l| l[n])
        };
        let off = pt(chance.between(-6.0, 6.0), chance.between(-6.0, 6.0));
        Ground::Point((spot + off).to_lonlat())
    }
}

pub fn play(works: &mut Works) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let spots = Spots::of(works);
    if spots.all.is_empty() {
        return steps;
    }
    let buildings = spots.all.len() as f64;
    let [issues_least, hazards_least, alerts_least] = LEAST_PER_DAY;
    let rates = [
        (buildings * ISSUES_PER_BUILDING).max(issues_least),
        (buildings * HAZARDS_PER_BUILDING).max(hazards_least),
        (buildings * ALERTS_PER_BUILDING).max(alerts_least),
    ];
    for day in 0..=DAYS {
        // Fewer people complain at the weekend.
        let quiet = if day % 7 >= 5 { 0.72 } else { 1.1 };
        for _ in 0..count(rates[0] * quiet, &mut works.chance) {
            issue(works, &spots, day, &mut steps);
        }
        for _ in 0..count(rates[1] * quiet, &mut works.chance) {
            hazard(works, &spots, day, &mut steps);
        }
        for _ in 0..count(rates[2], &mut works.chance) {
            let plan = *works.chance.pick(&ALERTS);
            past_alert(works, &spots, day, plan, &mut steps);
        }
    }
    for plan in ALERTS.into_iter().filter(|a| a.4) {
        standing_alert(works, &spots, plan, &mut steps);
    }
    steps.extend(crate::rounds::play(works));
    steps.sort_by_key(|step| step.at);
    steps
}

fn count(rate: f64, chance: &mut Chance) -> u32 {
    let varied = rate * chance.between(0.7, 1.3);
    varied.floor() as u32 + u32::from(chance.happens(varied.fract()))
}

/// A moment of a day, by the hours at which things happen; `None` when that is still to come.
fn moment(works: &mut Works, day: i64) -> Option<Timestamp> {
    let mut n = works.chance.whole(0, HOURS.iter().sum::<u32>() - 1);
    let hour = HOURS.iter().position(|share| {
        let here = n < *share;
        if !here {
            n -= *share;
        }
        here
    })?;
    let minute = i64::from(works.chance.whole(0, 59));
    // Days are counted by the city's clock.
    let midnight = works.today.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    let at = shifted(
        midnight,
        day * DAY_MINUTES + hour as i64 * 60 + minute - works.utc_offset_minutes,
    );
    let second = i64::from(works.chance.whole(0, 59));
    let at = at.saturating_add(SignedDuration::from_secs(second)).ok()?;
    (at > works.began && at < works.as_of).then_some(at)
}

/// How long until something is done with: mostly hours, sometimes weeks.
fn took(chance: &mut Chance) -> i64 {
    let minutes = match chance.unit() {
        u if u < 0.56 => chance.between(40.0, 1_200.0),
        u if u < 0.85 => chance.between(1_200.0, 4_300.0),
        u if u < 0.975 => chance.between(4_300.0, 9_600.0),
        _ => chance.between(11_000.0, 50_000.0),
    };
    minutes as i64
}

fn issue(works: &mut Works, spots: &Spots, day: i64, steps: &mut Vec<Step>) {
    let Some(reported_at) = moment(works, day) else { return };
    let (category, title) = *works.chance.pick(&ISSUES);
    let ground = spots.pick(&[], &mut works.chance);
    let id = works.ids.next();
    let closes = took(&mut works.chance);
    let mut issue = Issue {
        id: MatterId(id),
        version: 1,
        title: title.into(),
        category: category.into(),
        text: None,
        ground,
        state: IssueState::Open,
        rung: Rung::Compound,
        reported_at,
        closed_at: None,
        reporter: None,
        source: source(id),
    };
    let mut base = None;
    let mut put = |issue: &Issue, minutes: i64, actor: &str| {
        let at = shifted(reported_at, minutes);
        if at < works.as_of {
            let command = Command::PutIssue {
                issue: Box::new(issue.clone()),
                base,
            };
            steps.push(Step {
                at,
                actor: account(actor),
                command,
            });
            base = Some(base.unwrap_or(0) + 1);
        }
    };
    put(&issue, 0, "worker");
    for (minutes, rung, actor) in [
        (TO_COMMUNITY, Rung::Community, "community"),
        (TO_STREET, Rung::Street, "street"),
    ] {
        if minutes < closes {
            issue.rung = rung;
            put(&issue, minutes, actor);
        }
    }
    issue.state = IssueState::Closed;
    let actor = match issue.rung {
        Rung::Compound => "worker",
        Rung::Community => "community",
        Rung::Street => "street",
    };
    put(&issue, closes, actor);
}

fn hazard(works: &mut Works, spots: &Spots, day: i64, steps: &mut Vec<Step>) {
    let Some(found_at) = moment(works, day) else { return };
    let (category, title, kinds) = *works.chance.pick(&HAZARDS);
    let ground = spots.pick(kinds, &mut works.chance);
    let id = works.ids.next();
    let removed = shifted(found_at, took(&mut works.chance) * 3);
    let mut hazard = Hazard {
        id: MatterId(id),
        version: 1,
        title: title.into(),
        category: category.into(),
        text: None,
        ground,
        state: HazardState::Standing,
        found_at,
        removed_at: None,
        source: source(id),
    };
    let put = |hazard: &Hazard, base| Command::PutHazard {
        hazard: Box::new(hazard.clone()),
        base,
    };
    steps.push(Step {
        at: found_at,
        actor: account("worker"),
        command: put(&hazard, None),
    });
    if removed < works.as_of {
        hazard.state = HazardState::Removed;
        steps.push(Step {
            at: removed,
            actor: account("worker"),
            command: put(&hazard, Some(1)),
        });
    }
}

fn raised(works: &mut Works, spots: &Spots, plan: &AlertPlan, onset: Timestamp) -> Alert {
    let (level, category, title, kinds, _, _, holds) = *plan;
    let ground = match &spots.whole {
        Some(whole) if kinds.is_empty() => whole.clone(),
        _ => spots.pick(kinds, &mut works.chance),
    };
    let id = works.ids.next();
    Alert {
        id: MatterId(id),
        version: 1,
        title: title.into(),
        category: category.into(),
        level,
        text: None,
        ground,
        state: AlertState::Active,
        onset,
        expires: Some(shifted(onset, i64::from(holds))),
        closed_at: None,
        acknowledged_at: None,
        source: source(id),
    }
}

fn sensor() -> Actor {
    Actor::Token("感知平台".into())
}

/// An alert that is over: closed by the street, or run out by itself.
fn past_alert(works: &mut Works, spots: &Spots, day: i64, plan: AlertPlan, steps: &mut Vec<Step>) {
    // The worst are rare, and weather covers everything at once.
    let rare = match plan.0 {
        AlertLevel::Red => 0.15,
        AlertLevel::Orange => 0.4,
        AlertLevel::Yellow => 0.8,
        AlertLevel::Blue => 1.0,
    };
    let weather = if plan.3.is_empty() { 0.12 } else { 1.0 };
    if !works.chance.happens(rare * weather) {
        return;
    }
    let Some(onset) = moment(works, day) else { return };
    let closes = works.chance.happens(0.6);
    let share = if closes { works.chance.between(0.1, 0.8) } else { 1.0 };
    let ends = shifted(onset, (f64::from(plan.6) * share) as i64);
    if ends >= works.as_of {
        return;
    }
    let mut alert = raised(works, spots, &plan, onset);
    let put = |alert: &Alert, base| Command::PutAlert {
        alert: Box::new(alert.clone()),
        base,
    };
    steps.push(Step {
        at: onset,
        actor: sensor(),
        command: put(&alert, None),
    });
    alert.state = if closes {
        AlertState::Closed
    } else {
        AlertState::Expired
    };
    steps.push(Step {
        at: ends,
        actor: if closes { account("street") } else { Actor::Ticker },
        command: put(&alert, Some(1)),
    });
}

/// An alert that holds now.
fn standing_alert(works: &mut Works, spots: &Spots, plan: AlertPlan, steps: &mut Vec<Step>) {
    let onset = shifted(works.as_of, -i64::from(plan.5));
    let alert = raised(works, spots, &plan, onset);
    steps.push(Step {
        at: onset,
        actor: sensor(),
        command: Command::PutAlert {
            alert: Box::new(alert),
            base: None,
        },
    });
}
