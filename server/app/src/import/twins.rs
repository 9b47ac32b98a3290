//! The same place from another source: an outline that comes in as new and nearly equals one that is there.

use super::report::{FileFinding, Origin, Report};
use geju_core::finding::Severity;
use geju_core::ground::overlay;
use geju_core::place::{Place, PlaceId};
use geju_core::world::Placed;
use geju_core::{Outline, World};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Two surveys of one compound share this much of what either covers; neighbours share next to nothing, and a compound and
/// a part of it seldom more than half.
const SAME_SHARE: f64 = 0.8;

/// Tells of new places that seem to be there already under another id. `met` are the places the files named.
pub fn look_for_twins<'a>(
    world: &World,
    fresh: impl Iterator<Item = &'a Arc<Place>>,
    met: &HashSet<PlaceId>,
    origins: &HashMap<PlaceId, Origin>,
    report: &mut Report,
) {
    for place in fresh {
        let Some((twin, share)) = twin_of(world, place, met) else {
            continue;
        };
        let old = &twin.place;
        let called = if old.name.is_empty() {
            old.id.to_string()
        } else {
            old.name.to_string()
        };
        let percent = (share * 100.0).floor();
        let what =
            format!("{called} lies there already: the two share {percent} % of their ground, and have different ids");
        let mend = match (&old.source, &place.source, &old.code) {
            (Some(theirs), Some(ours), _) if theirs.id == ours.id => {
                format!("the same place? import it with --source {}", theirs.name)
            }
            (.., Some(code)) => format!("the same place? give it the code {code}"),
            (Some(theirs), ..) => format!(
                "the same place? it came from {0} as {1}: give it that id and import it with --source {0}, or leave it out",
                theirs.name, theirs.id
            ),
            _ => "the same place? give both one code, or leave it out".to_owned(),
        };
        let mut told = FileFinding::new("", Severity::Warn, "seems_known", what)
            .at(Some(twin.inner))
            .mend(mend);
        if let Some(origin) = origins.get(&place.id) {
            told = told.origin(origin);
        }
        report.push(told);
    }
}

fn twin_of<'a>(world: &'a World, place: &Place, met: &HashSet<PlaceId>) -> Option<(&'a Arc<Placed>, f64)> {
    let outline = place.ground.outline()?;
    world
        .places_meeting(place.kind(), place.ground.envelope())
        .filter(|old| !met.contains(&old.place.id))
        .find_map(|old| {
            let share = share(outline, old.place.ground.outline()?);
            (share >= SAME_SHARE).then_some((old, share))
        })
}

/// How much of what either covers both cover.
fn share(a: &Outline, b: &Outline) -> f64 {
    let (area_a, area_b) = (a.flat_area().0, b.flat_area().0);
    // Most neighbours are told apart here, without an overlay.
    if area_a.min(area_b) < SAME_SHARE * area_a.max(area_b) || overlay::is_tangled(&[a.to_raw(), b.to_raw()]) {
        return 0.0;
    }
    let both = overlay::overlap_area(a, b).0;
    both / (area_a + area_b - both)
}
