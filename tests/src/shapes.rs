//! Small pieces of ground for stories, as GeoJSON.

use serde_json::{Value, json};

/// Side of one cell of the story's chessboard, in degrees: about 90 m here.
const CELL_DEGREES: f64 = 0.001;
/// South-west corner of the chessboard: a street in Chengdu.
const CORNER: (f64, f64) = (104.06, 30.65);

/// A closed ring of a box that starts `column`, `row` cells from the corner and is `width` by `height` cells big.
pub fn ring_of(column: f64, row: f64, width: f64, height: f64) -> Value {
    let (west, south) = (CORNER.0 + column * CELL_DEGREES, CORNER.1 + row * CELL_DEGREES);
    let (east, north) = (west + width * CELL_DEGREES, south + height * CELL_DEGREES);
    // Seven places are the grid that everything is snapped to.
    let at = |lon: f64, lat: f64| json!([(lon * 1e7).round() / 1e7, (lat * 1e7).round() / 1e7]);
    json!([
        at(west, south),
        at(east, south),
        at(east, north),
        at(west, north),
        at(west, south)
    ])
}

pub fn box_at(column: f64, row: f64, width: f64, height: f64) -> Value {
    json!({"type": "Polygon", "coordinates": [ring_of(column, row, width, height)]})
}

/// A place to be drawn: no id yet.
pub fn feature(kind: &str, name: &str, geometry: Value) -> Value {
    json!({"type": "Feature", "geometry": geometry, "properties": {"kind": kind, "name": name}})
}
