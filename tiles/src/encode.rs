//! A gathered tile as Mapbox Vector Tile 2.1 bytes, within a size limit.

use std::cell::RefCell;

use crate::builder::{FeatureParts, LayerBuffers, LayerParts, TileBuilder};
use crate::cut::{CutScratch, Cutter};
use crate::lattice::{EXTENT, MAX_GENERALISED, usual_generalisation};
use crate::mercator::Env;
use crate::protobuf::{bytes, tag, varint, varint_len};

/// Size of any tile before compression. Beyond it phones stutter and rural lines wait for seconds.
pub const MAX_TILE_BYTES: usize = 500_000;

const VERSION: u8 = 2;
const UNUSED: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub max_bytes: usize,
    /// The lattice to begin with; `None` for the zoom's usual one.
    pub generalised: Option<u8>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_bytes: MAX_TILE_BYTES,
            generalised: None,
        }
    }
}

/// A tile's bytes and what had to be given up for them. The same shapes in the same order give the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedTile {
    /// Empty when nothing is in the tile.
    pub bytes: Vec<u8>,
    pub features: usize,
    pub dropped_attributes: bool,
    /// The lattice used, as the power of two of its step in units.
    pub generalised: u8,
    /// The smallest features, left out as the last resort.
    pub dropped_features: usize,
}

/// How plainly a tile is to be written.
#[derive(Clone, Copy)]
struct Plainness<'k> {
    attribute_level: usize,
    generalised: u8,
    /// For each feature its place from the largest to the smallest, and how many may stay.
    largest: Option<(&'k [u32], u32)>,
}

struct TooBig;

#[derive(Default)]
struct Scratch {
    cut: CutScratch,
    layer: Vec<u8>,
    tags: Vec<u8>,
    keys: Renumbered,
    values: Renumbered,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Dictionary entries numbered by first use, so that a tile carries only those it needs.
#[derive(Default)]
struct Renumbered {
    new_of: Vec<u32>,
    used: Vec<u32>,
}

impl Renumbered {
    fn reset(&mut self, entries: usize) {
        self.new_of.clear();
        self.new_of.resize(entries, UNUSED);
        self.used.clear();
    }

