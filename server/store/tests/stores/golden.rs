//! A ledger written once, replayed for ever: every Effect, every Cause.

use crate::ground::Ground;
use crate::keeper::{Keeper, entry, head_of};
use crate::shared::{alert, appointment, building, community, compound, hazard, issue, post, site};
use geju_core::change::{BaseLayer, BasePack, Cause, Change, Effect};
use geju_core::command::Shipment;
use geju_core::drawn::scheme;
use geju_core::matter::{AlertState, HazardState, IssueState};
use geju_core::{Command, Epoch, PersonId, Place, PlaceId, World};
use geju_store::Store;
use std::path::PathBuf;
use std::sync::Arc;

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/golden")
        .join(name)
}

/// Golden files are only ever written when asked for.
fn blessing() -> bool {
    std::env::var_os("GEJU_BLESS").is_some_and(|v| v == "1")
}

async fn draw_golden() -> Vec<Change> {
    let ground = Ground::gpkg();
    let mut k = Keeper::new(ground.open().await);
    let day = jiff::civil::date(2026, 6, 1);
    let mut put: Vec<Command> = vec![
        Command::CreatePlace(Box::new(building(101, 3, 3))),
        Command::CreatePlace(Box::new(community(11, 0, 0, 10, 10))),
        Command::CreatePlace(Box::new(compound(12, 3, 3))),
        Command::CreatePlace(Box::new(site(13, 5, 5))),
        Command::PutHazard {
            hazard: Box::new(hazard(21, 4, 4)),
            base: None,
        },
        Command::PutAlert {
            alert: Box::new(alert(22, 1, 1)),
            base: None,
        },
        Command::PutIssue {
            issue: Box::new(issue(23, 4, 4, Some(PersonId(0xfeed)))),
            base: None,
        },
        Command::PutHazard {
            hazard: Box::new(hazard(25, 6, 6)),
            base: None,
        },
        Command::PutAlert {
            alert: Box::new(alert(26, 7, 1)),
            base: None,
        },
        Command::PutIssue {
            issue: Box::new(issue(27, 4, 4, Some(PersonId(0xbeef)))),
            base: None,
        },
        Command::PutPost {
            post: Box::new(post(31, 11)),
            base: None,
        },
        Command::PutAppointment {
            appointment: Box::new(appointment(32, 31, "张三")),
            base: None,
        },
        Command::PutAppointment {
            appointment: Box::new(appointment(33, 31, "李四")),
            base: None,
        },
    ];
    let mut wider = scheme();
    Arc::make_mut(&mut wider).freshness.archive_days = 120;
    put.push(Command::AdoptScheme(wider));
    for command in put {
        k.put(command).await.expect("kept");
    }
    let old = (*k.world.place(PlaceId(101)).expect("there").place).clone();
    k.put(Command::AmendPlace {
        place: Box::new(Place {
            name: "甲栋".into(),
            ..old
        }),
        base: 1,
    })
    .await
    .expect("kept");
    k.put(Command::RetirePlace {
        id: PlaceId(13),
        base: 1,
        on: day,
    })
    .await
    .expect("kept");
    let gone = geju_core::Hazard {
        state: HazardState::Removed,
        ..hazard(21, 4, 4)
    };
    k.put(Command::PutHazard {
        hazard: Box::new(gone),
        base: Some(1),
    })
    .await
    .expect("kept");
    let closed = geju_core::Issue {
        state: IssueState::Closed,
        ..issue(23, 4, 4, None)
    };
    k.put(Command::PutIssue {
        issue: Box::new(closed),
        base: Some(1),
    })
    .await
    .expect("kept");
    // The ticker lets an alert expire.
    let expired = geju_core::Alert {
        state: AlertState::Expired,
        ..alert(22, 1, 1)
    };
    let order = k.order(Command::PutAlert {
        alert: Box::new(expired),
        base: Some(1),
    });
    let mut change = geju_core::decide(&k.world, &order).expect("decided");
    (change.cause, change.actor) = (Cause::Expire, geju_core::Actor::Ticker);
    k.keep(change).await;
    let shipment = Shipment {
        places: (0..3)
            .map(|n| (Arc::new(building(200 + n, 6 + n as i32, 7)), None))
            .collect(),
        issues: vec![(Arc::new(issue(24, 5, 5, None)), None)],
        base: vec![BasePack {
            layer: BaseLayer::BaseGreen,
            hash: "ab".repeat(32),
            features: 12,
            bytes: 345,
            envelope: Some([1_040_600_000, 306_600_000, 1_040_700_000, 306_700_000].into()),
            attribution: Some("© OpenStreetMap contributors".into()),
        }],
        ..Shipment::default()
    };
    let import = k.import(shipment).await.expect("imported");
    k.undo(import).await.expect("taken back");
    k.store.since(geju_core::Seq::ZERO, usize::MAX).await.expect("since")
}

