//! `wrong-top-level`: the body is JSON of another type.

use super::parts::is_whole_body;
use super::wrong_type::others;
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "wrong-top-level",
    title: "the body is JSON of another type",
    mutate,
    page: include_str!("../../docs/mutation/wrong-top-level.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    if subject.json().is_none() {
        return Vec::new();
    }
    let Some(site) = subject.sites.iter().find(|site| is_whole_body(&site.spot)) else { return Vec::new() };
    let Some((place, _)) = subject.keyword(site, "type") else { return Vec::new() };
    let fraction = !subject.has_type(site, "number");
    others(site.value, fraction)
        .into_iter()
        .filter_map(|(detail, value)| subject.mutant(MUTATION.id, &site.spot, detail, Some(place.clone()), Some(value)))
        .collect()
}
