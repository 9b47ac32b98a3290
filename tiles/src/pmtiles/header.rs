//! The first 127 bytes.

use super::PmTilesError;

pub(super) const HEADER_BYTES: usize = 127;
const MAGIC: &[u8; 7] = b"PMTiles";
const VERSION: u8 = 3;

/// How directories or tiles are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    /// Unknown, Brotli or Zstandard: none of which is read here.
    Other(u8),
}

impl Compression {
    fn of(byte: u8) -> Self {
        match byte {
            1 => Compression::None,
            2 => Compression::Gzip,
            other => Compression::Other(other),
        }
    }

    fn byte(self) -> u8 {
        match self {
            Compression::None => 1,
            Compression::Gzip => 2,
            Compression::Other(byte) => byte,
        }
    }
}

/// What the tiles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileKind {
    Mvt,
    Png,
    Jpeg,
    Webp,
    Other(u8),
}

impl TileKind {
    fn of(byte: u8) -> Self {
        match byte {
            1 => TileKind::Mvt,
            2 => TileKind::Png,
            3 => TileKind::Jpeg,
            4 => TileKind::Webp,
            other => TileKind::Other(other),
        }
    }

    fn byte(self) -> u8 {
        match self {
            TileKind::Mvt => 1,
            TileKind::Png => 2,
            TileKind::Jpeg => 3,
            TileKind::Webp => 4,
            TileKind::Other(byte) => byte,
        }
    }
}

/// A part of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub at: u64,
    pub len: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub root: Span,
    pub metadata: Span,
    pub leaves: Span,
    pub tiles: Span,
    pub addressed: u64,
    pub entries: u64,
    pub contents: u64,
    pub clustered: bool,
    pub inner: Compression,
    pub packed: Compression,
    pub kind: TileKind,
    pub min_zoom: u8,
    pub max_zoom: u8,
    /// West, south, east, north in 1e-7 degrees.
    pub bounds: [i32; 4],
    pub centre_zoom: u8,
    pub centre: [i32; 2],
}

impl Header {
    pub fn read(bytes: &[u8; HEADER_BYTES]) -> Result<Self, PmTilesError> {
        if &bytes[..7] != MAGIC {
            return Err(PmTilesError::Broken("it does not begin with PMTiles"));
        }
        if bytes[7] != VERSION {
            return Err(PmTilesError::Version(bytes[7]));
        }
        let long = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(eight)
        };
        let degrees = |at: usize| {
            let mut four = [0; 4];
            four.copy_from_slice(&bytes[at..at + 4]);
            i32::from_le_bytes(four)
        };
        let span = |at: usize| Span {
            at: long(at),
            len: long(at + 8),
        };
        Ok(Self {
            root: span(8),
            metadata: span(24),
            leaves: span(40),
            tiles: span(56),
            addressed: long(72),
            entries: long(80),
            contents: long(88),
            clustered: bytes[96] == 1,
            inner: Compression::of(bytes[97]),
            packed: Compression::of(bytes[98]),
            kind: TileKind::of(bytes[99]),
            min_zoom: bytes[100],
            max_zoom: bytes[101],
            bounds: [degrees(102), degrees(106), degrees(110), degrees(114)],
            centre_zoom: bytes[118],
            centre: [degrees(119), degrees(123)],
        })
    }

    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        for span in [self.root, self.metadata, self.leaves, self.tiles] {
            out.extend(span.at.to_le_bytes());
            out.extend(span.len.to_le_bytes());
        }
        for count in [self.addressed, self.entries, self.contents] {
            out.extend(count.to_le_bytes());
        }
        out.extend([
            u8::from(self.clustered),
            self.inner.byte(),
            self.packed.byte(),
            self.kind.byte(),
            self.min_zoom,
            self.max_zoom,
        ]);
        for degrees in self.bounds {
            out.extend(degrees.to_le_bytes());
        }
        out.push(self.centre_zoom);
        for degrees in self.centre {
            out.extend(degrees.to_le_bytes());
        }
        out
    }
}
