//! Steps.

use std::time::Duration;

use crate::case::expression::{Criterion, Expression, Template};
use crate::case::{Breach, Call, Credentials, Intent, Step};
use crate::contract::Contract;
use crate::document::Pointer;

use super::action::{self, Outcome};
use super::body;
use super::criteria;
use super::cursor::{Node, Reader, suggest};
use super::extension::{self, Expect, StepExtension};
use super::names::{Moment, Scene};
use super::parameter::{self, Taker};
use super::payload;
use super::source::{self, Unresolved};
use super::until;
use super::workflow::Ids;

const KEYS: [&str; 14] = [
    "stepId",
    "description",
    "operationId",
    "operationPath",
    "workflowId",
    "parameters",
    "requestBody",
    "successCriteria",
    "onSuccess",
    "onFailure",
    "outputs",
    "timeout",
    "dependsOn",
    "x-conform",
];

/// Members of a step of Arazzo 1.1 that speak of messages and not of HTTP.
const OF_MESSAGES: [&str; 3] = ["channelPath", "correlationId", "action"];

/// Reads a step.
pub(super) fn read<'d>(reader: &mut Reader<'d>, contract: &Contract, scene: Scene<'_, 'd>, ids: &Ids) -> Option<Step> {
    let outlined = scene.workflow.steps.get(scene.step)?;
    let node = &outlined.node;
    let unsupported: Vec<&str> = OF_MESSAGES.into_iter().filter(|key| node.value.get(key).is_some()).collect();
    for key in &unsupported {
        let problem = reader.at_key(&node.at.child(key), format!("`{key}` of a step is not supported"));
        reader.report(problem.label("not supported").help("steps call HTTP operations and workflows, in their order"));
    }
    reader.object(node, "a step", &[&KEYS[..], &unsupported[..]].concat())?;
    let text = reader.string(node, "description").map(str::to_owned);
    let extension = extension::step(reader, node);
    let target = target(reader, node, contract, scene, ids);
    let (arguments, payload) = match &target {
        Some(Target::Operation(operation)) => (
            parameter::read(reader, node, Taker::Operation(operation), scene),
            payload::read(reader, node, operation, &extension, scene),
        ),
        Some(Target::Workflow(_)) => (called(reader, node, &extension, scene), None),
        None => (Vec::new(), None),
    };
    let response = scene.at(Moment::Response);
    let mut criteria = criteria::read(reader, node, "successCriteria", response);
    if let Some(list) = node.get("successCriteria").filter(|list| list.value.as_array().is_some_and(Vec::is_empty)) {
        let problem = reader.at_value(&list.at, "`successCriteria` is empty");
        reader.report(problem.help("leave it out: then a success is expected"));
    }
    let intent = intent(reader, node, &extension, &mut criteria);
    if let Some(schema) = &extension.body {
        criteria.extend(body::read(reader, schema, extension.expect.as_ref()));
    }
    let until = match (&extension.until, &target) {
        (Some(node), Some(Target::Operation(operation))) => until::read(reader, node, operation, scene),
        _ => None,
    };
    let step = Step {
        id: outlined.id.to_owned(),
        text,
        arguments,
        payload,
        method: None,
        sibling: None,
        credentials: extension.credentials.unwrap_or(Credentials::Environment),
        intent,
        criteria,
        until,
        outputs: outputs(reader, node, response),
        on_success: action::read(reader, node, Outcome::Success, scene, ids),
        on_failure: action::read(reader, node, Outcome::Failure, scene, ids),
        timeout: timeout(reader, node),
        depends_on: depends_on(reader, node, scene),
        always: extension.always,
        position: Some(reader.position(&node.at.child("stepId"))),
        call: match target? {
            Target::Operation(operation) => Call::Operation(operation.id.clone()),
            Target::Workflow(id) => Call::Case(id),
        },
    };
    Some(step)
}

enum Target<'c> {
    Operation(&'c crate::contract::Operation),
    Workflow(crate::case::CaseId),
}

