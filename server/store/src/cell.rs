//! Values on their way into and out of a database, and how each dialect spells their kinds.

use crate::error::Damage;
use crate::schema::Kind;
use geju_core::Ground;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

/// One value going in or coming out. Absence keeps its kind, which PostgreSQL wants to know.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
    Ground(Option<Ground>),
}

impl Cell {
    /// Ids, seqs and counts stay below 2^53.
    pub fn id(n: u64) -> Cell {
        Cell::Int(i64::try_from(n).ok())
    }
}

impl From<u64> for Cell {
    fn from(n: u64) -> Cell {
        Cell::id(n)
    }
}

impl From<i64> for Cell {
    fn from(n: i64) -> Cell {
        Cell::Int(Some(n))
    }
}

impl From<u32> for Cell {
    fn from(n: u32) -> Cell {
        Cell::Int(Some(n.into()))
    }
}

impl From<i32> for Cell {
    fn from(n: i32) -> Cell {
        Cell::Int(Some(n.into()))
    }
}

impl From<bool> for Cell {
    fn from(yes: bool) -> Cell {
        Cell::Int(Some(yes.into()))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(Some(text.to_owned()))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(Some(text))
    }
}

impl From<&[u8]> for Cell {
    fn from(bytes: &[u8]) -> Cell {
        Cell::Blob(Some(bytes.to_vec()))
    }
}

impl From<&Ground> for Cell {
    fn from(ground: &Ground) -> Cell {
        Cell::Ground(Some(ground.clone()))
    }
}

/// An optional id or number.
pub(crate) fn maybe_id(n: Option<u64>) -> Cell {
    Cell::Int(n.and_then(|n| i64::try_from(n).ok()))
}

/// An optional text.
pub(crate) fn maybe_text(text: Option<&str>) -> Cell {
    Cell::Text(text.map(str::to_owned))
}

/// One row on its way out, read from left to right.
pub(crate) struct Line(std::vec::IntoIter<Cell>);

impl From<Vec<Cell>> for Line {
    fn from(cells: Vec<Cell>) -> Line {
        Line(cells.into_iter())
    }
}

impl Line {
    pub fn int_opt(&mut self) -> Result<Option<i64>, Damage> {
        match self.0.next() {
            Some(Cell::Int(n)) => Ok(n),
            other => Err(format!("a number was expected, not {other:?}").into()),
        }
    }

    pub fn id_opt(&mut self) -> Result<Option<u64>, Damage> {
        self.int_opt()?
            .map(|n| u64::try_from(n).map_err(Damage::from))
            .transpose()
    }

    pub fn id(&mut self) -> Result<u64, Damage> {
        self.id_opt()?.ok_or_else(|| "a number is missing".into())
    }

    pub fn int(&mut self) -> Result<i64, Damage> {
        self.int_opt()?.ok_or_else(|| "a number is missing".into())
    }

    pub fn yes(&mut self) -> Result<bool, Damage> {
        Ok(self.int()? != 0)
    }

    pub fn text_opt(&mut self) -> Result<Option<String>, Damage> {
        match self.0.next() {
            Some(Cell::Text(text)) => Ok(text),
            other => Err(format!("a text was expected, not {other:?}").into()),
        }
    }

    pub fn text(&mut self) -> Result<String, Damage> {
        self.text_opt()?.ok_or_else(|| "a text is missing".into())
    }

    pub fn blob(&mut self) -> Result<Vec<u8>, Damage> {
        match self.0.next() {
            Some(Cell::Blob(Some(bytes))) => Ok(bytes),
            other => Err(format!("bytes were expected, not {other:?}").into()),
        }
    }

    pub fn ground(&mut self) -> Result<Ground, Damage> {
        self.ground_opt()?.ok_or_else(|| "ground is missing".into())
    }

    pub fn ground_opt(&mut self) -> Result<Option<Ground>, Damage> {
        match self.0.next() {
            Some(Cell::Ground(ground)) => Ok(ground),
            other => Err(format!("ground was expected, not {other:?}").into()),
        }
    }

    pub fn rest(self) -> Vec<Cell> {
        self.0.collect()
    }
}

/// SQLite's word for a kind; a GeoPackage reader takes column types from them.
pub(crate) fn sqlite_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "INTEGER",
        Kind::Text => "TEXT",
        Kind::Date => "DATE",
        Kind::Blob => "BLOB",
        Kind::Ground => "GEOMETRY",
    }
}

/// PostgreSQL's word for a kind, as it stands in a statement.
pub(crate) fn pg_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "bigint",
        Kind::Text | Kind::Date => "text",
        Kind::Blob => "bytea",
        Kind::Ground => "geometry",
    }
}

/// A geometry on PostgreSQL's wire.
pub(crate) struct Ewkb(pub Vec<u8>);

impl Type<Postgres> for Ewkb {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("geometry")
    }
}

impl PgHasArrayType for Ewkb {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("_geometry")
    }
}

impl Encode<'_, Postgres> for Ewkb {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        buf.extend_from_slice(&self.0);
        Ok(sqlx::encode::IsNull::No)
    }
}

impl Decode<'_, Postgres> for Ewkb {
    fn decode(value: PgValueRef<'_>) -> Result<Self, sqlx::error::BoxDynError> {
        if value.format() != PgValueFormat::Binary {
            return Err("a geometry came as text".into());
        }
        Ok(Ewkb(value.as_bytes()?.to_vec()))
    }
}
