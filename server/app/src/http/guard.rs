//! What happens before and after every door: who knocks, may they, and what every answer carries.

use super::Shared;
use super::asked::Asked;
use super::doors::{self, Need};
use super::problem::{self, Problem};
use crate::audit::{Done, Noted, What};
use crate::auth::{self, Asker, address_of};
use crate::limits;
use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use geju_core::people::Reach;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;
use std::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

/// Nothing but our own, from the first day.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";
/// Smaller answers grow when compressed.
const COMPRESS_FROM_BYTES: u64 = 860;

/// The whole house with its doors.
pub fn router(app: Shared) -> Router {
    let (mut as_it_is, mut router) = (Router::new(), Router::new());
    for door in super::all_doors() {
        let kind = if travels_as_it_is(door.path) {
            &mut as_it_is
        } else {
            &mut router
        };
        *kind = std::mem::take(kind).route(doors::routed(door.path), door.handler);
    }
    let small = SizeAbove::new(COMPRESS_FROM_BYTES)
        .and(NotForContentType::new("text/event-stream"))
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::new("font/"))
        .and(NotForContentType::new("application/geopackage+sqlite3"));
    // Tiles and assets are compressed already. Each layer about an answer is paid by every one of them.
    router
        .layer(CompressionLayer::new().compress_when(small))
        .merge(as_it_is)
        .method_not_allowed_fallback(|| async {
            Problem::new(problem::METHOD_NOT_ALLOWED, "another method is needed here")
        })
        .route_layer(middleware::from_fn_with_state(app.clone(), guard))
        .fallback(|uri: Uri| async move {
            let path: String = uri.path().chars().take(100).collect();
            Problem::new(problem::NOT_FOUND, format!("there is nothing at {path}"))
        })
        .layer(CatchPanicLayer::custom(|panic: Box<dyn std::any::Any + Send>| {
            let said = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or(panic.downcast_ref::<&str>().copied());
            tracing::error!(said = said.unwrap_or(""), "a handler panicked");
            Problem::new(problem::BUG, "this is our mistake; it is in the log").into_response()
        }))
        .layer(middleware::from_fn_with_state(app.clone(), every_answer))
        .with_state(app)
}

/// Doors whose answers nobody compresses on their way out.
fn travels_as_it_is(path: &str) -> bool {
    path.starts_with("/tiles/{layers}/{z}") || path.starts_with("/assets/")
}

/// Who knocks, and may they?
async fn guard(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(String::new(), |p| p.as_str().to_owned());
    let from = address_of(request.headers(), peer(&request).ip(), app.settings.https);
    let asker = match admit(&app, request.method(), &path, request.headers(), from).await {
        Ok(asker) => asker,
        Err(problem) => {
            if problem.is(problem::NOT_SIGNED_IN) {
                note_wrong_basic(&app, request.headers(), from);
            }
            return problem.into_response();
        }
    };
    if let Some(asker) = &asker {
        request.extensions_mut().insert(asker.clone());
    }
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut response = next.run(request).await;
    if let Some(what) = What::of(&method, &path, response.status().as_u16()) {
        let mut noted = response.extensions_mut().remove::<Noted>().unwrap_or_default();
        noted.on = noted.on.or_else(|| named_by(&uri, &path));
        app.audit.note(Done {
            what,
            asker: asker.as_ref(),
            noted,
            from,
        });
    }
    response
}

/// A wrong password is written down wherever it was tried.
fn note_wrong_basic(app: &Shared, headers: &HeaderMap, from: IpAddr) {
    let Some(account) = app.keeper.named_by_basic(headers) else {
        return;
    };
    // As at the door for signing in: only names that exist are written down.
    let who = account.map(|account| (auth::asker_of(&account).owner(), Some(account.role)));
    app.audit.note(Done {
        what: What::SignInFailed,
        asker: None,
        noted: Noted {
            who,
            ..Noted::on("basic")
        },
        from,
    });
}

/// What an address names: what stands in its path, else the file that it brings.
fn named_by(uri: &Uri, routed: &str) -> Option<String> {
    let at = routed.split('/').position(|part| part.starts_with('{'));
    let in_path = at.and_then(|at| uri.path().split('/').nth(at));
    let decoded = |text: &str| {
        form_urlencoded::parse(text.as_bytes())
            .next()
            .map(|(name, _)| name.into_owned())
    };
    in_path
        .and_then(decoded)
        .or_else(|| Asked::of(uri.query().unwrap_or("")).text("name").map(str::to_owned))
}

