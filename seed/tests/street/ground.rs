//! How the street's ground is divided, built upon and numbered.

use super::{DEMO, WORLD, by_parent, outline};
use geju_core::ground::overlay::overlap_area;
use geju_core::place::Archive;
use geju_core::{LonLat, Outline, PlaceKind};
use geju_seed::Demo;
use std::collections::{BTreeSet, HashMap, HashSet};

fn directed(outline: &Outline) -> impl Iterator<Item = (LonLat, LonLat)> + '_ {
    outline.rings().flat_map(|r| r.edges())
}

#[test]
fn each_level_divides_the_one_above_exactly() {
    for level in PlaceKind::LADDER.windows(2) {
        let children = by_parent(&WORLD, level[1]);
        assert_eq!(
            children.len(),
            WORLD.count_of(level[0]),
            "every {} is divided",
            level[0]
        );
        for (parent, parts) in children {
            let whole = outline(&WORLD.place(parent).expect("in force").place).clone();
            let sum: i128 = parts.iter().map(|p| outline(p).doubled_grid_area()).sum();
            assert_eq!(sum, whole.doubled_grid_area(), "area of the {}s of {parent}", level[1]);
            let mut owners: HashMap<(LonLat, LonLat), u32> = HashMap::new();
            for edge in parts.iter().flat_map(|p| directed(outline(p))) {
                *owners.entry(edge).or_default() += 1;
            }
            assert!(
                owners.values().all(|n| *n == 1),
                "no edge is run twice in one direction"
            );
            // What has no opposite is the parent's own edge, node for node.
            let rim: HashSet<_> = owners
                .keys()
                .copied()
                .filter(|(a, b)| !owners.contains_key(&(*b, *a)))
                .collect();
            assert_eq!(rim, directed(&whole).collect::<HashSet<_>>(), "rim of {parent}");
        }
    }
}

#[test]
fn no_ground_is_its_own_box() {
    no_boxes(&DEMO);
}

pub fn no_boxes(demo: &Demo) {
    for (place, _) in &demo.shipment.places {
        if let Some(outline) = place.ground.outline() {
            let [w, s, e, n] = outline.envelope().to_degrees();
            let corners = outline.rings().flat_map(|r| r.vertices()).filter(|p| {
                let [x, y] = p.to_degrees();
                (x == w || x == e) && (y == s || y == n)
            });
            assert!(
                outline.vertex_count() != 4 || corners.count() < 4,
                "{} is a box",
                place.name
            );
        }
    }
}

#[test]
fn every_building_lies_in_one_micro_grid_and_at_most_one_compound() {
    for placed in WORLD.places_of(PlaceKind::Building) {
        let ring = outline(&placed.place);
        let holders = |kind| {
            WORLD
                .places_meeting(kind, ring.envelope())
                .filter(|p| overlap_area(outline(&p.place), ring).0 > 0.01)
                .collect::<Vec<_>>()
        };
        let micro = holders(PlaceKind::MicroGrid);
        assert_eq!(
            micro.len(),
            1,
            "{} lies in {} micro-grids",
            placed.place.name,
            micro.len()
        );
        assert_eq!(placed.parents.up, Some(micro[0].place.id));
        assert!(
            holders(PlaceKind::Compound).len() <= 1,
            "{} lies in two compounds",
            placed.place.name
        );
    }
}

#[test]
fn a_micro_grid_has_thirty_to_a_hundred_households_or_shops() {
    for placed in WORLD.places_of(PlaceKind::MicroGrid) {
        let tally = WORLD.tally(placed.place.id);
        let size = if tally.households > 0 {
            tally.households
        } else {
            tally.shops
        };
        assert!((30..=100).contains(&size), "{} has {size}", placed.place.name);
        let Archive::MicroGrid(archive) = &placed.place.archive else {
            panic!("a micro-grid")
        };
        assert_eq!(u64::from(archive.households.unwrap_or(0)), tally.households);
        assert_eq!(u64::from(archive.shops.unwrap_or(0)), tally.shops);
    }
}

#[test]
fn nothing_is_built_over() {
    for kind in [PlaceKind::Building, PlaceKind::Compound] {
        for placed in WORLD.places_of(kind) {
            let own = outline(&placed.place);
            for other in WORLD
                .places_meeting(kind, own.envelope())
                .filter(|p| p.place.id > placed.place.id)
            {
                let shared = overlap_area(own, outline(&other.place)).0;
                assert!(
                    shared < 0.01,
                    "{} and {} share {shared} m²",
                    placed.place.name,
                    other.place.name
                );
            }
        }
    }
}

#[test]
fn codes_and_ids_are_given_once() {
    let mut codes = HashSet::new();
    for (place, _) in &DEMO.shipment.places {
        if let Some(code) = &place.code {
            assert!(codes.insert((place.kind(), code.clone())), "{code} twice");
        } else {
            assert_eq!(place.kind(), PlaceKind::ResourceSite, "{} has no code", place.name);
        }
    }
    let shipment = &DEMO.shipment;
    let ids: Vec<u64> = shipment
        .places
        .iter()
        .map(|(p, _)| p.id.0)
        .chain(shipment.posts.iter().map(|p| p.id.0))
        .chain(shipment.appointments.iter().map(|a| a.id.0))
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert!(ids.iter().all(|id| (1..1 << 53).contains(id)));
}

#[test]
fn codes_follow_the_scheme() {
    for kind in PlaceKind::LADDER {
        for placed in WORLD.places_of(kind) {
            let parent = placed
                .parents
                .up
                .and_then(|id| WORLD.place(id))
                .and_then(|p| p.place.code.clone());
            let code = placed.place.code.as_ref().expect("numbered");
            let finding = DEMO.scheme.code_finding(kind, placed.place.id, code, parent.as_ref());
            assert_eq!(finding, None);
        }
    }
}
