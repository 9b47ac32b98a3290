//! Who speaks plain HTTP where HTTPS is spoken is shown the way, rather than met with silence.

use super::super::problem::{self, Problem};
use crate::limits;
use axum::body::Body;
use axum::http::header::{CONNECTION, HOST, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use axum::response::IntoResponse;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite};

/// Answers one request, and hangs up.
pub async fn show_the_way(stream: impl AsyncRead + AsyncWrite + Unpin, own: SocketAddr) {
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| async move {
        Ok::<_, Infallible>(way(request.method(), request.uri(), request.headers(), own))
    });
    // Whatever breaks here is the peer's affair.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HEADER_WITHIN)
        .max_buf_size(limits::HEADER_BYTES_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Looking is sent on, and stays sent on. Whatever would write is refused: its words have come in the open, and a program that
/// is set up so should be told.
fn way(method: &Method, uri: &Uri, headers: &HeaderMap, own: SocketAddr) -> Response<Body> {
    let asked = headers.get(HOST).and_then(|host| host.to_str().ok());
    let plain = |host: &&str| {
        let part_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        !host.is_empty() && host.chars().all(part_of_host)
    };
    let host = asked.filter(plain).map_or_else(|| own.to_string(), str::to_owned);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let looking = matches!(*method, Method::GET | Method::HEAD);
    let mut answer = match HeaderValue::from_str(&format!("https://{host}{path}")) {
        Ok(there) if looking => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, there)]).into_response(),
        _ => Problem::new(
            problem::HTTPS_NEEDED,
            format!("plain HTTP came in where HTTPS is spoken; come again to https://{host}"),
        )
        .into_response(),
    };
    answer
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent_to(method: Method, host: Option<&'static str>, path: &'static str) -> (u16, Option<String>) {
        let headers = host.map(|host| (HOST, HeaderValue::from_static(host)));
        let answer = way(
            &method,
            &Uri::from_static(path),
            &HeaderMap::from_iter(headers),
            ([10, 0, 0, 7], 8443).into(),
        );
        let there = answer.headers().get(LOCATION).and_then(|there| there.to_str().ok());
        (answer.status().as_u16(), there.map(str::to_owned))
    }

    #[test]
    fn looking_is_sent_on_and_writing_is_refused() {
        let there = |there: &str| (308, Some(there.to_owned()));
        assert_eq!(
            sent_to(Method::GET, Some("map.example:8443"), "/wall?x=1"),
            there("https://map.example:8443/wall?x=1")
        );
        assert_eq!(
            sent_to(Method::HEAD, Some("[::1]:8443"), "/"),
            there("https://[::1]:8443/")
        );
        assert_eq!(sent_to(Method::GET, None, "/"), there("https://10.0.0.7:8443/"));
        assert_eq!(
            sent_to(Method::POST, Some("map.example"), "/api/v1/session"),
            (400, None)
        );
    }

    #[test]
    fn a_host_that_is_none_is_not_repeated() {
        for odd in ["evil.example/path", "a@b", "a b", "", "格局"] {
            let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_bytes(odd.as_bytes()).unwrap())]);
            let answer = way(
                &Method::GET,
                &Uri::from_static("/"),
                &headers,
                ([10, 0, 0, 7], 8443).into(),
            );
            assert_eq!(answer.headers()[LOCATION], "https://10.0.0.7:8443/", "{odd:?}");
        }
    }
}
