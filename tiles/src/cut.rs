//! One feature's shape cut to one tile and written as MVT drawing commands.

use crate::builder::Part;
use crate::clip::{clip_line, clip_ring, in_box};
use crate::lattice::{EXTENT, Lattice, Unit, tidy_line, tidy_ring, twice_area};
use crate::mercator::{Env, WorldPoint};
use crate::protobuf::{varint, zigzag};
use crate::shape::Kind;
use crate::tile_id::TileId;

const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u8 = 1 << 3 | 7;

/// Side of the box that stands for a polygon without area, in units: a pixel of a 512-pixel tile.
const TINY_BOX: i64 = 8;

/// Beyond this extent in world units doubled areas may not fit an i64.
const EXTENT_FOR_I64: u32 = 1 << 30;

/// Scratch vectors longer than this are given back after use: 16 MB, a tile with a million-vertex outline.
const SCRATCH_KEPT: usize = 1 << 20;

/// Vectors kept from tile to tile, because fresh memory costs more than the cutting.
#[derive(Default)]
pub(crate) struct CutScratch {
    units: Vec<Unit>,
    spare: Vec<Unit>,
    /// The commands of the feature last cut.
    pub commands: Vec<u8>,
}

/// Cuts shapes to one tile on one lattice.
pub(crate) struct Cutter<'s> {
    lattice: Lattice,
    reach: Env,
    scratch: &'s mut CutScratch,
    cursor: Unit,
}

/// What became of a ring; what is left of it lies in `units`.
enum Cut {
    /// Nothing of it is in the tile.
    Away,
    /// It has no area on this lattice, or turned inside out; its place is given.
    Collapsed(Unit),
    /// Twice its area in the tile, and whether it runs clockwise on the screen.
    Left { area: i64, clockwise: bool },
}

/// A part whose rounded vertices lie in `units`.
struct Placed {
    /// Corners of its box.
    low: Unit,
    high: Unit,
    /// On the ground, before rounding: 1 for a ring that runs clockwise on the screen (y down), -1 for one that runs
    /// the other way, 0 for one without area.
    turning: i64,
}

impl Placed {
    fn is_inside(&self) -> bool {
        in_box(self.low) && in_box(self.high)
    }
}

/// The polygon being written: an exterior and its holes.
struct Open {
    commands_before: usize,
    cursor_before: Unit,
    area_left: i64,
}

