//! One base-map layer as an immutable pack: roads, water, green or rails, named by the hash of its bytes.
//!
//! Little-endian. `GEJUBASE`, version 1, words (classes and names, each once), features. A feature is its class and name
//! as word numbers plus one, its shape's kind, and its parts; vertices are grid steps, each but a part's first as the
//! difference to the one before, zigzag varint. Features run along a Hilbert curve, so those of one tile lie together and
//! a list of boxes over runs of features is all the index that is needed.

use geju_core::change::{BaseLayer, BasePack};
use geju_core::{Envelope, LonLat};
use geju_tiles::{Env, WorldShape};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

const MAGIC: &[u8; 9] = b"GEJUBASE\x01";
/// Features per box of the index.
const RUN: usize = 64;
/// Vertices of one feature: a river through a province has 100,000.
const VERTICES_MAX: usize = 1_000_000;
/// Order of the Hilbert curve: cells of a few hundred metres on the globe sort well enough.
const CURVE_ORDER: u32 = 16;

/// One thing of the base map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseFeature {
    /// What it is within its layer: `primary`, `river`, `park` …
    pub class: String,
    pub name: Option<String>,
    pub shape: BaseShape,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseShape {
    Lines(Vec<Vec<LonLat>>),
    /// Per polygon its shell, then its holes.
    Polygons(Vec<Vec<Vec<LonLat>>>),
}

/// Why bytes are not a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a base-map pack: {0}")]
pub struct BadPack(&'static str);

impl BaseShape {
    fn vertices(&self) -> Box<dyn Iterator<Item = LonLat> + '_> {
        match self {
            BaseShape::Lines(lines) => Box::new(lines.iter().flatten().copied()),
            BaseShape::Polygons(polygons) => Box::new(polygons.iter().flatten().flatten().copied()),
        }
    }
}

/// Writes a layer as a pack. Features without vertices are left out.
pub fn write(layer: BaseLayer, features: Vec<BaseFeature>, attribution: Option<String>) -> (BasePack, Vec<u8>) {
    let mut sorted: Vec<(u64, Envelope, BaseFeature)> = features
        .into_iter()
        .filter_map(|f| Envelope::of_points(f.shape.vertices()).map(|e| (hilbert(e.centre()), e, f)))
        .collect();
    sorted.sort_by_key(|(along, ..)| *along);
    let envelope = Envelope::union_all(sorted.iter().map(|(_, e, _)| *e));

    let mut words = Vec::new();
    let mut numbers: HashMap<&str, u64> = HashMap::new();
    for (_, _, feature) in &sorted {
        for word in std::iter::once(&feature.class).chain(&feature.name) {
            numbers.entry(word).or_insert_with(|| {
                words.push(word.as_str());
                words.len() as u64
            });
        }
    }
    let mut out = MAGIC.to_vec();
    varint(&mut out, words.len() as u64);
    for word in &words {
        varint(&mut out, word.len() as u64);
        out.extend_from_slice(word.as_bytes());
    }
    varint(&mut out, sorted.len() as u64);
    for (_, _, feature) in &sorted {
        let number = |word: &str| numbers.get(word).copied().unwrap_or(0);
        varint(&mut out, number(&feature.class));
        varint(&mut out, feature.name.as_deref().map_or(0, number));
        match &feature.shape {
            BaseShape::Lines(lines) => {
                out.push(0);
                write_parts(&mut out, lines);
            }
            BaseShape::Polygons(polygons) => {
                out.push(1);
                varint(&mut out, polygons.len() as u64);
                for rings in polygons {
                    write_parts(&mut out, rings);
                }
            }
        }
    }
    let pack = BasePack {
        layer,
        hash: Sha256::digest(&out).iter().map(|b| format!("{b:02x}")).collect(),
        features: sorted.len() as u64,
        bytes: out.len() as u64,
        envelope,
        attribution,
    };
    (pack, out)
}

fn write_parts(out: &mut Vec<u8>, parts: &[Vec<LonLat>]) {
    varint(out, parts.len() as u64);
    for part in parts {
        varint(out, part.len() as u64);
        let mut last = LonLat { lon: 0, lat: 0 };
        for p in part {
            varint(out, zigzag(i64::from(p.lon) - i64::from(last.lon)));
            varint(out, zigzag(i64::from(p.lat) - i64::from(last.lat)));
            last = *p;
        }
    }
}

