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
  conform prove --fault update-not-kept one alone")]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,
    /// Only this fault; may be given several times
    #[arg(long, value_name = "ID", value_parser = super::sandbox::fault)]
    fault: Vec<&'static Fault>,
    /// Only faults of this class; may be given several times
    #[arg(long, value_name = "CLASS", value_parser = class)]
    class: Vec<Class>,
    /// Faults that are worked on at the same time; else as many as there are processors
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
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
        let named = arguments.fault.iter().any(|named| named.id == fault.id);
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
    let _ = terminal;
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
