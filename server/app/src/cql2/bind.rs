//! Names and values of a filter brought together: every field must be known, every value of its field's kind.

use super::ast::{Comparison, Expr, Moment, Relation, Scalar, Shape};
use super::filter::{Filter, Node, Side, Stretch, Term};
use super::like::Pattern;
use super::space::{Given, windows};
use super::time::{begin_of, day_beginning_at, parse_instant};
use super::value::{Kind, Value};
use super::{Parsed, Slip, told};

/// How a filter's coordinates are meant.
pub struct Language<'a> {
    /// To WGS84 lon/lat.
    pub degrees: &'a dyn Fn(f64, f64) -> Result<[f64; 2], String>,
    /// Longitudes go round: a box may cross the date line.
    pub wraps: bool,
}

/// Looks every name up and turns every value into its field's kind.
pub fn bind<F: Copy>(
    parsed: &Parsed,
    find: &dyn Fn(&str) -> Option<(F, Kind)>,
    language: &Language<'_>,
) -> Result<Filter<F>, Slip> {
    let mut binder = Binder {
        find,
        language,
        shapes: Vec::new(),
    };
    let root = binder.expr(&parsed.0)?;
    Ok(Filter {
        root,
        shapes: binder.shapes,
    })
}

struct Binder<'a, F> {
    find: &'a dyn Fn(&str) -> Option<(F, Kind)>,
    language: &'a Language<'a>,
    shapes: Vec<Given>,
}

