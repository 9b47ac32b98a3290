//! Copies of the whole ledger: on demand, and by the clock.

use crate::config::Settings;
use crate::passing::Passing;
use anyhow::Context;
use geju_store::{AnyStore, Store, StoreError};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempPath;

/// Scheduled copies are named so; nothing else in the folder is ever touched.
const PREFIX: &str = "geju-";
const SUFFIX: &str = ".gpkg";
/// A failed backup is tried again this much later.
const TRY_AGAIN: Duration = Duration::from_secs(15 * 60);

/// Writes a complete copy to `target`, which appears whole or not at all.
pub async fn to_file(store: &AnyStore, target: &Path) -> anyhow::Result<()> {
    let folder = target
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
    let mut part = target.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    // What an earlier attempt left is no copy.
    if part.exists() {
        std::fs::remove_file(&part).with_context(|| format!("removing {}", part.display()))?;
    }
    store
        .copy_to(&part)
        .await
        .with_context(|| format!("copying to {}", part.display()))?;
    std::fs::rename(&part, target).with_context(|| format!("naming {}", target.display()))?;
    Ok(())
}

/// Writes a copy that is gone when the handle is dropped.
pub async fn to_passing_file(store: &AnyStore, data: &Path) -> anyhow::Result<TempPath> {
    std::fs::create_dir_all(data).with_context(|| format!("making the folder {}", data.display()))?;
    let folder = tempfile::Builder::new()
        .prefix(&Passing::Copy.prefix())
        .suffix(SUFFIX)
        .tempfile_in(data)?;
    let path = folder.into_temp_path();
    std::fs::remove_file(&path)?;
    store.copy_to(&path).await?;
    Ok(path)
}

/// Did a copy fail because the disk is full?
pub fn found_no_room(error: &anyhow::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    error.chain().any(|cause| {
        let store = cause.downcast_ref::<StoreError>().is_some_and(StoreError::is_full);
        let file = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        store || matches!(file, Some(StorageFull | QuotaExceeded))
    })
}

/// Copies by the clock and keeps the newest, for ever.
pub async fn by_the_clock(store: Arc<AnyStore>, settings: Settings) {
    if settings.backup_hours == 0 {
        return;
    }
    let folder = folder(&settings);
    let every = Duration::from_secs(u64::from(settings.backup_hours) * 60 * 60);
    loop {
        tokio::time::sleep(until_next(&folder, every)).await;
        let name = format!("{PREFIX}{}{SUFFIX}", Timestamp::now().strftime("%Y%m%d-%H%M%S"));
        match to_file(&store, &folder.join(&name)).await {
            Ok(()) => {
                tracing::info!(file = name, "backup written");
                keep_newest(&folder, settings.backup_keep.max(1));
            }
            Err(error) => {
                tracing::warn!(error = %format!("{error:#}"), "the scheduled backup failed; trying again later");
                tokio::time::sleep(TRY_AGAIN).await;
            }
        }
    }
}

/// Where scheduled copies lie.
pub fn folder(settings: &Settings) -> PathBuf {
    settings
        .backup_dir
        .clone()
        .unwrap_or_else(|| settings.data.join("backups"))
}

/// When the newest scheduled copy was written.
pub fn newest_at(folder: &Path) -> Option<Timestamp> {
    let written = copies(folder).pop()?.metadata().ok()?.modified().ok()?;
    Timestamp::try_from(written).ok()
}

/// Scheduled copies, oldest first: their names sort by time.
fn copies(folder: &Path) -> Vec<PathBuf> {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = |name: &str| name.starts_with(PREFIX) && name.ends_with(SUFFIX);
    let mut found: Vec<PathBuf> = names
        .filter(|e| e.file_name().to_str().is_some_and(ours))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

/// A restart does not begin the count anew: what matters is how old the newest copy is.
fn until_next(folder: &Path, every: Duration) -> Duration {
    let newest = copies(folder)
        .pop()
        .and_then(|p| p.metadata().ok())
        .and_then(|m| m.modified().ok());
    let age = newest.and_then(|at| at.elapsed().ok());
    age.map_or(every, |age| every.saturating_sub(age))
        .max(Duration::from_secs(60))
}

fn keep_newest(folder: &Path, keep: usize) {
    let all = copies(folder);
    for old in all.iter().take(all.len().saturating_sub(keep)) {
        if let Err(error) = std::fs::remove_file(old) {
            tracing::warn!(%error, file = %old.display(), "an old backup could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_copies_are_kept_and_foreign_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "geju-20260101-000000.gpkg",
            "geju-20260102-000000.gpkg",
            "geju-20260103-000000.gpkg",
            "mine.gpkg",
        ] {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        keep_newest(folder.path(), 2);
        let left: Vec<String> = copies(folder.path())
            .iter()
            .map(|p| p.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(left, ["geju-20260102-000000.gpkg", "geju-20260103-000000.gpkg"]);
        assert!(folder.path().join("mine.gpkg").exists());
    }
}
