//! What a draft would do to the map as it stands: before and after, and everything found in it.

use super::super::asked::Tongue;
use super::super::places::{barriers, drawn, name_as_sent};
use super::super::problem::{self, Problem};
use super::super::write::order;
use super::super::{App, geojson};
use crate::auth::Asker;
use geju_core::command::Reshape;
use geju_core::decide::{Measured, judge_reshape, measured_now};
use geju_core::draft::DraftGround;
use geju_core::people::{Action, Reach};
use geju_core::{Command, Place, PlaceId, PlaceKind, Version, World};
use geju_formats::Crs;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// Drafts speak one language.
pub fn tongue() -> Result<Tongue, Problem> {
    Tongue::of(Crs::Wgs84)
}

/// A gesture read and judged on one map.
pub struct Judged {
    pub wish: Reshape,
    pub cause: Option<String>,
    /// Places that cannot be read on this map any more, or never could.
    pub unreadable: Vec<Problem>,
    pub grounds: Vec<DraftGround>,
    pub parent: Option<PlaceId>,
    pub judgement: Judgement,
}

/// What is shown to people, and kept when the draft is closed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Judgement {
    before: Vec<Drawn>,
    after: Vec<Drawn>,
    pub findings: Vec<Value>,
}

/// One place before or after. What lies in it is counted once: a place inside another of the draft adds nothing to the totals.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Drawn {
    id: Value,
    kind: PlaceKind,
    name: Box<str>,
    code: Option<String>,
    version: Option<Version>,
    /// Itself and everything above it: whoever answers for one of them sees figures about its people.
    within: Vec<PlaceId>,
    counted: bool,
    area_m2: f64,
    buildings: u64,
    shops: u64,
    households: u64,
    people: u64,
    over_60: u64,
    geometry: Value,
}

pub fn judge(app: &App, world: &World, reshape: &Value) -> Result<Judged, Problem> {
    let tongue = tongue()?;
    let read = drawn::read(reshape, world, &tongue)?;
    // Judged by the map alone: who drew it and who reviews it are asked for their rights elsewhere.
    let order = order(&Asker::console(), Command::Reshape(Box::default()));
    let judged = judge_reshape(world, &order, &read.wish, &barriers::near(app, &read.wish));
    let mut unreadable = Vec::new();
    let mut findings = Vec::new();
    for (name, problem) in read.unreadable {
        let told = problem.as_findings().into_iter().map(|mut f: Value| {
            f["places"] = json!([name]);
            f
        });
        findings.extend(told);
        unreadable.push(problem);
    }
    findings.extend(judged.findings.iter().map(problem::finding));
    for finding in &mut findings {
        name_as_sent(finding, &read.created);
    }
    let (before, mut lying) = before(world, &read.wish, &tongue);
    let after = after(world, &read.wish, &judged.places, &read.created, &tongue);
    let mut grounds = grounds_before(world, &read.wish);
    for measured in &judged.places {
        let above = world.ancestors(&measured.parents);
        let stays = world.place(measured.id).is_some_and(|p| p.parents == measured.parents);
        if !stays {
            let kind = kind_of(&read.wish, measured.id);
            grounds.extend(kind.map(|kind| DraftGround {
                kind,
                within: above.clone(),
            }));
        }
        lying.push(above);
    }
    Ok(Judged {
        wish: read.wish,
        cause: read.cause,
        unreadable,
        grounds,
        parent: common(&lying),
        judgement: Judgement {
            before,
            after,
            findings,
        },
    })
}

fn kind_of(wish: &Reshape, id: PlaceId) -> Option<PlaceKind> {
    let drawn = wish.moved.iter().map(|(place, _)| place).chain(&wish.created);
    drawn.into_iter().find(|p| p.id == id).map(Place::kind)
}

fn standing(wish: &Reshape) -> impl Iterator<Item = PlaceId> {
    let moved = wish.moved.iter().map(|(place, _)| place.id);
    moved.chain(wish.retired.iter().map(|(id, _)| *id))
}

fn grounds_before(world: &World, wish: &Reshape) -> Vec<DraftGround> {
    let placed = standing(wish).filter_map(|id| world.place(id));
    placed
        .map(|p| DraftGround {
            kind: p.place.kind(),
            within: std::iter::once(p.place.id).chain(world.ancestors(&p.parents)).collect(),
        })
        .collect()
}

/// The nearest place that all of these lie in.
fn common(lying: &[Vec<PlaceId>]) -> Option<PlaceId> {
    let (first, rest) = lying.split_first()?;
    first
        .iter()
        .copied()
        .find(|id| rest.iter().all(|above| above.contains(id)))
}

