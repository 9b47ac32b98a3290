//! A place as it travels: a GeoJSON Feature. Figures about people stay behind where the asker has no right to them.

use super::asked::Tongue;
use super::geojson;
use super::problem::Problem;
use crate::auth::Asker;
use geju_core::ground::Repair;
use geju_core::people::{Action, Reach};
use geju_core::place::SourceRef;
use geju_core::scheme::Fresh;
use geju_core::{Archive, Code, Epoch, Finding, Ground, Place, PlaceId, PlaceKind, Placed, Version, World};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// How much of the shape an answer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    None,
    Point,
    Full,
}

/// What is known of a place beside its own values, taken under the lock.
pub struct Shown {
    pub placed: Placed,
    /// Level, id and name of everything it lies in.
    above: Vec<(PlaceKind, PlaceId, Box<str>)>,
    /// May the asker see figures about people?
    figures: bool,
    /// How fresh its archive is on the day that is shown; `None` where its kind is not checked.
    freshness: Option<Fresh>,
    /// The freshness is another than on the day of the version: an archive ages without a new one.
    aged: bool,
}

/// Hexadecimal digits that tell a place's surroundings apart: a browser compares a handful, never millions.
const SURROUNDINGS_DIGITS: usize = 8;

impl Shown {
    pub fn of(world: &World, placed: &Placed, asker: &Asker) -> Self {
        Self::on(world.scheme().day_of(Timestamp::now()), world, placed, asker)
    }

    /// As it is shown on this day, which a past map is asked for.
    pub fn on(today: Date, world: &World, placed: &Placed, asker: &Asker) -> Self {
        let ancestors = world.ancestors(&placed.parents);
        let figures = sees_figures(world, placed, asker, &ancestors);
        let above = ancestors
            .into_iter()
            .filter_map(|id| world.place(id))
            .map(|p| (p.place.kind(), p.place.id, p.place.name.clone()))
            .collect();
        let scheme = world.scheme();
        let fresh_on = |day| scheme.freshness.on(day, placed.place.checked_on);
        let is_checked = placed.place.kind().is_checked();
        let freshness = is_checked.then(|| fresh_on(today));
        Self {
            placed: placed.clone(),
            above,
            figures,
            aged: is_checked && freshness != Some(fresh_on(scheme.day_of(placed.at))),
            freshness,
        }
    }

