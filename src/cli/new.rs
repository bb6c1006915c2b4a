//! `conform new case`: a case file to begin with.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::author::again::{self, Seen};
use crate::author::{self, Settings, Trouble};
use crate::case::arazzo;
use crate::config::{Config, Overrides};
use crate::contract::Contract;
use crate::document::{Document, nearest};
use crate::drift::Drift;
use crate::environment::Environment;
use crate::generate;
use crate::outcome::Outcome;
use crate::suite::Suite;

use super::output::Output;
use super::terminal::Terminal;
use super::{SourceArguments, Stop, exit, stored};

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

With --from, the file sends one request again and says what the documents promise to it: it fails as long as the drift is \
there, and passes when it is mended. ID is a drift or a case of the newest report, a case of `conform list`, or a place in \
a file: FILE.har#3 is the third entry, report.json#2 the second drift.

Examples:
  conform new case addPet getPet
  conform new case updatePet -o cases/risk-group.arazzo.yaml --name risk-group
  conform run --case risk-group/risk-group
  conform new case --from wrong-body/listPets/200/totalCount/type --env staging
  conform new case --from browser.har#1 -o cases/browser.arazzo.yaml")]
struct CaseArguments {
    /// Operations, in the order in which they are called
    #[arg(value_name = "OPERATION", required_unless_present = "from", conflicts_with = "from")]
    operations: Vec<String>,
    /// Write down what was found: the id of a drift or a case, or FILE#N
    #[arg(long, value_name = "ID")]
    from: Option<String>,
    /// The report that --from looks into; else the newest one of the environment
    #[arg(long, value_name = "FILE", requires = "from")]
    report: Option<PathBuf>,
    /// The workflow's id; else it is made of the operations' names
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Bodies as the documents give them in examples, where they do, instead of the smallest ones
    #[arg(long)]
    examples: bool,
    /// The environment whose report is meant, and whose settings say which members bear the mark of a run
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    #[command(flatten)]
    sources: SourceArguments,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(arguments: &Arguments, _terminal: &Terminal) -> Result<u8, Stop> {
    let What::Case(arguments) = &arguments.what;
    arguments.output.check()?;
    let config = arguments.sources.contract.config()?;
    // Nothing is sent, so any credential will do.
    let environment =
        config.environment(arguments.env.as_deref(), &Overrides::default(), &|_| Some("unused".to_owned()));
    let environment = environment.map_err(|error| Stop::message(error.to_string()))?;
    let settings = settings(arguments, &config, &environment);
    let text = if let Some(id) = &arguments.from {
        Origin { arguments, config: &config, environment: &environment, settings: &settings }.text(id)?
    } else {
        let sources = arguments.sources.contract.sources(&config)?;
        let contract = Contract::load(&sources.specs, &sources.overlays)?;
        verified(author::sequence(&contract, &arguments.operations, &settings)?, &contract)?
    };
    arguments.output.write(&text)?;
    Ok(exit::CONFORMANT)
}

fn settings(arguments: &CaseArguments, config: &Config, environment: &Environment) -> Settings {
    let beside = arguments.output.file().and_then(|file| file.parent().map(|folder| folder.display().to_string()));
    let usual = || config.cases.first().filter(|folder| folder.is_dir()).map(|folder| folder.display().to_string());
    Settings {
        name: arguments.name.clone(),
        mark: environment.mark.clone(),
        by_example: arguments.examples,
        folder: beside.or_else(usual).unwrap_or_default(),
    }
}

/// A file that is not a case file is never handed out.
fn verified(text: String, contract: &Contract) -> Result<String, Stop> {
    let document = Document::parse("new case", text.clone())?;
    arazzo::read(&document, contract)?;
    Ok(text)
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Message { message: trouble.message, help: trouble.help }
    }
}

/// What `--from` has at hand.
struct Origin<'a> {
    arguments: &'a CaseArguments,
    config: &'a Config,
    environment: &'a Environment,
    settings: &'a Settings,
}

