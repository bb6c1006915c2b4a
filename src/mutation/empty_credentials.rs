//! `empty-credentials`: the credentials are empty.

use crate::case::Credentials;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "empty-credentials",
    title: "the credentials are empty",
    mutate,
    page: include_str!("../../docs/mutation/empty-credentials.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    subject.unauthorized(MUTATION.id, Credentials::Empty)
}