fn target<'c, 'd>(
    reader: &mut Reader<'d>,
    node: &Node<'d>,
    contract: &'c Contract,
    scene: Scene<'_, 'd>,
    ids: &Ids,
) -> Option<Target<'c>> {
    let given: Vec<&str> = ["operationId", "operationPath", "workflowId"]
        .into_iter()
        .filter(|key| node.value.get(key).is_some())
        .collect();
    let key = match given.as_slice() {
        [key] => *key,
        [] => {
            let problem = reader.at_key(&node.at, "the step calls nothing");
            reader.report(problem.help("add `operationId`, `operationPath` or `workflowId`"));
            return None;
        }
        [first, second, ..] => {
            let message = format!("a step with both `{first}` and `{second}`");
            reader.report(reader.at_key(&node.at.child(second), message).help("one of them is meant"));
            return None;
        }
    };
    let text = reader.required(node, "a step", key)?;
    let at = node.at.child(key);
    let found = match key {
        "workflowId" => return ids.workflow(reader, &at, text).map(Target::Workflow),
        "operationId" => source::by_id(text, &scene.outline.sources, contract),
        _ => source::by_path(text, &scene.outline.sources, contract),
    };
    match found {
        Ok(operation) => Some(Target::Operation(operation)),
        Err(Unresolved { message, .. }) if message.is_empty() => None,
        Err(Unresolved { fragment, message, help }) => {
            let problem = reader.at_fragment(&at, &fragment, message);
            reader.report(if help.is_empty() { problem } else { problem.help(help) });
            None
        }
    }
}

/// The arguments of a step that calls a workflow.
fn called<'d>(
    reader: &mut Reader<'d>,
    node: &Node<'d>,
    extension: &StepExtension<'d>,
    scene: Scene<'_, 'd>,
) -> Vec<crate::case::Argument> {
    if let Some(body) = node.get("requestBody") {
        let problem = reader.at_key(&body.at, "a step that calls a workflow sends no body of its own");
        reader.report(problem.help("give the workflow its inputs in `parameters`"));
    }
    if !extension.remove.is_empty()
        || extension.merge_patch.is_some()
        || extension.expect.is_some()
        || extension.credentials.is_some()
        || extension.body.is_some()
        || extension.until.is_some()
    {
        let problem =
            reader.at_key(&node.at.child("x-conform"), "a step that calls a workflow sends no request of its own");
        reader.report(problem.help("say it in the steps of that workflow"));
    }
    let called = node.text("workflowId").and_then(|id| scene.outline.workflow(id));
    let inputs = called.and_then(|workflow| workflow.inputs.as_deref());
    parameter::read(reader, node, Taker::Workflow(inputs), scene)
}

/// Reads `outputs` of a step or workflow.
pub(super) fn outputs<'d>(reader: &mut Reader<'d>, node: &Node<'d>, scene: Scene<'_, 'd>) -> Vec<(String, Expression)> {
    let Some(map) = node.get("outputs") else { return Vec::new() };
    if !map.value.is_object() {
        reader.object(&map, "`outputs`", &[]);
        return Vec::new();
    }
    let mut outputs = Vec::new();
    for (name, output) in map.members() {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
            let problem = reader.at_key(&output.at, format!("`{name}` cannot name an output"));
            reader.report(problem.help("letters, digits, `.`, `_` and `-`"));
        }
        if output.value.is_object() && scene.outline.has_selectors {
            let before = reader.problems.len();
            match parameter::misplaced(reader, &output, scene) {
                Some(Template::Expression(mut expression)) => {
                    let known = scene.known(reader, &output.at, &mut expression);
                    outputs.extend(known.then(|| (name.to_owned(), expression)));
                }
                _ if reader.problems.len() == before => {
                    let problem = reader.at_value(&output.at, "an output is an expression or a Selector Object");
                    reader.report(problem.help("`context`, `selector` and `type`, and nothing else"));
                }
                _ => {}
            }
            continue;
        }
        if let Some(text) = reader.string(&map, name) {
            let expression = scene.expression(reader, &output.at, text);
            outputs.extend(expression.map(|expression| (name.to_owned(), expression)));
        }
    }
    outputs
}

