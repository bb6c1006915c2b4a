//! Written cases and each operation's generated families as trials of a libtest-mimic harness.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use libtest_mimic::{Completion, Failed, Trial};
use tokio::runtime::Runtime;

use crate::baseline::Known;
use crate::case::{Case, Intent};
use crate::config::{Config, Overrides};
use crate::contract::{Operation, OperationId};
use crate::document::Diagnostic;
use crate::drift::{Level, State};
use crate::environment::{Class, Environment};
use crate::generate;
use crate::outcome::{CaseRecord, CaseResult, Outcome, Verdict};
use crate::plan::{self, Selection};
use crate::report::folder;
use crate::run::Limits;
use crate::suite::{self, Settings, Sources, Suite};

/// The generated family that begins with each operation's simplest valid request. Its trial answers for the operation:
/// it fails where nothing of the plan brings a documented success.
const SIMPLEST: &str = "minimal";

/// A suite and where it is judged: what all trials share.
#[derive(Debug)]
pub struct Harness {
    suite: Suite,
    environment: Environment,
    settings: Settings,
    runtime: OnceLock<Runtime>,
}

/// What runs together under one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Ids of its cases, in the order of the plan.
    pub cases: Vec<String>,
    /// Whether every request is one that should be refused.
    pub refusals: bool,
    /// The operation that it answers for.
    pub evidence: Option<OperationId>,
    /// Why it cannot run at all.
    pub disabled: Option<String>,
}

impl Harness {
    /// A harness over `suite` against `environment`.
    pub fn new(suite: Suite, environment: Environment, settings: Settings) -> Self {
        Self { suite, environment, settings, runtime: OnceLock::new() }
    }

    /// The suite that the `conform.toml` in `folder` describes, against its environment `name` or the default one.
    /// `lookup` reads the process environment.
    ///
    /// # Errors
    /// Every mistake in configuration, documents or cases; an environment of class production, of which nobody can say
    /// here that it is meant.
    pub fn load(folder: &Path, name: Option<&str>, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let config = Config::load(Some(&folder.join("conform.toml"))).map_err(|error| error.to_string())?;
        let mut environment =
            config.environment(name, &Overrides::default(), lookup).map_err(|error| error.to_string())?;
        let below = |paths: &[PathBuf]| paths.iter().map(|path| folder.join(path)).collect();
        let sources =
            Sources { specs: below(&config.specs), overlays: below(&config.overlays), cases: below(&config.cases) };
        let generation = generate::Settings {
            seed: config.seed,
            mark: environment.mark.clone(),
            depth: config.depth,
            hostile: environment.hostile,
            workers: 1,
        };
        let mut suite = Suite::load(&sources, &generation).map_err(|errors| lines(&errors))?;
        let rules: Vec<&str> = suite::rules().collect();
        let operations: Vec<&str> = suite.contract.operations.iter().map(|operation| &*operation.id.0).collect();
        let mut unknown = config.unknown_levels(&rules, &operations);
        unknown.extend(config.unknown_excluded(&environment.name, &operations));
        if !unknown.is_empty() {
            return Err(lines(&unknown));
        }
        suite.notes.extend(config.guard(&mut environment, &suite.contract.operations));
        if environment.class == Class::Production {
            return Err(format!("`{}` is production, which only `conform run` may judge", environment.name));
        }
        let lasting = environment.class != Class::Sandbox && environment.writes;
        let reports = folder.join(&config.reports).join(folder::component(&environment.name));
        let file = folder.join(config.baseline(&folder::component(&environment.name)));
        let baseline = suite::baseline(&file).map_err(|errors| lines(&errors))?;
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let settings = Settings {
            seed: config.seed,
            selection: Selection {
                exclude: environment.exclude.clone(),
                environment: Some(environment.name.clone()),
                read_only: !environment.writes,
                ..Selection::default()
            },
            limits: Limits::default(),
            levels: config.changed_levels(),
            undo_log: lasting.then(|| reports.join("created.ndjson")),
            known: Known { baseline, today },
            ..Settings::default()
        };
        Ok(Self::new(suite, environment, settings))
    }

