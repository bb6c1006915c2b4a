//! Written cases made from what is there already: operations, drifts, exchanges.

pub mod again;
mod answer;
pub mod review;
mod text;
mod wire;

use serde_json::{Value, json};

use crate::case::expression::{Expression, Template, TextPart};
use crate::case::{Credentials, Intent, Step, Supply};
use crate::contract::{Contract, Location, Operation, OperationId};
use crate::document::{Pointer, nearest, write};
use crate::generate;

use text::{Input, ParameterText, StepText, Workflow};
use wire::{Origin, Planned, Wiring};

/// What a case file depends on beside the contract.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The workflow's id; else it is made of the operations.
    pub name: Option<String>,
    /// Request body members that take the run's mark.
    pub mark: Vec<String>,
    /// Whether bodies are the documents' own examples, where there are any, instead of the smallest ones.
    pub by_example: bool,
    /// The folder in which the file will stand, from which it names the documents.
    pub folder: String,
}

/// Why no case can be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Trouble {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Trouble {
    fn new(message: impl Into<String>, help: Option<String>) -> Self {
        Self { message: message.into(), help }
    }
}

/// The text of a case file with a step for each of `operations`, in this order, each with the smallest request that should be
/// accepted. What they need is created by steps before them.
///
/// # Errors
/// An operation that there is not, or that no request can be made for.
pub fn sequence(contract: &Contract, operations: &[String], settings: &Settings) -> Result<String, Trouble> {
    let operations = operations.iter().map(|name| find(contract, name)).collect::<Result<Vec<_>, _>>()?;
    let generation = generate::Settings { mark: settings.mark.clone(), ..generate::Settings::default() };
    let mut wiring = Wiring::new(contract, generation, settings.by_example);
    for operation in &operations {
        wiring.add(operation, None).map_err(|reason| Trouble::new(reason, None))?;
    }
    let mut workflow = Workflow::new(settings.name.clone().unwrap_or_else(|| named(&operations)));
    workflow.summary = summary(contract, &operations);
    let planned = wiring.finish();
    for (index, planned) in planned.iter().enumerate() {
        let step = step(&mut workflow, planned, index, false);
        workflow.steps.push(step);
    }
    Ok(workflow.write(contract, &settings.folder))
}

/// The operation that is called `name`.
///
/// # Errors
/// Where there is none, with the one that was probably meant.
pub fn find<'c>(contract: &'c Contract, name: &str) -> Result<&'c Operation, Trouble> {
    let Some(operation) = contract.operation(&OperationId(name.into())) else {
        let known = || contract.operations.iter().map(|operation| &*operation.id.0);
        let help = match nearest(name, known()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are {}", known().take(20).collect::<Vec<_>>().join(", ")),
        };
        return Err(Trouble::new(format!("there is no operation `{name}`"), Some(help)));
    };
    match &operation.disabled {
        None => Ok(operation),
        Some(reason) => Err(Trouble::new(format!("`{name}` cannot be used: {reason}"), None)),
    }
}

/// A step as it is written, with the inputs that it needs; a body that is `hidden` in a report is an input, too.
fn step(workflow: &mut Workflow, planned: &Planned<'_>, index: usize, hidden: bool) -> StepText {
    let mut step = StepText::new(planned.id.clone(), &planned.operation.id);
    step.comment.extend(planned.reason.clone());
    for argument in &planned.step.arguments {
        let declared = planned.operation.parameter(&argument.name, argument.location);
        let location = argument.location.or(declared.map(|declared| declared.location)).unwrap_or(Location::Query);
        let value = match &argument.value {
            Supply::Existing(name) | Supply::Listed(name, _) => source(workflow, &mut step, planned, name),
            Supply::Template(Template::Literal(value)) => plain(workflow, &planned.id, &argument.name, value),
            Supply::Template(template) => said(workflow, template),
            Supply::WhereKnown(expression) => said(workflow, &Template::Expression(expression.clone())),
            Supply::Wire(text) => plain(workflow, &planned.id, &argument.name, &json!(text)),
        };
        let declared = declared.is_some();
        step.parameters.push(ParameterText { name: argument.name.clone(), location, value, declared });
    }
    body(workflow, &mut step, &planned.step, index, hidden);
    expect(&mut step, planned);
    let kept = planned.step.outputs.iter().map(|(name, expression)| (name.clone(), expression.to_string()));
    step.outputs.extend(planned.outputs.iter().cloned().chain(kept));
    step
}

/// What the documents promise to the request.
fn expect(step: &mut StepText, planned: &Planned<'_>) {
    let credentials = match planned.step.credentials {
        Credentials::Environment => None,
        Credentials::None => Some("none"),
        _ => Some("wrong"),
    };
    let expected = match &planned.step.intent {
        Intent::Valid | Intent::Hostile if planned.operation.documents_success() => Some("accepted"),
        Intent::Invalid(_) => Some("refused"),
        Intent::Absent | Intent::Unauthorized => Some("4XX"),
        _ => None,
    };
    for (name, value) in [("credentials", credentials), ("expect", expected)] {
        step.extension.extend(value.map(|value| (name.to_owned(), json!(value))));
    }
}

