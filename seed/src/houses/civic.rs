//! Schools, hospitals, markets, offices and parks.

use super::{Axes, House};
use crate::chance::Chance;
use crate::plane::{Pt, centroid, reach};

/// The running track and the lawn in it, for a school with room for one: middle, half length, half width.
pub fn sports_ground(yard: &[Pt]) -> Option<(Axes, Pt, f64, f64)> {
    let axes = Axes::of(yard);
    let (u0, v0, u1, v1) = axes.room(yard)?;
    let (wide, tall) = (u1 - u0, v1 - v0);
    (wide > 50.0 && tall > 50.0).then(|| {
        let half_v = (tall * 0.2).min(24.0);
        let half_u = (wide * 0.42).min(52.0);
        (axes, axes.spot((u0 + u1) / 2.0, v0 + half_v + 5.0), half_u, half_v)
    })
}

pub(super) fn school(yard: &[Pt], axes: Axes) -> Vec<House> {
    let Some((u0, v0, u1, v1)) = axes.room(yard) else {
        return Vec::new();
    };
    let south = if sports_ground(yard).is_some() {
        v0 + ((v1 - v0) * 0.4).min(48.0) + 12.0
    } else {
        v0 + 5.0
    };
    let (a, b, top) = (u0 + 6.0, u1 - 6.0, v1 - 5.0);
    if b - a < 24.0 || top - south < 14.0 {
        return vec![House::plain(axes.block(a, south, b, top), 4)];
    }
    let wing = 10.5;
    let right = a + (b - a) * 0.68;
    let mut houses = Vec::new();
    // Long ground stays a school of ordinary size.
    let south = south.max(top - 78.0);
    if top - south > 34.0 && right - a > 3.0 * wing {
        // Three wings around a yard open to the south.
        houses.push(House::plain(
            vec![
                axes.spot(a, south),
                axes.spot(a + wing, south),
                axes.spot(a + wing, top - wing),
                axes.spot(right - wing, top - wing),
                axes.spot(right - wing, south),
                axes.spot(right, south),
                axes.spot(right, top),
                axes.spot(a, top),
            ],
            5,
        ));
    } else {
        houses.push(House::plain(axes.block(a, top - wing, right, top), 5));
    }
    if b - right > 18.0 {
        houses.push(House::plain(
            axes.block(right + 8.0, top - 26.0_f64.min(top - south), b, top),
            2,
        ));
    }
    houses
}

pub(super) fn hospital(yard: &[Pt], axes: Axes) -> Vec<House> {
    let Some((u0, v0, u1, v1)) = axes.room(yard) else {
        return Vec::new();
    };
    let (a, b, low, top) = (u0 + 6.0, u1 - 6.0, v0 + 8.0, v1 - 6.0);
    let (wide, tall) = (b - a, top - low);
    if wide < 40.0 || tall < 36.0 {
        return vec![House::plain(axes.block(a, low, b, top), 6)];
    }
    let wing = 18.0_f64.min(tall * 0.34);
    let outpatients = vec![
        axes.spot(a, low),
        axes.spot(a + wide * 0.7, low),
        axes.spot(a + wide * 0.7, low + wing),
        axes.spot(a + wing, low + wing),
        axes.spot(a + wing, low + wing * 2.2),
        axes.spot(a, low + wing * 2.2),
    ];
    vec![
        House::plain(outpatients, 6),
        House::plain(axes.block(a + wing + 12.0, top - wing * 0.8, b, top), 17),
        House::plain(axes.block(a + wide * 0.7 + 9.0, low, b, low + wing), 3),
    ]
}

pub(super) fn market(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let Some((u0, v0, u1, v1)) = axes.room(yard) else {
        return Vec::new();
    };
    let mut houses = Vec::new();
    let halls = (((v1 - v0) / 34.0).floor().max(1.0)) as u32;
    let tall = (v1 - v0 - 6.0) / f64::from(halls);
    for i in 0..halls {
        let v = v0 + 3.0 + tall * f64::from(i);
        let mut hall = House::plain(axes.block(u0 + 4.0, v + 2.0, u1 - 4.0, v + tall - 5.0), 2);
        hall.shops = chance.whole(62, 84) / halls;
        houses.push(hall);
    }
    houses
}

pub(super) fn offices(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let Some((u0, v0, u1, v1)) = axes.room(yard) else {
        return Vec::new();
    };
    let (wide, tall) = (u1 - u0, v1 - v0);
    if wide < 40.0 || tall < 34.0 {
        return vec![House::plain(axes.block(u0 + 3.0, v0 + 3.0, u1 - 3.0, v1 - 3.0), 7)];
    }
    let mut houses = Vec::new();
    let (mu, side) = ((u0 + u1) / 2.0, 15.0_f64.min(tall * 0.3));
    let mut base = House::plain(
        vec![
            axes.spot(u0 + 6.0, v0 + 6.0),
            axes.spot(u1 - 6.0, v0 + 6.0),
            axes.spot(u1 - 6.0, v0 + 6.0 + side),
            axes.spot(mu + 8.0, v0 + 6.0 + side),
            axes.spot(mu + 8.0, v0 + 11.0 + side),
            axes.spot(u0 + 6.0, v0 + 11.0 + side),
        ],
        5,
    );
    base.shops = chance.whole(12, 26);
    houses.push(base);
    // Two towers side by side behind the base, or one where the ground is narrow; a second row where it is deep.
    let stands = if wide > 62.0 {
        vec![(u0 + 8.0, mu - 8.0), (mu + 8.0, u1 - 8.0)]
    } else {
        vec![(u0 + 7.0, u1 - 7.0)]
    };
    let mut v = v0 + 22.0 + side;
    while v + 18.0 < v1 - 4.0 {
        for (a, b) in &stands {
            let long = (b - a).min(36.0);
            let depth = (v1 - 5.0 - v).min(24.0);
            let mut tower = House::plain(axes.block(*a, v, a + long, v + depth), chance.whole(9, 26) as u16);
            tower.shops = chance.whole(2, 7);
            houses.push(tower);
        }
        v += 46.0;
    }
    houses
}

pub(super) fn pavilions(yard: &[Pt], axes: Axes, chance: &mut Chance) -> Vec<House> {
    let c = centroid(yard);
    let spots = [(-0.28, 0.3), (0.3, -0.32)];
    let ((u0, u1), (v0, v1)) = (reach(yard, axes.u), reach(yard, axes.v));
    spots
        .into_iter()
        .map(|(a, b)| {
            let (u, v) = (c.dot(axes.u) + a * (u1 - u0), c.dot(axes.v) + b * (v1 - v0));
            let half = chance.between(3.0, 5.5);
            House::plain(axes.block(u - half * 1.4, v - half, u + half * 1.4, v + half), 1)
        })
        .collect()
}