impl<F: Copy> Binder<'_, F> {
    fn field(&self, name: &str) -> Result<(F, Kind), Slip> {
        (self.find)(name).ok_or_else(|| {
            Slip::new(format!(
                "there is no queryable {}; the queryables of this collection list them",
                told(name)
            ))
        })
    }

    fn expr(&mut self, expr: &Expr) -> Result<Node<F>, Slip> {
        Ok(match expr {
            Expr::Literal(yes) => Node::Literal(*yes),
            Expr::And(all) => Node::And(all.iter().map(|e| self.expr(e)).collect::<Result<_, _>>()?),
            Expr::Or(all) => Node::Or(all.iter().map(|e| self.expr(e)).collect::<Result<_, _>>()?),
            Expr::Not(inner) => Node::Not(Box::new(self.expr(inner)?)),
            Expr::Compare(how, a, b) => {
                let kind = self.common_kind(&[a, b])?;
                let ordered = !matches!(how, Comparison::Equal | Comparison::NotEqual);
                if ordered && kind == Kind::Bool {
                    return Err(Slip::new("true and false are equal or not; neither is greater"));
                }
                Node::Compare(*how, self.term(a, kind)?, self.term(b, kind)?)
            }
            Expr::Like { value, pattern } => {
                let (pattern, folded) = match pattern {
                    Scalar::Text(text) => (text, false),
                    Scalar::Folded(inner) => match &**inner {
                        Scalar::Text(text) => (text, true),
                        _ => return Err(Slip::new("a LIKE pattern is a text in single quotes")),
                    },
                    _ => return Err(Slip::new("a LIKE pattern is a text in single quotes")),
                };
                // A folded value meets a folded pattern, whichever of the two said so.
                let folded = folded || matches!(value, Scalar::Folded(_));
                Node::Like(self.term(value, Kind::Text)?, Pattern::read(pattern, folded)?)
            }
            Expr::Between(value, low, high) => {
                let kind = self.common_kind(&[value, low, high])?;
                if kind == Kind::Bool {
                    return Err(Slip::new("nothing lies between true and false"));
                }
                Node::Between(self.term(value, kind)?, self.term(low, kind)?, self.term(high, kind)?)
            }
            Expr::In(value, list) => {
                let all: Vec<&Scalar> = std::iter::once(value).chain(list).collect();
                let kind = self.common_kind(&all)?;
                let list = list.iter().map(|v| self.term(v, kind)).collect::<Result<_, _>>()?;
                Node::In(self.term(value, kind)?, list)
            }
            Expr::IsNull(value) => match self.kind(value)? {
                // Everything on the map has its ground.
                Some(Kind::Geometry) => Node::Literal(false),
                Some(kind) => Node::IsNull(self.term(value, kind)?),
                None => Node::Literal(false),
            },
            Expr::Spatial(relation, a, b) => self.spatial(*relation, a, b)?,
            Expr::Temporal(order, a, b) => Node::Temporal(*order, self.stretch(a)?, self.stretch(b)?),
        })
    }

    /// The kind of a field; nothing for a value said outright.
    fn kind(&self, scalar: &Scalar) -> Result<Option<Kind>, Slip> {
        match scalar {
            Scalar::Property(name) => self.field(name).map(|(_, kind)| Some(kind)),
            Scalar::Folded(inner) => self.kind(inner),
            _ => Ok(None),
        }
    }

    /// What kind all of these are compared as: that of the fields among them, which must agree, else of the first value.
    fn common_kind(&self, all: &[&Scalar]) -> Result<Kind, Slip> {
        let mut found = None;
        for scalar in all {
            match (self.kind(scalar)?, found) {
                (Some(Kind::Geometry), _) => {
                    return Err(Slip::new(
                        "a geometry is asked with S_INTERSECTS and its like, not compared",
                    ));
                }
                (Some(kind), Some(other)) if kind != other => {
                    return Err(Slip::new(format!(
                        "{} cannot be compared with {}",
                        other.as_str(),
                        kind.as_str()
                    )));
                }
                (Some(kind), _) => found = Some(kind),
                (None, _) => {}
            }
        }
        match (found, all.first()) {
            (Some(kind), _) => Ok(kind),
            (None, Some(first)) => own_kind(first),
            (None, None) => Err(Slip::new("there is nothing to compare")),
        }
    }

    fn term(&self, scalar: &Scalar, kind: Kind) -> Result<Term<F>, Slip> {
        Ok(match scalar {
            Scalar::Property(name) => {
                let (field, own) = self.field(name)?;
                if own != kind {
                    return Err(Slip::new(format!(
                        "{} is {}, not {}",
                        told(name),
                        own.as_str(),
                        kind.as_str()
                    )));
                }
                Term::Field(field, false)
            }
            Scalar::Folded(inner) => {
                if kind != Kind::Text {
                    return Err(Slip::new(format!("CASEI takes a text, not {}", kind.as_str())));
                }
                match self.term(inner, kind)? {
                    Term::Field(field, _) => Term::Field(field, true),
                    Term::Value(value) => Term::Value(value.folded()),
                }
            }
            value => Term::Value(coerced(value, kind)?),
        })
    }

    fn spatial(&mut self, relation: Relation, a: &Shape, b: &Shape) -> Result<Node<F>, Slip> {
        Ok(match (self.side(a)?, self.side(b)?) {
            (Side::Own, Side::Given(shape)) => Node::Spatial(relation, shape),
            (Side::Given(shape), Side::Own) => Node::Spatial(relation.turned(), shape),
            // One and the same ground.
            (Side::Own, Side::Own) => Node::Literal(matches!(
                relation,
                Relation::Intersects | Relation::Equals | Relation::Within | Relation::Contains
            )),
            (Side::Given(a), Side::Given(b)) => Node::Literal(self.shapes[a].lies(relation, &self.shapes[b])),
        })
    }

    fn side(&mut self, shape: &Shape) -> Result<Side, Slip> {
        let given = match shape {
            Shape::Property(name) => {
                let (_, kind) = self.field(name)?;
                return match kind {
                    Kind::Geometry => Ok(Side::Own),
                    other => Err(Slip::new(format!(
                        "{} is {}, not a geometry",
                        told(name),
                        other.as_str()
                    ))),
                };
            }
            Shape::Box(numbers) => Given::of_windows(&windows(numbers, self.language)?)?,
            Shape::Geometry(geometry) => Given::read(geometry, self.language)?,
        };
        self.shapes.push(given);
        Ok(Side::Given(self.shapes.len() - 1))
    }

    fn stretch(&self, moment: &Moment) -> Result<Stretch<F>, Slip> {
        let end = |end: &Option<Scalar>| end.as_ref().map(|e| self.instant(e)).transpose();
        Ok(match moment {
            Moment::Instant(at) => {
                let at = self.instant(at)?;
                Stretch {
                    from: Some(at.clone()),
                    to: Some(at),
                }
            }
            Moment::Interval(from, to) => Stretch {
                from: end(from)?,
                to: end(to)?,
            },
        })
    }

    fn instant(&self, scalar: &Scalar) -> Result<Term<F>, Slip> {
        match self.kind(scalar)? {
            Some(kind @ (Kind::Date | Kind::Timestamp)) => self.term(scalar, kind),
            Some(other) => Err(Slip::new(format!("a date or a time is needed, not {}", other.as_str()))),
            None => match scalar {
                Scalar::Text(text) | Scalar::Date(text) | Scalar::Timestamp(text) => {
                    parse_instant(text).map(Term::Value)
                }
                _ => Err(Slip::new("a date or a time is needed")),
            },
        }
    }
}

