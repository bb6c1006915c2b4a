//! Parameters of steps and workflows.

use crate::case::expression::Template;
use crate::case::{Argument, Supply};
use crate::contract::{Location, Operation};
use crate::document::Pointer;

use super::action::dereference;
use super::cursor::{Node, Reader, suggest};
use super::extension;
use super::names::{Moment, Scene};
use super::selector;

/// What takes the parameters.
#[derive(Clone, Copy)]
pub(super) enum Taker<'t> {
    /// An operation: parameters by name and location.
    Operation(&'t Operation),
    /// A workflow: inputs by name; any name where nothing is given.
    Workflow(Option<&'t [&'t str]>),
}

/// A parameter as the file gives it.
struct Given<'d> {
    name: &'d str,
    location: Option<Location>,
    value: Node<'d>,
    /// Where it stands.
    node: Node<'d>,
    undeclared: bool,
}

/// The arguments of a step: its own parameters, and those of its workflow that it does not override.
pub(super) fn read<'d>(
    reader: &mut Reader<'d>,
    step: &Node<'d>,
    taker: Taker<'_>,
    scene: Scene<'_, 'd>,
) -> Vec<Argument> {
    let scene = scene.at(Moment::Request);
    let mut arguments: Vec<Argument> = Vec::new();
    let before = reader.problems.len();
    for given in list(reader, step, scene) {
        let Some(location) = place(reader, &given, taker) else { continue };
        if arguments.iter().any(|known| same(known, given.name, location)) {
            reader.report(reader.at_key(&given.node.at, format!("parameter `{}` appears twice", given.name)));
            continue;
        }
        arguments.extend(argument(reader, &given, location, scene));
    }
    let own = arguments.len();
    for given in list(reader, &scene.workflow.node, scene) {
        let Some(location) = takes(taker, &given) else { continue };
        if arguments.iter().take(own).any(|known| same(known, given.name, location)) {
            continue;
        }
        if arguments.iter().any(|known| same(known, given.name, location)) {
            reader.report(reader.at_key(&given.node.at, format!("parameter `{}` appears twice", given.name)));
            continue;
        }
        arguments.extend(argument(reader, &given, location, scene));
    }
    // A parameter that was given, but is wrong, was said already.
    if let Taker::Operation(operation) = taker
        && reader.problems.len() == before
    {
        require_path(reader, step, operation, &arguments);
    }
    arguments
}

/// The parameters of an action, which are inputs of the workflow that it leads to; they may speak of the answer.
pub(super) fn inputs<'d>(
    reader: &mut Reader<'d>,
    action: &Node<'d>,
    inputs: Option<&[&str]>,
    scene: Scene<'_, 'd>,
) -> Vec<Argument> {
    let mut arguments: Vec<Argument> = Vec::new();
    for given in list(reader, action, scene) {
        if given.location.is_some() {
            let problem = reader.at_key(&given.node.at.child("in"), "an input of a workflow travels nowhere");
            reader.report(problem.help("leave `in` out"));
            continue;
        }
        if place(reader, &given, Taker::Workflow(inputs)).is_none() {
            continue;
        }
        if arguments.iter().any(|known| known.name == given.name) {
            reader.report(reader.at_key(&given.node.at, format!("parameter `{}` appears twice", given.name)));
            continue;
        }
        let Some(mut template) = misplaced(reader, &given.value, scene) else { continue };
        scene.template(reader, &given.value.at, &mut template);
        arguments.push(Argument { name: given.name.to_owned(), location: None, value: Supply::Template(template) });
    }
    arguments
}

fn same(argument: &Argument, name: &str, location: Option<Location>) -> bool {
    argument.location == location
        && if location == Some(Location::Header) {
            argument.name.eq_ignore_ascii_case(name)
        } else {
            argument.name == name
        }
}

fn list<'d>(reader: &mut Reader<'d>, node: &Node<'d>, scene: Scene<'_, 'd>) -> Vec<Given<'d>> {
    let mut parameters = Vec::new();
    for item in reader.array(node, "parameters") {
        let Some(meant) = dereference(reader, &item, "parameters", scene) else { continue };
        if reader.object(&meant, "a parameter", &["name", "in", "value", "x-conform"]).is_none() {
            continue;
        }
        let name = reader.required(&meant, "a parameter", "name");
        // A reference may give another value.
        let value = item.get("value").or_else(|| meant.get("value"));
        if value.is_none() {
            reader.missing(&meant, "a parameter", "value");
        }
        let undeclared = extension::flag(reader, &meant, "a parameter", "undeclared");
        let text = reader.string(&meant, "in");
        let location = text.and_then(location);
        if text == Some("querystring") {
            let problem = reader.at_value(&meant.at.child("in"), "parameters in the `querystring` are not supported");
            let help = "they are of OpenAPI 3.2; write each as `in: query`";
            reader.report(problem.label("not supported").help(help));
            continue;
        }
        if let (Some(text), None) = (text, location) {
            let problem = reader.at_value(&meant.at.child("in"), format!("no parameter travels in `{text}`"));
            reader.report(problem.help(suggest(text, &["path", "query", "header", "cookie"])));
            continue;
        }
        if text.is_none() && meant.get("in").is_some() {
            continue;
        }
        if let (Some(name), Some(value)) = (name, value) {
            parameters.push(Given { name, location, value, node: meant, undeclared });
        }
    }
    parameters
}

