//! `conform check`: case files, overlays and settings, without a network.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::author::review::{review, size};
use crate::case::{Case, Origin, arazzo};
use crate::config::Config;
use crate::contract::Contract;
use crate::contract::overlay::Overlay;
use crate::document::{Diagnostic, Document};
use crate::law::declared::Declared;
use crate::suite::{self, case_files};

use super::terminal::Terminal;
use super::{SourceArguments, Stop, exit, known};

#[derive(Debug, Args)]
#[command(after_long_help = "\
Every name, type and expression of a case file is looked up; a mistake is shown at its line, with exit code 2. What is \
legal and surely a slip is warned of: outputs and inputs that nothing uses, steps that are never reached, environments that \
do not exist, an expected status that the operation does not document. So are operations that `x-resource` names and no \
loaded document has. With --strict a warning is exit code 1.

Examples:
  conform check                              settings, documents, overlays and all cases
  conform check cases/onboarding.arazzo.yaml
  conform check --strict                     for CI
  conform check specs/overlays/20-rules.overlay.yaml")]
pub(super) struct Arguments {
    /// Case files, folders of them, overlays, or settings; without any all that the configuration names
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Exit with 1 on warnings
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    sources: SourceArguments,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<u8, Stop> {
    let config = arguments.sources.contract.config()?;
    let sources = arguments.sources.sources(&config)?;
    let contract = Contract::load(&sources.specs, &sources.overlays)?;
    let given = if arguments.paths.is_empty() { sources.cases } else { arguments.paths.clone() };
    let (mut files, mut fine) = (Vec::new(), Vec::new());
    let (declared, mut errors) = match Declared::read(&contract) {
        Ok(declared) => (declared.warnings, Vec::new()),
        Err(errors) => (Vec::new(), errors),
    };
    for path in case_files(&given)? {
        match kind(&path) {
            Ok(Kind::Case(document)) => files.push((path, document)),
            Ok(Kind::Other) => fine.push(path),
            Err(error) => errors.push(*error),
        }
    }
    let paths: Vec<&PathBuf> = files.iter().map(|(path, _)| path).collect();
    let cases = arazzo::read_all(&paths, &contract, config.seed).unwrap_or_else(|problems| {
        errors.extend(problems);
        Vec::new()
    });
    let slips =
        if arguments.paths.is_empty() { baselines(&config, &contract, &mut fine, &mut errors) } else { Vec::new() };
    if !errors.is_empty() {
        return Err(Stop::Diagnostics(errors));
    }
    let environments: Vec<&str> = config.environments.keys().map(String::as_str).collect();
    let mut out = std::io::stdout().lock();
    let mut warned = 0;
    let mut warn = |warnings: &[Diagnostic], out: &mut dyn Write| {
        warned += warnings.len();
        let mut rendered = warnings.iter().map(|warning| warning.render(terminal.color, terminal.width));
        rendered.try_for_each(|warning| writeln!(out, "{warning}\n"))
    };
    warn(&declared, &mut out)?;
    warn(&slips, &mut out)?;
    for (path, document) in &files {
        warn(&review(document, &cases, &contract, &environments), &mut out)?;
        writeln!(out, "{}: {}", path.display(), counted(document, &cases))?;
    }
    for path in &fine {
        writeln!(out, "{}: fine", path.display())?;
    }
    let warnings = plural(warned, "warning");
    writeln!(out, "{}, {}: {warnings}", plural(files.len(), "case file"), plural(cases.len(), "case"))?;
    Ok(if arguments.strict && warned > 0 { exit::DRIFT } else { exit::CONFORMANT })
}

/// What a file is.
enum Kind {
    Case(Document),
    /// Something else that is right.
    Other,
}

/// Reads the baseline of every environment that has one; returns what in them accepts nothing.
fn baselines(
    config: &Config,
    contract: &Contract,
    read: &mut Vec<PathBuf>,
    errors: &mut Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut slips = Vec::new();
    for environment in config.names() {
        let file = known::file(config, environment);
        if !file.exists() {
            continue;
        }
        match suite::baseline(&file) {
            Ok(baseline) => slips.extend(suite::slips(&baseline, contract)),
            Err(problems) => errors.extend(problems),
        }
        read.push(file);
    }
    slips
}

fn kind(path: &Path) -> Result<Kind, Box<Diagnostic>> {
    if path.extension().is_some_and(|ending| ending == "toml") {
        return Config::load(Some(path)).map(|_| Kind::Other);
    }
    let document = Document::read(path)?;
    if document.value().get("overlay").is_some() {
        return Overlay::parse(document).map(|_| Kind::Other);
    }
    Ok(Kind::Case(document))
}

fn counted(document: &Document, cases: &[Case]) -> String {
    let (workflows, steps) = size(document);
    let own = |case: &&Case| matches!(&case.origin, Origin::Written { file, .. } if file == document.name());
    let cases = cases.iter().filter(own).filter(|case| case.standalone).count();
    format!("{}, {}, {}", plural(workflows, "workflow"), plural(steps, "step"), plural(cases, "case"))
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
