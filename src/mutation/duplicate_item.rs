//! `duplicate-item`: an array has an item twice that may stand there once.

use serde_json::Value;

use super::parts::below;
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "duplicate-item",
    title: "an array has an item twice that may stand there once",
    mutate,
    page: include_str!("../../docs/mutation/duplicate-item.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in subject.sites_of(Value::is_array) {
        let unique = subject.stated(site, "uniqueItems").find(|(_, value)| **value == Value::Bool(true));
        let (Some((place, _)), Value::Array(items)) = (unique, site.value) else { continue };
        let Some(first) = items.first() else { continue };
        let full = subject.stated(site, "maxItems").any(|(_, most)| most.as_u64() == u64::try_from(items.len()).ok());
        // Where there is no room for one more, it takes the place of the last.
        let index = if full { items.len() - 1 } else { items.len() };
        if index > 0 {
            let spot = below(&site.spot, &index.to_string());
            mutants.extend(subject.mutant(MUTATION.id, &spot, "", Some(place), Some(first.clone())));
        }
    }
    mutants
}
