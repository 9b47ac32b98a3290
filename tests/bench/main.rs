//! Geju beside what runs here anyway: PostGIS answering the same questions by SQL, axum serving a constant, the disk's own
//! fsync. All in one run and interleaved, so that a noisy machine is noisy for everybody. Writes tests/bench/RESULTS.md.
//!
//! `make bench` runs it. GEJU_BENCH_SIZE=street|district|city (city), GEJU_BENCH_ROUNDS (5), GEJU_BENCH_CITY=FOLDER keeps the
//! filled store for the next run.

mod constant;
mod cpu;
mod drawing;
mod feeds;
mod ground;
mod peers;
mod report;
mod rounds;
mod wire;
mod writes;

use ground::Filled;
use peers::Peers;
use report::Report;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let filled = Filled::asked_for().expect("PostGIS runs here: GEJU_PG_BIN names it");
    let mut report = Report::new(&filled);
    let mut started = rounds::starts(&filled, &mut report);
    runtime.block_on(async {
        let peers = Peers::beside(&filled).await;
        started.centre = peers.spots(1).await[0];
        rounds::tiles(&started, &peers, &mut report).await;
        rounds::cached(&started, &mut report).await;
        rounds::areas(&started, &peers, &mut report).await;
        rounds::spots(&started, &peers, &mut report).await;
        feeds::told(&started, &mut report).await;
        writes::durable(&started, &mut report).await;
    });
    drawing::checks(&mut report);
    report.close(&started);
}
