//! One case, step by step: what to send next, what to keep for later steps, when to end.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::case::expression::{Finished, Scope};
use crate::case::{ActionKind, Call, Case, CaseId, EACH_LISTED, Origin, Step, Supply};
use crate::outcome::{CaseRecord, CaseResult};
use crate::plan;

use super::bind::Unbound;
use super::law::{LOOKS, Seen};
use super::perform::{Decided, Errand, Performed, Retried, Turnout, next_action};
use super::{LEFT_OUT, Runner};

/// A case that jumps back and forth ends after so many steps.
const STEPS: usize = 500;

/// Cases may call cases this deep.
const DEPTH: usize = 8;

/// How a case ended.
#[derive(Debug, Clone)]
pub(super) struct CaseRun {
    pub(super) record: CaseRecord,
    pub(super) finished: Finished,
    /// Its exchanges, of a law's case.
    seen: Vec<Arc<Seen>>,
}

/// What a case knows while it runs.
#[derive(Debug, Default)]
struct State {
    /// Names what this run of the case creates.
    mark: String,
    inputs: Value,
    steps: BTreeMap<String, BTreeMap<String, Value>>,
    workflows: BTreeMap<String, Finished>,
    outputs: BTreeMap<String, Value>,
    drifts: Vec<String>,
    requests: u64,
    failed: bool,
    unjudged: Option<String>,
    /// The exchanges of a law's case, those of cases that it depends on first.
    seen: Vec<Arc<Seen>>,
}

/// What a step leaves behind once it was counted.
struct Counted {
    outputs: BTreeMap<String, Value>,
    action: Option<Decided>,
    summary: String,
}

/// Where to go after a step.
enum Next {
    Following,
    End,
    Step(String),
    Case(CaseId, Map<String, Value>),
    Again { action: String, after: Duration, step: Option<String>, case: Option<(CaseId, Map<String, Value>)> },
}

/// How a case came to a step.
#[derive(Debug, Clone, Copy)]
struct Walk<'w> {
    /// How often the step was sent again already.
    retried: &'w Retried,
    /// Only what always runs is still to come.
    ending: bool,
}

/// The cases that called each other up to here.
#[derive(Debug, Clone, Copy)]
struct Trail<'t> {
    case: &'t CaseId,
    /// The one that was started.
    root: &'t CaseId,
    before: Option<&'t Trail<'t>>,
}

impl<'t> Trail<'t> {
    fn depth(&self) -> usize {
        1 + self.before.map_or(0, Trail::depth)
    }

    fn holds(&self, id: &CaseId) -> bool {
        self.case == id || self.before.is_some_and(|before| before.holds(id))
    }

    fn call(&'t self, case: &'t CaseId) -> Trail<'t> {
        Trail { case, root: self.root, before: Some(self) }
    }
}

