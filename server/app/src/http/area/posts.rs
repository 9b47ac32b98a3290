//! Posts whose place lies in an area, and how much each answers for: the workload, 岗位工作量.

use super::super::hearing::Hearing;
use crate::auth::Asker;
use geju_core::people::Action;
use geju_core::{Area, Placed, Post, World};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::sync::Arc;

/// Posts told by one answer: a community has some dozens; what is left out is counted.
const POSTS_MAX: usize = 200;

/// The posts, highest level first, and how many were left out.
pub(super) fn posts(world: &World, asker: &Asker, area: &Area, day: Date) -> (Vec<Value>, usize) {
    let Some(envelope) = area.envelope() else {
        return (Vec::new(), 0);
    };
    let mut found: Vec<(&Arc<Placed>, &Arc<Post>)> = geju_core::PlaceKind::ALL
        .into_iter()
        .flat_map(|kind| world.inner_points_in(kind, envelope))
        .filter(|p| area.contains(p.inner))
        .flat_map(|placed| world.posts_at(placed.place.id).map(move |post| (placed, post)))
        .collect();
    found.sort_by_key(|(placed, post)| (placed.place.kind(), placed.place.code.clone(), placed.place.id, post.id));
    let unlisted = found.len().saturating_sub(POSTS_MAX);
    found.truncate(POSTS_MAX);
    let hearing = Hearing::of(world, asker);
    let told = found.into_iter().map(|(placed, post)| {
        let place = &placed.place;
        let figures = place
            .ground
            .outline()
            .map(|outline| world.figures(outline, day, |_, id| hearing.lets(id)))
            .unwrap_or_default();
        let people = asker
            .reaches_place(world, Action::FiguresRead, place.id)
            .then(|| figures.people());
        json!({
            "id": post.id, "title": post.title, "place": place.id, "place_name": place.name, "role": post.role,
            "person": world.holder(post.id).map(|a| json!({ "name": a.holder })),
            "figures": {
                "households": people.map(|p| p.households), "residents": people.map(|p| p.residents),
                "shops": people.map(|p| p.shops), "buildings": figures.tally.buildings,
                "issues_open": figures.issues_open,
            },
        })
    });
    (told.collect(), unlisted)
}
