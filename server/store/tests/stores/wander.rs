//! A random walk through everything a ledger can go through.

use crate::dice::Dice;
use crate::keeper::Keeper;
use crate::shared::{alert, appointment, building, community, compound, hazard, issue, post, site};
use geju_core::change::{BaseLayer, BasePack};
use geju_core::command::Shipment;
use geju_core::matter::{AlertState, HazardState, IssueState};
use geju_core::{Command, Place, World};
use geju_store::{Accounts, Store};
use jiff::civil::date;
use std::sync::Arc;

/// Cells of the walk in each direction.
const SIZE: u64 = 30;

/// What the next step shall be. May be refused; then the walk goes on.
pub fn next_command(
    world: &World,
    dice: &mut Dice,
    fresh: &mut u64,
    last_import: &Option<Arc<geju_core::Change>>,
) -> Option<Command> {
    *fresh += 1;
    let id = 10_000 + *fresh * 1_000;
    let (x, y) = (dice.below(SIZE) as i32, dice.below(SIZE) as i32);
    let mut places: Vec<&Place> = world.places().map(|p| &*p.place).collect();
    places.sort_unstable_by_key(|p| p.id);
    Some(match dice.below(20) {
        0 => Command::CreatePlace(Box::new(community(id, x / 6 * 6, y / 6 * 6, 6, 6))),
        1 | 2 => Command::CreatePlace(Box::new(compound(id, x, y))),
        3..=5 => Command::CreatePlace(Box::new(building(id, x, y))),
        6 => Command::CreatePlace(Box::new(site(id, x, y))),
        7 | 8 => {
            let old = *dice.pick(&places)?;
            let moved = if dice.below(2) == 0 {
                building(id, x, y).ground
            } else {
                old.ground.clone()
            };
            let ground = if old.kind() == geju_core::PlaceKind::Building {
                moved
            } else {
                old.ground.clone()
            };
            let name = format!("改名{}", dice.below(9)).into();
            Command::AmendPlace {
                place: Box::new(Place {
                    name,
                    ground,
                    ..old.clone()
                }),
                base: old.version,
            }
        }
        9 => {
            let old = dice.pick(&places)?;
            Command::RetirePlace {
                id: old.id,
                base: old.version,
                on: date(2026, 6, 1),
            }
        }
        10 => Command::PutHazard {
            hazard: Box::new(hazard(id, x, y)),
            base: None,
        },
        11 => Command::PutAlert {
            alert: Box::new(alert(id, x, y)),
            base: None,
        },
        12 => Command::PutIssue {
            issue: Box::new(issue(id, x, y, Some(geju_core::PersonId(u128::from(id))))),
            base: None,
        },
        13 => amended_matter(world, dice)?,
        14 => Command::PutPost {
            post: Box::new(post(id, dice.pick(&places)?.id.0)),
            base: None,
        },
        15 => {
            let posts: Vec<u64> = world.posts().map(|p| p.id.0).collect();
            Command::PutAppointment {
                appointment: Box::new(appointment(id, *dice.pick(&posts)?, "张三")),
                base: None,
            }
        }
        16 => {
            let standing = world.posts().next()?;
            let given_up = geju_core::Post {
                standing: false,
                ..(**standing).clone()
            };
            Command::PutPost {
                post: Box::new(given_up),
                base: Some(standing.version),
            }
        }
        17 => Command::Import(Box::new(shipment(world, dice, id))),
        18 => Command::Undo(last_import.clone()?),
        _ => {
            let mut scheme = (**world.scheme()).clone();
            scheme.freshness.archive_days += 1;
            Command::AdoptScheme(Arc::new(scheme))
        }
    })
}

fn amended_matter(world: &World, dice: &mut Dice) -> Option<Command> {
    match dice.below(3) {
        0 => {
            let old = &world.hazards().iter().min_by_key(|h| h.matter.id)?.matter;
            let hazard = geju_core::Hazard {
                state: HazardState::Removed,
                ..(**old).clone()
            };
            Some(Command::PutHazard {
                hazard: Box::new(hazard),
                base: Some(old.version),
            })
        }
        1 => {
            let old = &world.alerts().iter().min_by_key(|h| h.matter.id)?.matter;
            let alert = geju_core::Alert {
                state: AlertState::Closed,
                ..(**old).clone()
            };
            Some(Command::PutAlert {
                alert: Box::new(alert),
                base: Some(old.version),
            })
        }
        _ => {
            let old = &world.issues().iter().min_by_key(|h| h.matter.id)?.matter;
            let state = if dice.below(2) == 0 {
                IssueState::Closed
            } else {
                IssueState::Open
            };
            let issue = geju_core::Issue {
                state,
                title: "改了".into(),
                ..(**old).clone()
            };
            Some(Command::PutIssue {
                issue: Box::new(issue),
                base: Some(old.version),
            })
        }
    }
}

/// Sometimes small, sometimes a batch; new places, changed places, retired places, matters, a base pack.
fn shipment(world: &World, dice: &mut Dice, id: u64) -> Shipment {
    let many = if dice.below(2) == 0 { 5 } else { 620 };
    let mut places: Vec<_> = world.places().cloned().collect();
    places.sort_unstable_by_key(|p| p.place.id);
    let mut shipment = Shipment::default();
    for n in 0..many {
        let (x, y) = (dice.below(SIZE) as i32, dice.below(SIZE) as i32);
        shipment.places.push((Arc::new(building(id + n, x, y)), None));
    }
    for (i, old) in places.iter().enumerate().take(40) {
        if i % 3 == 0 {
            let changed = Place {
                name: "导入改名".into(),
                ..(*old.place).clone()
            };
            shipment.places.push((Arc::new(changed), Some(old.place.version)));
        } else if i % 7 == 0 {
            shipment.retire.push((old.place.id, old.place.version));
        }
    }
    shipment.hazards.push((Arc::new(hazard(id + 900, 1, 1)), None));
    shipment.base.push(BasePack {
        layer: BaseLayer::BaseWater,
        hash: format!("{id:064x}"),
        features: many,
        bytes: 3,
        envelope: None,
        attribution: Some("© OpenStreetMap".into()),
    });
    shipment
}

impl<S: Store + Accounts> Keeper<S> {
    /// So many steps; refused ones count too. Answers the map after every step that was kept.
    pub async fn wander(&mut self, seed: u64, steps: usize) -> Vec<World> {
        let mut dice = Dice::new(seed);
        let (mut last_import, mut worlds) = (None, Vec::new());
        for _ in 0..steps {
            let Some(command) = next_command(&self.world, &mut dice, &mut self.fresh, &last_import) else {
                continue;
            };
            let import = matches!(command, Command::Import(_));
            if let Ok(change) = self.put(command).await {
                if import {
                    last_import = Some(Arc::new(change));
                }
                worlds.push(self.world.clone());
            }
        }
        worlds
    }
}
