//! HTTP/1.1 over one kept connection with as little of its own work as can be: client and server share the cores.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer that takes longer is no answer.
const WITHIN: Duration = Duration::from_secs(60);

pub struct Wire {
    stream: TcpStream,
    host: String,
    headers: String,
    read: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Wire {
    /// `headers` are sent with every request, each ended by `\r\n`.
    pub async fn open(address: &str, headers: &str) -> Wire {
        let host = address.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).await.expect("the server takes connections");
        stream.set_nodelay(true).expect("nodelay");
        Wire {
            stream,
            host,
            headers: headers.to_owned(),
            read: Vec::with_capacity(1 << 20),
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "", "").await
    }

    pub async fn send(&mut self, method: &str, path: &str, more: &str, body: &str) -> Answer {
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len())
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{}{more}{length}\r\n{body}",
            self.host, self.headers
        );
        self.stream
            .write_all(request.as_bytes())
            .await
            .expect("a request is taken");
        tokio::time::timeout(WITHIN, self.answer())
            .await
            .unwrap_or_else(|_| panic!("{method} {path} was not answered within {WITHIN:?}"))
    }

    async fn answer(&mut self) -> Answer {
        self.read.clear();
        let head_end = loop {
            self.more().await;
            if let Some(at) = self.read.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let head = String::from_utf8_lossy(&self.read[..head_end]).into_owned();
        let mut answer = Answer {
            status: head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status"),
            head,
            body: Vec::new(),
        };
        if answer
            .header("transfer-encoding")
            .is_some_and(|t| t.contains("chunked"))
        {
            while !self.read.ends_with(b"\r\n0\r\n\r\n") {
                self.more().await;
            }
            answer.body = unchunked(&self.read[head_end..]);
        } else {
            let length: usize = answer
                .header("content-length")
                .and_then(|l| l.parse().ok())
                .unwrap_or(0);
            while self.read.len() < head_end + length {
                self.more().await;
            }
            answer.body = self.read[head_end..].to_vec();
        }
        answer
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.read).await.expect("the answer comes");
        assert!(read > 0, "the server closed the connection");
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = bytes.windows(2).position(|w| w == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end])
            .ok()
            .and_then(|s| usize::from_str_radix(s.trim(), 16).ok());
        let Some(size) = size.filter(|s| *s > 0) else { break };
        whole.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 4 + size..];
    }
    whole
}
