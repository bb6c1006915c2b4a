//! One step: bound, let through, sent, judged, counted.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::case::expression::{Evaluated, Received, Scope, Sent};
use crate::case::{Action, ActionKind, Case, CaseId, Credentials, EACH_LISTED, Intent, Origin, Spot, Step, Supply};
use crate::check::reading::Reading;
use crate::check::{Body, Subject};
use crate::contract::base_url::base_url;
use crate::contract::{Location, Operation, PathPart};
use crate::drift::Witness;
use crate::exchange::Exchange;
use crate::plan::producer::{Bindings, item_path, objects};

use super::Runner;
use super::bind::{self, Bound, Resolution, Resolved, Unbound};
use super::created::{Created, Existence, id_text, ids_in};
use super::gate::Purpose;
use super::health::{Pulse, Sign};
use super::journal;
use super::judge::Shown;
use super::pool::Need;
use super::redact::Redactor;
use super::tally::{Answered, Sighting};
use super::witness::witness;

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
    /// The exchange as it may be shown, where somebody asks for it.
    pub(super) probed: Option<Probed>,
}

/// What became of a request that was sent to find something out.
#[derive(Debug)]
pub(super) struct Probed {
    pub(super) status: Option<u16>,
    pub(super) witness: Witness,
    /// The drifts that showed.
    pub(super) drifts: Vec<(String, Sighting)>,
    /// Takes out what must not be shown of this exchange.
    pub(super) redactor: Redactor,
}

/// What a step is performed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// Its case runs.
    Case,
    /// Another one needs what it brings.
    Fixture,
    /// Something is to be found out; what shows is told to who asks, and to nobody else.
    Probe {
        /// Whether its sibling was accepted each time.
        paired: bool,
    },
}

/// For whom a step is performed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand<'a> {
    /// The case that is run again to see a drift again: the one that was started, whatever it calls.
    pub(super) root: &'a CaseId,
    /// How often the step was sent again already because its actions say so.
    pub(super) retried: u32,
    /// Values of path parameters that are settled.
    pub(super) given: &'a Bindings,
    pub(super) aim: Aim,
}

impl<'a> Errand<'a> {
    /// The first attempt of a step of `root` itself.
    pub(super) fn of(root: &'a CaseId) -> Self {
        static NONE: Bindings = Vec::new();
        Self { root, retried: 0, given: &NONE, aim: Aim::Case }
    }

    /// For what `root` would bring.
    pub(super) fn fixture(root: &'a CaseId, given: &'a Bindings) -> Self {
        Self { given, aim: Aim::Fixture, ..Self::of(root) }
    }
}

/// One step on its way.
pub(super) struct Turn<'a> {
    pub(super) case: &'a Case,
    pub(super) step: &'a Step,
    pub(super) operation: &'a Operation,
    pub(super) scope: Scope<'a>,
    pub(super) bound: &'a Bound,
    pub(super) errand: &'a Errand<'a>,
    /// The number of the exchange.
    pub(super) number: u64,
}

/// What a request would create.
#[derive(Debug)]
struct Creation {
    creates: bool,
    /// Its entry in the journal.
    intended: Option<journal::Object>,
}

