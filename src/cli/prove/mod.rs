//! `conform prove`: the suite against each fault and each variation of the sandbox: what it noticed, and what it took as it is.

mod page;
mod through;

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::config::{Config, Overrides};
use crate::drift::Level;
use crate::environment::Environment;
use crate::generate;
use crate::plan::names_case;
use crate::prove::Verdict;
use crate::prove::fault::{self, Ground, Healthy};
use crate::prove::freedom::{self, Alarm};
use crate::prove::page::{Curve, Score};
use crate::sandbox::fault::{Class, Fault};
use crate::sandbox::variation::Variation;
use crate::sandbox::{fault as faults, variation as variations};
use crate::suite::{Settings, Suite};

use super::terminal::Terminal;
use super::{SourceArguments, Stop, exit};

#[derive(Debug, Args)]
#[command(after_long_help = "\
The healthy sandbox comes first and has to be silent. Each fault then runs until a rule names it that may claim it; one that
only other rules name is noticed by accident. Then the sandbox uses one freedom of the documents after the other, and nothing
of that may be called a drift. Exit code 1: a fault survived or was noticed by accident, something conformant was called a
drift, or half of all faults took more than a fifth of the requests of a whole run.

Examples:
  conform prove                              every fault, every variation
  conform prove --class list                 the faults of one class, and no variation
  conform prove --fault update-not-kept      one fault alone
  conform prove --variation '*-first'        some variations, and no fault
  conform prove --seeds 10                   each variation for ten seeds
  conform prove --page docs/faults.md        all faults, as a page

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
    /// Only these variations, as in 'uuid-*'; may be given several times
    #[arg(long, value_name = "ID", conflicts_with = "through")]
    pub(super) variation: Vec<String>,
    /// For so many seeds each variation is run: for the first in full, for others with what a seed changes
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN, conflicts_with = "through")]
    pub(super) seeds: NonZeroUsize,
    /// Faults that are worked on at the same time, else as many as there are processors; lies, else one
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Writes the table of all faults to this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["through", "fault", "class", "variation"])]
    pub(super) page: Option<PathBuf>,
    /// Writes no page, and fails where FILE says anything else, numbers apart
    #[arg(long, requires = "page")]
    pub(super) check: bool,
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
        return through::run(arguments, terminal);
    }
    let chosen = Chosen::of(arguments)?;
    let config = arguments.sources.contract.config()?;
    let environment = config.environment(None, &Overrides::default(), &|_| None);
    let environment = environment.map_err(|error| Stop::message(error.to_string()))?;
    let generation = generation(&config, &environment);
    let suite = Suite::load(&arguments.sources.sources(&config)?, &generation)?;
    let settings = Settings { seed: config.seed, levels: config.changed_levels(), ..Settings::default() };
    let jobs = arguments.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let ground = Ground { suite: &suite, environment: &environment, settings: &settings, workers: jobs };
    let start = |error: crate::suite::StartError| Stop::message(error.to_string());
    let healthy = ground.healthy().map_err(start)?;
    let trials = ground.prove(&chosen.faults, &healthy).map_err(start)?;
    let mut freedoms = ground.free(&chosen.variations, true).map_err(start)?;
    for seed in (config.seed + 1..).take(arguments.seeds.get() - 1) {
        if chosen.variations.is_empty() {
            break;
        }
        let drawn =
            Suite::load(&arguments.sources.sources(&config)?, &generate::Settings { seed, ..generation.clone() })?;
        let drawn = Suite { cases: drawn.cases.into_iter().filter(generate::is_drawn).collect(), ..drawn };
        let settings = Settings { seed, ..settings.clone() };
        let ground = Ground { suite: &drawn, settings: &settings, ..ground };
        freedoms.extend(ground.free(&chosen.variations, false).map_err(start)?);
    }
    let proof = Proof { healthy, trials, freedoms, whole: chosen.whole };
    match arguments.format {
        Format::Text => proof.text(&mut std::io::stdout().lock())?,
        Format::Json => writeln!(std::io::stdout(), "{:#}", proof.json())?,
    }
    if let Some(path) = &arguments.page {
        page::keep(path, &proof.trials, &proof.healthy, arguments.check)?;
    }
    Ok(if proof.holds() { exit::CONFORMANT } else { exit::DRIFT })
}

fn generation(config: &Config, environment: &Environment) -> generate::Settings {
    generate::Settings {
        seed: config.seed,
        mark: environment.mark.clone(),
        depth: config.depth,
        hostile: environment.hostile,
        ..generate::Settings::default()
    }
}

/// What the arguments mean.
struct Chosen {
    faults: Vec<&'static Fault>,
    /// None stands for the sandbox as it usually is.
    variations: Vec<Option<&'static Variation>>,
    /// Whether that is everything.
    whole: bool,
}

impl Chosen {
    fn of(arguments: &Arguments) -> Result<Self, Stop> {
        let named: Result<Vec<&Fault>, String> = arguments.fault.iter().map(|id| super::sandbox::fault(id)).collect();
        let named = named.map_err(Stop::message)?;
        let (some_faults, some_variations) =
            (!(arguments.fault.is_empty() && arguments.class.is_empty()), !arguments.variation.is_empty());
        let whole = !some_faults && !some_variations;
        let wanted = |fault: &&Fault| {
            whole || arguments.class.contains(&fault.class) || named.iter().any(|named| named.id == fault.id)
        };
        let faults = faults::registry::faults().filter(wanted).collect();
        let matches = |wanted: &str, id: &str| names_case(wanted, id, id);
        for wanted in &arguments.variation {
            if !variations::registry::variations().any(|variation| matches(wanted, variation.id)) {
                super::sandbox::variation(wanted).map_err(Stop::message)?;
            }
        }
        let wanted = |variation: &&Variation| arguments.variation.iter().any(|wanted| matches(wanted, variation.id));
        let variations = variations::registry::variations().filter(|variation| whole || wanted(variation)).map(Some);
        let usual = whole.then_some(None);
        Ok(Self { faults, variations: usual.into_iter().chain(variations).collect(), whole })
    }
}

