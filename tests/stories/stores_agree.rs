//! One map on two stores gives the same answers.

use geju_tests::{Client, Server, gpkg_ground, postgis_ground, read_tile, skipped, whole_map, without};
use serde_json::{Value, json};

/// What two ledgers of the same map may say differently: when, and in whose words they count time.
const OF_THE_LEDGER: [&str; 4] = ["changed_at", "as_of", "epoch", "at"];

fn answers(client: &Client, map: &Value) -> Vec<(String, Value)> {
    let mut all = vec![("the whole map".to_owned(), map.clone())];
    for kind in ["street", "community", "grid", "micro_grid", "compound"] {
        for place in map[kind].as_array().into_iter().flatten().take(6) {
            for rule in ["inner_point", "any", "share"] {
                let question = json!({"area": {"place": place["id"]}, "rule": rule, "list": true, "include": ["buildings", "compounds", "resource_sites", "issues", "hazards", "alerts", "people"]});
                all.push((
                    format!("{question}"),
                    client.post("/api/v1/area", &question).status(200).json(),
                ));
            }
            let (lon, lat) = (&place["bbox"][0], &place["bbox"][1]);
            for path in [
                format!("/api/v1/locate?lon={lon}&lat={lat}"),
                format!("/api/v1/nearest?lon={lon}&lat={lat}&kind=building&limit=10"),
            ] {
                all.push((path.clone(), client.get(&path).status(200).json()));
            }
        }
    }
    for name in ["小区", "1", "社区"] {
        let path = format!("/api/v1/places?q={name}&limit=50&geometry=none");
        all.push((path.clone(), client.get(&path).status(200).json()));
    }
    for kind in ["street", "community", "grid", "micro_grid", "compound"] {
        let path = format!("/api/v1/figures?level={kind}");
        all.push((path.clone(), client.get(&path).status(200).json()));
    }
    for collection in ["building", "compound"] {
        let path = format!("/ogc/collections/{collection}/items?limit=20");
        let mut items = client.get(&path).status(200).json();
        // Links name the server, and each server has its own port.
        items.as_object_mut().map(|fields| fields.remove("links"));
        all.push((path, without(items, &["timeStamp", "links"])));
    }
    all
}

#[test]
fn both_stores_give_equal_answers() {
    let Some(postgis) = postgis_ground() else {
        return skipped("both_stores_give_equal_answers", "GEJU_TEST_POSTGRES is not set");
    };
    let gpkg = gpkg_ground();
    let as_of = jiff::Timestamp::now();
    let servers = [Server::demo_as_of(&gpkg, as_of), Server::demo_as_of(&postgis, as_of)];
    let clients = [servers[0].admin(), servers[1].admin()];
    let maps = [whole_map(&clients[0]), whole_map(&clients[1])];
    let (left, right) = (answers(&clients[0], &maps[0]), answers(&clients[1], &maps[1]));
    assert!(left.len() > 50);
    for ((question, one), (_, other)) in left.into_iter().zip(right) {
        assert_eq!(
            without(one, &OF_THE_LEDGER),
            without(other, &OF_THE_LEDGER),
            "{question}"
        );
    }
    let bbox = clients[0].get("/api/v1/me").status(200).json()["bbox"].clone();
    let (lon, lat) = (bbox[0].as_f64().expect("west"), bbox[3].as_f64().expect("north"));
    let size = f64::from(1u32 << 15);
    let (x, y) = (
        ((lon + 180.0) / 360.0 * size) as u32,
        ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * size) as u32,
    );
    for (column, row) in [(0, 0), (1, 1), (2, 1)] {
        let path = format!("/tiles/building,compound,micro_grid/15/{}/{}.mvt", x + column, y + row);
        let read = |client: &Client| format!("{:?}", read_tile(&client.get(&path).ok().body));
        assert_eq!(read(&clients[0]), read(&clients[1]), "{path}");
    }
}
