//! Runs in several environments as one report: everything that they found, and where.

use std::collections::BTreeMap;

use crate::drift::{Cause, Drift, Stability, State};

use super::group::groups;
use super::matrix::matrix;
use super::{
    CaseRecord, CaseResult, Count, EnvironmentFacts, Evidence, LeftBehind, OperationRecord, Outcome, RunFacts, Verdict,
};

/// One report of runs in different environments, in this order; `cause` says what tells causes apart among the drifts of a
/// rule. Nothing where there is no run.
pub fn environments(outcomes: &[Outcome], cause: impl Fn(&str) -> Cause) -> Option<Outcome> {
    let first = outcomes.first()?;
    if outcomes.len() == 1 {
        return Some(first.clone());
    }
    let mut drifts = drifts(outcomes);
    drifts.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.id.cmp(&b.id)));
    let verdict = outcomes.iter().map(|outcome| outcome.verdict).max_by_key(|verdict| weight(*verdict))?;
    let runs: Vec<&str> = outcomes.iter().map(|outcome| outcome.run.as_str()).collect();
    Some(Outcome {
        verdict,
        exit_code: verdict.exit_code(),
        reasons: each(outcomes, |outcome| outcome.reasons.clone()),
        run: runs.join("+"),
        started: outcomes.iter().map(|outcome| outcome.started.clone()).min().unwrap_or_default(),
        seconds: outcomes.iter().map(|outcome| outcome.seconds).fold(0.0, f64::max),
        requests: outcomes.iter().map(|outcome| outcome.requests).sum(),
        partial: outcomes.iter().any(|outcome| outcome.partial),
        environments: outcomes.iter().flat_map(facts).collect(),
        operations: operations(outcomes),
        cases: cases(outcomes),
        groups: groups(&drifts, cause),
        matrix: matrix(&drifts, outcomes),
        refused: counts(outcomes.iter().flat_map(|outcome| &outcome.refused)),
        notes: each(outcomes, |outcome| outcome.notes.clone()),
        left_behind: outcomes.iter().flat_map(left_behind).collect(),
        evidence: evidence(outcomes),
        baseline: outcomes.iter().flat_map(baseline).collect(),
        drifts,
        ..first.clone()
    })
}

/// What decides about all where environments differ: a drift is one wherever it shows, and nothing is conformant where an
/// environment could not be judged.
fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Conformant => 0,
        Verdict::NotEnoughEvidence => 1,
        Verdict::Environment => 2,
        Verdict::Drift => 3,
        Verdict::Interrupted => 4,
    }
}

fn facts(outcome: &Outcome) -> Vec<EnvironmentFacts> {
    let run = RunFacts {
        run: outcome.run.clone(),
        verdict: outcome.verdict,
        requests: outcome.requests,
        seconds: outcome.seconds,
        partial: outcome.partial,
    };
    let with_run = |facts: &EnvironmentFacts| EnvironmentFacts { run: Some(run.clone()), ..facts.clone() };
    outcome.environments.iter().map(with_run).collect()
}

/// What every environment says once, and what one of them says with its name.
fn each(outcomes: &[Outcome], of: impl Fn(&Outcome) -> Vec<String>) -> Vec<String> {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for outcome in outcomes {
        for text in of(outcome) {
            match said.iter_mut().find(|(known, _)| *known == text) {
                Some((_, names)) => names.push(outcome.environment()),
                None => said.push((text, vec![outcome.environment()])),
            }
        }
    }
    let line = |(text, names): (String, Vec<&str>)| {
        if names.len() >= outcomes.len() { text } else { format!("{}: {text}", names.join(", ")) }
    };
    said.into_iter().map(line).collect()
}

fn drifts(outcomes: &[Outcome]) -> Vec<Drift> {
    let mut all: BTreeMap<&str, Drift> = BTreeMap::new();
    for drift in outcomes.iter().flat_map(|outcome| &outcome.drifts) {
        let Some(known) = all.get_mut(drift.id.as_str()) else {
            all.insert(&drift.id, drift.clone());
            continue;
        };
        let (occurrences, stability) =
            (known.occurrences.saturating_add(drift.occurrences), together(known.stability, drift.stability));
        let state = if rank(drift.state) > rank(known.state) { drift.state } else { known.state };
        // What it says there is said of where it is worse.
        if drift.level > known.level {
            let cases = std::mem::take(&mut known.cases);
            *known = Drift { cases, ..drift.clone() };
        }
        known.cases.extend(drift.cases.iter().cloned());
        known.cases.sort();
        known.cases.dedup();
        (known.occurrences, known.stability, known.state) = (occurrences, stability, state);
    }
    all.into_values().collect()
}

fn rank(state: State) -> u8 {
    match state {
        State::Known => 0,
        State::Expired => 1,
        State::New => 2,
    }
}

/// Whether it shows each time, where it was asked for in two environments.
fn together(one: Stability, other: Stability) -> Stability {
    let asked = |stability: Stability| match stability {
        Stability::Unconfirmed => None,
        Stability::Stable { asked } => Some((asked, asked)),
        Stability::Intermittent { seen, asked } => Some((seen, asked)),
    };
    match (asked(one), asked(other)) {
        (None, _) => other,
        (_, None) => one,
        (Some((seen, asked)), Some((more_seen, more_asked))) => {
            let (seen, asked) = (seen.saturating_add(more_seen), asked.saturating_add(more_asked));
            if seen == asked { Stability::Stable { asked } } else { Stability::Intermittent { seen, asked } }
        }
    }
}

