//! Which matters an asker may count: asked once per question, not once per place.

use crate::auth::Asker;
use geju_core::matter::Matter;
use geju_core::people::{Action, Reach};
use geju_core::world::{MatterLayer, Standing};
use geju_core::{MatterId, World};
use std::collections::HashSet;

/// The matters an asker hears of.
pub enum Hearing {
    All,
    These(HashSet<MatterId>),
}

impl Hearing {
    pub fn of(world: &World, asker: &Asker) -> Self {
        match asker.reach(Action::MattersRead) {
            Reach::All => Hearing::All,
            Reach::None => Hearing::These(HashSet::new()),
            Reach::Own => {
                let mut these = HashSet::new();
                listen(world, world.issues(), asker, &mut these);
                listen(world, world.hazards(), asker, &mut these);
                listen(world, world.alerts(), asker, &mut these);
                Hearing::These(these)
            }
        }
    }

    pub fn lets(&self, id: MatterId) -> bool {
        match self {
            Hearing::All => true,
            Hearing::These(these) => these.contains(&id),
        }
    }
}

fn listen<M: Matter>(world: &World, layer: &MatterLayer<M>, asker: &Asker, these: &mut HashSet<MatterId>) {
    let heard = layer.iter().filter(|s| hears(world, asker, s));
    these.extend(heard.map(|s| s.matter.id()));
}

/// Does this asker hear of this matter: by the ground of its day, or by who answers for the spot now?
pub fn hears<M: Matter>(world: &World, asker: &Asker, standing: &Standing<M>) -> bool {
    asker.reaches_any(
        Action::MattersRead,
        &world.grounds_of(&standing.parents, standing.inner),
    )
}
