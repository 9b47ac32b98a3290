//! `geju check`: findings in the whole map.

use super::serve::open;
use crate::config::Settings;
use crate::import::CheckArgs;
use geju_core::{Severity, World};
use geju_store::Store;
use serde_json::Value;
use std::process::ExitCode;

pub async fn check(settings: Settings, args: CheckArgs) -> anyhow::Result<ExitCode> {
    let store = open(&settings).await?;
    let snapshot = store.load().await?;
    let fallback = crate::house::scheme(&settings.scheme)?.into();
    let world = World::from_rows(snapshot.head.epoch, snapshot.head.seq, fallback, snapshot.rows);
    store.close().await;
    let mut findings = Vec::new();
    for placed in world.places() {
        findings.extend(geju_core::decide::tidy_findings(
            &world,
            &placed.place,
            placed.parents,
            true,
        ));
    }
    findings.sort_by(|a, b| {
        a.severity
            .cmp(&b.severity)
            .then(a.code.cmp(&b.code))
            .then(a.places.cmp(&b.places))
    });
    if args.json {
        let all: Vec<Value> = findings.iter().map(crate::http::problem::finding).collect();
        println!("{}", Value::Array(all));
    } else {
        for finding in &findings {
            let at = finding.at.map(|at| format!(" at {at}")).unwrap_or_default();
            println!("{}: {}{at}", finding.code, finding.message);
        }
        println!("{} findings in {} places", findings.len(), world.places().count());
    }
    let blocked = findings.iter().any(|f| f.severity == Severity::Block);
    Ok(if blocked { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
