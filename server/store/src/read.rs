//! Reading a ledger: every Change whole, what was, and what lies beside.

use crate::append::{head, hex};
use crate::cell::{Cell, Line};
use crate::desk::Desk;
use crate::error::{Damage, StoreError};
use crate::schema::Kind::{self, Blob, Int, Text};
use crate::version::{
    AnyMatter, MATTER_COLUMNS, MATTER_KINDS, PLACE_COLUMNS, PLACE_KINDS, read_matter, read_place, standing,
};
use crate::{PastVersion, Person, Reply, Summary};
use geju_core::world::{Parents, Row};
use geju_core::{BatchRef, Change, Effect, MatterKind, PersonId, Place, PlaceId, Revision, Seq};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// The last Change made before a moment, found by halving: Changes follow each other in time, and a ledger has no index of
/// times. Where the clocks of two servers differ, so do the answers, by as much.
pub(crate) async fn seq_before(desk: &mut Desk, moment: Timestamp) -> Result<Seq, StoreError> {
    let sql = "SELECT at FROM change WHERE ledger = $1 AND seq = $2";
    let (mut before, mut after) = (0, head(desk, false).await?.seq.0 + 1);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let at = desk
            .one(sql, vec![middle.into()], &[Text], |mut line| {
                Ok(line.text()?.parse::<Timestamp>()?)
            })
            .await?;
        // A Change that was moved to an archive is older than all that are here.
        if at.is_none_or(|at| at < moment) {
            before = middle;
        } else {
            after = middle;
        }
    }
    Ok(Seq(before))
}

/// Changes after `seq`, whole and in order.
pub(crate) async fn since(desk: &mut Desk, seq: Seq, limit: usize) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT body, effects FROM change WHERE ledger = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let cells = vec![seq.0.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let mut changes = desk
        .all(sql, cells, &[Text, Text], |mut line| {
            let mut change: Change = serde_json::from_str(&line.text()?)?;
            if let Some(effects) = line.text_opt()? {
                change.effects = serde_json::from_str(&effects)?;
            }
            Ok(change)
        })
        .await?;
    for change in &mut changes {
        if let Some(batch) = change.batch.clone() {
            change.effects = batch_effects(desk, change.seq, &batch).await?;
        }
    }
    Ok(changes)
}

/// The effects of a batch, in order. Its places are read in one pass of their own and put together with the rest here, not
/// by a JOIN: right after an import PostgreSQL has no statistics, takes either side for a handful of rows, and a nested
/// loop over 200,000 places is never done.
async fn batch_effects(desk: &mut Desk, seq: Seq, batch: &BatchRef) -> Result<Vec<Effect>, StoreError> {
    let mut places = batch_places(desk, seq).await?;
    let sql = "SELECT place, version, body, up, compound FROM batch_effect WHERE ledger = $1 AND seq = $2 ORDER BY n";
    let mut hash = Sha256::new();
    let mut effects = Vec::new();
    desk.each(sql, vec![seq.0.into()], &[Int, Int, Text, Int, Int], |mut line| {
        let key = (line.id_opt()?, line.id_opt()?);
        let body = line.text_opt()?;
        let into = Parents {
            up: line.id_opt()?.map(PlaceId),
            compound: line.id_opt()?.map(PlaceId),
        };
        let effect = match body {
            Some(json) => {
                hash.update(json.as_bytes());
                serde_json::from_str(&json)?
            }
            None => {
                let row = places
                    .remove(&key)
                    .ok_or("a row names a place the Change did not write")?;
                let effect = Effect::Place(Revision { into, ..standing(row) });
                hash.update(serde_json::to_string(&effect)?.as_bytes());
                effect
            }
        };
        hash.update(b"\n");
        effects.push(effect);
        Ok(())
    })
    .await?;
    if hex(&hash.finalize()) == batch.hash && effects.len() as u64 == batch.rows {
        Ok(effects)
    } else {
        Err(desk.damaged(Damage(format!(
            "the rows of Change {seq} are not those that were imported"
        ))))
    }
}

