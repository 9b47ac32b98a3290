//! Real data that lies beside the clone, where there is any.

use std::path::PathBuf;

/// A path under ../shared/data, or `None` with the story's name said aloud.
pub fn shared_data(story: &str, path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GEJU_SHARED_DATA")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    crate::skipped(story, "shared data absent");
    None
}
