//! Is the whole file shifted against the map, as GCJ-02 data read as WGS84 is?

use super::report::{FileFinding, Report};
use geju_core::command::Shipment;
use geju_core::finding::Severity;
use geju_core::ground::{GRID_PER_DEGREE, LonLat};
use geju_core::place::{Place, PlaceKind};
use geju_core::world::Placed;
use geju_core::{Ground, World};
use geju_formats::Crs;
use std::sync::Arc;

/// Pairs needed before anything is said.
const MIN_PAIRS: usize = 3;
/// The shift of GCJ-02 within China is 300–600 m; a little wider catches BD-09 as well.
const SHIFT_METERS: std::ops::RangeInclusive<f64> = 100.0..=1_500.0;
/// Pairs agree on one shift when they stray less than this from the median, in metres.
const AGREE_METERS: f64 = 30.0;
/// Pairs looked at: enough to be sure.
const MAX_PAIRS: usize = 500;
/// How far around a new place an old one of the same shape is looked for, in degrees: twice the largest shift.
const LOOK_DEGREES: f64 = 0.03;

/// Warns when new ground repeats old ground at a constant distance.
pub fn look_for_shift(world: &World, shipment: &Shipment, report: &mut Report) {
    let mut pairs: Vec<(LonLat, LonLat)> = Vec::new();
    for (place, base) in &shipment.places {
        if pairs.len() >= MAX_PAIRS {
            break;
        }
        let twin = match base {
            Some(_) => world.place(place.id).filter(|old| old.place.ground != place.ground),
            None => twin_of(world, place),
        };
        if let Some(twin) = twin {
            pairs.push((twin.inner, place.ground.inner_point()));
        }
    }
    if pairs.len() < MIN_PAIRS {
        return;
    }
    let (east, north) = (
        median(&pairs, |(a, b)| east_meters(*a, *b)),
        median(&pairs, |(a, b)| north_meters(*a, *b)),
    );
    let agreeing = pairs
        .iter()
        .filter(|(a, b)| (east_meters(*a, *b) - east).hypot(north_meters(*a, *b) - north) < AGREE_METERS)
        .count();
    let shift = east.hypot(north);
    if !SHIFT_METERS.contains(&shift) || agreeing * 2 < pairs.len() {
        return;
    }
    let at = pairs[0].1;
    let (what, mend) = match datum_of(pairs[0].0, east, north) {
        Some(crs) => (
            format!("; that is the shift of {crs}"),
            format!("import it with --crs {crs}"),
        ),
        None => (
            String::new(),
            "check the coordinate system of the file and give it with --crs".to_owned(),
        ),
    };
    report.push(
        FileFinding::new(
            "",
            Severity::Warn,
            "constant_shift",
            format!("{agreeing} places lie {shift:.0} m from where the map has them, all in the same direction{what}"),
        )
        .at(Some(at))
        .mend(mend),
    );
}

/// An old place that is the same thing somewhere else: of the same kind, with the same name, or the same shape.
fn twin_of<'a>(world: &'a World, place: &Place) -> Option<&'a Arc<Placed>> {
    if place.kind() == PlaceKind::ResourceSite && place.name.is_empty() {
        return None;
    }
    let around = place.ground.envelope().padded((LOOK_DEGREES * GRID_PER_DEGREE) as i32);
    let mut twins = world.places_meeting(place.kind(), around).filter(|old| {
        let named = !place.name.is_empty() && old.place.name == place.name;
        let same_id = matches!((&old.place.source, &place.source), (Some(a), Some(b)) if a.id == b.id);
        named || same_id || same_shape(&old.place.ground, &place.ground)
    });
    let twin = twins.next()?;
    // Two candidates tell nothing.
    twins.next().is_none().then_some(twin)
}

/// GCJ-02 bends shapes by less than a thousandth of their area.
fn same_shape(a: &Ground, b: &Ground) -> bool {
    let (Some(a), Some(b)) = (a.outline(), b.outline()) else {
        return false;
    };
    let (area_a, area_b) = (a.flat_area().0, b.flat_area().0);
    a.vertex_count() == b.vertex_count() && a.vertex_count() > 4 && (area_a - area_b).abs() < 0.003 * area_a
}

/// The datum whose shift at this spot is the one found.
fn datum_of(spot: LonLat, east: f64, north: f64) -> Option<Crs> {
    [Crs::Gcj02, Crs::Bd09].into_iter().find(|crs| {
        let [lon, lat] = spot.to_degrees();
        let Ok([x, y]) = crs.from_wgs84(lon, lat) else {
            return false;
        };
        let Ok(shifted) = LonLat::from_degrees(x, y) else {
            return false;
        };
        (east_meters(spot, shifted) - east).hypot(north_meters(spot, shifted) - north) < AGREE_METERS
    })
}

fn east_meters(a: LonLat, b: LonLat) -> f64 {
    let flat = LonLat { lat: a.lat, lon: b.lon };
    geju_core::ground::local_distance(a, flat).0 * f64::from((b.lon - a.lon).signum())
}

fn north_meters(a: LonLat, b: LonLat) -> f64 {
    let flat = LonLat { lat: b.lat, lon: a.lon };
    geju_core::ground::local_distance(a, flat).0 * f64::from((b.lat - a.lat).signum())
}

fn median<T>(of: &[T], value: impl Fn(&T) -> f64) -> f64 {
    let mut all: Vec<f64> = of.iter().map(value).collect();
    all.sort_unstable_by(f64::total_cmp);
    all[all.len() / 2]
}
