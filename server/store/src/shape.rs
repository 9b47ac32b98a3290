//! Ground as bytes: WKB for PostGIS, a GeoPackage blob for SQLite. Grid steps become degrees and come back exactly.
//!
//! The reader is strict: two dimensions, points and (multi)polygons, every count checked against what is left,
//! nothing left over, every coordinate on the globe.

use crate::error::Damage;
use geju_core::ground::{GRID_PER_DEGREE, Ring};
use geju_core::{Ground, LonLat, Outline};

const SRID: u32 = 4326;
const POINT: u32 = 1;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;
/// EWKB: an SRID follows the type.
const HAS_SRID: u32 = 0x2000_0000;
/// Flags of a GeoPackage blob: little endian, envelope of x and y.
const GPB_WITH_ENVELOPE: u8 = 0b0000_0011;
/// Flags of a GeoPackage blob: little endian, no envelope, as points have it.
const GPB_BARE: u8 = 0b0000_0001;

pub(crate) fn to_ewkb(ground: &Ground) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    write_geometry(&mut out, ground, Some(SRID));
    out
}

pub(crate) fn to_gpb(ground: &Ground) -> Vec<u8> {
    let mut out = Vec::with_capacity(160);
    out.extend_from_slice(b"GP\0");
    out.push(if let Ground::Outline(_) = ground {
        GPB_WITH_ENVELOPE
    } else {
        GPB_BARE
    });
    out.extend_from_slice(&SRID.to_le_bytes());
    if let Ground::Outline(outline) = ground {
        let [w, s, e, n] = outline.envelope().to_degrees();
        for degree in [w, e, s, n] {
            out.extend_from_slice(&degree.to_le_bytes());
        }
    }
    write_geometry(&mut out, ground, None);
    out
}

fn write_geometry(out: &mut Vec<u8>, ground: &Ground, srid: Option<u32>) {
    let header = |out: &mut Vec<u8>, kind: u32| {
        out.push(1);
        let flagged = if srid.is_some() { kind | HAS_SRID } else { kind };
        out.extend_from_slice(&flagged.to_le_bytes());
        out.extend(srid.iter().flat_map(|s| s.to_le_bytes()));
    };
    match ground {
        Ground::Point(p) => {
            header(out, POINT);
            write_spot(out, *p);
        }
        Ground::Outline(outline) => match outline.parts() {
            [part] => {
                header(out, POLYGON);
                write_rings(out, part.rings().collect());
            }
            parts => {
                header(out, MULTI_POLYGON);
                write_count(out, parts.len());
                for part in parts {
                    out.push(1);
                    out.extend_from_slice(&POLYGON.to_le_bytes());
                    write_rings(out, part.rings().collect());
                }
            }
        },
    }
}

fn write_rings(out: &mut Vec<u8>, rings: Vec<&Ring>) {
    write_count(out, rings.len());
    for ring in rings {
        let vertices = ring.vertices();
        write_count(out, vertices.len() + 1);
        for p in vertices.iter().chain(vertices.first()) {
            write_spot(out, *p);
        }
    }
}

/// Counts stay far below 2^32: an outline has a vertex limit.
fn write_count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&(n as u32).to_le_bytes());
}

fn write_spot(out: &mut Vec<u8>, p: LonLat) {
    out.extend_from_slice(&p.lon_degrees().to_le_bytes());
    out.extend_from_slice(&p.lat_degrees().to_le_bytes());
}

pub(crate) fn from_gpb(blob: &[u8]) -> Result<Ground, Damage> {
    let [b'G', b'P', 0, flags, rest @ ..] = blob else {
        return Err("not a GeoPackage blob".into());
    };
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err("bad envelope in a GeoPackage blob".into()),
    };
    from_wkb(rest.get(4 + envelope..).ok_or("short GeoPackage blob")?)
}

