//! Pictures that lie in a PMTiles file.

use super::{NoPicture, Picture, Square, picture_of};
use crate::limits;
use anyhow::bail;
use geju_tiles::TileId;
use geju_tiles::pmtiles::{Compression, PmTiles, TileKind};
use std::path::Path;

pub(super) struct Archive(PmTiles);

impl Archive {
    /// Refuses at the start what could never be shown.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let file = PmTiles::open(path)?;
        match file.kind() {
            TileKind::Png | TileKind::Jpeg | TileKind::Webp => {}
            TileKind::Mvt => {
                bail!(
                    "it holds vector tiles; pictures (PNG, JPEG or WebP) are needed, or import the data as a base layer"
                )
            }
            TileKind::Other(_) => bail!("its tiles are neither PNG nor JPEG nor WebP"),
        }
        if file.packed() != Compression::None {
            bail!("its pictures are packed once more, which no writer does");
        }
        Ok(Self(file))
    }

    pub fn zooms(&self) -> (u8, u8) {
        let (low, high) = self.0.zooms();
        (low.min(limits::RASTER_ZOOM_MAX), high.min(limits::RASTER_ZOOM_MAX))
    }

    /// Blocks: not for an async thread.
    pub fn picture(&self, square: Square) -> Result<Picture, NoPicture> {
        let tile = TileId::new(square.z, square.x, square.y).map_err(|_| NoPicture::Absent)?;
        let read = self.0.tile(tile, limits::RASTER_BYTES_MAX as u32);
        let bytes = read.map_err(|error| {
            tracing::debug!(%error, "a picture of the base map cannot be read");
            NoPicture::Away
        })?;
        picture_of(bytes.ok_or(NoPicture::Absent)?)
    }
}
