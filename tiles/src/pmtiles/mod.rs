//! PMTiles v3: many tiles in one file, found by their number on a Hilbert curve.
//!
//! Read and written by our own few hundred lines: a reader that trusts no length it is told and blocks no async thread is what
//! is wanted here, and the format is a header, directories of varints and the tiles.

mod directory;
mod header;
mod hilbert;
mod reader;
mod writer;

pub use header::{Compression, TileKind};
pub use hilbert::tile_number;
pub use reader::PmTiles;
pub use writer::{Description, PmTilesWriter};

use std::io;

/// Why a file is not read as PMTiles.
#[derive(Debug, thiserror::Error)]
pub enum PmTilesError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("not a sound PMTiles file: {0}")]
    Broken(&'static str),
    #[error("PMTiles version {0} is not read here, only version 3")]
    Version(u8),
    #[error("its directories are packed by a method that is not read here; gzip and none are")]
    Packed,
}