    /// What tells this answer from another about the same place: its epoch and version, and where the answer says more than
    /// the version fixes (what it lies in, what is withheld, how fresh it is by now), a mark of that too.
    pub fn etag(&self, epoch: Epoch) -> String {
        let version = self.placed.place.version;
        let withheld = !self.figures && !people_fields(self.placed.place.kind()).is_empty();
        if self.above.is_empty() && !withheld && !self.aged {
            return format!("\"{}.{version}\"", epoch.0);
        }
        let surroundings = json!([self.above, withheld, self.freshness]).to_string();
        let mark: String = Sha256::digest(surroundings.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("\"{}.{version}.{}\"", epoch.0, &mark[..SURROUNDINGS_DIGITS])
    }

    pub fn vertices(&self) -> usize {
        self.placed.place.ground.outline().map_or(1, |o| o.vertex_count())
    }

    pub fn properties(&self) -> Value {
        let place = &self.placed.place;
        let mut archive = place.archive.to_json().unwrap_or_else(|_| json!({}));
        let withheld = if self.figures {
            &[][..]
        } else {
            people_fields(place.kind())
        };
        if let Value::Object(fields) = &mut archive {
            fields.retain(|name, _| !withheld.contains(&name.as_str()));
        }
        let parents: Map<String, Value> = self
            .above
            .iter()
            .map(|(kind, id, _)| (kind.as_str().to_owned(), json!(id)))
            .collect();
        let names: Map<String, Value> = self
            .above
            .iter()
            .map(|(kind, _, name)| (kind.as_str().to_owned(), json!(name)))
            .collect();
        let area = place.ground.outline().map(|o| (o.area().0 * 10.0).round() / 10.0);
        let mut properties = json!({
            "kind": place.kind(), "name": place.name, "code": place.code, "address": place.address, "tags": place.tags,
            "version": place.version, "effective_from": place.effective_from, "effective_to": place.effective_to,
            "source": place.source, "checked_on": place.checked_on, "freshness": self.freshness, "parents": parents, "parent_names": names, "area_m2": area, "archive": archive,
            "changed_at": self.placed.at, "changed_seq": self.placed.since,
        });
        if !withheld.is_empty() {
            properties["withheld"] = json!(withheld);
        }
        properties
    }

    /// The Feature as JSON text.
    pub fn feature(&self, shape: Shape, tongue: &Tongue, more: impl FnOnce(&mut Value)) -> String {
        let place = &self.placed.place;
        let mut properties = self.properties();
        more(&mut properties);
        let mut out = format!(r#"{{"type":"Feature","id":{},"geometry":"#, place.id);
        match shape {
            Shape::None => out.push_str("null"),
            Shape::Point => geojson::write_ground(&mut out, &Ground::Point(self.placed.inner), tongue),
            Shape::Full => geojson::write_ground(&mut out, &place.ground, tongue),
        }
        let [west, south, east, north] = tongue.bbox(place.ground.envelope());
        out.push_str(&format!(
            r#","bbox":[{west},{south},{east},{north}],"properties":{properties}}}"#
        ));
        out
    }
}

/// May this asker see figures about the people of this place?
pub fn sees_figures(world: &World, placed: &Placed, asker: &Asker, ancestors: &[PlaceId]) -> bool {
    match asker.reach(Action::FiguresRead) {
        Reach::All => true,
        Reach::None => false,
        Reach::Own => {
            asker.places.contains(&placed.place.id)
                || asker.reaches_any(Action::FiguresRead, ancestors)
                || asker.reaches_place(world, Action::FiguresRead, placed.place.id)
                || (placed.place.kind() == PlaceKind::Compound
                    && world.ground_lies_within(&asker.warrant(), &placed.place.ground))
        }
    }
}

pub fn etag(epoch: Epoch, version: Version) -> String {
    format!("\"{}.{version}\"", epoch.0)
}

/// Archive fields that are figures about people.
pub fn people_fields(kind: PlaceKind) -> &'static [&'static str] {
    match kind {
        PlaceKind::Compound => &["households", "residents", "people_base"],
        PlaceKind::Building => &["households", "residents", "over_60", "over_60_alone", "children"],
        PlaceKind::MicroGrid => &["households"],
        PlaceKind::District | PlaceKind::Street | PlaceKind::Community | PlaceKind::Grid | PlaceKind::ResourceSite => {
            &[]
        }
    }
}

/// Properties that are told and never taken.
const TOLD_ONLY: [&str; 11] = [
    "checked_on",
    "freshness",
    "version",
    "effective_to",
    "parents",
    "parent_names",
    "area_m2",
    "changed_at",
    "changed_seq",
    "withheld",
    "distance_m",
];
/// Properties that are taken.
const TAKEN: [&str; 8] = [
    "kind",
    "name",
    "code",
    "address",
    "tags",
    "effective_from",
    "source",
    "archive",
];

/// Reads a Feature as a place with this id. `from` is its first day where none is said.
pub fn read(feature: &Value, id: PlaceId, from: Date, tongue: &Tongue) -> Result<(Place, Vec<Repair>), Problem> {
    let fields = feature
        .as_object()
        .ok_or_else(|| Problem::field("", "feature_needed", "a GeoJSON Feature is needed"))?;
    if fields.get("type").and_then(Value::as_str) != Some("Feature") {
        return Err(Problem::field("type", "feature_needed", "a GeoJSON Feature is needed"));
    }
    let none = Map::new();
    let properties = match fields.get("properties") {
        Some(Value::Object(properties)) => properties,
        None | Some(Value::Null) => &none,
        Some(_) => return Err(Problem::field("properties", "wrong_type", "properties are an object")),
    };
    if let Some(unknown) = properties
        .keys()
        .find(|k| !TAKEN.contains(&k.as_str()) && !TOLD_ONLY.contains(&k.as_str()))
    {
        let unknown: String = unknown.chars().take(60).collect();
        return Err(Problem::field(
            "properties",
            "unknown_field",
            format!("{unknown:?} is not a property of a place"),
        ));
    }
    let kind = need_text(properties, "kind")?;
    let kind = PlaceKind::parse(kind).ok_or_else(|| {
        Problem::field(
            "kind",
            "unknown_kind",
            format!("known kinds: {}", PlaceKind::ALL.map(PlaceKind::as_str).join(", ")),
        )
    })?;
    let name = need_text(properties, "name")?.trim();
    if name.is_empty() {
        return Err(Problem::refused(&[
            Finding::block("name_missing", "a name is needed").path("name")
        ]));
    }
    let geometry = fields.get("geometry").filter(|g| !g.is_null());
    let geometry =
        geometry.ok_or_else(|| Problem::field("geometry", "geometry_missing", "a place needs a geometry"))?;
    let (ground, repairs) = geojson::ground(geometry, tongue)?;
    let code = match text(properties, "code")?.map(str::trim).filter(|c| !c.is_empty()) {
        None => None,
        Some(code) => Some(Code::new(code).map_err(|why| Problem::field("code", "bad_code", why.to_string()))?),
    };
    let effective_from = match text(properties, "effective_from")? {
        None => from,
        Some(day) => day
            .parse()
            .map_err(|_| Problem::field("effective_from", "bad_date", "a date is written YYYY-MM-DD"))?,
    };
    let archive = match properties.get("archive") {
        None | Some(Value::Null) => Archive::empty(kind),
        Some(fields) => Archive::from_json(kind, fields.clone())
            .map_err(|why| Problem::field("archive", "bad_archive", why.to_string()))?,
    };
    let place = Place {
        id,
        version: 1,
        name: name.into(),
        code,
        address: text(properties, "address")?
            .map(str::trim)
            .filter(|a| !a.is_empty())
            .map(Into::into),
        tags: tags(properties)?,
        ground,
        effective_from,
        effective_to: None,
        source: source(properties)?,
        checked_on: None,
        archive,
    };
    Ok((place, repairs))
}

pub fn text<'a>(properties: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Problem> {
    match properties.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::field(name, "wrong_type", format!("{name} is a text"))),
    }
}

pub fn need_text<'a>(properties: &'a Map<String, Value>, name: &str) -> Result<&'a str, Problem> {
    text(properties, name)?.ok_or_else(|| Problem::field(name, "missing", format!("{name} is needed")))
}

fn tags(properties: &Map<String, Value>) -> Result<Box<[Box<str>]>, Problem> {
    let wrong = || Problem::field("tags", "wrong_type", "tags are a list of texts");
    match properties.get("tags") {
        None | Some(Value::Null) => Ok(Box::default()),
        Some(Value::Array(tags)) => tags
            .iter()
            .map(|t| t.as_str().map(Into::into).ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

pub fn source(properties: &Map<String, Value>) -> Result<Option<SourceRef>, Problem> {
    match properties.get("source") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(source)) => {
            let part = |name| text(source, name).map(|t| t.unwrap_or("").into());
            Ok(Some(SourceRef {
                name: part("name")?,
                id: part("id")?,
            }))
        }
        Some(_) => Err(Problem::field(
            "source",
            "wrong_type",
            "a source is an object with name and id",
        )),
    }
}
