//! Writing: tiles in the order of their numbers straight to their place, directories behind them, the header last.
//!
//! What stays in memory is an entry per tile (24 bytes) and a hash per content, never the tiles.

use super::directory::{self, Entry};
use super::header::{Compression, HEADER_BYTES, Header, Span, TileKind};
use super::{PmTilesError, tile_number};
use crate::{TileId, gzip};
use std::collections::HashMap;
use std::io::{Seek, SeekFrom, Write};
use xxhash_rust::xxh3::xxh3_128;

/// Header and root directory lie within so many bytes, says the standard: one request fetches both.
const FRONT_BYTES: u64 = 16_384;
/// Entries of a leaf to begin with, as the reference writer has it; more where the root would not fit.
const LEAF_ENTRIES: usize = 4_096;
/// Equal contents are found among so many: water and empty ground repeat soon or never.
const HASHES_MAX: usize = 100_000;

/// What the file says of itself.
pub struct Description {
    pub kind: TileKind,
    pub packed: Compression,
    /// West, south, east, north in 1e-7 degrees.
    pub bounds: [i32; 4],
    /// A JSON object: name, attribution, and for vector tiles `vector_layers`.
    pub metadata: String,
}

pub struct PmTilesWriter<W> {
    out: W,
    entries: Vec<Entry>,
    known: HashMap<u128, (u64, u32)>,
    /// Bytes of tiles written.
    bytes: u64,
    addressed: u64,
    contents: u64,
    zooms: Option<(u8, u8)>,
}

impl<W: Write + Seek> PmTilesWriter<W> {
    pub fn new(mut out: W) -> Result<Self, PmTilesError> {
        out.write_all(&vec![0; FRONT_BYTES as usize])?;
        Ok(Self {
            out,
            entries: Vec::new(),
            known: HashMap::new(),
            bytes: 0,
            addressed: 0,
            contents: 0,
            zooms: None,
        })
    }

    /// Tiles come in the order of [`tile_number`].
    pub fn put(&mut self, tile: TileId, bytes: &[u8]) -> Result<(), PmTilesError> {
        let number = tile_number(tile);
        if self
            .entries
            .last()
            .is_some_and(|last| number < last.number + u64::from(last.run))
        {
            return Err(PmTilesError::Broken("tiles come in the order of their numbers"));
        }
        let len = u32::try_from(bytes.len()).map_err(|_| PmTilesError::Broken("a tile has more than 4 GiB"))?;
        let (low, high) = self.zooms.unwrap_or((tile.z(), tile.z()));
        self.zooms = Some((low.min(tile.z()), high.max(tile.z())));
        self.addressed += 1;
        let hash = xxh3_128(bytes);
        let at = match self.known.get(&hash) {
            Some((at, known)) if *known == len => *at,
            _ => {
                let at = self.bytes;
                self.out.write_all(bytes)?;
                self.bytes += u64::from(len);
                self.contents += 1;
                if self.known.len() < HASHES_MAX {
                    self.known.insert(hash, (at, len));
                }
                at
            }
        };
        if let Some(last) = self.entries.last_mut()
            && (last.at, last.len) == (at, len)
            && last.number + u64::from(last.run) == number
        {
            last.run += 1;
            return Ok(());
        }
        self.entries.push(Entry {
            number,
            at,
            len,
            run: 1,
        });
        Ok(())
    }

    /// Tiles so far.
    pub fn tiles(&self) -> u64 {
        self.addressed
    }

