//! The one function that answers an area: panel, table, tallies, exports, feed and reports all call it.

use crate::area::Area;
use crate::figures::FreshCount;
use crate::ground::overlay::{Combine, MAX_CROSSINGS, combine_raw, doubled_area, is_tangled};
use crate::ground::{Envelope, GRID_PER_DEGREE, LonLat};
use crate::id::{Epoch, Seq};
use crate::matter::{AlertLevel, Matter};
use crate::place::{Archive, Place, PlaceKind};
use crate::unit::SquareMeters;
use crate::world::{MatterLayer, Placed, Tally, World};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// When a building counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeRule {
    /// Where its inner point lies, so the parts of a partition sum exactly to the whole.
    #[default]
    InnerPoint,
    /// When any of its ground lies inside.
    Any,
    /// By the share of its ground that lies inside; counts are rounded at the end.
    Share,
}

/// What to answer, beside the counts.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub rule: EdgeRule,
    /// Also name what was counted.
    pub list: bool,
    /// At most so many ids per layer; what is left out is told.
    pub limit: usize,
    /// The day on which archives are judged fresh or not; absent: they are not judged.
    pub day: Option<Date>,
}

/// Most places that one `any` or `share` question weighs shape by shape.
pub const MAX_WEIGHED: usize = 200_000;

/// The one answer, 统计结果.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub rule: EdgeRule,
    pub as_of: AsOf,
    pub area_m2: SquareMeters,
    pub buildings: Counted,
    pub compounds: Counted,
    pub resource_sites: Sites,
    pub people: People,
    pub issues: Counted,
    pub hazards: Counted,
    pub alerts: Counted,
    /// How fresh the archives of the compounds and buildings counted are, where a day was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<FreshCount>,
    /// Ids of what was counted, per layer, where asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, Vec<u64>>,
    /// How many ids the limit left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unlisted: u64,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// The ledger's position the answer was read at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsOf {
    pub epoch: Epoch,
    pub seq: Seq,
}

/// A count and how it divides.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    pub count: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_kind: BTreeMap<String, u64>,
}

/// Resource sites and what they can take.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sites {
    pub count: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_kind: BTreeMap<String, u64>,
    pub capacity: u64,
}

/// Sums over the buildings counted: what was surveyed door by door, not what compounds report of themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    pub households: u64,
    pub residents: u64,
    pub shops: u64,
    pub over_60: u64,
    pub over_60_alone: u64,
    pub children: u64,
    /// Neither children nor 60 and older, 成年人（不含60岁以上）.
    pub adults: u64,
}

impl People {
    pub fn of(tally: &Tally) -> Self {
        People {
            households: tally.households,
            residents: tally.residents,
            shops: tally.shops,
            over_60: tally.over_60,
            over_60_alone: tally.over_60_alone,
            children: tally.children,
            // Archives are filled in piece by piece: parts may exceed their whole for a while.
            adults: tally
                .residents
                .saturating_sub(tally.children)
                .saturating_sub(tally.over_60),
        }
    }
}

/// Buildings are shown by height, because that is what a fire brigade asks.
fn height_band(floors: Option<u16>) -> &'static str {
    match floors {
        None => "unknown",
        Some(0..=3) => "low",
        Some(4..=6) => "multi",
        Some(7..=9) => "mid",
        Some(_) => "high",
    }
}

