//! TileJSON 3.0: what a map needs to know before it asks for tiles.

use serde_json::{Map, Value, json};

/// The type of an attribute, in TileJSON's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    String,
    Number,
    Boolean,
}

/// One layer that may be in the tiles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerDescription {
    pub id: String,
    pub description: Option<String>,
    pub minzoom: u8,
    pub maxzoom: u8,
    pub fields: Vec<(String, FieldType)>,
}

/// A set of tiles described.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TileJson {
    pub name: String,
    /// Addresses with {z}, {x} and {y}.
    pub tiles: Vec<String>,
    pub attribution: Option<String>,
    /// West, south, east, north in degrees; `None` while there is nothing on the map.
    pub bounds: Option<[f64; 4]>,
    pub layers: Vec<LayerDescription>,
}

impl TileJson {
    pub fn to_value(&self) -> Value {
        let zooms = |pick: fn(&LayerDescription) -> u8| self.layers.iter().map(pick);
        let mut out = json!({
            "tilejson": "3.0.0",
            "name": self.name,
            "scheme": "xyz",
            "tiles": self.tiles,
            "minzoom": zooms(|layer| layer.minzoom).min().unwrap_or(0),
            "maxzoom": zooms(|layer| layer.maxzoom).max().unwrap_or(0),
            "vector_layers": self.layers.iter().map(LayerDescription::to_value).collect::<Vec<_>>(),
        });
        if let Some([west, south, east, north]) = self.bounds {
            out["bounds"] = json!([west, south, east, north]);
            out["center"] = json!([f64::midpoint(west, east), f64::midpoint(south, north), out["minzoom"]]);
        }
        if let Some(attribution) = &self.attribution {
            out["attribution"] = json!(attribution);
        }
        out
    }
}

impl LayerDescription {
    fn to_value(&self) -> Value {
        let fields: Map<String, Value> = self
            .fields
            .iter()
            .map(|(name, kind)| {
                let word = match kind {
                    FieldType::String => "String",
                    FieldType::Number => "Number",
                    FieldType::Boolean => "Boolean",
                };
                (name.clone(), json!(word))
            })
            .collect();
        let mut out = json!({ "id": self.id, "minzoom": self.minzoom, "maxzoom": self.maxzoom, "fields": fields });
        if let Some(description) = &self.description {
            out["description"] = json!(description);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_specification_asks_for() {
        let layer = |id: &str, minzoom| LayerDescription {
            id: id.into(),
            minzoom,
            maxzoom: 16,
            fields: vec![("name".into(), FieldType::String), ("floors".into(), FieldType::Number)],
            ..Default::default()
        };
        let described = TileJson {
            name: "two".into(),
            tiles: vec!["http://localhost/tiles/a,b/{z}/{x}/{y}.mvt".into()],
            bounds: Some([104.0, 30.0, 105.0, 31.0]),
            layers: vec![layer("a", 10), layer("b", 12)],
            ..Default::default()
        };
        assert_eq!(
            described.to_value(),
            json!({
                "tilejson": "3.0.0", "name": "two", "scheme": "xyz",
                "tiles": ["http://localhost/tiles/a,b/{z}/{x}/{y}.mvt"],
                "minzoom": 10, "maxzoom": 16,
                "bounds": [104.0, 30.0, 105.0, 31.0], "center": [104.5, 30.5, 10],
                "vector_layers": [
                    { "id": "a", "minzoom": 10, "maxzoom": 16, "fields": { "name": "String", "floors": "Number" } },
                    { "id": "b", "minzoom": 12, "maxzoom": 16, "fields": { "name": "String", "floors": "Number" } },
                ],
            })
        );
        assert!(TileJson::default().to_value().get("bounds").is_none());
    }
}
