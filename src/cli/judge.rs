//! `conform judge`: recorded traffic, judged with no request sent.

use std::path::PathBuf;

use clap::Args;

use crate::baseline::Known;
use crate::config::{Config, Overrides};
use crate::contract::Contract;
use crate::environment::{Environment, Target};
use crate::outcome::Outcome;
use crate::plan::{Plan, Selection};
use crate::report::folder;
use crate::run::{Setup, recorded};
use crate::suite;
use crate::traffic::{self, Recording};

use super::run::{Format, print};
use super::terminal::Terminal;
use super::{ContractArguments, Stop, known};

#[derive(Debug, Args)]
#[command(after_long_help = "\
Judges every exchange in FILE by the same checks as a run, with the same ids, levels and evidence: an HTTP archive (HAR 1.2: \
the network panel of a browser, a proxy, a test tool) or the journal.ndjson of a run. Nothing is sent.

What a request was meant to be is read from its bytes: one that the documents refuse and that was served is a drift, and so is \
an undocumented answer to one that they allow. Requests that no document describes are counted, and named. With --env or \
--base-url only what went there is judged. Laws, and what only a pair of requests proves, need a run.

The exit code is that of a run; operations without traffic owe nothing.

Examples:
  conform judge browser.har
  conform judge proxy.har --env staging
  conform judge reports/staging/latest/journal.ndjson     after the documents have changed")]
pub(super) struct Arguments {
    /// HTTP archives or journals
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Only what went to this environment, judged by its settings
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Only what went below this URL
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Write the reports into this folder; without it none is written
    #[arg(long, value_name = "DIR")]
    report_dir: Option<PathBuf>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    contract: ContractArguments,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<u8, Stop> {
    let config = arguments.contract.config()?;
    let environment = environment(arguments, &config)?;
    let sources = arguments.contract.sources(&config)?;
    let contract = Contract::load(&sources.specs, &sources.overlays)?;
    let mut recording = Recording::default();
    for file in &arguments.files {
        let read = traffic::read(file, &contract, &environment.target).map_err(|error| match error {
            traffic::TrafficError::Syntax(diagnostic) => Stop::from(diagnostic),
            error => Stop::message(error.to_string()),
        })?;
        recording.traffic.extend(read.traffic);
        recording.notes.extend(read.notes);
    }
    if recording.traffic.is_empty() {
        let why = if recording.notes.is_empty() { String::new() } else { format!(": {}", recording.notes.join("; ")) };
        return Err(Stop::Nothing(format!("nothing in these files can be judged{why}")));
    }
    let outcome = judge(&contract, &environment, &config, recording)?;
    if let Some(folder) = &arguments.report_dir {
        folder::write(&outcome, folder).map_err(|error| Stop::message(error.to_string()))?;
    }
    print(arguments.format, &outcome, arguments.report_dir.as_deref(), terminal)?;
    Ok(outcome.exit_code)
}

fn judge(
    contract: &Contract,
    environment: &Environment,
    config: &Config,
    recording: Recording,
) -> Result<Outcome, Stop> {
    let mut plan = Plan::new(contract, &[], &Selection::default());
    plan.operations.retain(|id| recording.traffic.iter().any(|seen| seen.operation == *id));
    let levels = config.changed_levels();
    let baseline = suite::baseline(&known::file(config, &environment.name))?;
    let known = Known { baseline, today: known::today() };
    let setup =
        Setup { notes: recording.notes, known: Some(&known), ..Setup::new(contract, environment, &plan, &levels) };
    recorded::judge(&setup, &recording.traffic).map_err(|error| Stop::message(error.to_string()))
}

/// The environment whose settings hold; without a name one that is anywhere.
fn environment(arguments: &Arguments, config: &Config) -> Result<Environment, Stop> {
    let overrides = Overrides { base_url: arguments.base_url.clone(), ..Overrides::default() };
    // Nothing is sent, so any credential will do.
    let environment = config.environment(arguments.env.as_deref(), &overrides, &|_| Some("unused".to_owned()));
    let mut environment = environment.map_err(|error| Stop::message(error.to_string()))?;
    if arguments.env.is_none() && arguments.base_url.is_none() {
        environment.target = Target::Sandbox;
        "recorded".clone_into(&mut environment.name);
    }
    Ok(environment)
}
