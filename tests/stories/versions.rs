//! What one version of a place is worth: to who writes, to who holds a copy, and after its end.

use geju_tests::{Client, box_at, each_store, feature, gpkg_ground};
use reqwest::Method;
use serde_json::{Value, json};

fn drawn(client: &Client, kind: &str, name: &str, side: f64) -> (String, Value, String) {
    let made = client
        .post("/api/v1/places", &feature(kind, name, box_at(0.0, 0.0, side, side)))
        .status(201);
    let place = made.json();
    (format!("/api/v1/places/{}", place["id"]), place, made.etag())
}

fn renamed(place: &Value, name: &str) -> Value {
    let mut place = place.clone();
    place["properties"]["name"] = json!(name);
    place
}

fn versions(client: &Client, path: &str) -> Vec<Value> {
    let history = client.get(&format!("{path}/history")).status(200).json();
    history["items"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_writer_names_any_version_one_or_one_of_several() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let (path, place, first) = drawn(&admin, "compound", "一号院", 2.0);
    admin.put(&path, "*", &renamed(&place, "二号院")).status(200);
    let many = format!("\"elsewhere\", {first}, \"1.2\"");
    let third = admin.put(&path, &many, &renamed(&place, "三号院")).status(200);
    assert_eq!(third.json()["properties"]["version"], 3);

    let weak = admin
        .put(&path, &format!("W/{}", third.etag()), &renamed(&place, "四号院"))
        .problem(412);
    let told = weak.whole["detail"].as_str().unwrap_or_default();
    assert!(told.contains("weak"), "{told}");
    let bare = admin.put(&path, "1.3", &renamed(&place, "四号院")).problem(400);
    let told = bare.whole["detail"].as_str().unwrap_or_default();
    assert!(told.contains("double quotes"), "{told}");
    admin
        .put(&path, "\"1.1\", \"1.2\"", &renamed(&place, "四号院"))
        .problem(412);
    assert_eq!(admin.get(&path).json()["properties"]["name"], "三号院");

    let hazard = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.0605, 30.6505]},
        "properties": {"title": "井盖缺失", "category": "road"}});
    let made = admin.post("/api/v1/hazards", &hazard).status(201);
    let removal = format!("/api/v1/hazards/{}/remove", made.json()["id"]);
    let with = |etag: &str| Client::send(admin.request(Method::POST, &removal).header("If-Match", etag));
    with("1.1").problem(400);
    with("\"1.9\"").problem(412);
    with("*").status(200);

    admin.delete(&path, "*").status(200);
    admin.delete(&path, "*").problem(410);
}

#[test]
fn an_amendment_that_changes_nothing_makes_no_history() {
    each_store("an_amendment_that_changes_nothing_makes_no_history", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let (path, place, etag) = drawn(&admin, "compound", "一号院", 2.0);
        let head = admin.get("/api/v1/me").json()["head"].clone();
        let same = admin.put(&path, &etag, &place).status(200);
        assert_eq!(same.json(), place);
        assert_eq!(same.etag(), etag);
        assert_eq!(versions(&admin, &path).len(), 1);
        assert_eq!(admin.get("/api/v1/me").json()["head"], head, "nothing was written");
        admin.put(&path, "\"1.7\"", &place).problem(412);
        admin.put(&path, &etag, &renamed(&place, "二号院")).status(200);
    });
}

#[test]
fn the_first_day_can_be_corrected_but_not_to_nonsense() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let (path, mut place, etag) = drawn(&admin, "compound", "一号院", 2.0);
    place["properties"]["effective_from"] = json!("2021-03-01");
    let found = admin.post("/api/v1/places/check", &place).status(200).json();
    let codes: Vec<&str> = found["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|f| f["code"].as_str())
        .collect();
    assert!(codes.contains(&"first_day_moved"), "{found}");
    let moved = admin.put(&path, &etag, &place).status(200);
    assert_eq!(moved.json()["properties"]["effective_from"], "2021-03-01");
    let last = versions(&admin, &path).pop().expect("a version");
    assert_eq!(
        last["fields"],
        json!(["effective_from"]),
        "the history tells what moved"
    );

    let fields = place["properties"].as_object_mut().expect("properties");
    fields.remove("effective_from");
    fields.insert("name".into(), json!("二号院"));
    let kept = admin.put(&path, &moved.etag(), &place).status(200);
    assert_eq!(
        kept.json()["properties"]["effective_from"],
        "2021-03-01",
        "what is left out stays"
    );

    for odd in ["-009999-01-01", "1899-12-31", "2900-01-01"] {
        place["properties"]["effective_from"] = json!(odd);
        admin.put(&path, &kept.etag(), &place).problem(422);
        admin.get(&format!("{path}?at={odd}")).problem(400);
    }
}

