//! A complete copy, streamed while the server works.

use super::Shared;
use super::doors::Door;
use super::problem::{self, Answered, Problem};
use crate::backups;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::post;
use std::io;
use tokio::io::AsyncReadExt;

/// Bytes read from the copy at a time.
const CHUNK_BYTES: usize = 256 * 1024;
const GEOPACKAGE: &str = "application/geopackage+sqlite3";

pub fn doors() -> Vec<Door> {
    vec![
        Door::new(
            "POST",
            "/api/v1/backup",
            post(backup),
            "A complete copy as a GeoPackage",
        )
        .answers(200, GEOPACKAGE, "GeoPackage")
        .refuses(&[503]),
    ]
}

async fn backup(State(app): State<Shared>) -> Answered {
    let (store, data) = (app.store.clone(), app.settings.data.clone());
    let copied = tokio::spawn(async move { backups::to_passing_file(&store, &data).await }).await;
    let passing = copied
        .map_err(|_| Problem::new(problem::BUG, "the copy broke off"))?
        .map_err(|error| {
            tracing::warn!(error = %format!("{error:#}"), "a backup failed");
            if backups::found_no_room(&error) {
                return problem::disk_full();
            }
            Problem::new(problem::STORE_AWAY, "the copy could not be written; see the log")
        })?;
    let gone = |error: io::Error| {
        tracing::warn!(%error, "a backup cannot be read back");
        Problem::new(problem::STORE_AWAY, "the copy could not be read back")
    };
    let file = tokio::fs::File::open(&*passing).await.map_err(gone)?;
    let length = file.metadata().await.map_err(gone)?.len();
    // The passing file lives as long as somebody reads from it.
    let stream = futures_util::stream::try_unfold((file, passing), |(mut file, passing)| async move {
        let mut chunk = vec![0; CHUNK_BYTES];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(chunk), (file, passing))))
    });
    let headers = [
        (CONTENT_TYPE, GEOPACKAGE.to_owned()),
        (CONTENT_LENGTH, length.to_string()),
        (CONTENT_DISPOSITION, "attachment; filename=\"geju.gpkg\"".into()),
        (CACHE_CONTROL, "no-store".into()),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}
