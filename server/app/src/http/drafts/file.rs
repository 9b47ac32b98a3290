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
use crate::import::{Boundary, FileFinding, boundaries};
use crate::limits;
use crate::passing::Passing;
use axum::extract::Request;
use geju_core::decide::MAX_RESHAPED_PLACES;
use geju_core::{Finding, Ground, LonLat, Place, PlaceId, PlaceKind, Placed, World, partition};
use geju_formats::Crs;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Reads the file of this request and sends what it proposes for review.
pub async fn submit(app: &Shared, asker: &Asker, asked: &Asked, request: Request) -> Answered {
    let (file, bytes) = sent::file(request, limits::DRAFT_FILE_BYTES_MAX).await?;
    if let Some(answer) = replayed(app, asker, &file).await? {
        return Ok(answer);
    }
    let parent = drawn::id_of(asked.text("parent").map(Value::from).as_ref(), "parent")?;
    if app.read(|world| world.place(parent).is_none()) {
        return Err(no_such_place(parent));
    }
    let kind = asked.text("kind").and_then(PlaceKind::parse).ok_or_else(|| {
        let known = PlaceKind::ALL.map(PlaceKind::as_str).join(", ");
        Problem::parameter("kind", format!("what the boundaries are; known kinds: {known}"))
    })?;
    let crs = asked.parsed::<Crs>("crs")?;
    let name = sent::file_name(asked)?;
    let read = || {
        // The file goes with its folder, whatever comes of it.
        let folder = Passing::Upload.folder(&app.settings.data);
        let kept = folder.and_then(|folder| {
            std::fs::write(folder.path().join(&name), &bytes)?;
            Ok(folder)
        });
        let folder = kept.map_err(|error| {
            tracing::warn!(%error, "an upload cannot be kept");
            problem::not_written(&error, "the file cannot be kept on the server")
        })?;
        let world = app.read(World::clone);
        let found = boundaries(&world, &folder.path().join(&name), kind, crs).map_err(unreadable)?;
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

fn unreadable(findings: Vec<FileFinding>) -> Problem {
    let told = findings.into_iter().map(|told| {
        let feature = told.index.map(|n| format!("feature {n}: ")).unwrap_or_default();
        let mut finding = Finding::block(&told.code, format!("{feature}{}", told.what)).path("file");
        finding.at = told.at.and_then(|[lon, lat]| LonLat::from_degrees(lon, lat).ok());
        let usual = match told.index {
            Some(_) => "mend this feature, or take it out of the file",
            None => "send GeoJSON, KML, a GeoPackage or a Shapefile as ZIP, with one polygon for each place",
        };
        finding.mend = told.mend.or_else(|| Some(usual.to_owned()));
        finding
    });
    Problem::refused(&told.collect::<Vec<_>>())
}

/// The gesture that makes the places of one parent what the file proposes: known by number, by code, or by name; what is none of
/// them is new. What the file does not name stays as it is.
fn gesture(world: &World, parent: PlaceId, kind: PlaceKind, found: Vec<Boundary>) -> Result<Value, Problem> {
    let parent = world.place(parent).ok_or_else(|| no_such_place(parent))?;
    let lies_inside = |p: &&Arc<Placed>| world.ancestors(&p.parents).contains(&parent.place.id);
    let inside: Vec<&Arc<Placed>> = world.places_of(kind).filter(lies_inside).collect();
    let meant: Vec<(Boundary, Option<&Arc<Placed>>)> = found
        .into_iter()
        .map(|boundary| {
            let known = known_as(&boundary, &inside);
            (boundary, known)
        })
        .collect();
    let odd = misplaced(parent, &inside, &meant);
    if !odd.is_empty() {
        return Err(Problem::refused(&odd));
    }
    let tongue = tongue()?;
    let (mut places, mut create) = (Vec::new(), Vec::new());
    for (n, (boundary, known)) in (1..).zip(meant) {
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

/// Boundaries that cannot be meant so: of another parent, of a place that the file draws already, or on a place that the file
/// leaves as it is. Left to the judging they would be told as a heap of overlaps.
fn misplaced(parent: &Placed, inside: &[&Arc<Placed>], meant: &[(Boundary, Option<&Arc<Placed>>)]) -> Vec<Finding> {
    let mut first: HashMap<PlaceId, String> = HashMap::new();
    let mut odd = Vec::new();
    let named: HashSet<PlaceId> = meant
        .iter()
        .filter_map(|(_, known)| Some(known.as_ref()?.place.id))
        .collect();
    for (boundary, known) in meant {
        let (told, spot) = (boundary.told(), boundary.ground.inner_point());
        let called = |p: &Placed| match &*p.place.name {
            "" => format!("#{}", p.place.id),
            name => name.to_owned(),
        };
        let holds = |p: &Placed| p.place.ground.outline().is_some_and(|o| o.contains(spot));
        let finding = match known {
            _ if parent.place.ground.outline().is_some() && !holds(parent) => {
                let message = format!("{told} lies outside {}", called(parent));
                Finding::block("boundary_elsewhere", message)
                    .places([parent.place.id])
                    .mend("choose the place it lies in; if the whole file lies some 500 m off, say its coordinate system, as crs=gcj02")
            }
            Some(known) => match first.insert(known.place.id, told.clone()) {
                None => continue,
                Some(other) => {
                    let message = format!("{told} is {} like {other}", called(known));
                    Finding::block("boundary_twice", message)
                        .places([known.place.id])
                        .mend("make one outline of several parts of both, or give one another name or code")
                }
            },
            None => {
                let stays = |p: &&&Arc<Placed>| !named.contains(&p.place.id) && holds(p);
                let Some(there) = inside.iter().find(stays) else {
                    continue;
                };
                let message = format!(
                    "{told} is none of the places of {} by number, code or name, and lies on {}, which the file leaves as it is",
                    called(parent),
                    called(there)
                );
                Finding::block("boundary_unknown", message)
                    .places([there.place.id])
                    .mend("call it by the name or code of the place it redraws, or let the file redraw that place too")
            }
        };
        odd.push(finding.at(spot).path("file"));
    }
    odd
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
