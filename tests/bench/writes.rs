//! Durable writes beside what the disk can do at all.

use crate::feeds::hazard;
use crate::report::{Report, median};
use crate::rounds::Started;
use std::io::Write;
use std::time::Instant;

/// Writes of a round, one by one; and with many waiting at once.
const SINGLE: usize = 100;
const GROUPED: usize = 4_000;
const WAITING: usize = 128;
const ROUNDS: usize = 5;
/// About what one Change takes in a log.
const RECORD: usize = 4_096;

pub async fn durable(started: &Started, report: &mut Report) {
    let at = started.centre;
    let (mut raw, mut single, mut grouped) = (Vec::new(), Vec::new(), Vec::new());
    let mut wire = started.wire().await;
    for _ in 0..ROUNDS {
        raw.push(fsyncs(&started.folder));
        let began = Instant::now();
        for n in 0..SINGLE {
            hazard(&mut wire, at, n).await;
        }
        single.push(SINGLE as f64 / began.elapsed().as_secs_f64());
        let began = Instant::now();
        let many = (0..WAITING).map(|_| async {
            let mut wire = started.wire().await;
            for n in 0..GROUPED / WAITING {
                hazard(&mut wire, at, n).await;
            }
        });
        futures_util::future::join_all(many).await;
        grouped.push(GROUPED as f64 / began.elapsed().as_secs_f64());
    }
    let (raw, single, grouped) = (median(raw), median(single), median(grouped));
    report.beside(
        "durable writes, one by one, beside raw fsync",
        format!("{single:.0} /s"),
        format!("{raw:.0} /s"),
        single / raw,
        "≥ 70 % of the raw rate",
        Some(0.7),
    );
    report.alone(
        &format!("durable writes, {WAITING} waiting at once"),
        format!("{grouped:.0} /s"),
        "≥ 5,000 /s",
        Some(grouped >= 5_000.0),
    );
}

/// Records appended and flushed one by one to a file beside the store.
fn fsyncs(folder: &std::path::Path) -> f64 {
    let mut file = tempfile::tempfile_in(folder).expect("a file beside the store");
    let record = [7u8; RECORD];
    let began = Instant::now();
    for _ in 0..SINGLE {
        file.write_all(&record)
            .and_then(|()| file.sync_data())
            .expect("it is flushed");
    }
    SINGLE as f64 / began.elapsed().as_secs_f64()
}