impl Runner<'_> {
    /// Performs a step, with ids obtained from the pool where neither it nor the errand names any.
    pub(super) async fn perform(
        &self,
        case: &Case,
        step: &Step,
        operation: &Operation,
        scope: &Scope<'_>,
        errand: &Errand<'_>,
    ) -> Result<Performed, Unbound> {
        let prepared = self.prepare(step, operation, scope, errand.given).await;
        let (bound, creation) = prepared.inspect_err(|reason| match (&step.intent, reason) {
            (Intent::Valid | Intent::Unknown, Unbound::Refused(reason)) => {
                self.tally().forbidden(&operation.id, reason.clone());
            }
            // That lists show less than could be read says nothing about what could be asked for.
            (_, Unbound::Absent(_)) if matches!(case.origin, Origin::Generated { family: EACH_LISTED }) => {}
            (Intent::Valid | Intent::Unknown, _) => self.tally().missed(&operation.id),
            _ => {}
        })?;
        let flight = creation.creates.then(|| self.flights.begin(&operation.id));
        let exchange = self.settled(step, operation, &bound).await;
        if let Some(flight) = flight {
            self.flights.end(flight, &exchange);
        }
        let (number, pulse) = self.count((case, step, operation), errand, &bound, &exchange);
        if pulse == Pulse::Suspicious {
            self.ask_canary(operation).await;
        }
        let turn = Turn { case, step, operation, scope: *scope, bound: &bound, errand, number };
        Ok(self.conclude(&turn, &exchange, &creation))
    }

    /// The request, let through by the gate and, where it creates, written down.
    async fn prepare(
        &self,
        step: &Step,
        operation: &Operation,
        scope: &Scope<'_>,
        given: &Bindings,
    ) -> Result<(Bound, Creation), Unbound> {
        let refused = |refusal: super::gate::Refusal| Unbound::Refused(refusal.to_string());
        if let Some(spent) = self.meter.exhausted() {
            return Err(Unbound::Spent(spent));
        }
        let method = method(step, operation);
        self.gate.foresee(&operation.id, method, Purpose::from(&step.intent)).map_err(refused)?;
        self.pace.may_ask(&operation.id).map_err(Unbound::Refused)?;
        let bound = self.bind(step, operation, scope, given).await?;
        let creates = self.collections.creates(operation) && step.method.is_none();
        let own = names_nothing(step, &bound) || self.register.owns(&objects(&operation.path, &bound.path));
        self.ask(operation, &bound, own, creates, Purpose::from(&step.intent)).map_err(refused)?;
        if !self.meter.take() {
            if creates {
                self.gate.not_created();
            }
            return Err(Unbound::Spent(self.meter.exhausted().unwrap_or_default()));
        }
        let intended = if creates { self.intend(operation, &bound) } else { Ok(None) };
        let intended = intended.inspect_err(|_| self.gate.not_created())?;
        Ok((bound, Creation { creates, intended }))
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
                Supply::Listed(name, index) => {
                    Resolution::Value(self.listed_at(operation, name, &fixed, *index).await?.into())
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
        let need = Need { method: method(step, operation), intent: &step.intent };
        let already: Vec<String> = fixed.iter().map(|(name, _)| name.clone()).collect();
        fixed.extend(given.iter().cloned());
        let named = |name: &str| fixed.iter().any(|(given, _)| given == name);
        let path = if wanting || !operation.path.names().all(named) {
            self.existing(operation, &need, &fixed).await?
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
        let mut bound = bind::request(operation, &base, &resolved, content, step.credentials, self.environment)
            .map_err(Unbound::Impossible)?;
        if let Some(method) = &step.method {
            bound.request.method.clone_from(method);
        }
        Ok(bound)
    }

    fn count(
        &self,
        (case, step, operation): (&Case, &Step, &Operation),
        errand: &Errand<'_>,
        bound: &Bound,
        exchange: &Exchange,
    ) -> (u64, Pulse) {
        let own = step.credentials == Credentials::Environment;
        let answered = Answered {
            operation,
            intent: &step.intent,
            with_credentials: own && (bound.with_credentials || operation.needs_credentials()),
            in_its_own_right: errand.aim == Aim::Case,
            exchange,
        };
        self.tally().exchange(answered);
        self.pace.take(&operation.id, exchange);
        let what = format!("{} {} ({})", bound.request.method, operation.path.text, case.name);
        self.health.exchange(&what, &Sign::of(exchange, answered.with_credentials))
    }

    /// Counts what the request exercised of the promises about requests.
    fn exercised(&self, turn: &Turn<'_>, exchange: &Exchange, success: bool) {
        let Turn { step, operation, bound, .. } = *turn;
        if turn.errand.aim != Aim::Case || self.tally().confirming || exchange.result.is_err() {
            return;
        }
        match &step.intent {
            Intent::Valid | Intent::Hostile if success => self.ledger.kept(self.contract, operation, bound),
            Intent::Invalid(breach) => {
                self.ledger.broken(self.contract, operation, breach, step.sibling.as_ref());
            }
            _ => {}
        }
    }

    /// Judges the answer and takes from it what later steps need.
    fn conclude(&self, turn: &Turn<'_>, exchange: &Exchange, creation: &Creation) -> Performed {
        let Turn { case, step, operation, scope, bound, .. } = *turn;
        let reading = Reading::new(self.contract, operation, exchange);
        let json = match &reading.body {
            Body::Json(value) => Some(value),
            _ => None,
        };
        let sent = Sent { request: &bound.request, path: &bound.path, body: bound.body.as_ref() };
        let received = exchange.result.as_ref().ok().map(|response| Received { response, body: json });
        let after = Scope { request: Some(sent), response: received, ..scope };
        let criteria: Vec<Evaluated> = match received {
            Some(_) => step.criteria.iter().map(|criterion| criterion.evaluate(&after)).collect(),
            None => Vec::new(),
        };
        let status = received.map(|received| received.response.status);
        let success = status.is_some_and(|status| (200..300).contains(&status));
        let succeeded = match (&case.origin, step.criteria.is_empty()) {
            _ if received.is_none() => false,
            (_, false) => criteria.iter().all(|criterion| criterion.holds == Ok(true)),
            (Origin::Generated { .. }, true) if step.intent != Intent::Valid => true,
            (_, true) => success,
        };
        let action = next_action(step, succeeded, &after);
        let foreseen = !succeeded && action.is_some_and(|action| is_foreseen(action, turn.errand.retried));
        let created = if creation.creates && success {
            self.created(turn, &after, creation.intended.clone())
        } else {
            self.not_created(creation, exchange);
            None
        };
        if success {
            if bound.request.method == "DELETE" {
                self.removed(operation, bound);
            }
            self.pool.spend(operation, &bound.request.method, &step.intent);
        }
        self.exercised(turn, exchange, success);
        let subject = Subject::new(&reading, &step.intent, &criteria).expected_within(self.environment.slow_after);
        let Shown { failed, drifts, described } = self.judge(turn, &subject, foreseen);
        let outputs = step.outputs.iter().filter_map(|(name, e)| Some((name.clone(), after.evaluate(e)?))).collect();
        let action = action.cloned();
        Performed {
            attempts: exchange.attempts,
            failed,
            drifts,
            outputs,
            action,
            succeeded,
            accepted: success && status.is_some_and(|status| operation.response(status).is_some()),
            summary: match &exchange.result {
                Ok(response) => format!("{} was answered with {}", operation.id, response.status),
                Err(failure) => format!("{}: {failure}", operation.id),
            },
            json: match reading.body {
                Body::Json(value) => Some(value),
                _ => None,
            },
            created,
            marks: bound.body.as_ref().map(|body| marks_in(body, &self.mark)).unwrap_or_default(),
            probed: matches!(turn.errand.aim, Aim::Probe { .. }).then(|| Probed {
                status,
                witness: witness(&self.redactor, exchange),
                drifts: described,
                redactor: self.redactor.aware_of(exchange),
            }),
        }
    }

    /// Registers what a request created. Returns its number and its id, where the answer holds one.
    fn created(
        &self,
        turn: &Turn<'_>,
        after: &Scope<'_>,
        intended: Option<journal::Object>,
    ) -> Option<(usize, Option<String>)> {
        let Turn { operation, bound, scope, .. } = *turn;
        let parameter = self.collections.item_parameter(operation)?;
        let received = after.response?;
        let linked = || self.collections.linked(operation).and_then(|value| id_text(&after.evaluate(value)?));
        let in_body = || {
            // The parent's id in the answer is not the new object's.
            let ids = ids_in(received.body?, parameter);
            ids.into_iter().find(|id| !bound.path.iter().any(|(_, value)| value == id))
        };
        let in_location = || id_in_location(received.response.headers.get("Location")?, operation);
        let id = linked().or_else(in_body).or_else(in_location);
        if let (Some(object), Some(id)) = (&intended, &id) {
            let undo = self.undo(operation, &bound.path, id);
            self.journal_note(object, journal::Event::Created { id: id.clone(), undo });
        }
        let path = id.as_ref().map(|id| item_path(&operation.path, &bound.path, id));
        let created = Created {
            creator: operation.id.clone(),
            parent: bound.path.clone(),
            id: id.clone(),
            state: Existence::There,
            mark: scope.run.to_owned(),
            intended,
        };
        Some((self.register.add(created, path), id))
    }

    /// The object of this number, which `creator` made, was found to have this id.
    pub(super) fn identify(&self, creator: &Operation, number: usize, id: &str) {
        let Some(created) = self.register.identify(number, |parent| item_path(&creator.path, parent, id), id) else {
            return;
        };
        if let Some(object) = &created.intended {
            let undo = self.undo(creator, &created.parent, id);
            self.journal_note(object, journal::Event::Created { id: id.to_owned(), undo });
        }
    }

    /// A request that should have created something did not, or nobody can tell: without an answer, and after a failure of
    /// the server, it may have been created all the same. Then the intention stays open and counts.
    fn not_created(&self, creation: &Creation, exchange: &Exchange) {
        if !creation.creates || !exchange.result.as_ref().is_ok_and(|response| response.status < 500) {
            return;
        }
        self.gate.not_created();
        if let Some(object) = &creation.intended {
            self.journal_note(object, journal::Event::NotCreated);
        }
    }

    /// A DELETE was accepted. One of `/customers/{id}/photo` removes no customer.
    fn removed(&self, operation: &Operation, bound: &Bound) {
        if operation.path.parts.last().is_some_and(|part| matches!(part, PathPart::Parameter(_)))
            && let Some(path) = objects(&operation.path, &bound.path).last()
        {
            self.forget(path, Existence::Deleted);
        }
    }
}

/// Whether the path holds an id that was made up, or one that its schema forbids: it names nothing that anybody could
/// lose. An empty one may leave the path of a whole collection.
fn names_nothing(step: &Step, bound: &Bound) -> bool {
    let at = step.sibling.as_ref().map(|sibling| &sibling.at);
    let broken = matches!(step.intent, Intent::Invalid(_)) && matches!(at, Some(Spot::Parameter(Location::Path, ..)));
    let whole = |(_, id): &(String, String)| !matches!(id.trim(), "" | "." | "..") && !id.contains(['/', '\\']);
    step.intent == Intent::Absent || (broken && bound.path.iter().all(whole))
}

/// The method that a step is sent with.
fn method<'s>(step: &'s Step, operation: &'s Operation) -> &'s str {
    step.method.as_ref().unwrap_or(&operation.method)
}

/// What the step's actions say comes next: the first whose criteria hold.
pub(super) fn next_action<'s>(step: &'s Step, succeeded: bool, after: &Scope<'_>) -> Option<&'s Action> {
    let actions = if succeeded { &step.on_success } else { &step.on_failure };
    actions.iter().find(|action| action.criteria.iter().all(|criterion| criterion.evaluate(after).holds == Ok(true)))
}

/// Whether a failure is part of the case's way: it is tried again, or the case says where to go on in just this situation.
fn is_foreseen(action: &Action, retried: u32) -> bool {
    match action.kind {
        ActionKind::Retry { limit, .. } => retried < limit,
        ActionKind::GotoStep(_) | ActionKind::GotoCase(_) => !action.criteria.is_empty(),
        ActionKind::End => false,
    }
}

/// The id in a `Location`: what follows the path of the collection, else its last segment.
fn id_in_location(location: &str, creator: &Operation) -> Option<String> {
    let path = location.split(['?', '#']).next()?;
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let collection = creator.path.text.rsplit('/').find(|segment| !segment.is_empty())?;
    let at = segments.iter().rposition(|segment| *segment == collection).map(|at| at + 1);
    let id = at.and_then(|at| segments.get(at)).or(segments.last())?;
    (*id != collection).then(|| percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned())
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
