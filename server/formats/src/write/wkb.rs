//! Shapes as well-known binary and text.

use geo_types::{Coord, Geometry, LineString, Polygon};

const POINT: u32 = 1;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;

/// Little-endian WKB of a point, polygon or multi-polygon; anything else becomes an empty multi-polygon.
pub(super) fn write(out: &mut Vec<u8>, geometry: &Geometry<f64>) {
    match geometry {
        Geometry::Point(p) => {
            head(out, POINT);
            coord(out, p.0);
        }
        Geometry::Polygon(p) => polygon(out, p),
        Geometry::MultiPolygon(m) => {
            head(out, MULTI_POLYGON);
            count(out, m.0.len());
            m.0.iter().for_each(|p| polygon(out, p));
        }
        _ => {
            head(out, MULTI_POLYGON);
            count(out, 0);
        }
    }
}

fn head(out: &mut Vec<u8>, kind: u32) {
    out.push(1);
    out.extend(kind.to_le_bytes());
}

fn count(out: &mut Vec<u8>, n: usize) {
    out.extend(u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes());
}

fn coord(out: &mut Vec<u8>, c: Coord<f64>) {
    out.extend(c.x.to_le_bytes());
    out.extend(c.y.to_le_bytes());
}

fn rings(p: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(p.exterior()).chain(p.interiors())
}

fn polygon(out: &mut Vec<u8>, p: &Polygon<f64>) {
    head(out, POLYGON);
    count(out, 1 + p.interiors().len());
    for ring in rings(p) {
        count(out, ring.0.len());
        ring.0.iter().for_each(|c| coord(out, *c));
    }
}

/// West, south, east, north.
pub(super) fn envelope(geometry: &Geometry<f64>) -> [f64; 4] {
    let mut all = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let mut meet = |c: &Coord<f64>| {
        all = [all[0].min(c.x), all[1].min(c.y), all[2].max(c.x), all[3].max(c.y)];
    };
    match geometry {
        Geometry::Point(p) => meet(&p.0),
        Geometry::Polygon(p) => p.exterior().0.iter().for_each(meet),
        Geometry::MultiPolygon(m) => m.0.iter().flat_map(|p| &p.exterior().0).for_each(meet),
        _ => {}
    }
    all
}

/// The same as text, as tables carry it.
pub(super) fn to_wkt(geometry: &Geometry<f64>) -> String {
    let ring = |line: &LineString<f64>| {
        let all: Vec<String> = line.0.iter().map(|c| format!("{} {}", c.x, c.y)).collect();
        format!("({})", all.join(", "))
    };
    let area = |p: &Polygon<f64>| format!("({})", rings(p).map(ring).collect::<Vec<_>>().join(", "));
    match geometry {
        Geometry::Point(p) => format!("POINT ({} {})", p.x(), p.y()),
        Geometry::Polygon(p) => format!("POLYGON {}", area(p)),
        Geometry::MultiPolygon(m) => {
            let parts: Vec<String> = m.0.iter().map(area).collect();
            format!("MULTIPOLYGON ({})", parts.join(", "))
        }
        _ => "MULTIPOLYGON EMPTY".into(),
    }
}
