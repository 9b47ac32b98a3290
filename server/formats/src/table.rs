//! Rows and columns: what CSV and spreadsheets have in common. Which columns give the place is read off their names.

use geo_types::Coord;

use crate::angle;
use crate::feature::{FormatError, RawValue};
use crate::gate::{Draft, Flaw, Shape};
use crate::limits::COLUMNS_MAX;
use crate::source::OpenOptions;
use crate::wkt;

/// Names of a longitude column, best first, as compared after [`plain`].
const LON: [&str; 17] = [
    "lon",
    "lng",
    "longitude",
    "经度",
    "long",
    "wgs84lon",
    "wgs84lng",
    "lonwgs84",
    "gps经度",
    "经度坐标",
    "东经",
    "pointx",
    "x",
    "x坐标",
    "坐标x",
    "coordx",
    "xcoord",
];
const LAT: [&str; 17] = [
    "lat",
    "latitude",
    "纬度",
    "wgs84lat",
    "latwgs84",
    "gps纬度",
    "纬度坐标",
    "北纬",
    "pointy",
    "y",
    "y坐标",
    "坐标y",
    "coordy",
    "ycoord",
    "lati",
    "latitud",
    "维度",
];
/// Names of a column with well-known text.
const WKT: [&str; 7] = ["wkt", "wktgeom", "thegeom", "geometry", "geom", "几何", "geowkt"];

/// The columns of a table and which of them give the place.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub names: Vec<String>,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    LonLat(usize, usize),
    Wkt(usize),
    Nowhere,
}

impl Columns {
    pub(crate) fn detect(header: Vec<String>, options: &OpenOptions) -> Result<Self, FormatError> {
        if header.len() > COLUMNS_MAX {
            return Err(FormatError::TooBig(format!(
                "the table has {} columns; at most {COLUMNS_MAX} are taken",
                header.len()
            )));
        }
        let names = unique(header);
        let plain_names: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let chosen = |name: &Option<String>| -> Result<Option<usize>, FormatError> {
            let Some(name) = name else { return Ok(None) };
            let found = names
                .iter()
                .position(|known| known == name)
                .or_else(|| plain_names.iter().position(|known| *known == plain(name)));
            found.map(Some).ok_or_else(|| {
                FormatError::NoSuchLayer(format!(
                    "there is no column {name:?}; the columns are: {}",
                    names.join(", ")
                ))
            })
        };
        let lon = chosen(&options.lon_column)?.or_else(|| find(&plain_names, &LON, &["经度", "longitude"]));
        let lat = chosen(&options.lat_column)?.or_else(|| find(&plain_names, &LAT, &["纬度", "latitude"]));
        let place = match (lon, lat) {
            (Some(lon), Some(lat)) if lon != lat => Place::LonLat(lon, lat),
            _ => find(&plain_names, &WKT, &[]).map_or(Place::Nowhere, Place::Wkt),
        };
        Ok(Columns { names, place })
    }

    pub(crate) fn place_columns(&self) -> Vec<String> {
        match self.place {
            Place::LonLat(lon, lat) => vec![self.names[lon].clone(), self.names[lat].clone()],
            Place::Wkt(column) => vec![self.names[column].clone()],
            Place::Nowhere => Vec::new(),
        }
    }

    /// Fills a draft from one row; an error when its place cannot be read.
    pub(crate) fn fill(&self, draft: &mut Draft, values: Vec<RawValue>) -> Result<(), Flaw> {
        let place = self.place_of(&values);
        draft.properties = values
            .into_iter()
            .enumerate()
            .map(|(at, value)| {
                (
                    self.names
                        .get(at)
                        .cloned()
                        .unwrap_or_else(|| format!("column_{}", at + 1)),
                    value,
                )
            })
            .collect();
        draft.shape = place?;
        if draft.shape.is_none() && !matches!(self.place, Place::Nowhere) {
            draft.note(
                "no_coordinates",
                format!("The row leaves {} empty.", self.place_columns().join(" and ")),
            );
        }
        Ok(())
    }

    fn place_of(&self, values: &[RawValue]) -> Result<Option<Shape>, Flaw> {
        match self.place {
            Place::Nowhere => Ok(None),
            Place::Wkt(column) => match values.get(column).and_then(RawValue::text) {
                Some(text) => wkt::read(&text),
                None => Ok(None),
            },
            Place::LonLat(lon, lat) => {
                let (x, y) = (self.ordinate(values, lon)?, self.ordinate(values, lat)?);
                match (x, y) {
                    (Some(x), Some(y)) => Ok(Some(Shape::Point(Coord { x, y }))),
                    (None, None) => Ok(None),
                    (x, _) => {
                        let missing = &self.names[if x.is_none() { lon } else { lat }];
                        Err(
                            Flaw::new("bad_coordinates", format!("{missing} is empty, its partner is not."))
                                .mend("Fill in both or neither."),
                        )
                    }
                }
            }
        }
    }

    fn ordinate(&self, values: &[RawValue], column: usize) -> Result<Option<f64>, Flaw> {
        let text = match values.get(column) {
            None | Some(RawValue::Null) => return Ok(None),
            Some(RawValue::Float(value)) => return Ok(Some(*value)),
            Some(RawValue::Int(value)) => return Ok(Some(*value as f64)),
            Some(value) => value.text().unwrap_or_default(),
        };
        let plain = angle::plain(&text);
        if matches!(
            plain.as_str(),
            "" | "null" | "none" | "nan" | "n/a" | "na" | "-" | "--" | "/" | "无" | "\\n"
        ) {
            return Ok(None);
        }
        angle::read(&plain).map(Some).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            Flaw::new(
                "bad_coordinates",
                format!("{} holds {shown:?}, which is no number.", self.names[column]),
            )
            .mend("Write decimal degrees, for example 118.7812, or 118°46′52.3″.")
        })
    }
}

/// Lower case without blanks, underscores and other joints.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn find(names: &[String], known: &[&str], parts: &[&str]) -> Option<usize> {
    known
        .iter()
        .find_map(|wanted| names.iter().position(|name| name == wanted))
        .or_else(|| {
            parts
                .iter()
                .find_map(|part| names.iter().position(|name| name.contains(part)))
        })
}

/// Nameless columns get a number, repeated names a suffix: later columns must not hide earlier ones.
fn unique(header: Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (at, raw) in header.into_iter().enumerate() {
        let trimmed = raw.trim().trim_start_matches('\u{feff}');
        let base = if trimmed.is_empty() {
            format!("column_{}", at + 1)
        } else {
            trimmed.to_owned()
        };
        let mut name = base.clone();
        let mut turn = 2;
        while names.contains(&name) {
            name = format!("{base}_{turn}");
            turn += 1;
        }
        names.push(name);
    }
    names
}
