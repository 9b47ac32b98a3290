//! A disk so small that a story can fill it.

use crate::skipped;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What is written at a time while filling; the last pieces are single pages.
const PIECES: [usize; 2] = [64 * 1024, 512];

/// A file system in memory of a few megabytes, gone when dropped.
pub struct SmallDisk {
    at: TempDir,
}

impl SmallDisk {
    /// Makes one, or says by name that it may not be made here: only root may.
    pub fn of(story: &str, mebibytes: usize) -> Option<SmallDisk> {
        let at = tempfile::Builder::new()
            .prefix("geju-disk.")
            .tempdir()
            .expect("a folder to mount on");
        let size = format!("size={mebibytes}m,mode=755");
        let made = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(at.path())
            .output();
        match made {
            Ok(output) if output.status.success() => Some(SmallDisk { at }),
            Ok(output) => {
                skipped(story, String::from_utf8_lossy(&output.stderr).trim());
                None
            }
            Err(error) => {
                skipped(story, &format!("mount: {error}"));
                None
            }
        }
    }

    pub fn path(&self) -> &Path {
        self.at.path()
    }

    fn ballast(&self) -> PathBuf {
        self.at.path().join("ballast")
    }

    /// Takes all the room there is, to the last page.
    pub fn fill(&self) {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.ballast())
            .or_else(|_| File::create(self.ballast()))
            .expect("room for the name of a file");
        for bytes in PIECES {
            let piece = vec![b'x'; bytes];
            while file.write_all(&piece).is_ok() {}
        }
    }

    /// Fills it and leaves this much.
    pub fn fill_but(&self, bytes: u64) {
        self.fill();
        let file = OpenOptions::new()
            .write(true)
            .open(self.ballast())
            .expect("the ballast is there");
        let taken = file.metadata().expect("its size").len();
        file.set_len(taken.saturating_sub(bytes)).expect("made shorter");
    }

    /// Somebody tidied up.
    pub fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("the ballast goes");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that was just killed may not have let go of its files yet.
        let _ = Command::new("umount").arg("-l").arg(self.at.path()).status();
    }
}
