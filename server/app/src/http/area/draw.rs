//! A question's ground: places, drawn shapes, circles, and what is made of them.

use super::super::asked::Tongue;
use super::super::geojson;
use super::super::places::no_such_place;
use super::super::problem::{self, Problem};
use crate::limits;
use crate::map::Map;
use geju_core::area::{MAX_COMBINED, MAX_RADIUS_METERS};
use geju_core::{Area, Ground, Meters, Outline, PlaceId};
use serde_json::Value;

/// An area with what it needs to be answered for this asker.
pub struct Drawn {
    pub area: Area,
    /// Places whose union it is; `None` as soon as anything is drawn freely.
    pub whole_places: Option<Vec<PlaceId>>,
    pub vertices: usize,
}

/// What one question may still bring.
pub struct Budget {
    pub shapes: usize,
    pub vertices: usize,
}

impl Budget {
    fn spend(&mut self, vertices: usize) -> Result<(), Problem> {
        let too_big = |what: String| Problem::new(problem::QUESTION_TOO_BIG, what);
        self.shapes = self
            .shapes
            .checked_sub(1)
            .ok_or_else(|| too_big(format!("at most {MAX_COMBINED} shapes make one question")))?;
        self.vertices = self.vertices.checked_sub(vertices).ok_or_else(|| {
            too_big(format!(
                "the shapes of one question have at most {} vertices together",
                limits::AREA_VERTICES_MAX
            ))
        })?;
        Ok(())
    }
}

pub fn draw(map: &Map, area: &Value, tongue: &Tongue, budget: &mut Budget, depth: usize) -> Result<Drawn, Problem> {
    if depth > limits::AREA_DEPTH_MAX {
        return Err(Problem::new(
            problem::QUESTION_TOO_BIG,
            format!("areas nest at most {} deep", limits::AREA_DEPTH_MAX),
        ));
    }
    let fields = area
        .as_object()
        .ok_or_else(|| Problem::field("area", "wrong_type", "an area is an object"))?;
    let id = |value: &Value| {
        value
            .as_u64()
            .map(PlaceId)
            .ok_or_else(|| Problem::field("area.place", "wrong_type", "a place is named by its id"))
    };
    let many = |value: &Value, what: &str| match value.as_array() {
        Some(all) if all.len() <= MAX_COMBINED => Ok(all.clone()),
        Some(_) => Err(Problem::new(
            problem::QUESTION_TOO_BIG,
            format!("{what} takes at most {MAX_COMBINED} areas"),
        )),
        None => Err(Problem::field("area", "wrong_type", format!("{what} is a list"))),
    };
    if let Some(place_id) = fields.get("place") {
        return place(map, id(place_id)?, budget);
    }
    if let Some(places) = fields.get("places") {
        let all: Result<Vec<Drawn>, Problem> = many(places, "places")?
            .iter()
            .map(|p| place(map, id(p)?, budget))
            .collect();
        return Ok(union(all?));
    }
    if let Some(geometry) = fields.get("geometry") {
        let (ground, _) = geojson::ground(geometry, tongue)?;
        let Ground::Outline(outline) = ground else {
            return Err(Problem::field(
                "area.geometry",
                "not_an_area",
                "a polygon is needed; for a point say point and radius_m",
            ));
        };
        let vertices = outline.vertex_count();
        budget.spend(vertices)?;
        return Ok(Drawn {
            area: Area::Outline(outline),
            whole_places: None,
            vertices,
        });
    }
    if let Some(point) = fields.get("point") {
        return circle(fields, point, tongue, budget);
    }
    if let Some(areas) = fields.get("union") {
        let all: Result<Vec<Drawn>, Problem> = many(areas, "union")?
            .iter()
            .map(|a| draw(map, a, tongue, budget, depth + 1))
            .collect();
        return Ok(union(all?));
    }
    if let Some(areas) = fields.get("difference") {
        let [a, b] = &many(areas, "difference")?[..] else {
            return Err(Problem::field(
                "area.difference",
                "wrong_value",
                "a difference is of two areas",
            ));
        };
        let (a, b) = (
            draw(map, a, tongue, budget, depth + 1)?,
            draw(map, b, tongue, budget, depth + 1)?,
        );
        let vertices = a.vertices + b.vertices;
        // What is left of a place is no whole place: figures about people are not told for it by halves.
        return Ok(Drawn {
            area: Area::Difference(Box::new(a.area), Box::new(b.area)),
            whole_places: None,
            vertices,
        });
    }
    Err(Problem::field(
        "area",
        "wrong_value",
        "an area has place, places, geometry, point and radius_m, union or difference",
    ))
}

fn union(all: Vec<Drawn>) -> Drawn {
    let vertices = all.iter().map(|d| d.vertices).sum();
    let whole: Option<Vec<Vec<PlaceId>>> = all.iter().map(|d| d.whole_places.clone()).collect();
    let whole_places = whole.map(|w| w.into_iter().flatten().collect());
    Drawn {
        area: Area::Union(all.into_iter().map(|d| d.area).collect()),
        whole_places,
        vertices,
    }
}

fn circle(
    fields: &serde_json::Map<String, Value>,
    point: &Value,
    tongue: &Tongue,
    budget: &mut Budget,
) -> Result<Drawn, Problem> {
    let numbers: Option<Vec<f64>> = point.as_array().and_then(|a| a.iter().map(Value::as_f64).collect());
    let Some([x, y]) = numbers.as_deref() else {
        return Err(Problem::field("area.point", "wrong_type", "a point is [lon, lat]"));
    };
    let centre = tongue
        .spot(*x, *y)
        .map_err(|why| Problem::field("area.point", "coordinate", why))?;
    let radius = fields
        .get("radius_m")
        .and_then(Value::as_f64)
        .filter(|r| *r > 0.0 && *r <= MAX_RADIUS_METERS);
    let radius = radius.ok_or_else(|| {
        Problem::field(
            "area.radius_m",
            "wrong_value",
            format!("radius_m is above 0 and at most {MAX_RADIUS_METERS}"),
        )
    })?;
    budget.spend(1)?;
    Ok(Drawn {
        area: Area::circle(centre, Meters(radius)),
        whole_places: None,
        vertices: 128,
    })
}

pub(super) fn place(map: &Map, id: PlaceId, budget: &mut Budget) -> Result<Drawn, Problem> {
    let outline: Option<Option<Outline>> = map.read(|w| w.place(id).map(|p| p.place.ground.outline().cloned()));
    let outline = outline.ok_or_else(|| no_such_place(id))?;
    let outline =
        outline.ok_or_else(|| Problem::field("area.place", "not_an_area", "this place is a spot without an area"))?;
    let vertices = outline.vertex_count();
    budget.spend(vertices)?;
    Ok(Drawn {
        area: Area::Outline(outline),
        whole_places: Some(vec![id]),
        vertices,
    })
}
