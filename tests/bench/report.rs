//! What was measured, as a table people and programs read.

use crate::ground::Filled;
use crate::rounds::Started;
use std::fmt::Write;
use std::time::Duration;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/RESULTS.md");

/// Empty, it is only filled and never written down.
#[derive(Default)]
pub struct Report {
    head: String,
    rows: Vec<Row>,
}

struct Row {
    what: String,
    ours: String,
    beside: String,
    ratio: String,
    budget: &'static str,
    held: Option<bool>,
}

/// The middle one: a noisy machine moves it least.
pub fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

pub fn percentile(mut all: Vec<f64>, share: f64) -> f64 {
    all.sort_by(f64::total_cmp);
    let at = (all.len() as f64 * share).ceil() as usize;
    all.get(at.clamp(1, all.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
}

pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

impl Report {
    pub fn new(filled: &Filled) -> Report {
        let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let memory = memory
            .split_whitespace()
            .nth(1)
            .and_then(|n| n.parse::<f64>().ok())
            .unwrap_or(0.0)
            / 1_048_576.0;
        let model = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = model
            .lines()
            .find_map(|l| l.strip_prefix("model name"))
            .unwrap_or(": unknown");
        let commit = std::process::Command::new("git")
            .args(["describe", "--always", "--dirty"])
            .output();
        let commit = commit
            .map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned())
            .unwrap_or_default();
        let mut head = String::from("# Measured beside others\n\n");
        head += "Written by `make bench`. Peers answer the same question on the same machine in the same run, round by round in turn; ";
        head += "figures are medians of rounds, CPU is what the server's process used for one request. ";
        head += "The ratio is what holds on other machines.\n\n";
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        writeln!(
            head,
            "* when: {}, what: {commit}",
            jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%MZ")
        )
        .ok();
        writeln!(
            head,
            "* where: {cores} cores ({}), {memory:.0} GiB; client and servers share them",
            model.trim_start_matches([' ', '\t', ':'])
        )
        .ok();
        writeln!(head, "* on: a generated {}", filled.size).ok();
        Report { head, rows: Vec::new() }
    }

    pub fn note(&mut self, line: &str) {
        eprintln!("{line}");
        writeln!(self.head, "* {line}").ok();
    }

    /// A row whose ratio decides. `at_least`: the ratio must not be below it.
    pub fn beside(
        &mut self,
        what: &str,
        ours: String,
        beside: String,
        ratio: f64,
        budget: &'static str,
        at_least: Option<f64>,
    ) {
        self.put(Row {
            what: what.into(),
            ours,
            beside,
            ratio: format!("{ratio:.2}×"),
            budget,
            held: at_least.map(|least| ratio >= least),
        });
    }

    /// A row that stands alone. `held`: does it keep the budget?
    pub fn alone(&mut self, what: &str, ours: String, budget: &'static str, held: Option<bool>) {
        self.put(Row {
            what: what.into(),
            ours,
            beside: "–".into(),
            ratio: "–".into(),
            budget,
            held,
        });
    }

    fn put(&mut self, row: Row) {
        eprintln!(
            "{} | {} | {} | {} | {}",
            row.what, row.ours, row.beside, row.ratio, row.budget
        );
        self.rows.push(row);
    }

    pub fn close(mut self, started: &Started) {
        let resident = started.server.memory_bytes() >> 20;
        self.note(&format!(
            "memory of the server at the end, with its tile cache: {resident} MiB"
        ));
        let mut text = self.head;
        text += "\n| work | Geju | beside it | ratio | budget | held |\n|---|---|---|---|---|---|\n";
        for row in &self.rows {
            let held = match row.held {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "",
            };
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {held} |",
                row.what, row.ours, row.beside, row.ratio, row.budget
            )
            .ok();
        }
        std::fs::write(FILE, text).expect("the results are written");
        eprintln!("written to {FILE}");
    }
}
