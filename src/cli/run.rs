//! `conform run`: the main job.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::ProgressDrawTarget;

use crate::config::{Config, Overrides, Time};
use crate::document::nearest;
use crate::environment::{Class, Environment};
use crate::outcome::Outcome;
use crate::plan::Selection;
use crate::report::progress::Progress;
use crate::report::{self, folder};
use crate::suite::{self, Suite};
use crate::{check, generate};

use super::terminal::{Terminal, variable};
use super::{SourceArguments, Stop};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,

    /// The environment of the configuration to judge
    #[arg(long, value_name = "NAME", help_heading = "Environment")]
    env: Option<String>,
    /// The base URL of every operation; without --env an environment of its own
    #[arg(long, value_name = "URL", help_heading = "Environment")]
    base_url: Option<String>,
    /// The environment variable that holds the token
    #[arg(long, value_name = "VARIABLE", help_heading = "Environment")]
    token_env: Option<String>,
    /// Says that an environment of class production is meant; it stays read-only
    #[arg(long, help_heading = "Environment")]
    i_mean_production: bool,

    /// Only cases that call this operation; may be given several times
    #[arg(long, value_name = "OPERATION", help_heading = "Plan")]
    only: Vec<String>,
    /// Only this case, by id or name; may be given several times
    #[arg(long, value_name = "CASE", help_heading = "Plan")]
    case: Vec<String>,
    /// What random choices start from
    #[arg(long, help_heading = "Plan")]
    seed: Option<u64>,

    /// Requests at the same time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024), help_heading = "Pace")]
    concurrency: Option<u32>,
    /// Requests per second at most
    #[arg(long, value_name = "PER_SECOND", value_parser = positive, help_heading = "Pace")]
    rate: Option<f64>,
    /// How long one exchange may take, such as 10s or 500ms
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Pace")]
    timeout: Option<Duration>,

    /// Write the reports straight into this folder, instead of reports/ENVIRONMENT/RUN
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    report_dir: Option<PathBuf>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Reports")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// report.json
    Json,
}

fn duration(text: &str) -> Result<Duration, String> {
    Time::parse(text).map(|Time(duration)| duration).map_err(|error| error.to_string())
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("a number above 0 is needed, such as 20 or 0.5".to_owned()),
    }
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<u8, Stop> {
    let config = arguments.sources.config()?;
    let mut environment = environment(arguments, &config)?;
    let seed = arguments.seed.unwrap_or(config.seed);
    let generation = generate::Settings { seed, mark: environment.mark.clone() };
    let mut suite = Suite::load(&arguments.sources.sources(&config), &generation)?;
    check_operations(&suite, &arguments.only)?;
    check_names(&suite, &config, &environment)?;
    suite.notes.extend(config.guard(&mut environment, &suite.contract.operations));
    if environment.class == Class::Production && !arguments.i_mean_production {
        return Err(Stop::with_help(
            format!("`{}` is production", environment.name),
            "say --i-mean-production if that is meant; only GET, HEAD and OPTIONS are sent then",
        ));
    }
    let selection = Selection {
        only: arguments.only.clone(),
        exclude: environment.exclude.clone(),
        cases: arguments.case.clone(),
        environment: Some(environment.name.clone()),
    };
    let journal = journal(arguments, &config, &environment)?;
    let settings = suite::Settings { seed, selection, levels: config.changed_levels(), journal };
    let outcome = judge(&suite, environment, &settings, terminal)?;
    let written = write_reports(arguments, &config, &outcome);
    // What was found is shown even where no file can be written, and is the exit code even where nobody reads it.
    match print(arguments.format, &outcome, written.as_deref().ok(), terminal) {
        Err(Stop::BrokenPipe) | Ok(()) => {}
        Err(stop) => return Err(stop),
    }
    written?;
    Ok(outcome.exit_code)
}

