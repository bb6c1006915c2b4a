//! What the run has seen so far, operation by operation and drift by drift.

use std::collections::{BTreeMap, BTreeSet};

use crate::baseline::Known;
use crate::case::{CaseId, Intent};
use crate::check::registry::{CHECKS, implied_by};
use crate::contract::{Contract, Operation, OperationId};
use crate::drift::{Contrast, Drift, Finding, Level, Stability, State, Witness};
use crate::exchange::{Exchange, Failure};
use crate::outcome::{Count, OperationRecord};

/// Counters of one operation.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) requests: u64,
    /// Requests that should be accepted and whose answer speaks of them.
    pub(super) valid: u64,
    /// … of which a documented success was answered.
    pub(super) accepted: u64,
    /// The others by status.
    pub(super) refusals: BTreeMap<u16, u64>,
    /// A documented success was answered, to whatever end the request was sent.
    pub(super) served: bool,
    /// A request that should be accepted was answered at all.
    pub(super) answered: bool,
    /// Requests that found nobody listening.
    pub(super) unreachable: u64,
    /// Exchanges that the checks judged.
    pub(super) judged: u64,
    /// Requests that needed the environment's credentials and were answered at all.
    pub(super) authorized: u64,
    /// … of which with 401 or 403.
    pub(super) unauthorized: u64,
    pub(super) statuses: BTreeMap<String, u64>,
    /// Why the environment kept a request back that should be accepted.
    pub(super) forbidden: Option<String>,
    /// Such a request could not be made, and not because the environment forbids it.
    pub(super) missed: bool,
}

/// A drift as it is being collected.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) level: Level,
    pub(super) occurrences: u64,
    /// The first few cases of the plan that showed it, with their places in it.
    pub(super) cases: Vec<(usize, CaseId)>,
    /// As the first of these cases showed it, whichever came first in time; nothing while that is being written.
    pub(super) sighting: Option<Sighting>,
    /// The exchange in which it was seen first.
    pub(super) number: u64,
    pub(super) stability: Stability,
    pub(super) state: State,
    pub(super) contrast: Option<Contrast>,
    /// As it was described when it was recorded, where what was recorded does not show it.
    pub(super) recorded: Option<Drift>,
}

/// A refusal that may prove to be a drift.
#[derive(Debug)]
pub(super) struct Suspect {
    /// The level that the drift would have.
    pub(super) level: Level,
    /// The first few cases of the plan that showed it, with their places in it.
    pub(super) cases: Vec<(usize, CaseId)>,
}

/// How many cases of a drift are named.
pub(super) const CASES_NAMED: usize = 5;

/// A drift as one exchange shows it.
#[derive(Debug, Clone)]
pub(super) struct Sighting {
    pub(super) finding: Finding,
    pub(super) operation: OperationId,
    pub(super) status: Option<u16>,
    pub(super) overlay: Option<String>,
    /// The sentence behind the promise, as an overlay or a written case quotes it.
    pub(super) says: Option<String>,
    /// The requests of the case and their answers, where they show it together.
    pub(super) steps: Vec<String>,
    /// The lines of both bodies, where two are compared.
    pub(super) difference: Vec<String>,
    pub(super) witness: Witness,
}

/// Everything counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) requests: u64,
    pub(super) operations: BTreeMap<OperationId, Counters>,
    pub(super) drifts: BTreeMap<String, Seen>,
    /// Refusals of valid requests that may prove to be drifts, by the id that they would have.
    pub(super) suspects: BTreeMap<String, Suspect>,
    /// Valid requests that were accepted, by their places in the plan.
    pub(super) accepted: BTreeMap<OperationId, BTreeSet<(usize, CaseId)>>,
    /// Drifts that turned out to be others.
    pub(super) renames: BTreeMap<String, String>,
    /// Drifts are being asked for again: what shows is no occurrence.
    pub(super) confirming: bool,
}

/// What one answered or unanswered request counts as.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered<'a> {
    pub(super) operation: &'a Operation,
    pub(super) intent: &'a Intent,
    /// Whether the answer depends on the environment's credentials.
    pub(super) with_credentials: bool,
    /// Whether it was sent for itself, and not to prepare something or to find something out.
    pub(super) in_its_own_right: bool,
    pub(super) exchange: &'a Exchange,
}

