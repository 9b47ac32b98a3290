//! Shapes in, vector-tile bytes out.
//!
//! This room knows nothing of governance: a caller brings outlines as Web-Mercator integers, an id and a few
//! attributes, and gets Mapbox Vector Tile 2.1 bytes, a compressed cache with exact invalidation, and a TileJSON.
//!
//! ```
//! use geju_tiles::{Limits, TileBuilder, TileId, Value, WorldShape};
//!
//! let nodes = [(1_040_600_000, 306_700_000), (1_040_610_000, 306_700_000), (1_040_610_000, 306_710_000)];
//! let shape = WorldShape::polygon([nodes]);
//! let tile = TileId::containing(14, shape.points()[0])?;
//! let mut builder = TileBuilder::new(tile);
//! builder.layer("building").shape(7, &shape, &[("name", Value::Str("1栋"))]);
//! let encoded = builder.encode(&Limits::default());
//! assert!(!encoded.bytes.is_empty());
//! # Ok::<(), geju_tiles::BadTile>(())
//! ```

mod builder;
mod cache;
mod clip;
mod cut;
mod dictionary;
mod encode;
mod gzip;
mod lattice;
mod lru;
pub mod mercator;
pub mod pmtiles;
mod protobuf;
mod shape;
mod tile_id;
mod tilejson;
mod touches;

pub use builder::{LayerBuilder, TileBuilder, Value};
pub use cache::{CacheCounts, CachedTile, TileCache};
pub use encode::{EncodedTile, Limits, MAX_TILE_BYTES};
pub use gzip::{etag, gunzip, gzip};
pub use lattice::{BUFFER_UNITS, EXTENT, MAX_GENERALISED, usual_generalisation};
pub use mercator::{Env, WorldPoint};
pub use shape::{Ring, WorldShape};
pub use tile_id::{BadTile, MAX_ZOOM, TileId, TileRange, TooManyTiles, tiles_touched};
pub use tilejson::{FieldType, LayerDescription, TileJson};
