//! The tree both encodings are read into. Depth is bounded by the readers, so it may be walked by recursion.

use geo_types::Geometry;

#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Literal(bool),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Compare(Comparison, Scalar, Scalar),
    Like { value: Scalar, pattern: Scalar },
    Between(Scalar, Scalar, Scalar),
    In(Scalar, Vec<Scalar>),
    IsNull(Scalar),
    Spatial(Relation, Shape, Shape),
    Temporal(Order, Moment, Moment),
}

impl Expr {
    pub fn negated_if(self, negated: bool) -> Expr {
        if negated { Expr::Not(Box::new(self)) } else { self }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "=" => Comparison::Equal,
            "<>" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        })
    }
}

/// One value: of a property, or said outright.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    Property(String),
    Text(String),
    Number(f64),
    Bool(bool),
    Date(String),
    Timestamp(String),
    /// CASEI: case does not matter.
    Folded(Box<Scalar>),
}

/// How two shapes lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Intersects,
    Equals,
    Disjoint,
    Touches,
    Within,
    Overlaps,
    Crosses,
    Contains,
}

impl Relation {
    /// By its name in JSON; in text it is the same in capitals.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "s_intersects" => Relation::Intersects,
            "s_equals" => Relation::Equals,
            "s_disjoint" => Relation::Disjoint,
            "s_touches" => Relation::Touches,
            "s_within" => Relation::Within,
            "s_overlaps" => Relation::Overlaps,
            "s_crosses" => Relation::Crosses,
            "s_contains" => Relation::Contains,
            _ => return None,
        })
    }

    /// The same relation told from the other shape.
    pub fn turned(self) -> Self {
        match self {
            Relation::Within => Relation::Contains,
            Relation::Contains => Relation::Within,
            other => other,
        }
    }
}

/// A shape: of a property, or said outright in the filter's coordinate system.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Property(String),
    Geometry(Box<Geometry<f64>>),
    Box(Vec<f64>),
}

/// How two times lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

impl Order {
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "t_after" => Order::After,
            "t_before" => Order::Before,
            "t_contains" => Order::Contains,
            "t_disjoint" => Order::Disjoint,
            "t_during" => Order::During,
            "t_equals" => Order::Equals,
            "t_finishedby" => Order::FinishedBy,
            "t_finishes" => Order::Finishes,
            "t_intersects" => Order::Intersects,
            "t_meets" => Order::Meets,
            "t_metby" => Order::MetBy,
            "t_overlappedby" => Order::OverlappedBy,
            "t_overlaps" => Order::Overlaps,
            "t_startedby" => Order::StartedBy,
            "t_starts" => Order::Starts,
            _ => return None,
        })
    }
}

/// A moment or a stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    Instant(Scalar),
    /// From, to; absent: open.
    Interval(Option<Scalar>, Option<Scalar>),
}
