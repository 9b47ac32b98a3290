//! Alerts on a wall: the worst first, each with whom it touches, who answers for it and what is near.

use super::View;
use geju_core::people::Action;
use geju_core::world::Standing;
use geju_core::{Alert, Ground, LonLat, PlaceKind};
use serde_json::{Value, json};
use std::sync::Arc;

/// Alerts told one by one: a wall shows a dozen, a storm brings some more.
const ALERTS_MAX: usize = 50;
/// Resource sites named beside an alert.
const NEAREST_TOLD: usize = 3;
/// Posts named beside an alert, the nearest level first.
const POSTS_TOLD: usize = 6;

impl View<'_> {
    pub(super) fn alerts(&self) -> Value {
        let here = self.world.alerts().meeting(self.outline.envelope());
        let mut all: Vec<&Arc<Standing<Alert>>> = here.filter(|s| self.outline.contains(s.inner)).collect();
        all.sort_by_key(|s| {
            let alert = &s.matter;
            (alert.level, std::cmp::Reverse(alert.onset), alert.id)
        });
        let mut levels = [0_u64; 4];
        for alert in &all {
            levels[usize::from(u8::from(alert.matter.level)) - 1] += 1;
        }
        let unacknowledged = all.iter().filter(|s| s.matter.acknowledged_at.is_none()).count();
        json!({
            "active": all.len(), "unacknowledged": unacknowledged,
            "by_level": { "1": levels[0], "2": levels[1], "3": levels[2], "4": levels[3] },
            "items": all.iter().take(ALERTS_MAX).map(|s| self.alert(s)).collect::<Vec<Value>>(),
        })
    }

    fn alert(&self, standing: &Standing<Alert>) -> Value {
        let (alert, spot) = (&standing.matter, standing.inner);
        let smallest = self.world.smallest_at(spot).and_then(|id| self.world.place(id));
        let place = smallest.map(|p| json!({ "id": p.place.id, "kind": p.place.kind(), "name": p.place.name }));
        json!({
            "id": alert.id, "version": alert.version, "level": alert.level, "category": alert.category,
            "title": alert.title, "onset": alert.onset, "expires": alert.expires,
            "acknowledged_at": alert.acknowledged_at, "point": spot.to_degrees(), "place": place,
            "people_affected": self.affected(alert, spot), "responsible": self.responsible(spot),
            "nearest": self.nearest(spot),
        })
    }

    /// People on the alert's own ground as far as it lies on the wall's; of a mere spot those in the smallest place that
    /// holds it, where the asker may know them.
    fn affected(&self, alert: &Alert, spot: LonLat) -> Option<Value> {
        let world = self.world;
        let people = match &alert.ground {
            Ground::Outline(ground) => world.people_in(&[ground, self.outline]),
            Ground::Point(_) => {
                let id = world.smallest_at(spot)?;
                if !self.asker.reaches_place(world, Action::FiguresRead, id) {
                    return None;
                }
                world.people_in(&[world.place(id)?.place.ground.outline()?])
            }
        };
        Some(json!({ "households": people.households, "residents": people.residents, "over_60": people.over_60 }))
    }

    fn responsible(&self, spot: LonLat) -> Vec<Value> {
        let world = self.world;
        let located = world.locate(spot);
        let posts = located.smallest_first().flat_map(|id| {
            let name = world.place(id).map(|p| p.place.name.clone());
            let told = move |post: &Arc<geju_core::Post>| {
                json!({ "post_id": post.id, "title": post.title, "place_name": name })
            };
            world.posts_at(id).map(told)
        });
        posts.take(POSTS_TOLD).collect()
    }

    fn nearest(&self, spot: LonLat) -> Vec<Value> {
        let near = self
            .world
            .nearest(PlaceKind::ResourceSite, spot, NEAREST_TOLD, |_| true);
        let told = near.into_iter().map(|n| {
            let place = &n.placed.place;
            json!({
                "id": place.id, "name": place.name, "category": place.archive.subkind().unwrap_or("other"),
                "distance_m": n.distance.0.round(),
            })
        });
        told.collect()
    }
}
