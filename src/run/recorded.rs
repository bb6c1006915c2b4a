//! Judges what was recorded, with no request sent: the same checks, ids and evidence as a run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::Value;

use crate::case::expression::Scope;
use crate::case::{Case, CaseId, Credentials, Intent, Origin, Step};
use crate::check::reading::Reading;
use crate::check::{Body, Subject, failed_criterion, registry, rejected_valid};
use crate::contract::style::{Hints, Wire, decode, query_pairs};
use crate::contract::{Location, Operation, OperationId};
use crate::document::Pointer;
use crate::drift::{Drift, Level, Part};
use crate::exchange::{Exchange, Request};
use crate::outcome::{CaseRecord, CaseResult, Outcome};

use super::bind::Bound;
use super::perform::{Aim, Errand, Turn};
use super::redact::MASK;
use super::settle::Ended;
use super::{Runner, Setup, SetupError, bases};

/// One exchange that was recorded.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// What it belongs to: a case of the run that recorded it, an entry of an archive.
    pub case: String,
    /// The operation that was called.
    pub operation: OperationId,
    /// What the documents promise to the request.
    pub intent: Intent,
    /// The credentials that it carried.
    pub credentials: Credentials,
    /// Whether it asked again for what had been found already.
    pub again: bool,
    /// Whether it prepared another one.
    pub fixture: bool,
    /// What was sent and what came back, as far as it was recorded.
    pub exchange: Exchange,
    /// Only the beginning of the response's body was recorded.
    pub cut: bool,
    /// Drifts that it showed when it was recorded; they count where what was recorded does not show their place.
    pub known: Vec<Drift>,
}

/// Whether drifts of `rule` can be told from a single recorded exchange: those of checks, but for what a case expects and
/// what only a pair of requests proves.
pub fn is_passive(rule: &str) -> bool {
    registry::check(rule).is_some() && ![failed_criterion::CHECK.id, rejected_valid::CHECK.id].contains(&rule)
}

/// Judges `traffic` in its order. The operations that the outcome speaks of are those of the plan.
///
/// # Errors
/// When the outcome cannot be set up.
pub fn judge(setup: &Setup<'_>, traffic: &[Traffic]) -> Result<Outcome, SetupError> {
    let (begun, started) = (Instant::now(), Timestamp::now());
    let bases = bases(setup.contract, setup.environment);
    let runner = Runner::new(setup, &bases.urls, started, &|_| {})?;
    setup.notes.iter().cloned().chain(setup.levels.changes()).for_each(|note| runner.note(note));
    let mut records: BTreeMap<&str, (usize, CaseRecord)> = BTreeMap::new();
    for (place, seen) in traffic.iter().enumerate() {
        let Some(operation) = setup.contract.operation(&seen.operation) else { continue };
        let (mut drifts, mut failed) = runner.review(operation, seen);
        let hidden: Vec<&Drift> = seen.known.iter().filter(|drift| is_hidden(drift, seen)).collect();
        for drift in hidden {
            if !drifts.contains(&drift.id) {
                runner.tally().remember(drift, (usize::MAX, &CaseId(seen.case.as_str().into())));
                drifts.push(drift.id.clone());
                failed |= drift.level == Level::Error;
            }
        }
        let (_, record) = records.entry(&seen.case).or_insert_with(|| (place, record(seen)));
        record.requests += u64::from(seen.exchange.attempts);
        record.milliseconds += u64::try_from(seen.exchange.elapsed.as_millis()).unwrap_or(u64::MAX);
        record.drifts.extend(drifts);
        if failed {
            record.result = CaseResult::Failed;
        }
    }
    runner.tally().merge();
    let mut records: Vec<(usize, CaseRecord)> = records.into_values().collect();
    records.sort_by_key(|(place, _)| *place);
    let mut records: Vec<CaseRecord> = records.into_iter().map(|(_, record)| record).collect();
    for record in &mut records {
        runner.tally().renamed(&mut record.drifts);
    }
    let ended = Ended { started, begun, records, left_behind: Vec::new(), interrupted: false };
    Ok(runner.outcome(setup, &bases.urls, ended))
}

impl Runner<'_> {
    /// Has every check judge what was recorded. Returns the drifts that show, and whether one is at level error.
    fn review(&self, operation: &Operation, seen: &Traffic) -> (Vec<String>, bool) {
        let step = Step {
            intent: seen.intent.clone(),
            credentials: seen.credentials,
            method: (seen.intent == Intent::Undeclared).then(|| seen.exchange.request.method.clone()),
            ..Step::new("recorded", operation.id.clone())
        };
        let id = CaseId(seen.case.as_str().into());
        let case = Case::new(id.clone(), seen.case.clone(), Origin::Generated { family: FAMILY }, vec![step.clone()]);
        let bound = bound(operation, &seen.exchange.request);
        let errand = Errand { aim: if seen.fixture { Aim::Fixture } else { Aim::Case }, ..Errand::of(&id) };
        self.tally().confirming = seen.again;
        let (number, _) = self.count((&case, &step, operation), &errand, &bound, &seen.exchange);
        let scope = Scope::new(&Value::Null, &self.mark);
        let begun = Timestamp::now();
        let turn = Turn { case: &case, step: &step, operation, scope, bound: &bound, errand: &errand, number, begun };
        let reading = Reading::new(self.contract, operation, &seen.exchange);
        let success = reading.response.is_some_and(|response| (200..300).contains(&response.status));
        self.exercised(&turn, &seen.exchange, success);
        let subject = Subject::new(&reading, &step.intent, &[]).expected_within(self.environment.slow_after);
        let shown = self.judge(&turn, &subject, &|finding| {
            !is_passive(&finding.rule) || hides(&finding.part, seen.cut, &reading.body, &seen.exchange)
        });
        (shown.drifts, shown.failed)
    }
}

