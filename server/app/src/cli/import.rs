//! `geju import`: into the store, or through the server that holds it.

use super::console::Console;
use super::serve::open;
use crate::config::Settings;
use crate::house::House;
use crate::import::{self, Destination, ImportArgs, ImportFailure, Report};
use crate::ledger::Denied;
use anyhow::{Context, anyhow};
use geju_core::Actor;
use geju_core::people::Warrant;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub async fn import(settings: Settings, args: ImportArgs) -> anyhow::Result<ExitCode> {
    // A report that cannot be written is found out before anything is changed.
    let out = args.report.as_deref().map(ReportFile::open).transpose()?;
    let report = match open(&settings).await {
        Ok(store) => here(House::open(store, &settings).await?, &args).await?,
        Err(error) => match Console::behind(&error) {
            Some(console) => through(&console, &args)?,
            None => return Err(error),
        },
    };
    print!("{}", import::tell(&report));
    if let Some(out) = out {
        out.write(&report)?;
    }
    Ok(if report.is_refused() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Where the report goes. What stood in the file stays until there is a new report.
struct ReportFile {
    path: PathBuf,
    file: File,
}

impl ReportFile {
    fn open(path: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.with_context(|| {
            format!(
                "the report cannot be written to {}; nothing was imported",
                path.display()
            )
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    fn write(mut self, report: &Report) -> anyhow::Result<()> {
        let table = self.path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        let bytes = if table {
            import::table(report)?
        } else {
            serde_json::to_vec_pretty(report)?
        };
        self.file
            .set_len(0)
            .and_then(|()| self.file.write_all(&bytes))
            .with_context(|| {
                format!(
                    "the import is as told above, but {} could not be written",
                    self.path.display()
                )
            })
    }
}

async fn here(house: House, args: &ImportArgs) -> anyhow::Result<Report> {
    let to = Destination {
        map: house.map.clone(),
        store: house.store.clone(),
        ledger: house.ledger.clone(),
        actor: Actor::Console,
        warrant: Warrant::operator(),
    };
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}")
            .unwrap_or(ProgressStyle::default_bar()),
    );
    let shown = bar.clone();
    let progress = move |file: &Path, done: u64, total: u64| {
        shown.set_length(total);
        shown.set_position(done);
        if done == 0 {
            shown.set_message(
                file.file_name()
                    .map(|n| n.to_string_lossy().into_owned())
                    .unwrap_or_default(),
            );
        }
    };
    let done = import::take_in(to, args.files.clone(), args.wanted.clone(), progress).await;
    bar.finish_and_clear();
    house.close().await;
    match done {
        Ok(report) => Ok(report),
        Err(ImportFailure::Options(why)) => Err(anyhow::Error::msg(why)),
        Err(ImportFailure::Denied(Denied::Full)) => Err(anyhow!(
            "nothing was changed: no room is left where the store lies; free some and run it again"
        )),
        Err(failure) => Err(failure.into()),
    }
}

/// The files lie on this machine, and so does the server: it reads them itself.
fn through(console: &Console, args: &ImportArgs) -> anyhow::Result<Report> {
    let mut body = serde_json::to_value(&args.wanted)?;
    let files: Result<Vec<Value>, std::io::Error> = args
        .files
        .iter()
        .map(|f| Ok(std::path::absolute(f)?.to_string_lossy().into_owned().into()))
        .collect();
    body["files"] = Value::Array(files?);
    Ok(serde_json::from_value(console.ask(
        "POST",
        "/api/v1/imports",
        &body,
    )?)?)
}
