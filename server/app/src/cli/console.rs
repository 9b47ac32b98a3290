//! Commands that find the store served go through the server that serves it, with the secret it left in the lock file.

use anyhow::{Context, bail};
use geju_store::StoreError;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The server is on the same machine; a long import or backup still answers within this.
const ANSWER_WITHIN: Duration = Duration::from_secs(60 * 60);
/// Longest head of an answer: our own server writes less than a thousand bytes.
const HEAD_BYTES_MAX: u64 = 64 * 1024;

/// A server that holds the store.
#[derive(Debug, Clone)]
pub struct Console {
    host: String,
    token: String,
}

/// What the server answered; the body is still to be read.
pub struct Answer {
    pub status: u16,
    head: String,
    length: Option<u64>,
    body: BufReader<TcpStream>,
}

impl Console {
    /// The server named in the lock, when that is why the store does not open.
    pub fn behind(error: &anyhow::Error) -> Option<Console> {
        match error.downcast_ref::<StoreError>() {
            Some(StoreError::Locked {
                address: Some(address),
                token: Some(token),
                ..
            }) => Some(Console {
                host: address
                    .strip_prefix("http://")
                    .unwrap_or(address)
                    .trim_end_matches('/')
                    .to_owned(),
                token: token.clone(),
            }),
            _ => None,
        }
    }

    /// Asks and reads the answer as JSON; a refusal is an error in the server's words.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let answer = self.send(method, path, body)?;
        let status = answer.status;
        let text = answer.text()?;
        let value: Value = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text)?
        };
        if (200..300).contains(&status) {
            return Ok(value);
        }
        bail!("{}", value["detail"].as_str().unwrap_or("the server refused"))
    }

    pub fn send(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Answer> {
        let mut stream =
            TcpStream::connect(&self.host).with_context(|| format!("speaking to the server at {}", self.host))?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.host,
            self.token,
            body.len()
        )?;
        Answer::read(stream)
    }
}

impl Answer {
    fn read(stream: TcpStream) -> anyhow::Result<Answer> {
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        let mut lines = (&mut reader).take(HEAD_BYTES_MAX);
        loop {
            let before = head.len();
            if lines.read_line(&mut head)? == 0 {
                bail!("the server hung up");
            }
            if head[before..].trim_end().is_empty() {
                break;
            }
        }
        let status = head
            .split_whitespace()
            .nth(1)
            .and_then(|s| s.parse().ok())
            .context("the answer is not HTTP")?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())
                .flatten()
        });
        Ok(Answer {
            status,
            head,
            length,
            body: reader,
        })
    }

    /// A field of the answer's head.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    pub fn text(mut self) -> anyhow::Result<String> {
        let mut bytes = Vec::new();
        self.copy_to(&mut bytes)?;
        Ok(String::from_utf8(bytes)?)
    }

    /// Copies the body; one that is cut off is an error.
    pub fn copy_to(&mut self, out: &mut impl Write) -> anyhow::Result<()> {
        let copied = match self.length {
            Some(length) => std::io::copy(&mut (&mut self.body).take(length), out)?,
            None => std::io::copy(&mut self.body, out)?,
        };
        if self.length.is_some_and(|length| length != copied) {
            bail!("the answer was cut off after {copied} bytes");
        }
        Ok(())
    }
}
