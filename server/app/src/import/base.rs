//! Base-map features out of files.

use crate::base_pack::{BaseFeature, BaseShape};
use geju_core::LonLat;
use geju_core::change::BaseLayer;
use geju_formats::{RawFeature, RawValue};
use geo_types::Geometry;

/// Longest name kept: what is longer is never drawn.
const MAX_NAME_CHARS: usize = 80;

/// Turns a feature into base map; `None` when its geometry does not fit the layer.
pub fn feature(layer: BaseLayer, raw: &RawFeature) -> Option<BaseFeature> {
    let shape = shape(layer, raw.geometry.as_ref()?)?;
    let name = ["name:zh", "name", "名称", "道路名称"]
        .iter()
        .find_map(|k| text(raw, k));
    Some(BaseFeature {
        class: class(layer, raw),
        name: name.map(|n| n.chars().take(MAX_NAME_CHARS).collect()),
        shape,
    })
}

fn text(raw: &RawFeature, key: &str) -> Option<String> {
    raw.property(key).and_then(RawValue::text)
}

/// The layer a feature of a `--kind base` file belongs to, by its tags or its `layer`/`class` column.
pub fn layer_of(raw: &RawFeature) -> Option<BaseLayer> {
    if let Some(named) = text(raw, "layer").or_else(|| raw.layer.clone()) {
        let named = named.to_lowercase();
        let by_word = [
            ("road", BaseLayer::BaseRoad),
            ("street", BaseLayer::BaseRoad),
            ("道路", BaseLayer::BaseRoad),
            ("water", BaseLayer::BaseWater),
            ("river", BaseLayer::BaseWater),
            ("水", BaseLayer::BaseWater),
            ("green", BaseLayer::BaseGreen),
            ("park", BaseLayer::BaseGreen),
            ("绿", BaseLayer::BaseGreen),
            ("rail", BaseLayer::BaseRail),
            ("铁路", BaseLayer::BaseRail),
        ];
        if let Some((_, layer)) = by_word.into_iter().find(|(word, _)| named.contains(word)) {
            return Some(layer);
        }
    }
    let has = |key: &str| text(raw, key).is_some();
    if has("highway") {
        Some(BaseLayer::BaseRoad)
    } else if has("railway") {
        Some(BaseLayer::BaseRail)
    } else if has("waterway") || text(raw, "natural").as_deref() == Some("water") {
        Some(BaseLayer::BaseWater)
    } else if has("leisure") || has("landuse") || has("natural") {
        Some(BaseLayer::BaseGreen)
    } else {
        None
    }
}

fn class(layer: BaseLayer, raw: &RawFeature) -> String {
    let own = text(raw, "class");
    match layer {
        BaseLayer::BaseRoad => road_class(own.or_else(|| text(raw, "highway")).as_deref().unwrap_or("")),
        BaseLayer::BaseWater => own
            .or_else(|| text(raw, "waterway"))
            .or_else(|| text(raw, "water"))
            .unwrap_or_else(|| "lake".into()),
        BaseLayer::BaseGreen => own
            .or_else(|| text(raw, "leisure"))
            .or_else(|| text(raw, "landuse"))
            .or_else(|| text(raw, "natural"))
            .unwrap_or_else(|| "park".into()),
        BaseLayer::BaseRail => own.or_else(|| text(raw, "railway")).unwrap_or_else(|| "rail".into()),
    }
}

/// Link roads look like the road they lead to; what nobody drives on is a footway.
fn road_class(highway: &str) -> String {
    let plain = highway.strip_suffix("_link").unwrap_or(highway);
    match plain {
        "motorway" | "trunk" | "primary" | "secondary" | "tertiary" | "residential" | "service" | "footway" => plain,
        "unclassified" | "road" => "tertiary",
        "living_street" => "residential",
        "track" | "busway" => "service",
        _ => "footway",
    }
    .to_owned()
}

fn shape(layer: BaseLayer, geometry: &Geometry<f64>) -> Option<BaseShape> {
    let path = |line: &geo_types::LineString<f64>| -> Option<Vec<LonLat>> {
        let mut path: Vec<LonLat> = line
            .0
            .iter()
            .map(|c| LonLat::from_degrees(c.x, c.y))
            .collect::<Result<_, _>>()
            .ok()?;
        path.dedup();
        (path.len() >= 2).then_some(path)
    };
    let ring = |line: &geo_types::LineString<f64>| -> Option<Vec<LonLat>> {
        let mut ring = path(line)?;
        if ring.first() == ring.last() {
            ring.pop();
        }
        (ring.len() >= 3).then_some(ring)
    };
    let area = |p: &geo_types::Polygon<f64>| -> Option<Vec<Vec<LonLat>>> {
        let mut rings = vec![ring(p.exterior())?];
        rings.extend(p.interiors().iter().filter_map(ring));
        Some(rings)
    };
    let some = |lines: Vec<Vec<LonLat>>| (!lines.is_empty()).then_some(BaseShape::Lines(lines));
    let areas = |parts: Vec<Vec<Vec<LonLat>>>| (!parts.is_empty()).then_some(BaseShape::Polygons(parts));
    match geometry {
        Geometry::LineString(line) => some(path(line).into_iter().collect()),
        Geometry::MultiLineString(lines) => some(lines.0.iter().filter_map(path).collect()),
        // A square mapped as an area of road is shown by its edge; areas of water and green are filled.
        Geometry::Polygon(p) if layer == BaseLayer::BaseRoad => some(path(p.exterior()).into_iter().collect()),
        Geometry::Polygon(p) => areas(area(p).into_iter().collect()),
        Geometry::MultiPolygon(all) if layer == BaseLayer::BaseRoad => {
            some(all.0.iter().filter_map(|p| path(p.exterior())).collect())
        }
        Geometry::MultiPolygon(all) => areas(all.0.iter().filter_map(area).collect()),
        _ => None,
    }
}
