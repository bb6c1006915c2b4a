//! `conform report`: what an earlier run found, also where it was killed.

use std::path::PathBuf;

use clap::Args;

use crate::report::folder;

use super::run::{Format, print};
use super::terminal::Terminal;
use super::{ContractArguments, Stop, stored};

#[derive(Debug, Args)]
#[command(after_long_help = "\
Shows what the run in DIR found, from its report.json. A run that was killed has none: then its journal.ndjson, which is \
written as the run goes, tells what was found until then, and the report says that it is partial (exit code 130). \
Otherwise the exit code is that of the run.

Nothing is sent, and nothing is written unless --write asks for it.

Examples:
  conform report                              the newest run of the usual environment
  conform report --env staging
  conform report reports/staging/conform-1f2e3d4c
  conform report reports/staging/conform-1f2e3d4c --write     the files that the run could not write")]
pub(super) struct Arguments {
    /// The folder of a run; else that of the newest run of the environment
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The environment whose newest run is meant
    #[arg(long, value_name = "NAME", conflicts_with = "folder")]
    env: Option<String>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write every report into the folder of the run
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    contract: ContractArguments,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<u8, Stop> {
    let dir = match &arguments.folder {
        Some(folder) => folder.clone(),
        None => newest(arguments)?,
    };
    let outcome = stored::of_folder(&dir)?;
    if arguments.write {
        folder::write(&outcome, &dir).map_err(|error| Stop::message(error.to_string()))?;
    }
    print(arguments.format, &outcome, Some(&dir), terminal)?;
    Ok(outcome.exit_code)
}

fn newest(arguments: &Arguments) -> Result<PathBuf, Stop> {
    let config = arguments.contract.config()?;
    let environment = arguments.env.as_deref().unwrap_or(&config.default_env);
    let home = stored::home(&config, environment);
    stored::newest_folder(&home).ok_or_else(|| {
        let message = format!("there is no run of `{environment}` yet ({})", home.display());
        Stop::with_help(message, "name the folder of a run, or another environment with --env")
    })
}