/// The map in words, sorted, so that a difference can be read.
fn told(world: &World) -> String {
    let mut lines = vec![format!(
        "epoch {} head {} archive_days {}",
        world.epoch().0,
        world.head(),
        world.scheme().freshness.archive_days
    )];
    let json = |v: &dyn erased::Told| v.json();
    let mut places: Vec<_> = world.places().collect();
    places.sort_unstable_by_key(|p| p.place.id);
    for p in places {
        let parents = (p.parents.up.map(|p| p.0), p.parents.compound.map(|p| p.0));
        lines.push(format!(
            "place {} since {} at {} in {parents:?} {:?}",
            json(&p.place),
            p.since,
            p.at,
            world.tally(p.place.id)
        ));
    }
    lines.extend(sorted(
        world
            .hazards()
            .iter()
            .map(|m| format!("hazard {} since {}", json(&m.matter), m.since)),
    ));
    lines.extend(sorted(
        world
            .alerts()
            .iter()
            .map(|m| format!("alert {} since {}", json(&m.matter), m.since)),
    ));
    lines.extend(sorted(
        world
            .issues()
            .iter()
            .map(|m| format!("issue {} since {}", json(&m.matter), m.since)),
    ));
    lines.extend(world.posts().map(|p| format!("post {}", json(p))));
    lines.extend(world.appointments().map(|a| format!("appointment {}", json(a))));
    lines.extend(world.base().map(|b| format!("base {}", json(b))));
    lines.join("\n") + "\n"
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    lines.sort_unstable();
    lines
}

mod erased {
    /// Anything that can be told as JSON.
    pub trait Told {
        fn json(&self) -> String;
    }
    impl<T: serde::Serialize> Told for T {
        fn json(&self) -> String {
            serde_json::to_string(self).expect("json")
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_golden_ledger_is_replayed_for_ever() {
    let (ledger, map) = (golden("ledger-1.jsonl"), golden("ledger-1.map.txt"));
    if blessing() && !ledger.exists() {
        let lines: Vec<String> = draw_golden()
            .await
            .iter()
            .map(|c| serde_json::to_string(c).expect("json") + "\n")
            .collect();
        std::fs::write(&ledger, lines.concat()).expect("written");
    }
    let text = std::fs::read_to_string(&ledger).expect("the golden ledger is in the repository");
    let changes: Vec<Change> = text
        .lines()
        .map(|l| serde_json::from_str(l).expect("an old Change is read"))
        .collect();
    let mut world = World::empty(Epoch(1), scheme());
    for change in &changes {
        world.fold(change);
    }
    world.assert_sound();
    if blessing() {
        std::fs::write(&map, told(&world)).expect("written");
    }
    assert_eq!(
        told(&world),
        std::fs::read_to_string(&map).expect("its map is in the repository")
    );

    // Every kind of effect and cause is in it.
    let mut effects: Vec<&str> = changes.iter().flat_map(|c| &c.effects).map(kind_of).collect();
    effects.sort_unstable();
    effects.dedup();
    assert_eq!(
        effects,
        [
            "alert",
            "appointment",
            "base",
            "hazard",
            "issue",
            "place",
            "post",
            "reparent",
            "scheme"
        ]
    );
    let mut causes: Vec<&str> = changes.iter().map(|c| c.cause.as_str()).collect();
    causes.sort_unstable();
    causes.dedup();
    assert_eq!(
        causes,
        [
            "amend", "appoint", "create", "expire", "import", "record", "retire", "scheme", "undo"
        ]
    );

    // A store of today takes it and hands it out unchanged.
    let ground = Ground::gpkg();
    let mut keeper = Keeper::new(ground.open().await);
    for change in changes.clone() {
        keeper
            .store
            .append(head_of(&keeper.world), &[entry(change.clone())])
            .await
            .expect("appended");
        keeper.world.fold(&change);
    }
    keeper.assert_equal().await;
    assert_eq!(
        keeper
            .store
            .since(geju_core::Seq::ZERO, usize::MAX)
            .await
            .expect("since"),
        changes
    );
}

fn kind_of(effect: &Effect) -> &'static str {
    match effect {
        Effect::Place(_) => "place",
        Effect::Hazard(_) => "hazard",
        Effect::Alert(_) => "alert",
        Effect::Issue(_) => "issue",
        Effect::Post(_) => "post",
        Effect::Appointment(_) => "appointment",
        Effect::Reparent { .. } => "reparent",
        Effect::Base { .. } => "base",
        Effect::Scheme { .. } => "scheme",
    }
}
