//! `wrong-credentials`: the credentials have the right form, but are wrong.

use crate::case::Credentials;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "wrong-credentials",
    title: "the credentials have the right form, but are wrong",
    mutate,
    page: include_str!("../../docs/mutation/wrong-credentials.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    subject.unauthorized(MUTATION.id, Credentials::Wrong)
}
