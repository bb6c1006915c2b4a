//! `no-scheme`: the credentials stand without the name of their scheme.

use crate::case::Credentials;
use crate::contract::Scheme;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "no-scheme",
    title: "the credentials stand without the name of their scheme",
    mutate,
    page: include_str!("../../docs/mutation/no-scheme.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    // A key never has a name beside it.
    let mut schemes = subject.operation.security.iter().flatten().map(|used| &used.scheme);
    if schemes.any(|scheme| matches!(scheme, Scheme::ApiKey { .. })) {
        return Vec::new();
    }
    subject.unauthorized(MUTATION.id, Credentials::NoScheme)
}
