//! The body of a request: JSON only, within its size, its time and its depth.

use super::asked::Asked;
use super::problem::{self, Problem};
use crate::limits;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A JSON body and what tells this request from another with the same Idempotency-Key.
pub struct Sent {
    pub value: Value,
    /// SHA-256 over method, path and body, as hex.
    pub hash: String,
    pub key: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let key = key_of(&parts.headers)?;
        if !is_json(&parts.headers) {
            return Err(Problem::new(problem::NOT_JSON, "send Content-Type: application/json"));
        }
        let bytes = read_within(&parts.headers, body, limits::BODY_BYTES_MAX).await?;
        let value = parse(&bytes)?;
        Ok(Self {
            value,
            hash: hash(&parts, &bytes),
            key,
        })
    }
}

/// A file as the body: what tells this request from another, and its bytes.
pub async fn file(request: Request, most: usize) -> Result<(Sent, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let key = key_of(&parts.headers)?;
    let bytes = read_within(&parts.headers, body, most).await?;
    let sent = Sent {
        value: Value::Null,
        hash: hash(&parts, &bytes),
        key,
    };
    Ok((sent, bytes))
}

/// The plain name of a file that is sent, as the query says it.
pub fn file_name(asked: &Asked) -> Result<String, Problem> {
    let name = asked.text("name").unwrap_or("upload");
    // Offices name their files as they like: 【最终】小区台账（2026）+附件.xlsx is one.
    let fine = |c: char| !c.is_control() && !matches!(c, '/' | '\\');
    if name.is_empty() || name.len() > limits::FILE_NAME_BYTES_MAX || name.starts_with('.') || !name.chars().all(fine) {
        return Err(Problem::parameter("name", "is a plain file name without folders"));
    }
    Ok(name.to_owned())
}

fn hash(parts: &Parts, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(parts.method.as_str());
    hash.update([0]);
    // The query is part of what was asked: the same outline in another coordinate system is another wish.
    hash.update(parts.uri.path_and_query().map_or("", |p| p.as_str()));
    hash.update([0]);
    hash.update(body);
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// A body that may be left out: absent and empty are `null`.
pub struct MaybeSent(pub Sent);

impl<S: Send + Sync> FromRequest<S> for MaybeSent {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let key = key_of(&parts.headers)?;
        let bytes = read_within(&parts.headers, body, limits::BODY_BYTES_MAX).await?;
        if bytes.is_empty() {
            return Ok(Self(Sent {
                value: Value::Null,
                hash: hash(&parts, &[]),
                key,
            }));
        }
        if !is_json(&parts.headers) {
            return Err(Problem::new(problem::NOT_JSON, "send Content-Type: application/json"));
        }
        Ok(Self(Sent {
            value: parse(&bytes)?,
            hash: hash(&parts, &bytes),
            key,
        }))
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match key.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= limits::KEY_CHARS_MAX => Ok(Some(key.to_owned())),
        _ => Err(Problem::parameter(
            "Idempotency-Key",
            format!("1 to {} printable ASCII characters are needed", limits::KEY_CHARS_MAX),
        )),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    kind == "application/json" || kind == "application/geo+json"
}

/// The whole body, when it is small enough and arrives in time.
pub async fn read_within(headers: &HeaderMap, body: axum::body::Body, most: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(problem::TOO_LARGE, format!("a body has at most {most} bytes"));
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<u64>().ok());
    if announced.is_some_and(|n| n > most as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(limits::BODY_WITHIN, axum::body::to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            let full = std::error::Error::source(&error).is_some_and(|s| s.to_string().contains("length limit"));
            if full {
                Err(too_large())
            } else {
                Err(Problem::new(problem::BAD_JSON, "the body broke off"))
            }
        }
        Err(_) => Err(Problem::new(problem::TOO_SLOW, "the body took too long to arrive")),
    }
}

pub fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    if depth(bytes) > limits::JSON_DEPTH_MAX {
        return Err(Problem::new(
            problem::BAD_JSON,
            format!("nested deeper than {}", limits::JSON_DEPTH_MAX),
        ));
    }
    serde_json::from_slice(bytes).map_err(|why| Problem::new(problem::BAD_JSON, why.to_string()))
}

/// How deep brackets nest, strings apart.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0usize, 0usize, false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_text = false,
            (true, _) => {}
            (false, b'"') => in_text = true,
            (false, b'[' | b'{') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            (false, _) => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_text_do_not_nest() {
        assert_eq!(depth(br#"{"a":"[[[[\"[[","b":[1]}"#), 2);
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        assert!(parse(format!("{}1{}", "[".repeat(60), "]".repeat(60)).as_bytes()).is_ok());
    }
}