    /// How many trials may run at the same time, where that is not a matter of the machine alone: an environment that
    /// others share has its own bounds, and they hold for one run at a time.
    pub fn threads(&self) -> Option<usize> {
        (self.environment.class != Class::Sandbox).then_some(1)
    }

    /// The trials: one for each written case and for each generated family of each operation, named `written::CASE` and
    /// `OPERATION::FAMILY`. Names are unique, and the same in every process.
    ///
    /// `tell` gets one line for each trial that fails or judges nothing, for whoever shows no more than that.
    pub fn trials(&'static self, tell: fn(&str)) -> Vec<Trial> {
        let trial = |(name, group): (String, Group)| {
            let ignored = group.disabled.is_some();
            let shown = name.clone();
            let run = move || {
                let judged = self.runtime()?.block_on(self.judge(&group));
                match &judged {
                    Err(text) => tell(&format!("Error: {shown}: {}", beginning(text))),
                    Ok(Some(reason)) => tell(&format!("{shown}: {}", beginning(reason))),
                    Ok(None) => {}
                }
                match judged? {
                    Some(reason) => Ok(Completion::ignored_with(reason)),
                    None => Ok(Completion::Completed),
                }
            };
            Trial::ignorable_test(name, run).with_ignored_flag(ignored)
        };
        self.groups().into_iter().map(trial).collect()
    }

    /// What runs under which name.
    pub fn groups(&self) -> BTreeMap<String, Group> {
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        let plan = self.suite.plan(&self.settings.selection);
        for case in plan.cases {
            let called = plan::called(case);
            let name = match called.first() {
                Some(operation) if plan::family(case) != "written" => name(operation, group(case)),
                _ => printable(&format!("written::{}", case.name)),
            };
            let refusals = !case.steps.is_empty()
                && case.steps.iter().all(|step| !matches!(step.intent, Intent::Valid | Intent::Unknown));
            let group = groups.entry(name).or_insert_with(|| Group { refusals, ..Group::default() });
            group.refusals &= refusals;
            group.cases.push(case.id.to_string());
        }
        // An operation without a case of its own must not be missed for it.
        for id in plan.operations {
            let disabled = self.suite.contract.operation(&id).and_then(|operation| operation.disabled.clone());
            let group = groups.entry(name(&id, if disabled.is_some() { "disabled" } else { SIMPLEST })).or_default();
            group.evidence = disabled.is_none().then_some(id);
            group.disabled = disabled;
        }
        groups
    }

    /// Runs the cases of one trial. Returns why nothing was judged, where that is so.
    ///
    /// # Errors
    /// The text of a trial that fails: drifts at level error, an environment that failed, an operation that never
    /// answered a documented success.
    pub async fn judge(&self, group: &Group) -> Result<Option<String>, String> {
        if let Some(reason) = &group.disabled {
            return Err(format!("the operation cannot be used: {reason}"));
        }
        let mut unjudged = Vec::new();
        if !group.cases.is_empty() {
            let outcome = self.run(Selection { cases: group.cases.clone(), ..self.settings.selection.clone() }).await?;
            if let Some(text) = failure(&outcome, group) {
                return Err(text);
            }
            unjudged = reasons(&outcome);
            let judged = outcome.cases.len() > unjudged.len();
            if judged && group.evidence.as_ref().is_none_or(|operation| succeeded(&outcome, operation)) {
                return Ok(None);
            }
        }
        if let Some(operation) = &group.evidence {
            self.evidence(operation).await?;
        }
        unjudged.dedup();
        Ok((!unjudged.is_empty()).then(|| format!("not judged: {}", unjudged.join("; "))))
    }

