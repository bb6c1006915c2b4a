//! One step: bound, let through, sent, judged, counted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::case::expression::{Criterion, Evaluated, Received, Scope, Sent};
use crate::case::{Action, ActionKind, Case, CaseId, Credentials, EACH_LISTED, Intent, Origin, Spot, Step, Supply};
use crate::check::reading::Reading;
use crate::check::{Body, Subject, failed_criterion};
use crate::contract::{Location, Operation};
use crate::drift::Witness;
use crate::exchange::Exchange;
use crate::plan::producer::{Bindings, objects};

use super::Runner;
use super::attempt;
use super::bind::{Bound, Unbound};
use super::creation::{Creation, marks_in};
use super::gate::Purpose;
use super::health::{Pulse, Sign};
use super::judge::Shown;
use super::law::Seen;
use super::redact::Redactor;
use super::tally::{Answered, Sighting};
use super::witness::witness;

/// A server that asks for a longer pause before a retry is asked again after this one.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

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
    pub(super) action: Option<Decided>,
    pub(super) turnout: Turnout,
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
    /// The exchange as the ruling of its case sees it, where it belongs to a law.
    pub(super) seen: Option<Arc<Seen>>,
}

/// How a step turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turnout {
    /// It holds what was expected.
    Succeeded,
    /// It does not.
    Failed,
    /// What it waits for has not come yet, and there is time left.
    Waiting,
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

/// How often a step was sent again because of an action, by the action's name.
pub(super) type Retried = BTreeMap<String, u32>;

/// What the step's actions say comes next, with the inputs that they hand to a case.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    pub(super) action: Action,
    pub(super) inputs: Map<String, Value>,
}

/// For whom a step is performed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand<'a> {
    /// The case that is run again to see a drift again: the one that was started, whatever it calls.
    pub(super) root: &'a CaseId,
    /// How often the step was sent again already because its actions say so, by action.
    pub(super) retried: &'a Retried,
    /// Values of path parameters that are settled.
    pub(super) given: &'a Bindings,
    pub(super) aim: Aim,
    /// Until when an answer may still not be what the step waits for.
    pub(super) patient_until: Option<Instant>,
}

