//! The whole pipeline on one page: load, lint, compose, plan, run, compare, report.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::baseline::{Baseline, Known};
use crate::case::{Case, arazzo};
use crate::check;
use crate::contract::{Contract, OperationId};
use crate::document::{Diagnostic, Document, Place, Severity};
use crate::drift::levels::Levels;
use crate::environment::{Environment, Secret, Target};
use crate::generate::{self, generate};
use crate::law;
use crate::mutation;
use crate::outcome::{Event, Outcome};
use crate::plan::{Plan, Selection};
use crate::run;
use crate::sandbox::fault::Fault;
use crate::sandbox::variation::Variation;
use crate::sandbox::{Options, Sandbox};

/// Where documents, overlays and cases are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// OpenAPI documents, files or folders.
    pub specs: Vec<PathBuf>,
    /// Overlays, files or folders, applied in name order.
    pub overlays: Vec<PathBuf>,
    /// Arazzo files or folders.
    pub cases: Vec<PathBuf>,
}

/// A contract with its cases, ready to be planned.
#[derive(Debug)]
pub struct Suite {
    /// The contract.
    pub contract: Contract,
    /// Written cases first, then generated ones.
    pub cases: Vec<Case>,
    /// What could not be composed, and why.
    pub notes: Vec<String>,
    /// Promises that no generated request shows from one of their sides, with the reason.
    pub impossible: Vec<(OperationId, Place, String)>,
}

/// Everything beside the suite that a run depends on.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// What random choices start from.
    pub seed: u64,
    /// What is run.
    pub selection: Selection,
    /// How much may be sent.
    pub limits: run::Limits,
    /// Levels that differ from the usual.
    pub levels: Levels,
    /// The file that remembers what is created; none where the target ends with the run.
    pub undo_log: Option<PathBuf>,
    /// Where all that happens is written down.
    pub journal: Option<run::JournalPlace>,
    /// Drifts that are accepted, on the day of the run.
    pub known: Known,
    /// What the built-in sandbox does wrong, where it is the target.
    pub fault: Option<&'static Fault>,
    /// Which freedom the built-in sandbox uses, where it is the target.
    pub variation: Option<&'static Variation>,
}

/// Why a run could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The built-in sandbox could not listen.
    #[error("the sandbox could not be started: {0}")]
    Sandbox(#[source] std::io::Error),
    /// The run could not be set up.
    #[error(transparent)]
    Run(#[from] run::SetupError),
}

impl Suite {
    /// Loads documents, overlays and cases, and generates what the schemas give rise to.
    ///
    /// # Errors
    /// Every mistake in a document, overlay or case file that keeps the run from starting, with its position.
    pub fn load(sources: &Sources, generation: &generate::Settings) -> Result<Self, Vec<Diagnostic>> {
        let contract = Contract::load(&sources.specs, &sources.overlays)?;
        let mut cases = written_from(&sources.cases, &contract, generation.seed)?;
        mutation::blame(&contract, &mut cases);
        let generated = generate(&contract, generation);
        cases.extend(generated.cases);
        let laws = law::compose(&contract, generation)?;
        cases.extend(laws.cases);
        let mut notes = generated.notes;
        notes.extend(laws.notes);
        for operation in &contract.operations {
            if let Some(reason) = &operation.disabled {
                notes.push(format!("{} cannot be used: {reason}", operation.id));
            }
        }
        Ok(Self { contract, cases, notes, impossible: generated.impossible })
    }

    /// The selected cases, in order.
    pub fn plan(&self, selection: &Selection) -> Plan<'_> {
        Plan::new(&self.contract, &self.cases, selection)
    }

    /// Entries of a baseline that accept nothing, because what they name does not exist.
    fn slips(&self, baseline: &Baseline) -> impl Iterator<Item = String> {
        slips(baseline, &self.contract).into_iter().map(|slip| {
            let help = slip.help.map(|help| format!("; {help}")).unwrap_or_default();
            let place = slip.position.map(|position| format!(":{position}")).unwrap_or_default();
            format!("{}{place}: {}{help}", slip.file, slip.message)
        })
    }

    /// Runs the plan against `environment` until it is done or `stop` resolves, and tells how it goes.
    ///
    /// # Errors
    /// When the run cannot start at all; whatever goes wrong later is part of the outcome.
    pub async fn run(
        &self,
        mut environment: Environment,
        settings: &Settings,
        stop: impl Future<Output = ()>,
        tell: &(dyn Fn(Event) + Sync),
    ) -> Result<Outcome, StartError> {
        let sandbox = match environment.target {
            Target::Sandbox => Some(start_sandbox(&mut environment, settings).await?),
            Target::BaseUrl(_) | Target::Server(_) => None,
        };
        let plan = self.plan(&settings.selection);
        let setup = run::Setup {
            seed: settings.seed,
            notes: self.notes.iter().cloned().chain(self.slips(&settings.known.baseline)).collect(),
            undo_log: settings.undo_log.as_deref(),
            journal: settings.journal.as_ref(),
            limits: settings.limits,
            impossible: &self.impossible,
            known: Some(&settings.known),
            ..run::Setup::new(&self.contract, &environment, &plan, &settings.levels)
        };
        let outcome = run::run(setup, stop, tell).await?;
        if let Some(sandbox) = sandbox {
            sandbox.stop().await;
        }
        Ok(outcome)
    }
}

