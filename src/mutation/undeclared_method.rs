//! `undeclared-method`: the path is called by a method that no document declares for it.

use serde_json::{Map, Value};

use crate::case::expression::Template;
use crate::case::{Intent, Payload, Spot, Step};
use crate::contract::{Location, Operation, PathPart, PathTemplate};
use crate::document::Place;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "undeclared-method",
    title: "the path is called by a method that no document declares for it",
    mutate,
    page: include_str!("../../docs/mutation/undeclared-method.md"),
};

/// Methods that are tried. HEAD and OPTIONS are answered by many servers by themselves (RFC 9110 §9.3.2, §9.3.7).
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "PATCH", "DELETE"];

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let contract = subject.contract;
    // Whatever its parameters are called, the same template has the same path here.
    let plain = filled(subject, &|_| None);
    let same: Vec<&Operation> =
        contract.operations_at(&plain).filter(|other| is_same(&other.path, &subject.operation.path)).collect();
    let first = same.iter().find(|other| other.disabled.is_none());
    if first.is_none_or(|first| first.id != subject.operation.id) {
        return Vec::new();
    }
    let path = filled(subject, &|name| {
        let argument = subject.base.arguments.iter().find(|argument| argument.name == name)?;
        argument.literal().and_then(Value::as_str)
    });
    let declared: Vec<&str> =
        same.into_iter().chain(contract.operations_at(&path)).map(|other| other.method.as_str()).collect();
    let methods = METHODS.into_iter().filter(|method| !declared.contains(method));
    methods.map(|method| called(subject, method)).collect()
}

fn called(subject: &Subject<'_>, method: &'static str) -> Mutant {
    let mut step = Step { method: Some(method.to_owned()), payload: None, ..Step::clone(subject.base) };
    step.arguments.retain(|argument| {
        super::declared(subject.operation, argument).is_some_and(|parameter| parameter.location == Location::Path)
    });
    if matches!(method, "PUT" | "POST" | "PATCH") {
        let content = Template::Literal(Value::Object(Map::new()));
        step.payload = Some(Payload::new(Some("application/json".to_owned()), content));
    }
    let item = subject.operation.place.pointer.parent();
    let place = item.map(|item| Place::new(subject.operation.place.document, item));
    let values = (Some(subject.operation.method.as_str().into()), Some(method.into()));
    let mutant = subject.made(MUTATION.id, Spot::Method, method, place, values, step);
    Mutant { intent: Some(Intent::Undeclared), ..mutant }
}

/// The path with what its parameters stand for, as far as `known` has it.
fn filled<'v>(subject: &Subject<'_>, known: &dyn Fn(&str) -> Option<&'v str>) -> String {
    let parts = subject.operation.path.parts.iter().map(|part| match part {
        PathPart::Literal(text) => text,
        PathPart::Parameter(name) => known(name).unwrap_or("conform"),
    });
    parts.collect()
}

/// Whether two templates differ in the names of their parameters at most.
fn is_same(one: &PathTemplate, other: &PathTemplate) -> bool {
    one.parts.len() == other.parts.len()
        && one.parts.iter().zip(&other.parts).all(|(one, other)| match (one, other) {
            (PathPart::Literal(one), PathPart::Literal(other)) => one.eq_ignore_ascii_case(other),
            (PathPart::Parameter(_), PathPart::Parameter(_)) => true,
            _ => false,
        })
}
