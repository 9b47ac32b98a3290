//! Coming in and going out, and who one is.

use super::doors::{Door, JSON};
use super::people_json;
use super::problem::{self, Answered, Problem};
use super::sent::Sent;
use super::{App, Shared};
use crate::audit::Noted;
use crate::auth::{self, Asker, COOKIE_NAME, Who, password};
use crate::limits;
use axum::extract::{ConnectInfo, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json};
use geju_core::PlaceKind;
use geju_core::people::{Action, Reach};
use serde_json::{Map, Value, json};
use std::net::SocketAddr;

pub fn doors() -> Vec<Door> {
    vec![
        Door::new(
            "POST",
            "/api/v1/session",
            post(sign_in),
            "Sign in: sets the session cookie",
        )
        .body("SignIn")
        .answers(200, JSON, "Me")
        .refuses(&[401, 403, 429, 503]),
        Door::new("DELETE", "/api/v1/session", axum::routing::delete(sign_out), "Sign out")
            .says_nothing(204)
            .refuses(&[403, 503]),
        Door::new("GET", "/api/v1/me", get(me), "Who I am and what I may").answers(200, JSON, "Me"),
        Door::new(
            "POST",
            "/api/v1/me/password",
            post(change_password),
            "A new password of one's own; other sessions end",
        )
        .body("PasswordChange")
        .says_nothing(204)
        .refuses(&[403, 422, 429]),
    ]
}

async fn sign_in(
    State(app): State<Shared>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    sent: Sent,
) -> Answered {
    let name = text(&sent.value, "name")?;
    let secret = text(&sent.value, "password")?;
    let from = auth::address_of(&headers, from.ip(), app.settings.https);
    let wrong = |denied| match denied {
        auth::Denied::Unknown => Problem::new(problem::BAD_CREDENTIALS, "the name or the password is wrong"),
        other => other.into(),
    };
    let opened = match app.keeper.check_password(name, secret, from).await {
        Ok(account) => app.keeper.open_session(&account).await.map(|secret| (account, secret)),
        Err(denied) => Err(denied),
    };
    let (account, secret) = match opened {
        Ok(opened) => opened,
        Err(denied) => {
            // What was typed as a name may be a password typed in the wrong field: only names that exist are written down.
            let known = app.keeper.account(name);
            let mut refused = wrong(denied).into_response();
            refused.extensions_mut().insert(Noted {
                who: known.map(|account| (auth::asker_of(&account).owner(), Some(account.role))),
                ..Noted::default()
            });
            return Ok(refused);
        }
    };
    let asker = auth::asker_of(&account);
    let mut response = Json(describe(&app, &asker)).into_response();
    response.extensions_mut().insert(Noted {
        who: Some((asker.owner(), Some(asker.role))),
        ..Noted::default()
    });
    let age = limits::SESSION_DAYS * 24 * 60 * 60;
    set_cookie(&mut response, &app, &secret, age);
    Ok(response)
}

fn set_cookie(response: &mut Response, app: &App, value: &str, age_seconds: i64) {
    let secure = if app.settings.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE_NAME}={value}; Path=/; Max-Age={age_seconds}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
}

pub fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Problem> {
    let fields = body
        .as_object()
        .ok_or_else(|| Problem::field("", "wrong_type", "an object is needed"))?;
    super::place_json::need_text(fields, name)
}

