//! The list of all Changes, and the way back from an import or a confirmation.

use super::Shared;
use super::asked::{Asked, Path, number_in_path};
use super::doors::{Door, JSON, KEY, query};
use super::problem::{self, Answered, Problem};
use super::sent::MaybeSent;
use super::write::{self, carry_out, order};
use crate::auth::Asker;
use crate::ledger::{Rendered, Wish};
use crate::limits;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Extension, Json};
use geju_core::{Cause, Command, Finding, Seq};
use geju_store::{Store, Summary};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Changes on a page when nobody says how many.
const USUAL: usize = 50;

pub fn doors() -> Vec<Door> {
    let parameters = [
        query(
            "limit",
            r#"{"type":"integer","minimum":1,"maximum":500,"default":50}"#,
            "Changes on one page",
        ),
        query(
            "before",
            r#"{"type":"integer","minimum":0}"#,
            "Only Changes before this seq",
        ),
    ];
    vec![
        Door::new("GET", "/api/v1/changes", get(list), "Changes, newest first")
            .takes(&parameters)
            .answers(200, JSON, "Changes")
            .refuses(&[503]),
        Door::new(
            "POST",
            "/api/v1/changes/{seq}/undo",
            post(undo),
            "Take an import or a confirmation back, as one new Change",
        )
        .takes(&[KEY])
        .body_or_none("Nothing")
        .answers(200, JSON, "Undone")
        .refuses(&[404]),
    ]
}

async fn list(State(app): State<Shared>, asked: Asked) -> Answered {
    let limit = asked.limit(USUAL, limits::CHANGES_PAGE_MAX)?;
    let before = asked.parsed::<u64>("before")?.map(Seq);
    let found = app.store.summaries(before, limit).await?;
    let oldest = found.last().map_or(Seq::ZERO, |s| Seq(s.seq.0.saturating_sub(1)));
    let confirming = confirming(&app, &found).await?;
    let can_be_undone = found.iter().any(|s| matches!(s.cause, Cause::Import | Cause::Reshape));
    let undone: HashMap<Seq, Seq> = if can_be_undone || !confirming.is_empty() {
        app.store.undone(oldest).await?.into_iter().collect()
    } else {
        HashMap::new()
    };
    let items: Vec<Value> = found
        .iter()
        .map(|s| line(s, confirming.contains(&s.seq), undone.get(&s.seq)))
        .collect();
    Ok(Json(json!({ "items": items })).into_response())
}

/// Which of these say nothing but that an archive was checked. A summary holds no effects, so each that may is read.
async fn confirming(app: &Shared, found: &[Summary]) -> Result<HashSet<Seq>, Problem> {
    let mut confirming = HashSet::new();
    for summary in found {
        let one = summary.counts.values().sum::<u64>() == 1;
        if !one || !matches!(summary.cause, Cause::Amend) {
            continue;
        }
        if app.store.change(summary.seq).await?.is_some_and(|c| c.only_confirms()) {
            confirming.insert(summary.seq);
        }
    }
    Ok(confirming)
}

fn line(summary: &Summary, confirms: bool, undone_by: Option<&Seq>) -> Value {
    let can_be = confirms || matches!(summary.cause, Cause::Import | Cause::Reshape);
    let layers: Vec<&String> = summary.counts.keys().collect();
    let mut out = json!({
        "seq": summary.seq, "id": summary.change_id, "at": summary.at, "actor": summary.actor,
        "cause": summary.cause.as_str(), "source": summary.source,
        "kind": if summary.batch.is_some() { "batch" } else { "change" },
        "count": summary.counts.values().sum::<u64>(), "counts": summary.counts, "layers": layers,
        "envelope": summary.footprint.envelope.map(|e| e.to_degrees()), "undoable": can_be && undone_by.is_none(),
    });
    if let Cause::Undo(seq) = summary.cause {
        out["undoes"] = json!(seq);
    }
    if let Some(draft) = &summary.draft {
        out["draft"] = json!({ "id": draft.id, "author": draft.author.to_string() });
    }
    if confirms {
        out["confirms"] = json!(true);
    }
    if !can_be {
        out["why"] = json!("not_undoable");
    } else if let Some(by) = undone_by {
        out["why"] = json!("already_undone");
        out["undone_by"] = json!(by);
    }
    out
}

async fn undo(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(seq): Path<String>,
    MaybeSent(sent): MaybeSent,
) -> Answered {
    let seq = Seq(number_in_path("seq", &seq)?);
    let change = app.store.change(seq).await?;
    let change = change.ok_or_else(|| Problem::new(problem::NO_SUCH_RECORD, format!("there is no Change {seq}")))?;
    let undone = app.store.undone(Seq(seq.0.saturating_sub(1))).await?;
    if let Some((_, by)) = undone.iter().find(|(undone, _)| *undone == seq) {
        let what = format!("Change {seq} was taken back already, by Change {by}");
        let mend = match change.cause {
            Cause::Reshape => "take that Change back to have it again",
            _ => "import the file again to have it back",
        };
        return Err(Problem::refused(&[Finding::block("already_undone", what).mend(mend)]));
    }
    let order = order(&asker, Command::Undo(Arc::new(change)));
    let render = Box::new(move |_: &geju_core::World, change: &geju_core::Change| Rendered {
        status: 200,
        location: None,
        etag: None,
        body: json!({ "seq": change.seq, "undoes": seq, "count": change.effects.len() })
            .to_string()
            .into_bytes(),
    });
    let mut wish = Wish::new(order, render);
    wish.key = write::key(&asker, &sent);
    carry_out(&app, wish, JSON).await
}
