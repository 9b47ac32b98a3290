//! What people built before there were estates: courtyards and village houses.

use super::{Axes, House};
use crate::chance::Chance;
use crate::plane::{Pt, reach};

/// Wings around a yard, 四合院 or what is left of one.
pub(super) fn courtyard(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let Some((u0, v0, u1, v1)) = axes.room(yard) else {
        return Vec::new();
    };
    let (wide, tall) = (u1 - u0, v1 - v0);
    if wide < 9.0 || tall < 9.0 {
        return if wide > 5.0 && tall > 5.0 {
            vec![low_house(axes, u0 + 0.6, v0 + 0.6, u1 - 0.6, v1 - 0.6, chance)]
        } else {
            Vec::new()
        };
    }
    const GAP: f64 = 0.7;
    let mut houses = Vec::new();
    let hall = (tall * 0.3).clamp(4.5, 8.5);
    let gate = (tall * 0.22).clamp(3.8, 6.0);
    let side = (wide * 0.26).clamp(3.6, 6.5);
    houses.push(low_house(axes, u0 + GAP, v1 - hall, u1 - GAP, v1 - GAP, chance));
    let (south, north) = (v0 + gate + GAP, v1 - hall - GAP);
    if north - south > 4.0 {
        for (a, b) in [(u0 + GAP, u0 + side), (u1 - side, u1 - GAP)] {
            if !chance.happens(0.12) {
                houses.push(low_house(axes, a, south, b, north, chance));
            }
        }
    }
    if wide > 14.0 && !chance.happens(0.25) {
        // The gate passes through the south wing.
        let door = u0 + wide * chance.between(0.3, 0.6);
        houses.push(low_house(axes, u0 + GAP, v0 + GAP, door - 1.2, v0 + gate, chance));
        houses.push(low_house(axes, door + 1.2, v0 + GAP, u1 - GAP, v0 + gate, chance));
    } else if !chance.happens(0.4) {
        houses.push(low_house(axes, u0 + GAP, v0 + GAP, u1 - wide * 0.35, v0 + gate, chance));
    }
    // Large yards were built over with a house of three floors.
    if north - south > 16.0 && wide - 2.0 * side > 15.0 && chance.happens(0.6) {
        let (cu, cv) = ((u0 + u1) / 2.0, (south + north) / 2.0);
        houses.push(House::plain(axes.block(cu - 5.5, cv - 4.0, cu + 5.5, cv + 4.0), 3).homes(1, 6));
    }
    houses
}

/// Several courts one behind the other and side by side, 大杂院.
pub(super) fn courts(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    /// Metres of one court, and of the passage between two.
    const WIDE: f64 = 30.0;
    const TALL: f64 = 34.0;
    const PASSAGE: f64 = 2.2;
    let (low, high) = reach(yard, axes.v);
    let rows = ((high - low) / TALL).round().max(1.0);
    let tall = (high - low) / rows;
    let mut houses = Vec::new();
    for row in 0..rows as i32 {
        let (v0, v1) = (
            low + tall * f64::from(row) + PASSAGE,
            low + tall * f64::from(row + 1) - PASSAGE,
        );
        let Some((lo, hi)) = axes.row(yard, v0, v1) else {
            continue;
        };
        let columns = ((hi - lo) / WIDE).round().max(1.0);
        let wide = (hi - lo) / columns;
        for column in 0..columns as i32 {
            let u0 = lo + wide * f64::from(column) + PASSAGE / 2.0;
            let u1 = u0 + wide - PASSAGE;
            if u1 - u0 > 9.0 && v1 - v0 > 9.0 {
                court(axes, (u0, v0, u1, v1), &mut houses, chance);
            }
        }
    }
    houses
}

/// A hall in the north, a wing on one side or both; what looked south is often gone.
fn court(axes: Axes, (u0, v0, u1, v1): (f64, f64, f64, f64), houses: &mut Vec<House>, chance: &mut Chance) {
    let (wide, tall) = (u1 - u0, v1 - v0);
    let (hall, side) = ((tall * 0.3).clamp(5.0, 9.5), (wide * 0.27).clamp(4.0, 8.0));
    let mut put = |a: f64, b: f64, c: f64, d: f64, chance: &mut Chance| {
        let floors = *chance.pick(&[1, 2, 2, 3]);
        let homes = (((c - a) * (d - b) * f64::from(floors) / 38.0) as u32).max(1);
        houses.push(House::plain(axes.block(a, b, c, d), floors).homes(1, homes));
    };
    put(u0, v1 - hall, u1, v1, chance);
    let north = v1 - hall - 1.6;
    let both = chance.happens(0.35);
    let west = both || chance.happens(0.5);
    if west {
        put(u0, v0 + chance.between(0.0, 3.0), u0 + side, north, chance);
    }
    if both || !west {
        put(u1 - side, v0 + chance.between(0.0, 3.0), u1, north, chance);
    }
}

fn low_house(axes: Axes, u0: f64, v0: f64, u1: f64, v1: f64, chance: &mut Chance) -> House {
    let floors = if chance.happens(0.3) { 2 } else { 1 };
    let ground = ((u1 - u0) * (v1 - v0)).max(0.0);
    let homes = ((ground * f64::from(floors) / 34.0).round() as u32).clamp(1, 6);
    House::plain(axes.block(u0, v0, u1, v1), floors).homes(1, homes)
}

/// Houses farmers built for themselves and let by the room, wall to wall.
pub(super) fn village(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let mut houses = Vec::new();
    let (low, high) = reach(yard, axes.v);
    let mut v0 = low + 1.2;
    let mut pair = false;
    while v0 + 8.0 < high {
        let depth = chance.between(9.0, 11.5);
        let Some((lo, hi)) = axes.row(yard, v0, v0 + depth) else {
            break;
        };
        let mut u = lo + 1.0 + chance.between(0.0, 2.0);
        loop {
            let wide = chance.between(8.5, 12.5);
            if u + wide > hi - 0.8 {
                break;
            }
            if !chance.happens(0.07) {
                let back = chance.between(0.0, 0.9);
                let floors = chance.whole(3, 5);
                let ring = axes.block(u, v0 + back, u + wide, v0 + depth);
                let mut house = House::plain(ring, floors as u16).homes(1, chance.whole(3, 6));
                house.shops = u32::from(chance.happens(0.2));
                houses.push(house);
            }
            u += wide + chance.between(1.4, 2.2);
        }
        // Rows stand back to back in pairs with a lane between the pairs.
        pair = !pair;
        v0 += depth + if pair { 1.8 } else { chance.between(4.5, 6.0) };
    }
    houses
}
