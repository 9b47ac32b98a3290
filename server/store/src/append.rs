//! Writing Changes and the rows that follow from them, in one transaction.

use crate::cell::{Cell, maybe_id, maybe_text};
use crate::desk::Desk;
use crate::error::{AppendError, Damage, StoreError};
use crate::nodes;
use crate::schema::Kind::Int;
use crate::schema::{BATCH_EFFECT, CHANGE, MATTER_VERSION, PERSON, PLACE_VERSION, REPARENT, REPLY};
use crate::version::{Record, matter_cells, place_cells, record_of};
use crate::{Entry, Head, Person, Reply};
use geju_core::change::MAX_INLINE_EFFECTS;
use geju_core::world::Parents;
use geju_core::{BatchId, BatchRef, Change, ChangeId, Effect, Epoch, Seq};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Effects turned into rows at a time: bounds the memory of a bulk import beside the Change itself.
const EFFECTS_AT_ONCE: usize = 5_000;

/// Where the ledger stands; on PostgreSQL the row stays locked until the transaction ends.
pub(crate) async fn head(desk: &mut Desk, lock: bool) -> Result<Head, StoreError> {
    let sql = if lock && desk.is_pg() {
        "SELECT epoch, seq FROM head WHERE ledger = $1 FOR UPDATE"
    } else {
        "SELECT epoch, seq FROM head WHERE ledger = $1"
    };
    let found = desk
        .one(sql, vec![], &[Int, Int], |mut line| {
            Ok(Head {
                epoch: Epoch(u32::try_from(line.int()?)?),
                seq: Seq(line.id()?),
            })
        })
        .await?;
    found.ok_or_else(|| desk.damaged("the ledger has no head row".into()))
}

pub(crate) async fn find(desk: &mut Desk, id: ChangeId) -> Result<Option<Seq>, StoreError> {
    let sql = "SELECT seq FROM change WHERE ledger = $1 AND change_id = $2";
    desk.one(sql, vec![id.to_string().into()], &[Int], |mut line| Ok(Seq(line.id()?)))
        .await
}

pub(crate) async fn append(desk: &mut Desk, expected: Head, entries: &[Entry]) -> Result<Seq, AppendError> {
    let standing = head(desk, true).await?;
    for entry in entries {
        if let Some(seq) = find(desk, entry.change.change_id).await? {
            return Err(AppendError::Already(seq));
        }
    }
    if standing != expected {
        return Err(AppendError::Stale(standing));
    }
    let mut due = expected.seq;
    for entry in entries {
        due = due.next();
        if entry.change.seq != due || entry.change.epoch != expected.epoch {
            let store = desk.store.to_string();
            return Err(StoreError::OutOfOrder {
                store,
                offered: entry.change.seq,
                due,
            }
            .into());
        }
        write_change(desk, &entry.change).await?;
        put_persons(desk, &entry.persons).await?;
        if let Some(reply) = &entry.reply {
            put_reply(desk, reply).await?;
        }
    }
    desk.exec("UPDATE head SET seq = $2 WHERE ledger = $1", vec![due.0.into()])
        .await?;
    if desk.is_pg() {
        desk.exec("SELECT pg_notify('geju_' || $1, $2)", vec![due.0.to_string().into()])
            .await?;
    }
    Ok(due)
}

async fn write_change(desk: &mut Desk, change: &Change) -> Result<(), StoreError> {
    let bulk = change.effects.len() > MAX_INLINE_EFFECTS;
    let batch = bulk.then_some(change.seq.0);
    let mut hash = Sha256::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (chunk, effects) in change.effects.chunks(EFFECTS_AT_ONCE).enumerate() {
        for layer in effects.iter().filter_map(Effect::layer) {
            *counts.entry(layer.to_owned()).or_default() += 1;
        }
        let steps = Steps::of(&desk.ledger, change, batch, effects).map_err(|d| desk.damaged(d))?;
        steps.write(desk, change).await?;
        if bulk {
            let first = chunk * EFFECTS_AT_ONCE;
            let rows = batch_rows(&desk.ledger, change.seq, first, effects, &mut hash).map_err(|d| desk.damaged(d))?;
            desk.insert(&BATCH_EFFECT, rows, "").await?;
        }
    }
    let reference = bulk.then(|| BatchRef {
        id: BatchId(change.seq.0),
        hash: hex(&hash.finalize()),
        counts: counts.clone(),
        rows: change.effects.len() as u64,
    });
    let row = change_cells(&desk.ledger, change, reference, &counts).map_err(|d| desk.damaged(d))?;
    desk.insert(&CHANGE, vec![row], "").await
}

