//! The one gate every outline passes: finite → in range → counts → rings → simple → nested → big enough.

use super::outline::{MAX_EXTENT_DEGREES, MAX_PARTS, MAX_RINGS, MAX_VERTICES, MIN_AREA_M2, Part, RawPart, Ring};
use super::segments::{self, Crossing, Touch};
use super::{BadCoordinate, Envelope, LonLat, Repair, inner, measure};

/// Why these rings are not an outline.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Why {
    #[error("there is no ring")]
    Empty,
    #[error("a point or a line is not an area: a polygon is needed")]
    NotAnArea,
    #[error("{0}")]
    Coordinate(BadCoordinate),
    #[error("{found} vertices are more than the {MAX_VERTICES} one outline may have")]
    TooManyVertices { found: usize },
    #[error("{found} parts are more than the {MAX_PARTS} one outline may have")]
    TooManyParts { found: usize },
    #[error("{found} rings are more than the {MAX_RINGS} one outline may have")]
    TooManyRings { found: usize },
    #[error("a ring needs at least three different corners, this one has {found}")]
    TooFewCorners { found: usize },
    #[error(
        "wider than {MAX_EXTENT_DEGREES} degrees: around a pole, across the antimeridian, or in another coordinate system"
    )]
    TooWide,
    #[error("the edge crosses itself")]
    SelfCrossing,
    #[error("the edge touches itself")]
    SelfTouching,
    #[error("the edge runs back over itself (a spike)")]
    Spike,
    #[error("two rings cross or run along each other")]
    RingsCross,
    #[error("a hole lies outside its shell")]
    HoleOutside,
    #[error("two holes overlap")]
    HolesOverlap,
    #[error("two parts overlap")]
    PartsOverlap,
    #[error("holes cut the inside in two")]
    InteriorSplit,
    #[error("smaller than {MIN_AREA_M2} m²")]
    TooSmall,
}

impl Why {
    /// Stable code for findings and for the words in each language.
    pub fn code(&self) -> &'static str {
        match self {
            Why::Empty => "outline_empty",
            Why::NotAnArea => "outline_not_an_area",
            Why::Coordinate(BadCoordinate::NotFinite { .. }) => "coordinate_not_finite",
            Why::Coordinate(BadCoordinate::LooksLikeLatLon { .. }) => "looks_like_lat_lon",
            Why::Coordinate(BadCoordinate::OutOfRange { .. }) => "coordinate_out_of_range",
            Why::TooManyVertices { .. } => "outline_too_many_vertices",
            Why::TooManyParts { .. } => "outline_too_many_parts",
            Why::TooManyRings { .. } => "outline_too_many_rings",
            Why::TooFewCorners { .. } => "outline_too_few_corners",
            Why::TooWide => "outline_too_wide",
            Why::SelfCrossing => "outline_self_crossing",
            Why::SelfTouching => "outline_self_touching",
            Why::Spike => "outline_spike",
            Why::RingsCross => "outline_rings_cross",
            Why::HoleOutside => "outline_hole_outside",
            Why::HolesOverlap => "outline_holes_overlap",
            Why::PartsOverlap => "outline_parts_overlap",
            Why::InteriorSplit => "outline_interior_split",
            Why::TooSmall => "outline_too_small",
        }
    }

    /// What a person can do about it.
    pub fn mend(&self) -> &'static str {
        match self {
            Why::Empty | Why::NotAnArea => "give a Polygon or MultiPolygon",
            Why::Coordinate(BadCoordinate::LooksLikeLatLon { .. }) => "swap the two coordinates",
            Why::Coordinate(_) | Why::TooWide => "check the coordinate system and give it with crs",
            Why::TooManyVertices { .. } => "simplify the shape, one metre is fine enough",
            Why::TooManyParts { .. } | Why::TooManyRings { .. } => "split it into several places",
            Why::TooFewCorners { .. } => "draw at least a triangle",
            Why::SelfCrossing | Why::RingsCross => "move the vertex so that the edges no longer cross",
            Why::SelfTouching => "move the touching vertices apart, or draw two parts",
            Why::Spike => "delete the vertex at the tip of the spike",
            Why::HoleOutside => "move the hole inside, or make it a part of its own",
            Why::HolesOverlap => "merge the two holes",
            Why::PartsOverlap => "merge the two parts",
            Why::InteriorSplit => "draw the two sides as separate parts",
            Why::TooSmall => "delete it, or check the unit of the coordinates",
        }
    }
}

