//! First look at a case file: what there is to be named.

use crate::contract::Contract;

use super::cursor::{Node, Reader};
use super::inputs;
use super::source::{self, Source};

/// Everything that has a name.
#[derive(Debug)]
pub(super) struct Outline<'d> {
    pub(super) sources: Vec<Source<'d>>,
    pub(super) workflows: Vec<Workflow<'d>>,
    pub(super) components: Option<Node<'d>>,
    /// The URI that the file gives itself.
    pub(super) itself: Option<&'d str>,
    /// Whether Selector Objects may stand for values (Arazzo 1.1).
    pub(super) has_selectors: bool,
}

/// A workflow with the names inside.
#[derive(Debug)]
pub(super) struct Workflow<'d> {
    pub(super) id: &'d str,
    pub(super) node: Node<'d>,
    pub(super) steps: Vec<Step<'d>>,
    pub(super) outputs: Vec<&'d str>,
    /// The names of the inputs; nothing where any name is possible.
    pub(super) inputs: Option<Vec<&'d str>>,
    /// Inputs whose value is the run's mark.
    pub(super) marks: Vec<&'d str>,
    pub(super) depends_on: Vec<&'d str>,
    /// Whether an action goes back to a step, so that a step may speak of one that stands behind it.
    pub(super) loops: bool,
    /// The workflows that run as parts of this one, called or before a retry, each with the first step that can do that.
    pub(super) runs: Vec<(&'d str, usize)>,
    /// Whether another workflow calls it, or goes on there.
    pub(super) called: bool,
}

/// A step with the names inside.
#[derive(Debug)]
pub(super) struct Step<'d> {
    pub(super) id: &'d str,
    pub(super) node: Node<'d>,
    pub(super) outputs: Vec<&'d str>,
    pub(super) calls: Option<&'d str>,
}

impl<'d> Outline<'d> {
    pub(super) fn workflow(&self, id: &str) -> Option<&Workflow<'d>> {
        self.workflows.iter().find(|workflow| workflow.id == id)
    }

    pub(super) fn workflow_ids(&self) -> Vec<&'d str> {
        self.workflows.iter().map(|workflow| workflow.id).collect()
    }

    pub(super) fn component(&self, group: &str, name: &str) -> Option<Node<'d>> {
        self.components.as_ref()?.get(group)?.get(name)
    }

    pub(super) fn component_names(&self, group: &str) -> Vec<&'d str> {
        let group = self.components.as_ref().and_then(|components| components.get(group));
        group.map(|group| group.members().into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
    }
}

impl<'d> Workflow<'d> {
    pub(super) fn step_ids(&self) -> Vec<&'d str> {
        self.steps.iter().map(|step| step.id).collect()
    }
}

/// Collects the names of a file, and refuses those that appear twice.
pub(super) fn read<'d>(reader: &mut Reader<'d>, root: &Node<'d>, contract: &Contract) -> Outline<'d> {
    let sources = source::read(reader, root, contract);
    let components = root.get("components");
    let mut workflows: Vec<Workflow<'d>> = Vec::new();
    if root.get("workflows").is_none() {
        reader.missing(root, "the file", "workflows");
    }
    let nodes = reader.array(root, "workflows");
    if nodes.is_empty() && root.value.get("workflows").is_some_and(serde_json::Value::is_array) {
        reader.report(reader.at_key(&root.at.child("workflows"), "`workflows` is empty"));
    }
    for node in nodes {
        let keys = ["workflowId", "summary", "description", "inputs", "dependsOn", "steps", "successActions"];
        let more = ["failureActions", "outputs", "parameters", "x-conform"];
        if reader.object(&node, "a workflow", &[&keys[..], &more[..]].concat()).is_none() {
            continue;
        }
        let Some(id) = reader.required(&node, "a workflow", "workflowId") else { continue };
        if workflows.iter().any(|known| known.id == id) {
            let problem = reader.at_value(&node.at.child("workflowId"), format!("workflow `{id}` appears twice"));
            reader.report(problem.label("appears again"));
            continue;
        }
        workflows.push(workflow(reader, id, node, components.as_ref()));
    }
    let called: Vec<&str> = workflows
        .iter()
        .flat_map(|workflow| targets(&workflow.node))
        .chain(components.iter().flat_map(|components| {
            let group = components.get("failureActions").into_iter().chain(components.get("successActions"));
            group.flat_map(|group| group.members()).filter_map(|(_, action)| action.text("workflowId"))
        }))
        .collect();
    for workflow in &mut workflows {
        workflow.called = called.contains(&workflow.id);
    }
    let has_selectors = root.text("arazzo").is_some_and(|version| !version.starts_with("1.0."));
    Outline { sources, workflows, components, itself: root.text("$self"), has_selectors }
}

