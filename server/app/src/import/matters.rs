//! Hazards, alerts and issues out of tables and feature files.

use super::draft::MatterDraft;
use super::past::Past;
use super::preview::What;
use super::report::{FileFinding, Report};
use super::values;
use crate::ids::IdSource;
use geju_core::command::Shipment;
use geju_core::finding::Severity;
use geju_core::matter::{
    Alert, AlertLevel, AlertState, Hazard, HazardState, Issue, IssueState, MAX_CATEGORY_CHARS, MAX_TEXT_CHARS,
    MAX_TITLE_CHARS, Matter, MatterId, MatterKind, Rung,
};
use geju_core::place::SourceRef;
use geju_core::world::MatterLayer;
use geju_core::{Effect, Ground, Version, World};
use geju_formats::RawValue;
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What every matter has, read from a draft.
struct Told {
    title: Box<str>,
    category: Box<str>,
    text: Option<Box<str>>,
    closed: bool,
    at: Timestamp,
    closed_at: Option<Timestamp>,
}

pub fn match_matters(
    world: &World,
    past: &dyn Past,
    drafts: Vec<MatterDraft>,
    now: Timestamp,
    ids: &mut IdSource,
    shipment: &mut Shipment,
    report: &mut Report,
) {
    let kinds: HashSet<MatterKind> = drafts.iter().map(|d| d.kind).collect();
    let mut told_before: HashSet<(MatterKind, Content)> = HashSet::new();
    let mut closed: HashSet<(MatterKind, SourceRef)> = HashSet::new();
    for effect in kinds.into_iter().flat_map(|kind| past.matters(kind)) {
        closed.extend(closed_source(&effect));
        told_before.extend(content_of(&effect).into_iter().flatten());
    }
    let hazards = by_source(world.hazards(), |h| h.source.as_ref());
    let alerts = by_source(world.alerts(), |a| a.source.as_ref());
    let issues = by_source(world.issues(), |i| i.source.as_ref());
    for draft in drafts {
        if let Some(source) = &draft.source
            && closed.contains(&(draft.kind, source.clone()))
        {
            // What is closed here is closed: a file does not open it again.
            report.layer(draft.kind.as_str()).unchanged += 1;
            show(report, What::Same, &draft, "");
            continue;
        }
        let Some(told) = read(&draft, now, world.scheme().utc_offset_minutes, report) else {
            show(report, What::Bad, &draft, "");
            continue;
        };
        let hour = draft.values.contains_key("at").then_some(told.at);
        if draft.source.is_none() {
            // Without an id its words, its spot and its hour tell that it is the same.
            if told_before.contains(&(draft.kind, (told.title.clone(), draft.ground.clone(), hour))) {
                report.layer(draft.kind.as_str()).unchanged += 1;
                show(report, What::Same, &draft, &told.title);
                continue;
            }
        }
        let shown = report
            .sketch
            .is_some()
            .then(|| (told.title.clone(), draft.ground.clone()));
        let source = draft.source.clone();
        let fresh = MatterId(0);
        let what = match draft.kind {
            MatterKind::Hazard => {
                let hazard = Hazard {
                    id: fresh,
                    version: 1,
                    title: told.title,
                    category: told.category,
                    text: told.text,
                    ground: draft.ground,
                    state: if told.closed {
                        HazardState::Removed
                    } else {
                        HazardState::Standing
                    },
                    found_at: told.at,
                    removed_at: told.closed.then(|| told.closed_at.unwrap_or(now)),
                    source,
                };
                let id = |h: &mut Hazard, id| {
                    h.id = id;
                    if let Some(old) = world.hazards().get(id) {
                        h.source.clone_from(&old.matter.source);
                    }
                };
                settle(
                    world,
                    world.hazards(),
                    &hazards,
                    hazard,
                    (&draft.source, draft.own),
                    id,
                    ids,
                    &mut shipment.hazards,
                    report,
                )
            }
            MatterKind::Alert => {
                let level = draft
                    .values
                    .get("level")
                    .and_then(values::count)
                    .and_then(|n| u8::try_from(n).ok());
                let alert = Alert {
                    id: fresh,
                    version: 1,
                    title: told.title,
                    category: told.category,
                    level: level
                        .and_then(|n| AlertLevel::try_from(n).ok())
                        .unwrap_or(AlertLevel::Blue),
                    text: told.text,
                    ground: draft.ground,
                    state: if told.closed {
                        AlertState::Closed
                    } else {
                        AlertState::Active
                    },
                    onset: told.at,
                    expires: draft
                        .values
                        .get("expires")
                        .and_then(|v| values::moment(v, world.scheme().utc_offset_minutes)),
                    closed_at: told.closed.then(|| told.closed_at.unwrap_or(now)),
                    acknowledged_at: None,
                    source,
                };
                // That somebody knows of it, no file takes back.
                let id = |a: &mut Alert, id| {
                    a.id = id;
                    if let Some(old) = world.alerts().get(id) {
                        a.acknowledged_at = old.matter.acknowledged_at;
                        a.source.clone_from(&old.matter.source);
                    }
                };
                settle(
                    world,
                    world.alerts(),
                    &alerts,
                    alert,
                    (&draft.source, draft.own),
                    id,
                    ids,
                    &mut shipment.alerts,
                    report,
                )
            }
            MatterKind::Issue => {
                let issue = Issue {
                    id: fresh,
                    version: 1,
                    title: told.title,
                    category: told.category,
                    text: told.text,
                    ground: draft.ground,
                    state: if told.closed {
                        IssueState::Closed
                    } else {
                        IssueState::Open
                    },
                    rung: Rung::Compound,
                    reported_at: told.at,
                    closed_at: told.closed.then(|| told.closed_at.unwrap_or(now)),
                    reporter: None,
                    source,
                };
                // How high it has climbed and who reported it, no file says.
                let id = |i: &mut Issue, id| {
                    i.id = id;
                    if let Some(old) = world.issues().get(id) {
                        i.rung = old.matter.rung;
                        i.reporter = old.matter.reporter;
                        i.source.clone_from(&old.matter.source);
                    }
                };
                settle(
                    world,
                    world.issues(),
                    &issues,
                    issue,
                    (&draft.source, draft.own),
                    id,
                    ids,
                    &mut shipment.issues,
                    report,
                )
            }
        };
        if let (Some((title, ground)), Some(sketch)) = (shown, &mut report.sketch) {
            sketch.matter(what, draft.kind.as_str(), &title, &ground, &draft.origin);
        }
    }
}

