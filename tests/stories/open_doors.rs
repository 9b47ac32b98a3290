//! Every door is described, stands in the table of rights, and asks who you are, but for the few that need not.

use geju_tests::{Client, geju, gpkg_ground};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;

/// The only doors that ask nobody who they are.
const OPEN: [&str; 7] = [
    "/healthz",
    "/readyz",
    "/api/v1/session",
    "/",
    "/wall",
    "/admin",
    "/assets/{file}",
];

/// Fills the braces of a described path with something that parses.
fn example_of(path: &str) -> String {
    let mut out = String::new();
    for part in path.split('/').skip(1) {
        out.push('/');
        let stem = if part.starts_with('{') {
            part.split('.').next().unwrap_or_default()
        } else {
            part
        };
        out.push_str(match stem {
            "{layers}" | "{layer}" | "{collection}" => "building",
            "{name}" => "someone",
            text if text.starts_with('{') => "1",
            text => text,
        });
        if stem.starts_with('{') && part.len() > stem.len() {
            out.push_str(&part[stem.len()..]);
        }
    }
    out
}

#[test]
fn every_described_door_asks_who_you_are() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let described = server.admin().get("/openapi.json").status(200).json();
    let paths = described["paths"].as_object().expect("paths");
    assert!(
        paths.len() > 20,
        "the description covers the interface: {}",
        paths.len()
    );
    let stranger = server.stranger();
    for (path, operations) in paths {
        if OPEN.contains(&path.as_str()) {
            continue;
        }
        for method in operations.as_object().into_iter().flat_map(|o| o.keys()) {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else {
                continue;
            };
            let mut request = stranger.request(method.clone(), &example_of(path));
            if method != Method::GET {
                request = request.json(&json!({}));
            }
            let reply = Client::send(request);
            assert_eq!(reply.status, 401, "{method} {path} let a stranger in: {}", reply.text());
        }
    }
}

/// Method, path, and the right that a door asks for, from the program's own table.
fn table_of_rights() -> Vec<(String, String, String)> {
    let table = geju(&["rights"], "").succeeded().stdout;
    let rows = table.lines().filter_map(|line| {
        let mut words = line.split_whitespace().map(str::to_owned);
        Some((words.next()?, words.next()?, words.next()?))
    });
    rows.collect()
}

#[test]
fn the_description_and_the_table_of_rights_name_the_same_doors() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let described = server.admin().get("/openapi.json").status(200).json();
    let paths = described["paths"].as_object().expect("paths");
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, operations)| {
            let operations = operations.as_object().into_iter().flatten();
            let methods = operations.filter(|(_, operation)| operation.get("responses").is_some());
            methods.map(|(method, _)| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let ruled: BTreeSet<(String, String)> = table_of_rights()
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    assert!(ruled.len() > 40, "the table is printed: {}", ruled.len());
    let without_a_row: Vec<_> = described.difference(&ruled).collect();
    assert!(
        without_a_row.is_empty(),
        "no row in the table of rights: {without_a_row:#?}"
    );
    let undescribed: Vec<_> = ruled
        .difference(&described)
        .filter(|(_, path)| !OPEN.contains(&path.as_str()))
        .collect();
    assert!(undescribed.is_empty(), "not described: {undescribed:#?}");
}

#[test]
fn no_door_stands_open_that_should_not() {
    let open = table_of_rights().into_iter().filter(|(_, _, need)| need == "open");
    let surprising: Vec<String> = open
        .map(|(_, path, _)| path)
        .filter(|path| !OPEN.contains(&path.as_str()))
        .collect();
    assert!(surprising.is_empty(), "open without a reason: {surprising:?}");
}