/// A pack ready to be cut into tiles.
#[derive(Debug)]
pub struct LoadedPack {
    words: Vec<Box<str>>,
    features: Vec<LoadedFeature>,
    runs: Vec<Env>,
    pub attribution: Option<String>,
}

#[derive(Debug)]
pub struct LoadedFeature {
    class: u32,
    name: Option<u32>,
    envelope: Env,
    pub shape: WorldShape,
}

impl LoadedPack {
    pub fn read(bytes: &[u8], attribution: Option<String>) -> Result<Self, BadPack> {
        let mut reader = Reader {
            rest: bytes.strip_prefix(MAGIC).ok_or(BadPack("another format or version"))?,
        };
        let mut words = Vec::new();
        for _ in 0..reader.count(1)? {
            let length = reader.count(1)?;
            let (word, rest) = reader.rest.split_at(length);
            reader.rest = rest;
            words.push(
                std::str::from_utf8(word)
                    .map_err(|_| BadPack("a word is not UTF-8"))?
                    .into(),
            );
        }
        let count = reader.count(4)?;
        let mut features = Vec::with_capacity(count);
        for _ in 0..count {
            features.push(reader.feature(words.len())?);
        }
        if !reader.rest.is_empty() {
            return Err(BadPack("bytes are left over"));
        }
        let runs = features
            .chunks(RUN)
            .filter_map(|run| Env::around(run.iter().flat_map(|f| [&f.envelope.min, &f.envelope.max])))
            .collect();
        Ok(Self {
            words,
            features,
            runs,
            attribution,
        })
    }

    /// Features whose box meets this one, with their number in the pack.
    pub fn meeting(&self, window: Env) -> impl Iterator<Item = (u64, &LoadedFeature)> {
        self.runs
            .iter()
            .enumerate()
            .filter(move |(_, run)| run.meets(&window))
            .flat_map(|(n, _)| self.features.iter().enumerate().skip(n * RUN).take(RUN))
            .filter(move |(_, f)| f.envelope.meets(&window))
            .map(|(n, f)| (n as u64 + 1, f))
    }

    /// The boxes of all features: which tiles they may show in.
    pub fn envelopes(&self) -> impl Iterator<Item = Env> {
        self.features.iter().map(|f| f.envelope)
    }

    pub fn class(&self, feature: &LoadedFeature) -> &str {
        self.words.get(feature.class as usize).map_or("", |w| w)
    }

    pub fn name(&self, feature: &LoadedFeature) -> Option<&str> {
        feature.name.and_then(|n| self.words.get(n as usize)).map(|w| &**w)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.features.len()
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, BadPack> {
        let (first, rest) = self.rest.split_first().ok_or(BadPack("it is cut off"))?;
        self.rest = rest;
        Ok(*first)
    }

    fn varint(&mut self) -> Result<u64, BadPack> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(BadPack("a number has no end"))
    }

    /// A count of things of at least `unit` bytes each: never more than there are bytes left.
    fn count(&mut self, unit: usize) -> Result<usize, BadPack> {
        let n = usize::try_from(self.varint()?).map_err(|_| BadPack("a count is too large"))?;
        if n > self.rest.len() / unit {
            Err(BadPack("it is cut off"))
        } else {
            Ok(n)
        }
    }

    fn feature(&mut self, words: usize) -> Result<LoadedFeature, BadPack> {
        let word = |n: u64| {
            if n <= words as u64 {
                Ok(n as u32)
            } else {
                Err(BadPack("a word is missing"))
            }
        };
        let class = word(self.varint()?)?
            .checked_sub(1)
            .ok_or(BadPack("a class is missing"))?;
        let name = word(self.varint()?)?.checked_sub(1);
        let shape = match self.byte()? {
            0 => WorldShape::lines(self.parts()?),
            1 => {
                let polygons = self.count(1)?;
                let polygons: Result<Vec<_>, _> = (0..polygons).map(|_| self.parts()).collect();
                WorldShape::multi_polygon(polygons?)
            }
            _ => return Err(BadPack("a shape of unknown kind")),
        };
        let envelope = shape.envelope().ok_or(BadPack("a shape without vertices"))?;
        Ok(LoadedFeature {
            class,
            name,
            envelope,
            shape,
        })
    }

