//! Which draft is which place: by code, by the id of its source, else by its ground. So the same file twice changes nothing.

use super::ImportOptions;
use super::draft::{PlaceDraft, Unread, Words};
use super::past::Past;
use super::preview::What;
use super::report::{FileFinding, Origin, Report};
use super::retired::{code_retired, former, revived};
use super::twins::look_for_twins;
use crate::ids::IdSource;
use geju_core::command::Shipment;
use geju_core::decide::tidy_findings;
use geju_core::finding::Severity;
use geju_core::place::{Archive, Place, PlaceId, PlaceKind, SourceRef};
use geju_core::world::Placed;
use geju_core::{Code, Ground, World, decide};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Turns drafts into new places and new versions of old ones.
pub fn match_places(
    world: &World,
    past: &dyn Past,
    drafts: Vec<PlaceDraft>,
    options: &ImportOptions,
    at: Timestamp,
    ids: &mut IdSource,
    report: &mut Report,
) -> (Shipment, HashSet<PlaceId>) {
    let today = world.scheme().day_of(at);
    let known = Known::of(world, &drafts);
    let mut shipment = Shipment {
        on: Some(today),
        ..Shipment::default()
    };
    let mut met: HashSet<PlaceId> = HashSet::new();
    let mut codes: HashMap<(PlaceKind, Code), Origin> = HashMap::new();
    let mut origins: HashMap<PlaceId, Origin> = HashMap::new();
    let mut sources: HashMap<(PlaceKind, SourceRef), Origin> = HashMap::new();
    for mut draft in drafts {
        if let Some(code) = &draft.words.code
            && let Some(first) = codes.insert((draft.kind, code.clone()), draft.origin.clone())
        {
            report.push(
                FileFinding::new(
                    "",
                    Severity::Block,
                    "code_twice",
                    format!("code {code} was already given to {} {}", first.file, first.index),
                )
                .origin(&draft.origin)
                .at(Some(draft.ground.inner_point()))
                .mend("give each its own code"),
            );
            report.layer(draft.kind.as_str()).left_out += 1;
            report.shows_draft(draft);
            continue;
        }
        if let Some(source) = draft.words.source.clone()
            && let Some(first) = sources.insert((draft.kind, source.clone()), draft.origin.clone())
        {
            // An id column that a person named must tell features apart; an id a format makes up may fail to.
            let severity = if options.id_column.is_some() {
                Severity::Block
            } else {
                Severity::Warn
            };
            report.push(
                FileFinding::new(
                    "",
                    severity,
                    "id_twice",
                    format!("id {} was already given to {} {}", source.id, first.file, first.index),
                )
                .origin(&draft.origin)
                .mend("give each its own id"),
            );
            if severity == Severity::Block {
                report.layer(draft.kind.as_str()).left_out += 1;
                report.shows_draft(draft);
                continue;
            }
            draft.words.source = None;
        }
        let mut old = known
            .find(world, &draft)
            .filter(|p| !met.contains(&p.place.id))
            .cloned();
        let layer = draft.kind.as_str();
        let mut come_back = None;
        if old.is_none()
            && let Some(former) = former(world, &draft)
        {
            let back = options.revive.then(|| revived(past, former, &draft)).flatten();
            let Some((gone, told)) = back else {
                report.push(code_retired(former, &draft));
                report.layer(layer).left_out += 1;
                report.shows_draft(draft);
                continue;
            };
            report.push(told);
            old = Some(Arc::new(Placed::new(
                gone.clone(),
                Default::default(),
                world.head(),
                at,
            )));
            draft.words.effective_from.get_or_insert(today);
            come_back = Some(gone);
        }
        let id = old.as_ref().map_or_else(|| PlaceId(ids.fresh(world)), |p| p.place.id);
        let origin = draft.origin.clone();
        let place = match build(id, draft, old.as_deref(), today) {
            Ok(place) => Arc::new(place),
            Err(finding) => {
                report.push(*finding);
                report.layer(layer).left_out += 1;
                continue;
            }
        };
        met.insert(id);
        let blocking: Vec<_> = decide::check_place_alone(world, &place, today)
            .into_iter()
            .filter(|f| f.severity == Severity::Block)
            .collect();
        if !blocking.is_empty() {
            blocking.iter().for_each(|f| report.rule(Some(&origin), f));
            report.layer(layer).left_out += 1;
            report.shows(What::Bad, &place, &origin);
            continue;
        }
        let what = match &old {
            Some(old) if come_back.is_none() && old.place.says_the_same(&place) => What::Same,
            Some(_) => What::Changed,
            None => What::New,
        };
        report.shows(what, &place, &origin);
        match (what, &old) {
            (What::Same, _) => {
                report.layer(layer).unchanged += 1;
                continue;
            }
            (_, Some(old)) => {
                report.layer(layer).changed += 1;
                report.differ(&old.place, Some(&place));
            }
            (_, None) => report.layer(layer).new += 1,
        }
        origins.insert(id, origin);
        let base = match come_back {
            Some(gone) => {
                shipment.revived.insert(id, gone);
                None
            }
            None => old.as_ref().map(|p| p.place.version),
        };
        shipment.places.push((place, base));
    }
    let fresh = shipment
        .places
        .iter()
        .filter(|(p, base)| base.is_none() && !shipment.revived.contains_key(&p.id));
    look_for_twins(world, fresh.map(|(p, _)| p), &met, &origins, report);
    look_around(world, &shipment, at, &origins, report);
    (shipment, met)
}

