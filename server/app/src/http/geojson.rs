//! GeoJSON in and out: the one language spoken at the doors.

use super::asked::Tongue;
use super::problem::Problem;
use geju_core::ground::{MAX_RINGS, MAX_VERTICES, Repair};
use geju_core::partition::MAX_LINE_VERTICES;
use geju_core::{Finding, Ground, LonLat, Outline};
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use serde_json::Value;
use std::fmt::Write;

/// Reads a geometry as ground. A point stays a point; polygons pass the gate.
pub fn ground(geometry: &Value, tongue: &Tongue) -> Result<(Ground, Vec<Repair>), Problem> {
    let kind = geometry
        .get("type")
        .and_then(Value::as_str)
        .ok_or_else(|| bad("a GeoJSON geometry is needed"))?;
    let coordinates = geometry
        .get("coordinates")
        .ok_or_else(|| bad("a geometry needs coordinates"))?;
    let mut left = MAX_VERTICES + MAX_RINGS;
    let shape = match kind {
        "Point" => {
            let [x, y] = pair(coordinates)?;
            return match tongue.spot(x, y) {
                Ok(spot) => Ok((Ground::Point(spot), Vec::new())),
                Err(why) => Err(Problem::field("geometry", "coordinate", why)),
            };
        }
        "Polygon" => Geometry::Polygon(polygon(coordinates, tongue, &mut left)?),
        "MultiPolygon" => {
            let parts = list(coordinates)?
                .iter()
                .map(|p| polygon(p, tongue, &mut left))
                .collect::<Result<Vec<_>, _>>()?;
            Geometry::MultiPolygon(MultiPolygon(parts))
        }
        other => {
            let other: String = other.chars().take(40).collect();
            return Err(bad(&format!(
                "a Point, Polygon or MultiPolygon is needed, not a {other:?}"
            )));
        }
    };
    let (outline, repairs) = Outline::from_geo(&shape)?;
    Ok((Ground::Outline(outline), repairs))
}

/// Reads a line to cut with: a LineString, or its coordinates alone.
pub fn line(value: &Value, tongue: &Tongue) -> Result<Vec<LonLat>, Problem> {
    let bad = |why: &str| Problem::field("line", "not_a_line", why);
    let coordinates = match value.get("type").and_then(Value::as_str) {
        Some("LineString") => value.get("coordinates").unwrap_or(&Value::Null),
        Some(_) => return Err(bad("a GeoJSON LineString is needed")),
        None => value,
    };
    let positions = coordinates
        .as_array()
        .ok_or_else(|| bad("a GeoJSON LineString is needed"))?;
    if positions.len() > MAX_LINE_VERTICES {
        return Err(bad(&format!("a line has at most {MAX_LINE_VERTICES} vertices")));
    }
    let spot = |position: &Value| {
        let [x, y] = pair(position).map_err(|_| bad("a position is two numbers, lon and lat"))?;
        tongue
            .spot(x, y)
            .map_err(|why| Problem::field("line", "coordinate", why))
    };
    positions.iter().map(spot).collect()
}

fn bad(why: &str) -> Problem {
    Problem::field("geometry", "not_an_area", why)
}

fn list(value: &Value) -> Result<&Vec<Value>, Problem> {
    value
        .as_array()
        .ok_or_else(|| bad("coordinates are lists of lists of numbers"))
}

fn pair(value: &Value) -> Result<[f64; 2], Problem> {
    let numbers = list(value)?;
    match (
        numbers.first().and_then(Value::as_f64),
        numbers.get(1).and_then(Value::as_f64),
    ) {
        (Some(x), Some(y)) if numbers.len() <= 4 => Ok([x, y]),
        _ => Err(bad("a position is two numbers, lon and lat")),
    }
}

