//! A table without coordinates brings archives up to date by code: a street clerk's daily work.

use super::draft::ArchiveDraft;
use super::matching::merged;
use super::preview::What;
use super::report::{FileFinding, Report};
use geju_core::command::Shipment;
use geju_core::finding::Severity;
use geju_core::place::{Place, PlaceId, PlaceKind};
use geju_core::world::Placed;
use geju_core::{World, decide};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

pub fn update(
    world: &World,
    drafts: Vec<ArchiveDraft>,
    columns: &BTreeSet<String>,
    met: &mut HashSet<PlaceId>,
    shipment: &mut Shipment,
    report: &mut Report,
) {
    let today = shipment.on.unwrap_or_default();
    let mut rows: HashMap<PlaceId, u64> = HashMap::new();
    for draft in drafts {
        let origin = draft.origin.clone();
        let refuse = |code: &str, what: String, mend: &str, report: &mut Report| {
            report.push(
                FileFinding::new("", Severity::Block, code, what)
                    .origin(&origin)
                    .mend(mend),
            );
        };
        let Some(placed) = find(world, &draft) else {
            if let Some(kind) = draft.kind {
                report.layer(kind.as_str()).left_out += 1;
            }
            let (code, what, mend) = match &draft.words.code {
                Some(code) => match PlaceKind::ALL.into_iter().find(|k| world.by_code(*k, code).is_some()) {
                    Some(kind) => (
                        "code_of_another_kind",
                        format!("code {code} is a {kind}'s"),
                        format!("import it with --kind {kind}"),
                    ),
                    None => (
                        "code_unknown",
                        format!("no place in force has the code {code}"),
                        "check the code, or give lon and lat to bring a new place".to_owned(),
                    ),
                },
                None if draft.words.source.is_some() => (
                    "id_unknown",
                    "no place came from there with this id".to_owned(),
                    "check the id, or import the places first".to_owned(),
                ),
                None => {
                    let known: Vec<&str> = columns.iter().take(super::COLUMNS_TOLD).map(String::as_str).collect();
                    (
                        "code_missing",
                        format!(
                            "the row has neither a code nor coordinates; the columns are: {}",
                            known.join(", ")
                        ),
                        "say which column holds the code: --map code=COLUMN".to_owned(),
                    )
                }
            };
            refuse(code, what, &mend, report);
            continue;
        };
        met.insert(placed.place.id);
        if let Some(first) = rows.insert(placed.place.id, origin.index) {
            let name = placed
                .place
                .code
                .as_ref()
                .map_or_else(|| placed.place.name.to_string(), ToString::to_string);
            refuse(
                "code_twice",
                format!("{name} comes twice in the table, first in row {first}"),
                "keep one row",
                report,
            );
            continue;
        }
        let kind = placed.place.kind();
        let archive = match merged(kind, Some(&placed.place.archive), &draft.words) {
            Ok(archive) => archive,
            Err(e) => {
                refuse(
                    "archive_unreadable",
                    e.to_string(),
                    "check the values of this row",
                    report,
                );
                continue;
            }
        };
        let old = &placed.place;
        let words = draft.words;
        let place = Place {
            name: words.name.map(Into::into).unwrap_or_else(|| old.name.clone()),
            address: words.address.map(Into::into).or_else(|| old.address.clone()),
            tags: words
                .tags
                .map_or_else(|| old.tags.clone(), |tags| tags.into_iter().map(Into::into).collect()),
            archive,
            ..Place::clone(old)
        };
        let blocking: Vec<_> = decide::check_place_alone(world, &place, today)
            .into_iter()
            .filter(|f| f.severity == Severity::Block)
            .collect();
        let place = Arc::new(place);
        let what = if !blocking.is_empty() {
            blocking.iter().for_each(|f| report.rule(Some(&origin), f));
            What::Bad
        } else if old.says_the_same(&place) {
            report.layer(kind.as_str()).unchanged += 1;
            What::Same
        } else {
            report.layer(kind.as_str()).changed += 1;
            report.differ(old, Some(&place));
            shipment.places.push((place.clone(), Some(old.version)));
            What::Changed
        };
        if let Some(sketch) = &mut report.sketch {
            sketch.place(what, &place, &origin);
        }
    }
}

fn find<'a>(world: &'a World, draft: &ArchiveDraft) -> Option<&'a Arc<Placed>> {
    let kind = draft.kind?;
    if let Some(code) = &draft.words.code {
        return world.by_code(kind, code);
    }
    if let Some(own) = draft.words.own.and_then(|id| world.place(id)) {
        return (own.place.kind() == kind).then_some(own);
    }
    let source = draft.words.source.as_ref()?;
    world.places_of(kind).find(|p| p.place.source.as_ref() == Some(source))
}
