//! What the expressions of a case file speak of: each name is looked up while reading, not while running.

use crate::case::expression::{Criterion, Expression, Template};
use crate::document::Pointer;

use super::cursor::{Reader, suggest};
use super::outline::{Outline, Step, Workflow};
use super::selector;

/// When an expression is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before the request leaves: parameters and bodies.
    Request,
    /// When the response is there: criteria, outputs, actions.
    Response,
    /// When the last step has ended: outputs of a workflow.
    End,
}

/// Where in the file an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'o, 'd> {
    pub(super) outline: &'o Outline<'d>,
    pub(super) workflow: &'o Workflow<'d>,
    /// The index of the step; behind the last for the outputs of the workflow.
    pub(super) step: usize,
    pub(super) moment: Moment,
}

/// What is wrong with an expression, and what would be right.
struct Unknown {
    fragment: String,
    message: String,
    help: String,
}

impl Unknown {
    fn new(fragment: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { fragment: fragment.into(), message: message.into(), help: help.into() }
    }
}

/// Deeper, components that stand for each other go in circles.
const LONGEST_CHAIN: usize = 8;

impl<'o, 'd> Scene<'o, 'd> {
    pub(super) fn at(self, moment: Moment) -> Self {
        Self { moment, ..self }
    }

    /// Reads an expression that stands alone at `at`.
    pub(super) fn expression(self, reader: &mut Reader<'d>, at: &Pointer, text: &str) -> Option<Expression> {
        match Expression::parse(text) {
            Ok(mut expression) => self.accept(reader, at, &mut expression).then_some(expression),
            Err(error) => {
                reader.report(reader.at_error(at, text, &error));
                None
            }
        }
    }

    /// Looks up the names in an expression.
    pub(super) fn known(self, reader: &mut Reader<'d>, at: &Pointer, expression: &mut Expression) -> bool {
        self.accept(reader, at, expression)
    }

    /// Looks up every name in a template.
    pub(super) fn template(self, reader: &mut Reader<'d>, at: &Pointer, template: &mut Template) {
        template.visit(&mut |expression| {
            self.accept(reader, at, expression);
        });
    }

    /// Looks up every name in a criterion.
    pub(super) fn criterion(self, reader: &mut Reader<'d>, at: &Pointer, criterion: &mut Criterion) {
        criterion.visit(&mut |expression| {
            self.accept(reader, at, expression);
        });
    }

    fn accept(self, reader: &mut Reader<'d>, at: &Pointer, expression: &mut Expression) -> bool {
        if let Expression::Selected(inner, _) = expression {
            return self.accept(reader, at, inner);
        }
        for _ in 0..LONGEST_CHAIN {
            match self.look_up(expression) {
                Ok(None) => return true,
                Ok(Some(meant)) => *expression = meant,
                Err(unknown) => {
                    let problem = reader.at_fragment(at, &unknown.fragment, unknown.message);
                    reader.report(if unknown.help.is_empty() { problem } else { problem.help(unknown.help) });
                    return false;
                }
            }
        }
        reader.report(reader.at_value(at, "components that stand for each other in a circle"));
        false
    }

    /// Another expression where that is what is meant.
    fn look_up(self, expression: &Expression) -> Result<Option<Expression>, Unknown> {
        match expression {
            Expression::Input(name, pointer) => self.input(name, pointer),
            Expression::StepOutput(step, name, _) => self.step_output(expression, step, name).map(|()| None),
            Expression::Output(name, _) => self.output(expression, name).map(|()| None),
            Expression::WorkflowInput(workflow, name, pointer) if workflow == self.workflow.id => {
                Ok(Some(Expression::Input(name.clone(), pointer.clone())))
            }
            Expression::WorkflowInput(workflow, name, _) => {
                let found = self.finished(expression, workflow)?;
                match &found.inputs {
                    Some(inputs) => known(expression, "input", name, inputs, workflow),
                    None => Ok(()),
                }
                .map(|()| None)
            }
            Expression::WorkflowOutput(workflow, name, _) => {
                let found = self.finished(expression, workflow)?;
                known(expression, "output", name, &found.outputs, workflow).map(|()| None)
            }
            Expression::Itself => match self.outline.itself {
                Some(uri) => Ok(Some(Expression::Constant(uri.into()))),
                None => Err(Unknown::new("$self", "the file has no `$self`", "add it at the top: `$self: https://…`")),
            },
            Expression::Source(name, field) => self.source(expression, name, field).map(Some),
            Expression::Component(group, name) => self.component(expression, group, name).map(Some),
            Expression::Url
            | Expression::Method
            | Expression::StatusCode
            | Expression::RequestParameter(..)
            | Expression::RequestBody(_)
            | Expression::ResponseHeader(_)
            | Expression::ResponseBody(_)
                if self.moment == Moment::Request =>
            {
                let message = format!("`{expression}` has no value before the request is sent");
                let help = "keep it as an output of an earlier step: `$steps.STEP.outputs.NAME`";
                Err(Unknown::new(expression.to_string(), message, help))
            }
            _ => Ok(None),
        }
    }

