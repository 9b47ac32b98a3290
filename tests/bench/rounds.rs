//! The questions, asked in turn.

use crate::constant::Constant;
use crate::cpu;
use crate::ground::{Filled, serve};
use crate::peers::{self, Backend, Cost, Peers};
use crate::report::{Report, median, millis};
use crate::wire::Wire;
use geju_tests::{Ground, PASSWORD, Server};
use std::time::{Duration, Instant};

/// Questions of a sort in one round.
const TILES: usize = 12;
const AREAS: usize = 60;
const SPOTS: usize = 200;
/// Requests over all connections in one round of cached tiles, and the connections.
const CACHED: usize = 8_000;
const CONNECTIONS: usize = 4;
const STARTS: usize = 3;

fn rounds() -> usize {
    std::env::var("GEJU_BENCH_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(5)
}

/// The server that is asked, and how.
pub struct Started {
    pub server: Server<'static>,
    pub headers: String,
    /// Beside the store's file.
    pub folder: std::path::PathBuf,
    /// A spot with buildings around it.
    pub centre: (f64, f64),
    _ground: Ground,
}

impl Started {
    pub async fn wire(&self) -> Wire {
        Wire::open(&self.server.base, &self.headers).await
    }
}

pub fn starts(filled: &Filled, report: &mut Report) -> Started {
    let mut took = [Vec::new(), Vec::new()];
    let mut memory = [0, 0];
    for _ in 0..STARTS {
        for (n, store) in [&filled.store, &filled.database].into_iter().enumerate() {
            let began = Instant::now();
            let (_ground, server) = serve(store);
            took[n].push(began.elapsed().as_secs_f64());
            memory[n] = server.memory_bytes() >> 20;
            server.stop();
        }
    }
    for (n, store) in ["GeoPackage", "PostGIS"].into_iter().enumerate() {
        let seconds = median(took[n].clone());
        report.alone(
            &format!("start from {store}"),
            format!("{seconds:.1} s"),
            "≤ 5 s with a million buildings",
            Some(seconds <= 5.0),
        );
        report.alone(
            &format!("memory after a start from {store}"),
            format!("{} MiB", memory[n]),
            "≤ 700 MiB with a million buildings",
            Some(memory[n] <= 700),
        );
    }
    Started::on(filled)
}

impl Started {
    /// A server on the filled file, and its administrator logged in.
    pub fn on(filled: &Filled) -> Started {
        let (ground, server) = serve(&filled.store);
        let login = server.stranger().login("admin", PASSWORD);
        let cookie = login.cookie().expect("the demo's administrator logs in");
        Started {
            server,
            headers: format!("cookie: {cookie}\r\naccept-encoding: gzip\r\n"),
            folder: filled.folder().to_owned(),
            centre: (0.0, 0.0),
            _ground: ground,
        }
    }
}

fn tile_of((lon, lat): (f64, f64), z: u32) -> (u32, u32) {
    let size = f64::from(1u32 << z);
    let x = (lon + 180.0) / 360.0 * size;
    let y = (1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * size;
    (x as u32, y as u32)
}

/// What an answer costs the server, asked one after another.
async fn ours(started: &Started, wire: &mut Wire, method: &str, path: &str, body: &str) -> (Cost, usize) {
    let (began, before) = (Instant::now(), cpu::of(started.server.pid()));
    let answer = wire.send(method, path, "", body).await;
    let cost = Cost {
        wall: began.elapsed(),
        cpu: cpu::of(started.server.pid()).saturating_sub(before),
    };
    assert!(
        matches!(answer.status, 200 | 204),
        "{path}: {} {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    (cost, answer.body.len())
}

/// Medians of what each of both took, wall and CPU, in milliseconds.
struct Pair {
    ours: Vec<Cost>,
    theirs: Vec<Cost>,
}

impl Pair {
    fn of(costs: &[Cost]) -> (f64, f64) {
        let all = |of: fn(&Cost) -> Duration| median(costs.iter().map(|c| millis(of(c))).collect());
        (all(|c| c.wall), all(|c| c.cpu))
    }

    /// Writes it down and hands the ratio of the CPU times back.
    fn told(
        &self,
        what: &str,
        budget: &'static str,
        least: Option<f64>,
        wall_most: Option<f64>,
        report: &mut Report,
    ) -> f64 {
        let ((wall, cpu), (their_wall, their_cpu)) = (Pair::of(&self.ours), Pair::of(&self.theirs));
        let show = |wall: f64, cpu: f64| format!("{wall:.2} ms, CPU {cpu:.3} ms");
        report.beside(
            what,
            show(wall, cpu),
            show(their_wall, their_cpu),
            their_cpu / cpu,
            budget,
            least,
        );
        if let Some(most) = wall_most {
            report.alone(
                &format!("{what}, by the clock"),
                format!("{wall:.2} ms"),
                budget,
                Some(wall <= most),
            );
        }
        their_cpu / cpu
    }
}

/// The ratio of each zoom.
pub async fn tiles(started: &Started, peers: &Peers, report: &mut Report) -> Vec<f64> {
    let mut ratios = Vec::new();
    for (z, budget, least) in [
        (14, "≥ 20× of ST_AsMVT, by CPU", 20.0),
        (16, "≥ 10× of ST_AsMVT, by CPU", 10.0),
    ] {
        let mut seen = std::collections::BTreeSet::new();
        let spots = peers.spots(4_000).await;
        let mut fresh = spots.into_iter().map(|at| tile_of(at, z)).filter(|t| seen.insert(*t));
        let (mut wire, mut backend) = (started.wire().await, Backend::of(peers).await);
        let mut pair = Pair {
            ours: Vec::new(),
            theirs: Vec::new(),
        };
        let mut bytes = Vec::new();
        for _ in 0..rounds() {
            // Tiles nobody asked for before: none is in the cache.
            for (x, y) in fresh.by_ref().take(TILES) {
                let path = format!("/tiles/building/{z}/{x}/{y}.mvt");
                pair.ours.push(ours(started, &mut wire, "GET", &path, "").await.0);
                let (cost, size) = backend.tile(z, x, y).await;
                pair.theirs.push(cost);
                bytes.push(size as f64 / 1024.0);
            }
        }
        let what = format!("building tile, uncached, z{z} ({:.0} KB)", median(bytes));
        ratios.push(pair.told(&what, budget, Some(least), None, report));
    }
    ratios
}

/// Our rate as a share of axum's own.
pub async fn cached(started: &Started, report: &mut Report) -> f64 {
    let at = started.centre;
    let (x, y) = tile_of(at, 16);
    let path = format!("/tiles/building/16/{x}/{y}.mvt");
    let answer = started.wire().await.get(&path).await;
    assert_eq!(
        answer.header("content-encoding"),
        Some("gzip"),
        "a tile with something in it"
    );
    let size = answer.body.len() as f64 / 1024.0;
    let constant = Constant::serving(answer.body);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut cpu_ours, mut cpu_theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds() {
        let before = cpu::of(started.server.pid());
        ours.push(rate(&started.server.base, &started.headers, &path).await);
        cpu_ours.push((cpu::of(started.server.pid()) - before).as_secs_f64() * 1e6 / CACHED as f64);
        let before = constant.cpu();
        theirs.push(rate(&constant.address, &started.headers, "/tile").await);
        cpu_theirs.push((constant.cpu() - before).as_secs_f64() * 1e6 / CACHED as f64);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    report.beside(
        &format!(
            "cached tile, z16 gzip ({:.0} KB), 4 connections, beside axum alone",
            size
        ),
        format!("{ours:.0} /s, CPU {:.1} µs", median(cpu_ours)),
        format!("{theirs:.0} /s, CPU {:.1} µs", median(cpu_theirs)),
        ours / theirs,
        "≥ 80 % of axum's own rate",
        Some(0.8),
    );
    ours / theirs
}

async fn rate(address: &str, headers: &str, path: &str) -> f64 {
    let began = Instant::now();
    let asking = (0..CONNECTIONS).map(|_| async {
        let mut wire = Wire::open(address, headers).await;
        for _ in 0..CACHED / CONNECTIONS {
            assert_eq!(wire.get(path).await.status, 200);
        }
    });
    futures_util::future::join_all(asking).await;
    CACHED as f64 / began.elapsed().as_secs_f64()
}

/// The ratio of each radius.
pub async fn areas(started: &Started, peers: &Peers, report: &mut Report) -> Vec<f64> {
    let mut ratios = Vec::new();
    for (radius, budget, most) in [(1_000.0, "≤ 0.4 ms over HTTP", 0.4), (5_000.0, "≤ 3 ms over HTTP", 3.0)] {
        let (mut wire, mut backend) = (started.wire().await, Backend::of(peers).await);
        let mut pair = Pair {
            ours: Vec::new(),
            theirs: Vec::new(),
        };
        let mut counts = Vec::new();
        let mut spots = peers.spots((rounds() * AREAS) as i64).await.into_iter();
        for _ in 0..rounds() {
            for at in spots.by_ref().take(AREAS) {
                let body = format!(r#"{{"area":{{"point":[{},{}],"radius_m":{radius}}}}}"#, at.0, at.1);
                pair.ours
                    .push(ours(started, &mut wire, "POST", "/api/v1/area", &body).await.0);
                let (cost, count) = backend.at(peers::AREA, at, Some(radius)).await;
                pair.theirs.push(cost);
                counts.push(count as f64);
            }
        }
        let what = format!(
            "any-area answer, {:.0} km ({:.0} buildings)",
            radius / 1_000.0,
            median(counts)
        );
        ratios.push(pair.told(&what, budget, None, Some(most), report));
    }
    ratios
}

pub async fn spots(started: &Started, peers: &Peers, report: &mut Report) {
    let questions = [
        (
            "point → levels and who answers for it",
            "/api/v1/locate?",
            peers::LOCATE,
        ),
        (
            "10 nearest buildings",
            "/api/v1/nearest?kind=building&limit=10&",
            peers::NEAREST,
        ),
    ];
    for (what, path, sql) in questions {
        let (mut wire, mut backend) = (started.wire().await, Backend::of(peers).await);
        let mut pair = Pair {
            ours: Vec::new(),
            theirs: Vec::new(),
        };
        for at in peers.spots((rounds() * SPOTS) as i64).await {
            let asked = format!("{path}lon={}&lat={}", at.0, at.1);
            pair.ours.push(ours(started, &mut wire, "GET", &asked, "").await.0);
            pair.theirs.push(backend.at(sql, at, None).await.0);
        }
        pair.told(what, "see the benches in process", None, None, report);
    }
}
