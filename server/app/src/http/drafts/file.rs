//! A file of proposed boundaries becomes a draft, 导入为草案.

use super::super::Shared;
use super::super::asked::{Asked, Tongue};
use super::super::geojson;
use super::super::places::{drawn, no_such_place};
use super::super::problem::{self, Answered, Problem};
use super::super::sent::{self, Sent};
use super::super::write::replayed;
use super::judging::tongue;
use super::write::{keep, proposed};
use crate::auth::Asker;
use crate::import::{Boundary, boundaries};
use crate::limits;
use crate::passing::Passing;
use axum::extract::Request;
use geju_core::decide::MAX_RESHAPED_PLACES;
use geju_core::{Finding, Ground, Place, PlaceId, PlaceKind, Placed, World, partition};
use geju_formats::Crs;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::sync::Arc;

/// Reads the file of this request and sends what it proposes for review.
pub async fn submit(app: &Shared, asker: &Asker, asked: &Asked, request: Request) -> Answered {
    let (file, bytes) = sent::file(request, limits::DRAFT_FILE_BYTES_MAX).await?;
    if let Some(answer) = replayed(app, asker, &file).await? {
        return Ok(answer);
    }
    let parent = drawn::id_of(asked.text("parent").map(Value::from).as_ref(), "parent")?;
    let kind = asked.text("kind").and_then(PlaceKind::parse).ok_or_else(|| {
        let known = PlaceKind::ALL.map(PlaceKind::as_str).join(", ");
        Problem::parameter("kind", format!("what the boundaries are; known kinds: {known}"))
    })?;
    let crs = asked.parsed::<Crs>("crs")?;
    let name = sent::file_name(asked)?;
    let folder = Passing::Upload.folder(&app.settings.data);
    let kept = folder.and_then(|folder| {
        std::fs::write(folder.path().join(&name), &bytes)?;
        Ok(folder)
    });
    let folder = kept.map_err(|error| {
        tracing::warn!(%error, "an upload cannot be kept");
        problem::not_written(&error, "the file cannot be kept on the server")
    })?;
    let path = folder.path().join(&name);
    let read = || {
        let world = app.read(World::clone);
        let found = boundaries(&world, &path, kind, crs).map_err(unreadable)?;
        gesture(&world, parent, kind, found)
    };
    let reshape = tokio::task::block_in_place(read)?;
    let title = asked.text("title").unwrap_or(&name);
    let title: String = title.chars().take(limits::DRAFT_NAME_CHARS_MAX).collect();
    let body = json!({ "name": title, "reshape": reshape });
    let proposed = proposed(app, asker, &body).await?;
    let sent = Sent { value: body, ..file };
    keep(app, asker, &sent, proposed).await
}

fn unreadable(findings: Vec<(String, String)>) -> Problem {
    let told: Vec<Finding> = findings
        .into_iter()
        .map(|(code, what)| Finding::block(&code, what).path("file"))
        .collect();
    Problem::refused(&told)
}

/// The gesture that makes the places of one parent what the file proposes: known by number, by code, or by name; what is none of
/// them is new. What the file does not name stays as it is.
fn gesture(world: &World, parent: PlaceId, kind: PlaceKind, found: Vec<Boundary>) -> Result<Value, Problem> {
    if world.place(parent).is_none() {
        return Err(no_such_place(parent));
    }
    let lies_inside = |p: &&Arc<Placed>| world.ancestors(&p.parents).contains(&parent);
    let inside: Vec<&Arc<Placed>> = world.places_of(kind).filter(lies_inside).collect();
    let tongue = tongue()?;
    let (mut places, mut create) = (Vec::new(), Vec::new());
    let mut taken = HashSet::new();
    for (n, boundary) in (1..).zip(found) {
        let known = known_as(&boundary, &inside).filter(|p| taken.insert(p.place.id));
        match known {
            Some(placed) if is_drawn_so(&placed.place, &boundary) => {}
            Some(placed) => places.push(json!({
                "id": placed.place.id, "version": placed.place.version,
                "geometry": geometry(&boundary.ground, &tongue), "properties": said(&boundary),
            })),
            None => {
                let mut properties = said(&boundary);
                properties.entry("name").or_insert_with(|| json!(format!("{kind} {n}")));
                create.push(json!({
                    "id": format!("file-{n}"), "kind": kind, "geometry": geometry(&boundary.ground, &tongue),
                    "properties": properties,
                }));
            }
        }
    }
    let drawn = places.len() + create.len();
    if drawn == 0 {
        let finding = Finding::block("nothing_drawn", "every boundary of the file is on the map as it is");
        return Err(Problem::refused(&[finding]));
    }
    if drawn > MAX_RESHAPED_PLACES {
        return Err(Problem::new(
            problem::QUESTION_TOO_BIG,
            format!("the file draws {drawn} places; one draft draws at most {MAX_RESHAPED_PLACES}"),
        ));
    }
    Ok(json!({ "places": places, "create": create, "retire": [], "cause": null }))
}

fn known_as<'a>(boundary: &Boundary, inside: &[&'a Arc<Placed>]) -> Option<&'a Arc<Placed>> {
    let find = |is: &dyn Fn(&Place) -> bool| inside.iter().copied().find(|p| is(&p.place));
    let by_number = boundary.own.and_then(|id| find(&|p| p.id == id));
    let by_code = || {
        boundary
            .code
            .as_ref()
            .and_then(|code| find(&|p| p.code.as_ref() == Some(code)))
    };
    let by_name = || {
        let name = boundary.name.as_deref()?;
        let mut called = inside.iter().copied().filter(|p| *p.place.name == *name);
        // Two of one name are told apart by their codes only.
        called.next().filter(|_| called.next().is_none())
    };
    by_number.or_else(by_code).or_else(by_name)
}

fn is_drawn_so(place: &Place, boundary: &Boundary) -> bool {
    let same_ground = match (place.ground.outline(), boundary.ground.outline()) {
        (Some(a), Some(b)) => partition::same_ground(a, b),
        _ => place.ground == boundary.ground,
    };
    let same_name = boundary.name.as_deref().is_none_or(|name| *place.name == *name);
    let same_code = boundary.code.is_none() || boundary.code == place.code;
    same_ground && same_name && same_code
}

fn said(boundary: &Boundary) -> Map<String, Value> {
    let name = boundary.name.as_ref().map(|name| ("name".to_owned(), json!(name)));
    let code = boundary.code.as_ref().map(|code| ("code".to_owned(), json!(code)));
    name.into_iter().chain(code).collect()
}

fn geometry(ground: &Ground, tongue: &Tongue) -> Value {
    let mut text = String::new();
    geojson::write_ground(&mut text, ground, tongue);
    serde_json::from_str(&text).unwrap_or_default()
}
