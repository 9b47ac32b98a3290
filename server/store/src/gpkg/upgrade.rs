//! Bringing an older file up to date, after a backup.

use super::open::{one_number, run_script};
use super::{GpkgStore, place_new_file};
use crate::error::StoreError;
use sqlx::SqliteConnection;
use std::path::Path;

/// One step from a store format to the next, run in order inside one transaction after an automatic backup.
pub(super) struct Step {
    /// The format after it.
    pub to: u64,
    pub script: &'static str,
}

pub(super) async fn migrate(
    store: &GpkgStore,
    connection: &mut SqliteConnection,
    steps: &[Step],
) -> Result<(), StoreError> {
    let name = &store.0.store;
    let found = one_number(
        connection,
        name,
        "SELECT value FROM meta WHERE ledger = '' AND key = 'format'",
    )
    .await?;
    let due: Vec<&Step> = steps
        .iter()
        .filter(|s| i64::try_from(s.to).is_ok_and(|to| to > found))
        .collect();
    let Some(last) = due.last() else { return Ok(()) };
    let mut backup = store.0.path.as_os_str().to_owned();
    backup.push(format!(".before-{}.bak", last.to));
    let backup = Path::new(&backup);
    if !backup.try_exists().unwrap_or(false) {
        place_new_file(backup, async |part: &Path| {
            let copy = sqlx::query("VACUUM INTO ?1").bind(part.to_string_lossy().into_owned());
            let done = copy.execute(&mut *connection).await;
            done.map(drop)
                .map_err(|e| StoreError::sql("backing up before an upgrade", name, e))
        })
        .await?;
    }
    tracing::info!(store = %name, from = found, to = last.to, backup = %backup.display(), "bringing the store up to date");
    let mut script: String = due.iter().map(|s| s.script).collect();
    script.push_str(&format!(
        "UPDATE meta SET value = {} WHERE ledger = '' AND key = 'format';\n",
        last.to
    ));
    run_script(connection, name, &script).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::gpkg::OpenMode;
    use crate::gpkg::open::{open, open_with};
    use crate::schema::FORMAT;
    use sqlx::Row;

    const LATER: &[Step] = &[
        Step {
            to: FORMAT + 1,
            script: "CREATE TABLE later (ledger TEXT NOT NULL, n INTEGER, PRIMARY KEY (ledger, n));\n",
        },
        Step {
            to: FORMAT + 2,
            script: "INSERT INTO later VALUES ('main', 7);\n",
        },
    ];

    #[tokio::test]
    async fn an_older_store_is_backed_up_and_brought_up_to_date() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("map.gpkg");
        open(&file, "main", OpenMode::Serve).await.expect("made").close().await;
        let newer = open_with(&file, "main", OpenMode::Serve, LATER, FORMAT + 2)
            .await
            .expect("brought up to date");
        newer.head().await.expect("it works");
        let row = sqlx::query("SELECT n FROM later")
            .fetch_one(&newer.0.readers)
            .await
            .expect("the steps ran in order");
        assert_eq!(row.get::<i64, _>(0), 7);
        newer.close().await;
        let again = open_with(&file, "main", OpenMode::Serve, LATER, FORMAT + 2)
            .await
            .expect("nothing to do twice");
        again.close().await;

        let backup = folder.path().join(format!("map.gpkg.before-{}.bak", FORMAT + 2));
        let old = GpkgStore::open(&backup, "", OpenMode::Copy)
            .await
            .expect("the backup is a store of before");
        assert_eq!(old.ledger(), "main");
        let refused = open(&file, "main", OpenMode::Serve)
            .await
            .expect_err("refused by the older program");
        assert!(
            matches!(refused, StoreError::Newer { found, known: FORMAT, .. } if found == FORMAT + 2),
            "{refused}"
        );
        assert!(matches!(
            open_with(&backup, "", OpenMode::Copy, LATER, FORMAT + 2).await,
            Err(StoreError::Unsuitable { .. })
        ));
    }

    #[tokio::test]
    async fn a_store_of_the_first_format_learns_who_was_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("map.gpkg");
        let store = open(&file, "main", OpenMode::Serve).await.expect("made");
        // As the first program left it.
        let back = "ALTER TABLE auth_account DROP COLUMN last_seen; ALTER TABLE auth_access DROP COLUMN role;
                    ALTER TABLE auth_access DROP COLUMN detail; ALTER TABLE auth_access DROP COLUMN address;
                    DROP TABLE draft; DROP TABLE draft_comment;
                    UPDATE meta SET value = 1 WHERE ledger = '' AND key = 'format'";
        sqlx::raw_sql(back).execute(&store.0.readers).await.expect("set back");
        store.close().await;
        let store = open(&file, "main", OpenMode::Serve).await.expect("brought up to date");
        let accounts = crate::Accounts::accounts(&store).await.expect("read");
        let lines = crate::Accounts::accesses(&store, None, 10).await.expect("read");
        assert!(accounts.is_empty() && lines.is_empty());
        let drafts = crate::Drafts::drafts(&store, &crate::DraftsAsked::default(), 10).await;
        assert!(drafts.expect("read").is_empty());
        assert!(folder.path().join("map.gpkg.before-3.bak").exists());
        store.close().await;
    }

    #[tokio::test]
    async fn a_step_that_fails_leaves_the_store_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("map.gpkg");
        open(&file, "main", OpenMode::Serve).await.expect("made").close().await;
        const BROKEN: &[Step] = &[Step {
            to: FORMAT + 1,
            script: "CREATE TABLE half (n INTEGER); CREATE NONSENSE;\n",
        }];
        assert!(
            open_with(&file, "main", OpenMode::Serve, BROKEN, FORMAT + 1)
                .await
                .is_err()
        );
        let store = open(&file, "main", OpenMode::Serve)
            .await
            .expect("still of the old format");
        let half = sqlx::query("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetch_one(&store.0.readers);
        assert_eq!(half.await.expect("read").get::<i64, _>(0), 0);
    }
}