/// Places by the id and the version that rows of a batch name them by.
type BatchPlaces = HashMap<(Option<u64>, Option<u64>), Row<Place>>;

/// The places a batch brought. All were written by the Change itself, and an import numbers them one after another: the
/// span of their ids is a narrow part of the key, whatever the planner believes.
async fn batch_places(desk: &mut Desk, seq: Seq) -> Result<BatchPlaces, StoreError> {
    let sql = "SELECT min(place), max(place) FROM batch_effect WHERE ledger = $1 AND seq = $2";
    let span = desk
        .one(sql, vec![seq.0.into()], &[Int, Int], |mut line| {
            Ok(line.id_opt()?.zip(line.id_opt()?))
        })
        .await?;
    let Some((first, last)) = span.flatten() else {
        return Ok(BatchPlaces::new());
    };
    let sql = format!(
        "SELECT {PLACE_COLUMNS} FROM place_version p
         WHERE p.ledger = $1 AND p.from_seq = $2 AND p.id >= $3 AND p.id <= $4"
    );
    let cells = vec![seq.0.into(), first.into(), last.into()];
    let mut places = BatchPlaces::new();
    desk.each(&sql, cells, &PLACE_KINDS, |mut line| {
        let row = read_place(&mut line)?;
        let key = (Some(row.value.id.0), Some(u64::from(row.value.version)));
        places.insert(key, row);
        Ok(())
    })
    .await?;
    Ok(places)
}

pub(crate) async fn summaries(desk: &mut Desk, before: Option<Seq>, limit: usize) -> Result<Vec<Summary>, StoreError> {
    let sql = "SELECT body, counts FROM change WHERE ledger = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
    let before = before.map_or(i64::MAX, |s| i64::try_from(s.0).unwrap_or(i64::MAX));
    desk.all(
        sql,
        vec![before.into(), limit_cell(limit)],
        &[Text, Text],
        |mut line| {
            let change: Change = serde_json::from_str(&line.text()?)?;
            Ok(Summary {
                seq: change.seq,
                change_id: change.change_id,
                at: change.at,
                actor: change.actor.to_string(),
                cause: change.cause,
                source: change.source,
                draft: change.draft,
                footprint: change.footprint,
                batch: change.batch,
                counts: serde_json::from_str(&line.text()?)?,
            })
        },
    )
    .await
}

fn limit_cell(limit: usize) -> Cell {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}

/// The Change that wrote a version, as the first column, and then the version.
fn past(line: &mut Line, effect: impl FnOnce(&mut Line) -> Result<Effect, Damage>) -> Result<PastVersion, Damage> {
    let change: Change = serde_json::from_str(&line.text()?)?;
    let (seq, at, actor, cause) = (change.seq, change.at, change.actor.to_string(), change.cause);
    Ok(PastVersion {
        seq,
        at,
        actor,
        cause,
        effect: effect(line)?,
    })
}

fn past_place(mut line: Line) -> Result<PastVersion, Damage> {
    past(&mut line, |line| {
        read_place(line).map(|row| Effect::Place(standing(row)))
    })
}

fn past_matter(mut line: Line) -> Result<PastVersion, Damage> {
    past(&mut line, |line| read_matter(line).map(AnyMatter::into_effect))
}

pub(crate) async fn history(desk: &mut Desk, id: u64) -> Result<Vec<PastVersion>, StoreError> {
    let places = format!(
        "SELECT c.body, {PLACE_COLUMNS} FROM place_version p JOIN change c ON c.ledger = p.ledger AND c.seq = p.from_seq
         WHERE p.ledger = $1 AND p.id = $2 ORDER BY p.version"
    );
    let kinds: Vec<Kind> = [Text].into_iter().chain(PLACE_KINDS).collect();
    let found = desk.all(&places, vec![Cell::id(id)], &kinds, past_place).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let matters = format!(
        "SELECT c.body, {MATTER_COLUMNS} FROM matter_version m JOIN change c ON c.ledger = m.ledger AND c.seq = m.from_seq
         WHERE m.ledger = $1 AND m.id = $2 ORDER BY m.version"
    );
    let kinds: Vec<Kind> = [Text].into_iter().chain(MATTER_KINDS).collect();
    desk.all(&matters, vec![Cell::id(id)], &kinds, past_matter).await
}

