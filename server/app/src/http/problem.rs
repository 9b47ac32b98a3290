//! Refusals and failures as RFC 9457 problems. The only file that knows which of ours is which status.

use crate::auth;
use crate::ledger;
use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use geju_core::ground::overlay::RawPart;
use geju_core::{Finding, InvalidOutline, LonLat, Outline, Refusal};
use geju_store::StoreError;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A kind of problem: its status, its stable code and its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(pub u16, pub &'static str, pub &'static str);

pub const BAD_PARAMETER: Kind = Kind(400, "bad_parameter", "A parameter cannot be read");
pub const BAD_CURSOR: Kind = Kind(400, "bad_cursor", "The cursor does not belong to this question");
pub const BAD_JSON: Kind = Kind(400, "bad_json", "The body is not the JSON that is expected");
pub const HTTPS_NEEDED: Kind = Kind(400, "https_needed", "HTTPS is spoken here");
pub const NOT_SIGNED_IN: Kind = Kind(401, "not_signed_in", "Please sign in");
pub const BAD_CREDENTIALS: Kind = Kind(401, "bad_credentials", "Name or password is wrong");
pub const OLD_PASSWORD_WRONG: Kind = Kind(403, "bad_credentials", "The old password is wrong");
pub const FORBIDDEN: Kind = Kind(403, "forbidden", "This account does not have this right");
pub const NEEDS_REVIEW: Kind = Kind(403, "needs_review", "It is reviewed before it is in force");
pub const PASSWORD_CHANGE_REQUIRED: Kind = Kind(403, "password_change_required", "A new password is needed first");
pub const CROSS_SITE: Kind = Kind(403, "cross_site", "Another site's page may not do this");
pub const NOT_FOUND: Kind = Kind(404, "not_found", "There is no such door");
pub const NO_SUCH_PLACE: Kind = Kind(404, "no_such_place", "There is no such place");
pub const NO_SUCH_MATTER: Kind = Kind(404, "no_such_matter", "There is no such hazard, alert or issue");
pub const NO_SUCH_RECORD: Kind = Kind(404, "no_such_record", "There is no such record");
pub const NO_SUCH_LAYER: Kind = Kind(404, "no_such_layer", "There is no such layer or tile");
pub const NO_SUCH_ACCOUNT: Kind = Kind(404, "no_such_account", "There is no such account or token");
pub const NO_SUCH_DRAFT: Kind = Kind(404, "no_such_draft", "There is no such draft");
pub const METHOD_NOT_ALLOWED: Kind = Kind(405, "method_not_allowed", "This door does not work that way");
pub const TOO_SLOW: Kind = Kind(408, "too_slow", "The body took too long to arrive");
pub const ALREADY_ACKNOWLEDGED: Kind = Kind(409, "already_acknowledged", "Somebody knows of it already");
pub const DRAFT_NOT_OPEN: Kind = Kind(409, "draft_not_open", "The draft is at another step");
pub const NAME_TAKEN: Kind = Kind(409, "name_taken", "The name is taken");
pub const RETIRED: Kind = Kind(410, "retired", "The place was retired");
pub const STALE: Kind = Kind(412, "stale", "It was changed meanwhile");
pub const TOO_LARGE: Kind = Kind(413, "too_large", "The body is too large");
pub const NOT_JSON: Kind = Kind(415, "not_json", "The body must be JSON");
pub const REFUSED: Kind = Kind(422, "refused", "It breaks a rule");
pub const TOO_MANY_DRAFTS: Kind = Kind(422, "too_many_drafts", "Too many drafts are open");
pub const WEAK_PASSWORD: Kind = Kind(422, "weak_password", "The password is too weak");
pub const IDEMPOTENCY_KEY_REUSED: Kind = Kind(
    422,
    "idempotency_key_reused",
    "The Idempotency-Key was used for another request",
);
pub const NOT_YET: Kind = Kind(422, "not_yet", "This cannot be answered yet");
pub const QUESTION_TOO_BIG: Kind = Kind(422, "question_too_big", "The question is too big");
pub const IF_MATCH_NEEDED: Kind = Kind(428, "if_match_needed", "Say in If-Match which version was read");
pub const TOO_MANY_LOGINS: Kind = Kind(429, "too_many_logins", "Too many attempts");
pub const BUG: Kind = Kind(500, "server", "The server had an error");
pub const BUSY: Kind = Kind(503, "busy", "The server is busy");
pub const BEHIND: Kind = Kind(503, "behind", "This server has not heard of that change yet");
pub const SOURCE_AWAY: Kind = Kind(503, "source_unavailable", "The source of the base map does not answer");
pub const DISK_FULL: Kind = Kind(507, "disk_full", "The disk of the server is full");
/// For /readyz: the server is up, writing is not.
pub const NO_ROOM: Kind = Kind(503, "disk_full", "The disk of the server is full");
pub const STORE_AWAY: Kind = Kind(503, "store_unavailable", "The store does not answer");