/// A template as text; the mark of the run is an input.
fn said(workflow: &mut Workflow, template: &Template) -> Value {
    let mut name = |expression: &Expression| {
        workflow.mark |= *expression == Expression::Run;
        if *expression == Expression::Run { "$inputs.run".to_owned() } else { expression.to_string() }
    };
    match template {
        Template::Literal(value) => value.clone(),
        Template::Expression(expression) => json!(name(expression)),
        Template::Text(parts) => {
            let parts = parts.iter().map(|part| match part {
                TextPart::Text(text) => text.clone(),
                TextPart::Expression(expression) => format!("{{{}}}", name(expression)),
            });
            json!(parts.collect::<String>())
        }
        Template::Array(elements) => elements.iter().map(|element| said(workflow, element)).collect(),
        Template::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), said(workflow, member))).collect())
        }
    }
}

/// Where a path parameter's value comes from.
fn source(workflow: &mut Workflow, step: &mut StepText, planned: &Planned<'_>, name: &str) -> Value {
    if let Some(Origin::Step { id, output }) = planned.origin(name) {
        return json!(format!("$steps.{id}.outputs.{output}"));
    }
    let example = planned.operation.parameter(name, Some(Location::Path)).and_then(|p| p.examples.first());
    if example.is_none() {
        step.comment.push(format!("No operation answers {name}: put one that exists into the inputs."));
    }
    let default = example.cloned().unwrap_or_else(|| json!("change-me"));
    let input = workflow.input(name, json!({"default": default}));
    json!(format!("$inputs.{input}"))
}

/// `value` as it can stand in a case file: what would be read as an expression becomes an input.
fn plain(workflow: &mut Workflow, step: &str, name: &str, value: &Value) -> Value {
    if !is_risky(value) {
        return value.clone();
    }
    let input = workflow.input(&format!("{step}_{name}"), json!({"default": value}));
    json!(format!("$inputs.{input}"))
}

/// Whether a string inside looks like an expression.
fn is_risky(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('$'),
        Value::Array(elements) => elements.iter().any(is_risky),
        Value::Object(members) => members.values().any(is_risky),
        _ => false,
    }
}

/// The longest body that stands in its step.
const SHORT: usize = 72;

/// The payload of a step: in the step where it is short, else among the inputs, where its rows can change it.
fn body(workflow: &mut Workflow, text: &mut StepText, step: &Step, index: usize, hidden: bool) {
    let Some(payload) = &step.payload else { return };
    let Some(value) = payload.literal() else { return };
    let mut value = value.clone();
    let mut marked: Vec<(Pointer, Value)> = Vec::new();
    for (pointer, replacement) in &payload.replacements {
        if let Some(Template::Text(parts)) = replacement
            && matches!(parts.first(), Some(TextPart::Expression(Expression::Run)))
        {
            marked.push((pointer.clone(), json!(format!("{{$inputs.run}}-{}", index + 1))));
            workflow.mark = true;
        }
    }
    let mut inline = value.clone();
    for (pointer, mark) in &marked {
        // The place was found in this very value.
        let _ = pointer.put(&mut inline, Some(mark.clone()));
        let _ = pointer.put(&mut value, Some(json!("")));
    }
    let risky = is_risky(&value);
    if !risky && !hidden && write::flow(&inline).chars().count() <= SHORT {
        text.body = Some((payload.content_type.clone(), inline));
        return;
    }
    for (pointer, _) in &marked {
        let _ = pointer.put(&mut value, pointer.resolve(&payload.literal().cloned().unwrap_or_default()).cloned());
    }
    let input = workflow.input(&format!("{}_body", text.id), json!({"default": value}));
    text.body = Some((payload.content_type.clone(), json!(format!("$inputs.{input}"))));
    text.replacements = marked;
}

/// A workflow's id: its operations, the first and the last where they are many.
fn named(operations: &[&Operation]) -> String {
    let ids: Vec<String> = operations.iter().map(|operation| wire::identifier(&operation.id.0)).collect();
    match ids.as_slice() {
        [] => "case".to_owned(),
        [only] => only.clone(),
        [first, .., last] => format!("{first}-to-{last}"),
    }
}

fn summary(contract: &Contract, operations: &[&Operation]) -> String {
    let summary = |operation: &&Operation| {
        let said = contract.schemas.source(&operation.place)?.get("summary")?.as_str()?;
        Some(said.trim().trim_end_matches('.').replace('\n', " "))
    };
    let said: Vec<String> = operations.iter().map(|o| summary(o).unwrap_or_else(|| o.id.to_string())).collect();
    said.join(", then: ")
}

impl Workflow {
    /// Adds an input, and returns its name.
    fn input(&mut self, name: &str, schema: Value) -> String {
        let name = wire::identifier(name);
        let same = self.inputs.iter().find(|input| input.name == name && input.schema == schema);
        if same.is_some() {
            return name;
        }
        let numbered = (2_usize..).map(|number| format!("{name}{number}"));
        let free = |name: &String| !self.inputs.iter().any(|input| input.name == *name) && name != "run";
        let name = std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or_default();
        self.inputs.push(Input { name: name.clone(), schema });
        name
    }
}

#[cfg(test)]
mod tests;
