//! Pictures on disk, the least used thrown out first when there are too many bytes.

use super::{Picture, Square, media_of};
use axum::body::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// 图架: a folder of pictures with an index in memory.
pub(super) struct Shelf {
    folder: PathBuf,
    cap: u64,
    index: Mutex<Index>,
}

#[derive(Default)]
struct Index {
    bytes: u64,
    turn: u64,
    lying: HashMap<Square, (u64, u64)>,
    by_turn: BTreeMap<u64, Square>,
}

impl Index {
    fn touch(&mut self, square: Square) {
        self.turn += 1;
        let turn = self.turn;
        if let Some((_, last)) = self.lying.get_mut(&square) {
            self.by_turn.remove(last);
            *last = turn;
            self.by_turn.insert(turn, square);
        }
    }

    fn put(&mut self, square: Square, bytes: u64) {
        self.drop(square);
        self.turn += 1;
        self.lying.insert(square, (bytes, self.turn));
        self.by_turn.insert(self.turn, square);
        self.bytes += bytes;
    }

    fn drop(&mut self, square: Square) {
        if let Some((bytes, turn)) = self.lying.remove(&square) {
            self.by_turn.remove(&turn);
            self.bytes -= bytes;
        }
    }

    /// What has to go so that no more than `cap` bytes lie here.
    fn overflow(&mut self, cap: u64) -> Vec<Square> {
        let mut gone = Vec::new();
        while self.bytes > cap {
            let Some((_, square)) = self.by_turn.first_key_value() else {
                break;
            };
            let square = *square;
            self.drop(square);
            gone.push(square);
        }
        gone
    }
}

impl Shelf {
    /// Counts what an earlier run left, oldest first.
    pub fn open(folder: PathBuf, cap: usize) -> Self {
        let mut found: Vec<(SystemTime, Square, u64)> = Vec::new();
        for file in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let named = file.file_name().to_str().and_then(square_of);
            if let (Some(square), Ok(meta)) = (named, file.metadata()) {
                found.push((meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), square, meta.len()));
            }
        }
        found.sort();
        let mut index = Index::default();
        for (_, square, bytes) in found {
            index.put(square, bytes);
        }
        let shelf = Self {
            folder,
            cap: cap as u64,
            index: Mutex::new(index),
        };
        let gone = shelf.index(|index| index.overflow(shelf.cap));
        gone.into_iter()
            .for_each(|square| drop(std::fs::remove_file(shelf.path(square))));
        shelf
    }

    fn index<T>(&self, work: impl FnOnce(&mut Index) -> T) -> T {
        work(&mut self.index.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn path(&self, square: Square) -> PathBuf {
        self.folder.join(format!("{}-{}-{}", square.z, square.x, square.y))
    }

    pub async fn get(&self, square: Square) -> Option<(Picture, Duration)> {
        if !self.index(|index| index.lying.contains_key(&square)) {
            return None;
        }
        let path = self.path(square);
        let bytes = Bytes::from(tokio::fs::read(&path).await.ok()?);
        let written = tokio::fs::metadata(&path).await.ok()?.modified().ok()?;
        let media = media_of(&bytes)?;
        self.index(|index| index.touch(square));
        // A clock that was set back makes nothing older.
        Some((Picture { bytes, media }, written.elapsed().unwrap_or_default()))
    }

    /// Keeps a picture. A disk that is full keeps none, and the map goes on.
    pub async fn put(&self, square: Square, bytes: &Bytes) {
        if self.cap == 0 {
            return;
        }
        let path = self.path(square);
        if let Err(error) = write_whole(&self.folder, &path, bytes).await {
            tracing::debug!(%error, "a picture of the base map cannot be kept");
            return;
        }
        let gone = self.index(|index| {
            index.put(square, bytes.len() as u64);
            index.overflow(self.cap)
        });
        for square in gone {
            // One that is gone already needs no removing.
            let _ = tokio::fs::remove_file(self.path(square)).await;
        }
    }
}

fn square_of(name: &str) -> Option<Square> {
    let mut numbers = name.splitn(3, '-');
    Some(Square {
        z: numbers.next()?.parse().ok()?,
        x: numbers.next()?.parse().ok()?,
        y: numbers.next()?.parse().ok()?,
    })
}

/// Whole or not at all, under a name of its own until it is whole.
async fn write_whole(folder: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let part = path.with_extension(format!("{:08x}.part", rand::random::<u32>()));
    tokio::fs::write(&part, bytes).await?;
    tokio::fs::rename(&part, path).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

    fn square(x: u32) -> Square {
        Square { z: 14, x, y: 7 }
    }

    #[tokio::test]
    async fn the_shelf_keeps_to_its_bytes_and_what_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(folder.path().into(), PNG.len() * 3);
        for x in 0..3 {
            shelf.put(square(x), &Bytes::from_static(PNG)).await;
        }
        assert!(shelf.get(square(0)).await.is_some(), "used again: it stays");
        shelf.put(square(3), &Bytes::from_static(PNG)).await;
        assert!(shelf.get(square(1)).await.is_none(), "the least used is gone");
        for x in [0, 2, 3] {
            assert!(shelf.get(square(x)).await.is_some());
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
        let again = Shelf::open(folder.path().into(), PNG.len() * 2);
        assert_eq!(
            again.index(|index| index.lying.len()),
            2,
            "a smaller cap holds from the start"
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
