//! `null`: null for a value.

use serde_json::Value;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "null",
    title: "a value is null that may not be",
    mutate,
    page: include_str!("../../docs/mutation/null.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let sites = subject.sites.iter().filter(|site| !site.value.is_null());
    sites
        .filter_map(|site| {
            let typed = site.schemas.iter().find_map(|schema| {
                let place = schema.child("type");
                subject.contract.schemas.source(&place).map(|_| place)
            });
            subject.mutant(MUTATION.id, &site.spot, "", typed, Some(Value::Null))
        })
        .collect()
}
