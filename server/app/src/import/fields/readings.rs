//! How the cells of a table are read as values of an archive; `None` where a cell means nothing there.

use crate::import::values;
use geju_formats::RawValue;
use serde_json::{Value, json};

pub fn count(v: &RawValue) -> Option<Value> {
    values::count(v).map(|n| json!(n))
}

pub fn small(v: &RawValue) -> Option<Value> {
    values::floors(v)
        .filter(|n| *n <= u32::from(u16::MAX))
        .map(|n| json!(n))
}

pub fn year(v: &RawValue) -> Option<Value> {
    values::year(v).map(|n| json!(n))
}

pub fn words(v: &RawValue) -> Option<Value> {
    values::meant(v).map(Value::String)
}

pub fn truth(v: &RawValue) -> Option<Value> {
    values::truth(v).map(Value::Bool)
}

pub fn compound_kind(v: &RawValue) -> Option<Value> {
    values::compound_kind(v).map(|k| json!(k.as_str()))
}

pub fn tier(v: &RawValue) -> Option<Value> {
    values::grid_tier(v).map(|t| json!(t.as_str()))
}

pub fn list(v: &RawValue) -> Option<Value> {
    let words = values::words(v);
    (!words.is_empty()).then(|| json!(words))
}

/// A list of records, as an export writes it: JSON in a text.
pub fn records(v: &RawValue) -> Option<Value> {
    let read: Value = serde_json::from_str(&v.text()?).ok()?;
    let all = read.as_array()?;
    all.iter().all(Value::is_object).then_some(read)
}