impl World {
    /// Answers one area. Counts by inner point unless the question says otherwise; matters always by inner point.
    pub fn answer(&self, area: &Area, question: &Question) -> Answer {
        let mut answer = Answer {
            rule: question.rule,
            as_of: AsOf {
                epoch: self.epoch(),
                seq: self.head(),
            },
            area_m2: area_of(area),
            buildings: Counted::default(),
            compounds: Counted::default(),
            resource_sites: Sites::default(),
            people: People::default(),
            issues: Counted::default(),
            hazards: Counted::default(),
            alerts: Counted::default(),
            freshness: question.day.map(|_| FreshCount::default()),
            places: BTreeMap::new(),
            unlisted: 0,
        };
        let Some(envelope) = area.envelope() else { return answer };
        let mut sums = Sums::default();
        for kind in [PlaceKind::Building, PlaceKind::Compound, PlaceKind::ResourceSite] {
            for (placed, share) in self.counted(kind, area, envelope, question.rule) {
                count_place(&placed.place, &mut answer);
                if let (Some(day), Some(count)) = (question.day, &mut answer.freshness) {
                    count.count(&placed.place, &self.scheme().freshness, day);
                }
                sums.add(&Tally::of(placed), share);
                list(&mut answer, question, kind.as_str(), placed.place.id.0);
            }
        }
        sums.settle(&mut answer);
        answer.hazards = count_matters(self.hazards(), area, envelope, question, &mut answer, |m| {
            m.category.to_string()
        });
        answer.issues = count_matters(self.issues(), area, envelope, question, &mut answer, |m| {
            m.category.to_string()
        });
        answer.alerts = count_matters(self.alerts(), area, envelope, question, &mut answer, |m| {
            level_word(m.level).to_string()
        });
        for ids in answer.places.values_mut() {
            ids.sort_unstable();
        }
        answer
    }

    /// Would weighing what meets this area be more work than one question is worth? Two shapes with many corners each can
    /// cross as often as the product of them. Ask before answering by `any` or `share`.
    pub fn would_tangle(&self, area: &Area) -> bool {
        let Some(envelope) = area.envelope() else { return false };
        let rings = area.to_rings();
        let corners: usize = rings.iter().flatten().map(Vec::len).sum();
        [PlaceKind::Building, PlaceKind::Compound, PlaceKind::ResourceSite]
            .into_iter()
            .flat_map(|kind| self.places_meeting(kind, envelope))
            .filter_map(|p| p.place.ground.outline())
            .filter(|o| o.vertex_count().saturating_mul(corners) > MAX_CROSSINGS)
            .any(|o| is_tangled(&[o.to_raw(), rings.clone()]))
    }

    /// What counts of one kind, with the share of it that does.
    fn counted<'a>(
        &'a self,
        kind: PlaceKind,
        area: &'a Area,
        envelope: Envelope,
        rule: EdgeRule,
    ) -> Box<dyn Iterator<Item = (&'a Arc<Placed>, f64)> + 'a> {
        match rule {
            EdgeRule::InnerPoint => Box::new(
                self.inner_points_in(kind, envelope)
                    .filter(|p| area.contains(p.inner))
                    .map(|p| (p, 1.0)),
            ),
            EdgeRule::Any | EdgeRule::Share => {
                let rings = area.to_rings();
                Box::new(
                    self.places_meeting(kind, envelope)
                        .take(MAX_WEIGHED)
                        .filter_map(move |p| {
                            let share = share_inside(p, area, &rings);
                            let weight = if rule == EdgeRule::Any { 1.0 } else { share };
                            (share > 0.0).then_some((p, weight))
                        }),
                )
            }
        }
    }
}

/// The part of a place's ground that lies in the area, 0 to 1.
fn share_inside(placed: &Placed, area: &Area, rings: &[Vec<Vec<LonLat>>]) -> f64 {
    let Some(outline) = placed.place.ground.outline() else {
        return if area.contains(placed.inner) { 1.0 } else { 0.0 };
    };
    let shared = doubled_area(&combine_raw(&outline.to_raw(), rings, Combine::Intersection)) as f64;
    let whole = outline.doubled_grid_area() as f64;
    (shared / whole).clamp(0.0, 1.0)
}

