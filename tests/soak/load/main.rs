//! The map under everybody at once, for half an hour: tiles, areas and edits at stated rates, and screens that listen.
//!
//! An open loop: each request has its moment, and what it waited counts from that moment whether or not the one before was
//! answered. So a server that stalls for a second is seen to stall for everybody who would have come in that second.
//! Started by `make soak`; `tests/soak.sh load` runs this alone.

mod feeds;
mod minutes;
mod town;

use feeds::Feeds;
use minutes::{Book, Class, Minute};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use town::Town;

/// A city is generated, kept and read within this.
const SERVING_WITHIN: Duration = Duration::from_secs(45 * 60);
/// The rates of the promise, a second.
const TILES: usize = 400;
const AREAS: usize = 20;
const EDITS: usize = 5;
const FEEDS: usize = 500;
const MINUTES: usize = 30;
/// A request that takes longer has failed.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// One tile in so many is one that nobody looked at before.
const FRESH_TILE_EVERY: usize = 20;
/// What the promise says of cached tiles and of memory.
const CACHED_P99_MAX: Duration = Duration::from_millis(5);
const SETTLED_AFTER_MINUTES: usize = 5;
const GROWTH_MAX: f64 = 0.05;

fn number(variable: &str, usual: usize) -> usize {
    geju_tests::count_from(variable, usual)
}

/// What is asked when its moment has come.
type Asking = fn(&Town, usize) -> town::Ask;

/// The program on a store of its own, or on the one that GEJU_SOAK_DATA keeps between runs.
struct Program {
    child: Child,
    base: String,
    _passing: Option<tempfile::TempDir>,
}

impl Program {
    fn start(size: &str) -> Program {
        let program = std::env::var_os("GEJU_BIN")
            .map(PathBuf::from)
            .expect("GEJU_BIN names the release build");
        let kept = std::env::var_os("GEJU_SOAK_DATA").map(PathBuf::from);
        let passing = kept.is_none().then(|| tempfile::tempdir().expect("a folder"));
        let data = kept
            .or_else(|| passing.as_ref().map(|p| p.path().to_owned()))
            .expect("a folder");
        let mut child = Command::new(program)
            .args(["demo", "--size", size, "--listen", "127.0.0.1:0", "--store"])
            .arg(format!("gpkg:{}", data.join("geju.gpkg").display()))
            .arg("--data")
            .arg(&data)
            .env("GEJU_DEMO_PASSWORD", geju_tests::PASSWORD)
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let began = Instant::now();
        let mut lines = BufReader::new(child.stdout.take().expect("its words"))
            .lines()
            .map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        let base = address
            .expect("the server says where it listens")
            .trim_end_matches('/')
            .to_owned();
        assert!(
            began.elapsed() < SERVING_WITHIN,
            "it took {:?} to serve",
            began.elapsed()
        );
        // Whatever else it says is let go of, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Program {
            child,
            base,
            _passing: passing,
        }
    }

    fn rss_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let kib = status
            .lines()
            .find_map(|l| l.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap_or(0.0) / 1024.0
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        let _ = self.child.wait();
    }
}

/// Seconds of CPU that a process has used.
fn cpu_seconds(process: &str) -> f64 {
    /// What the kernel counts CPU in, everywhere.
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |n: usize| fields.get(n).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / TICKS_A_SECOND
}

/// Calls `send` for every moment of a rate, on a thread of its own: a runtime's timers are a millisecond coarse.
fn at_rate(rate: usize, from: Instant, stop: Arc<AtomicBool>, mut send: impl FnMut(usize, Instant) + Send + 'static) {
    if rate == 0 {
        return;
    }
    std::thread::spawn(move || {
        for n in 0.. {
            let due = from + Duration::from_secs_f64(n as f64 / rate as f64);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if stop.load(Ordering::Relaxed) {
                return;
            }
            send(n, due);
        }
    });
}

