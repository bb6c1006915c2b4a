//! `conform prove`: the suite against each fault of the sandbox, and what it noticed.

use std::io::Write;
use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::config::Overrides;
use crate::drift::Level;
use crate::generate;
use crate::plan::Selection;
use crate::prove::{self, Noticed, Trial};
use crate::run::Limits;
use crate::sandbox::fault::{Class, Fault, registry};
use crate::suite::{Settings, Suite};

use super::terminal::Terminal;
use super::{SourceArguments, Stop, exit};

#[derive(Debug, Args)]
#[command(after_long_help = "\
The healthy sandbox comes first and has to be silent. Each fault then runs until a rule names it that may claim it; one that
only other rules name is noticed by accident. Exit code 1: a fault survived or was noticed by accident, or the healthy sandbox
is not silent.

Examples:
  conform prove                         every fault
  conform prove --class list            those of one class
  conform prove --fault update-not-kept one alone

With --through, a proxy stands in front of a service of your own that you take for healthy, and tells one lie about it after
the other, with your configuration and cases: what survives is what you would not notice. A first run without any lie says
what is not to be claimed by it. Each lie is a whole run, ended early where it is noticed: it writes, and removes what it
created, as many times as there are lies, and a lie that hides what was created may leave it behind. Use a test environment,
and --class or --fault for a part. Exit code 1: a lie that was told survived.

  conform prove --through http://localhost:8080 --env local
  conform prove --through --env staging --class body    where the environment says that it is
  conform prove --through --env local --fault 'dropped-field/*'")]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) sources: SourceArguments,
    /// Lie about the healthy service at this base URL, else where the environment says
    #[arg(long, value_name = "BASE_URL", num_args = 0..=1, help_heading = "Environment")]
    #[expect(clippy::option_option, reason = "a flag that may have a value")]
    pub(super) through: Option<Option<String>>,
    /// The environment of the service, by its name in conform.toml
    #[arg(long, value_name = "NAME", requires = "through", help_heading = "Environment")]
    pub(super) env: Option<String>,
    /// The environment variable that holds the token; the token itself is never an argument
    #[arg(long, value_name = "VARIABLE", requires = "through", help_heading = "Environment")]
    pub(super) token_env: Option<String>,
    /// Only this fault, or these lies, as in 'nulled/*'; may be given several times
    #[arg(long, value_name = "ID")]
    pub(super) fault: Vec<String>,
    /// Only faults or lies of this class; may be given several times
    #[arg(long, value_name = "CLASS", value_parser = class)]
    pub(super) class: Vec<Class>,
    /// Faults that are worked on at the same time, else as many as there are processors; lies, else one
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Survivors first, then the score by class
    Text,
    /// An array of trials
    Json,
}

/// The class of this name.
fn class(name: &str) -> Result<Class, String> {
    let known = || Class::ALL.into_iter();
    known().find(|class| class.name() == name).ok_or_else(|| {
        let names: Vec<&str> = known().map(Class::name).collect();
        format!("there is no such class; there are {}", names.join(", "))
    })
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<u8, Stop> {
    if arguments.through.is_some() {
        return super::through::run(arguments, terminal);
    }
    let named: Result<Vec<&Fault>, String> = arguments.fault.iter().map(|id| super::sandbox::fault(id)).collect();
    let named = named.map_err(Stop::message)?;
    let config = arguments.sources.contract.config()?;
    let environment = config.environment(None, &Overrides::default(), &|_| None);
    let environment = environment.map_err(|error| Stop::message(error.to_string()))?;
    let generation = generate::Settings {
        seed: config.seed,
        mark: environment.mark.clone(),
        depth: config.depth,
        hostile: environment.hostile,
        ..generate::Settings::default()
    };
    let suite = Suite::load(&arguments.sources.sources(&config)?, &generation)?;
    let settings = Settings {
        seed: config.seed,
        selection: Selection::default(),
        limits: Limits::default(),
        levels: config.changed_levels(),
        journal: None,
        fault: None,
        variation: None,
    };
    let taken = |fault: &&Fault| {
        let named = named.iter().any(|named| named.id == fault.id);
        let all = arguments.fault.is_empty() && arguments.class.is_empty();
        all || named || arguments.class.contains(&fault.class)
    };
    let faults: Vec<&'static Fault> = registry::faults().filter(taken).collect();
    let jobs = arguments.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let healthy =
        prove::healthy(&suite, (&environment, &settings)).map_err(|error| Stop::message(error.to_string()))?;
    let trials = prove::prove(&suite, (&environment, &settings), (&faults, &healthy), jobs);
    let loud: Vec<String> = healthy.into_iter().filter(|(_, level)| *level == Level::Error).map(|(id, _)| id).collect();
    let trials = trials.map_err(|error| Stop::message(error.to_string()))?;
    match arguments.format {
        Format::Text => text(&loud, &trials)?,
        Format::Json => {
            let rows: Vec<_> = trials.iter().map(row).collect();
            writeln!(std::io::stdout(), "{:#}", json!({ "healthy": loud, "trials": rows }))?;
        }
    }
    let proved = loud.is_empty() && trials.iter().all(|trial| matches!(trial.noticed, Noticed::Rightly(_)));
    Ok(if proved { exit::CONFORMANT } else { exit::DRIFT })
}

fn row(trial: &Trial) -> serde_json::Value {
    let (noticed, rules) = match &trial.noticed {
        Noticed::Rightly(rule) => ("rightly", vec![rule.clone()]),
        Noticed::ByAccident(rules) => ("by-accident", rules.clone()),
        Noticed::Survived => ("survived", Vec::new()),
    };
    json!({
        "fault": trial.fault.id,
        "class": trial.fault.class.name(),
        "noticed": noticed,
        "rules": rules,
        "requests": trial.requests,
        "milliseconds": trial.took.as_millis(),
    })
}

fn text(healthy: &[String], trials: &[Trial]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for drift in healthy {
        writeln!(out, "the healthy sandbox shows {drift}")?;
    }
    let rank = |trial: &&Trial| match trial.noticed {
        Noticed::Survived => 0,
        Noticed::ByAccident(_) => 1,
        Noticed::Rightly(_) => 2,
    };
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    ranked.sort_by_key(rank);
    let widest = ranked.iter().map(|trial| trial.fault.id.len()).max().unwrap_or_default();
    for trial in ranked {
        let said = match &trial.noticed {
            Noticed::Survived => "survived".to_owned(),
            Noticed::ByAccident(rules) => format!("by accident: {}", rules.join(", ")),
            Noticed::Rightly(rule) => rule.clone(),
        };
        let seconds = trial.took.as_secs_f64();
        writeln!(out, "{:widest$}  {:5} requests  {seconds:4.1} s  {said}", trial.fault.id, trial.requests)?;
    }
    writeln!(out)?;
    for class in Class::ALL {
        let of_class = || trials.iter().filter(|trial| trial.fault.class == class);
        let rightly = of_class().filter(|trial| matches!(trial.noticed, Noticed::Rightly(_))).count();
        if of_class().next().is_some() {
            writeln!(out, "{:7} {rightly} of {}", class.name(), of_class().count())?;
        }
    }
    let rightly = trials.iter().filter(|trial| matches!(trial.noticed, Noticed::Rightly(_))).count();
    writeln!(out, "{:7} {rightly} of {} noticed by the right rule", "all", trials.len())
}