fn area_of(area: &Area) -> SquareMeters {
    match area {
        Area::Outline(outline) => outline.area(),
        Area::Circle { radius, .. } => SquareMeters(std::f64::consts::PI * radius.0 * radius.0),
        Area::Union(_) | Area::Difference(..) | Area::Outlines(_) => {
            let rings = area.to_rings();
            let extent = Envelope::of_points(rings.iter().flatten().flatten().copied());
            let Some(extent) = extent else { return SquareMeters(0.0) };
            let (per_lat, per_lon) = crate::ground::meters_per_degree(extent.centre().lat_degrees());
            SquareMeters(doubled_area(&rings) as f64 / 2.0 / (GRID_PER_DEGREE * GRID_PER_DEGREE) * per_lat * per_lon)
        }
    }
}

fn count_place(place: &Place, answer: &mut Answer) {
    let subkind = || place.archive.subkind().unwrap_or("unknown").to_string();
    match &place.archive {
        Archive::Building(b) => {
            answer.buildings.count += 1;
            *answer
                .buildings
                .by_kind
                .entry(height_band(b.floors).to_string())
                .or_default() += 1;
        }
        Archive::Compound(_) => {
            answer.compounds.count += 1;
            *answer.compounds.by_kind.entry(subkind()).or_default() += 1;
        }
        Archive::ResourceSite(site) => {
            answer.resource_sites.count += 1;
            answer.resource_sites.capacity += u64::from(site.capacity.unwrap_or(0));
            *answer.resource_sites.by_kind.entry(subkind()).or_default() += 1;
        }
        Archive::District(_)
        | Archive::Street(_)
        | Archive::Community(_)
        | Archive::Grid(_)
        | Archive::MicroGrid(_) => {}
    }
}

fn count_matters<M: Matter>(
    layer: &MatterLayer<M>,
    area: &Area,
    envelope: Envelope,
    question: &Question,
    answer: &mut Answer,
    class: impl Fn(&M) -> String,
) -> Counted {
    let mut counted = Counted::default();
    for standing in layer.meeting(envelope).filter(|s| area.contains(s.inner)) {
        counted.count += 1;
        *counted.by_kind.entry(class(&standing.matter)).or_default() += 1;
        list(answer, question, M::KIND.as_str(), standing.matter.id().0);
    }
    counted
}

fn list(answer: &mut Answer, question: &Question, layer: &str, id: u64) {
    if !question.list {
        return;
    }
    let ids = answer.places.entry(layer.to_string()).or_default();
    if ids.len() < question.limit {
        ids.push(id);
    } else {
        answer.unlisted += 1;
    }
}

fn level_word(level: AlertLevel) -> &'static str {
    match level {
        AlertLevel::Red => "red",
        AlertLevel::Orange => "orange",
        AlertLevel::Yellow => "yellow",
        AlertLevel::Blue => "blue",
    }
}

/// Sums that stay exact integers unless a share makes them fractions.
#[derive(Default)]
struct Sums {
    whole: Tally,
    households: f64,
    residents: f64,
    shops: f64,
    over_60: f64,
    over_60_alone: f64,
    children: f64,
}

impl Sums {
    fn add(&mut self, tally: &Tally, share: f64) {
        if share >= 1.0 {
            self.whole.add(tally);
            return;
        }
        self.households += tally.households as f64 * share;
        self.residents += tally.residents as f64 * share;
        self.shops += tally.shops as f64 * share;
        self.over_60 += tally.over_60 as f64 * share;
        self.over_60_alone += tally.over_60_alone as f64 * share;
        self.children += tally.children as f64 * share;
    }

    fn settle(&self, answer: &mut Answer) {
        let whole = |exact: u64, part: f64| exact + part.round() as u64;
        answer.people = People::of(&Tally {
            households: whole(self.whole.households, self.households),
            residents: whole(self.whole.residents, self.residents),
            shops: whole(self.whole.shops, self.shops),
            over_60: whole(self.whole.over_60, self.over_60),
            over_60_alone: whole(self.whole.over_60_alone, self.over_60_alone),
            children: whole(self.whole.children, self.children),
            ..self.whole
        });
    }
}
