//! What an outline promises.

use geju_core::ground::{MAX_VERTICES, Repair, Why, overlay};
use geju_core::{Envelope, LonLat, Outline};
use proptest::prelude::*;

const LON: i32 = 1_040_600_000;
const LAT: i32 = 306_600_000;

fn spot(x: i32, y: i32) -> LonLat {
    LonLat {
        lon: LON + x * 1000,
        lat: LAT + y * 1000,
    }
}

fn ring(spots: &[(i32, i32)]) -> Vec<LonLat> {
    spots.iter().map(|(x, y)| spot(*x, *y)).collect()
}

fn why(parts: Vec<Vec<Vec<LonLat>>>) -> Why {
    Outline::new(parts).expect_err("this shape is unsound").why
}

const SQUARE: [(i32, i32); 4] = [(0, 0), (10, 0), (10, 10), (0, 10)];

#[test]
fn a_plain_square_is_sound_whichever_way_it_runs() {
    let there = Outline::new(vec![vec![ring(&SQUARE)]]).unwrap();
    let mut back = ring(&SQUARE);
    back[1..].reverse();
    let (turned, repairs) = Outline::mended(vec![vec![back]]).unwrap();
    assert_eq!(there, turned);
    assert!(repairs.contains(&Repair::Turned));
    assert!(there.doubled_grid_area() > 0);
}

#[test]
fn an_outline_that_crosses_itself_is_refused_where_it_crosses() {
    let refused = Outline::new(vec![vec![ring(&[(0, 0), (10, 10), (10, 0), (0, 10)])]]).unwrap_err();
    assert_eq!(refused.why, Why::SelfCrossing);
    assert_eq!(refused.at, Some(spot(5, 5)));
}

#[test]
fn a_spike_is_refused() {
    assert_eq!(
        why(vec![vec![ring(&[
            (0, 0),
            (10, 0),
            (10, 10),
            (10, 20),
            (10, 10),
            (0, 10)
        ])]]),
        Why::Spike
    );
}

#[test]
fn too_few_corners_and_no_ring_at_all_are_refused() {
    assert_eq!(
        why(vec![vec![ring(&[(0, 0), (10, 0), (0, 0)])]]),
        Why::TooFewCorners { found: 2 }
    );
    assert_eq!(why(vec![]), Why::Empty);
    assert_eq!(why(vec![vec![]]), Why::Empty);
}

#[test]
fn a_ring_on_one_line_has_no_inside() {
    let refused = why(vec![vec![ring(&[(0, 0), (5, 0), (10, 0)])]]);
    assert!(matches!(refused, Why::Spike | Why::SelfCrossing), "{refused:?}");
}

#[test]
fn a_hole_lies_inside_and_apart() {
    let hole = |x: i32| ring(&[(x, 2), (x + 2, 2), (x + 2, 4), (x, 4)]);
    let with = |holes: Vec<Vec<LonLat>>| {
        let mut part = vec![ring(&SQUARE)];
        part.extend(holes);
        vec![part]
    };
    let sound = Outline::new(with(vec![hole(2), hole(6)])).unwrap();
    assert!(!sound.contains(spot(3, 3)), "a hole is not ground");
    assert!(sound.contains(spot(5, 3)));
    assert_eq!(why(with(vec![hole(20)])), Why::HoleOutside);
    assert!(matches!(why(with(vec![hole(2), hole(3)])), Why::RingsCross));
    assert_eq!(
        why(with(vec![ring(&[(1, 1), (6, 1), (6, 6), (1, 6)]), hole(2)])),
        Why::HolesOverlap
    );
}

#[test]
fn a_hole_may_touch_its_shell_once_but_not_cut_the_inside_in_two() {
    let once = ring(&[(0, 5), (4, 3), (4, 7)]);
    assert!(Outline::new(vec![vec![ring(&SQUARE), once]]).is_ok());
    let twice = ring(&[(0, 5), (5, 3), (10, 5), (5, 7)]);
    assert_eq!(why(vec![vec![ring(&SQUARE), twice]]), Why::InteriorSplit);
}

