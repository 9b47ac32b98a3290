//! What is refused, and how strictly.

use super::*;
use geju_core::decide::merge_of;
use geju_core::rules::{Rule, Strictness};
use geju_core::{Code, Scheme};
use std::sync::Arc;

#[test]
fn whoever_drew_on_what_is_gone_hears_of_everything_that_is_stale() {
    let mut world = street();
    let late = moved(&world, "ABBB..\nABBB..\nCCDD..\nCCDD..", &[(A, 'A'), (B, 'B')]);
    let first = moved(&world, "AAAB..\nAAAB..\nCCDD..\nCCDD..", &[(A, 'A'), (B, 'B')]);
    carry_out(&mut world, command(first));
    let judged = check_reshape(&world, &order(command(late.clone())), &late);
    assert_eq!(codes(&judged.findings, Severity::Block), ["stale_place", "stale_place"]);
    match decide(&world, &order(command(late))) {
        Err(Refusal::StalePlaces(now)) => assert_eq!(
            now.iter().map(|p| (p.id, p.version)).collect::<Vec<_>>(),
            [(A, 2), (B, 2)]
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nobody_draws_on_ground_they_do_not_answer_for() {
    let world = street();
    let wish = moved(&world, "AABBB.\nAABBB.\nCCDDE.\nCCDDE.", &[(B, 'B')]);
    let worker = |wish| Order {
        warrant: Warrant {
            role: Role::GridWorker,
            places: vec![GRID],
        },
        ..order(command(wish))
    };
    match decide(&world, &worker(wish)) {
        Err(Refusal::Forbidden(found)) => assert_eq!(
            (found.code.as_str(), found.at.is_some()),
            ("outside_jurisdiction", true)
        ),
        other => panic!("{other:?}"),
    }
    let inside = moved(&world, "ABBB..\nABBB..\nCCDD..\nCCDD..", &[(A, 'A'), (B, 'B')]);
    assert!(decide(&world, &worker(inside)).is_ok());
    let grids = Reshape {
        moved: vec![redrawn(&world, GRID, outline("GGG\nGGG\nGGG\nGGG", 'G'))],
        ..Reshape::default()
    };
    match decide(&world, &worker(grids)) {
        Err(Refusal::Forbidden(found)) => assert_eq!(found.code, "not_in_duty_list"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn codes_are_one_of_a_kind_and_told_when_out_of_order() {
    let mut world = street();
    let coded = |world: &World, id, code: &str| Place {
        code: Some(Code::new(code).unwrap()),
        ..Place::clone(&world.place(id).unwrap().place)
    };
    let both = |world: &World, a: &str, b: &str| Reshape {
        moved: vec![(coded(world, A, a), 1), (coded(world, D, b), 1)],
        ..Reshape::default()
    };
    let found = refused(&world, both(&world, "001", "001"));
    assert_eq!(codes(&found, Severity::Block), ["code_taken"]);
    let wish = both(&world, "002", "001");
    let judged = check_reshape(&world, &order(command(wish.clone())), &wish);
    assert_eq!(
        codes(&judged.findings, Severity::Warn),
        ["code_out_of_order", "code_out_of_order"]
    );
    let wish = both(&world, "001", "002");
    carry_out(&mut world, command(wish));
    // A code whose owner leaves in the same step is not given again.
    let mut wish = merge_of(&world, &[(C, 1), (D, 2)], C).unwrap();
    wish.moved[0].0.code = Some(Code::new("002").unwrap());
    assert_eq!(codes(&refused(&world, wish), Severity::Block), ["code_taken"]);
}

#[test]
fn what_cannot_be_drawn_is_refused_with_a_reason() {
    let world = street();
    assert_eq!(refused(&world, Reshape::default())[0].code, "nothing_drawn");
    let mut twice = moved(&world, FOUR, &[(A, 'A')]);
    twice.retired.push((A, 1));
    assert_eq!(refused(&world, twice)[0].code, "id_twice");
    let gone = Reshape {
        retired: vec![(PlaceId(999), 1)],
        ..Reshape::default()
    };
    assert!(matches!(
        decide(&world, &order(command(gone))),
        Err(Refusal::NoSuchPlace(PlaceId(999)))
    ));
    let house = Reshape {
        created: vec![building(500, 5, 0, 3)],
        ..Reshape::default()
    };
    assert_eq!(refused(&world, house)[0].code, "kind_not_reshaped");
    let many = Reshape {
        retired: (1_000..1_300).map(|id| (PlaceId(id), 1)).collect(),
        ..Reshape::default()
    };
    assert_eq!(refused(&world, many)[0].code, "too_many_places");
    let far = rectangle(0, 0, 50_000, 50_000);
    let outside = Reshape {
        created: vec![place(500, PlaceKind::MicroGrid, "远", far)],
        ..Reshape::default()
    };
    assert_eq!(refused(&world, outside)[0].code, "parent_missing");
}

#[test]
fn a_scheme_says_how_strict_a_rule_is() {
    let mut world = street();
    let strict = Scheme {
        rules: [(Rule::NoGap, Strictness::Block)].into(),
        ..Scheme::clone(&scheme())
    };
    carry_out(&mut world, Command::AdoptScheme(Arc::new(strict)));
    let found = refused(&world, moved(&world, "AABB..\nA.BB..\nCCDD..\nCCDD..", &[(A, 'A')]));
    assert_eq!(codes(&found, Severity::Block), ["gap_in_parent"]);
}

#[test]
fn what_was_untidy_before_stops_nobody() {
    let mut places: Vec<Place> = street().places().map(|p| Place::clone(&p.place)).collect();
    // C was imported reaching over A.
    for place in &mut places {
        if place.id == C {
            place.ground = Ground::Outline(outline("......\nC.....\nCC....\nCC....", 'C'));
        }
    }
    let mut world = world(places);
    let wish = moved(&world, "AAAB..\nAAAB..\nCCDD..\nCCDD..", &[(A, 'A'), (B, 'B')]);
    let judged = check_reshape(&world, &order(command(wish.clone())), &wish);
    assert!(
        codes(&judged.findings, Severity::Warn).contains(&"overlaps_sibling"),
        "{judged:?}"
    );
    carry_out(&mut world, command(wish));
}
