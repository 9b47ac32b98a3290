//! Writing Changes and the rows that follow from them, in one transaction.

use crate::cell::{Cell, maybe_id, maybe_text};
use crate::desk::Desk;
use crate::error::{AppendError, Damage, StoreError};
use crate::schema::Kind::Int;
use crate::schema::{BATCH_EFFECT, CHANGE, PERSON, REPLY};
use crate::steps::Steps;
use crate::{Entry, Head, Person, Reply, drafts};
use geju_core::change::MAX_INLINE_EFFECTS;
use geju_core::world::Parents;
use geju_core::{BatchId, BatchRef, Change, ChangeId, Effect, Epoch, Seq};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

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

/// The first of these Changes that the ledger holds already.
async fn first_known(desk: &mut Desk, entries: &[Entry]) -> Result<Option<Seq>, StoreError> {
    if let [only] = entries {
        return find(desk, only.change.change_id).await;
    }
    let ids: Vec<String> = entries.iter().map(|e| e.change.change_id.to_string()).collect();
    let among = if desk.is_pg() {
        "SELECT json_array_elements_text($2::json)"
    } else {
        "SELECT value FROM json_each($2)"
    };
    // The sign keeps SQLite from walking through all Changes in order of their seq until it meets one.
    let sql = format!("SELECT seq FROM change WHERE ledger = $1 AND change_id IN ({among}) ORDER BY +seq LIMIT 1");
    let ids = serde_json::to_string(&ids).map_err(|e| desk.damaged(e.into()))?;
    desk.one(&sql, vec![ids.into()], &[Int], |mut line| Ok(Seq(line.id()?)))
        .await
}

pub(crate) async fn append(desk: &mut Desk, expected: Head, entries: &[Entry]) -> Result<Seq, AppendError> {
    let standing = head(desk, true).await?;
    if let Some(seq) = first_known(desk, entries).await? {
        return Err(AppendError::Already(seq));
    }
    if standing != expected {
        return Err(AppendError::Stale(standing));
    }
    let mut due = expected.seq;
    let mut gathered = Gathered::default();
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
        gathered.take(desk, entry).await?;
    }
    gathered.write(desk).await?;
    for write in entries.iter().filter_map(|e| e.draft.as_ref()) {
        if !drafts::put(desk, write).await? {
            return Err(AppendError::DraftMoved(write.draft.id));
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

/// Changes on their way into rows. Those of a group go together, a statement for a table and not one for each Change.
#[derive(Default)]
struct Gathered {
    steps: Steps,
    changes: Vec<Vec<Cell>>,
    persons: Vec<Person>,
    replies: Vec<Reply>,
}

impl Gathered {
    async fn take(&mut self, desk: &mut Desk, entry: &Entry) -> Result<(), StoreError> {
        let change = &entry.change;
        let row = if change.effects.len() > MAX_INLINE_EFFECTS {
            std::mem::take(self).write(desk).await?;
            let (reference, counts) = write_batch(desk, change).await?;
            change_cells(&desk.ledger, change, Some(reference), &counts)
        } else {
            // Whoever stepped already in this group steps on from a row that is written.
            if self.steps.know_any(&change.effects) {
                std::mem::take(&mut self.steps).write(desk).await?;
            }
            self.steps
                .add(&desk.ledger, change, None, &change.effects)
                .map_err(|d| desk.damaged(d))?;
            change_cells(&desk.ledger, change, None, &layers_of(&change.effects))
        };
        self.changes.push(row.map_err(|d| desk.damaged(d))?);
        self.persons.extend_from_slice(&entry.persons);
        self.replies.extend(entry.reply.clone());
        Ok(())
    }

    async fn write(self, desk: &mut Desk) -> Result<(), StoreError> {
        self.steps.write(desk).await?;
        desk.insert(&CHANGE, self.changes, "").await?;
        put_persons(desk, &self.persons).await?;
        put_replies(desk, &self.replies).await
    }
}

/// How many effects each layer has.
fn layers_of(effects: &[Effect]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for layer in effects.iter().filter_map(Effect::layer) {
        *counts.entry(layer.to_owned()).or_default() += 1;
    }
    counts
}

/// Writes what a big Change does, some thousand effects at a time.
async fn write_batch(desk: &mut Desk, change: &Change) -> Result<(BatchRef, BTreeMap<String, u64>), StoreError> {
    let mut hash = Sha256::new();
    for (chunk, effects) in change.effects.chunks(EFFECTS_AT_ONCE).enumerate() {
        let mut steps = Steps::default();
        steps
            .add(&desk.ledger, change, Some(change.seq.0), effects)
            .map_err(|d| desk.damaged(d))?;
        steps.write(desk).await?;
        let first = chunk * EFFECTS_AT_ONCE;
        let rows = batch_rows(&desk.ledger, change.seq, first, effects, &mut hash).map_err(|d| desk.damaged(d))?;
        desk.insert(&BATCH_EFFECT, rows, "").await?;
    }
    let counts = layers_of(&change.effects);
    let reference = BatchRef {
        id: BatchId(change.seq.0),
        hash: hex(&hash.finalize()),
        counts: counts.clone(),
        rows: change.effects.len() as u64,
    };
    Ok((reference, counts))
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
        draft: change.draft.clone(),
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

pub(crate) async fn put_replies(desk: &mut Desk, replies: &[Reply]) -> Result<(), StoreError> {
    let rows = replies
        .iter()
        .map(|reply| {
            vec![
                Cell::from(&*desk.ledger),
                reply.owner.as_str().into(),
                reply.key.as_str().into(),
                reply.request_hash.as_str().into(),
                u32::from(reply.status).into(),
                maybe_text(reply.location.as_deref()),
                maybe_text(reply.etag.as_deref()),
                reply.body.as_slice().into(),
                nanoseconds(reply.at).into(),
            ]
        })
        .collect();
    // The first answer stands: an Idempotency-Key is answered the same for ever.
    desk.insert(&REPLY, rows, " ON CONFLICT DO NOTHING").await
}

/// A time as a number that sorts; exact until the year 2262, and the far end of time beyond it.
pub(crate) fn nanoseconds(at: jiff::Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(if at.as_nanosecond() < 0 { i64::MIN } else { i64::MAX })
}