#[test]
fn parts_may_touch_at_a_corner_but_not_overlap() {
    let far = ring(&[(10, 10), (20, 10), (20, 20), (10, 20)]);
    assert!(Outline::new(vec![vec![ring(&SQUARE)], vec![far]]).is_ok());
    let inside = ring(&[(2, 2), (4, 2), (4, 4), (2, 4)]);
    assert_eq!(why(vec![vec![ring(&SQUARE)], vec![inside]]), Why::PartsOverlap);
    let beside = ring(&[(10, 0), (20, 0), (20, 10), (10, 10)]);
    assert_eq!(why(vec![vec![ring(&SQUARE)], vec![beside]]), Why::RingsCross);
}

#[test]
fn a_ring_that_touches_itself_is_split_on_the_way_in_and_refused_when_drawn() {
    // Two squares joined at one corner, drawn in one go.
    let joined = ring(&[(0, 0), (5, 0), (5, 5), (10, 5), (10, 10), (5, 10), (5, 5), (0, 5)]);
    assert_eq!(why(vec![vec![joined.clone()]]), Why::SelfTouching);
    let (mended, repairs) = Outline::mended(vec![vec![joined]]).unwrap();
    assert_eq!(mended.parts().len(), 2);
    assert!(repairs.contains(&Repair::SplitAtTouch { parts: 2 }));

    // A yard reached through one point of the wall: a hole.
    let yard = ring(&[(0, 0), (10, 0), (10, 10), (0, 10), (0, 5), (4, 7), (4, 3), (0, 5)]);
    let (mended, _) = Outline::mended(vec![vec![yard]]).unwrap();
    assert_eq!(mended.parts().len(), 1);
    assert_eq!(mended.parts()[0].holes.len(), 1);
    assert!(!mended.contains(spot(3, 5)));
}

#[test]
fn limits_refuse_by_name() {
    let many: Vec<LonLat> = (0..MAX_VERTICES as i32 + 10)
        .map(|i| {
            let angle = f64::from(i) / 20_010.0 * std::f64::consts::TAU;
            LonLat {
                lon: LON + (angle.cos() * 1e7) as i32,
                lat: LAT + (angle.sin() * 1e7) as i32,
            }
        })
        .collect();
    assert!(matches!(why(vec![vec![many]]), Why::TooManyVertices { .. }));
    let globe = [
        (-1_799_999_999, 0),
        (1_799_999_999, 0),
        (1_799_999_999, 600_000_000),
        (-1_799_999_999, 600_000_000),
    ];
    let globe = globe.into_iter().map(|(lon, lat)| LonLat { lon, lat }).collect();
    assert_eq!(why(vec![vec![globe]]), Why::TooWide);
    let crumb = [(0, 0), (8, 0), (8, 8)]
        .into_iter()
        .map(|(x, y)| LonLat {
            lon: LON + x,
            lat: LAT + y,
        })
        .collect();
    assert_eq!(why(vec![vec![crumb]]), Why::TooSmall);
}

#[test]
fn coordinates_that_are_no_spots_are_named() {
    use geju_core::ground::BadCoordinate;
    assert!(matches!(
        LonLat::from_degrees(f64::NAN, 1.0),
        Err(BadCoordinate::NotFinite { .. })
    ));
    assert!(matches!(
        LonLat::from_degrees(1e308, 1.0),
        Err(BadCoordinate::OutOfRange { .. })
    ));
    assert!(matches!(
        LonLat::from_degrees(30.66, 104.06),
        Err(BadCoordinate::LooksLikeLatLon { .. })
    ));
    assert_eq!(
        LonLat::from_degrees(104.06, 30.66).unwrap(),
        LonLat {
            lon: 1_040_600_000,
            lat: 306_600_000
        }
    );
}

#[test]
fn area_agrees_with_the_ellipsoid() {
    let street = Outline::new(vec![vec![ring(&[(0, 0), (300, 0), (300, 300), (0, 300)])]]).unwrap();
    let (geodesic, flat) = (street.area().0, street.flat_area().0);
    assert!((geodesic - flat).abs() / geodesic < 1e-5, "{geodesic} {flat}");
}