fn change_cells(
    ledger: &str,
    change: &Change,
    batch: Option<BatchRef>,
    counts: &BTreeMap<String, u64>,
) -> Result<Vec<Cell>, Damage> {
    let effects = match batch {
        Some(_) => None,
        None => Some(serde_json::to_string(&change.effects)?),
    };
    let corners: [Option<i32>; 4] = match change.footprint.envelope {
        Some(envelope) => <[i32; 4]>::from(envelope).map(Some),
        None => [None; 4],
    };
    let batch_id = batch.as_ref().map(|b| b.id.0);
    let bare = Change {
        epoch: change.epoch,
        seq: change.seq,
        change_id: change.change_id,
        schema: change.schema,
        at: change.at,
        actor: change.actor.clone(),
        post: change.post,
        cause: change.cause.clone(),
        source: change.source.clone(),
        footprint: change.footprint.clone(),
        batch,
        effects: Vec::new(),
    };
    let mut cells = vec![
        ledger.into(),
        change.seq.0.into(),
        change.epoch.0.into(),
        change.change_id.to_string().into(),
        change.at.to_string().into(),
        change.actor.to_string().into(),
        change.cause.as_str().into(),
        maybe_text(change.source.as_deref()),
    ];
    cells.extend(corners.map(|c| Cell::Int(c.map(i64::from))));
    cells.extend([
        maybe_id(batch_id),
        serde_json::to_string(counts)?.into(),
        serde_json::to_string(&bare)?.into(),
        Cell::Text(effects),
    ]);
    Ok(cells)
}

