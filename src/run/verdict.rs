//! What a run amounts to: drift, environment, evidence, in this order of what may be trusted.

use std::collections::BTreeMap;

use crate::contract::{Contract, Operation, OperationId};
use crate::outcome::{CaseRecord, CaseResult, OperationRecord, Verdict};

use super::tally::{Counters, Tally};

/// Everything that decides.
pub(super) struct Facts<'a> {
    pub(super) contract: &'a Contract,
    pub(super) tally: &'a Tally,
    pub(super) records: &'a [OperationRecord],
    pub(super) ended: &'a [CaseRecord],
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
        return Some("the credentials were refused everywhere, or there are none: each request that needed them was answered 401 or 403".into());
    }
    if let Some(reason) = storm(facts) {
        return Some(reason);
    }
    if facts.cases > 0 && facts.answered == 0 && facts.tally.requests > 0 {
        return Some("no request was answered".to_owned());
    }
    // Operations may live on different hosts, one of which is down.
    let unreached = |(_, c): &(&OperationId, &Counters)| c.unreachable > 0 && c.judged == 0;
    let (operation, _) = facts.tally.operations.iter().find(unreached)?;
    Some(format!("nobody listens where {operation} is called"))
}

/// Nearly every answer was a failure of the server, or said that there were too many requests. One operation alone that always fails is a drift, unless it is a
/// gateway that says so (502 to 504), as long as others, or refusals, show that the server lives.
fn storm(facts: &Facts<'_>) -> Option<String> {
    let count = |c: &Counters, failing: &dyn Fn(&str) -> bool| -> u64 {
        c.statuses.iter().filter(|(status, _)| failing(status)).map(|(_, count)| count).sum()
    };
    let all = |failing: &dyn Fn(&str) -> bool| facts.tally.operations.values().map(|c| count(c, failing)).sum::<u64>();
    let failing = all(&|status| status.starts_with('5'));
    let gateway = all(&|status| matches!(status, "502" | "503" | "504"));
    let operations =
        facts.tally.operations.values().filter(|c| count(c, &|status| status.starts_with('5')) > 0).count();
    let busy = all(&|status| status == "429");
    let answered = facts.answered;
    let most = |some: u64| answered >= ANSWERS && some * 10 >= answered * 9;
    if most(busy) {
        return Some(format!("{busy} of {answered} answers were 429: the environment takes no more requests"));
    }
    (most(gateway) || operations > 1 && most(failing))
        .then(|| format!("{failing} of {answered} answers were 5xx: the environment is down"))
}

/// Why what was seen is not enough.
fn gaps(facts: &Facts<'_>) -> Vec<String> {
    if facts.cases == 0 {
        return vec!["nothing was selected".to_owned()];
    }
    if facts.ended.iter().all(|case| matches!(case.result, CaseResult::NotJudged { .. })) {
        let reason = facts.ended.iter().find_map(unjudged).map(|reason| format!(": {reason}")).unwrap_or_default();
        return vec![format!("no case could be judged{reason}")];
    }
    let mut reasons: BTreeMap<&str, &str> = BTreeMap::new();
    for case in facts.ended {
        for (operation, reason) in case.operations.iter().zip(std::iter::repeat(unjudged(case))) {
            if let Some(reason) = reason {
                reasons.entry(operation).or_insert(reason);
            }
        }
    }
    let mut missing: Vec<String> = facts
        .records
        .iter()
        .filter(|record| record.not_exercised.is_none())
        .filter(|record| !facts.tally.serves(&OperationId(record.operation.as_str().into())))
        .filter(|record| promises_success(facts.contract, &record.operation))
        .map(|record| {
            let statuses: Vec<String> =
                record.statuses.iter().map(|count| format!("{}× {}", count.count, count.name)).collect();
            let seen = if statuses.is_empty() { "nothing was sent".to_owned() } else { statuses.join(", ") };
            let why = reasons.get(record.operation.as_str()).map(|reason| format!("; {reason}")).unwrap_or_default();
            format!("{} never answered a documented success ({seen}){why}", record.operation)
        })
        .collect();
    missing.extend(facts.records.iter().filter_map(|record| mostly_refused(facts, record)));
    missing.extend(facts.records.iter().filter_map(mostly_deferred));
    if missing.is_empty() && !facts.records.is_empty() && facts.records.iter().all(|record| record.accepted == 0) {
        return vec!["no operation answered a documented success".to_owned()];
    }
    missing
}

/// Says so where fewer than half of the valid requests to an operation were accepted: what is known of it is known from
/// the few that were.
fn mostly_refused(facts: &Facts<'_>, record: &OperationRecord) -> Option<String> {
    let counters = facts.tally.operations.get(&OperationId(record.operation.as_str().into()))?;
    if counters.accepted == 0 || counters.accepted * 2 >= counters.valid {
        return None;
    }
    let most = counters.refusals.iter().max_by_key(|(status, count)| (**count, std::cmp::Reverse(**status)));
    let most = most.map(|(status, count)| format!("; {count} were answered with {status}")).unwrap_or_default();
    let (accepted, valid) = (counters.accepted, counters.valid);
    Some(format!("{} accepted only {accepted} of {valid} valid requests{most}", record.operation))
}

/// Says so where fewer than half of the requests to an operation came through: what is said of it rests on those.
fn mostly_deferred(record: &OperationRecord) -> Option<String> {
    let answers: u64 = record.statuses.iter().map(|count| count.count).sum();
    let busy = record.statuses.iter().find(|count| count.name == "429").map_or(0, |count| count.count);
    (record.accepted > 0 && busy * 2 > answers).then(|| {
        format!(
            "{} answered {busy} of {answers} requests with 429, after any pause that it asked for",
            record.operation
        )
    })
}

/// Why a case could not be judged.
fn unjudged(case: &CaseRecord) -> Option<&str> {
    match &case.result {
        CaseResult::NotJudged { reason } => Some(reason),
        CaseResult::Passed | CaseResult::Failed => None,
    }
}

fn promises_success(contract: &Contract, id: &str) -> bool {
    contract.operation(&OperationId(id.into())).is_some_and(Operation::documents_success)
}
