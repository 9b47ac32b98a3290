//! Programs that write through OGC API Features, and what they may see and do there: the same as at every other door.

use geju_tests::{Client, Reply, Server, box_at, gpkg_ground};
use reqwest::Method;
use serde_json::{Value, json};

const EPSG: &str = "http://www.opengis.net/def/crs/EPSG/0/";
const ITEMS: &str = "/ogc/collections/building/items";

fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

fn filtered(filter: &str) -> String {
    format!("{ITEMS}?limit=1000&filter={}", encoded(filter))
}

fn ids(page: &Value) -> Vec<u64> {
    let features = page["features"].as_array().map_or(&[][..], Vec::as_slice);
    features.iter().filter_map(|f| f["id"].as_u64()).collect()
}

fn send(client: &Client, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
    let mut request = client.request(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.body(body.to_string());
    }
    Client::send(request)
}

#[test]
fn a_program_that_writes_obeys_rules_and_versions() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let items = "/ogc/collections/compound/items";
    let geojson = ("Content-Type", "application/geo+json");
    let allowed = send(&admin, Method::OPTIONS, items, &[], None).status(200);
    assert!(allowed.header("allow").is_some_and(|a| a.contains("POST")));
    assert!(allowed.header("accept-post").is_some_and(|a| a.contains("geo+json")));

    let flat = json!({"type": "Feature", "id": 5, "geometry": box_at(0.0, 0.0, 2.0, 2.0), "properties": {
        "name": "南苑", "tags": "老旧, 无电梯", "archive_kind": "old", "households": 40, "version": 7}});
    send(&admin, Method::POST, items, &[], Some(&flat)).problem(400);
    let made = send(&admin, Method::POST, items, &[geojson], Some(&flat)).status(201);
    let location = made.header("location").expect("where it is now").to_owned();
    let read = admin.get(&location).status(200);
    let etag = read.etag();
    let mut item = read.json();
    assert_eq!(item["properties"]["tags"], "老旧, 无电梯");
    assert_eq!(item["properties"]["archive_kind"], "old");
    assert_eq!(item["geometry"], flat["geometry"]);
    assert_eq!(item["properties"]["version"], 1, "who writes decides no version");

    // What a flat table cannot show stays.
    let id = item["id"].as_u64().expect("an id");
    let mut whole = admin.get(&format!("/api/v1/places/{id}")).json();
    whole["properties"]["archive"]["resources"] = json!({"lifts": 3});
    whole["properties"]["source"] = json!({"name": "台账", "id": "7"});
    let etag_now = admin
        .put(&format!("/api/v1/places/{id}"), &etag, &whole)
        .status(200)
        .etag();

    item["properties"]["name"] = json!("南苑小区");
    item["properties"]
        .as_object_mut()
        .expect("properties")
        .remove("households");
    send(&admin, Method::PUT, &location, &[geojson], Some(&item)).problem(428);
    let stale = send(
        &admin,
        Method::PUT,
        &location,
        &[geojson, ("If-Match", &etag)],
        Some(&item),
    )
    .problem(412);
    assert_eq!(stale.whole["place"]["id"], id);
    let put = send(
        &admin,
        Method::PUT,
        &location,
        &[geojson, ("If-Match", &etag_now)],
        Some(&item),
    )
    .status(200);
    assert_ne!(put.etag(), etag_now);
    let kept = admin.get(&format!("/api/v1/places/{id}")).json()["properties"].clone();
    assert_eq!(kept["name"], "南苑小区");
    assert_eq!(
        kept["archive"],
        json!({"kind": "old", "resources": {"lifts": 3}}),
        "replaced whole as far as shown"
    );
    assert_eq!(kept["source"]["id"], "7");
    assert_eq!(kept["tags"], json!(["老旧", "无电梯"]));

    // Rules are the same as at every door, and so are coordinates.
    let mut crossing = flat.clone();
    crossing["geometry"]["coordinates"][0] = json!([
        [104.1, 30.6],
        [104.2, 30.7],
        [104.2, 30.6],
        [104.1, 30.7],
        [104.1, 30.6]
    ]);
    let refused = send(&admin, Method::POST, items, &[geojson], Some(&crossing)).problem(422);
    assert!(
        refused.whole["findings"][0]["at"].is_array(),
        "it says where: {}",
        refused.whole
    );
    let wrong = json!({"type": "Feature", "geometry": box_at(9.0, 9.0, 1.0, 1.0), "properties": {"name": "x", "kind": "street"}});
    send(&admin, Method::POST, items, &[geojson], Some(&wrong)).problem(422);
    let ring = |swap: bool| {
        let shape = box_at(10.0, 0.0, 2.0, 2.0);
        let turned: Vec<Value> = shape["coordinates"][0]
            .as_array()
            .into_iter()
            .flatten()
            .map(|p| if swap { json!([p[1], p[0]]) } else { p.clone() })
            .collect();
        json!({"type": "Polygon", "coordinates": [turned]})
    };
    let turned = json!({"type": "Feature", "geometry": ring(true), "properties": {"name": "北苑"}});
    let crs = format!("<{EPSG}4326>");
    send(
        &admin,
        Method::POST,
        items,
        &[geojson, ("Content-Crs", "<nothing>")],
        Some(&turned),
    )
    .problem(400);
    let north = send(
        &admin,
        Method::POST,
        items,
        &[geojson, ("Content-Crs", &crs)],
        Some(&turned),
    )
    .status(201);
    assert_eq!(north.json()["geometry"], ring(false));

    let etag = admin.get(&location).etag();
    send(&admin, Method::DELETE, &location, &[], None).problem(428);
    send(&admin, Method::DELETE, &location, &[("If-Match", "\"1.1\"")], None).problem(412);
    send(&admin, Method::DELETE, &location, &[("If-Match", &etag)], None).status(204);
    admin.get(&location).problem(404);
    send(&admin, Method::PUT, &location, &[geojson], Some(&item)).problem(404);
    send(
        &admin,
        Method::POST,
        "/ogc/collections/hazard/items",
        &[geojson],
        Some(&flat),
    )
    .problem(405);
    let whole = admin.get("/api/v1/changes?limit=50").status(200).json();
    assert!(
        whole["items"].as_array().is_some_and(|all| all.len() >= 5),
        "it is all in the ledger"
    );
}