/// Rings refused, with the place to look at.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{why}{}", self.where_words())]
pub struct InvalidOutline {
    pub why: Why,
    /// Where on the map, when a spot can be named.
    pub at: Option<LonLat>,
    /// Index of the part, from 0.
    pub part: usize,
    /// Index of the ring in its part: 0 is the shell.
    pub ring: usize,
}

impl InvalidOutline {
    pub(super) fn of(why: Why) -> Self {
        Self {
            why,
            at: None,
            part: 0,
            ring: 0,
        }
    }

    fn where_words(&self) -> String {
        match self.at {
            Some(p) => format!(" at {p} (part {}, ring {})", self.part + 1, self.ring + 1),
            None => String::new(),
        }
    }
}

/// Where a ring of the flat list came from.
type Address = (usize, usize);

pub(super) fn pass(raw: Vec<RawPart>, repairs: &mut Vec<Repair>) -> Result<Vec<Part>, InvalidOutline> {
    count(&raw)?;
    let mut rings: Vec<Vec<LonLat>> = Vec::new();
    let mut addresses: Vec<Address> = Vec::new();
    for (part, raw_rings) in raw.into_iter().enumerate() {
        for (ring, vertices) in raw_rings.into_iter().enumerate() {
            let at = vertices.first().copied();
            let tidy = tidy(vertices, ring == 0, repairs).map_err(|why| InvalidOutline { why, at, part, ring })?;
            rings.push(tidy);
            addresses.push((part, ring));
        }
    }
    let blame = |why: Why, at: Option<LonLat>, ring: usize| {
        let (part, ring) = addresses[ring];
        InvalidOutline { why, at, part, ring }
    };
    let extent = Envelope::of_points(rings.iter().flatten().copied()).ok_or(InvalidOutline::of(Why::Empty))?;
    let [w, s, e, n] = extent.to_degrees();
    if e - w > MAX_EXTENT_DEGREES || n - s > MAX_EXTENT_DEGREES {
        return Err(blame(Why::TooWide, Some(extent.min), 0));
    }
    let touches = segments::examine(&rings).map_err(|c| match c {
        Crossing::SameRing { ring, at } => blame(Why::SelfCrossing, Some(at), ring),
        Crossing::Spike { ring, at } => blame(Why::Spike, Some(at), ring),
        Crossing::TwoRings { ring, at } => blame(Why::RingsCross, Some(at), ring),
    })?;
    if let Some(t) = touches.iter().find(|t| t.rings.0 == t.rings.1) {
        return Err(blame(Why::SelfTouching, Some(t.at), t.rings.0));
    }
    nested(&rings, &addresses, &touches).map_err(|(why, at, ring)| blame(why, at, ring))?;

    let mut parts: Vec<(Vec<LonLat>, Vec<Ring>)> = Vec::new();
    for (vertices, (_, ring)) in rings.into_iter().zip(&addresses) {
        match ring {
            0 => parts.push((vertices, Vec::new())),
            _ => {
                if let Some(last) = parts.last_mut() {
                    last.1.push(Ring(vertices.into()));
                }
            }
        }
    }
    Ok(parts
        .into_iter()
        .map(|(shell, holes)| Part {
            shell: Ring(shell.into()),
            holes: holes.into(),
        })
        .collect())
}

fn count(raw: &[RawPart]) -> Result<(), InvalidOutline> {
    let refuse = |why| Err(InvalidOutline::of(why));
    if raw.is_empty() || raw.iter().any(Vec::is_empty) {
        return refuse(Why::Empty);
    }
    if raw.len() > MAX_PARTS {
        return refuse(Why::TooManyParts { found: raw.len() });
    }
    let rings = raw.iter().map(Vec::len).sum::<usize>();
    if rings > MAX_RINGS {
        return refuse(Why::TooManyRings { found: rings });
    }
    // One closing repeat per ring is not a corner.
    let vertices = raw.iter().flatten().map(Vec::len).sum::<usize>();
    if vertices > MAX_VERTICES + rings {
        return refuse(Why::TooManyVertices { found: vertices });
    }
    Ok(())
}

