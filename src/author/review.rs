//! What is legal in a case file and surely a slip.

use serde_json::{Map, Value};

use crate::case::{Call, Case, Origin};
use crate::contract::{Contract, Operation, StatusMatch};
use crate::document::{Diagnostic, Document, Pointer, Severity, nearest};

/// Warnings for the case file `document`, which was read as `cases`; `environments` are those of the configuration.
pub fn review(document: &Document, cases: &[Case], contract: &Contract, environments: &[&str]) -> Vec<Diagnostic> {
    let mut texts = Vec::new();
    strings(document.value(), &mut texts);
    let mut review = Review { document, cases, contract, environments, texts, found: Vec::new() };
    let workflows = Pointer::root().child("workflows");
    for (index, workflow) in elements(document.value(), "workflows").enumerate() {
        review.workflow(workflow, &workflows.index(index));
    }
    review.found
}

/// How many workflows and steps the case file `document` has.
pub fn size(document: &Document) -> (usize, usize) {
    let workflows: Vec<&Value> = elements(document.value(), "workflows").collect();
    (workflows.len(), workflows.iter().map(|workflow| elements(workflow, "steps").count()).sum())
}

struct Review<'r> {
    document: &'r Document,
    cases: &'r [Case],
    contract: &'r Contract,
    environments: &'r [&'r str],
    /// Every string of the file.
    texts: Vec<&'r str>,
    found: Vec<Diagnostic>,
}

impl<'r> Review<'r> {
    fn workflow(&mut self, workflow: &'r Value, at: &Pointer) {
        self.inputs(workflow, at);
        self.environments(workflow, at);
        let steps: Vec<&Value> = elements(workflow, "steps").collect();
        for (index, step) in steps.iter().enumerate() {
            let at = at.child("steps").index(index);
            self.outputs(step, &at);
            self.expectation(workflow, step, &at);
        }
        self.unreachable(&steps, &at.child("steps"));
    }

    fn warn(&mut self, at: &Pointer, message: String, help: &str) {
        self.found.push(self.document.diagnose(Severity::Warning, at, message).help(help));
    }

    fn inputs(&mut self, workflow: &Value, at: &Pointer) {
        let Some(inputs) = workflow.get("inputs") else { return };
        let row = workflow.get("x-conform").and_then(|extension| extension.get("row")).and_then(Value::as_str);
        let id = text(workflow, "workflowId");
        for name in members(inputs, "properties").map(Map::keys).into_iter().flatten() {
            let from_outside = format!("$workflows.{id}.inputs.{name}");
            if row != Some(name) && !self.is_used(&format!("$inputs.{name}")) && !self.is_used(&from_outside) {
                let at = at.child("inputs").child("properties").child(name);
                let help = format!("remove it, or write `$inputs.{name}` where its value belongs");
                self.warn(&at, format!("the input `{name}` is never used"), &help);
            }
        }
    }

    fn outputs(&mut self, step: &Value, at: &Pointer) {
        let id = text(step, "stepId");
        for name in members(step, "outputs").map(Map::keys).into_iter().flatten() {
            let expression = format!("$steps.{id}.outputs.{name}");
            if !self.is_used(&expression) {
                let help = format!("remove it, or write `{expression}` where its value belongs");
                self.warn(&at.child("outputs").child(name), format!("the output `{name}` is never used"), &help);
            }
        }
    }

    /// Whether `expression` stands anywhere in the file, and not only the beginning of a longer name.
    fn is_used(&self, expression: &str) -> bool {
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'));
        self.texts.iter().any(|text| {
            let mut places = text.match_indices(expression);
            places.any(|(at, _)| text.get(at + expression.len()..).is_some_and(ends))
        })
    }

