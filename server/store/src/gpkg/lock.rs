//! The lock beside the file: one serving process per file, and a word to others where to find it.

use crate::error::StoreError;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Held as long as the store is open; the operating system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    /// Absent once released.
    file: Mutex<Option<File>>,
    path: PathBuf,
}

/// Who serves the file, for a command that finds the lock and goes through that server.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Note {
    #[serde(default)]
    pid: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// Longest note read from a foreign lock file.
const MAX_NOTE_BYTES: u64 = 4_096;

impl Lock {
    pub fn take(store: &Path) -> Result<Lock, StoreError> {
        let mut path = store.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let failed = |source| StoreError::Io {
            doing: "locking the store",
            path: path.clone(),
            source,
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            // A token may stand in it.
            options.mode(0o600);
        }
        let mut file = options.open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let note = read_note(&mut file);
                return Err(StoreError::Locked {
                    path: store.to_owned(),
                    pid: note.pid,
                    address: note.address,
                    token: note.token,
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let lock = Lock {
            file: Mutex::new(Some(file)),
            path,
        };
        lock.write(&Note {
            pid: Some(std::process::id()),
            ..Note::default()
        })?;
        Ok(lock)
    }

    pub fn note_address(&self, address: &str, token: &str) -> Result<(), StoreError> {
        self.write(&Note {
            pid: Some(std::process::id()),
            address: Some(address.to_owned()),
            token: Some(token.to_owned()),
        })
    }

    fn write(&self, note: &Note) -> Result<(), StoreError> {
        let failed = |source| StoreError::Io {
            doing: "noting who serves the store",
            path: self.path.clone(),
            source,
        };
        let text = serde_json::to_vec(note).map_err(|e| failed(e.into()))?;
        let mut held = self.file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let Some(file) = held.as_mut() else { return Ok(()) };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.set_permissions(std::fs::Permissions::from_mode(0o600))
                .map_err(failed)?;
        }
        file.set_len(0).map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.sync_data()).map_err(failed)
    }
}

impl Lock {
    /// Lets the next process in.
    pub fn release(&self) {
        let mut file = self.file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // The token is of no use any more; the file stays, for removing it would race with the next one to lock it.
        if let Some(held) = file.take() {
            let _ = held.set_len(0);
            let _ = held.unlock();
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.release();
    }
}

/// What the one who holds the lock wrote, as far as it can be read.
fn read_note(file: &mut File) -> Note {
    let mut text = Vec::new();
    match file.take(MAX_NOTE_BYTES).read_to_end(&mut text) {
        Ok(_) => serde_json::from_slice(&text).unwrap_or_default(),
        Err(_) => Note::default(),
    }
}
