//! Instants and stretches of time, and how they lie to each other.

use super::Slip;
use super::ast::Order;
use super::value::Value;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A date or a time as it is written in a filter.
pub fn parse_instant(text: &str) -> Result<Value<'static>, Slip> {
    // GDAL writes a bare date with the letter that would begin a time.
    let day = text.strip_suffix('T').unwrap_or(text);
    if day.len() == 10
        && let Ok(date) = day.parse::<Date>()
    {
        return Ok(Value::Date(date));
    }
    text.parse::<Timestamp>().map(Value::Timestamp).map_err(|_| {
        Slip::new(format!(
            "{} is no date (2026-05-01) and no time with its zone (2026-05-01T08:30:00Z)",
            super::told(text)
        ))
    })
}

/// The first moment of a day. Dates have no zone; UTC is the one everybody can reckon with.
pub fn begin_of(date: Date) -> Option<Timestamp> {
    date.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp())
}

/// The day that begins at this very moment.
pub fn day_beginning_at(time: Timestamp) -> Option<Date> {
    let date = time.to_zoned(TimeZone::UTC).date();
    (begin_of(date) == Some(time)).then_some(date)
}

/// A stretch of time with both ends in it; an end that is absent is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Period<'a> {
    pub from: Option<Value<'a>>,
    pub to: Option<Value<'a>>,
}

const NANOSECONDS_OF_A_DAY: i128 = 86_400 * 1_000_000_000;

impl<'a> Period<'a> {
    pub fn instant(at: Value<'a>) -> Self {
        Self {
            from: Some(at.clone()),
            to: Some(at),
        }
    }

    /// Both ends as numbers. Days stay days where only days are compared; beside times a day reaches to its last moment.
    fn ends(&self, days_only: bool) -> Option<(i128, i128)> {
        let number = |value: &Option<Value<'_>>, open: i128, last: bool| match value {
            None => Some(open),
            Some(Value::Date(date)) => {
                let begin = begin_of(*date)?.as_nanosecond();
                Some(if last && !days_only {
                    begin + NANOSECONDS_OF_A_DAY - 1
                } else {
                    begin
                })
            }
            Some(Value::Timestamp(time)) => Some(time.as_nanosecond()),
            Some(_) => None,
        };
        Some((
            number(&self.from, i128::MIN, false)?,
            number(&self.to, i128::MAX, true)?,
        ))
    }

    fn days_only(&self) -> bool {
        let is_day = |end: &Option<Value<'_>>| matches!(end, None | Some(Value::Date(_)));
        is_day(&self.from) && is_day(&self.to)
    }

    /// Does it end before it begins?
    pub fn is_backward(&self) -> bool {
        self.ends(self.days_only()).is_some_and(|(from, to)| from > to)
    }

    pub fn intersects(&self, other: &Period<'_>) -> Option<bool> {
        self.lies(Order::Intersects, other)
    }

    /// Nothing where an end is unknown. The comparisons are those of the standard's table.
    pub fn lies(&self, order: Order, other: &Period<'_>) -> Option<bool> {
        let days_only = self.days_only() && other.days_only();
        let (from, to) = self.ends(days_only)?;
        let (begin, end) = other.ends(days_only)?;
        Some(match order {
            Order::After => from > end,
            Order::Before => to < begin,
            Order::Contains => from < begin && to > end,
            Order::Disjoint => to < begin || from > end,
            Order::During => from > begin && to < end,
            Order::Equals => from == begin && to == end,
            Order::FinishedBy => from < begin && to == end,
            Order::Finishes => from > begin && to == end,
            Order::Intersects => to >= begin && from <= end,
            Order::Meets => to == begin,
            Order::MetBy => from == end,
            Order::OverlappedBy => from > begin && from < end && to > end,
            Order::Overlaps => from < begin && to > begin && to < end,
            Order::StartedBy => from == begin && to > end,
            Order::Starts => from == begin && to < end,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Period<'static> {
        let end = |text: &str| (text != "..").then(|| parse_instant(text).unwrap());
        Period {
            from: end(from),
            to: end(to),
        }
    }

    #[test]
    fn a_day_lies_in_its_month_and_a_time_of_the_last_day_too() {
        let may = period("2026-05-01", "2026-05-31");
        let on = |text: &str| Period::instant(parse_instant(text).unwrap());
        assert_eq!(on("2026-05-31").intersects(&may), Some(true));
        assert_eq!(on("2026-05-31T23:59:59Z").intersects(&may), Some(true));
        assert_eq!(on("2026-06-01T00:00:00Z").intersects(&may), Some(false));
        assert_eq!(
            on("2026-05-31").lies(Order::During, &may),
            Some(false),
            "its end is not inside"
        );
        assert_eq!(on("2026-06-01").lies(Order::After, &may), Some(true));
        assert_eq!(on("2026-06-01").intersects(&period("2026-05-01", "..")), Some(true));
    }

    #[test]
    fn stretches_lie_to_each_other_as_the_table_says() {
        let a = period("2026-01-10", "2026-01-20");
        for (from, to, order) in [
            ("2026-01-10", "2026-01-20", Order::Equals),
            ("2026-01-12", "2026-01-18", Order::Contains),
            ("2026-01-05", "2026-01-25", Order::During),
            ("2026-01-20", "2026-01-25", Order::Meets),
            ("2026-01-05", "2026-01-10", Order::MetBy),
            ("2026-01-15", "2026-01-25", Order::Overlaps),
            ("2026-01-05", "2026-01-15", Order::OverlappedBy),
            ("2026-01-10", "2026-01-25", Order::Starts),
            ("2026-01-10", "2026-01-15", Order::StartedBy),
            ("2026-01-05", "2026-01-20", Order::Finishes),
            ("2026-01-15", "2026-01-20", Order::FinishedBy),
            ("2026-01-21", "2026-01-25", Order::Before),
            ("2026-01-01", "2026-01-09", Order::After),
            ("2026-01-21", "2026-01-25", Order::Disjoint),
        ] {
            assert_eq!(a.lies(order, &period(from, to)), Some(true), "{order:?} {from} {to}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for odd in [
            "",
            "2026",
            "2026-13-01",
            "2026-05-01T08:30:00",
            "yesterday",
            "2026/05/01",
        ] {
            assert!(parse_instant(odd).is_err(), "{odd}");
        }
        assert!(parse_instant("2026-05-01T").is_ok());
    }
}
