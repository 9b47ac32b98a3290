//! Buildings handed over to the neighbour, 楼栋划转: the outline follows.

use super::super::asked::{Path, number_in_path};
use super::super::doors::{CRS, Door, JSON, KEY};
use super::super::problem::{Answered, Problem};
use super::drawn;
use super::gesture::Gesture;
use axum::routing::post;
use geju_core::PlaceId;
use geju_core::decide::transfer_of;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn door() -> Door {
    Door::new(
        "POST",
        "/api/v1/places/{id}/transfer",
        post(transfer),
        "Hand buildings over to the neighbour; the edge between the two follows",
    )
    .takes(&[CRS, KEY])
    .body("Transfer")
    .answers(200, JSON, "Reshaped")
    .refuses(&[404, 410, 412])
}

async fn transfer(Path(id): Path<String>, gesture: Gesture) -> Answered {
    let id = PlaceId(number_in_path("id", &id)?);
    let Gesture { app, sent, .. } = &gesture;
    let fields = drawn::object(&sent.value, "")?;
    let from = (id, drawn::version(fields)?);
    let taker = drawn::object(fields.get("to").unwrap_or(&Value::Null), "to")?;
    let to = (drawn::id_of(taker.get("id"), "to.id")?, drawn::version(taker)?);
    let buildings = drawn::list(fields, "buildings")?
        .iter()
        .map(|building| drawn::id_of(Some(building), "buildings"))
        .collect::<Result<Vec<_>, Problem>>()?;
    let wish = tokio::task::block_in_place(|| app.read(|world| transfer_of(world, from, to, &buildings)));
    gesture.carry_out_prepared(id, Ok((wish, BTreeMap::new()))).await
}
