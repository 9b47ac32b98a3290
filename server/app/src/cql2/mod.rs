//! CQL2, the filter language of OGC (21-065r2), as text and as JSON: read, bound to fields and their types, and asked of rows.
//!
//! It knows neither HTTP nor governance. The reading is our own because a filter comes from whoever asks: every depth, count
//! and length is bounded while reading, before anything is built from it.

mod ast;
mod bind;
mod filter;
mod json;
mod lex;
mod like;
mod space;
mod text;
mod time;
mod value;
mod wkt;

pub use bind::{Language, bind};
pub use filter::{Filter, Row};
pub use json::parse_json;
pub use space::{Given, windows};
pub use text::parse_text;
pub use time::{Period, parse_instant};
pub use value::{Kind, Value};

use ast::Expr;

/// Bytes of one filter. Addresses end at 32 KiB with everything else in them; the longest honest filter is an outline of some
/// hundred corners.
pub const BYTES_MAX: usize = 16 * 1024;
/// Predicates, operands and list entries of one filter together: what a form with every field filled in makes, ten times over.
pub const NODES_MAX: usize = 1_000;
/// Nesting of brackets, NOT and functions: people nest three deep, programs ten.
pub const DEPTH_MAX: usize = 32;
/// Corners of all shapes in one filter.
pub const VERTICES_MAX: usize = 2_000;
/// Values in one IN list.
pub const LIST_MAX: usize = 500;
/// Wildcards in one LIKE pattern: matching costs no more than text times pattern, and nobody types so many.
pub const WILDCARDS_MAX: usize = 16;
/// Characters of one LIKE pattern: as long as the longest name.
pub const PATTERN_CHARS_MAX: usize = 200;

/// What is wrong with a filter, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}{}", at.map_or(String::new(), |at| format!(" (at character {})", at + 1)))]
pub struct Slip {
    pub why: String,
    at: Option<usize>,
}

impl Slip {
    fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            at: None,
        }
    }

    fn at(at: usize, why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            at: Some(at),
        }
    }
}

/// A filter as it was read: sound in form, its names not looked up yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed(Expr);

/// What is left of a filter's allowance while it is read.
struct Allowance {
    nodes: usize,
    vertices: usize,
}

impl Allowance {
    fn whole() -> Self {
        Self {
            nodes: NODES_MAX,
            vertices: VERTICES_MAX,
        }
    }

    fn node(&mut self) -> Result<(), Slip> {
        self.nodes = self
            .nodes
            .checked_sub(1)
            .ok_or_else(|| Slip::new(format!("the filter has more than {NODES_MAX} parts")))?;
        Ok(())
    }

    fn vertex(&mut self) -> Result<(), Slip> {
        self.vertices = self
            .vertices
            .checked_sub(1)
            .ok_or_else(|| Slip::new(format!("the filter's shapes have more than {VERTICES_MAX} corners")))?;
        Ok(())
    }
}

/// One level deeper, where that is still allowed.
fn deeper(depth: usize) -> Result<usize, Slip> {
    if depth >= DEPTH_MAX {
        return Err(Slip::new(format!("the filter nests deeper than {DEPTH_MAX}")));
    }
    Ok(depth + 1)
}

fn short_enough(filter: &str) -> Result<(), Slip> {
    if filter.len() > BYTES_MAX {
        return Err(Slip::new(format!("the filter has more than {BYTES_MAX} bytes")));
    }
    Ok(())
}

/// A name as it may be repeated to whoever asked.
fn told(name: &str) -> String {
    format!("{:?}", name.chars().take(60).collect::<String>())
}
