//! One transaction on either database, so that everything above is written once and both stores agree.
//!
//! SQL here is what both dialects read the same way, with `$1` … as places for values; `$1` is always the ledger.

use crate::error::{Damage, StoreError};
use crate::schema::{Kind, Table};
use crate::shape;
use futures_util::TryStreamExt;
use geju_core::Ground;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgRow, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Decode, Encode, Postgres, Row, Sqlite, Transaction, Type};
use std::sync::Arc;

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

pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
}

/// One transaction with what its errors need to say. Dropped without [`Desk::commit`], it rolls back.
pub(crate) struct Desk {
    pub tx: Tx,
    /// The ledger's id, `$1` of every statement.
    pub ledger: Arc<str>,
    /// The file or the address without its password.
    pub store: Arc<str>,
    pub doing: &'static str,
}

/// Rows of one INSERT statement on SQLite: 16 columns × 50 stay far below its 32,766 values, and the text stays small
/// enough to be prepared once and kept.
const SQLITE_ROWS: usize = 50;
/// Rows of one INSERT … unnest on PostgreSQL: a few megabytes of arrays at a time.
pub(crate) const PG_ROWS: usize = 5_000;

type SqliteQuery<'q> = Query<'q, Sqlite, SqliteArguments>;

fn sqlite_query<'q>(sql: String, cells: impl IntoIterator<Item = Cell>) -> SqliteQuery<'q> {
    let mut query = sqlx::query::<Sqlite>(AssertSqlSafe(sql));
    for cell in cells {
        query = match cell {
            Cell::Int(n) => query.bind(n),
            Cell::Text(text) => query.bind(text),
            Cell::Blob(bytes) => query.bind(bytes),
            Cell::Ground(ground) => query.bind(ground.map(|g| shape::to_gpb(&g))),
        };
    }
    query
}

fn pg_query<'q>(
    sql: String,
    cells: impl IntoIterator<Item = Cell>,
) -> Query<'q, Postgres, <Postgres as sqlx::Database>::Arguments> {
    let mut query = sqlx::query::<Postgres>(AssertSqlSafe(sql));
    for cell in cells {
        query = match cell {
            Cell::Int(n) => query.bind(n),
            Cell::Text(text) => query.bind(text),
            Cell::Blob(bytes) => query.bind(bytes),
            Cell::Ground(ground) => query.bind(ground.map(|g| Ewkb(shape::to_ewkb(&g)))),
        };
    }
    query
}

fn sqlite_line(row: &SqliteRow, kinds: &[Kind]) -> Result<Result<Line, Damage>, sqlx::Error> {
    let mut cells = Vec::with_capacity(kinds.len());
    for (i, kind) in kinds.iter().enumerate() {
        // Unchecked: a view's or a geometry column's declared type is not SQLite's own word for what is in it.
        cells.push(match kind {
            Kind::Int => Cell::Int(row.try_get_unchecked(i)?),
            Kind::Text | Kind::Date => Cell::Text(row.try_get_unchecked(i)?),
            Kind::Blob => Cell::Blob(row.try_get_unchecked(i)?),
            Kind::Ground => match row
                .try_get_unchecked::<Option<&[u8]>, _>(i)?
                .map(shape::from_gpb)
                .transpose()
            {
                Ok(ground) => Cell::Ground(ground),
                Err(damage) => return Ok(Err(damage)),
            },
        });
    }
    Ok(Ok(Line(cells.into_iter())))
}

fn pg_line(row: &PgRow, kinds: &[Kind]) -> Result<Result<Line, Damage>, sqlx::Error> {
    let mut cells = Vec::with_capacity(kinds.len());
    for (i, kind) in kinds.iter().enumerate() {
        cells.push(match kind {
            Kind::Int => Cell::Int(row.try_get(i)?),
            Kind::Text | Kind::Date => Cell::Text(row.try_get(i)?),
            Kind::Blob => Cell::Blob(row.try_get(i)?),
            Kind::Ground => match row
                .try_get::<Option<Ewkb>, _>(i)?
                .map(|e| shape::from_wkb(&e.0))
                .transpose()
            {
                Ok(ground) => Cell::Ground(ground),
                Err(damage) => return Ok(Err(damage)),
            },
        });
    }
    Ok(Ok(Line(cells.into_iter())))
}