    /// Directories, metadata and header; returns what was written to.
    pub fn finish(mut self, description: &Description) -> Result<W, PmTilesError> {
        let (root, leaves) = directories(&self.entries)?;
        let tiles = Span {
            at: FRONT_BYTES,
            len: self.bytes,
        };
        let leaf_span = Span {
            at: tiles.at + tiles.len,
            len: leaves.len() as u64,
        };
        let metadata = gzip(description.metadata.as_bytes());
        let metadata_span = Span {
            at: leaf_span.at + leaf_span.len,
            len: metadata.len() as u64,
        };
        self.out.write_all(&leaves)?;
        self.out.write_all(&metadata)?;
        let [west, south, east, north] = description.bounds;
        let middle = |a: i32, b: i32| ((i64::from(a) + i64::from(b)) / 2) as i32;
        let (min_zoom, max_zoom) = self.zooms.unwrap_or_default();
        let header = Header {
            root: Span {
                at: HEADER_BYTES as u64,
                len: root.len() as u64,
            },
            metadata: metadata_span,
            leaves: leaf_span,
            tiles,
            addressed: self.addressed,
            entries: self.entries.len() as u64,
            contents: self.contents,
            clustered: true,
            inner: Compression::Gzip,
            packed: description.packed,
            kind: description.kind,
            min_zoom,
            max_zoom,
            bounds: description.bounds,
            centre_zoom: min_zoom,
            centre: [middle(west, east), middle(south, north)],
        };
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&header.write())?;
        self.out.write_all(&root)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// The root that fits in front, and the leaves below it where it alone would not hold all.
fn directories(entries: &[Entry]) -> Result<(Vec<u8>, Vec<u8>), PmTilesError> {
    let fits = |root: &[u8]| (root.len() + HEADER_BYTES) as u64 <= FRONT_BYTES;
    let whole = gzip(&directory::write(entries));
    if fits(&whole) {
        return Ok((whole, Vec::new()));
    }
    let mut size = LEAF_ENTRIES;
    loop {
        let mut leaves = Vec::new();
        let mut root = Vec::new();
        for some in entries.chunks(size) {
            let packed = gzip(&directory::write(some));
            root.push(Entry {
                number: some.first().map_or(0, |e| e.number),
                at: leaves.len() as u64,
                len: u32::try_from(packed.len()).map_err(|_| PmTilesError::Broken("a directory is too large"))?,
                run: 0,
            });
            leaves.extend_from_slice(&packed);
        }
        let root = gzip(&directory::write(&root));
        if fits(&root) {
            return Ok((root, leaves));
        }
        size *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::super::PmTiles;
    use super::*;
    use std::fs::File;

    fn description() -> Description {
        Description {
            kind: TileKind::Mvt,
            packed: Compression::Gzip,
            bounds: [1_040_000_000, 300_000_000, 1_041_000_000, 301_000_000],
            metadata: r#"{"name":"格局"}"#.into(),
        }
    }

    /// All tiles of a zoom, by number.
    fn of_zoom(z: u8) -> Vec<TileId> {
        let side = 1 << z;
        let mut all: Vec<TileId> = (0..side)
            .flat_map(|x| (0..side).map(move |y| TileId::new(z, x, y).unwrap()))
            .collect();
        all.sort_unstable_by_key(|t| tile_number(*t));
        all
    }

    #[test]
    fn what_was_written_is_found_again_through_leaves_too() {
        let folder = std::env::temp_dir().join(format!("geju-pmtiles-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("all.pmtiles");
        let mut writer = PmTilesWriter::new(File::create(&path).unwrap()).unwrap();
        // Lengths that no packing can foretell, so that the root alone would not hold them.
        let content = |t: TileId| {
            let odd = (t.x().wrapping_mul(2_654_435_761) ^ t.y().wrapping_mul(40_503)) % 997;
            format!("{t}{}", "x".repeat(odd as usize)).into_bytes()
        };
        for z in [0, 7] {
            for tile in of_zoom(z) {
                match (tile.x() + tile.y()) % 5 {
                    0 => {}
                    1 => writer.put(tile, b"the same").unwrap(),
                    _ => writer.put(tile, &content(tile)).unwrap(),
                }
            }
        }
        assert!(
            writer.put(TileId::new(0, 0, 0).unwrap(), b"late").is_err(),
            "out of order"
        );
        let count = writer.tiles();
        writer.finish(&description()).unwrap();
        let read = PmTiles::open(&path).unwrap();
        assert_eq!(
            (read.kind(), read.packed(), read.zooms()),
            (TileKind::Mvt, Compression::Gzip, (7, 7))
        );
        let mut found = 0;
        for tile in of_zoom(7) {
            let wanted = match (tile.x() + tile.y()) % 5 {
                0 => None,
                1 => Some(b"the same".to_vec()),
                _ => Some(content(tile)),
            };
            found += u64::from(wanted.is_some());
            assert_eq!(read.tile(tile, 10_000).unwrap(), wanted, "{tile}");
        }
        assert_eq!(found, count);
        assert_eq!(read.tile(TileId::new(8, 0, 0).unwrap(), 10_000).unwrap(), None);
        let big = of_zoom(7).into_iter().find(|t| (t.x() + t.y()) % 5 > 1).unwrap();
        assert!(read.tile(big, 2).is_err(), "longer than the caller takes");

        let whole = std::fs::read(&path).unwrap();
        for end in [0, 5, 126, 200, 16_384, whole.len() / 2] {
            std::fs::write(&path, &whole[..end]).unwrap();
            if let Ok(cut) = PmTiles::open(&path) {
                // What is there may be read, what is not is told and never a panic.
                for tile in of_zoom(7).into_iter().step_by(97) {
                    let _ = cut.tile(tile, 10_000);
                }
            }
        }
        let mut dice = 7u32;
        for _ in 0..40 {
            let mut bent = whole.clone();
            for _ in 0..8 {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = dice as usize % 4_000;
                bent[at] ^= (dice >> 24) as u8;
            }
            std::fs::write(&path, &bent).unwrap();
            if let Ok(bent) = PmTiles::open(&path) {
                for tile in of_zoom(7).into_iter().step_by(2_003) {
                    let _ = bent.tile(tile, 10_000);
                }
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
