//! Shapes of OSM objects, and words for those that have none.

use geo_types::Coord;

use super::rings::{NoArea, Spot, assemble};
use crate::gate::{Flaw, Shape};

const EDGE_MEND: &str = "Cut a larger extract, or draw the object by hand.";

pub(super) fn coord(spot: Spot) -> Coord<f64> {
    Coord {
        x: f64::from(spot[0]) / 1e7,
        y: f64::from(spot[1]) / 1e7,
    }
}

fn spotted(flaw: Flaw, spot: Option<Spot>) -> Flaw {
    match spot.map(coord) {
        Some(at) => flaw.at(at.x, at.y),
        None => flaw,
    }
}

pub(super) fn at_edge(what: String, spot: Option<Spot>) -> Flaw {
    spotted(
        Flaw::new(
            "incomplete_at_edge",
            format!("The object is cut off at the edge of the extract: {what}"),
        ),
        spot,
    )
    .mend(EDGE_MEND)
}

pub(super) fn area(lines: &[Vec<Spot>]) -> Result<Shape, Flaw> {
    match assemble(lines) {
        Ok(polygons) => Ok(Shape::MultiPolygon(
            polygons
                .into_iter()
                .map(|rings| {
                    rings
                        .into_iter()
                        .map(|mut ring| {
                            ring.extend(ring.first().copied());
                            ring.into_iter().map(coord).collect()
                        })
                        .collect()
                })
                .collect(),
        )),
        Err(NoArea::Open(spot)) => Err(spotted(
            Flaw::new("ring_open", "The lines do not close to a ring."),
            Some(spot),
        )
        .mend("Join the ends in OpenStreetMap, or draw the area by hand.")),
        Err(NoArea::Crossing(spot)) => Err(spotted(
            Flaw::new("rings_cross", "The outline crosses or overlaps itself."),
            Some(spot),
        )
        .mend("Untangle it in OpenStreetMap, or draw the area by hand.")),
        Err(NoArea::Nothing) => Err(spotted(
            Flaw::new("ring_too_short", "The lines enclose nothing."),
            lines.first().and_then(|line| line.first().copied()),
        )),
        Err(NoArea::TooComplex) => Err(Flaw::new(
            "too_complex",
            "The outline has too many lines across one another to be put together.",
        )),
    }
}
