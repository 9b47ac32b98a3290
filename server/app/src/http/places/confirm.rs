//! Checked, nothing to change, 核对无误.

use super::super::Shared;
use super::super::asked::{Asked, Path, number_in_path};
use super::super::precondition::if_match;
use super::super::problem::Answered;
use super::super::sent::MaybeSent;
use super::super::write::{self, order, place_answer};
use super::{gone, stale_shown};
use crate::auth::Asker;
use crate::ledger::Wish;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use geju_core::{Command, PlaceId};

pub(super) async fn confirm(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    asked: Asked,
    MaybeSent(sent): MaybeSent,
) -> Answered {
    let id = PlaceId(number_in_path("id", &id)?);
    let tongue = asked.tongue()?;
    let (epoch, standing) = app.read(|w| (w.epoch(), w.place(id).is_some()));
    if !standing {
        return Err(gone(&app, &asker, id, &tongue).await);
    }
    let condition = if_match(&headers, epoch)?;
    let order = order(&asker, Command::ConfirmPlace { id, base: 0 });
    let mut wish = Wish::new(order, place_answer(200, asker.clone(), tongue));
    wish.condition = Some(condition);
    wish.key = write::key(&asker, &sent);
    stale_shown(&app, &asker, wish).await
}