    /// Asks the whole plan of an operation, whose simplest request brought no success, for one.
    async fn evidence(&self, operation: &OperationId) -> Result<(), String> {
        let only = vec![operation.to_string()];
        let outcome = self.run(Selection { only, ..self.settings.selection.clone() }).await?;
        let promised = self.suite.contract.operation(operation).is_some_and(Operation::documents_success);
        let record = outcome.operations.iter().find(|record| record.operation == *operation.0);
        let missed = record.is_some_and(|record| record.accepted == 0 && record.not_exercised.is_none());
        if !(promised && missed) {
            return Ok(());
        }
        let answers = record.iter().flat_map(|record| &record.statuses);
        let answers: Vec<String> = answers.map(|count| format!("{}× {}", count.count, count.name)).collect();
        let answers = if answers.is_empty() { "nothing was sent".to_owned() } else { answers.join(", ") };
        let noted = self.suite.notes.iter().filter(|note| note.starts_with(&*operation.0)).cloned();
        let why: Vec<String> = noted.chain(reasons(&outcome)).map(|reason| format!("\n    {reason}")).collect();
        Err(format!("{operation} never answered a documented success ({answers}){}", why.concat()))
    }

    async fn run(&self, selection: Selection) -> Result<Outcome, String> {
        let settings = Settings { selection, ..self.settings.clone() };
        if let Some(folder) = settings.undo_log.as_deref().and_then(Path::parent) {
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let run = self.suite.run(self.environment.clone(), &settings, std::future::pending(), &|_| {});
        run.await.map_err(|error| error.to_string())
    }

    fn runtime(&self) -> Result<&Runtime, Failed> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let made = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| Failed::from(format!("no runtime: {error}")))?;
        Ok(self.runtime.get_or_init(|| made))
    }
}

/// The name under which a generated case is a trial: its family, where that is small, else what is expected of it.
fn group(case: &Case) -> &'static str {
    let family = plan::family(case);
    match case.steps.first().map(|step| &step.intent) {
        _ if matches!(family, SIMPLEST | "full" | "link" | "listed" | "unknown-id") => family,
        Some(Intent::Unauthorized) => "credentials",
        Some(Intent::Undeclared) => "undeclared-method",
        Some(Intent::Hostile) => "hostile",
        Some(Intent::Invalid(_) | Intent::Open | Intent::Absent) => "invalid",
        Some(Intent::Valid | Intent::Unknown) | None => "valid",
    }
}

/// `OPERATION::GROUP`
fn name(operation: &OperationId, family: &str) -> String {
    printable(&format!("{operation}::{family}"))
}

/// A name on one line, without space around it: harnesses list one name a line.
fn printable(name: &str) -> String {
    name.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The id of the first drift, and what it says.
fn beginning(text: &str) -> String {
    text.lines().take(2).map(str::trim).collect::<Vec<_>>().join(" ")
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Why cases were not judged.
fn reasons(outcome: &Outcome) -> Vec<String> {
    let reason = |case: &CaseRecord| match &case.result {
        CaseResult::NotJudged { reason } => Some(reason.clone()),
        CaseResult::Passed | CaseResult::Failed => None,
    };
    outcome.cases.iter().filter_map(reason).collect()
}

fn succeeded(outcome: &Outcome, operation: &OperationId) -> bool {
    outcome.operations.iter().any(|record| record.operation == *operation.0 && record.accepted > 0)
}

/// Why a trial fails: its drifts at level error that no baseline accepts, or an environment that failed. That one trial alone does not exercise
/// every operation is no failure.
fn failure(outcome: &Outcome, group: &Group) -> Option<String> {
    let drifts: Vec<String> = outcome
        .drifts
        .iter()
        .filter(|drift| drift.level == Level::Error && drift.state != State::Known)
        .map(|drift| {
            let curl = drift.witness.as_ref().map(|witness| format!("\n    {}", witness.curl)).unwrap_or_default();
            format!(
                "{}\n    {}:{}:{}: {}\n    promised: {}\n    came: {}{curl}",
                drift.id, drift.document, drift.line, drift.column, drift.message, drift.promised, drift.came
            )
        })
        .collect();
    if !drifts.is_empty() {
        return Some(drifts.join("\n"));
    }
    // Where only refusals are asked for, a documented refusal each time says nothing against the credentials.
    let refused = group.refusals && outcome.cases.iter().all(|case| case.result == CaseResult::Passed);
    (outcome.verdict == Verdict::Environment && !refused)
        .then(|| format!("the environment failed: {}", outcome.reasons.join("; ")))
}
