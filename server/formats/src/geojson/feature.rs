//! One GeoJSON feature or bare geometry, from its text to a draft, with a path to whatever is wrong.

use geo_types::Coord;

use super::json::Json;
use crate::feature::RawValue;
use crate::gate::{Draft, Flaw, Shape};

const TYPES: [&str; 7] = [
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
];

/// Fills `draft` from a feature; its id is there even when something after it is wrong.
pub(super) fn fill(value: &Json, draft: &mut Draft) -> Result<(), Flaw> {
    if !matches!(value, Json::Object(_)) {
        return Err(Flaw::new(
            "not_a_feature",
            format!("A feature is expected, found {}.", value.kind()),
        ));
    }
    let name = match value.member("type") {
        Some(Json::Text(name)) => name.as_str(),
        Some(other) => {
            return Err(Flaw::new(
                "wrong_type",
                format!("\"type\" is {}, not text.", other.kind()),
            ));
        }
        None => {
            return Err(
                Flaw::new("wrong_type", "The member \"type\" is missing.").mend("A feature has \"type\": \"Feature\".")
            );
        }
    };
    if TYPES.contains(&name) {
        draft.shape = Some(geometry(value, "", 0)?);
        return Ok(());
    }
    if name != "Feature" {
        let mend = match name {
            "FeatureCollection" => "A collection inside a collection must be taken apart.".to_owned(),
            _ => format!(
                "Write \"Feature\" or one of {}, in exactly these letters.",
                TYPES.join(", ")
            ),
        };
        let shown: String = name.chars().take(40).collect();
        return Err(Flaw::new("wrong_type", format!("The type is {shown:?}.")).mend(mend));
    }
    draft.source_id = match value.member("id") {
        None | Some(Json::Null) => None,
        Some(Json::Text(id)) => Some(id.clone()),
        Some(Json::Int(id)) => Some(id.to_string()),
        Some(Json::Big(id)) => Some(id.to_string()),
        Some(Json::Float(id)) => Some(id.to_string()),
        Some(other) => {
            return Err(Flaw::new(
                "bad_id",
                format!("\"id\" is {}, not text or a number.", other.kind()),
            ));
        }
    };
    draft.properties = match value.member("properties") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Object(members)) => members.iter().map(|(key, value)| (key.clone(), raw(value))).collect(),
        Some(other) => {
            return Err(Flaw::new(
                "bad_properties",
                format!("\"properties\" is {}, not an object.", other.kind()),
            ));
        }
    };
    match value.member("geometry") {
        Some(Json::Null) => draft.note("null_geometry", "The feature has no geometry."),
        Some(shape @ Json::Object(_)) => draft.shape = Some(geometry(shape, "geometry", 0)?),
        Some(other) => return Err(bad("geometry", format!("it is {}, not an object", other.kind()))),
        None => {
            return Err(
                bad("geometry", "the member is missing".into()).mend("A feature without place has \"geometry\": null.")
            );
        }
    }
    Ok(())
}

fn raw(value: &Json) -> RawValue {
    match value {
        Json::Null => RawValue::Null,
        Json::Bool(value) => RawValue::Bool(*value),
        Json::Int(value) => RawValue::Int(*value),
        Json::Float(value) => RawValue::Float(*value),
        Json::Text(text) => RawValue::Text(text.clone()),
        nested => {
            let mut text = String::new();
            nested.write(&mut text);
            RawValue::Text(text)
        }
    }
}

fn bad(path: &str, what: String) -> Flaw {
    Flaw::new(
        "bad_geometry",
        format!("At {}: {what}.", if path.is_empty() { "the geometry" } else { path }),
    )
}

/// Collections inside collections: the depth of the text is bounded already, this bounds our own calls.
const COLLECTION_DEPTH_MAX: usize = 16;

