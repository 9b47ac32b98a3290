//! Loading a map: everything in force now, or as it was.

use crate::append::head;
use crate::cell::Cell;
use crate::desk::Desk;
use crate::error::StoreError;
use crate::past::former_codes;
use crate::schema::Kind::{Int, Text};
use crate::version::{MATTER_COLUMNS, MATTER_KINDS, PLACE_COLUMNS, PLACE_KINDS, put_record, read_matter, read_place};
use crate::{Head, Snapshot};
use geju_core::world::{ENDED_KEPT, Parents, Row, Rows};
use geju_core::{Epoch, Place, PlaceId, Seq};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashMap;

/// Everything in force, of which all but the places was read before; all of it anew where somebody wrote meanwhile.
pub(crate) async fn with_places(desk: &mut Desk, others: Snapshot) -> Result<Snapshot, StoreError> {
    let same_moment = head(desk, false).await? == others.head;
    let places = load_places(desk).await?;
    let others = if same_moment { others } else { self::others(desk).await? };
    Ok(others.with(places))
}

/// Everything in force but for the places.
pub(crate) async fn others(desk: &mut Desk) -> Result<Snapshot, StoreError> {
    let head = head(desk, false).await?;
    let mut rows = Rows::default();
    let matters = format!(
        "SELECT {MATTER_COLUMNS} FROM matter_version m WHERE m.ledger = $1 AND m.to_seq IS NULL AND m.live = 1"
    );
    load_matters(desk, &matters, vec![], &mut rows).await?;
    load_ended(desk, head.seq, &mut rows).await?;
    rows.former_codes = former_codes(desk, head.seq).await?;
    let records = "SELECT kind, body FROM record_version WHERE ledger = $1 AND to_seq IS NULL AND live = 1";
    desk.each(records, vec![], &[Text, Text], |mut line| {
        put_record(&mut line, &mut rows)
    })
    .await?;
    Ok(Snapshot { head, rows })
}

impl Snapshot {
    pub(crate) fn with(mut self, places: Vec<Row<Place>>) -> Self {
        self.rows.places = places;
        self
    }
}

async fn load_places(desk: &mut Desk) -> Result<Vec<Row<Place>>, StoreError> {
    let places = format!(
        "SELECT {PLACE_COLUMNS} FROM place_version p WHERE p.ledger = $1 AND p.to_seq IS NULL AND p.effective_to IS NULL"
    );
    desk.all(&places, vec![], &PLACE_KINDS, |mut line| read_place(&mut line))
        .await
}

pub(crate) async fn load_at(desk: &mut Desk, known: Seq, on: Option<Date>) -> Result<Snapshot, StoreError> {
    let now = head(desk, false).await?;
    let known = known.min(now.seq);
    let sql = "SELECT epoch FROM change WHERE ledger = $1 AND seq = $2";
    let epoch = desk
        .one(sql, vec![known.0.into()], &[Int], |mut line| {
            Ok(Epoch(u32::try_from(line.int()?)?))
        })
        .await?;
    let then = |alias: &str| format!("{alias}.from_seq <= $2 AND ({alias}.to_seq IS NULL OR {alias}.to_seq > $2)");
    let at = || vec![Cell::from(known.0)];
    let mut rows = Rows::default();

    // Where a place lay then is what its first later re-parenting moved it from.
    let mut lay: HashMap<(PlaceId, u64), Parents> = HashMap::new();
    let moves = "SELECT r.id, p.from_seq, r.up, r.compound FROM reparent r
                 JOIN place_version p ON p.ledger = r.ledger AND p.id = r.id
                 WHERE r.ledger = $1 AND r.seq > $2 AND p.from_seq <= $2
                   AND (p.to_seq IS NULL OR (p.to_seq > $2 AND r.seq <= p.to_seq))
                 ORDER BY r.seq";
    desk.each(moves, at(), &[Int, Int, Int, Int], |mut line| {
        let key = (PlaceId(line.id()?), line.id()?);
        let parents = Parents {
            up: line.id_opt()?.map(PlaceId),
            compound: line.id_opt()?.map(PlaceId),
        };
        lay.entry(key).or_insert(parents);
        Ok(())
    })
    .await?;
    let in_force = match on {
        None => "p.effective_to IS NULL",
        // Days are written so that they sort as they follow each other.
        Some(_) => "p.effective_from <= $3 AND (p.effective_to IS NULL OR p.effective_to > $3)",
    };
    let mut asked = at();
    asked.extend(on.map(|day| Cell::from(day.to_string())));
    let places = format!(
        "SELECT {PLACE_COLUMNS} FROM place_version p WHERE p.ledger = $1 AND {} AND {in_force}",
        then("p")
    );
    rows.places = desk
        .all(&places, asked, &PLACE_KINDS, |mut line| {
            let row: Row<Place> = read_place(&mut line)?;
            let parents = lay.get(&(row.value.id, row.since.0)).copied().unwrap_or(row.parents);
            Ok(Row { parents, ..row })
        })
        .await?;
    rows.former_codes = former_codes(desk, known).await?;
    let matters = format!(
        "SELECT {MATTER_COLUMNS} FROM matter_version m WHERE m.ledger = $1 AND {} AND m.live = 1",
        then("m")
    );
    load_matters(desk, &matters, at(), &mut rows).await?;
    let records = format!(
        "SELECT r.kind, r.body FROM record_version r WHERE r.ledger = $1 AND {} AND r.live = 1",
        then("r")
    );
    desk.each(&records, at(), &[Text, Text], |mut line| {
        put_record(&mut line, &mut rows)
    })
    .await?;
    Ok(Snapshot {
        head: Head {
            epoch: epoch.unwrap_or(now.epoch),
            seq: known,
        },
        rows,
    })
}

/// Matters that ended lately, counted back from the newest Change: later than that nothing can have ended.
async fn load_ended(desk: &mut Desk, head: Seq, rows: &mut Rows) -> Result<(), StoreError> {
    let sql = "SELECT at FROM change WHERE ledger = $1 AND seq = $2";
    let newest = desk
        .one(sql, vec![head.0.into()], &[Text], |mut line| {
            Ok(line.text()?.parse::<Timestamp>()?)
        })
        .await?;
    let Some(since) = newest.and_then(|at| at.checked_sub(ENDED_KEPT).ok()) else {
        return Ok(());
    };
    let ended = format!(
        "SELECT {MATTER_COLUMNS} FROM matter_version m
         WHERE m.ledger = $1 AND m.to_seq IS NULL AND m.live = 0 AND m.at >= $2"
    );
    load_matters(desk, &ended, vec![since.to_string().into()], rows).await
}

async fn load_matters(desk: &mut Desk, sql: &str, cells: Vec<Cell>, rows: &mut Rows) -> Result<(), StoreError> {
    desk.each(sql, cells, &MATTER_KINDS, |mut line| {
        read_matter(&mut line)?.put_into(rows);
        Ok(())
    })
    .await
}
