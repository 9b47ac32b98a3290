//! Finding places by what people type, and looking back at what was in force.

use geju_core::drawn::{place, rebuilt, rectangle, scheme, spot, world};
use geju_core::place::PlaceKind;
use geju_core::world::{Parents, PlaceQuery, Row, Rows};
use geju_core::{Epoch, Place, PlaceId, Seq, World};
use jiff::civil::date;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn named(id: u64, name: &str) -> Place {
    let at = spot((id % 1_000) as i32, (id / 1_000) as i32);
    place(
        id,
        PlaceKind::Compound,
        name,
        rectangle(at.lon - 400, at.lat - 400, at.lon + 400, at.lat + 400),
    )
}

fn found(world: &World, typed: &str) -> Vec<u64> {
    let query = PlaceQuery {
        text: Some(typed.into()),
        ..PlaceQuery::default()
    };
    world.find(&query).iter().map(|f| f.placed.place.id.0).collect()
}

#[test]
fn the_best_answers_come_first() {
    let mut tagged = named(8, "别处");
    tagged.tags = Box::new(["ncjd".into()]);
    let mut addressed = named(9, "他处");
    addressed.address = Some("NCJD路1号".into());
    let names = ["ncjd", "ncjd花园", "南城街道", "南城街道办", "新ncjd楼", "老南城街道"];
    let places = (1..).zip(names).map(|(id, name)| named(id, name));
    let world = world(places.chain([tagged, addressed]));
    assert_eq!(
        found(&world, "ncjd"),
        [1, 2, 3, 4, 5, 6, 8, 9],
        "itself, beginning, sound, beginning of the sound, part, part of the sound, tag, address"
    );
    assert_eq!(found(&world, "NCJD"), found(&world, "ncjd"), "case does not matter");
}

/// Characters of made-up names, several of them with more than one reading.
const SYLLABLES: [&str; 12] = ["南", "城", "长", "乐", "重", "庆", "红", "星", "朝", "阳", "大", "觉"];

#[test]
fn a_city_of_names_is_read_while_one_types() {
    let name = |id: u64| -> String {
        let pick = |n: u64| SYLLABLES[(id / n % 12) as usize];
        format!("{}{}{}小区{}号院", pick(1), pick(12), pick(144), id % 97)
    };
    let rows = |many: u64| Rows {
        places: (1..=many)
            .map(|id| Row {
                value: Arc::new(named(id, &name(id))),
                parents: Parents::default(),
                since: Seq(1),
                at: "2026-06-01T04:00:00Z".parse().expect("a time"),
            })
            .collect(),
        ..Rows::default()
    };
    let city = |many| World::from_rows(Epoch(1), Seq(1), scheme(), rows(many));
    // Bounds for a busy machine and a build with assertions: a district answers in a blink, and the time grows with the names.
    for (many, within) in [(8_000, Duration::from_millis(400)), (100_000, Duration::from_secs(5))] {
        let world = city(many);
        for typed in ["nczq", "hongxing", "zzzz", "小区12"] {
            let begun = Instant::now();
            std::hint::black_box(found(&world, typed));
            let took = begun.elapsed();
            eprintln!("{many} names, {typed}: {took:?}");
            assert!(took < within, "{typed} among {many}: {took:?}");
        }
    }
}

#[test]
fn what_was_in_force_on_a_day_lies_in_what_was_in_force_too() {
    let at = "2026-06-01T04:00:00Z".parse().expect("a time");
    let ground = rectangle(0, 0, 10_000, 10_000);
    let mut gone = place(1, PlaceKind::Community, "旧社区", ground.clone());
    gone.effective_to = Some(date(2026, 3, 1));
    let compound = place(2, PlaceKind::Compound, "小区", rectangle(1_000, 1_000, 2_000, 2_000));
    let row = |place: Place, up: Option<u64>| Row {
        value: Arc::new(place),
        parents: Parents {
            up: up.map(PlaceId),
            compound: None,
        },
        since: Seq(1),
        at,
    };
    // The compound was heard of last when another community had taken over.
    let rows = Rows {
        places: vec![row(gone, None), row(compound, Some(77))],
        ..Rows::default()
    };
    let then = World::in_force(Epoch(1), Seq(5), scheme(), rows.clone());
    then.assert_sound();
    assert_eq!(then.place(PlaceId(2)).map(|p| p.parents.up), Some(Some(PlaceId(1))));
    assert_eq!(then.children(PlaceId(1)).count(), 1);
    assert_eq!(then.tally(PlaceId(1)).compounds, 1);
    let now = World::from_rows(Epoch(1), Seq(5), scheme(), rows);
    assert!(now.place(PlaceId(1)).is_none(), "today it is retired");
    assert!(rebuilt(&now) == now);
}
