//! `additional-property`: an object has a member that its schema forbids.

use serde_json::{Value, json};

use super::parts::{UNKNOWN, below};
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "additional-property",
    title: "an object has a member that its schema forbids",
    mutate,
    page: include_str!("../../docs/mutation/additional-property.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in subject.sites_of(Value::is_object).filter(|site| site.value.get(UNKNOWN).is_none()) {
        let closed = subject.stated(site, "additionalProperties").find(|(_, value)| **value == Value::Bool(false));
        let Some((place, _)) = closed else { continue };
        let spot = below(&site.spot, UNKNOWN);
        mutants.extend(subject.mutant(MUTATION.id, &spot, "", Some(place), Some(json!("text"))));
    }
    mutants
}
