//! `conform list`: the plan, without a network.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::generate;
use crate::plan::{self, Selection};
use crate::report;
use crate::suite::Suite;

use super::terminal::Terminal;
use super::{SourceArguments, Stop, exit};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,
    /// Only cases that call this operation; may be given several times
    #[arg(long, value_name = "OPERATION")]
    only: Vec<String>,
    /// What random choices start from
    #[arg(long)]
    seed: Option<u64>,
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
    let generation = generate::Settings {
        seed: arguments.seed.unwrap_or(config.seed),
        mark: config.defaults.mark.clone().unwrap_or_default(),
    };
    let suite = Suite::load(&arguments.sources.sources(&config)?, &generation)?;
    let unknown = super::slip::unknown_operations(&suite, &arguments.only);
    if let Some((message, help)) = unknown.into_iter().next() {
        return Err(Stop::with_help(message, help));
    }
    let selection = Selection { only: arguments.only.clone(), ..Selection::default() };
    let plan = suite.plan(&selection);
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