pub(crate) async fn matters(
    desk: &mut Desk,
    kind: MatterKind,
    after: Option<u64>,
    limit: usize,
) -> Result<Vec<PastVersion>, StoreError> {
    let sql = format!(
        "SELECT c.body, {MATTER_COLUMNS} FROM matter_version m JOIN change c ON c.ledger = m.ledger AND c.seq = m.from_seq
         WHERE m.ledger = $1 AND m.kind = $2 AND m.to_seq IS NULL AND m.id < $3 ORDER BY m.id DESC LIMIT $4"
    );
    let after = after.map_or(i64::MAX, |id| i64::try_from(id).unwrap_or(i64::MAX));
    let kinds: Vec<Kind> = [Text].into_iter().chain(MATTER_KINDS).collect();
    desk.all(
        &sql,
        vec![kind.as_str().into(), after.into(), limit_cell(limit)],
        &kinds,
        past_matter,
    )
    .await
}

pub(crate) async fn pack(desk: &mut Desk, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT bytes FROM base_pack WHERE ledger = $1 AND hash = $2";
    desk.one(sql, vec![hash.into()], &[Blob], |mut line| line.blob()).await
}

pub(crate) async fn person(desk: &mut Desk, id: PersonId) -> Result<Option<Person>, StoreError> {
    let sql = "SELECT name, phone, address FROM person WHERE ledger = $1 AND id = $2";
    desk.one(sql, vec![id.to_string().into()], &[Text, Text, Text], |mut line| {
        Ok(Person {
            id,
            name: line.text_opt()?,
            phone: line.text_opt()?,
            address: line.text_opt()?,
        })
    })
    .await
}

pub(crate) async fn reply(desk: &mut Desk, owner: &str, key: &str) -> Result<Option<Reply>, StoreError> {
    let sql = "SELECT request_hash, status, location, etag, body, at FROM reply WHERE ledger = $1 AND owner = $2 AND key = $3";
    let kinds = [Text, Int, Text, Text, Blob, Int];
    desk.one(sql, vec![owner.into(), key.into()], &kinds, |mut line| {
        Ok(Reply {
            owner: owner.to_owned(),
            key: key.to_owned(),
            request_hash: line.text()?,
            status: u16::try_from(line.int()?)?,
            location: line.text_opt()?,
            etag: line.text_opt()?,
            body: line.blob()?,
            at: time(line.int()?)?,
        })
    })
    .await
}

pub(crate) fn time(nanoseconds: i64) -> Result<Timestamp, Damage> {
    Ok(Timestamp::from_nanosecond(i128::from(nanoseconds))?)
}

/// Erases a person's values, every kept reply that repeats one of them, and notes the erasure.
pub(crate) async fn erase(desk: &mut Desk, id: PersonId, at: Timestamp) -> Result<(), StoreError> {
    if let Some(Person {
        name, phone, address, ..
    }) = person(desk, id).await?
    {
        for value in [name, phone, address].into_iter().flatten().filter(|v| !v.is_empty()) {
            forget_replies(desk, &value).await?;
        }
    }
    desk.exec(
        "DELETE FROM person WHERE ledger = $1 AND id = $2",
        vec![id.to_string().into()],
    )
    .await?;
    let note = "INSERT INTO erasure (ledger, person, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    desk.exec(note, vec![id.to_string().into(), at.to_string().into()])
        .await
        .map(drop)
}

async fn forget_replies(desk: &mut Desk, value: &str) -> Result<(), StoreError> {
    // As it stands in a JSON text, without the quotation marks.
    let json = serde_json::Value::from(value).to_string();
    let needle = json.trim_matches('"').as_bytes();
    let sql = if desk.is_pg() {
        "DELETE FROM reply WHERE ledger = $1 AND position($2 in body) > 0"
    } else {
        "DELETE FROM reply WHERE ledger = $1 AND instr(body, $2) > 0"
    };
    desk.exec(sql, vec![needle.into()]).await.map(drop)
}
