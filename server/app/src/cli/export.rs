//! `geju export`: out of the store, or through the server that holds it.

use super::console::Console;
use super::serve::open;
use crate::auth::Asker;
use crate::config::Settings;
use crate::export::{self, Plan, Told, Wanted};
use crate::house::House;
use crate::http;
use anyhow::{Context, anyhow, bail};
use clap::Args;
use geju_store::{Access, Accounts};
use jiff::Timestamp;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    pub wanted: Wanted,
    /// Where the file goes [default: the layer's name here]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

pub async fn export(settings: Settings, args: ExportArgs) -> anyhow::Result<()> {
    let (told, file) = match open(&settings).await {
        Ok(store) => {
            let house = House::open(store, &settings).await?;
            let done = here(&house, &args).await;
            house.close().await;
            done?
        }
        Err(error) => match Console::behind(&error) {
            Some(console) => through(&console, &args)?,
            None => return Err(error),
        },
    };
    for (layer, count) in &told.rows {
        eprintln!("{layer}: {count}");
    }
    if let Some(tiles) = told.tiles {
        eprintln!("{tiles} tiles");
    }
    for left in &told.left_out {
        eprintln!("not in the file ({}): {}", left.count, left.message);
    }
    println!("{}", file.display());
    Ok(())
}

/// The passing file is written beside where it goes, so that it appears whole or not at all.
fn passing(file: &Path) -> anyhow::Result<tempfile::TempDir> {
    let folder = file
        .parent()
        .filter(|f| !f.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    tempfile::Builder::new()
        .prefix(".geju-export-")
        .tempdir_in(folder)
        .with_context(|| format!("writing to {}", folder.display()))
}

async fn here(house: &House, args: &ExportArgs) -> anyhow::Result<(Told, PathBuf)> {
    let asker = Asker::console();
    let plan = Plan::of(&house.map, &asker, &args.wanted, None).map_err(|bad| anyhow!("--{bad}"))?;
    let file = args.out.clone().unwrap_or_else(|| plan.file_name().into());
    let folder = passing(&file)?;
    let path = folder.path().join("export");
    let short = plan.in_short(&args.wanted);
    let map = house.map.clone();
    let work = tokio::task::spawn_blocking(move || {
        let never = Arc::new(AtomicBool::new(false));
        export::write(&map, &asker, &plan, &path, &never).map(|told| (told, path))
    });
    let (told, path) = work.await??;
    std::fs::rename(&path, &file).with_context(|| format!("naming {}", file.display()))?;
    let line = Access {
        at: Timestamp::now(),
        who: Asker::console().owner(),
        what: crate::audit::What::Export.as_str().into(),
        target: short,
        role: Some(Asker::console().role),
        detail: Some(http::counted(&told)),
        address: None,
    };
    house.store.log_accesses(&[line]).await?;
    Ok((told, file))
}

fn through(console: &Console, args: &ExportArgs) -> anyhow::Result<(Told, PathBuf)> {
    let wanted = serde_json::to_value(&args.wanted)?;
    let mut answer = console.send("POST", "/api/v1/export", &wanted)?;
    if answer.status != 200 {
        let said: Value = serde_json::from_str(&answer.text()?).unwrap_or_default();
        bail!("{}", said["detail"].as_str().unwrap_or("the server refused"));
    }
    let told: Told = serde_json::from_str(answer.header("geju-export").unwrap_or_default())
        .context("the server did not say what it exported")?;
    let named = answer.header("content-disposition").and_then(|d| d.split('"').nth(1));
    // A name from elsewhere never leads to another folder.
    let name = named.and_then(|n| Path::new(n).file_name()).map(PathBuf::from);
    let file = args.out.clone().or(name).unwrap_or_else(|| "geju-export".into());
    let folder = passing(&file)?;
    let path = folder.path().join("export");
    let mut out = std::fs::File::create(&path).with_context(|| format!("writing {}", path.display()))?;
    answer.copy_to(&mut out)?;
    out.sync_all()?;
    std::fs::rename(&path, &file).with_context(|| format!("naming {}", file.display()))?;
    Ok((told, file))
}
