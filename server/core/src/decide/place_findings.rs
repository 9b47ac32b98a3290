//! What is wrong with a place as it would stand: what blocks it, and what is only untidy.

use super::check_text;
use crate::code::Code;
use crate::finding::{Finding, Severity};
use crate::ground::{Ground, Outline, overlay};
use crate::place::{Archive, MAX_ADDRESS_CHARS, MAX_NAME_CHARS, MAX_TAG_CHARS, MAX_TAGS, Place, PlaceKind};
use crate::rules::OVERLAP_TOLERANCE_M2;
use crate::world::{Parents, World};
use jiff::civil::Date;

/// Corners of an outline drawn by hand or by a program; imports may bring finer ones. A street drawn to the metre has 2,000.
pub const MAX_DRAWN_VERTICES: usize = 5_000;
/// Edges of siblings that one drawn outline is compared with.
const MAX_COMPARED_VERTICES: usize = 200_000;
/// Years outside these are slips of the keyboard.
const BUILD_YEARS: std::ops::RangeInclusive<u16> = 1000..=2200;
/// No place on the map came in force before: cadastre and household registers in use begin in the twentieth century, and an
/// earlier date is a slip of the keyboard.
pub const FIRST_DAY: Date = jiff::civil::date(1900, 1, 1);
/// No day is asked for or written after this: nobody draws for the century after next.
pub const LAST_DAY: Date = jiff::civil::date(2200, 1, 1);
/// Longest text of an archive field.
const MAX_FIELD_CHARS: usize = 500;
/// Most entries in one list of an archive.
const MAX_FIELD_ENTRIES: usize = 200;

/// What is wrong with the place itself, whatever lies around it.
pub fn check_place_alone(world: &World, place: &Place, today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    check_words(place, &mut findings);
    check_archive(&place.archive, &mut findings);
    let kind = place.kind();
    if let (Ground::Point(at), false) = (&place.ground, kind.may_be_point()) {
        findings.push(
            Finding::block(
                "outline_needed",
                format!("a {kind} needs an outline, not a single spot"),
            )
            .at(*at)
            .path("geometry"),
        );
    }
    check_first_day(world, place, today, &mut findings);
    if let Some(checked) = place.checked_on.filter(|day| *day > today) {
        findings
            .push(Finding::block("checked_in_future", format!("{checked} is after today, {today}")).path("checked_on"));
    }
    match place.code.as_ref().map(|code| (code, world.by_code(kind, code))) {
        Some((code, Some(other))) if other.place.id != place.id => findings.push(
            Finding::block("code_taken", format!("code {code} belongs to {}", called(&other.place)))
                .places([other.place.id])
                .path("code")
                .mend("give another code, or amend that place"),
        ),
        Some((code, None)) => findings.extend(code_retired(world, place, code)),
        _ => {}
    }
    findings
}

/// Codes are never given again, 编码不复用: what a retired place was called by in letters and files must not come to mean another.
pub(crate) fn code_retired(world: &World, place: &Place, code: &Code) -> Option<Finding> {
    let former = world
        .retired_code(place.kind(), code)
        .filter(|former| former.id != place.id)?;
    let message = format!(
        "code {code} belonged to {}, which was retired on {}; codes are never given again",
        former.called(),
        former.retired_on
    );
    let finding = Finding::block("code_retired", message).places([former.id]).path("code");
    Some(
        finding
            .mend("give another code; if it is that place come back, undo its retirement or import it with --revive"),
    )
}

/// The day it came in force may be corrected later: the last word holds, and it is told that it moved.
fn check_first_day(world: &World, place: &Place, today: Date, findings: &mut Vec<Finding>) {
    let day = place.effective_from;
    if day < FIRST_DAY {
        findings.push(
            Finding::block(
                "date_out_of_range",
                format!("{day} is before {FIRST_DAY}, from when places are kept"),
            )
            .path("effective_from")
            .mend("write the day it came in force as YYYY-MM-DD"),
        );
    } else if day > today {
        findings.push(
            Finding::block("effective_in_future", format!("{day} is after today, {today}")).path("effective_from"),
        );
    }
    if let Some(old) = world.place(place.id).filter(|old| old.place.effective_from != day) {
        let before = old.place.effective_from;
        findings.push(
            Finding::new(
                Severity::Note,
                "first_day_moved",
                format!("in force since {day}, and no longer since {before}"),
            )
            .places([place.id])
            .path("effective_from"),
        );
    }
}

/// What is untidy but lets itself be saved: a missing parent, overlap with siblings, a code that deviates.
pub fn tidy_findings(world: &World, place: &Place, parents: Parents, numbering: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let kind = place.kind();
    let governed = PlaceKind::LADDER.contains(&kind) || kind == PlaceKind::Compound;
    let level_above = kind.holders().iter().find(|k| world.count_of(**k) > 0);
    if let (Some(above), true) = (level_above, governed)
        && parents.up.is_none()
    {
        findings.push(
            Finding::warn("parent_missing", format!("{kind} {} lies in no {above}", called(place)))
                .places([place.id])
                .at(place.ground.inner_point()),
        );
    }
    if numbering && let Some(code) = &place.code {
        let parent = parents
            .up
            .and_then(|id| world.place(id))
            .and_then(|p| p.place.code.clone());
        findings.extend(world.scheme().code_finding(kind, place.id, code, parent.as_ref()));
    }
    if let (Some(outline), true) = (place.ground.outline(), governed) {
        overlaps(world, place, outline, &mut findings);
    }
    findings
}