fn main() -> ExitCode {
    let size = std::env::var("GEJU_SOAK_SIZE").unwrap_or_else(|_| "city".into());
    let minutes = number("GEJU_SOAK_MINUTES", MINUTES);
    let rates = [
        number("GEJU_SOAK_TILES", TILES),
        number("GEJU_SOAK_AREAS", AREAS),
        number("GEJU_SOAK_EDITS", EDITS),
    ];
    let listeners = number("GEJU_SOAK_FEEDS", FEEDS);
    let program = Program::start(&size);
    let town = Arc::new(Town::look(&program.base));
    eprintln!("{} buildings; {} tiles are watched", town.buildings, town.watched.len());
    let feeds = Feeds::open(&program.base, &town.cookie, listeners);
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let book = Arc::new(Book::default());
    let stop = Arc::new(AtomicBool::new(false));
    let from = Instant::now() + Duration::from_millis(200);
    let [tiles, areas, edits] = rates;
    let asks: [(usize, Asking); 3] = [(tiles, Town::tile), (areas, Town::area), (edits, Town::edit)];
    for (rate, ask) in asks {
        let (handle, town, book) = (runtime.handle().clone(), town.clone(), book.clone());
        at_rate(rate, from, stop.clone(), move |n, due| {
            let (town, book) = (town.clone(), book.clone());
            let asked = ask(&town, n);
            handle.spawn(async move {
                let class = asked.class;
                let answered = tokio::time::timeout(ANSWER_WITHIN, town.send(asked)).await;
                let failure = match answered {
                    Ok(Ok(())) => None,
                    Ok(Err(why)) => Some(why),
                    Err(_) => Some(format!("no answer within {ANSWER_WITHIN:?}")),
                };
                book.note(class, due.elapsed(), failure);
            });
        });
    }
    let mut lines: Vec<Minute> = Vec::new();
    let pid = program.child.id().to_string();
    let mut cpu = (cpu_seconds(&pid), cpu_seconds("self"));
    println!("{}", Minute::HEAD);
    for minute in 1..=minutes {
        let until = from + Duration::from_secs(60 * minute as u64);
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        let now = (cpu_seconds(&pid), cpu_seconds("self"));
        let line = book.close(minute, program.rss_mib(), now.0 - cpu.0, now.1 - cpu.1, feeds.counts());
        cpu = now;
        println!("{line}");
        lines.push(line);
    }
    stop.store(true, Ordering::Relaxed);
    let verdict = judge(&lines, &book);
    let report = report(&size, &town, rates, listeners, &lines, &verdict, &book);
    if let Some(path) = std::env::var_os("GEJU_SOAK_REPORT") {
        std::fs::write(path, &report).expect("the report is written");
    }
    verdict
        .iter()
        .for_each(|(kept, words)| println!("{} {words}", if *kept { "kept:" } else { "BROKEN:" }));
    runtime.shutdown_background();
    match verdict.iter().all(|(kept, _)| *kept) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Each part of the promise, and whether it was kept.
fn judge(lines: &[Minute], book: &Book) -> Vec<(bool, String)> {
    let errors: usize = lines.iter().map(|l| l.errors).sum();
    let worst = lines
        .iter()
        .map(|l| l.of(Class::CachedTile).p99)
        .max()
        .unwrap_or_default();
    let missed: usize = lines.iter().map(|l| l.feeds_lost).max().unwrap_or(0);
    let mut verdict = vec![
        (errors == 0, format!("{errors} errors{}", book.first_failures())),
        (missed == 0, format!("{missed} feeds broke off")),
        (
            worst <= CACHED_P99_MAX,
            format!("p99 of cached tiles at worst {:.1} ms", worst.as_secs_f64() * 1e3),
        ),
    ];
    let settled: Vec<f64> = lines.iter().skip(SETTLED_AFTER_MINUTES).map(|l| l.rss_mib).collect();
    if let (Some(first), Some(last)) = (settled.first(), settled.iter().copied().reduce(f64::max)) {
        let growth = last / first - 1.0;
        let words = format!(
            "memory grew by {:.1} % after minute {}",
            growth * 100.0,
            SETTLED_AFTER_MINUTES + 1
        );
        verdict.push((growth <= GROWTH_MAX, words));
    }
    verdict
}

fn report(
    size: &str,
    town: &Town,
    [tiles, areas, edits]: [usize; 3],
    feeds: usize,
    lines: &[Minute],
    verdict: &[(bool, String)],
    book: &Book,
) -> String {
    let mut out = format!(
        "## The map under everybody at once\n\n{} minutes on the generated {size} with {} buildings, one release binary on the \
         embedded store, the client on the same cores. Open loop: {tiles} tiles/s (one in {FRESH_TILE_EVERY} of ground nobody \
         looked at before), {areas} areas/s of 500 m, {edits} edits/s, {feeds} feeds. What a request waited counts from the moment \
         it was due.\n\n",
        lines.len(),
        town.buildings,
    );
    for (kept, words) in verdict {
        out.push_str(&format!("* {} {words}\n", if *kept { "kept:" } else { "**broken:**" }));
    }
    out.push_str(&format!("* {} answers in all\n\n", book.answers()));
    out.push_str(Minute::HEAD);
    for line in lines {
        out.push_str(&format!("\n{line}"));
    }
    out.push('\n');
    out
}
