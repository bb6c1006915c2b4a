//! `conform new case`: a case file to begin with.

use clap::{Args, Subcommand};

use crate::author::{self, Settings, Trouble};
use crate::case::arazzo;
use crate::config::{Config, Overrides};
use crate::contract::Contract;
use crate::document::Document;

use super::output::Output;
use super::terminal::Terminal;
use super::{ContractArguments, Stop, exit};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A case file: a step for each operation, with the smallest request that should be accepted
    Case(CaseArguments),
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Each step sends the smallest request that should be accepted, with --examples the document's own example. Ids go from \
the answers of earlier steps to later ones; a step that creates what nobody before created is put in front, under a \
comment. The file runs as it is: change what matters, and add what the documents promise as criteria.

Examples:
  conform new case AddCustomer GetOneCustomer
  conform new case UpdateOneCustomer -o cases/risk-group.arazzo.yaml --name risk-group
  conform run --case risk-group/risk-group")]
struct CaseArguments {
    /// Operations, in the order in which they are called
    #[arg(value_name = "OPERATION", required = true)]
    operations: Vec<String>,
    /// The workflow's id; else it is made of the operations' names
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Bodies as the documents give them in examples, where they do, instead of the smallest ones
    #[arg(long)]
    examples: bool,
    /// The environment whose settings say which members bear the mark of a run; else the configuration's default
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    #[command(flatten)]
    contract: ContractArguments,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<u8, Stop> {
    let What::Case(arguments) = &arguments.what;
    case(arguments, terminal)
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Message { message: trouble.message, help: trouble.help }
    }
}

fn case(arguments: &CaseArguments, _terminal: &Terminal) -> Result<u8, Stop> {
    arguments.output.check()?;
    let config = arguments.contract.config()?;
    let sources = arguments.contract.sources(&config)?;
    let contract = Contract::load(&sources.specs, &sources.overlays)?;
    let settings = settings(arguments, &config)?;
    let text = author::sequence(&contract, &arguments.operations, &settings)?;
    verify(&text, &contract)?;
    arguments.output.write(&text)?;
    Ok(exit::CONFORMANT)
}

fn settings(arguments: &CaseArguments, config: &Config) -> Result<Settings, Stop> {
    // Nothing is sent, so any credential will do.
    let environment =
        config.environment(arguments.env.as_deref(), &Overrides::default(), &|_| Some("unused".to_owned()));
    let environment = environment.map_err(|error| Stop::message(error.to_string()))?;
    let beside = arguments.output.file().and_then(|file| file.parent().map(|folder| folder.display().to_string()));
    let usual = || config.cases.first().filter(|folder| folder.is_dir()).map(|folder| folder.display().to_string());
    Ok(Settings {
        name: arguments.name.clone(),
        mark: environment.mark,
        by_example: arguments.examples,
        folder: beside.or_else(usual).unwrap_or_default(),
    })
}

/// A file that is not a case file is never handed out.
fn verify(text: &str, contract: &Contract) -> Result<(), Stop> {
    let document = Document::parse("new case", text.to_owned())?;
    arazzo::read(&document, contract)?;
    Ok(())
}
