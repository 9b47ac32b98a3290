//! What a request for items asks, read strictly: what cannot be read, and what nobody here asks for, is refused by name.

use super::crs::Known;
use super::fields::{self, Field};
use super::{Collection, cursor, format_known};
use crate::auth::Asker;
use crate::cql2::{Given, Kind, Parsed, Period, Value, bind, parse_instant, parse_json, parse_text, windows};
use crate::http::asked::Asked;
use crate::http::problem::Problem;
use crate::limits;
use geju_core::Ground;

/// Parameters of every items request.
pub const PARAMETERS: [&str; 11] = [
    "bbox",
    "bbox-crs",
    "crs",
    "cursor",
    "datetime",
    "f",
    "filter",
    "filter-crs",
    "filter-lang",
    "limit",
    "offset",
];
/// Names of the languages a filter may be written in. The third is what GDAL 3.6 calls the first.
pub const LANGUAGES: [&str; 3] = ["cql2-text", "cql2-json", "cql-text"];
/// Items on a page when nobody says how many.
const USUAL: usize = 100;

pub struct Question {
    pub fields: Vec<Field>,
    pub crs: Known,
    pub limit: usize,
    /// Items come after this id.
    pub after: Option<u64>,
    pub offset: usize,
    /// Ties cursors to this question.
    pub mark: String,
    bbox: Option<Vec<f64>>,
    bbox_crs: Known,
    filter: Option<Parsed>,
    filter_crs: Known,
    pub during: Option<Period<'static>>,
    equal: Vec<(Field, String)>,
}

impl Question {
    pub fn read(asked: &Asked, collection: Collection, asker: &Asker) -> Result<Self, Problem> {
        let fields = fields::of(collection, asker);
        let plain = |name: &str| {
            fields
                .iter()
                .find(|f| f.name == name && f.kind != Kind::Geometry)
                .copied()
        };
        let takes: Vec<&str> = PARAMETERS
            .into_iter()
            .chain(fields.iter().filter(|f| f.kind != Kind::Geometry).map(|f| f.name))
            .collect();
        asked.only(|name| takes.contains(&name), &takes.join(", "))?;
        for name in PARAMETERS {
            if asked.pairs().filter(|(n, _)| *n == name).count() > 1 {
                return Err(Problem::parameter(name, "is said twice"));
            }
        }
        format_known(asked, &super::FORMATS)?;
        let mark = mark(asked, collection);
        let cursor = asked.parsed::<String>("cursor")?;
        let after = cursor.map(|c| cursor::read(&c, &mark)).transpose()?;
        if after.is_some() && asked.text("offset").is_some() {
            return Err(Problem::parameter(
                "offset",
                "goes with no cursor; follow the link to the next page",
            ));
        }
        let equal = asked
            .pairs()
            .filter_map(|(name, value)| Some((plain(name)?, value.to_owned())))
            .collect();
        Ok(Self {
            crs: Known::asked(asked, "crs")?,
            // More than a page holds is no mistake here: the page ends early and says where it goes on.
            limit: asked.number("limit", USUAL, 1..=usize::MAX)?.min(limits::PAGE_MAX),
            after,
            offset: asked.number("offset", 0, 0..=usize::MAX)?,
            mark,
            bbox: numbers(asked)?,
            bbox_crs: Known::asked(asked, "bbox-crs")?,
            filter: filter(asked)?,
            filter_crs: Known::asked(asked, "filter-crs")?,
            during: asked.parsed::<String>("datetime")?.map(|t| datetime(&t)).transpose()?,
            equal,
            fields,
        })
    }

    /// Does it ask for everything?
    pub fn is_plain(&self) -> bool {
        self.bbox.is_none() && self.filter.is_none() && self.during.is_none() && self.equal.is_empty()
    }

    /// The condition, with its names looked up and its shapes on our ground. Built where it is asked: its shapes carry an index
    /// that stays on one thread.
    pub fn condition(&self) -> Result<Condition, Problem> {
        let find = |name: &str| self.fields.iter().find(|f| f.name == name).map(|f| (*f, f.kind));
        let filter = self.filter.as_ref().map(|parsed| {
            let tongue = self.filter_crs.tongue()?;
            let degrees = |x, y| tongue.degrees(x, y);
            bind(parsed, &find, &super::crs::language(self.filter_crs, &degrees))
                .map_err(|slip| Problem::parameter("filter", slip.to_string()))
        });
        let window = self.bbox.as_ref().map(|numbers| {
            let tongue = self.bbox_crs.tongue()?;
            let degrees = |x, y| tongue.degrees(x, y);
            let language = super::crs::language(self.bbox_crs, &degrees);
            windows(numbers, &language)
                .and_then(|windows| Given::of_windows(&windows))
                .map_err(|slip| Problem::parameter("bbox", slip.to_string()))
        });
        let equal = self.equal.iter().map(|(field, text)| Ok((*field, said(field, text)?)));
        Ok(Condition {
            filter: filter.transpose()?,
            window: window.transpose()?,
            equal: equal.collect::<Result<_, Problem>>()?,
        })
    }
}

