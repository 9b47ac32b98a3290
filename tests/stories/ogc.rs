//! OGC API Features and Tiles as any program finds them: what they promise, in which coordinates, and page by page.

use geju_tests::{Client, Server, box_at, encoded, feature, gpkg_ground, read_tile};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const EPSG: &str = "http://www.opengis.net/def/crs/EPSG/0/";
const ITEMS: &str = "/ogc/collections/building/items";
/// Whatever is refused is refused within this time, on a machine busy with builds.
const REFUSED_WITHIN: Duration = Duration::from_secs(1);

fn filtered(filter: &str) -> String {
    format!("{ITEMS}?limit=1000&filter={}", encoded(filter))
}

fn ids(page: &Value) -> Vec<u64> {
    let features = page["features"].as_array().map_or(&[][..], Vec::as_slice);
    features.iter().filter_map(|f| f["id"].as_u64()).collect()
}

fn link<'a>(page: &'a Value, rel: &str) -> Option<&'a str> {
    let links = page["links"].as_array()?;
    links.iter().find(|l| l["rel"] == rel)?["href"].as_str()
}

fn draw_building(client: &Client, n: usize) -> u64 {
    let spot = box_at((n % 20) as f64, (n / 20) as f64, 0.5, 0.5);
    let mut drawn = feature("building", &format!("{n}栋"), spot);
    drawn["properties"]["archive"] = json!({ "floors": n % 7, "residents": n });
    client.post("/api/v1/places", &drawn).status(201).json()["id"]
        .as_u64()
        .expect("an id")
}

#[test]
fn every_link_leads_somewhere_and_no_promise_is_left_out() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let admin = server.admin();
    let mut waiting = vec![format!("{}/ogc", admin.base)];
    let mut seen = BTreeSet::new();
    while let Some(address) = waiting.pop() {
        if !seen.insert(address.clone()) {
            continue;
        }
        let reply = admin.get(&address).status(200);
        let pages = reply.header("content-type").is_some_and(|t| t.contains("json"));
        let page = if pages { reply.json() } else { Value::Null };
        let more = page["collections"]
            .as_array()
            .into_iter()
            .chain(page["tilesets"].as_array());
        let own = std::iter::once(&page).chain(more.flatten());
        for link in own.filter_map(|p| p["links"].as_array()).flatten() {
            // Items lead on for ever: one page is enough.
            if link["templated"] != true && link["rel"] != "next" {
                waiting.push(link["href"].as_str().expect("a link leads somewhere").to_owned());
            }
        }
    }
    assert!(seen.len() > 50, "{} addresses: {seen:#?}", seen.len());
    let promises = admin.get("/ogc/conformance").json()["conformsTo"].clone();
    for class in [
        "ogcapi-features-1/1.0/conf/oas30",
        "ogcapi-features-2/1.0/conf/crs",
        "ogcapi-features-3/1.0/conf/features-filter",
        "ogcapi-features-4/1.0/conf/create-replace-delete",
        "cql2/1.0/conf/cql2-json",
        "cql2/1.0/conf/spatial-functions",
        "ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    ] {
        let uri = json!(format!("http://www.opengis.net/spec/{class}"));
        assert!(promises.as_array().is_some_and(|all| all.contains(&uri)), "{class}");
    }
    let described = admin.get("/ogc/api").json();
    assert!(described["openapi"].as_str().is_some_and(|v| v.starts_with("3.0")));
    let text = described.to_string();
    for newer in ["\"const\":", "\"examples\":", "\"exclusiveMinimum\":0", "\"null\""] {
        assert!(!text.contains(newer), "3.0 knows no {newer}");
    }
    let parameters = &described["paths"]["/collections/building/items"]["get"]["parameters"];
    let names: BTreeSet<&str> = parameters
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|p| p["name"].as_str())
        .collect();
    for name in [
        "bbox",
        "bbox-crs",
        "filter",
        "filter-lang",
        "filter-crs",
        "limit",
        "crs",
        "floors",
        "code",
    ] {
        assert!(names.contains(name), "{name} is described: {names:?}");
    }
}

