//! One step: bound, let through, sent, judged, counted.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::case::expression::{Evaluated, Received, Scope, Sent};
use crate::case::{Action, Case, Credentials, Intent, Origin, Step, Supply};
use crate::check::reading::Reading;
use crate::check::{self, Body, Subject};
use crate::contract::base_url::base_url;
use crate::contract::{Location, Operation, PathPart};
use crate::drift::Level;
use crate::exchange::{Exchange, Failure};
use crate::outcome::Event;
use crate::plan::producer;

use super::Runner;
use super::bind::{self, Bound, Resolution, Resolved, Unbound};
use super::created::{Bindings, Created, ids_in};
use super::health::Pulse;
use super::journal;
use super::tally::{Answered, Sighting};
use super::witness::{came, witness};

/// What one step brought.
#[derive(Debug)]
pub(super) struct Performed {
    pub(super) attempts: u32,
    /// A drift at level error showed.
    pub(super) failed: bool,
    /// Ids of all drifts that showed.
    pub(super) drifts: Vec<String>,
    pub(super) outputs: BTreeMap<String, Value>,
    /// What the step's actions say comes next.
    pub(super) action: Option<Action>,
    pub(super) succeeded: bool,
    /// A documented success was answered.
    pub(super) accepted: bool,
    /// The answer in a few words.
    pub(super) summary: String,
    /// The answer, where it is JSON.
    pub(super) json: Option<Value>,
    /// What the request created: its number in the register, and its id where the answer holds one.
    pub(super) created: Option<(usize, Option<String>)>,
    /// Members of the request body whose texts carry the run's mark, with these texts.
    pub(super) marks: Vec<(String, String)>,
}

/// One step on its way.
struct Turn<'a> {
    case: &'a Case,
    step: &'a Step,
    operation: &'a Operation,
    scope: Scope<'a>,
    bound: &'a Bound,
}

/// What a request would create.
#[derive(Debug)]
struct Creation {
    creates: bool,
    /// Its entry in the journal.
    intended: Option<journal::Object>,
}

