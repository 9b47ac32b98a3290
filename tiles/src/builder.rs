//! What goes into a tile: layers of features with borrowed shapes.

use std::cell::RefCell;

use crate::dictionary::Dictionary;
use crate::encode::{EncodedTile, Limits, encode};
use crate::mercator::WorldPoint;
use crate::shape::{Kind, Ring, WorldShape};
use crate::tile_id::TileId;

/// The value of an attribute. A browser reads numbers as doubles: beyond 2^53 they lose digits.
/// A float that is not finite is left out with its key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Str(&'a str),
    U64(u64),
    I64(i64),
    F64(f64),
    Bool(bool),
}

/// Gathers shapes for one tile. Shapes are borrowed and looked at when the tile is encoded; bringing shapes that lie
/// elsewhere costs time but changes nothing.
pub struct TileBuilder<'a> {
    pub(crate) tile: TileId,
    pub(crate) layers: Vec<LayerParts<'a>>,
    /// One for each layer.
    pub(crate) buffers: Pooled,
}

pub(crate) struct LayerParts<'a> {
    pub name: Box<str>,
    pub parts: Vec<Part<'a>>,
    /// How many of each feature's attributes are written at each level of plainness; the last one holds from there on.
    pub attribute_levels: Vec<usize>,
    pub keep_tiny: bool,
}

pub(crate) struct FeatureParts {
    pub id: u64,
    pub kind: Kind,
    /// Where its parts and tags end; they begin where those of the feature before end.
    pub parts_end: u32,
    pub tags_end: u32,
}

/// What a layer holds beside borrowed shapes. Goes back to the thread's pool with the builder: fresh memory costs a
/// fifth of a large tile.
pub(crate) struct LayerBuffers {
    pub dictionary: Dictionary,
    pub features: Vec<FeatureParts>,
    /// Key and value index, feature after feature.
    pub tags: Vec<(u32, u32)>,
}

/// Layers whose buffers a thread keeps: as many as a composite tile usually has.
const POOLED_LAYERS: usize = 8;
/// Buffers of layers with more features than this are given back to the system: about 10 MB.
const POOLED_FEATURES: usize = 50_000;

thread_local! {
    static POOL: RefCell<Vec<LayerBuffers>> = const { RefCell::new(Vec::new()) };
}

impl LayerBuffers {
    fn taken_from_pool() -> LayerBuffers {
        POOL.with_borrow_mut(Vec::pop).unwrap_or_else(|| LayerBuffers {
            dictionary: Dictionary::new(),
            features: Vec::new(),
            tags: Vec::new(),
        })
    }

    fn back_to_pool(mut self) {
        if self.features.len() > POOLED_FEATURES {
            return;
        }
        self.dictionary.clear();
        self.features.clear();
        self.tags.clear();
        // While a thread ends its pool may be gone already; then the buffers just go too.
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < POOLED_LAYERS {
                pool.push(self);
            }
        });
    }
}

/// Goes back to the pool when dropped. (Not the builder itself does so: whatever is borrowed by a type with a `Drop`
/// must be declared before it, which would be a nuisance to callers.)
#[derive(Default)]
pub(crate) struct Pooled(pub Vec<LayerBuffers>);

impl Drop for Pooled {
    fn drop(&mut self) {
        self.0.drain(..).for_each(LayerBuffers::back_to_pool);
    }
}

impl<'a> LayerParts<'a> {
    /// Each feature with its parts and tags.
    pub fn features<'b>(
        &'b self,
        buffers: &'b LayerBuffers,
    ) -> impl Iterator<Item = (&'b FeatureParts, &'b [Part<'a>], &'b [(u32, u32)])> {
        let (mut part, mut tag) = (0, 0);
        buffers.features.iter().map(move |feature| {
            let parts = &self.parts[part..feature.parts_end as usize];
            let tags = &buffers.tags[tag..feature.tags_end as usize];
            (part, tag) = (feature.parts_end as usize, feature.tags_end as usize);
            (feature, parts, tags)
        })
    }
}

pub(crate) struct Part<'a> {
    vertices: Vertices<'a>,
    pub hole: bool,
}

enum Vertices<'a> {
    Many(&'a [WorldPoint]),
    One([WorldPoint; 1]),
}

impl Part<'_> {
    pub fn points(&self) -> &[WorldPoint] {
        match &self.vertices {
            Vertices::Many(points) => points,
            Vertices::One(point) => point,
        }
    }
}

