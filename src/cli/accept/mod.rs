//! `conform accept`: drifts of the newest report become entries of the baseline, and what is fixed leaves it.

mod choice;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Span;
use jiff::civil::Date;

use crate::baseline::edit::edited;
use crate::baseline::{self, Baseline, Known};
use crate::config::Config;
use crate::document::{Document, nearest};
use crate::drift::Level;
use crate::outcome::{Outcome, Verdict};
use crate::report::{folder, plain};

use super::{Stop, exit, known, nearest_configuration, stored};

use choice::{Choice, Terms};

#[derive(Debug, Args)]
#[command(after_long_help = "\
The newest report of the environment says what there is; reports/known/ENVIRONMENT.yaml is written, and everything in it that \
need not change stays as it is. What is there already and holds is left alone, unless its id is given: then its reason and its \
date are renewed. In quotes an id may be a pattern: `*` for a rule, an operation or a status, `**` for any number of segments.

Examples:
  conform accept --all --reason 'known before the release' --until 6w
  conform accept wrong-body/ListThings/200/items/*/status/enum --reason 'still sends PENDING' --until 2027-01-31
  conform accept --prune                     what the report calls fixed leaves the file
  conform accept --all --reason … --until 30d --prune --ratchet")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Arguments {
    /// Drifts, by their ids in the report
    #[arg(value_name = "ID", requires_all = ["reason", "until"], conflicts_with = "all")]
    ids: Vec<String>,
    /// Every drift at level error that is not accepted yet
    #[arg(long, requires_all = ["reason", "until"])]
    all: bool,
    /// With --all: those at level warning, too
    #[arg(long, requires = "all")]
    warnings: bool,
    /// Why they are accepted
    #[arg(long, value_name = "TEXT", value_parser = said)]
    reason: Option<String>,
    /// The last day on which they are accepted, such as 2027-01-31; or how long, such as 30d or 6w
    #[arg(long, value_name = "DATE", value_parser = until)]
    until: Option<Until>,
    /// Who sees to it
    #[arg(long, value_name = "NAME", value_parser = said)]
    owner: Option<String>,
    /// Where that is followed
    #[arg(long, value_name = "TICKET", value_parser = said)]
    ticket: Option<String>,
    /// The environment; else that of the report, or the default one
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// The report.json to go by, instead of the newest one of the environment
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Remove the entries that the report calls fixed, with the comments directly above them
    #[arg(long)]
    prune: bool,
    /// Write nothing where the file would have more entries than before, and exit with 1
    #[arg(long)]
    ratchet: bool,
    /// Configuration file; else the nearest conform.toml in this folder or above it; else the built-in one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A day, or so many days from now.
#[derive(Debug, Clone, Copy)]
enum Until {
    Day(Date),
    Days(i32),
}

fn until(text: &str) -> Result<Until, String> {
    if let Some(day) = baseline::date(text) {
        return Ok(Until::Day(day));
    }
    let in_days = |days: i32| text.get(..text.len() - 1)?.parse::<u16>().ok().map(|n| Until::Days(i32::from(n) * days));
    let time = match text.as_bytes().last() {
        Some(b'd') => in_days(1),
        Some(b'w') => in_days(7),
        _ => None,
    };
    time.ok_or_else(|| "a day such as 2027-01-31, or a time such as 30d or 6w".to_owned())
}

fn said(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it says nothing".to_owned()) } else { Ok(text.to_owned()) }
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Stop> {
    if arguments.ids.is_empty() && !arguments.all && !arguments.prune {
        return Err(Stop::with_help("nothing is named", "name drifts by their ids, or say --all, or --prune"));
    }
    let today = known::today();
    let until = arguments.until.map(|until| last_day(until, today)).transpose()?;
    let config = Config::load(arguments.config.clone().or_else(nearest_configuration).as_deref())?;
    let (report, outcome) = report(arguments, &config)?;
    judged(&report, &outcome)?;
    let named = outcome.environments.first().map(|facts| facts.name.clone());
    let environment = arguments.env.clone().or(named).unwrap_or_else(|| config.default_env.clone());
    let file = known::file(&config, &environment);
    let document = if file.exists() { Some(Document::read(&file)?) } else { None };
    let text = document.as_ref().map(|document| document.text().to_string()).unwrap_or_default();
    let known = Known { baseline: document.map(Baseline::read).transpose()?.unwrap_or_default(), today };
    let mut choice = Choice::default();
    if arguments.prune {
        choice.prune(&outcome, &known);
    }
    if let (Some(reason), Some(until)) = (&arguments.reason, until) {
        let terms = Terms { reason, until, owner: arguments.owner.as_deref(), ticket: arguments.ticket.as_deref() };
        if arguments.all {
            choice.all(&outcome, &known, &terms, if arguments.warnings { Level::Warning } else { Level::Error });
        }
        for id in &arguments.ids {
            choice
                .named(id, &outcome, &known, &terms)
                .map_err(|(message, help)| Stop::with_help(format!("{} has {message}", report.display()), help))?;
        }
    }
    let name = file.display().to_string();
    let changed = edited(&name, &text, &choice.gone, &choice.entries)?;
    let before = known.baseline.entries.len();
    let after = Baseline::read(Document::parse(name.as_str(), changed.as_str())?)?.entries.len();
    let mut out = std::io::stdout().lock();
    if arguments.ratchet && after > before {
        for entry in choice.entries.iter().filter(|entry| !known.baseline.has(&entry.pattern)) {
            writeln!(out, "would be new  {}", plain::line(entry.pattern.text(), usize::MAX))?;
        }
        writeln!(out, "{name} would have {after} entries instead of {before}: nothing is written")?;
        return Ok(exit::DRIFT);
    }
    if changed != text {
        write(&file, &changed)?;
    }
    for line in &choice.said {
        writeln!(out, "{}", plain::line(line, usize::MAX))?;
    }
    let unchanged = if changed == text { "; nothing changed" } else { "" };
    writeln!(out, "{name}: {}{unchanged}", if after == 1 { "1 entry".to_owned() } else { format!("{after} entries") })?;
    Ok(exit::CONFORMANT)
}

fn last_day(until: Until, today: Date) -> Result<Date, Stop> {
    let day = match until {
        Until::Day(day) => day,
        Until::Days(days) => Span::new()
            .try_days(days)
            .and_then(|days| today.checked_add(days))
            .map_err(|error| Stop::message(format!("--until leads nowhere: {error}")))?,
    };
    if day < today {
        return Err(Stop::with_help(
            format!("{day} has passed: what is accepted until then would fail at once"),
            format!("today is {today}, in UTC"),
        ));
    }
    Ok(day)
}

/// The report that says what there is.
fn report(arguments: &Arguments, config: &Config) -> Result<(PathBuf, Outcome), Stop> {
    let environment = arguments.env.as_deref().unwrap_or(&config.default_env);
    let file = match &arguments.report {
        Some(file) => file.clone(),
        None => stored::newest_of(config, environment, None).map_err(|looked| {
            let near = nearest(environment, config.names()).filter(|near| near != environment);
            Stop::with_help(
                format!("there is no report of `{environment}` yet ({})", looked.display()),
                near.map_or_else(
                    || format!("`conform run --env {environment}` makes one"),
                    |near| format!("did you mean `{near}`?"),
                ),
            )
        })?,
    };
    let outcome = stored::read(&file)?;
    Ok((file, outcome))
}

/// Refuses the report of a run after which nothing is known.
fn judged(report: &Path, outcome: &Outcome) -> Result<(), Stop> {
    let why = match outcome.verdict {
        Verdict::Environment => "the environment failed",
        Verdict::Interrupted => "the run was interrupted",
        _ if outcome.partial => "the run is partial",
        _ => return Ok(()),
    };
    Err(Stop::Nothing(format!("{}: {why}, so nothing is known, and nothing is accepted", report.display())))
}

fn write(file: &Path, text: &str) -> Result<(), Stop> {
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| folder::replace(file, |out| out.write_all(text.as_bytes())));
    written.map_err(|error| Stop::message(format!("{} cannot be written: {error}", file.display())))
}
