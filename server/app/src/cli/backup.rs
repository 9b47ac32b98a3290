//! `geju backup` and `geju restore`.

use super::console::Console;
use super::serve::open;
use crate::backups;
use crate::config::Settings;
use anyhow::{Context, bail};
use serde_json::Value;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

pub async fn backup(settings: Settings, file: &Path) -> anyhow::Result<()> {
    match open(&settings).await {
        Ok(store) => {
            backups::to_file(&store, file).await?;
            store.close().await;
        }
        Err(error) => match Console::behind(&error) {
            Some(console) => through(&console, file)?,
            None => return Err(error),
        },
    }
    println!("{}", file.display());
    Ok(())
}

/// The server copies, this command writes down; the file appears whole or not at all.
fn through(console: &Console, file: &Path) -> anyhow::Result<()> {
    let mut answer = console.send("POST", "/api/v1/backup", &Value::Null)?;
    if answer.status != 200 {
        let said: Value = serde_json::from_str(&answer.text()?).unwrap_or_default();
        bail!("{}", said["detail"].as_str().unwrap_or("the server refused"));
    }
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let mut out = File::create(&part).with_context(|| format!("writing {}", part.display()))?;
    answer.copy_to(&mut out)?;
    out.flush()?;
    out.sync_all()?;
    std::fs::rename(&part, file).with_context(|| format!("naming {}", file.display()))
}

pub async fn restore(settings: Settings, file: &Path) -> anyhow::Result<()> {
    if !file.is_file() {
        bail!("there is no file {}", file.display());
    }
    let store = open(&settings).await?;
    let restored = geju_store::restore(file, &store)
        .await
        .with_context(|| format!("restoring {}", file.display()))?;
    if let Some(aside) = &restored.set_aside {
        println!("what was there before is kept in {}", aside.display());
    }
    println!(
        "restored as epoch {}, {} Changes",
        restored.head.epoch.0, restored.head.seq
    );
    store.close().await;
    Ok(())
}
