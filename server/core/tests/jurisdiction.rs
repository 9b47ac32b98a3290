//! Rights end where the own ground ends.

mod made;

use geju_core::drawn::{drawn, order, outline, place, rectangle, spot, world};
use geju_core::people::Warrant;
use geju_core::place::PlaceKind;
use geju_core::{Command, Place, PlaceId, Refusal, Role, decide};
use made::{TWO_COMMUNITIES, building, carry_out};

fn as_worker(command: Command) -> geju_core::Order {
    let mut order = order(command);
    order.warrant = Warrant {
        role: Role::GridWorker,
        places: vec![PlaceId(1)],
    };
    order
}

#[test]
fn a_grid_worker_draws_inside_the_own_grid_only() {
    let world = drawn(PlaceKind::Grid, TWO_COMMUNITIES);
    let inside = Command::CreatePlace(Box::new(building(10, 0, 0, 3)));
    assert!(decide(&world, &as_worker(inside)).is_ok());
    let elsewhere = Command::CreatePlace(Box::new(building(10, 2, 0, 3)));
    assert!(
        matches!(decide(&world, &as_worker(elsewhere)), Err(Refusal::Forbidden(f)) if f.code == "outside_jurisdiction")
    );
    let at = spot(1, 1);
    let over_the_edge = place(
        10,
        PlaceKind::Compound,
        "越界",
        rectangle(at.lon - 4000, at.lat, at.lon + 9000, at.lat + 900),
    );
    let refused = decide(&world, &as_worker(Command::CreatePlace(Box::new(over_the_edge)))).unwrap_err();
    assert!(
        matches!(&refused, Refusal::Forbidden(f) if f.code == "outside_jurisdiction" || f.code == "forbidden"),
        "{refused}"
    );
    let a_street = place(10, PlaceKind::Street, "街道", outline("AAB\nA.B", 'A'));
    assert!(
        matches!(decide(&world, &as_worker(Command::CreatePlace(Box::new(a_street)))), Err(Refusal::Forbidden(f)) if f.code == "not_in_duty_list")
    );
}

#[test]
fn slivers_far_away_do_not_reach_other_peoples_buildings() {
    let mut world = drawn(PlaceKind::Grid, TWO_COMMUNITIES);
    carry_out(&mut world, Command::CreatePlace(Box::new(building(10, 2, 0, 77))));
    let target = world.place(PlaceId(10)).unwrap().inner;
    let square = |x: i32, y: i32, half: i32| {
        vec![vec![
            geju_core::LonLat {
                lon: x - half,
                lat: y - half,
            },
            geju_core::LonLat {
                lon: x + half,
                lat: y - half,
            },
            geju_core::LonLat {
                lon: x + half,
                lat: y + half,
            },
            geju_core::LonLat {
                lon: x - half,
                lat: y + half,
            },
        ]]
    };
    let honest = spot(0, 0);
    let crooked = geju_core::Outline::new(vec![
        square(honest.lon, honest.lat, 800),
        square(target.lon, target.lat, 2),
    ])
    .unwrap();
    let wish = Command::CreatePlace(Box::new(place(20, PlaceKind::MicroGrid, "借道", crooked)));
    assert!(matches!(decide(&world, &as_worker(wish)), Err(Refusal::Forbidden(f)) if f.code == "outside_jurisdiction"));

    // One piece with a thin arm is no better.
    let (x, y) = (honest.lon, honest.lat);
    let arm = vec![vec![
        geju_core::LonLat {
            lon: x - 800,
            lat: y - 800,
        },
        geju_core::LonLat {
            lon: target.lon + 2,
            lat: target.lat - 1,
        },
        geju_core::LonLat {
            lon: target.lon + 2,
            lat: target.lat + 1,
        },
        geju_core::LonLat {
            lon: x - 800,
            lat: y + 800,
        },
    ]];
    let arm = geju_core::Outline::new(vec![arm]).unwrap();
    let wish = Command::CreatePlace(Box::new(place(20, PlaceKind::MicroGrid, "伸手", arm)));
    assert!(matches!(decide(&world, &as_worker(wish)), Err(Refusal::Forbidden(_))));
}

#[test]
fn a_grid_worker_keeps_the_compounds_inside_the_own_grid() {
    let mut world = world([
        place(1, PlaceKind::Grid, "网格", outline(TWO_COMMUNITIES, 'A')),
        place(2, PlaceKind::Community, "社区", outline("AAA\nAAA", 'A')),
    ]);
    let at = spot(0, 0);
    let yard = place(
        20,
        PlaceKind::Compound,
        "小院",
        rectangle(at.lon - 3000, at.lat - 3000, at.lon + 3000, at.lat + 3000),
    );
    let change = decide(&world, &as_worker(Command::CreatePlace(Box::new(yard.clone())))).expect("inside the own grid");
    world.fold(&change);
    let renamed = Place {
        name: "小院子".into(),
        ..yard.clone()
    };
    assert!(
        decide(
            &world,
            &as_worker(Command::AmendPlace {
                place: Box::new(renamed),
                base: 1
            })
        )
        .is_ok()
    );
    let warrant = Warrant {
        role: Role::GridWorker,
        places: vec![PlaceId(1)],
    };
    assert!(world.lies_within(&warrant, PlaceId(20)));
    assert!(
        !world.lies_within(&warrant, PlaceId(2)),
        "the community is larger than the grid"
    );
    let far = spot(2, 0);
    let wide = place(
        21,
        PlaceKind::Compound,
        "大院",
        rectangle(at.lon - 3000, at.lat - 900, far.lon, at.lat + 900),
    );
    assert!(matches!(
        decide(&world, &as_worker(Command::CreatePlace(Box::new(wide)))),
        Err(Refusal::Forbidden(_))
    ));
}
