//! One case, step by step: what to send next, what to keep for later steps, when to end.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::case::expression::{Finished, Scope};
use crate::case::{Action, ActionKind, Call, Case, CaseId, Origin, Step};
use crate::outcome::{CaseRecord, CaseResult};
use crate::plan;

use super::Runner;
use super::bind::Unbound;
use super::perform::Performed;

/// A case that jumps back and forth ends after so many steps.
const STEPS: usize = 500;

/// Cases may call cases this deep.
const DEPTH: u8 = 8;

/// How a case ended.
#[derive(Debug, Clone)]
pub(super) struct CaseRun {
    pub(super) record: CaseRecord,
    pub(super) finished: Finished,
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
}

/// Where to go after a step.
enum Next {
    Following,
    End,
    Step(String),
    Case(CaseId),
    Again { after: Duration, limit: u32, step: Option<String>, case: Option<CaseId> },
}

impl Runner<'_> {
    /// Runs a case with its own inputs.
    pub(super) async fn case(&self, case: &Case) -> CaseRun {
        self.case_with(case, case.inputs.clone(), 0).await
    }

    /// Boxed, because a case may call a case.
    fn case_with<'s>(
        &'s self,
        case: &'s Case,
        inputs: Value,
        depth: u8,
    ) -> Pin<Box<dyn Future<Output = CaseRun> + 's>> {
        Box::pin(async move {
            let begun = Instant::now();
            let mut state = State { inputs, mark: self.next_mark(), ..State::default() };
            match self.dependencies(case, &mut state, depth).await {
                Ok(()) => self.steps(case, &mut state, depth).await,
                Err(reason) => state.unjudged = Some(reason),
            }
            self.end(case, state, begun.elapsed())
        })
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
        CaseRun { record, finished: Finished { inputs: state.inputs, outputs: state.outputs } }
    }

    /// Cases that must have run before this one; each runs once, whoever asks first.
    async fn dependencies(&self, case: &Case, state: &mut State, depth: u8) -> Result<(), String> {
        for id in &case.depends_on {
            let Some(needed) = self.plan.case(id) else {
                return Err(format!("case {id}, which it depends on, is not there"));
            };
            let Some(cell) = self.shared.get(id).filter(|_| depth < DEPTH) else {
                return Err(format!("{} is needed too deep", needed.name));
            };
            let run = cell.get_or_init(|| self.case_with(needed, needed.inputs.clone(), depth + 1)).await;
            if run.record.result != CaseResult::Passed {
                return Err(format!("{}, which it depends on, did not pass", needed.name));
            }
            if let Origin::Written { workflow, .. } = &needed.origin {
                state.workflows.insert(workflow.clone(), run.finished.clone());
            }
        }
        Ok(())
    }

    async fn steps(&self, case: &Case, state: &mut State, depth: u8) {
        let mut at = 0;
        let mut taken = 0;
        let mut retries: BTreeMap<usize, u32> = BTreeMap::new();
        let mut ending = false;
        while let Some(step) = case.steps.get(at) {
            if ending && !step.always {
                at += 1;
                continue;
            }
            taken += 1;
            if taken > STEPS || self.health.broken().is_some() {
                let reason = self.health.broken().unwrap_or_else(|| format!("more than {STEPS} steps"));
                state.unjudged.get_or_insert(reason);
                return;
            }
            let next = self.step(case, step, state, depth).await;
            at = match next {
                Next::Following => at + 1,
                Next::End => {
                    ending = true;
                    at + 1
                }
                Next::Step(id) => case.steps.iter().position(|step| step.id == id).unwrap_or(case.steps.len()),
                Next::Case(id) => {
                    self.go_to(&id, state, depth).await;
                    case.steps.len()
                }
                Next::Again { after, limit, step, case: first } => {
                    let used = retries.entry(at).or_default();
                    *used += 1;
                    if *used > limit {
                        ending = true;
                        at + 1
                    } else {
                        tokio::time::sleep(after).await;
                        if let Some(before) = step.and_then(|id| case.steps.iter().find(|step| step.id == id)) {
                            self.step(case, before, state, depth).await;
                        }
                        if let Some(id) = first {
                            self.go_to(&id, state, depth).await;
                        }
                        at
                    }
                }
            };
        }
    }

    async fn go_to(&self, id: &CaseId, state: &mut State, depth: u8) {
        let Some(case) = self.plan.case(id).filter(|_| depth < DEPTH) else {
            state.unjudged.get_or_insert(format!("case {id} cannot be called from here"));
            return;
        };
        let run = self.case_with(case, case.inputs.clone(), depth + 1).await;
        state.absorb(&run);
    }

    async fn step(&self, case: &Case, step: &Step, state: &mut State, depth: u8) -> Next {
        match &step.call {
            Call::Case(id) => self.call(id, step, state, depth).await,
            Call::Operation(id) => {
                let Some(operation) = self.contract.operation(id) else {
                    state.unjudged.get_or_insert(format!("{id} is not in the contract"));
                    return Next::End;
                };
                let performed = {
                    let scope = state.scope();
                    self.perform(case, step, operation, &scope).await
                };
                match performed {
                    Ok(performed) => take(step, state, performed),
                    // The end of a chain of links is no loss: the answer simply names no next one.
                    Err(Unbound::Absent(_))
                        if matches!(case.origin, Origin::Generated { .. }) && !state.steps.is_empty() =>
                    {
                        Next::End
                    }
                    Err(Unbound::Absent(reason) | Unbound::Impossible(reason) | Unbound::Refused(reason)) => {
                        state.unjudged.get_or_insert(format!("step {}: {reason}", step.id));
                        Next::End
                    }
                }
            }
        }
    }

    /// A step that calls another case: its arguments are the case's inputs, the case's outputs are the step's.
    async fn call(&self, id: &CaseId, step: &Step, state: &mut State, depth: u8) -> Next {
        let Some(called) = self.plan.case(id).filter(|_| depth < DEPTH) else {
            state.unjudged.get_or_insert(format!("step {}: case {id} cannot be called from here", step.id));
            return Next::End;
        };
        let mut inputs = called.inputs.as_object().cloned().unwrap_or_default();
        for argument in &step.arguments {
            let crate::case::Supply::Template(template) = &argument.value else { continue };
            let rendered = template.render(&state.scope());
            if let Ok(Some(value)) = rendered.map(|rendered| rendered.value) {
                inputs.insert(argument.name.clone(), value);
            }
        }
        let run = self.case_with(called, Value::Object(inputs), depth + 1).await;
        state.absorb(&run);
        let passed = run.record.result == CaseResult::Passed;
        let kept = {
            let scope = Scope { outputs: &run.finished.outputs, ..state.scope() };
            let mut kept = run.finished.outputs.clone();
            kept.extend(
                step.outputs.iter().filter_map(|(name, expression)| Some((name.clone(), scope.evaluate(expression)?))),
            );
            kept
        };
        state.steps.insert(step.id.clone(), kept);
        if let Origin::Written { workflow, .. } = &called.origin {
            state.workflows.insert(workflow.clone(), run.finished);
        }
        if passed { Next::Following } else { Next::End }
    }
}

/// Keeps what a request brought and decides where to go.
fn take(step: &Step, state: &mut State, performed: Performed) -> Next {
    state.requests += u64::from(performed.attempts);
    state.failed |= performed.failed;
    state.drifts.extend(performed.drifts);
    state.steps.insert(step.id.clone(), performed.outputs);
    match performed.action {
        Some(Action { kind: ActionKind::End, .. }) => Next::End,
        Some(Action { kind: ActionKind::GotoStep(id), .. }) => Next::Step(id),
        Some(Action { kind: ActionKind::GotoCase(id), .. }) => Next::Case(id),
        Some(Action { kind: ActionKind::Retry { after, limit, step, case }, .. }) => {
            Next::Again { after, limit, step, case }
        }
        None if performed.succeeded => Next::Following,
        None => {
            if !performed.failed {
                state.unjudged.get_or_insert(format!("step {}: {}", step.id, performed.summary));
            }
            Next::End
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
