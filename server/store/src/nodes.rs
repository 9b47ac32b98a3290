//! Vertices that neighbours share, put on the straight edges of places whose version does not step.

use crate::cell::Cell;
use crate::desk::Desk;
use crate::error::StoreError;
use crate::schema::Kind::Int;
use crate::version::{PLACE_COLUMNS, PLACE_KINDS, read_place, standing};
use geju_core::world::Parents;
use geju_core::{Effect, Ground, PlaceId, Revision, Version};

/// The place, the version it keeps, and its ground with the vertices.
pub(crate) type Noded = (PlaceId, Version, Ground);

pub(crate) async fn write(desk: &mut Desk, noded: Vec<Noded>) -> Result<(), StoreError> {
    for (id, version, ground) in noded {
        keep_import(desk, id, version).await?;
        let sql = "UPDATE place_version SET geom = $4 WHERE ledger = $1 AND id = $2 AND version = $3";
        let cells = vec![id.0.into(), version.into(), Cell::from(&ground)];
        let touched = desk.exec(sql, cells).await?;
        if touched != 1 {
            return Err(desk.damaged(format!("place {id} has no version {version} to put a vertex on").into()));
        }
    }
    Ok(())
}

/// An import does not repeat what the version rows it wrote hold; before such a row changes, the import gets its own words,
/// so that it is read for ever as it was.
async fn keep_import(desk: &mut Desk, id: PlaceId, version: Version) -> Result<(), StoreError> {
    let sql =
        format!("SELECT {PLACE_COLUMNS} FROM place_version p WHERE p.ledger = $1 AND p.id = $2 AND p.version = $3");
    let row = desk
        .one(&sql, vec![id.0.into(), version.into()], &PLACE_KINDS, |mut line| {
            read_place(&mut line)
        })
        .await?;
    let Some(row) = row else { return Ok(()) };
    let seq = row.since;
    let sql = "SELECT n, up, compound FROM batch_effect
               WHERE ledger = $1 AND seq = $2 AND place = $3 AND version = $4 AND body IS NULL";
    let cells = vec![seq.0.into(), id.0.into(), version.into()];
    let written = desk
        .one(sql, cells, &[Int, Int, Int], |mut line| {
            let n = line.id()?;
            let into = Parents {
                up: line.id_opt()?.map(PlaceId),
                compound: line.id_opt()?.map(PlaceId),
            };
            Ok((n, into))
        })
        .await?;
    let Some((n, into)) = written else { return Ok(()) };
    let effect = Effect::Place(Revision { into, ..standing(row) });
    let body = serde_json::to_string(&effect).map_err(|e| desk.damaged(e.into()))?;
    let sql = "UPDATE batch_effect SET body = $4 WHERE ledger = $1 AND seq = $2 AND n = $3";
    desk.exec(sql, vec![seq.0.into(), n.into(), body.into()])
        .await
        .map(drop)
}