fn intent(
    reader: &Reader<'_>,
    node: &Node<'_>,
    extension: &StepExtension<'_>,
    criteria: &mut Vec<Criterion>,
) -> Intent {
    match &extension.expect {
        None => Intent::Unknown,
        Some(Expect::Accepted) => Intent::Valid,
        // What is to be refused is refused for its credentials, whatever else is wrong with it.
        Some(Expect::Refused) if extension.credentials.is_some_and(|given| given != Credentials::Environment) => {
            Intent::Unauthorized
        }
        Some(Expect::Refused) => Intent::Invalid(Breach::new("the case says that it is to be refused")),
        Some(Expect::Status(status)) => {
            let at: Pointer = node.at.child("x-conform").child("expect");
            if let Ok(mut criterion) = Criterion::simple(&format!("$statusCode == {status}")) {
                criterion.file = Some(reader.document.name().to_owned());
                criterion.position = Some(reader.position(&at));
                criteria.insert(0, criterion);
            }
            Intent::Unknown
        }
    }
}

/// The steps of this workflow that have to be done before; those of others have to be done with their workflow.
fn depends_on<'d>(reader: &mut Reader<'d>, node: &Node<'d>, scene: Scene<'_, 'd>) -> Vec<String> {
    let mut own: Vec<String> = Vec::new();
    if node.get("dependsOn").is_none() {
        return own;
    }
    for (at, text) in reader.strings(node, "dependsOn") {
        if text.starts_with("$sourceDescriptions.") {
            let problem = reader.at_value(&at, "workflows of other files are not supported").label("not supported");
            reader.report(problem.help("workflows that need each other stand in one file"));
            continue;
        }
        if let Some(rest) = text.strip_prefix("$workflows.") {
            let parts = rest.split_once(".steps.");
            let workflow = parts.and_then(|(workflow, _)| scene.outline.workflow(workflow));
            let step = parts.map(|(_, step)| step);
            match (workflow, step) {
                (Some(workflow), Some(step)) if workflow.steps.iter().any(|known| known.id == step) => {
                    if !scene.workflow.depends_on.contains(&workflow.id) {
                        let message = format!("workflow `{}` has not run here", workflow.id);
                        let help = format!("add it to `dependsOn` of workflow `{}`", scene.workflow.id);
                        reader.report(reader.at_value(&at, message).help(help));
                    }
                }
                _ => {
                    let problem = reader.at_value(&at, format!("`{text}` leads to no step"));
                    reader.report(problem.help("the form is `$workflows.WORKFLOW.steps.STEP`"));
                }
            }
            continue;
        }
        let steps = scene.workflow.step_ids();
        match steps.iter().position(|known| *known == text) {
            Some(index) if index < scene.step => own.push(text.to_owned()),
            Some(_) => {
                let problem = reader.at_value(&at, format!("step `{text}` is not done before this one"));
                reader.report(problem.help("steps run in their order: a step stands behind those that it depends on"));
            }
            None => {
                let message = format!("unknown step `{text}` in workflow `{}`", scene.workflow.id);
                reader.report(reader.at_value(&at, message).help(suggest(text, &steps)));
            }
        }
    }
    own
}

/// Milliseconds (Arazzo 1.1).
fn timeout(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Duration> {
    let timeout = node.get("timeout")?;
    let milliseconds = timeout.value.as_u64().filter(|number| (1..=3_600_000).contains(number));
    if milliseconds.is_none() {
        let problem = reader.at_value(&timeout.at, "`timeout` is no number of milliseconds");
        reader.report(problem.help("an integer from 1 to 3600000"));
    }
    milliseconds.map(Duration::from_millis)
}