impl Runner<'_> {
    /// Runs a case with its own inputs.
    pub(super) async fn case(&self, case: &Case) -> CaseRun {
        self.case_with(case, case.inputs.clone(), Trail { case: &case.id, root: &case.id, before: None }).await
    }

    /// Boxed, because a case may call a case.
    fn case_with<'s>(
        &'s self,
        case: &'s Case,
        inputs: Value,
        trail: Trail<'s>,
    ) -> Pin<Box<dyn Future<Output = CaseRun> + 's>> {
        Box::pin(async move {
            let begun = Instant::now();
            let mut state = State { inputs, mark: self.next_mark(), ..State::default() };
            match self.dependencies(case, &mut state, &trail).await {
                Ok(()) => self.steps(case, &mut state, &trail).await,
                Err(reason) => state.unjudged = Some(reason),
            }
            if state.unjudged.is_none() {
                self.rule(case, &mut state, &trail).await;
            }
            self.end(case, state, begun.elapsed())
        })
    }

    /// Has the ruling of a law's case judge what was seen.
    async fn rule(&self, case: &Case, state: &mut State, trail: &Trail<'_>) {
        let mut judgement = Self::judgement(case, &state.seen);
        let again = case.ruling.as_ref().and_then(|ruling| ruling.again.as_ref());
        let again = again.and_then(|again| case.steps.iter().find(|step| step.id == *again));
        if let (Some(step), Ok(broken)) = (again, &judgement)
            && !broken.is_empty()
        {
            for _ in 0..LOOKS {
                self.step(case, step, state, trail, Walk { retried: &Retried::new(), ending: false }).await;
            }
            judgement = match state.unjudged.take() {
                Some(reason) => Err(reason),
                None => Self::judgement(case, &state.seen),
            };
        }
        match judgement {
            Ok(broken) => {
                let ruled = self.ruled(case, trail.root, &state.seen, broken);
                state.failed |= ruled.failed;
                state.drifts.extend(ruled.drifts);
            }
            Err(reason) => state.unjudged = Some(reason),
        }
    }

    fn end(&self, case: &Case, mut state: State, elapsed: Duration) -> CaseRun {
        let outputs: Vec<(String, Option<Value>)> = {
            let scope = state.scope();
            case.outputs.iter().map(|(name, expression)| (name.clone(), scope.evaluate(expression))).collect()
        };
        state.outputs.extend(outputs.into_iter().filter_map(|(name, value)| Some((name, value?))));
        let result = if state.failed {
            CaseResult::Failed
        } else if let Some(reason) = state.unjudged {
            CaseResult::NotJudged { reason: self.redactor.text(&reason) }
        } else if each_listed(case) && state.steps.is_empty() {
            // Fewer things than asked for are no loss, none at all is.
            CaseResult::NotJudged { reason: "no list showed anything".to_owned() }
        } else {
            CaseResult::Passed
        };
        state.drifts.sort();
        state.drifts.dedup();
        let record = CaseRecord {
            id: case.id.to_string(),
            name: case.name.clone(),
            family: plan::family(case).to_owned(),
            operations: plan::called(case).iter().map(ToString::to_string).collect(),
            result,
            drifts: state.drifts,
            requests: state.requests,
            milliseconds: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        };
        let finished = Finished { inputs: state.inputs, outputs: state.outputs };
        CaseRun { record, finished, seen: state.seen }
    }

    /// Cases that must have run before this one; each runs once, whoever asks first.
    async fn dependencies(&self, case: &Case, state: &mut State, trail: &Trail<'_>) -> Result<(), String> {
        for id in &case.depends_on {
            let Some(needed) = self.plan.case(id) else {
                return Err(format!("case {id}, which it depends on, is not there"));
            };
            // Who waits for a case that waits for him waits for ever.
            let Some(cell) = self.shared.get(id).filter(|_| !trail.holds(id)) else {
                return Err(format!("{} and it depend on each other", needed.name));
            };
            let own = Trail { case: id, root: id, before: Some(trail) };
            let again;
            // What sends nothing itself shows again only where what it looks at is asked again.
            let run = if case.steps.is_empty() && self.tally().confirming {
                again = self.case_with(needed, needed.inputs.clone(), own).await;
                state.requests += again.record.requests;
                &again
            } else {
                cell.get_or_init(|| self.case_with(needed, needed.inputs.clone(), own)).await
            };
            // What a law's case created is there, whatever else is wrong with the answer; without an id nothing is sent.
            let is_there = matches!(
                (&needed.origin, &run.record.result),
                (_, CaseResult::Passed) | (Origin::Law { .. }, CaseResult::Failed)
            );
            if !is_there {
                return Err(format!("{}, which it depends on, did not pass", needed.name));
            }
            state.seen.extend(run.seen.iter().cloned());
            match &needed.origin {
                Origin::Written { workflow, .. } => state.workflows.insert(workflow.clone(), run.finished.clone()),
                Origin::Law { .. } => state.workflows.insert(needed.name.clone(), run.finished.clone()),
                Origin::Generated { .. } => None,
            };
        }
        Ok(())
    }

    /// The steps in their order, and after them those that always run and were passed by.
    async fn steps(&self, case: &Case, state: &mut State, trail: &Trail<'_>) {
        let mut ran = BTreeSet::new();
        self.walk(case, state, trail, &mut ran).await;
        for (at, step) in case.steps.iter().enumerate() {
            if step.always && !ran.contains(&at) && self.health.broken().is_none() {
                self.step(case, step, state, trail, Walk { retried: &Retried::new(), ending: true }).await;
            }
        }
    }

    async fn walk(&self, case: &Case, state: &mut State, trail: &Trail<'_>, ran: &mut BTreeSet<usize>) {
        let mut at = 0;
        let mut taken = 0;
        let mut again: BTreeMap<usize, Retried> = BTreeMap::new();
        let mut ending = false;
        while let Some(step) = case.steps.get(at) {
            if ending && !step.always {
                at += 1;
                continue;
            }
            taken += 1;
            let broken = self.health.broken().map(|broken| broken.reason);
            if broken.is_some() || taken > STEPS {
                state.unjudged.get_or_insert(broken.unwrap_or_else(|| format!("more than {STEPS} steps")));
                return;
            }
            let mut retried = again.remove(&at).unwrap_or_default();
            ran.insert(at);
            match self.step(case, step, state, trail, Walk { retried: &retried, ending }).await {
                Next::Following => at += 1,
                Next::End => {
                    ending = true;
                    at += 1;
                }
                Next::Step(id) => at = case.steps.iter().position(|step| step.id == id).unwrap_or(case.steps.len()),
                Next::Case(id, inputs) => {
                    self.go_to(&id, inputs, state, trail).await;
                    ending = true;
                    at += 1;
                }
                Next::Again { action, after, step: before, case: first } => {
                    *retried.entry(action).or_default() += 1;
                    again.insert(at, retried);
                    tokio::time::sleep(after).await;
                    if let Some(before) = before.and_then(|id| case.steps.iter().find(|step| step.id == id)) {
                        self.step(case, before, state, trail, Walk { retried: &Retried::new(), ending }).await;
                    }
                    if let Some((id, inputs)) = first {
                        self.go_to(&id, inputs, state, trail).await;
                    }
                }
            }
        }
    }

    async fn go_to(&self, id: &CaseId, given: Map<String, Value>, state: &mut State, trail: &Trail<'_>) {
        let Some(case) = self.plan.case(id).filter(|_| trail.depth() < DEPTH) else {
            state.unjudged.get_or_insert(format!("case {id} cannot be called from here"));
            return;
        };
        let mut inputs = case.inputs.as_object().cloned().unwrap_or_default();
        inputs.extend(given);
        let run = self.case_with(case, Value::Object(inputs), trail.call(&case.id)).await;
        state.absorb(&run);
        if let Origin::Written { workflow, .. } = &case.origin {
            state.workflows.insert(workflow.clone(), run.finished);
        }
    }

    async fn step(&self, case: &Case, step: &Step, state: &mut State, trail: &Trail<'_>, walk: Walk<'_>) -> Next {
        let Walk { retried, ending } = walk;
        let id = match &step.call {
            Call::Case(id) => return self.call(id, step, state, trail, retried).await,
            Call::Operation(id) => id,
        };
        if let Some(missing) = step.depends_on.iter().find(|id| !state.steps.contains_key(*id)) {
            state.unjudged.get_or_insert(format!("step {}: step {missing}, which it depends on, has not run", step.id));
            return Next::End;
        }
        let Some(operation) = self.contract.operation(id) else {
            state.unjudged.get_or_insert(format!("{id} is not in the contract"));
            return Next::End;
        };
        let patient_until = step.until.as_ref().and_then(|until| Instant::now().checked_add(until.within));
        let errand = Errand { retried, patient_until, ..Errand::of(trail.root) };
        let performed = loop {
            let performed = {
                let scope = state.scope();
                self.perform(case, step, operation, &scope, &errand).await
            };
            match (performed, &step.until) {
                // What is wrong already gets no better by waiting.
                (Ok(early), Some(until))
                    if early.turnout == Turnout::Waiting && !early.failed && self.health.broken().is_none() =>
                {
                    state.count(early);
                    tokio::time::sleep(until.every).await;
                }
                (performed, _) => break performed,
            }
        };
        match performed {
            Ok(performed) => match take(step, state, performed) {
                Next::End if each_listed(case) => Next::Following,
                next => next,
            },
            Err(Unbound::Absent(_)) if each_listed(case) => Next::Following,
            // Where the case ended early there may be nothing to clean up.
            Err(Unbound::Absent(_)) if ending => Next::Following,
            // The end of a chain of links is no loss: the answer simply names no next one.
            Err(Unbound::Absent(_)) if !matches!(case.origin, Origin::Written { .. }) && !state.steps.is_empty() => {
                Next::End
            }
            // What was cut off in the middle was left out as well.
            Err(Unbound::Spent(reason)) => {
                state.unjudged.get_or_insert(format!("{LEFT_OUT}: {reason}"));
                Next::End
            }
            Err(reason) => {
                state.unjudged.get_or_insert(format!("step {}: {reason}", step.id));
                Next::End
            }
        }
    }

    /// A step that calls another case: its arguments are the case's inputs, the case's outputs are the step's.
    async fn call(&self, id: &CaseId, step: &Step, state: &mut State, trail: &Trail<'_>, retried: &Retried) -> Next {
        let Some(called) = self.plan.case(id).filter(|_| trail.depth() < DEPTH) else {
            state.unjudged.get_or_insert(format!("step {}: case {id} cannot be called from here", step.id));
            return Next::End;
        };
        let mut inputs = called.inputs.as_object().cloned().unwrap_or_default();
        for argument in &step.arguments {
            let Supply::Template(template) = &argument.value else { continue };
            let Ok(Some(value)) = template.render(&state.scope()).map(|rendered| rendered.value) else {
                state.unjudged.get_or_insert(format!("step {}: input `{}` is absent", step.id, argument.name));
                return Next::End;
            };
            inputs.insert(argument.name.clone(), value);
        }
        let run = self.case_with(called, Value::Object(inputs), trail.call(&called.id)).await;
        state.absorb(&run);
        if let Origin::Written { workflow, .. } = &called.origin {
            state.workflows.insert(workflow.clone(), run.finished.clone());
        }
        let (kept, succeeded, action) = {
            let scope = Scope { outputs: &run.finished.outputs, ..state.scope() };
            let mut kept = run.finished.outputs.clone();
            kept.extend(
                step.outputs.iter().filter_map(|(name, expression)| Some((name.clone(), scope.evaluate(expression)?))),
            );
            let held = step.criteria.iter().all(|criterion| criterion.evaluate(&scope).holds == Ok(true));
            let succeeded = run.record.result == CaseResult::Passed && held;
            (kept, succeeded, next_action(step, succeeded, &scope, retried))
        };
        state.steps.insert(step.id.clone(), kept);
        let failed = run.record.result == CaseResult::Failed;
        follow(action, succeeded).unwrap_or_else(|| {
            if !succeeded && !failed {
                state.unjudged.get_or_insert(format!("step {}: {} did not end as it should", step.id, called.name));
            }
            if succeeded { Next::Following } else { Next::End }
        })
    }
}

