//! A whole map's places from the table, read over several connections that see one moment, and made in place from what came
//! over the wire.

use crate::Head;
use crate::desks::AllPlaces;
use crate::error::Damage;
use crate::shape;
use crate::version::{PLACE_COLUMNS, PlaceFields, place_of};
use futures_util::TryStreamExt;
use geju_core::world::Row as MapRow;
use geju_core::{Epoch, Place, Seq};
use sqlx::postgres::{PgRow, PgValueFormat};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Row, Transaction, ValueRef};
use std::sync::Arc;

/// More would wait for the database.
const CONNECTIONS_MAX: usize = 4;
/// Below so many blocks of 8 KiB a query is as quick.
const BLOCKS_MIN: i64 = 100;
const ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Why a map is read by one query after all.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("a row cannot be read: {0}")]
    Row(String),
    #[error("a reader broke off")]
    BrokeOff,
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

impl From<Damage> for Trouble {
    fn from(damage: Damage) -> Self {
        Trouble::Row(damage.0)
    }
}

/// All places in force, in the order of the table; `None` where little is there, or the table is cut into others.
pub(super) async fn places(pool: &PgPool, ledger: &Arc<str>) -> Result<Option<AllPlaces>, Trouble> {
    let mut first = pool.begin_with(ONE_MOMENT).await?;
    let sql = "SELECT pg_export_snapshot(), h.epoch, h.seq,
                      pg_relation_size('place_version') / current_setting('block_size')::bigint
               FROM head h WHERE h.ledger = $1";
    let found = sqlx::query(sql).bind(&**ledger).fetch_one(&mut *first).await?;
    let (snapshot, blocks): (String, i64) = (found.try_get(0)?, found.try_get(3)?);
    let head = Head {
        epoch: Epoch(number(found.try_get(1)?)?),
        seq: Seq(number(found.try_get(2)?)?),
    };
    if blocks < BLOCKS_MIN {
        return Ok(None);
    }
    let connections = std::thread::available_parallelism().map_or(1, |n| n.get());
    let connections = connections.min(CONNECTIONS_MAX) as i64;
    let mut readers = Vec::new();
    for n in 0..connections {
        let (from, to) = (blocks * n / connections, blocks * (n + 1) / connections);
        // The last one reads to the end, wherever that is by then.
        let until = (n + 1 < connections).then(|| format!("AND p.ctid < '({to},0)'::tid"));
        let range = format!("p.ctid >= '({from},0)'::tid {}", until.unwrap_or_default());
        let mut reader = pool.begin_with(ONE_MOMENT).await?;
        let same_moment = format!("SET TRANSACTION SNAPSHOT '{snapshot}'");
        sqlx::raw_sql(AssertSqlSafe(same_moment)).execute(&mut *reader).await?;
        readers.push(tokio::spawn(read(reader, ledger.clone(), range)));
    }
    let mut all = Vec::new();
    for reader in readers {
        all.extend(reader.await.map_err(|_| Trouble::BrokeOff)??);
    }
    Ok(Some(AllPlaces { head, rows: all }))
}

fn number<T: TryFrom<i64>>(n: i64) -> Result<T, Trouble> {
    T::try_from(n).map_err(|_| Trouble::Row(format!("{n} is out of range")))
}

async fn read(
    mut reader: Transaction<'static, Postgres>,
    ledger: Arc<str>,
    range: String,
) -> Result<Vec<MapRow<Place>>, Trouble> {
    let sql = format!(
        "SELECT {PLACE_COLUMNS} FROM place_version p
         WHERE p.ledger = $1 AND {range} AND p.to_seq IS NULL AND p.effective_to IS NULL"
    );
    let mut found = Vec::new();
    let mut rows = sqlx::query(AssertSqlSafe(sql)).bind(&*ledger).fetch(&mut *reader);
    while let Some(row) = rows.try_next().await? {
        found.push(place_of(fields(&row)?)?);
    }
    Ok(found)
}

fn fields(row: &PgRow) -> Result<PlaceFields<'_>, Trouble> {
    let maybe_number = |at: usize| row.try_get::<Option<i64>, _>(at)?.map(number).transpose();
    let geometry = row.try_get_raw(10)?;
    if geometry.is_null() || geometry.format() != PgValueFormat::Binary {
        return Err(Trouble::Row("ground is missing, or came as text".into()));
    }
    let bytes = geometry.as_bytes().map_err(|why| Trouble::Row(why.to_string()))?;
    Ok(PlaceFields {
        id: number(row.try_get(0)?)?,
        version: row.try_get(1)?,
        since: number(row.try_get(2)?)?,
        at: row.try_get(3)?,
        name: row.try_get(4)?,
        code: row.try_get(5)?,
        up: maybe_number(6)?,
        compound: maybe_number(7)?,
        effective_from: row.try_get(8)?,
        effective_to: row.try_get(9)?,
        ground: shape::from_wkb(bytes)?,
        body: row.try_get(11)?,
    })
}
