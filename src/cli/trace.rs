//! `conform trace`: what tests each sentence of the documents.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use similar::TextDiff;

use crate::contract::Contract;
use crate::document::{Diagnostic, Document, Severity};
use crate::suite::{self, Sources};
use crate::trace::{self, Classes, Trace};
use crate::{check, law, lint, mutation};

use super::terminal::Terminal;
use super::{SourceArguments, Stop, exit};

/// Families of generated cases that are no mutations.
const FAMILIES: [&str; 8] = ["minimal", "full", "example", "alone", "absent", "enum", "edge", "link"];

#[derive(Debug, Args)]
#[command(after_long_help = "\
The sentences are all summaries and descriptions of the documents. The file of classes says which of them an implementation
can break; each of those must be quoted in the description of an overlay action or in a text of a written case, or name the
rules that test it. Exit code 1: a sentence has no class or no test, or with --check the page is stale.

Examples:
  conform trace                    write docs/traceability.md
  conform trace --check            for CI: change nothing
  conform trace --draft            rows for the sentences that have no class yet")]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: SourceArguments,
    /// The file that classes the sentences; else the one of the configuration
    #[arg(long, value_name = "FILE")]
    classes: Option<PathBuf>,
    /// Where the page is written; else beside the classes, as `.md`
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write nothing; fail where the page is not what would be written
    #[arg(long, conflicts_with = "draft")]
    check: bool,
    /// Print rows for the sentences that have no class, to be added to the file by hand
    #[arg(long)]
    draft: bool,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<u8, Stop> {
    let config = arguments.sources.contract.config()?;
    let Sources { specs, overlays, cases } = arguments.sources.sources(&config)?;
    let contract = Contract::load(&specs, &overlays)?;
    let cases = suite::written(&cases, &contract)?;
    let file = arguments.classes.clone().unwrap_or_else(|| config.traceability.clone());
    let classes = if arguments.draft && !file.exists() {
        Classes::none(&file.display().to_string())?
    } else {
        Classes::read(Document::read(&file)?, &known())?
    };
    let traced = trace::trace(&contract, &cases, &classes);
    let mut out = std::io::stdout().lock();
    if arguments.draft {
        write!(out, "{}", trace::draft(&traced))?;
        return Ok(exit::CONFORMANT);
    }
    for problem in &traced.problems {
        writeln!(out, "{}\n", problem.render(terminal.color, terminal.width))?;
    }
    let page = trace::render(&traced, &contract);
    let output = arguments.output.clone().unwrap_or_else(|| file.with_extension("md"));
    let there = std::fs::read_to_string(&output).unwrap_or_default();
    let stale = there != page;
    if stale && arguments.check {
        let message = format!("{} is not what `conform trace` writes", output.display());
        writeln!(out, "{}", Diagnostic::file(Severity::Error, output.display().to_string(), message))?;
        write!(out, "{}", TextDiff::from_lines(&there, &page).unified_diff().header("there", "written"))?;
    } else if stale {
        std::fs::write(&output, &page)
            .map_err(|error| Stop::message(format!("{} cannot be written: {error}", output.display())))?;
    }
    let Trace { sentences, problems, .. } = &traced;
    let bound = sentences.iter().filter(|traced| traced.is_normative()).count();
    let tested = sentences.iter().filter(|traced| traced.is_normative() && !traced.tests.is_empty()).count();
    writeln!(out, "{} sentences, {bound} normative, {tested} of them tested: {}", sentences.len(), output.display())?;
    Ok(if problems.is_empty() && !(stale && arguments.check) { exit::CONFORMANT } else { exit::DRIFT })
}

/// What `tested-by` may name.
fn known() -> Vec<&'static str> {
    let checks = check::registry::CHECKS.iter().map(|check| check.id);
    let lints = lint::registry::LINTS.iter().map(|lint| lint.id);
    let mutations = mutation::registry::MUTATIONS.iter().map(|mutation| mutation.id);
    let laws = law::registry::LAWS.iter().map(|law| law.id);
    checks.chain(laws).chain(lints).chain(mutations).chain(FAMILIES).collect()
}
