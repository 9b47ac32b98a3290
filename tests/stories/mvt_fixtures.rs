//! The tile fixtures that every reader of vector tiles is measured by: what ours reads of them, it reads right.

use fast_mvt::{MvtReaderRef, MvtValueRef};
use geju_tests::shared_data;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::Path;

const FIXTURES: &str = "corpus-mvt-fixtures/fixtures";
/// How many SOURCE.txt counts of each.
const VALID: usize = 46;
const INVALID: usize = 28;
/// Geometry types of the specification.
const LINE: i32 = 2;
const KNOWN_TYPES: [i32; 3] = [1, LINE, 3];
/// Wrong in a way that a reader of the schema cannot see: a type that is missing or unknown is the type "unknown" (003, 006), what
/// the schema does not name is passed over (026), a field that came twice is joined (030), and two equal points in a line are
/// wrong by another standard (046). They are read without harm.
const UNSEEN: [&str; 5] = ["003", "006", "026", "030", "046"];
/// Called valid because the message is: its geometry announces half a thousand million points and brings one. A reader that made
/// room for them would be the one at fault; ours refuses the geometry.
const BOASTS: &str = "057";

#[derive(Debug, Clone, PartialEq)]
struct Layer {
    name: String,
    version: u32,
    extent: u32,
    features: Vec<Feature>,
}

#[derive(Debug, Clone, PartialEq)]
struct Feature {
    id: Option<u64>,
    /// 0: unknown, also where nothing is said.
    kind: i32,
    /// As they are told in the fixture: `{"string_value": …}`.
    tags: Vec<(String, Value)>,
    /// Commands as they were sent.
    commands: Vec<u32>,
    /// What the reader makes of them, where it knows the type.
    geometry: Option<Result<String, String>>,
}

/// Everything of a tile, or what is wrong with it.
fn read(bytes: &[u8]) -> Result<Vec<Layer>, String> {
    let reader = MvtReaderRef::new(bytes).map_err(|why| why.to_string())?;
    let mut names = HashSet::new();
    let mut layers = Vec::new();
    for layer in reader.layers() {
        if !names.insert(layer.name()) {
            return Err(format!("layer {} comes twice", layer.name()));
        }
        if layer.version() > 2 {
            return Err(format!("version {}", layer.version()));
        }
        let mut features = Vec::new();
        for feature in layer.features() {
            let mut tags = Vec::new();
            for property in feature.properties() {
                let (key, value) = property.map_err(|why| why.to_string())?;
                tags.push((key.to_owned(), value_of(value)?));
            }
            let kind = feature.geom_type_value().unwrap_or(0);
            if feature.geometry_commands().is_empty() {
                return Err("a feature without geometry".into());
            }
            let geometry = if KNOWN_TYPES.contains(&kind) {
                let read = feature.geometry().map_err(|why| why.to_string());
                Some(read.map(|geometry| format!("{geometry:?}")))
            } else {
                None
            };
            features.push(Feature {
                id: feature.id(),
                kind,
                tags,
                commands: feature.geometry_commands().to_vec(),
                geometry,
            });
        }
        layers.push(Layer {
            name: layer.name().to_owned(),
            version: layer.version(),
            extent: layer.extent(),
            features,
        });
    }
    Ok(layers)
}

/// Is every geometry one?
fn geometries_are_sound(layers: &[Layer]) -> bool {
    let mut all = layers.iter().flat_map(|l| &l.features);
    all.all(|f| f.geometry.as_ref().is_none_or(Result::is_ok))
}

fn value_of(value: MvtValueRef<'_>) -> Result<Value, String> {
    Ok(match value {
        MvtValueRef::String(text) => json!({"string_value": text}),
        MvtValueRef::Float(number) => json!({"float_value": number}),
        MvtValueRef::Double(number) => json!({"double_value": number}),
        MvtValueRef::Int(number) => json!({"int_value": number}),
        MvtValueRef::UInt(number) => json!({"uint_value": number}),
        MvtValueRef::SInt(number) => json!({"sint_value": number}),
        MvtValueRef::Bool(truth) => json!({"bool_value": truth}),
        MvtValueRef::Null => return Err("a value of no known type".into()),
    })
}

