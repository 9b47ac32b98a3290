//! A vector tile read back with a reader that our writer has never met.

use fast_mvt::{MvtReaderRef, MvtValueRef};
use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};
use std::io::Read;

#[derive(Debug)]
pub struct TileLayer {
    pub name: String,
    pub features: Vec<TileFeature>,
}

#[derive(Debug)]
pub struct TileFeature {
    pub id: u64,
    pub properties: Map<String, Value>,
}

/// The layers of a tile as it came over the wire, compressed or not.
pub fn read_tile(bytes: &[u8]) -> Vec<TileLayer> {
    let plain = if bytes.starts_with(&[0x1f, 0x8b]) {
        unzipped(bytes)
    } else {
        bytes.to_vec()
    };
    let reader = MvtReaderRef::new(&plain).expect("the tile is well formed");
    reader
        .layers()
        .map(|layer| TileLayer {
            name: layer.name().to_owned(),
            features: layer
                .features()
                .map(|feature| {
                    feature.geometry().expect("a geometry that can be read");
                    let properties = feature.properties().map(|property| {
                        let (key, value) = property.expect("a property that can be read");
                        (key.to_owned(), value_of(value))
                    });
                    TileFeature {
                        id: feature.id().expect("every feature has its id"),
                        properties: properties.collect(),
                    }
                })
                .collect(),
        })
        .collect()
}

fn unzipped(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes)
        .read_to_end(&mut plain)
        .expect("gzip that can be read");
    plain
}

fn value_of(value: MvtValueRef<'_>) -> Value {
    match value {
        MvtValueRef::String(text) => json!(text),
        MvtValueRef::Float(number) => json!(number),
        MvtValueRef::Double(number) => json!(number),
        MvtValueRef::Int(number) | MvtValueRef::SInt(number) => json!(number),
        MvtValueRef::UInt(number) => json!(number),
        MvtValueRef::Bool(truth) => json!(truth),
        MvtValueRef::Null => Value::Null,
    }
}
