//! The access log 访问记录, for those who manage accounts.

use super::Shared;
use super::asked::Asked;
use super::doors::{Door, JSON, query};
use super::problem::Answered;
use crate::limits;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use geju_store::{Access, Accounts};
use serde_json::{Value, json};

/// Lines on a page when nobody says how many.
const USUAL: usize = 100;

pub fn doors() -> Vec<Door> {
    let parameters = [
        query(
            "limit",
            r#"{"type":"integer","minimum":1,"maximum":500,"default":100}"#,
            "Lines on one page",
        ),
        query(
            "before",
            r#"{"type":"integer","minimum":0}"#,
            "Only lines before this one: `next` of the page before",
        ),
    ];
    vec![
        Door::new(
            "GET",
            "/api/v1/audit",
            get(list),
            "Who signed in or was refused, who changed rights, took files in or copies away; newest first",
        )
        .takes(&parameters)
        .answers(200, JSON, "Audit")
        .refuses(&[503]),
    ]
}

async fn list(State(app): State<Shared>, asked: Asked) -> Answered {
    let limit = asked.limit(USUAL, limits::ACCESS_PAGE_MAX)?;
    let before = asked.parsed::<u64>("before")?;
    // Whoever looks right after an act finds it.
    app.audit.settled().await;
    let mut found = app.store.accesses(before, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let items: Vec<Value> = found.iter().map(|(id, access)| line(*id, access)).collect();
    let mut out = json!({ "items": items });
    if let Some((last, _)) = found.last().filter(|_| more) {
        out["next"] = json!(last);
    }
    Ok(Json(out).into_response())
}

fn line(id: u64, access: &Access) -> Value {
    let mut out = json!({
        "id": id, "at": access.at, "actor": access.who, "role": access.role, "what": access.what, "on": access.target,
    });
    if let Some(detail) = &access.detail {
        out["detail"] = json!(detail);
    }
    if let Some(address) = &access.address {
        out["address"] = json!(address);
    }
    out
}
