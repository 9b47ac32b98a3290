//! A table without coordinates brings archives up to date by code: a street clerk's daily work.

use super::ImportOptions;
use super::draft::ArchiveDraft;
use super::matching::merged;
use super::report::{FileFinding, Report};
use geju_core::command::Shipment;
use geju_core::finding::Severity;
use geju_core::place::{Place, PlaceId};
use geju_core::world::Placed;
use geju_core::{World, decide};
use std::collections::HashSet;
use std::sync::Arc;

pub fn update(
    world: &World,
    drafts: Vec<ArchiveDraft>,
    options: &ImportOptions,
    shipment: &mut Shipment,
    report: &mut Report,
) {
    let today = shipment.on.unwrap_or_default();
    let mut met: HashSet<PlaceId> = HashSet::new();
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
            let (code, what) = match (&draft.words.code, &options.id_column) {
                (Some(code), _) => ("code_unknown", format!("no place has the code {code}")),
                (None, Some(column)) => ("id_unknown", format!("no place came with this {column}")),
                (None, None) => ("code_missing", "the row has neither a code nor coordinates".to_owned()),
            };
            refuse(
                code,
                what,
                "check the code, or give lon and lat to bring a new place",
                report,
            );
            continue;
        };
        if !met.insert(placed.place.id) {
            refuse(
                "code_twice",
                format!("{} comes twice in the table", placed.place.id),
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
        if !blocking.is_empty() {
            blocking.iter().for_each(|f| report.rule(Some(&origin), f));
        } else if old.says_the_same(&place) {
            report.layer(kind.as_str()).unchanged += 1;
        } else {
            report.layer(kind.as_str()).changed += 1;
            shipment.places.push((Arc::new(place), Some(old.version)));
        }
    }
}

fn find<'a>(world: &'a World, draft: &ArchiveDraft) -> Option<&'a Arc<Placed>> {
    let kind = draft.kind?;
    if let Some(code) = &draft.words.code {
        return world.by_code(kind, code);
    }
    let source = draft.words.source.as_ref()?;
    world.places_of(kind).find(|p| p.place.source.as_ref() == Some(source))
}
