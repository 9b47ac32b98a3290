//! Who answers for a spot: every post of every place that holds it, the smallest place first.

use geju_tests::{Server, each_store};
use serde_json::{Value, json};

#[test]
fn a_spot_names_every_post_of_the_places_that_hold_it() {
    each_store("a_spot_names_every_post_of_the_places_that_hold_it", |ground| {
        let server = Server::demo(ground);
        let admin = server.admin();
        let posts = admin.get("/api/v1/posts").status(200).json();
        let posts = posts["items"].as_array().expect("posts").clone();
        let mut told = 0;
        for grid in admin.every_place("micro_grid").iter().take(12) {
            let [west, south, east, north] = [0, 1, 2, 3].map(|n| grid["bbox"][n].as_f64().expect("a box"));
            let (lon, lat) = ((west + east) / 2.0, (south + north) / 2.0);
            let located = admin
                .get(&format!("/api/v1/locate?lon={lon}&lat={lat}"))
                .status(200)
                .json();
            // From a building up to the district.
            let levels = [
                "building",
                "compound",
                "micro_grid",
                "grid",
                "community",
                "street",
                "district",
            ];
            let expected: Vec<&Value> = levels
                .iter()
                .filter_map(|level| located[*level]["id"].as_u64())
                .flat_map(|id| posts.iter().filter(move |post| post["place"] == json!(id)))
                .map(|post| &post["id"])
                .collect();
            let named: Vec<&Value> = located["responsible"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|one| &one["post"]["id"])
                .collect();
            assert_eq!(named, expected, "at {lon},{lat}");
            told += named.len();
        }
        assert!(told > 12, "the demo has posts on its ground");
    });
}
