//! `geju check`: findings in the whole map.

use super::console::Console;
use super::serve::open;
use crate::config::Settings;
use crate::import::CheckArgs;
use geju_core::{World, tidy};
use geju_store::Store;
use serde_json::Value;
use std::process::ExitCode;

pub async fn check(settings: Settings, args: CheckArgs) -> anyhow::Result<ExitCode> {
    let findings: Vec<Value> = match open(&settings).await {
        Ok(store) => {
            let snapshot = store.load().await?;
            let fallback = crate::house::scheme(&settings.scheme)?.into();
            store.close().await;
            let world = World::from_rows(snapshot.head.epoch, snapshot.head.seq, fallback, snapshot.rows);
            tidy::look_over(&world)
                .iter()
                .map(crate::http::problem::finding)
                .collect()
        }
        Err(error) => match Console::behind(&error) {
            Some(console) => match console.ask("GET", "/api/v1/findings", &Value::Null)?["findings"].take() {
                Value::Array(findings) => findings,
                _ => Vec::new(),
            },
            None => return Err(error),
        },
    };
    if args.json {
        println!("{}", Value::Array(findings));
        return Ok(ExitCode::SUCCESS);
    }
    for finding in &findings {
        let at = match finding["at"].as_array().map(Vec::as_slice) {
            Some([lon, lat]) => format!(" at {lon},{lat}"),
            _ => String::new(),
        };
        println!(
            "{}: {}{at}",
            finding["code"].as_str().unwrap_or_default(),
            finding["message"].as_str().unwrap_or_default()
        );
    }
    println!("{} findings", findings.len());
    Ok(ExitCode::SUCCESS)
}
