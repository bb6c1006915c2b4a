//! `missing-parameter`: a required parameter is missing.

use crate::case::Spot;
use crate::contract::Location;
use crate::document::Pointer;

use super::{Mutant, Mutation, Subject, declared};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "missing-parameter",
    title: "a required parameter is missing",
    mutate,
    page: include_str!("../../docs/mutation/missing-parameter.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for argument in &subject.base.arguments {
        let Some(parameter) = declared(subject.operation, argument) else { continue };
        if !parameter.required || parameter.location == Location::Path {
            continue;
        }
        let spot = Spot::Parameter(parameter.location, parameter.name.clone(), Pointer::root());
        mutants.extend(subject.mutant(MUTATION.id, &spot, "", Some(parameter.place.child("required")), None));
    }
    mutants
}
