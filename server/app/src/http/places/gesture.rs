//! A gesture 边界调整 on its way through any of its doors: reshape, split, merge, transfer.

use super::super::Shared;
use super::super::asked::{Asked, Tongue};
use super::super::doors::JSON;
use super::super::problem::{self, Answered, Problem};
use super::super::sent::Sent;
use super::super::write::{self, order};
use super::drawn::{self, Drawn};
use super::reshape::{refused, rendered};
use crate::auth::Asker;
use crate::ledger::{Denied, Rendered, Wish};
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use geju_core::command::Reshape;
use geju_core::{Command, PlaceId, Refusal, World};
use serde_json::Value;
use std::collections::BTreeMap;

/// A gesture as it comes in: who draws, in which coordinates, and what was sent. One that was answered before gets the same
/// answer and comes no further.
pub struct Gesture {
    pub app: Shared,
    pub asker: Asker,
    pub tongue: Tongue,
    pub sent: Sent,
}

impl FromRequest<Shared> for Gesture {
    /// Why it comes no further, or the answer that was given before.
    type Rejection = Response;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Response> {
        let ended = |problem: Problem| problem.into_response();
        let asked = Asked::of(request.uri().query().unwrap_or(""));
        let unknown = || ended(Problem::new(problem::BUG, "who asks was not found out"));
        let asker = request.extensions().get::<Asker>().cloned().ok_or_else(unknown)?;
        let sent = Sent::from_request(request, app).await.map_err(ended)?;
        let tongue = asked.tongue().map_err(ended)?;
        match write::replayed(app, &asker, &sent).await.map_err(ended)? {
            Some(answer) => Err(answer),
            None => Ok(Self {
                app: app.clone(),
                asker,
                tongue,
                sent,
            }),
        }
    }
}

/// A gesture prepared from the map as it stood, and what whoever draws calls the places it makes.
pub type Prepared = Result<(Result<Reshape, Refusal>, BTreeMap<PlaceId, Value>), Problem>;

impl Gesture {
    /// Hands it to the writer; whoever drew on what is gone is shown what is there now.
    pub async fn carry_out(self, drawn: Drawn) -> Answered {
        let Drawn {
            wish, cause, created, ..
        } = drawn;
        let mut order = order(&self.asker, Command::Reshape(Box::new(wish)));
        order.source = cause;
        let (shown_to, shown_in) = (self.asker.clone(), Tongue::of(self.tongue.crs)?);
        let render = Box::new(move |world: &World, change: &geju_core::Change| Rendered {
            status: 200,
            location: None,
            etag: None,
            body: rendered(world, change, &created, &shown_to, &shown_in)
                .to_string()
                .into_bytes(),
        });
        let mut wish = Wish::new(order, render);
        wish.key = write::key(&self.asker, &self.sent);
        match self.app.ledger.ask(wish).await {
            Ok(done) => Ok(write::respond(done, JSON)),
            Err(Denied::Refused(refusal)) => Err(self.told(refusal).await),
            Err(denied) => Err(denied.into()),
        }
    }

    /// Carries out what was prepared from the map as it stood, beginning with this place; if it moved meanwhile, the versions tell.
    pub async fn carry_out_prepared(self, id: PlaceId, prepared: Prepared) -> Answered {
        if self.app.read(|world| world.place(id).is_none()) {
            return Err(self.told(Refusal::NoSuchPlace(id)).await);
        }
        let (wish, created) = prepared?;
        let wish = match wish {
            Ok(wish) => wish,
            Err(refusal) => return Err(self.told(refusal).await),
        };
        let drawn = Drawn {
            wish,
            cause: drawn::cause(&self.sent.value)?,
            created,
            unreadable: Vec::new(),
        };
        self.carry_out(drawn).await
    }

    /// A refusal, with what is there now.
    pub async fn told(&self, refusal: Refusal) -> Problem {
        match refusal {
            Refusal::NoSuchPlace(id) => super::gone(&self.app, &self.asker, id, &self.tongue).await,
            other => refused(&self.app, &self.asker, &self.tongue, other),
        }
    }
}
