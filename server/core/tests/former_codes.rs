//! The map remembers whose a code was, however it came to stand as it does.

mod made;

use geju_core::code::Code;
use geju_core::command::{Reshape, Shipment};
use geju_core::decide::check_reshape;
use geju_core::drawn::{drawn, order, rectangle};
use geju_core::place::PlaceKind;
use geju_core::{Command, Ground, Place, PlaceId, Refusal, Scheme, World, decide};
use made::{TWO_COMMUNITIES, building, carry_out};
use std::sync::Arc;

const CODE: &str = "510105001001";

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn coded(id: u64, x: i32, text: &str) -> Place {
    Place {
        code: Some(code(text)),
        ..building(id, x, 0, 30)
    }
}

fn retire(world: &mut World, id: u64) {
    let base = world.place(PlaceId(id)).unwrap().place.version;
    let on = jiff::civil::date(2026, 6, 1);
    let id = PlaceId(id);
    carry_out(world, Command::RetirePlace { id, base, on });
}

fn former(world: &World, text: &str) -> Option<PlaceId> {
    world
        .retired_code(PlaceKind::Building, &code(text))
        .map(|former| former.id)
}

fn refusal(world: &World, command: Command) -> String {
    match decide(world, &order(command)) {
        Err(Refusal::Broken(findings)) => findings[0].code.clone(),
        other => panic!("{other:?}"),
    }
}

fn brought(places: impl IntoIterator<Item = Place>) -> Command {
    let places = places.into_iter().map(|p| (Arc::new(p), None)).collect();
    Command::Import(Box::new(Shipment {
        places,
        ..Shipment::default()
    }))
}

#[test]
fn the_code_of_a_retired_place_is_given_to_no_other() {
    let mut world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    carry_out(&mut world, Command::CreatePlace(Box::new(coded(10, 0, CODE))));
    assert_eq!(former(&world, CODE), None, "a code in force is no former one");
    retire(&mut world, 10);
    assert_eq!(former(&world, CODE), Some(PlaceId(10)));
    let again = Command::CreatePlace(Box::new(coded(11, 1, CODE)));
    assert_eq!(refusal(&world, again), "code_retired");
    assert_eq!(refusal(&world, brought([coded(11, 1, CODE)])), "code_retired");
    carry_out(&mut world, Command::CreatePlace(Box::new(building(12, 1, 0, 3))));
    let renumbered = Command::AmendPlace {
        place: Box::new(coded(12, 1, CODE)),
        base: 1,
    };
    assert_eq!(refusal(&world, renumbered), "code_retired");
}

#[test]
fn what_an_undone_import_brought_never_had_a_code_and_what_it_retired_has_its_own_again() {
    let mut world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    let import = carry_out(&mut world, brought([coded(10, 0, CODE)]));
    carry_out(&mut world, Command::Undo(Arc::new(import)));
    assert!(world.place(PlaceId(10)).is_none());
    assert_eq!(former(&world, CODE), None);
    carry_out(&mut world, brought([coded(11, 0, CODE)]));
    let all_gone = Command::Import(Box::new(Shipment {
        retire: vec![(PlaceId(11), 1)],
        ..Shipment::default()
    }));
    let left = carry_out(&mut world, all_gone);
    assert_eq!(former(&world, CODE), Some(PlaceId(11)));
    carry_out(&mut world, Command::Undo(Arc::new(left)));
    assert_eq!(former(&world, CODE), None, "it is in force, and nobody's former code");
    assert_eq!(
        world.by_code(PlaceKind::Building, &code(CODE)).unwrap().place.id,
        PlaceId(11)
    );
}

#[test]
fn a_large_change_is_remembered_as_a_small_one() {
    let mut world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    let many = geju_core::change::MAX_INLINE_EFFECTS as u64 + 40;
    carry_out(
        &mut world,
        brought((0..many).map(|n| coded(100 + n, n as i32, &n.to_string()))),
    );
    let retire = (0..many).map(|n| (PlaceId(100 + n), 1)).collect();
    let left = Command::Import(Box::new(Shipment {
        retire,
        ..Shipment::default()
    }));
    carry_out(&mut world, left);
    assert!((0..many).all(|n| former(&world, &n.to_string()) == Some(PlaceId(100 + n))));
}

#[test]
fn the_number_that_is_proposed_was_never_given() {
    let mut world = drawn(PlaceKind::Community, TWO_COMMUNITIES);
    let numbered = Scheme::from_toml(include_str!("../../../seed/schemes/chengdu.toml")).unwrap();
    carry_out(&mut world, Command::AdoptScheme(Arc::new(numbered)));
    let ground = |world: &World, id| world.place(PlaceId(id)).unwrap().place.clone();
    let named = |world: &World, id: u64, text: &str| Place {
        code: Some(code(text)),
        ..Place::clone(&ground(world, id))
    };
    let parent = named(&world, 1, CODE);
    carry_out(
        &mut world,
        Command::AmendPlace {
            place: Box::new(parent),
            base: 1,
        },
    );
    let outline = ground(&world, 1).ground.outline().unwrap().envelope();
    let (west, south) = (outline.min.lon, outline.min.lat);
    let grid = |id: u64, n: i32, text: &str| {
        let ground = rectangle(west + n * 100, south, west + n * 100 + 90, south + 90);
        Place {
            code: Some(code(text)),
            ground: Ground::Outline(ground.clone()),
            ..geju_core::drawn::place(id, PlaceKind::Grid, &id.to_string(), ground)
        }
    };
    for n in 1..=2 {
        let made = grid(20 + n, n as i32, &format!("{CODE}00{n}"));
        carry_out(&mut world, Command::CreatePlace(Box::new(made)));
    }
    retire(&mut world, 22);
    let wish = Reshape {
        created: vec![grid(30, 5, &format!("{CODE}002"))],
        ..Reshape::default()
    };
    let judged = check_reshape(&world, &order(Command::Reshape(Box::new(wish.clone()))), &wish);
    let found = judged
        .findings
        .iter()
        .find(|f| f.code == "code_retired")
        .expect("refused");
    assert_eq!(found.places, [PlaceId(22), PlaceId(30)]);
    // A number of another form is told with one that is free: neither in force nor retired.
    let odd = Reshape {
        created: vec![grid(30, 5, "510106")],
        ..Reshape::default()
    };
    let judged = check_reshape(&world, &order(Command::Reshape(Box::new(odd.clone()))), &odd);
    let mends: Vec<&str> = judged.findings.iter().filter_map(|f| f.mend.as_deref()).collect();
    assert!(
        mends.iter().any(|m| m.contains(&format!("{CODE}003 is free"))),
        "{mends:?}"
    );
}
