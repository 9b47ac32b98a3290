//! Prints the generated street as SVG, to be looked at: `cargo run -p geju-seed --example picture > street.svg`.

use geju_core::{Ground, LonLat, PlaceKind};
use geju_seed::{BaseGeometry, district, street};
use std::fmt::Write;

const PIXELS: f64 = 2_000.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let seed = args.next().map_or(Ok(1), |s| s.parse())?;
    let as_of = "2026-06-01T04:00:00Z".parse()?;
    let size = args.next().unwrap_or_default();
    let demo = if size == "district" {
        district(seed, as_of)
    } else {
        street(seed, as_of)
    };
    let window_arg = args.next();
    let window: Vec<f64> = window_arg.map_or_else(Vec::new, |w| w.split(',').filter_map(|n| n.parse().ok()).collect());
    let whole = demo.shipment.places[0].0.ground.envelope();
    let [w, s, e, n] = match window[..] {
        [w, s, e, n] => [w, s, e, n],
        _ => whole.to_degrees(),
    };
    let shrink = (30.67_f64).to_radians().cos();
    let scale = PIXELS / ((e - w) * shrink).max(n - s);
    let spot = |p: &LonLat| ((p.lon_degrees() - w) * shrink * scale, (n - p.lat_degrees()) * scale);
    let path = |points: &[LonLat]| {
        points.iter().enumerate().fold(String::new(), |mut d, (i, p)| {
            let (x, y) = spot(p);
            let _ = write!(d, "{}{x:.1} {y:.1}", if i == 0 { "M" } else { "L" });
            d
        })
    };
    println!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}"><rect width="100%" height="100%" fill="#f4f2ee"/>"##,
        ((e - w) * shrink * scale) as i32,
        ((n - s) * scale) as i32
    );
    let meter = scale / 111_000.0;
    for order in ["base_green", "base_water", "base_road", "base_rail"] {
        for layer in demo.base.iter().filter(|l| l.layer.as_str() == order) {
            for f in &layer.features {
                match &f.geometry {
                    BaseGeometry::Polygon(rings) => {
                        let fill = match (order, &*f.class) {
                            ("base_water", _) => "#a9cce3",
                            (_, "pitch") => "#b7d7a8",
                            _ => "#cfe5c2",
                        };
                        println!(r#"<path d="{}Z" fill="{fill}"/>"#, path(&rings[0]));
                    }
                    BaseGeometry::Line(line) => {
                        let (colour, wide) = match &*f.class {
                            "trunk" => ("#f0b96b", 28.0),
                            "primary" => ("#f6d68b", 22.0),
                            "secondary" => ("#fbeeb0", 17.0),
                            "tertiary" => ("#ffffff", 12.0),
                            "residential" => ("#ffffff", 8.0),
                            "service" => ("#ffffff", 4.0),
                            "rail" => ("#666666", 2.0),
                            _ => ("#e8d9c8", 2.0),
                        };
                        println!(
                            r#"<path d="{}" fill="none" stroke="{colour}" stroke-width="{:.2}"/>"#,
                            path(line),
                            wide * meter
                        );
                    }
                }
            }
        }
    }
    let plain = std::env::var_os("PLAIN").is_some();
    let style = |kind: PlaceKind| match kind {
        PlaceKind::Compound => Some(("#e9e3d8", "#b9a98f", 0.5)),
        PlaceKind::Building => Some(("#b9b2a6", "#7d766b", 0.3)),
        PlaceKind::MicroGrid | PlaceKind::Grid | PlaceKind::Community if plain => None,
        PlaceKind::MicroGrid => Some(("none", "#3b82c4", 0.8)),
        PlaceKind::Grid => Some(("none", "#1f5f3f", 1.8)),
        PlaceKind::Community => Some(("none", "#a01f5f", 3.5)),
        PlaceKind::Street => Some(("none", "#5b2fa0", 6.0)),
        PlaceKind::District | PlaceKind::ResourceSite => None,
    };
    for kind in [
        PlaceKind::Compound,
        PlaceKind::Building,
        PlaceKind::MicroGrid,
        PlaceKind::Grid,
        PlaceKind::Community,
        PlaceKind::Street,
    ] {
        for (place, _) in demo.shipment.places.iter().filter(|(p, _)| p.kind() == kind) {
            if let (Some((fill, stroke, wide)), Ground::Outline(outline)) = (style(kind), &place.ground) {
                for ring in outline.rings() {
                    println!(
                        r#"<path d="{}Z" fill="{fill}" stroke="{stroke}" stroke-width="{wide}"/>"#,
                        path(ring.vertices())
                    );
                }
            }
        }
    }
    println!("</svg>");
    eprintln!("extent {:?}", whole.to_degrees());
    for kind in PlaceKind::ALL {
        eprintln!(
            "{kind}: {}",
            demo.shipment.places.iter().filter(|(p, _)| p.kind() == kind).count()
        );
    }
    Ok(())
}