async fn admit(
    app: &Shared,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    from: IpAddr,
) -> Result<Option<Asker>, Problem> {
    let need = doors::need(method, path);
    same_site(method, headers)?;
    if need == Some(Need::Open) {
        return Ok(None);
    }
    let asker = app.keeper.identify(headers, from).await?;
    let right = match need {
        // A door in no table is shut, and a method that no door has is the router's to refuse.
        None if is_known_path(path) => return Ok(Some(asker)),
        None => {
            return Err(Problem::new(
                problem::FORBIDDEN,
                "this door stands in no table of rights",
            ));
        }
        Some(Need::Open) => return Ok(None),
        Some(Need::SignedIn) => return Ok(Some(asker)),
        Some(Need::Right(action)) => action,
    };
    if asker.must_change_password {
        return Err(Problem::new(
            problem::PASSWORD_CHANGE_REQUIRED,
            "set a new password first: POST /api/v1/me/password",
        ));
    }
    if asker.reach(right) == Reach::None {
        return Err(Problem::new(
            problem::FORBIDDEN,
            format!("a {} may not {}", asker.role, right.as_str()),
        ));
    }
    Ok(Some(asker))
}

fn is_known_path(path: &str) -> bool {
    doors::TABLE.iter().any(|(_, known, _)| doors::routed(known) == path)
}

fn peer(request: &Request) -> SocketAddr {
    let info = request.extensions().get::<ConnectInfo<SocketAddr>>();
    info.map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |ConnectInfo(address)| *address)
}

/// A browser says from which page a request comes; another site's page may read nothing and must write nothing. Own code
/// instead of a layer, so that the refusal is a problem document like every other.
fn same_site(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let foreign = match text("sec-fetch-site") {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => text("origin").is_some_and(|origin| {
            let host = origin.split_once("://").map_or(origin, |(_, host)| host);
            Some(host) != text("host")
        }),
    };
    if foreign {
        Err(Problem::new(
            problem::CROSS_SITE,
            "this request was made by another site's page",
        ))
    } else {
        Ok(())
    }
}

/// What every answer carries, and one line of log for it: no names, no search texts, no addresses of people.
async fn every_answer(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = format!("{:016x}", rand::random::<u64>());
    let method = request.method().clone();
    let area = request.uri().path().split('/').take(4).collect::<Vec<_>>().join("/");
    let mut response = next.run(request).await;
    let status = response.status();
    if let Some(count) = app
        .counts
        .answers
        .get(usize::from(status.as_u16() / 100).saturating_sub(1))
    {
        count.fetch_add(1, Ordering::Relaxed);
    }
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "geolocation=(self)"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // Figures depend on who asks: no shared cache may keep them, and the browser asks again each time.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    if app.settings.tells_https_only()
        && let Ok(value) = HeaderValue::from_str(&format!("max-age={}", limits::HTTPS_ONLY_SECONDS))
    {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    let ms = began.elapsed().as_millis() as u64;
    tracing::debug!(%method, area, status = status.as_u16(), ms, request = id, "answered");
    if status.is_server_error() && status.as_u16() != 503 {
        tracing::warn!(%method, area, status = status.as_u16(), ms, request = id, "answered with a failure");
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v)))
            .collect()
    }

    #[test]
    fn another_sites_page_may_not_write() {
        let refused = |pairs| same_site(&Method::POST, &headers(pairs)).is_err();
        assert!(refused(&[("sec-fetch-site", "cross-site")]));
        assert!(refused(&[("sec-fetch-site", "same-site")]));
        assert!(refused(&[
            ("origin", "https://evil.example"),
            ("host", "map.local:8080")
        ]));
        assert!(refused(&[("origin", "null"), ("host", "map.local")]));
        assert!(!refused(&[("sec-fetch-site", "same-origin")]));
        assert!(!refused(&[
            ("origin", "http://map.local:8080"),
            ("host", "map.local:8080")
        ]));
        assert!(!refused(&[]), "machines are no browsers");
        assert!(same_site(&Method::GET, &headers(&[("sec-fetch-site", "cross-site")])).is_ok());
    }
}
