//! Division codes, 行政区划代码, and the codes below them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest code taken in: 12 division digits + grid 3 + micro-grid 3 + building and room for a foreign system's own.
pub const MAX_CODE_CHARS: usize = 40;

/// A code as people write it: letters, digits and `-`, `_`, `.`, `/`; no blanks. Unique per kind of place in a ledger,
/// never reused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Code(Box<str>);

/// Why a text is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    #[error("a code may not be empty")]
    Empty,
    #[error("a code has at most {MAX_CODE_CHARS} characters")]
    TooLong,
    #[error("{0:?} may not be in a code: letters, digits, - _ . / only")]
    Character(char),
}

impl Code {
    pub fn new(text: &str) -> Result<Self, BadCode> {
        // Digits and letters typed in full width are the same code.
        let text: String = text
            .trim()
            .chars()
            .map(|c| match c {
                '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '－' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
                _ => c,
            })
            .collect();
        if text.is_empty() {
            return Err(BadCode::Empty);
        }
        if text.chars().count() > MAX_CODE_CHARS {
            return Err(BadCode::TooLong);
        }
        match text
            .chars()
            .find(|c| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/')))
        {
            Some(c) => Err(BadCode::Character(c)),
            None => Ok(Code(text.into_boxed_str())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        Code::new(&text).map_err(serde::de::Error::custom)
    }
}
