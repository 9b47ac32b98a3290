//! The base map under the places: roads, water, green and rails, drawn from the same nodes as the blocks.

use crate::chance::{Chance, cosine, sine};
use crate::houses::{Axes, House, hull_box, sports_ground};
use crate::layout::Layout;
use crate::mesh::{Class, Node};
use crate::parcels::{Parcel, Use};
use crate::plane::{
    Pt, area, centroid, contains, convex_meet, crossing, distance_to_segment, edges, inset, pt, straightened,
};
use crate::{BaseFeature, BaseGeometry, BaseLayerData};
use geju_core::LonLat;
use geju_core::change::BaseLayer;
use std::collections::{BTreeMap, BTreeSet};

/// A vertex nearer to the straight line than this is not needed to draw a road.
const STRAIGHT_METERS: f64 = 0.35;

pub fn layers(
    plan: &Layout,
    parcels: &[Parcel],
    houses: &[House],
    names: &[Option<String>],
    chance: &Chance,
) -> Vec<BaseLayerData> {
    let mut chance = chance.fork(5);
    let paths = paths(plan);
    let middles = middles(plan);
    let mut roads = Vec::new();
    let mut water = Vec::new();
    let mut green = Vec::new();
    let mut rails = Vec::new();
    for (way, path) in &paths {
        let name = names[*way].as_deref();
        match plan.ways[*way].class {
            Class::River => {
                let bank = |i: usize| 19.0 + 4.0 * sine(i as f64 * 0.37) + 2.5 * sine(i as f64 * 0.91);
                water.push(polygon("river", name, &ribbon(path, |i| -bank(i), bank)));
                green.push(polygon("verge", None, &ribbon(path, |i| bank(i) + 1.5, |_| 33.0)));
                green.push(polygon("verge", None, &ribbon(path, |_| -33.0, |i| -bank(i) - 1.5)));
                for side in [-30.0, 30.0] {
                    roads.push(line("footway", None, &offset(path, |_| side)));
                }
            }
            Class::Rail => rails.extend([-2.3, 2.3].map(|side| line("rail", None, &offset(path, |_| side)))),
            class => {
                let Some(word) = road_word(class) else { continue };
                if class == Class::Trunk {
                    green.extend(
                        [(17.0, 27.0), (-27.0, -17.0)]
                            .map(|(a, b)| polygon("verge", None, &ribbon(path, |_| a, |_| b))),
                    );
                }
                roads.push(line(word, name, path));
            }
        }
    }
    for (index, parcel) in parcels.iter().enumerate().filter(|(_, p)| p.yard.len() > 2) {
        let own = houses.iter().filter(|h| h.parcel == index);
        grounds(
            &middles,
            parcel,
            &own.collect::<Vec<_>>(),
            &mut roads,
            &mut green,
            &mut water,
            &mut chance,
        );
    }
    // Larger roads lie over smaller ones where they meet.
    roads.sort_by_key(|r| ROAD_ORDER.iter().position(|word| **word == *r.class));
    vec![
        BaseLayerData {
            layer: BaseLayer::BaseRoad,
            features: roads,
        },
        BaseLayerData {
            layer: BaseLayer::BaseWater,
            features: water,
        },
        BaseLayerData {
            layer: BaseLayer::BaseGreen,
            features: green,
        },
        BaseLayerData {
            layer: BaseLayer::BaseRail,
            features: rails,
        },
    ]
}

const ROAD_ORDER: [&str; 7] = [
    "footway",
    "service",
    "residential",
    "tertiary",
    "secondary",
    "primary",
    "trunk",
];

fn road_word(class: Class) -> Option<&'static str> {
    match class {
        Class::Trunk => Some("trunk"),
        Class::Primary => Some("primary"),
        Class::Secondary => Some("secondary"),
        Class::Tertiary => Some("tertiary"),
        Class::Residential => Some("residential"),
        Class::Lane => Some("footway"),
        Class::River | Class::Rail | Class::Wall | Class::Line => None,
    }
}

