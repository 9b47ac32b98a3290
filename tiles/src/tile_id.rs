//! Which square of the world a tile shows, and which tiles a change touches.

use std::fmt;

use thiserror::Error;

use crate::lattice::{BUFFER_UNITS, EXTENT};
use crate::mercator::{Env, WORLD, WorldPoint, unproject};

/// Deepest zoom cut here. A unit of a z22 tile is 2.3 mm, finer than the 1 cm the ground is kept in.
pub const MAX_ZOOM: u8 = 22;

/// A tile that exists: z ≤ 22 and both x and y below 2^z.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    z: u8,
    x: u32,
    y: u32,
}

/// Why numbers name no tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadTile {
    #[error("zoom {0} is beyond {MAX_ZOOM}")]
    Zoom(u8),
    #[error("{axis} {value} is outside zoom {z}, which has {count} tiles a side", count = 1u64 << z)]
    OffTheMap { axis: char, value: u32, z: u8 },
}

/// More tiles than the caller said it can handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{tiles} tiles are touched, at most {cap} were asked for")]
pub struct TooManyTiles {
    pub tiles: u64,
    pub cap: u64,
}

impl TileId {
    pub fn new(z: u8, x: u32, y: u32) -> Result<TileId, BadTile> {
        if z > MAX_ZOOM {
            return Err(BadTile::Zoom(z));
        }
        let side = 1u32 << z;
        for (axis, value) in [('x', x), ('y', y)] {
            if value >= side {
                return Err(BadTile::OffTheMap { axis, value, z });
            }
        }
        Ok(TileId { z, x, y })
    }

    /// The tile at zoom `z` that shows `p`.
    pub fn containing(z: u8, p: WorldPoint) -> Result<TileId, BadTile> {
        let column = |w: u32| u32::try_from(u64::from(w) >> (32 - u32::from(z.min(32)))).unwrap_or(u32::MAX);
        TileId::new(z, column(p.x), column(p.y))
    }

    pub fn z(self) -> u8 {
        self.z
    }

    pub fn x(self) -> u32 {
        self.x
    }

    pub fn y(self) -> u32 {
        self.y
    }

    /// Side of a tile of this zoom in world units.
    fn side(self) -> u64 {
        WORLD >> self.z
    }

    /// What the tile shows, in world units, both edges included.
    pub fn bounds(self) -> Env {
        self.grown(0)
    }

    /// What can leave a trace in the tile: its bounds and the buffer around them. The encoder skips shapes whose
    /// envelope does not meet this box, so a change outside it cannot alter a byte of the tile.
    pub fn buffered(self) -> Env {
        self.grown(buffer_of(self.side()))
    }

    fn grown(self, by: u64) -> Env {
        let side = self.side();
        let low = |n: u32| (u64::from(n) * side).saturating_sub(by) as u32;
        let high = |n: u32| u32::try_from((u64::from(n) + 1) * side + by).unwrap_or(u32::MAX);
        Env {
            min: WorldPoint {
                x: low(self.x),
                y: low(self.y),
            },
            max: WorldPoint {
                x: high(self.x),
                y: high(self.y),
            },
        }
    }

    /// The buffered tile as a WGS84 box in 1e-7° (west, south, east, north) for asking an index of places.
    /// Rounded outwards; the top and bottom rows reach the poles, because what lies beyond Mercator's square is held
    /// at its edge.
    pub fn node_envelope(self) -> (i32, i32, i32, i32) {
        let env = self.buffered();
        let ((west, north), (east, south)) = (unproject(env.min), unproject(env.max));
        (
            if env.min.x == 0 { -1_800_000_000 } else { west - 1 },
            if env.max.y == u32::MAX { -900_000_000 } else { south - 1 },
            if env.max.x == u32::MAX { 1_800_000_000 } else { east + 1 },
            if env.min.y == 0 { 900_000_000 } else { north + 1 },
        )
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

impl fmt::Debug for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn buffer_of(side: u64) -> u64 {
    side * BUFFER_UNITS as u64 / EXTENT as u64
}

/// The rectangle of tiles of one zoom in which an envelope may leave a trace. An iterator, west to east, north to
/// south; `count` is known without walking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileRange {
    z: u8,
    first: (u32, u32),
    last: (u32, u32),
    next: Option<(u32, u32)>,
}

impl TileRange {
    /// The tiles whose buffered bounds meet `env`.
    pub fn touched(env: &Env, z: u8) -> Result<TileRange, BadTile> {
        let corner = TileId::new(z, 0, 0)?;
        let (side, top) = (corner.side(), (1u64 << z) - 1);
        let buffer = buffer_of(side);
        // Tile n shows [n·side, (n+1)·side], both edges included.
        let low = |w: u32| {
            u64::from(w)
                .saturating_sub(buffer)
                .div_ceil(side)
                .saturating_sub(1)
                .min(top) as u32
        };
        let high = |w: u32| ((u64::from(w) + buffer) / side).min(top) as u32;
        let first = (low(env.min.x), low(env.min.y));
        let last = (high(env.max.x), high(env.max.y));
        // A box turned inside out touches nothing.
        let next = (first.0 <= last.0 && first.1 <= last.1).then_some(first);
        Ok(TileRange { z, first, last, next })
    }

