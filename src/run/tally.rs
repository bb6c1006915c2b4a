//! What the run has seen so far, operation by operation and drift by drift.

use std::collections::BTreeMap;

use crate::case::{CaseId, Intent};
use crate::check::registry::CHECKS;
use crate::contract::{Contract, Operation, OperationId};
use crate::drift::{Finding, Level, Stability, State, Witness};
use crate::outcome::{Count, OperationRecord};

/// Counters of one operation.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) requests: u64,
    pub(super) valid: u64,
    pub(super) accepted: u64,
    /// Requests with the environment's credentials that were answered at all.
    pub(super) authorized: u64,
    /// … of which with 401 or 403.
    pub(super) unauthorized: u64,
    pub(super) statuses: BTreeMap<String, u64>,
    /// By rule, how many exchanges it judged.
    pub(super) judged: BTreeMap<&'static str, u64>,
    pub(super) forbidden: Option<String>,
}

/// A drift as it is being collected.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) finding: Finding,
    pub(super) operation: OperationId,
    pub(super) status: Option<u16>,
    pub(super) overlay: Option<String>,
    pub(super) occurrences: u64,
    pub(super) cases: Vec<CaseId>,
    pub(super) witness: Option<Witness>,
    pub(super) stability: Stability,
    pub(super) state: State,
}

/// How many cases of a drift are named.
const CASES_NAMED: usize = 5;

/// What one exchange adds to a drift.
#[derive(Debug, Clone)]
pub(super) struct Sighting {
    pub(super) id: String,
    pub(super) finding: Finding,
    pub(super) operation: OperationId,
    pub(super) status: Option<u16>,
    pub(super) overlay: Option<String>,
    pub(super) witness: Witness,
}

/// Everything counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) requests: u64,
    pub(super) operations: BTreeMap<OperationId, Counters>,
    pub(super) drifts: BTreeMap<String, Seen>,
}

/// What one answered or unanswered request counts as.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered<'a> {
    pub(super) operation: &'a Operation,
    pub(super) intent: &'a Intent,
    pub(super) with_credentials: bool,
    pub(super) attempts: u32,
    pub(super) status: Option<u16>,
}

impl Tally {
    /// Counts one exchange.
    pub(super) fn exchange(&mut self, answered: Answered<'_>) {
        self.requests += u64::from(answered.attempts);
        let counters = self.operations.entry(answered.operation.id.clone()).or_default();
        counters.requests += u64::from(answered.attempts);
        let name = answered.status.map_or_else(|| "no response".to_owned(), |status| status.to_string());
        *counters.statuses.entry(name).or_default() += 1;
        let Some(status) = answered.status else { return };
        let success = (200..300).contains(&status) && answered.operation.response(status).is_some();
        match answered.intent {
            Intent::Valid => {
                counters.valid += 1;
                counters.accepted += u64::from(success);
            }
            // A written step says itself what it expects, so only its successes are evidence.
            Intent::Unknown if success => {
                counters.valid += 1;
                counters.accepted += 1;
            }
            _ => {}
        }
        if answered.with_credentials {
            counters.authorized += 1;
            counters.unauthorized += u64::from(matches!(status, 401 | 403));
        }
    }

    /// Adds what the judges said of one exchange. Returns whether the drift is new in this run.
    pub(super) fn sighting(&mut self, case: &CaseId, sighting: Sighting) -> bool {
        if let Some(seen) = self.drifts.get_mut(&sighting.id) {
            seen.occurrences += 1;
            if !seen.cases.contains(case) && seen.cases.len() < CASES_NAMED {
                seen.cases.push(case.clone());
            }
            seen.finding.level = seen.finding.level.max(sighting.finding.level);
            return false;
        }
        let seen = Seen {
            finding: sighting.finding,
            operation: sighting.operation,
            status: sighting.status,
            overlay: sighting.overlay,
            occurrences: 1,
            cases: vec![case.clone()],
            witness: Some(sighting.witness),
            stability: Stability::Unconfirmed,
            state: State::New,
        };
        self.drifts.insert(sighting.id, seen);
        true
    }

    /// Counts an exchange that every check judged.
    pub(super) fn judged(&mut self, operation: &Operation) {
        let counters = self.operations.entry(operation.id.clone()).or_default();
        for check in CHECKS {
            *counters.judged.entry(check.id).or_default() += 1;
        }
    }

    /// Remembers why a request to `operation` was kept back.
    pub(super) fn forbidden(&mut self, operation: &OperationId, reason: String) {
        self.operations.entry(operation.clone()).or_default().forbidden.get_or_insert(reason);
    }

    /// The ids of the drifts at level error.
    pub(super) fn errors(&self) -> Vec<String> {
        self.drifts.iter().filter(|(_, seen)| seen.finding.level == Level::Error).map(|(id, _)| id.clone()).collect()
    }

    /// One record for each of `operations`.
    pub(super) fn records(&self, contract: &Contract, operations: &[OperationId]) -> Vec<OperationRecord> {
        let none = Counters::default();
        let record = |id: &OperationId| {
            let operation = contract.operation(id)?;
            let counters = self.operations.get(id).unwrap_or(&none);
            let statuses = counters.statuses.iter();
            Some(OperationRecord {
                operation: id.to_string(),
                method: operation.method.clone(),
                path: operation.path.text.clone(),
                requests: counters.requests,
                valid: counters.valid,
                accepted: counters.accepted,
                statuses: statuses.map(|(name, count)| Count { name: name.clone(), count: *count }).collect(),
                judged: counters
                    .judged
                    .iter()
                    .map(|(rule, count)| Count { name: (*rule).to_owned(), count: *count })
                    .collect(),
                not_exercised: operation
                    .disabled
                    .clone()
                    .or_else(|| if counters.requests == 0 { counters.forbidden.clone() } else { None }),
            })
        };
        operations.iter().filter_map(record).collect()
    }
}