fn polygon(rings: &Value, tongue: &Tongue, left: &mut usize) -> Result<Polygon<f64>, Problem> {
    let mut lines = Vec::new();
    for ring in list(rings)? {
        let positions = list(ring)?;
        *left = left.checked_sub(positions.len()).ok_or_else(|| {
            let mut finding = Finding::block(
                "outline_too_many_vertices",
                format!("one outline has at most {MAX_VERTICES} vertices"),
            )
            .path("geometry")
            .mend("simplify the outline");
            let first = positions.first().and_then(|p| position(p, tongue).ok());
            finding.at = first.and_then(|at| LonLat::from_degrees(at.x, at.y).ok());
            Problem::refused(&[finding])
        })?;
        let line: Result<Vec<Coord<f64>>, Problem> = positions.iter().map(|p| position(p, tongue)).collect();
        let line = line?;
        if let (Some(first), Some(last)) = (line.first(), line.last())
            && first != last
        {
            let at = LonLat::from_degrees(last.x, last.y).ok();
            let mut finding = Finding::block("ring_not_closed", "the last corner of a ring must repeat the first")
                .path("geometry")
                .mend("close the outline");
            finding.at = at;
            return Err(Problem::refused(&[finding]));
        }
        lines.push(LineString(line));
    }
    if lines.is_empty() {
        return Err(bad("a polygon needs a ring"));
    }
    let holes = lines.split_off(1);
    let shell = lines.pop().ok_or_else(|| bad("a polygon needs a ring"))?;
    Ok(Polygon::new(shell, holes))
}

/// Translated only: whether it lies on the globe is the gate's to say, in its own words.
fn position(value: &Value, tongue: &Tongue) -> Result<Coord<f64>, Problem> {
    let [x, y] = pair(value)?;
    let [x, y] = tongue
        .degrees(x, y)
        .map_err(|why| Problem::field("geometry", "coordinate", why))?;
    Ok(Coord { x, y })
}

/// Writes ground as a GeoJSON geometry.
pub fn write_ground(out: &mut String, ground: &Ground, tongue: &Tongue) {
    match ground {
        Ground::Point(p) => {
            out.push_str(r#"{"type":"Point","coordinates":"#);
            write_position(out, *p, tongue);
            out.push('}');
        }
        Ground::Outline(outline) => {
            let parts = outline.parts();
            let many = parts.len() != 1;
            out.push_str(if many {
                r#"{"type":"MultiPolygon","coordinates":["#
            } else {
                r#"{"type":"Polygon","coordinates":"#
            });
            for (n, part) in parts.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                out.push('[');
                for (n, ring) in part.rings().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    write_ring(out, ring.vertices(), tongue);
                }
                out.push(']');
            }
            out.push_str(if many { "]}" } else { "}" });
        }
    }
}

fn write_ring(out: &mut String, vertices: &[LonLat], tongue: &Tongue) {
    out.push('[');
    for (n, p) in vertices.iter().chain(vertices.first()).enumerate() {
        if n > 0 {
            out.push(',');
        }
        write_position(out, *p, tongue);
    }
    out.push(']');
}

fn write_position(out: &mut String, p: LonLat, tongue: &Tongue) {
    let [x, y] = tongue.write(p);
    // Writing into a String cannot fail.
    let _ = write!(out, "[{x},{y}]");
}

#[cfg(test)]
mod tests {
    use super::*;
    use geju_formats::Crs;
    use serde_json::json;

    fn wgs84() -> Tongue {
        Tongue::of(Crs::Wgs84).unwrap()
    }

    #[test]
    fn a_shape_comes_back_as_it_was_sent() {
        let shape =
            json!({"type":"Polygon","coordinates":[[[104.06,30.65],[104.07,30.65],[104.07,30.66],[104.06,30.65]]]});
        let (ground, repairs) = ground(&shape, &wgs84()).unwrap();
        assert!(repairs.is_empty());
        let mut text = String::new();
        write_ground(&mut text, &ground, &wgs84());
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), shape);
    }

    #[test]
    fn the_other_tongues_come_back_within_a_hand() {
        let spot = json!({"type":"Point","coordinates":[104.0657, 30.6595]});
        for crs in ["gcj02", "bd09", "EPSG:4547"] {
            let tongue = Tongue::of(crs.parse().unwrap()).unwrap();
            let Ground::Point(p) = ground(&spot, &wgs84()).unwrap().0 else {
                panic!("a point")
            };
            let [x, y] = tongue.write(p);
            let back = tongue.spot(x, y).unwrap();
            assert!(
                (back.lon - p.lon).abs() <= 3 && (back.lat - p.lat).abs() <= 3,
                "{crs}: {back:?} {p:?}"
            );
        }
    }
}
