//! A shape kept ready for cutting: its vertices in world units, 8 bytes each, in one piece of memory.

use crate::mercator::{Env, WorldPoint, project, unproject};

/// One ring of a polygon. An `Outer` begins a polygon, the `Hole`s after it are cut from it. Which way a ring runs
/// and whether its first vertex is repeated at the end does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring<'a> {
    Outer(&'a [WorldPoint]),
    Hole(&'a [WorldPoint]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Point = 1,
    Line = 2,
    Polygon = 3,
}

/// Points, lines or polygons in world units.
///
/// CRS: WGS84 nodes (1e-7°, lon then lat) in. Projected once, when the shape changes, not at every request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorldShape {
    points: Box<[WorldPoint]>,
    /// Where each part ends, with `HOLE` set for holes. Left empty for a single part, which most buildings are, so
    /// that they cost one allocation.
    ends: Box<[u32]>,
    kind: Kind,
}

const HOLE: u32 = 1 << 31;

impl WorldShape {
    /// A polygon: the exterior, then its holes.
    pub fn polygon<R: IntoIterator<Item = (i32, i32)>>(rings: impl IntoIterator<Item = R>) -> WorldShape {
        WorldShape::multi_polygon([rings])
    }

    /// Several polygons, each an exterior and its holes.
    pub fn multi_polygon<P, R>(polygons: impl IntoIterator<Item = P>) -> WorldShape
    where
        P: IntoIterator<Item = R>,
        R: IntoIterator<Item = (i32, i32)>,
    {
        let flagged = polygons
            .into_iter()
            .flat_map(|rings| rings.into_iter().enumerate().map(|(i, ring)| (ring, i > 0)));
        WorldShape::gather(Kind::Polygon, flagged)
    }

    pub fn lines<L: IntoIterator<Item = (i32, i32)>>(lines: impl IntoIterator<Item = L>) -> WorldShape {
        WorldShape::gather(Kind::Line, lines.into_iter().map(|line| (line, false)))
    }

    pub fn of_points(nodes: impl IntoIterator<Item = (i32, i32)>) -> WorldShape {
        WorldShape::gather(Kind::Point, [(nodes, false)])
    }

    fn gather<P: IntoIterator<Item = (i32, i32)>>(
        kind: Kind,
        parts: impl IntoIterator<Item = (P, bool)>,
    ) -> WorldShape {
        let (mut points, mut ends) = (Vec::new(), Vec::new());
        for (nodes, hole) in parts {
            points.extend(nodes.into_iter().map(|(lon, lat)| project(lon, lat)));
            // Two thousand million vertices do not fit a shape; what lies beyond is not drawn.
            let end = u32::try_from(points.len()).unwrap_or(u32::MAX).min(HOLE - 1);
            ends.push(if hole { end | HOLE } else { end });
        }
        if ends.len() == 1 {
            ends.clear();
        }
        WorldShape {
            points: points.into(),
            ends: ends.into(),
            kind,
        }
    }

    pub fn points(&self) -> &[WorldPoint] {
        &self.points
    }

    /// Each part's nodes as they went in, and whether it is a hole.
    pub fn nodes(&self) -> impl Iterator<Item = (Vec<(i32, i32)>, bool)> {
        let back = |part: &[WorldPoint]| part.iter().map(|p| unproject(*p)).collect();
        self.parts().map(move |(part, hole)| (back(part), hole))
    }

    pub fn is_area(&self) -> bool {
        self.kind == Kind::Polygon
    }

    pub fn envelope(&self) -> Option<Env> {
        Env::around(self.points.iter())
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Each part and whether it is a hole.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&[WorldPoint], bool)> {
        let whole = (self.ends.is_empty() && !self.points.is_empty()).then_some((&*self.points, false));
        let mut start = 0;
        let several = self.ends.iter().map(move |&end| {
            let (hole, end) = (end & HOLE != 0, (end & !HOLE) as usize);
            let part = &self.points[start..end];
            start = end;
            (part, hole)
        });
        whole.into_iter().chain(several)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_as_they_went_in() {
        let (a, b, c) = (
            [(0, 0), (9, 0), (9, 9)],
            [(2, 1), (3, 1), (3, 2)],
            [(20, 0), (29, 0), (29, 9)],
        );
        let shape = WorldShape::multi_polygon([vec![a, b], vec![c]]);
        let want: Vec<(Vec<WorldPoint>, bool)> = [(a, false), (b, true), (c, false)]
            .map(|(ring, hole)| (ring.map(|(x, y)| project(x, y)).to_vec(), hole))
            .into();
        let got: Vec<_> = shape.parts().map(|(ring, hole)| (ring.to_vec(), hole)).collect();
        assert_eq!(got, want);
        let nodes: Vec<_> = shape.nodes().collect();
        assert_eq!(nodes, [(a.to_vec(), false), (b.to_vec(), true), (c.to_vec(), false)]);
        assert!(shape.is_area());
        assert_eq!(WorldShape::polygon([a]).parts().count(), 1);
        assert_eq!(WorldShape::lines(Vec::<Vec<(i32, i32)>>::new()).parts().count(), 0);
        assert_eq!(WorldShape::of_points([]).envelope(), None);
    }
}