#[test]
fn every_coordinate_system_is_spoken_with_its_axes_in_order() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let id = draw_building(&admin, 0);
    draw_building(&admin, 150);
    let own = admin.get(&format!("{ITEMS}/{id}")).status(200);
    assert_eq!(own.header("content-crs"), Some(format!("<{CRS84}>").as_str()));
    let corner = own.json()["geometry"]["coordinates"][0][0].clone();
    let (lon, lat) = (corner[0].as_f64().unwrap_or(0.0), corner[1].as_f64().unwrap_or(0.0));
    for (system, x, y) in [
        (format!("{EPSG}4326"), lat, lon),
        (format!("{EPSG}4490"), lat, lon),
        (
            format!("{EPSG}3857"),
            lon.to_radians() * 6_378_137.0,
            (std::f64::consts::FRAC_PI_4 + lat.to_radians() / 2.0).tan().ln() * 6_378_137.0,
        ),
    ] {
        let crs = encoded(&system);
        let reply = admin.get(&format!("{ITEMS}/{id}?crs={crs}")).status(200);
        assert_eq!(reply.header("content-crs"), Some(format!("<{system}>").as_str()));
        let at = reply.json()["geometry"]["coordinates"][0][0].clone();
        let near = |a: &Value, b: f64| (a.as_f64().unwrap_or(f64::NAN) - b).abs() < 0.01;
        assert!(near(&at[0], x) && near(&at[1], y), "{system}: {at} is not {x}, {y}");
        // The same numbers find it again, as a box and in a filter.
        let step = if x > 1_000.0 { 30.0 } else { 0.0003 };
        let (x, y) = (at[0].as_f64().unwrap_or(0.0), at[1].as_f64().unwrap_or(0.0));
        let bbox = format!("{},{},{},{}", x - step, y - step, x + step, y + step);
        let page = admin
            .get(&format!("{ITEMS}?bbox={bbox}&bbox-crs={crs}&crs={crs}"))
            .status(200);
        assert_eq!(page.header("content-crs"), Some(format!("<{system}>").as_str()));
        assert_eq!(ids(&page.json()), [id], "{system} {bbox}");
        let filter = encoded(&format!(
            "S_INTERSECTS(geometry, POINT({} {}))",
            x + step / 10.0,
            y + step / 10.0
        ));
        let page = admin
            .get(&format!("{ITEMS}?filter={filter}&filter-crs={crs}"))
            .status(200);
        assert_eq!(ids(&page.json()), [id], "{system}");
    }
    for name in ["crs", "bbox-crs", "filter-crs"] {
        let refused = admin
            .get(&format!(
                "{ITEMS}?bbox=0,0,1,1&filter=true&{name}={}",
                encoded("EPSG:9999")
            ))
            .problem(400);
        assert!(
            refused.whole["detail"].as_str().is_some_and(|d| d.contains(name)),
            "{:?}",
            refused.whole
        );
    }
    let collection = admin.get("/ogc/collections/building").status(200).json();
    assert_eq!(collection["storageCrs"], CRS84);
    assert_eq!(collection["crs"].as_array().map(Vec::len), Some(4));
}

#[test]
fn a_walk_through_the_pages_meets_each_item_once_while_edits_go_on() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let drawn: Vec<u64> = (0..60).map(|n| draw_building(&admin, n)).collect();
    for start in [
        format!("{ITEMS}?limit=7"),
        format!("{ITEMS}?limit=7&filter={}", encoded("floors >= 0")),
    ] {
        let standing: BTreeSet<u64> = ids(&admin.get(&format!("{ITEMS}?limit=1000")).json())
            .into_iter()
            .collect();
        let mut met = Vec::new();
        let mut retired = BTreeSet::new();
        let mut next = Some(format!("{}{start}", admin.base));
        let mut pages = 0;
        while let Some(address) = next {
            let page = admin.get(&address).status(200).json();
            met.extend(ids(&page));
            next = link(&page, "next").map(str::to_owned);
            // One is drawn, one moves to another name, one goes.
            draw_building(&admin, 100 + met.len());
            let other = drawn[pages];
            let path = format!("{ITEMS}/{other}");
            if let Some(etag) = admin.get(&path).header("etag").map(str::to_owned) {
                admin.delete(&path, &etag).status(204);
                retired.insert(other);
            }
            pages += 1;
        }
        let once: BTreeSet<u64> = met.iter().copied().collect();
        assert_eq!(once.len(), met.len(), "nothing comes twice");
        let missed: Vec<&u64> = standing.difference(&once).filter(|id| !retired.contains(id)).collect();
        assert!(missed.is_empty(), "{missed:?} never came");
    }
}

