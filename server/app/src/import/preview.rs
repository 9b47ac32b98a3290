//! Preview 预览: what an import would bring, to be looked at on a map, and its columns, to be put right before it is
//! carried out.

use super::report::Origin;
use geju_core::ground::Envelope;
use geju_core::{Ground, LonLat, Place};
use geju_formats::RawFeature;
use geo_types::{Coord, Geometry, Polygon};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Features shown: more cannot be told apart on a screen.
pub const SHOWN_MAX: usize = 2_000;
/// Corners of all outlines shown: some 4 MB of JSON.
const CORNERS_MAX: usize = 200_000;
/// Values shown of each column.
const SAMPLES: usize = 3;
/// Characters shown of one value.
const SAMPLE_CHARS: usize = 60;
/// Columns shown: a table of OSM tags may have thousands.
const COLUMNS_MAX: usize = 300;

/// What would become of a feature; the order in which people want to see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Bad,
    Changed,
    New,
    Same,
}

/// A GeoJSON feature collection of what comes in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Preview {
    #[serde(rename = "type")]
    kind: String,
    /// Around all that comes in, shown or not.
    bbox: Option<[f64; 4]>,
    features: Vec<Value>,
    /// How many there are, shown or not.
    #[serde(rename = "numberMatched")]
    number_matched: usize,
}

/// A column of the file, what stands in it, and the field it is taken for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub column: String,
    /// Left empty for columns that look like somebody's personal data.
    pub sample: Vec<String>,
    pub field: Option<String>,
}

/// What is gathered while files are read.
#[derive(Debug, Clone, Default)]
pub struct Sketch {
    shown: Vec<Shown>,
    columns: Vec<Column>,
    known: HashMap<String, usize>,
    fields: Vec<&'static str>,
}

#[derive(Debug, Clone)]
struct Shown {
    what: What,
    kind: Option<&'static str>,
    shape: Shape,
    row: u64,
    file: Arc<str>,
}

#[derive(Debug, Clone)]
enum Shape {
    Place(Arc<Place>),
    Matter(Box<str>, Ground),
    /// As the file had it: it did not become an outline.
    Unsound(Geometry<f64>),
}

impl Sketch {
    pub fn place(&mut self, what: What, place: &Arc<Place>, origin: &Origin) {
        self.put(what, Some(place.kind().as_str()), Shape::Place(place.clone()), origin);
    }

    pub fn matter(&mut self, what: What, kind: &'static str, title: &str, ground: &Ground, origin: &Origin) {
        self.put(what, Some(kind), Shape::Matter(title.into(), ground.clone()), origin);
    }

    pub fn unsound(&mut self, kind: Option<&'static str>, geometry: Geometry<f64>, origin: &Origin) {
        self.put(What::Bad, kind, Shape::Unsound(geometry), origin);
    }

    fn put(&mut self, what: What, kind: Option<&'static str>, shape: Shape, origin: &Origin) {
        self.shown.push(Shown {
            what,
            kind,
            shape,
            row: origin.index,
            file: origin.file.clone(),
        });
    }

    /// Notes a column, also one in which nothing stands.
    pub fn column(&mut self, name: &str) -> Option<&mut Column> {
        let at = match self.known.get(name) {
            Some(at) => *at,
            None if self.columns.len() >= COLUMNS_MAX => return None,
            None => {
                self.known.insert(name.to_owned(), self.columns.len());
                self.columns.push(Column {
                    column: name.to_owned(),
                    ..Column::default()
                });
                self.columns.len() - 1
            }
        };
        self.columns.get_mut(at)
    }

    /// Takes samples of a feature's values; `secret` columns give none.
    pub fn sample(&mut self, raw: &RawFeature, secret: impl Fn(&str) -> bool) {
        for (name, value) in &raw.properties {
            let Some(column) = self.column(name) else { continue };
            if column.sample.len() >= SAMPLES || secret(name) {
                continue;
            }
            let text: Option<String> = value.text().map(|t| t.chars().take(SAMPLE_CHARS).collect());
            if let Some(text) = text.filter(|t| !column.sample.contains(t)) {
                column.sample.push(text);
            }
        }
    }