    /// The new number, and whether this is the first use.
    fn number(&mut self, old: u32) -> (u32, bool) {
        let slot = &mut self.new_of[old as usize];
        let first = *slot == UNUSED;
        if first {
            *slot = self.used.len() as u32;
            self.used.push(old);
        }
        (*slot, first)
    }
}

pub(crate) fn encode(tile: &TileBuilder<'_>, limits: &Limits) -> EncodedTile {
    SCRATCH.with_borrow_mut(|scratch| encode_with(tile, limits, scratch))
}

fn encode_with(tile: &TileBuilder<'_>, limits: &Limits, scratch: &mut Scratch) -> EncodedTile {
    let usual = limits
        .generalised
        .unwrap_or(usual_generalisation(tile.tile.z()))
        .min(MAX_GENERALISED);
    let plainest = tile
        .layers
        .iter()
        .map(|layer| layer.attribute_levels.len() - 1)
        .max()
        .unwrap_or(0);
    // First fewer attributes, then a coarser lattice.
    let attempts = (0..=plainest)
        .map(|level| (level, usual))
        .chain((usual + 1..=MAX_GENERALISED).map(|generalised| (plainest, generalised)));
    for (attribute_level, generalised) in attempts {
        let how = Plainness {
            attribute_level,
            generalised,
            largest: None,
        };
        if let Ok((bytes, features)) = attempt(tile, how, limits.max_bytes, scratch) {
            return EncodedTile {
                bytes,
                features,
                dropped_attributes: attribute_level > 0,
                generalised,
                dropped_features: 0,
            };
        }
    }
    // Then fewer features. How many stay is found by halving.
    let places = places_by_size(tile);
    let count = places.len() as u32;
    let mut best = (Vec::new(), 0);
    let (mut fits, mut too_many) = (0, count);
    while too_many - fits > 1 {
        let stay = fits + (too_many - fits) / 2;
        let how = Plainness {
            attribute_level: plainest,
            generalised: MAX_GENERALISED,
            largest: Some((&places, stay)),
        };
        match attempt(tile, how, limits.max_bytes, scratch) {
            Ok(done) => (best, fits) = (done, stay),
            Err(TooBig) => too_many = stay,
        }
    }
    EncodedTile {
        bytes: best.0,
        features: best.1,
        dropped_attributes: true,
        generalised: MAX_GENERALISED,
        dropped_features: (count - fits) as usize,
    }
}

/// For each feature (all layers in a row) its place from the largest to the smallest. Ties go by layer and id.
fn places_by_size(tile: &TileBuilder<'_>) -> Vec<u32> {
    let mut order: Vec<(std::cmp::Reverse<u32>, usize, u64, u32)> = Vec::new();
    for (index, (layer, buffers)) in tile.layers.iter().zip(&tile.buffers.0).enumerate() {
        for (feature, parts, _) in layer.features(buffers) {
            let points = parts.iter().flat_map(|part| part.points());
            let extent = Env::around(points).map_or(0, |env| (env.max.x - env.min.x).max(env.max.y - env.min.y));
            order.push((std::cmp::Reverse(extent), index, feature.id, order.len() as u32));
        }
    }
    order.sort_unstable();
    let mut places = vec![0; order.len()];
    for (place, &(.., feature)) in order.iter().enumerate() {
        places[feature as usize] = place as u32;
    }
    places
}

fn attempt(
    tile: &TileBuilder<'_>,
    how: Plainness<'_>,
    max_bytes: usize,
    scratch: &mut Scratch,
) -> Result<(Vec<u8>, usize), TooBig> {
    let mut out = Vec::new();
    let (mut features, mut seen) = (0, 0);
    for (layer, buffers) in tile.layers.iter().zip(&tile.buffers.0) {
        let room = max_bytes.saturating_sub(out.len());
        let count = write_layer(tile, (layer, buffers), how, seen, room, scratch)?;
        seen += buffers.features.len();
        if count > 0 {
            features += count;
            bytes(&mut out, tag::TILE_LAYER, &scratch.layer);
        }
        if out.len() > max_bytes {
            return Err(TooBig);
        }
    }
    Ok((out, features))
}

/// Writes one layer's message into `scratch.layer` and says how many features it has.
fn write_layer(
    tile: &TileBuilder<'_>,
    (layer, buffers): (&LayerParts<'_>, &LayerBuffers),
    how: Plainness<'_>,
    first: usize,
    room: usize,
    scratch: &mut Scratch,
) -> Result<usize, TooBig> {
    let Scratch {
        cut,
        layer: out,
        tags,
        keys,
        values,
    } = scratch;
    let dictionary = &buffers.dictionary;
    keys.reset(dictionary.keys().len());
    values.reset(dictionary.value_count());
    out.clear();
    out.extend_from_slice(&[tag::LAYER_VERSION, VERSION]);
    bytes(out, tag::LAYER_NAME, layer.name.as_bytes());
    out.push(tag::LAYER_EXTENT);
    varint(out, EXTENT as u64);

    let levels = &layer.attribute_levels;
    let attributes = levels
        .get(how.attribute_level)
        .or(levels.last())
        .copied()
        .unwrap_or(usize::MAX);
    let mut cutter = Cutter::new(tile.tile, how.generalised, cut);
    let (mut count, mut value_bytes) = (0, 0);
    for (index, (feature, parts, feature_tags)) in layer.features(buffers).enumerate() {
        if how.largest.is_some_and(|(places, stay)| places[first + index] >= stay) {
            continue;
        }
        cutter.cut(feature.kind, parts, layer.keep_tiny);
        if cutter.commands().is_empty() {
            continue;
        }
        tags.clear();
        for &(key, value) in feature_tags.iter().take(attributes) {
            let (value_number, new) = values.number(value);
            if new {
                value_bytes += dictionary.value(value).len();
            }
            varint(tags, u64::from(keys.number(key).0));
            varint(tags, u64::from(value_number));
        }
        write_feature(out, feature, tags, cutter.commands());
        count += 1;
        // Giving up early: what is written only grows.
        if out.len() + value_bytes > room {
            return Err(TooBig);
        }
    }
    for &key in &keys.used {
        bytes(out, tag::LAYER_KEY, dictionary.keys()[key as usize].as_bytes());
    }
    for &value in &values.used {
        bytes(out, tag::LAYER_VALUE, dictionary.value(value));
    }
    Ok(count)
}

fn write_feature(out: &mut Vec<u8>, feature: &FeatureParts, tags: &[u8], commands: &[u8]) {
    let block = |content: &[u8]| 1 + varint_len(content.len() as u64) + content.len();
    let tags_len = if tags.is_empty() { 0 } else { block(tags) };
    out.push(tag::LAYER_FEATURE);
    varint(
        out,
        (1 + varint_len(feature.id) + tags_len + 2 + block(commands)) as u64,
    );
    out.push(tag::FEATURE_ID);
    varint(out, feature.id);
    if !tags.is_empty() {
        bytes(out, tag::FEATURE_TAGS, tags);
    }
    out.extend_from_slice(&[tag::FEATURE_TYPE, feature.kind as u8]);
    bytes(out, tag::FEATURE_GEOMETRY, commands);
}