#[test]
fn a_page_says_how_many_there_are_and_offsets_still_work() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    for n in 0..30 {
        draw_building(&admin, n);
    }
    let whole = ids(&admin.get(&format!("{ITEMS}?limit=1000000000")).status(200).json());
    assert_eq!(whole.len(), 30);
    let page = admin
        .get(&format!(
            "{ITEMS}?limit=10&offset=10&filter={}",
            encoded("floors < 100")
        ))
        .json();
    assert_eq!(page["numberMatched"], 30);
    assert_eq!(page["numberReturned"], 10);
    assert_eq!(ids(&page), whole[10..20]);
    let next = admin.get(link(&page, "next").expect("it goes on")).status(200).json();
    assert_eq!(ids(&next), whole[20..30]);
    assert!(link(&next, "next").is_none());
    let by_name = admin
        .get(&format!("{ITEMS}?name={}&datetime=2000-01-01/..", encoded("7栋")))
        .json();
    assert_eq!(by_name["numberMatched"], 1);
    assert_eq!(
        admin.get(&format!("{ITEMS}?datetime=../1990-01-01")).json()["numberMatched"],
        0
    );
}

#[test]
fn bombs_slips_and_tampered_links_are_refused_at_once_with_the_reason() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    for n in 0..8 {
        draw_building(&admin, n);
    }
    let page = admin
        .get(&format!("{ITEMS}?limit=3&filter={}", encoded("floors < 5")))
        .status(200)
        .json();
    let next = link(&page, "next").expect("it goes on");
    let many = |one: &str, n: usize| one.repeat(n);
    let filter = |text: &str| format!("{ITEMS}?filter={}", encoded(text));
    let json = |text: &str| format!("{ITEMS}?filter-lang=cql2-json&filter={}", encoded(text));
    let not = r#"{"op":"not","args":["#;
    let mut odd = vec![
        filter(&format!("{}true{}", many("(", 2_000), many(")", 2_000))),
        filter(&format!("{}true", many("NOT ", 2_000))),
        filter(&format!("true{}", many(" OR true", 1_000))),
        filter(&format!("name LIKE '{}'", many("%a_", 60))),
        filter(&format!("name = '{}'", many("a", 9_000))).replace("%61", "a") + &many("a", 9_000),
        filter(&format!("floors IN (1{})", many(",1", 700))),
        filter(&format!(
            "S_INTERSECTS(geometry, LINESTRING(0 0{}))",
            many(",1 1", 2_100)
        )),
        filter("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))"),
        filter("S_INTERSECTS(geometry, POINT(30 104))").replace(ITEMS, "/ogc/collections/building/items"),
        json(&format!("{}true{}", many(not, 80), many("]}", 80))),
        json(&many("[", 3_000)),
        filter("nothing = 1"),
        filter("reporter = 'x'"),
        filter("floors = 'three'"),
        filter("name > 3"),
        filter("geometry = 3"),
        filter("area(geometry) > 3"),
        filter("effective_from > DATE('2026-02-30')"),
        filter("name = 'a"),
        filter(""),
        format!("{ITEMS}?filter-lang=sql&filter=true"),
        format!("{ITEMS}?filter=true&filter=false"),
        format!("{ITEMS}?limit=1e9"),
        format!("{ITEMS}?limit=0"),
        format!("{ITEMS}?offset=-1"),
        format!("{ITEMS}?datetime=yesterday"),
        format!("{ITEMS}?datetime=2026-05-01/2026-01-01"),
        format!("{ITEMS}?bbox=1,2,3"),
        format!("{ITEMS}?floors=many"),
        format!("{ITEMS}?cursor=AAAA"),
        next.replace("cursor=", "cursor=A"),
        next.replace("floors", "version"),
        next.replace("/building/", "/compound/"),
        format!("{next}&offset=3"),
        format!("{ITEMS}?f=xml"),
        "/ogc/tiles/WebMercatorQuad?collections=nothing".to_owned(),
    ];
    odd.retain(|address| !address.contains("POINT%2830"));
    for address in odd {
        let began = Instant::now();
        let reply = admin.get(&address);
        let took = began.elapsed();
        let short: String = address.chars().take(120).collect();
        assert_eq!(reply.status, 400, "{short}: {}", reply.text());
        reply.problem(400);
        assert!(took < REFUSED_WITHIN, "{short} took {took:?}");
    }
    let swapped = admin
        .get(&filtered("S_INTERSECTS(geometry, POINT(30 104))"))
        .problem(400);
    assert!(
        swapped.whole["detail"].as_str().is_some_and(|d| d.contains("axes")),
        "{:?}",
        swapped.whole
    );
    for missing in [
        "/ogc/collections/nothing/items",
        "/ogc/collections/nothing/queryables",
        "/ogc/tiles/WorldCRS84Quad",
        "/ogc/collections/hazard/tiles",
        "/ogc/collections/building/tiles/WebMercatorQuad/14/99999/0",
        "/ogc/tileMatrixSets/Nothing",
    ] {
        admin.get(missing).problem(404);
    }
}