impl Origin<'_> {
    fn text(&self, id: &str) -> Result<String, Stop> {
        let (file, rest) = match id.rsplit_once('#') {
            Some((file, rest)) if Path::new(file).is_file() => (Some(PathBuf::from(file)), rest),
            _ => (None, id),
        };
        if let Some(file) = &file
            && let Some(seen) = entry(file, rest)?
        {
            let sources = self.arguments.sources.contract.sources(self.config)?;
            let contract = Contract::load(&sources.specs, &sources.overlays)?;
            return verified(again::recorded(&contract, &seen, self.settings)?, &contract);
        }
        let named = file.or_else(|| self.arguments.report.clone());
        let newest = || stored::newest(&stored::home(self.config, &self.environment.name));
        let report = named.clone().or_else(newest).map(|file| stored::read(&file)).transpose()?;
        let suite = self.suite(report.as_ref())?;
        let drifts = report.as_ref().map(|report| report.drifts.as_slice()).unwrap_or_default();
        let numbered = named.as_ref().and_then(|_| drifts.get(rest.parse::<usize>().ok()?.checked_sub(1)?));
        if let Some(drift) = numbered.or_else(|| drifts.iter().find(|drift| drift.id == rest)) {
            let mark = report.as_ref().map_or("", |report| report.run.as_str());
            return verified(again::drift(&suite.contract, drift, &suite.cases, mark, self.settings)?, &suite.contract);
        }
        if let Some(case) = suite.cases.iter().find(|case| *case.id.0 == *rest || case.name == rest) {
            return verified(again::case(&suite.contract, case, self.settings)?, &suite.contract);
        }
        Err(self.unknown(rest, drifts, &suite, report.is_some()))
    }

    fn unknown(&self, id: &str, drifts: &[Drift], suite: &Suite, reported: bool) -> Stop {
        let known = drifts.iter().map(|drift| drift.id.as_str());
        let known = known.chain(suite.cases.iter().flat_map(|case| [&*case.id.0, case.name.as_str()]));
        let help = match nearest(id, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if !reported => {
                format!("there is no report of `{}` yet; --report names another", self.environment.name)
            }
            None => "the report shows the ids of drifts, and `conform list` those of cases".to_owned(),
        };
        Stop::with_help(format!("nothing is called `{}`", id.escape_debug()), help)
    }

    /// The cases as the run had them.
    fn suite(&self, report: Option<&Outcome>) -> Result<Suite, Stop> {
        let generation = generate::Settings {
            seed: report.map_or(self.config.seed, |report| report.seed),
            mark: self.environment.mark.clone(),
            depth: self.config.depth,
            hostile: self.environment.hostile,
            workers: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        };
        Ok(Suite::load(&self.arguments.sources.sources(self.config)?, &generation)?)
    }
}

/// The entry `number`, counted from 1, where the file is an HTTP archive.
fn entry(file: &Path, number: &str) -> Result<Option<Seen>, Stop> {
    let document = Document::read(file)?;
    let Some(entries) = document.value().get("log").and_then(|log| log.get("entries")).and_then(Value::as_array) else {
        return Ok(None);
    };
    let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let Some(request) = index.and_then(|index| entries.get(index)).and_then(|entry| entry.get("request")) else {
        let help = format!("it has {} entries, counted from 1", entries.len());
        return Err(Stop::with_help(format!("{} has no entry {number:?}", file.display()), help));
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let headers = request.get("headers").and_then(Value::as_array).into_iter().flatten();
    Ok(Some(Seen {
        method: text(request.get("method")).unwrap_or_default(),
        url: text(request.get("url")).unwrap_or_default(),
        headers: headers.filter_map(|field| Some((text(field.get("name"))?, text(field.get("value"))?))).collect(),
        body: text(request.get("postData").and_then(|data| data.get("text"))),
    }))
}