/// What is drawn on a parcel besides its buildings.
fn grounds(
    middles: &BTreeMap<usize, Vec<Pt>>,
    parcel: &Parcel,
    houses: &[&House],
    roads: &mut Vec<BaseFeature>,
    green: &mut Vec<BaseFeature>,
    water: &mut Vec<BaseFeature>,
    chance: &mut Chance,
) {
    let yard = &parcel.yard;
    let ring_road = |depth: f64| inset(yard, &vec![depth; yard.len()]);
    let boxes: Vec<Vec<Pt>> = houses.iter().map(|h| hull_box(Axes::of(yard), &h.ring)).collect();
    match parcel.what {
        Use::Park => {
            green.push(polygon("park", None, yard));
            let walk = ring_road(9.0);
            if walk.len() > 2 {
                roads.push(line("footway", None, &closed(walk)));
            }
            if area(yard) > 12_000.0 {
                let at = centroid(yard);
                let pond = blob(at, (area(yard).sqrt() * 0.17).min(34.0), chance);
                if boxes.iter().all(|b| b.iter().all(|p| !contains(&pond, *p))) {
                    roads.push(line(
                        "footway",
                        None,
                        &closed(pond.iter().map(|p| at.toward(*p, 1.18)).collect()),
                    ));
                    water.push(polygon("pond", None, &pond));
                }
            }
        }
        Use::School => {
            if let Some((axes, at, half_u, half_v)) = sports_ground(yard) {
                green.push(polygon("pitch", None, &oval(axes, at, half_u, half_v)));
            }
        }
        Use::Towers | Use::MidRise | Use::Affordable | Use::Hospital => {
            let ring = ring_road(3.6);
            if ring.len() > 2 && area(&ring) > 4_000.0 {
                if let Some(gate) = gate(middles, parcel, houses, &ring) {
                    roads.push(line("service", None, &gate));
                }
                roads.push(line("service", None, &closed(ring)));
            }
            let garden = blob(centroid(yard), 11.0, chance);
            let free = boxes.iter().all(|b| !convex_meet(b, &garden, 2.0));
            if parcel.what == Use::Towers && free && garden.iter().all(|p| contains(yard, *p)) {
                green.push(polygon("garden", None, &garden));
            }
        }
        Use::Slabs | Use::WorkUnit | Use::Resettlement | Use::Courtyard | Use::Village | Use::Market | Use::Offices => {
        }
    }
}

/// The middle of every edge, by the way it belongs to.
fn middles(plan: &Layout) -> BTreeMap<usize, Vec<Pt>> {
    let mut middles: BTreeMap<usize, Vec<Pt>> = BTreeMap::new();
    for ((a, b), along) in plan.mesh.all_edges() {
        middles
            .entry(along.way)
            .or_default()
            .push(plan.mesh.spot(a).toward(plan.mesh.spot(b), 0.5));
    }
    middles
}

/// From the road of the address through the wall to the ring inside.
fn gate(middles: &BTreeMap<usize, Vec<Pt>>, parcel: &Parcel, houses: &[&House], ring: &[Pt]) -> Option<Vec<Pt>> {
    let middle = centroid(ring);
    let nearer = |to: Pt| move |a: &Pt, b: &Pt| a.to(to).total_cmp(&b.to(to));
    let mut roads = middles.get(&parcel.way?)?.clone();
    roads.sort_by(nearer(middle));
    roads.into_iter().take(GATE_TRIES).find_map(|road| {
        let inside = edges(ring).map(|(a, b)| a.toward(b, 0.5)).min_by(nearer(road))?;
        let blocked = |house: &&House| edges(&house.ring).any(|(a, b)| crossing(road, inside, a, b).is_some());
        let free = road.to(inside) < GATE_METERS && !houses.iter().any(blocked);
        free.then(|| vec![road, inside])
    })
}

/// A longer way from the road to the wall would cross a neighbour.
const GATE_METERS: f64 = 60.0;
const GATE_TRIES: usize = 8;

/// Every way as the paths it runs along.
fn paths(plan: &Layout) -> Vec<(usize, Vec<Pt>)> {
    let mesh = &plan.mesh;
    let mut by_way: BTreeMap<usize, Vec<(Node, Node)>> = BTreeMap::new();
    let mut barred_at: BTreeMap<Node, Class> = BTreeMap::new();
    let mut barriers: Vec<(Pt, Pt)> = Vec::new();
    for ((a, b), along) in mesh.all_edges() {
        if along.way > 0 {
            by_way.entry(along.way).or_default().push((a, b));
        }
        if matches!(along.class, Class::River | Class::Rail) {
            barred_at.insert(a, along.class);
            barred_at.insert(b, along.class);
            barriers.push((mesh.spot(a), mesh.spot(b)));
        }
    }
    let mut paths = Vec::new();
    for (way, way_edges) in by_way {
        let class = plan.ways[way].class;
        let mut next: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
        for (a, b) in way_edges {
            next.entry(a).or_default().insert(b);
            next.entry(b).or_default().insert(a);
        }
        while !next.is_empty() {
            let ends = next.iter().find(|(_, n)| n.len() == 1).or(next.iter().next());
            let Some((&start, _)) = ends else { break };
            let mut nodes = vec![start];
            let mut at = start;
            while let Some(to) = next.get(&at).and_then(|n| n.iter().next().copied()) {
                for (x, y) in [(at, to), (to, at)] {
                    if let Some(ends) = next.get_mut(&x) {
                        ends.remove(&y);
                        if ends.is_empty() {
                            next.remove(&x);
                        }
                    }
                }
                nodes.push(to);
                at = to;
            }
            let mut path = straightened(&mesh.spots(&nodes), STRAIGHT_METERS);
            if !matches!(class, Class::River | Class::Rail) {
                // A smaller road that meets the river or the railway ends before it, on the side it comes from.
                for node in [nodes.last(), nodes.first()].into_iter().flatten() {
                    if let Some(class) = barred_at.get(node) {
                        let free = if *class == Class::River { 31.0 } else { 13.0 };
                        path = ending_clear(path, free, &barriers);
                    }
                    path.reverse();
                }
            }
            if path.len() > 1 {
                paths.push((way, path));
            }
        }
    }
    paths
}

