//! Accounts 账号: made, changed, shut out.

use super::asked::Path;
use super::doors::{Door, JSON, KEY};
use super::people_json;
use super::place_json::text;
use super::problem::{self, Answered, Kind, Problem};
use super::sent::Sent;
use super::session::check_new;
use super::write;
use super::{App, Shared};
use crate::audit::Noted;
use crate::auth::{Amended, Amendment, Asker, Who};
use crate::ledger::Rendered;
use crate::limits;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use axum::{Extension, Json};
use geju_core::{PlaceId, Role};
use geju_store::Account;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The way back in would be the machine's own console, which the office may not have.
const LAST_ADMIN: Kind = Kind(409, "last_admin", "The last administrator stays");

pub fn doors() -> Vec<Door> {
    vec![
        Door::new("GET", "/api/v1/accounts", get(list), "Every account").answers(200, JSON, "Accounts"),
        Door::new(
            "POST",
            "/api/v1/accounts",
            post(create),
            "Add an account; its first password has to be changed",
        )
        .takes(&[KEY])
        .body("NewAccount")
        .answers(201, JSON, "Account")
        .refuses(&[409, 503]),
        Door::new(
            "PUT",
            "/api/v1/accounts/{name}",
            put(amend),
            "Change an account's role, places, name or shut it out",
        )
        .body("AccountChange")
        .answers(200, JSON, "Account")
        .refuses(&[404, 409, 503]),
        Door::new(
            "POST",
            "/api/v1/accounts/{name}/password",
            post(reset),
            "Reset a password; it has to be changed",
        )
        .body("PasswordReset")
        .says_nothing(204)
        .refuses(&[404, 503]),
    ]
}

async fn list(State(app): State<Shared>) -> Answered {
    let accounts = app.keeper.accounts().await?;
    let items: Vec<Value> = app.read(|world| accounts.iter().map(|a| people_json::account(world, a)).collect());
    Ok(Json(json!({ "items": items })).into_response())
}

pub fn object(body: &Value) -> Result<&Map<String, Value>, Problem> {
    body.as_object()
        .ok_or_else(|| Problem::field("", "wrong_type", "an object is needed"))
}

/// A name for an account or token: it stands in paths and logs.
pub fn name(fields: &Map<String, Value>) -> Result<String, Problem> {
    let name = super::place_json::need_text(fields, "name")?;
    check_name(name).map_err(|why| Problem::field("name", "bad_name", why))?;
    Ok(name.to_owned())
}

pub fn check_name(name: &str) -> Result<(), String> {
    let fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    if name.is_empty() || name.chars().count() > limits::ACCOUNT_NAME_MAX || !name.chars().all(fine) {
        return Err(format!(
            "a name has 1 to {} letters, digits, - _ . @",
            limits::ACCOUNT_NAME_MAX
        ));
    }
    Ok(())
}

pub fn role(fields: &Map<String, Value>) -> Result<Option<Role>, Problem> {
    let known = || Role::ALL.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ");
    text(fields, "role")?
        .map(|r| {
            Role::parse(r).ok_or_else(|| Problem::field("role", "unknown_role", format!("known roles: {}", known())))
        })
        .transpose()
}

/// Places that exist.
pub fn places(app: &App, fields: &Map<String, Value>) -> Result<Option<Vec<PlaceId>>, Problem> {
    let wrong = || Problem::field("places", "wrong_type", "places are a list of ids");
    let all = match fields.get("places") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(all)) if all.len() <= limits::ACCOUNT_PLACES_MAX => all,
        Some(_) => return Err(wrong()),
    };
    let ids: Vec<PlaceId> = all
        .iter()
        .map(|id| id.as_u64().map(PlaceId).ok_or_else(wrong))
        .collect::<Result<_, _>>()?;
    match app.read(|w| ids.iter().find(|id| w.place(**id).is_none()).copied()) {
        Some(missing) => Err(Problem::field(
            "places",
            "no_such_place",
            format!("there is no place {missing} in force"),
        )),
        None => Ok(Some(ids)),
    }
}