    /// Which fields may be chosen.
    pub fn fields(&mut self, names: impl IntoIterator<Item = &'static str>) {
        for name in names {
            if !self.fields.contains(&name) {
                self.fields.push(name);
            }
        }
    }

    pub fn finish(self) -> (Preview, Vec<Column>, Vec<String>) {
        let sound = self.shown.iter().filter_map(Shown::envelope);
        let bbox = Envelope::union_all(sound).map(|e| e.to_degrees());
        let mut corners = CORNERS_MAX;
        let mut features = Vec::new();
        for one in chosen(&self.shown) {
            // What is too big to be shown leaves room for the others.
            if let Some(left) = corners.checked_sub(one.corners())
                && let Some(feature) = one.feature()
            {
                corners = left;
                features.push(feature);
            }
        }
        let preview = Preview {
            kind: "FeatureCollection".into(),
            bbox,
            features,
            number_matched: self.shown.len(),
        };
        let fields = self.fields.into_iter().map(str::to_owned).collect();
        (preview, self.columns, fields)
    }
}

/// At most [`SHOWN_MAX`]: each sort gets its share, and of a sort every so-manieth is taken, so that the whole extent shows.
fn chosen(shown: &[Shown]) -> Vec<&Shown> {
    let mut sorts: Vec<Vec<&Shown>> = [What::Bad, What::Changed, What::New, What::Same]
        .into_iter()
        .map(|what| shown.iter().filter(|s| s.what == what).collect())
        .collect();
    // The smallest sort first: what it does not need is the others'.
    sorts.sort_by_key(Vec::len);
    let (mut left, mut sorts_left) = (SHOWN_MAX, sorts.len());
    let mut out = Vec::new();
    for sort in sorts {
        let take = sort.len().min(left / sorts_left);
        out.extend((0..take).map(|i| sort[i * sort.len() / take]));
        left -= take;
        sorts_left -= 1;
    }
    out
}

impl Shown {
    fn envelope(&self) -> Option<Envelope> {
        match &self.shape {
            Shape::Place(place) => Some(place.ground.envelope()),
            Shape::Matter(_, ground) => Some(ground.envelope()),
            Shape::Unsound(geometry) => {
                let spots = coordinates(geometry).into_iter().flatten();
                Envelope::of_points(spots.filter_map(|c| LonLat::from_degrees(c.x, c.y).ok()))
            }
        }
    }

    fn corners(&self) -> usize {
        match &self.shape {
            Shape::Place(place) => corners(&place.ground),
            Shape::Matter(_, ground) => corners(ground),
            Shape::Unsound(geometry) => coordinates(geometry).map_or(0, |all| all.len()),
        }
    }

    fn feature(&self) -> Option<Value> {
        let (geometry, name, code) = match &self.shape {
            Shape::Place(place) => (
                of_geometry(&place.ground.to_geo()),
                &*place.name,
                place.code.as_ref().map(ToString::to_string),
            ),
            Shape::Matter(title, ground) => (of_geometry(&ground.to_geo()), &**title, None),
            Shape::Unsound(geometry) => (of_geometry(geometry), "", None),
        };
        Some(json!({
            "type": "Feature",
            "geometry": geometry?,
            "properties": {
                "kind": self.kind, "name": name, "code": code, "what": self.what, "row": self.row, "file": &*self.file,
            },
        }))
    }
}

fn corners(ground: &Ground) -> usize {
    ground.outline().map_or(1, |o| o.vertex_count())
}