/// Seconds after which it makes sense to come again when nobody knows better.
const USUAL_WAIT_SECONDS: u64 = 2;

/// Findings told in one sentence; the rest is in the list.
const SAID_MAX: usize = 3;
/// Findings listed: nobody reads more at once.
const FINDINGS_MAX: usize = 200;

/// What is sent instead of an answer. Boxed: refusals are rare, and every handler's result would carry their size.
#[derive(Debug)]
pub struct Problem(Box<Told>);

#[derive(Debug)]
struct Told {
    kind: Kind,
    detail: String,
    findings: Vec<Value>,
    extra: Map<String, Value>,
    retry_after: Option<u64>,
    etag: Option<String>,
}

pub type Answered = Result<Response, Problem>;

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self(Box::new(Told {
            kind,
            detail: detail.into(),
            findings: Vec::new(),
            extra: Map::new(),
            retry_after: None,
            etag: None,
        }))
    }

    /// A parameter that cannot be read, by name.
    pub fn parameter(name: &str, why: impl Into<String>) -> Self {
        let why = why.into();
        let mut problem = Self::new(BAD_PARAMETER, format!("{name}: {why}"));
        problem
            .0
            .findings
            .push(json!({ "code": "bad_parameter", "severity": "block", "message": why, "path": name }));
        problem
    }

    /// What a person has to mend.
    pub fn refused(findings: &[Finding]) -> Self {
        let said: Vec<&str> = findings.iter().take(SAID_MAX).map(|f| f.message.as_str()).collect();
        let mut detail = said.join("; ");
        if findings.len() > SAID_MAX {
            detail.push_str(&format!("; and {} more", findings.len() - SAID_MAX));
        }
        let mut problem = Self::new(REFUSED, detail);
        problem.0.findings = findings.iter().take(FINDINGS_MAX).map(finding).collect();
        problem
    }

    /// A field of the body that is not as it should be.
    pub fn field(path: &str, code: &str, why: impl Into<String>) -> Self {
        Self::refused(&[Finding::block(code, why).path(path)])
    }

    /// What was wrong, as findings: for dry runs.
    pub fn into_findings(self) -> Vec<Value> {
        self.as_findings()
    }

    /// The same without ending the problem.
    pub fn as_findings(&self) -> Vec<Value> {
        if self.0.findings.is_empty() {
            vec![json!({ "code": self.0.kind.1, "severity": "block", "message": self.0.detail })]
        } else {
            self.0.findings.clone()
        }
    }

    /// The same words as another kind of problem.
    pub fn become_kind(mut self, kind: Kind) -> Self {
        self.0.kind = kind;
        self
    }

    pub fn is(&self, kind: Kind) -> bool {
        self.0.kind == kind
    }

    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.0.extra.insert(name.into(), value);
        self
    }

    /// The same problem, said more clearly.
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = detail.into();
        self
    }

    pub fn with_etag(mut self, etag: String) -> Self {
        self.0.etag = Some(etag);
        self
    }

    pub fn retry_after(mut self, wait: Duration) -> Self {
        // Never 0: a client that obeys it would hammer.
        self.0.retry_after = Some(wait.as_secs() + 1);
        self
    }
}

/// A finding as it travels: its spot in degrees.
pub fn finding(finding: &Finding) -> Value {
    let mut out = json!({ "code": finding.code, "severity": finding.severity, "message": finding.message });
    if let Some(at) = finding.at {
        out["at"] = json!(at.to_degrees());
    }
    if !finding.ground.is_empty() {
        let parts = finding.ground.iter().flat_map(Outline::to_raw);
        let rings = |part: RawPart| -> Vec<Value> {
            let closed = |ring: &Vec<LonLat>| ring.iter().chain(ring.first()).map(|p| json!(p.to_degrees())).collect();
            part.iter().map(closed).collect()
        };
        let coordinates: Vec<Vec<Value>> = parts.map(rings).collect();
        out["geometry"] = json!({ "type": "MultiPolygon", "coordinates": coordinates });
    }
    if !finding.places.is_empty() {
        out["places"] = json!(finding.places);
    }
    if let Some(path) = &finding.path {
        out["path"] = json!(path);
    }
    if let Some(mend) = &finding.mend {
        out["mend"] = json!(mend);
    }
    out
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let told = *self.0;
        let Kind(status, code, title) = told.kind;
        let mut body = json!({
            "type": format!("/problems/{code}"), "title": title, "status": status, "code": code,
            "detail": told.detail, "findings": told.findings,
        });
        if let Value::Object(fields) = &mut body {
            fields.extend(told.extra);
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(etag) = told.etag.and_then(|e| HeaderValue::from_str(&e).ok()) {
            headers.insert(axum::http::header::ETAG, etag);
        }
        let wait = told
            .retry_after
            .or((status == StatusCode::SERVICE_UNAVAILABLE).then_some(USUAL_WAIT_SECONDS));
        if let Some(seconds) = wait {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            // Map programs ask for a name and password when they see it; browsers must not, the page has its own form.
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"geju\""));
        }
        response
    }
}

