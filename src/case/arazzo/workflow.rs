//! Workflows, each a case for every row of its inputs.

use std::sync::Arc;

use crate::case::{Call, Case, CaseId, Intent, Origin, Step};
use crate::contract::Contract;
use crate::digest::sha256_of_parts;
use crate::document::Pointer;

use super::cursor::{Reader, suggest};
use super::extension;
use super::inputs::{self, Inputs, Row};
use super::names::{Moment, Scene};
use super::outline::{Outline, Workflow};
use super::rows;
use super::step;

/// The ids of the cases of a file, known before any of them is read.
pub(super) struct Ids {
    file: String,
    workflows: Vec<Identity>,
}

struct Identity {
    workflow: String,
    /// The case of each row.
    rows: Vec<CaseId>,
    /// The case that a call runs.
    call: CaseId,
}

impl Ids {
    fn new(file: &str, workflows: &[Workflow<'_>], inputs: &[Inputs]) -> Self {
        let identity = |(workflow, inputs): (&Workflow<'_>, &Inputs)| {
            let id = |row: &str| case_id(file, workflow.id, row);
            let rows: Vec<CaseId> = inputs.rows.iter().map(|row| id(&row.label())).collect();
            let numbered = inputs.rows.iter().any(|row| row.number.is_some());
            let call = if numbered { id("called") } else { id("") };
            let only_made = !inputs.generated.is_empty() && !inputs.defaults.lacking.is_empty();
            let rows = if rows.is_empty() && !only_made { vec![id("")] } else { rows };
            Identity { workflow: workflow.id.to_owned(), rows, call }
        };
        Self { file: file.to_owned(), workflows: workflows.iter().zip(inputs).map(identity).collect() }
    }

    /// The case that is run when the workflow `id` is called.
    pub(super) fn workflow(&self, reader: &mut Reader<'_>, at: &Pointer, id: &str) -> Option<CaseId> {
        self.find(reader, at, id).map(|identity| identity.call.clone())
    }

    fn find(&self, reader: &mut Reader<'_>, at: &Pointer, id: &str) -> Option<&Identity> {
        let found = self.workflows.iter().find(|identity| identity.workflow == id);
        if found.is_some() {
            return found;
        }
        if id.starts_with("$sourceDescriptions.") {
            let problem = reader.at_value(at, "workflows of other files are not supported").label("not supported");
            reader.report(problem.help("workflows that call each other stand in one file"));
            return None;
        }
        let known: Vec<&str> = self.workflows.iter().map(|identity| identity.workflow.as_str()).collect();
        reader.report(reader.at_value(at, format!("unknown workflow `{id}`")).help(suggest(id, &known)));
        None
    }
}

/// 12 hexadecimal characters, the same for the same file name, workflow and row.
fn case_id(file: &str, workflow: &str, row: &str) -> CaseId {
    let digest = sha256_of_parts(&[file, workflow, row]);
    CaseId(Arc::from(digest.get(..12).unwrap_or(&digest)))
}

/// The cases of a file, in its order.
pub(super) fn cases<'d>(reader: &mut Reader<'d>, outline: &Outline<'d>, contract: &Contract) -> Vec<Case> {
    let components = outline.components.as_ref();
    let inputs: Vec<Inputs> =
        outline.workflows.iter().map(|workflow| inputs::read(reader, &workflow.node, components)).collect();
    let ids = Ids::new(file_name(reader.document.name()), &outline.workflows, &inputs);
    refuse_circles(reader, outline);
    let mut cases = Vec::new();
    for (workflow, inputs) in outline.workflows.iter().zip(inputs) {
        cases.extend(of_workflow(reader, outline, contract, workflow, inputs, &ids));
    }
    refuse_writes(reader, outline, contract, &cases);
    cases
}