fn operations(outcomes: &[Outcome]) -> Vec<OperationRecord> {
    let mut all: Vec<OperationRecord> = Vec::new();
    let mut reasons: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for outcome in outcomes {
        for record in &outcome.operations {
            if let Some(reason) = &record.not_exercised {
                reasons.entry(record.operation.clone()).or_default().push((outcome.environment(), reason));
            }
            let Some(known) = all.iter_mut().find(|known| known.operation == record.operation) else {
                all.push(record.clone());
                continue;
            };
            known.requests = known.requests.saturating_add(record.requests);
            known.valid = known.valid.saturating_add(record.valid);
            known.accepted = known.accepted.saturating_add(record.accepted);
            known.statuses = counts(known.statuses.iter().chain(&record.statuses));
            known.judged = counts(known.judged.iter().chain(&record.judged));
        }
    }
    for record in &mut all {
        let reasons = reasons.remove(&record.operation).unwrap_or_default();
        let same = reasons.iter().all(|(_, reason)| reasons.first().is_some_and(|(_, first)| first == reason));
        record.not_exercised = match reasons.first() {
            Some((_, reason)) if same && reasons.len() == outcomes.len() => Some((*reason).to_owned()),
            Some(_) if reasons.len() == outcomes.len() => {
                let each: Vec<String> = reasons.iter().map(|(name, reason)| format!("{name}: {reason}")).collect();
                Some(each.join("; "))
            }
            _ => None,
        };
    }
    all
}

/// The sum of each count, by name.
fn counts<'a>(all: impl Iterator<Item = &'a Count>) -> Vec<Count> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for count in all {
        let sum = sums.entry(&count.name).or_default();
        *sum = sum.saturating_add(count.count);
    }
    sums.into_iter().map(|(name, count)| Count { name: name.to_owned(), count }).collect()
}

/// A case that failed anywhere failed; one that was judged anywhere was judged.
fn cases(outcomes: &[Outcome]) -> Vec<CaseRecord> {
    let mut all: Vec<CaseRecord> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        for case in &outcome.cases {
            let Some(known) = places.get(case.id.as_str()).and_then(|at| all.get_mut(*at)) else {
                places.insert(&case.id, all.len());
                all.push(CaseRecord { result: of(&case.result, outcome.environment()), ..case.clone() });
                continue;
            };
            known.requests = known.requests.saturating_add(case.requests);
            known.milliseconds = known.milliseconds.saturating_add(case.milliseconds);
            known.drifts.extend(case.drifts.iter().cloned());
            known.drifts.sort();
            known.drifts.dedup();
            known.result = match (&known.result, &case.result) {
                (CaseResult::Failed, _) | (_, CaseResult::Failed) => CaseResult::Failed,
                (CaseResult::Passed, _) | (_, CaseResult::Passed) => CaseResult::Passed,
                (unjudged @ CaseResult::NotJudged { .. }, _) => unjudged.clone(),
            };
        }
    }
    all
}

fn of(result: &CaseResult, environment: &str) -> CaseResult {
    match result {
        CaseResult::NotJudged { reason } => CaseResult::NotJudged { reason: format!("{environment}: {reason}") },
        judged => judged.clone(),
    }
}

fn left_behind(outcome: &Outcome) -> impl Iterator<Item = LeftBehind> {
    let place = format!("{}, run {}", outcome.environment(), outcome.run);
    let told = move |left: &LeftBehind| LeftBehind { reason: format!("{} ({place})", left.reason), ..left.clone() };
    outcome.left_behind.iter().map(told)
}

fn baseline(outcome: &Outcome) -> impl Iterator<Item = super::Accepted> {
    let environment = Some(outcome.environment().to_owned());
    outcome.baseline.iter().map(move |entry| super::Accepted { environment: environment.clone(), ..entry.clone() })
}

fn evidence(outcomes: &[Outcome]) -> Vec<Evidence> {
    let mut all: BTreeMap<(&str, &str, &str), Evidence> = BTreeMap::new();
    for evidence in outcomes.iter().flat_map(|outcome| &outcome.evidence) {
        let key = (evidence.operation.as_str(), evidence.document.as_str(), evidence.pointer.as_str());
        let Some(known) = all.get_mut(&key) else {
            all.insert(key, evidence.clone());
            continue;
        };
        known.valid = known.valid.saturating_add(evidence.valid);
        known.invalid = known.invalid.saturating_add(evidence.invalid);
        known.impossible = known.impossible.take().filter(|_| evidence.impossible.is_some());
    }
    all.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drift_is_worse_than_an_outage_and_an_outage_than_too_little() {
        let worst = |verdicts: &[Verdict]| verdicts.iter().copied().max_by_key(|verdict| weight(*verdict));
        for (verdicts, expected) in [
            (&[Verdict::Conformant, Verdict::Conformant][..], Verdict::Conformant),
            (&[Verdict::Conformant, Verdict::NotEnoughEvidence], Verdict::NotEnoughEvidence),
            (&[Verdict::Environment, Verdict::NotEnoughEvidence], Verdict::Environment),
            (&[Verdict::Environment, Verdict::Drift, Verdict::Conformant], Verdict::Drift),
            (&[Verdict::Drift, Verdict::Interrupted], Verdict::Interrupted),
        ] {
            assert_eq!(worst(verdicts), Some(expected));
        }
    }

    #[test]
    fn what_was_asked_for_twice_is_stable_where_it_always_showed() {
        let (stable, shaky) = (Stability::Stable { asked: 3 }, Stability::Intermittent { seen: 1, asked: 3 });
        assert_eq!(together(stable, stable), Stability::Stable { asked: 6 });
        assert_eq!(together(stable, shaky), Stability::Intermittent { seen: 4, asked: 6 });
        assert_eq!(together(Stability::Unconfirmed, shaky), shaky);
        assert_eq!(together(stable, Stability::Unconfirmed), stable);
    }
}