    fn parts(&mut self) -> Result<Vec<Vec<(i32, i32)>>, BadPack> {
        let count = self.count(1)?;
        let mut parts = Vec::with_capacity(count);
        for _ in 0..count {
            let vertices = self.count(2)?;
            if vertices > VERTICES_MAX {
                return Err(BadPack("a shape with too many vertices"));
            }
            let (mut lon, mut lat) = (0i64, 0i64);
            let mut part = Vec::with_capacity(vertices);
            for _ in 0..vertices {
                lon = lon.wrapping_add(unzigzag(self.varint()?));
                lat = lat.wrapping_add(unzigzag(self.varint()?));
                let spot = |v: i64| i32::try_from(v).map_err(|_| BadPack("a vertex off the globe"));
                part.push((spot(lon)?, spot(lat)?));
            }
            parts.push(part);
        }
        Ok(parts)
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Where a spot lies along the Hilbert curve over the globe.
fn hilbert(p: LonLat) -> u64 {
    let cell = |v: i32| ((i64::from(v) + (1 << 31)) as u64 >> (32 - CURVE_ORDER)) as u32;
    let (mut x, mut y) = (cell(p.lon), cell(p.lat));
    let mut along = 0u64;
    for bit in (0..CURVE_ORDER).rev() {
        let (rx, ry) = ((x >> bit) & 1, (y >> bit) & 1);
        along = (along << 2) | u64::from((3 * rx) ^ ry);
        if ry == 0 {
            if rx == 1 {
                let side = (1 << CURVE_ORDER) - 1;
                x = side - x;
                y = side - y;
            }
            std::mem::swap(&mut x, &mut y);
        }
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(lon: i32, lat: i32) -> LonLat {
        LonLat { lon, lat }
    }

    fn layer() -> Vec<BaseFeature> {
        (0..300)
            .map(|n| BaseFeature {
                class: if n % 2 == 0 { "primary" } else { "service" }.into(),
                name: (n % 3 == 0).then(|| format!("{n}路")),
                shape: if n % 5 == 0 {
                    BaseShape::Polygons(vec![vec![vec![
                        spot(n, 0),
                        spot(n + 9, 0),
                        spot(n + 9, -1_000_000_000 + n),
                    ]]])
                } else {
                    BaseShape::Lines(vec![vec![spot(n * 1_000_000, n), spot(n * 1_000_000 + 50, -n)]])
                },
            })
            .collect()
    }

    #[test]
    fn a_pack_comes_back_whole_and_equal_layers_have_equal_names() {
        let (pack, bytes) = write(BaseLayer::BaseRoad, layer(), None);
        assert_eq!((pack.features, pack.bytes), (300, bytes.len() as u64));
        let loaded = LoadedPack::read(&bytes, None).unwrap();
        assert_eq!(loaded.len(), 300);
        let all: Vec<_> = loaded.meeting(Env::WORLD).collect();
        assert_eq!(all.len(), 300);
        assert_eq!(all.iter().filter(|(_, f)| loaded.class(f) == "primary").count(), 150);
        assert_eq!(
            all.iter()
                .filter_map(|(_, f)| loaded.name(f))
                .filter(|n| *n == "3路")
                .count(),
            1
        );
        assert_eq!(write(BaseLayer::BaseRoad, layer(), None).0.hash, pack.hash);
    }

    #[test]
    fn a_window_finds_what_a_plain_loop_finds() {
        let (_, bytes) = write(BaseLayer::BaseRoad, layer(), None);
        let loaded = LoadedPack::read(&bytes, None).unwrap();
        let window = Env::of_nodes(20_000_000, -100, 80_000_000, 100);
        let plain = loaded.features.iter().filter(|f| f.envelope.meets(&window)).count();
        assert!(plain > 10);
        assert_eq!(loaded.meeting(window).count(), plain);
    }

    #[test]
    fn a_pack_cut_off_or_scribbled_in_is_refused_without_a_panic() {
        let (_, bytes) = write(BaseLayer::BaseRoad, layer(), None);
        for end in (0..bytes.len()).step_by(7) {
            assert!(LoadedPack::read(&bytes[..end], None).is_err(), "cut at {end}");
        }
        for at in 9..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 0xff;
            // Whatever comes of it, it is an answer.
            let _ = LoadedPack::read(&bad, None).map(|p| p.len());
        }
    }
}