/// Takes steps back from the end until it is as far from every barrier as it should be.
fn ending_clear(mut path: Vec<Pt>, free: f64, barriers: &[(Pt, Pt)]) -> Vec<Pt> {
    const STEP_METERS: f64 = 3.0;
    while let Some(end) = path.last() {
        if barriers.iter().all(|(a, b)| distance_to_segment(*end, *a, *b) >= free) {
            break;
        }
        path = shortened(path, STEP_METERS);
        if path.len() < 2 {
            break;
        }
    }
    path
}

fn shortened(mut path: Vec<Pt>, mut by: f64) -> Vec<Pt> {
    while by > 0.0 {
        let [.., before, last] = path.as_slice() else {
            return path;
        };
        let (before, last) = (*before, *last);
        let step = before.to(last);
        path.pop();
        if step > by {
            path.push(last.toward(before, by / step));
            return path;
        }
        by -= step;
    }
    path
}

/// A line beside a path, positive to the left.
fn offset(path: &[Pt], side: impl Fn(usize) -> f64) -> Vec<Pt> {
    (0..path.len())
        .map(|i| {
            let before = path[i.saturating_sub(1)];
            let after = path[(i + 1).min(path.len() - 1)];
            path[i] + (after - before).unit().left() * side(i)
        })
        .collect()
}

/// The ground between two lines beside a path.
fn ribbon(path: &[Pt], one: impl Fn(usize) -> f64, other: impl Fn(usize) -> f64) -> Vec<Pt> {
    let mut ring = offset(path, one);
    ring.extend(offset(path, other).into_iter().rev());
    ring
}

fn blob(at: Pt, radius: f64, chance: &mut Chance) -> Vec<Pt> {
    let (a, b) = (chance.between(0.0, 6.0), chance.between(0.0, 6.0));
    let corners: Vec<Pt> = (0..28)
        .map(|i| {
            let turn = f64::from(i) / 28.0 * std::f64::consts::TAU;
            let r = radius * (1.0 + 0.22 * sine(2.0 * turn + a) + 0.1 * sine(3.0 * turn + b));
            at + pt(r * cosine(turn), r * 0.82 * sine(turn))
        })
        .collect();
    corners
}

/// A running track: two straights and two half circles.
fn oval(axes: Axes, at: Pt, half_u: f64, half_v: f64) -> Vec<Pt> {
    let straight = (half_u - half_v).max(0.0);
    let bend = |from: f64, side: f64| {
        (0..=10).map(move |i| {
            let turn = from + f64::from(i) / 10.0 * std::f64::consts::PI;
            axes.u * (side * straight + half_v * cosine(turn)) + axes.v * (half_v * sine(turn))
        })
    };
    let quarter = std::f64::consts::FRAC_PI_2;
    bend(-quarter, 1.0).chain(bend(quarter, -1.0)).map(|p| at + p).collect()
}

fn closed(mut ring: Vec<Pt>) -> Vec<Pt> {
    ring.extend(ring.first().copied());
    ring
}

fn lonlats(path: &[Pt]) -> Vec<LonLat> {
    let mut spots: Vec<LonLat> = path.iter().map(|p| p.to_lonlat()).collect();
    spots.dedup();
    spots
}

fn line(class: &str, name: Option<&str>, path: &[Pt]) -> BaseFeature {
    BaseFeature {
        class: class.into(),
        name: name.map(Into::into),
        geometry: BaseGeometry::Line(lonlats(path)),
    }
}

fn polygon(class: &str, name: Option<&str>, ring: &[Pt]) -> BaseFeature {
    let mut ring = ring.to_vec();
    if area(&ring) < 0.0 {
        ring.reverse();
    }
    BaseFeature {
        class: class.into(),
        name: name.map(Into::into),
        geometry: BaseGeometry::Polygon(vec![lonlats(&ring)]),
    }
}
