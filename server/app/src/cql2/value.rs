//! Values of rows and of filters, and how they compare.

use jiff::Timestamp;
use jiff::civil::Date;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The kind of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Bool,
    Date,
    Timestamp,
    Geometry,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Text => "a text",
            Kind::Number => "a number",
            Kind::Bool => "true or false",
            Kind::Date => "a date",
            Kind::Timestamp => "a time",
            Kind::Geometry => "a geometry",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    Date(Date),
    Timestamp(Timestamp),
}

impl<'a> Value<'a> {
    pub fn text(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }

    /// The value, or nothing known.
    pub fn or_null<T>(value: Option<T>, make: impl FnOnce(T) -> Value<'a>) -> Self {
        value.map_or(Value::Null, make)
    }

    /// As CASEI has it: two texts that differ in case alone come out equal, ß and SS among them.
    pub fn folded(self) -> Value<'a> {
        match self {
            Value::Text(text) => Value::Text(Cow::Owned(fold(&text))),
            other => other,
        }
    }

    /// Nothing where one is unknown or they are of different kinds.
    pub fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
            (Value::Text(a), Value::Text(b)) => Some(a.as_ref().cmp(b.as_ref())),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

pub fn fold(text: &str) -> String {
    text.to_uppercase().to_lowercase()
}