/// How a place is called in a message: by name, else by code, else by id.
pub(crate) fn called(place: &Place) -> String {
    match (&*place.name, &place.code) {
        ("", Some(code)) => code.to_string(),
        ("", None) => format!("#{}", place.id),
        (name, _) => name.to_owned(),
    }
}

/// Tells siblings that share more ground than the tolerance.
fn overlaps(world: &World, place: &Place, outline: &Outline, findings: &mut Vec<Finding>) {
    let (itself, kind) = (place.id, place.kind());
    let raw = outline.to_raw();
    let mut compared = 0;
    for sibling in world.places_meeting(kind, outline.envelope()) {
        let Some(other) = sibling.place.ground.outline().filter(|_| sibling.place.id != itself) else {
            continue;
        };
        compared += outline.vertex_count() + other.vertex_count();
        let unmeasured = compared > MAX_COMPARED_VERTICES || overlay::is_tangled(&[raw.clone(), other.to_raw()]);
        if unmeasured {
            findings.push(
                Finding::warn(
                    "overlap_not_measured",
                    "the edges are too many to compare with every neighbour",
                )
                .places([itself])
                .at(sibling.inner)
                .mend("simplify the outline"),
            );
            return;
        }
        let shared = overlay::overlap_area(outline, other).0;
        if shared > OVERLAP_TOLERANCE_M2 {
            findings.push(
                Finding::warn(
                    "overlaps_sibling",
                    format!("overlaps {kind} {} by {shared:.1} m²", called(&sibling.place)),
                )
                .places([itself, sibling.place.id])
                .at(sibling.inner),
            );
        }
    }
}

fn check_words(place: &Place, findings: &mut Vec<Finding>) {
    check_text("name", &place.name, MAX_NAME_CHARS, findings);
    if let Some(address) = &place.address {
        check_text("address", address, MAX_ADDRESS_CHARS, findings);
    }
    if place.tags.len() > MAX_TAGS {
        findings.push(
            Finding::block(
                "too_many_tags",
                format!("{} tags are more than {MAX_TAGS}", place.tags.len()),
            )
            .path("tags"),
        );
    }
    for tag in place.tags.iter().take(MAX_TAGS) {
        check_text("tags", tag, MAX_TAG_CHARS, findings);
    }
    if let Some(source) = &place.source {
        check_text("source.name", &source.name, MAX_FIELD_CHARS, findings);
        check_text("source.id", &source.id, MAX_FIELD_CHARS, findings);
    }
}

fn check_archive(archive: &Archive, findings: &mut Vec<Finding>) {
    let mut text = |path: &str, value: &Option<Box<str>>| {
        if let Some(value) = value {
            check_text(path, value, MAX_FIELD_CHARS, findings);
        }
    };
    match archive {
        Archive::District(crate::place::District { office, duty_phone })
        | Archive::Street(crate::place::Street { office, duty_phone })
        | Archive::Community(crate::place::Community { office, duty_phone }) => {
            text("archive.office", office);
            text("archive.duty_phone", duty_phone);
        }
        Archive::Grid(_) | Archive::MicroGrid(_) => {}
        Archive::Building(b) => {
            check_year(b.build_year, findings);
            let parts = [("over_60", b.over_60), ("children", b.children)];
            check_parts("residents", b.residents, &parts, findings);
            check_parts("over_60", b.over_60, &[("over_60_alone", b.over_60_alone)], findings);
        }
        Archive::ResourceSite(site) => {
            text("archive.hours", &site.hours);
            text("archive.phone", &site.phone);
            check_text("archive.category", &site.category, MAX_FIELD_CHARS, findings);
        }
        Archive::Compound(c) => {
            text("archive.property_firm", &c.property_firm);
            if let Some(bodies) = &c.service_bodies {
                text("archive.service_bodies.party_branch", &bodies.party_branch);
            }
            for item in &c.service_items {
                text("archive.service_items", &Some(item.title.clone()));
                text("archive.service_items", &item.body);
                text("archive.service_items", &item.hours);
            }
            for step in &c.response_flow {
                text("archive.response_flow", &Some(step.step.clone()));
                text("archive.response_flow", &step.post);
            }
            check_year(c.build_year, findings);
            let longest = c.service_items.len().max(c.response_flow.len());
            let organisations = c.service_bodies.as_ref().map_or(0, |b| b.social_organisations.len());
            if longest.max(organisations) > MAX_FIELD_ENTRIES {
                findings.push(
                    Finding::block(
                        "too_many_entries",
                        format!("a list has more than {MAX_FIELD_ENTRIES} entries"),
                    )
                    .path("archive"),
                );
            }
        }
    }
}

fn check_year(year: Option<u16>, findings: &mut Vec<Finding>) {
    if let Some(year) = year.filter(|y| !BUILD_YEARS.contains(y)) {
        findings.push(
            Finding::block("year_out_of_range", format!("{year} is not a year of completion"))
                .path("archive.build_year"),
        );
    }
}

/// A part that is larger than its whole is told, not refused: archives are filled in piece by piece.
fn check_parts(whole_name: &str, whole: Option<u32>, parts: &[(&str, Option<u32>)], findings: &mut Vec<Finding>) {
    let Some(whole) = whole else { return };
    for (name, part) in parts {
        if let Some(part) = part.filter(|p| *p > whole) {
            findings.push(
                Finding::warn(
                    "part_exceeds_whole",
                    format!("{name} is {part}, more than {whole_name} {whole}"),
                )
                .path(format!("archive.{name}")),
            );
        }
    }
}
