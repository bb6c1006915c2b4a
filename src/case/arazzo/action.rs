//! Success and failure actions.

use std::time::Duration;

use crate::case::{Action, ActionKind, Argument};

use super::criteria;
use super::cursor::{Node, Reader, suggest};
use super::names::{Moment, Scene};
use super::parameter;
use super::workflow::Ids;

/// Longer waits are refused: a day.
const LONGEST_WAIT: f64 = 86_400.0;

/// Which list of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    Failure,
}

impl Outcome {
    fn group(self) -> &'static str {
        match self {
            Self::Success => "successActions",
            Self::Failure => "failureActions",
        }
    }

    fn types(self) -> &'static [&'static str] {
        match self {
            Self::Success => &["end", "goto"],
            Self::Failure => &["end", "goto", "retry"],
        }
    }
}

/// The actions of a step, and behind them those of its workflow that it does not override.
pub(super) fn read<'d>(
    reader: &mut Reader<'d>,
    step: &Node<'d>,
    outcome: Outcome,
    scene: Scene<'_, 'd>,
    ids: &Ids,
) -> Vec<Action> {
    let scene = scene.at(Moment::Response);
    let key = if outcome == Outcome::Success { "onSuccess" } else { "onFailure" };
    let mut actions = list(reader, step, key, outcome, scene, ids);
    for action in list(reader, &scene.workflow.node, outcome.group(), outcome, scene, ids) {
        if actions.iter().all(|own| own.name != action.name) {
            actions.push(action);
        }
    }
    actions
}

fn list<'d>(
    reader: &mut Reader<'d>,
    node: &Node<'d>,
    key: &str,
    outcome: Outcome,
    scene: Scene<'_, 'd>,
    ids: &Ids,
) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for item in reader.array(node, key) {
        let Some(meant) = dereference(reader, &item, outcome.group(), scene) else { continue };
        let Some(action) = action(reader, &meant, outcome, scene, ids) else { continue };
        if actions.iter().any(|known| known.name == action.name) {
            reader.report(reader.at_key(&item.at, format!("action `{}` appears twice", action.name)));
            continue;
        }
        actions.push(action);
    }
    actions
}

/// The component that an item with `reference` means; the item itself, where it has none.
pub(super) fn dereference<'d>(
    reader: &mut Reader<'d>,
    item: &Node<'d>,
    group: &str,
    scene: Scene<'_, 'd>,
) -> Option<Node<'d>> {
    if item.get("reference").is_none() {
        return Some(item.clone());
    }
    // The standard has further members ignored here; a wrong one is still a slip of the author.
    reader.object(item, "a reference", &["reference", "value"])?;
    let text = reader.required(item, "a reference", "reference")?;
    let at = item.at.child("reference");
    let known: Vec<String> =
        scene.outline.component_names(group).iter().map(|name| format!("$components.{group}.{name}")).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let found = text.strip_prefix("$components.").and_then(|rest| rest.split_once('.'));
    let component =
        found.filter(|(found, _)| *found == group).and_then(|(_, name)| scene.outline.component(group, name));
    if component.is_none() {
        let problem = reader.at_value(&at, format!("`{text}` leads to nothing in `components/{group}`"));
        reader.report(problem.help(suggest(text, &known)));
    }
    component
}

fn action<'d>(
    reader: &mut Reader<'d>,
    node: &Node<'d>,
    outcome: Outcome,
    scene: Scene<'_, 'd>,
    ids: &Ids,
) -> Option<Action> {
    let mut keys = vec!["name", "type", "workflowId", "stepId", "criteria", "parameters"];
    if outcome == Outcome::Failure {
        keys.extend(["retryAfter", "retryLimit"]);
    }
    reader.object(node, "an action", &keys)?;
    let name = reader.required(node, "an action", "name");
    let kind = reader.required(node, "an action", "type");
    let criteria = criteria::read(reader, node, "criteria", scene);
    let (name, kind) = (name?.to_owned(), kind?);
    if !outcome.types().contains(&kind) {
        let problem = reader.at_value(&node.at.child("type"), format!("unknown type `{kind}` of this action"));
        reader.report(problem.help(suggest(kind, outcome.types())));
        return None;
    }
    let step = target_step(reader, node, scene);
    let case = node.get("workflowId").and_then(|_| {
        let id = reader.string(node, "workflowId")?;
        ids.workflow(reader, &node.at.child("workflowId"), id)
    });
    let arguments = inputs_of(reader, node, scene);
    let targets = [node.get("stepId"), node.get("workflowId")].into_iter().flatten().count();
    if targets == 2 {
        let problem = reader.at_key(&node.at.child("workflowId"), "an action with both `stepId` and `workflowId`");
        reader.report(problem.help("one of them is meant"));
        return None;
    }
    let kind = match kind {
        "end" => ActionKind::End,
        "goto" if targets == 0 => {
            let problem = reader.at_key(&node.at.child("type"), "`goto` says not where to go");
            reader.report(problem.help("add `stepId` or `workflowId`"));
            return None;
        }
        "goto" => step.map(ActionKind::GotoStep).or(case.map(ActionKind::GotoCase))?,
        _ => ActionKind::Retry { after: wait(reader, node)?, limit: limit(reader, node)?, step, case },
    };
    Some(Action { name, kind, arguments, criteria })
}

/// The inputs that an action hands to the workflow that it leads to (Arazzo 1.1).
fn inputs_of<'d>(reader: &mut Reader<'d>, node: &Node<'d>, scene: Scene<'_, 'd>) -> Vec<Argument> {
    let Some(parameters) = node.get("parameters") else { return Vec::new() };
    let Some(id) = node.text("workflowId") else {
        let problem = reader.at_key(&parameters.at, "`parameters` of an action that leads to no workflow");
        reader.report(problem.help("add `workflowId`, whose inputs they are"));
        return Vec::new();
    };
    let inputs = scene.outline.workflow(id).and_then(|workflow| workflow.inputs.as_deref());
    parameter::inputs(reader, node, inputs, scene)
}

fn target_step<'d>(reader: &mut Reader<'d>, node: &Node<'d>, scene: Scene<'_, 'd>) -> Option<String> {
    node.get("stepId")?;
    let id = reader.string(node, "stepId")?;
    let steps = scene.workflow.step_ids();
    if !steps.contains(&id) {
        let message = format!("unknown step `{id}` in workflow `{}`", scene.workflow.id);
        reader.report(reader.at_value(&node.at.child("stepId"), message).help(suggest(id, &steps)));
        return None;
    }
    Some(id.to_owned())
}

fn wait(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Duration> {
    let Some(after) = node.get("retryAfter") else { return Some(Duration::ZERO) };
    let seconds = after.value.as_f64().filter(|seconds| (0.0..=LONGEST_WAIT).contains(seconds));
    if seconds.is_none() {
        let problem = reader.at_value(&after.at, "`retryAfter` is no number of seconds");
        reader.report(problem.help("a number from 0 to 86400"));
    }
    Duration::try_from_secs_f64(seconds?).ok()
}

fn limit(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<u32> {
    // "If not specified then a single retry SHALL be attempted."
    let Some(limit) = node.get("retryLimit") else { return Some(1) };
    let number = limit.value.as_u64().and_then(|number| u32::try_from(number).ok());
    if number.is_none() {
        reader
            .report(reader.at_value(&limit.at, "`retryLimit` is no number of attempts").help("an integer, 0 or more"));
    }
    number
}
