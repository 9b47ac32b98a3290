//! Drafts that wait for their day.

use super::gesture::{A_LOT, corner, drawn_on, versions};
use super::*;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// Lets the day of every accepted draft come, behind the server's back.
fn let_the_day_come(ground: &Ground) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        if let Some(path) = ground.store.strip_prefix("gpkg:") {
            let mut file = SqliteConnection::connect(&format!("sqlite:{path}"))
                .await
                .expect("the file opens");
            let sql = "UPDATE draft SET due = '2026-01-01' WHERE state = 'accepted'";
            sqlx::raw_sql(sql).execute(&mut file).await.expect("set");
            file.close().await.expect("closed");
        } else {
            let mut database = PgConnection::connect(&ground.store)
                .await
                .expect("the database answers");
            let sql = "UPDATE geju.draft SET due = '2026-01-01' WHERE state = 'accepted'".to_owned();
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut database)
                .await
                .expect("set");
        }
    });
}

fn tomorrow() -> String {
    let days = jiff::Span::new().days(2);
    let day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    day.checked_add(days).expect("a day").to_string()
}

#[test]
fn an_accepted_draft_takes_effect_on_its_day_or_comes_back_whole() {
    each_store(
        "an_accepted_draft_takes_effect_on_its_day_or_comes_back_whole",
        |ground| {
            let server = reviewed(ground);
            let (admin, worker, community) = (server.admin(), server.person("worker"), server.person("community"));
            let grid = own_place(&worker);
            let gesture = corner(&admin, grid, A_LOT);
            let (good, etag) = submitted(&worker, "下月生效", &gesture);
            let day = json!({ "effective_on": tomorrow(), "comment": "按期执行" });
            let accepted = step(&community, &good, "accept", &etag, &day).status(200).json();
            assert_eq!(accepted["state"], "accepted");
            assert_eq!(accepted["effective_on"], tomorrow());
            assert_eq!(words(&accepted["may"]), ["return", "comment"]);
            assert_eq!(
                versions(&admin, &gesture),
                drawn_on(&gesture),
                "nothing moves before its day"
            );

            // Another one for the same ground: what is drawn first takes it.
            let (late, etag) = submitted(&worker, "同一处的另一份", &gesture);
            step(&community, &late, "accept", &etag, &day).status(200);
            server.kill_9();
            let_the_day_come(ground);
            let other = ground.again();
            let server = Server::start(ground);
            let second = (!ground.is_gpkg()).then(|| Server::start(&other));
            let (admin, worker) = (server.admin(), server.person("worker"));
            let done = eventually("the first is in force", SOON, || {
                let (now, _) = read(&worker, &good);
                (now["state"] == "in_force").then_some(now)
            });
            let back = eventually("the second is returned", SOON, || {
                let (now, _) = read(&worker, &late);
                (now["state"] == "returned").then_some(now)
            });
            let once: Vec<u64> = drawn_on(&gesture).iter().map(|v| v + 1).collect();
            assert_eq!(versions(&admin, &gesture), once, "once and not twice");
            let changes = admin.get("/api/v1/changes?limit=20").ok().json();
            let of_drafts: Vec<&Value> = changes["items"]
                .as_array()
                .expect("items")
                .iter()
                .filter(|c| c["draft"].is_object())
                .collect();
            assert_eq!(of_drafts.len(), 1);
            assert_eq!(of_drafts[0]["seq"], done["change"]);
            assert_eq!(
                of_drafts[0]["actor"], "account:community",
                "by the word of who accepted it"
            );
            let last = back["comments"]
                .as_array()
                .expect("comments")
                .last()
                .cloned()
                .expect("why");
            assert_eq!(
                (&last["by"]["name"], &last["state"]),
                (&json!("geju"), &json!("returned"))
            );
            assert!(
                last["text"].as_str().is_some_and(|t| t.contains("changed meanwhile")),
                "{last}"
            );
            assert_eq!(back["reshape"], gesture, "whole");
            assert_eq!(words(&back["may"]), ["withdraw", "amend", "comment"]);
            if let Some(second) = second {
                let there = second.person("worker");
                assert_eq!(read(&there, &good).0["state"], "in_force");
            }
        },
    );
}