/// What items must be like, ready to be asked of each.
pub struct Condition {
    filter: Option<crate::cql2::Filter<Field>>,
    window: Option<Given>,
    equal: Vec<(Field, Value<'static>)>,
}

impl Condition {
    pub fn holds(&self, row: &impl crate::cql2::Row<Field>) -> bool {
        self.equal.iter().all(|(field, value)| row.value(*field) == *value)
            && self.meets(row.ground())
            && self.filter.as_ref().is_none_or(|f| f.holds(row))
    }

    fn meets(&self, ground: &Ground) -> bool {
        self.window.as_ref().is_none_or(|w| w.meets(ground))
    }

    /// The box outside which nothing fits.
    pub fn window(&self) -> Option<geju_core::Envelope> {
        let asked = self.window.as_ref().map(|w| w.envelope);
        let needed = self.filter.as_ref().and_then(|f| f.window());
        // One of the two is narrow enough: the other is looked at item by item.
        needed.or(asked)
    }

    /// Values a field must have in any case.
    pub fn equals(&self) -> impl Iterator<Item = (Field, &Value<'static>)> {
        let of_filter = self.filter.iter().flat_map(|f| f.equals());
        self.equal.iter().map(|(field, value)| (*field, value)).chain(of_filter)
    }
}

/// Everything that decides which items come, in whatever order it was said.
fn mark(asked: &Asked, collection: Collection) -> String {
    let mut said: Vec<(&str, &str)> = asked
        .pairs()
        .filter(|(name, _)| !matches!(*name, "cursor" | "limit" | "offset" | "crs" | "f"))
        .collect();
    said.sort_unstable();
    format!("{}{said:?}", collection.name())
}

fn numbers(asked: &Asked) -> Result<Option<Vec<f64>>, Problem> {
    let Some(text) = asked.parsed::<String>("bbox")? else {
        return Ok(None);
    };
    let numbers: Result<Vec<f64>, _> = text.split(',').take(7).map(|n| n.trim().parse::<f64>()).collect();
    numbers.map(Some).map_err(|_| {
        Problem::parameter(
            "bbox",
            "four numbers are needed: the lower left corner and the upper right one",
        )
    })
}

fn filter(asked: &Asked) -> Result<Option<Parsed>, Problem> {
    let language = asked.parsed::<String>("filter-lang")?;
    let language = language.as_deref().unwrap_or(LANGUAGES[0]);
    let wrong = |(part, why): (&str, String)| Problem::parameter(part, why);
    known_language(language).map_err(wrong)?;
    let Some(text) = asked.parsed::<String>("filter")? else {
        return Ok(None);
    };
    parse(language, &text).map(Some).map_err(wrong)
}

fn known_language(language: &str) -> Result<(), (&'static str, String)> {
    match LANGUAGES.contains(&language) {
        true => Ok(()),
        false => Err(("filter-lang", "is cql2-text or cql2-json".into())),
    }
}

/// Reads a filter in one of the [`LANGUAGES`]; else which parameter is wrong, and why.
pub fn parse(language: &str, filter: &str) -> Result<Parsed, (&'static str, String)> {
    known_language(language)?;
    let parsed = if language == "cql2-json" {
        parse_json(filter)
    } else {
        parse_text(filter)
    };
    parsed.map_err(|slip| ("filter", slip.to_string()))
}

/// `2026-05-01T00:00:00Z`, or two with a slash between; `..` or nothing is an open end.
fn datetime(text: &str) -> Result<Period<'static>, Problem> {
    let instant = |text: &str| parse_instant(text).map_err(|slip| Problem::parameter("datetime", slip.to_string()));
    let end = |text: &str| match text {
        "" | ".." => Ok(None),
        text => instant(text).map(Some),
    };
    let Some((from, to)) = text.split_once('/') else {
        return instant(text).map(Period::instant);
    };
    let period = Period {
        from: end(from)?,
        to: end(to)?,
    };
    match period.is_backward() {
        true => Err(Problem::parameter("datetime", "the end lies before the beginning")),
        false => Ok(period),
    }
}

/// What a parameter says of a field. Nothing said means that nothing is known.
fn said(field: &Field, text: &str) -> Result<Value<'static>, Problem> {
    let wrong = || Problem::parameter(field.name, format!("{} is needed", field.kind.as_str()));
    if text.is_empty() {
        return Ok(Value::Null);
    }
    match field.kind {
        Kind::Text | Kind::Geometry => Ok(Value::Text(text.to_owned().into())),
        Kind::Number => text.parse().map(Value::Number).map_err(|_| wrong()),
        Kind::Bool => match text {
            "true" | "1" => Ok(Value::Bool(true)),
            "false" | "0" => Ok(Value::Bool(false)),
            _ => Err(wrong()),
        },
        Kind::Date => text.parse().map(Value::Date).map_err(|_| wrong()),
        Kind::Timestamp => text.parse().map(Value::Timestamp).map_err(|_| wrong()),
    }
}