fn own_kind(scalar: &Scalar) -> Result<Kind, Slip> {
    Ok(match scalar {
        Scalar::Text(_) => Kind::Text,
        Scalar::Number(_) => Kind::Number,
        Scalar::Bool(_) => Kind::Bool,
        Scalar::Date(_) => Kind::Date,
        Scalar::Timestamp(_) => Kind::Timestamp,
        Scalar::Folded(inner) => return own_kind(inner),
        Scalar::Property(name) => return Err(Slip::new(format!("there is no queryable {}", told(name)))),
    })
}

/// A value said outright, as the kind that is needed.
pub fn coerced(scalar: &Scalar, kind: Kind) -> Result<Value<'static>, Slip> {
    let wrong = |is: &str, hint: &str| Err(Slip::new(format!("{} is needed, not {is}{hint}", kind.as_str())));
    match (scalar, kind) {
        (Scalar::Text(text), Kind::Text) => Ok(Value::Text(text.clone().into())),
        (Scalar::Number(number), Kind::Number) => Ok(Value::Number(*number)),
        (Scalar::Bool(yes), Kind::Bool) => Ok(Value::Bool(*yes)),
        // Programs without a kind of their own for it write 0 and 1.
        (Scalar::Number(0.0), Kind::Bool) => Ok(Value::Bool(false)),
        (Scalar::Number(1.0), Kind::Bool) => Ok(Value::Bool(true)),
        (Scalar::Text(text) | Scalar::Date(text) | Scalar::Timestamp(text), Kind::Date) => match parse_instant(text)? {
            Value::Timestamp(time) => match day_beginning_at(time) {
                Some(day) => Ok(Value::Date(day)),
                None => wrong("a time", ": write DATE('2026-05-01')"),
            },
            day => Ok(day),
        },
        (Scalar::Text(text) | Scalar::Date(text) | Scalar::Timestamp(text), Kind::Timestamp) => {
            match parse_instant(text)? {
                Value::Date(day) => begin_of(day)
                    .map(Value::Timestamp)
                    .ok_or_else(|| Slip::new("this day is out of all reckoning")),
                time => Ok(time),
            }
        }
        (Scalar::Text(_), _) => wrong("a text", ": write it without quotes"),
        (Scalar::Number(_), _) => wrong("a number", ""),
        (Scalar::Bool(_), _) => wrong("true or false", ""),
        (Scalar::Date(_) | Scalar::Timestamp(_), _) => wrong("a time", ""),
        (Scalar::Property(_) | Scalar::Folded(_), _) => wrong("a name", ""),
    }
}
