//! Too much for one tile: attributes go first, then detail, then the smallest features.

mod common;

use common::decode;
use geju_tiles::{Limits, MAX_TILE_BYTES, Ring, TileBuilder, TileId, Value, WorldPoint};

fn tile() -> TileId {
    TileId::new(14, 12_927, 6_730).unwrap()
}

/// Rings of `vertices` on circles of growing size, side by side.
fn circles(features: usize, vertices: usize) -> Vec<Vec<WorldPoint>> {
    let o = tile().bounds().min;
    (0..features)
        .map(|n| {
            let (x, y) = ((n * 37 % 4000) as f64 + 40.0, (n * 91 % 4000) as f64 + 40.0);
            let radius = 5.0 + n as f64 % 30.0 + n as f64 / features as f64;
            (0..vertices)
                .map(|k| {
                    let angle = k as f64 / vertices as f64 * std::f64::consts::TAU;
                    let at = |o: u32, v: f64| o + (v * 64.0) as u32;
                    WorldPoint {
                        x: at(o.x, x + radius * angle.cos()),
                        y: at(o.y, y + radius * angle.sin()),
                    }
                })
                .collect()
        })
        .collect()
}

fn build<'a>(rings: &'a [Vec<WorldPoint>], names: &[String]) -> TileBuilder<'a> {
    let mut builder = TileBuilder::new(tile());
    let mut layer = builder.layer("building");
    layer.attribute_levels(&[usize::MAX, 1, 0]);
    for (id, (ring, name)) in rings.iter().zip(names).enumerate() {
        layer.polygon(
            id as u64,
            [Ring::Outer(ring)],
            &[("id", Value::U64(id as u64)), ("name", Value::Str(name))],
        );
    }
    builder
}

#[test]
fn attributes_then_detail_then_the_smallest() {
    let rings = circles(3_000, 24);
    let names: Vec<String> = (0..rings.len()).map(|n| format!("幸福路{n}号院")).collect();
    let builder = build(&rings, &names);
    let whole = builder.encode(&Limits {
        max_bytes: usize::MAX,
        generalised: None,
    });
    assert_eq!(
        (
            whole.features,
            whole.dropped_attributes,
            whole.generalised,
            whole.dropped_features
        ),
        (3_000, false, 0, 0)
    );

    let mut seen = (0, 0, 0);
    let mut last = whole.bytes.len();
    for max_bytes in (1..=40)
        .rev()
        .map(|n| whole.bytes.len() * n / 40 - 1)
        .chain([100, 10, 0])
    {
        let limits = Limits {
            max_bytes,
            generalised: None,
        };
        let encoded = builder.encode(&limits);
        assert!(encoded.bytes.len() <= max_bytes && encoded.bytes.len() <= last);
        last = encoded.bytes.len();
        assert_eq!(encoded, builder.encode(&limits), "the same every time");
        let features = decode(&encoded.bytes)
            .pop()
            .map(|(_, features)| features)
            .unwrap_or_default();
        assert_eq!(features.len(), encoded.features);
        let attributes = features.iter().map(|f| f.attributes.len()).max().unwrap_or(0);
        let step = (2 - attributes, encoded.generalised, encoded.dropped_features);
        assert!(step >= seen, "{step:?} after {seen:?}");
        assert!(
            encoded.generalised == 0 || attributes == 0,
            "attributes go before detail"
        );
        assert!(
            encoded.dropped_features == 0 || encoded.generalised == 6,
            "detail goes before features"
        );
        if encoded.dropped_features > 0 && encoded.features > 0 {
            let kept =
                |id: usize| rings[id].iter().map(|p| p.x).max().unwrap() - rings[id].iter().map(|p| p.x).min().unwrap();
            // Radii 5 to 35: whoever stays is not smaller than many who went.
            assert!(features.iter().all(|f| kept(f.id as usize) > 20 * 64));
        }
        seen = step;
    }
    assert!(seen.2 > 0);
}

#[test]
fn the_usual_cap_holds_for_a_crowded_tile() {
    let rings = circles(40_000, 12);
    let names: Vec<String> = (0..rings.len()).map(|n| format!("{n}")).collect();
    let encoded = build(&rings, &names).encode(&Limits::default());
    assert!(
        encoded.bytes.len() <= MAX_TILE_BYTES && encoded.bytes.len() > MAX_TILE_BYTES / 2,
        "{}",
        encoded.bytes.len()
    );
    assert!(encoded.dropped_attributes);
}
