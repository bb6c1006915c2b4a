//! `other-scheme`: the credentials stand under the name of another scheme.

use crate::case::Credentials;
use crate::contract::Scheme;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "other-scheme",
    title: "the credentials stand under the name of another scheme",
    mutate,
    page: include_str!("../../docs/mutation/other-scheme.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    // A key has no scheme by whose name it could be called.
    let mut schemes = subject.operation.security.iter().flatten().map(|used| &used.scheme);
    if schemes.any(|scheme| matches!(scheme, Scheme::ApiKey { .. })) {
        return Vec::new();
    }
    subject.unauthorized(MUTATION.id, Credentials::OtherScheme)
}
