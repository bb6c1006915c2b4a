//! `--failed`: the cases that failed in the newest report of an environment.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::drift::Level;
use crate::generate;
use crate::outcome::{CaseResult, Outcome};
use crate::suite::Suite;

use super::plan::PlanArguments;
use super::{Stop, stored};

/// What failed in an earlier run.
#[derive(Debug)]
pub(super) struct Failed {
    /// The ids of the cases.
    pub(super) ids: Vec<String>,
    /// What random choices of that run started from.
    seed: u64,
    report: PathBuf,
}

impl Failed {
    /// What failed last in `environment`, whose reports are in `report_dir` or where they are by default; nothing where
    /// nobody asks.
    pub(super) fn last(
        plan: &PlanArguments,
        config: &Config,
        environment: &str,
        report_dir: Option<&Path>,
    ) -> Result<Option<Self>, Stop> {
        if !plan.failed {
            return Ok(None);
        }
        let report = stored::newest_of(config, environment, report_dir).map_err(|looked| {
            let looked = looked.display();
            Stop::with_help(
                format!("there is no report of `{environment}` yet: nothing is known to have failed ({looked})"),
                "run without --failed first",
            )
        })?;
        let outcome = stored::read(&report)?;
        let ids = failed(&outcome);
        if ids.is_empty() {
            return Err(Stop::Nothing(format!(
                "no case failed in {}: there is nothing to run again",
                report.display()
            )));
        }
        Ok(Some(Self { ids, seed: outcome.seed, report }))
    }

    /// Makes the cases of that run again: their ids say what they were made from.
    pub(super) fn seed(&self, plan: &PlanArguments, generation: &mut generate::Settings) {
        if plan.seed.is_none() {
            generation.seed = self.seed;
        }
    }

    /// Notes the cases that are not there any more; refuses to go on where none is.
    pub(super) fn check(&self, suite: &mut Suite) -> Result<(), Stop> {
        let known: BTreeSet<&str> = suite.cases.iter().map(|case| &*case.id.0).collect();
        let gone = self.ids.iter().filter(|id| !known.contains(id.as_str())).count();
        let report = self.report.display();
        if gone == self.ids.len() {
            return Err(Stop::Nothing(format!("none of the {gone} cases that failed in {report} is there any more")));
        }
        if gone > 0 {
            let of = self.ids.len();
            suite.notes.push(format!("{gone} of the {of} cases that failed in {report} are not there any more"));
        }
        Ok(())
    }
}

/// Cases that failed, and those that showed what later turned out to be a drift at level error.
fn failed(outcome: &Outcome) -> Vec<String> {
    let errors: BTreeSet<&str> =
        outcome.drifts.iter().filter(|drift| drift.level == Level::Error).map(|drift| drift.id.as_str()).collect();
    let cases = outcome.cases.iter().filter(|case| {
        case.result == CaseResult::Failed || case.drifts.iter().any(|drift| errors.contains(drift.as_str()))
    });
    cases.map(|case| case.id.clone()).collect()
}
