//! What the map in memory costs, from ten thousand buildings to a million: `cargo bench -p geju-core`.
//! `GEJU_BENCH_BUILDINGS=10000000` measures one more size.

mod city;

use city::City;
use divan::{Bencher, black_box};
use geju_core::drawn::order;
use geju_core::ground::{Ground, LonLat, Outline};
use geju_core::place::{Archive, Place, PlaceId, PlaceKind};
use geju_core::{Area, Command, EdgeRule, Meters, Question, decide};
use rand::{SeedableRng, rngs::SmallRng};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

fn main() {
    divan::main();
}

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

/// Each size is laid out once.
fn city(buildings: usize) -> &'static City {
    static CITIES: Mutex<BTreeMap<usize, &'static OnceLock<City>>> = Mutex::new(BTreeMap::new());
    let cell: &'static OnceLock<City> = CITIES
        .lock()
        .expect("no bench panics in between")
        .entry(buildings)
        .or_insert_with(|| Box::leak(Box::default()));
    cell.get_or_init(|| City::new(buildings))
}

fn sizes() -> Vec<usize> {
    let more = std::env::var("GEJU_BENCH_BUILDINGS").ok().and_then(|n| n.parse().ok());
    SIZES.into_iter().chain(more).collect()
}

fn ask(bencher: Bencher, buildings: usize, radius: f64, rule: EdgeRule) {
    let city = city(buildings);
    let mut rng = SmallRng::seed_from_u64(5);
    let question = Question {
        rule,
        ..Question::default()
    };
    bencher
        .with_inputs(|| Area::circle(city.spot(&mut rng, radius.min(2_500.0)), Meters(radius)))
        .bench_local_refs(|area| city.world.answer(black_box(area), &question));
}

#[divan::bench(args = sizes())]
fn answer_1_km(bencher: Bencher, buildings: usize) {
    ask(bencher, buildings, 1_000.0, EdgeRule::InnerPoint);
}

#[divan::bench(args = sizes())]
fn answer_5_km(bencher: Bencher, buildings: usize) {
    ask(bencher, buildings, 5_000.0, EdgeRule::InnerPoint);
}

/// The baseline: every building in the circle's box looked at by itself.
#[divan::bench(args = sizes())]
fn answer_5_km_one_by_one(bencher: Bencher, buildings: usize) {
    let city = city(buildings);
    let mut rng = SmallRng::seed_from_u64(5);
    bencher
        .with_inputs(|| Area::circle(city.spot(&mut rng, 2_500.0), Meters(5_000.0)))
        .bench_local_refs(|area| {
            let envelope = area.envelope().expect("a circle has a box");
            let inside = city
                .world
                .inner_points_in(PlaceKind::Building, envelope)
                .filter(|p| area.contains(p.inner));
            let mut by_floors = BTreeMap::<u16, u64>::new();
            inside.fold((0u64, 0u64, 0u64), |(count, residents, over_60), p| {
                let Archive::Building(b) = &p.place.archive else {
                    return (count, residents, over_60);
                };
                *by_floors.entry(b.floors.unwrap_or(0) / 3).or_default() += 1;
                let more = |n: Option<u32>| u64::from(n.unwrap_or(0));
                (count + 1, residents + more(b.residents), over_60 + more(b.over_60))
            })
        });
}

#[divan::bench(args = sizes())]
fn answer_1_km_by_share(bencher: Bencher, buildings: usize) {
    ask(bencher, buildings, 1_000.0, EdgeRule::Share);
}

/// The outline of a whole street, as a table of streets asks.
#[divan::bench(args = sizes())]
fn answer_street(bencher: Bencher, buildings: usize) {
    let city = city(buildings);
    let streets: Vec<Area> = city
        .world
        .places_of(PlaceKind::Street)
        .filter_map(|p| p.place.ground.outline().cloned().map(Area::Outline))
        .collect();
    let mut next = 0;
    bencher.bench_local(|| {
        next = (next + 7) % streets.len();
        city.world.answer(black_box(&streets[next]), &Question::default())
    });
}

fn spots(city: &City) -> impl FnMut() -> LonLat + '_ {
    let mut rng = SmallRng::seed_from_u64(9);
    move || city.spot(&mut rng, 1_000.0)
}

#[divan::bench(args = sizes(), sample_size = 500)]
fn locate_all_levels(bencher: Bencher, buildings: usize) {
    let city = city(buildings);
    bencher
        .with_inputs(spots(city))
        .bench_local_values(|spot| city.world.locate(black_box(spot)));
}

#[divan::bench(args = sizes(), sample_size = 500)]
fn nearest_10_buildings(bencher: Bencher, buildings: usize) {
    let city = city(buildings);
    bencher
        .with_inputs(spots(city))
        .bench_local_values(|spot| city.world.nearest(PlaceKind::Building, black_box(spot), 10, |_| true));
}

/// One archive edited and folded: index, tallies, parents' counts.
#[divan::bench(args = sizes())]
fn fold_one_archive(bencher: Bencher, buildings: usize) {
    fold(bencher, buildings, |place, n| {
        if let Archive::Building(b) = &mut place.archive {
            b.residents = Some(100 + n as u32 % 50);
        }
    });
}

/// One building moved a little and folded.
#[divan::bench(args = sizes())]
fn fold_one_moved(bencher: Bencher, buildings: usize) {
    fold(bencher, buildings, |place, n| {
        let nudge = if n % 2 == 0 { 40 } else { -40 };
        if let Some(outline) = place.ground.outline() {
            let mut raw = outline.to_raw();
            raw.iter_mut().flatten().flatten().for_each(|p| p.lon += nudge);
            place.ground = Ground::Outline(Outline::new(raw).expect("still sound"));
        }
    });
}

fn fold(bencher: Bencher, buildings: usize, edit: impl Fn(&mut Place, usize)) {
    let city = city(buildings);
    let world = RefCell::new(city.world.clone());
    let mut n = 0usize;
    bencher
        .with_inputs(|| {
            let world = world.borrow();
            n += 1;
            // Far apart from one to the next, as edits come.
            let id = PlaceId((n * 7_919 % buildings) as u64 + 1);
            let old = world.place(id).expect("it was laid out");
            let mut place = Place::clone(&old.place);
            edit(&mut place, n);
            let command = Command::AmendPlace {
                base: place.version,
                place: Box::new(place),
            };
            decide(&world, &order(command)).expect("it may be edited")
        })
        .bench_local_refs(|change| world.borrow_mut().fold(change));
}
