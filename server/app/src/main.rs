//! 格局 Geju: one map that a subdistrict runs on. The program: command line, ledger, feed, doors.

mod audit;
mod auth;
mod backups;
mod base_pack;
mod cli;
mod config;
mod cql2;
mod export;
mod feed;
mod house;
mod http;
mod ids;
mod import;
mod ledger;
mod limits;
mod map;
mod notify;
mod passing;
mod past;
mod raster;
mod steady;
mod ticker;
mod tiles;
mod tls;

use clap::Parser;
use config::{Cli, LogFormat, Settings};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Tiles and answers are built in large buffers: this allocator gives them back without page faults.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    speak(&cli.settings);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("geju: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli::run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("geju: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The log goes to standard error; standard output is for answers.
fn speak(settings: &Settings) {
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().init(),
    }
}
