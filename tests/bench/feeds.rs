//! How long after a write is acknowledged the last of many open feeds hears of it.

use crate::report::{Report, percentile};
use crate::rounds::Started;
use crate::wire::Wire;
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// Edits told to each crowd.
const EDITS: usize = 40;
const CROWDS: [(usize, f64, &str); 2] = [(1_000, 60.0, "p99 ≤ 60 ms"), (5_000, 200.0, "p99 ≤ 200 ms")];
const OPENED_WITHIN: Duration = Duration::from_secs(60);
const TOLD_WITHIN: Duration = Duration::from_secs(20);

pub async fn told(started: &Started, report: &mut Report) {
    for (readers, most, budget) in CROWDS {
        let (heard, mut hears) = mpsc::unbounded_channel::<(u64, Instant)>();
        let mut crowd = tokio::task::JoinSet::new();
        for _ in 0..readers {
            crowd.spawn(listen(
                started.server.base.clone(),
                started.headers.clone(),
                heard.clone(),
            ));
        }
        drop(heard);
        // Each says 0 once it is open.
        let mut open = 0;
        while open < readers {
            match tokio::time::timeout(OPENED_WITHIN, hears.recv()).await {
                Ok(Some((0, _))) => open += 1,
                Ok(Some(_)) => {}
                _ => break,
            }
        }
        if open < readers {
            report.alone(
                &format!("{readers} feeds"),
                format!("only {open} could be opened"),
                budget,
                Some(false),
            );
            continue;
        }
        let mut wire = started.wire().await;
        let mut latest = Vec::new();
        for n in 0..EDITS {
            let seq = hazard(&mut wire, started.centre, n).await;
            let acknowledged = Instant::now();
            let mut last = acknowledged;
            let mut told = 0;
            while told < readers {
                match tokio::time::timeout(TOLD_WITHIN, hears.recv()).await {
                    Ok(Some((of, at))) if of == seq => {
                        told += 1;
                        last = last.max(at);
                    }
                    Ok(Some(_)) => {}
                    _ => panic!("only {told} of {readers} feeds heard of {seq}"),
                }
            }
            latest.push(last.duration_since(acknowledged).as_secs_f64() * 1_000.0);
        }
        crowd.abort_all();
        let p99 = percentile(latest.clone(), 0.99);
        report.alone(
            &format!("acknowledged → last of {readers} feeds, {EDITS} edits"),
            format!("median {:.1} ms, p99 {p99:.1} ms", percentile(latest, 0.5)),
            budget,
            Some(p99 <= most),
        );
    }
}

/// A hazard reported, and the seq its Change got.
pub async fn hazard(wire: &mut Wire, at: (f64, f64), n: usize) -> u64 {
    let body = format!(
        r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[{},{}]}},"properties":{{"kind":"hazard","title":"量{n}","category":"road"}}}}"#,
        at.0, at.1
    );
    let answer = wire.send("POST", "/api/v1/hazards", "", &body).await;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, 201, "{text}");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    value["properties"]["changed_seq"]
        .as_u64()
        .unwrap_or_else(|| panic!("a seq in {text}"))
}

async fn listen(base: String, headers: String, heard: mpsc::UnboundedSender<(u64, Instant)>) {
    let host = base.trim_start_matches("http://");
    let Ok(mut stream) = TcpStream::connect(host).await else {
        return;
    };
    let request = format!("GET /api/v1/feed HTTP/1.1\r\nhost: {host}\r\n{headers}\r\n");
    if stream.write_all(request.as_bytes()).await.is_err() {
        return;
    }
    let mut text = Vec::new();
    let mut opened = false;
    while stream.read_buf(&mut text).await.is_ok_and(|n| n > 0) {
        let at = Instant::now();
        while let Some(end) = text.windows(2).position(|w| w == b"\n\n") {
            let event: Vec<u8> = text.drain(..end + 2).collect();
            let event = String::from_utf8_lossy(&event).into_owned();
            if !opened && event.contains("event: hello") {
                opened = true;
                heard.send((0, at)).ok();
            }
            // An id is epoch.seq.
            let id = event.lines().find_map(|l| l.strip_prefix("id:")).map(str::trim);
            let seq = id
                .and_then(|id| id.rsplit(['.', '-', ':']).next())
                .and_then(|seq| seq.parse().ok());
            if let Some(seq) = seq
                && !event.contains("event: hello")
            {
                heard.send((seq, at)).ok();
            }
        }
    }
}