impl<'a> TileBuilder<'a> {
    pub fn new(tile: TileId) -> TileBuilder<'a> {
        TileBuilder {
            tile,
            layers: Vec::new(),
            buffers: Pooled::default(),
        }
    }

    /// The layer of that name; a new one when there is none yet. Layers are written in the order they were first named.
    pub fn layer(&mut self, name: &str) -> LayerBuilder<'_, 'a> {
        let index = match self.layers.iter().position(|layer| &*layer.name == name) {
            Some(index) => index,
            None => {
                self.layers.push(LayerParts {
                    name: name.into(),
                    parts: Vec::new(),
                    attribute_levels: vec![usize::MAX, 0],
                    keep_tiny: false,
                });
                self.buffers.0.push(LayerBuffers::taken_from_pool());
                self.layers.len() - 1
            }
        };
        LayerBuilder {
            layer: &mut self.layers[index],
            buffers: &mut self.buffers.0[index],
        }
    }

    /// The tile's bytes within `limits`. May be called again with other limits.
    pub fn encode(&self, limits: &Limits) -> EncodedTile {
        encode(self, limits)
    }

    /// The tile's bytes within the usual limits.
    pub fn finish(&self) -> Vec<u8> {
        self.encode(&Limits::default()).bytes
    }
}

/// One layer being filled.
pub struct LayerBuilder<'t, 'a> {
    layer: &'t mut LayerParts<'a>,
    buffers: &'t mut LayerBuffers,
}

impl<'a> LayerBuilder<'_, 'a> {
    /// How many of each feature's first attributes stay at each step when the tile is too big: `[usize::MAX, 2, 0]`
    /// first keeps two, then none. So bring the important ones first. Usual: all, then none.
    pub fn attribute_levels(&mut self, levels: &[usize]) -> &mut Self {
        self.layer.attribute_levels = if levels.is_empty() {
            vec![usize::MAX]
        } else {
            levels.to_vec()
        };
        self
    }

    /// Draws polygons too small to have an area as a box of a pixel. Without it they are left out, which is right
    /// for a partition (their neighbours meet in their place) and for dense layers.
    pub fn keep_tiny(&mut self, yes: bool) -> &mut Self {
        self.layer.keep_tiny = yes;
        self
    }

    pub fn point(&mut self, id: u64, at: WorldPoint, attributes: &[(&str, Value<'_>)]) -> &mut Self {
        let part = Part {
            vertices: Vertices::One([at]),
            hole: false,
        };
        self.feature(id, Kind::Point, [part], attributes)
    }

    pub fn points(&mut self, id: u64, points: &'a [WorldPoint], attributes: &[(&str, Value<'_>)]) -> &mut Self {
        let part = Part {
            vertices: Vertices::Many(points),
            hole: false,
        };
        self.feature(id, Kind::Point, [part], attributes)
    }

    pub fn line(
        &mut self,
        id: u64,
        lines: impl IntoIterator<Item = &'a [WorldPoint]>,
        attributes: &[(&str, Value<'_>)],
    ) -> &mut Self {
        let parts = lines.into_iter().map(|line| Part {
            vertices: Vertices::Many(line),
            hole: false,
        });
        self.feature(id, Kind::Line, parts, attributes)
    }

    /// A polygon, or several: each `Ring::Outer` begins one.
    pub fn polygon(
        &mut self,
        id: u64,
        rings: impl IntoIterator<Item = Ring<'a>>,
        attributes: &[(&str, Value<'_>)],
    ) -> &mut Self {
        let parts = rings.into_iter().map(|ring| match ring {
            Ring::Outer(points) => Part {
                vertices: Vertices::Many(points),
                hole: false,
            },
            Ring::Hole(points) => Part {
                vertices: Vertices::Many(points),
                hole: true,
            },
        });
        self.feature(id, Kind::Polygon, parts, attributes)
    }

    pub fn shape(&mut self, id: u64, shape: &'a WorldShape, attributes: &[(&str, Value<'_>)]) -> &mut Self {
        let parts = shape.parts().map(|(points, hole)| Part {
            vertices: Vertices::Many(points),
            hole,
        });
        self.feature(id, shape.kind(), parts, attributes)
    }

    fn feature(
        &mut self,
        id: u64,
        kind: Kind,
        parts: impl IntoIterator<Item = Part<'a>>,
        attributes: &[(&str, Value<'_>)],
    ) -> &mut Self {
        let layer = &mut *self.layer;
        layer.parts.extend(parts);
        let LayerBuffers {
            dictionary,
            features,
            tags,
        } = &mut *self.buffers;
        let first_tag = tags.len();
        for (position, (key, value)) in attributes.iter().enumerate() {
            let key = dictionary.key(position, key);
            // The format allows a key once per feature: the first one counts.
            if tags[first_tag..].iter().any(|&(seen, _)| seen == key) {
                continue;
            }
            if let Some(value) = dictionary.index_of(value, id) {
                tags.push((key, value));
            }
        }
        features.push(FeatureParts {
            id,
            kind,
            parts_end: layer.parts.len() as u32,
            tags_end: tags.len() as u32,
        });
        self
    }
}
