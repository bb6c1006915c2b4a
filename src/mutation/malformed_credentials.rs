//! `malformed-credentials`: the credentials have not the form that their scheme asks for.

use crate::case::Credentials;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "malformed-credentials",
    title: "the credentials have not the form that their scheme asks for",
    mutate,
    page: include_str!("../../docs/mutation/malformed-credentials.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    subject.unauthorized(MUTATION.id, Credentials::Malformed)
}