/// Workflows that say that they change nothing, and have a step that does.
fn refuse_writes(reader: &mut Reader<'_>, outline: &Outline<'_>, contract: &Contract, cases: &[Case]) {
    for workflow in &outline.workflows {
        let says = workflow.node.get("x-conform").and_then(|extension| extension.get("writes"));
        if says.is_none_or(|says| says.value.as_bool() != Some(false)) {
            continue;
        }
        let own = |case: &&Case| matches!(&case.origin, Origin::Written { workflow: id, .. } if id == workflow.id);
        let Some(case) = cases.iter().find(own) else { continue };
        for outlined in &workflow.steps {
            let Some(step) = case.steps.iter().find(|step| step.id == outlined.id) else { continue };
            let alone = Case { steps: vec![step.clone()], ..case.clone() };
            let find = |id: &CaseId| cases.iter().find(|case| case.id == *id);
            if !alone.writes(contract, &find) {
                continue;
            }
            let what = match &step.call {
                Call::Operation(id) => format!("`{id}` changes something"),
                Call::Case(_) => format!("step `{}` leads to one that changes something", step.id),
            };
            let key =
                ["operationId", "operationPath", "workflowId"].into_iter().find(|key| outlined.node.get(key).is_some());
            let at = outlined.node.at.child(key.unwrap_or("stepId"));
            let message = format!("{what}, and workflow `{}` says that it does not", workflow.id);
            let problem = reader.at_value(&at, message);
            reader.report(problem.help("leave `writes: false` out, or call an operation that reads"));
        }
    }
}

fn of_workflow<'d>(
    reader: &mut Reader<'d>,
    outline: &Outline<'d>,
    contract: &Contract,
    workflow: &Workflow<'d>,
    inputs: Inputs,
    ids: &Ids,
) -> Vec<Case> {
    let node = &workflow.node;
    let texts: Vec<&str> = ["summary", "description"].iter().filter_map(|key| reader.string(node, key)).collect();
    let extension = extension::workflow(reader, node, workflow.inputs.as_deref());
    let scene = |step| Scene { outline, workflow, step, moment: Moment::Request };
    let steps: Vec<Step> =
        (0..workflow.steps.len()).filter_map(|index| step::read(reader, contract, scene(index), ids)).collect();
    let outputs = step::outputs(reader, node, scene(workflow.steps.len()).at(Moment::End));
    if steps.len() == workflow.steps.len() {
        refuse_unused_parameters(reader, outline, workflow, &steps);
    }
    let written = !inputs.rows.is_empty();
    let numbered = inputs.rows.iter().any(|row| row.number.is_some());
    // Made rows have all that is required, so that the defaults alone need not make a case.
    let bare = !inputs.defaults.lacking.is_empty() && rows::are_wanted(node);
    if !written && !workflow.called && !bare && !inputs.defaults.lacking.is_empty() {
        let lacking: Vec<String> = inputs.defaults.lacking.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("no value for the required input {} of workflow `{}`", lacking.join(", "), workflow.id);
        let problem = reader.at_key(&node.at.child("inputs"), message);
        reader.report(problem.help("give the inputs a `default`, or rows in `examples`"));
    }
    let origin = Origin::Written {
        file: reader.document.name().to_owned(),
        workflow: workflow.id.to_owned(),
        position: reader.position(&node.at.child("workflowId")),
    };
    let name = format!("{}/{}", stem(&ids.file), workflow.id);
    let template = Case {
        outputs,
        depends_on: depends_on(reader, workflow, ids),
        texts: texts.into_iter().map(str::to_owned).collect(),
        tags: extension.tags,
        environments: extension.environments,
        needs_writes: extension.writes == Some(true),
        ..Case::new(CaseId(Arc::from("")), name, origin, steps)
    };
    let case = |row: Row, id: &str, suffix: String, standalone: bool| Case {
        id: case_id(&ids.file, workflow.id, id),
        name: format!("{}{suffix}", template.name),
        inputs: row.values,
        row: row.number,
        standalone,
        steps: template.steps.iter().map(|step| blamed(step, &format!("{}{suffix}", template.name))).collect(),
        ..template.clone()
    };
    let mut cases: Vec<Case> = Vec::new();
    for row in inputs.rows {
        let (id, suffix) = (row.label(), row.suffix());
        cases.push(case(row, &id, suffix, true));
    }
    for row in inputs.generated {
        let (id, suffix) = (row.label(), row.suffix());
        cases.push(case(row, &id, suffix, true));
    }
    // Called, a workflow gets its inputs from the caller, over the defaults.
    if !written && (workflow.called || !bare) {
        cases.push(case(inputs.defaults, "", String::new(), !workflow.called));
    } else if written && numbered && workflow.called {
        cases.push(case(inputs.defaults, "called", " [called]".to_owned(), false));
    }
    cases
}

