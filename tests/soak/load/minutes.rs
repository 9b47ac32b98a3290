//! What a minute held: how long each kind of answer took, and what went wrong.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    CachedTile,
    FreshTile,
    Area,
    Edit,
}

const CLASSES: usize = 4;
/// Failures told in words; more are the same again.
const TOLD_MAX: usize = 3;

#[derive(Debug, Clone, Copy, Default)]
pub struct Spread {
    pub count: usize,
    pub p50: Duration,
    pub p99: Duration,
    pub worst: Duration,
}

impl Spread {
    fn of(mut all: Vec<Duration>) -> Spread {
        all.sort_unstable();
        let at = |share: f64| all.get(((all.len() as f64 * share) as usize).min(all.len().saturating_sub(1)));
        Spread {
            count: all.len(),
            p50: at(0.5).copied().unwrap_or_default(),
            p99: at(0.99).copied().unwrap_or_default(),
            worst: all.last().copied().unwrap_or_default(),
        }
    }
}

#[derive(Default)]
struct Open {
    took: [Vec<Duration>; CLASSES],
    errors: usize,
    told: Vec<String>,
    answers: usize,
}

/// The minute that is running.
#[derive(Default)]
pub struct Book(Mutex<Open>);

impl Book {
    fn open<T>(&self, work: impl FnOnce(&mut Open) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn note(&self, class: Class, took: Duration, failure: Option<String>) {
        self.open(|open| {
            // One that failed took as long as it took, too.
            open.took[class as usize].push(took);
            match failure {
                None => open.answers += 1,
                Some(why) => {
                    open.errors += 1;
                    if open.told.len() < TOLD_MAX {
                        open.told.push(format!("{class:?}: {why}"));
                    }
                }
            }
        });
    }

    /// Ends the minute.
    pub fn close(&self, minute: usize, rss_mib: f64, cpu: f64, own_cpu: f64, feeds: (usize, usize)) -> Minute {
        let (took, errors) = self.open(|open| (std::mem::take(&mut open.took), std::mem::take(&mut open.errors)));
        Minute {
            minute,
            rss_mib,
            cpu,
            own_cpu,
            errors,
            feed_events: feeds.0,
            feeds_lost: feeds.1,
            spreads: took.map(Spread::of),
        }
    }

    pub fn first_failures(&self) -> String {
        self.open(|open| match open.told.is_empty() {
            true => String::new(),
            false => format!(": {}", open.told.join("; ")),
        })
    }

    pub fn answers(&self) -> usize {
        self.open(|open| open.answers)
    }
}

/// One line of the table.
pub struct Minute {
    pub minute: usize,
    pub rss_mib: f64,
    cpu: f64,
    own_cpu: f64,
    pub errors: usize,
    feed_events: usize,
    pub feeds_lost: usize,
    spreads: [Spread; CLASSES],
}

impl Minute {
    pub const HEAD: &str = "| minute | RSS MiB | CPU % | client CPU % | errors | cached tiles: n, p50, p99, worst ms | fresh tiles: n, p50, p99 ms | areas: n, p50, p99 ms | edits: n, p50, p99 ms | feed events |\n|---|---|---|---|---|---|---|---|---|---|";

    pub fn of(&self, class: Class) -> Spread {
        self.spreads[class as usize]
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cached = self.of(Class::CachedTile);
        write!(
            f,
            "| {} | {:.0} | {:.0} | {:.0} | {} | {}, {:.2}, {:.2}, {:.1} ",
            self.minute,
            self.rss_mib,
            self.cpu / 0.6,
            self.own_cpu / 0.6,
            self.errors,
            cached.count,
            ms(cached.p50),
            ms(cached.p99),
            ms(cached.worst),
        )?;
        for class in [Class::FreshTile, Class::Area, Class::Edit] {
            let spread = self.of(class);
            write!(f, "| {}, {:.1}, {:.1} ", spread.count, ms(spread.p50), ms(spread.p99))?;
        }
        write!(f, "| {} |", self.feed_events)
    }
}
