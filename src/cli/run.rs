//! `conform run`: the main job.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::ProgressDrawTarget;

use crate::baseline::Known;
use crate::config::{Config, ConfigError, Overrides, Time};
use crate::environment::{Class, Environment, Target};
use crate::outcome::Outcome;
use crate::report::progress::Progress;
use crate::report::{self, folder};
use crate::run::{JournalPlace, Limits, journal_in};
use crate::suite::{self, Suite};

use super::failed::Failed;
use super::plan::PlanArguments;
use super::signal::Signals;
use super::terminal::{Terminal, variable};
use super::{SourceArguments, Stop, amend, exit, known, slip, stored};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,

    /// The environment to judge, by its name in conform.toml; where none is named, the sandbox
    #[arg(long, value_name = "NAME", help_heading = "Environment")]
    env: Option<String>,
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
    let mut environment = environment(arguments, &config)?;
    let mut generation = arguments.plan.generation(&config, &environment.mark, environment.hostile);
    let failed = Failed::last(&arguments.plan, &config, &environment.name, arguments.report_dir.as_deref())?;
    if let Some(failed) = &failed {
        failed.seed(&arguments.plan, &mut generation);
    }
    let seed = generation.seed;
    let known = accepted(arguments, &config, &environment)?;
    let mut suite = Suite::load(&arguments.sources.sources(&config)?, &generation)?;
    slip::filters(&mut suite, &arguments.plan)?;
    if let Some(failed) = &failed {
        failed.check(&mut suite)?;
    }
    slip::names(&suite, &config, &environment)?;
    slip::place(&suite, &environment)?;
    suite.notes.extend(slip::without_token(&suite, &environment));
    suite.notes.extend(config.guard(&mut environment, &suite.contract.operations));
    if environment.class == Class::Production && !arguments.i_mean_production {
        return Err(Stop::with_help(
            format!("`{}` is production", environment.name),
            "say --i-mean-production if that is meant; only GET, HEAD and OPTIONS are sent then",
        ));
    }
    let selection = arguments.plan.selection(&config, &environment, failed);
    let home = home(arguments, &config, &environment)?;
    let undo_log = undo_log(&home, &environment);
    let settings = suite::Settings {
        seed,
        selection,
        limits: arguments.limits(),
        levels: config.changed_levels(),
        undo_log,
        journal: Some(match &arguments.report_dir {
            Some(folder) => JournalPlace::Folder(folder.clone()),
            None => JournalPlace::Below(home),
        }),
        known,
        ..suite::Settings::default()
    };
    let judged_by = environment.clone();
    let mut outcome = judge(&suite, environment, &settings, terminal)?;
    // What was found is shown even where no file can be written, and is the exit code even where nobody reads it.
    let written = write_reports(arguments, &config, &outcome)
        .inspect_err(|stop| {
            terminal.stop(stop);
            if outcome.exit_code == exit::CONFORMANT {
                outcome.exit_code = stop.code();
            }
        })
        .ok();
    if let Some(folder) = &written {
        amendments(&suite, &outcome, &judged_by, &config, folder, terminal);
    }
    match print(arguments.format, &outcome, written.as_deref(), terminal) {
        Err(Stop::BrokenPipe) | Ok(()) => {}
        Err(stop) => return Err(stop),
    }
    Ok(outcome.exit_code)
}

/// What is accepted in this environment today.
fn accepted(arguments: &Arguments, config: &Config, environment: &Environment) -> Result<Known, Stop> {
    if arguments.no_baseline {
        return Ok(Known::default());
    }
    Ok(Known { baseline: suite::baseline(&known::file(config, &environment.name))?, today: known::today() })
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

fn environment(arguments: &Arguments, config: &Config) -> Result<Environment, Stop> {
    let overrides = Overrides {
        base_url: arguments.base_url.clone(),
        token_env: arguments.token_env.clone(),
        exclude: arguments.plan.exclude.clone(),
        concurrency: arguments.concurrency.map(|n| n as usize),
        rate: arguments.rate,
        timeout: arguments.timeout,
        ..Overrides::default()
    };
    let environment = resolve(config, arguments.env.as_deref(), &overrides)?;
    if environment.target == Target::Sandbox && arguments.token_env.is_some() {
        return Err(Stop::with_help(
            format!("the environment `{}` is started by the run itself, with a token of its own", environment.name),
            "leave --token-env out, or say which environment is meant: --env NAME or --base-url URL",
        ));
    }
    Ok(environment)
}

/// The environment of this name, with the variables of the process.
pub(super) fn resolve(config: &Config, name: Option<&str>, overrides: &Overrides) -> Result<Environment, Stop> {
    let environment = config.environment(name, overrides, &|name| variable(name));
    environment.map_err(|error| match &error {
        ConfigError::NotSet { variable, .. } => Stop::with_help(
            error.to_string(),
            format!("put it there, without printing it: read -rs {variable} && export {variable}"),
        ),
        _ => Stop::message(error.to_string()),
    })
}

fn judge(
    suite: &Suite,
    environment: Environment,
    settings: &suite::Settings,
    terminal: &Terminal,
) -> Result<Outcome, Stop> {
    let progress = Arc::new(Mutex::new(if terminal.interactive {
        Progress::bar(ProgressDrawTarget::stderr())
    } else {
        Progress::lines(std::io::stderr())
    }));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let stop = {
        let _inside = runtime.enter();
        interrupted(Signals::new(), Arc::clone(&progress), settings.undo_log.clone())
    };
    let result = runtime.block_on(suite.run(environment, settings, stop, &|event| lock(&progress).tell(&event)));
    lock(&progress).finish();
    result.map_err(|error| Stop::message(error.to_string()))
}

/// Resolves when somebody wants the run to end; who asks again gets it at once.
async fn interrupted(mut signals: Signals, progress: Arc<Mutex<Progress>>, log: Option<PathBuf>) {
    signals.next().await;
    lock(&progress).say("interrupted: removing what was created; once more ends at once");
    tokio::spawn(async move {
        signals.next().await;
        let mut progress = lock(&progress);
        progress.finish();
        let left = log.map(|file| format!("; what was created is listed in {}", file.display()));
        progress.say(&format!("ended at once, without a report{}", left.unwrap_or_default()));
        #[expect(clippy::exit, reason = "whoever asks twice does not want to wait for anything")]
        std::process::exit(i32::from(exit::INTERRUPTED));
    });
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The log of what is created in the environment; the sandbox ends with the run and needs none.
fn undo_log(home: &Path, environment: &Environment) -> Option<PathBuf> {
    (environment.class != Class::Sandbox && environment.writes).then(|| home.join("created.ndjson"))
}

/// The folder that takes the files of this environment, tried before anything is sent.
fn home(arguments: &Arguments, config: &Config, environment: &Environment) -> Result<PathBuf, Stop> {
    let home = stored::home(config, &environment.name);
    let home = arguments.report_dir.clone().unwrap_or(home);
    folder::prepare(&home).map_err(|error| unwritable(&error))?;
    Ok(home)
}

fn unwritable(error: &folder::FolderError) -> Stop {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    Stop::with_help(format!("{error}{cause}"), "choose another folder with --report-dir")
}

fn write_reports(arguments: &Arguments, config: &Config, outcome: &Outcome) -> Result<PathBuf, Stop> {
    let environment = outcome.environments.first().map(|facts| facts.name.as_str()).unwrap_or_default();
    let written = match &arguments.report_dir {
        Some(dir) => folder::write(outcome, dir).map(|()| dir.clone()),
        None => folder::record(outcome, &config.reports, environment),
    };
    written.map_err(|error| unwritable(&error))
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