/// The token of a sandbox that serves one run; long enough to be told apart from any word.
const TOKEN: &str = "sandbox-token-of-this-run";

async fn start_sandbox(environment: &mut Environment, settings: &Settings) -> Result<Sandbox, StartError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let options = Options { token: TOKEN.to_owned(), fault: settings.fault, variation: settings.variation };
    let sandbox = Sandbox::start(address, options).await.map_err(StartError::Sandbox)?;
    environment.target = Target::BaseUrl(sandbox.base_url());
    if environment.credentials.is_empty() {
        environment.credentials.push((None, Secret::new(sandbox.token())));
    }
    Ok(sandbox)
}

/// The rules that a drift may bear: checks and laws.
pub fn rules() -> impl Iterator<Item = &'static str> {
    let checks = check::registry::CHECKS.iter().map(|check| check.id);
    checks.chain(law::registry::LAWS.iter().map(|law| law.id))
}

/// What the baseline `file` accepts; nothing where there is no file.
///
/// # Errors
/// Everything that is wrong with it, with its position.
pub fn baseline(file: &Path) -> Result<Baseline, Vec<Diagnostic>> {
    if !file.exists() {
        return Ok(Baseline::default());
    }
    Baseline::read(Document::read(file).map_err(|error| vec![*error])?)
}

/// Entries of a baseline whose rule or operation does not exist, with their positions.
pub fn slips(baseline: &Baseline, contract: &Contract) -> Vec<Diagnostic> {
    let rules: Vec<&str> = rules().collect();
    let operations: Vec<&str> = contract.operations.iter().map(|operation| &*operation.id.0).collect();
    baseline.slips(&rules, &operations)
}

/// The written cases of files and folders.
///
/// # Errors
/// Everything that is wrong with any of them; a folder that cannot be listed.
pub fn written(paths: &[PathBuf], contract: &Contract) -> Result<Vec<Case>, Vec<Diagnostic>> {
    written_from(paths, contract, 0)
}

/// The same, where rows of inputs that are made start from `seed`.
fn written_from(paths: &[PathBuf], contract: &Contract, seed: u64) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let files = case_files(paths).map_err(|error| vec![*error])?;
    arazzo::read_all(&files, contract, seed)
}

/// The case files that `paths` name; a folder stands for those directly inside.
///
/// # Errors
/// A folder that cannot be listed.
pub fn case_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).map_err(|error| {
            Box::new(Diagnostic::file(
                Severity::Error,
                path.display().to_string(),
                format!("cannot be listed: {error}"),
            ))
        })?;
        let mut found: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|file| {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                [".arazzo.yaml", ".arazzo.yml", ".arazzo.json"].iter().any(|ending| name.ends_with(ending))
            })
            .collect();
        found.sort();
        files.extend(found);
    }
    Ok(files)
}
