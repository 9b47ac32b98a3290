//! From effects to rows: which versions end, which begin, and what lies elsewhere from now on.

use crate::cell::{Cell, maybe_id};
use crate::desk::Desk;
use crate::error::{Damage, StoreError};
use crate::nodes;
use crate::schema::{MATTER_VERSION, PLACE_VERSION, REPARENT};
use crate::version::{Record, matter_cells, place_cells, record_of};
use geju_core::world::Parents;
use geju_core::{Change, Effect, Seq};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// Steps of the rows that hold versions, gathered over effects of one Change or of several that do not meet.
#[derive(Default)]
pub(crate) struct Steps {
    reparents: Vec<Moved>,
    /// Places that gain vertices on straight edges.
    noded: Vec<nodes::Noded>,
    place_ends: Vec<(u64, Seq)>,
    places: Vec<Vec<Cell>>,
    /// Where a place's new row stands in `places`, for a second step of the same place in one Change.
    place_rows: HashMap<u64, usize>,
    matter_ends: Vec<(u64, Seq)>,
    matters: Vec<Vec<Cell>>,
    matter_rows: HashMap<u64, usize>,
    records: Vec<(Seq, Timestamp, Record)>,
    /// Everybody who steps.
    ids: HashSet<u64>,
}

/// A place that lies in something else from a Change on.
struct Moved {
    id: u64,
    seq: Seq,
    from: Parents,
    into: Parents,
}

/// Columns that steps set afterwards: `to_seq`, `up`, `compound` and `geom` of a row about to be inserted.
const TO_SEQ: usize = 4;
const UP: usize = 10;
const COMPOUND: usize = 11;
const GEOM: usize = 14;

impl Steps {
    /// Does anybody step here who stepped before?
    pub fn know_any(&self, effects: &[Effect]) -> bool {
        effects.iter().filter_map(Effect::id).any(|id| self.ids.contains(&id))
    }

    pub fn add(&mut self, ledger: &str, change: &Change, batch: Option<u64>, effects: &[Effect]) -> Result<(), Damage> {
        self.ids.extend(effects.iter().filter_map(Effect::id));
        for effect in effects {
            match effect {
                Effect::Place(r) if r.only_nodes() => match self.place_rows.get(&r.after.id.0) {
                    Some(row) => {
                        if let Some(cells) = self.places.get_mut(*row) {
                            cells[GEOM] = (&r.after.ground).into();
                        }
                    }
                    None => self.noded.push((r.after.id, r.after.version, r.after.ground.clone())),
                },
                Effect::Place(r) => {
                    self.end_place(r.after.id.0, r.before.is_some(), change.seq);
                    self.place_rows.insert(r.after.id.0, self.places.len());
                    self.places.push(place_cells(ledger, change, batch, &r.after, r.into)?);
                }
                Effect::Hazard(r) => {
                    let cells = matter_cells(ledger, change, batch, &*r.after, r.into)?;
                    self.put_matter(r.after.id.0, r.before.is_some(), change.seq, cells);
                }
                Effect::Alert(r) => {
                    let cells = matter_cells(ledger, change, batch, &*r.after, r.into)?;
                    self.put_matter(r.after.id.0, r.before.is_some(), change.seq, cells);
                }
                Effect::Issue(r) => {
                    let cells = matter_cells(ledger, change, batch, &*r.after, r.into)?;
                    self.put_matter(r.after.id.0, r.before.is_some(), change.seq, cells);
                }
                Effect::Reparent { id, from, into } => {
                    match self.place_rows.get(&id.0).and_then(|i| self.places.get_mut(*i)) {
                        Some(row) => {
                            row[UP] = maybe_id(into.up.map(|p| p.0));
                            row[COMPOUND] = maybe_id(into.compound.map(|p| p.0));
                        }
                        None => self.reparents.push(Moved {
                            id: id.0,
                            seq: change.seq,
                            from: *from,
                            into: *into,
                        }),
                    }
                }
                Effect::Post(_) | Effect::Appointment(_) | Effect::Base { .. } | Effect::Scheme { .. } => {
                    let records = record_of(effect)?.into_iter();
                    self.records
                        .extend(records.map(|record| (change.seq, change.at, record)));
                }
            }
        }
        Ok(())
    }

    fn end_place(&mut self, id: u64, known: bool, seq: Seq) {
        match self.place_rows.get(&id).and_then(|i| self.places.get_mut(*i)) {
            Some(row) => row[TO_SEQ] = seq.0.into(),
            None if known => self.place_ends.push((id, seq)),
            None => {}
        }
    }