/// For a preview.
fn show(report: &mut Report, what: What, draft: &MatterDraft, title: &str) {
    if let Some(sketch) = &mut report.sketch {
        sketch.matter(what, draft.kind.as_str(), title, &draft.ground, &draft.origin);
    }
}

/// What tells a matter without an id: title, ground, and the hour where a file gives one.
type Content = (Box<str>, Ground, Option<Timestamp>);

/// A matter's content, once with its hour and once without, for files that give none.
fn content_of(effect: &Effect) -> Option<[(MatterKind, Content); 2]> {
    let (kind, title, ground, at) = match effect {
        Effect::Hazard(r) => (MatterKind::Hazard, &r.after.title, &r.after.ground, r.after.found_at),
        Effect::Alert(r) => (MatterKind::Alert, &r.after.title, &r.after.ground, r.after.onset),
        Effect::Issue(r) => (MatterKind::Issue, &r.after.title, &r.after.ground, r.after.reported_at),
        _ => return None,
    };
    Some([Some(at), None].map(|hour| (kind, (title.clone(), ground.clone(), hour))))
}

/// The source of a matter that is no longer live.
fn closed_source(effect: &Effect) -> Option<(MatterKind, SourceRef)> {
    match effect {
        Effect::Hazard(r) if !r.after.is_live() => r.after.source.clone().map(|s| (MatterKind::Hazard, s)),
        Effect::Alert(r) if !r.after.is_live() => r.after.source.clone().map(|s| (MatterKind::Alert, s)),
        Effect::Issue(r) if !r.after.is_live() => r.after.source.clone().map(|s| (MatterKind::Issue, s)),
        _ => None,
    }
}

