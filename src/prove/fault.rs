//! The sandbox with one fault after the other, and what was noticed.

use std::time::Duration;

use super::hunt::{Hunt, in_parallel};
use super::{Known, Verdict};
use crate::drift::Level;
use crate::environment::Environment;
use crate::outcome::{Event, Outcome};
use crate::sandbox::fault::Fault;
use crate::suite::{Settings, StartError, Suite};

/// What the proof calls slow where the environment says nothing: no document says when an answer is late.
const SLOW_AFTER: Duration = Duration::from_secs(2);

/// The suite with the sandbox that it is proved on.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The suite.
    pub suite: &'a Suite,
    /// The environment whose target is the sandbox.
    pub environment: &'a Environment,
    /// The settings of each run.
    pub settings: &'a Settings,
    /// How many runs go on at the same time.
    pub workers: usize,
}

/// What became of one fault.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The fault.
    pub fault: &'static Fault,
    /// Whether it was noticed, and by which rules.
    pub verdict: Verdict,
    /// How many requests had been answered in cases that were over when it was noticed, or at the end.
    pub requests: u64,
    /// How long that took.
    pub took: Duration,
}

/// The sandbox without any fault.
#[derive(Debug, Clone, Default)]
pub struct Healthy {
    /// What the suite says of it, from warnings on: nothing at level error, or it proves nothing.
    pub known: Known,
    /// The requests of a whole run.
    pub requests: u64,
}

impl Ground<'_> {
    /// Runs the suite against the sandbox with each of `faults`; the trials stand in their order.
    ///
    /// # Errors
    /// When a run cannot start at all.
    pub fn prove(&self, faults: &[&'static Fault], healthy: &Healthy) -> Result<Vec<Trial>, StartError> {
        let work = |fault: &&'static Fault| Some(self.trial(fault, &healthy.known));
        in_parallel(faults, self.workers, &|| true, &work).into_iter().collect()
    }

    /// Runs the suite against the sandbox without any fault.
    ///
    /// # Errors
    /// When the run cannot start at all.
    pub fn healthy(&self) -> Result<Healthy, StartError> {
        let settings = Settings { fault: None, ..self.settings.clone() };
        let outcome = self.run(&settings, std::future::pending(), &|_| {})?;
        let said = outcome.drifts.into_iter().filter(|drift| drift.level >= Level::Warning);
        Ok(Healthy { known: said.map(|drift| (drift.id, drift.level)).collect(), requests: outcome.requests })
    }

    /// Runs the suite against one fault until a rule names it that may.
    fn trial(&self, fault: &'static Fault, known: &Known) -> Result<Trial, StartError> {
        let settings = Settings { fault: Some(fault), ..self.settings.clone() };
        let hunt = Hunt::new(known, fault.noticed_by);
        let outcome = self.run(&settings, hunt.over(), &|event| hunt.hear(event))?;
        let (requests, took) = hunt.cost(&outcome);
        let verdict = hunt.verdict(&outcome).unwrap_or_else(|| Verdict::Survived(Vec::new()));
        Ok(Trial { fault, verdict, requests, took })
    }

    /// One run, on a runtime of its own.
    pub(super) fn run(
        &self,
        settings: &Settings,
        stop: impl Future<Output = ()>,
        tell: &(dyn Fn(Event) + Sync),
    ) -> Result<Outcome, StartError> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Sandbox)?;
        let slow_after = self.environment.slow_after.or(Some(SLOW_AFTER));
        let environment = Environment { slow_after, ..self.environment.clone() };
        runtime.block_on(self.suite.run(environment, settings, stop, tell))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::sandbox::fault::registry;
    use crate::suite;

    #[test]
    fn each_fault_has_an_id_of_its_own_and_names_rules_that_there_are() {
        let rules: BTreeSet<&str> = suite::rules().collect();
        let mut ids = BTreeSet::new();
        for fault in registry::faults() {
            assert!(ids.insert(fault.id), "{} is there twice", fault.id);
            assert!(fault.page.starts_with(&format!("# {}\n\n{}.\n", fault.id, fault.title)), "{}", fault.page);
            for rule in fault.noticed_by {
                assert!(rules.contains(rule), "{}: there is no rule `{rule}`", fault.id);
                assert!(fault.page.contains(&format!("`{rule}`")), "the page of {} leaves {rule} out", fault.id);
            }
        }
        assert!(ids.len() >= 150, "{}", ids.len());
    }
}
