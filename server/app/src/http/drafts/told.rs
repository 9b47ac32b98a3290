//! Drafts as they travel.

use super::super::people_json::display_name;
use super::super::place_json::etag;
use super::super::problem::{self, Problem};
use super::super::{App, Shared};
use super::judging::Judgement;
use crate::auth::Asker;
use geju_core::draft::DraftGround;
use geju_core::{Actor, Draft, Epoch, PlaceKind, Scheme};
use geju_store::{Accounts, DraftComment};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Tells one asker of drafts: who they are, and what everybody else is called.
pub struct Teller {
    pub asker: Asker,
    pub scheme: Arc<Scheme>,
    pub epoch: Epoch,
    names: HashMap<String, String>,
}

impl Teller {
    pub async fn new(app: &Shared, asker: &Asker) -> Result<Self, Problem> {
        let accounts = app.store.accounts().await?;
        let (scheme, epoch) = app.read(|w| (w.scheme().clone(), w.epoch()));
        Ok(Self {
            asker: asker.clone(),
            scheme,
            epoch,
            names: accounts.into_iter().map(|a| (a.name, a.display_name)).collect(),
        })
    }

    pub fn etag(&self, draft: &Draft) -> String {
        etag(self.epoch, draft.version)
    }

    /// Somebody by the name they are called.
    fn person(&self, actor: &Actor) -> Value {
        let mine = *actor == self.asker.actor();
        let (name, account) = match actor {
            Actor::Account(name) => (self.names.get(name).unwrap_or(name).as_str(), Some(name)),
            Actor::Token(name) => (name.as_str(), None),
            Actor::Console if mine => (display_name(&self.asker), None),
            Actor::Console => ("console", None),
            Actor::Ticker => ("geju", None),
        };
        json!({ "name": name, "account": account, "mine": mine })
    }

    /// A line in a list.
    pub fn summary(&self, app: &App, draft: &Draft) -> Value {
        let parent = draft.parent.map(|id| {
            let name = app.read(|w| w.place(id).map(|p| p.place.name.clone()));
            json!({ "id": id, "name": name })
        });
        let kinds: BTreeSet<PlaceKind> = draft.grounds.iter().map(|g: &DraftGround| g.kind).collect();
        json!({
            "id": draft.id, "version": draft.version, "state": draft.state, "name": draft.name, "note": draft.note,
            "by": self.person(&draft.author), "role": draft.role, "at": draft.at, "changed_at": draft.changed_at,
            "parent": parent, "kinds": kinds, "places": draft.grounds.len(), "effective_on": draft.effective_on,
            "change": draft.change,
        })
    }

    /// A draft with everything.
    pub fn whole(
        &self,
        app: &App,
        draft: &Draft,
        reshape: &Value,
        judgement: &Judgement,
        comments: &[DraftComment],
    ) -> Value {
        let mut told = self.summary(app, draft);
        let [before, after, totals] = judgement.told_to(&self.asker);
        let said = comments.iter().map(|comment| {
            json!({
                "by": self.person(&comment.by), "at": comment.at, "text": comment.text, "state": comment.state,
            })
        });
        told["comments"] = said.collect();
        told["reshape"] = reshape.clone();
        told["before"] = before;
        told["after"] = after;
        told["totals"] = totals;
        told["findings"] = json!(judgement.findings);
        let (who, warrant) = (self.asker.actor(), self.asker.warrant());
        told["may"] = json!(draft.may(&self.scheme, &who, &warrant, judgement.is_blocked()));
        told
    }

    /// Somebody else was first.
    pub fn stale(&self, app: &App, now: &Draft) -> Problem {
        Problem::new(
            problem::STALE,
            format!("draft {} is at version {} by now", now.id, now.version),
        )
        .with("draft", self.summary(app, now))
        .with_etag(self.etag(now))
    }
}