fn geometry(value: &Json, path: &str, depth: usize) -> Result<Shape, Flaw> {
    if depth > COLLECTION_DEPTH_MAX {
        return Err(Flaw::new(
            "too_deep",
            format!("Geometry collections nest more than {COLLECTION_DEPTH_MAX} deep."),
        ));
    }
    let name = match value.member("type") {
        Some(Json::Text(name)) => name.as_str(),
        Some(other) => return Err(bad(path, format!("\"type\" is {}", other.kind()))),
        None => return Err(bad(path, "\"type\" is missing".into())),
    };
    let join = |member: &str| {
        if path.is_empty() {
            member.to_owned()
        } else {
            format!("{path}.{member}")
        }
    };
    if name == "GeometryCollection" {
        let path = join("geometries");
        let members = match value.member("geometries") {
            Some(Json::List(members)) => members,
            Some(other) => return Err(bad(&path, format!("it is {}, not a list", other.kind()))),
            None => return Err(bad(&path, "the member is missing".into())),
        };
        let members = members.iter().enumerate().map(|(at, member)| match member {
            Json::Object(_) => geometry(member, &format!("{path}[{at}]"), depth + 1),
            other => Err(bad(
                &format!("{path}[{at}]"),
                format!("it is {}, not a geometry", other.kind()),
            )),
        });
        return Ok(Shape::Collection(members.collect::<Result<_, _>>()?));
    }
    let path = join("coordinates");
    let coordinates = value
        .member("coordinates")
        .ok_or_else(|| bad(&path, "the member is missing".into()))?;
    Ok(match name {
        "Point" => match coordinates {
            Json::List(numbers) if numbers.is_empty() => Shape::MultiPoint(Vec::new()),
            _ => Shape::Point(position(coordinates, &path)?),
        },
        "MultiPoint" => Shape::MultiPoint(list(coordinates, &path, position)?),
        "LineString" => Shape::Line(list(coordinates, &path, position)?),
        "MultiLineString" => Shape::MultiLine(list(coordinates, &path, line)?),
        "Polygon" => Shape::Polygon(list(coordinates, &path, line)?),
        "MultiPolygon" => Shape::MultiPolygon(list(coordinates, &path, |item, path| list(item, path, line))?),
        other => {
            let shown: String = other.chars().take(40).collect();
            return Err(bad(&path, format!("the type is {shown:?}"))
                .mend(format!("Write one of {}, in exactly these letters.", TYPES.join(", "))));
        }
    })
}

fn line(value: &Json, path: &str) -> Result<Vec<Coord<f64>>, Flaw> {
    list(value, path, position)
}

fn list<T>(value: &Json, path: &str, item: impl Fn(&Json, &str) -> Result<T, Flaw>) -> Result<Vec<T>, Flaw> {
    match value {
        Json::List(items) => {
            let mut done = Vec::with_capacity(items.len());
            for (at, value) in items.iter().enumerate() {
                // The path is put together only when something is wrong: features have many vertices.
                match item(value, "") {
                    Ok(item) => done.push(item),
                    Err(_) => done.push(item(value, &format!("{path}[{at}]"))?),
                }
            }
            Ok(done)
        }
        other => Err(bad(path, format!("a list is expected, found {}", other.kind()))
            .mend("Brackets may be missing: check the nesting of the coordinates.")),
    }
}

fn position(value: &Json, path: &str) -> Result<Coord<f64>, Flaw> {
    let Json::List(numbers) = value else {
        return Err(bad(
            path,
            format!("a position [lon, lat] is expected, found {}", value.kind()),
        )
        .mend("Brackets may be missing: check the nesting of the coordinates."));
    };
    let ordinate = |at: usize| match numbers.get(at) {
        Some(value) => value.number().ok_or_else(|| {
            let flaw = bad(
                path,
                format!("a number is expected in a position, found {}", value.kind()),
            );
            if matches!(value, Json::List(_)) {
                flaw.mend("There may be too many brackets: check the nesting of the coordinates.")
            } else {
                flaw
            }
        }),
        None => Err(bad(
            path,
            format!("a position has {} number(s); lon and lat are needed", numbers.len()),
        )),
    };
    Ok(Coord {
        x: ordinate(0)?,
        y: ordinate(1)?,
    })
}