/// The plainest writer there is: protobuf by hand.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut number: u64) {
        while number > 0x7f {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn number(&mut self, field: u64, number: u64) {
        self.varint(field << 3);
        self.varint(number);
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn packed(&mut self, field: u64, numbers: &[u32]) {
        let mut inner = Message::default();
        numbers.iter().for_each(|n| inner.varint(u64::from(*n)));
        self.bytes(field, &inner.0);
    }

    fn value(&mut self, field: u64, value: &Value) {
        let (kind, told) = value.as_object().and_then(|v| v.iter().next()).expect("one value");
        let mut inner = Message::default();
        let whole = || told.as_i64().expect("a whole number");
        match kind.as_str() {
            "string_value" => inner.bytes(1, told.as_str().expect("text").as_bytes()),
            "float_value" => {
                inner.varint(2 << 3 | 5);
                let number = told.as_f64().expect("a number") as f32;
                inner.0.extend_from_slice(&number.to_le_bytes());
            }
            "double_value" => {
                inner.varint(3 << 3 | 1);
                inner
                    .0
                    .extend_from_slice(&told.as_f64().expect("a number").to_le_bytes());
            }
            "int_value" => inner.number(4, whole() as u64),
            "uint_value" => inner.number(5, told.as_u64().expect("a whole number")),
            "sint_value" => inner.number(6, (whole() << 1 ^ whole() >> 63) as u64),
            "bool_value" => inner.number(7, u64::from(told.as_bool().expect("a truth"))),
            other => panic!("{other}"),
        }
        self.bytes(field, &inner.0);
    }
}

fn write(layers: &[Layer]) -> Vec<u8> {
    let mut tile = Message::default();
    for layer in layers {
        let (mut keys, mut values): (Vec<&str>, Vec<&Value>) = (Vec::new(), Vec::new());
        let mut body = Message::default();
        body.number(15, u64::from(layer.version));
        body.bytes(1, layer.name.as_bytes());
        for feature in &layer.features {
            let mut tags = Vec::new();
            for (key, value) in &feature.tags {
                tags.push(place_of(&mut keys, key.as_str()));
                tags.push(place_of(&mut values, value));
            }
            let mut inner = Message::default();
            if let Some(id) = feature.id {
                inner.number(1, id);
            }
            inner.packed(2, &tags);
            inner.number(3, feature.kind as u64);
            inner.packed(4, &feature.commands);
            body.bytes(2, &inner.0);
        }
        keys.iter().for_each(|key| body.bytes(3, key.as_bytes()));
        values.iter().for_each(|value| body.value(4, value));
        body.number(5, u64::from(layer.extent));
        tile.bytes(3, &body.0);
    }
    tile.0
}

fn place_of<T: PartialEq>(all: &mut Vec<T>, one: T) -> u32 {
    let found = all.iter().position(|known| *known == one).unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    });
    found as u32
}

/// What the fixture says of itself, beside the tile.
fn told_by(fixture: &Path) -> Vec<Layer> {
    let text = std::fs::read_to_string(fixture.join("tile.json")).expect("every fixture is told as JSON");
    let told: Value = serde_json::from_str(&text).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let numbers = |value: &Value| -> Vec<u32> {
        list(value)
            .iter()
            .filter_map(|n| n.as_u64().and_then(|n| u32::try_from(n).ok()))
            .collect()
    };
    list(&told["layers"])
        .iter()
        .map(|layer| {
            let (keys, values) = (list(&layer["keys"]), list(&layer["values"]));
            let feature = |feature: &Value| {
                let tags = numbers(&feature["tags"]);
                let tag = |pair: &[u32]| {
                    let key = keys[pair[0] as usize].as_str().unwrap_or_default().to_owned();
                    (key, values[pair[1] as usize].clone())
                };
                Feature {
                    id: feature["id"].as_u64(),
                    kind: feature["type"].as_i64().unwrap_or(0) as i32,
                    tags: tags.chunks(2).map(tag).collect(),
                    commands: numbers(&feature["geometry"]),
                    geometry: None,
                }
            };
            Layer {
                name: layer["name"].as_str().unwrap_or_default().to_owned(),
                version: layer["version"].as_u64().unwrap_or(1) as u32,
                extent: layer["extent"].as_u64().unwrap_or(4096) as u32,
                features: list(&layer["features"]).iter().map(feature).collect(),
            }
        })
        .collect()
}