/// The family of cases that were recorded.
const FAMILY: &str = "recorded";

fn record(seen: &Traffic) -> CaseRecord {
    CaseRecord {
        id: seen.case.clone(),
        name: seen.case.clone(),
        family: FAMILY.to_owned(),
        operations: vec![seen.operation.to_string()],
        result: CaseResult::Passed,
        drifts: Vec::new(),
        requests: 0,
        milliseconds: 0,
    }
}

/// Whether what stands at `part` was not recorded as it came.
fn hides(part: &Part, cut: bool, body: &Body, exchange: &Exchange) -> bool {
    match part {
        Part::Body(pointer) => {
            cut || match body {
                Body::Json(value) => pointer.resolve(value).is_some_and(is_masked),
                _ => exchange.result.as_ref().is_ok_and(|response| shows_mask(&response.body)),
            }
        }
        Part::Header(name) => {
            let values = exchange.result.as_ref().ok().into_iter().flat_map(|response| response.headers.all(name));
            values.into_iter().any(|value| value.contains(MASK))
        }
        Part::Status | Part::Exchange => false,
    }
}

/// Whether the place at which `drift` showed in `seen` was not recorded as it came.
fn is_hidden(drift: &Drift, seen: &Traffic) -> bool {
    if !is_passive(&drift.rule) {
        return false;
    }
    let response = seen.exchange.result.as_ref().ok();
    if let Some(name) = drift.part.strip_prefix("header ") {
        return response.is_some_and(|response| response.headers.all(name).any(|value| value.contains(MASK)));
    }
    let Some(pointer) = drift.part.strip_prefix("body") else { return false };
    if seen.cut {
        return true;
    }
    let Some(body) = response.map(|response| response.body.as_slice()) else { return false };
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return shows_mask(body) };
    Pointer::parse(pointer.trim()).is_ok_and(|pointer| {
        let tokens: Vec<String> = pointer.tokens().map(Cow::into_owned).collect();
        masked_at(&value, &tokens)
    })
}

/// Whether something is masked at the end of `path`, in any element of the lists on its way.
fn masked_at(value: &Value, path: &[String]) -> bool {
    let Some((token, rest)) = path.split_first() else { return is_masked(value) };
    match value {
        Value::Array(elements) => elements.iter().any(|element| masked_at(element, rest)),
        Value::Object(members) => members.get(token).is_some_and(|member| masked_at(member, rest)),
        // What stands here is masked as a whole.
        _ => is_masked(value),
    }
}

fn is_masked(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(MASK),
        Value::Array(elements) => elements.iter().any(is_masked),
        Value::Object(members) => members.iter().any(|(name, member)| name.contains(MASK) || is_masked(member)),
        _ => false,
    }
}

fn shows_mask(bytes: &[u8]) -> bool {
    bytes.windows(MASK.len()).any(|window| window == MASK.as_bytes())
}

/// The request, with the values of its parameters as their styles read them.
fn bound(operation: &Operation, request: &Request) -> Bound {
    let media_type = request.headers.get("content-type").map(str::to_owned);
    let body = request.body.as_ref().and_then(|body| serde_json::from_slice(body).ok());
    let text = |name: &str| crate::contract::style::located(&operation.path, &request.url, "", name);
    let path = operation.path.names().filter_map(|name| Some((name.to_owned(), text(name)?))).collect();
    let pairs = query_pairs(&request.url);
    let mut values = Vec::new();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.declared) {
        let wire = match parameter.location {
            Location::Path => text(&parameter.name).map(|text| Wire::Path(super::bind::percent(&text))),
            Location::Query => {
                let own: Vec<_> = pairs.iter().filter(|(name, _)| *name == parameter.name).cloned().collect();
                (!own.is_empty()).then_some(Wire::Query(own))
            }
            Location::Header => request.headers.get(&parameter.name).map(|value| Wire::Header(value.to_owned())),
            Location::Cookie => None,
        };
        let read = wire.map(|wire| decode(&parameter.name, &parameter.encoding, &Hints::any(), &wire));
        values
            .extend(read.into_iter().flatten().next().map(|value| (parameter.location, parameter.name.clone(), value)));
    }
    Bound { request: request.clone(), path, body, media_type, values, with_credentials: false }
}
