//! The .shp file: one record per shape, every count checked against the length of its record.

use std::io::{ErrorKind, Read};

use geo_types::Coord;

use super::NAME;
use crate::feature::FormatError;
use crate::gate::{Flaw, Shape};
use crate::limits::VERTICES_PER_FEATURE_MAX;

const HEADER_BYTES: usize = 100;
/// x, y, z and m of every vertex, part offsets, boxes and ranges.
const RECORD_BYTES_MAX: u64 = (VERTICES_PER_FEATURE_MAX as u64) * 40 + 1024;

pub(super) enum Outline {
    Shape(Shape),
    Nothing,
}

pub(super) struct Outlines<R> {
    reader: R,
    at: u64,
    /// Length the header declares, in bytes; zero or nonsense is ignored.
    declared: u64,
    envelope: [f64; 4],
    record: Vec<u8>,
}

impl<R: Read> Outlines<R> {
    pub(super) fn open(mut reader: R) -> Result<Self, FormatError> {
        let mut header = [0u8; HEADER_BYTES];
        reader
            .read_exact(&mut header)
            .map_err(|error| FormatError::reading(NAME, error))?;
        let declared = u64::from(be_u32(&header, 24).unwrap_or(0)) * 2;
        let mut envelope = [0.0; 4];
        for (at, value) in envelope.iter_mut().enumerate() {
            *value = le_f64(&header, 36 + 8 * at).unwrap_or(0.0);
        }
        Ok(Outlines {
            reader,
            at: HEADER_BYTES as u64,
            declared,
            envelope,
            record: Vec::new(),
        })
    }

    pub(super) fn envelope(&self) -> [f64; 4] {
        self.envelope
    }

    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The next record; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Result<Outline, Flaw>>, FormatError> {
        if self.declared > 0 && self.at >= self.declared {
            return Ok(None);
        }
        let mut head = [0u8; 8];
        let mut filled = 0;
        while filled < head.len() {
            match self.reader.read(&mut head[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(FormatError::reading(NAME, error)),
            }
        }
        if filled == 0 && self.at >= self.declared {
            return Ok(None);
        }
        if filled < head.len() {
            return Err(FormatError::Truncated(format!(
                "the .shp stops at byte {}, its header says {}",
                self.at, self.declared
            )));
        }
        let length = u64::from(be_u32(&head, 4).unwrap_or(0)) * 2;
        self.at += 8 + length;
        if length > RECORD_BYTES_MAX {
            let skipped = std::io::copy(&mut self.reader.by_ref().take(length), &mut std::io::sink())
                .map_err(|error| FormatError::reading(NAME, error))?;
            if skipped < length {
                return Err(FormatError::Truncated(
                    "a record of the .shp is longer than the file".into(),
                ));
            }
            return Ok(Some(Err(Flaw::too_many_vertices(length as usize / 16))));
        }
        self.record.resize(length as usize, 0);
        self.reader
            .read_exact(&mut self.record)
            .map_err(|error| FormatError::reading(NAME, error))?;
        Ok(Some(read(&self.record)))
    }
}

fn le_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn be_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn le_f64(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn coord(bytes: &[u8], at: usize) -> Option<Coord<f64>> {
    Some(Coord {
        x: le_f64(bytes, at)?,
        y: le_f64(bytes, at + 8)?,
    })
}

fn read(record: &[u8]) -> Result<Outline, Flaw> {
    let short = || Flaw::new("bad_geometry", "The record is shorter than its counts say.");
    let kind = le_u32(record, 0).ok_or_else(short)?;
    Ok(Outline::Shape(match kind {
        0 => return Ok(Outline::Nothing),
        1 | 11 | 21 => Shape::Point(coord(record, 4).ok_or_else(short)?),
        8 | 18 | 28 => {
            let count = le_u32(record, 36).ok_or_else(short)? as usize;
            Shape::MultiPoint(coords(record, 40, count).ok_or_else(short)?)
        }
        3 | 13 | 23 => Shape::MultiLine(parts(record).ok_or_else(short)?),
        5 | 15 | 25 => polygons(parts(record).ok_or_else(short)?),
        31 => {
            return Err(Flaw::new(
                "unsupported_geometry",
                "The shape is a multipatch (a 3D surface).",
            ));
        }
        other => {
            return Err(Flaw::new(
                "bad_geometry",
                format!("The shape type {other} is not known."),
            ));
        }
    }))
}

fn coords(record: &[u8], at: usize, count: usize) -> Option<Vec<Coord<f64>>> {
    if count > record.len() / 16 {
        return None;
    }
    (0..count).map(|point| coord(record, at + 16 * point)).collect()
}

fn parts(record: &[u8]) -> Option<Vec<Vec<Coord<f64>>>> {
    let parts = le_u32(record, 36)? as usize;
    let points = le_u32(record, 40)? as usize;
    if parts > record.len() / 4 || points > record.len() / 16 {
        return None;
    }
    let first_point = 44 + 4 * parts;
    (0..parts)
        .map(|part| {
            let start = le_u32(record, 44 + 4 * part)? as usize;
            let end = if part + 1 < parts {
                le_u32(record, 48 + 4 * part)? as usize
            } else {
                points
            };
            if start > end || end > points {
                return None;
            }
            coords(record, first_point + 16 * start, end - start)
        })
        .collect()
}

/// Rings to polygons: clockwise rings are outer ones, the others are holes of the smallest outer ring around them.
fn polygons(rings: Vec<Vec<Coord<f64>>>) -> Shape {
    let (mut outers, mut holes) = (Vec::new(), Vec::new());
    for ring in rings.into_iter().filter(|ring| !ring.is_empty()) {
        let area = signed_area(&ring);
        if area <= 0.0 {
            outers.push((area.abs(), vec![ring]))
        } else {
            holes.push(ring)
        }
    }
    if outers.is_empty() {
        // Written the wrong way round by some programs; a ring alone is still an outline.
        return Shape::MultiPolygon(holes.into_iter().map(|ring| vec![ring]).collect());
    }
    for hole in holes {
        let within = outers
            .iter_mut()
            .filter(|(_, polygon)| hole.iter().take(4).any(|point| inside(*point, &polygon[0])))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match within {
            Some((_, polygon)) => polygon.push(hole),
            None => outers.push((signed_area(&hole).abs(), vec![hole])),
        }
    }
    Shape::MultiPolygon(outers.into_iter().map(|(_, polygon)| polygon).collect())
}

/// Twice the area, positive when the ring runs counter-clockwise.
fn signed_area(ring: &[Coord<f64>]) -> f64 {
    let origin = ring.first().copied().unwrap_or_default();
    ring.iter()
        .zip(ring.iter().cycle().skip(1))
        .map(|(a, b)| (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y))
        .sum()
}

fn inside(point: Coord<f64>, ring: &[Coord<f64>]) -> bool {
    let mut within = false;
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if (a.y > point.y) != (b.y > point.y) && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x {
            within = !within;
        }
    }
    within
}