/// Without what only a reader knows; single precision as it is written in decimals.
fn plain(layers: &[Layer]) -> Vec<Layer> {
    let mut layers = layers.to_vec();
    for feature in layers.iter_mut().flat_map(|l| &mut l.features) {
        feature.geometry = None;
        for (_, value) in &mut feature.tags {
            // One fixture tells a text of digits as a number.
            if let Some(digits) = value["string_value"].as_i64() {
                *value = json!({"string_value": digits.to_string()});
            }
            if let Some(number) = value["float_value"].as_f64() {
                *value = json!({"float_value": (number * 1e5).round() / 1e5});
            }
        }
    }
    layers
}

/// Number, validity in version 2, folder.
fn fixtures(story: &str) -> Option<Vec<(String, bool, std::path::PathBuf)>> {
    let root = shared_data(story, FIXTURES)?;
    let mut all: Vec<_> = std::fs::read_dir(root)
        .expect("the fixtures")
        .flatten()
        .map(|entry| {
            let info = std::fs::read_to_string(entry.path().join("info.json")).expect("every fixture has its info");
            let info: Value = serde_json::from_str(&info).expect("JSON");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, info["validity"]["v2"] == true, entry.path())
        })
        .collect();
    all.sort();
    Some(all)
}

fn tile(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("tile.mvt")).expect("every fixture has its tile")
}

#[test]
fn every_valid_fixture_reads_as_it_is_told_and_the_same_once_written_again() {
    let Some(all) = fixtures("every_valid_fixture_reads_as_it_is_told_and_the_same_once_written_again") else {
        return;
    };
    let mut read_well = 0;
    for (name, _, folder) in all.iter().filter(|(_, valid, _)| *valid) {
        let layers = read(&tile(folder)).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(geometries_are_sound(&layers), name != BOASTS, "{name}");
        assert_eq!(plain(&layers), plain(&told_by(folder)), "{name}: as it is told");
        let again = read(&write(&layers)).unwrap_or_else(|why| panic!("{name} written again: {why}"));
        assert_eq!(again, layers, "{name}: written again");
        read_well += 1;
    }
    assert_eq!(read_well, VALID);
}

#[test]
fn no_invalid_fixture_does_any_harm_and_what_can_be_seen_is_refused() {
    let Some(all) = fixtures("no_invalid_fixture_does_any_harm_and_what_can_be_seen_is_refused") else {
        return;
    };
    let invalid: Vec<_> = all.iter().filter(|(_, valid, _)| !valid).collect();
    assert_eq!(invalid.len(), INVALID);
    let let_through: Vec<&str> = invalid
        .iter()
        .filter(|(_, _, folder)| read(&tile(folder)).is_ok_and(|layers| geometries_are_sound(&layers)))
        .map(|(name, ..)| name.as_str())
        .collect();
    assert_eq!(let_through, UNSEEN);
}

#[test]
fn real_tiles_of_others_come_back_the_same_too() {
    let Some(root) = shared_data(
        "real_tiles_of_others_come_back_the_same_too",
        "corpus-mvt-fixtures/real-world",
    ) else {
        return;
    };
    let mut folders = vec![root];
    let mut tiles = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|e| e == "mvt") {
                let bytes = std::fs::read(entry.path()).expect("a tile");
                let at = entry.path().display().to_string();
                let layers = read(&bytes).unwrap_or_else(|why| panic!("{at}: {why}"));
                assert!(geometries_are_sound(&layers), "{at}");
                assert_eq!(read(&write(&layers)).as_ref(), Ok(&layers), "{at}");
                tiles += 1;
            }
        }
    }
    assert!(tiles >= 100, "{tiles} real tiles");
}
