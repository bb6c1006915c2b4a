//! `duplicate-parameter`: a parameter stands twice in the query.

use serde_json::json;

use crate::case::{Spot, Step};
use crate::contract::Location;
use crate::document::Pointer;

use super::{Mutant, Mutation, Subject, declared};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "duplicate-parameter",
    title: "a parameter stands twice in the query",
    mutate,
    page: include_str!("../../docs/mutation/duplicate-parameter.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for argument in &subject.base.arguments {
        let (Some(parameter), Some(value)) = (declared(subject.operation, argument), argument.literal()) else {
            continue;
        };
        // An array may stand there several times, and an object stands there by its members.
        if parameter.location != Location::Query || value.is_array() || value.is_object() {
            continue;
        }
        let mut step = Step::clone(subject.base);
        step.arguments.push(argument.clone());
        let spot = Spot::Parameter(parameter.location, parameter.name.clone(), Pointer::root());
        let values = (Some(value.clone()), Some(json!([value, value])));
        mutants.push(subject.made(MUTATION.id, spot, "", Some(parameter.place.clone()), values, step));
    }
    mutants
}