/// The place as it shall stand: the draft's words over what was known.
fn build(
    id: PlaceId,
    draft: PlaceDraft,
    old: Option<&Placed>,
    today: jiff::civil::Date,
) -> Result<Place, Box<FileFinding>> {
    let PlaceDraft {
        origin,
        kind,
        ground,
        words,
    } = draft;
    let archive = merged(kind, old.map(|p| &p.place.archive), &words).map_err(|e| {
        Box::new(FileFinding::new("", Severity::Block, "archive_unreadable", e.to_string()).origin(&origin))
    })?;
    let old = old.map(|p| &*p.place);
    Ok(Place {
        id,
        version: old.map_or(1, |p| p.version),
        name: words
            .name
            .map(Into::into)
            .or_else(|| old.map(|p| p.name.clone()))
            .unwrap_or_default(),
        code: words.code.or_else(|| old.and_then(|p| p.code.clone())),
        address: words
            .address
            .map(Into::into)
            .or_else(|| old.and_then(|p| p.address.clone())),
        tags: words
            .tags
            .map(|tags| tags.into_iter().map(Into::into).collect())
            .or_else(|| old.map(|p| p.tags.clone()))
            .unwrap_or_default(),
        ground,
        effective_from: words
            .effective_from
            .or_else(|| old.map(|p| p.effective_from))
            .unwrap_or(today),
        effective_to: None,
        // A place keeps the source it first came from: its id there is what the next import looks for.
        source: old.and_then(|p| p.source.clone()).or(words.source),
        checked_on: old.and_then(|p| p.checked_on),
        archive,
    })
}

/// An archive with the words of a draft laid over it.
pub fn merged(kind: PlaceKind, old: Option<&Archive>, words: &Words) -> Result<Archive, serde_json::Error> {
    let Some(old) = old else {
        return Archive::from_json(kind, Value::Object(words.archive.clone()));
    };
    if words.archive.is_empty() {
        return Ok(old.clone());
    }
    let Value::Object(mut fields) = old.to_json()? else {
        return Ok(old.clone());
    };
    lay_over(&mut fields, &words.archive);
    Archive::from_json(kind, Value::Object(fields))
}

fn lay_over(under: &mut serde_json::Map<String, Value>, over: &serde_json::Map<String, Value>) {
    for (key, value) in over {
        match (value, under.get_mut(key)) {
            (Value::Object(inner), Some(Value::Object(section))) => lay_over(section, inner),
            (value, _) => {
                under.insert(key.clone(), value.clone());
            }
        }
    }
}

