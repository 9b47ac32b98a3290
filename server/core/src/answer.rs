//! The one function that answers an area: panel, table, tallies, exports, feed and reports all call it.

use crate::area::Area;
use crate::figures::{FreshCount, is_freshness_counted};
use crate::ground::overlay::{Combine, MAX_CROSSINGS, combine_raw, doubled_area, is_tangled};
use crate::ground::{Coverage, Envelope, GRID_PER_DEGREE, LonLat, Outline};
use crate::id::{Epoch, Seq};
use crate::matter::{AlertLevel, Matter};
use crate::place::{Place, PlaceKind};
use crate::unit::SquareMeters;
use crate::world::{MatterLayer, Part, Placed, Sum, Tally, World, word_of};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
        match question.rule {
            EdgeRule::InnerPoint => self.count_inside(area, envelope, question, &mut answer),
            EdgeRule::Any | EdgeRule::Share => self.weigh(area, envelope, question, &mut answer),
        }
        answer.hazards = count_matters(self.hazards(), area, envelope, question, &mut answer, |m| &m.category);
        answer.issues = count_matters(self.issues(), area, envelope, question, &mut answer, |m| &m.category);
        answer.alerts = count_matters(self.alerts(), area, envelope, question, &mut answer, |m| {
            level_word(m.level)
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

    /// Counts what lies in the area by its inner point: most of it from sums.
    fn count_inside(&self, area: &Area, envelope: Envelope, question: &Question, answer: &mut Answer) {
        let thresholds = question.day.map(|day| self.scheme().freshness.thresholds(day));
        let mut tally = Tally::default();
        for kind in COUNTED {
            let counted = thresholds.as_ref().filter(|_| is_freshness_counted(kind));
            let (total, fresh) = self.total(kind, area, envelope, counted);
            if let Some(all) = &mut answer.freshness {
                all.merge(&fresh);
            }
            tally.add(&total.tally(kind));
            answer.put(kind, &total);
            // Classes told by words, and names where they were asked for, take each place one by one.
            if question.list || total.has_words() {
                let is_enough = |sum: &Sum| !question.list && !sum.has_words();
                self.sum(kind, area, envelope, is_enough, |_, placed| {
                    answer.put_word(&placed.place);
                    list(answer, question, kind.as_str(), placed.place.id.0);
                });
            }
        }
        answer.people = People::of(&tally);
    }

    /// Counts what has any ground in the area, whole or by its share.
    fn weigh(&self, area: &Area, envelope: Envelope, question: &Question, answer: &mut Answer) {
        let thresholds = question.day.map(|day| self.scheme().freshness.thresholds(day));
        let rings = area.to_rings();
        // What is weighed are its rings: a circle is a polygon here.
        let outline = Outline::new(rings.clone()).ok();
        let mut people = Shares::default();
        for kind in COUNTED {
            let mut total = Sum::default();
            for placed in self.places_meeting(kind, envelope).take(MAX_WEIGHED) {
                let share = share_inside(placed, area, outline.as_ref(), &rings);
                if share <= 0.0 {
                    continue;
                }
                let part = Part::of(&placed.place);
                total.add(&part);
                people.add(&part, if question.rule == EdgeRule::Any { 1.0 } else { share });
                if let (Some(thresholds), Some(all)) = (&thresholds, &mut answer.freshness)
                    && is_freshness_counted(kind)
                {
                    all.add(thresholds.of(part.checked_on), 1);
                }
                answer.put_word(&placed.place);
                list(answer, question, kind.as_str(), placed.place.id.0);
            }
            answer.put(kind, &total);
        }
        answer.people = People::of(&people.rounded());
    }
}

/// What an answer counts of the places, in the order it names them.
const COUNTED: [PlaceKind; 3] = [PlaceKind::Building, PlaceKind::Compound, PlaceKind::ResourceSite];

impl Answer {
    fn put(&mut self, kind: PlaceKind, total: &Sum) {
        match kind {
            PlaceKind::Building => {
                self.buildings = Counted {
                    count: total.count,
                    by_kind: total.by_height(),
                }
            }
            PlaceKind::Compound => {
                self.compounds = Counted {
                    count: total.count,
                    by_kind: total.by_compound_kind(),
                }
            }
            PlaceKind::ResourceSite => {
                self.resource_sites.count = total.count;
                self.resource_sites.by_kind.extend(total.by_category());
                self.resource_sites.capacity = total.capacity;
            }
            PlaceKind::District | PlaceKind::Street | PlaceKind::Community | PlaceKind::Grid | PlaceKind::MicroGrid => {
            }
        }
    }

    /// A resource site may be classed by a word that only it knows.
    fn put_word(&mut self, place: &Place) {
        if let Some(word) = word_of(place) {
            one_more(&mut self.resource_sites.by_kind, word);
        }
    }
}

/// Counts without owning the word each time.
fn one_more(counts: &mut BTreeMap<String, u64>, word: &str) {
    match counts.get_mut(word) {
        Some(count) => *count += 1,
        None => {
            counts.insert(word.to_owned(), 1);
        }
    }
}

/// The part of a place's ground that lies in the area, 0 to 1.
fn share_inside(placed: &Placed, area: &Area, drawn: Option<&Outline>, rings: &[Vec<Vec<LonLat>>]) -> f64 {
    let Some(outline) = placed.place.ground.outline() else {
        return if area.contains(placed.inner) { 1.0 } else { 0.0 };
    };
    // Only along the edge does a shape have to be weighed.
    match drawn.map(|d| d.coverage(outline.envelope())) {
        Some(Coverage::Whole) => return 1.0,
        Some(Coverage::Nothing) => return 0.0,
        Some(Coverage::Partly) | None => {}
    }
    let shared = doubled_area(&combine_raw(&outline.to_raw(), rings, Combine::Intersection)) as f64;
    let whole = outline.doubled_grid_area() as f64;
    (shared / whole).clamp(0.0, 1.0)
}

fn area_of(area: &Area) -> SquareMeters {
    match area {
        Area::Outline(outline) => outline.area(),
        Area::Circle(disc) => SquareMeters(std::f64::consts::PI * disc.radius().0.powi(2)),
        Area::Union(_) | Area::Difference(..) | Area::Outlines(_) => {
            let rings = area.to_rings();
            let extent = Envelope::of_points(rings.iter().flatten().flatten().copied());
            let Some(extent) = extent else { return SquareMeters(0.0) };
            let (per_lat, per_lon) = crate::ground::meters_per_degree(extent.centre().lat_degrees());
            SquareMeters(doubled_area(&rings) as f64 / 2.0 / (GRID_PER_DEGREE * GRID_PER_DEGREE) * per_lat * per_lon)
        }
    }
}

fn count_matters<M: Matter>(
    layer: &MatterLayer<M>,
    area: &Area,
    envelope: Envelope,
    question: &Question,
    answer: &mut Answer,
    class: impl Fn(&M) -> &str,
) -> Counted {
    let mut counted = Counted::default();
    for standing in layer.meeting(envelope).filter(|s| area.contains(s.inner)) {
        counted.count += 1;
        one_more(&mut counted.by_kind, class(&standing.matter));
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
struct Shares {
    whole: Sum,
    households: f64,
    residents: f64,
    shops: f64,
    over_60: f64,
    over_60_alone: f64,
    children: f64,
}

impl Shares {
    fn add(&mut self, part: &Part, share: f64) {
        if share >= 1.0 {
            self.whole.add(part);
            return;
        }
        self.households += f64::from(part.households) * share;
        self.residents += f64::from(part.residents) * share;
        self.shops += f64::from(part.shops) * share;
        self.over_60 += f64::from(part.over_60) * share;
        self.over_60_alone += f64::from(part.over_60_alone) * share;
        self.children += f64::from(part.children) * share;
    }

    fn rounded(&self) -> Tally {
        let part = |part: f64| part.round() as u64;
        let mut all = Tally {
            households: part(self.households),
            residents: part(self.residents),
            shops: part(self.shops),
            over_60: part(self.over_60),
            over_60_alone: part(self.over_60_alone),
            children: part(self.children),
            ..Tally::default()
        };
        all.add(&self.whole.tally(PlaceKind::Building));
        all
    }
}
