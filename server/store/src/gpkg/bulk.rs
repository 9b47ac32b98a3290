//! A whole map's places from the file, read by several threads.
//!
//! A query through sqlx copies every value twice, on its way from SQLite's thread to ours; of a city's start that was most.
//! Here each thread reads its part of the table by a connection of its own, as it lies in the file, and takes values where
//! SQLite has them.

use crate::Head;
use crate::desks::AllPlaces;
use crate::error::Damage;
use crate::shape;
use crate::version::{PLACE_COLUMNS, PlaceFields, place_of};
use geju_core::world::Row;
use geju_core::{Epoch, Place, Seq};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, params};
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

/// More would wait for the disk and for memory.
const THREADS_MAX: usize = 4;
/// Below so many rows a query is as quick.
const ROWS_MIN: i64 = 2_000;
/// Versions to each current one up to which reading all of them is quicker than finding the current ones.
const VERSIONS_PER_CURRENT: i64 = 4;
/// Rows that a thread takes at a time.
const ROWS_AT_ONCE: i64 = 20_000;
/// Bytes read ahead at a time: the disk is asked for them in one go, SQLite would ask page by page.
const AHEAD_BYTES: usize = 1 << 20;

/// Why a map is read by a query after all.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("a row cannot be read: {0}")]
    Row(String),
    #[error("the file was written meanwhile")]
    Moved,
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

impl From<Damage> for Trouble {
    fn from(damage: Damage) -> Self {
        Trouble::Row(damage.0)
    }
}

impl From<rusqlite::types::FromSqlError> for Trouble {
    fn from(wrong: rusqlite::types::FromSqlError) -> Self {
        Trouble::Row(wrong.to_string())
    }
}

impl From<std::num::TryFromIntError> for Trouble {
    fn from(wrong: std::num::TryFromIntError) -> Self {
        Trouble::Row(wrong.to_string())
    }
}

/// All places in force, in the order of the file; `None` where most of the table is history, or little is there at all.
pub(super) fn places(path: &Path, ledger: &str) -> Result<Option<AllPlaces>, Trouble> {
    let (first, head) = open(path, ledger)?;
    let last: i64 = first.query_row("SELECT coalesce(max(rowid), 0) FROM place_version", [], |row| {
        row.get(0)
    })?;
    let current: i64 = first.query_row(
        "SELECT count(*) FROM place_version WHERE ledger = ?1 AND to_seq IS NULL",
        [ledger],
        |row| row.get(0),
    )?;
    drop(first);
    if current < ROWS_MIN || last > current.saturating_mul(VERSIONS_PER_CURRENT) {
        return Ok(None);
    }
    let threads = std::thread::available_parallelism()
        .map_or(1, |n| n.get())
        .min(THREADS_MAX);
    let next = AtomicI64::new(1);
    let mut parts = std::thread::scope(|scope| {
        let ahead = scope.spawn(|| read_ahead(path, &next, last));
        let readers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| read(path, ledger, head, &next, last)))
            .collect();
        let read: Result<Vec<_>, Trouble> = readers.into_iter().map(joined).collect();
        joined(ahead);
        read
    })?
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    parts.sort_unstable_by_key(|(from, _)| *from);
    let mut all = Vec::with_capacity(usize::try_from(current).unwrap_or(0));
    parts.into_iter().for_each(|(_, rows)| all.extend(rows));
    Ok(Some(AllPlaces { head, rows: all }))
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panicked| std::panic::resume_unwind(panicked))
}

/// A connection that sees one moment, and the head of that moment.
fn open(path: &Path, ledger: &str) -> Result<(Connection, Head), Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.execute_batch("BEGIN")?;
    let head = connection.query_row("SELECT epoch, seq FROM head WHERE ledger = ?1", [ledger], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?))
    })?;
    let head = Head {
        epoch: Epoch(head.0),
        seq: Seq(u64::try_from(head.1)?),
    };
    Ok((connection, head))
}

type PartOfTable = (i64, Vec<Row<Place>>);

/// Takes part after part of the table until none is left.
fn read(path: &Path, ledger: &str, at: Head, next: &AtomicI64, last: i64) -> Result<Vec<PartOfTable>, Trouble> {
    let (connection, head) = open(path, ledger)?;
    if head != at {
        return Err(Trouble::Moved);
    }
    let mut statement = connection.prepare(&format!(
        "SELECT {PLACE_COLUMNS} FROM place_version p NOT INDEXED
         WHERE p.rowid BETWEEN ?2 AND ?3 AND p.ledger = ?1 AND p.to_seq IS NULL AND p.effective_to IS NULL"
    ))?;
    let mut parts = Vec::new();
    loop {
        let from = next.fetch_add(ROWS_AT_ONCE, Ordering::Relaxed);
        if from > last {
            return Ok(parts);
        }
        let mut found = Vec::new();
        let mut rows = statement.query(params![ledger, from, from + ROWS_AT_ONCE - 1])?;
        while let Some(row) = rows.next()? {
            found.push(place_of(fields(row)?)?);
        }
        parts.push((from, found));
    }
}

fn fields<'a>(row: &'a rusqlite::Row<'_>) -> Result<PlaceFields<'a>, Trouble> {
    let number = |at: usize| -> Result<u64, Trouble> { Ok(u64::try_from(row.get_ref(at)?.as_i64()?)?) };
    let maybe_number = |at: usize| -> Result<Option<u64>, Trouble> {
        let there = row.get_ref(at)?.as_i64_or_null()?;
        Ok(there.map(u64::try_from).transpose()?)
    };
    let text = |at: usize| -> Result<&'a str, Trouble> { Ok(row.get_ref(at)?.as_str()?) };
    let maybe_text = |at: usize| -> Result<Option<&'a str>, Trouble> { Ok(row.get_ref(at)?.as_str_or_null()?) };
    let ground = match row.get_ref(10)? {
        ValueRef::Blob(blob) => shape::from_gpb(blob)?,
        other => return Err(Trouble::Row(format!("ground was expected, not {}", other.data_type()))),
    };
    Ok(PlaceFields {
        id: number(0)?,
        version: row.get_ref(1)?.as_i64()?,
        since: number(2)?,
        at: text(3)?,
        name: text(4)?,
        code: maybe_text(5)?,
        up: maybe_number(6)?,
        compound: maybe_number(7)?,
        effective_from: text(8)?,
        effective_to: maybe_text(9)?,
        ground,
        body: text(11)?,
    })
}

/// Reads the file in large pieces while the others take their rows, so that a cold disk is asked for much at a time. What
/// goes wrong here goes wrong there too, and is told there.
fn read_ahead(path: &Path, next: &AtomicI64, last: i64) {
    use std::io::Read;
    let Ok(mut file) = File::open(path) else { return };
    let mut piece = vec![0; AHEAD_BYTES];
    while next.load(Ordering::Relaxed) <= last && file.read(&mut piece).is_ok_and(|n| n > 0) {}
}
