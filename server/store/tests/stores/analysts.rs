//! What analysts read of a PostGIS store in plain SQL, and what they cannot.

use crate::ground::{Ground, skipped};
use crate::keeper::Keeper;
use crate::people::{account, person};
use crate::shared::{at, building, compound, issue};
use geju_core::place::Archive;
use geju_core::{Command, PersonId};
use geju_store::{Accounts, Entry, Store};
use sqlx::{Connection, PgConnection};

/// Views that a reader may ask, beside which nothing may be readable.
const VIEWS: [&str; 13] = [
    "alert",
    "building",
    "community",
    "compound",
    "district",
    "grid",
    "hazard",
    "issue",
    "ledger_history",
    "micro_grid",
    "place_history",
    "resource_site",
    "street",
];

#[tokio::test]
async fn analysts_read_typed_and_commented_views_and_nothing_personal() {
    let Some(ground) = Ground::postgis().await else {
        skipped(
            "analysts_read_typed_and_commented_views_and_nothing_personal",
            "GEJU_TEST_POSTGRES is not set",
        );
        return;
    };
    let mut keeper = Keeper::new(ground.open().await);
    let mut tall = building(11, 0, 0);
    if let Archive::Building(archive) = &mut tall.archive {
        archive.over_60 = Some(17);
    }
    tall.tags = vec!["加装电梯".into()].into_boxed_slice();
    tall.checked_on = Some(jiff::civil::date(2026, 5, 9));
    for place in [compound(10, 0, 0), tall] {
        keeper
            .put(Command::CreatePlace(Box::new(place)))
            .await
            .expect("accepted");
    }
    let order = keeper.order(Command::PutIssue {
        issue: Box::new(issue(1, 1, 1, Some(PersonId(42)))),
        base: None,
    });
    let change = geju_core::decide(&keeper.world, &order).expect("decided");
    let head = crate::keeper::head_of(&keeper.world);
    let entry = Entry {
        change,
        persons: vec![person(42)],
        draft: None,
        reply: None,
    };
    keeper.store.append(head, &[entry]).await.expect("kept");
    keeper.store.put_account(&account("analyst")).await.expect("kept");

    let mut sql = PgConnection::connect(&ground.spec).await.expect("the cluster answers");
    sqlx::raw_sql("SET ROLE geju_reader")
        .execute(&mut sql)
        .await
        .expect("the role is there");
    let (name, over_60, tags, checked, changed): (
        String,
        i64,
        Vec<String>,
        String,
        bool,
    ) = sqlx::query_as(
        "SELECT b.name, b.over_60, b.tags, to_char(b.checked_on, 'YYYY-MM-DD'), b.changed_at < now() + interval '100 years'
         FROM geju.building b JOIN geju.compound c ON ST_Within(ST_PointOnSurface(b.geom), c.geom) WHERE c.ledger = 'main'",
    )
    .fetch_one(&mut sql)
    .await
    .expect("plain SQL");
    assert_eq!(
        (name.as_str(), over_60, checked.as_str(), changed),
        ("11栋", 17, "2026-05-09", true)
    );
    assert_eq!(tags, ["加装电梯"]);
    let reported: bool = sqlx::query_scalar("SELECT bool_and(reported_at = $1::timestamptz) FROM geju.issue")
        .bind(at().to_string())
        .fetch_one(&mut sql)
        .await
        .expect("a time is a time");
    assert!(reported);

    let readable = "SELECT array_agg(c.relname::text ORDER BY c.relname) FROM pg_class c
                    WHERE c.relnamespace = 'geju'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p') AND has_table_privilege(c.oid, 'SELECT')";
    let readable: Vec<String> = sqlx::query_scalar(readable).fetch_one(&mut sql).await.expect("told");
    assert_eq!(readable, VIEWS);
    let writable = "SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'geju'::regnamespace
                    AND c.relkind IN ('r', 'v') AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')";
    let writable: i64 = sqlx::query_scalar(writable).fetch_one(&mut sql).await.expect("told");
    assert_eq!(writable, 0);
    let bare =
        "SELECT array_agg(c.relname || '.' || a.attname) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = 'geju'::regnamespace AND c.relkind = 'v' AND a.attnum > 0
                AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)";
    let bare: Option<Vec<String>> = sqlx::query_scalar(bare).fetch_one(&mut sql).await.expect("told");
    assert_eq!(bare, None, "every view and every column says in Chinese what it is");
    // What the reporter said of themself, in whatever column of whatever view.
    for view in VIEWS {
        let planted = format!("SELECT count(*) FROM geju.{view} t WHERE t::text ~ '13800009999|李标记|person:'");
        let planted: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(planted))
            .fetch_one(&mut sql)
            .await
            .expect("told");
        assert_eq!(planted, 0, "{view}");
    }
    let refused = sqlx::raw_sql("SELECT * FROM geju.person")
        .execute(&mut sql)
        .await
        .expect_err("refused");
    assert!(refused.to_string().contains("permission denied"), "{refused}");
    sql.close().await.expect("closed");
    drop(keeper);
    ground.end().await;
}

#[tokio::test]
async fn views_that_others_stand_on_are_left_and_the_store_opens() {
    let name = "views_that_others_stand_on_are_left_and_the_store_opens";
    let Some(ground) = Ground::postgis().await else {
        skipped(name, "GEJU_TEST_POSTGRES is not set");
        return;
    };
    ground.open().await.close().await;
    let older =
        "CREATE VIEW public.tall AS SELECT name FROM geju.building; UPDATE geju.meta SET value = 0 WHERE key = 'views'";
    ground.sql(older).await;
    ground.open().await.close().await;
    ground.sql("SELECT * FROM public.tall; DROP VIEW public.tall").await;
    ground.open().await.close().await;
    let mut sql = PgConnection::connect(&ground.spec).await.expect("the cluster answers");
    let known: i64 = sqlx::query_scalar("SELECT value FROM geju.meta WHERE key = 'views'")
        .fetch_one(&mut sql)
        .await
        .expect("told");
    assert!(known > 0, "made anew once nothing stands on them");
    sql.close().await.expect("closed");
    ground.end().await;
}
