//! How each entry of the baseline stands after the run: still there, mended, overdue, or not known.

use crate::baseline::pattern::Pattern;
use crate::baseline::{Entry, Known};
use crate::check::registry::CHECKS;
use crate::contract::Contract;
use crate::drift::fingerprint::escaped;
use crate::drift::levels::Levels;
use crate::drift::{Drift, Level, State};
use crate::outcome::{Accepted, CaseRecord, CaseResult, OperationRecord, Standing};

use super::tally::Tally;

/// What a run saw, as far as entries of a baseline go.
pub(super) struct Evidence<'a> {
    pub(super) known: &'a Known,
    pub(super) contract: &'a Contract,
    pub(super) levels: &'a Levels,
    pub(super) tally: &'a Tally,
    pub(super) drifts: &'a [Drift],
    pub(super) operations: &'a [OperationRecord],
    pub(super) cases: &'a [CaseRecord],
    /// Why nothing that did not show can be called mended, if so.
    pub(super) unsure: Option<String>,
}

impl Evidence<'_> {
    /// Every entry with its standing, in the order of the file.
    pub(super) fn standings(&self) -> Vec<Accepted> {
        self.known.baseline.entries.iter().map(|entry| self.accepted(entry)).collect()
    }

    /// What is worth knowing of entries that accept more than anybody may have meant.
    pub(super) fn broad(&self) -> Vec<String> {
        let file = self.known.baseline.name().unwrap_or_default();
        let entries = self.known.baseline.entries.iter().filter(|entry| entry.pattern.is_broad());
        let note = |entry: &Entry| {
            let accepted: Vec<&Drift> = self.drifts.iter().filter(|drift| entry.pattern.accepts(&drift.id)).collect();
            let mut operations: Vec<&str> = accepted.iter().map(|drift| &*drift.operation).collect();
            operations.sort_unstable();
            operations.dedup();
            format!(
                "{file}:{}: `{}` is broad: it accepts {} of {}, and whatever else is like them",
                entry.line,
                entry.pattern.text(),
                counted(accepted.len(), "drift"),
                counted(operations.len(), "operation")
            )
        };
        entries.map(note).collect()
    }

    /// Why drifts that were accepted once fail the run, where they do.
    pub(super) fn overdue(&self) -> Option<String> {
        let fails = |drift: &&Drift| drift.state == State::Expired && drift.level == Level::Error;
        let overdue: Vec<&Drift> = self.drifts.iter().filter(fails).collect();
        let first = overdue.first()?;
        let mut entries = self.known.baseline.entries.iter();
        let entry = entries.find(|entry| entry.pattern.accepts(&first.id))?;
        let (was, rest) = match overdue.len() {
            1 => ("was", String::new()),
            n => ("were", format!(" and {} more", n - 1)),
        };
        let file = self.known.baseline.name().unwrap_or_default();
        Some(format!(
            "{} of them {was} accepted until a day that has passed: `{}` until {} ({file}:{}){rest}",
            overdue.len(),
            first.id,
            entry.until,
            entry.line
        ))
    }

    fn accepted(&self, entry: &Entry) -> Accepted {
        let ids = self.drifts.iter().filter(|drift| entry.pattern.accepts(&drift.id)).map(|drift| drift.id.clone());
        let drifts: Vec<String> = ids.collect();
        let standing = if drifts.is_empty() {
            match self.missing(entry) {
                Some(because) => Standing::NotExercised { because },
                None => Standing::Fixed,
            }
        } else if self.known.is_over(entry) {
            Standing::Expired
        } else {
            Standing::StillDrifting
        };
        Accepted {
            id: entry.pattern.text().to_owned(),
            reason: entry.reason.clone(),
            owner: entry.owner.clone(),
            ticket: entry.ticket.clone(),
            until: entry.until.to_string(),
            line: entry.line,
            environment: None,
            standing,
            drifts,
        }
    }

    /// Why it is not known that what did not show is mended; nothing where it is.
    fn missing(&self, entry: &Entry) -> Option<String> {
        if let Some(unsure) = &self.unsure {
            return Some(unsure.clone());
        }
        if entry.intermittent {
            return Some("it shows only sometimes, so one run without it proves nothing".to_owned());
        }
        let pattern = &entry.pattern;
        if let Some(id) = pattern.id() {
            let mut counted = vec![id.clone()];
            self.tally.renamed(&mut counted);
            if let Some(other) = counted.iter().find(|other| **other != id) {
                return Some(format!("`{other}` was found, of which it is a consequence"));
            }
        }
        let of_pattern = |record: &&OperationRecord| pattern.may_name(1, &escaped(&record.operation));
        let mut operations = self.operations.iter().filter(of_pattern).peekable();
        if operations.peek().is_none() {
            return Some("its operation is not in the plan".to_owned());
        }
        let showed = !entry.shown_by.is_empty();
        let silent = operations.find_map(|record| self.silent(pattern, record, showed));
        silent.or_else(|| if showed { self.shown(entry) } else { None })
    }

    /// Why the silence of an operation says nothing of what the pattern accepts. Where cases that `showed` it are known, they
    /// say what else there is to know.
    fn silent(&self, pattern: &Pattern, record: &OperationRecord, showed: bool) -> Option<String> {
        let name = &record.operation;
        if let Some(reason) = &record.not_exercised {
            return Some(format!("{name} is not exercised: {reason}"));
        }
        if record.requests == 0 {
            return Some(format!("nothing was sent to {name}"));
        }
        let off = |rule: &str| self.levels.level(rule, name, Level::Error).is_none();
        if pattern.text().split('/').next().is_some_and(off) {
            return Some(format!("the rule is switched off for {name}"));
        }
        if !showed && !self.is_judged(pattern, record) {
            return Some(format!("nothing of {name} was judged by that rule"));
        }
        let status = pattern.status()?;
        let operation = self.contract.operations.iter().find(|operation| *operation.id.0 == **name)?;
        // What no document has ends by not being answered any more.
        operation.response(status)?;
        let answered = record.statuses.iter().any(|count| count.name == status.to_string());
        let decides = !showed || (200..300).contains(&status);
        (decides && !answered).then(|| format!("{name} did not answer {status}"))
    }

    /// Whether a rule that the pattern may mean judged the operation: a check by its exchanges, a law by its cases, and what
    /// written cases expect by those.
    fn is_judged(&self, pattern: &Pattern, record: &OperationRecord) -> bool {
        let by_case = |family: &str| {
            let calls = |case: &&CaseRecord| case.operations.contains(&record.operation);
            let judged = |case: &CaseRecord| !matches!(case.result, CaseResult::NotJudged { .. });
            self.cases.iter().filter(calls).any(|case| case.family == family && judged(case))
        };
        let checks = record.judged.iter().filter(|count| count.count > 0 && pattern.may_name(0, &count.name));
        let mut checks = checks.map(|count| count.name.as_str());
        checks.any(|rule| rule != FAILED_CRITERION || by_case("written"))
            || self.cases.iter().any(|case| pattern.may_name(0, &case.family) && by_case(&case.family))
    }

    /// Why the cases that showed it prove nothing; nothing where one of them does.
    fn shown(&self, entry: &Entry) -> Option<String> {
        let rule = entry.pattern.text().split('/').next().unwrap_or_default();
        let mut why = None;
        for case in self.cases.iter().filter(|case| entry.shown_by.contains(&case.id)) {
            let hiding = match &case.result {
                CaseResult::Passed => return None,
                CaseResult::NotJudged { reason } => format!("{} could not be judged: {reason}", case.name),
                CaseResult::Failed => match case.drifts.iter().find(|drift| hides(drift, rule)) {
                    Some(drift) => format!("{} showed `{drift}`, behind which nothing else is seen", case.name),
                    None => return None,
                },
            };
            why.get_or_insert(hiding);
        }
        Some(why.unwrap_or_else(|| {
            "no case that showed it is in the plan: left out, or made from another seed or other documents".to_owned()
        }))
    }
}

const FAILED_CRITERION: &str = crate::check::failed_criterion::CHECK.id;

/// Whether a case that shows `drift` may not have come so far that `rule` could judge it. A law judges the whole case.
fn hides(drift: &str, rule: &str) -> bool {
    let other = drift.split('/').next().unwrap_or_default();
    match CHECKS.iter().find(|check| check.id == rule) {
        Some(check) => check.silenced_by.contains(&other),
        None => other != rule,
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
