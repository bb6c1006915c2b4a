//! `unknown-parameter`: the query has a parameter that no document mentions.

use serde_json::json;

use crate::case::Spot;
use crate::contract::Location;
use crate::document::Pointer;

use super::parts::UNKNOWN;
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "unknown-parameter",
    title: "the query has a parameter that no document mentions",
    mutate,
    page: include_str!("../../docs/mutation/unknown-parameter.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let spot = Spot::Parameter(Location::Query, UNKNOWN.to_owned(), Pointer::root());
    let place = Some(subject.operation.place.clone());
    let known = subject.operation.parameter(UNKNOWN, Some(Location::Query)).is_some();
    if known {
        Vec::new()
    } else {
        subject.mutant(MUTATION.id, &spot, "", place, Some(json!("1"))).into_iter().collect()
    }
}