impl Tally {
    /// Counts one exchange.
    pub(super) fn exchange(&mut self, answered: Answered<'_>) {
        let Answered { operation, intent, with_credentials, in_its_own_right, exchange } = answered;
        let counts = in_its_own_right && !self.confirming;
        self.requests += u64::from(exchange.attempts);
        let counters = self.operations.entry(operation.id.clone()).or_default();
        counters.requests += u64::from(exchange.attempts);
        counters.unreachable += u64::from(matches!(exchange.result, Err(Failure::Connect(_))));
        counters.judged += u64::from(!matches!(exchange.result, Err(Failure::Connect(_) | Failure::Unsendable(_))));
        let status = exchange.result.as_ref().ok().map(|response| response.status);
        let name = status.map_or_else(|| "no response".to_owned(), |status| status.to_string());
        *counters.statuses.entry(name).or_default() += 1;
        let Some(status) = status else { return };
        let success = (200..300).contains(&status) && operation.response(status).is_some();
        counters.served |= success && matches!(intent, Intent::Valid | Intent::Unknown);
        counters.answered |= matches!(intent, Intent::Valid | Intent::Unknown);
        match intent {
            // What is gone, busy or too often asked for says nothing of the request.
            Intent::Valid if counts && !matches!(status, 404 | 408..=410 | 423 | 425 | 429) => {
                counters.valid += 1;
                counters.accepted += u64::from(success);
                if !success {
                    *counters.refusals.entry(status).or_default() += 1;
                }
            }
            // A written step says itself what it expects, so only its successes are evidence.
            Intent::Unknown if success && counts => {
                counters.valid += 1;
                counters.accepted += 1;
            }
            _ => {}
        }
        if with_credentials {
            counters.authorized += 1;
            counters.unauthorized += u64::from(matches!(status, 401 | 403));
        }
    }

    /// Whether `operation` answered a documented success.
    pub(super) fn serves(&self, operation: &OperationId) -> bool {
        self.operations.get(operation).is_some_and(|counters| counters.served)
    }

    /// Counts that exchange `number` of `case`, the one at `rank` in the plan, shows a drift. Returns whether it is to be
    /// described: it is new, or only known from a later case, and a report must not depend on which was faster.
    pub(super) fn notice(&mut self, id: &str, (rank, case): (usize, &CaseId), number: u64, level: Level) -> bool {
        let confirming = self.confirming;
        let seen = self.drifts.entry(id.to_owned()).or_insert_with(|| Seen {
            level,
            occurrences: 0,
            cases: Vec::new(),
            sighting: None,
            number,
            stability: Stability::Unconfirmed,
            state: State::New,
            contrast: None,
            recorded: None,
        });
        if confirming && seen.occurrences > 0 {
            return false;
        }
        seen.occurrences += 1;
        seen.level = seen.level.max(level);
        seen.number = seen.number.min(number);
        let Err(at) = seen.cases.binary_search_by(|(known, id)| (*known, id).cmp(&(rank, case))) else { return false };
        seen.cases.insert(at, (rank, case.clone()));
        seen.cases.truncate(CASES_NAMED);
        at == 0
    }

    /// Describes a drift as [`Tally::notice`] wanted it described. Returns whether it is new in this run.
    pub(super) fn describe(&mut self, id: &str, case: &CaseId, sighting: Sighting) -> bool {
        let first = self.first_case(id);
        let Some(seen) = self.drifts.get_mut(id) else { return false };
        let new = seen.sighting.is_none();
        // Meanwhile an earlier case may have shown it, too.
        if new || first.as_ref() == Some(case) {
            seen.sighting = Some(sighting);
        }
        new
    }

    /// Counts that `case` showed a drift when it was recorded.
    pub(super) fn remember(&mut self, drift: &Drift, case: (usize, &CaseId)) {
        self.notice(&drift.id, case, u64::MAX, drift.level);
        if let Some(seen) = self.drifts.get_mut(&drift.id).filter(|seen| seen.sighting.is_none()) {
            seen.recorded.get_or_insert_with(|| drift.clone());
        }
    }

    /// Remembers a refusal that may prove to be a drift of this id.
    pub(super) fn suspect(&mut self, id: &str, level: Level, (rank, case): (usize, &CaseId)) {
        let suspect = self.suspects.entry(id.to_owned());
        let cases = &mut suspect.or_insert_with(|| Suspect { level, cases: Vec::new() }).cases;
        if let Err(at) = cases.binary_search_by(|(known, id)| (*known, id).cmp(&(rank, case))) {
            cases.insert(at, (rank, case.clone()));
            cases.truncate(CASES_NAMED);
        }
    }

    /// What a suspicion came to: the drift `id`, shown by `case` and described, in place of the note `note`.
    pub(super) fn convict(
        &mut self,
        note: &str,
        id: &str,
        case: (usize, CaseId),
        (sighting, contrast): (Sighting, Contrast),
        asked: u32,
    ) {
        let before = self.drifts.remove(note);
        let seen = self.drifts.entry(id.to_owned()).or_insert_with(|| {
            before.unwrap_or_else(|| Seen {
                level: sighting.finding.level,
                occurrences: 1,
                cases: vec![case],
                sighting: None,
                number: 0,
                stability: Stability::Unconfirmed,
                state: State::New,
                contrast: None,
                recorded: None,
            })
        });
        seen.level = seen.level.max(sighting.finding.level);
        seen.stability = Stability::Stable { asked };
        seen.sighting = Some(sighting);
        seen.contrast = Some(contrast);
        if note != id {
            self.renames.insert(note.to_owned(), id.to_owned());
        }
    }

