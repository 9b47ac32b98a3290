//! Tokens 令牌 for machines and map programs: shown once, kept as a hash.

use super::Shared;
use super::accounts::{name, object, places, role};
use super::asked::Path;
use super::doors::{Door, JSON};
use super::people_json;
use super::problem::{self, Answered, Problem};
use super::sent::Sent;
use crate::audit::Noted;
use crate::auth::{hash_secret, new_secret};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use geju_store::Token;
use jiff::Timestamp;
use serde_json::{Value, json};

pub fn doors() -> Vec<Door> {
    vec![
        Door::new("GET", "/api/v1/tokens", get(list), "Every token, without its secret").answers(200, JSON, "Tokens"),
        Door::new(
            "POST",
            "/api/v1/tokens",
            axum::routing::post(create),
            "Add a token; its secret is shown once",
        )
        .body("NewToken")
        .answers(201, JSON, "TokenShown")
        .refuses(&[409, 503]),
        Door::new(
            "DELETE",
            "/api/v1/tokens/{name}",
            axum::routing::delete(revoke),
            "Revoke a token, everywhere within two seconds",
        )
        .says_nothing(204)
        .refuses(&[404, 503]),
    ]
}

async fn list(State(app): State<Shared>) -> Answered {
    let tokens = app.keeper.tokens().await?;
    let items: Vec<Value> = app.read(|world| tokens.iter().map(|t| people_json::token(world, t)).collect());
    Ok(Json(json!({ "items": items })).into_response())
}

async fn create(State(app): State<Shared>, sent: Sent) -> Answered {
    let fields = object(&sent.value)?;
    let name = name(fields)?;
    if app.keeper.knows_token(&name) {
        return Err(Problem::new(
            problem::NAME_TAKEN,
            format!("there is a token {name} already"),
        ));
    }
    let secret = new_secret();
    let token = Token {
        name,
        token_hash: hash_secret(&secret),
        role: role(fields)?.ok_or_else(|| Problem::field("role", "missing", "a role is needed"))?,
        places: places(&app, fields)?.unwrap_or_default(),
        created_at: Timestamp::now(),
        last_seen: None,
    };
    let mut shown = app.read(|world| people_json::token(world, &token));
    let noted = Noted {
        detail: Some(token.role.as_str().to_owned()),
        ..Noted::on(&token.name)
    };
    app.keeper.put_token(token).await?;
    shown["token"] = json!(secret);
    let mut response = (StatusCode::CREATED, Json(shown)).into_response();
    response.extensions_mut().insert(noted);
    Ok(response)
}

async fn revoke(State(app): State<Shared>, Path(name): Path<String>) -> Answered {
    if app.keeper.drop_token(name).await? {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Problem::new(problem::NO_SUCH_ACCOUNT, "there is no token of this name"))
    }
}