fn workflow<'d>(reader: &mut Reader<'d>, id: &'d str, node: Node<'d>, components: Option<&Node<'d>>) -> Workflow<'d> {
    let mut steps: Vec<Step<'d>> = Vec::new();
    if node.get("steps").is_none() {
        reader.missing(&node, &format!("workflow `{id}`"), "steps");
    }
    let items = reader.array(&node, "steps");
    if items.is_empty() && node.value.get("steps").is_some_and(serde_json::Value::is_array) {
        reader.report(reader.at_key(&node.at.child("steps"), format!("workflow `{id}` has no step")));
    }
    for step in items {
        if !step.value.is_object() {
            reader.object(&step, "a step", &[]);
            continue;
        }
        let Some(id) = reader.required(&step, "a step", "stepId") else { continue };
        if steps.iter().any(|known| known.id == id) {
            let problem = reader.at_value(&step.at.child("stepId"), format!("step `{id}` appears twice"));
            reader.report(problem.label("appears again"));
            continue;
        }
        steps.push(Step { id, outputs: names(&step, "outputs"), calls: step.text("workflowId"), node: step });
    }
    let mark = node.get("x-conform").and_then(|extension| extension.get("mark"));
    let marks = mark.map(|mark| match mark.value.as_str() {
        Some(name) => vec![name],
        None => mark.items().iter().filter_map(|item| item.value.as_str()).collect(),
    });
    let loops = goes_back(&node, &steps, components);
    let runs = runs(&node, &steps, components);
    Workflow {
        id,
        outputs: names(&node, "outputs"),
        inputs: inputs::names(&node, components),
        marks: marks.unwrap_or_default(),
        depends_on: node.list("dependsOn").iter().filter_map(|item| item.value.as_str()).collect(),
        steps,
        loops,
        runs,
        called: false,
        node,
    }
}

/// The component that an action refers to; else the action itself.
fn meant<'d>(action: &Node<'d>, group: &str, components: Option<&Node<'d>>) -> Node<'d> {
    let component = action
        .text("reference")
        .and_then(|text| text.rsplit_once('.'))
        .and_then(|(_, name)| components?.get(group)?.get(name));
    component.unwrap_or_else(|| action.clone())
}

/// The workflows that steps call, and those that run before a retry.
fn runs<'d>(workflow: &Node<'d>, steps: &[Step<'d>], components: Option<&Node<'d>>) -> Vec<(&'d str, usize)> {
    let before_retries = |actions: Vec<Node<'d>>| {
        let meant = actions.into_iter().map(|action| meant(&action, "failureActions", components));
        meant.filter(|action| action.text("type") == Some("retry")).filter_map(|action| action.text("workflowId"))
    };
    let of_steps = steps.iter().enumerate().flat_map(|(index, step)| {
        before_retries(step.node.list("onFailure")).chain(step.calls).map(move |id| (id, index))
    });
    before_retries(workflow.list("failureActions")).map(|id| (id, 0)).chain(of_steps).collect()
}

/// Whether an action leads to a step that stands before it, or runs another step in between.
fn goes_back(workflow: &Node<'_>, steps: &[Step<'_>], components: Option<&Node<'_>>) -> bool {
    let leads_back = |action: &Node<'_>, group: &str, before: &[Step<'_>]| {
        let action = meant(action, group, components);
        let target = action.text("stepId");
        target.is_some_and(|id| action.text("type") == Some("retry") || before.iter().any(|step| step.id == id))
    };
    let of_steps = steps.iter().enumerate().any(|(index, step)| {
        let before = steps.get(..=index).unwrap_or_default();
        step.node.list("onSuccess").iter().any(|action| leads_back(action, "successActions", before))
            || step.node.list("onFailure").iter().any(|action| leads_back(action, "failureActions", before))
    });
    of_steps
        || ["successActions", "failureActions"]
            .into_iter()
            .any(|group| workflow.list(group).iter().any(|action| leads_back(action, group, steps)))
}

fn names<'d>(node: &Node<'d>, key: &str) -> Vec<&'d str> {
    node.get(key).map(|map| map.members().into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
}

/// The workflows that a workflow's steps and actions name.
fn targets<'d>(workflow: &Node<'d>) -> Vec<&'d str> {
    let mut nodes: Vec<Node<'d>> = workflow.list("successActions");
    nodes.extend(workflow.list("failureActions"));
    for step in workflow.list("steps") {
        nodes.extend(step.list("onSuccess"));
        nodes.extend(step.list("onFailure"));
        nodes.push(step);
    }
    nodes.iter().filter_map(|node| node.text("workflowId")).collect()
}
