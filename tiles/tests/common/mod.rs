//! Tiles read back, for comparing with plain loops.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;

use fast_mvt::{MvtReaderRef, MvtValueRef};
use geju_tiles::{TileId, WorldPoint};

pub type Ring = Vec<(i64, i64)>;

#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    pub id: u64,
    pub kind: i32,
    /// Point sets, lines or rings, open-ended.
    pub parts: Vec<Ring>,
    pub attributes: BTreeMap<String, String>,
}

/// Layer by layer, in the order written. Panics on anything the specification forbids.
pub fn decode(bytes: &[u8]) -> Vec<(String, Vec<Feature>)> {
    let reader = MvtReaderRef::new(bytes).unwrap();
    let mut layers = Vec::new();
    for layer in reader.layers() {
        assert_eq!((layer.version(), layer.extent()), (2, 4096));
        let keys: Vec<&str> = layer.keys().to_vec();
        let mut distinct = keys.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), keys.len(), "keys are stored once");
        let features = layer
            .features()
            .map(|feature| {
                feature.geometry().unwrap();
                let text = |value: MvtValueRef<'_>| match value {
                    MvtValueRef::String(s) => s.to_owned(),
                    MvtValueRef::UInt(n) => format!("UInt({n})"),
                    MvtValueRef::SInt(n) => format!("SInt({n})"),
                    MvtValueRef::Bool(yes) => format!("Bool({yes})"),
                    other => format!("{other:?}"),
                };
                let attributes = feature
                    .properties()
                    .map(|property| property.map(|(key, value)| (key.to_owned(), text(value))).unwrap())
                    .collect();
                let kind = feature.geom_type_value().unwrap();
                let parts = commands(feature.geometry_commands(), kind);
                Feature {
                    id: feature.id().unwrap(),
                    kind,
                    parts,
                    attributes,
                }
            })
            .collect();
        layers.push((layer.name().to_owned(), features));
    }
    layers
}

fn commands(raw: &[u32], kind: i32) -> Vec<Ring> {
    let mut parts: Vec<Ring> = Vec::new();
    let (mut at, mut words) = ((0i64, 0i64), raw.iter().copied());
    while let Some(head) = words.next() {
        let (command, count) = (head & 7, head >> 3);
        assert!(count > 0);
        if command == 7 {
            assert_eq!((kind, count), (3, 1));
            continue;
        }
        if command == 1 {
            assert!(kind == 1 || count == 1);
            parts.push(Vec::new());
        }
        for _ in 0..count {
            let mut delta = || {
                words
                    .next()
                    .map(|n| i64::from((n >> 1) as i32 ^ -((n & 1) as i32)))
                    .unwrap()
            };
            let (dx, dy) = (delta(), delta());
            assert!(command == 1 || (dx, dy) != (0, 0), "no step goes nowhere");
            at = (at.0 + dx, at.1 + dy);
            parts.last_mut().unwrap().push(at);
        }
    }
    for part in &parts {
        assert!(part.len() >= [0, 1, 2, 3][kind as usize]);
    }
    parts
}

/// Twice the area by the surveyor's formula, positive for exteriors.
pub fn twice_area(ring: &[(i64, i64)]) -> i64 {
    (0..ring.len())
        .map(|i| {
            let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
            a.0 * b.1 - b.0 * a.1
        })
        .sum()
}

/// Where a world point lands in a tile of z ≤ 19, said in the plainest way.
pub fn plainly_placed(tile: TileId, generalised: u8, p: WorldPoint) -> (i64, i64) {
    let unit = f64::from(1u32 << (20 - tile.z()));
    let step = f64::from(1u32 << generalised);
    let place =
        |w: u32, origin: u32| ((f64::from(w) / unit / step + 0.5).floor() * step - f64::from(origin) * 4096.0) as i64;
    (place(p.x, tile.x()), place(p.y, tile.y()))
}