fn before(world: &World, wish: &Reshape, tongue: &Tongue) -> (Vec<Drawn>, Vec<Vec<PlaceId>>) {
    let all: HashSet<PlaceId> = standing(wish).collect();
    let mut lying = Vec::new();
    let drawn = standing(wish).filter_map(|id| {
        let (placed, measured) = (world.place(id)?, measured_now(world, id)?);
        let above = world.ancestors(&placed.parents);
        let counted = !above.iter().any(|id| all.contains(id));
        lying.push(above.clone());
        Some(drawn_as(&placed.place, json!(id), &measured, above, counted, tongue))
    });
    (drawn.collect(), lying)
}

fn after(
    world: &World,
    wish: &Reshape,
    measured: &[Measured],
    created: &BTreeMap<PlaceId, Value>,
    tongue: &Tongue,
) -> Vec<Drawn> {
    let all: HashSet<PlaceId> = measured.iter().map(|m| m.id).collect();
    let drawn = wish.moved.iter().map(|(place, _)| place).chain(&wish.created);
    drawn
        .filter_map(|place| {
            let measured = measured.iter().find(|m| m.id == place.id)?;
            let above = world.ancestors(&measured.parents);
            let counted = !above.iter().any(|id| all.contains(id));
            let id = created.get(&place.id).cloned().unwrap_or_else(|| json!(place.id));
            Some(drawn_as(place, id, measured, above, counted, tongue))
        })
        .collect()
}

fn drawn_as(
    place: &Place,
    id: Value,
    measured: &Measured,
    above: Vec<PlaceId>,
    counted: bool,
    tongue: &Tongue,
) -> Drawn {
    let mut geometry = String::new();
    geojson::write_ground(&mut geometry, &place.ground, tongue);
    let tally = &measured.tally;
    Drawn {
        version: id.is_u64().then_some(place.version),
        id,
        kind: place.kind(),
        name: place.name.clone(),
        code: place.code.as_ref().map(ToString::to_string),
        within: std::iter::once(place.id).chain(above).collect(),
        counted,
        area_m2: (measured.area.0 * 10.0).round() / 10.0,
        buildings: tally.buildings,
        shops: tally.shops,
        households: tally.households,
        people: tally.residents,
        over_60: tally.over_60,
        geometry: serde_json::from_str(&geometry).unwrap_or_default(),
    }
}

impl Judgement {
    /// Does something found in it forbid that it takes effect?
    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(|f| f["severity"] == "block")
    }

    /// `before`, `after` and `totals` as this asker may see them.
    pub fn told_to(&self, asker: &Asker) -> [Value; 3] {
        [
            collection(&self.before, asker),
            collection(&self.after, asker),
            json!({ "before": totals(&self.before, asker), "after": totals(&self.after, asker) }),
        ]
    }
}

fn sees(drawn: &Drawn, asker: &Asker) -> bool {
    match asker.reach(Action::FiguresRead) {
        Reach::All => true,
        Reach::None => false,
        Reach::Own => asker.reaches_any(Action::FiguresRead, &drawn.within),
    }
}

fn collection(all: &[Drawn], asker: &Asker) -> Value {
    let features = all.iter().map(|drawn| {
        let people = |n: u64| sees(drawn, asker).then_some(n);
        json!({
            "type": "Feature", "id": drawn.id, "geometry": drawn.geometry,
            "properties": {
                "kind": drawn.kind, "name": drawn.name, "code": drawn.code, "version": drawn.version,
                "area_m2": drawn.area_m2, "buildings": drawn.buildings, "shops": drawn.shops,
                "households": people(drawn.households), "people": people(drawn.people),
                "over_60": people(drawn.over_60),
            },
        })
    });
    json!({ "type": "FeatureCollection", "features": features.collect::<Vec<_>>() })
}

fn totals(all: &[Drawn], asker: &Asker) -> Value {
    let counted = || all.iter().filter(|d| d.counted);
    let sees_all = counted().all(|d| sees(d, asker));
    let people = |of: fn(&Drawn) -> u64| sees_all.then(|| counted().map(of).sum::<u64>());
    let area: f64 = counted().map(|d| d.area_m2).sum();
    json!({
        "buildings": counted().map(|d| d.buildings).sum::<u64>(), "shops": counted().map(|d| d.shops).sum::<u64>(),
        "households": people(|d| d.households), "people": people(|d| d.people), "over_60": people(|d| d.over_60),
        "area_m2": (area * 10.0).round() / 10.0,
    })
}