pub(crate) fn from_wkb(bytes: &[u8]) -> Result<Ground, Damage> {
    let mut reader = Reader { bytes, little: true };
    let ground = match reader.header()? {
        POINT => Ground::Point(reader.spot()?),
        POLYGON => Ground::Outline(Outline::new(vec![reader.rings()?])?),
        MULTI_POLYGON => {
            let mut parts = Vec::new();
            for _ in 0..reader.count(9)? {
                if reader.header()? != POLYGON {
                    return Err("a multipolygon holds something else".into());
                }
                parts.push(reader.rings()?);
            }
            Ground::Outline(Outline::new(parts)?)
        }
        other => return Err(format!("geometry type {other} is no ground").into()),
    };
    if reader.bytes.is_empty() {
        Ok(ground)
    } else {
        Err("bytes after the geometry".into())
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or("short geometry")?;
        self.bytes = rest;
        Ok(*head)
    }

    fn word(&mut self) -> Result<u32, Damage> {
        let bytes = self.take()?;
        Ok(if self.little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    fn header(&mut self) -> Result<u32, Damage> {
        self.little = match self.take::<1>()? {
            [0] => false,
            [1] => true,
            _ => return Err("bad byte order in a geometry".into()),
        };
        let kind = self.word()?;
        if kind & HAS_SRID != 0 {
            self.word()?;
        }
        Ok(kind & !HAS_SRID)
    }

    /// A count whose items, each at least this long, can still follow.
    fn count(&mut self, item_bytes: usize) -> Result<usize, Damage> {
        let n = self.word()? as usize;
        if n > self.bytes.len() / item_bytes {
            Err("a geometry counts more than it has".into())
        } else {
            Ok(n)
        }
    }

    fn degree(&mut self, limit: f64) -> Result<i32, Damage> {
        let bytes = self.take()?;
        let degree = if self.little {
            f64::from_le_bytes(bytes)
        } else {
            f64::from_be_bytes(bytes)
        };
        if degree.abs() <= limit {
            Ok((degree * GRID_PER_DEGREE).round() as i32)
        } else {
            Err(format!("coordinate {degree} is not on the globe").into())
        }
    }

    fn spot(&mut self) -> Result<LonLat, Damage> {
        Ok(LonLat {
            lon: self.degree(180.0)?,
            lat: self.degree(90.0)?,
        })
    }

    fn rings(&mut self) -> Result<Vec<Vec<LonLat>>, Damage> {
        let mut rings = Vec::new();
        for _ in 0..self.count(4)? {
            let n = self.count(16)?;
            let mut ring = Vec::with_capacity(n);
            for _ in 0..n {
                ring.push(self.spot()?);
            }
            // The closing repeat; the gate wants an open list.
            if ring.len() > 1 && ring.first() == ring.last() {
                ring.pop();
            }
            rings.push(ring);
        }
        Ok(rings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geju_core::drawn::rectangle;

    /// SplitMix64: random numbers from a fixed seed.
    fn dice(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    #[test]
    fn every_grid_step_comes_back_from_degrees() {
        let mut state = 1;
        for i in 0..20_000_000u64 {
            let r = dice(&mut state);
            let step = match i {
                0 => -1_800_000_000,
                1 => 1_800_000_000,
                2 => 0,
                _ => (r % 3_600_000_001) as i64 - 1_800_000_000,
            } as i32;
            let degrees = f64::from(step) / GRID_PER_DEGREE;
            assert_eq!((degrees * GRID_PER_DEGREE).round() as i32, step);
        }
    }

    fn both_ways(ground: &Ground) {
        assert_eq!(from_gpb(&to_gpb(ground)).expect("own blob"), *ground);
        assert_eq!(from_wkb(&to_ewkb(ground)).expect("own bytes"), *ground);
    }

    #[test]
    fn ground_comes_back_from_both_stores_unchanged() {
        let mut state = 7;
        for _ in 0..20_000 {
            let west = (dice(&mut state) % 3_400_000_000) as i64 - 1_700_000_000;
            let south = (dice(&mut state) % 1_600_000_000) as i64 - 800_000_000;
            let (w, s) = (west as i32, south as i32);
            both_ways(&Ground::Point(LonLat { lon: w, lat: s }));
            let (dx, dy) = (
                (dice(&mut state) % 40_000) as i32 + 2_000,
                (dice(&mut state) % 40_000) as i32 + 2_000,
            );
            both_ways(&Ground::Outline(rectangle(w, s, w + dx, s + dy)));
            let at = |x: i32, y: i32| LonLat { lon: w + x, lat: s + y };
            let ring = |x: i32, n: i32| vec![at(x, 0), at(x + n, 1), at(x + n, n), at(x - 3, n)];
            let hole = vec![at(500, 500), at(500, 900), at(900, 900), at(900, 500)];
            let two = Outline::new(vec![vec![ring(0, 2_000), hole], vec![ring(5_000, 1_500)]]).expect("two parts");
            both_ways(&Ground::Outline(two));
        }
    }

    #[test]
    fn broken_bytes_are_refused_without_a_panic() {
        let whole = to_gpb(&Ground::Outline(rectangle(0, 0, 5_000, 5_000)));
        for cut in 0..whole.len() {
            assert!(from_gpb(&whole[..cut]).is_err());
        }
        let mut state = 3;
        for _ in 0..50_000 {
            let mut bytes = whole.clone();
            let at = dice(&mut state) as usize % bytes.len();
            bytes[at] ^= 1 << (dice(&mut state) % 8);
            let _ = from_gpb(&bytes);
            let _ = from_wkb(&bytes[8..]);
        }
        let mut trailing = whole;
        trailing.push(0);
        assert!(from_gpb(&trailing).is_err());
    }
}