impl Desk {
    pub fn sql_error(&self, source: sqlx::Error) -> StoreError {
        StoreError::sql(self.doing, &self.store, source)
    }

    pub fn damaged(&self, damage: Damage) -> StoreError {
        StoreError::Corrupt {
            doing: self.doing,
            store: self.store.to_string(),
            why: damage.0,
        }
    }

    pub fn is_pg(&self) -> bool {
        matches!(self.tx, Tx::Pg(_))
    }

    fn with_ledger(&self, cells: Vec<Cell>) -> impl Iterator<Item = Cell> + use<> {
        std::iter::once(Cell::from(&*self.ledger)).chain(cells)
    }

    /// Runs a statement; `$1` is the ledger, the cells are `$2` and on. Answers how many rows it touched.
    pub async fn exec(&mut self, sql: &str, cells: Vec<Cell>) -> Result<u64, StoreError> {
        let (sql, cells) = (sql.to_owned(), self.with_ledger(cells));
        let done = match &mut self.tx {
            Tx::Sqlite(tx) => sqlite_query(sql, cells)
                .execute(&mut **tx)
                .await
                .map(|d| d.rows_affected()),
            Tx::Pg(tx) => pg_query(sql, cells).execute(&mut **tx).await.map(|d| d.rows_affected()),
        };
        done.map_err(|e| self.sql_error(e))
    }

    /// Runs a query and hands over its rows one by one.
    pub async fn each(
        &mut self,
        sql: &str,
        cells: Vec<Cell>,
        kinds: &[Kind],
        mut take: impl FnMut(Line) -> Result<(), Damage> + Send,
    ) -> Result<(), StoreError> {
        let (sql, cells) = (sql.to_owned(), self.with_ledger(cells));
        let mut hand = |line: Result<Line, Damage>| line.and_then(&mut take);
        let mut damage = Ok(());
        let read: Result<(), sqlx::Error> = async {
            match &mut self.tx {
                Tx::Sqlite(tx) => {
                    let mut rows = sqlite_query(sql, cells).fetch(&mut **tx);
                    while let Some(row) = rows.try_next().await? {
                        damage = hand(sqlite_line(&row, kinds)?);
                        if damage.is_err() {
                            break;
                        }
                    }
                }
                Tx::Pg(tx) => {
                    let mut rows = pg_query(sql, cells).fetch(&mut **tx);
                    while let Some(row) = rows.try_next().await? {
                        damage = hand(pg_line(&row, kinds)?);
                        if damage.is_err() {
                            break;
                        }
                    }
                }
            }
            Ok(())
        }
        .await;
        read.map_err(|e| self.sql_error(e))?;
        damage.map_err(|d| self.damaged(d))
    }

