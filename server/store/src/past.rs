//! What is out of force and still matters: codes that are never given again, Changes that were taken back.

use crate::desk::Desk;
use crate::error::{Damage, StoreError};
use crate::schema::Kind::{Date, Int, Text};
use geju_core::world::{Former, FormerCode};
use geju_core::{Cause, Change, Code, PlaceId, PlaceKind, Seq};

/// Codes that went out of force with their places up to this moment, in the order in which they did; those of places that came
/// back are among them. What an undone import or drawing brought counts as never having been.
pub(crate) async fn former_codes(desk: &mut Desk, known: Seq) -> Result<Vec<FormerCode>, StoreError> {
    let sql = "SELECT p.id, p.kind, p.code, p.name, p.effective_to FROM place_version p
               JOIN change c ON c.ledger = p.ledger AND c.seq = p.from_seq
               WHERE p.ledger = $1 AND p.effective_to > '' AND p.code IS NOT NULL AND p.from_seq <= $2
                 AND c.cause <> 'undo' ORDER BY p.from_seq, p.id";
    desk.all(sql, vec![known.0.into()], &[Int, Text, Text, Text, Date], |mut line| {
        let (id, kind, code) = (line.id()?, line.text()?, line.text()?);
        let kind = PlaceKind::parse(&kind).ok_or_else(|| Damage(format!("{kind} is no kind of place")))?;
        let code = Code::new(&code).map_err(|e| Damage(e.to_string()))?;
        let former = Former {
            id: PlaceId(id),
            name: line.text()?.into(),
            retired_on: line.text()?.parse()?,
        };
        Ok((kind, code, former))
    })
    .await
}

/// Pairs: the Change, and the one that took it back.
pub(crate) async fn undone(desk: &mut Desk, seq: Seq) -> Result<Vec<(Seq, Seq)>, StoreError> {
    let sql = "SELECT body FROM change WHERE ledger = $1 AND seq > $2 AND cause = 'undo' ORDER BY seq";
    let found = desk
        .all(sql, vec![seq.0.into()], &[Text], |mut line| {
            let change: Change = serde_json::from_str(&line.text()?)?;
            Ok(match change.cause {
                Cause::Undo(undone) => Some((undone, change.seq)),
                _ => None,
            })
        })
        .await?;
    Ok(found
        .into_iter()
        .flatten()
        .filter(|(undone, _)| *undone > seq)
        .collect())
}