    fn environments(&mut self, workflow: &Value, at: &Pointer) {
        let Some(extension) = workflow.get("x-conform") else { return };
        let named: Vec<&str> = elements(extension, "environments").filter_map(Value::as_str).collect();
        if named.is_empty() || named.iter().any(|name| self.environments.contains(name)) {
            return;
        }
        let meant = named.iter().find_map(|name| nearest(name, self.environments.iter().copied()));
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are {}", self.environments.join(", ")),
        };
        let message =
            format!("no environment of the configuration is called {}, so this never runs", named.join(" or "));
        self.warn(&at.child("x-conform").child("environments"), message, &help);
    }

    fn expectation(&mut self, workflow: &Value, step: &Value, at: &Pointer) {
        let Some(expected) = step.get("x-conform").and_then(|extension| extension.get("expect")) else { return };
        let expected = expected.as_str().map_or_else(|| expected.to_string(), str::to_owned);
        let Some(operation) = self.called(workflow, step) else { return };
        let documented = |status: StatusMatch| match (expected.as_str(), status) {
            (_, StatusMatch::Default) => true,
            ("accepted", status) => status.is_success(),
            ("refused", StatusMatch::Code(code)) => (400..500).contains(&code),
            ("refused", StatusMatch::Range(range)) => range == 4,
            (text, StatusMatch::Code(code)) => {
                text == code.to_string() || text.strip_suffix("XX") == Some(&(code / 100).to_string())
            }
            (text, StatusMatch::Range(range)) => text.starts_with(&range.to_string()),
        };
        if operation.responses.iter().any(|response| documented(response.status)) {
            return;
        }
        let codes: Vec<String> = operation.responses.iter().map(|response| response.status.to_string()).collect();
        let what = match expected.as_str() {
            "accepted" => "success",
            "refused" => "refusal",
            status => status,
        };
        let message = format!("{} documents no {what}", operation.id);
        let help = format!("it documents {}", codes.join(", "));
        self.warn(&at.child("x-conform").child("expect"), message, &help);
    }

    /// The operation that a step calls.
    fn called(&self, workflow: &Value, step: &Value) -> Option<&'r Operation> {
        let (workflow, step) = (text(workflow, "workflowId"), text(step, "stepId"));
        let of_workflow = |case: &&Case| match &case.origin {
            Origin::Written { file, workflow: id, .. } => file == self.document.name() && id == workflow,
            Origin::Generated { .. } | Origin::Law { .. } => false,
        };
        let case = self.cases.iter().find(of_workflow)?;
        match &case.steps.iter().find(|known| known.id == step)?.call {
            Call::Operation(id) => self.contract.operation(id),
            Call::Case(_) => None,
        }
    }

    /// The first step behind one that always ends the workflow, unless an action leads to it, or it runs in any case.
    fn unreachable(&mut self, steps: &[&Value], at: &Pointer) {
        let ends = |step: &Value| {
            let first = elements(step, "onSuccess").next();
            first.is_some_and(|action| text(action, "type") == "end" && elements(action, "criteria").next().is_none())
        };
        let Some(end) = steps.iter().position(|step| ends(step)) else { return };
        let targets: Vec<&str> = steps
            .iter()
            .flat_map(|step| elements(step, "onSuccess").chain(elements(step, "onFailure")))
            .map(|action| text(action, "stepId"))
            .collect();
        // An action that stands among the components may lead anywhere.
        let unknown = steps.iter().flat_map(|step| elements(step, "onSuccess").chain(elements(step, "onFailure")));
        if unknown.into_iter().any(|action| action.get("reference").is_some()) {
            return;
        }
        let always = |step: &Value| {
            step.get("x-conform").is_some_and(|extension| extension.get("always") == Some(&Value::Bool(true)))
        };
        for (index, step) in steps.iter().enumerate().skip(end + 1) {
            let id = text(step, "stepId");
            if targets.contains(&id) {
                return;
            }
            if !always(step) {
                let ending = steps.get(end).map_or("", |step| text(step, "stepId"));
                let message = format!("`{id}` is never reached: `{ending}` ends the workflow whenever it succeeds");
                self.warn(&at.index(index), message, "give the action criteria, or remove it");
                return;
            }
        }
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn members<'v>(value: &'v Value, name: &str) -> Option<&'v Map<String, Value>> {
    value.get(name).and_then(Value::as_object)
}

fn elements<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn strings<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(elements) => elements.iter().for_each(|element| strings(element, found)),
        Value::Object(members) => members.values().for_each(|member| strings(member, found)),
        _ => {}
    }
}
