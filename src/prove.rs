//! The suite against what it is for: the sandbox with one fault after the other, and what was noticed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::drift::Level;
use crate::environment::Environment;
use crate::outcome::{Event, Outcome};
use crate::sandbox::fault::Fault;
use crate::suite::{Settings, StartError, Suite};

/// What the proof calls slow where the environment says nothing.
const SLOW_AFTER: Duration = Duration::from_secs(2);

/// What became of one fault.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The fault.
    pub fault: &'static Fault,
    /// Whether it was noticed, and by which rules.
    pub noticed: Noticed,
    /// How many requests had been answered in cases that were over when it was noticed, or at the end.
    pub requests: u64,
    /// How long that took.
    pub took: Duration,
}

/// Whether a fault was noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// By a rule that may claim it.
    Rightly(String),
    /// Only by rules that speak of something else.
    ByAccident(Vec<String>),
    /// Not at all.
    Survived,
}

/// Runs `suite` against the sandbox with each of `faults`, so many at a time; the trials stand in the order of the faults.
///
/// # Errors
/// When a run cannot start at all.
pub fn prove(
    suite: &Suite,
    (environment, settings): (&Environment, &Settings),
    (faults, healthy): (&[&'static Fault], &BTreeMap<String, Level>),
    workers: usize,
) -> Result<Vec<Trial>, StartError> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let work = || {
        while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
            let trial = trial(suite, (environment, settings), fault, healthy);
            done.lock().unwrap_or_else(PoisonError::into_inner).push(trial);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(work);
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut trials = done.into_iter().collect::<Result<Vec<Trial>, StartError>>()?;
    trials.sort_by_key(|trial| faults.iter().position(|fault| fault.id == trial.fault.id));
    Ok(trials)
}

/// What the suite says of the sandbox without any fault, notes apart, each with its level: nothing at level error, or it
/// proves nothing.
///
/// # Errors
/// When the run cannot start at all.
pub fn healthy(
    suite: &Suite,
    (environment, settings): (&Environment, &Settings),
) -> Result<BTreeMap<String, Level>, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Sandbox)?;
    let settings = Settings { fault: None, ..settings.clone() };
    let run = suite.run(with_a_time(environment), &settings, std::future::pending(), &|_| {});
    let outcome = runtime.block_on(run)?;
    let said = outcome.drifts.into_iter().filter(|drift| drift.level >= Level::Warning);
    Ok(said.map(|drift| (drift.id, drift.level)).collect())
}

/// An environment in which something is slow, because no document says when an answer is.
fn with_a_time(environment: &Environment) -> Environment {
    Environment { slow_after: environment.slow_after.or(Some(SLOW_AFTER)), ..environment.clone() }
}

/// Runs the suite against one fault until a rule names it that may.
fn trial(
    suite: &Suite,
    (environment, settings): (&Environment, &Settings),
    fault: &'static Fault,
    healthy: &BTreeMap<String, Level>,
) -> Result<Trial, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Sandbox)?;
    let settings = Settings { fault: Some(fault), ..settings.clone() };
    let (begun, requests, enough) = (Instant::now(), AtomicU64::new(0), Notify::new());
    let seen: Mutex<Option<(u64, Duration)>> = Mutex::new(None);
    let tell = |event: Event| match event {
        Event::CaseEnded(record) => {
            requests.fetch_add(record.requests, Ordering::Relaxed);
        }
        Event::DriftSeen { id, level }
            if level >= Level::Warning && !healthy.contains_key(&id) && claims(fault, rule(&id)) =>
        {
            let now = (requests.load(Ordering::Relaxed), begun.elapsed());
            seen.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(now);
            enough.notify_one();
        }
        _ => {}
    };
    let outcome = runtime.block_on(suite.run(with_a_time(environment), &settings, enough.notified(), &tell))?;
    let at = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (requests, took) = at.unwrap_or((outcome.requests, begun.elapsed()));
    Ok(Trial { fault, noticed: noticed(fault, &outcome, healthy), requests, took })
}

fn noticed(fault: &Fault, outcome: &Outcome, healthy: &BTreeMap<String, Level>) -> Noticed {
    let own = |id: &String| !healthy.contains_key(id);
    let said = outcome.drifts.iter().filter(|drift| drift.level >= Level::Warning && own(&drift.id));
    let mut rules: Vec<String> = said.map(|drift| drift.rule.clone()).collect();
    rules.sort();
    rules.dedup();
    match rules.iter().find(|rule| claims(fault, rule)) {
        Some(rule) => Noticed::Rightly(rule.clone()),
        None if rules.is_empty() => Noticed::Survived,
        None => Noticed::ByAccident(rules),
    }
}

fn rule(id: &str) -> &str {
    id.split('/').next().unwrap_or_default()
}

fn claims(fault: &Fault, rule: &str) -> bool {
    fault.noticed_by.contains(&rule)
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
