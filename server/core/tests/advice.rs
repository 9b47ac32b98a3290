//! What a drawing is warned of and advised: barriers of the base map, and the next number that is free.

use geju_core::command::Reshape;
use geju_core::decide::{check_reshape, check_reshape_among};
use geju_core::drawn::{order, place, rectangle, world};
use geju_core::place::PlaceKind;
use geju_core::rules::{Barrier, BarrierKind, BarrierShape};
use geju_core::{Code, Command, Finding, LonLat, Outline, Place, PlaceId, Scheme, Severity, World, decide};
use std::sync::Arc;

const WEST: i32 = 1_040_600_000;
const SOUTH: i32 = 306_600_000;
const CELL: i32 = 10_000;

fn land(from: i32, to: i32) -> Outline {
    rectangle(WEST + from * CELL, SOUTH, WEST + to * CELL, SOUTH + CELL)
}

/// South-east of the first micro-grid.
fn below() -> Outline {
    rectangle(WEST + CELL, SOUTH - CELL, WEST + 2 * CELL, SOUTH)
}

/// A grid of two rows of four cells; the north-western one is a micro-grid.
fn street() -> World {
    let mut grid = place(
        1,
        PlaceKind::Grid,
        "网格",
        rectangle(WEST, SOUTH - CELL, WEST + 4 * CELL, SOUTH + CELL),
    );
    grid.code = Code::new("510104020001001").ok();
    let mut first = place(2, PlaceKind::MicroGrid, "甲", land(0, 1));
    first.code = Code::new("510104020001001007").ok();
    world([grid, first])
}

fn drawn_on(ground: Outline, code: Option<&str>) -> Reshape {
    let mut fresh = place(3, PlaceKind::MicroGrid, "乙", ground);
    fresh.code = code.and_then(|code| Code::new(code).ok());
    Reshape {
        created: vec![fresh],
        ..Reshape::default()
    }
}

fn spot(column: f64, row: f64) -> LonLat {
    LonLat {
        lon: WEST + (column * f64::from(CELL)) as i32,
        lat: SOUTH + (row * f64::from(CELL)) as i32,
    }
}

fn barriers_told(world: &World, wish: &Reshape, shape: BarrierShape) -> Vec<Finding> {
    let barrier = Barrier {
        kind: BarrierKind::River,
        name: Some("府河".into()),
        shape,
    };
    let command = Command::Reshape(Box::new(wish.clone()));
    let judged = check_reshape_among(world, &order(command), wish, &[barrier]);
    let told = judged.findings.into_iter().filter(|f| f.code == "across_barrier");
    told.collect()
}

#[test]
fn whoever_draws_across_a_river_is_warned_with_a_spot_on_the_other_bank() {
    let world = street();
    let wish = drawn_on(land(1, 4), None);
    let line = |column: f64| BarrierShape::Line(vec![spot(column, -1.0), spot(column, 0.5), spot(column + 0.1, 2.0)]);
    let told = barriers_told(&world, &wish, line(3.0));
    let [finding] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        finding.severity,
        Severity::Warn,
        "the map of places does not hold the river"
    );
    assert!(finding.message.contains("府河"), "{}", finding.message);
    assert!(land(3, 4).contains(finding.at.expect("a spot")), "the smaller side");
    let water = BarrierShape::Area(vec![vec![
        spot(2.9, -1.0),
        spot(3.1, -1.0),
        spot(3.1, 2.0),
        spot(2.9, 2.0),
    ]]);
    assert_eq!(barriers_told(&world, &wish, water).len(), 1);

    // Along the edge, ending inside, and far away: nobody has to cross it.
    assert_eq!(
        barriers_told(&world, &wish, line(3.95)).len(),
        0,
        "a border along the bank"
    );
    let inlet = BarrierShape::Line(vec![spot(2.5, -1.0), spot(2.5, 0.5)]);
    assert_eq!(barriers_told(&world, &wish, inlet).len(), 0);
    assert_eq!(barriers_told(&world, &wish, line(9.0)).len(), 0);

    // Ground that stays as it was is not drawn across anything, and communities lie on both banks.
    let standing = Place::clone(&world.place(PlaceId(2)).expect("it stands").place);
    let renamed = Reshape {
        moved: vec![(
            Place {
                name: "改名".into(),
                ..standing
            },
            1,
        )],
        ..Reshape::default()
    };
    assert_eq!(barriers_told(&world, &renamed, line(0.5)).len(), 0);
    let mut wide = drawn_on(land(-1, 5), None);
    wide.created[0] = place(3, PlaceKind::Community, "社区", land(-1, 5));
    assert_eq!(barriers_told(&world, &wide, line(2.0)).len(), 0);
}

/// Codes of eighteen digits for micro-grids, as Chengdu numbers them.
fn numbered(world: World) -> World {
    let text = r#"
        name = "numbered"
        utc_offset_minutes = 480
        ladder = []
        [title]
        zh = "示例"
        en = "Numbered"
        [freshness]
        archive_days = 90
        warn_days = 14
        [draws]
        [amends]
        [[levels]]
        kind = "grid"
        code_digits = 15
        title = { zh = "网格", en = "Grid" }
        [[levels]]
        kind = "micro_grid"
        code_digits = 18
        title = { zh = "微网格", en = "Micro-grid" }
    "#;
    let scheme = Scheme::from_toml(text).expect("the scheme is sound");
    let change = decide(&world, &order(Command::AdoptScheme(Arc::new(scheme)))).expect("it is adopted");
    let mut world = world;
    world.fold(&change);
    world
}

#[test]
fn a_number_out_of_form_or_out_of_order_is_answered_with_the_next_that_is_free() {
    let world = numbered(street());
    let told = |wish: Reshape| {
        let judged = check_reshape(&world, &order(Command::Reshape(Box::new(wish.clone()))), &wish);
        let of_codes = judged.findings.into_iter().filter(|f| f.code.starts_with("code_"));
        of_codes.collect::<Vec<_>>()
    };
    let next = "510104020001001008";
    assert_eq!(told(drawn_on(below(), Some(next))), []);
    for (code, why) in [("7", "code_form"), ("510104020001001003", "code_out_of_order")] {
        let found = told(drawn_on(below(), Some(code)));
        let [finding] = &found[..] else {
            panic!("{code}: {found:?}")
        };
        assert_eq!((finding.code.as_str(), finding.severity), (why, Severity::Warn));
        assert!(finding.mend.as_deref().is_some_and(|m| m.contains(next)), "{finding:?}");
    }
}
