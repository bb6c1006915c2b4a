//! Written cases and each operation's generated families as trials of a libtest-mimic harness.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use libtest_mimic::{Failed, Trial};
use tokio::runtime::Runtime;

use crate::drift::Level;
use crate::environment::Environment;
use crate::outcome::{CaseResult, Outcome, Verdict};
use crate::plan::{self, Selection};
use crate::suite::{Settings, Suite};

/// A suite and where it is judged: what all trials share.
#[derive(Debug)]
pub struct Harness {
    suite: Suite,
    environment: Environment,
    settings: Settings,
    runtime: OnceLock<Runtime>,
}

impl Harness {
    /// A harness over `suite` against `environment`.
    pub fn new(suite: Suite, environment: Environment, settings: Settings) -> Self {
        Self { suite, environment, settings, runtime: OnceLock::new() }
    }

    /// One trial for each written case and for each generated family of each operation, named
    /// `OPERATION::FAMILY` and `written::CASE`. Names are unique and the same in every process.
    pub fn trials(&'static self) -> Vec<Trial> {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for case in self.suite.plan(&self.settings.selection).cases {
            let name = match plan::family(case) {
                "written" => format!("written::{}", case.name),
                family => {
                    let operations = plan::called(case);
                    let operation = operations.first().map(ToString::to_string).unwrap_or_default();
                    format!("{operation}::{family}")
                }
            };
            groups.entry(name).or_default().push(case.id.to_string());
        }
        groups.into_iter().map(|(name, cases)| Trial::test(name, move || self.judge(cases))).collect()
    }

    /// Runs the cases of one trial.
    fn judge(&self, cases: Vec<String>) -> Result<(), Failed> {
        let settings =
            Settings { selection: Selection { cases, ..self.settings.selection.clone() }, ..self.settings.clone() };
        let runtime = self.runtime()?;
        let run = self.suite.run(self.environment.clone(), &settings, std::future::pending(), &|_| {});
        let outcome = runtime.block_on(run).map_err(|error| Failed::from(error.to_string()))?;
        match failure(&outcome) {
            Some(text) => Err(Failed::from(text)),
            None => Ok(()),
        }
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

/// Why a trial fails: its drifts at level error, an environment that gave no answer, or nothing that could be judged,
/// unless the environment forbids it. That one trial alone may bring no documented success is no failure.
fn failure(outcome: &Outcome) -> Option<String> {
    let drifts: Vec<String> = outcome
        .drifts
        .iter()
        .filter(|drift| drift.level == Level::Error)
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
    let reasons = outcome.reasons.join("; ");
    if outcome.verdict == Verdict::Environment {
        return Some(format!("the environment failed: {reasons}"));
    }
    let unjudged = outcome.cases.iter().all(|case| matches!(case.result, CaseResult::NotJudged { .. }));
    (unjudged && outcome.refused.is_empty()).then(|| format!("nothing was judged: {reasons}"))
}
