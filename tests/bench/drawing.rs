//! What a vertex dragged at the drawing desk costs until its findings are back.

use crate::report::{Report, median};
use geju_tests::{checked_drag, gpkg_ground, lattice};
use reqwest::Method;
use serde_json::json;
use std::time::Instant;

/// Checks asked of each parent.
const CHECKS: usize = 100;

/// A corner that four micro-grids share is pulled about, in grids of a hundred and of three hundred.
pub fn checks(report: &mut Report) {
    for (columns, rows) in [(10, 10), (20, 15)] {
        let ground = gpkg_ground();
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let bytes = json!({ "type": "FeatureCollection", "features": lattice(columns, rows) }).to_string();
        let brought = admin.request(Method::POST, "/api/v1/imports?name=lattice.geojson");
        geju_tests::Client::send(brought.body(bytes)).status(200);
        let places = admin.every_place("micro_grid");
        let took = (0..CHECKS).map(|n| {
            let body = checked_drag(&places, columns, rows, n);
            let began = Instant::now();
            admin.post("/api/v1/places/reshape/check", &body).status(200);
            began.elapsed().as_secs_f64() * 1_000.0
        });
        let middle = median(took.collect());
        report.alone(
            &format!(
                "findings of a vertex dragged, parent of {} children, over HTTP",
                columns * rows
            ),
            format!("{middle:.1} ms"),
            "≤ 50 ms",
            Some(middle <= 50.0),
        );
    }
}
