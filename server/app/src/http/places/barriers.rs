//! Rivers, railways and motorways of the base map near a drawing, 屏障.

use super::super::App;
use geju_core::change::BaseLayer;
use geju_core::command::Reshape;
use geju_core::rules::{Barrier, BarrierKind, BarrierShape};
use geju_core::{Envelope, LonLat};
use geju_tiles::{Env, WorldShape};

/// Barriers that one drawing is compared with; a gesture covers some streets, and a check answers within a blink.
const BARRIERS_MAX: usize = 200;
/// Corners of one river or lake that are looked at; what is finer is a whole province's.
const CORNERS_MAX: usize = 20_000;

/// What this class of a base layer is to people on foot.
fn kind_of(layer: BaseLayer, class: &str) -> Option<BarrierKind> {
    match (layer, class) {
        (BaseLayer::BaseWater, "river" | "canal") => Some(BarrierKind::River),
        (BaseLayer::BaseRail, "rail" | "light_rail" | "narrow_gauge") => Some(BarrierKind::Railway),
        (BaseLayer::BaseRoad, "motorway") => Some(BarrierKind::Motorway),
        _ => None,
    }
}

/// What lies near the ground that a gesture draws.
pub fn near(app: &App, wish: &Reshape) -> Vec<Barrier> {
    let grounds = wish.moved.iter().map(|(place, _)| place).chain(&wish.created);
    let Some(reach) = Envelope::union_all(grounds.map(|p| p.ground.envelope())) else {
        return Vec::new();
    };
    let window = Env::of_nodes(reach.min.lon, reach.min.lat, reach.max.lon, reach.max.lat);
    let mut found = Vec::new();
    for layer in [BaseLayer::BaseWater, BaseLayer::BaseRail, BaseLayer::BaseRoad] {
        let Some(pack) = app.map.base(layer) else { continue };
        for (_, feature) in pack.meeting(window) {
            let Some(kind) = kind_of(layer, pack.class(feature)) else {
                continue;
            };
            if feature.shape.points().len() > CORNERS_MAX {
                continue;
            }
            found.extend(shapes(&feature.shape, reach).into_iter().map(|shape| Barrier {
                kind,
                name: pack.name(feature).map(Into::into),
                shape,
            }));
            if found.len() >= BARRIERS_MAX {
                return found;
            }
        }
    }
    found
}

/// Areas whole, and of lines the stretches that meet the box.
fn shapes(shape: &WorldShape, reach: Envelope) -> Vec<BarrierShape> {
    let spots =
        |nodes: Vec<(i32, i32)>| -> Vec<LonLat> { nodes.into_iter().map(|(lon, lat)| LonLat { lon, lat }).collect() };
    if !shape.is_area() {
        return shape
            .nodes()
            .flat_map(|(line, _)| stretches(&spots(line), reach))
            .collect();
    }
    let mut areas: Vec<Vec<Vec<LonLat>>> = Vec::new();
    for (ring, hole) in shape.nodes() {
        match areas.last_mut().filter(|_| hole) {
            Some(area) => area.push(spots(ring)),
            None => areas.push(vec![spots(ring)]),
        }
    }
    areas.into_iter().map(BarrierShape::Area).collect()
}

fn stretches(line: &[LonLat], reach: Envelope) -> Vec<BarrierShape> {
    let mut all: Vec<Vec<LonLat>> = Vec::new();
    let mut joined = false;
    for pair in line.windows(2) {
        let meets = Envelope::of_point(pair[0])
            .union(Envelope::of_point(pair[1]))
            .meets(&reach);
        match all.last_mut().filter(|_| joined && meets) {
            Some(stretch) => stretch.push(pair[1]),
            None if meets => all.push(pair.to_vec()),
            None => {}
        }
        joined = meets;
    }
    all.into_iter().map(BarrierShape::Line).collect()
}