/// Whether the steps stand by themselves.
fn each_listed(case: &Case) -> bool {
    matches!(case.origin, Origin::Generated { family: EACH_LISTED })
}

/// Keeps what a request brought and decides where to go.
fn take(step: &Step, state: &mut State, performed: Performed) -> Next {
    let (failed, succeeded) = (performed.failed, performed.turnout == Turnout::Succeeded);
    let Counted { outputs, action, summary } = state.count(performed);
    state.steps.insert(step.id.clone(), outputs);
    follow(action, succeeded).unwrap_or_else(|| {
        // A step that fails without a drift ends the case all the same, and then nothing is known of what it is about.
        if !succeeded && !failed {
            state.unjudged.get_or_insert(format!("step {}: {summary}", step.id));
        }
        if succeeded { Next::Following } else { Next::End }
    })
}

/// Where the action of a step leads; nothing where there is none.
fn follow(decided: Option<Decided>, succeeded: bool) -> Option<Next> {
    let Decided { action, inputs } = decided?;
    match action.kind {
        // The end of a step that failed is how it ends without any action, too.
        ActionKind::End => succeeded.then_some(Next::End),
        ActionKind::GotoStep(id) => Some(Next::Step(id)),
        ActionKind::GotoCase(id) => Some(Next::Case(id, inputs)),
        ActionKind::Retry { after, step, case, .. } => {
            Some(Next::Again { action: action.name, after, step, case: case.map(|id| (id, inputs)) })
        }
    }
}

impl State {
    fn scope(&self) -> Scope<'_> {
        Scope {
            outputs: &self.outputs,
            steps: &self.steps,
            workflows: &self.workflows,
            ..Scope::new(&self.inputs, &self.mark)
        }
    }

    /// Counts an exchange; what is left is for the steps that follow.
    fn count(&mut self, performed: Performed) -> Counted {
        let Performed { attempts, failed, drifts, outputs, action, summary, seen, .. } = performed;
        self.seen.extend(seen);
        self.requests += u64::from(attempts);
        self.failed |= failed;
        self.drifts.extend(drifts);
        Counted { outputs, action, summary }
    }

    fn absorb(&mut self, run: &CaseRun) {
        self.requests += run.record.requests;
        self.drifts.extend(run.record.drifts.iter().cloned());
        match &run.record.result {
            CaseResult::Failed => self.failed = true,
            CaseResult::NotJudged { reason } => {
                self.unjudged.get_or_insert(format!("{}: {reason}", run.record.name));
            }
            CaseResult::Passed => {}
        }
    }
}
