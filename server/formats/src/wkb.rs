//! Strict reader of well-known binary, ISO and extended: every count is checked against the bytes that are left, nothing
//! may be left over, curves are refused. Heights and measures are dropped.

use geo_types::Coord;

use crate::gate::{Flaw, Shape};
use crate::limits::VERTICES_PER_FEATURE_MAX;

/// Collections inside collections inside collections have no use on a map.
const DEPTH_MAX: usize = 8;

const EXTENDED_Z: u32 = 0x8000_0000;
const EXTENDED_M: u32 = 0x4000_0000;
const EXTENDED_SRID: u32 = 0x2000_0000;

pub(crate) fn read(bytes: &[u8]) -> Result<Shape, Flaw> {
    let mut reader = Reader {
        rest: bytes,
        little: true,
        points_left: VERTICES_PER_FEATURE_MAX,
    };
    let shape = reader.shape(None, 0)?;
    if reader.rest.is_empty() {
        Ok(shape)
    } else {
        Err(broken("bytes are left over after the geometry"))
    }
}

fn broken(what: &str) -> Flaw {
    Flaw::new("bad_geometry", format!("The binary geometry is broken: {what}."))
}

struct Reader<'a> {
    rest: &'a [u8],
    little: bool,
    points_left: usize,
}

#[derive(Clone, Copy)]
struct Kind {
    code: u32,
    /// Ordinates beyond x and y.
    extra: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let (head, tail) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or_else(|| broken("it ends too early"))?;
        self.rest = tail;
        Ok(*head)
    }

    fn u32(&mut self) -> Result<u32, Flaw> {
        let bytes = self.take()?;
        Ok(if self.little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    fn f64(&mut self) -> Result<f64, Flaw> {
        let bytes = self.take()?;
        Ok(if self.little {
            f64::from_le_bytes(bytes)
        } else {
            f64::from_be_bytes(bytes)
        })
    }

    /// A count of things that take at least `unit` bytes each.
    fn count(&mut self, unit: usize) -> Result<usize, Flaw> {
        let count = self.u32()? as usize;
        if count > self.rest.len() / unit {
            Err(broken("a count is larger than the data"))
        } else {
            Ok(count)
        }
    }

    fn coord(&mut self, kind: Kind) -> Result<Coord<f64>, Flaw> {
        self.points_left = self
            .points_left
            .checked_sub(1)
            .ok_or_else(|| Flaw::too_many_vertices(VERTICES_PER_FEATURE_MAX + 1))?;
        let coord = Coord {
            x: self.f64()?,
            y: self.f64()?,
        };
        for _ in 0..kind.extra {
            self.f64()?;
        }
        Ok(coord)
    }

    fn line(&mut self, kind: Kind) -> Result<Vec<Coord<f64>>, Flaw> {
        let unit = 8 * (2 + kind.extra);
        let count = self.count(unit)?;
        if count > self.points_left {
            return Err(Flaw::too_many_vertices(count));
        }
        (0..count).map(|_| self.coord(kind)).collect()
    }

    fn rings(&mut self, kind: Kind) -> Result<Vec<Vec<Coord<f64>>>, Flaw> {
        let count = self.count(4)?;
        (0..count).map(|_| self.line(kind)).collect()
    }

    fn kind(&mut self, inner: bool) -> Result<Kind, Flaw> {
        self.little = match self.take::<1>()?[0] {
            0 => false,
            1 => true,
            _ => return Err(broken("the byte order mark is neither 0 nor 1")),
        };
        let code = self.u32()?;
        let mut extra = usize::from(code & EXTENDED_Z != 0) + usize::from(code & EXTENDED_M != 0);
        if code & EXTENDED_SRID != 0 {
            if inner {
                return Err(broken("a part names a coordinate system of its own"));
            }
            self.u32()?;
        }
        let code = code & !(EXTENDED_Z | EXTENDED_M | EXTENDED_SRID);
        extra += match code / 1000 {
            0 => 0,
            1 | 2 => 1,
            3 => 2,
            _ => return Err(broken("the type is not known")),
        };
        Ok(Kind {
            code: code % 1000,
            extra: extra.min(2),
        })
    }

    fn members(&mut self, member: u32, depth: usize) -> Result<Vec<Shape>, Flaw> {
        let count = self.count(5)?;
        (0..count).map(|_| self.shape(Some(member), depth + 1)).collect()
    }

    fn shape(&mut self, want: Option<u32>, depth: usize) -> Result<Shape, Flaw> {
        if depth > DEPTH_MAX {
            return Err(Flaw::new(
                "too_deep",
                format!("The geometry nests more than {DEPTH_MAX} collections."),
            ));
        }
        let kind = self.kind(depth > 0)?;
        if want.is_some_and(|want| want != 0 && want != kind.code) {
            return Err(broken("a part is of another type than the whole"));
        }
        Ok(match kind.code {
            1 => {
                let point = self.coord(kind)?;
                // An empty point is written with not-a-number ordinates.
                if point.x.is_nan() && point.y.is_nan() {
                    Shape::MultiPoint(Vec::new())
                } else {
                    Shape::Point(point)
                }
            }
            2 => Shape::Line(self.line(kind)?),
            3 => Shape::Polygon(self.rings(kind)?),
            4 => Shape::MultiPoint(
                self.members(1, depth)?
                    .into_iter()
                    .filter_map(|shape| {
                        if let Shape::Point(point) = shape {
                            Some(point)
                        } else {
                            None
                        }
                    })
                    .collect(),
            ),
            5 => Shape::MultiLine(
                self.members(2, depth)?
                    .into_iter()
                    .filter_map(|shape| {
                        if let Shape::Line(line) = shape {
                            Some(line)
                        } else {
                            None
                        }
                    })
                    .collect(),
            ),
            6 => Shape::MultiPolygon(
                self.members(3, depth)?
                    .into_iter()
                    .filter_map(|shape| {
                        if let Shape::Polygon(rings) = shape {
                            Some(rings)
                        } else {
                            None
                        }
                    })
                    .collect(),
            ),
            7 => Shape::Collection(self.members(0, depth)?),
            8..=14 => {
                return Err(
                    Flaw::new("curved_geometry", "The geometry is curved (an arc or a curve polygon).")
                        .mend("Turn curves into straight segments before exporting."),
                );
            }
            15..=17 => {
                return Err(Flaw::new(
                    "unsupported_geometry",
                    "The geometry is a surface or triangle mesh.",
                ));
            }
            _ => return Err(broken("the type is not known")),
        })
    }
}

/// A GeoPackage geometry: the magic `GP`, flags, a reference number, an envelope and WKB.
pub(crate) fn read_geopackage(bytes: &[u8]) -> Result<Shape, Flaw> {
    let wrong = || Flaw::new("bad_geometry", "The value is not a GeoPackage geometry.");
    if bytes.len() < 8 || bytes.get(..2) != Some(b"GP") || bytes[2] != 0 {
        return Err(wrong());
    }
    let flags = bytes[3];
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(wrong()),
    };
    if flags & 0x20 != 0 {
        return Err(Flaw::new(
            "unsupported_geometry",
            "The geometry is of an extended GeoPackage type.",
        ));
    }
    let body = bytes.get(8 + envelope..).ok_or_else(wrong)?;
    read(body)
}
