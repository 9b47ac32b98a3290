//! `at` and `known`: on which day, and as known when, a question is meant.

use super::App;
use super::asked::Asked;
use super::doors::{Parameter, query};
use super::problem::{self, Problem};
use crate::past::{Known, PastTrouble, Then};
use geju_core::Seq;
use geju_core::decide::{FIRST_DAY, LAST_DAY};
use jiff::civil::Date;
use serde_json::{Map, Value};

/// In force on a day.
pub const AT: Parameter = query(
    "at",
    r#"{"type":"string","format":"date"}"#,
    "What was in force on this day",
);
/// As known then.
pub const KNOWN: Parameter = query(
    "known",
    r#"{"type":"string","example":"2026-01-31"}"#,
    "As the ledger stood at the end of this day, or right after the Change with this seq",
);

/// The map that a request asks about.
pub async fn of(app: &App, asked: &Asked) -> Result<Then, Problem> {
    let at = asked.day("at")?;
    let known = asked.parsed::<String>("known")?;
    look(app, at, known.map(|text| known_of(&text)).transpose()?).await
}

/// The same, where the body says it; what it leaves out the address may say.
pub async fn of_body(app: &App, asked: &Asked, fields: &Map<String, Value>) -> Result<Then, Problem> {
    let at = match fields.get("at") {
        None | Some(Value::Null) => asked.day("at")?,
        Some(Value::String(text)) => Some(bounded("at", text)?),
        Some(_) => return Err(Problem::field("at", "wrong_type", "at is a date, YYYY-MM-DD")),
    };
    let known = match fields.get("known") {
        None | Some(Value::Null) => asked.parsed::<String>("known")?.map(|text| known_of(&text)),
        Some(Value::String(text)) => Some(known_of(text)),
        Some(Value::Number(seq)) => Some(known_of(&seq.to_string())),
        Some(_) => return Err(Problem::field("known", "wrong_type", "known is a date or a seq")),
    };
    look(app, at, known.transpose()?).await
}

fn bounded(name: &str, text: &str) -> Result<Date, Problem> {
    text.parse()
        .ok()
        .filter(|day| (FIRST_DAY..=LAST_DAY).contains(day))
        .ok_or_else(|| {
            Problem::parameter(
                name,
                format!("a date is written YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}"),
            )
        })
}

fn known_of(text: &str) -> Result<Known, Problem> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let seq = text
            .parse()
            .map_err(|_| Problem::parameter("known", "the seq is too large"))?;
        return Ok(Known::Seq(Seq(seq)));
    }
    bounded("known", text).map(Known::Day)
}

async fn look(app: &App, at: Option<Date>, known: Option<Known>) -> Result<Then, Problem> {
    app.past.at(at, known).await.map_err(|trouble| match trouble {
        PastTrouble::NotYet(why) => Problem::parameter(if at.is_some() { "at" } else { "known" }, why),
        PastTrouble::TooBig(places) => Problem::new(
            problem::QUESTION_TOO_BIG,
            format!("this map has {places} places, more than are kept in memory for looking back"),
        ),
        PastTrouble::Busy => Problem::new(problem::BUSY, "others are looking back just now"),
        PastTrouble::Store(error) => error.into(),
    })
}