    fn input(self, name: &str, pointer: &Pointer) -> Result<Option<Expression>, Unknown> {
        if self.workflow.marks.contains(&name) && pointer.is_root() {
            return Ok(Some(Expression::Run));
        }
        let Some(inputs) = &self.workflow.inputs else { return Ok(None) };
        known(&Expression::Input(name.to_owned(), Pointer::root()), "input", name, inputs, self.workflow.id)
            .map(|()| None)
    }

    fn step_output(self, expression: &Expression, step: &str, name: &str) -> Result<(), Unknown> {
        let Some((index, found)) = self.workflow.steps.iter().enumerate().find(|(_, known)| known.id == step) else {
            let message = format!("unknown step `{step}` in workflow `{}`", self.workflow.id);
            return Err(Unknown::new(format!("$steps.{step}"), message, suggest(step, &self.workflow.step_ids())));
        };
        let too_late = index > self.step || index == self.step && self.moment == Moment::Request;
        if too_late && !self.workflow.loops {
            let message = if index == self.step {
                format!("step `{step}` has no outputs before its own request is sent")
            } else {
                format!("step `{step}` runs later, so it has no outputs here")
            };
            return Err(Unknown::new(format!("$steps.{step}"), message, "only earlier steps have outputs"));
        }
        known(expression, "output", name, &found.outputs, step)
    }

    fn output(self, expression: &Expression, name: &str) -> Result<(), Unknown> {
        let current: Option<&Step<'d>> = self.workflow.steps.get(self.step);
        if let Some(called) = current.and_then(|step| step.calls).filter(|_| self.moment == Moment::Response) {
            return match self.outline.workflow(called) {
                Some(workflow) => known(expression, "output", name, &workflow.outputs, called),
                // Unknown workflows are said once, at the step.
                None => Ok(()),
            };
        }
        known(expression, "output", name, &self.workflow.outputs, self.workflow.id)
    }

    fn finished(self, expression: &Expression, id: &str) -> Result<&'o Workflow<'d>, Unknown> {
        let outline = self.outline;
        let Some(workflow) = outline.workflow(id) else {
            let help = suggest(id, &outline.workflow_ids());
            return Err(Unknown::new(format!("$workflows.{id}"), format!("unknown workflow `{id}`"), help));
        };
        let first = self.workflow.runs.iter().filter(|(known, _)| *known == id).map(|(_, step)| *step).min();
        let has_run = |first| first < self.step || first == self.step && self.moment != Moment::Request;
        if self.workflow.depends_on.contains(&id) || first.is_some_and(|first| self.workflow.loops || has_run(first)) {
            return Ok(workflow);
        }
        let message = match first {
            Some(_) => format!("workflow `{id}` runs later, so nothing of it is known here"),
            None => format!("workflow `{id}` has not run here"),
        };
        let help = format!("add `{id}` to `dependsOn` of workflow `{}`", self.workflow.id);
        Err(Unknown::new(expression.to_string(), message, help))
    }

    fn source(self, expression: &Expression, name: &str, field: &str) -> Result<Expression, Unknown> {
        let fragment = expression.to_string();
        let Some(source) = self.outline.sources.iter().find(|source| source.name == name) else {
            let known: Vec<&str> = self.outline.sources.iter().map(|source| source.name).collect();
            return Err(Unknown::new(fragment, format!("unknown source description `{name}`"), suggest(name, &known)));
        };
        match field {
            "url" => Ok(Expression::Constant(source.url.into())),
            "name" => Ok(Expression::Constant(source.name.into())),
            "type" => Ok(Expression::Constant("openapi".into())),
            _ => {
                let help = suggest(field, &["url", "name", "type"]);
                Err(Unknown::new(fragment, format!("`{expression}` has no value"), help))
            }
        }
    }

    fn component(self, expression: &Expression, group: &str, name: &str) -> Result<Expression, Unknown> {
        let fragment = expression.to_string();
        if group != "parameters" {
            let message = format!("`{expression}` has no value");
            let help = "only `$components.parameters.NAME` stands for a value; use `reference` for the others";
            return Err(Unknown::new(fragment, message, help));
        }
        let Some(value) = self.outline.component(group, name).and_then(|parameter| parameter.get("value")) else {
            let help = suggest(name, &self.outline.component_names(group));
            return Err(Unknown::new(fragment, format!("unknown component parameter `{name}`"), help));
        };
        match Template::parse_with(value.value, &|value, at| selector::special(self.outline.has_selectors, value, at)) {
            Ok(Template::Literal(value)) => Ok(Expression::Constant(value)),
            Ok(Template::Expression(expression)) => Ok(expression),
            Ok(_) | Err(_) => {
                let message = format!("the value of `{expression}` is put together from parts");
                Err(Unknown::new(fragment, message, "use `reference` in `parameters`"))
            }
        }
    }
}

/// Whether `name`, or a part of it before a dot, is known.
fn known(expression: &Expression, what: &str, name: &str, known: &[&str], owner: &str) -> Result<(), Unknown> {
    let mut ends = name.match_indices('.').map(|(dot, _)| dot).chain([name.len()]);
    if ends.any(|end| name.get(..end).is_some_and(|part| known.contains(&part))) {
        return Ok(());
    }
    let text = expression.to_string();
    let fragment = text.split('#').next().unwrap_or_default();
    Err(Unknown::new(fragment, format!("`{owner}` has no {what} `{name}`"), suggest(name, known)))
}
