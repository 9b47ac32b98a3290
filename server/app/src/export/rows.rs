//! Places and matters as rows.

use super::columns::Columns;
use crate::auth::Asker;
use crate::http::{people_fields, sees_figures};
use crate::import::columns_out::joined;
use geju_core::matter::Matter;
use geju_core::place::SourceRef;
use geju_core::world::Standing;
use geju_core::{Alert, Ground, Hazard, Issue, LonLat, PlaceKind, Placed, World};
use geju_formats::RawValue;
use geju_formats::write::Row;
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Point, Polygon};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// What is told of a place and does not stand in it; looked up under the lock.
pub struct Beside {
    pub sees_people: bool,
    above: Vec<(PlaceKind, Box<str>)>,
}

impl Beside {
    pub fn of(world: &World, placed: &Placed, asker: &Asker) -> Self {
        let above = world
            .ancestors(&placed.parents)
            .into_iter()
            .filter_map(|id| world.place(id));
        let word = |p: &Placed| {
            p.place
                .code
                .as_ref()
                .map_or_else(|| p.place.name.clone(), |c| c.as_str().into())
        };
        Self {
            sees_people: sees_figures(world, placed, asker, &world.ancestors(&placed.parents)),
            above: above.map(|p| (p.place.kind(), word(p))).collect(),
        }
    }
}

fn text(text: &str) -> RawValue {
    if text.is_empty() {
        RawValue::Null
    } else {
        RawValue::Text(text.to_owned())
    }
}

fn maybe(word: Option<&str>) -> RawValue {
    word.map_or(RawValue::Null, text)
}

fn moment(at: Option<Timestamp>) -> RawValue {
    at.map_or(RawValue::Null, |at| RawValue::Text(at.to_string()))
}

fn whole(n: u64) -> RawValue {
    RawValue::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

pub fn of_place(columns: &Columns, placed: &Arc<Placed>, beside: &Beside) -> Row {
    let place = &placed.place;
    let archive = place.archive.to_json().unwrap_or(Value::Null);
    let withheld = if beside.sees_people {
        &[][..]
    } else {
        people_fields(columns.kind)
    };
    let field = |path: &str| {
        let section = path.split('.').next().unwrap_or(path);
        if withheld.contains(&section) {
            return RawValue::Null;
        }
        let found = path.split('.').try_fold(&archive, |at, part| at.get(part));
        found.map_or(RawValue::Null, value)
    };
    let mut values = vec![
        whole(place.id.0),
        text(columns.kind.as_str()),
        maybe(place.code.as_ref().map(|c| c.as_str())),
        text(&place.name),
        maybe(place.address.as_deref()),
        joined(place.tags.iter().map(|t| &**t)).map_or(RawValue::Null, RawValue::Text),
        RawValue::Text(place.effective_from.to_string()),
    ];
    values.extend(columns.archive.iter().map(|f| field(f.path)));
    let above = |kind: &PlaceKind| beside.above.iter().find(|(k, _)| k == kind).map(|(_, word)| &**word);
    values.extend(columns.holders.iter().map(|kind| maybe(above(kind))));
    values.extend(source(place.source.as_ref()));
    values.push(
        place
            .checked_on
            .map_or(RawValue::Null, |day| RawValue::Text(day.to_string())),
    );
    values.push(whole(place.version.into()));
    let area = place.ground.outline().map(|o| (o.area().0 * 10.0).round() / 10.0);
    values.push(area.map_or(RawValue::Null, RawValue::Float));
    Row {
        id: place.id.0,
        geometry: geometry(&place.ground),
        spot: placed.inner.to_degrees(),
        values,
    }
}

/// A value of an archive. Lists of words are joined, lists of records stay JSON in a text.
fn value(found: &Value) -> RawValue {
    match found {
        Value::Null => RawValue::Null,
        Value::Bool(yes) => RawValue::Bool(*yes),
        Value::Number(n) => n
            .as_i64()
            .map_or_else(|| n.as_f64().map_or(RawValue::Null, RawValue::Float), RawValue::Int),
        Value::String(word) => text(word),
        Value::Array(all) => {
            let words: Option<Vec<&str>> = all.iter().map(Value::as_str).collect();
            match words {
                Some(words) => joined(words.into_iter()).map_or(RawValue::Null, RawValue::Text),
                None => RawValue::Text(found.to_string()),
            }
        }
        Value::Object(_) => RawValue::Text(found.to_string()),
    }
}

fn source(from: Option<&SourceRef>) -> [RawValue; 2] {
    [maybe(from.map(|s| &*s.name)), maybe(from.map(|s| &*s.id))]
}

/// What every matter tells, in the order of its columns.
struct Words<'a> {
    level: RawValue,
    text: Option<&'a str>,
    state: RawValue,
    expires: Option<Timestamp>,
    source: Option<&'a SourceRef>,
}

fn of_matter<M: Matter>(standing: &Standing<M>, words: Words<'_>) -> Row {
    let matter = &standing.matter;
    let mut values = vec![
        whole(matter.id().0),
        text(M::KIND.as_str()),
        text(matter.title()),
        text(matter.category()),
        words.level,
        maybe(words.text),
        words.state,
        moment(Some(matter.begun())),
        moment(matter.ended()),
        moment(words.expires),
    ];
    values.extend(source(words.source));
    Row {
        id: matter.id().0,
        geometry: geometry(matter.ground()),
        spot: standing.inner.to_degrees(),
        values,
    }
}

/// The word of a state, as it travels in JSON.
fn state(state: impl serde::Serialize) -> RawValue {
    serde_json::to_value(state).map_or(RawValue::Null, |v| value(&v))
}

pub fn of_hazard(standing: &Standing<Hazard>) -> Row {
    let hazard = &standing.matter;
    let words = Words {
        level: RawValue::Null,
        text: hazard.text.as_deref(),
        state: state(hazard.state),
        expires: None,
        source: hazard.source.as_ref(),
    };
    of_matter(standing, words)
}

pub fn of_alert(standing: &Standing<Alert>) -> Row {
    let alert = &standing.matter;
    let words = Words {
        level: whole(u8::from(alert.level).into()),
        text: alert.text.as_deref(),
        state: state(alert.state),
        expires: alert.expires,
        source: alert.source.as_ref(),
    };
    of_matter(standing, words)
}

/// Who reported an issue never leaves.
pub fn of_issue(standing: &Standing<Issue>) -> Row {
    let issue = &standing.matter;
    let words = Words {
        level: RawValue::Null,
        text: issue.text.as_deref(),
        state: state(issue.state),
        expires: None,
        source: issue.source.as_ref(),
    };
    of_matter(standing, words)
}

fn geometry(ground: &Ground) -> Geometry<f64> {
    let outline = match ground {
        Ground::Point(p) => {
            let [lon, lat] = p.to_degrees();
            return Point::new(lon, lat).into();
        }
        Ground::Outline(outline) => outline,
    };
    let line = |vertices: &[LonLat]| -> LineString<f64> {
        let closed = vertices.iter().chain(vertices.first());
        closed
            .map(|p| {
                let [x, y] = p.to_degrees();
                Coord { x, y }
            })
            .collect()
    };
    let mut parts: Vec<Polygon<f64>> = outline
        .parts()
        .iter()
        .map(|part| {
            let holes = part.holes.iter().map(|hole| line(hole.vertices())).collect();
            Polygon::new(line(part.shell.vertices()), holes)
        })
        .collect();
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only.into(),
        (_, last) => {
            parts.extend(last);
            MultiPolygon(parts).into()
        }
    }
}
