//! Screens that listen, on a thread and sockets of their own: they must not delay what is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

const CHANGE: &[u8] = b"event: change";
const BUFFER_BYTES: usize = 8 * 1024;

#[derive(Default)]
struct Counts {
    events: AtomicUsize,
    lost: AtomicUsize,
}

pub struct Feeds(Arc<Counts>);

impl Feeds {
    pub fn open(base: &str, cookie: &str, number: usize) -> Feeds {
        let counts = Arc::new(Counts::default());
        let host = base.trim_start_matches("http://").to_owned();
        let asked = format!("GET /api/v1/feed HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n");
        let shared = counts.clone();
        std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_io().build().expect("a runtime");
            runtime.block_on(async move {
                let mut all = tokio::task::JoinSet::new();
                for _ in 0..number {
                    let (host, asked, counts) = (host.clone(), asked.clone(), shared.clone());
                    all.spawn(async move {
                        // However it ended: a feed does not end.
                        let _ = listen(&host, &asked, &counts).await;
                        counts.lost.fetch_add(1, Ordering::Relaxed);
                    });
                }
                while all.join_next().await.is_some() {}
            });
        });
        Feeds(counts)
    }

    /// Events since the last time, and feeds that broke off so far.
    pub fn counts(&self) -> (usize, usize) {
        (
            self.0.events.swap(0, Ordering::Relaxed),
            self.0.lost.load(Ordering::Relaxed),
        )
    }
}

async fn listen(host: &str, asked: &str, counts: &Counts) -> std::io::Result<()> {
    let mut line = TcpStream::connect(host).await?;
    line.write_all(asked.as_bytes()).await?;
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let read = line.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        // An event that lies across two readings is missed by this count, which only tells that they come.
        let events = buffer[..read].windows(CHANGE.len()).filter(|w| *w == CHANGE).count();
        counts.events.fetch_add(events, Ordering::Relaxed);
    }
}
