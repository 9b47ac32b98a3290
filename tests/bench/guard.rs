//! Beside PostGIS and bare axum Geju must not have become half as fast as it was: ratios only, on the small demo, with the
//! program as the tests build it.
#![allow(dead_code, reason = "the long bench uses the rest of these parts")]

mod constant;
mod cpu;
mod ground;
mod peers;
mod report;
mod rounds;
mod wire;

use ground::Filled;
use peers::Peers;
use report::Report;
use rounds::Started;

/// What was measured when this was written, and below the half of which something is wrong. Raise it when Geju gets faster.
const MEASURED: [(&str, f64); 3] = [
    ("a tile of z16 beside ST_AsMVT, by CPU", 2.4),
    ("an area of 1 km beside SQL, by CPU", 6.5),
    ("a cached tile beside axum alone, by rate", 0.85),
];

#[test]
fn ratios_to_what_runs_beside_it_have_not_halved() {
    let Some(filled) = Filled::of("street", None) else {
        return geju_tests::skipped(
            "ratios_to_what_runs_beside_it_have_not_halved",
            "GEJU_PG_BIN is not set",
        );
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut started = Started::on(&filled);
    let ratios = runtime.block_on(async {
        let peers = Peers::beside(&filled).await;
        started.centre = peers.spots(1).await[0];
        let mut report = Report::default();
        let tiles = rounds::tiles(&started, &peers, &mut report).await;
        let areas = rounds::areas(&started, &peers, &mut report).await;
        [tiles[1], areas[0], rounds::cached(&started, &mut report).await]
    });
    for ((what, measured), ratio) in MEASURED.into_iter().zip(ratios) {
        println!("{what}: {ratio:.2}, {measured} when measured");
        assert!(
            ratio >= measured / 2.0,
            "{what}: {ratio:.2} is less than half of {measured}"
        );
    }
}
