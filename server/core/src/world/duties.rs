//! Which posts are for which place, and who holds them: looked up, never searched.

use super::World;
use crate::id::PostId;
use crate::people::{Appointment, AppointmentId, Post};
use crate::place::PlaceId;
use foldhash::HashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, Clone, Default)]
pub(super) struct Duties {
    at: HashMap<PlaceId, BTreeSet<PostId>>,
    held: HashMap<PostId, BTreeSet<AppointmentId>>,
}

impl World {
    /// A post as it is from now on; one that was given up leaves.
    pub(super) fn put_post(&mut self, post: Arc<Post>) {
        if let Some(old) = self.posts.remove(&post.id)
            && let Some(here) = self.duties.at.get_mut(&old.place)
        {
            here.remove(&old.id);
            if here.is_empty() {
                self.duties.at.remove(&old.place);
            }
        }
        if post.standing {
            self.duties.at.entry(post.place).or_default().insert(post.id);
            self.posts.insert(post.id, post);
        }
    }

    /// An appointment as it is from now on; one that ended leaves.
    pub(super) fn put_appointment(&mut self, appointment: Arc<Appointment>) {
        if let Some(old) = self.appointments.remove(&appointment.id)
            && let Some(holders) = self.duties.held.get_mut(&old.post)
        {
            holders.remove(&old.id);
            if holders.is_empty() {
                self.duties.held.remove(&old.post);
            }
        }
        if appointment.until.is_none() {
            self.duties
                .held
                .entry(appointment.post)
                .or_default()
                .insert(appointment.id);
            self.appointments.insert(appointment.id, appointment);
        }
    }

    /// Who holds the post now.
    pub fn holder(&self, post: PostId) -> Option<&Arc<Appointment>> {
        let first = self.duties.held.get(&post)?.first()?;
        self.appointments.get(first)
    }

    /// The posts for this very place.
    pub fn posts_at(&self, place: PlaceId) -> impl Iterator<Item = &Arc<Post>> {
        let here = self.duties.at.get(&place).into_iter().flatten();
        here.filter_map(|id| self.posts.get(id))
    }
}
