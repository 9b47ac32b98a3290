//! Open issues and standing hazards on a wall: how many, how old, and where.

use super::View;
use geju_core::matter::{Matter, Rung};
use geju_core::world::{MatterLayer, Standing};
use geju_core::{Hazard, Issue};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Points of one kind on a wall: more are no picture any more, the counts tell the rest.
const POINTS_MAX: usize = 200;
const DAY_SECONDS: i64 = 24 * 60 * 60;

impl View<'_> {
    /// What stands on the wall's ground, longest first.
    fn inside<'a, M: Matter>(&self, layer: &'a MatterLayer<M>) -> Vec<&'a Arc<Standing<M>>> {
        let here = layer.meeting(self.outline.envelope());
        let mut all: Vec<_> = here.filter(|s| self.outline.contains(s.inner)).collect();
        all.sort_by_key(|s| (s.matter.begun(), s.matter.id()));
        all
    }

    pub(super) fn issues(&self) -> Value {
        let all = self.inside(self.world.issues());
        let (mut rungs, mut ages) = ([0_u64; 3], [0_u64; 4]);
        for issue in &all {
            rungs[rung(issue.matter.rung)] += 1;
            ages[age(self.now, issue.matter.reported_at)] += 1;
        }
        let item = |s: &&Arc<Standing<Issue>>| {
            let i = &s.matter;
            json!({
                "id": i.id, "point": s.inner.to_degrees(), "category": i.category, "title": i.title, "rung": i.rung,
                "reported_at": i.reported_at,
            })
        };
        json!({
            "open": all.len(),
            "by_rung": { "compound": rungs[0], "community": rungs[1], "street": rungs[2] },
            "by_age": { "lt_1d": ages[0], "d1_3": ages[1], "d3_7": ages[2], "gt_7d": ages[3] },
            "by_category": by_category(&all),
            "oldest_reported_at": all.first().map(|s| s.matter.reported_at),
            "items": all.iter().take(POINTS_MAX).map(item).collect::<Vec<Value>>(),
        })
    }

    pub(super) fn hazards(&self) -> Value {
        let all = self.inside(self.world.hazards());
        let item = |s: &&Arc<Standing<Hazard>>| {
            let h = &s.matter;
            json!({
                "id": h.id, "point": s.inner.to_degrees(), "category": h.category, "title": h.title,
                "found_at": h.found_at,
            })
        };
        json!({
            "standing": all.len(), "by_category": by_category(&all),
            "items": all.iter().take(POINTS_MAX).map(item).collect::<Vec<Value>>(),
        })
    }
}

fn by_category<M: Matter>(all: &[&Arc<Standing<M>>]) -> BTreeMap<String, u64> {
    let mut counted = BTreeMap::new();
    for standing in all {
        *counted.entry(standing.matter.category().to_owned()).or_default() += 1;
    }
    counted
}

fn rung(rung: Rung) -> usize {
    match rung {
        Rung::Compound => 0,
        Rung::Community => 1,
        Rung::Street => 2,
    }
}

/// Below a day, below three, below seven, older.
fn age(now: Timestamp, since: Timestamp) -> usize {
    let days = now.duration_since(since).as_secs().div_euclid(DAY_SECONDS);
    match days {
        i64::MIN..1 => 0,
        1..3 => 1,
        3..7 => 2,
        7.. => 3,
    }
}
