//! What review promises: ground that a city wants looked at twice moves by a reviewer's word alone.

mod made;

use geju_core::change::Actor;
use geju_core::command::Reshape;
use geju_core::decide::check_reshape;
use geju_core::draft::{Draft, DraftGround, DraftId, DraftState, DraftStep};
use geju_core::drawn::{order, outline, place, scheme, world};
use geju_core::people::{Role, Warrant};
use geju_core::place::PlaceKind;
use geju_core::scheme::Review;
use geju_core::{ChangeId, Command, Ground, Order, Place, PlaceId, Refusal, Scheme, Severity, World, decide};
use made::{building, carry_out};
use std::sync::Arc;

const TWO: &str = "
    AABB
    AABB
";
const A: PlaceId = PlaceId(10);
const B: PlaceId = PlaceId(11);

fn street(direct_correction_m2: Option<f64>) -> World {
    let whole = "GGGG\nGGGG";
    let mut world = world(vec![
        place(1, PlaceKind::Community, "社区", outline(whole, 'G')),
        place(2, PlaceKind::Grid, "一网格", outline(whole, 'G')),
        place(A.0, PlaceKind::MicroGrid, "甲", outline(TWO, 'A')),
        place(B.0, PlaceKind::MicroGrid, "乙", outline(TWO, 'B')),
        building(100, 0, 0, 30),
        building(101, 3, 0, 30),
        building(102, 1, 0, 30),
    ]);
    let reviewed = Scheme {
        review: Some(Review {
            kinds: vec![PlaceKind::MicroGrid],
            direct_correction_m2,
            accept_own: vec![Role::StreetStaff],
        }),
        draws: [Role::GridWorker, Role::CommunityStaff, Role::StreetStaff]
            .map(|role| (role, vec![PlaceKind::MicroGrid]))
            .into(),
        ..Scheme::clone(&scheme())
    };
    carry_out(&mut world, Command::AdoptScheme(Arc::new(reviewed)));
    world
}

fn moved(world: &World, picture: &str) -> Command {
    let redrawn = |id, letter| {
        let old = &world.place(id).unwrap().place;
        let ground = Ground::Outline(outline(picture, letter));
        let place = Place {
            ground,
            ..Place::clone(old)
        };
        (place, old.version)
    };
    Command::Reshape(Box::new(Reshape {
        moved: vec![redrawn(A, 'A'), redrawn(B, 'B')],
        ..Reshape::default()
    }))
}

fn by(role: Role, place: u64, command: Command) -> Order {
    Order {
        warrant: Warrant {
            role,
            places: vec![PlaceId(place)],
        },
        ..order(command)
    }
}

fn refusal(world: &World, order: &Order) -> String {
    match decide(world, order) {
        Err(Refusal::Forbidden(found)) => found.code,
        other => panic!("{other:?}"),
    }
}

/// The upper half of a column, where nobody lives, and the whole column, where somebody does.
const LITTLE: &str = "ABBB\nAABB";
const LIVED_IN: &str = "ABBB\nABBB";

#[test]
fn a_worker_sends_for_review_what_a_reviewer_draws() {
    let world = street(None);
    for command in [
        moved(&world, LITTLE),
        moved(&world, LIVED_IN),
        Command::RetirePlace {
            id: A,
            base: 1,
            on: world.scheme().day_of(order(moved(&world, LITTLE)).at),
        },
    ] {
        assert_eq!(refusal(&world, &by(Role::GridWorker, 2, command)), "needs_review");
    }
    assert!(decide(&world, &by(Role::CommunityStaff, 1, moved(&world, LIVED_IN))).is_ok());
    let Command::Reshape(wish) = moved(&world, LITTLE) else {
        unreachable!()
    };
    let told = check_reshape(
        &world,
        &by(Role::GridWorker, 2, Command::Reshape(Box::default())),
        &wish,
    );
    let asked = told.findings.iter().find(|f| f.code == "needs_review").expect("told");
    assert_eq!(
        asked.severity,
        Severity::Note,
        "nothing is wrong with the drawing itself"
    );
}

