//! What a run had found when its journal ended.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::registry::cause;
use crate::drift::Drift;
use crate::outcome::group::groups;
use crate::outcome::{CaseRecord, CaseResult, Count, FORMAT, OperationRecord, Outcome, Verdict};

use super::{Answer, Intent, Journal, Line, Planned, Purpose, Recorded};

/// Cases of a drift that are named.
const CASES: usize = 5;

/// The outcome of the run, as far as its journal tells; partial where that does not come to its end.
pub fn restore(journal: &Journal) -> Outcome {
    let begun = &journal.begun;
    let mut so_far = SoFar::default();
    for described in &begun.operations {
        so_far.operation(&described.operation, |record| {
            record.method.clone_from(&described.method);
            record.path.clone_from(&described.path);
        });
    }
    journal.lines.iter().for_each(|line| so_far.take(line));
    let SoFar { planned, ended, mut drifts, operations, evidence, exchanges, requests, end, last, .. } = so_far;
    drifts.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.id.cmp(&b.id)));
    let partial = end.is_none();
    let (verdict, seconds) = end.unwrap_or((Verdict::Interrupted, lasted(&begun.started, last.as_deref())));
    let reason = format!(
        "the run ended without a word: its journal breaks off after {exchanges} exchanges and {} of {} cases",
        ended.len(),
        planned.len()
    );
    Outcome {
        format: FORMAT.to_owned(),
        version: begun.version.clone(),
        verdict,
        exit_code: verdict.exit_code(),
        reasons: if partial { vec![reason] } else { Vec::new() },
        run: begun.run.clone(),
        started: begun.started.clone(),
        seconds,
        requests,
        seed: begun.seed,
        partial,
        environments: vec![begun.environment.clone()],
        documents: begun.documents.clone(),
        operations,
        cases: cases(&planned, ended),
        refused: Vec::new(),
        notes: vec!["made from the journal: what the gate kept back and what was left behind are not in it".to_owned()],
        left_behind: Vec::new(),
        evidence,
        groups: groups(&drifts, cause),
        drifts,
        baseline: Vec::new(),
        matrix: Vec::new(),
    }
}

/// What the lines so far tell.
#[derive(Debug, Default)]
struct SoFar {
    planned: Vec<Planned>,
    ended: Vec<CaseRecord>,
    drifts: Vec<Drift>,
    operations: Vec<OperationRecord>,
    evidence: Vec<crate::outcome::Evidence>,
    exchanges: u64,
    requests: u64,
    end: Option<(Verdict, f64)>,
    shown: BTreeMap<String, (u64, Vec<String>)>,
    /// When the last request left.
    last: Option<String>,
}

impl SoFar {
    fn take(&mut self, line: &Line) {
        match line {
            Line::Run(_) => {}
            Line::Plan { cases } => self.planned.clone_from(cases),
            Line::Exchange(recorded) => self.exchange(recorded),
            Line::Drift(drift) => {
                self.drifts.retain(|known| known.id != drift.id);
                self.drifts.push(self.counted(drift));
            }
            Line::Case(record) => self.ended.push(record.clone()),
            Line::Evidence { promises } => self.evidence.clone_from(promises),
            Line::End { verdict, seconds } => self.end = Some((*verdict, *seconds)),
        }
    }

    /// The drift as often as exchanges showed it.
    fn counted(&self, drift: &Drift) -> Drift {
        let mut drift = drift.clone();
        if let Some((times, cases)) = self.shown.get(&drift.id) {
            drift.occurrences = (*times).max(drift.occurrences);
            if drift.cases.is_empty() {
                drift.cases.clone_from(cases);
            }
        }
        drift
    }

    fn exchange(&mut self, recorded: &Recorded) {
        self.exchanges += 1;
        self.last = Some(recorded.at.clone());
        self.requests += u64::from(recorded.attempts);
        let status = match &recorded.answer {
            Answer::Response { status, .. } => Some(*status),
            Answer::Nothing { .. } => None,
        };
        let speaks = |status: u16| !matches!(status, 404 | 408..=410 | 423 | 425 | 429);
        let valid = recorded.purpose == Purpose::Case && recorded.intent == Intent::Valid && status.is_some_and(speaks);
        let documented = !recorded.drifts.iter().any(|id| id.starts_with("undocumented-status/"));
        let success = status.is_some_and(|status| (200..300).contains(&status)) && documented;
        let attempts = u64::from(recorded.attempts);
        let name = status.map_or_else(|| "no response".to_owned(), |status| status.to_string());
        self.operation(&recorded.operation, |record| {
            record.requests += attempts;
            record.valid += u64::from(valid);
            record.accepted += u64::from(valid && success);
            if let Some(count) = record.statuses.iter_mut().find(|count| count.name == name) {
                count.count += 1;
            } else {
                record.statuses.push(Count { name, count: 1 });
                record.statuses.sort_by(|a, b| a.name.cmp(&b.name));
            }
        });
        if matches!(recorded.purpose, Purpose::Case | Purpose::Fixture) {
            for id in &recorded.drifts {
                let (times, cases) = self.shown.entry(id.clone()).or_default();
                *times += 1;
                if cases.len() < CASES && !cases.contains(&recorded.case) {
                    cases.push(recorded.case.clone());
                }
                let times = *times;
                if let Some(drift) = self.drifts.iter_mut().find(|drift| drift.id == *id) {
                    drift.occurrences = drift.occurrences.max(times);
                }
            }
        }
    }

    fn operation(&mut self, name: &str, change: impl FnOnce(&mut OperationRecord)) {
        if !self.operations.iter().any(|record| record.operation == name) {
            self.operations.push(OperationRecord { operation: name.to_owned(), ..OperationRecord::default() });
        }
        if let Some(record) = self.operations.iter_mut().find(|record| record.operation == name) {
            change(record);
        }
    }
}

/// The cases that ended, in the order of the plan, and those that did not.
fn cases(planned: &[Planned], mut ended: Vec<CaseRecord>) -> Vec<CaseRecord> {
    let known: BTreeSet<String> = ended.iter().map(|record| record.id.clone()).collect();
    let missing = planned.iter().filter(|case| !known.contains(&case.id)).map(|case| CaseRecord {
        id: case.id.clone(),
        name: case.name.clone(),
        family: case.family.clone(),
        operations: case.operations.clone(),
        result: CaseResult::NotJudged { reason: "the run ended before it did".to_owned() },
        drifts: Vec::new(),
        requests: 0,
        milliseconds: 0,
    });
    ended.extend(missing);
    let place: BTreeMap<&str, usize> = planned.iter().enumerate().map(|(place, case)| (&*case.id, place)).collect();
    ended.sort_by_key(|record| place.get(record.id.as_str()).copied().unwrap_or(usize::MAX));
    ended
}

/// Seconds from one time to the other, where both are times.
fn lasted(from: &str, to: Option<&str>) -> f64 {
    let time = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let (Some(from), Some(to)) = (time(from), to.and_then(time)) else { return 0.0 };
    to.duration_since(from).as_secs_f64().max(0.0)
}