#[test]
fn rights_are_those_of_every_door_and_no_filter_tells_what_may_not_be_seen() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let geojson = ("Content-Type", "application/geo+json");
    server.stranger().get(ITEMS).problem(401);
    let (admin, leader, wall) = (server.admin(), server.person("leader"), server.person("wall"));
    let made = admin
        .post(
            "/api/v1/tokens",
            &json!({"name": "sensor", "role": "machine", "places": []}),
        )
        .ok()
        .json();
    let machine = server.machine(made["token"].as_str().expect("a token"));
    let flat = json!({"type": "Feature", "geometry": box_at(0.0, 0.0, 0.1, 0.1), "properties": {"name": "x"}});
    for nobody in [&wall, &machine, &leader] {
        send(nobody, Method::POST, ITEMS, &[geojson], Some(&flat)).problem(403);
        let allowed = send(nobody, Method::OPTIONS, ITEMS, &[], None).status(200);
        assert!(allowed.header("allow").is_some_and(|a| !a.contains("POST")));
    }
    // A machine sees no figures about people: it cannot even ask.
    for address in [
        filtered("residents > 0"),
        filtered("residents IS NULL"),
        format!("{ITEMS}?residents=3"),
    ] {
        machine.get(&address).problem(400);
    }
    let names = machine.get("/ogc/collections/building/queryables").status(200).json()["properties"].clone();
    assert!(
        names.get("residents").is_none() && names.get("floors").is_some(),
        "{names}"
    );
    // A leader may ask, and is answered for the own micro-grid alone.
    let all = admin.get(&filtered("residents > 0")).status(200).json();
    let own = leader.get(&filtered("residents > 0")).status(200).json();
    let (all, mine) = (ids(&all), ids(&own));
    assert!(
        !mine.is_empty() && mine.len() < all.len(),
        "{} of {}",
        mine.len(),
        all.len()
    );
    for shown in own["features"].as_array().into_iter().flatten() {
        assert!(shown["properties"]["residents"].as_u64() > Some(0), "{shown}");
    }
    let hidden = leader.get(&filtered("NOT (residents > 0)")).status(200).json();
    for shown in hidden["features"].as_array().into_iter().flatten() {
        assert_eq!(
            shown["properties"]["residents"], 0,
            "what is withheld is neither more nor less: {shown}"
        );
    }
}