    /// All rows of a query, each made into a value.
    pub async fn all<T: Send>(
        &mut self,
        sql: &str,
        cells: Vec<Cell>,
        kinds: &[Kind],
        mut read: impl FnMut(Line) -> Result<T, Damage> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.each(sql, cells, kinds, |line| {
            found.push(read(line)?);
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// The first row of a query, if there is one.
    pub async fn one<T: Send>(
        &mut self,
        sql: &str,
        cells: Vec<Cell>,
        kinds: &[Kind],
        read: impl FnMut(Line) -> Result<T, Damage> + Send,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, cells, kinds, read).await?.into_iter().next())
    }

    /// Inserts whole rows in bulk. `suffix` may say what to do on conflict.
    pub async fn insert(&mut self, table: &Table, rows: Vec<Vec<Cell>>, suffix: &str) -> Result<(), StoreError> {
        let done = match &mut self.tx {
            Tx::Sqlite(tx) => insert_sqlite(tx, table, rows, suffix).await,
            Tx::Pg(tx) => insert_pg(tx, table, rows, suffix).await,
        };
        done.map_err(|e| self.sql_error(e))
    }

    /// Runs one statement for many rows of numbers: a loop on SQLite, one array statement on PostgreSQL.
    /// `sqlite` takes the numbers as `$2` …; `pg` takes one array per column as `$2` ….
    pub async fn for_each(&mut self, sqlite: &str, pg: &str, rows: Vec<Vec<Option<i64>>>) -> Result<(), StoreError> {
        let Some(width) = rows.first().map(Vec::len) else {
            return Ok(());
        };
        let ledger = self.ledger.to_string();
        let done: Result<(), sqlx::Error> = async {
            match &mut self.tx {
                Tx::Sqlite(tx) => {
                    for row in rows {
                        let cells = std::iter::once(Cell::from(&*ledger)).chain(row.into_iter().map(Cell::Int));
                        sqlite_query(sqlite.to_owned(), cells).execute(&mut **tx).await?;
                    }
                }
                Tx::Pg(tx) => {
                    let mut query = sqlx::query::<Postgres>(AssertSqlSafe(pg.to_owned())).bind(ledger);
                    for column in 0..width {
                        let numbers: Vec<Option<i64>> =
                            rows.iter().map(|row| row.get(column).copied().flatten()).collect();
                        query = query.bind(numbers);
                    }
                    query.execute(&mut **tx).await?;
                }
            }
            Ok(())
        }
        .await;
        done.map_err(|e| self.sql_error(e))
    }

    pub async fn commit(self) -> Result<(), StoreError> {
        let (doing, store) = (self.doing, self.store);
        let done = match self.tx {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Pg(tx) => tx.commit().await,
        };
        done.map_err(|e| StoreError::sql(doing, &store, e))
    }
}

async fn insert_sqlite(
    tx: &mut Transaction<'static, Sqlite>,
    table: &Table,
    rows: Vec<Vec<Cell>>,
    suffix: &str,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let width = table.columns.len();
    let sql = |n: usize| {
        let line = format!("({})", vec!["?"; width].join(", "));
        format!(
            "INSERT INTO {} ({}) VALUES {}{suffix}",
            table.name,
            table.column_names(),
            vec![&*line; n].join(", ")
        )
    };
    let (many, single) = (sql(SQLITE_ROWS), sql(1));
    let mut rows = rows.into_iter();
    while rows.len() >= SQLITE_ROWS {
        let cells: Vec<Cell> = rows.by_ref().take(SQLITE_ROWS).flatten().collect();
        sqlite_query(many.clone(), cells).execute(&mut **tx).await?;
    }
    for row in rows {
        sqlite_query(single.clone(), row).execute(&mut **tx).await?;
    }
    Ok(())
}

async fn insert_pg(
    tx: &mut Transaction<'static, Postgres>,
    table: &Table,
    rows: Vec<Vec<Cell>>,
    suffix: &str,
) -> Result<(), sqlx::Error> {
    let arrays: Vec<String> = (1..)
        .zip(table.columns)
        .map(|(i, c)| format!("${i}::{}[]", pg_word(c.1)))
        .collect();
    let sql = format!(
        "INSERT INTO {} ({}) SELECT * FROM unnest({}){suffix}",
        table.name,
        table.column_names(),
        arrays.join(", ")
    );
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut columns: Vec<std::vec::IntoIter<Cell>> = Vec::new();
        let chunk: Vec<Vec<Cell>> = rows.by_ref().take(PG_ROWS).collect();
        let mut turned: Vec<Vec<Cell>> = table.columns.iter().map(|_| Vec::with_capacity(chunk.len())).collect();
        for row in chunk {
            for (column, cell) in turned.iter_mut().zip(row) {
                column.push(cell);
            }
        }
        columns.extend(turned.into_iter().map(Vec::into_iter));
        let mut query = sqlx::query::<Postgres>(AssertSqlSafe(sql.clone()));
        for (column, cells) in table.columns.iter().zip(columns) {
            query = match column.1 {
                Kind::Int => query.bind(
                    cells
                        .map(|c| if let Cell::Int(n) = c { n } else { None })
                        .collect::<Vec<_>>(),
                ),
                Kind::Text | Kind::Date => query.bind(
                    cells
                        .map(|c| if let Cell::Text(t) = c { t } else { None })
                        .collect::<Vec<_>>(),
                ),
                Kind::Blob => query.bind(
                    cells
                        .map(|c| if let Cell::Blob(b) = c { b } else { None })
                        .collect::<Vec<_>>(),
                ),
                Kind::Ground => query.bind(
                    cells
                        .map(|c| {
                            if let Cell::Ground(g) = c {
                                g.map(|g| Ewkb(shape::to_ewkb(&g)))
                            } else {
                                None
                            }
                        })
                        .collect::<Vec<_>>(),
                ),
            };
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
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
struct Ewkb(Vec<u8>);

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
