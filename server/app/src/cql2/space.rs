//! Shapes of a filter on our ground, and how they lie to a row's.

use super::ast::Relation;
use super::bind::Language;
use super::{Slip, VERTICES_MAX};
use geju_core::{Envelope, Ground, LonLat};
use geo::indexed::PreparedGeometry;
use geo::relate::IntersectionMatrix;
use geo::{BoundingRect, MapCoords, Relate, Validation};
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Rect};

/// A shape that a filter names, in degrees.
pub struct Given {
    prepared: PreparedGeometry<'static, Geometry<f64>, f64>,
    /// Its box in grid steps, a step wider on each side: rounding must lose nothing.
    pub envelope: Envelope,
    /// It fills its box: whatever lies in the box lies in it.
    is_box: bool,
}

impl Given {
    /// A box, or two where one crosses the date line.
    pub fn of_windows(windows: &[[f64; 4]]) -> Result<Self, Slip> {
        let boxes = windows
            .iter()
            .map(|[west, south, east, north]| Rect::new((*west, *south), (*east, *north)).to_polygon());
        let mut given = Self::of(Geometry::MultiPolygon(MultiPolygon(boxes.collect())))?;
        given.is_box = windows.len() == 1;
        Ok(given)
    }

    fn of(geometry: Geometry<f64>) -> Result<Self, Slip> {
        let around = geometry.bounding_rect();
        let around = around.ok_or_else(|| Slip::new("a shape needs coordinates"))?;
        let corner = |at: Coord<f64>| LonLat::from_degrees(at.x, at.y).map_err(|why| Slip::new(why.to_string()));
        let envelope = Envelope::of_point(corner(around.min())?).union(Envelope::of_point(corner(around.max())?));
        let envelope = envelope.padded(1);
        Ok(Self {
            prepared: PreparedGeometry::from(geometry),
            envelope,
            is_box: false,
        })
    }

    /// A shape as a filter writes it.
    pub fn read(geometry: &Geometry<f64>, language: &Language<'_>) -> Result<Self, Slip> {
        let translated = geometry.try_map_coords(|at| on_the_globe(at, language))?;
        // A flat box or a line folded onto itself is as good as any; areas have to have an inside.
        if has_area(&translated) && !translated.is_valid() {
            return Err(Slip::new(
                "the filter's area is not sound: its edges cross or touch themselves, or it is flat",
            ));
        }
        Self::of(translated)
    }

    /// Does this ground meet the shape?
    pub fn meets(&self, ground: &Ground) -> bool {
        self.holds(Relation::Intersects, ground)
    }

    /// How this row's ground lies to the shape: `relation(ground, shape)`.
    pub fn holds(&self, relation: Relation, ground: &Ground) -> bool {
        let around = ground.envelope();
        if !self.envelope.meets(&around) {
            return relation == Relation::Disjoint;
        }
        let quickly = matches!(relation, Relation::Intersects | Relation::Disjoint);
        if self.is_box && quickly && self.holds_well_inside(&around) {
            return relation == Relation::Intersects;
        }
        is(relation, &ground.to_geo().relate(&self.prepared))
    }

    /// Inside the box even if rounding had widened it.
    fn holds_well_inside(&self, around: &Envelope) -> bool {
        let inner = self.envelope.padded(-2);
        inner.contains(around.min) && inner.contains(around.max)
    }

    /// How two shapes of the filter itself lie to each other.
    pub fn lies(&self, relation: Relation, other: &Given) -> bool {
        is(relation, &self.prepared.relate(&other.prepared))
    }
}

fn is(relation: Relation, matrix: &IntersectionMatrix) -> bool {
    match relation {
        Relation::Intersects => matrix.is_intersects(),
        Relation::Equals => matrix.is_equal_topo(),
        Relation::Disjoint => matrix.is_disjoint(),
        Relation::Touches => matrix.is_touches(),
        Relation::Within => matrix.is_within(),
        Relation::Overlaps => matrix.is_overlaps(),
        Relation::Crosses => matrix.is_crosses(),
        Relation::Contains => matrix.is_contains(),
    }
}

fn has_area(geometry: &Geometry<f64>) -> bool {
    match geometry {
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) => true,
        Geometry::GeometryCollection(parts) => parts.iter().any(has_area),
        _ => false,
    }
}

fn on_the_globe(at: Coord<f64>, language: &Language<'_>) -> Result<Coord<f64>, Slip> {
    let [x, y] = (language.degrees)(at.x, at.y).map_err(Slip::new)?;
    if x.abs() <= 180.0 && y.abs() <= 90.0 {
        Ok(Coord { x, y })
    } else {
        Err(Slip::new(format!(
            "[{}, {}] does not lie on the globe in this coordinate system; mind the order of its axes",
            at.x, at.y
        )))
    }
}

