//! `missing-required`: a required member is missing.

use serde_json::Value;

use super::parts::{below, breaks, broken, combined, requirements};
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "missing-required",
    title: "a required member is missing",
    mutate,
    page: include_str!("../../docs/mutation/missing-required.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in &subject.sites {
        let Value::Object(members) = site.value else { continue };
        let schemas = combined(subject.contract, &site.schemas);
        for name in members.keys().take(subject.sites.len()) {
            // Every branch counts: what another branch requires may be what holds this one together.
            let places = requirements(subject.contract, &schemas, name);
            let Some(first) = places.first() else { continue };
            let mut fewer = members.clone();
            fewer.shift_remove(name);
            let broken = broken(subject.contract, site, &Value::Object(fewer));
            let place = places.iter().find(|place| breaks(&broken, place)).unwrap_or(first).clone();
            mutants.extend(subject.mutant(MUTATION.id, &below(&site.spot, name), "", Some(place), None));
        }
    }
    mutants
}