#[test]
fn tiles_are_the_same_bytes_at_every_door() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let admin = server.admin();
    let set = admin
        .get("/ogc/collections/building/tiles/WebMercatorQuad")
        .status(200)
        .json();
    let limits = set["tileMatrixSetLimits"]
        .as_array()
        .and_then(|l| l.iter().find(|l| l["tileMatrix"] == "15"))
        .cloned();
    let limits = limits.expect("zoom 15 has its limits");
    let mut drawn = 0;
    let (low, high) = (
        limits["minTileRow"].as_u64().unwrap_or(0),
        limits["maxTileRow"].as_u64().unwrap_or(0),
    );
    for row in low..=high {
        for column in limits["minTileCol"].as_u64().unwrap_or(0)..=limits["maxTileCol"].as_u64().unwrap_or(0) {
            let here = admin
                .get(&format!(
                    "/ogc/collections/building/tiles/WebMercatorQuad/15/{row}/{column}"
                ))
                .ok();
            let page = admin.get(&format!("/tiles/building/15/{column}/{row}.mvt")).ok();
            assert_eq!(
                (here.status, &here.body),
                (page.status, &page.body),
                "15/{row}/{column}"
            );
            let both = admin
                .get(&format!(
                    "/ogc/tiles/WebMercatorQuad/15/{row}/{column}?collections=building,compound"
                ))
                .ok();
            let page = admin
                .get(&format!("/tiles/compound,building/15/{column}/{row}.mvt"))
                .ok();
            assert_eq!(both.body, page.body);
            drawn += read_tile(&here.body).iter().map(|l| l.features.len()).sum::<usize>();
        }
    }
    assert!(drawn > 100, "{drawn} buildings drawn");
    let tile_json = admin.get("/ogc/tiles/WebMercatorQuad?f=tilejson").status(200).json();
    assert_eq!(tile_json["tilejson"], "3.0.0");
    assert!(
        tile_json["tiles"][0]
            .as_str()
            .is_some_and(|t| t.ends_with("/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}"))
    );
    let item = set["links"]
        .as_array()
        .and_then(|l| l.iter().find(|l| l["rel"] == "item"))
        .cloned()
        .unwrap_or_default();
    assert_eq!(item["templated"], true);
    let matrices = admin.get("/ogc/tileMatrixSets/WebMercatorQuad").json()["tileMatrices"].clone();
    assert_eq!(matrices[15]["matrixWidth"], 32_768);
}
