//! An optional base map of pictures from elsewhere, 底图: fetched through us, kept on our disk, its key never shown; or read
//! from a PMTiles file beside us.
//!
//! Screens ask us and only us, so the strict policy of the page stays, and a network without a way out goes on with what it
//! has kept. What is passed on must be a picture by its first bytes, whatever the other side calls it.

mod archive;
mod shelf;
mod source;

use crate::config::Settings;
use crate::limits;
use anyhow::{Context, ensure};
use archive::Archive;
use axum::body::Bytes;
use sha2::{Digest, Sha256};
use shelf::Shelf;
use source::Source;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Coordinate system a picture is drawn in: what is drawn in GCJ-02 lies some 500 m beside ours, and the page shifts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Datum {
    Wgs84,
    Gcj02,
}

impl Datum {
    pub fn as_str(self) -> &'static str {
        match self {
            Datum::Wgs84 => "wgs84",
            Datum::Gcj02 => "gcj02",
        }
    }
}

/// One picture: zoom, column, row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Square {
    pub z: u8,
    pub x: u32,
    pub y: u32,
}

/// A picture and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub bytes: Bytes,
    pub media: &'static str,
}

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPicture {
    /// The other side has none there.
    Absent,
    /// The other side does not answer, or with something that is no picture.
    Away,
}

/// Pictures of a base map that is not ours.
pub struct Raster {
    pub datum: Datum,
    pub attribution: String,
    /// Shallowest and deepest zoom there are pictures of; screens stretch the deepest.
    pub zooms: (u8, u8),
    origin: Origin,
}

/// Where pictures come from.
enum Origin {
    /// Somebody serves them.
    Served {
        source: Arc<Source>,
        fetching: Arc<Semaphore>,
        shelf: Shelf,
    },
    /// They lie in a file here.
    File(Arc<Archive>),
}

/// What stands before the path of a file.
const FILE: &str = "pmtiles:";

impl Raster {
    /// As configured; `None` where no base map of pictures is wanted.
    pub fn new(settings: &Settings) -> anyhow::Result<Option<Self>> {
        let Some(address) = settings.base_raster.clone().filter(|t| !t.is_empty()) else {
            return Ok(None);
        };
        ensure!(
            settings.base_zoom <= limits::RASTER_ZOOM_MAX,
            "GEJU_BASE_ZOOM is at most {}",
            limits::RASTER_ZOOM_MAX
        );
        let (origin, zooms) = match address.strip_prefix(FILE) {
            Some(path) => {
                let archive = Archive::open(Path::new(path))
                    .with_context(|| format!("GEJU_BASE_RASTER: the base map {path} cannot be used"))?;
                let (low, high) = archive.zooms();
                let zooms = (low, high.min(settings.base_zoom).max(low));
                (Origin::File(Arc::new(archive)), zooms)
            }
            None => (served(settings, &address)?, (0, settings.base_zoom)),
        };
        Ok(Some(Self {
            datum: settings.base_datum,
            attribution: settings.base_attribution.clone().unwrap_or_default(),
            zooms,
            origin,
        }))
    }

    /// The picture. An old one is better than none.
    pub async fn picture(&self, square: Square) -> Result<Picture, NoPicture> {
        if !(self.zooms.0..=self.zooms.1).contains(&square.z) {
            return Err(NoPicture::Absent);
        }
        let (source, fetching, shelf) = match &self.origin {
            Origin::File(archive) => {
                let archive = archive.clone();
                let read = tokio::task::spawn_blocking(move || archive.picture(square));
                return read.await.map_err(|_| NoPicture::Away)?;
            }
            Origin::Served {
                source,
                fetching,
                shelf,
            } => (source, fetching, shelf),
        };
        let kept = shelf.get(square).await;
        if let Some((picture, age)) = &kept
            && *age < limits::RASTER_KEPT
        {
            return Ok(picture.clone());
        }
        match fetch(source.clone(), fetching.clone(), square).await {
            Ok(picture) => {
                shelf.put(square, &picture.bytes).await;
                Ok(picture)
            }
            Err(why) => kept.map(|(picture, _)| picture).ok_or(why),
        }
    }
}

fn served(settings: &Settings, address: &str) -> anyhow::Result<Origin> {
    let source = Source::new(address)
        .context("GEJU_BASE_RASTER is https://host/path with {z}, {x} and {y} in it, or pmtiles:FILE")?;
    // Another source, another folder: pictures of two maps never mix.
    let name: String = Sha256::digest(address.as_bytes())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let cap = settings.base_cache_mib.saturating_mul(1 << 20);
    Ok(Origin::Served {
        source: Arc::new(source),
        fetching: Arc::new(Semaphore::new(limits::RASTER_FETCHES_AT_ONCE)),
        shelf: Shelf::open(settings.data.join("base").join(name), cap),
    })
}

/// Off the async threads, few at once; whoever waits too long for a turn is told that the source is away.
async fn fetch(source: Arc<Source>, fetching: Arc<Semaphore>, square: Square) -> Result<Picture, NoPicture> {
    let turn = tokio::time::timeout(limits::RASTER_WITHIN, fetching.acquire_owned()).await;
    let Ok(Ok(permit)) = turn else {
        return Err(NoPicture::Away);
    };
    let fetched = tokio::task::spawn_blocking(move || {
        let fetched = source.fetch(square);
        drop(permit);
        fetched
    });
    picture_of(fetched.await.map_err(|_| NoPicture::Away)??)
}

/// Only what a browser shows and never runs.
fn picture_of(bytes: Vec<u8>) -> Result<Picture, NoPicture> {
    let media = media_of(&bytes).ok_or(NoPicture::Away)?;
    Ok(Picture {
        bytes: bytes.into(),
        media,
    })
}

/// What a picture is by its first bytes; `None` for everything a browser might run.
fn media_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_pass_whatever_they_are_called() {
        assert_eq!(media_of(b"\x89PNG\r\n\x1a\nrest"), Some("image/png"));
        assert_eq!(media_of(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(media_of(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        for odd in [&b"<svg onload=alert(1)>"[..], b"<html>", b"", b"RIFF", b"{}"] {
            assert_eq!(media_of(odd), None);
        }
    }
}
