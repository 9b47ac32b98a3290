//! Rows of shops, 临街商铺, between the wall and the road.

use crate::chance::Chance;
use crate::houses::{House, Style};
use crate::mesh::{FaceId, Mesh};
use crate::parcels::{Parcel, SHOP_DEPTH, has_shops};
use crate::plane::{Pt, contains, convex_meet, distance_to_segment, edges, is_upright_box};

/// Free ground at the ends of a row, where people pass and neighbours begin.
const END_MARGIN: f64 = 4.0;
/// Nearer to any other edge of the cell than this stands no shop.
const EDGE_CLEARANCE: f64 = 1.2;

/// The shops of one cell along its larger roads.
pub fn along_roads(
    mesh: &Mesh,
    face: FaceId,
    parcel: usize,
    parcels: &[Parcel],
    style: &Style,
    chance: &mut Chance,
) -> Vec<House> {
    let site = &parcels[parcel];
    if !site.shops {
        return Vec::new();
    }
    let ring = mesh.ring(face);
    let along = mesh.edges_of(face);
    let mut houses: Vec<House> = Vec::new();
    for (i, (a, b)) in edges(&ring).enumerate() {
        let class = along[i].class;
        if !has_shops(class) || a.to(b) < 18.0 {
            continue;
        }
        let way = (b - a).unit();
        let near = class.setback() - 1.0;
        let far = near + SHOP_DEPTH - chance.between(2.0, 4.0);
        let floors = chance.whole(1, 3) as u16;
        let mut at = END_MARGIN + chance.between(0.0, 3.0);
        while at + 9.0 < a.to(b) - END_MARGIN {
            let length = chance
                .between(style.shop_row.0, style.shop_row.1)
                .min(a.to(b) - END_MARGIN - at);
            let spot = |along: f64, off: f64| a + way * along + way.left() * off;
            let row = vec![
                spot(at, near),
                spot(at + length, near),
                spot(at + length, far),
                spot(at, far),
            ];
            at += length + chance.between(0.6, 1.6) + if chance.happens(0.1) { 8.0 } else { 0.0 };
            if length < 8.0 || is_upright_box(&row) || !stands_free(&row, &ring, i, &houses) {
                continue;
            }
            let mut house = House::plain(row, if chance.happens(0.25) { floors + 1 } else { floors });
            house.parcel = parcel;
            house.inside = false;
            house.shops = ((length / 4.5).round() as u32).max(1);
            house.year = site.year;
            houses.push(house);
        }
    }
    houses
}

fn stands_free(row: &[Pt], ring: &[Pt], own_edge: usize, others: &[House]) -> bool {
    row.iter().all(|p| {
        contains(ring, *p)
            && edges(ring)
                .enumerate()
                .all(|(i, (a, b))| i == own_edge || distance_to_segment(*p, a, b) > EDGE_CLEARANCE)
    }) && others.iter().all(|o| !convex_meet(row, &o.ring, 0.4))
}
