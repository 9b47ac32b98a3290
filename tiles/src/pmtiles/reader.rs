//! Reading one tile: header and root once, then a leaf or two, then the tile.

use super::directory::{self, Entry};
use super::header::{Compression, HEADER_BYTES, Header, TileKind};
use super::{PmTilesError, tile_number};
use crate::TileId;
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of one directory, packed and unpacked: 4,096 entries take some 30 KB.
const DIRECTORY_BYTES_MAX: u64 = 16 << 20;
/// Leaves below leaves: the standard recommends one, and forbids more than four directories in a row.
const DEPTH_MAX: usize = 4;

/// A PMTiles file, opened. Reading blocks: not for an async thread.
pub struct PmTiles {
    file: File,
    header: Header,
    root: Vec<Entry>,
    /// The leaf read last: a screen's tiles lie in one.
    leaf: Mutex<Option<(u64, Arc<Vec<Entry>>)>>,
}

impl PmTiles {
    pub fn open(path: &Path) -> Result<Self, PmTilesError> {
        let file = File::open(path)?;
        let mut bytes = [0; HEADER_BYTES];
        file.read_exact_at(&mut bytes, 0)
            .map_err(|_| PmTilesError::Broken("it is shorter than a header"))?;
        let header = Header::read(&bytes)?;
        let root = directory::read(&unpacked(&file, header.inner, header.root.at, header.root.len)?)?;
        Ok(Self {
            file,
            header,
            root,
            leaf: Mutex::new(None),
        })
    }

    pub fn kind(&self) -> TileKind {
        self.header.kind
    }

    /// How the bytes of its tiles are packed.
    pub fn packed(&self) -> Compression {
        self.header.packed
    }

    pub fn zooms(&self) -> (u8, u8) {
        (self.header.min_zoom, self.header.max_zoom)
    }

    /// The tile's bytes as they lie there; `None`: there is none. One longer than `bytes_max` is a broken file.
    pub fn tile(&self, tile: TileId, bytes_max: u32) -> Result<Option<Vec<u8>>, PmTilesError> {
        let number = tile_number(tile);
        let Some(mut entry) = directory::find(&self.root, number).copied() else {
            return Ok(None);
        };
        for _ in 1..DEPTH_MAX {
            if entry.run > 0 {
                break;
            }
            let leaf = self.leaf(&entry)?;
            match directory::find(&leaf, number) {
                Some(found) => entry = *found,
                None => return Ok(None),
            }
        }
        if entry.run == 0 {
            return Err(PmTilesError::Broken("its directories lead nowhere"));
        }
        if entry.len > bytes_max {
            return Err(PmTilesError::Broken("a tile is too large to be one"));
        }
        let at = self.header.tiles.at.checked_add(entry.at);
        let mut bytes = vec![0; entry.len as usize];
        self.file
            .read_exact_at(
                &mut bytes,
                at.ok_or(PmTilesError::Broken("a tile lies beyond the file"))?,
            )
            .map_err(|_| PmTilesError::Broken("a tile lies beyond the file"))?;
        Ok(Some(bytes))
    }

    fn leaf(&self, entry: &Entry) -> Result<Arc<Vec<Entry>>, PmTilesError> {
        let kept = || self.leaf.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, leaf)) = &*kept()
            && *at == entry.at
        {
            return Ok(leaf.clone());
        }
        let at = self.header.leaves.at.checked_add(entry.at);
        let at = at.ok_or(PmTilesError::Broken("a directory lies beyond the file"))?;
        let leaf = Arc::new(directory::read(&unpacked(
            &self.file,
            self.header.inner,
            at,
            entry.len.into(),
        )?)?);
        *kept() = Some((entry.at, leaf.clone()));
        Ok(leaf)
    }
}

fn unpacked(file: &File, packed: Compression, at: u64, len: u64) -> Result<Vec<u8>, PmTilesError> {
    if len > DIRECTORY_BYTES_MAX {
        return Err(PmTilesError::Broken("a directory is too large to be one"));
    }
    let mut bytes = vec![0; len as usize];
    file.read_exact_at(&mut bytes, at)
        .map_err(|_| PmTilesError::Broken("a directory lies beyond the file"))?;
    match packed {
        Compression::None => Ok(bytes),
        Compression::Gzip => {
            let mut plain = Vec::new();
            GzDecoder::new(&bytes[..])
                .take(DIRECTORY_BYTES_MAX + 1)
                .read_to_end(&mut plain)
                .map_err(|_| PmTilesError::Broken("a directory cannot be unpacked"))?;
            if plain.len() as u64 > DIRECTORY_BYTES_MAX {
                return Err(PmTilesError::Broken("a directory is too large to be one"));
            }
            Ok(plain)
        }
        Compression::Other(_) => Err(PmTilesError::Packed),
    }
}