/// What is there, by the ways a draft can point at it: its code, its own number, its source, its ground.
struct Known<'a> {
    by_source: HashMap<(PlaceKind, &'a SourceRef), &'a Arc<Placed>>,
    by_ground: HashMap<(PlaceKind, &'a Ground), &'a Arc<Placed>>,
}

impl<'a> Known<'a> {
    fn of(world: &'a World, drafts: &[PlaceDraft]) -> Self {
        let kinds: HashSet<PlaceKind> = drafts.iter().map(|d| d.kind).collect();
        let mut by_source = HashMap::new();
        let mut by_ground = HashMap::new();
        for kind in kinds {
            for placed in world.places_of(kind) {
                if let Some(source) = &placed.place.source {
                    by_source.insert((kind, source), placed);
                }
                by_ground.insert((kind, &placed.place.ground), placed);
            }
        }
        Self { by_source, by_ground }
    }

    fn find(&self, world: &'a World, draft: &PlaceDraft) -> Option<&'a Arc<Placed>> {
        let by_code = draft
            .words
            .code
            .as_ref()
            .and_then(|code| world.by_code(draft.kind, code));
        let by_source = || {
            draft
                .words
                .source
                .as_ref()
                .and_then(|s| self.by_source.get(&(draft.kind, s)).copied())
        };
        let by_own = || {
            let own = world.place(draft.words.own?)?;
            (own.place.kind() == draft.kind).then_some(own)
        };
        // Ground decides only between things that do not name themselves otherwise.
        let by_ground = || {
            let twin = self.by_ground.get(&(draft.kind, &draft.ground)).copied()?;
            let one_code = draft.words.code.is_none() || twin.place.code.is_none();
            let one_name = draft
                .words
                .name
                .as_deref()
                .is_none_or(|n| twin.place.name.is_empty() || n == &*twin.place.name);
            (one_code && one_name).then_some(twin)
        };
        by_code.or_else(by_own).or_else(by_source).or_else(by_ground)
    }
}

/// Retires places of the kinds in the files that the files no longer have.
pub fn retire_missing(
    world: &World,
    met: &HashSet<PlaceId>,
    unread: &Unread,
    shipment: &mut Shipment,
    report: &mut Report,
) {
    if report.blocked > 0 || unread.nameless > 0 {
        report.push(
            FileFinding::new(
                "",
                Severity::Warn,
                "retire_held_back",
                "nothing was retired, because some features could not be read and may be the missing ones",
            )
            .mend("mend those features first"),
        );
        return;
    }
    for kind in PlaceKind::ALL {
        if report.layers.get(kind.as_str()).is_none_or(|l| l.read == 0) {
            continue;
        }
        let mut missing: Vec<&Arc<Placed>> = world
            .places_of(kind)
            .filter(|p| !met.contains(&p.place.id) && !unread.may_be(&p.place))
            .collect();
        missing.sort_unstable_by_key(|p| p.place.id);
        report.layer(kind.as_str()).retired += missing.len() as u64;
        for placed in missing {
            report.differ(&placed.place, None);
            shipment.retire.push((placed.place.id, placed.place.version));
        }
    }
}

/// Sound but untidy ground comes in with findings: overlaps with siblings and missing parents, seen on the map as it will be.
fn look_around(
    world: &World,
    shipment: &Shipment,
    at: Timestamp,
    origins: &HashMap<PlaceId, Origin>,
    report: &mut Report,
) {
    let governed = |kind: PlaceKind| PlaceKind::LADDER.contains(&kind) || kind == PlaceKind::Compound;
    if !shipment.places.iter().any(|(p, _)| governed(p.kind())) {
        return;
    }
    let Some(fork) = forked(world, shipment, at) else {
        return;
    };
    let mut told: BTreeMap<(PlaceId, PlaceId), ()> = BTreeMap::new();
    for (place, _) in shipment.places.iter().filter(|(p, _)| governed(p.kind())) {
        let Some(placed) = fork.place(place.id) else { continue };
        for finding in tidy_findings(&fork, &placed.place, placed.parents, true) {
            // Both sides of an overlap find it; once is enough.
            if let [a, b] = finding.places[..]
                && told.insert((a.min(b), a.max(b)), ()).is_some()
            {
                continue;
            }
            report.rule(origins.get(&place.id), &finding);
        }
    }
}

/// The map as it will be once the shipment is in.
fn forked(world: &World, shipment: &Shipment, at: Timestamp) -> Option<World> {
    let order = geju_core::Order {
        command: geju_core::Command::Import(Box::new(shipment.clone())),
        change_id: geju_core::ChangeId(0),
        at,
        actor: geju_core::Actor::Console,
        warrant: geju_core::people::Warrant::operator(),
        post: None,
        source: None,
    };
    // What cannot be decided is told when it is decided for real.
    let change = geju_core::decide(world, &order).ok()?;
    let mut fork = world.clone();
    fork.fold(&change);
    Some(fork)
}
