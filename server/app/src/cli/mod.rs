//! The command line: each command in its own file.

mod backup;
mod check;
mod console;
mod demo;
mod export;
mod import;
mod people;
mod serve;

pub use export::ExportArgs;

use crate::config::{Cli, Command};
use crate::http;
use std::process::ExitCode;

/// Carries a command out. 0 done, 1 refused or failed; 2, a wrong command line, is the parser's.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let settings = cli.settings;
    match cli.command {
        Command::Serve => serve::serve(settings).await?,
        Command::Demo { size, seed, as_of } => demo::demo(settings, size, seed, as_of).await?,
        Command::Import(args) => return import::import(settings, args).await,
        Command::Export(args) => export::export(settings, args).await?,
        Command::Check(args) => return check::check(settings, args).await,
        Command::User { command } => people::user(settings, command).await?,
        Command::Token { command } => people::token(settings, command).await?,
        Command::Backup { file } => backup::backup(settings, &file).await?,
        Command::Restore { file } => backup::restore(settings, &file).await?,
        Command::Rights => {
            for (method, path, need) in http::doors::TABLE {
                println!("{method:6} {path:48} {}", need.as_str());
            }
        }
        Command::Openapi => println!("{:#}", http::openapi::document()),
    }
    Ok(ExitCode::SUCCESS)
}
