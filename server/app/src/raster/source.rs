//! Where pictures come from: one plain request each, over TLS where the address says so.
//!
//! HTTP/1.0 by hand, because it is all that is needed: a picture is asked for, comes whole, and the line is closed. No redirect
//! is followed, so the server asks nobody but whom the operator named.

use super::{NoPicture, Square};
use crate::limits;
use anyhow::{Context, ensure};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes of the head of an answer: map services send below 2 KB.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// A source that is silent for so long is away.
const SILENT_MAX: Duration = Duration::from_secs(5);

/// The address that the operator gave, taken apart. It may hold a key, so it is never shown.
pub struct Source {
    /// Host and port as the address has them: what a server tells its sites apart by.
    authority: String,
    host: String,
    port: u16,
    path: String,
    tls: Option<Arc<ClientConfig>>,
}

impl Source {
    pub fn new(template: &str) -> anyhow::Result<Self> {
        let (scheme, rest) = template
            .split_once("://")
            .context("an address begins with http:// or https://")?;
        ensure!(matches!(scheme, "http" | "https"), "only http and https are spoken");
        let (authority, path) = rest.split_once('/').context("a path is needed after the host")?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().context("the port is no number")?),
            None => (authority, if scheme == "https" { 443 } else { 80 }),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        ensure!(!host.is_empty() && host.chars().all(plain), "the host is no plain name");
        // What is sent is one line: nothing in it may begin another.
        ensure!(
            path.chars().all(|c| c.is_ascii_graphic()),
            "the path holds a character that must be escaped"
        );
        for part in ["{z}", "{x}", "{y}"] {
            ensure!(path.contains(part), "{part} is missing");
        }
        Ok(Self {
            authority: authority.into(),
            host: host.into(),
            port,
            path: format!("/{path}"),
            tls: if scheme == "https" { Some(tls()?) } else { None },
        })
    }

    /// The picture's bytes. Blocks: not for an async thread.
    pub fn fetch(&self, square: Square) -> Result<Vec<u8>, NoPicture> {
        let answer = self.ask(square).map_err(|error| {
            // Errors of a line speak of no address.
            tracing::debug!(%error, "the base map's source does not answer");
            NoPicture::Away
        })?;
        body_of(&answer)
    }

    fn ask(&self, square: Square) -> std::io::Result<Vec<u8>> {
        let until = Instant::now() + limits::RASTER_WITHIN;
        let address = (self.host.as_str(), self.port)
            .to_socket_addrs()?
            .next()
            .ok_or(std::io::ErrorKind::NotFound)?;
        let line = TcpStream::connect_timeout(&address, SILENT_MAX)?;
        line.set_read_timeout(Some(SILENT_MAX))?;
        line.set_write_timeout(Some(SILENT_MAX))?;
        let path = self
            .path
            .replace("{z}", &square.z.to_string())
            .replace("{x}", &square.x.to_string())
            .replace("{y}", &square.y.to_string());
        let request = format!(
            "GET {path} HTTP/1.0\r\nHost: {}\r\nUser-Agent: geju/{}\r\nAccept: image/*\r\nConnection: close\r\n\r\n",
            self.authority,
            env!("CARGO_PKG_VERSION"),
        );
        match &self.tls {
            None => exchange(line, &request, until),
            Some(config) => {
                let name = ServerName::try_from(self.host.clone()).map_err(std::io::Error::other)?;
                let session = ClientConnection::new(config.clone(), name).map_err(std::io::Error::other)?;
                exchange(StreamOwned::new(session, line), &request, until)
            }
        }
    }
}

fn tls() -> anyhow::Result<Arc<ClientConfig>> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Sends and reads until the other side is done, nothing more is announced, or it is too much or too late.
fn exchange(mut line: impl Read + Write, request: &str, until: Instant) -> std::io::Result<Vec<u8>> {
    line.write_all(request.as_bytes())?;
    line.flush()?;
    let mut answer = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        if Instant::now() > until {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
        match line.read(&mut chunk)? {
            0 => return Ok(answer),
            read => answer.extend_from_slice(&chunk[..read]),
        }
        if answer.len() > HEAD_BYTES_MAX + limits::RASTER_BYTES_MAX {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        if announced_is_there(&answer) {
            return Ok(answer);
        }
    }
}

/// Head and body, when the head is whole.
fn parts(answer: &[u8]) -> Option<(&str, &[u8])> {
    let end = answer
        .get(..answer.len().min(HEAD_BYTES_MAX))?
        .windows(4)
        .position(|four| four == b"\r\n\r\n")?;
    Some((std::str::from_utf8(&answer[..end]).ok()?, &answer[end + 4..]))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    fields
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

fn announced(head: &str) -> Option<usize> {
    header(head, "content-length")?.parse().ok()
}

fn announced_is_there(answer: &[u8]) -> bool {
    parts(answer).is_some_and(|(head, body)| announced(head).is_some_and(|length| body.len() >= length))
}

fn body_of(answer: &[u8]) -> Result<Vec<u8>, NoPicture> {
    let (head, body) = parts(answer).ok_or(NoPicture::Away)?;
    let status = head.split_whitespace().nth(1).unwrap_or_default();
    match status {
        "200" => {}
        "204" | "404" | "410" => return Err(NoPicture::Absent),
        _ => {
            tracing::debug!(status, "the base map's source refuses");
            return Err(NoPicture::Away);
        }
    }
    let whole = match announced(head) {
        Some(length) => body.get(..length).ok_or(NoPicture::Away)?,
        None => body,
    };
    if header(head, "transfer-encoding").is_some() || whole.len() > limits::RASTER_BYTES_MAX {
        return Err(NoPicture::Away);
    }
    Ok(whole.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_cannot_be_asked_are_refused_at_the_start() {
        for odd in [
            "ftp://a.example/{z}/{x}/{y}",
            "http://a.example",
            "http://a.example/{z}/{x}",
            "http://a b.example/{z}/{x}/{y}",
            "http://a.example:port/{z}/{x}/{y}",
            "http://u@a.example/{z}/{x}/{y}",
            "http://a.example/{z}/{x}/{y}\r\nX: 1",
            "/{z}/{x}/{y}",
        ] {
            assert!(Source::new(odd).is_err(), "{odd:?}");
        }
        let source = Source::new("https://t0.example.cn/vec_w/wmts?T={z}&X={x}&Y={y}&tk=k").unwrap();
        assert_eq!((source.port, source.tls.is_some()), (443, true));
    }

    #[test]
    fn only_a_whole_answer_counts() {
        let body = |answer: &str| body_of(answer.as_bytes());
        assert_eq!(
            body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc").as_deref(),
            Ok(&b"abc"[..])
        );
        assert_eq!(body("HTTP/1.0 200 OK\r\n\r\nabc").as_deref(), Ok(&b"abc"[..]));
        assert_eq!(body("HTTP/1.1 404 No\r\n\r\n"), Err(NoPicture::Absent));
        for odd in [
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            "HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc",
            "HTTP/1.1 200 OK",
            "",
        ] {
            assert_eq!(body(odd), Err(NoPicture::Away), "{odd:?}");
        }
    }
}
