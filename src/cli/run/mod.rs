//! `conform run`: the main job.

mod job;
mod live;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::check;
use crate::config::{Config, Time};
use crate::environment::Environment;
use crate::outcome::{Outcome, join};
use crate::report::{self, folder};
use crate::run::{Limits, journal_in};
use crate::suite::Suite;

use super::plan::PlanArguments;
use super::terminal::Terminal;
use super::{SourceArguments, Stop, amend, exit};

use job::Job;
pub(super) use job::resolve;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,

    /// The environment to judge, by its name in conform.toml; where none is named, the sandbox. Given several times, all of
    /// them are judged at the same time, each with its own credentials and pace, and one report says where each drift shows
    #[arg(long, value_name = "NAME", help_heading = "Environment")]
    env: Vec<String>,
    /// The base URL of every operation; without --env an environment of its own
    #[arg(long, value_name = "URL", help_heading = "Environment")]
    base_url: Option<String>,
    /// The environment variable that holds the token; the token itself is never an argument
    #[arg(long, value_name = "VARIABLE", help_heading = "Environment")]
    token_env: Option<String>,
    /// Says that an environment of class production is meant; it stays read-only
    #[arg(long, help_heading = "Environment")]
    i_mean_production: bool,

    #[command(flatten)]
    plan: PlanArguments,

    /// Start no case after so long, such as 30s: the most telling come first, and what was left out is said
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Plan")]
    budget: Option<Duration>,
    /// Send no more requests than these; removing what was created does not count
    #[arg(long, allow_negative_numbers = true, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Plan")]
    max_requests: Option<u64>,

    /// Requests at the same time, 1 to 256; where neither this nor a file says so, 8
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256), help_heading = "Pace")]
    concurrency: Option<u32>,
    /// Requests per second at most, such as 20 or 0.5
    #[arg(long, allow_negative_numbers = true, value_name = "PER_SECOND", value_parser = positive, help_heading = "Pace")]
    rate: Option<f64>,
    /// How long one exchange may take, such as 10s or 500ms
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Pace")]
    timeout: Option<Duration>,

    /// Ignore reports/known/ENVIRONMENT.yaml: no drift is accepted
    #[arg(long, help_heading = "Reports")]
    no_baseline: bool,
    /// Write the reports straight into this folder, instead of reports/ENVIRONMENT/RUN
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    report_dir: Option<PathBuf>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Reports")]
    format: Format,
}

impl Arguments {
    fn limits(&self) -> Limits {
        Limits { budget: self.budget, requests: self.max_requests }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
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
    let config = arguments.sources.contract.config()?;
    let jobs = job::all(arguments, &config)?;
    // Nothing that was found is lost where a file cannot be written, or one of several runs cannot start.
    let mut slip = None;
    let mut outcomes = Vec::new();
    let mut folder = None;
    for (job, result) in jobs.iter().zip(live::judge(&jobs, terminal)?) {
        let written = result.and_then(|outcome| {
            let written = file(job.report_dir.as_deref(), &config, &outcome, &job.environment.name);
            if let Ok(folder) = &written {
                amendments(&job.suite, &outcome, &job.environment, &config, folder, terminal);
            }
            outcomes.push(outcome);
            written
        });
        folder = noted(written, &mut slip, terminal);
    }
    let Some(mut outcome) = join::environments(&outcomes, check::registry::cause) else {
        return Ok(slip.unwrap_or(exit::COULD_NOT_START));
    };
    if jobs.len() > 1 {
        let names: Vec<&str> = jobs.iter().map(|job| job.environment.name.as_str()).collect();
        let written = file(arguments.report_dir.as_deref(), &config, &outcome, &names.join("+"));
        folder = noted(written, &mut slip, terminal);
    }
    if let (exit::CONFORMANT, Some(code)) = (outcome.exit_code, slip) {
        outcome.exit_code = code;
    }
    match print(arguments.format, &outcome, folder.as_deref(), terminal) {
        Err(Stop::BrokenPipe) | Ok(()) => {}
        Err(stop) => return Err(stop),
    }
    Ok(outcome.exit_code)
}

/// What went well; of what did not, it is said why, and the exit code is kept.
fn noted<T>(result: Result<T, Stop>, slip: &mut Option<u8>, terminal: &Terminal) -> Option<T> {
    result
        .inspect_err(|stop| {
            terminal.stop(stop);
            slip.get_or_insert(stop.code());
        })
        .ok()
}

/// Writes what the documents would have to say, beside the reports; of many drifts for the first.
fn amendments(
    suite: &Suite,
    outcome: &Outcome,
    environment: &Environment,
    config: &Config,
    folder: &Path,
    terminal: &Terminal,
) {
    let mut outcome = outcome.clone();
    outcome.drifts.truncate(AMENDED);
    if outcome.drifts.is_empty() || outcome.partial {
        return;
    }
    let written = amend::of_run(&suite.contract, &outcome, environment, config, &journal_in(folder))
        .and_then(|amendments| amend::write(folder, &amendments));
    if let Err(stop) = written {
        terminal.stop(&stop);
    }
}

/// Of so many drifts a run proposes amendments by itself; `conform amend` does of all.
const AMENDED: usize = 20;

/// Writes the reports into `dir`, or where those of `environment` are. Returns the folder.
fn file(dir: Option<&Path>, config: &Config, outcome: &Outcome, environment: &str) -> Result<PathBuf, Stop> {
    let written = match dir {
        Some(dir) => folder::write(outcome, dir).map(|()| dir.to_owned()),
        None => folder::record(outcome, &config.reports, environment),
    };
    written.map_err(|error| job::unwritable(&error))
}

/// Prints `outcome`, whose files are in `folder`.
pub(super) fn print(format: Format, outcome: &Outcome, folder: Option<&Path>, terminal: &Terminal) -> Result<(), Stop> {
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
            // Before the report, whose verdict is the last line.
            if terminal.github {
                report::github::annotations(outcome, &mut out)?;
            }
            report::terminal::terminal(outcome, &style, &mut out)?;
        }
    }
    out.flush()?;
    Ok(())
}
