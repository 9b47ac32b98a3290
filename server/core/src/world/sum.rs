//! What places bring to an answer, and its sum over many.

use super::Tally;
use crate::figures::FreshCount;
use crate::place::{Archive, CATEGORIES, CompoundKind, Place, PlaceKind};
use crate::scheme::Thresholds;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Height bands of buildings, 楼高: shown so because that is what a fire brigade asks.
const HEIGHTS: [&str; 5] = ["low", "multi", "mid", "high", "unknown"];
/// Classes a sum tells apart: height bands, kinds of compounds, or categories of resource sites, and one for those without.
const CLASSES: usize = CATEGORIES.len() + 1;
/// The class of a resource site whose category is any other word.
const BY_WORD: u8 = u8::MAX;

/// Does a place tell its class by a word that sums do not know?
pub(crate) fn word_of(place: &Place) -> Option<&str> {
    match &place.archive {
        Archive::ResourceSite(site) if Part::of(place).class == BY_WORD => Some(&site.category),
        _ => None,
    }
}

/// One place's part in an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub households: u32,
    pub residents: u32,
    pub shops: u32,
    pub over_60: u32,
    pub over_60_alone: u32,
    pub children: u32,
    /// What a resource site can take, 容量.
    pub capacity: u32,
    /// `None`: never, or of a kind whose freshness is not counted.
    pub checked_on: Option<Date>,
    class: u8,
}

impl Part {
    pub fn of(place: &Place) -> Self {
        let nothing = Self {
            households: 0,
            residents: 0,
            shops: 0,
            over_60: 0,
            over_60_alone: 0,
            children: 0,
            capacity: 0,
            checked_on: None,
            class: BY_WORD,
        };
        match &place.archive {
            Archive::Building(b) => Self {
                households: b.households.unwrap_or(0),
                residents: b.residents.unwrap_or(0),
                shops: b.shops.unwrap_or(0),
                over_60: b.over_60.unwrap_or(0),
                over_60_alone: b.over_60_alone.unwrap_or(0),
                children: b.children.unwrap_or(0),
                checked_on: place.checked_on,
                class: height_band(b.floors),
                ..nothing
            },
            Archive::Compound(c) => Self {
                checked_on: place.checked_on,
                class: c.kind.map_or(CompoundKind::ALL.len(), |k| k as usize) as u8,
                ..nothing
            },
            Archive::ResourceSite(s) => Self {
                capacity: s.capacity.unwrap_or(0),
                class: match &*s.category {
                    "" => CATEGORIES.len() as u8,
                    word => CATEGORIES.binary_search(&word).map_or(BY_WORD, |known| known as u8),
                },
                ..nothing
            },
            Archive::District(_)
            | Archive::Street(_)
            | Archive::Community(_)
            | Archive::Grid(_)
            | Archive::MicroGrid(_) => nothing,
        }
    }
}

impl Part {
    fn people(&self) -> Tally {
        Tally {
            households: u64::from(self.households),
            residents: u64::from(self.residents),
            shops: u64::from(self.shops),
            over_60: u64::from(self.over_60),
            over_60_alone: u64::from(self.over_60_alone),
            children: u64::from(self.children),
            ..Tally::default()
        }
    }
}

impl Tally {
    /// What one place adds to those it lies in.
    pub(crate) fn of(place: &Place) -> Self {
        let mut one = Sum::default();
        one.add(&Part::of(place));
        one.tally(place.kind())
    }
}

fn height_band(floors: Option<u16>) -> u8 {
    match floors {
        Some(0..=3) => 0,
        Some(4..=6) => 1,
        Some(7..=9) => 2,
        Some(_) => 3,
        None => 4,
    }
}

/// The parts of many places of one kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sum {
    pub count: u64,
    /// Of these the people alone; which places there are follows from the kind.
    people: Tally,
    pub capacity: u64,
    classes: [u32; CLASSES],
    by_word: u32,
    unchecked: u32,
    /// Between these days all others were checked.
    earliest: Date,
    latest: Date,
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            count: 0,
            people: Tally::default(),
            capacity: 0,
            classes: [0; CLASSES],
            by_word: 0,
            unchecked: 0,
            earliest: Date::MAX,
            latest: Date::MIN,
        }
    }
}

impl Sum {
    pub fn add(&mut self, part: &Part) {
        self.count += 1;
        self.people.add(&part.people());
        self.capacity += u64::from(part.capacity);
        match self.classes.get_mut(usize::from(part.class)) {
            Some(class) => *class += 1,
            None => self.by_word += 1,
        }
        match part.checked_on {
            Some(day) => {
                self.earliest = self.earliest.min(day);
                self.latest = self.latest.max(day);
            }
            None => self.unchecked += 1,
        }
    }

    pub fn merge(&mut self, other: &Sum) {
        self.count += other.count;
        self.people.add(&other.people);
        self.capacity += other.capacity;
        for (mine, theirs) in self.classes.iter_mut().zip(other.classes) {
            *mine += theirs;
        }
        self.by_word += other.by_word;
        self.unchecked += other.unchecked;
        self.earliest = self.earliest.min(other.earliest);
        self.latest = self.latest.max(other.latest);
    }

    /// Are there places in it whose class only they themselves can tell?
    pub fn has_words(&self) -> bool {
        self.by_word > 0
    }

    /// How fresh all of it is, where the sum can tell: when all that were checked are equally fresh.
    pub fn freshness(&self, thresholds: &Thresholds) -> Option<FreshCount> {
        let mut count = FreshCount {
            unknown: u64::from(self.unchecked),
            ..FreshCount::default()
        };
        let checked = self.count - u64::from(self.unchecked);
        if checked > 0 {
            let fresh = thresholds.of(Some(self.earliest));
            if fresh != thresholds.of(Some(self.latest)) {
                return None;
            }
            count.add(fresh, checked);
        }
        Some(count)
    }

    /// Buildings by height, 按楼高.
    pub fn by_height(&self) -> BTreeMap<String, u64> {
        self.named(HEIGHTS.into_iter())
    }

    /// Compounds by kind, 按小区类型.
    pub fn by_compound_kind(&self) -> BTreeMap<String, u64> {
        self.named(
            CompoundKind::ALL
                .into_iter()
                .map(CompoundKind::as_str)
                .chain(["unknown"]),
        )
    }

    /// Resource sites by category, 按资源类别, but for those only they themselves can tell.
    pub fn by_category(&self) -> BTreeMap<String, u64> {
        self.named(CATEGORIES.into_iter().chain(["unknown"]))
    }

    fn named(&self, names: impl Iterator<Item = &'static str>) -> BTreeMap<String, u64> {
        names
            .zip(self.classes)
            .filter(|(_, n)| *n > 0)
            .map(|(name, n)| (name.to_owned(), u64::from(n)))
            .collect()
    }

    /// As places of this kind count.
    pub fn tally(&self, kind: PlaceKind) -> Tally {
        let count = |of: PlaceKind| if of == kind { self.count } else { 0 };
        Tally {
            buildings: count(PlaceKind::Building),
            compounds: count(PlaceKind::Compound),
            resource_sites: count(PlaceKind::ResourceSite),
            ..self.people
        }
    }
}