    /// How many tiles there are in the whole rectangle.
    pub fn tiles(&self) -> u64 {
        let span = |a: u32, b: u32| (u64::from(b) + 1).saturating_sub(u64::from(a));
        span(self.first.0, self.last.0) * span(self.first.1, self.last.1)
    }

    pub(crate) fn contains(&self, x: u32, y: u32) -> bool {
        (self.first.0..=self.last.0).contains(&x) && (self.first.1..=self.last.1).contains(&y)
    }
}

impl Iterator for TileRange {
    type Item = TileId;

    fn next(&mut self) -> Option<TileId> {
        let (x, y) = self.next?;
        self.next = if x < self.last.0 {
            Some((x + 1, y))
        } else if y < self.last.1 {
            Some((self.first.0, y + 1))
        } else {
            None
        };
        Some(TileId { z: self.z, x, y })
    }
}

/// Every tile of the given zooms that `env` touches, refused when there are more than `cap`: then a caller does
/// better to say "all of this layer".
pub fn tiles_touched(env: &Env, zooms: std::ops::RangeInclusive<u8>, cap: u64) -> Result<Vec<TileId>, TooManyTiles> {
    let zooms = *zooms.start()..=(*zooms.end()).min(MAX_ZOOM);
    let ranges: Vec<TileRange> = zooms.filter_map(|z| TileRange::touched(env, z).ok()).collect();
    let tiles = ranges.iter().map(TileRange::tiles).sum();
    if tiles > cap {
        return Err(TooManyTiles { tiles, cap });
    }
    Ok(ranges.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mercator::project;
    use proptest::prelude::*;

    #[test]
    fn numbers_that_name_no_tile_are_refused() {
        assert_eq!(TileId::new(23, 0, 0), Err(BadTile::Zoom(23)));
        assert_eq!(TileId::new(255, 0, 0), Err(BadTile::Zoom(255)));
        assert_eq!(
            TileId::new(2, 4, 0),
            Err(BadTile::OffTheMap {
                axis: 'x',
                value: 4,
                z: 2
            })
        );
        assert_eq!(
            TileId::new(0, 0, 1),
            Err(BadTile::OffTheMap {
                axis: 'y',
                value: 1,
                z: 0
            })
        );
        assert!(TileId::new(22, (1 << 22) - 1, 0).is_ok());
        assert_eq!(TileId::containing(200, WorldPoint::default()), Err(BadTile::Zoom(200)));
    }

    #[test]
    fn the_world_tile_covers_the_world() {
        let all = TileId::new(0, 0, 0).unwrap();
        assert_eq!(all.bounds(), Env::WORLD);
        assert_eq!(
            all.node_envelope(),
            (-1_800_000_000, -900_000_000, 1_800_000_000, 900_000_000)
        );
    }

    #[test]
    fn too_many_tiles_are_counted_not_listed() {
        let refused = tiles_touched(&Env::WORLD, 0..=22, 1000).unwrap_err();
        assert_eq!(refused.tiles, (0..=22).map(|z| 1u64 << (2 * z)).sum::<u64>());
        assert_eq!(tiles_touched(&Env::WORLD, 0..=2, 21).unwrap().len(), 21);
    }

    proptest! {
        #[test]
        fn the_touched_tiles_are_those_whose_buffered_bounds_meet(
            z in 0u8..6, a: (u32, u32), b: (u32, u32), snap in any::<bool>()
        ) {
            // Half of the runs put the corners on tile and buffer edges, where an off-by-one would hide.
            let grid = |w: u32| if snap { w & !((1u32 << (26 - z)) - 1) } else { w };
            let env = Env::around(&[
                WorldPoint { x: grid(a.0), y: grid(a.1) },
                WorldPoint { x: grid(b.0), y: grid(b.1) },
            ]).unwrap();
            let range = TileRange::touched(&env, z).unwrap();
            let by_range: Vec<TileId> = range.collect();
            let mut plain = Vec::new();
            for y in 0..1u32 << z {
                for x in 0..1u32 << z {
                    let tile = TileId::new(z, x, y).unwrap();
                    if tile.buffered().meets(&env) {
                        plain.push(tile);
                    }
                }
            }
            prop_assert_eq!(range.tiles(), plain.len() as u64);
            prop_assert_eq!(by_range, plain);
        }

        #[test]
        fn a_node_that_may_show_in_a_tile_lies_in_its_node_envelope(
            z in 0u8..=22, lon in -1_800_000_000i32..=1_800_000_000, lat in -900_000_000i32..=900_000_000,
            step_x in -1i64..=1, step_y in -1i64..=1,
        ) {
            let p = project(lon, lat);
            let home = TileId::containing(z, p).unwrap();
            let side = 1i64 << z;
            let at = |n: u32, step: i64| (i64::from(n) + step).clamp(0, side - 1) as u32;
            let tile = TileId::new(z, at(home.x(), step_x), at(home.y(), step_y)).unwrap();
            if tile.buffered().meets(&Env { min: p, max: p }) {
                let (w, s, e, n) = tile.node_envelope();
                prop_assert!((w..=e).contains(&lon) && (s..=n).contains(&lat));
            }
        }
    }
}