impl Runner<'_> {
    /// Performs a step with ids obtained from the pool where it names none.
    pub(super) async fn perform(
        &self,
        case: &Case,
        step: &Step,
        operation: &Operation,
        scope: &Scope<'_>,
    ) -> Result<Performed, Unbound> {
        self.perform_with(case, step, operation, scope, &Vec::new()).await
    }

    /// Performs a step; path parameters that `given` names have these values.
    pub(super) async fn perform_with(
        &self,
        case: &Case,
        step: &Step,
        operation: &Operation,
        scope: &Scope<'_>,
        given: &Bindings,
    ) -> Result<Performed, Unbound> {
        let bound = self.bind(step, operation, scope, given).await?;
        let creates = producer::creates(self.contract, operation);
        self.admit(step, operation, &bound, creates)?;
        let intended = if creates { self.intend(operation, &bound)? } else { None };
        let flight = creates.then(|| self.flights.begin(&operation.id));
        let exchange = self.exchange(&bound.request, step.timeout).await;
        if let Some(flight) = flight {
            self.flights.end(flight, &exchange);
        }
        if self.count(operation, step, &bound, &exchange) == Pulse::Suspicious {
            self.ask_canary(operation).await;
        }
        let turn = Turn { case, step, operation, scope: *scope, bound: &bound };
        Ok(self.conclude(&turn, &exchange, &Creation { creates, intended }))
    }

    pub(super) async fn bind(
        &self,
        step: &Step,
        operation: &Operation,
        scope: &Scope<'_>,
        given: &Bindings,
    ) -> Result<Bound, Unbound> {
        let mut resolved = Vec::new();
        let mut fixed = Bindings::new();
        let mut wanting = false;
        for argument in &step.arguments {
            let declared = operation.parameter(&argument.name, argument.location);
            let location = argument.location.or(declared.map(|parameter| parameter.location));
            let in_path = location == Some(Location::Path);
            if in_path && given.iter().any(|(name, _)| *name == argument.name) {
                continue;
            }
            let value = match &argument.value {
                Supply::Existing(_) => {
                    wanting = true;
                    continue;
                }
                Supply::Wire(text) => Resolution::Wire(text.clone()),
                Supply::Template(template) => {
                    let rendered = template.render(scope).map_err(|missing| Unbound::Absent(missing.to_string()))?;
                    match rendered.value.filter(|value| !value.is_null()) {
                        Some(value) => Resolution::Value(value),
                        None => return Err(Unbound::Absent(format!("the value for `{}` is absent", argument.name))),
                    }
                }
            };
            if in_path {
                let text = match &value {
                    Resolution::Wire(text) => text.clone(),
                    Resolution::Value(value) => bind::text_of(value),
                };
                fixed.push((argument.name.clone(), text));
            }
            resolved.push(Resolved { name: argument.name.clone(), location: argument.location, value });
        }
        let already: Vec<String> = fixed.iter().map(|(name, _)| name.clone()).collect();
        fixed.extend(given.iter().cloned());
        let named = |part: &PathPart| matches!(part, PathPart::Parameter(name) if !fixed.iter().any(|(given, _)| given == name));
        let path = if wanting || operation.path.parts.iter().any(named) {
            self.existing(operation, &step.intent, &fixed).await?
        } else {
            fixed
        };
        resolved.extend(path.into_iter().filter(|(name, _)| !already.contains(name)).map(|(name, value)| Resolved {
            name,
            location: Some(Location::Path),
            value: Resolution::Value(Value::String(value)),
        }));
        let content = step.payload.as_ref().map(|payload| bind::content(operation, payload, scope)).transpose()?;
        let base =
            base_url(operation, &self.environment.target).map_err(|error| Unbound::Refused(error.to_string()))?;
        bind::request(operation, &base, &resolved, content, step.credentials, self.environment)
            .map_err(Unbound::Impossible)
    }

    fn count(&self, operation: &Operation, step: &Step, bound: &Bound, exchange: &Exchange) -> Pulse {
        let status = exchange.result.as_ref().ok().map(|response| response.status);
        let answered = Answered {
            operation,
            intent: &step.intent,
            with_credentials: bound.with_credentials && step.credentials == Credentials::Environment,
            attempts: exchange.attempts,
            status,
        };
        self.tally().exchange(answered);
        let what = format!("{} {}", operation.method, operation.path.text);
        let failure: Option<&Failure> = exchange.result.as_ref().err();
        self.health.exchange(&what, failure)
    }

    /// Judges the answer and takes from it what later steps need.
    fn conclude(&self, turn: &Turn<'_>, exchange: &Exchange, creation: &Creation) -> Performed {
        let Turn { case, step, operation, scope, bound } = *turn;
        let reading = Reading::new(self.contract, operation, exchange);
        let json = match &reading.body {
            Body::Json(value) => Some(value.clone()),
            _ => None,
        };
        let sent = Sent { request: &bound.request, path: &bound.path, body: bound.body.as_ref() };
        let received = exchange.result.as_ref().ok().map(|response| Received { response, body: json.as_ref() });
        let after = Scope { request: Some(sent), response: received, ..scope };
        let criteria: Vec<Evaluated> = match received {
            Some(_) => step.criteria.iter().map(|criterion| criterion.evaluate(&after)).collect(),
            None => Vec::new(),
        };
        let subject = Subject::new(&reading, &step.intent, &criteria);
        let findings = check::registry::judge(&subject);
        self.tally().judged(operation);
        let status = exchange.result.as_ref().ok().map(|response| response.status);
        let success = status.is_some_and(|status| (200..300).contains(&status));
        let accepted = success && status.is_some_and(|status| operation.response(status).is_some());
        let created = if creation.creates && success {
            self.created(operation, bound, exchange, json.as_ref(), creation.intended.clone())
        } else {
            self.not_created(creation, exchange);
            None
        };
        if operation.method == "DELETE" && success {
            self.removed(bound);
        }
        let mut drifts = Vec::new();
        let mut failed = false;
        for finding in findings {
            let Some(level) = self.levels.level(&finding.rule, &operation.id.0, finding.level) else { continue };
            failed |= level == Level::Error;
            drifts.push(self.sighting(case, operation, &subject, crate::drift::Finding { level, ..finding }));
        }
        let held = criteria.iter().all(|criterion| criterion.holds == Ok(true));
        let succeeded = match (&case.origin, step.criteria.is_empty()) {
            _ if received.is_none() => false,
            (_, false) => held,
            (Origin::Generated { .. }, true) if step.intent != Intent::Valid => true,
            (_, true) => success,
        };
        let actions = if succeeded { &step.on_success } else { &step.on_failure };
        let holds =
            |action: &&Action| action.criteria.iter().all(|criterion| criterion.evaluate(&after).holds == Ok(true));
        Performed {
            attempts: exchange.attempts,
            failed,
            drifts,
            outputs: step.outputs.iter().filter_map(|(name, e)| Some((name.clone(), after.evaluate(e)?))).collect(),
            action: actions.iter().find(holds).cloned(),
            succeeded,
            accepted,
            summary: match &exchange.result {
                Ok(response) => format!("{} was answered with {}", operation.id, response.status),
                Err(failure) => format!("{}: {failure}", operation.id),
            },
            json,
            created,
            marks: bound.body.as_ref().map(|body| marks_in(body, &self.mark)).unwrap_or_default(),
        }
    }

    /// Registers what a request created. Returns its number and its id, where the answer holds one.
    fn created(
        &self,
        operation: &Operation,
        bound: &Bound,
        exchange: &Exchange,
        body: Option<&Value>,
        intended: Option<journal::Object>,
    ) -> Option<(usize, Option<String>)> {
        let (_, parameter) = ["GET", "DELETE", "PATCH", "PUT"]
            .iter()
            .find_map(|method| producer::item_operation(self.contract, operation, method))?;
        let in_body = body.and_then(|body| {
            ids_in(body, &parameter).into_iter().find(|id| {
                // The parent's id in the answer is not the new object's.
                !bound.path.iter().any(|(_, value)| value == id)
            })
        });
        let in_location = || {
            let location = exchange.result.as_ref().ok()?.headers.get("Location")?;
            let path = location.split(['?', '#']).next()?;
            path.rsplit('/').find(|segment| !segment.is_empty()).map(str::to_owned)
        };
        let id = in_body.or_else(in_location);
        if let (Some(object), Some(id)) = (&intended, &id) {
            self.journal_note(
                object,
                journal::Event::Created { id: id.clone(), undo: self.undo(operation, bound, id) },
            );
        }
        let number = self.register.add(Created {
            creator: operation.id.clone(),
            parent: bound.path.clone(),
            parameter,
            id: id.clone(),
            removed: false,
            intended,
        });
        Some((number, id))
    }

    /// A request that should have created something did not.
    fn not_created(&self, creation: &Creation, exchange: &Exchange) {
        if creation.creates {
            self.gate.not_created();
        }
        // Without an answer it may have been created all the same, so the intention stays open.
        if let (Some(object), Ok(_)) = (&creation.intended, &exchange.result) {
            self.journal_note(object, journal::Event::NotCreated);
        }
    }

    fn removed(&self, bound: &Bound) {
        if let Some((name, id)) = bound.path.last() {
            self.forget(name, id, journal::Event::Deleted);
        }
    }

    /// Adds a finding to the tally. Returns the drift's id.
    fn sighting(
        &self,
        case: &Case,
        operation: &Operation,
        subject: &Subject<'_>,
        mut finding: crate::drift::Finding,
    ) -> String {
        let status = subject.response.map(|response| response.status);
        let id = crate::drift::fingerprint::fingerprint(&finding, &operation.id.0, status);
        let overlay = check::overlay::stated_by(subject, &finding);
        let redactor = self.redactor.aware_of(subject.exchange);
        finding.came = came(&redactor, &finding.part, &finding.came);
        let level = finding.level;
        let sighting = Sighting {
            id: id.clone(),
            finding,
            operation: operation.id.clone(),
            status,
            overlay,
            witness: witness(&self.redactor, subject.exchange),
        };
        let first = self.tally().sighting(&case.id, sighting);
        if first {
            (self.tell)(Event::DriftSeen { id: id.clone(), level });
        }
        id
    }
}

/// Members of a request body whose texts begin with the run's mark.
fn marks_in(body: &Value, mark: &str) -> Vec<(String, String)> {
    let Value::Object(members) = body else { return Vec::new() };
    let marked = |(name, member): (&String, &Value)| {
        let text = member.as_str().filter(|text| text.starts_with(mark))?;
        Some((name.clone(), text.to_owned()))
    };
    members.iter().filter_map(marked).collect()
}
