//! A filter ready to be asked. Three answers: it holds, it does not, or a value it needs is unknown.

use super::ast::{Comparison, Order, Relation};
use super::like::Pattern;
use super::space::Given;
use super::time::Period;
use super::value::Value;
use geju_core::{Envelope, Ground};
use std::cmp::Ordering;

/// What a filter looks at.
pub trait Row<F> {
    fn value(&self, field: F) -> Value<'_>;
    fn ground(&self) -> &Ground;
}

pub struct Filter<F> {
    pub(super) root: Node<F>,
    pub(super) shapes: Vec<Given>,
}

pub(super) enum Node<F> {
    Literal(bool),
    And(Vec<Node<F>>),
    Or(Vec<Node<F>>),
    Not(Box<Node<F>>),
    Compare(Comparison, Term<F>, Term<F>),
    Like(Term<F>, Pattern),
    Between(Term<F>, Term<F>, Term<F>),
    In(Term<F>, Vec<Term<F>>),
    IsNull(Term<F>),
    /// Relation of the row's ground to one of the filter's shapes.
    Spatial(Relation, usize),
    Temporal(Order, Stretch<F>, Stretch<F>),
}

#[derive(Clone)]
pub(super) enum Term<F> {
    /// A field, and whether its case matters not.
    Field(F, bool),
    Value(Value<'static>),
}

pub(super) enum Side {
    Own,
    Given(usize),
}

/// From, to; absent: open.
pub(super) struct Stretch<F> {
    pub from: Option<Term<F>>,
    pub to: Option<Term<F>>,
}

impl<F: Copy> Filter<F> {
    /// Does it hold for this row? What is unknown does not.
    pub fn holds(&self, row: &impl Row<F>) -> bool {
        self.judge(&self.root, row) == Some(true)
    }

    fn judge(&self, node: &Node<F>, row: &impl Row<F>) -> Option<bool> {
        match node {
            Node::Literal(yes) => Some(*yes),
            Node::And(all) => {
                let mut unknown = false;
                for part in all {
                    match self.judge(part, row) {
                        Some(false) => return Some(false),
                        None => unknown = true,
                        Some(true) => {}
                    }
                }
                (!unknown).then_some(true)
            }
            Node::Or(all) => {
                let mut unknown = false;
                for part in all {
                    match self.judge(part, row) {
                        Some(true) => return Some(true),
                        None => unknown = true,
                        Some(false) => {}
                    }
                }
                (!unknown).then_some(false)
            }
            Node::Not(inner) => self.judge(inner, row).map(|yes| !yes),
            Node::Compare(how, a, b) => compare(*how, &a.of(row), &b.of(row)),
            Node::Like(value, pattern) => match value.of(row) {
                Value::Text(text) => Some(pattern.matches(&text)),
                _ => None,
            },
            Node::Between(value, low, high) => {
                let value = value.of(row);
                let above = compare(Comparison::GreaterOrEqual, &value, &low.of(row))?;
                let below = compare(Comparison::LessOrEqual, &value, &high.of(row))?;
                Some(above && below)
            }
            Node::In(value, list) => {
                let value = value.of(row);
                let mut unknown = value == Value::Null;
                for one in list {
                    match compare(Comparison::Equal, &value, &one.of(row)) {
                        Some(true) => return Some(true),
                        None => unknown = true,
                        Some(false) => {}
                    }
                }
                (!unknown).then_some(false)
            }
            Node::IsNull(value) => Some(value.of(row) == Value::Null),
            Node::Spatial(relation, shape) => Some(self.shapes[*shape].holds(*relation, row.ground())),
            Node::Temporal(order, a, b) => a.of(row)?.lies(*order, &b.of(row)?),
        }
    }

    /// The box outside which nothing fits, where one follows from what must hold in any case.
    pub fn window(&self) -> Option<Envelope> {
        let mut found: Option<Envelope> = None;
        for node in self.needed() {
            if let Node::Spatial(relation, shape) = node
                && *relation != Relation::Disjoint
            {
                let window = self.shapes[*shape].envelope;
                // The smaller of two is narrow enough: the rest is looked at row by row.
                if found.is_none_or(|f| span(window) < span(f)) {
                    found = Some(window);
                }
            }
        }
        found
    }

    /// Fields that must equal a value in any case.
    pub fn equals(&self) -> impl Iterator<Item = (F, &Value<'static>)> {
        self.needed().filter_map(|node| match node {
            Node::Compare(Comparison::Equal, Term::Field(field, false), Term::Value(value))
            | Node::Compare(Comparison::Equal, Term::Value(value), Term::Field(field, false)) => Some((*field, value)),
            _ => None,
        })
    }

    /// What must hold whatever else does.
    fn needed(&self) -> impl Iterator<Item = &Node<F>> {
        let mut waiting = vec![&self.root];
        std::iter::from_fn(move || {
            loop {
                match waiting.pop()? {
                    Node::And(all) => waiting.extend(all),
                    node => return Some(node),
                }
            }
        })
    }
}

fn span(window: Envelope) -> i64 {
    let wide = i64::from(window.max.lon) - i64::from(window.min.lon);
    let high = i64::from(window.max.lat) - i64::from(window.min.lat);
    wide.saturating_mul(high)
}

impl<F: Copy> Term<F> {
    fn of<'a>(&'a self, row: &'a impl Row<F>) -> Value<'a> {
        match self {
            Term::Field(field, false) => row.value(*field),
            Term::Field(field, true) => row.value(*field).folded(),
            Term::Value(value) => value.clone(),
        }
    }
}

impl<F: Copy> Stretch<F> {
    /// Nothing where an end that should be there is unknown.
    fn of<'a>(&'a self, row: &'a impl Row<F>) -> Option<Period<'a>> {
        let end = |end: &'a Option<Term<F>>| match end {
            None => Some(None),
            Some(term) => match term.of(row) {
                Value::Null => None,
                value => Some(Some(value)),
            },
        };
        Some(Period {
            from: end(&self.from)?,
            to: end(&self.to)?,
        })
    }
}

fn compare(how: Comparison, a: &Value<'_>, b: &Value<'_>) -> Option<bool> {
    let order = a.compare(b)?;
    Some(match how {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    })
}