    /// Shows a drift by a smaller request, or by one beside it.
    pub(super) fn show(&mut self, id: &str, sighting: Option<Sighting>, contrast: Option<Contrast>) {
        let Some(seen) = self.drifts.get_mut(id) else { return };
        if let Some(sighting) = sighting {
            seen.sighting = Some(sighting);
        }
        if contrast.is_some() {
            seen.contrast = contrast;
        }
    }

    /// The case that showed the drift and stands first in the plan.
    pub(super) fn first_case(&self, id: &str) -> Option<CaseId> {
        self.case_of(id, 0)
    }

    /// The case at `place` among those that showed the drift, in the order of the plan.
    pub(super) fn case_of(&self, id: &str, place: usize) -> Option<CaseId> {
        self.drifts.get(id)?.cases.get(place).map(|(_, case)| case.clone())
    }

    /// The operation that showed a drift.
    pub(super) fn operation(&self, id: &str) -> Option<OperationId> {
        self.drifts.get(id)?.sighting.as_ref().map(|sighting| sighting.operation.clone())
    }

    /// The status that a drift was answered with.
    pub(super) fn status(&self, id: &str) -> Option<u16> {
        self.drifts.get(id)?.sighting.as_ref()?.status
    }

    /// In how many exchanges a drift showed.
    pub(super) fn occurrences(&self, id: &str) -> u64 {
        self.drifts.get(id).map_or(0, |seen| seen.occurrences)
    }

    /// How stable a drift is.
    pub(super) fn stability(&mut self, id: &str, stability: Stability) {
        if let Some(seen) = self.drifts.get_mut(id) {
            seen.stability = stability;
        }
    }

    /// Remembers why a request to `operation` that should be accepted was kept back.
    pub(super) fn forbidden(&mut self, operation: &OperationId, reason: String) {
        self.operations.entry(operation.clone()).or_default().forbidden.get_or_insert(reason);
    }

    /// Remembers that a request to `operation` could not be made.
    pub(super) fn missed(&mut self, operation: &OperationId) {
        self.operations.entry(operation.clone()).or_default().missed = true;
    }

    /// Leaves one drift for one cause: what another drift of this run implies is counted there.
    pub(super) fn merge(&mut self) {
        let implied: Vec<(String, String)> =
            self.drifts.keys().filter_map(|id| Some((id.clone(), self.cause(id)?))).collect();
        for (id, cause) in implied {
            let occurrences = self.drifts.remove(&id).map_or(0, |seen| seen.occurrences);
            if let Some(seen) = self.drifts.get_mut(&cause).filter(|_| !self.confirming) {
                seen.occurrences += occurrences;
            }
        }
    }

    /// The widest drift of this run of which the drift `id` is one more consequence.
    fn cause(&self, id: &str) -> Option<String> {
        implied_by(id).into_iter().find(|cause| self.drifts.contains_key(cause))
    }

    /// The ids under which these drifts are counted after a merge, each once.
    pub(super) fn renamed(&self, ids: &mut Vec<String>) {
        for id in ids.iter_mut().filter(|id| !self.drifts.contains_key(*id)) {
            if let Some(cause) = self.renames.get(id).cloned().or_else(|| self.cause(id)) {
                *id = cause;
            }
        }
        ids.sort();
        ids.dedup();
    }

    /// Says of each drift how it stands against the baseline.
    pub(super) fn stand(&mut self, known: &Known) {
        for (id, seen) in &mut self.drifts {
            seen.state = known.state(id);
        }
    }

    /// The ids of the drifts at level error that no baseline accepts.
    pub(super) fn errors(&self) -> Vec<String> {
        let fails = |seen: &Seen| seen.level == Level::Error && seen.state != State::Known;
        self.drifts.iter().filter(|(_, seen)| fails(seen)).map(|(id, _)| id.clone()).collect()
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
                judged: CHECKS
                    .iter()
                    .filter(|_| counters.judged > 0)
                    .map(|check| Count { name: check.id.to_owned(), count: counters.judged })
                    .collect(),
                not_exercised: operation.disabled.clone().or_else(|| {
                    let kept_back = !counters.answered && !counters.missed;
                    counters.forbidden.clone().filter(|_| kept_back)
                }),
            })
        };
        operations.iter().filter_map(record).collect()
    }
}