    fn put_matter(&mut self, id: u64, known: bool, seq: Seq, cells: Vec<Cell>) {
        match self.matter_rows.get(&id).and_then(|i| self.matters.get_mut(*i)) {
            Some(row) => row[TO_SEQ] = seq.0.into(),
            None if known => self.matter_ends.push((id, seq)),
            None => {}
        }
        self.matter_rows.insert(id, self.matters.len());
        self.matters.push(cells);
    }

    pub async fn write(self, desk: &mut Desk) -> Result<(), StoreError> {
        reparent(desk, &self.reparents).await?;
        nodes::write(desk, self.noded).await?;
        end(desk, "place_version", &self.place_ends).await?;
        desk.insert(&PLACE_VERSION, self.places, "").await?;
        end(desk, "matter_version", &self.matter_ends).await?;
        desk.insert(&MATTER_VERSION, self.matters, "").await?;
        for (seq, at, record) in self.records {
            put_record(desk, seq, at, record).await?;
        }
        Ok(())
    }
}

/// Closes the versions in force of these ids, each with its Change.
async fn end(desk: &mut Desk, table: &str, ends: &[(u64, Seq)]) -> Result<(), StoreError> {
    let rows = ends
        .iter()
        .map(|(id, seq)| vec![i64::try_from(*id).ok(), i64::try_from(seq.0).ok()])
        .collect();
    let sqlite = format!("UPDATE {table} SET to_seq = $3 WHERE ledger = $1 AND id = $2 AND to_seq IS NULL");
    let pg = format!(
        "UPDATE {table} t SET to_seq = u.seq FROM unnest($2::bigint[], $3::bigint[]) AS u(id, seq)
         WHERE t.ledger = $1 AND t.id = u.id AND t.to_seq IS NULL"
    );
    desk.for_each(&sqlite, &pg, rows).await
}

/// Notes what places lay in, then lets them lie elsewhere; their versions do not step.
async fn reparent(desk: &mut Desk, reparents: &[Moved]) -> Result<(), StoreError> {
    let ledger = desk.ledger.clone();
    let notes = reparents
        .iter()
        .map(|moved| {
            vec![
                Cell::from(&*ledger),
                moved.id.into(),
                moved.seq.0.into(),
                maybe_id(moved.from.up.map(|p| p.0)),
                maybe_id(moved.from.compound.map(|p| p.0)),
            ]
        })
        .collect();
    desk.insert(&REPARENT, notes, " ON CONFLICT DO NOTHING").await?;
    let number = |n: Option<geju_core::PlaceId>| n.and_then(|p| i64::try_from(p.0).ok());
    let rows = reparents
        .iter()
        .map(|moved| {
            vec![
                i64::try_from(moved.id).ok(),
                number(moved.into.up),
                number(moved.into.compound),
            ]
        })
        .collect();
    let sqlite = "UPDATE place_version SET up = $3, compound = $4
                  WHERE ledger = $1 AND id = $2 AND to_seq IS NULL AND effective_to IS NULL";
    let pg = "UPDATE place_version t SET up = u.up, compound = u.compound
              FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS u(id, up, compound)
              WHERE t.ledger = $1 AND t.id = u.id AND t.to_seq IS NULL AND t.effective_to IS NULL";
    desk.for_each(sqlite, pg, rows).await
}

async fn put_record(desk: &mut Desk, seq: Seq, at: Timestamp, record: Record) -> Result<(), StoreError> {
    let Record { kind, key, body, live } = record;
    let ended = "UPDATE record_version SET to_seq = $2 WHERE ledger = $1 AND kind = $3 AND key = $4 AND to_seq IS NULL";
    desk.exec(ended, vec![seq.0.into(), kind.into(), key.as_str().into()])
        .await?;
    let Some(body) = body else { return Ok(()) };
    // Twice in one Change: the last word counts.
    let begun = "INSERT INTO record_version (ledger, kind, key, from_seq, to_seq, at, live, body)
                 VALUES ($1, $2, $3, $4, NULL, $5, $6, $7)
                 ON CONFLICT (ledger, kind, key, from_seq) DO UPDATE SET to_seq = NULL, live = excluded.live, body = excluded.body";
    let cells = vec![
        kind.into(),
        key.into(),
        seq.0.into(),
        at.to_string().into(),
        live.into(),
        body.into(),
    ];
    desk.exec(begun, cells).await.map(drop)
}
