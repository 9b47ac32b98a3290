//! Files taken in through the running server: uploaded, or, from the console of the same machine, named by their path.

use super::Shared;
use super::asked::Asked;
use super::doors::{Door, JSON, query};
use super::problem::{self, Answered, Problem};
use crate::auth::{Asker, Who};
use crate::import::{self, Destination, ImportFailure, Wanted};
use crate::limits;
use crate::passing::Passing;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Extension, Json};
use futures_util::StreamExt;
use serde_json::{Map, Value};
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

pub fn doors() -> Vec<Door> {
    let text = r#"{"type":"string"}"#;
    let yes = r#"{"type":"boolean","default":false}"#;
    let parameters = [
        query(
            "name",
            text,
            "The file's name: its ending and its words tell what it is",
        ),
        query(
            "kind",
            text,
            "What the features are; several kinds of a map are found by their names",
        ),
        query("crs", text, "Coordinate system, where the file does not say"),
        query("id", text, "The column that names each feature in its own system"),
        query("source", text, "Name of the system the ids belong to"),
        query("layer", text, "Layer or sheet to read"),
        query("encoding", text, "Text encoding of a table"),
        query("map", text, "field=column; several times for several"),
        query(
            "retire_missing",
            yes,
            "Retire places of these kinds that the file no longer has",
        ),
        query(
            "skip_bad",
            yes,
            "Leave bad features out instead of refusing the whole import",
        ),
        query(
            "revive",
            yes,
            "Bring retired places back into force where the file names their codes",
        ),
        query("dry_run", yes, "Only tell what would happen"),
        query(
            "preview",
            yes,
            "With dry_run: what comes in as GeoJSON, and the columns with what stands in them",
        ),
    ];
    vec![
        Door::new(
            "POST",
            "/api/v1/imports",
            post(take),
            "Take in a file: its bytes as the body, its name in the query",
        )
        .takes(&parameters)
        .upload()
        .answers(200, JSON, "ImportReport")
        .refuses(&[408, 413, 503]),
    ]
}

async fn take(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    asked: Asked,
    request: Request,
) -> Answered {
    let json = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
    let (files, wanted, passing) = if json && asker.who == Who::Console {
        let (files, wanted) = named(request).await?;
        (files, wanted, None)
    } else {
        let wanted = wanted(&asked)?;
        let (file, folder) = uploaded(&app, &asked, request).await?;
        (vec![file], wanted, Some(folder))
    };
    let to = Destination {
        map: app.map.clone(),
        store: app.store.clone(),
        ledger: app.ledger.clone(),
        actor: asker.actor(),
        warrant: asker.warrant(),
    };
    // On a task of its own: whoever hangs up does not leave half an import behind, it is carried out or refused whole.
    let done = tokio::spawn(async move {
        let report = import::take_in(to, files, wanted, |_, _, _| {}).await;
        drop(passing);
        report
    });
    match done.await {
        Ok(Ok(report)) => Ok(Json(report).into_response()),
        Ok(Err(ImportFailure::Options(why))) => Err(Problem::new(problem::BAD_PARAMETER, why)),
        Ok(Err(ImportFailure::Denied(denied))) => Err(denied.into()),
        Ok(Err(ImportFailure::Store(error))) => Err(error.into()),
        Ok(Err(ImportFailure::Broken(_))) | Err(_) => Err(Problem::new(problem::BUG, "the import broke off")),
    }
}

/// `{files: [paths], …}`: only the console of this machine may name files on its disk.
async fn named(request: Request) -> Result<(Vec<PathBuf>, Wanted), Problem> {
    let (parts, body) = request.into_parts();
    let bytes = super::sent::read_within(&parts.headers, body, limits::BODY_BYTES_MAX).await?;
    let mut value = super::sent::parse(&bytes)?;
    let files = value
        .as_object_mut()
        .and_then(|fields| fields.remove("files"))
        .unwrap_or_default();
    let files: Vec<PathBuf> = serde_json::from_value(files)
        .map_err(|_| Problem::field("files", "wrong_type", "files are a list of paths"))?;
    let wanted = serde_json::from_value(value).map_err(|why| Problem::new(problem::BAD_JSON, why.to_string()))?;
    Ok((files, wanted))
}

fn wanted(asked: &Asked) -> Result<Wanted, Problem> {
    let mut fields = Map::new();
    let mut maps = Vec::new();
    for (name, value) in asked.pairs().filter(|(name, _)| *name != "name") {
        match name {
            "map" => maps.push(Value::from(value)),
            "retire_missing" | "skip_bad" | "revive" | "dry_run" | "preview" => {
                let yes: bool = value
                    .parse()
                    .map_err(|_| Problem::parameter(name, "is true or false"))?;
                fields.insert(name.into(), yes.into());
            }
            _ => drop(fields.insert(name.into(), value.into())),
        }
    }
    fields.insert("map".into(), maps.into());
    let wanted: Wanted = serde_json::from_value(Value::Object(fields))
        .map_err(|why| Problem::new(problem::BAD_PARAMETER, why.to_string()))?;
    if wanted.preview && !wanted.dry_run {
        return Err(Problem::parameter("preview", "goes with dry_run=true"));
    }
    Ok(wanted)
}

/// The body as a file under its own name, in a folder that is gone afterwards.
async fn uploaded(app: &Shared, asked: &Asked, request: Request) -> Result<(PathBuf, TempDir), Problem> {
    let name = super::sent::file_name(asked)?;
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<u64>().ok());
    let too_large = || {
        Problem::new(
            problem::TOO_LARGE,
            format!("a file has at most {} bytes", limits::UPLOAD_BYTES_MAX),
        )
    };
    if announced.is_some_and(|n| n > limits::UPLOAD_BYTES_MAX) {
        return Err(too_large());
    }
    let failed = |error: std::io::Error| {
        tracing::warn!(%error, "an upload cannot be kept");
        problem::not_written(&error, "the file cannot be kept on the server")
    };
    let folder = Passing::Upload.folder(&app.settings.data).map_err(failed)?;
    let path = folder.path().join(name);
    let mut file = tokio::fs::File::create(&path).await.map_err(failed)?;
    let receive = async {
        let mut stream = Body::into_data_stream(request.into_body());
        let mut bytes = 0u64;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Problem::new(problem::BAD_JSON, "the body broke off"))?;
            bytes += chunk.len() as u64;
            if bytes > limits::UPLOAD_BYTES_MAX {
                return Err(too_large());
            }
            file.write_all(&chunk).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)
    };
    tokio::time::timeout(limits::UPLOAD_WITHIN, receive)
        .await
        .map_err(|_| Problem::new(problem::TOO_SLOW, "the file took too long to arrive"))??;
    Ok((path, folder))
}
