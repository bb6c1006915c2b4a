//! What an expression can see, and its value there.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::contract::{Location, style};
use crate::document::Pointer;
use crate::exchange::{Request, Response};

use super::Expression;

/// What an expression can see: all of it given by whoever runs the case.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The request, once it was sent.
    pub request: Option<Sent<'a>>,
    /// The response, once it came.
    pub response: Option<Received<'a>>,
    /// The values of `$inputs`.
    pub inputs: &'a Value,
    /// The values of `$outputs`.
    pub outputs: &'a BTreeMap<String, Value>,
    /// The outputs of earlier steps, by step.
    pub steps: &'a BTreeMap<String, BTreeMap<String, Value>>,
    /// Workflows that have ended, by their id.
    pub workflows: &'a BTreeMap<String, Finished>,
    /// The mark of this run.
    pub run: &'a str,
}

/// A request with what it was made from.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The request.
    pub request: &'a Request,
    /// The values of its path parameters, decoded.
    pub path: &'a [(String, String)],
    /// Its body, where it is JSON.
    pub body: Option<&'a Value>,
}

/// A response with its body.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// The response.
    pub response: &'a Response,
    /// Its body, where it is JSON.
    pub body: Option<&'a Value>,
}

/// A workflow that has ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finished {
    /// Its inputs.
    pub inputs: Value,
    /// Its outputs.
    pub outputs: BTreeMap<String, Value>,
}

static NO_OUTPUTS: BTreeMap<String, Value> = BTreeMap::new();
static NO_STEPS: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
static NO_WORKFLOWS: BTreeMap<String, Finished> = BTreeMap::new();

impl<'a> Scope<'a> {
    /// Before the first step.
    pub fn new(inputs: &'a Value, run: &'a str) -> Self {
        Self {
            request: None,
            response: None,
            inputs,
            outputs: &NO_OUTPUTS,
            steps: &NO_STEPS,
            workflows: &NO_WORKFLOWS,
            run,
        }
    }

    /// The value of `expression`; nothing where it speaks of something absent.
    pub fn evaluate(&self, expression: &Expression) -> Option<Value> {
        match expression {
            Expression::Url => Some(self.request?.request.url.as_str().into()),
            Expression::Method => Some(self.request?.request.method.as_str().into()),
            Expression::StatusCode => Some(self.response?.response.status.into()),
            Expression::RequestParameter(location, name) => self.request?.parameter(*location, name).map(Value::from),
            Expression::RequestBody(pointer) => {
                let sent = self.request?;
                body(sent.body, sent.request.body.as_deref()?, pointer)
            }
            Expression::ResponseHeader(name) => self.response?.response.headers.get(name).map(Value::from),
            Expression::ResponseBody(pointer) => {
                let received = self.response?;
                body(received.body, &received.response.body, pointer)
            }
            Expression::Located(template, name) => {
                let location = self.response?.response.headers.get("Location")?;
                style::located(template, &self.request?.request.url, location, name).map(Value::from)
            }
            Expression::Input(name, pointer) => dotted(|key| self.inputs.get(key), name, pointer),
            Expression::Output(name, pointer) => dotted(|key| self.outputs.get(key), name, pointer),
            Expression::StepOutput(step, name, pointer) => {
                let outputs = self.steps.get(step)?;
                dotted(|key| outputs.get(key), name, pointer)
            }
            Expression::WorkflowOutput(workflow, name, pointer) => {
                let finished = self.workflows.get(workflow)?;
                dotted(|key| finished.outputs.get(key), name, pointer)
            }
            Expression::WorkflowInput(workflow, name, pointer) => {
                let finished = self.workflows.get(workflow)?;
                dotted(|key| finished.inputs.get(key), name, pointer)
            }
            Expression::Selected(inner, selector) => selector.select(&self.evaluate(inner)?),
            Expression::Source(..) | Expression::Component(..) | Expression::Itself => None,
            Expression::Constant(value) => Some(value.clone()),
            Expression::Run => Some(self.run.into()),
        }
    }

    /// The body of the response as it came, where it is text.
    pub(super) fn response_text(&self) -> Option<&'a str> {
        let response = self.response?.response;
        std::str::from_utf8(&response.body).ok().filter(|text| !text.is_empty())
    }
}

impl Sent<'_> {
    fn parameter(&self, location: Location, name: &str) -> Option<String> {
        match location {
            Location::Header => self.request.headers.get(name).map(str::to_owned),
            Location::Path => self.path.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()),
            Location::Query => {
                let url = url::Url::parse(&self.request.url).ok()?;
                url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
            }
            Location::Cookie => None,
        }
    }
}

/// A JSON body is a value; another one is its text, which has no parts.
fn body(json: Option<&Value>, bytes: &[u8], pointer: &Pointer) -> Option<Value> {
    match json {
        Some(value) => pointer.resolve(value).cloned(),
        None if pointer.is_root() && !bytes.is_empty() => std::str::from_utf8(bytes).ok().map(Value::from),
        None => None,
    }
}

/// The thing called `name`; else the member of the longest part of `name` before a dot that names a thing.
fn dotted<'v>(find: impl Fn(&str) -> Option<&'v Value>, name: &str, pointer: &Pointer) -> Option<Value> {
    if let Some(value) = find(name) {
        return pointer.resolve(value).cloned();
    }
    let (value, rest) =
        name.rmatch_indices('.').find_map(|(dot, _)| Some((find(name.get(..dot)?)?, name.get(dot + 1..)?)))?;
    let member = rest.split('.').try_fold(value, |value, key| member(value, key))?;
    pointer.resolve(member).cloned()
}

/// A member of an object, or an element of an array.
pub(super) fn member<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Object(members) => members.get(key),
        Value::Array(elements) => elements.get(key.parse::<usize>().ok()?),
        _ => None,
    }
}
