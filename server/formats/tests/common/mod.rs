//! Where test data are, and a short way to read a whole file.

use std::path::{Path, PathBuf};

use geju_formats::{BadFeature, FormatError, OpenOptions, RawFeature, Trouble, open};

/// A file or folder of the shared data; `None`, said aloud, when they are absent.
#[allow(dead_code)]
pub fn shared(test: &str, name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED {test}: shared data absent ({name})");
    None
}

#[derive(Debug, Default)]
pub struct Read {
    pub features: Vec<RawFeature>,
    pub bad: Vec<BadFeature>,
    pub error: Option<FormatError>,
}

#[allow(dead_code)]
pub fn read(path: &Path) -> Read {
    read_with(path, &OpenOptions::default())
}

#[allow(dead_code)]
pub fn read_with(path: &Path, options: &OpenOptions) -> Read {
    let mut all = Read::default();
    match open(path, options) {
        Err(error) => all.error = Some(error),
        Ok(source) => {
            for item in source {
                match item {
                    Ok(feature) => all.features.push(feature),
                    Err(Trouble::Feature(bad)) => all.bad.push(*bad),
                    Err(Trouble::File(error)) => all.error = Some(error),
                }
            }
        }
    }
    all
}

#[allow(dead_code)]
pub fn written(name: &str, content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("a written file");
    (folder, path)
}