#[test]
fn a_retired_place_is_shown_whole_to_who_may_see_it() {
    each_store("a_retired_place_is_shown_whole_to_who_may_see_it", |ground| {
        let server = ground.serve_with_admin();
        let admin = server.admin();
        let mut street = feature("street", "锦官驿街道", box_at(0.0, 0.0, 8.0, 8.0));
        street["properties"]["effective_from"] = json!("2020-01-01");
        let street = admin.post("/api/v1/places", &street).status(201).json()["id"].clone();
        let mut building = feature("building", "1栋", box_at(0.2, 0.2, 0.3, 0.3));
        building["properties"]["archive"] = json!({"floors": 7, "residents": 101});
        building["properties"]["effective_from"] = json!("2021-03-01");
        let made = admin.post("/api/v1/places", &building).status(201);
        let path = format!("/api/v1/places/{}", made.json()["id"]);
        admin
            .post(
                "/api/v1/accounts",
                &json!({"name": "here", "role": "street_staff", "places": [street], "password": "the-first-of-them-1"}),
            )
            .status(201);
        drop(server);
        ground.account("elsewhere", "street_staff", &[]);
        let server = geju_tests::Server::start(ground);
        let admin = server.admin();
        let at = format!("{path}?at=2022-01-01");
        let then = admin.get(&at).status(200).json();
        assert_eq!(then["properties"]["archive"]["residents"], 101);
        assert_eq!(then["properties"]["parents"]["street"], street);
        admin.get(&format!("{path}?at=2020-01-01")).problem(404);
        let stranger = server.person("elsewhere").get(&at).status(200).json();
        assert_eq!(stranger["properties"]["archive"]["residents"], Value::Null);
        assert_eq!(stranger["properties"]["archive"]["floors"], 7);

        admin.delete(&path, &made.etag()).status(200);
        let gone = admin.get(&path).problem(410).whole;
        assert_eq!(gone["place"]["properties"]["archive"]["residents"], 101);
        assert_eq!(gone["place"]["properties"]["parents"]["street"], street);
        assert_eq!(gone["place"]["properties"]["parent_names"]["street"], "锦官驿街道");
        let gone = server.person("elsewhere").get(&path).problem(410).whole;
        assert_eq!(gone["place"]["properties"]["archive"]["residents"], Value::Null);
        let gone = admin.put(&path, "*", &made.json()).problem(410).whole;
        assert_eq!(gone["place"]["properties"]["archive"]["residents"], 101);
    });
}

#[test]
fn a_parent_that_goes_spoils_what_a_browser_holds() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let (district, ..) = drawn(&admin, "district", "锦江区", 16.0);
    let (street, _, street_etag) = drawn(&admin, "street", "锦官驿街道", 8.0);
    let (path, place, etag) = drawn(&admin, "compound", "一号院", 2.0);
    let held = admin.get(&path).status(200);
    assert_eq!(held.etag(), etag, "what was drawn is what is read");
    assert_eq!(admin.get_with(&path, "If-None-Match", &held.etag()).status, 304);
    admin.delete(&street, &street_etag).status(200);
    let now = admin.get_with(&path, "If-None-Match", &held.etag()).status(200);
    assert_eq!(now.json()["properties"]["parents"]["street"], Value::Null);
    assert!(district.ends_with(&now.json()["properties"]["parents"]["district"].to_string()));
    assert_eq!(
        now.json()["properties"]["version"],
        1,
        "re-parenting steps no child's version"
    );
    // The version alone is what a writer must have read.
    admin.put(&path, &held.etag(), &renamed(&place, "二号院")).status(200);
    admin.put(&path, "\"1.2\"", &renamed(&place, "三号院")).status(200);
}

#[test]
fn map_programs_are_told_of_parameters_nobody_knows() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    drawn(&admin, "compound", "一号院", 2.0);
    let items = "/ogc/collections/compound/items";
    for odd in [
        "nmae=x",
        "filter=name",
        "crs=x",
        "floors=3",
        "f=html",
        "bbox-crs=EPSG:3857",
    ] {
        let told = admin.get(&format!("{items}?{odd}")).problem(400);
        assert_eq!(told.code, "bad_parameter", "{odd}");
    }
    for fine in [
        "name=%E4%B8%80%E5%8F%B7%E9%99%A2",
        "limit=100000",
        "f=json",
        "datetime=2026-01-01T00:00:00Z/..",
        "bbox-crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84&bbox=104,30,105,31",
    ] {
        let found = admin.get(&format!("{items}?{fine}")).status(200).json();
        assert_eq!(found["numberReturned"], 1, "{fine}");
    }
    for path in [
        "/ogc",
        "/ogc/conformance",
        "/ogc/collections",
        "/ogc/collections/compound",
    ] {
        admin.get(&format!("{path}?nonsense=1")).problem(400);
        admin.get(&format!("{path}?f=json")).status(200);
    }
}

#[test]
fn a_tile_far_ahead_of_the_ledger_is_refused_at_once() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let begun = std::time::Instant::now();
    let told = admin.get("/tiles/compound/14/12927/6730.mvt?seq=99999999").problem(400);
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(1),
        "nobody waits for what never comes"
    );
    assert_eq!(told.code, "bad_parameter");
    admin.get("/tiles/compound/14/12927/6730.mvt?seq=1").problem(503);
}