/// Effects as rows beside the Change. The hash runs over their JSON, one line each.
fn batch_rows(
    ledger: &str,
    seq: Seq,
    first: usize,
    effects: &[Effect],
    hash: &mut Sha256,
) -> Result<Vec<Vec<Cell>>, Damage> {
    let mut rows = Vec::with_capacity(effects.len());
    for (n, effect) in (first as u64..).zip(effects) {
        let json = serde_json::to_string(effect)?;
        hash.update(json.as_bytes());
        hash.update(b"\n");
        let [place, version, up, compound, body] = match effect {
            // The version row written by this same Change holds the whole place; it never changes afterwards, but for
            // what the place lies in.
            Effect::Place(r) if r.before.is_none() && r.from == Parents::default() => [
                r.after.id.0.into(),
                r.after.version.into(),
                maybe_id(r.into.up.map(|p| p.0)),
                maybe_id(r.into.compound.map(|p| p.0)),
                Cell::Text(None),
            ],
            _ => [
                Cell::Int(None),
                Cell::Int(None),
                Cell::Int(None),
                Cell::Int(None),
                json.into(),
            ],
        };
        rows.push(vec![
            ledger.into(),
            seq.0.into(),
            n.into(),
            place,
            version,
            up,
            compound,
            body,
        ]);
    }
    Ok(rows)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Row steps of some effects of one Change.
#[derive(Default)]
struct Steps {
    /// Place, what it lay in, what it lies in.
    reparents: Vec<(u64, Parents, Parents)>,
    /// Places that gain vertices on straight edges.
    noded: Vec<nodes::Noded>,
    place_ends: Vec<u64>,
    places: Vec<Vec<Cell>>,
    /// Where a place's new row stands in `places`, for a second step of the same place in one Change.
    place_rows: HashMap<u64, usize>,
    matter_ends: Vec<u64>,
    matters: Vec<Vec<Cell>>,
    matter_rows: HashMap<u64, usize>,
    records: Vec<Record>,
}

/// Columns that steps set afterwards: `to_seq`, `up`, `compound` and `geom` of a row about to be inserted.
const TO_SEQ: usize = 4;
const UP: usize = 10;
const COMPOUND: usize = 11;
const GEOM: usize = 14;

impl Steps {
    fn of(ledger: &str, change: &Change, batch: Option<u64>, effects: &[Effect]) -> Result<Steps, Damage> {
        let mut steps = Steps::default();
        for effect in effects {
            match effect {
                Effect::Place(r) if r.only_nodes() => match steps.place_rows.get(&r.after.id.0) {
                    Some(row) => {
                        if let Some(cells) = steps.places.get_mut(*row) {
                            cells[GEOM] = (&r.after.ground).into();
                        }
                    }
                    None => steps.noded.push((r.after.id, r.after.version, r.after.ground.clone())),
                },
                Effect::Place(r) => {
                    steps.end_place(r.after.id.0, r.before.is_some(), change.seq);
                    steps.place_rows.insert(r.after.id.0, steps.places.len());
                    steps.places.push(place_cells(ledger, change, batch, &r.after, r.into)?);
                }
                Effect::Hazard(r) => {
                    let cells = matter_cells(ledger, change, batch, &*r.after, r.into)?;
                    steps.put_matter(r.after.id.0, r.before.is_some(), change.seq, cells);
                }
                Effect::Alert(r) => {
                    let cells = matter_cells(ledger, change, batch, &*r.after, r.into)?;
                    steps.put_matter(r.after.id.0, r.before.is_some(), change.seq, cells);
                }
                Effect::Issue(r) => {
                    let cells = matter_cells(ledger, change, batch, &*r.after, r.into)?;
                    steps.put_matter(r.after.id.0, r.before.is_some(), change.seq, cells);
                }
                Effect::Reparent { id, from, into } => {
                    match steps.place_rows.get(&id.0).and_then(|i| steps.places.get_mut(*i)) {
                        Some(row) => {
                            row[UP] = maybe_id(into.up.map(|p| p.0));
                            row[COMPOUND] = maybe_id(into.compound.map(|p| p.0));
                        }
                        None => steps.reparents.push((id.0, *from, *into)),
                    }
                }
                Effect::Post(_) | Effect::Appointment(_) | Effect::Base { .. } | Effect::Scheme { .. } => {
                    steps.records.extend(record_of(effect)?);
                }
            }
        }
        Ok(steps)
    }

    fn end_place(&mut self, id: u64, known: bool, seq: Seq) {
        match self.place_rows.get(&id).and_then(|i| self.places.get_mut(*i)) {
            Some(row) => row[TO_SEQ] = seq.0.into(),
            None if known => self.place_ends.push(id),
            None => {}
        }
    }

    fn put_matter(&mut self, id: u64, known: bool, seq: Seq, cells: Vec<Cell>) {
        match self.matter_rows.get(&id).and_then(|i| self.matters.get_mut(*i)) {
            Some(row) => row[TO_SEQ] = seq.0.into(),
            None if known => self.matter_ends.push(id),
            None => {}
        }
        self.matter_rows.insert(id, self.matters.len());
        self.matters.push(cells);
    }

    async fn write(self, desk: &mut Desk, change: &Change) -> Result<(), StoreError> {
        let seq = change.seq;
        reparent(desk, seq, &self.reparents).await?;
        nodes::write(desk, self.noded).await?;
        end(desk, "place_version", &self.place_ends, seq).await?;
        desk.insert(&PLACE_VERSION, self.places, "").await?;
        end(desk, "matter_version", &self.matter_ends, seq).await?;
        desk.insert(&MATTER_VERSION, self.matters, "").await?;
        for record in self.records {
            put_record(desk, change, record).await?;
        }
        Ok(())
    }
}

/// Closes the versions in force of these ids.
async fn end(desk: &mut Desk, table: &str, ids: &[u64], seq: Seq) -> Result<(), StoreError> {
    let rows = ids
        .iter()
        .map(|id| vec![i64::try_from(*id).ok(), i64::try_from(seq.0).ok()])
        .collect();
    let sqlite = format!("UPDATE {table} SET to_seq = $3 WHERE ledger = $1 AND id = $2 AND to_seq IS NULL");
    let pg = format!(
        "UPDATE {table} t SET to_seq = u.seq FROM unnest($2::bigint[], $3::bigint[]) AS u(id, seq)
         WHERE t.ledger = $1 AND t.id = u.id AND t.to_seq IS NULL"
    );
    desk.for_each(&sqlite, &pg, rows).await
}

/// Notes what places lay in, then lets them lie elsewhere; their versions do not step.
async fn reparent(desk: &mut Desk, seq: Seq, reparents: &[(u64, Parents, Parents)]) -> Result<(), StoreError> {
    let ledger = desk.ledger.clone();
    let notes = reparents
        .iter()
        .map(|(id, from, _)| {
            vec![
                Cell::from(&*ledger),
                (*id).into(),
                seq.0.into(),
                maybe_id(from.up.map(|p| p.0)),
                maybe_id(from.compound.map(|p| p.0)),
            ]
        })
        .collect();
    desk.insert(&REPARENT, notes, " ON CONFLICT DO NOTHING").await?;
    let number = |n: Option<geju_core::PlaceId>| n.and_then(|p| i64::try_from(p.0).ok());
    let rows = reparents
        .iter()
        .map(|(id, _, into)| vec![i64::try_from(*id).ok(), number(into.up), number(into.compound)])
        .collect();
    let sqlite = "UPDATE place_version SET up = $3, compound = $4
                  WHERE ledger = $1 AND id = $2 AND to_seq IS NULL AND effective_to IS NULL";
    let pg = "UPDATE place_version t SET up = u.up, compound = u.compound
              FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS u(id, up, compound)
              WHERE t.ledger = $1 AND t.id = u.id AND t.to_seq IS NULL AND t.effective_to IS NULL";
    desk.for_each(sqlite, pg, rows).await
}

async fn put_record(desk: &mut Desk, change: &Change, record: Record) -> Result<(), StoreError> {
    let Record { kind, key, body, live } = record;
    let ended = "UPDATE record_version SET to_seq = $2 WHERE ledger = $1 AND kind = $3 AND key = $4 AND to_seq IS NULL";
    desk.exec(ended, vec![change.seq.0.into(), kind.into(), key.as_str().into()])
        .await?;
    let Some(body) = body else { return Ok(()) };
    // Twice in one Change: the last word counts.
    let begun = "INSERT INTO record_version (ledger, kind, key, from_seq, to_seq, at, live, body)
                 VALUES ($1, $2, $3, $4, NULL, $5, $6, $7)
                 ON CONFLICT (ledger, kind, key, from_seq) DO UPDATE SET to_seq = NULL, live = excluded.live, body = excluded.body";
    let cells = vec![
        kind.into(),
        key.into(),
        change.seq.0.into(),
        change.at.to_string().into(),
        live.into(),
        body.into(),
    ];
    desk.exec(begun, cells).await.map(drop)
}

pub(crate) async fn put_persons(desk: &mut Desk, persons: &[Person]) -> Result<(), StoreError> {
    let ledger = desk.ledger.clone();
    let rows = persons
        .iter()
        .map(|p| {
            vec![
                Cell::from(&*ledger),
                p.id.to_string().into(),
                maybe_text(p.name.as_deref()),
                maybe_text(p.phone.as_deref()),
                maybe_text(p.address.as_deref()),
            ]
        })
        .collect();
    let newest = " ON CONFLICT (ledger, id) DO UPDATE SET name = excluded.name, phone = excluded.phone, address = excluded.address";
    desk.insert(&PERSON, rows, newest).await
}

pub(crate) async fn put_reply(desk: &mut Desk, reply: &Reply) -> Result<(), StoreError> {
    let row = vec![
        Cell::from(&*desk.ledger),
        reply.owner.as_str().into(),
        reply.key.as_str().into(),
        reply.request_hash.as_str().into(),
        u32::from(reply.status).into(),
        maybe_text(reply.location.as_deref()),
        maybe_text(reply.etag.as_deref()),
        reply.body.as_slice().into(),
        nanoseconds(reply.at).into(),
    ];
    // The first answer stands: an Idempotency-Key is answered the same for ever.
    desk.insert(&REPLY, vec![row], " ON CONFLICT DO NOTHING").await
}

/// A time as a number that sorts; exact until the year 2262, and the far end of time beyond it.
pub(crate) fn nanoseconds(at: jiff::Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(if at.as_nanosecond() < 0 { i64::MIN } else { i64::MAX })
}