impl From<auth::Denied> for Problem {
    fn from(denied: auth::Denied) -> Self {
        match denied {
            auth::Denied::Unknown => Problem::new(
                NOT_SIGNED_IN,
                "say who you are: a session, a token, or a name and password",
            ),
            auth::Denied::TooMany(wait) => Problem::new(TOO_MANY_LOGINS, "too many wrong passwords").retry_after(wait),
            auth::Denied::Busy => Problem::new(BUSY, "too many are signing in just now"),
            auth::Denied::Store(error) => error.into(),
        }
    }
}

/// What to do about a full disk is the same wherever it was met.
pub fn disk_full() -> Problem {
    Problem::new(
        DISK_FULL,
        "nothing was changed: the disk of the server is full. The map can be read as before; free some room (old backups, for \
         instance) and try again, no restart is needed",
    )
}

/// A file beside the store that could not be written.
pub fn not_written(error: &std::io::Error, otherwise: &'static str) -> Problem {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded => disk_full(),
        _ => Problem::new(STORE_AWAY, otherwise),
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::warn!(error = %ledger::chain(&error), "the store failed");
        if error.is_full() {
            return disk_full();
        }
        Problem::new(
            STORE_AWAY,
            "the store does not answer; nothing is lost that was acknowledged",
        )
    }
}

impl From<ledger::Denied> for Problem {
    fn from(denied: ledger::Denied) -> Self {
        match denied {
            ledger::Denied::Refused(refusal) => refusal.into(),
            ledger::Denied::KeyReused => Problem::new(
                IDEMPOTENCY_KEY_REUSED,
                "this key was used before with another method, path or body",
            ),
            ledger::Denied::Busy | ledger::Denied::Overtaken => Problem::new(
                BUSY,
                "too many are writing just now; nothing was changed by this request",
            ),
            ledger::Denied::Full => disk_full(),
            ledger::Denied::Closed => Problem::new(BUSY, "the server is stopping"),
            ledger::Denied::Store(error) => {
                // Logged by the writer, once.
                drop(error);
                Problem::new(
                    STORE_AWAY,
                    "the store does not answer; ask again to learn whether it was written",
                )
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Forbidden(found) => {
                let kind = if found.code == NEEDS_REVIEW.1 {
                    NEEDS_REVIEW
                } else {
                    FORBIDDEN
                };
                let mut problem = Problem::new(kind, detail);
                problem.0.findings.push(finding(&found));
                problem
            }
            Refusal::NoSuchPlace(_) => Problem::new(NO_SUCH_PLACE, detail),
            Refusal::NoSuchMatter(_) => Problem::new(NO_SUCH_MATTER, detail),
            Refusal::NoSuchRecord(_) => Problem::new(NO_SUCH_RECORD, detail),
            Refusal::StalePlace(_) | Refusal::StalePlaces(_) | Refusal::StaleMatter { .. } => {
                Problem::new(STALE, detail)
            }
            Refusal::Broken(findings) if findings.iter().any(|f| f.code == "stale") => {
                let mut problem = Problem::new(STALE, detail);
                problem.0.findings = findings.iter().map(finding).collect();
                problem
            }
            Refusal::Broken(findings) if findings.iter().any(|f| f.code == ALREADY_ACKNOWLEDGED.1) => {
                let mut problem = Problem::new(ALREADY_ACKNOWLEDGED, detail);
                problem.0.findings = findings.iter().map(finding).collect();
                problem
            }
            Refusal::Broken(findings) => Problem::refused(&findings),
        }
    }
}

impl From<InvalidOutline> for Problem {
    fn from(bad: InvalidOutline) -> Self {
        Problem::refused(&[Finding::from(&bad).path("geometry")])
    }
}
