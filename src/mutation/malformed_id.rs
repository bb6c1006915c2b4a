//! `malformed-id`: a path parameter has not the form that its schema asks for.

use serde_json::json;

use crate::case::Spot;
use crate::contract::Location;
use crate::document::Pointer;

use super::parts::takes;
use super::{Mutant, Mutation, Subject, declared};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "malformed-id",
    title: "a path parameter has not the form that its schema asks for",
    mutate,
    page: include_str!("../../docs/mutation/malformed-id.md"),
};

/// Texts that many ids cannot be. None is empty or has dots or slashes: it would name another resource.
const MALFORMED: [(&str, &str); 2] = [("word", "not-an-id"), ("short-uuid", "3fa85f64-5717-4562-b3fc-2c963f66afa")];

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for argument in &subject.base.arguments {
        let Some(parameter) = declared(subject.operation, argument) else { continue };
        let (Location::Path, Some(schema)) = (parameter.location, parameter.encoding.schema()) else { continue };
        let spot = Spot::Parameter(parameter.location, parameter.name.clone(), Pointer::root());
        for (detail, text) in MALFORMED {
            let value = json!(text);
            if !takes(subject.contract, schema, &value) {
                mutants.extend(subject.mutant(MUTATION.id, &spot, detail, None, Some(value)));
            }
        }
    }
    mutants
}
