//! Files that are no proposals, and people who may not propose.

use super::town::{NAMES, Street, proposal, street};
use super::*;

/// A ring of so many corners around the middle of the first grid.
fn round(corners: usize) -> Value {
    let ring: Vec<Value> = (0..=corners)
        .map(|n| {
            let turn = (n % corners) as f64 / corners as f64 * std::f64::consts::TAU;
            json!([104.062 + 0.0009 * turn.cos(), 30.651 + 0.0009 * turn.sin()])
        })
        .collect();
    json!({ "type": "Polygon", "coordinates": [ring] })
}

#[test]
fn what_cannot_be_a_proposal_is_refused_with_what_and_where_and_how_to_mend_it() {
    each_store(
        "what_cannot_be_a_proposal_is_refused_with_what_and_where_and_how_to_mend_it",
        |ground| {
            let Street { server, grid, .. } = street(ground);
            let (worker, parent) = (server.person("worker"), grid.to_string());
            let head = head_of(&worker);
            let [west, east] = proposal(0.15);
            let with = |geometry: Value| {
                let mut bad = east.clone();
                bad["geometry"] = geometry;
                collection(&[west.clone(), bad])
            };
            let ring = box_at(2.15, 0.0, 1.85, 2.0)["coordinates"][0].clone();
            let tied = json!({ "type": "Polygon", "coordinates": [[ring[0], ring[2], ring[1], ring[3], ring[0]]] });
            let mut nameless = east.clone();
            nameless["properties"]["name"] = json!("没有这一片");
            // Each: the file, how it is called, the finding, whether it names a feature and a spot.
            let cases: Vec<(&str, Vec<u8>, &str, &str, bool)> = vec![
                ("蝴蝶结.geojson", with(tied), "outline_self_crossing", "feature 1", true),
                (
                    "太细.geojson",
                    with(round(50_000)),
                    "outline_too_many_vertices",
                    "feature 1",
                    false,
                ),
                (
                    "点.geojson",
                    with(json!({ "type": "Point", "coordinates": [104.062, 30.651] })),
                    "outline_not_an_area",
                    "feature 1",
                    false,
                ),
                ("空形状.geojson", with(Value::Null), "null_geometry", "feature 1", false),
                (
                    "名字对不上.geojson",
                    collection(&[west.clone(), nameless]),
                    "boundary_unknown",
                    NAMES[1],
                    true,
                ),
                (
                    "别处.geojson",
                    with(box_at(50.0, 50.0, 2.0, 2.0)),
                    "boundary_elsewhere",
                    "feature 1",
                    true,
                ),
                (
                    "两次.geojson",
                    collection(&[west.clone(), east.clone(), east.clone()]),
                    "boundary_twice",
                    "feature 1",
                    true,
                ),
                ("空.geojson", Vec::new(), "", "", false),
                ("无内容.geojson", collection(&[]), "", "", false),
                ("乱码.geojson", b"\x00\xff\x13 this is no map".to_vec(), "", "", false),
                (
                    "半截.geojson",
                    collection(&[west.clone(), east.clone()])[..200].to_vec(),
                    "",
                    "",
                    false,
                ),
                ("坏包.zip", b"PK\x03\x04 broken".to_vec(), "", "", false),
            ];
            let asked = [("parent", parent.as_str()), ("kind", "micro_grid")];
            for (name, bytes, code, what, spot) in &cases {
                let told = send(&worker, name, bytes, &asked, None).problem(422);
                let findings = list(&told.whole["findings"]);
                let found = findings.iter().find(|f| code.is_empty() || f["code"] == *code);
                let found = found.unwrap_or_else(|| panic!("{name}: {}", told.whole));
                let message = found["message"].as_str().unwrap_or_default();
                assert!(message.contains(what) && !message.is_empty(), "{name}: {found}");
                assert!(
                    !message.contains("upload-") && !message.contains("/tmp"),
                    "{name}: {found}"
                );
                assert!(
                    found["mend"].as_str().is_some_and(|m| !m.is_empty()),
                    "{name}: how to mend it: {found}"
                );
                assert_eq!(found["at"].is_array(), *spot, "{name}: {found}");
            }
            let large = vec![b' '; (16 << 20) + 1];
            // Answered before all of it has come: whoever is still sending then may find the connection closed instead.
            if let Some(told) = Client::try_send(sending(&worker, "太大.geojson", &large, &asked)) {
                assert_eq!(told.problem(413).code, "too_large");
            }
            // What is asked wrongly.
            let good = collection(&[west, east]);
            let unknown = [("parent", "987654321"), ("kind", "micro_grid")];
            send(&worker, "提案.geojson", &good, &unknown, None).problem(404);
            for asked in [
                &[("kind", "micro_grid")][..],
                &[("parent", &parent)],
                &[("parent", &parent), ("kind", "garden")],
                &[("parent", "nowhere"), ("kind", "micro_grid")],
                &[("parent", &parent), ("kind", "micro_grid"), ("crs", "mars")],
            ] {
                let refused = send(&worker, "提案.geojson", &good, asked, None);
                assert!([400, 422].contains(&refused.status), "{asked:?}: {}", refused.text());
            }
            send(&worker, "../提案.geojson", &good, &asked, None).problem(400);
            assert_eq!((head_of(&worker), drafts_of(&worker)), (head, 0), "nothing was kept");
            nothing_left_behind(ground);

            // What reaches beyond its parent a little is a draft that tells so, and nobody can accept it.
            let over = {
                let mut over = proposal(0.15);
                over[1]["geometry"] = box_at(2.15, 0.0, 2.0, 2.0);
                collection(&over)
            };
            let beyond = send(&worker, "越界.geojson", &over, &asked, None).problem(403);
            assert_eq!(beyond.whole["findings"][0]["code"], "outside_jurisdiction");
            let kept = send(&server.admin(), "越界.geojson", &over, &asked, None).status(201);
            let draft = kept.json();
            assert!(
                list(&draft["findings"]).iter().any(|f| f["code"] == "outside_parent"),
                "{}",
                draft["findings"]
            );
            let path = format!("/api/v1/drafts/{}/accept", draft["id"]);
            server
                .person("second")
                .post_with(&path, "If-Match", &kept.etag(), &json!({}))
                .problem(422);
        },
    );
}

#[test]
fn only_who_draws_there_proposes_there() {
    each_store("only_who_draws_there_proposes_there", |ground| {
        let Street { server, grid, .. } = street(ground);
        let (parent, bytes) = (grid.to_string(), collection(&proposal(0.15)));
        let asked = [("parent", parent.as_str()), ("kind", "micro_grid")];
        for name in ["planner", "wall", "far"] {
            let refused = send(&server.person(name), "提案.geojson", &bytes, &asked, None).problem(403);
            assert_eq!(refused.code, "forbidden", "{name}: {}", refused.whole);
        }
        send(&server.stranger(), "提案.geojson", &bytes, &asked, None).problem(401);
        assert_eq!(drafts_of(&server.admin()), 0);
        nothing_left_behind(ground);
    });
}
