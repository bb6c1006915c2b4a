//! `conform amend`: what the documents would have to say for a run's drifts to be true.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use similar::ChangeTag;

use crate::amend::{self, Amendment, Bench, Proof};
use crate::bundle::diff::diff;
use crate::config::{Config, Overrides};
use crate::contract::Contract;
use crate::document::Document;
use crate::environment::Environment;
use crate::outcome::Outcome;
use crate::run::journal_in;
use crate::traffic;

use super::terminal::Terminal;
use super::{ContractArguments, Stop, exit, stored};

#[derive(Debug, Args)]
#[command(after_long_help = "\
Each drift is a difference between a document and a server: one of them has to change. For each drift that a document can \
make true this proposes the smallest change, as actions of an overlay (OpenAPI Overlay Specification 1.1): another enum \
value, a status, a media type, a property, a bound, a member that is optional, null. What a server must mend, a failure or \
a broken law, has none.

Each is proved: the exchanges of the run's journal are judged again under the document as it would be. The drift has to be \
gone, and none may come; of several changes the least loosening one that does is taken. One that could not be proved is \
said to be unverified, and why, and stands in the overlay as a comment. Nothing is sent.

Examples:
  conform amend                                   for the newest run of the usual environment
  conform amend --env staging --diff              with the document before and after
  conform amend reports/staging/conform-1f2e3d4c -o specs/overlays
  conform amend --check                           exit code 1 where one could not be proved")]
pub(super) struct Arguments {
    /// The folder of a run; else that of the newest run of the environment
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The environment whose newest run is meant
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Only these drifts, by id
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Exit with 1 where an amendment could not be proved
    #[arg(long)]
    check: bool,
    /// Show the documents before and after
    #[arg(long)]
    diff: bool,
    /// Write the overlays into this folder: amendments.overlay.yaml, one for each document where there are several
    #[arg(short = 'o', long = "output", value_name = "DIR")]
    output: Option<PathBuf>,
    #[command(flatten)]
    contract: ContractArguments,
}

pub(super) fn run(arguments: &Arguments, _terminal: &Terminal) -> Result<u8, Stop> {
    let config = arguments.contract.config()?;
    let name = arguments.env.as_deref().unwrap_or(&config.default_env);
    let folder = match &arguments.folder {
        Some(folder) => folder.clone(),
        None => stored::newest_folder(&stored::home(&config, name)).ok_or_else(|| {
            Stop::with_help(format!("there is no run of `{name}` yet"), "name the folder of a run, or use --env")
        })?,
    };
    let mut outcome = stored::of_folder(&folder)?;
    outcome.drifts.retain(|drift| arguments.only.is_empty() || arguments.only.contains(&drift.id));
    let sources = arguments.contract.sources(&config)?;
    let contract = Contract::load(&sources.specs, &sources.overlays)?;
    let environment = environment(&config, arguments.env.as_deref())?;
    let amendments = of_run(&contract, &outcome, &environment, &config, &journal_in(&folder))?;
    let mut out = std::io::stdout().lock();
    for amendment in &amendments {
        tell(amendment, &mut out)?;
    }
    if amendments.is_empty() {
        writeln!(out, "nothing that a change of a document would make true")?;
    }
    if arguments.diff {
        show(&contract, &amendments, &mut out)?;
    }
    if let Some(folder) = &arguments.output {
        for file in write(folder, &amendments)? {
            writeln!(out, "wrote {}", file.display())?;
        }
    }
    let unproved = amendments.iter().any(|amendment| amendment.proof != Proof::Verified);
    Ok(if arguments.check && unproved { exit::DRIFT } else { exit::CONFORMANT })
}