fn by_source<'a, M: Matter>(
    layer: &'a MatterLayer<M>,
    source: impl Fn(&'a M) -> Option<&'a SourceRef>,
) -> HashMap<&'a SourceRef, MatterId> {
    layer
        .iter()
        .filter_map(|s| source(&s.matter).map(|r| (r, s.matter.id())))
        .collect()
}

/// New, changed or just as it stands.
#[allow(
    clippy::too_many_arguments,
    reason = "one private step of three calls that differ in type only"
)]
fn settle<M: Matter + Clone + PartialEq>(
    world: &World,
    layer: &MatterLayer<M>,
    known: &HashMap<&SourceRef, MatterId>,
    mut matter: M,
    (source, own): (&Option<SourceRef>, Option<MatterId>),
    set_id: impl Fn(&mut M, MatterId),
    ids: &mut IdSource,
    into: &mut Vec<(Arc<M>, Option<Version>)>,
    report: &mut Report,
) -> What {
    let by_source = || source.as_ref().and_then(|s| known.get(s)).and_then(|id| layer.get(*id));
    let old = own.and_then(|id| layer.get(id)).or_else(by_source);
    match old {
        Some(old) => {
            set_id(&mut matter, old.matter.id());
            matter.set_version(old.matter.version());
            if *old.matter == matter {
                report.layer(M::KIND.as_str()).unchanged += 1;
                What::Same
            } else {
                report.layer(M::KIND.as_str()).changed += 1;
                into.push((Arc::new(matter), Some(old.matter.version())));
                What::Changed
            }
        }
        None => {
            set_id(&mut matter, MatterId(ids.fresh(world)));
            report.layer(M::KIND.as_str()).new += 1;
            into.push((Arc::new(matter), None));
            What::New
        }
    }
}

fn read(draft: &MatterDraft, now: Timestamp, offset_minutes: i32, report: &mut Report) -> Option<Told> {
    let text = |field: &str| draft.values.get(field).and_then(RawValue::text);
    let Some(title) = text("title").or_else(|| text("category")).or_else(|| text("text")) else {
        report.push(
            FileFinding::new("", Severity::Block, "title_missing", "a title or a category is needed")
                .origin(&draft.origin)
                .mend("say which column holds it: --map title=COLUMN"),
        );
        return None;
    };
    let mut moment = |field: &str| {
        let value = draft.values.get(field)?;
        let at = values::moment(value, offset_minutes);
        if at.is_none() {
            report.push(
                FileFinding::new(
                    "",
                    Severity::Warn,
                    "time_unreadable",
                    format!("{:?} is no time; now is taken", value.text().unwrap_or_default()),
                )
                .origin(&draft.origin),
            );
        }
        at
    };
    let (at, closed_at) = (moment("at").unwrap_or(now), moment("closed_at"));
    Some(Told {
        title: cut(&title, MAX_TITLE_CHARS),
        category: cut(&text("category").unwrap_or_else(|| "other".into()), MAX_CATEGORY_CHARS),
        text: text("text").map(|t| cut(&t, MAX_TEXT_CHARS)),
        closed: text("state").is_some_and(|s| is_closed(&s)),
        at,
        closed_at,
    })
}

fn cut(text: &str, max_chars: usize) -> Box<str> {
    let clean = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    clean.take(max_chars).collect::<String>().into()
}

/// Words for "done with" in systems seen.
fn is_closed(state: &str) -> bool {
    let state = state.to_lowercase();
    [
        "closed",
        "resolved",
        "removed",
        "done",
        "duplicate",
        "transferred",
        "expired",
        "已结",
        "办结",
        "已办结",
        "完结",
        "已消除",
        "已解除",
        "关闭",
    ]
    .iter()
    .any(|word| state.contains(word))
}