/// Rings end where they began and have three corners.
pub fn closed_rings(shell: &LineString<f64>, holes: &[LineString<f64>]) -> Result<(), Slip> {
    for ring in std::iter::once(shell).chain(holes) {
        if ring.0.len() < 4 || ring.0.first() != ring.0.last() {
            return Err(Slip::new(
                "a ring has at least three corners, and ends with its first corner again",
            ));
        }
    }
    Ok(())
}

/// The windows, west, south, east, north in degrees, that four numbers (or six with heights) mean. West beyond east crosses
/// the date line, and is two of them.
pub fn windows(numbers: &[f64], language: &Language<'_>) -> Result<Vec<[f64; 4]>, Slip> {
    let [a, b, c, d] = match *numbers {
        [a, b, c, d] => [a, b, c, d],
        [a, b, _, c, d, _] => [a, b, c, d],
        _ => {
            return Err(Slip::new(format!(
                "four numbers are needed: the lower left corner and the upper right one, not {}",
                numbers.len()
            )));
        }
    };
    if [a, b, c, d].iter().any(|n| !n.is_finite()) {
        return Err(Slip::new("a box has finite numbers"));
    }
    let (west, south) = (Coord { x: a, y: b }, Coord { x: c, y: d });
    let corners = [west, south, Coord { x: a, y: d }, Coord { x: c, y: b }];
    let spots: Vec<Coord<f64>> = corners
        .into_iter()
        .map(|at| on_the_globe(at, language))
        .collect::<Result<_, _>>()?;
    let [lower, upper] = [spots[0], spots[1]];
    if lower.y > upper.y {
        return Err(Slip::new("the lower edge of the box lies above its upper edge"));
    }
    let least = |pick: fn(&Coord<f64>) -> f64| spots.iter().map(pick).fold(f64::INFINITY, f64::min);
    let most = |pick: fn(&Coord<f64>) -> f64| spots.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
    let (south, north) = (least(|p| p.y), most(|p| p.y));
    if lower.x <= upper.x {
        return Ok(vec![[least(|p| p.x), south, most(|p| p.x), north]]);
    }
    if language.wraps {
        Ok(vec![[lower.x, south, 180.0, north], [-180.0, south, upper.x, north]])
    } else {
        Err(Slip::new("the left edge of the box lies right of its right edge"))
    }
}

const _: () = assert!(VERTICES_MAX <= 2_000, "soundness is judged edge against edge");

/// A polygon of one ring, for tests.
#[cfg(test)]
pub fn ring(corners: &[(f64, f64)]) -> Geometry<f64> {
    Geometry::Polygon(geo_types::Polygon::new(LineString::from(corners.to_vec()), Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geju_core::Outline;

    fn plain<'a>() -> Language<'a> {
        Language {
            degrees: &|x, y| Ok([x, y]),
            wraps: true,
        }
    }

    fn ground(corners: &[(f64, f64)]) -> Ground {
        Ground::Outline(Outline::from_geo(&ring(corners)).unwrap().0)
    }

    #[test]
    fn neighbours_touch_and_do_not_overlap() {
        let left = ground(&[(0.0, 0.0), (0.001, 0.0), (0.001, 0.001), (0.0, 0.001), (0.0, 0.0)]);
        let right = ring(&[(0.001, 0.0), (0.002, 0.0), (0.002, 0.001), (0.001, 0.001), (0.001, 0.0)]);
        let right = Given::read(&right, &plain()).unwrap();
        assert!(right.holds(Relation::Touches, &left) && right.holds(Relation::Intersects, &left));
        assert!(!right.holds(Relation::Overlaps, &left) && !right.holds(Relation::Disjoint, &left));
        let around = Given::of_windows(&[[-1.0, -1.0, 1.0, 1.0]]).unwrap();
        assert!(around.holds(Relation::Within, &left) && around.holds(Relation::Intersects, &left));
        let afar = Given::of_windows(&[[10.0, 10.0, 11.0, 11.0]]).unwrap();
        assert!(afar.holds(Relation::Disjoint, &left) && !afar.holds(Relation::Intersects, &left));
    }

    #[test]
    fn a_box_across_the_date_line_is_two() {
        assert_eq!(
            windows(&[170.0, -10.0, -170.0, 10.0], &plain()).unwrap(),
            [[170.0, -10.0, 180.0, 10.0], [-180.0, -10.0, -170.0, 10.0]]
        );
        assert_eq!(
            windows(&[1.0, 2.0, 0.0, 3.0, 4.0, 9.0], &plain()).unwrap(),
            [[1.0, 2.0, 3.0, 4.0]]
        );
        for odd in [
            &[1.0, 2.0, 3.0][..],
            &[0.0, 5.0, 1.0, 4.0],
            &[0.0, 0.0, 1.0, 91.0],
            &[f64::NAN; 4],
        ] {
            assert!(windows(odd, &plain()).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn an_unsound_area_is_refused() {
        let bow = ring(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)]);
        assert!(Given::read(&bow, &plain()).is_err());
        let off = ring(&[(0.0, 0.0), (1.0, 99.0), (1.0, 0.0), (0.0, 0.0)]);
        assert!(Given::read(&off, &plain()).is_err());
    }
}