/// Drops the closing repeat and repeated neighbours, and turns the ring the way its role wants.
fn tidy(mut ring: Vec<LonLat>, shell: bool, repairs: &mut Vec<Repair>) -> Result<Vec<LonLat>, Why> {
    if ring.len() > 1 {
        if ring.first() == ring.last() {
            ring.pop();
        } else {
            repairs.push(Repair::Closed);
        }
    }
    let before = ring.len();
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    if ring.len() < before {
        repairs.push(Repair::RepeatedVertices {
            dropped: before - ring.len(),
        });
    }
    if ring.len() < 3 {
        return Err(Why::TooFewCorners { found: ring.len() });
    }
    if (measure::doubled_ring_area(&ring) > 0) != shell {
        ring[1..].reverse();
        repairs.push(Repair::Turned);
    }
    Ok(ring)
}

type Refused = (Why, Option<LonLat>, usize);

/// Given that no edges cross: is every hole in its shell, every hole apart, every part apart, every inside whole?
fn nested(rings: &[Vec<LonLat>], addresses: &[Address], touches: &[Touch]) -> Result<(), Refused> {
    if rings.len() == 1 {
        return Ok(());
    }
    let boxes: Vec<Envelope> = rings
        .iter()
        .filter_map(|r| Envelope::of_points(r.iter().copied()))
        .collect();
    let samples = |of: usize, against: usize| segments::samples(rings, touches, of, against);
    let shells: Vec<usize> = (0..rings.len()).filter(|&i| addresses[i].1 == 0).collect();
    let end_of = |s: usize| shells.iter().copied().find(|&n| n > s).unwrap_or(rings.len());

    for &shell in &shells {
        let holes = shell + 1..end_of(shell);
        for hole in holes.clone() {
            let outside = !boxes[hole].meets(&boxes[shell])
                || samples(hole, shell).any(|p| inner::place_of(&rings[shell], p) == inner::Side::Outside);
            if outside {
                return Err((Why::HoleOutside, rings[hole].first().copied(), hole));
            }
            for other in hole + 1..holes.end {
                if boxes[hole].meets(&boxes[other]) && interiors_meet(rings, hole, other, &samples) {
                    return Err((Why::HolesOverlap, rings[other].first().copied(), other));
                }
            }
        }
        if let Some(at) = cut_in_two(shell..holes.end, touches) {
            return Err((Why::InteriorSplit, Some(at), shell));
        }
    }
    for (i, &a) in shells.iter().enumerate() {
        for &b in &shells[i + 1..] {
            if !boxes[a].meets(&boxes[b]) {
                continue;
            }
            let inside = |part: usize, p| {
                inner::place_of(&rings[part], p) == inner::Side::Inside
                    && (part + 1..end_of(part)).all(|h| inner::place_of(&rings[h], p) == inner::Side::Outside)
            };
            if samples(a, b).any(|p| inside(b, p)) || samples(b, a).any(|p| inside(a, p)) {
                return Err((Why::PartsOverlap, rings[b].first().copied(), b));
            }
        }
    }
    Ok(())
}

fn interiors_meet<I>(rings: &[Vec<LonLat>], a: usize, b: usize, samples: &impl Fn(usize, usize) -> I) -> bool
where
    I: Iterator<Item = inner::Doubled>,
{
    samples(a, b).any(|p| inner::place_of(&rings[b], p) == inner::Side::Inside)
        || samples(b, a).any(|p| inner::place_of(&rings[a], p) == inner::Side::Inside)
}

/// Rings of one part that touch in a closed chain cut its inside in two.
fn cut_in_two(rings: std::ops::Range<usize>, touches: &[Touch]) -> Option<LonLat> {
    let mut spots: Vec<LonLat> = Vec::new();
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for t in touches
        .iter()
        .filter(|t| rings.contains(&t.rings.0) && rings.contains(&t.rings.1))
    {
        let spot = spots.iter().position(|s| *s == t.at).unwrap_or_else(|| {
            spots.push(t.at);
            spots.len() - 1
        });
        for ring in [t.rings.0, t.rings.1] {
            if !joined.contains(&(spot, ring)) {
                joined.push((spot, ring));
            }
        }
    }
    // Rings and touching spots as a graph: a cycle means an enclosed piece.
    let mut root: Vec<usize> = (0..rings.len() + spots.len()).collect();
    fn find(root: &mut [usize], mut i: usize) -> usize {
        while root[i] != i {
            root[i] = root[root[i]];
            i = root[i];
        }
        i
    }
    for (spot, ring) in joined {
        let (a, b) = (find(&mut root, rings.len() + spot), find(&mut root, ring - rings.start));
        if a == b {
            return Some(spots[spot]);
        }
        root[a] = b;
    }
    None
}
