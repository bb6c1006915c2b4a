//! `conform list`: the plan, without a network.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::config::Overrides;
use crate::plan;
use crate::report;
use crate::suite::Suite;

use super::failed::Failed;
use super::plan::PlanArguments;
use super::terminal::Terminal;
use super::{SourceArguments, Stop, exit, slip};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,
    #[command(flatten)]
    plan: PlanArguments,
    /// The environment whose plan is shown; where none is named, the sandbox
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Operations that are worked on at the same time; changes nothing but the time that it takes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: Option<u16>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One case a line
    Text,
    /// An array of cases
    Json,
}

pub(super) fn run(arguments: &Arguments, _terminal: &Terminal) -> Result<u8, Stop> {
    let config = arguments.sources.contract.config()?;
    let overrides = Overrides { exclude: arguments.plan.exclude.clone(), ..Overrides::default() };
    // Nothing is sent, so any credential will do.
    let environment = config.environment(arguments.env.as_deref(), &overrides, &|_| Some("unused".to_owned()));
    let environment = environment.map_err(|error| Stop::message(error.to_string()))?;
    let mut generation = arguments.plan.generation(&config, &environment.mark, environment.hostile);
    generation.workers = arguments.concurrency.map_or(generation.workers, usize::from);
    let failed = Failed::last(&arguments.plan, &config, &environment.name, None)?;
    if let Some(failed) = &failed {
        failed.seed(&arguments.plan, &mut generation);
    }
    let mut suite = Suite::load(&arguments.sources.sources(&config)?, &generation)?;
    let unknown = slip::unknown_operations(&suite, &arguments.plan.only);
    if let Some((message, help)) = unknown.into_iter().next() {
        return Err(Stop::with_help(message, help));
    }
    let noted = suite.notes.len();
    slip::filters(&mut suite, &arguments.plan)?;
    // A plan of nothing because of a slip is no plan.
    if let Some(note) = suite.notes.get(noted) {
        return Err(Stop::message(note.clone()));
    }
    if let Some(failed) = &failed {
        failed.check(&mut suite)?;
    }
    let plan = suite.plan(&arguments.plan.selection(&config, &environment, failed));
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Text => {
            for case in &plan.cases {
                writeln!(out, "{}  {}", case.id, report::plain::line(&case.name, usize::MAX))?;
            }
            for note in &suite.notes {
                writeln!(out, "note: {}", report::plain::line(note, usize::MAX))?;
            }
            writeln!(out, "{} cases, {} operations", plan.cases.len(), plan.operations.len())?;
        }
        Format::Json => {
            let cases: Vec<_> = plan
                .cases
                .iter()
                .map(|case| {
                    let operations: Vec<String> = plan::called(case).iter().map(ToString::to_string).collect();
                    json!({
                        "id": case.id.to_string(),
                        "name": case.name,
                        "family": plan::family(case),
                        "operations": operations,
                        "steps": case.steps.len(),
                        "tags": case.tags,
                    })
                })
                .collect();
            serde_json::to_writer_pretty(&mut out, &cases).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(exit::CONFORMANT)
}
