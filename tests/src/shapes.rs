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

/// A grid of one cell for each of its micro-grids, numbered row by row from the south-west, and a building in each.
pub fn lattice(columns: usize, rows: usize) -> Vec<Value> {
    let mut all = vec![feature("grid", "网格", box_at(0.0, 0.0, columns as f64, rows as f64))];
    for n in 0..columns * rows {
        let (column, row) = ((n % columns) as f64, (n / columns) as f64);
        all.push(feature("micro_grid", &format!("{n}"), box_at(column, row, 1.0, 1.0)));
        all.push(feature(
            "building",
            &format!("{n}栋"),
            box_at(column + 0.4, row + 0.4, 0.2, 0.2),
        ));
    }
    all
}

/// The gesture that pulls the corner in the middle of a lattice, which four micro-grids share, a little to the north-east.
pub fn checked_drag(places: &[Value], columns: usize, rows: usize, step: usize) -> Value {
    let (column, row) = (columns / 2, rows / 2);
    let cell = |column: usize, row: usize| ring_of(column as f64, row as f64, 1.0, 1.0);
    let node = cell(column, row)[0].clone();
    let off = 0.05 + step as f64 * 0.001;
    let to = ring_of(column as f64 + off, row as f64 + off, 1.0, 1.0)[0].clone();
    let moved = [
        (column - 1, row - 1),
        (column, row - 1),
        (column - 1, row),
        (column, row),
    ]
    .map(|(column, row)| {
        let name = (row * columns + column).to_string();
        let place = places.iter().find(|p| p["properties"]["name"] == name.as_str());
        let place = place.unwrap_or_else(|| panic!("micro-grid {name} stands"));
        let ring: Vec<Value> = cell(column, row)
            .as_array()
            .into_iter()
            .flatten()
            .map(|at| if *at == node { to.clone() } else { at.clone() })
            .collect();
        json!({
            "id": place["id"], "version": place["properties"]["version"],
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        })
    });
    json!({ "places": moved })
}