/// A star-shaped ring around a centre: always simple.
fn star() -> impl Strategy<Value = Vec<LonLat>> {
    (
        prop::collection::vec(2_000i32..90_000, 3..60),
        -200_000i32..200_000,
        -200_000i32..200_000,
    )
        .prop_map(|(radii, x, y)| {
            let n = radii.len();
            radii
                .iter()
                .enumerate()
                .map(|(i, r)| {
                    let (sin, cos) = (std::f64::consts::TAU * i as f64 / n as f64).sin_cos();
                    LonLat {
                        lon: LON + x + (f64::from(*r) * cos) as i32,
                        lat: LAT + y + (f64::from(*r) * sin) as i32,
                    }
                })
                .collect()
        })
}

proptest! {
    #[test]
    fn any_rings_at_all_are_judged_without_a_panic(
        parts in prop::collection::vec(prop::collection::vec(prop::collection::vec((-12i32..12, -12i32..12), 0..14), 0..3), 0..3)
    ) {
        let parts: Vec<Vec<Vec<LonLat>>> = parts
            .into_iter()
            .map(|p| p.into_iter().map(|r| r.into_iter().map(|(x, y)| spot(x, y)).collect()).collect())
            .collect();
        if let Ok((outline, _)) = Outline::mended(parts) {
            prop_assert!(outline.doubled_grid_area() > 0);
            // What is sound stays sound when read again.
            let again = Outline::new(outline.to_raw());
            prop_assert_eq!(again.as_ref(), Ok(&outline));
            // And the overlay engine, which knows nothing of our gate, finds the same ground.
            let same = overlay::combine_raw(&outline.to_raw(), &outline.to_raw(), overlay::Combine::Intersection);
            prop_assert_eq!(overlay::doubled_area(&same), outline.doubled_grid_area());
        }
    }

    #[test]
    fn an_inner_point_lies_inside(ring in star()) {
        if let Ok(outline) = Outline::new(vec![vec![ring]]) {
            prop_assert!(outline.contains(outline.inner_point()));
        }
    }

    #[test]
    fn a_spot_falls_to_exactly_one_of_two_halves(ring in star(), x in -100_000i32..100_000, y in -100_000i32..100_000) {
        let Ok(outline) = Outline::new(vec![vec![ring]]) else { return Ok(()) };
        let e = outline.envelope();
        let middle = e.centre().lon;
        let half = |west: i32, east: i32| {
            let corners = [(west, e.min.lat - 10), (east, e.min.lat - 10), (east, e.max.lat + 10), (west, e.max.lat + 10)];
            vec![vec![corners.into_iter().map(|(lon, lat)| LonLat { lon, lat }).collect::<Vec<_>>()]]
        };
        let cut = |h: Vec<Vec<Vec<LonLat>>>| Outline::mended(overlay::combine_raw(&outline.to_raw(), &h, overlay::Combine::Intersection));
        let (Ok((a, _)), Ok((b, _))) = (cut(half(e.min.lon - 10, middle)), cut(half(middle, e.max.lon + 10))) else {
            return Ok(());
        };
        // Rounding where the cut meets an edge moves it by less than a step: stay off those edges.
        let p = LonLat { lon: LON + x, lat: LAT + y };
        let on_cut = LonLat { lon: middle, lat: p.lat };
        for p in [p, on_cut] {
            prop_assert!(!(a.contains(p) && b.contains(p)), "{p:?} is counted twice");
        }
    }

    #[test]
    fn an_outline_survives_json_and_geojson(ring in star()) {
        if let Ok(outline) = Outline::new(vec![vec![ring]]) {
            let text = serde_json::to_string(&outline).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Outline>(&text).unwrap(), &outline);
            let (again, repairs) = Outline::from_geo(&outline.to_geo()).unwrap();
            prop_assert_eq!(again, outline);
            prop_assert!(repairs.is_empty());
        }
    }
}

#[test]
fn envelopes_meet_when_they_touch() {
    let a = Envelope::from([0, 0, 10, 10]);
    assert!(a.meets(&Envelope::from([10, 10, 20, 20])));
    assert!(!a.meets(&Envelope::from([11, 0, 20, 20])));
}
