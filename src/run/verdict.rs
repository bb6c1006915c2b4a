//! What a run amounts to: drift, environment, evidence, in this order of what may be trusted.

use crate::contract::{Contract, OperationId};
use crate::outcome::{CaseRecord, CaseResult, OperationRecord, Verdict};

use super::tally::Tally;

/// Everything that decides.
pub(super) struct Facts<'a> {
    pub(super) contract: &'a Contract,
    pub(super) tally: &'a Tally,
    pub(super) records: &'a [OperationRecord],
    pub(super) ended: &'a [CaseRecord],
    pub(super) selected: &'a [OperationId],
    pub(super) cases: usize,
    pub(super) broken: Option<String>,
    pub(super) answered: u64,
    pub(super) interrupted: bool,
}

/// From so many answers on a share says something.
const ANSWERS: u64 = 8;

/// The verdict with its reasons, one sentence each.
pub(super) fn verdict(facts: &Facts<'_>) -> (Verdict, Vec<String>) {
    if facts.interrupted {
        return (Verdict::Interrupted, vec!["interrupted before the end of the plan".to_owned()]);
    }
    if let Some(reason) = environment(facts) {
        return (Verdict::Environment, vec![reason]);
    }
    let errors = facts.tally.errors().len();
    if errors > 0 {
        let plural = if errors == 1 { "drift" } else { "drifts" };
        return (Verdict::Drift, vec![format!("{errors} {plural} at level error")]);
    }
    let gaps = gaps(facts);
    if gaps.is_empty() { (Verdict::Conformant, Vec::new()) } else { (Verdict::NotEnoughEvidence, gaps) }
}

/// Why the environment, not the implementation, is to blame; if it is.
fn environment(facts: &Facts<'_>) -> Option<String> {
    if let Some(reason) = &facts.broken {
        return Some(reason.clone());
    }
    let counters = || facts.tally.operations.values();
    let authorized: u64 = counters().map(|c| c.authorized).sum();
    let unauthorized: u64 = counters().map(|c| c.unauthorized).sum();
    if authorized > 0 && authorized == unauthorized {
        return Some(
            "the credentials were refused everywhere: each request that carried them was answered 401 or 403".into(),
        );
    }
    let failing: u64 = counters().flat_map(|c| &c.statuses).filter(|(s, _)| s.starts_with('5')).map(|(_, n)| n).sum();
    if facts.answered >= ANSWERS && failing * 10 >= facts.answered * 9 {
        return Some(format!("{failing} of {} answers were 5xx: the environment is down", facts.answered));
    }
    if facts.cases > 0 && facts.answered == 0 && facts.tally.requests > 0 {
        return Some("no request was answered".to_owned());
    }
    None
}

/// Why what was seen is not enough.
fn gaps(facts: &Facts<'_>) -> Vec<String> {
    if facts.cases == 0 || facts.selected.is_empty() {
        return vec!["nothing was selected".to_owned()];
    }
    let missing: Vec<String> = facts
        .records
        .iter()
        .filter(|record| record.accepted == 0 && record.not_exercised.is_none())
        .filter(|record| documents_success(facts.contract, &record.operation))
        .map(|record| {
            let statuses: Vec<String> =
                record.statuses.iter().map(|count| format!("{}× {}", count.count, count.name)).collect();
            let seen = if statuses.is_empty() { "nothing was sent".to_owned() } else { statuses.join(", ") };
            let why = unjudged(facts.ended, &record.operation).map(|reason| format!("; {reason}")).unwrap_or_default();
            format!("{} never answered a documented success ({seen}){why}", record.operation)
        })
        .collect();
    if !missing.is_empty() {
        return missing;
    }
    if facts.records.iter().all(|record| record.accepted == 0) {
        return vec!["no operation answered a documented success".to_owned()];
    }
    Vec::new()
}

/// Why a case that calls `operation` could not be judged.
fn unjudged<'r>(ended: &'r [CaseRecord], operation: &str) -> Option<&'r str> {
    ended.iter().filter(|case| case.operations.iter().any(|called| called == operation)).find_map(|case| {
        match &case.result {
            CaseResult::NotJudged { reason } => Some(reason.as_str()),
            CaseResult::Passed | CaseResult::Failed => None,
        }
    })
}

/// Whether the document promises any success, so that its absence means something.
fn documents_success(contract: &Contract, id: &str) -> bool {
    let operation = contract.operations.iter().find(|operation| *operation.id.0 == *id);
    operation.is_some_and(|operation| {
        operation
            .responses
            .iter()
            .any(|response| response.status.is_success() || response.status == crate::contract::StatusMatch::Default)
    })
}
