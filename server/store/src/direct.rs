//! The file's one writer, spoken to where the caller stands.
//!
//! sqlx keeps SQLite on a thread of its own and hands each statement over and back; a durable write has eight of them, and
//! waiting for the other thread took longer than writing. Here a transaction is a few calls in a row. They hold up the thread
//! they are made on, so a writing desk is only ever sat at where threads may wait (see `desks::aside`).

use crate::cell::{Cell, Line};
use crate::error::Damage;
use crate::schema::Kind;
use crate::shape;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, Row, ToSql};
use sqlx::error::{DatabaseError, ErrorKind};
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use tokio::sync::OwnedMutexGuard;

/// A transaction on the writing connection. Dropped without [`Direct::commit`], it rolls back.
pub(crate) struct Direct(OwnedMutexGuard<Connection>);

impl Direct {
    pub fn begin(connection: OwnedMutexGuard<Connection>) -> Result<Self, sqlx::Error> {
        connection.execute_batch("BEGIN IMMEDIATE").map_err(told)?;
        Ok(Direct(connection))
    }

    pub fn exec(&self, sql: &str, cells: impl IntoIterator<Item = Cell>) -> Result<u64, sqlx::Error> {
        let mut statement = self.prepared(sql, cells)?;
        let rows = statement.raw_execute().map_err(told)?;
        Ok(rows as u64)
    }

    /// Hands over row by row until one cannot be taken.
    pub fn each(
        &self,
        sql: &str,
        cells: impl IntoIterator<Item = Cell>,
        kinds: &[Kind],
        mut hand: impl FnMut(Result<Line, Damage>) -> Result<(), Damage>,
    ) -> Result<Result<(), Damage>, sqlx::Error> {
        let mut statement = self.prepared(sql, cells)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(told)? {
            if let Err(damage) = hand(line(row, kinds)) {
                return Ok(Err(damage));
            }
        }
        Ok(Ok(()))
    }

    pub fn commit(self) -> Result<(), sqlx::Error> {
        self.0.execute_batch("COMMIT").map_err(told)
    }

    /// With its values bound: `$3` is the third of them wherever it stands, `?` the next.
    fn prepared(&self, sql: &str, cells: impl IntoIterator<Item = Cell>) -> Result<CachedStatement<'_>, sqlx::Error> {
        let mut statement = self.0.prepare_cached(sql).map_err(told)?;
        let cells: Vec<Cell> = cells.into_iter().collect();
        for at in 1..=statement.parameter_count() {
            let number = statement
                .parameter_name(at)
                .and_then(|name| name.get(1..)?.parse().ok());
            let Some(cell) = cells.get(number.unwrap_or(at) - 1) else {
                return Err(sqlx::Error::Protocol(format!("no value for parameter {at} of {sql}")));
            };
            statement.raw_bind_parameter(at, cell).map_err(told)?;
        }
        Ok(statement)
    }
}

impl Drop for Direct {
    fn drop(&mut self) {
        // A full disk makes SQLite roll back by itself. Where rolling back fails the connection says so at its next BEGIN.
        if !self.0.is_autocommit() {
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let borrowed = ToSqlOutput::Borrowed;
        Ok(match self {
            Cell::Int(n) => borrowed(n.map_or(ValueRef::Null, ValueRef::Integer)),
            Cell::Text(text) => borrowed(text.as_ref().map_or(ValueRef::Null, |t| ValueRef::Text(t.as_bytes()))),
            Cell::Blob(bytes) => borrowed(bytes.as_ref().map_or(ValueRef::Null, |b| ValueRef::Blob(b))),
            Cell::Ground(Some(ground)) => ToSqlOutput::Owned(Value::Blob(shape::to_gpb(ground))),
            Cell::Ground(None) => borrowed(ValueRef::Null),
        })
    }
}

fn line(row: &Row<'_>, kinds: &[Kind]) -> Result<Line, Damage> {
    let odd = |why: &dyn fmt::Display| Damage(why.to_string());
    let mut cells = Vec::with_capacity(kinds.len());
    for (at, kind) in kinds.iter().enumerate() {
        let value = row.get_ref(at).map_err(|e| odd(&e))?;
        cells.push(match kind {
            Kind::Int => Cell::Int(value.as_i64_or_null().map_err(|e| odd(&e))?),
            Kind::Text | Kind::Date => Cell::Text(value.as_str_or_null().map_err(|e| odd(&e))?.map(str::to_owned)),
            Kind::Blob => Cell::Blob(value.as_blob_or_null().map_err(|e| odd(&e))?.map(<[u8]>::to_vec)),
            Kind::Ground => {
                let blob = value.as_blob_or_null().map_err(|e| odd(&e))?;
                Cell::Ground(blob.map(shape::from_gpb).transpose()?)
            }
        });
    }
    Ok(cells.into())
}

/// In the words of the other drivers, so that one place knows what a full disk and a damaged file are called.
pub(crate) fn told(wrong: rusqlite::Error) -> sqlx::Error {
    let code = match &wrong {
        rusqlite::Error::SqliteFailure(failure, _) => Some(failure.extended_code.to_string()),
        _ => None,
    };
    sqlx::Error::Database(Box::new(Told {
        message: wrong.to_string(),
        code,
    }))
}

#[derive(Debug)]
struct Told {
    message: String,
    code: Option<String>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Told {}

impl DatabaseError for Told {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        self.code.as_deref().map(Cow::Borrowed)
    }

    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}
