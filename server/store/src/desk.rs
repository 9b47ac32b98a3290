//! One transaction on either database, so that everything above is written once and both stores agree.
//!
//! SQL here is what both dialects read the same way, with `$1` … as places for values; `$1` is always the ledger.

use crate::cell::{Cell, Ewkb, Line, pg_word};
use crate::error::{Damage, StoreError};
use crate::schema::{Kind, Table};
use crate::shape;
use futures_util::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Postgres, Row, Sqlite, Transaction};
use std::sync::Arc;

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

/// Rows of one INSERT statement on SQLite, the most that fit first: 16 columns × 50 stay far below its 32,766 values, and the
/// few texts stay small enough to be prepared once and kept.
const SQLITE_ROWS: [usize; 3] = [50, 8, 1];
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
    Ok(Ok(cells.into()))
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
    Ok(Ok(cells.into()))
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
    let mut rows = rows.into_iter();
    for at_once in SQLITE_ROWS {
        if rows.len() < at_once {
            continue;
        }
        let text = sql(at_once);
        while rows.len() >= at_once {
            let cells: Vec<Cell> = rows.by_ref().take(at_once).flatten().collect();
            sqlite_query(text.clone(), cells).execute(&mut **tx).await?;
        }
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