async fn sign_out(
    State(app): State<Shared>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Answered {
    let from = auth::address_of(&headers, from.ip(), app.settings.https);
    let who = app.keeper.identify(&headers, from).await.ok();
    app.keeper.close_session(&headers).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.extensions_mut().insert(Noted {
        who: who.map(|asker| (asker.owner(), Some(asker.role))),
        ..Noted::default()
    });
    set_cookie(&mut response, &app, "", 0);
    Ok(response)
}

async fn me(State(app): State<Shared>, Extension(asker): Extension<Asker>) -> Answered {
    Ok(Json(describe(&app, &asker)).into_response())
}

async fn change_password(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    sent: Sent,
) -> Answered {
    let (old, new) = (text(&sent.value, "old")?, text(&sent.value, "new")?);
    let Who::Account { name, .. } = &asker.who else {
        return Err(Problem::new(problem::FORBIDDEN, "only accounts have a password"));
    };
    let from = auth::address_of(&headers, from.ip(), app.settings.https);
    let wrong = || Problem::new(problem::OLD_PASSWORD_WRONG, "the old password is wrong");
    let account = app
        .keeper
        .check_password(name, old, from)
        .await
        .map_err(|denied| match denied {
            auth::Denied::Unknown => wrong(),
            other => other.into(),
        })?;
    check_new(new, name)?;
    if new == old {
        return Err(Problem::new(problem::WEAK_PASSWORD, "the new password is the old one"));
    }
    let checked = Some(account.password_hash);
    let changed = app.keeper.set_password(name, checked, new, false).await?;
    let account = changed.ok_or_else(wrong)?;
    // The other sessions ended; this browser goes on with a new one.
    let mut response = StatusCode::NO_CONTENT.into_response();
    match app.keeper.open_session(&account).await {
        Ok(secret) => set_cookie(&mut response, &app, &secret, limits::SESSION_DAYS * 24 * 60 * 60),
        // Somebody set yet another password meanwhile: the page asks for it.
        Err(auth::Denied::Unknown) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(response)
}

pub fn check_new(new: &str, name: &str) -> Result<(), Problem> {
    password::weakness(new, name).map_or(Ok(()), |why| Err(Problem::new(problem::WEAK_PASSWORD, why)))
}

/// What the page needs to know of whoever looks at it.
fn describe(app: &App, asker: &Asker) -> Value {
    app.read(|world| {
        let scheme = world.scheme();
        let places: Vec<Value> = asker
            .places
            .iter()
            .filter_map(|id| world.place(*id))
            .map(|p| {
                let bbox = p.place.ground.envelope().to_degrees();
                json!({ "id": p.place.id, "kind": p.place.kind(), "name": p.place.name, "bbox": bbox })
            })
            .collect();
        let extent = world.envelope();
        let draws = PlaceKind::ALL
            .into_iter()
            .filter(|k| scheme.may_draw(asker.role, *k))
            .collect::<Vec<_>>();
        let amends = PlaceKind::ALL
            .into_iter()
            .filter(|k| scheme.may_amend(asker.role, *k))
            .collect::<Vec<_>>();
        json!({
            "account": {
                "id": people_json::account_number(asker.name()), "name": asker.name(),
                "display_name": people_json::display_name(asker),
            },
            "role": asker.role, "places": places, "may": may(asker),
            "duties": { "draws": draws, "amends": amends }, "draws": draws, "amends": amends,
            "must_change_password": asker.must_change_password,
            "scheme": {
                "name": scheme.name, "title": scheme.title, "levels": scheme.levels, "freshness": scheme.freshness,
                "review": scheme.review,
                "centre": extent.map(|e| e.centre().to_degrees()), "time_zone": time_zone(scheme.utc_offset_minutes),
            },
            "build": app.build, "epoch": world.epoch(), "head": world.head(), "demo": app.demo,
            "base": app.raster.as_ref().map(|raster| json!({
                "datum": raster.datum.as_str(), "attribution": raster.attribution,
                "min_zoom": raster.zooms.0, "max_zoom": raster.zooms.1,
            })),
            "bbox": extent.map(|e| e.to_degrees()),
        })
    })
}

/// Each thing one may do, and for what one may not, why.
fn may(asker: &Asker) -> Value {
    let actions = [
        ("place.create", Action::PlaceDraw),
        ("place.retire", Action::PlaceDraw),
        ("place.amend", Action::PlaceAmend),
        ("draft.review", Action::DraftReview),
        ("figures.read", Action::FiguresRead),
        ("matters.read", Action::MattersRead),
        ("reporter.read", Action::ReporterRead),
        ("hazard.write", Action::HazardWrite),
        ("alert.write", Action::AlertWrite),
        ("issue.report", Action::IssueReport),
        ("issue.handle", Action::IssueHandle),
        ("post.manage", Action::PostManage),
        ("account.manage", Action::AccountManage),
        ("ledger.read", Action::LedgerRead),
        ("import", Action::Import),
        ("backup", Action::Backup),
    ];
    let mut out = Map::new();
    let mut why = Map::new();
    for (name, action) in actions {
        let reach = asker.reach(action);
        let nowhere = reach == Reach::None || (reach == Reach::Own && asker.places.is_empty());
        out.insert(name.into(), json!(!nowhere));
        if nowhere {
            why.insert(
                name.into(),
                json!(if reach == Reach::None { "role" } else { "no_place" }),
            );
        }
    }
    // And the table itself: how far each right of this role reaches.
    for action in Action::ALL {
        out.insert(action.as_str().into(), json!(asker.reach(action)));
    }
    out.insert("why".into(), Value::Object(why));
    Value::Object(out)
}

/// A zone name every browser knows: those of whole hours have one, written with the sign turned round by tradition.
fn time_zone(offset_minutes: i32) -> String {
    match (offset_minutes / 60, offset_minutes % 60) {
        (0, 0) => "Etc/GMT".into(),
        (hours, 0) if hours > 0 => format!("Etc/GMT-{hours}"),
        (hours, 0) => format!("Etc/GMT+{}", -hours),
        (hours, minutes) => format!(
            "{}{:02}:{:02}",
            if offset_minutes < 0 { '-' } else { '+' },
            hours.abs(),
            minutes.abs()
        ),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn zones_have_names_that_browsers_know() {
        assert_eq!(super::time_zone(480), "Etc/GMT-8");
        assert_eq!(super::time_zone(-300), "Etc/GMT+5");
        assert_eq!(super::time_zone(330), "+05:30");
    }
}