impl<'a> Errand<'a> {
    /// The first attempt of a step of `root` itself.
    pub(super) fn of(root: &'a CaseId) -> Self {
        static NONE: Bindings = Vec::new();
        static FIRST: Retried = Retried::new();
        Self { root, retried: &FIRST, given: &NONE, aim: Aim::Case, patient_until: None }
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
    /// When the request was about to leave.
    pub(super) begun: Timestamp,
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
        let begun = Timestamp::now();
        let exchange = self.settled(step, operation, &bound).await;
        if let Some(flight) = flight {
            self.flights.end(flight, &exchange);
        }
        let (number, pulse) = self.count((case, step, operation), errand, &bound, &exchange);
        if pulse == Pulse::Suspicious {
            self.ask_canary(operation).await;
        }
        let turn = Turn { case, step, operation, scope: *scope, bound: &bound, errand, number, begun };
        let performed = self.conclude(&turn, &exchange, &creation);
        self.record(&turn, &exchange, &performed.drifts);
        Ok(performed)
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

    pub(super) fn count(
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
    pub(super) fn exercised(&self, turn: &Turn<'_>, exchange: &Exchange, success: bool) {
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
        let mut criteria: Vec<Evaluated> = match received {
            Some(_) => step.criteria.iter().flat_map(|criterion| criterion.evaluate_each(&after)).collect(),
            None => Vec::new(),
        };
        let waiting = received.is_some() && awaited(step, &after, turn.errand.patient_until, &mut criteria);
        let status = received.map(|received| received.response.status);
        let success = status.is_some_and(|status| (200..300).contains(&status));
        let undecided = step.until.is_none() && !step.criteria.iter().any(Criterion::decides);
        let succeeded = match (&case.origin, undecided) {
            _ if received.is_none() => false,
            // What the answers have to do with each other is for the law to judge, once all have come.
            (Origin::Law { .. }, _) if step.intent != Intent::Valid => true,
            _ if criteria.iter().any(|criterion| criterion.holds != Ok(true)) => false,
            (_, false) => true,
            (Origin::Generated { .. }, true) if step.intent != Intent::Valid => true,
            // A refusal is what the case expects.
            (_, true) if matches!(step.intent, Intent::Invalid(_) | Intent::Unauthorized) => {
                status.is_some_and(|status| (400..500).contains(&status))
            }
            (_, true) => success,
        };
        let action = next_action(step, succeeded, &after, turn.errand.retried);
        let foreseen = waiting
            || matches!(case.origin, Origin::Law { .. })
            || !succeeded && action.as_ref().is_some_and(|decided| is_foreseen(&decided.action));
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
        let Shown { failed, drifts, described } =
            self.judge(turn, &subject, &|finding| foreseen && finding.rule == failed_criterion::CHECK.id);
        let outputs = step.outputs.iter().filter_map(|(name, e)| Some((name.clone(), after.evaluate(e)?))).collect();
        let seen = self.seen(turn, &reading, exchange);
        Performed {
            attempts: exchange.attempts,
            failed,
            drifts,
            outputs,
            action,
            turnout: match (waiting, succeeded) {
                (true, _) => Turnout::Waiting,
                (false, true) => Turnout::Succeeded,
                (false, false) => Turnout::Failed,
            },
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
            seen,
        }
    }
}

/// Whether an answer is not yet what `step` waits for, and another may still come; what it says of that goes to `criteria`.
fn awaited(step: &Step, after: &Scope<'_>, patient_until: Option<Instant>, criteria: &mut Vec<Evaluated>) -> bool {
    let Some(until) = &step.until else { return false };
    let said = until
        .criteria
        .iter()
        .flat_map(|criterion| criterion.evaluate_each(after))
        .map(|said| Evaluated { expected: format!("{} within {:?}", said.expected, until.within), ..said });
    let before = criteria.len();
    criteria.extend(said);
    let came = criteria.iter().skip(before).all(|criterion| criterion.holds == Ok(true));
    !came && patient_until.is_some_and(|end| Instant::now() + until.every < end)
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
pub(super) fn method<'s>(step: &'s Step, operation: &'s Operation) -> &'s str {
    step.method.as_ref().unwrap_or(&operation.method)
}

/// What the step's actions say comes next: the first whose criteria hold, and that has retries left where it is one.
pub(super) fn next_action(step: &Step, succeeded: bool, after: &Scope<'_>, retried: &Retried) -> Option<Decided> {
    let actions = if succeeded { &step.on_success } else { &step.on_failure };
    let is_left = |action: &Action| match action.kind {
        ActionKind::Retry { limit, .. } => retried.get(&action.name).copied().unwrap_or_default() < limit,
        _ => true,
    };
    let holds = |action: &Action| action.criteria.iter().all(|criterion| criterion.evaluate(after).holds == Ok(true));
    let mut action = actions.iter().find(|action| is_left(action) && holds(action))?.clone();
    if let ActionKind::Retry { after: pause, .. } = &mut action.kind
        && let Some(received) = after.response
        && let Some(asked) = attempt::retry_after(received.response, jiff::Timestamp::now())
    {
        // The server knows better when it is worth trying, but it does not decide how long a run takes.
        *pause = asked.min(LONGEST_PAUSE);
    }
    let mut inputs = Map::new();
    for argument in &action.arguments {
        if let Supply::Template(template) = &argument.value
            && let Ok(Some(value)) = template.render(after).map(|rendered| rendered.value)
        {
            inputs.insert(argument.name.clone(), value);
        }
    }
    Some(Decided { action, inputs })
}

/// Whether a failure is part of the case's way: it is tried again, or the case says where to go on in just this situation.
fn is_foreseen(action: &Action) -> bool {
    match action.kind {
        ActionKind::Retry { .. } => true,
        ActionKind::GotoStep(_) | ActionKind::GotoCase(_) => !action.criteria.is_empty(),
        ActionKind::End => false,
    }
}
