//! Passing files 临时文件: uploads, exports and copies while they are worked on, in the data folder. Each goes with its handle;
//! what a process that was killed left behind goes at the next start.

use std::io;
use std::path::Path;
use tempfile::{Builder, TempDir};

/// What a passing file is for, and how its name begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    Upload,
    Export,
    Copy,
}

impl Passing {
    const ALL: [Passing; 3] = [Passing::Upload, Passing::Export, Passing::Copy];

    fn word(self) -> &'static str {
        match self {
            Passing::Upload => "upload-",
            Passing::Export => "export-",
            Passing::Copy => "passing-",
        }
    }

    /// How names begin: whose they are stands in them, because two servers may share a folder.
    pub fn prefix(self) -> String {
        format!("{}{}-", self.word(), std::process::id())
    }

    /// A folder that is gone with its handle.
    pub fn folder(self, data: &Path) -> io::Result<TempDir> {
        std::fs::create_dir_all(data)?;
        Builder::new().prefix(&self.prefix()).tempdir_in(data)
    }
}

/// Removes what processes that are no more left behind.
pub fn sweep(data: &Path) {
    for entry in std::fs::read_dir(data).into_iter().flatten().flatten() {
        let path = entry.path();
        if !entry.file_name().to_str().is_some_and(is_left_behind) {
            continue;
        }
        let removed = match entry.file_type() {
            Ok(kind) if kind.is_dir() => std::fs::remove_dir_all(&path),
            _ => std::fs::remove_file(&path),
        };
        match removed {
            Ok(()) => tracing::info!(path = %path.display(), "a passing file of an earlier run is removed"),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "a passing file of an earlier run stays");
            }
        }
    }
}

fn is_left_behind(name: &str) -> bool {
    let Some(rest) = Passing::ALL.into_iter().find_map(|p| name.strip_prefix(p.word())) else {
        return false;
    };
    let owner = rest.split_once('-').and_then(|(pid, _)| pid.parse::<u32>().ok());
    // Nothing of ours is there yet when we sweep: in a container every run has the same number.
    owner.is_none_or(|pid| pid == std::process::id() || !Path::new("/proc").join(pid.to_string()).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_goes_and_nothing_else() {
        let data = tempfile::tempdir().unwrap();
        // The first process lives as long as the machine; numbers end far below the last one here.
        let gone = ["export-4294967290-aB3x9z", "upload-aB3x9z", "passing-4294967290-x.gpkg"];
        let stays = ["export-1-aB3x9z", "exports", "geju.gpkg", "backups"];
        for name in gone.iter().chain(&stays) {
            let path = data.path().join(name);
            if name.ends_with(".gpkg") {
                std::fs::write(path, b"x").unwrap();
            } else {
                std::fs::create_dir(&path).unwrap();
                std::fs::write(path.join("half.csv"), b"x").unwrap();
            }
        }
        sweep(data.path());
        let mut left: Vec<String> = std::fs::read_dir(data.path())
            .unwrap()
            .flatten()
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        left.sort();
        let mut wanted = stays.map(str::to_owned).to_vec();
        wanted.sort();
        assert_eq!(left, wanted);
    }
}
