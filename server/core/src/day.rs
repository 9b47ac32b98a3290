//! What happened day by day, 日统计: today beside the seven days before, for a wall.

use crate::ground::Outline;
use crate::matter::{Matter, MatterKind};
use crate::world::{MatterLayer, World};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// Days told: today and the week before it.
pub const DAYS_TOLD: usize = 8;

/// What happened on one day. A matter counts by its own times, whenever it was written down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    pub issues_reported: u64,
    pub issues_closed: u64,
    pub alerts_raised: u64,
    pub hazards_found: u64,
    pub hazards_removed: u64,
}

impl Happened {
    fn slot(&mut self, kind: MatterKind, ended: bool) -> Option<&mut u64> {
        match (kind, ended) {
            (MatterKind::Issue, false) => Some(&mut self.issues_reported),
            (MatterKind::Issue, true) => Some(&mut self.issues_closed),
            (MatterKind::Hazard, false) => Some(&mut self.hazards_found),
            (MatterKind::Hazard, true) => Some(&mut self.hazards_removed),
            (MatterKind::Alert, false) => Some(&mut self.alerts_raised),
            // How an alert ends says little of the day: most run out.
            (MatterKind::Alert, true) => None,
        }
    }
}

/// Today beside the days before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// Oldest first; the last is today so far.
    pub days: Vec<(Date, Happened)>,
    /// What the days before today had brought by this time of day, all together.
    pub week_by_now: Happened,
}

impl World {
    /// What happened on this ground, by the scheme's clock.
    pub fn days(&self, outline: &Outline, now: Timestamp) -> Days {
        let clock = |at: Timestamp| self.scheme().local(at);
        let here = clock(now);
        let mut tally = Counting {
            now,
            here,
            days: Days {
                days: (0..DAYS_TOLD)
                    .rev()
                    .map(|back| (days_before(here.date(), back), Happened::default()))
                    .collect(),
                week_by_now: Happened::default(),
            },
        };
        live(self.issues(), outline, |at| {
            tally.count(MatterKind::Issue, false, at, clock)
        });
        live(self.hazards(), outline, |at| {
            tally.count(MatterKind::Hazard, false, at, clock)
        });
        live(self.alerts(), outline, |at| {
            tally.count(MatterKind::Alert, false, at, clock)
        });
        for ended in self.ended().filter(|e| outline.contains(e.inner)) {
            tally.count(ended.kind, false, ended.begun, clock);
            tally.count(ended.kind, true, ended.ended, clock);
        }
        tally.days
    }
}

struct Counting {
    now: Timestamp,
    here: DateTime,
    days: Days,
}

impl Counting {
    fn count(&mut self, kind: MatterKind, ended: bool, at: Timestamp, clock: impl Fn(Timestamp) -> DateTime) {
        if at > self.now {
            return;
        }
        let there = clock(at);
        let day = self.days.days.iter_mut().find(|(date, _)| *date == there.date());
        let Some((date, happened)) = day else { return };
        let earlier = *date < self.here.date();
        if let Some(n) = happened.slot(kind, ended) {
            *n += 1;
        }
        if earlier
            && there.time() <= self.here.time()
            && let Some(n) = self.days.week_by_now.slot(kind, ended)
        {
            *n += 1;
        }
    }
}

fn days_before(date: Date, back: usize) -> Date {
    let back = i64::try_from(back).unwrap_or(0);
    // The calendar ends far from any day that is lived; there the days repeat.
    date.checked_sub(jiff::Span::new().days(back)).unwrap_or(date)
}

fn live<M: Matter>(layer: &MatterLayer<M>, outline: &Outline, mut each: impl FnMut(Timestamp)) {
    for standing in layer.meeting(outline.envelope()).filter(|s| outline.contains(s.inner)) {
        each(standing.matter.begun());
    }
}