/// Names in the configuration that name nothing would change nothing, silently.
fn check_names(suite: &Suite, config: &Config, environment: &Environment) -> Result<(), Stop> {
    let rules: Vec<&str> = check::registry::CHECKS.iter().map(|check| check.id).collect();
    let operations: Vec<&str> = suite.contract.operations.iter().map(|operation| &*operation.id.0).collect();
    let mut unknown = config.unknown_levels(&rules, &operations);
    unknown.extend(config.unknown_excluded(&environment.name, &operations));
    if unknown.is_empty() { Ok(()) } else { Err(Stop::Diagnostics(unknown)) }
}

/// An operation that does not exist is a mistake of the caller, not an empty plan.
pub(super) fn check_operations(suite: &Suite, names: &[String]) -> Result<(), Stop> {
    let operations = &suite.contract.operations;
    for name in names {
        if operations.iter().any(|operation| *operation.id.0 == **name) {
            continue;
        }
        let help = nearest(name, operations.iter().map(|operation| &*operation.id.0))
            .map_or_else(|| "`conform list` shows the operations".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Stop::with_help(format!("no document has an operation `{}`", name.escape_debug()), help));
    }
    Ok(())
}

fn environment(arguments: &Arguments, config: &Config) -> Result<Environment, Stop> {
    let overrides = Overrides {
        base_url: arguments.base_url.clone(),
        token_env: arguments.token_env.clone(),
        concurrency: arguments.concurrency.map(|n| n as usize),
        rate: arguments.rate,
        timeout: arguments.timeout,
        ..Overrides::default()
    };
    config
        .environment(arguments.env.as_deref(), &overrides, &|name| variable(name))
        .map_err(|error| Stop::message(error.to_string()))
}

fn judge(
    suite: &Suite,
    environment: Environment,
    settings: &suite::Settings,
    terminal: &Terminal,
) -> Result<Outcome, Stop> {
    let progress = Mutex::new(if terminal.interactive {
        Progress::bar(ProgressDrawTarget::stderr())
    } else {
        Progress::lines(std::io::stderr())
    });
    let progress = || progress.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let stop = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a signal handler the run goes on to its end.
            std::future::pending::<()>().await;
        }
    };
    let result = runtime.block_on(suite.run(environment, settings, stop, &|event| progress().tell(&event)));
    progress().finish();
    result.map_err(|error| Stop::message(error.to_string()))
}

/// The journal of the environment; the sandbox ends with the run and needs none.
fn journal(arguments: &Arguments, config: &Config, environment: &Environment) -> Result<Option<PathBuf>, Stop> {
    if environment.class == Class::Sandbox || !environment.writes {
        return Ok(None);
    }
    let home = config.reports.join(folder::component(&environment.name));
    let folder = arguments.report_dir.clone().unwrap_or(home);
    std::fs::create_dir_all(&folder)
        .map_err(|error| Stop::message(format!("cannot create {}: {error}", folder.display())))?;
    Ok(Some(folder.join("journal.ndjson")))
}

fn write_reports(arguments: &Arguments, config: &Config, outcome: &Outcome) -> Result<PathBuf, Stop> {
    let environment = outcome.environments.first().map(|facts| facts.name.as_str()).unwrap_or_default();
    let written = match &arguments.report_dir {
        Some(dir) => folder::write(outcome, dir).map(|()| dir.clone()),
        None => folder::record(outcome, &config.reports, environment),
    };
    written.map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Stop::with_help(format!("{error}{cause}"), "choose another folder with --report-dir")
    })
}

fn print(format: Format, outcome: &Outcome, folder: Option<&Path>, terminal: &Terminal) -> Result<(), Stop> {
    let mut out = std::io::stdout().lock();
    match format {
        Format::Json => report::json::write(outcome, &mut out)?,
        Format::Text => {
            let style = report::terminal::Style {
                color: terminal.color,
                unicode: terminal.unicode,
                width: terminal.width,
                folder: folder.map(|folder| folder.display().to_string()),
            };
            report::terminal::terminal(outcome, &style, &mut out)?;
            if terminal.github {
                report::github::annotations(outcome, &mut out)?;
            }
        }
    }
    out.flush()?;
    Ok(())
}