#[test]
fn a_new_name_and_a_small_correction_need_nobody() {
    let world = street(Some(1e9));
    assert!(decide(&world, &by(Role::GridWorker, 2, moved(&world, LITTLE))).is_ok());
    let crossed = by(Role::GridWorker, 2, moved(&world, LIVED_IN));
    assert_eq!(
        refusal(&world, &crossed),
        "needs_review",
        "somebody's building changes sides"
    );
    let world = street(Some(0.5));
    let little = by(Role::GridWorker, 2, moved(&world, LITTLE));
    assert_eq!(refusal(&world, &little), "needs_review");
    let named = Place {
        name: "新名".into(),
        ..Place::clone(&world.place(A).unwrap().place)
    };
    let renamed = Command::Reshape(Box::new(Reshape {
        moved: vec![(named, 1)],
        ..Reshape::default()
    }));
    assert!(decide(&world, &by(Role::GridWorker, 2, renamed)).is_ok());
}

#[test]
fn a_city_without_review_asks_nobody() {
    let mut world = street(None);
    carry_out(&mut world, Command::AdoptScheme(scheme()));
    assert!(decide(&world, &by(Role::GridWorker, 2, moved(&world, LIVED_IN))).is_ok());
}

#[test]
fn each_may_do_with_a_draft_what_is_theirs() {
    let world = street(None);
    let scheme = world.scheme();
    let who = |name: &str| Actor::Account(name.into());
    let warrant = |role, place| Warrant {
        role,
        places: vec![PlaceId(place)],
    };
    let at = order(moved(&world, LITTLE)).at;
    let ground = |within: &[u64]| DraftGround {
        kind: PlaceKind::MicroGrid,
        within: within.iter().copied().map(PlaceId).collect(),
    };
    let mut draft = Draft {
        id: DraftId(1),
        version: 1,
        state: DraftState::Submitted,
        name: "边界".into(),
        note: None,
        author: who("worker"),
        role: Role::GridWorker,
        at,
        changed_at: at,
        change_id: ChangeId(1),
        parent: Some(PlaceId(2)),
        grounds: vec![ground(&[10, 2, 1]), ground(&[20, 4, 3])],
        effective_on: None,
        accepted: None,
        change: None,
    };
    use DraftStep::{Accept, Amend, Comment, Return, Withdraw};
    let may =
        |draft: &Draft, name: &str, role, place, blocked| draft.may(scheme, &who(name), &warrant(role, place), blocked);
    assert_eq!(
        may(&draft, "worker", Role::GridWorker, 2, false),
        [Withdraw, Amend, Comment]
    );
    let community = |draft: &Draft| may(draft, "one", Role::CommunityStaff, 1, false);
    assert_eq!(
        community(&draft),
        [Comment],
        "half of the ground is another community's"
    );
    draft.grounds.pop();
    assert_eq!(community(&draft), [Accept, Return, Comment]);
    assert_eq!(may(&draft, "one", Role::CommunityStaff, 1, true), [Return, Comment]);
    assert!(may(&draft, "else", Role::CommunityStaff, 9, false).is_empty());
    assert!(!draft.is_seen_by(&who("planner"), &warrant(Role::Planner, 1)));
    assert_eq!(
        may(&draft, "worker", Role::CommunityStaff, 1, false),
        [Return, Withdraw, Amend, Comment]
    );
    assert!(
        may(&draft, "worker", Role::StreetStaff, 1, false).contains(&Accept),
        "the city lets a street accept its own"
    );
    draft.state = DraftState::Accepted;
    assert_eq!(community(&draft), [Return, Comment]);
    draft.state = DraftState::InForce;
    assert_eq!(community(&draft), [Comment]);
}