fn location(text: &str) -> Option<Location> {
    match text {
        "path" => Some(Location::Path),
        "query" => Some(Location::Query),
        "header" => Some(Location::Header),
        "cookie" => Some(Location::Cookie),
        _ => None,
    }
}

/// Where a step's own parameter travels; nothing, and a problem, where it cannot be said.
#[expect(clippy::option_option, reason = "an input of a workflow travels nowhere, which is no problem")]
fn place(reader: &mut Reader<'_>, given: &Given<'_>, taker: Taker<'_>) -> Option<Option<Location>> {
    let at = given.node.at.child("name");
    let operation = match taker {
        Taker::Workflow(Some(inputs)) if !inputs.contains(&given.name) => {
            let problem = reader.at_value(&at, format!("the workflow has no input `{}`", given.name));
            reader.report(problem.help(suggest(given.name, inputs)));
            return None;
        }
        Taker::Workflow(_) => return Some(None),
        Taker::Operation(operation) => operation,
    };
    if let Some(found) = takes(taker, given) {
        return Some(found);
    }
    if given.undeclared && given.location.is_some() {
        return Some(given.location);
    }
    let named = || operation.parameters.iter().filter(|parameter| parameter.name == given.name);
    let places: Vec<String> = named().map(|parameter| format!("`in: {}`", parameter.location)).collect();
    if given.location.is_none() && places.len() > 1 {
        let problem = reader.at_value(&at, format!("`{}` has several parameters `{}`", operation.id, given.name));
        reader.report(problem.help(format!("add {}", places.join(" or "))));
        return None;
    }
    if let (Some(location), false) = (given.location, places.is_empty()) {
        let message = format!("parameter `{}` of `{}` does not travel in the {location}", given.name, operation.id);
        reader.report(
            reader.at_value(&given.node.at.child("in"), message).help(format!("write {}", places.join(" or "))),
        );
        return None;
    }
    let known: Vec<&str> = operation.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let message = format!("`{}` has no parameter `{}`", operation.id, given.name);
    let help = suggest(given.name, &known);
    reader.report(
        reader
            .at_value(&at, message)
            .label("not declared")
            .help(format!("{help} (to send it all the same, say `in` and `x-conform: {{ undeclared: true }}`)")),
    );
    None
}

/// Where the parameter travels, if `taker` takes it; headers and cookies are taken always.
#[expect(clippy::option_option, reason = "an input of a workflow travels nowhere, which is no problem")]
fn takes(taker: Taker<'_>, given: &Given<'_>) -> Option<Option<Location>> {
    match taker {
        Taker::Workflow(inputs) => inputs.is_none_or(|inputs| inputs.contains(&given.name)).then_some(None),
        Taker::Operation(operation) => match given.location {
            Some(location @ (Location::Header | Location::Cookie)) => Some(Some(location)),
            Some(location) => operation.parameter(given.name, Some(location)).map(|found| Some(found.location)),
            None => {
                let mut named = operation.parameters.iter().filter(|parameter| parameter.name == given.name);
                let first = named.next()?;
                named.next().is_none().then_some(Some(first.location))
            }
        },
    }
}

fn argument<'d>(
    reader: &mut Reader<'d>,
    given: &Given<'d>,
    location: Option<Location>,
    scene: Scene<'_, 'd>,
) -> Option<Argument> {
    let template = super::payload::template(reader, &given.value, scene)?;
    Some(Argument { name: given.name.to_owned(), location, value: Supply::Template(template) })
}

fn require_path(reader: &mut Reader<'_>, step: &Node<'_>, operation: &Operation, arguments: &[Argument]) {
    for parameter in operation.parameters.iter().filter(|parameter| parameter.location == Location::Path) {
        let given = |argument: &Argument| same(argument, &parameter.name, Some(Location::Path));
        if !arguments.iter().any(given) {
            let message = format!("path parameter `{}` of `{}` is not given", parameter.name, operation.id);
            let problem = reader.at_key(&step.at, message);
            reader.report(
                problem.help(format!("add `name: {}`, `in: path` and a `value` to `parameters`", parameter.name)),
            );
        }
    }
}

/// Reports a template's strings that are none.
pub(super) fn misplaced<'d>(reader: &mut Reader<'d>, node: &Node<'d>, scene: Scene<'_, 'd>) -> Option<Template> {
    let special = |value: &serde_json::Value, at: &Pointer| selector::special(scene.outline.has_selectors, value, at);
    match Template::parse_with(node.value, &special) {
        Ok(template) => Some(template),
        Err(errors) => {
            for wrong in errors {
                let text = wrong.pointer.resolve(node.value).and_then(serde_json::Value::as_str).unwrap_or_default();
                reader.report(reader.at_error(&node.at.join(&wrong.pointer), text, &wrong.error));
            }
            None
        }
    }
}