impl<'s> Cutter<'s> {
    pub fn new(tile: TileId, generalised: u8, scratch: &'s mut CutScratch) -> Cutter<'s> {
        Cutter {
            lattice: Lattice::new(tile, generalised),
            reach: tile.buffered(),
            scratch,
            cursor: Unit { x: 0, y: 0 },
        }
    }

    pub fn commands(&self) -> &[u8] {
        &self.scratch.commands
    }

    /// Writes the commands of a feature; they stay empty when nothing of it is in the tile.
    pub fn cut(&mut self, kind: Kind, parts: &[Part<'_>], keep_tiny: bool) {
        self.scratch.commands.clear();
        self.cursor = Unit { x: 0, y: 0 };
        match kind {
            Kind::Point => self.points(parts),
            Kind::Line => parts.iter().for_each(|part| self.line(part.points())),
            Kind::Polygon => self.polygons(parts, keep_tiny),
        }
        let CutScratch { units, spare, .. } = &mut *self.scratch;
        if units.capacity().max(spare.capacity()) > SCRATCH_KEPT {
            (*units, *spare) = (Vec::new(), Vec::new());
        }
    }

    fn points(&mut self, parts: &[Part<'_>]) {
        let units = &mut self.scratch.units;
        units.clear();
        for &p in parts.iter().flat_map(Part::points) {
            if self.reach.meets(&Env { min: p, max: p }) {
                units.push(self.lattice.place(p));
            }
        }
        // Points of one feature that fall together are one point.
        units.sort_unstable();
        units.dedup();
        if let commands @ 1.. = units.len() as u64 {
            varint(&mut self.scratch.commands, commands << 3 | MOVE_TO);
            for &p in units.iter() {
                step(&mut self.scratch.commands, &mut self.cursor, p);
            }
        }
    }

    fn line(&mut self, points: &[WorldPoint]) {
        let Some(placed) = self.place(points) else {
            return;
        };
        let CutScratch { units, spare, commands } = &mut *self.scratch;
        let cursor = &mut self.cursor;
        let mut write = |piece: &mut Vec<Unit>| {
            tidy_line(piece);
            if let [first, rest @ ..] = &piece[..]
                && !rest.is_empty()
            {
                path(commands, cursor, *first, rest.iter().copied());
            }
        };
        if placed.is_inside() {
            write(units);
        } else {
            clip_line(units, spare, write);
        }
    }

    fn polygons(&mut self, parts: &[Part<'_>], keep_tiny: bool) {
        let mut open: Option<Open> = None;
        let mut tiny = None;
        for part in parts {
            if !part.hole {
                self.close(open.take());
            } else if open.is_none() {
                // The exterior is not in the tile, so neither is its hole.
                continue;
            }
            match (self.ring(part.points(), keep_tiny && tiny.is_none()), &mut open) {
                (Cut::Left { area, clockwise }, Some(open)) if part.hole => {
                    open.area_left -= area;
                    self.write_ring(!clockwise);
                }
                (Cut::Left { area, clockwise }, _) => {
                    open = Some(Open {
                        commands_before: self.scratch.commands.len(),
                        cursor_before: self.cursor,
                        area_left: area,
                    });
                    self.write_ring(clockwise);
                }
                (Cut::Collapsed(at), _) if !part.hole => tiny = tiny.or(Some(at)),
                (Cut::Collapsed(_) | Cut::Away, _) => {}
            }
        }
        self.close(open);
        if let Some(at) = tiny
            && keep_tiny
            && self.scratch.commands.is_empty()
            && in_box(at)
        {
            let (east, south) = (at.x + TINY_BOX, at.y + TINY_BOX);
            self.scratch.units.clear();
            self.scratch.units.extend([
                at,
                Unit { x: east, y: at.y },
                Unit { x: east, y: south },
                Unit { x: at.x, y: south },
            ]);
            self.write_ring(true);
        }
    }

    /// Takes a polygon back when its holes leave nothing of it.
    fn close(&mut self, open: Option<Open>) {
        if let Some(open) = open
            && open.area_left <= 0
        {
            self.scratch.commands.truncate(open.commands_before);
            self.cursor = open.cursor_before;
        }
    }

    /// Rounds a part to the lattice, leaving out repeats; `None` when it is empty or out of the tile's reach.
    fn place(&mut self, points: &[WorldPoint]) -> Option<Placed> {
        let &first = points.first()?;
        let units = &mut self.scratch.units;
        units.clear();
        units.reserve(points.len());
        let mut env = Env { min: first, max: first };
        let mut last = self.lattice.place(first);
        units.push(last);
        // Twice the area, as a fan around the first vertex. Wrapping sums are right as long as the result fits.
        let (mut fan, mut a) = (0i64, (0i64, 0i64));
        for p in &points[1..] {
            env.min = WorldPoint {
                x: env.min.x.min(p.x),
                y: env.min.y.min(p.y),
            };
            env.max = WorldPoint {
                x: env.max.x.max(p.x),
                y: env.max.y.max(p.y),
            };
            let b = (i64::from(p.x) - i64::from(first.x), i64::from(p.y) - i64::from(first.y));
            fan = fan.wrapping_add(a.0.wrapping_mul(b.1).wrapping_sub(a.1.wrapping_mul(b.0)));
            a = b;
            let unit = self.lattice.place(*p);
            if unit != last {
                units.push(unit);
                last = unit;
            }
        }
        if !self.reach.meets(&env) {
            return None;
        }
        let fits = env.max.x - env.min.x <= EXTENT_FOR_I64 && env.max.y - env.min.y <= EXTENT_FOR_I64;
        Some(Placed {
            // Rounding keeps order, so the corners of the box round to the corners of the rounded box.
            low: self.lattice.place(env.min),
            high: self.lattice.place(env.max),
            turning: if fits { fan.signum() } else { turning_of_giant(points) },
        })
    }

    fn ring(&mut self, points: &[WorldPoint], want_tiny: bool) -> Cut {
        let Some(placed) = self.place(points) else {
            return Cut::Away;
        };
        let Placed { low, high, turning } = placed;
        let whole = placed.is_inside();
        let CutScratch { units, spare, .. } = &mut *self.scratch;
        if !whole {
            // Only small rings can be tiny, and only their areas are sure to fit.
            let small = high.x - low.x < EXTENT && high.y - low.y < EXTENT;
            if want_tiny && small && twice_area(units) * turning <= 0 {
                return Cut::Collapsed(low);
            }
            clip_ring(units, spare, low, high);
        }
        tidy_ring(units);
        match twice_area(units) * turning {
            area @ 1.. => Cut::Left {
                area,
                clockwise: turning > 0,
            },
            _ if whole => Cut::Collapsed(low),
            _ => Cut::Away,
        }
    }

    /// Writes `units` as a ring, in their order or backwards: exteriors must run clockwise on the screen, holes not.
    fn write_ring(&mut self, forwards: bool) {
        let CutScratch { units, commands, .. } = &mut *self.scratch;
        let [first, rest @ ..] = &units[..] else {
            return;
        };
        if forwards {
            path(commands, &mut self.cursor, *first, rest.iter().copied());
        } else {
            path(commands, &mut self.cursor, *first, rest.iter().rev().copied());
        }
        commands.push(CLOSE_PATH);
    }
}

/// `Placed::turning` of rings that span a quarter of the world and more.
fn turning_of_giant(ring: &[WorldPoint]) -> i64 {
    let Some(o) = ring.first() else { return 0 };
    let arm = |p: &WorldPoint| (i128::from(p.x) - i128::from(o.x), i128::from(p.y) - i128::from(o.y));
    let fan = ring
        .windows(2)
        .map(|w| (arm(&w[0]), arm(&w[1])))
        .map(|(a, b)| a.0 * b.1 - a.1 * b.0);
    fan.sum::<i128>().signum() as i64
}

fn path(commands: &mut Vec<u8>, cursor: &mut Unit, first: Unit, rest: impl ExactSizeIterator<Item = Unit>) {
    varint(commands, 1 << 3 | MOVE_TO);
    step(commands, cursor, first);
    varint(commands, (rest.len() as u64) << 3 | LINE_TO);
    for p in rest {
        step(commands, cursor, p);
    }
}

#[inline]
fn step(commands: &mut Vec<u8>, cursor: &mut Unit, to: Unit) {
    let (x, y) = (zigzag(to.x - cursor.x), zigzag(to.y - cursor.y));
    *cursor = to;
    // Steps mostly take a byte or two each; whole arrays are written faster than byte after byte.
    let low = |n: u64| n as u8 | 0x80;
    let high = |n: u64| (n >> 7) as u8;
    match (x, y) {
        (..0x80, ..0x80) => commands.extend_from_slice(&[x as u8, y as u8]),
        (..0x80, ..0x4000) => commands.extend_from_slice(&[x as u8, low(y), high(y)]),
        (..0x4000, ..0x80) => commands.extend_from_slice(&[low(x), high(x), y as u8]),
        (..0x4000, ..0x4000) => commands.extend_from_slice(&[low(x), high(x), low(y), high(y)]),
        _ => {
            varint(commands, x);
            varint(commands, y);
        }
    }
}