/// All that was tried.
struct Proof {
    healthy: Healthy,
    trials: Vec<fault::Trial>,
    freedoms: Vec<freedom::Trial>,
    whole: bool,
}

impl Proof {
    /// The drifts of the healthy sandbox that are none.
    fn loud(&self) -> impl Iterator<Item = &str> {
        let errors = self.healthy.known.iter().filter(|(_, level)| **level == Level::Error);
        errors.map(|(id, _)| id.as_str())
    }

    fn curve(&self) -> Curve {
        Curve::new(&self.trials, self.healthy.requests)
    }

    /// Whether everything is as it has to be.
    fn holds(&self) -> bool {
        let noticed = self.trials.iter().all(|trial| matches!(trial.verdict, Verdict::Rightly(_)));
        let silent = self.freedoms.iter().all(|trial| trial.alarms.is_empty());
        self.loud().next().is_none() && noticed && silent && (!self.whole || self.curve().is_steep())
    }

    fn json(&self) -> serde_json::Value {
        let fault = |trial: &fault::Trial| {
            let (noticed, rules, _) = told(&trial.verdict);
            json!({
                "fault": trial.fault.id,
                "class": trial.fault.class.name(),
                "noticed": noticed,
                "rules": rules,
                "requests": trial.requests,
                "milliseconds": trial.took.as_millis(),
            })
        };
        let freedom = |trial: &freedom::Trial| {
            json!({
                "variation": trial.variation.map(|variation| variation.id),
                "seed": trial.seed,
                "alarms": trial.alarms.iter().map(cried).collect::<Vec<_>>(),
                "requests": trial.requests,
                "milliseconds": trial.took.as_millis(),
            })
        };
        json!({
            "healthy": self.loud().collect::<Vec<_>>(),
            "requests": self.healthy.requests,
            "trials": self.trials.iter().map(fault).collect::<Vec<_>>(),
            "variations": self.freedoms.iter().map(freedom).collect::<Vec<_>>(),
        })
    }

    fn text(&self, out: &mut impl Write) -> std::io::Result<()> {
        for drift in self.loud() {
            writeln!(out, "the healthy sandbox shows {drift}")?;
        }
        for trial in &self.freedoms {
            for alarm in &trial.alarms {
                writeln!(out, "false alarm: {}, seed {}: {}", trial.name(), trial.seed, cried(alarm))?;
            }
        }
        let mut ranked: Vec<&fault::Trial> = self.trials.iter().collect();
        ranked.sort_by_key(|trial| rank(&trial.verdict));
        let widest = ranked.iter().map(|trial| trial.fault.id.len()).max().unwrap_or_default();
        for trial in ranked {
            let (seconds, said) = (trial.took.as_secs_f64(), said(&trial.verdict));
            writeln!(out, "{:widest$}  {:5} requests  {seconds:4.1} s  {said}", trial.fault.id, trial.requests)?;
        }
        if !self.trials.is_empty() {
            writeln!(out)?;
        }
        for Score { name, noticed, all } in Score::table(&self.trials) {
            writeln!(out, "{name:7} {noticed} of {all} noticed by the right rule")?;
        }
        if self.whole {
            let Curve { half, requests, .. } = self.curve();
            let half = half.map_or_else(|| "never".to_owned(), |half| format!("after {half} of {requests} requests"));
            writeln!(out, "half of them {half}")?;
        }
        if !self.freedoms.is_empty() {
            let (all, requests) = (self.freedoms.len(), self.freedoms.iter().map(|trial| trial.requests).sum::<u64>());
            let silent = self.freedoms.iter().filter(|trial| trial.alarms.is_empty()).count();
            writeln!(out, "{silent} of {all} runs of conformant sandboxes without a false alarm, {requests} requests")?;
        }
        Ok(())
    }
}

fn cried(alarm: &Alarm) -> String {
    match alarm {
        Alarm::Drift(id) => id.clone(),
        Alarm::Ended(code, reasons) => format!("exit code {code}: {}", reasons.join("; ")),
    }
}

/// Survivors first.
fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Survived(_) => 0,
        Verdict::NotExercised => 1,
        Verdict::ByAccident(_) => 2,
        Verdict::Rightly(_) => 3,
    }
}

fn said(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Survived(reasons) if reasons.is_empty() => "survived".to_owned(),
        Verdict::Survived(reasons) => format!("survived: {}", reasons.join("; ")),
        Verdict::NotExercised => "not exercised".to_owned(),
        Verdict::ByAccident(rules) => format!("by accident: {}", rules.join(", ")),
        Verdict::Rightly(rule) => rule.clone(),
    }
}

/// The verdict as JSON spells it, the rules that said something, and why others did not.
fn told(verdict: &Verdict) -> (&'static str, &[String], &[String]) {
    match verdict {
        Verdict::Survived(reasons) => ("survived", &[], reasons),
        Verdict::NotExercised => ("not-exercised", &[], &[]),
        Verdict::ByAccident(rules) => ("by-accident", rules, &[]),
        Verdict::Rightly(rule) => ("rightly", std::slice::from_ref(rule), &[]),
    }
}