async fn create(State(app): State<Shared>, Extension(asker): Extension<Asker>, sent: Sent) -> Answered {
    let fields = object(&sent.value)?;
    let name = name(fields)?;
    let role = role(fields)?.ok_or_else(|| Problem::field("role", "missing", "a role is needed"))?;
    let secret = super::place_json::need_text(fields, "password")?;
    check_new(secret, &name)?;
    if let Some(before) = write::replayed(&app, &asker, &sent).await? {
        return Ok(before);
    }
    let taken = Problem::new(problem::NAME_TAKEN, format!("there is an account {name} already"));
    if app.keeper.account(&name).is_some() {
        return Err(taken);
    }
    // The operator's own hand sets a password that holds; what the office sets for somebody else is no secret.
    let keeps = asker.who == Who::Console;
    let account = Account {
        display_name: display_name(fields)?.unwrap_or_else(|| name.clone()),
        role,
        places: places(&app, fields)?.unwrap_or_default(),
        password_hash: app.keeper.hash(secret).await?,
        must_change_password: !keeps,
        disabled: false,
        created_at: Timestamp::now(),
        last_seen: None,
        name,
    };
    let shown = app.read(|world| people_json::account(world, &account));
    let noted = Noted {
        detail: Some(account.role.as_str().to_owned()),
        ..Noted::on(&account.name)
    };
    let encoded: String = form_urlencoded::byte_serialize(account.name.as_bytes()).collect();
    if !app.keeper.add_account(account).await? {
        return Err(taken);
    }
    let rendered = Rendered {
        status: 201,
        location: Some(format!("/api/v1/accounts/{encoded}")),
        etag: None,
        body: shown.to_string().into_bytes(),
    };
    let mut response = write::kept(&app, &asker, &sent, rendered).await?;
    response.extensions_mut().insert(noted);
    Ok(response)
}

fn display_name(fields: &Map<String, Value>) -> Result<Option<String>, Problem> {
    match text(fields, "display_name")?.map(str::trim).filter(|n| !n.is_empty()) {
        Some(name) if name.chars().count() > geju_core::place::MAX_NAME_CHARS || name.chars().any(char::is_control) => {
            Err(Problem::field(
                "display_name",
                "bad_name",
                "the display name is too long or holds a control character",
            ))
        }
        found => Ok(found.map(str::to_owned)),
    }
}

fn no_such() -> Problem {
    Problem::new(problem::NO_SUCH_ACCOUNT, "there is no account of this name")
}

async fn amend(State(app): State<Shared>, Path(name): Path<String>, sent: Sent) -> Answered {
    let fields = object(&sent.value)?;
    if app.keeper.account(&name).is_none() {
        return Err(no_such());
    }
    let amendment = Amendment {
        role: role(fields)?,
        places: places(&app, fields)?,
        display_name: display_name(fields)?,
        disabled: match fields.get("disabled") {
            None | Some(Value::Null) => None,
            Some(Value::Bool(disabled)) => Some(*disabled),
            Some(_) => return Err(Problem::field("disabled", "wrong_type", "disabled is true or false")),
        },
    };
    let changed = ["role", "places", "display_name", "disabled"]
        .into_iter()
        .filter(|field| fields.get(*field).is_some_and(|value| !value.is_null()))
        .collect::<Vec<_>>()
        .join(", ");
    match app.keeper.amend_account(&name, amendment).await? {
        Amended::Done(account) => {
            let shown = app.read(|world| people_json::account(world, &account));
            let mut response = Json(shown).into_response();
            response.extensions_mut().insert(Noted {
                detail: Some(changed),
                ..Noted::on(&account.name)
            });
            Ok(response)
        }
        Amended::NoSuchAccount => Err(no_such()),
        Amended::LastAdmin => Err(Problem::new(
            LAST_ADMIN,
            "nobody else could manage accounts: make another administrator first",
        )),
    }
}

async fn reset(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
    sent: Sent,
) -> Answered {
    let new = super::session::text(&sent.value, "new")?;
    if app.keeper.account(&name).is_none() {
        return Err(no_such());
    }
    check_new(new, &name)?;
    let must_change = asker.who != Who::Console;
    let changed = app.keeper.set_password(&name, None, new, must_change).await?;
    changed.ok_or_else(no_such)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