/// The step of the case `name`, whose refusal a drift names by that.
fn blamed(step: &Step, name: &str) -> Step {
    let mut step = step.clone();
    if let Intent::Invalid(breach) = &mut step.intent {
        breach.reason = format!("{name} {}", step.id);
    }
    step
}

fn depends_on(reader: &mut Reader<'_>, workflow: &Workflow<'_>, ids: &Ids) -> Vec<CaseId> {
    let mut cases: Vec<CaseId> = Vec::new();
    for item in workflow.node.get("dependsOn").map(|_| reader.strings(&workflow.node, "dependsOn")).unwrap_or_default()
    {
        let (at, id) = item;
        let Some(identity) = ids.find(reader, &at, id) else { continue };
        let [only] = identity.rows.as_slice() else {
            let message =
                format!("workflow `{id}` has {} rows of inputs, so its outputs are not one", identity.rows.len());
            reader.report(reader.at_value(&at, message).help("depend on a workflow with one row, or with defaults"));
            continue;
        };
        if cases.contains(only) {
            reader.report(reader.at_value(&at, format!("workflow `{id}` appears twice in `dependsOn`")));
        } else {
            cases.push(only.clone());
        }
    }
    cases
}

fn refuse_unused_parameters<'d>(
    reader: &mut Reader<'d>,
    outline: &Outline<'d>,
    workflow: &Workflow<'d>,
    steps: &[Step],
) {
    for item in workflow.node.list("parameters") {
        let component = item.text("reference").and_then(|text| text.strip_prefix("$components.parameters."));
        let meant = component.and_then(|name| outline.component("parameters", name)).unwrap_or_else(|| item.clone());
        let Some(name) = meant.text("name") else { continue };
        let taken = steps.iter().flat_map(|step| &step.arguments).any(|argument| argument.name == name);
        if !taken {
            let problem =
                reader.at_key(&item.at, format!("no step of workflow `{}` takes parameter `{name}`", workflow.id));
            reader.report(problem.help("no operation that they call declares it there"));
        }
    }
}

/// Workflows that wait for, or call, themselves.
fn refuse_circles(reader: &mut Reader<'_>, outline: &Outline<'_>) {
    for workflow in &outline.workflows {
        let mut reached: Vec<&str> = Vec::new();
        let mut open = needs(workflow);
        while let Some(id) = open.pop() {
            if reached.contains(&id) {
                continue;
            }
            reached.push(id);
            open.extend(outline.workflow(id).map(needs).unwrap_or_default());
        }
        if reached.contains(&workflow.id) {
            let message = format!("workflow `{}` needs itself, directly or through others", workflow.id);
            let problem = reader.at_value(&workflow.node.at.child("workflowId"), message);
            reader.report(problem.help("break the circle of `dependsOn` and `workflowId`"));
        }
    }
}

fn needs<'d>(workflow: &Workflow<'d>) -> Vec<&'d str> {
    workflow.depends_on.iter().copied().chain(workflow.steps.iter().filter_map(|step| step.calls)).collect()
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// `customers` of `customers.arazzo.yaml`.
fn stem(file: &str) -> &str {
    let without = |name: &str, ending: &str| name.len().checked_sub(ending.len()).filter(|_| name.ends_with(ending));
    let cut =
        |name: &str, endings: &[&str]| endings.iter().find_map(|ending| without(name, ending)).filter(|end| *end > 0);
    let base = cut(file, &[".yaml", ".yml", ".json"]).and_then(|end| file.get(..end)).unwrap_or(file);
    cut(base, &[".arazzo"]).and_then(|end| base.get(..end)).unwrap_or(base)
}
