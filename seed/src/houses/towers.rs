//! Point towers around a garden.

use super::{Axes, House, Rows, hull_box, rows};
use crate::chance::Chance;
use crate::plane::{Pt, centroid, convex_meet, reach};

pub(super) fn towers(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let mut houses = Vec::new();
    let (low, high) = reach(yard, axes.v);
    let (half_u, half_v) = (13.0, 9.5);
    let margin = 7.5;
    let free = high - low - 2.0 * (margin + half_v);
    if free < 0.0 {
        return rows(
            yard,
            axes,
            chance,
            Rows {
                depth: 13.0,
                gap: 24.0,
                unit: 17.0,
                most_units: 2,
                floors: (9, 11),
                homes_per_floor: 2,
                margin: 4.0,
            },
        );
    }
    let rows_wanted = (free / 40.0).floor();
    let pitch = if rows_wanted >= 1.0 { free / rows_wanted } else { 0.0 };
    let tall = chance.whole(22, 33);
    let middle = centroid(yard);
    for row in 0..=(rows_wanted as i32) {
        let v = low + margin + half_v + f64::from(row) * pitch + if rows_wanted < 1.0 { free / 2.0 } else { 0.0 };
        let Some((lo, hi)) = axes.row(yard, v - half_v, v + half_v) else {
            continue;
        };
        let (lo, hi) = (lo + margin + half_u, hi - margin - half_u);
        if hi < lo {
            continue;
        }
        let shift = if row % 2 == 1 && hi - lo > 60.0 { 12.0 } else { 0.0 };
        let count = ((hi - lo - shift) / 39.0).floor();
        for i in 0..=(count as i32) {
            let share = if count >= 1.0 { f64::from(i) / count } else { 0.5 };
            let u = lo + shift / 2.0 + (hi - lo - shift) * share;
            let spot = axes.spot(u, v);
            // The garden in the middle stays free where there is room for one.
            if rows_wanted >= 2.0 && spot.to(middle) < 26.0 {
                continue;
            }
            let floors = (tall as i32 + chance.whole(0, 6) as i32 - 4).clamp(18, 33) as u32;
            let per_floor = if floors > 24 { 3 } else { *chance.pick(&[3, 4]) };
            let ring = if chance.happens(0.5) {
                butterfly(axes, u, v)
            } else {
                cross(axes, u, v)
            };
            houses.push(House::plain(ring, floors as u16).homes(per_floor / 3 + 1, (floors * per_floor).min(98)));
        }
    }
    // A clubhouse or nursery by the garden.
    let c = centroid(yard);
    let hall = axes.block(
        c.dot(axes.u) - 11.0,
        c.dot(axes.v) - 7.0,
        c.dot(axes.u) + 11.0,
        c.dot(axes.v) + 6.0,
    );
    if houses.len() > 4
        && houses
            .iter()
            .all(|h| !convex_meet(&hall, &hull_box(axes, &h.ring), 5.0))
    {
        let mut house = House::plain(hall, 2);
        house.shops = 2;
        houses.push(house);
    }
    houses
}

