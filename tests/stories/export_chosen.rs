//! Which places an export takes: by ground, code, tag and filter; and what it refuses.

use geju_tests::{Client, box_at, encoded, eventually, gpkg_ground, planted, rows, told};
use serde_json::json;
use std::time::Duration;

#[test]
fn ground_filters_and_wrong_wishes_are_heeded() {
    let ground = gpkg_ground();
    planted(&ground);
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let number = |query: &str| {
        rows(&told(
            &admin.get(&format!("/api/v1/export?format=geojson&{query}")).status(200),
        ))
    };
    assert_eq!(number("kind=compound"), 3);
    assert_eq!(number("kind=compound&code_prefix=510104020001"), 2);
    assert_eq!(number("kind=compound&tag=%3D1%2B1"), 1);
    assert_eq!(number("kind=compound&area=510104020001"), 1, "by its inner point");
    let community = admin.every_place("community")[0]["id"].clone();
    assert_eq!(number(&format!("kind=compound&place={community}")), 1);
    let drawn = json!({"format": "geojson", "kind": "compound", "within": {"geometry": box_at(5.0, -1.0, 4.0, 4.0)}});
    let reply = admin.post("/api/v1/export", &drawn).status(200);
    assert_eq!(rows(&told(&reply)), 1);
    assert_eq!(reply.json()["features"].as_array().map(Vec::len), Some(1));
    for (wrong, part) in [
        ("format=docx", "format"),
        ("kind=compound", "format"),
        ("format=csv&kind=village", "kind"),
        ("format=csv&kind=base_road", "kind"),
        ("format=pmtiles&kind=issue", "kind"),
        ("format=csv&area=000000", "area"),
        ("format=csv&encoding=gbk", "encoding"),
        ("format=shp&geometry=wkt", "geometry"),
        ("format=pmtiles&zooms=9-40", "zooms"),
        ("format=gpkg&zooms=9-10", "zooms"),
        ("format=gpkg&where=1", "where"),
        ("format=csv&tag=%00", ""),
    ] {
        let reply = admin.get(&format!("/api/v1/export?{wrong}"));
        if part.is_empty() {
            assert_eq!(reply.status, 200, "{wrong}: nothing carries such a tag");
        } else {
            let problem = reply.problem(400);
            assert!(
                problem.whole["detail"].to_string().contains(part),
                "{wrong}: {}",
                problem.whole
            );
        }
    }
    admin
        .post("/api/v1/export", &json!({"format": "csv", "sql": "1"}))
        .problem(400);
}

#[test]
fn a_filter_chooses_what_goes_out_as_it_chooses_for_map_programs() {
    let ground = gpkg_ground();
    planted(&ground);
    ground.account("worker", "community_staff", &["510104020001"]);
    let machine = ground.token("sensor", "machine");
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let ask = |client: &Client, filter: &str, more: &str| {
        client.get(&format!(
            "/api/v1/export?format=geojson{more}&filter={}",
            encoded(filter)
        ))
    };
    let number = |client: &Client, filter: &str| rows(&told(&ask(client, filter, "&kind=compound").status(200)));
    let by_ogc = |filter: &str| {
        let page = admin
            .get(&format!("/ogc/collections/compound/items?filter={}", encoded(filter)))
            .status(200)
            .json();
        page["numberMatched"].as_u64().expect("counted")
    };
    for filter in [
        "households > 40",
        "name LIKE '%院落'",
        "CASEI(name) = casei('@sum(a1:a9)')",
        "S_INTERSECTS(geometry, BBOX(104.05, 30.6, 104.0625, 30.7))",
        "households IS NULL",
        "NOT (households BETWEEN 41 AND 42)",
        r#"{"op": ">", "args": [{"property": "households"}, 40]}"#,
    ] {
        let said = if filter.starts_with('{') {
            "&filter-lang=cql2-json"
        } else {
            ""
        };
        let asked = ask(&admin, filter, &format!("&kind=compound{said}")).status(200);
        assert_eq!(
            rows(&told(&asked)),
            number(&admin, filter),
            "{filter}: JSON is told by its brace"
        );
        if !filter.starts_with('{') {
            assert_eq!(number(&admin, filter), by_ogc(filter), "{filter}");
        }
    }
    assert_eq!(number(&admin, "households > 40"), 2);
    // As a body, where JSON may stand as what it is, and together with ground.
    let body = json!({"format": "geojson", "kind": "compound", "code_prefix": "510104020001",
        "filter": {"op": ">", "args": [{"property": "households"}, 40]}});
    assert_eq!(rows(&told(&admin.post("/api/v1/export", &body).status(200))), 1);
    // What is withheld is unknown to a filter, and to whoever sees no figures anywhere its name is unknown too.
    assert_eq!(
        number(&server.person("worker"), "households > 0"),
        1,
        "its own compound"
    );
    for (client, filter, word) in [
        (&server.machine(&machine), "households > 0", "households"),
        (&admin, "nothing = 1", "nothing"),
        (&admin, "households >", "filter"),
        (&admin, "floors > 3", "floors"),
        (&admin, "households > 'many'", "filter"),
    ] {
        let problem = ask(client, filter, "&kind=compound").problem(400);
        assert_eq!(problem.code, "bad_parameter");
        assert!(
            problem.whole["detail"].to_string().contains(word),
            "{filter}: {}",
            problem.whole
        );
    }
    let deep = format!("{}true{}", "(".repeat(500), ")".repeat(500));
    ask(&admin, &deep, "&kind=compound").problem(400);
    ask(&admin, "true", "&filter-lang=sql").problem(400);
    admin
        .get("/api/v1/export?format=csv&filter-lang=cql2-text")
        .problem(400);
    // Every layer asked for must know the names.
    ask(&admin, "floors > 3", "&kind=building,compound").problem(400);
    assert_eq!(
        rows(&told(&ask(&admin, "name = '一社区'", "").status(200))),
        1,
        "of all places"
    );
    // The command line says the same.
    let out = ground.data().join("f.geojson").display().to_string();
    let run = ground.geju(&[
        "export",
        "--format",
        "geojson",
        "--kind",
        "compound",
        "--filter",
        "households > 40",
        "--out",
        &out,
    ]);
    assert!(run.succeeded().stderr.contains("compound: 2"));
    let run = ground.geju(&[
        "export",
        "--format",
        "csv",
        "--kind",
        "compound",
        "--filter",
        "floors > 3",
    ]);
    assert!(run.ended_with(1).stderr.contains("floors"));
    let log = eventually("the log tells it", Duration::from_secs(10), || {
        let log = admin.get("/api/v1/audit?limit=100").status(200).text();
        log.contains("filter=cql2").then_some(log)
    });
    assert!(
        !log.contains("households >"),
        "that there was a filter, not what was looked for"
    );
}