fn coordinates(geometry: &Geometry<f64>) -> Option<Vec<Coord<f64>>> {
    let rings = |p: &Polygon<f64>| -> Vec<Coord<f64>> {
        let holes = p.interiors().iter().flat_map(|r| r.0.iter());
        p.exterior().0.iter().chain(holes).copied().collect()
    };
    let all = match geometry {
        Geometry::Point(p) => vec![p.0],
        Geometry::MultiPoint(all) => all.0.iter().map(|p| p.0).collect(),
        Geometry::LineString(line) => line.0.clone(),
        Geometry::MultiLineString(lines) => lines.0.iter().flat_map(|l| l.0.iter().copied()).collect(),
        Geometry::Polygon(p) => rings(p),
        Geometry::MultiPolygon(all) => all.0.iter().flat_map(rings).collect(),
        _ => return None,
    };
    Some(all)
}

/// A GeoJSON geometry; none for what cannot be written as one.
fn of_geometry(geometry: &Geometry<f64>) -> Option<Value> {
    if !coordinates(geometry)?
        .iter()
        .all(|c| c.x.is_finite() && c.y.is_finite())
    {
        return None;
    }
    // 1e-7 degree is a centimetre, and all that is kept.
    let at = |c: &Coord<f64>| json!([(c.x * 1e7).round() / 1e7, (c.y * 1e7).round() / 1e7]);
    let line = |l: &geo_types::LineString<f64>| -> Vec<Value> { l.0.iter().map(at).collect() };
    let rings = |p: &Polygon<f64>| -> Vec<Value> {
        std::iter::once(p.exterior())
            .chain(p.interiors())
            .map(|r| line(r).into())
            .collect()
    };
    let (kind, coordinates): (&str, Value) = match geometry {
        Geometry::Point(p) => ("Point", at(&p.0)),
        Geometry::MultiPoint(all) => ("MultiPoint", all.0.iter().map(|p| at(&p.0)).collect()),
        Geometry::LineString(l) => ("LineString", line(l).into()),
        Geometry::MultiLineString(all) => ("MultiLineString", all.0.iter().map(|l| Value::from(line(l))).collect()),
        Geometry::Polygon(p) => ("Polygon", rings(p).into()),
        Geometry::MultiPolygon(all) => ("MultiPolygon", all.0.iter().map(|p| Value::from(rings(p))).collect()),
        _ => return None,
    };
    Some(json!({"type": kind, "coordinates": coordinates}))
}

/// Which columns were taken for which fields, told to the sketch: what was used, else what the name suggests.
pub fn settle_columns(
    sketch: &mut Sketch,
    used: &BTreeMap<String, String>,
    mut suggested: impl FnMut(&str) -> Option<&'static str>,
) {
    for (field, column) in used {
        if let Some(told) = sketch.column(column) {
            told.field.get_or_insert_with(|| field.clone());
        }
    }
    let taken: Vec<String> = sketch.columns.iter().filter_map(|c| c.field.clone()).collect();
    for column in sketch.columns.iter_mut().filter(|c| c.field.is_none()) {
        column.field = suggested(&column.column)
            .filter(|field| !taken.iter().any(|t| t == field))
            .map(str::to_owned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(what: What, row: u64) -> Shown {
        Shown {
            what,
            kind: Some("issue"),
            shape: Shape::Matter(
                "".into(),
                Ground::Point(LonLat {
                    lon: row as i32,
                    lat: 0,
                }),
            ),
            row,
            file: "a.csv".into(),
        }
    }

    #[test]
    fn a_preview_shows_every_sort_and_the_whole_extent() {
        let mut shown: Vec<Shown> = (0..10_000).map(|row| spot(What::Same, row)).collect();
        shown.extend((0..3).map(|row| spot(What::Bad, row)));
        let chosen = chosen(&shown);
        assert!(
            chosen.len() <= SHOWN_MAX && chosen.len() > SHOWN_MAX - 10,
            "{}",
            chosen.len()
        );
        assert_eq!(chosen.iter().filter(|s| s.what == What::Bad).count(), 3);
        let rows = chosen.iter().filter(|s| s.what == What::Same).map(|s| s.row);
        assert!(rows.max() > Some(9_900), "the far end shows too");
    }

    #[test]
    fn a_few_features_are_all_shown() {
        let shown: Vec<Shown> = (0..5).map(|row| spot(What::New, row)).collect();
        assert_eq!(chosen(&shown).len(), 5);
    }
}