/// What the documents would have to say for the drifts of `outcome`, proved by the exchanges in `journal`.
pub(super) fn of_run(
    contract: &Contract,
    outcome: &Outcome,
    environment: &Environment,
    config: &Config,
    journal: &Path,
) -> Result<Vec<Amendment>, Stop> {
    let recording = traffic::read(journal, contract, &environment.target)
        .map_err(|error| Stop::with_help(error.to_string(), "run again: a run writes its journal beside its report"))?;
    let levels = config.changed_levels();
    let bench = Bench { environment, levels: &levels };
    Ok(amend::propose(contract, &outcome.drifts, &recording.traffic, &bench))
}

fn environment(config: &Config, name: Option<&str>) -> Result<Environment, Stop> {
    // Nothing is sent, so any credential will do.
    let environment = config.environment(name, &Overrides::default(), &|_| Some("unused".to_owned()));
    environment.map_err(|error| Stop::message(error.to_string()))
}

fn tell(amendment: &Amendment, out: &mut dyn Write) -> std::io::Result<()> {
    let (mark, why) = match &amendment.proof {
        Proof::Verified => ("verified  ", String::new()),
        Proof::Unverified(why) => ("unverified", format!("\n            {why}")),
    };
    let line = |text: &str| crate::report::plain::line(text, 4000);
    writeln!(out, "{mark}  {}\n            {}{}", line(&amendment.drift), line(&amendment.words), line(&why))?;
    for action in &amendment.actions {
        let change = action.update.as_ref().map_or_else(|| "remove".to_owned(), ToString::to_string);
        writeln!(out, "            {}: {}", line(&action.target), line(&change))?;
    }
    Ok(())
}

/// The documents before and after the amendments that were proved.
fn show(contract: &Contract, amendments: &[Amendment], out: &mut dyn Write) -> Result<(), Stop> {
    for (document, own) in by_document(amendments) {
        let Some(source) = contract.sources.iter().find(|source| source.published.name() == document) else { continue };
        let again = |document: &Document| Document::parse(document.name(), document.text().clone());
        let overlay = Document::parse("amendments.overlay.yaml", amend::overlay(document, &own))?;
        let before = Document::parse(document, format!("{:#}", source.effective))?;
        let mut documents = vec![before];
        for other in contract.sources.iter().filter(|other| other.published.name() != document) {
            documents.push(again(&other.published)?);
        }
        let amended = Contract::new(documents, vec![overlay])?;
        let Some(source) = amended.sources.iter().find(|source| source.published.name() == document) else { continue };
        let hunks = diff(source);
        if hunks.is_empty() {
            continue;
        }
        writeln!(out, "\n--- {document}\n+++ {document}, amended")?;
        for hunk in hunks {
            writeln!(out, "{}", hunk.header)?;
            for (tag, line) in hunk.lines {
                let sign = match tag {
                    ChangeTag::Equal => ' ',
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                };
                writeln!(out, "{sign}{line}")?;
            }
        }
    }
    Ok(())
}

fn by_document(amendments: &[Amendment]) -> BTreeMap<&str, Vec<&Amendment>> {
    let mut documents: BTreeMap<&str, Vec<&Amendment>> = BTreeMap::new();
    for amendment in amendments {
        documents.entry(&amendment.document).or_default().push(amendment);
    }
    documents
}

/// Writes an overlay for each document into `folder`. Returns the files.
pub(super) fn write(folder: &Path, amendments: &[Amendment]) -> Result<Vec<PathBuf>, Stop> {
    let documents = by_document(amendments);
    let single = documents.len() == 1;
    let mut files = Vec::new();
    for (document, own) in documents {
        let stem = Path::new(document).file_stem().unwrap_or_default().to_string_lossy();
        let name = if single { FILE.to_owned() } else { format!("amendments.{stem}.overlay.yaml") };
        let file = folder.join(name);
        let written =
            std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, amend::overlay(document, &own)));
        written.map_err(|error| Stop::message(format!("{} cannot be written: {error}", file.display())))?;
        files.push(file);
    }
    Ok(files)
}

/// The overlay of a run whose amendments are about one document.
const FILE: &str = "amendments.overlay.yaml";