/// High-rises of the last twenty years: long and point towers in rows, wide apart, a garden in the middle.
pub(super) fn high_rises(yard: &[Pt], axes: Axes, spread: f64, chance: &mut Chance) -> Vec<House> {
    const MARGIN: f64 = 12.0;
    const HALF_DEPTH: f64 = 8.0;
    let mut houses = Vec::new();
    let (low, high) = reach(yard, axes.v);
    let free = (high - low - 2.0 * (MARGIN + HALF_DEPTH)).max(0.0);
    let rows = (free / (56.0 * spread.sqrt())).floor();
    let pitch = if rows >= 1.0 { free / rows } else { 0.0 };
    let floors = chance.whole(22, 33);
    let points = chance.unit();
    let middle = centroid(yard);
    for row in 0..=(rows as i32) {
        let v = low + MARGIN + HALF_DEPTH + f64::from(row) * pitch + if rows < 1.0 { free / 2.0 } else { 0.0 };
        let Some((lo, hi)) = axes.row(yard, v - HALF_DEPTH, v + HALF_DEPTH) else {
            continue;
        };
        let (lo, hi) = (lo + MARGIN, hi - MARGIN);
        let mut made: Vec<(f64, f64, u32)> = Vec::new();
        let gap = chance.between(17.0, 27.0) * spread.sqrt();
        let mut at = lo;
        loop {
            let units = if chance.happens(points) { 1 } else { chance.whole(2, 3) };
            let length = if units == 1 { 27.0 } else { f64::from(units) * 19.0 };
            if at + length > hi {
                break;
            }
            made.push((at, length, units));
            at += length + gap;
        }
        let slack = (hi - (at - gap)).max(0.0);
        for (i, (start, length, units)) in made.iter().enumerate() {
            let share = if made.len() > 1 {
                i as f64 / (made.len() - 1) as f64
            } else {
                0.5
            };
            let u = start + length / 2.0 + slack * share;
            // The garden in the middle stays free where there is room for one.
            if rows >= 2.0 && axes.spot(u, v).to(middle) < pitch * 0.55 {
                continue;
            }
            let own = (floors as i32 + chance.whole(0, 5) as i32 - 3).clamp(17, 33) as u32;
            let (ring, homes) = match units {
                1 if chance.happens(0.5) => (butterfly(axes, u, v), 7),
                1 => (cross(axes, u, v), 6),
                _ => (long_tower(axes, u, v, *length, *units), units * chance.whole(2, 4)),
            };
            houses.push(House::plain(ring, own as u16).homes(*units, own * homes));
        }
    }
    houses
}

/// Two or three stairwells side by side, stepped on the north and with bays to the sun.
fn long_tower(axes: Axes, u: f64, v: f64, length: f64, units: u32) -> Vec<Pt> {
    let (half, unit) = (length / 2.0, length / f64::from(units));
    let mut corners = Vec::new();
    for i in 0..units {
        let from = -half + unit * f64::from(i);
        corners.extend([
            (from, -5.6),
            (from + unit * 0.3, -5.6),
            (from + unit * 0.3, -7.6),
            (from + unit * 0.7, -7.6),
            (from + unit * 0.7, -5.6),
        ]);
    }
    corners.extend([(half, -5.6), (half, 4.4)]);
    for i in (0..units).rev() {
        let from = -half + unit * f64::from(i);
        corners.extend([
            (from + unit * 0.68, 4.4),
            (from + unit * 0.68, 7.2),
            (from + unit * 0.32, 7.2),
            (from + unit * 0.32, 4.4),
        ]);
    }
    corners.push((-half, 4.4));
    axes.shape(u, v, &corners)
}

fn cross(axes: Axes, u: f64, v: f64) -> Vec<Pt> {
    axes.shape(
        u,
        v,
        &[
            (-12.5, -4.0),
            (-6.0, -4.0),
            (-6.0, -9.0),
            (6.0, -9.0),
            (6.0, -4.0),
            (12.5, -4.0),
            (12.5, 5.0),
            (6.0, 5.0),
            (6.0, 8.5),
            (-6.0, 8.5),
            (-6.0, 5.0),
            (-12.5, 5.0),
        ],
    )
}

fn butterfly(axes: Axes, u: f64, v: f64) -> Vec<Pt> {
    axes.shape(
        u,
        v,
        &[
            (-12.8, -8.5),
            (-4.5, -8.5),
            (-3.0, -5.5),
            (3.0, -5.5),
            (4.5, -8.5),
            (12.8, -8.5),
            (12.8, 3.0),
            (5.5, 3.0),
            (5.5, 8.0),
            (-5.5, 8.0),
            (-5.5, 3.0),
            (-12.8, 3.0),
        ],
    )
}
